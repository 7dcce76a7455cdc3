import PolicyBytecode

/// Reads a PL/pgSQL body and finds the SQL in it: statements, the expressions that it evaluates, and what EXECUTE runs.
///
/// The grammar is that of src/pl/plpgsql/src/pl_gram.y. It is read here, and not by libpg_query's reader of PL/pgSQL,
/// because that one runs more of the server's code, and a body that broke it would end the process. What a body declares is not followed: a variable is read as a column.
struct PLpgSQLReader {
  enum Item: Equatable {
    /// One SQL statement, without the INTO that takes its result.
    case statement([UInt8])
    /// `select` and an expression.
    case expression([UInt8])
    /// `select` and the expression whose value EXECUTE runs.
    case dynamic([UInt8])
  }

  private(set) var items: [Item] = []
  /// Why the body could not be read to its end.
  private(set) var failure: UnparsedReason?
  private let text: PostgresText
  /// The token at hand; never past the end, so that a range from here to a later token is one.
  private var at = 0 {
    didSet { at = min(at, text.tokens.count) }
  }
  private var depth = 0

  init(_ body: [UInt8]) { text = PostgresText(body) }

  /// Reads the whole body.
  mutating func read() {
    guard !text.isTruncated, !text.isCostly else {
      failure = text.isCostly ? .count : .truncated
      return
    }
    while text.isSymbol(at, "#") { readOption() }
    readBlock()
    if text.isSymbol(at, ";") { at += 1 }
    if at < text.tokens.count { fail() }
  }

  private mutating func fail(_ reason: UnparsedReason = .syntax) {
    if failure == nil { failure = at >= text.tokens.count ? .truncated : reason }
    at = text.tokens.count
  }

  // MARK: - Tokens

  private func isWord(_ word: StaticString) -> Bool { text.isWord(at, word) }

  private mutating func take(_ word: StaticString) -> Bool {
    guard isWord(word) else { return false }
    at += 1
    return true
  }

  private mutating func takeSymbol(_ symbol: StaticString) -> Bool {
    guard text.isSymbol(at, symbol) else { return false }
    at += 1
    return true
  }

  private mutating func expect(_ word: StaticString) { if !take(word) { fail() } }

  private mutating func expectEnd() { if !takeSymbol(";") { fail() } }

  private var isName: Bool {
    guard at < text.tokens.count else { return false }
    return [.word, .quotedName, .unicodeName].contains(text.tokens[at].kind)
  }

  /// `#variable_conflict use_column` and its like: the block may begin on the same line.
  private mutating func readOption() {
    at += 1
    guard take("option") || take("print_strict_params") || take("variable_conflict"), isName else { return fail() }
    at += 1
  }

  /// The end of the run of tokens from here to one of `words` or `symbols` outside of brackets and CASE, or to `;`.
  private func end(before words: [StaticString], _ symbols: [StaticString] = []) -> Int {
    var brackets = 0
    var cases = 0
    for index in at..<text.tokens.count {
      switch text.tokens[index].kind {
      case .mark:
        if text.isSymbol(index, "(") || text.isSymbol(index, "[") { brackets += 1 }
        if text.isSymbol(index, ")") || text.isSymbol(index, "]") { brackets -= 1 }
        if brackets <= 0, text.isSymbol(index, ";") { return index }
        if brackets == 0, cases == 0, symbols.contains(where: { text.isSymbol(index, $0) }) { return index }
      case .symbol:
        if brackets == 0, cases == 0, symbols.contains(where: { text.isSymbol(index, $0) }) { return index }
      case .word where !text.isSymbol(index - 1, "."):
        if brackets == 0, cases == 0, text.isWord(index, words) { return index }
        if text.isWord(index, "case") { cases += 1 }
        if text.isWord(index, "end"), cases > 0 { cases -= 1 }
      default: break
      }
    }
    return text.tokens.count
  }

  /// The source of the tokens in `range`, those in `gap` left out.
  private func source(_ range: Range<Int>, without gap: Range<Int>? = nil) -> [UInt8] {
    guard let gap, !gap.isEmpty else { return bytes(range) }
    return bytes(range.lowerBound..<gap.lowerBound) + [0x20] + bytes(gap.upperBound..<range.upperBound)
  }

