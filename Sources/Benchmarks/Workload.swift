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

/// The workload of the benchmark: rules that name 1 to 3 of 50 groups (wide: 10 to 25), one of 7 protocols, sometimes a
/// target, and a pattern (40 % literal, 40 % glob, 20 % regex); sessions with requests of 20 to 400 bytes, of which 15 %
/// hold the text of a rule for the session, 5 % that of a rule for others, and 3 % are one edit away from one for it.
///
/// Of a session's 1 to 3 groups, its protocol and its target, one group, the protocol and the target's prefix are a
/// rule's, so that some rule is about every session.
struct Workload {
  struct Rule {
    /// Bit g: group g.
    let groups: UInt64
    /// Index in ``Workload/protocols``.
    let `protocol`: Int
    let targetPrefix: String?
    /// The test on `command`, in the language.
    let test: String
    /// The same as an expression that PCRE2, Hyperscan and RE2 know.
    let regex: String
    let ignoresCase: Bool
    /// What every text that matches holds; as rare in requests as can be had.
    let literal: String
    /// A text that the test matches.
    let example: String
  }
  struct Session {
    let groups: UInt64
    let `protocol`: Int
    let target: String

    func isSubject(to rule: Rule) -> Bool {
      rule.protocol == `protocol` && rule.groups & groups != 0 && rule.targetPrefix.map(target.hasPrefix) ?? true
    }
  }
  struct Request {
    /// Index in ``Workload/sessions``.
    let session: Int
    let command: [UInt8]
  }

  static let groupCount = 50
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

  init(ruleCount: Int, isWide: Bool = false, sessionCount: Int = 200, requestsPerSession: Int = 100, seed: UInt64 = 7) {
    var random = SplitMix64(seed: seed)
    let rules = (0..<ruleCount).map { _ in Self.rule(isWide: isWide, &random) }
    self.rules = rules
    let byProtocol = Self.protocols.indices.map { number in rules.filter { $0.protocol == number } }
    var sessions: [Session] = []
    var requests: [Request] = []
    for number in 0..<sessionCount {
      let session = Self.session(rules, &random)
      let own = byProtocol[session.protocol].filter(session.isSubject)
      sessions.append(session)
      for _ in 0..<requestsPerSession {
        requests.append(Request(session: number, command: Self.command(session, rules, own, &random)))
      }
    }
    self.sessions = sessions
    self.requests = requests
  }

  /// A session to which some rule applies.
  private static func session(_ rules: [Rule], _ random: inout SplitMix64) -> Session {
    let rule = rules[Int.random(in: 0..<rules.count, using: &random)]
    var own = 0
    repeat { own = Int.random(in: 0..<groupCount, using: &random) } while rule.groups >> UInt64(own) & 1 == 0
    let others = groups(Int.random(in: 0...2, using: &random), &random)
    return Session(
      groups: others | 1 << UInt64(own), protocol: rule.protocol, target: (rule.targetPrefix ?? "any-") + word(&random))
  }

  /// `count` groups, or fewer where one comes twice.
  private static func groups(_ count: Int, _ random: inout SplitMix64) -> UInt64 {
    (0..<count).reduce(0) { set, _ in set | 1 << UInt64(Int.random(in: 0..<groupCount, using: &random)) }
  }

  private static func word(_ random: inout SplitMix64) -> String {
    nouns[Int.random(in: 0..<nouns.count, using: &random)]
  }

  private static func rule(isWide: Bool, _ random: inout SplitMix64) -> Rule {
    let groups = groups(Int.random(in: isWide ? 10...25 : 1...3, using: &random), &random)
    let verb = verbs[Int.random(in: 0..<verbs.count, using: &random)]
    let noun = word(&random)
    let other = word(&random)
    let id = Int.random(in: 0..<100_000, using: &random)
    // Numbers of a few digits are anywhere.
    let isRare = id >= 1000
    let (test, regex, literal, example): (String, String, String, String)
    let kind = Int.random(in: 0..<100, using: &random)
    switch kind {
    case 0..<40:
      example = "\(verb) \(noun)_\(id)"
      (test, regex, literal) = ("command contains \"\(example)\"", example, example)
    case 40..<80:
      example = "\(verb) /\(noun)/\(other)-\(id) now"
      test = "command like \"*\(verb) /\(noun)/*-\(id)*\""
      (regex, literal) = ("\(verb) /\(noun)/.*-\(id)", isRare ? "-\(id)" : "\(verb) /\(noun)/")
    default:
      example = "\(verb) \(noun) -f \(id)"
      regex = "\\b(\(verb)|\(verb)_all)\\s+\(noun)\\s+-[fr]{1,2}\\s+\(id)\\b"
      (test, literal) = ("command matches /\(regex)/ ignoring case", isRare ? String(id) : noun)
    }
    let hasTarget = Int.random(in: 0..<10, using: &random) < 3
    return Rule(
      groups: groups, protocol: Int.random(in: 0..<protocols.count, using: &random),
      targetPrefix: hasTarget ? ["prod-", "staging-", "eu-"][Int.random(in: 0..<3, using: &random)] : nil, test: test,
      regex: regex, ignoresCase: kind >= 80, literal: literal, example: example)
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

  private static func command(
    _ session: Session, _ rules: [Rule], _ own: [Rule], _ random: inout SplitMix64
  ) -> [UInt8] {
    // The mean of the two ranges, weighted, is 145 bytes.
    let isShort = Int.random(in: 0..<10, using: &random) < 8
    let length = isShort ? Int.random(in: 20...190, using: &random) : Int.random(in: 190...400, using: &random)
    let text = filler(length, &random)
    let kind = Int.random(in: 0..<100, using: &random)
    guard kind < 23 else { return Array(text.utf8) }
    var rule = own[Int.random(in: 0..<own.count, using: &random)]
    if kind >= 15 && kind < 20 {
      // Where few rules are for others, a few tries may find none.
      for _ in 0..<8 where session.isSubject(to: rule) { rule = rules[Int.random(in: 0..<rules.count, using: &random)] }
    }
    var example = Array(rule.example.utf8)
    if kind >= 20 { example[Int.random(in: 0..<example.count, using: &random)] = UInt8(ascii: "#") }
    let keep = max(0, length - example.count - 2)
    let cut = Int.random(in: 0...keep, using: &random)
    let space = [UInt8(ascii: " ")]
    return Array(text.utf8.prefix(cut)) + space + example + space + text.utf8.dropFirst(cut).prefix(keep - cut)
  }

  /// The rules as a policy; their order in the bundle, which is that of their names, is the order here.
  var source: String {
    var out = "hpol 1\npolicy bench\ndefault allow\ndefault unparsed block\ndefault record none\n"
    for (number, rule) in rules.enumerated() {
      out += "rule r\(1_000_000 + number) {\n"
      out += "  when group in [" + Self.names(rule.groups).map { "\"\($0)\"" }.joined(separator: ", ") + "]\n"
      out += "  when protocol is \(Self.protocols[rule.protocol])\n"
      if let prefix = rule.targetPrefix { out += "  when target like \"\(prefix)*\"\n" }
      out += "  when \(rule.test)\n  block \"rule \(number)\"\n}\n"
    }
    return out
  }

  /// The names of a set of groups.
  static func names(_ groups: UInt64) -> [String] {
    (0..<groupCount).filter { groups >> UInt64($0) & 1 != 0 }.map { "g\($0)" }
  }
}
