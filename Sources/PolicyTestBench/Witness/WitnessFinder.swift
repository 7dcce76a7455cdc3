import JSONText
import Operations
import PolicyBytecode
import PolicyCompiler
import PolicyEngine
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
  /// Known requests of the right protocols that are looked at for one question.
  static let nearLimit = 600
  /// Values that are tried for a test where several would do.
  static let variants = 3
  /// Requests made for one question.
  static let candidateLimit = 400
  /// Answers that a request is tried with.
  static let answersTried = 4
  /// Requests that meet the conditions and are offered for one question.
  static let questionLimit = 24

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
  /// nil if none is found. The simplest come first, and those of known requests whose numbers are preferred.
  func request(
    meeting conditions: [Condition], preferring preferred: [Int] = [], ways limit: Int = WitnessFinder.alternatives,
    after prelude: SessionPrelude = SessionPrelude(), where isWanted: (JudgedRequest) -> Bool
  ) -> JudgedRequest? {
    let alternatives = reasoning.alternatives(conditions, limit: limit)
    guard !alternatives.isEmpty,
      let probes = ConditionProbes([.and(conditions)] + alternatives.joined().map(\.condition), factory)
    else { return nil }
    let answers = answers(to: conditions, alternatives)
    var asked = 0
    func isWitness(_ request: JudgedRequest, _ truths: [[Bool]]) -> Bool {
      guard asked < Self.questionLimit, truths.contains(where: { $0[0] }) else { return false }
      asked += 1
      return isWanted(request)
    }
    let protocols = Set(alternatives.flatMap { RequestGoal($0, sampler).protocols })
    var nearest = NearestRequests(alternatives, perAlternative: Self.repaired)
    for number in near(protocols, preferred) {
      let one = known[number]
      let truths = probes.holding(one.request, after: prelude)
      if isWitness(one.request, truths) { return one.request }
      for answered in one.request.answered(by: answers) {
        if isWitness(answered, probes.holding(answered, after: prelude)) { return answered }
      }
      nearest.add(number, truths)
    }
    // Each way is only gone as far as a request is still looked for.
    var left = Self.candidateLimit
    for make in repairs(nearest, alternatives) + written(alternatives) {
      for candidate in make().flatMap({ [$0] + $0.answered(by: answers) }) {
        guard left > 0, asked < Self.questionLimit else { return nil }
        left -= 1
        if isWitness(candidate, probes.holding(candidate, after: prelude)) { return candidate }
      }
    }
    return nil
  }

  /// Answers with which requests are tried besides, where the conditions speak of what comes back.
  private func answers(to conditions: [Condition], _ alternatives: [[SignedTest]]) -> [String] {
    guard conditions.contains(where: \.speaksOfResponse) else { return [] }
    let synthesis = ResponseSynthesis(sampler: sampler)
    return Array(
      distinct(alternatives.flatMap { synthesis.texts(meeting: RequestGoal($0, sampler)) }).prefix(Self.answersTried))
  }

  /// The known requests with an operation of one of the protocols, those preferred before the others.
  private func near(_ protocols: Set<OperationProtocol>, _ preferred: [Int]) -> [Int] {
    let first = preferred.filter(known.indices.contains).prefix(Self.nearLimit / 2)
    let seen = Set(first)
    let others = known.indices.lazy.filter { !seen.contains($0) }
    return Array(
      (Array(first) + others).lazy.filter { number in
        self.known[number].operations.contains { protocols.contains($0.protocol) }
      }.prefix(Self.nearLimit))
  }

  /// Requests made in one way, once they are asked for.
  private typealias Making = () -> [JudgedRequest]

  /// The known requests that miss least of the alternatives, with what they miss mended.
  private func repairs(_ nearest: NearestRequests, _ alternatives: [[SignedTest]]) -> [Making] {
    nearest.ordered.map { near in
      { [known, sampler] in
        let one = known[near.request]
        return RequestRepair(request: one.request, operations: one.operations, sampler: sampler)
          .repaired(near.missing, for: RequestGoal(alternatives[near.alternative], sampler))
      }
    }
  }

  /// Requests written for the alternatives.
  private func written(_ alternatives: [[SignedTest]]) -> [Making] {
    (0..<Self.variants).flatMap { variant in
      alternatives.map { tests in
        { [self] in
          let goal = RequestGoal(tests, sampler, variant: variant)
          // What is spelled out may be of any protocol; else the first few show it as well as all would.
          let count = goal.isSpelled ? OperationProtocol.allCases.count : 3
          let lines: [OperationProtocol] = goal.viaPrograms.isEmpty ? [] : [.shell]
          return distinct(lines + goal.protocols.prefix(count)).flatMap { wire -> [JudgedRequest] in
            let near = known.first { $0.request.protocol == wire } ?? known.first
            var principal = near?.request.principal ?? Principal()
            principal.time = nil
            principal = principal.adjusted(to: goal, sampler)
            return PayloadSynthesis(goal: goal).payloads(wire).map { payload in
              JudgedRequest(principal: principal, protocol: wire, payload: payload)
            }
          }
        }
      }
    }
  }
}

extension JudgedRequest {
  /// The request with each of the answers in the place of its own.
  func answered(by texts: [String]) -> [JudgedRequest] {
    texts.map { text in
      var result = self
      result.response = .string(text)
      return result
    }
  }
}

/// For each alternative the known requests that miss least of it.
private struct NearestRequests {
  struct Near {
    var cost: Int
    var order: Int
    var request: Int
    var alternative: Int
    var missing: [SignedTest]
  }

  private let alternatives: [[SignedTest]]
  private let perAlternative: Int
  private var nearest: [[Near]]
  /// Requests seen: of those that miss as much, the first seen is nearest.
  private var seen = 0

  /// What is farther from an alternative is not worth mending.
  private static let costLimit = 6

  init(_ alternatives: [[SignedTest]], perAlternative: Int) {
    self.alternatives = alternatives
    self.perAlternative = perAlternative
    nearest = Array(repeating: [], count: alternatives.count)
  }

  /// `truths` says for each operation of the request which tests hold, those of all alternatives in order, after one
  /// that is none of theirs.
  mutating func add(_ request: Int, _ truths: [[Bool]]) {
    var start = 1
    seen += 1
    for (index, alternative) in alternatives.enumerated() {
      defer { start += alternative.count }
      let missing = truths.map { truth in alternative.indices.filter { !truth[start + $0] }.map { alternative[$0] } }
        .min { $0.repairCost < $1.repairCost }
      guard let missing, missing.repairCost <= Self.costLimit else { continue }
      nearest[index].append(
        Near(cost: missing.repairCost, order: seen, request: request, alternative: index, missing: missing))
      nearest[index].sort { ($0.cost, $0.order) < ($1.cost, $1.order) }
      if nearest[index].count > perAlternative { nearest[index].removeLast() }
    }
  }

  /// All of them, those that miss least first.
  var ordered: [Near] {
    nearest.joined().sorted { ($0.cost, $0.order, $0.alternative) < ($1.cost, $1.order, $1.alternative) }
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