  private func bytes(_ range: Range<Int>) -> [UInt8] {
    guard !range.isEmpty else { return [] }
    return Array(text.bytes[Int(text.tokens[range.lowerBound].start)..<Int(text.tokens[range.upperBound - 1].end)])
  }

  // MARK: - Expressions

  private mutating func addExpression(_ range: Range<Int>, dynamic: Bool = false) {
    guard !range.isEmpty else { return fail() }
    let select = Array("select ".utf8) + bytes(range)
    items.append(dynamic ? .dynamic(select) : .expression(select))
  }

  /// The arguments of a cursor, in brackets; they may have names.
  private mutating func addArguments(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    let end = at
    at = range.lowerBound + 1
    while at < range.upperBound - 1, failure == nil {
      if text.isSymbol(at + 1, ":=") || text.isSymbol(at + 1, "=>") { at += 2 }
      let last = min(self.end(before: [], [","]), range.upperBound - 1)
      addExpression(at..<max(at, last))
      at = last + 1
    }
    at = failure == nil ? end : text.tokens.count
  }

  /// An expression that ends before one of `words`; that word is taken.
  private mutating func readExpression(until word: StaticString) {
    let end = end(before: [word])
    addExpression(at..<end)
    at = end
    expect(word)
  }

  /// The rest of a statement is an expression, or a list of them.
  private mutating func readLastExpression() {
    let end = end(before: [])
    addExpression(at..<end)
    at = end
    expectEnd()
  }

  private mutating func skipStatement() {
    at = end(before: [])
    expectEnd()
  }

  // MARK: - Blocks

  /// `[<<label>>] [DECLARE …] BEGIN … [EXCEPTION …] END [label]`.
  private mutating func readBlock() {
    readLabel()
    while take("declare") { readDeclarations() }
    expect("begin")
    readStatements(until: ["exception", "end"])
    if take("exception") {
      while take("when") {
        at = end(before: ["then"])
        expect("then")
        readStatements(until: ["when", "end"])
      }
    }
    expect("end")
    if isName { at += 1 }
  }

  private mutating func readLabel() {
    guard takeSymbol("<<") else { return }
    at += 1
    if !takeSymbol(">>") { fail() }
  }

  private mutating func readDeclarations() {
    while at < text.tokens.count, !isWord("begin"), !isWord("declare") {
      if text.isSymbol(at, "<<") {
        readLabel()
        continue
      }
      guard isName else { return fail() }
      at += 1
      readDeclaration()
    }
  }

  /// What follows the name: a cursor and its query, or a type and a default.
  private mutating func readDeclaration() {
    let start = at
    _ = take("no")
    _ = take("scroll")
    if take("cursor") {
      at = end(before: ["for", "is"])
      at += 1
      return addStatement(at..<end(before: []), ended: true)
    }
    at = start
    at = end(before: ["default"], [":=", "="])
    if isWord("default") || text.isSymbol(at, ":=") || text.isSymbol(at, "=") {
      at += 1
      readLastExpression()
    } else {
      expectEnd()
    }
  }

  private mutating func readStatements(until words: [StaticString]) {
    guard depth < DecodeLimits.syntaxDepth else { return fail(.depth) }
    depth += 1
    while at < text.tokens.count, !text.isWord(at, words) { readStatement() }
    depth -= 1
    if at >= text.tokens.count { fail() }
  }

  // MARK: - Statements

  private mutating func readStatement() {
    guard !takeSymbol(";") else { return fail() }
    if text.isSymbol(at, "<<") || isWord("declare") && !isAssignment || isWord("begin") && !isAssignment {
      return readLabelled()
    }
    if isAssignment { return readAssignment() }
    if take("if") { return readIf() }
    if take("case") { return readCase() }
    if isWord("loop") || isWord("while") || isWord("for") || isWord("foreach") { return readLoop() }
    if take("exit") || take("continue") { return readExit() }
    if take("return") { return readReturn() }
    if take("raise") { return readRaise() }
    if take("assert") { return readLastExpression() }
    if take("perform") { return readPerform() }
    if take("execute") { return readExecute() }
    if take("open") { return readOpen() }
    if take("fetch") || take("move") { return readFetch() }
    if isWord("get") || isWord("close") || isWord("null") { return skipStatement() }
    readSQL()
  }

