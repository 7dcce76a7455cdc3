import PolicyBytecode
import PolicyEngine

/// How many requests got each verdict.
public struct VerdictCounts: Sendable, Hashable {
  /// By ``Verdict``'s raw value.
  private var counts = [Int](repeating: 0, count: Verdict.allCases.count)

  public subscript(verdict: Verdict) -> Int { counts[Int(verdict.rawValue)] }

  public var total: Int { counts.reduce(0, +) }

  mutating func add(_ verdict: Verdict, _ count: Int) { counts[Int(verdict.rawValue)] += count }

  mutating func add(_ other: VerdictCounts) { for index in counts.indices { counts[index] += other.counts[index] } }

  /// What a report counts: a decision, or that none can be told from what was recorded.
  public enum Verdict: UInt8, CaseIterable, Sendable {
    case allow, approve, block, notEvaluable

    init(_ outcome: Outcome) {
      switch outcome.decision {
      case _ where !outcome.isEvaluable: self = .notEvaluable
      case .allow: self = .allow
      case .approve: self = .approve
      case .block: self = .block
      }
    }

    public var word: String {
      switch self {
      case .allow: "allow"
      case .approve: "approve"
      case .block: "block"
      case .notEvaluable: "not evaluable"
      }
    }

    public var role: TextStyle.Role {
      switch self {
      case .allow: .good
      case .approve: .warning
      case .block: .bad
      case .notEvaluable: .faint
      }
    }
  }
}

/// A request that stands for others in a report.
public struct RequestExample: Sendable, Hashable {
  var place: LinePlace
  /// The start of its payload.
  private var payload: [UInt8]

  /// Bytes of a payload that are kept.
  static let bytes = 200

  init(_ payload: [UInt8], at place: LinePlace) {
    self.place = place
    self.payload = Array(payload.prefix(Self.bytes))
  }

  /// The payload in one line, cut.
  public var text: String { printable(String(decoding: payload, as: UTF8.self)) }
}

/// What a policy says to recorded traffic, counted. Of bounded size, whatever the traffic is.
public struct ReplayReport: Sendable {
  /// A rule's part in the verdicts.
  public struct RuleCounts: Sendable {
    /// Requests to which it applied, and those that it decided.
    public var applied = 0
    public var decided = 0
  }

  /// Requests of a kind: their verdict, what decided, protocol and target.
  public struct Row: Sendable, Hashable {
    public var verdict: VerdictCounts.Verdict
    /// Names of the rules that decided; empty: a default did.
    public var rules: [String]
    public var `protocol`: OperationProtocol
    public var target: String
  }

  /// A request that was slow to decode and judge.
  public struct SlowRequest: Sendable {
    public var nanoseconds: Int
    public var example: RequestExample
  }

  public internal(set) var fixtures = 0
  public internal(set) var operations = 0
  public internal(set) var verdicts = VerdictCounts()
  public internal(set) var masked = 0
  /// Requests whose response is to be masked or judged, but is not in the recording.
  public internal(set) var lackResponse = 0
  public internal(set) var recordedInFull = 0
  /// By the rule's number in the bundle.
  public internal(set) var rules: [RuleCounts]
  /// What of the rules was exercised, if that was asked for.
  public internal(set) var coverage: CoverageCounts?
  public internal(set) var byDefault = VerdictCounts()
  public internal(set) var protocols: [OperationProtocol: VerdictCounts] = [:]
  public internal(set) var groups: [String: VerdictCounts] = [:]
  public internal(set) var targets: [String: VerdictCounts] = [:]
  /// Tests that could not be evaluated, as an author would write them, with the requests whose verdict hangs on them.
  public internal(set) var openTests: [String: Int] = [:]
  public internal(set) var rows: [Row: (count: Int, example: RequestExample)] = [:]
  /// The slowest first.
  public internal(set) var slowest: [SlowRequest] = []
  /// Requests whose recorded decision differs from the verdict, by both, with the first of them.
  public internal(set) var differing: [RecordedDifference: (count: Int, example: RequestExample)] = [:]
  /// Requests that say what was decided when they were recorded.
  public internal(set) var withRecorded = 0
  /// Lines that hold no fixture; the first of them in ``failures``.
  public internal(set) var notReplayable = 0
  public internal(set) var failures: [LineFailure] = []

  /// A recorded decision that the policy does not share.
  public struct RecordedDifference: Sendable, Hashable {
    public var recorded: Decision
    public var verdict: VerdictCounts.Verdict
  }

  /// Names of groups and targets, and rows, that are counted by themselves; the others are counted as `othersName`.
  public static let nameLimit = 10_000
  public static let othersName = "(others)"
  public static let slowestLimit = 5
  /// Tests that could not be evaluated and are counted by themselves.
  public static let openTestLimit = 1000

