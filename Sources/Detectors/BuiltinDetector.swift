/// A detector that needs no declaration. The raw value is its number among ``names``.
enum BuiltinDetector: Int, CaseIterable {
  case awsAccessKey, awsSecretKey, azureKey, cpf, creditCard, dateOfBirth, email, gcpAPIKey, githubToken, gitlabToken
  case iban, ipAddress, jwt, macAddress, nhsNumber, passport, password, phone, privateKey, secret, slackToken
  case stripeKey, usSSN

  /// Sorted, with the names of `BuiltinNames.detectors`.
  static let names = [
    "aws_access_key", "aws_secret_key", "azure_key", "cpf", "credit_card", "date_of_birth", "email", "gcp_api_key",
    "github_token", "gitlab_token", "iban", "ip_address", "jwt", "mac_address", "nhs_number", "passport", "password",
    "phone", "private_key", "secret", "slack_token", "stripe_key", "us_ssn",
  ]

  static func named(_ name: String) -> BuiltinDetector? {
    names.firstIndex(of: name).flatMap(BuiltinDetector.init(rawValue:))
  }
}
