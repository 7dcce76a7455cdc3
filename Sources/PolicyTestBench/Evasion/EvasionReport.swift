import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime

/// A spelling that gets past a rule.
public struct Evasion: Sendable {
  /// The command that the rule stops.
  public var seed: Spelling
  public var spelling: Spelling
  /// What was done to it, none of which could be left out.
  public var rewrites: [String]
  /// When the target does the same with both, where it does not always.
  public var conditions: [String]
  public var seedDecision: Decision
  /// What the policy says to the spelling.
  public var decision: Decision
  public var advice: EvasionAdvice
}

/// How a rule fares against other spellings of what it stops.
public struct RuleEvasion: Sendable {
  public var name: String
  /// `file:line`.
  public var location: String
  /// `block` or `approve`.
  public var action: String
  /// Reported, never enforced.
  public var isObserved: Bool
  /// It looks for data in what is said, which has no other spellings: it is not tried.
  public var looksForData = false
  /// Commands that it was tried with. None: no command is known that it stops.
  public var seeds = 0
  /// The command is none of the tests or fixtures, but was written for the rule's conditions.
  public var isDerived = false
  /// Distinct spellings.
  public var tried = 0
  public var heldByRule = 0
  /// Stopped as strictly, but by other rules or a default.
  public var heldByOthers = 0
  /// The rules that stopped those, or `default`, with how many each; the one with most first.
  public var holders: [(name: String, count: Int)] = []
  public var past = 0
  /// One a combination of rewrites, the shortest first.
  public var evasions: [Evasion] = []
  /// Combinations that get past and are not kept.
  public var hidden = 0

  init(_ rule: CheckedRule, location: String) {
    name = rule.displayName
    self.location = location
    action = rule.actions.contains { if case .block = $0 { true } else { false } } ? "block" : "approve"
    isObserved = rule.isObserved
  }
}

/// What became of all rules.
public struct EvasionReport: Sendable {
  public var rules: [RuleEvasion] = []
  public var settings: EvasionSettings

  public init(settings: EvasionSettings) { self.settings = settings }

  public var holds: Bool { rules.allSatisfy { $0.past == 0 } }

  /// Evasions of a rule that are shown unless all are asked for.
  private static let shown = 5

  /// The report for people: a line a rule, then the evasions. `isFull` shows all of them.
  public func text(_ style: TextStyle, isFull: Bool = false) -> String {
    var text = ""
    let listed = isFull ? rules : rules.filter { $0.past > 0 || $0.seeds == 0 }
    if !listed.isEmpty {
      var table = TextTable([.left, .left, .right, .left])
      for rule in listed {
        table.add([
          rule.past > 0 ? "evaded" : rule.seeds == 0 ? "not tried" : "holds", rule.name, "\(rule.tried)",
          rule.summary(isFull: isFull),
        ])
      }
      text += table.text { row, column, cell in
        switch column {
        case 0: style(listed[row].past > 0 ? .bad : listed[row].seeds == 0 ? .warning : .good, cell)
        case 1: style(.name, cell)
        case 3: style(.faint, cell)
        default: cell
        }
      }
    }
    for rule in rules where rule.past > 0 {
      text += "\n\(style(.strong, rule.name))  \(style(.faint, rule.location))\n"
      for evasion in rule.evasions.prefix(isFull ? rule.evasions.count : Self.shown) { text += evasion.text(style) }
      let rest = rule.evasions.count - (isFull ? rule.evasions.count : Self.shown) + rule.hidden
      if rest > 0 {
        text +=
          "  " + style(.faint, "… and \(counted(rest, "other way"))" + (isFull ? "" : "; --verbose shows them")) + "\n"
      }
    }
    if !text.isEmpty { text += "\n" }
    return text + total(style)
  }

  private func total(_ style: TextStyle) -> String {
    let tried = rules.reduce(0) { $0 + $1.tried }
    let past = rules.reduce(0) { $0 + $1.past }
    let evaded = rules.count { $0.past > 0 }
    let untried = rules.count { $0.seeds == 0 && !$0.looksForData }
    let ofData = rules.count { $0.looksForData }
    var line = "\(counted(rules.count, "rule")), \(counted(tried, "spelling")): "
    line +=
      past == 0
      ? style(.good, "none gets past")
      : style(.bad, "\(grouped(past)) \(past == 1 ? "gets" : "get") past") + ", in \(counted(evaded, "rule"))"
    if untried > 0 { line += "; " + style(.warning, "of \(counted(untried, "rule")) no matching command is known") }
    if ofData > 0 { line += "; \(counted(ofData, "rule")) of data not tried" }
    return line + "\n"
  }

  /// The report of `hpol evade --json`, whose schema is `grammar/evade.schema.json`.
  public func write(to writer: inout JSONWriter) {
    writer.object {
      $0.member("holds", holds)
      $0.member("seed", settings.seed)
      $0.member("depth", settings.depth)
      $0.member("limit", settings.spellings)
      $0.key("rules")
      $0.array { for rule in rules { rule.write(to: &$0) } }
    }
    writer.newline()
  }
}

