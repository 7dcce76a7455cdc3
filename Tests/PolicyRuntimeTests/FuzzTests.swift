import Foundation
import PolicyBytecode
import PolicyCompiler
import PolicySyntax
import TestSupport
import Testing

@testable import PolicyRuntime

/// The interpreter and the reference evaluator agree on random policies and requests.
///
/// `HPOL_FUZZ_PAIRS` sets how many requests are judged, `HPOL_FUZZ_SEED` where the draws begin.
@Suite struct FuzzTests {
  private static let pairs = number("HPOL_FUZZ_PAIRS") ?? 100_000
  private static let seed = number("HPOL_FUZZ_SEED") ?? 1
  private static let lanes = 4
  /// Compiling is dear next to judging.
  private static let requestsPerPolicy = 400

  private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

  @Test(arguments: 0..<lanes) func interpreterAgreesWithReference(lane: Int) throws {
    // Rounded up, so that no fewer pairs are judged than asked for.
    let policies = max(1, (Self.pairs - 1) / (Self.requestsPerPolicy * Self.lanes) + 1)
    var met = 0
    var judged = 0
    for number in 0..<policies {
      let seed = UInt64(Self.seed) &* 1_000_003 &+ UInt64(lane * policies + number)
      var generator = PolicyGenerator(seed: seed)
      let policy = generator.policy()
      let reference = try ReferenceEvaluator(policy)
      let subject: Subject
      do {
        subject = try Subject(policy)
      } catch let failure as CompileFailure where failure.diagnostics.allSatisfy({ $0.code == .limitExceeded }) {
        // A pattern that became too large is for others to test.
        continue
      }
      for _ in 0..<Self.requestsPerPolicy / 10 {
        var trial = Trial(policy: policy, principal: generator.principal())
        let session = subject.session(trial.principal)
        for _ in 0..<10 {
          (trial.time, trial.clock) = generator.moment()
          trial.request = generator.request()
          let expected = reference.judge(
            trial.request, by: trial.principal, tags: trial.tags, time: trial.time, clock: trial.clock)
          let found = subject.judge(trial.request, in: session, time: trial.time, clock: trial.clock)
          judged += 1
          if !expected.rules.isEmpty || !expected.observed.isEmpty || !expected.masks.isEmpty { met += 1 }
          guard ReferenceVerdict(found) == expected, found.operations == trial.request.operations.count else {
            Issue.record("policy of seed \(seed):\n\(trial.shrunk().report)")
            return
          }
          let unbound = subject.judge(
            trial.request, by: trial.principal, tags: trial.tags, time: trial.time, clock: trial.clock)
          guard unbound == found else {
            Issue.record("without a session \(unbound), policy of seed \(seed):\n\(trial.report)")
            return
          }
          trial.tags.formUnion(expected.tags)
          session.tags = trial.tags.sorted()
        }
      }
    }
    #expect(met * 100 >= judged * 30, "too few requests meet a rule: \(met) of \(judged)")
  }
}

/// A policy and a request on which the two can be compared, and made smaller while they disagree.
private struct Trial {
  var policy: CheckedPolicy
  var principal: Principal
  var tags: Set<String> = []
  var time: Int64?
  var clock: Int64 = 0
  var request = ReferenceRequest([])

  private func verdicts() -> (expected: ReferenceVerdict, found: ReferenceVerdict)? {
    guard let reference = try? ReferenceEvaluator(policy), let subject = try? Subject(policy) else { return nil }
    let session = subject.session(principal, tags: tags)
    return (
      reference.judge(request, by: principal, tags: tags, time: time, clock: clock),
      ReferenceVerdict(subject.judge(request, in: session, time: time, clock: clock))
    )
  }

  private var disagrees: Bool { verdicts().map { $0.expected != $0.found } ?? false }