  /// `FETCH [direction FROM|IN] cursor INTO target`, `MOVE …`: the direction may be, or end in, an expression.
  private mutating func readFetch() {
    let isWordOnly = take("next") || take("prior") || take("first") || take("last")
    if !isWordOnly {
      _ = take("absolute") || take("relative") || take("forward") || take("backward")
      let end = end(before: ["from", "in"])
      if end > at, text.isWord(end, ["from", "in"]), !(end == at + 1 && isWord("all")) { addExpression(at..<end) }
    }
    skipStatement()
  }

  /// A block or a loop, perhaps with a label.
  private mutating func readLabelled() {
    let start = at
    readLabel()
    if isWord("loop") || isWord("while") || isWord("for") || isWord("foreach") { return readLoop() }
    at = start
    readBlock()
    expectEnd()
  }

  private mutating func readIf() {
    readExpression(until: "then")
    readStatements(until: ["elsif", "elseif", "else", "end"])
    while take("elsif") || take("elseif") {
      readExpression(until: "then")
      readStatements(until: ["elsif", "elseif", "else", "end"])
    }
    if take("else") { readStatements(until: ["end"]) }
    expect("end")
    expect("if")
    expectEnd()
  }

  private mutating func readCase() {
    if !isWord("when") {
      let end = end(before: ["when"])
      addExpression(at..<end)
      at = end
    }
    while take("when") {
      readExpression(until: "then")
      readStatements(until: ["when", "else", "end"])
    }
    if take("else") { readStatements(until: ["end"]) }
    expect("end")
    expect("case")
    expectEnd()
  }

  private mutating func readLoop() {
    if take("while") {
      readExpression(until: "loop")
    } else if take("for") {
      readFor()
    } else if take("foreach") {
      at = end(before: ["array"])
      expect("array")
      readExpression(until: "loop")
    } else {
      expect("loop")
    }
    readStatements(until: ["end"])
    expect("end")
    expect("loop")
    if isName { at += 1 }
    expectEnd()
  }

  /// `FOR target IN` and what it runs over, past LOOP.
  private mutating func readFor() {
    at = end(before: ["in"])
    expect("in")
    if take("execute") {
      readDynamic(until: ["using", "loop"])
      if take("using") { return readExpression(until: "loop") }
      return expect("loop")
    }
    _ = take("reverse")
    let end = end(before: ["loop"])
    let range = self.end(before: ["loop"], [".."])
    if range < end {
      addExpression(at..<range)
      at = range + 1
      let last = self.end(before: ["by", "loop"])
      addExpression(at..<last)
      at = last
      if take("by") { return readExpression(until: "loop") }
    } else if isCursor(at..<end) {
      addArguments((at + 1)..<end)
    } else {
      addStatement(at..<end, ended: false)
    }
    at = end
    expect("loop")
  }

  /// Whether the tokens are the name of a cursor, perhaps with arguments in brackets.
  private func isCursor(_ range: Range<Int>) -> Bool {
    guard let first = range.first, text.tokens[first].kind != .mark,
      !text.isWord(first, ["select", "with", "values", "table"])
    else { return false }
    return range.count == 1 || text.isSymbol(first + 1, "(")
  }

  private mutating func readExit() {
    if isName, !isWord("when") { at += 1 }
    if take("when") { return readLastExpression() }
    expectEnd()
  }

  private mutating func readReturn() {
    if takeSymbol(";") { return }
    if take("query") {
      if take("execute") { return readExecute() }
      return addStatement(at..<end(before: []), ended: true)
    }
    if take("next"), takeSymbol(";") { return }
    readLastExpression()
  }

