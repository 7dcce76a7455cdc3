import PolicyCompiler
import PolicySyntax
import PolicyTestBench

/// A small, fast, seeded generator (SplitMix64), so that every run measures the same workload.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// The workload of the benchmark: rules that name 1 to 3 of 50 groups, one of 7 protocols, sometimes a target, and a
/// pattern (40 % literal, 40 % glob, 20 % regex); sessions of 100 requests of 20 to 400 bytes, of which 15 % hold the
/// text of a rule for the session, 5 % that of any rule, and 3 % are one edit away from a rule for the session.
struct Workload {
  struct Rule {
    let groups: [Int]
    let `protocol`: String
    let targetPrefix: String?
    /// The test on `command`, in the language.
    let test: String
    /// A text that the test matches.
    let example: String
  }
  struct Session {
    let group: Int
    let `protocol`: String
    let target: String

    func isSubject(to rule: Rule) -> Bool {
      rule.protocol == `protocol` && rule.groups.contains(group) && rule.targetPrefix.map(target.hasPrefix) ?? true
    }
  }
  struct Request {
    /// Index in ``Workload/sessions``.
    let session: Int
    let command: [UInt8]
  }

  static let protocols = ["postgres", "mysql", "redis", "k8s", "ssh", "http", "mcp"]
  private static let verbs = [
    "select", "delete", "update", "drop", "get", "set", "scan", "apply", "exec", "copy", "grant", "show", "list",
    "create", "patch", "post", "put", "read", "write", "purge",
  ]
  private static let nouns = [
    "orders", "customers", "invoices", "payments", "sessions", "accounts", "tokens", "secrets", "nodes", "pods",
    "deploys", "queues", "events", "metrics", "backups", "users", "roles", "ledger", "carts", "devices",
  ]

  let rules: [Rule]
  let sessions: [Session]
  /// Session after session.
  let requests: [Request]

  init(ruleCount: Int, sessionCount: Int = 200, requestsPerSession: Int = 100, seed: UInt64 = 7) {
    var random = SplitMix64(seed: seed)
    let rules = (0..<ruleCount).map { Self.rule($0, &random) }
    self.rules = rules
    let sessions = (0..<sessionCount).map { _ in Self.session(rules, &random) }
    self.sessions = sessions
    var requests: [Request] = []
    for (number, session) in sessions.enumerated() {
      let own = rules.filter(session.isSubject)
      for _ in 0..<requestsPerSession {
        requests.append(Request(session: number, command: Self.command(rules, own, &random)))
      }
    }
    self.requests = requests
  }

  /// A session to which some rule applies.
  private static func session(_ rules: [Rule], _ random: inout SplitMix64) -> Session {
    let rule = rules[Int.random(in: 0..<rules.count, using: &random)]
    return Session(
      group: rule.groups[0], protocol: rule.protocol, target: (rule.targetPrefix ?? "any-") + word(&random))
  }

  private static func word(_ random: inout SplitMix64) -> String {
    nouns[Int.random(in: 0..<nouns.count, using: &random)]
  }

  private static func rule(_ number: Int, _ random: inout SplitMix64) -> Rule {
    let groups = (0..<Int.random(in: 1...3, using: &random)).map { _ in Int.random(in: 0..<50, using: &random) }
    let verb = verbs[Int.random(in: 0..<verbs.count, using: &random)]
    let noun = word(&random)
    let other = word(&random)
    let id = Int.random(in: 0..<100_000, using: &random)
    let test: String
    let example: String
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<40:
      example = "\(verb) \(noun)_\(id)"
      test = "command contains \"\(example)\""
    case 40..<80:
      example = "\(verb) /\(noun)/\(other)-\(id) now"
      test = "command like \"*\(verb) /\(noun)/*-\(id)*\""
    default:
      example = "\(verb) \(noun) -f \(id)"
      test = "command matches /\\b(\(verb)|\(verb)_all)\\s+\(noun)\\s+-[fr]{1,2}\\s+\(id)\\b/ ignoring case"
    }
    let hasTarget = Int.random(in: 0..<10, using: &random) < 3
    return Rule(
      groups: groups, protocol: protocols[Int.random(in: 0..<protocols.count, using: &random)],
      targetPrefix: hasTarget ? ["prod-", "staging-", "eu-"][Int.random(in: 0..<3, using: &random)] : nil, test: test,
      example: example)
  }

  private static func filler(_ length: Int, _ random: inout SplitMix64) -> String {
    var text = ""
    while text.utf8.count < length {
      text += verbs[Int.random(in: 0..<verbs.count, using: &random)] + " " + word(&random)
      text += ["_", "-", " = ", ", ", "/"][Int.random(in: 0..<5, using: &random)]
      text += String(Int.random(in: 0..<1_000_000, using: &random)) + " "
    }
    return String(text.prefix(length))
  }

  private static func command(_ rules: [Rule], _ own: [Rule], _ random: inout SplitMix64) -> [UInt8] {
    // The mean of the two ranges, weighted, is 145 bytes.
    let isShort = Int.random(in: 0..<10, using: &random) < 8
    let length = isShort ? Int.random(in: 20...190, using: &random) : Int.random(in: 190...400, using: &random)
    let text = filler(length, &random)
    let kind = Int.random(in: 0..<100, using: &random)
    guard kind < 23 else { return Array(text.utf8) }
    let pool = kind >= 15 && kind < 20 ? rules : own
    var example = Array(pool[Int.random(in: 0..<pool.count, using: &random)].example.utf8)
    if kind >= 20 { example[Int.random(in: 0..<example.count, using: &random)] = UInt8(ascii: "#") }
    let keep = max(0, length - example.count - 2)
    let cut = Int.random(in: 0...keep, using: &random)
    let space = [UInt8(ascii: " ")]
    return Array(text.utf8.prefix(cut)) + space + example + space + text.utf8.dropFirst(cut).prefix(keep - cut)
  }

  /// The rules as a policy.
  var source: String {
    var out = "hpol 1\npolicy bench\ndefault allow\ndefault unparsed block\ndefault record none\n"
    for (number, rule) in rules.enumerated() {
      out += "rule r\(number) {\n"
      out += "  when group in [" + rule.groups.map { "\"g\($0)\"" }.joined(separator: ", ") + "]\n"
      out += "  when protocol is \(rule.protocol)\n"
      if let prefix = rule.targetPrefix { out += "  when target like \"\(prefix)*\"\n" }
      out += "  when \(rule.test)\n  block \"rule \(number)\"\n}\n"
    }
    return out
  }
}

/// Compiles a policy of one file.
func buildInMemory(_ source: String) -> [UInt8] {
  let build = PolicyBuild(
    roots: ["bench.hpol"], reader: .inMemory(["bench.hpol": Array(source.utf8)]), now: 0, toolVersion: "bench")
  guard let bundle = build.bundle else {
    fatalError(build.diagnostics.map { "\($0.code.text) \($0.message)" }.joined(separator: "\n"))
  }
  return bundle
}
