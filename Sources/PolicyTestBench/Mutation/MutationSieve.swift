import PatternMatching
import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime

/// What one engine finds out about all mutants at once.
///
/// Every changed rule is added to the policy as one more that only observes; the requests are judged once. A trial in
/// which the changed rules of a mutant apply to the very operations to which their originals apply, with the same
/// effect, comes out the same under the mutant; only the others have to be judged again.
struct MutationSieve {
  /// For each mutant the trials that may come out differently.
  private(set) var touched: [[Int]]
  /// For each trial the rules and the claims of invariants that apply in it, by number in the policy.
  private(set) var applying: [[Int]]
  /// For each rule the trials in which it applies.
  private(set) var trialsOfRule: [[Int]]

  private static let prefix = "\u{7F}mutant "
  /// Rules that one bundle has besides those of the policy.
  static let probesOfBundle = 4096

  /// A changed rule.
  private struct Change {
    var mutant: Int
    var rule: Int
    /// Nil where the condition is as it was.
    var probe: CheckedRule?
    var changesEffect: Bool
  }

  /// A mutant without a change touches nothing. Nil where a bundle cannot be made.
  init?(_ bench: MutationBench, _ changes: [PolicyChange?]) {
    let (policy, trials, factory) = (bench.policy, bench.trials, bench.factory)
    touched = Array(repeating: [], count: changes.count)
    applying = Array(repeating: [], count: trials.count)
    trialsOfRule = Array(repeating: [], count: policy.rules.count)
    let numbers = Dictionary(policy.rules.enumerated().map { ($1.fullName, $0) }) { first, _ in first }
    let reasoning = ConditionReasoning()
    var all: [Change] = []
    var everywhere: Set<Int> = []
    for (mutant, change) in changes.enumerated() {
      guard let change else { continue }
      if change.defaults != policy.defaults || !change.invariants.isEmpty { everywhere.insert(mutant) }
      for changed in change.rules {
        guard let number = numbers[changed.fullName] else { continue }
        let original = policy.rules[number]
        let isSame = reasoning.haveSameGraph(original.condition, changed.condition)
        // A pattern whose match limit is reached blocks, which an observer does not show.
        if changed.condition.usesPCRE || original.condition.usesPCRE { everywhere.insert(mutant) }
        if isSame, changed.hasEffect(of: original) { continue }
        all.append(
          Change(
            mutant: mutant, rule: number, probe: isSame ? nil : changed,
            changesEffect: !changed.hasEffect(of: original)))
      }
    }
    var found = Array(repeating: Set<Int>(), count: changes.count)
    var position = 0
    repeat {
      let part = all[position..<min(position + Self.probesOfBundle, all.count)]
      guard judge(policy, Array(part), trials, factory, isFirst: position == 0, &found) else { return nil }
      position += part.count
    } while position < all.count
    for mutant in changes.indices {
      touched[mutant] = everywhere.contains(mutant) ? Array(trials.indices) : found[mutant].sorted()
    }
  }

  private mutating func judge(
    _ policy: CheckedPolicy, _ changes: [Change], _ trials: [Trial], _ factory: EngineFactory, isFirst: Bool,
    _ found: inout [Set<Int>]
  ) -> Bool {
    var probed = policy
    for (number, change) in changes.enumerated() {
      guard var probe = change.probe else { continue }
      probe.fullName = Self.prefix + String(number)
      probe.displayName = probe.fullName
      probe.isObserved = true
      probed.rules.append(probe)
    }
    probed.rules.sort { $0.fullName < $1.fullName }
    guard let engine = factory.engine(probed) else { return false }
    let bundle = engine.policy.bundle
    // From a rule of the bundle to what it is: a rule of the policy, or the probe of a change.
    let originals = Dictionary(policy.rules.enumerated().map { ($1.fullName, $0) }) { first, _ in first }
    let meanings = bundle.rules.indices.map { index -> (rule: Int?, probe: Int?) in
      let name = bundle.text(bundle.rules[index].fullName)
      if let rule = originals[name] { return (rule, nil) }
      return (nil, Int(name.dropFirst(Self.prefix.count)))
    }
    var ofRule: [[Int]] = Array(repeating: [], count: policy.rules.count)
    for (number, change) in changes.enumerated() { ofRule[change.rule].append(number) }
    var verdicts: [OperationVerdict] = []
    for (number, trial) in trials.enumerated() {
      var applied: Set<Int> = []
      engine.forgetTools()
      _ = trial.requests.outcomes { request, tags in
        let outcome = engine.judge(request, tags, &verdicts)
        for verdict in verdicts + engine.responseVerdicts {
          let fired = engine.fired(verdict)
          let rules = Set(fired.compactMap { meanings[$0].rule })
          let probes = Set(fired.compactMap { meanings[$0].probe })
          applied.formUnion(rules)
          for probe in probes where changes[probe].changesEffect || !rules.contains(changes[probe].rule) {
            found[changes[probe].mutant].insert(number)
          }
          for rule in rules {
            for index in ofRule[rule] {
              let change = changes[index]
              let isKept = change.probe == nil ? !change.changesEffect : probes.contains(index) && !change.changesEffect
              if !isKept { found[change.mutant].insert(number) }
            }
          }
        }
        return outcome
      }
      if isFirst {
        applying[number] = applied.sorted()
        for rule in applied { trialsOfRule[rule].append(number) }
      }
    }
    return true
  }
}

extension CheckedRule {
  /// Whether it does what another does, where both apply.
  func hasEffect(of other: CheckedRule) -> Bool {
    actions == other.actions && isObserved == other.isObserved && onResponse == other.onResponse && until == other.until
  }
}

extension Condition {
  /// Whether it holds a pattern for PCRE2.
  fileprivate var usesPCRE: Bool {
    switch self {
    case .constant: false
    case .test(let predicate):
      if case .matches(let patterns) = predicate.test { patterns.contains { $0.kind == .pcre } } else { false }
    case .not(let inner): inner.usesPCRE
    case .and(let parts), .or(let parts): parts.contains(where: \.usesPCRE)
    }
  }
}
