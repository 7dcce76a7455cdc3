import PolicyBytecode
import PolicyEngine
import PolicyRuntime

/// Says of requests that fared otherwise than was stated what decided and where that stands, and what kept from it the
/// rules that were to.
public final class VerdictReasons {
  private let policy: LoadedPolicy
  private let clock: Int64
  /// One of its own: what others have judged last stays as it is. Most runs need none.
  private lazy var engine = Engine(policy, clock: clock)

  /// Reasons that are given for one request.
  private static let sentenceLimit = 3
  /// Tests that are named in one.
  private static let testLimit = 3

  public init(_ policy: LoadedPolicy, clock: Int64) {
    self.policy = policy
    self.clock = clock
  }

  /// What was to become of a request, and did not.
  enum Wish: Sendable, Equatable {
    case decision(Decision, by: [String])
    case action(Explanation.Action.Kind)

    /// The rules that were to decide.
    fileprivate var names: [String] {
      if case .decision(_, let names) = self { names } else { [] }
    }
  }

  /// What was decided, in the words of an expectation, and why that was not what was wished for.
  public struct Reason: Sendable {
    var decision: String
    var because: [String]
  }

  /// Of a fixture that is known not to have fared as it pins; else nil.
  func reason(_ fixture: Fixture, _ outcome: Outcome, _ request: JudgedRequest, _ tags: [String]) -> Reason? {
    let failed = fixture.expect?.failures(outcome).filter(\.isKnown) ?? []
    return failed.isEmpty ? nil : reason(request, tags, failed.map(\.wish))
  }

  func reason(_ request: JudgedRequest, _ tags: [String], _ wishes: [Wish]) -> Reason {
    let explained = engine.explain(request, tags, keeping: Set(wishes.flatMap(\.names)))
    let operations = explained.strictestFirst
    var because: [String] = []
    for wish in wishes {
      switch wish {
      case .decision(_, let names) where !names.isEmpty:
        for name in names where !explained.outcome.rules.contains(name) {
          because.append(reason(name, operations, request))
        }
      case .decision(let decision, _):
        // What rules decided was not for want of another.
        if explained.outcome.rules.isEmpty { because += nearest(operations) { $0.decision == decision } }
      case .action(let kind): because += nearest(operations) { $0.actions.contains { $0.kind == kind } }
      }
    }
    return Reason(
      decision: decision(explained.outcome, operations), because: Array(because.prefix(Self.sentenceLimit)))
  }

  /// The decision, with the rules that made it and their places.
  private func decision(_ outcome: Outcome, _ operations: [ExplainedOperation]) -> String {
    guard !outcome.rules.isEmpty else {
      let unparsed = operations.first.map(\.operation.unparsed) ?? .none
      return outcome.decision.word + " by default"
        + (unparsed == .none ? "" : ", for it cannot be read (\(unparsed.word))")
    }
    return outcome.decision.word + " by " + outcome.rules.map { placed($0) }.joined(separator: ", ")
  }

  /// Why a rule did not decide.
  private func reason(_ name: String, _ operations: [ExplainedOperation], _ request: JudgedRequest) -> String {
    let rules = operations.flatMap(\.rules).filter { $0.name == name }
    if let applied = rules.first(where: { $0.outcome == .applied }) {
      return placed(name) + " applies, "
        + (applied.isObserved ? "but is only observed" : "and says: \(applied.effects)")
    }
    if let missed = rules.min(by: { $0.failed.count < $1.failed.count }) { return reason(missed) }
    guard let rule = record(name) else { return "there is no rule \(name)" }
    if rule.isOnResponse, request.response == nil { return placed(name) + " is about responses, and there is none" }
    return placed(name) + " is not about \(request.protocol.name)"
  }

  /// Why a rule did not apply that is said to have missed.
  private func reason(_ rule: Explanation.Rule) -> String {
    let tests = rule.failed.prefix(Self.testLimit).map(\.failure).joined(separator: ", ")
    return placed(rule.name) + " does not apply: " + tests
  }

  /// Why the rule did not apply that lacked the least of those wanted.
  private func nearest(_ operations: [ExplainedOperation], _ isWanted: (Explanation.Rule) -> Bool) -> [String] {
    operations.flatMap(\.missed).first { isWanted($0) && !$0.isObserved }.map { [reason($0)] } ?? []
  }

  /// `no-drop (a.hpol:5)`
  private func placed(_ name: String) -> String {
    guard let rule = record(name) else { return name }
    let bundle = policy.bundle
    return "\(name) (\(bundle.text(bundle.sources[Int(rule.place.file)].path)):\(rule.place.line))"
  }

  private func record(_ name: String) -> RuleRecord? {
    let bundle = policy.bundle
    return bundle.rules.indices.map { bundle.rules[$0] }.first { bundle.text($0.displayName) == name }
  }
}

extension Explanation.Rule {
  fileprivate var failed: [Explanation.Step] { path.filter { !$0.passes } }
}

extension Explanation.Step {
  /// That the test came out otherwise than its rule asks, with the value that it was asked of.
  fileprivate var failure: String {
    let isExclusion = text.hasPrefix("not ")
    let test = isExclusion ? String(shownText.dropFirst(4)) : shownText
    let value = ["true", "false"].contains(valueText) ? "" : " (\(valueText))"
    return "`\(test)` " + (isExclusion ? "holds" : "does not hold") + value
  }
}
