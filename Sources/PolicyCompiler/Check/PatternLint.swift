import PatternMatching
import PolicyBytecode
import PolicySyntax

/// Patterns that do not catch what they are meant to, or cost too much: HP0304, HP0305 and HP0309.
struct PatternLint {
  private let relations: PatternRelations
  private let bag: DiagnosticBag
  private let sources: SourceSet
  /// Tests looked at; one in a define is met by every rule that uses it.
  private var seen: Set<SourceSpan> = []

  init(relations: PatternRelations, bag: DiagnosticBag, sources: SourceSet) {
    self.relations = relations
    self.bag = bag
    self.sources = sources
  }

  mutating func check(_ rule: RuleParts) {
    let formula = Formula(rule.condition)
    let protocols = formula.protocols
    let facts = FactSet(formula.literals.filter { !$0.isNegated }.map(\.predicate.fact))
    for clause in rule.clauses {
      for literal in Formula(clause.condition).literals where seen.insert(literal.predicate.span).inserted {
        guard case .matches(let patterns) = literal.predicate.test else { continue }
        for pattern in patterns {
          if pattern.kind == .pcre { checkCost(pattern, literal.predicate) }
          if checkForm(pattern, literal.predicate, protocols) {
            checkEvasion(pattern, literal.predicate, protocols, beside: facts)
          }
        }
      }
    }
  }

  /// HP0309: no text of the fact matches. False if that was reported.
  private func checkForm(_ pattern: Pattern, _ predicate: CheckedPredicate, _ protocols: ProtocolSet) -> Bool {
    if let form = CanonicalText.form(predicate.fact, on: protocols) {
      if relations.intersect(pattern, form.language) { return true }
      let name = predicate.fact.schema.name
      bag.report(
        .patternNeverCanonical, "no `\(name)` matches `\(pattern.source)`: `\(name)` \(form.explanation)",
        at: predicate.span, fix: caseFix(pattern, predicate, form))
      return false
    }
    // Where the protocol is open, SQL in capitals is meant for SQL and finds none there.
    guard predicate.fact == .command, !pattern.ignoringCase, protocols.intersection(.sql) != [] else { return true }
    let words = CommandWords(pattern)
    guard words.words.count > 1, words.words.prefix(2).allSatisfy({ $0 == $0.uppercased() && $0 != $0.lowercased() }),
      case .statement = words.subject(allowsSQL: true, allowsShell: false)
    else { return true }
    bag.report(
      .patternNeverCanonical,
      "no SQL `command` matches `\(pattern.source)`: it has keywords in lower case", at: predicate.span,
      fix: caseFix(pattern, predicate, nil))
    return false
  }

  /// A fix that changes the case of the pattern where that makes it match.
  private func caseFix(_ pattern: Pattern, _ predicate: CheckedPredicate, _ form: CanonicalText.Form?) -> Diagnostic
    .Fix?
  {
    guard pattern.kind != .pcre, pattern.kind != .regex else { return nil }
    for text in [pattern.source.lowercased(), pattern.source.uppercased()] where text != pattern.source {
      if let form {
        var changed = pattern
        changed.source = text
        guard relations.intersect(changed, form.language) else { continue }
      }
      return replace(literalText(pattern.source), by: literalText(text), in: predicate.span)
    }
    return nil
  }

  private func replace(_ old: String, by new: String, in span: SourceSpan) -> Diagnostic.Fix? {
    let text = Array(sources.text(span).utf8)
    let sought = Array(old.utf8)
    guard text.count >= sought.count else { return nil }
    let starts = (0...(text.count - sought.count)).filter { text[$0..<($0 + sought.count)].elementsEqual(sought) }
    guard let start = starts.first, starts.count == 1 else { return nil }
    let from = span.range.start + UInt32(start)
    return .init(
      "write `\(new)`", SourceSpan(file: span.file, SourceRange(from, from + UInt32(sought.count))), new)
  }

