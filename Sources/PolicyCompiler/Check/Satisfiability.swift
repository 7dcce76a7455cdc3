/// Asks whether a condition can hold, by trying the alternatives of its `or`s (depth first, pruned at the first conflict).
///
/// Sound in one direction: a condition called impossible is. One whose alternatives are too many counts as possible.
final class Satisfiability {
  private let relations: PatternRelations
  private let steps: Int
  private var stepsLeft: Int

  /// `steps` bounds all questions together.
  init(relations: PatternRelations, steps: Int = CheckLimits.satisfiabilityStepsOfSet) {
    self.relations = relations
    self.steps = steps
    stepsLeft = steps
  }

  /// Makes all steps be left again.
  func renew() { stepsLeft = steps }

  /// Why none of the formulas' alternatives can hold, all formulas taken together; nil if they can or it is not known.
  func conflict(in formulas: [Formula]) -> Conjunction.Conflict? {
    let steps = min(CheckLimits.satisfiabilitySteps, stepsLeft)
    var search = Search(stepsLeft: steps)
    defer { stepsLeft -= steps - max(search.stepsLeft, 0) }
    guard search.isImpossible(formulas.reversed(), Conjunction(relations: relations)) else { return nil }
    return search.first
  }

  func canHold(_ formulas: [Formula]) -> Bool { conflict(in: formulas) == nil }

  private struct Search {
    var stepsLeft: Int
    /// The conflict in the first alternative.
    var first: Conjunction.Conflict?

    /// Whether nothing fulfils what is pending (the next at the end) together with what is collected.
    mutating func isImpossible(_ pending: [Formula], _ collected: Conjunction) -> Bool {
      var pending = pending
      var collected = collected
      var alternatives: [[Formula]] = []
      while let next = pending.popLast() {
        stepsLeft -= 1
        guard stepsLeft > 0 else { return false }
        switch next {
        case .constant(true): break
        case .constant(false): return fail(.init(cause: .constant, literals: []))
        case .literal(let literal):
          if let conflict = collected.add(literal) { return fail(conflict) }
          stepsLeft -= collected.count
        case .and(let parts): pending += parts.reversed()
        // Alternatives wait until all that must hold is known.
        case .or(let parts): alternatives.append(parts)
        }
      }
      guard let branches = alternatives.popLast() else { return false }
      let others = alternatives.map(Formula.or)
      if branches.isEmpty { return fail(.init(cause: .constant, literals: [])) }
      for branch in branches where !isImpossible(others + [branch], collected) { return false }
      return true
    }

    private mutating func fail(_ conflict: Conjunction.Conflict) -> Bool {
      if first == nil { first = conflict }
      return true
    }
  }
}
