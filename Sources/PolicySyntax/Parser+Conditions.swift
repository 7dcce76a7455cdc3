// Conditions: tests bind tighter than `not`, then `and`, then `or`.

extension Parser {
  mutating func parseCondition() throws(SyntaxError) -> Expression {
    try parseOperands(
      .disjunction, "or", foreign: "||",
      of: { (parser: inout Parser) throws(SyntaxError) in
        try parser.parseOperands(
          .conjunction, "and", foreign: "&&",
          of: { (parser: inout Parser) throws(SyntaxError) in
            try parser.parseNegation()
          })
      })
  }

  /// Operands joined by one connective.
  private mutating func parseOperands(
    _ kind: SyntaxKind, _ connective: String, foreign: String,
    of operand: (inout Parser) throws(SyntaxError) -> Expression
  ) throws(SyntaxError) -> Expression {
    let node = open(kind)
    defer { close(node) }
    let begin = start
    var operands = [try operand(&self)]
    while acceptConnective(connective, foreign: foreign) { operands.append(try operand(&self)) }
    if operands.count == 1, let only = operands.first { return only }
    let range = range(from: begin)
    return kind == .disjunction ? .or(operands, range) : .and(operands, range)
  }

  private mutating func acceptConnective(_ connective: String, foreign: String) -> Bool {
    if accept(connective) { return true }
    let isForeign = kind == .foreign && text(current).first == foreign.first
    guard isForeign || word.lowercased() == connective else { return false }
    report(
      .expectedToken, "\(found) is written `\(connective)`", at: current.range,
      fix: replaceSymbol(current.range, by: connective))
    bump()
    return true
  }

  private mutating func parseNegation() throws(SyntaxError) -> Expression {
    let node = open(.negation)
    defer { close(node) }
    let begin = start
    guard acceptConnective("not", foreign: "!") else { return try parsePrimary() }
    let operand = try nested { (parser: inout Parser) throws(SyntaxError) in try parser.parseNegation() }
    return .not(operand, range(from: begin))
  }

  private mutating func parsePrimary() throws(SyntaxError) -> Expression {
    guard kind == .leftParenthesis else { return try parseTestExpression() }
    let node = open(.group)
    defer { close(node) }
    let parenthesis = current.range
    bump()
    let inner = try nested { (parser: inout Parser) throws(SyntaxError) in try parser.parseCondition() }
    if !accept(.rightParenthesis) {
      let note = Diagnostic.Note("opened here", at: span(parenthesis))
      let message = "expected `)`, found \(found)"
      let ends = isAtEnd || kind == .rightBrace || Keywords.clauses.contains(word) || startsDeclaration()
      report(
        .expectedToken, message, at: current.range, notes: [note], fix: ends ? insert(")", at: previousEnd) : nil)
      if !ends { throw SyntaxError() }
    }
    return inner
  }

  private mutating func parseTestExpression() throws(SyntaxError) -> Expression {
    let node = open(.comparison)
    defer { close(node) }
    let begin = start
    let prefix = current.range
    if accept("has") {
      let factStart = start
      let subject = try parseSubject("a fact after `has`")
      if Keywords.operators.contains(word) {
        let has = SourceRange(begin, factStart)
        throw fail(
          .expectedToken, "`has` asks only whether there is a value; leave it out before `\(word)`",
          at: SourceRange(begin, prefix.end), fix: replace(has, by: "", "remove `has`"))
      }
      return .test(
        TestExpression(
          isAll: false, subject: subject, op: .has, operatorRange: prefix, operand: nil, ignoringCase: false,
          range: range(from: begin)))
    }
    let isAll = accept("all")
    let subject = try parseSubject(isAll ? "a fact after `all`" : "a condition")
    guard let (op, operatorRange, isMisplacedNot) = try parseOperator(after: subject) else {
      if isAll { throw expected("an operator such as `in` after `all \(subject.name.text)`") }
      let end = SourceRange(previousEnd, previousEnd)
      return .test(
        TestExpression(
          isAll: false, subject: subject, op: .bare, operatorRange: end, operand: nil, ignoringCase: false,
          range: range(from: begin)))
    }
    let operand: Operand
    if op == .has {
      operand = .item(.string(try parseString("the tag")))
    } else {
      operand = try parseOperand(op)
    }
    let ignoringCase = op == .has ? false : try acceptIgnoringCase()
    let test = Expression.test(
      TestExpression(
        isAll: isAll, subject: subject, op: op, operatorRange: operatorRange, operand: operand,
        ignoringCase: ignoringCase, range: range(from: begin)))
    return isMisplacedNot ? .not(test, range(from: begin)) : test
  }

  /// A fact with its key, or the name of a define.
  private mutating func parseSubject(_ what: String) throws(SyntaxError) -> FactReference {
    let begin = start
    guard kind == .word, !Keywords.reservedInConditions.contains(word) else { throw expected(what) }
    let name = Name(word, current.range)
    if !isFactText(name.text), !isQualifiedNameText(name.text) {
      let lowered = name.text.lowercased()
      report(
        .badName, "\(found) is not a name: facts and defines are lower case", at: name.range,
        fix: isFactText(lowered) ? replace(name.range, by: lowered) : nil)
    }
    bump()
    guard accept(.leftBracket) else { return FactReference(name: name, key: nil, range: name.range) }
    let key = try parseString("the key")
    try expect(.rightBracket, "]", "after the key")
    return FactReference(name: name, key: key, range: range(from: begin))
  }

