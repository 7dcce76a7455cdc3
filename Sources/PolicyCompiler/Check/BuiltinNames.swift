import PolicyBytecode

/// The names that the language itself gives a meaning to.
public enum BuiltinNames {
  /// Detectors that need no declaration, for `contains` and `mask`.
  public static let detectors = [
    "aws_access_key", "aws_secret_key", "azure_key", "cpf", "credit_card", "date_of_birth", "email", "gcp_api_key",
    "github_token", "gitlab_token", "iban", "ip_address", "jwt", "mac_address", "nhs_number", "passport", "password",
    "phone", "private_key", "secret", "slack_token", "stripe_key", "us_ssn",
  ]

  /// The check digits that a declared detector can ask for after `check`.
  public static let detectorChecks = ["cpf", "luhn", "mod11", "mod97"]

  /// What protocols are called elsewhere.
  static let protocolSynonyms = [
    "pg": "postgres", "psql": "postgres", "postgresql": "postgres", "mariadb": "mysql", "kubernetes": "k8s",
    "kube": "k8s",
    "kubectl": "k8s", "bash": "shell", "sh": "shell", "https": "http",
  ]

  /// Words of conditions and declarations.
  static let operators = [
    "all", "and", "contains", "ends", "has", "ignoring", "in", "is", "like", "matches", "not", "or", "pcre", "starts",
    "unless", "when", "with", "within",
  ]

  /// What the name already means, in words, or nil if a declaration may take it.
  static func meaning(of name: String) -> String? {
    if name == "response" || FactSchema.named(name) != nil { return "a fact" }
    if OperationProtocol(name: name) != nil { return "a protocol" }
    if detectors.contains(name) { return "a built-in detector" }
    if operators.contains(name) { return "an operator" }
    return nil
  }
}