  /// The trial without whatever can be left out.
  func shrunk() -> Trial {
    var smallest = self
    var isSmaller = disagrees
    while isSmaller {
      isSmaller = false
      for candidate in smallest.simplifications where candidate.disagrees {
        smallest = candidate
        isSmaller = true
        break
      }
    }
    return smallest
  }

  private var simplifications: [Trial] {
    var all: [Trial] = []
    func add(_ change: (inout Trial) -> Void) {
      var copy = self
      change(&copy)
      all.append(copy)
    }
    for index in policy.rules.indices { add { $0.policy.rules.remove(at: index) } }
    for index in request.operations.indices where request.operations.count > 1 {
      add { $0.request.operations.remove(at: index) }
    }
    for (index, rule) in policy.rules.enumerated() {
      for action in rule.actions.indices where rule.actions.count > 1 {
        add { $0.policy.rules[index].actions.remove(at: action) }
      }
      for condition in rule.condition.simplifications { add { $0.policy.rules[index].condition = condition } }
      if rule.isObserved { add { $0.policy.rules[index].isObserved = false } }
      if rule.until != nil { add { $0.policy.rules[index].until = nil } }
    }
    for index in (request.response ?? []).indices { add { $0.request.response?.remove(at: index) } }
    if request.response?.isEmpty == true { add { $0.request.response = nil } }
    for index in request.common.indices { add { $0.request.common.remove(at: index) } }
    for (number, operation) in request.operations.enumerated() {
      for index in operation.facts.indices { add { $0.request.operations[number].facts.remove(at: index) } }
    }
    for index in principal.groups.indices { add { $0.principal.groups.remove(at: index) } }
    for index in principal.claims.indices { add { $0.principal.claims.remove(at: index) } }
    for index in principal.labels.indices { add { $0.principal.labels.remove(at: index) } }
    if principal.user != nil { add { $0.principal.user = nil } }
    if principal.client != nil { add { $0.principal.client = nil } }
    if principal.target != nil { add { $0.principal.target = nil } }
    if principal.source != nil { add { $0.principal.source = nil } }
    for tag in tags { add { $0.tags.remove(tag) } }
    if !policy.defaults.byProtocol.isEmpty { add { $0.policy.defaults.byProtocol = [:] } }
    if !policy.defaults.unparsedByProtocol.isEmpty { add { $0.policy.defaults.unparsedByProtocol = [:] } }
    if !policy.defaults.recordByProtocol.isEmpty { add { $0.policy.defaults.recordByProtocol = [:] } }
    return all
  }

  var report: String {
    let both = verdicts()
    return """
      \(policy.listing)
      as \(principal) tags \(tags.sorted()) time \(time.map(String.init) ?? "none") clock \(clock)
      \(request.listing)
      reference:   \(both.map { "\($0.expected)" } ?? "none")
      interpreter: \(both.map { "\($0.found)" } ?? "none")
      """
  }
}

extension Condition {
  /// Conditions with one part less.
  fileprivate var simplifications: [Condition] {
    switch self {
    case .constant: return []
    case .not(let inner): return [inner] + inner.simplifications.map { .not($0) }
    case .test(let predicate):
      guard case .matches(let patterns) = predicate.test, patterns.count > 1 else { return [] }
      return patterns.indices.map { index in
        var smaller = predicate
        smaller.test = .matches(patterns.enumerated().filter { $0.offset != index }.map(\.element))
        return .test(smaller)
      }
    case .and(let parts):
      return parts + Self.changes(parts).map { .and($0) }
    case .or(let parts):
      return parts + Self.changes(parts).map { .or($0) }
    }
  }

  private static func changes(_ parts: [Condition]) -> [[Condition]] {
    parts.indices.flatMap { index -> [[Condition]] in
      var without = parts
      without.remove(at: index)
      let smaller = parts[index].simplifications.map { part -> [Condition] in
        var copy = parts
        copy[index] = part
        return copy
      }
      return (without.isEmpty ? [] : [without]) + smaller
    }
  }
}
