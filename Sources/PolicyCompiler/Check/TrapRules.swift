import PolicyBytecode
import PolicySyntax

/// The traps of absent facts and of lists: HP0123, HP0201, HP0202 and HP0206.
///
/// A negated test is true where its fact is absent, so `sql.verb not in [drop]` holds for `rm -rf /`. It must stand beside
/// a positive test that implies a protocol of the fact. An `unless` line is taken as it is written, except in a rule that
/// allows: there what `unless` says *not* must not be missed, so its tests count as negated.
struct TrapRules {
  let bag: DiagnosticBag

  /// What is known to hold beside a test.
  private struct Surroundings {
    var protocols = ProtocolSet.all
    /// Of rules that allow: the facts that are known to be there, and those of which every element is tested.
    var present: Set<FactKey> = []
    var tested: Set<Fact> = []
    var allows = false
    /// Where another `when` line can be put in; nil where none would mend anything.
    var newLine: SourceSpan?

    func adding(_ formula: Formula) -> Surroundings {
      var result = self
      result.protocols = protocols.intersection(formula.protocols)
      guard allows else { return result }
      for literal in formula.requiredLiterals where !literal.isNegated {
        result.present.insert(literal.factKey)
        if literal.predicate.isAll { result.tested.insert(literal.predicate.fact) }
      }
      return result
    }
  }

  func check(_ rule: RuleParts) {
    let whole = rule.clauses.map { Formula($0.condition, isNegated: $0.isUnless) }
    let written = rule.clauses.map { Formula($0.condition, isNegated: $0.isUnless && rule.allows) }
    let everything = Surroundings(allows: rule.allows).adding(.and(whole))
    // An `unless` that is taken as written must not lean on its own negation.
    let whens = zip(rule.clauses, whole).filter { !$0.0.isUnless }.map(\.1)
    let besideUnless = Surroundings().adding(.and(whens))
    for (index, formula) in written.enumerated() {
      var around = rule.clauses[index].isUnless && !rule.allows ? besideUnless : everything
      if let first = rule.declaration.clauses.first, !rule.clauses[index].isUnless || rule.allows {
        around.newLine = SourceSpan(file: rule.file, SourceRange(first.range.start, first.range.start))
      }
      visit(formula, around)
    }
    if !rule.declaration.onResponse { checkPhase(rule.clauses.map(\.condition)) }
  }

  func check(_ claim: CheckedInvariant.Claim) {
    visit(Formula(claim.condition), Surroundings())
    checkPhase([claim.condition])
  }

  private func visit(_ formula: Formula, _ around: Surroundings) {
    switch formula {
    case .constant: break
    case .literal(let literal):
      if !checkProtocol(literal, around), around.allows { checkPresence(literal, around) }
      if around.allows { checkQuantifier(literal, around) }
    case .or(let parts): for part in parts { visit(part, around) }
    case .and(let parts):
      // A part stands among its own surroundings: what holds whenever it holds can be relied on inside it.
      let inner = around.adding(formula)
      for part in parts { visit(part, inner) }
    }
  }

  /// HP0201; whether it was reported.
  private func checkProtocol(_ literal: Literal, _ around: Surroundings) -> Bool {
    let schema = literal.schema
    guard literal.isNegated, !around.protocols.isSubset(of: schema.protocols) else { return false }
    let words = schema.protocols.members.map(\.name)
    let test = words.count == 1 ? "protocol is \(words[0])" : "protocol in [\(words.joined(separator: ", "))]"
    var notes = [Diagnostic.Note("an operation that lacks the fact passes every negated test on it")]
    if literal.predicate.use != nil { notes.append(.init("the test is in this define", at: literal.predicate.span)) }
    bag.report(
      .negationWithoutProtocol,
      "negated, this test on `\(schema.name)` is true for every operation that is not \(quotedList(words, joiner: "or")); add `\(test)`",
      at: literal.predicate.site, notes: notes,
      fix: around.newLine.map { .init("add `when \(test)`", $0, "when \(test)\n  ") })
    return true
  }

  /// HP0202: a fact that may be missing, negated where the rule allows.
  private func checkPresence(_ literal: Literal, _ around: Surroundings) {
    let schema = literal.schema
    // The gateway knows the principal's and the connection's plain facts; `command` is missing only with `unparsed`,
    // which a rule lifts only by name.
    guard literal.isNegated, schema.mayBeMissing, schema.isKeyed || schema.phase == .operation, schema.fact != .command,
      literal.predicate.test != .isPresent
    else { return }
    guard !around.present.contains(literal.factKey) else { return }
    let name = schema.name + (literal.predicate.key.map { "[\(literalText($0))]" } ?? "")
    bag.report(
      .missingFactInAllow,
      "this would allow every operation that lacks `\(name)`; add `has \(name)` to a `when` line",
      at: literal.predicate.site)
  }

  /// HP0206: an allow that asks for one element of a list of deeds.
  private func checkQuantifier(_ literal: Literal, _ around: Surroundings) {
    let predicate = literal.predicate
    let schema = literal.schema
    guard schema.isDeed, !literal.isNegated, !predicate.isAll, predicate.test != .isPresent,
      !around.tested.contains(predicate.fact)
    else { return }
    bag.report(
      .allowOnAny,
      "this allows whatever else is in `\(schema.name)`, as long as one element passes; write `all \(schema.name) in […]`",
      at: predicate.site)
  }

  /// HP0123: a request rule cannot know the response.
  private func checkPhase(_ conditions: [Condition]) {
    for literal in conditions.flatMap({ Formula($0).literals }) where literal.schema.phase == .response {
      let name = literal.predicate.fact == .responseDetector ? "response" : literal.schema.name
      bag.report(
        .factInWrongPhase, "`\(name)` is not known when the request is judged; make it a rule `on response`",
        at: literal.predicate.site)
    }
  }
}
