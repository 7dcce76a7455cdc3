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

  /// `patternQuestions` bounds the automata that are built to compare patterns, `steps` the comparisons of tests; past
  /// either, nothing more is seen through until ``renew()``.
  public init(patternQuestions: Int = 20_000, steps: Int = 20_000_000) {
    relations = PatternRelations(questions: patternQuestions)
    satisfiability = Satisfiability(relations: relations, steps: steps)
  }

  /// Makes the bounds begin anew. What is known of patterns stays known.
  public func renew() {
    relations.renew()
    satisfiability.renew()
  }

  /// Whether some operation may meet all of the conditions.
  public func canHold(_ conditions: [Condition]) -> Bool {
    satisfiability.canHold(conditions.map { Formula($0) })
  }

  /// Whether two conditions hold of the same operations: they have the same decision graph, which is ordered and
  /// reduced, or neither can hold without the other.
  public func areAlike(_ first: Condition, _ second: Condition) -> Bool {
    if haveSameGraph(first, second) || haveAlikeParts(first, second) { return true }
    return [difference(first, without: second), difference(second, without: first)].allSatisfy { difference in
      !canHold(difference) || allAlternatives(difference, limit: 1)?.isEmpty == true
    }
  }

  /// Whether the two are built the same way from tests that pass the same values, however these are listed.
  private func haveAlikeParts(_ first: Condition, _ second: Condition) -> Bool {
    switch (first, second) {
    case (.not(let one), .not(let other)): return haveAlikeParts(one, other)
    case (.and(let ours), .and(let theirs)), (.or(let ours), .or(let theirs)):
      return ours.count == theirs.count && zip(ours, theirs).allSatisfy(haveAlikeParts)
    case (.test(let one), .test(let other)):
      if first.isWritten(like: second) { return true }
      guard one.fact == other.fact, one.key == other.key, one.isAll == other.isAll,
        case .matches(let ours) = one.test, case .matches(let theirs) = other.test
      else { return false }
      return relations.isSubset(ours.filter { !theirs.contains($0) }, of: theirs)
        && relations.isSubset(theirs.filter { !ours.contains($0) }, of: ours)
    default: return first.isWritten(like: second)
    }
  }

  /// What holds where the first condition does and the second does not: short where the two differ in one place only,
  /// as a condition and an edit of it do.
  public func difference(_ first: Condition, without second: Condition) -> [Condition] {
    switch (first, second) {
    case (.not(let one), .not(let other)): return difference(other, without: one)
    case (.and(let ours), .and(let theirs)):
      guard let place = DifferingPart(ours, theirs) else { break }
      return place.shared + difference(place.ours ?? .constant(true), without: place.theirs ?? .constant(true))
    case (.or(let ours), .or(let theirs)):
      guard let place = DifferingPart(ours, theirs) else { break }
      return difference(place.ours ?? .constant(false), without: place.theirs ?? .constant(false))
        + place.shared.map(Condition.not)
    default: break
    }
    return [first, .not(second)]
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
  public func alternatives(_ conditions: [Condition], limit: Int) -> [[SignedTest]] { search(conditions, limit).found }

  /// All ways in which all of the conditions may hold; nil where there are `limit` or more, or they are too many to look
  /// through.
  public func allAlternatives(_ conditions: [Condition], limit: Int) -> [[SignedTest]]? {
    let search = search(conditions, limit)
    return search.found.count < limit && search.stepsLeft > 0 ? search.found : nil
  }

  private func search(_ conditions: [Condition], _ limit: Int) -> AlternativeSearch {
    var search = AlternativeSearch(limit: limit, stepsLeft: CheckLimits.satisfiabilitySteps)
    search.collect(conditions.map { Formula($0) }.reversed(), Conjunction(relations: relations))
    return search
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
    repeat {
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
      // What was collected may have made a choice, or leave one branch of it.
      var open: [[Formula]] = []
      for choice in choices where !choice.contains(where: { isImplied($0, by: collected) }) {
        let possible = choice.filter { isPossible($0, with: collected) }
        switch possible.count {
        case 0: return
        case 1: pending.append(possible[0])
        default: open.append(possible)
        }
      }
      choices = open
    } while !pending.isEmpty
    // The shortest choice first: what it decides prunes the longer ones.
    guard let index = choices.indices.min(by: { choices[$0].count < choices[$1].count }) else {
      found.append(collected.tests.map { SignedTest($0.predicate, isNegated: $0.isNegated) })
      return
    }
    let branches = choices.remove(at: index)
    let others = choices.map(Formula.or)
    for branch in branches where found.count < limit { collect(others + [branch], collected) }
  }

  /// Whether a formula holds of all that passes the tests: of each of its tests the opposite would be a conflict.
  private mutating func isImplied(_ formula: Formula, by collected: Conjunction) -> Bool {
    switch formula {
    case .constant(let value): return value
    case .literal(var literal):
      literal.isNegated.toggle()
      return conflicts(literal, with: collected)
    case .and(let parts): return parts.allSatisfy { isImplied($0, by: collected) }
    case .or(let parts): return parts.contains { isImplied($0, by: collected) }
    }
  }

  /// Whether none of the tests that a formula requires is in conflict with the tests.
  private mutating func isPossible(_ formula: Formula, with collected: Conjunction) -> Bool {
    if case .constant(false) = formula { return false }
    return formula.requiredLiterals.allSatisfy { !conflicts($0, with: collected) }
  }

  private mutating func conflicts(_ literal: Literal, with collected: Conjunction) -> Bool {
    stepsLeft -= 1
    guard stepsLeft > 0 else { return false }
    var trial = collected
    return trial.add(literal) != nil
  }
}

/// Where two lists of conditions differ, if it is in one place: a condition is another, or is missing in one of them.
private struct DifferingPart {
  let shared: [Condition]
  let ours: Condition?
  let theirs: Condition?

  init?(_ ours: [Condition], _ theirs: [Condition]) {
    guard abs(ours.count - theirs.count) <= 1 else { return nil }
    let common = min(ours.count, theirs.count)
    let start = (0..<common).first { !ours[$0].isWritten(like: theirs[$0]) } ?? common
    let skipped = (ours.count >= theirs.count ? 1 : 0, theirs.count >= ours.count ? 1 : 0)
    guard start + skipped.0 <= ours.count, start + skipped.1 <= theirs.count else { return nil }
    let tails = (ours[(start + skipped.0)...], theirs[(start + skipped.1)...])
    guard zip(tails.0, tails.1).allSatisfy({ $0.isWritten(like: $1) }) else { return nil }
    shared = Array(ours[..<start] + tails.0)
    self.ours = skipped.0 == 1 ? ours[start] : nil
    self.theirs = skipped.1 == 1 ? theirs[start] : nil
  }
}

extension Condition {
  /// Whether the other is the same but for where it stands.
  fileprivate func isWritten(like other: Condition) -> Bool {
    switch (self, other) {
    case (.constant(let one), .constant(let two)): one == two
    case (.test(let one), .test(let two)):
      one.fact == two.fact && one.key == two.key && one.isAll == two.isAll && one.test == two.test
    case (.not(let one), .not(let two)): one.isWritten(like: two)
    case (.and(let one), .and(let two)), (.or(let one), .or(let two)):
      one.count == two.count && zip(one, two).allSatisfy { $0.isWritten(like: $1) }
    default: false
    }
  }
}
