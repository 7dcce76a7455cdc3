import PolicyBytecode

/// How a test came out.
public enum TestOutcome: UInt8, Sendable {
  case fails, holds
  /// A PCRE pattern could not be decided: the rule that asks it blocks.
  case undecided
}

/// What is remembered of tests on facts whose values are no longer those that were judged. A test on such a fact that
/// nobody recorded may have come out either way.
public struct RecalledTruth: Sendable {
  /// The facts whose values are not to be trusted.
  public var facts: FactSet
  /// By the numbers of the bundle's atoms.
  public var outcomes: [Int: TestOutcome]

  public init(facts: FactSet = FactSet(), outcomes: [Int: TestOutcome] = [:]) {
    self.facts = facts
    self.outcomes = outcomes
  }
}

/// The ends that a walk through a rule's graphs can come to where some of its tests may come out either way.
struct PossibleEnds {
  var canHold = false
  var canFail = false
  /// It can come by a test that was undecided.
  var canBeUndecided = false

  /// Whether there is only one way to come out.
  var isCertain: Bool { [canHold, canFail, canBeUndecided].count { $0 } == 1 }

  /// The ends of walking both this graph and `other`.
  func both(_ other: PossibleEnds) -> PossibleEnds {
    PossibleEnds(
      canHold: canHold && other.canHold, canFail: canFail || other.canFail,
      canBeUndecided: canBeUndecided || other.canBeUndecided)
  }
}

extension Interpreter {
  /// The ends that a walk through a graph can come to for the operation judged last. `unknown` gets the tests on the way
  /// that may come out either way.
  ///
  /// A node is visited once: steps go forward, so one pass in their order finds all that can be reached.
  mutating func ends(
    _ graph: RecordRange, _ bits: [UInt64], recalling recalled: RecalledTruth, _ number: Int,
    of batch: borrowing OperationBatch, unknown: inout Set<Int>
  ) -> PossibleEnds {
    if graph.count == 0 { return PossibleEnds(canHold: true) }
    // Bit 0: reached by decided tests only; bit 1: by one that was undecided.
    var reached = [UInt8](repeating: 0, count: Int(graph.count))
    reached[0] = 1
    var ends = PossibleEnds()
    for offset in 0..<Int(graph.count) where reached[offset] != 0 {
      let word = policy.bundle.code[Int(graph.start) + offset]
      let outcome: TestOutcome?
      if recalled.facts.contains(rawValue: policy.bundle.atoms[word.atom].fact) {
        outcome = recalled.outcomes[word.atom]
      } else if word.operation == GraphWord.Operation.bound.rawValue {
        outcome = bits[word.atom >> 6] >> UInt64(word.atom & 63) & 1 != 0 ? .holds : .fails
      } else {
        outcome = self.outcome(word.atom, number, of: batch)
      }
      if outcome == nil { unknown.insert(word.atom) }
      let steps =
        switch outcome {
        case .holds: [word.whenTrue]
        case .fails, .undecided: [word.whenFalse]
        case nil: [word.whenTrue, word.whenFalse]
        }
      let state = outcome == .undecided ? 2 : reached[offset]
      for step in steps {
        if step != GraphWord.no, step != GraphWord.yes {
          reached[offset + Int(step)] |= state
          continue
        }
        if state & 2 != 0 { ends.canBeUndecided = true }
        if state & 1 != 0, step == GraphWord.yes { ends.canHold = true }
        if state & 1 != 0, step == GraphWord.no { ends.canFail = true }
      }
    }
    return ends
  }

  /// How a test comes out for the operation judged last, by the facts in its batch.
  mutating func outcome(_ atom: Int, _ number: Int, of batch: borrowing OperationBatch) -> TestOutcome {
    let holds = test(atom, number, batch)
    return isUndecided(atom) ? .undecided : holds ? .holds : .fails
  }
}