  /// `RAISE [level] ['format' [, expression …]] [USING option = expression, …]`.
  private mutating func readRaise() {
    let format = end(before: ["using"], [","])
    at = format
    if takeSymbol(",") {
      let last = end(before: ["using"])
      addExpression(at..<last)
      at = last
    }
    if take("using") {
      repeat {
        at += 1
        guard takeSymbol("=") || takeSymbol(":=") else { return fail() }
        let last = end(before: [], [","])
        addExpression(at..<last)
        at = last
      } while takeSymbol(",")
    }
    expectEnd()
  }

  private mutating func readPerform() {
    let end = end(before: [])
    items.append(.statement(Array("select ".utf8) + source(at..<end)))
    at = end
    expectEnd()
  }

  /// After EXECUTE: what it runs, then INTO and USING in any order.
  private mutating func readExecute() {
    readDynamic(until: ["into", "using"])
    while isWord("into") || isWord("using") {
      if isWord("into") {
        at = intoTarget(at)
      } else {
        at += 1
        let last = end(before: ["into"])
        addExpression(at..<last)
        at = last
      }
    }
    expectEnd()
  }

  private mutating func readDynamic(until words: [StaticString]) {
    let end = end(before: words)
    addExpression(at..<end, dynamic: true)
    at = end
  }

  /// `OPEN cursor [(arguments)]`, `OPEN cursor [[NO] SCROLL] FOR query` or `… FOR EXECUTE expression [USING …]`.
  private mutating func readOpen() {
    at += 1
    let last = end(before: ["for"])
    guard text.isWord(last, "for") else {
      addArguments(at..<last)
      at = last
      return expectEnd()
    }
    at = last + 1
    if take("execute") { return readExecute() }
    addStatement(at..<end(before: []), ended: true)
  }

  // MARK: - Assignments and SQL

  /// The position of `:=` or `=` if the statement here assigns to a variable, a field or an element.
  private var assignment: Int? {
    guard isName else { return nil }
    var index = at + 1
    while index < text.tokens.count {
      if text.isSymbol(index, ".") {
        index += 2
      } else if text.isSymbol(index, "["), let close = text.closing(index, before: text.tokens.count) {
        index = close + 1
      } else {
        return text.isSymbol(index, ":=") || text.isSymbol(index, "=") ? index : nil
      }
    }
    return nil
  }

  private var isAssignment: Bool { assignment != nil }

  private mutating func readAssignment() {
    guard let assignment else { return fail() }
    // Of the target, subscripts are evaluated; fields are no calls.
    if let last = (at..<assignment).last(where: { text.isSymbol($0, "]") }) { addExpression(at..<(last + 1)) }
    at = assignment + 1
    readLastExpression()
  }

  private mutating func readSQL() {
    guard isName || text.isSymbol(at, "(") else { return fail() }
    addStatement(at..<end(before: []), ended: true)
  }

  /// Adds the SQL statement in `range` without its INTO, and moves past it; past its semicolon if it is `ended`.
  private mutating func addStatement(_ range: Range<Int>, ended: Bool) {
    guard !range.isEmpty else { return fail() }
    var gap: Range<Int>?
    if !text.isWord(range.lowerBound, "import") {
      let into = range.first {
        text.isWord($0, "into") && !text.isWord($0 - 1, ["insert", "merge"]) && !text.isSymbol($0 - 1, ".")
      }
      gap = into.map { $0..<min(intoTarget($0), range.upperBound) }
    }
    items.append(.statement(source(range, without: gap)))
    at = range.upperBound
    if ended { expectEnd() }
  }

  /// The position past `INTO [STRICT] target [, target …]`, which starts at `into`.
  private func intoTarget(_ into: Int) -> Int {
    var index = into + 1
    if text.isWord(index, "strict") { index += 1 }
    while true {
      index += 1
      while text.isSymbol(index, ".") || text.isSymbol(index, "[") {
        index =
          text.isSymbol(index, ".") ? index + 2 : (text.closing(index, before: text.tokens.count) ?? index) + 1
      }
      guard text.isSymbol(index, ",") else { return min(index, text.tokens.count) }
      index += 1
    }
  }
}
