import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime
import PolicySyntax

/// What all mutants of a policy set are held against; threads share it and only read.
struct MutationBench: Sendable {
  /// With the claims of its invariants as rules, which `probes` knows.
  let policy: CheckedPolicy
  let probes: InvariantProbes
  let trials: [Trial]
  /// The trials of tests, which come before those of fixtures.
  let testTrials: Int
  /// The number of each trial's first request among those of all, and one more.
  let firstRequest: [Int]
  let sources: SourceSet
  let clock: Int64

  init(_ set: EditablePolicySet, _ fixtures: [Fixture], clock: Int64) {
    var policy = set.policy
    probes = InvariantProbes(addingTo: &policy)
    self.policy = policy
    let ofTests = Trial.trials(of: policy.tests)
    testTrials = ofTests.count
    trials = ofTests + Trial.trials(of: fixtures)
    firstRequest = trials.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.requests.count) }
    sources = set.sources
    self.clock = clock
  }

  /// A factory of one thread.
  var factory: EngineFactory { EngineFactory(sources: sources, clock: clock) }
}

/// Finds out what becomes of mutants, on one thread.
final class MutantFates {
  private let bench: MutationBench
  private let factory: EngineFactory
  private let base: Engine
  private let judge: MutantJudge
  private let reasoning = ConditionReasoning(patternQuestions: patternQuestions, steps: steps)
  private let equivalence: MutantEquivalence
  private lazy var finder = WitnessFinder(bench.trials.flatMap(\.requests), factory, reasoning: reasoning)

  /// Changed rules of one mutant for which a test is looked for.
  private static let rulesSearched = 4
  /// For one mutant: automata that are built to compare patterns, and comparisons of tests. Past them it is not proved to
  /// be equivalent and counts as a survivor.
  private static let patternQuestions = 4_000
  private static let steps = 2_000_000

  /// Nil where the policy cannot be compiled.
  init?(_ bench: MutationBench) {
    self.bench = bench
    factory = bench.factory
    guard let base = factory.engine(bench.policy) else { return nil }
    self.base = base
    judge = MutantJudge(bench.policy, bench.probes, factory, demand: base.policy.demand)
    equivalence = MutantEquivalence(bench.policy, reasoning)
  }

  /// How many expectations, and claims of invariants, do not hold of the policy as it is.
  var failures: Int {
    let invariants = InvariantRun(base, bench.probes)
    var runner = TestRunner(policy: bench.policy, locate: { _ in "" }, judge: invariants.judge)
    for trial in bench.trials {
      base.forgetTools()
      _ = trial.holds(&runner)
    }
    return runner.report.failedRequests + runner.report.failedFixtures + invariants.violations.count
  }

  func fate(
    _ mutant: Mutant, _ change: PolicyChange, _ touched: [Int], _ sieve: MutationSieve
  ) -> MutationRun.Fate {
    let (policy, trials, firstRequest) = (bench.policy, bench.trials, bench.firstRequest)
    // What was asked of others before leaves this one as much.
    reasoning.renew()
    let pinned = touched.filter { trials[$0].isPinned }
    switch judge.holds(change, pinned.map { trials[$0] }, applying: pinned.map { sieve.applying[$0] }) {
    case nil: return .refused
    case false?: return .killed
    case true?: break
    }
    if equivalence.isImpossible(change) { return .refused }
    let reason = equivalence.reason(change)
    if let reason, reason == .alike { return .equivalent(reason.rawValue) }
    let known = difference(change, touched, sieve)
    if let known, !known.isOfRulesOnly { return .survived(known) }
    if let reason { return .equivalent(reason.rawValue) }
    let search = KillingTestSearch(
      policy: policy, base: base, judge: judge, finder: finder, reasoning: reasoning, edit: mutant.edit)
    let near = Set(change.rules.map(\.fullName))
    let rules = policy.rules.indices.filter { near.contains(policy.rules[$0].fullName) }
    let requests = rules.flatMap { sieve.trialsOfRule[$0] }.flatMap { Array(firstRequest[$0]..<firstRequest[$0 + 1]) }
    let found = search.survival(change, rules: Self.rulesSearched, preferring: distinct(requests))
    guard found.test == nil, known == nil else { return .survived(found.test == nil ? known ?? found : found) }
    return equivalence.isUnseen(change) ? .equivalent(MutantEquivalence.Reason.unseen.rawValue) : .survived(found)
  }

  /// A known request of which the mutant changes the outcome, though nothing that is stated of it notices: one of which
  /// more than the names of rules changes, if there is one.
  private func difference(
    _ change: PolicyChange, _ touched: [Int], _ sieve: MutationSieve
  ) -> MutationRun.Survival? {
    var weak: MutationRun.Survival?
    guard !touched.isEmpty, let engine = judge.engine(change, applying: touched.lazy.flatMap { sieve.applying[$0] })
    else {
      return nil
    }
    for number in touched {
      let trial = bench.trials[number]
      base.forgetTools()
      engine.forgetTools()
      let requests = trial.requests
      let (before, after) = (requests.outcomes(base.judge), requests.outcomes(engine.judge))
      for (index, (original, other)) in zip(before, after).enumerated() {
        guard let difference = OutcomeDifference(of: original, from: other) else { continue }
        let expected = difference.expectations
        // What comes out so without those before it stands alone.
        func standsAlone() -> Bool {
          base.forgetTools()
          engine.forgetTools()
          let alone = OutcomeDifference(of: base.judge(requests[index], []), from: engine.judge(requests[index], []))
          return alone?.expectations == expected
        }
        let first = index == 0 || standsAlone() ? index : 0
        guard let test = Array(requests[first...index]).testLine(Array(before[first...index]), expecting: expected)
        else { continue }
        let survival = MutationRun.Survival(
          test: test, isOfFixture: number >= bench.testTrials, isOfRulesOnly: difference.isOfRulesOnly)
        if !difference.isOfRulesOnly { return survival }
        if weak == nil { weak = survival }
      }
    }
    return weak
  }
}
