import PolicyCompiler
import PolicySyntax

/// Which outcomes of conditions no operation can show: the tests that would have to come out so that the condition
/// decides contradict each other. `protocol is postgres`, say, cannot decide as false beside a test of a Kubernetes verb.
///
/// Sound in one direction: what is called out of reach is.
struct DecisionReach {
  /// As written.
  struct Outcomes: Sendable {
    var isTrue = false
    var isFalse = false

    static let all = Outcomes(isTrue: true, isFalse: true)
  }

  private let reasoning = ConditionReasoning()

  /// The outcomes with which the conditions of a rule may decide, by the places of their tests. Those in `shown` are
  /// known and not asked for.
  func outcomes(_ condition: Condition, shown: [SourceSpan: Outcomes]) -> [SourceSpan: Outcomes] {
    var reach = shown
    visit(condition, []) { predicate, others in
      var found = reach[predicate.span] ?? Outcomes()
      let test = Condition.test(predicate)
      let (holds, fails) = predicate.isWrittenNegated ? (Condition.not(test), test) : (test, .not(test))
      if !found.isTrue { found.isTrue = reasoning.canHold(others + [holds]) }
      if !found.isFalse { found.isFalse = reasoning.canHold(others + [fails]) }
      reach[predicate.span] = found
    }
    return reach
  }

  /// Hands on each test with what must hold beside it so that nothing masks it.
  private func visit(
    _ condition: Condition, _ others: [Condition], _ body: (CheckedPredicate, [Condition]) -> Void
  ) {
    switch condition {
    case .constant: break
    case .test(let predicate): body(predicate, others)
    case .not(let inner): visit(inner, others, body)
    case .and(let parts), .or(let parts):
      var isMaskedByTrue = false
      if case .or = condition { isMaskedByTrue = true }
      for index in parts.indices {
        let siblings = parts.indices.filter { $0 != index }.map { isMaskedByTrue ? .not(parts[$0]) : parts[$0] }
        visit(parts[index], others + siblings, body)
      }
    }
  }
}
