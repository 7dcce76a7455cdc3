import PolicyBytecode
import PolicyEngine
import PolicyRuntime

/// What a change of policy does to recorded traffic: requests by what became of them before and after. Of bounded size.
public struct DiffReport: Sendable {
  /// How the verdicts of a request under two policies compare.
  public enum Change: String, CaseIterable, Sendable {
    /// The new verdict is weaker: what was blocked is allowed or only held, what was held is allowed.
    case weakened
    /// The new verdict is stricter.
    case tightened
    /// The decision is the same, what goes with it is not: masks, recording, who approves, tags.
    case changed
    case unchanged
    /// The recording does not tell under one of the policies.
    case notEvaluable = "not-evaluable"

    /// As reports say it.
    public var word: String { self == .notEvaluable ? "not evaluable" : rawValue }

    public var role: TextStyle.Role {
      switch self {
      case .weakened: .bad
      case .tightened: .good
      case .changed: .warning
      case .unchanged, .notEvaluable: .faint
      }
    }
  }

  /// Requests that fared alike: the same decisions, by the same rules, with the same changes beside them.
  public struct ClusterKey: Sendable, Hashable {
    public var change: Change
    /// Nil where the recording does not tell.
    public var old: Decision?
    public var new: Decision?
    /// Names of the rules that decided; empty: a default did.
    public var oldRules: [String]
    public var newRules: [String]
    /// What else changed, in words: `record full → commands`.
    public var details: [String]
  }

  public struct Cluster: Sendable {
    public var count: Int
    /// The shortest of its requests, and of several the first.
    public var example: RequestExample
    var exampleLength: Int
  }

  public internal(set) var fixtures = 0
  public internal(set) var counts: [Change: Int] = [:]
  /// Those of all changes but `unchanged`.
  public internal(set) var clusters: [ClusterKey: Cluster] = [:]
  public internal(set) var notReplayable = 0
  public internal(set) var failures: [LineFailure] = []

  /// Clusters that are told apart; requests of others are counted under their change alone.
  public static let clusterLimit = 10_000

  public init() {}

  mutating func add(_ key: ClusterKey, _ cluster: Cluster) {
    fixtures += cluster.count
    counts[key.change, default: 0] += cluster.count
    guard key.change != .unchanged else { return }
    var key = key
    if clusters.count >= Self.clusterLimit, clusters[key] == nil {
      key.oldRules = [ReplayReport.othersName]
      key.newRules = [ReplayReport.othersName]
      key.details = []
    }
    guard var known = clusters[key] else {
      clusters[key] = cluster
      return
    }
    known.count += cluster.count
    if (cluster.exampleLength, cluster.example.place) < (known.exampleLength, known.example.place) {
      known.example = cluster.example
      known.exampleLength = cluster.exampleLength
    }
    clusters[key] = known
  }

  mutating func add(_ other: DiffReport) {
    // What is unchanged has no cluster.
    let unchanged = other.counts[.unchanged] ?? 0
    fixtures += unchanged
    if unchanged > 0 { counts[.unchanged, default: 0] += unchanged }
    for (key, cluster) in other.clusters { add(key, cluster) }
  }
}

extension DiffReport.ClusterKey {
  /// How two outcomes of one request compare.
  init(_ old: Outcome, _ new: Outcome) {
    self.init(
      change: .unchanged, old: old.isEvaluable ? old.decision : nil, new: new.isEvaluable ? new.decision : nil,
      oldRules: old.rules, newRules: new.rules, details: [])
    guard old.isEvaluable, new.isEvaluable else {
      change = .notEvaluable
      details = Array(Set(old.notEvaluable + new.notEvaluable)).sorted()
      return
    }
    details = Self.details(old, new)
    if new.decision < old.decision {
      change = .weakened
    } else if new.decision > old.decision {
      change = .tightened
    } else if !details.isEmpty {
      change = .changed
      // Who decides did not change; what goes with it did.
    }
  }

  private static func details(_ old: Outcome, _ new: Outcome) -> [String] {
    var details: [String] = []
    if old.record != new.record { details.append("record \(old.record.word) → \(new.record.word)") }
    // A blocked request has no response to mask; its masks did not go away.
    if old.decision != .block, new.decision != .block {
      details += changes("mask", old.masks.map(\.policyText), new.masks.map(\.policyText))
      details += changes("tag", old.tags, new.tags)
    }
    if old.decision == .approve, new.decision == .approve {
      details += changes("approve", old.approvals.map(\.policyText), new.approvals.map(\.policyText))
    }
    return details
  }

  private static func changes(_ what: String, _ old: [String], _ new: [String]) -> [String] {
    let (before, after) = (Set(old), Set(new))
    return before.subtracting(after).sorted().map { "− \(what) \($0)" }
      + after.subtracting(before).sorted().map { "+ \(what) \($0)" }
  }
}

extension MaskObligation {
  /// As a policy writes it, shortened.
  var policyText: String {
    let what =
      switch subject {
      case .detector(let name): name
      case .column(let globs): "column " + globs.joined(separator: ", ")
      case .json(let path): "json \(path)"
      case .header(let globs): "header " + globs.joined(separator: ", ")
      case .regex(let source): "/\(source)/"
      }
    return switch treatment {
    case .redact: what
    case .hash: what + " with hash"
    case .with(let text): what + " with \"\(printable(text))\""
    case .keepFirst(let count): what + " keep first \(count)"
    case .keepLast(let count): what + " keep last \(count)"
    }
  }
}
