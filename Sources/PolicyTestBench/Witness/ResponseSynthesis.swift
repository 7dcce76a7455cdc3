import JSONText
import PatternMatching
import PolicyBytecode
import PolicyCompiler

/// Writes answers in which masks and rules on responses find something. Whether they do is for the engine to say.
struct ResponseSynthesis {
  let sampler: PatternSampler
  /// Those that the policy declares.
  var detectors: [CheckedDetector] = []

  /// Rows and bytes of an answer that is written to have as many.
  private static let rowLimit: Int64 = 200
  private static let byteLimit: Int64 = 2_000

  /// What hides nothing.
  private static let plain = "ok"

  // MARK: - For masks

  /// Answers in which masks of one of these subjects find something.
  func texts(showing subject: MaskSubject) -> [String] {
    switch subject {
    case .detector(let name): example(name).map { [$0] } ?? []
    case .regex(let source): sampler.texts([[Pattern(.regex, source)]], avoiding: [], limit: 1)
    case .column(let globs):
      sampler.texts([globs.map { Pattern(.glob, $0) }], avoiding: []).map { Self.object($0, "a value") }
    case .json(let path): [Self.document(path)].compactMap { $0 }
    // A test does not state headers of answers.
    case .header: []
    }
  }

  private static func object(_ name: String, _ value: String) -> String {
    JSONValue.object([.init(name, .string(value))]).text
  }

  /// A document that has something at a path; nil where the path is none that is understood.
  private static func document(_ path: String) -> String? {
    guard path.hasPrefix("$") else { return nil }
    var value = JSONValue.string("a value")
    var steps: [String] = []
    var rest = path.dropFirst()
    while let first = rest.first {
      rest.removeFirst()
      switch first {
      case ".": break
      case "[":
        // In quotes a name may hold what else ends it.
        let quote = rest.first.flatMap { "'\"".contains($0) ? $0 : nil }
        let name = quote.map { quote in rest.dropFirst().prefix { $0 != quote } }
        steps.append(name.map(String.init) ?? "[]")
        rest = rest.dropFirst(name.map { $0.count + 2 } ?? 0).drop { $0 != "]" }.dropFirst()
      default:
        let name = rest.prefix { !".[".contains($0) }
        steps.append(String(first) + name)
        rest = rest.dropFirst(name.count)
      }
    }
    for step in steps.reversed() {
      value = step == "[]" ? .array([value]) : .object([.init(step == "*" ? "x" : step, value)])
    }
    return steps.isEmpty ? nil : value.text
  }

  // MARK: - For rules

  /// Answers of which the tests on responses may hold.
  func texts(meeting goal: RequestGoal) -> [String] {
    let found = goal.values(.responseDetector).compactMap(example)
    var text = found.isEmpty ? Self.plain : found.joined(separator: "\n")
    if let rows = goal.number(.responseRows), rows <= Self.rowLimit {
      text = JSONValue.array((0..<rows).map { _ in .object([.init("a", .string(text))]) }).text
    }
    if let bytes = goal.number(.responseBytes), bytes <= Self.byteLimit {
      let missing = Int(bytes) - text.utf8.count
      text =
        missing < 0 && found.isEmpty
        ? String(repeating: "x", count: Int(bytes)) : text + String(repeating: " ", count: max(0, missing))
    }
    return [text]
  }

  // MARK: - Detectors

  /// What a detector finds, with what it needs around it.
  private func example(_ name: String) -> String? {
    if let known = Self.examples[name] { return known }
    guard let own = detectors.first(where: { $0.name == name }) else { return nil }
    return sampler.texts([[own.pattern]], avoiding: [], limit: 1).first
  }

  /// No key of anybody; in parts, so that what looks for keys in sources finds none here.
  private static let letters = "kZ8qT1vRmW3xYp7LdJ5nB2cHs9GfA4uE6oKiQ0Vt"

  private static let examples: [String: String] = [
    "aws_access_key": "AKIA" + "Q7ZK3M5T2WXN4B6C",
    "aws_secret_key": "aws_secret_access_key = " + letters,
    "azure_key": "AccountKey=" + letters + letters + letters.prefix(6) + "==",
    "cpf": "CPF 529.982.247-25",
    "credit_card": "4111 1111 1111 1111",
    "date_of_birth": "date of birth: 1984-03-12",
    "email": "ana@example.com",
    "gcp_api_key": "AIza" + "SyD4" + letters.prefix(31),
    "github_token": "ghp_" + letters.prefix(36),
    "gitlab_token": "glpat-" + letters.prefix(20),
    "iban": "DE89 3704 0044 0532 0130 00",
    "ip_address": "203.0.113.7",
    "jwt": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0In0." + "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJVadQssw5c",
    "mac_address": "00:1B:44:11:3A:B7",
    "nhs_number": "NHS number 943 476 5919",
    "passport": "passport number: C01X00T47",
    "password": "password: hunter2-Blue",
    "phone": "+49 30 1234567",
    "private_key": "-----BEGIN " + "PRIVATE KEY-----\n" + letters + "\n-----END " + "PRIVATE KEY-----",
    "secret": "client_secret: " + letters.prefix(32),
    "slack_token": "xoxb-" + "123456789012-1234567890123-" + letters.prefix(24),
    "stripe_key": "sk_live_" + letters.prefix(24),
    "us_ssn": "SSN 536-22-8726",
  ]
}
