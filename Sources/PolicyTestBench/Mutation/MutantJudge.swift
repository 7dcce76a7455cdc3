import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime

/// Judges trials under a mutant, on the engine that judges everything else.
///
/// The bundle it compiles holds only the rules that can apply to the trials at hand: those that applied under the
/// original, those that ask for tags, which may now be others, and those that the mutant changes. A rule left out
/// depends on the request alone and did not apply to it, so it does not apply now. Requests are decoded as for the whole
/// policy. The verdicts are those of the whole.
struct MutantJudge {
  private let policy: CheckedPolicy
  private let probes: InvariantProbes
  private let factory: EngineFactory
  /// The rules that ask for tags.
  private let tagged: [Int]
  private let numbers: [String: Int]
  private let demand: FactDemand

  /// `policy` holds the claims of its invariants as rules, which `probes` knows; `demand` is what the whole of it asks for.
  init(_ policy: CheckedPolicy, _ probes: InvariantProbes, _ factory: EngineFactory, demand: FactDemand) {
    self.demand = demand
    self.policy = policy
    self.probes = probes
    self.factory = factory
    tagged = policy.rules.indices.filter { policy.rules[$0].condition.facts.contains(.session) }
    numbers = Dictionary(policy.rules.enumerated().map { ($1.fullName, $0) }) { first, _ in first }
  }

  /// The engine of the mutant for requests to which, under the original, only the rules numbered `applying` apply.
  func engine(_ change: PolicyChange, applying: some Sequence<Int>) -> Engine? {
    var changed = change
    let claims = probes.rules(of: change.invariants)
    changed.rules += claims
    var kept = Set(applying)
    kept.formUnion(tagged)
    kept.formUnion(changed.rules.compactMap { numbers[$0.fullName] })
    var reduced = policy
    reduced.tests = []
    reduced.rules = kept.sorted().map { policy.rules[$0] }
    return factory.engine(changed.applied(to: reduced), decodingFor: demand)
  }

  /// Whether all that is expected of the trials holds under the mutant, and no invariant is refuted. The first trials
  /// are judged first: most mutants do not get past them.
  func holds(_ change: PolicyChange, _ trials: [Trial], applying: [[Int]]) -> Bool? {
    var position = 0
    var size = 8
    var runnerPolicy = CheckedPolicy()
    runnerPolicy.rules = policy.rules
    while position < trials.count {
      let part = position..<min(position + size, trials.count)
      guard let engine = engine(change, applying: applying[part].joined()) else { return nil }
      let invariants = InvariantRun(engine, probes)
      var runner = TestRunner(policy: runnerPolicy, locate: { _ in "" }, judge: invariants.judge)
      for index in part {
        engine.forgetTools()
        let trial = change.tests.isEmpty ? trials[index] : trials[index].restated(by: change.tests)
        if !trial.holds(&runner) || !invariants.violations.isEmpty { return false }
      }
      position = part.upperBound
      size *= 4
    }
    return true
  }
}
