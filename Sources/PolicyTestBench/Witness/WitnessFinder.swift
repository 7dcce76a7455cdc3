import Operations
import PolicyBytecode
import PolicyCompiler
import PolicyRuntime
import PolicySyntax

/// Finds requests of which conditions hold: among those that are known, by changing a fact of one, or by writing one.
///
/// What is found is only a guess until an engine confirms it; every request given out was confirmed.
public final class WitnessFinder {
  private struct KnownRequest {
    let request: JudgedRequest
    let operations: [DecodedOperation]
  }

  private let known: [KnownRequest]
  private let factory: EngineFactory
  private let sampler = PatternSampler()
  private let reasoning: ConditionReasoning

  /// Requests of tests and fixtures that are looked at.
  public static let knownLimit = 2_000
  /// Ways in which conditions can hold that are tried.
  static let alternatives = 12
  /// Known requests that are repaired for one alternative.
  static let repaired = 6
  /// Requests given to the engine for one question.
  static let candidateLimit = 400

  /// `requests` are known: those of tests and fixtures, the ones that a reader should meet again first.
  public init(
    _ requests: [JudgedRequest], _ factory: EngineFactory, reasoning: ConditionReasoning = ConditionReasoning()
  ) {
    self.factory = factory
    self.reasoning = reasoning
    var context = DecodeContext(demand: FactDemand(facts: .all))
    known = requests.prefix(Self.knownLimit).map { request in
      context.decode(request.protocol, request.payload.bytes)
      return KnownRequest(request: request, operations: DecodedOperation.all(in: context.batch))
    }
  }

  /// A request to which the rule applies, as an engine confirms; nil if none is found.
  ///
  /// That it applies does not say that it decides: another may be stricter.
  public func request(matching rule: CheckedRule) -> JudgedRequest? {
    request(meeting: [rule.condition]) { _ in true }
  }

  /// A request of which one operation meets all of the conditions, as an engine confirms, and that `isWanted` agrees to;
  /// nil if none is found. The simplest come first.
  public func request(
    meeting conditions: [Condition], where isWanted: (JudgedRequest) -> Bool
  ) -> JudgedRequest? {
    guard let goal = ConditionProbes([Condition.and(conditions)], factory) else { return nil }
    var tried = 0
    func confirms(_ request: JudgedRequest) -> Bool {
      guard goal.holding(request).contains(where: { $0[0] }) else { return false }
      return isWanted(request)
    }
    for one in known where confirms(one.request) { return one.request }
    let alternatives = reasoning.alternatives(conditions, limit: Self.alternatives)
    for candidate in candidates(alternatives) {
      tried += 1
      if tried > Self.candidateLimit { return nil }
      if confirms(candidate) { return candidate }
    }
    return nil
  }

  /// Requests of which the tests of an alternative may hold: repairs of those that miss least, then written ones.
  private func candidates(_ alternatives: [[SignedTest]]) -> [JudgedRequest] {
    var found: [JudgedRequest] = repairs(alternatives)
    for variant in 0..<2 {
      for tests in alternatives {
        let goal = RequestGoal(tests, sampler, variant: variant)
        for wire in goal.protocols.prefix(3) {
          let near = known.first { $0.request.protocol == wire }
          var principal = near?.request.principal ?? known.first?.request.principal ?? Principal()
          principal.time = nil
          principal = principal.adjusted(to: goal, sampler)
          for payload in PayloadSynthesis(goal: goal).payloads(wire) {
            found.append(JudgedRequest(principal: principal, protocol: wire, payload: payload))
          }
        }
      }
    }
    return found
  }

  private func repairs(_ alternatives: [[SignedTest]]) -> [JudgedRequest] {
    let tests = alternatives.flatMap { $0 }
    guard !tests.isEmpty, let probes = ConditionProbes(tests.map(\.condition), factory) else { return [] }
    struct Near {
      var cost: Int
      var request: Int
      var alternative: Int
      var missing: [SignedTest]
    }
    var starts: [Int] = []
    var start = 0
    for alternative in alternatives {
      starts.append(start)
      start += alternative.count
    }
    var nearest: [[Near]] = Array(repeating: [], count: alternatives.count)
    for (number, one) in known.enumerated() {
      let truths = probes.holding(one.request)
      for (index, alternative) in alternatives.enumerated() {
        let missing = truths.map { truth in
          alternative.indices.filter { !truth[starts[index] + $0] }.map { alternative[$0] }
        }.min { $0.repairCost < $1.repairCost }
        // What is far from the goal is written afresh rather than repaired.
        guard let missing, missing.repairCost <= 6 else { continue }
        let near = Near(cost: missing.repairCost, request: number, alternative: index, missing: missing)
        nearest[index].append(near)
        nearest[index].sort { ($0.cost, $0.request) < ($1.cost, $1.request) }
        if nearest[index].count > Self.repaired { nearest[index].removeLast() }
      }
    }
    let ordered = nearest.joined().sorted {
      ($0.cost, $0.request, $0.alternative) < ($1.cost, $1.request, $1.alternative)
    }
    return ordered.flatMap { near in
      let goal = RequestGoal(alternatives[near.alternative], sampler)
      let one = known[near.request]
      return RequestRepair(request: one.request, operations: one.operations, sampler: sampler)
        .repaired(near.missing, for: goal)
    }
  }
}

extension SignedTest {
  var condition: Condition { isNegated ? .not(.test(predicate)) : .test(predicate) }
}

extension [SignedTest] {
  /// How much of a request they would change: who asks is changed more easily than what is asked.
  fileprivate var repairCost: Int {
    reduce(0) { $0 + ($1.predicate.fact.schema.phase == .bind ? 1 : 2) }
  }
}
