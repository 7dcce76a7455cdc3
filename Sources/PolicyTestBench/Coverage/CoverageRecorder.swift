import PatternMatching
import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime

/// How often what a ``CoverageMap`` holds was met. Counts of several threads or runs add up.
public struct CoverageCounts: Sendable, Equatable {
  /// How often a test came out each way, and how often it decided so.
  public struct Outcomes: Sendable, Equatable {
    public var isTrue = 0
    public var isFalse = 0
    public var decidesTrue = 0
    public var decidesFalse = 0

    mutating func add(_ outcome: Bool, decides: Bool) {
      if outcome { isTrue += 1 } else { isFalse += 1 }
      guard decides else { return }
      if outcome { decidesTrue += 1 } else { decidesFalse += 1 }
    }

    static func += (a: inout Outcomes, b: Outcomes) {
      a.isTrue += b.isTrue
      a.isFalse += b.isFalse
      a.decidesTrue += b.decidesTrue
      a.decidesFalse += b.decidesFalse
    }
  }

  var fired: [Int]
  /// Operations to which the rule could have applied by their protocol.
  var asked: [Int]
  var conditions: [Outcomes]
  var alternatives: [Int]

  public init(_ map: CoverageMap) {
    fired = Array(repeating: 0, count: map.rules.count)
    asked = fired
    conditions = Array(repeating: Outcomes(), count: map.conditions.count)
    alternatives = Array(repeating: 0, count: map.alternatives.count)
  }

  /// Adds what was counted elsewhere for the same map.
  public mutating func merge(_ other: CoverageCounts) {
    for index in fired.indices {
      fired[index] += other.fired[index]
      asked[index] += other.asked[index]
    }
    for index in conditions.indices { conditions[index] += other.conditions[index] }
    for index in alternatives.indices { alternatives[index] += other.alternatives[index] }
  }
}

/// Counts, for one interpreter, how the tests of a policy come out. Not shared between threads: each has its own, and
/// their ``counts`` are merged.
///
/// The truth of a test is the interpreter's own; what the recorder adds is which tests decided.
public final class CoverageRecorder: OperationObserver {
  public let map: CoverageMap
  public private(set) var counts: CoverageCounts
  private var outcomes: [AtomOutcome?]
  private var known: [Int] = []
  private var hasFired: [Bool]
  private var scratch = DecisionTree.Scratch()
  private var truths: [Bool] = []
  private var branches: [Int: TestValue?] = [:]

  /// The truth of an atom for the operation at hand; nil: it could not be decided.
  private struct AtomOutcome { var isTrue: Bool? }

  public init(_ map: CoverageMap) {
    self.map = map
    counts = CoverageCounts(map)
    outcomes = Array(repeating: nil, count: map.atomCount)
    hasFired = Array(repeating: false, count: map.ruleCount)
  }

  /// Notes the operation that `interpreter` judged last, in that phase, with that verdict.
  public func record(
    _ verdict: OperationVerdict, _ number: Int, of batch: borrowing OperationBatch, in session: Session,
    _ phase: RulePhase, _ interpreter: inout Interpreter
  ) {
    let wire = ProtocolSet(batch.operations[number].protocol)
    let range = Int(verdict.firstFired)..<Int(verdict.endFired)
    for index in range { mark(interpreter.fired[index], true) }
    for (index, rule) in map.rules.enumerated()
    where rule.checked.onResponse == (phase == .response) && rule.protocols.contains(wire) {
      counts.asked[index] += 1
      let applies = hasFired[rule.number]
      if applies { counts.fired[index] += 1 }
      guard evaluate(rule, number, batch, session, phase, &interpreter) else { continue }
      let outcome = rule.tree.evaluate(&scratch) { truths[$0] }
      assert(outcome == applies, "`\(rule.checked.fullName)`: the interpreter and its condition disagree")
      rule.tree.forEachTest(&scratch) { test, isTrue, decides in
        note(rule.tests[test], isTrue, decides, number, batch, session, &interpreter)
      }
    }
    for index in range { mark(interpreter.fired[index], false) }
    for atom in known { outcomes[atom] = nil }
    known.removeAll(keepingCapacity: true)
  }

  /// A rule that could not be decided has not applied, though it blocks.
  private func mark(_ rule: UInt32, _ value: Bool) {
    if rule & Interpreter.limitMark == 0 { hasFired[Int(rule)] = value }
  }

  /// Finds the truths of a rule's tests; false if one could not be decided.
  private func evaluate(
    _ rule: CoverageMap.Rule, _ number: Int, _ batch: borrowing OperationBatch, _ session: Session,
    _ phase: RulePhase, _ interpreter: inout Interpreter
  ) -> Bool {
    truths.removeAll(keepingCapacity: true)
    for test in rule.tests {
      if outcomes[test.atom] == nil {
        let truth = interpreter.outcome(of: test.atom, number, of: batch, in: session, phase)
        outcomes[test.atom] = AtomOutcome(isTrue: truth)
        known.append(test.atom)
      }
      guard let isTrue = outcomes[test.atom]?.isTrue else { return false }
      truths.append(isTrue)
    }
    return true
  }

  /// Branches of patterns are compiled once they are asked for; nil for one that cannot be.
  private func value(of alternative: (number: Int, value: CoverageMap.AlternativeValue)) -> TestValue? {
    switch alternative.value {
    case .value(let value): return value
    case .branch(let pattern):
      if let known = branches[alternative.number] { return known }
      let value = (try? PatternList([pattern])).map { TestValue.listed($0, 0) }
      branches[alternative.number] = .some(value)
      return value
    }
  }

  private func note(
    _ test: CoverageMap.Test, _ isTrue: Bool, _ decides: Bool, _ number: Int, _ batch: borrowing OperationBatch,
    _ session: Session, _ interpreter: inout Interpreter
  ) {
    guard let condition = test.condition else { return }
    counts.conditions[condition].add(isTrue != test.isNegated, decides: decides)
    guard isTrue, decides else { return }
    // The values of a list's file are one alternative: the first that is met will do.
    var last = -1
    for alternative in test.alternatives where alternative.number != last {
      guard let value = value(of: alternative),
        interpreter.meets(value, of: test.atom, number, of: batch, in: session)
      else { continue }
      last = alternative.number
      counts.alternatives[alternative.number] += 1
    }
  }
}
