import PolicyBytecode
import PolicyEngine

/// What a policy said to many requests, counted.
public struct EvalSummary: Sendable {
  public private(set) var requests = 0
  public private(set) var operations = 0
  private var decisions: [Decision: Int] = [:]
  private var rules: [String: (decision: Decision, count: Int)] = [:]
  private var byDefault: [Decision: Int] = [:]
  private var protocols: [OperationProtocol: Int] = [:]
  private var masked = 0
  private var recordedInFull = 0
  private var notEvaluable = 0
  private var lackResponse = 0

  public init() {}

  public mutating func add(_ request: JudgedRequest, _ outcome: Outcome) {
    requests += 1
    operations += outcome.operations
    protocols[request.protocol, default: 0] += 1
    if outcome.lacksResponse { lackResponse += 1 }
    guard outcome.isEvaluable else {
      notEvaluable += 1
      return
    }
    decisions[outcome.decision, default: 0] += 1
    for rule in outcome.rules { rules[rule, default: (outcome.decision, 0)].count += 1 }
    if outcome.rules.isEmpty { byDefault[outcome.decision, default: 0] += 1 }
    if !outcome.masks.isEmpty { masked += 1 }
    if outcome.record == .full { recordedInFull += 1 }
  }

  /// Adds what was said to other requests.
  public mutating func add(_ other: EvalSummary) {
    requests += other.requests
    operations += other.operations
    decisions.merge(other.decisions, uniquingKeysWith: +)
    rules.merge(other.rules) { ($0.decision, $0.count + $1.count) }
    byDefault.merge(other.byDefault, uniquingKeysWith: +)
    protocols.merge(other.protocols, uniquingKeysWith: +)
    masked += other.masked
    recordedInFull += other.recordedInFull
    notEvaluable += other.notEvaluable
    lackResponse += other.lackResponse
  }

  /// The report for people: decisions, then the rules that decided, the busiest first.
  public func text(_ style: TextStyle) -> String {
    let wires = protocols.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\(grouped($0.value)) \($0.key.name)" }
    var text = counted(requests, "request")
    if !wires.isEmpty { text += " (\(wires.joined(separator: ", ")))" }
    text += ", \(counted(operations, "operation"))\n\n"
    var table = TextTable([.left, .right, .right], indent: 2)
    for decision in Decision.allCases {
      let count = decisions[decision] ?? 0
      table.add([decision.word, grouped(count), share(count)])
    }
    var roles = Decision.allCases.map(\.role)
    if notEvaluable > 0 {
      table.add(["not evaluable", grouped(notEvaluable), share(notEvaluable)])
      roles.append(.warning)
    }
    text += table.text { row, column, cell in column == 0 ? style(roles[row], cell) : cell }
    text += "\n  \(grouped(recordedInFull)) recorded in full, \(grouped(masked)) with masks\n"
    if lackResponse > 0 {
      text += "  \(grouped(lackResponse)) whose response is missing or redacted: masking is not evaluable\n"
    }
    guard !rules.isEmpty || !byDefault.isEmpty else { return text }
    text += "\n" + style(.strong, "decided by") + "\n"
    var deciders = TextTable([.left, .left, .right], indent: 2)
    let sorted = rules.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
    for (name, entry) in sorted.prefix(Self.shownRules) {
      deciders.add([entry.decision.word, name, grouped(entry.count)])
    }
    for decision in Decision.allCases.reversed() {
      if let count = byDefault[decision] { deciders.add([decision.word, "(default)", grouped(count)]) }
    }
    let decisionOfRow = deciders.rows.map { row in Decision.allCases.first { $0.word == row[0] } ?? .allow }
    text += deciders.text { row, column, cell in column == 0 ? style(decisionOfRow[row].role, cell) : cell }
    if sorted.count > Self.shownRules {
      let rest = sorted.count - Self.shownRules
      text += "  " + style(.faint, "and \(counted(rest, "rule")) that decided less") + "\n"
    }
    return text
  }

  /// The busiest rules that are listed, so that the report stays under a screen.
  private static let shownRules = 20

  private func share(_ count: Int) -> String {
    guard requests > 0 else { return "0 %" }
    let tenths = (count * 1000 + requests / 2) / requests
    return "\(tenths / 10).\(tenths % 10) %"
  }
}
