import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime
import PolicySyntax

/// Makes the mutants of a policy set and finds out which of them its tests, pinned fixtures and invariants notice.
public struct MutationRun {
  /// What became of a mutant.
  public enum Fate: Sendable {
    /// A test or a pinned fixture does not hold, or an invariant is refuted.
    case killed
    case survived(Survival)
    /// No request can tell it from the original, for this reason.
    case equivalent(String)
    /// The checker would not let it through.
    case refused
  }

  /// Why nothing noticed a mutant, and what would.
  public struct Survival: Sendable {
    /// The test that would: it holds of the original and not of the mutant, as the engine confirms.
    public var test: TestLine?
    /// The test is a fixture that pins nothing.
    public var isOfFixture = false
    /// Only the rules that a verdict names differ.
    public var isOfRulesOnly = false
    /// Where no test was found: what a request would have to be like.
    public var needs: String?
  }

  public struct Result: Sendable {
    public let mutant: Mutant
    public let fate: Fate
  }

  /// Why a run cannot begin.
  public enum Problem: Error, Equatable {
    /// The tests do not hold of the policy as it is: so many requests, and refuted claims.
    case testsDoNotHold(Int)
    /// The policy cannot be compiled.
    case notCompiled
  }

  public private(set) var results: [Result] = []
  /// Mutants that there are; ``results`` has those that were chosen.
  public let available: Int

  private let set: EditablePolicySet
  private let policy: CheckedPolicy
  private let trials: [Trial]
  private let testTrials: Int
  /// The number of each trial's first request among those of all, and one more.
  private let firstRequest: [Int]
  private let factory: EngineFactory
  private let base: Engine
  private let judge: MutantJudge
  private let reasoning = ConditionReasoning()
  private let equivalence: MutantEquivalence

  /// Changed rules of one mutant for which a test is looked for.
  private static let rulesSearched = 4

  /// Runs the mutants of the declarations that `isWanted` picks, and of lines that were `changed` where that is given; of
  /// them `limit` at even distances. `progress` is told how many of how many are done.
  public init(
    _ set: EditablePolicySet, fixtures: [Fixture], clock: Int64, limit: Int = .max, changed: ChangedLines? = nil,
    where isWanted: (Mutant.Declaration) -> Bool = { _ in true }, progress: (Int, Int) -> Void = { _, _ in }
  ) throws(Problem) {
    self.set = set
    let all = MutantGenerator.mutants(of: set.files, set.sources, where: isWanted)
      .filter { mutant in changed.map { mutant.stands(on: $0, set.sources) } ?? true }
    available = all.count
    let count = min(limit, all.count)
    let mutants = (0..<count).map { all[$0 * all.count / count] }
    var policy = set.policy
    let probes = InvariantProbes(addingTo: &policy)
    self.policy = policy
    let factory = EngineFactory(sources: set.sources, clock: clock)
    guard let base = factory.engine(policy) else { throw .notCompiled }
    self.factory = factory
    self.base = base
    let ofTests = Trial.trials(of: policy.tests)
    testTrials = ofTests.count
    trials = ofTests + Trial.trials(of: fixtures)
    firstRequest = trials.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.requests.count) }
    judge = MutantJudge(policy, probes, factory)
    equivalence = MutantEquivalence(policy, reasoning)
    let failures = Self.failures(trials, policy, base, probes)
    guard failures == 0 else { throw .testsDoNotHold(failures) }
    try run(mutants, progress)
  }

  private static func failures(
    _ trials: [Trial], _ policy: CheckedPolicy, _ base: Engine, _ probes: InvariantProbes
  ) -> Int {
    let invariants = InvariantRun(base, probes)
    var runner = TestRunner(policy: policy, locate: { _ in "" }, judge: invariants.judge)
    for trial in trials {
      base.forgetTools()
      _ = trial.holds(&runner)
    }
    return runner.report.failedRequests + runner.report.failedFixtures + invariants.violations.count
  }

  private mutating func run(_ mutants: [Mutant], _ progress: (Int, Int) -> Void) throws(Problem) {
    // What the checker refuses has no change.
    let changes = mutants.map { set.change(by: $0.edit) }
    let accepted = changes.indices.filter { changes[$0] != nil }
    guard let sieve = MutationSieve(policy, accepted.compactMap { changes[$0] }, trials, factory) else {
      throw .notCompiled
    }
    var touched: [Int: [Int]] = [:]
    for (number, index) in accepted.enumerated() { touched[index] = sieve.touched[number] }
    let finder = WitnessFinder(trials.flatMap(\.requests), factory, reasoning: reasoning)
    for (index, mutant) in mutants.enumerated() {
      var fate = Fate.refused
      if let change = changes[index] { fate = self.fate(mutant, change, touched[index] ?? [], sieve, finder) }
      results.append(Result(mutant: mutant, fate: fate))
      progress(index + 1, mutants.count)
    }
  }

  private func fate(
    _ mutant: Mutant, _ change: PolicyChange, _ touched: [Int], _ sieve: MutationSieve, _ finder: WitnessFinder
  ) -> Fate {
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
      policy: policy, base: base, judge: judge, finder: finder, reasoning: reasoning,
      edit: mutant.edit)
    let near = Set(change.rules.map(\.fullName))
    let rules = policy.rules.indices.filter { near.contains(policy.rules[$0].fullName) }
    let requests = rules.flatMap { sieve.trialsOfRule[$0] }.flatMap { Array(firstRequest[$0]..<firstRequest[$0 + 1]) }
    let found = search.survival(change, rules: Self.rulesSearched, preferring: distinct(requests))
    return .survived(found.test == nil ? known ?? found : found)
  }

  /// A known request of which the mutant changes the outcome, though nothing that is stated of it notices: one of which
  /// more than the names of rules changes, if there is one.
  private func difference(_ change: PolicyChange, _ touched: [Int], _ sieve: MutationSieve) -> Survival? {
    var weak: Survival?
    guard !touched.isEmpty, let engine = judge.engine(change, applying: touched.lazy.flatMap { sieve.applying[$0] })
    else {
      return nil
    }
    for number in touched {
      let trial = trials[number]
      base.forgetTools()
      engine.forgetTools()
      let (before, after) = (trial.outcomes(base.judge), trial.outcomes(engine.judge))
      for (request, (original, other)) in zip(trial.requests, zip(before, after)) {
        guard let difference = OutcomeDifference(of: original, from: other),
          let test = TestLine(request, expecting: difference.expectations)
        else { continue }
        let survival = Survival(
          test: test, isOfFixture: number >= testTrials, isOfRulesOnly: difference.isOfRulesOnly)
        if !difference.isOfRulesOnly { return survival }
        if weak == nil { weak = survival }
      }
    }
    return weak
  }
}
