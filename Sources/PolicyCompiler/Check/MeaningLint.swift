import PatternMatching
import PolicyBytecode
import PolicySyntax

/// Conditions that never hold, or always: HP0203, HP0205, HP0306 and HP0308.
struct MeaningLint {
  let satisfiability: Satisfiability
  let bag: DiagnosticBag
  let sources: SourceSet

  /// Whether the rule can apply, as far as that is known; what is wrong is reported.
  func canApply(_ rule: RuleParts) -> Bool {
    let name = rule.declaration.name.text
    if let conflict = satisfiability.conflict(in: [Formula(rule.condition)]) {
      report(conflict, "the rule `\(name)` never applies", orElseAt: rule.nameSpan)
      return false
    }
    for clause in rule.clauses {
      for literal in Formula(clause.condition).literals { checkConstant(literal.predicate) }
    }
    if !rule.clauses.isEmpty, let conflict = satisfiability.conflict(in: [Formula(rule.condition, isNegated: true)]),
      conflict.cause != .constant
    {
      bag.report(
        .alwaysMatches, "the conditions of the rule `\(name)` hold for every operation; remove them if that is meant",
        at: rule.nameSpan)
    }
    return true
  }

  func check(_ claim: CheckedInvariant.Claim, of invariant: CheckedInvariant) {
    if let conflict = satisfiability.conflict(in: [Formula(claim.condition)]) {
      report(conflict, "the invariant `\(invariant.name)` says nothing", orElseAt: claim.span)
    }
  }

  // MARK: - Never

  private func report(_ conflict: Conjunction.Conflict, _ subject: String, orElseAt place: SourceSpan) {
    // An empty list is legitimate; one written on the spot is reported where it stands.
    guard conflict.cause != .constant, let last = conflict.literals.last else { return }
    if conflict.cause == .protocols, conflict.literals.count == 2, reportLayers(conflict.literals, subject) { return }
    let tests = conflict.literals.map(text)
    let reason =
      switch conflict.cause {
      case .protocols: "no operation has both \(quotedList(tests))"
      case .unparsed: "an operation that could not be read has no facts, so \(quotedList(tests)) exclude each other"
      case .values, .constant:
        tests.count == 1 ? "`\(tests[0])` cannot hold" : "\(quotedList(tests)) cannot hold together"
      }
    bag.report(
      .neverMatches, "\(subject): \(reason)", at: last.predicate.site, notes: notes(conflict.literals))
  }

  private func notes(_ literals: [Literal]) -> [Diagnostic.Note] {
    var notes = literals.dropLast().map { Diagnostic.Note("`\(text($0))` is here", at: $0.predicate.span) }
    if let last = literals.last, last.predicate.use != nil {
      notes.append(.init("`\(text(last))` is here", at: last.predicate.span))
    }
    return notes
  }

  /// The test as it is written, with `not` where it stands negated otherwise.
  private func text(_ literal: Literal) -> String {
    let written = sources.text(literal.predicate.span)
    let words = written.dropFirst(literal.schema.name.utf8.count).split(whereSeparator: \.isWhitespace)
    let isWrittenNegated = words.starts(with: ["is", "not"]) || words.starts(with: ["not", "in"])
    return isWrittenNegated == literal.isNegated ? written : "not " + written
  }

  /// HP0205, where one fact's protocol carries the other's operations.
  private func reportLayers(_ literals: [Literal], _ subject: String) -> Bool {
    guard !literals.contains(where: { $0.predicate.fact == .protocol || $0.isNegated }) else { return false }
    // Outermost first: what an agent's tool call, a shell line or a request may hold.
    let carriers: [ProtocolSet] = [ProtocolSet(.mcp), .shell, ProtocolSet(.http)]
    guard let carrier = carriers.first(where: { set in literals.contains { set.isSuperset(of: $0.schema.protocols) } }),
      let outer = literals.first(where: { carrier.isSuperset(of: $0.schema.protocols) }),
      let inner = literals.first(where: { !carrier.isSuperset(of: $0.schema.protocols) })
    else { return false }
    let instead: String
    var fix: Diagnostic.Fix?
    switch outer.predicate.fact {
    case .shellProgram, .mcpTool:
      let name = outer.predicate.fact == .shellProgram ? "via.program" : "via.tool"
      instead = "`\(name)`, the \(outer.predicate.fact == .shellProgram ? "programs" : "tools") that carried it"
      let start = outer.predicate.span.range.start
      let subject = SourceSpan(
        file: outer.predicate.span.file, SourceRange(start, start + UInt32(outer.schema.name.utf8.count)))
      if sources.text(subject) == outer.schema.name { fix = .init("write `\(name)`", subject, name) }
    default: instead = "`via contains \(carrier == .shell ? "shell" : carrier.members[0].name)`"
    }
    let protocols = quotedList(inner.schema.protocols.members.map(\.name), joiner: "or")
    bag.report(
      .layersJoined,
      "\(subject): `\(text(outer))` and `\(text(inner))` speak of two operations; of the \(protocols) operation, test \(instead)",
      at: outer.predicate.site, notes: [.init("`\(text(inner))` is here", at: inner.predicate.span)], fix: fix)
    return true
  }

  // MARK: - Constants

  /// HP0306: a test that its fact passes whatever its value, or never.
  private func checkConstant(_ predicate: CheckedPredicate) {
    let name = predicate.fact.schema.name
    let answer: Bool
    switch predicate.test {
    // Integers here are counts and codes: none is below zero.
    case .compare(.greaterOrEqual, let bound) where bound <= 0: answer = true
    case .compare(.greater, let bound) where bound < 0: answer = true
    case .compare(.less, let bound) where bound <= 0: answer = false
    case .compare(.lessOrEqual, let bound) where bound < 0: answer = false
    case .isOneOf(let values) where values.allSatisfy { $0 < 0 }: answer = false
    case .matches(let patterns) where matchesAll(patterns, predicate.fact.schema): answer = true
    default: return
    }
    let meaning =
      answer
      ? "every value of `\(name)` passes this test; write `has \(name)` if that is meant"
      : "no value of `\(name)` passes this test"
    bag.report(.constantTest, meaning, at: predicate.span)
  }

  private func matchesAll(_ patterns: [Pattern], _ schema: FactSchema) -> Bool {
    if case .enumeration(let words) = schema.type,
      words.allSatisfy({ word in patterns.contains { $0.kind == .equals && $0.source == word } })
    {
      return true
    }
    return patterns.contains { pattern in
      switch pattern.kind {
      case .equals: false
      case .prefix, .suffix, .contains: pattern.source.isEmpty
      case .glob: !pattern.source.isEmpty && pattern.source.allSatisfy { $0 == "*" }
      case .pathGlob: pattern.source == "**"
      case .regex, .pcre: ["", ".*", "^", "^.*", "$"].contains(pattern.source)
      }
    }
  }
}
