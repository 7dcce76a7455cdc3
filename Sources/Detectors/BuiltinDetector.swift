/// A detector that needs no declaration.
///
/// The regexes are PCRE; a group, where there is one, is what is found, the rest its context. Formats are those that the
/// issuers document: ISO/IEC 7812 for cards, ISO 13616 for IBAN, the prefixes of vendors' tokens.
struct BuiltinDetector {
  let name: String
  let regex: String
  let check: DetectorCheck?

  static func named(_ name: String) -> BuiltinDetector? { table.first { $0.name == name } }

  private init(_ name: String, _ regex: String, _ check: DetectorCheck? = nil) {
    self.name = name
    self.regex = regex
    self.check = check
  }

  /// Sorted by name, with the names of `BuiltinNames.detectors`.
  static let table: [BuiltinDetector] = [
    .init("aws_access_key", #"\b(?:A3T[A-Z0-9]|AKIA|ASIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ABIA|ACCA)[A-Z0-9]{16}\b"#),
    .init("aws_secret_key", #"(?i)aws.{0,20}?(?:secret|key).{0,20}?["'=:\s]([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"#),
    .init("azure_key", #"(?i)(?:AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{43,88}={0,2})"#),
    .init("cpf", #"(?<![\d.])\d{3}\.?\d{3}\.?\d{3}-?\d{2}(?![\d-])"#, .cpf),
    .init("credit_card", #"(?<![\w.-])[2-6]\d{3}(?:[ -]?\d){8,15}(?![\w-])"#, .luhn),
    .init(
      "date_of_birth",
      #"(?i)\b(?:dob|d\.o\.b\.?|date of birth|birth ?date|born(?: on)?)\b[^\d\n]{0,20}(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})"#
    ),
    .init("email", #"(?<![\w.+-])[\w.+'-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}\b"#),
    .init("gcp_api_key", #"\bAIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])"#),
    .init("github_token", #"\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})\b"#),
    .init("gitlab_token", #"\bgl(?:pat|ptt|dt|rt|oas|cbt|ft|soat|agent|imt)-[A-Za-z0-9_=-]{20,}"#),
    .init("iban", #"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"#, .mod97),
    .init(
      "ip_address",
      #"(?<![\d.:\w])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.]*\d)|(?<![:.\w])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![:.\w])"#,
      .address),
    .init("jwt", #"\beyJ[A-Za-z0-9_-]{5,}\.eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*"#),
    .init("mac_address", #"(?<![\w:-])[0-9A-Fa-f]{2}(?:(?::[0-9A-Fa-f]{2}){5}|(?:-[0-9A-Fa-f]{2}){5})(?![\w:-])"#),
    .init("nhs_number", #"(?<![\w.-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w-])"#, .mod11),
    .init("passport", #"(?i)\bpassport\b[^\n]{0,24}?\b([A-Z]{1,2}\d{6,8}|\d{9})\b"#),
    .init(
      "password",
      #"(?i)(?|(?:password|passwd|passphrase|pwd)["']?\s*(?:=>|[=:])\s*["']?([^\s"',;]{4,})|\b[a-z][a-z0-9+.-]*://[^/\s:@]+:([^@\s/]+)@)"#
    ),
    .init(
      "phone", #"(?<![\w.+/-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{1,4}\)[ .-]?)?\d{2,4}(?:[ .-]?\d{2,4}){1,4}(?![\w-])"#, .phone
    ),
    .init("private_key", #"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"#),
    .init(
      "secret",
      #"(?i)(?:api[_-]?key|access[_-]?key|auth[_-]?token|client[_-]?secret|secret|token)["']?\s*(?:=>|[=:])\s*["']?([A-Za-z0-9+/_=-]{20,})"#,
      .entropy),
    .init("slack_token", #"\bxox[abeoprs]-[A-Za-z0-9-]{10,}|https://hooks\.slack\.com/services/T\w+/B\w+/\w+"#),
    .init("stripe_key", #"\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}"#),
    .init("us_ssn", #"(?<![\w-])(?!000|666|9\d\d)\d{3}(?:-(?!00)\d{2}-| (?!00)\d{2} )(?!0000)\d{4}(?![\w-])"#),
  ]
}