extension RuleEvasion {
  /// Rules that stopped spellings instead, that are named in a line.
  private static let shownHolders = 3

  fileprivate func summary(isFull: Bool) -> String {
    if looksForData { return "looks for data, not for commands  \(location)" }
    guard seeds > 0 else { return "no matching command known: write a test for it  \(location)" }
    var parts = ["of \(counted(seeds, "command"))" + (isDerived ? " derived from its conditions" : "")]
    if past > 0 { parts.append("\(grouped(past)) \(past == 1 ? "gets" : "get") past") }
    if isFull, heldByOthers > 0 {
      var names = holders.prefix(Self.shownHolders).map { "\($0.name) \(grouped($0.count))" }
      if holders.count > names.count { names.append("…") }
      parts.append("\(grouped(heldByOthers)) stopped by others alone (\(names.joined(separator: ", ")))")
    }
    return parts.joined(separator: ", ")
  }

  fileprivate func write(to writer: inout JSONWriter) {
    writer.object {
      $0.member("name", name)
      $0.member("location", location)
      $0.member("action", action)
      $0.member("observed", isObserved)
      $0.member("looksForData", looksForData)
      $0.member("derived", isDerived)
      for (key, value) in [
        ("commands", seeds), ("spellings", tried), ("heldByRule", heldByRule), ("heldByOthers", heldByOthers),
        ("past", past),
      ] {
        $0.key(key)
        $0.integer(value)
      }
      $0.key("holders")
      $0.array {
        for holder in holders {
          $0.object {
            $0.member("rule", holder.name)
            $0.member("spellings", holder.count)
          }
        }
      }
      $0.key("evasions")
      $0.array { for evasion in evasions { evasion.write(to: &$0) } }
      $0.member("notShown", hidden)
    }
  }
}

extension Evasion {
  /// Bytes of a command that are shown.
  private static let shownBytes = 300

  fileprivate func text(_ style: TextStyle) -> String {
    let road = spelling.protocol == seed.protocol ? "" : "  " + style(.faint, "(\(spelling.protocol.name))")
    return """
        \(style(decision.role, decision.word))  \(style(.strong, spelling.line(Self.shownBytes)))\(road)
          \(style(.faint, "for"))    \(seed.line(Self.shownBytes))  \(style(.faint, "which is \(seedDecision.past)"))
          \(style(.faint, "how"))    \(rewrites.joined(separator: ", "))\(provided(style))
          \(advice.text(style))

      """
  }

  private func provided(_ style: TextStyle) -> String {
    conditions.isEmpty ? "" : "  " + style(.faint, "if " + conditions.joined(separator: ", and "))
  }

  fileprivate func write(to writer: inout JSONWriter) {
    writer.object {
      $0.key("command")
      seed.write(to: &$0)
      $0.key("spelling")
      spelling.write(to: &$0)
      $0.key("rewrites")
      $0.strings(rewrites)
      $0.key("conditions")
      $0.strings(conditions)
      $0.member("commandDecision", seedDecision.word)
      $0.member("decision", decision.word)
      $0.key("write")
      if case .write(let tests) = advice { $0.string(tests) } else { $0.null() }
    }
  }
}

extension EvasionAdvice {
  fileprivate func text(_ style: TextStyle) -> String {
    switch self {
    case .write(let tests): style(.faint, "write") + "  " + style(.good, tests)
    case .unreadable:
      style(.faint, "write") + "  " + style(.good, "default unparsed block") + style(.faint, ": it cannot be read")
    case .nothingShared: style(.faint, "no fact is the same in both: `hpol decode` shows what is seen in them")
    }
  }
}

extension Spelling {
  /// In one line, for people.
  func line(_ limit: Int) -> String {
    let text =
      switch payload {
      case .text(let bytes): String(decoding: bytes, as: UTF8.self)
      case .message(let value): value.text
      case .http(let method, let path, let headers, let body):
        ([method + " " + path] + headers.map { $0.joined(separator: ": ") } + [body].compactMap { $0 }).joined(
          separator: "  ")
      }
    let line = printable(text)
    return line.count > limit ? line.prefix(limit) + "…" : line
  }

  fileprivate func write(to writer: inout JSONWriter) {
    writer.object {
      $0.member("protocol", `protocol`.name)
      $0.key("request")
      switch payload {
      case .text(let bytes): $0.string(String(decoding: bytes, as: UTF8.self))
      case .message(let value): $0.value(value)
      case .http(let method, let path, let headers, let body):
        $0.object {
          $0.member("method", method)
          $0.member("path", path)
          $0.key("headers")
          $0.array { for header in headers { $0.strings(header) } }
          $0.member("body", body)
        }
      }
    }
  }
}

extension Decision {
  /// What is done to a request with this decision.
  fileprivate var past: String {
    switch self {
    case .allow: "allowed"
    case .approve: "approved by people"
    case .block: "blocked"
    }
  }
}