  init(ruleCount: Int) { rules = Array(repeating: RuleCounts(), count: ruleCount) }

  // MARK: Adding

  /// Adds `count` requests that had one outcome.
  mutating func add(
    _ outcome: Outcome, lacksResponse: Bool, count: Int, protocol: OperationProtocol, groups: [String], target: String?,
    _ example: RequestExample
  ) {
    let verdict = VerdictCounts.Verdict(outcome)
    fixtures += count
    operations += outcome.operations * count
    verdicts.add(verdict, count)
    if !outcome.masks.isEmpty { masked += count }
    // With rules on the response the engine has said it; else there is only masking to speak of.
    if outcome.lacksResponse || lacksResponse && outcome.decision != .block && !outcome.masks.isEmpty {
      lackResponse += count
    }
    if outcome.record == .full { recordedInFull += count }
    for rule in outcome.applied { rules[rule].applied += count }
    if outcome.rules.isEmpty, verdict != .notEvaluable { byDefault.add(verdict, count) }
    protocols[`protocol`, default: VerdictCounts()].add(verdict, count)
    for group in groups { Self.add(verdict, count, to: &self.groups, group) }
    Self.add(verdict, count, to: &targets, target ?? "")
    for test in outcome.notEvaluable { addOpen(test, count) }
    addRow(Row(verdict: verdict, rules: outcome.rules, protocol: `protocol`, target: target ?? ""), count, example)
  }

  private static func add(
    _ verdict: VerdictCounts.Verdict, _ count: Int, to table: inout [String: VerdictCounts], _ name: String
  ) {
    let isKept = table.count < nameLimit || table[name] != nil
    table[isKept ? name : othersName, default: VerdictCounts()].add(verdict, count)
  }

  private mutating func addOpen(_ test: String, _ count: Int) {
    let isKept = openTests.count < Self.openTestLimit || openTests[test] != nil
    openTests[isKept ? test : Self.othersName, default: 0] += count
  }

  private mutating func addRow(_ row: Row, _ count: Int, _ example: RequestExample) {
    var row = row
    if rows.count >= Self.nameLimit, rows[row] == nil { row.target = Self.othersName }
    let known = rows[row]
    let isFirst = known.map { example.place < $0.example.place } ?? true
    rows[row] = ((known?.count ?? 0) + count, isFirst ? example : known?.example ?? example)
  }

  mutating func addRecorded(_ difference: RecordedDifference, _ count: Int, _ example: RequestExample) {
    let known = differing[difference]
    let isFirst = known.map { example.place < $0.example.place } ?? true
    differing[difference] = ((known?.count ?? 0) + count, isFirst ? example : known?.example ?? example)
  }

  /// Whether a request that took so long would be among the slowest.
  func isSlow(_ nanoseconds: Int) -> Bool {
    slowest.count < Self.slowestLimit || nanoseconds > slowest[slowest.count - 1].nanoseconds
  }

  mutating func addSlow(_ slow: SlowRequest) {
    slowest.append(slow)
    slowest.sort { $0.nanoseconds > $1.nanoseconds }
    if slowest.count > Self.slowestLimit { slowest.removeLast() }
  }

  /// Adds what another thread counted.
  mutating func add(_ other: ReplayReport) {
    fixtures += other.fixtures
    operations += other.operations
    verdicts.add(other.verdicts)
    masked += other.masked
    lackResponse += other.lackResponse
    recordedInFull += other.recordedInFull
    withRecorded += other.withRecorded
    for index in rules.indices {
      rules[index].applied += other.rules[index].applied
      rules[index].decided += other.rules[index].decided
    }
    byDefault.add(other.byDefault)
    protocols.merge(other.protocols) { $0.adding($1) }
    for (name, counts) in other.groups { Self.add(counts, to: &groups, name) }
    for (name, counts) in other.targets { Self.add(counts, to: &targets, name) }
    for (test, count) in other.openTests { addOpen(test, count) }
    for (row, entry) in other.rows { addRow(row, entry.count, entry.example) }
    for (difference, entry) in other.differing { addRecorded(difference, entry.count, entry.example) }
    for slow in other.slowest where isSlow(slow.nanoseconds) { addSlow(slow) }
  }

  private static func add(_ counts: VerdictCounts, to table: inout [String: VerdictCounts], _ name: String) {
    let isKept = table.count < nameLimit || table[name] != nil
    table[isKept ? name : othersName, default: VerdictCounts()].add(counts)
  }
}

extension VerdictCounts {
  fileprivate func adding(_ other: VerdictCounts) -> VerdictCounts {
    var sum = self
    sum.add(other)
    return sum
  }
}