  /// HP0304: an equal spelling is not matched.
  private func checkEvasion(
    _ pattern: Pattern, _ predicate: CheckedPredicate, _ protocols: ProtocolSet, beside facts: FactSet
  ) {
    guard predicate.fact == .command || predicate.fact == .text else { return }
    let subject = CommandWords(pattern).subject(
      allowsSQL: protocols.intersection(.sql) != [], allowsShell: protocols.intersection(.shell) != [])
    let example: String
    let hint: String
    switch subject {
    case .program(let found, let fact):
      // A pattern that narrows what facts say already is meant as it stands.
      guard !facts.contains(fact), !facts.contains(.shellProgram) else { return }
      hint = found
      example = "with flags in another order or bundled, or the program by its path,"
    case .statement(let found):
      guard !facts.contains(.sqlVerb) else { return }
      hint = found
      example = "behind `with`, a comment or a `do` block"
    case nil: return
    }
    bag.report(
      .evadedPattern,
      "the same command, \(example) is not matched by `\(pattern.source)`; write `\(hint)`", at: predicate.span)
  }

  /// HP0305: PCRE may take more than linear time.
  private func checkCost(_ pattern: Pattern, _ predicate: CheckedPredicate) {
    let isRegular = (try? checkPattern(Pattern(.regex, pattern.source, ignoringCase: pattern.ignoringCase))) != nil
    let advice = isRegular ? "; it is regular: without `pcre` it takes linear time" : ""
    let cost: String
    switch BacktrackingCost(of: pattern.source) {
    case .exponential: cost = "a repetition inside a repetition may take exponential time"
    case .polynomial: cost = "several open repetitions may take quadratic time or worse"
    case .linear:
      guard isRegular else { return }
      cost = "this pattern runs on PCRE2, which a linear automaton could spare"
    }
    bag.report(
      .costlyPattern, "\(cost), and an operation that reaches the match limit is blocked" + advice, at: predicate.span)
  }
}

/// How the time of a backtracking match may grow with the text, by the shape of the pattern: an estimate.
enum BacktrackingCost {
  case linear, polynomial, exponential

  init(of source: String) {
    // For each open group: whether an unbounded repetition stands in it.
    var groups = [false]
    var openRepetitions = 0
    var characters = Array(source)[...]
    var lastClosed: Bool?
    var lastIsWide = false
    var isExponential = false
    while let character = characters.popFirst() {
      var closed: Bool?
      var isWide = false
      switch character {
      case "\\":
        let escaped = characters.popFirst()
        isWide = escaped.map { "SWDsw".contains($0) } ?? false
      case "[":
        isWide = true
        if characters.first == "^" { characters = characters.dropFirst() }
        if characters.first == "]" { characters = characters.dropFirst() }
        while let inner = characters.popFirst(), inner != "]" {
          if inner == "\\" { characters = characters.dropFirst() }
        }
      case "(":
        groups.append(false)
        if characters.first == "?" {
          characters = characters.dropFirst()
          // `(?>…)` and the rest of a group's head take part in no repetition.
          while let head = characters.first, ":=!<>P".contains(head) { characters = characters.dropFirst() }
        }
      case ")":
        if groups.count > 1, let inner = groups.popLast() {
          closed = inner
          if inner { groups[groups.count - 1] = true }
        }
      case ".": isWide = true
      case "*", "+", "{":
        var isOpen = true
        if character == "{" {
          let count = characters.prefix { $0 != "}" }
          characters = characters.dropFirst(count.count + 1)
          isOpen = count.hasSuffix(",")
        }
        let isPossessive = characters.first == "+"
        if isOpen, !isPossessive {
          if lastClosed == true { isExponential = true }
          if lastIsWide { openRepetitions += 1 }
          groups[groups.count - 1] = true
        }
        if let mark = characters.first, mark == "?" || mark == "+" { characters = characters.dropFirst() }
      default: break
      }
      lastClosed = closed
      lastIsWide = isWide
    }
    self = isExponential ? .exponential : openRepetitions > 1 ? .polynomial : .linear
  }
}

extension Array<Character>.SubSequence {
  fileprivate func hasSuffix(_ character: Character) -> Bool { last == character }
}
