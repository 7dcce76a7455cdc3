import PolicyBytecode

/// Reads a text of MySQL's dialect, statement by statement and once through, and finds its operations.
///
/// Queries, the statements that write and expressions are read by their grammar; of definitions and of statements that
/// administer the server only what facts need, brackets balanced.
struct MySQLReader {
  let text: MySQLText
  /// Whether conditions are to be judged.
  let foldsConditions: Bool
  var position = 0
  /// The operations found, in the order in which they begin.
  var statements: [MySQLStatement] = []
  /// The statements that the position at hand is in, outermost first.
  var open: [Int] = []
  /// Names of common table expressions in scope, and how often.
  var expressions: [[UInt8]: Int] = [:]
  /// The tables of the FROM clause at hand.
  var sources: [MySQLSource] = []
  /// What the columns of the tables are qualified with that UPDATE or DELETE joins, without a condition, with what it
  /// writes: they say nothing of its rows.
  var bystanders: Set<[UInt8]> = []
  /// Whether a join of the FROM clause at hand has a condition of its own.
  var hasJoinCondition = false
  /// What user variables hold, where that is known.
  var variables: [[UInt8]: [UInt8]] = [:]
  /// Levels of syntax around the position at hand, and calls that an expression takes.
  var depth = 0
  var expressionDepth = 0
  /// Whether the expression at hand is worth knowing.
  var isFolding = false
  /// Columns seen so far: whether an expression uses one shows in the difference.
  var columns = 0
  /// Functions called so far.
  var calls = 0
  /// Whether the position at hand is in a stored program.
  var isInProgram = false
  /// Blocks of a stored program around the position at hand that may run or not.
  var branches = 0
  /// Whether another text of the payload holds this one, and runs it.
  var isEmbedded = false
  lazy var wideEnd = text.wideEnd
  /// Whether code that is not at hand has run: it may have set variables.
  var hasRunCode = false
  lazy var savedCharacterSets = text.savedVariables(of: MySQLCharacterSet.setting)
  lazy var savedModes = text.savedVariables(of: MySQLModes.setting)

  init(_ text: MySQLText, foldsConditions: Bool) {
    self.text = text
    self.foldsConditions = foldsConditions
  }

  // MARK: - Tokens

  @inline(__always)
  func token(_ ahead: Int = 0) -> MySQLToken { text.tokens[min(position + ahead, text.tokens.count - 1)] }

  @inline(__always)
  func at(_ word: MySQLWord, _ ahead: Int = 0) -> Bool { token(ahead).word == word }

  @inline(__always)
  func at(_ mark: MySQLMark, _ ahead: Int = 0) -> Bool { token(ahead).mark == mark }

  func at(_ kind: MySQLToken.Kind, _ ahead: Int = 0) -> Bool { token(ahead).kind == kind }

  func at(oneOf words: [MySQLWord], _ ahead: Int = 0) -> Bool {
    let word = token(ahead).word
    return word != .none && words.contains(word)
  }

  /// Whether a statement ends here.
  var isAtEnd: Bool { token().kind == .end || token().kind == .hardEnd }

  var isAtTextEnd: Bool { position >= text.tokens.count - 1 }

  var isAtString: Bool { token().kind == .string || token().kind == .doubleString }

  mutating func advance() { position = min(position + 1, text.tokens.count - 1) }

  mutating func take(_ word: MySQLWord) -> Bool {
    guard at(word) else { return false }
    advance()
    return true
  }

  mutating func take(_ mark: MySQLMark) -> Bool {
    guard at(mark) else { return false }
    advance()
    return true
  }

  mutating func take(oneOf words: [MySQLWord]) -> Bool {
    guard at(oneOf: words) else { return false }
    advance()
    return true
  }

  mutating func takeAll(_ words: [MySQLWord]) { while take(oneOf: words) {} }

  /// Takes two words that only count together.
  mutating func take(_ first: MySQLWord, _ second: MySQLWord) -> Bool {
    guard at(first), at(second, 1) else { return false }
    advance()
    advance()
    return true
  }

  mutating func expect(_ word: MySQLWord) throws(MySQLFailure) { if !take(word) { throw failure } }

  mutating func expect(_ mark: MySQLMark) throws(MySQLFailure) { if !take(mark) { throw failure } }

  /// The failure of the text at this position.
  var failure: MySQLFailure {
    guard isAtTextEnd else { return MySQLFailure(reason: .syntax) }
    let open = text.tokens.reduce(0) { $0 + ($1.mark == .open ? 1 : $1.mark == .close ? -1 : 0) }
    return MySQLFailure(reason: open > 0 ? .truncated : .syntax)
  }

  mutating func enter() throws(MySQLFailure) {
    depth += 1
    if depth > MySQLLimits.depth { throw MySQLFailure(reason: .depth) }
  }

  mutating func leave() { depth -= 1 }

