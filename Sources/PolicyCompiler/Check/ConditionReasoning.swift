import PatternMatching
import PolicyBytecode
import PolicySyntax

/// A test that is to hold, or not to hold.
public struct SignedTest: Sendable {
  public var predicate: CheckedPredicate
  public var isNegated: Bool

  public init(_ predicate: CheckedPredicate, isNegated: Bool = false) {
    self.predicate = predicate
    self.isNegated = isNegated
  }
}

/// Answers questions about conditions that no request has to be made for.
///
/// Answers are sound in one direction: what is called impossible, or alike, is. What it does not see through counts as
/// possible, and as different.
public final class ConditionReasoning {
  private let relations: PatternRelations
  private let satisfiability: Satisfiability

  /// `patternQuestions` bounds the automata that are built to compare patterns.
  public init(patternQuestions: Int = 20_000) {
    relations = PatternRelations(questions: patternQuestions)
    satisfiability = Satisfiability(relations: relations)
  }

  /// Whether some operation may meet all of the conditions.
  public func canHold(_ conditions: [Condition]) -> Bool {
    satisfiability.canHold(conditions.map { Formula($0) })
  }

  /// Whether two conditions hold of the same operations: they have the same decision graph, which is ordered and
  /// reduced, or neither can hold without the other.
  public func areAlike(_ first: Condition, _ second: Condition) -> Bool {
    if haveSameGraph(first, second) { return true }
    return !canHold([first, .not(second)]) && !canHold([second, .not(first)])
  }

  /// Whether two conditions are one function of their tests, whatever these are.
  public func haveSameGraph(_ first: Condition, _ second: Condition) -> Bool {
    var atoms = AtomTable()
    let formulas = (atoms.formula(first), atoms.formula(second))
    if formulas.0 == formulas.1 { return true }
    var graph = DecisionGraph(cost: { _ in 0 }, operation: { _ in .lazy })
    guard let one = graph.lower(formulas.0), let other = graph.lower(formulas.1) else { return false }
    return one == other
  }

  /// Ways in which all of the conditions may hold: tests that are to hold together, without a conflict that is known. At
  /// most `limit`, those that the conditions name first.
  public func alternatives(_ conditions: [Condition], limit: Int) -> [[SignedTest]] {
    var search = AlternativeSearch(limit: limit, stepsLeft: CheckLimits.satisfiabilitySteps)
    search.collect(conditions.map { Formula($0) }.reversed(), Conjunction(relations: relations))
    return search.found
  }
}

/// Walks the alternatives of formulas depth first, past those that cannot hold.
private struct AlternativeSearch {
  let limit: Int
  var stepsLeft: Int
  var found: [[SignedTest]] = []

  /// Continues from tests that were collected, with formulas that are pending, the next at the end.
  mutating func collect(_ pending: [Formula], _ collected: Conjunction) {
    var pending = pending
    var collected = collected
    var choices: [[Formula]] = []
    while let next = pending.popLast() {
      stepsLeft -= 1
      guard stepsLeft > 0 else { return }
      switch next {
      case .constant(true): break
      case .constant(false): return
      case .literal(let literal): if collected.add(literal) != nil { return }
      case .and(let parts): pending += parts.reversed()
      case .or(let parts): choices.append(parts)
      }
    }
    // The shortest choice first: what it decides prunes the longer ones.
    guard let index = choices.indices.min(by: { choices[$0].count < choices[$1].count }) else {
      found.append(collected.tests.map { SignedTest($0.predicate, isNegated: $0.isNegated) })
      return
    }
    let branches = choices.remove(at: index)
    let others = choices.map(Formula.or)
    for branch in branches where found.count < limit { collect(others + [branch], collected) }
  }
}
