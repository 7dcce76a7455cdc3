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
    while acceptConnective(connective, foreign: foreign) || kind == .conjunction && acceptComma() {
      operands.append(try operand(&self))
    }
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

  /// A comma that stands between two tests, where `and` should; reported.
  private mutating func acceptComma() -> Bool {
    guard self.kind == .comma, startsTest(at: 1) else { return false }
    report(
      .expectedToken, "tests are joined by `and` or `or`, not by `,`", at: current.range,
      fix: replace(current.range, by: " and", "write `and`"))
    bump()
    return true
  }

  /// Whether a test begins so many tokens ahead, as far as two of them tell: a fact with its operator or key.
  mutating func startsTest(at distance: Int = 0) -> Bool {
    let first = peek(distance)
    guard first.kind == .word else { return false }
    let word = text(first)
    if ["not", "has", "all"].contains(word) { return peek(distance + 1).kind == .word }
    guard isFactText(word), !Keywords.reservedInConditions.contains(word) else { return false }
    let next = peek(distance + 1)
    switch next.kind {
    case .word: return Keywords.operators.contains(text(next))
    case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .foreign, .leftBracket: return true
    default: return false
    }
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
    guard kind == .leftParenthesis || kind == .leftBrace else { return try parseTestExpression() }
    let node = open(.group)
    defer { close(node) }
    let parenthesis = current.range
    let isBrace = kind == .leftBrace
    bump()
    let inner = try nested { (parser: inout Parser) throws(SyntaxError) in try parser.parseCondition() }
    if isBrace, kind == .rightBrace {
      let edits = [Diagnostic.Edit(span(parenthesis), "("), Diagnostic.Edit(span(current.range), ")")]
      report(
        .expectedToken, "conditions are grouped in parentheses, not in braces",
        at: SourceRange(parenthesis.start, current.range.end), fix: Diagnostic.Fix("write `(…)`", edits))
      bump()
    } else if !accept(.rightParenthesis) {
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
    if kind.isString, Keywords.operators.contains(peekWord()) { throw reversedTest() }
    let isAll = accept("all")
    let subject = try parseSubject(isAll ? "a fact after `all`" : "a condition")
    if acceptForeignPresence(of: subject) {
      return .test(
        TestExpression(
          isAll: false, subject: subject, op: .has, operatorRange: prefix, operand: nil, ignoringCase: false,
          range: range(from: begin)))
    }
    if at("between") { throw foreignBounds(of: subject) }
    guard let found = try parseOperator(after: subject) ?? missingOperator() else {
      if isAll { throw expected("an operator such as `in` after `all \(subject.name.text)`") }
      let end = SourceRange(previousEnd, previousEnd)
      return .test(
        TestExpression(
          isAll: false, subject: subject, op: .bare, operatorRange: end, operand: nil, ignoringCase: false,
          range: range(from: begin)))
    }
    var op = found.op
    let operand: Operand
    if op == .has {
      operand = .item(.string(try parseString("the tag")))
    } else {
      operand = try parseOperand(&op, found.range)
    }
    let ignoringCase = op == .has ? false : try acceptIgnoringCase()
    let test = Expression.test(
      TestExpression(
        isAll: isAll, subject: subject, op: op, operatorRange: found.range, operand: operand,
        ignoringCase: ignoringCase, range: range(from: begin)))
    return found.isMisplacedNot ? .not(test, range(from: begin)) : test
  }

  /// A fact with its key, or the name of a define.
  private mutating func parseSubject(_ what: String) throws(SyntaxError) -> FactReference {
    let begin = start
    guard kind == .word, !Keywords.reservedInConditions.contains(word) else { throw expected(what) }
    if Keywords.operators.contains(word), peek().kind.isString { throw expected("a fact before the operator") }
    if peek().kind == .leftParenthesis, let dot = word.lastIndex(of: ".") {
      let method = word[word.index(after: dot)...].lowercased()
      if let op = Keywords.operatorSynonyms[method] ?? Keywords.operators.first(where: { $0 == method }) {
        throw fail(.expectedToken, "tests are no calls; write `\(word[..<dot]) \(op) …`")
      }
    }
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

  /// What is said of `"dba" in group`.
  private mutating func reversedTest() -> SyntaxError {
    let fact = peek(2)
    let isPlain = peekWord() == "in" && fact.kind == .word && isFactText(text(fact))
    let meant = isPlain ? "\(text(fact)) contains \(text(current))" : ""
    return fail(
      .expectedToken, "a test begins with its fact" + (isPlain ? ": `\(meant)`" : ""),
      fix: isPlain ? replace(SourceRange(start, fact.range.end), by: meant) : nil)
  }

  /// `exists` and the like after a fact; reported.
  private mutating func acceptForeignPresence(of subject: FactReference) -> Bool {
    guard ["exists", "present", "defined"].contains(word) else { return false }
    let range = SourceRange(subject.range.start, current.range.end)
    let meant = "has " + text(subject.range)
    report(.expectedToken, "`\(text(range))` is written `\(meant)`", at: range, fix: replace(range, by: meant))
    bump()
    return true
  }

  /// What is said of `between 1 and 5`.
  private mutating func foreignBounds(of subject: FactReference) -> SyntaxError {
    let fact = text(subject.range)
    let (low, high) = (peek(), peek(3))
    guard low.kind == .integer, text(peek(2)) == "and", high.kind == .integer, fact != "time" else {
      let meant = fact == "time" ? "time within \"mon-fri 09:00-17:00 UTC\"" : "\(fact) >= 1 and \(fact) <= 5"
      return fail(.expectedToken, "there is no `between`; write `\(meant)`, with your own bounds")
    }
    let meant = "\(fact) >= \(text(low)) and \(fact) <= \(text(high))"
    return fail(
      .expectedToken, "there is no `between`; write `\(meant)`",
      fix: replace(SourceRange(subject.range.start, high.range.end), by: meant))
  }

  /// `is` before a text where no operator stands; reported.
  private mutating func missingOperator() -> FoundOperator? {
    guard kind.isString, !isFirstOnLine else { return nil }
    report(
      .expectedToken, "expected an operator such as `is` before \(found)", at: current.range,
      fix: insert(" is", at: previousEnd))
    return (.is, SourceRange(previousEnd, previousEnd), false)
  }

  /// The operator after a subject; nil where the test is bare.
  private mutating func parseOperator(after subject: FactReference) throws(SyntaxError) -> FoundOperator? {
    let begin = start
    let symbol: TestOperator?
    switch kind {
    case .less: symbol = .less
    case .lessOrEqual: symbol = .lessOrEqual
    case .greater: symbol = .greater
    case .greaterOrEqual: symbol = .greaterOrEqual
    case .foreign where text(current) == "!" && Keywords.operators.contains(peekWord()):
      return try parseWordOperator(after: subject)
    case .equal, .foreign, .colon, .arrow: symbol = foreignOperator()
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
    let comparesList = peek().kind == .leftBracket
    switch text(current) {
    case "=", "==", ":", "->", "=>": meant = comparesList ? .in : .is
    case "!=", "<>": meant = comparesList ? .notIn : .isNot
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
    guard let word = accept(.foreign) ? "not" : acceptOperatorWord() else { return nil }
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
      } else if startsSecondOperator() {
        return try parseSecondOperator(after: subject, op, from: begin)
      }
    case "not":
      if accept("in") {
        op = .notIn
        if text(range(from: begin)).hasPrefix("!") {
          report(
            .expectedToken, "`!` is written `not`", at: range(from: begin),
            fix: replace(range(from: begin), by: "not in"))
        }
        break
      }
      if kind.isString || kind == .leftBracket {
        op = kind == .leftBracket ? .notIn : .isNot
        report(
          .expectedToken, "`not` before a value is written `\(op.rawValue)`", at: range(from: begin),
          fix: replace(range(from: begin), by: op.rawValue))
        break
      }
      let misplaced = range(from: begin)
      guard let (inner, innerRange, _) = try parseOperator(after: subject), inner != .isNot, inner != .notIn else {
        throw expected("`in` after `not`")
      }
      reportMisplacedNot(misplaced, subject, inner, innerRange)
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

  private mutating func reportMisplacedNot(
    _ misplaced: SourceRange, _ subject: FactReference, _ inner: TestOperator, _ innerRange: SourceRange
  ) {
    report(
      .expectedToken, "`not` stands before the test: `not \(subject.name.text) \(inner.rawValue) …`", at: misplaced,
      fix: Diagnostic.Fix(
        "move it to the front",
        [
          Diagnostic.Edit(span(SourceRange(subject.range.start, subject.range.start)), "not "),
          Diagnostic.Edit(span(SourceRange(misplaced.start, innerRange.start)), ""),
        ]))
  }

  /// Whether after `is` or `is not` one more operator stands, with its value.
  private mutating func startsSecondOperator() -> Bool {
    guard Keywords.operators.contains(word), !["is", "not", "has"].contains(word) else { return false }
    let next = peek()
    return next.kind.isString || next.kind == .leftBracket || next.kind == .regex || text(next) == "with"
  }

  /// The operator after `is` or `is not`, which are reported.
  private mutating func parseSecondOperator(
    after subject: FactReference, _ first: TestOperator, from begin: UInt32
  ) throws(SyntaxError) -> FoundOperator? {
    let copula = range(from: begin)
    guard let (inner, innerRange, _) = try parseWordOperator(after: subject) else { return nil }
    guard first == .is else {
      reportMisplacedNot(copula, subject, inner, innerRange)
      return (inner, innerRange, true)
    }
    report(
      .expectedToken, "`\(text(range(from: begin)))` is written `\(inner.rawValue)`", at: copula,
      fix: replace(SourceRange(copula.start, innerRange.start), by: "", "remove `is`"))
    return (inner, innerRange, false)
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

  private mutating func parseOperand(
    _ op: inout TestOperator, _ operatorRange: SourceRange
  ) throws(SyntaxError) -> Operand {
    if op != .matches, kind == .regex || kind == .unterminatedRegex { try refuseBarePath() }
    if kind == .leftBracket || kind == .leftParenthesis {
      let (items, range) = try parseItems()
      return .list(items, range)
    }
    let what = "a value after `\(op.rawValue)`"
    if at("not") { throw expected(what) }
    let begin = start
    let first = try parseItem(what)
    guard [.in, .notIn, .is, .isNot].contains(op), startsFurtherItem() else { return .item(first) }
    var items = [first]
    while startsFurtherItem() {
      bump()
      items.append(try parseItem("a value"))
    }
    let range = range(from: begin)
    var edits = bracketing(range)
    if op == .is || op == .isNot {
      op = op == .is ? .in : .notIn
      edits.insert(Diagnostic.Edit(span(operatorRange), op.rawValue), at: 0)
    }
    report(
      .expectedToken, "several values stand in brackets after `\(op.rawValue)`", at: range,
      fix: Diagnostic.Fix("write `\(op.rawValue) […]`", edits))
    return .list(items, range)
  }

  /// Throws where what begins like a regular expression is a path without its quotes.
  private mutating func refuseBarePath() throws(SyntaxError) {
    let bare = bareWord(around: SourceRange(start, start + 1))
    // `/admin/` may be meant either way.
    guard kind == .unterminatedRegex || bare.end > current.range.end, !text(bare).contains("\\") else { return }
    throw fail(
      .expectedToken, "a path stands in quotes: `\"\(text(bare))\"`", at: bare,
      fix: replace(bare, by: "\"\(text(bare))\"", "quote it"))
  }

  /// Whether a comma stands here and after it one more value, rather than a test or a clause.
  private mutating func startsFurtherItem() -> Bool {
    guard kind == .comma, !startsTest(at: 1), !Keywords.clauses.contains(peekWord()) else { return false }
    let next = peek().kind
    return next == .word || next == .integer || next.isString
  }
}
