import PolicyBytecode
import PolicyCompiler

/// Recognises mutants that no request can tell from the original.
struct MutantEquivalence {
  enum Reason: String, Sendable {
    /// The changed conditions hold of the same operations.
    case alike = "holds of the same operations"
    /// What the mutant does not do, or does besides, other rules or a default do as well.
    case covered = "other rules do the same wherever it matters"
    /// It would take a flag that no line has.
    case unseen = "lines have no such flags"
    /// The checker would not let it through: the changed rule can never apply.
    case impossible = "the checker refuses it"
  }

  private let policy: CheckedPolicy
  private let reasoning: ConditionReasoning
  private let facts: [Set<Fact>]
  /// What every operation that is not `unparsed` is recorded as, whatever its protocol.
  private let leastRecord: RecordLevel
  private let allowsAll: Bool
  private let originals: [String: CheckedRule]

  init(_ policy: CheckedPolicy, _ reasoning: ConditionReasoning) {
    self.policy = policy
    self.reasoning = reasoning
    facts = policy.rules.map { Set($0.condition.facts) }
    let defaults = policy.defaults
    leastRecord = ([defaults.record] + defaults.recordByProtocol.values).min() ?? .none
    allowsAll = ([defaults.decision] + defaults.byProtocol.values).allSatisfy { $0 == .allow }
    originals = Dictionary(policy.rules.map { ($0.fullName, $0) }) { first, _ in first }
  }

  /// Why no request tells the mutant from the original; nil where one may.
  func reason(_ change: PolicyChange) -> Reason? {
    guard change.defaults == policy.defaults, change.invariants.isEmpty else { return nil }
    var reason = Reason.alike
    for changed in change.rules {
      guard let original = originals[changed.fullName] else { continue }
      let hasSameEffect = changed.hasEffect(of: original)
      if hasSameEffect, reasoning.areAlike(original.condition, changed.condition) { continue }
      guard !changed.condition.speaksOfResponse, isCovered(original, changed, hasSameEffect) else { return nil }
      reason = .covered
    }
    return reason
  }

  /// Ways in which a changed rule and its original differ that are looked at.
  private static let waysSeen = 200

  /// Whether only flags that the decoder never gives tell the changed rules from their originals.
  func isUnseen(_ change: PolicyChange) -> Bool {
    guard change.defaults == policy.defaults, change.invariants.isEmpty, !change.rules.isEmpty else { return false }
    return change.rules.allSatisfy { changed in
      guard let original = originals[changed.fullName], changed.hasEffect(of: original),
        original.condition.facts.contains(.shellFlag)
      else { return false }
      return [
        reasoning.difference(original.condition, without: changed.condition),
        reasoning.difference(changed.condition, without: original.condition),
      ].allSatisfy { region in
        reasoning.allAlternatives(region, limit: Self.waysSeen)?.allSatisfy(\.askForUnseenFlag) ?? false
      }
    }
  }

  /// Whether a changed rule can apply to nothing, which the checker reports as an error.
  func isImpossible(_ change: PolicyChange) -> Bool {
    change.rules.contains { changed in
      !reasoning.canHold([changed.condition])
        && (originals[changed.fullName].map { reasoning.canHold([$0.condition]) } ?? true)
    }
  }

  private func isCovered(_ original: CheckedRule, _ changed: CheckedRule, _ hasSameEffect: Bool) -> Bool {
    let lost =
      hasSameEffect ? reasoning.difference(original.condition, without: changed.condition) : [original.condition]
    let gained =
      hasSameEffect ? reasoning.difference(changed.condition, without: original.condition) : [changed.condition]
    // What both do where both apply is lost or gained nowhere.
    let appliesAlike =
      !hasSameEffect && original.isObserved == changed.isObserved && original.onResponse == changed.onResponse
      && original.until == changed.until && reasoning.areAlike(original.condition, changed.condition)
    let shared = appliesAlike ? original.actions.filter(changed.actions.contains) : []
    return isRedundant(original, in: lost, sharing: shared) && isRedundant(changed, in: gained, sharing: shared)
  }

  /// Whether all that a rule does where the conditions hold, besides what it shares with its mutant, is done there without
  /// it.
  private func isRedundant(_ rule: CheckedRule, in region: [Condition], sharing shared: [CheckedAction]) -> Bool {
    if rule.isObserved || !reasoning.canHold(region) { return true }
    return rule.actions.filter { !shared.contains($0) }.allSatisfy { action in
      switch action {
      case .allow where allowsAll && !rule.condition.facts.contains(.unparsed): true
      case .record(let level) where level <= leastRecord: true
      // A request that is blocked leaves no tags.
      case .tag where shared.contains(where: \.blocks): true
      default:
        isDone(action, in: region, within: rule.onResponse, butBy: rule.fullName, facts: Set(region.flatMap(\.facts)))
      }
    }
  }

  private func isDone(
    _ action: CheckedAction, in region: [Condition], within onResponse: Bool, butBy name: String, facts: Set<Fact>
  ) -> Bool {
    policy.rules.indices.contains { index in
      let other = policy.rules[index]
      guard other.fullName != name, !other.isObserved, other.until == nil, other.onResponse == onResponse,
        self.facts[index].isSubset(of: facts), other.actions.contains(where: { action.isDone(by: $0) })
      else { return false }
      return !reasoning.canHold(region + [.not(other.condition)])
    }
  }
}

extension CheckedAction {
  fileprivate var blocks: Bool { if case .block = self { true } else { false } }

  /// Whether the other action makes this one superfluous, messages aside. An approval is also done by a block.
  fileprivate func isDone(by other: CheckedAction) -> Bool {
    switch (self, other) {
    case (.block, .block), (.approve, .block), (.allow, .allow): true
    case (.record(let own), .record(let others)): own <= others
    case (.approve(var own), .approve(var others)):
      {
        own.question = nil
        others.question = nil
        return own == others
      }()
    default: self == other
    }
  }
}