  /// Moves past the brackets that open here, whatever is in them.
  mutating func skipBrackets() throws(MySQLFailure) {
    try expect(.open)
    var nesting = 1
    while nesting > 0 {
      if token().kind == .hardEnd || token().kind == .end {
        throw MySQLFailure(reason: isAtTextEnd ? .truncated : .syntax)
      }
      if at(.open) { nesting += 1 }
      if at(.close) { nesting -= 1 }
      if nesting > MySQLLimits.depth { throw MySQLFailure(reason: .depth) }
      // What is moved past holds no query, and calls no function that matters.
      if at(.select) || callsRole { throw failure }
      advance()
    }
  }

  /// Whether a function that reads files or runs programs is called here.
  private var callsRole: Bool {
    guard at(.open, 1), token().kind != .mark else { return false }
    return MySQLFunctions.roles[text.name(position)] != nil
  }

  // MARK: - Names

  /// Whether a name stands at `ahead`. A literal in double quotes is one where ANSI_QUOTES is set.
  func isName(_ ahead: Int = 0) -> Bool {
    switch token(ahead).kind {
    case .word: !token(ahead).word.isReserved
    case .quotedName, .doubleString: true
    default: false
    }
  }

  mutating func name() throws(MySQLFailure) -> [UInt8] {
    guard isName() else { throw failure }
    defer { advance() }
    return text.name(position)
  }

  /// `a`, `a.b` or `a.b.c`, the last two parts of it. After a dot, key words are names.
  mutating func qualifiedName() throws(MySQLFailure) -> [UInt8] {
    var last = try name()
    var qualified = last
    while at(.dot), !at(.star, 1) {
      advance()
      guard token().kind == .word || isName() else { throw failure }
      let next = text.name(position)
      advance()
      qualified = last + [Ascii.dot] + next
      last = next
    }
    return qualified
  }

  /// A literal in quotes, adjacent ones joined.
  mutating func string() throws(MySQLFailure) -> [UInt8] {
    var characterSet: ArraySlice<UInt8> = []
    if at(.word), text.isIntroducer(position), at(.string, 1) || at(.doubleString, 1) {
      characterSet = text.slice(position).dropFirst()
      advance()
    }
    guard isAtString || token().kind == .hex else { throw failure }
    var bytes: [UInt8] = []
    repeat {
      bytes += text.literal(position)
      advance()
    } while isAtString
    guard characterSet.isEmpty || MySQLCharacterSet.keeps(bytes, in: characterSet) else {
      throw MySQLFailure(reason: .unsupported)
    }
    return bytes
  }

  mutating func names() throws(MySQLFailure) {
    repeat { _ = try name() } while take(.comma)
  }

  /// `(a, b, …)`.
  mutating func nameList() throws(MySQLFailure) {
    try expect(.open)
    try names()
    try expect(.close)
  }

  // MARK: - Statements

  var current: Int { open[open.count - 1] }

  /// Opens an operation at this position.
  mutating func begin(_ verb: StaticString, at start: Int? = nil) {
    statements.append(MySQLStatement(verb, at: start ?? position, carrier: open.last))
    if let carrier = open.last, statements[carrier].isPlanned { statements[statements.count - 1].isPlanned = true }
    open.append(statements.count - 1)
  }

  mutating func end() {
    let index = open.removeLast()
    statements[index].tokens = statements[index].tokens.lowerBound..<max(position, statements[index].tokens.lowerBound)
  }

  /// Notes a table that the operation at hand names; what is only planned is neither read nor written.
  mutating func add(table name: [UInt8], to list: WritableKeyPath<MySQLStatement, NameList>?) {
    if let list, !statements[current].isPlanned { statements[current][keyPath: list].insert(name) }
    for index in open.reversed() { statements[index].tables.insert(name) }
  }

  mutating func addFunction(_ name: [UInt8]) {
    calls += 1
    let own = name.split(separator: Ascii.dot).last.map(Array.init) ?? name
    for index in performers { statements[index].functions.insert(own) }
  }

  mutating func addFile(_ file: [UInt8]) {
    for index in performers { statements[index].files.insert(file) }
  }

  /// The operation at hand; where it is only planned, the one that has it planned as well.
  private var performers: ArraySlice<Int> { statements[current].isPlanned ? open[...] : open.suffix(1) }

  /// A table that is named, and neither read nor written by rows.
  mutating func namedTable() throws(MySQLFailure) { add(table: try qualifiedName(), to: nil) }

  mutating func namedTables() throws(MySQLFailure) {
    repeat { try namedTable() } while take(.comma)
  }

  /// Everything up to the end of the statement, brackets balanced, parts that matter looked into.
  mutating func rest() throws(MySQLFailure) {
    while !isAtEnd { try looseToken() }
  }

  /// One token, or one pair of brackets with all it holds.
  mutating func looseToken() throws(MySQLFailure) {
    switch token().mark {
    case .open:
      if startsQuery(1) { _ = try subquery() } else { try skipBrackets() }
    case .close: throw failure
    default:
      if callsRole { throw failure }
      advance()
    }
  }

  // MARK: - The whole text

  mutating func read() throws(MySQLFailure) {
    while !isAtTextEnd {
      if isAtEnd {
        advance()
        continue
      }
      try statement()
      guard isAtEnd else { throw failure }
      if statements.count > DecodeLimits.operations { return }
    }
  }
}