  private typealias FoundOperator = (op: TestOperator, range: SourceRange, isMisplacedNot: Bool)

  /// The operator after a subject; nil where the test is bare.
  private mutating func parseOperator(after subject: FactReference) throws(SyntaxError) -> FoundOperator? {
    let begin = start
    let symbol: TestOperator?
    switch kind {
    case .less: symbol = .less
    case .lessOrEqual: symbol = .lessOrEqual
    case .greater: symbol = .greater
    case .greaterOrEqual: symbol = .greaterOrEqual
    case .equal, .foreign, .colon: symbol = foreignOperator()
    case .word: return try parseWordOperator(after: subject)
    default: return nil
    }
    guard let symbol else { return nil }
    bump()
    return (symbol, range(from: begin), false)
  }

  /// The operator that a symbol of other languages stands for; reported.
  private mutating func foreignOperator() -> TestOperator? {
    let meant: TestOperator
    switch text(current) {
    case "=", "==", ":": meant = .is
    case "!=", "<>": meant = .isNot
    case "=~": meant = .matches
    default: return nil
    }
    report(
      .expectedToken, "\(found) is written `\(meant.rawValue)`", at: current.range,
      fix: replaceSymbol(current.range, by: meant.rawValue))
    return meant
  }

  private mutating func parseWordOperator(after subject: FactReference) throws(SyntaxError) -> FoundOperator? {
    let begin = start
    guard let word = acceptOperatorWord() else { return nil }
    var op: TestOperator
    switch word {
    case "is":
      op = accept("not") ? .isNot : .is
      if at("in"), peek().kind == .leftBracket {
        let wanted: TestOperator = op == .is ? .in : .notIn
        bump()
        report(
          .expectedToken, "`\(text(range(from: begin)))` is written `\(wanted.rawValue)`", at: range(from: begin),
          fix: replace(range(from: begin), by: wanted.rawValue))
        op = wanted
      }
    case "not":
      if accept("in") {
        op = .notIn
        break
      }
      let misplaced = range(from: begin)
      guard let (inner, innerRange, _) = try parseOperator(after: subject), inner != .isNot, inner != .notIn else {
        throw expected("`in` after `not`")
      }
      report(
        .expectedToken, "`not` stands before the test: `not \(subject.name.text) \(inner.rawValue) …`", at: misplaced,
        fix: Diagnostic.Fix(
          "move it to the front",
          [
            Diagnostic.Edit(self.span(SourceRange(subject.range.start, subject.range.start)), "not "),
            Diagnostic.Edit(self.span(SourceRange(misplaced.start, innerRange.start)), ""),
          ]))
      return (inner, innerRange, true)
    case "starts", "ends":
      op = word == "starts" ? .startsWith : .endsWith
      if !accept("with") {
        guard isAtItem || kind == .leftBracket else { throw expected("`with` after `\(word)`") }
        report(
          .expectedToken, "expected `with` after `\(word)`, found \(found)", at: current.range,
          fix: insert(" with", at: previousEnd))
      }
    default: op = TestOperator(rawValue: word) ?? .is
    }
    return (op, range(from: begin), false)
  }

  /// The first word of an operator: itself, or in another spelling, which is reported, where no other word may stand.
  private mutating func acceptOperatorWord() -> String? {
    let written = word
    if Keywords.operators.contains(written) {
      bump()
      return written
    }
    let lowered = written.lowercased()
    let mayFollow = Keywords.reservedInConditions.contains(lowered) && !Keywords.operators.contains(lowered)
    if mayFollow || peek().kind == .rightBrace { return nil }
    guard
      let meant = Keywords.operators.contains(lowered)
        ? lowered : Keywords.operatorSynonyms[lowered] ?? nearest(lowered, in: Keywords.operators)
    else { return nil }
    // A clause's keyword with a typo is rather that.
    if Keywords.operatorSynonyms[lowered] == nil, meant != lowered, isFirstOnLine { return nil }
    report(
      .expectedToken, "unknown operator `\(written)`; did you mean `\(meant)`?", at: current.range,
      fix: replace(current.range, by: meant))
    bump()
    // What stands for both words may still have the second after it.
    if meant.hasSuffix(" with") { _ = accept("with") }
    return meant
  }

  private mutating func parseOperand(_ op: TestOperator) throws(SyntaxError) -> Operand {
    if kind == .leftBracket {
      let (items, range) = try parseItems()
      return .list(items, range)
    }
    let what = "a value after `\(op.rawValue)`"
    if at("not") { throw expected(what) }
    let begin = start
    let first = try parseItem(what)
    guard kind == .comma, op == .in || op == .notIn else { return .item(first) }
    var items = [first]
    while accept(.comma) { items.append(try parseItem("a value")) }
    let range = range(from: begin)
    report(
      .expectedToken, "the values after `\(op.rawValue)` stand in brackets", at: range,
      fix: Diagnostic.Fix(
        "put them in brackets",
        [
          Diagnostic.Edit(span(SourceRange(range.start, range.start)), "["),
          Diagnostic.Edit(span(SourceRange(range.end, range.end)), "]"),
        ]))
    return .list(items, range)
  }
}
