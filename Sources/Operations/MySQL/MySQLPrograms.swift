import PolicyBytecode

/// Stored programs: routines, triggers, events and the statements of their bodies.
extension MySQLReader {
  // MARK: - What holds a body

  mutating func routine(isFunction: Bool) throws(MySQLFailure) {
    if isFunction, at(.returns) { return try loadableFunction() }
    try expect(.open)
    try enter()
    while !at(.close) {
      if isAtEnd { throw failure }
      try looseToken()
    }
    leave()
    try expect(.close)
    if isFunction {
      try expect(.returns)
      // A type, up to a characteristic or the body.
      try looseToken()
      while at(.open) || at(.mark) && at(.comma)
        || at(oneOf: [.unsigned, .signed, .zerofill, .character, .charset, .collate, .binary, .varying, .precision])
      {
        if take(.character), take(.set) {
          advance()
        } else if take(oneOf: [.charset, .collate]) {
          advance()
        } else if !isAtEnd {
          try looseToken()
        }
      }
    }
    try characteristics()
    try body()
  }

  /// `CREATE FUNCTION f RETURNS STRING SONAME 'lib.so'`.
  private mutating func loadableFunction() throws(MySQLFailure) {
    try expect(.returns)
    advance()
    try expect(.soname)
    addFile(try string())
  }

  private mutating func characteristics() throws(MySQLFailure) {
    while true {
      switch token().word {
      case .comment:
        advance()
        _ = try string()
      case .language:
        advance()
        // Another language than SQL is not read.
        guard take(.sql) else { throw MySQLFailure(reason: .unknownCode) }
      case .not where at(.deterministic, 1):
        advance()
        advance()
      case .deterministic: advance()
      case .contains, .no:
        advance()
        try expect(.sql)
      case .reads, .modifies:
        advance()
        try expect(.sql)
        try expect(.data)
      case .sql:
        advance()
        try expect(.security)
        guard take(oneOf: [.definer, .invoker]) else { throw failure }
      default: return
      }
    }
  }

  mutating func trigger() throws(MySQLFailure) {
    guard take(oneOf: [.before, .after]) else { throw failure }
    guard take(oneOf: [.insert, .update, .delete]) else { throw failure }
    while take(.or) { guard take(oneOf: [.insert, .update, .delete]) else { throw failure } }
    try expect(.on)
    try namedTable()
    try expect(.for)
    try expect(.each)
    try expect(.row)
    if take(oneOf: [.follows, .precedes]) { _ = try name() }
    try body()
  }

  /// An event from its schedule on; ALTER EVENT need not have a body.
  mutating func event() throws(MySQLFailure) {
    while !isAtEnd, !at(.do) {
      if at(oneOf: [.at, .every, .starts, .ends]) {
        advance()
        try plainExpression()
        if token().word.isUnit { advance() }
      } else {
        try looseToken()
      }
    }
    if take(.do) { try body() }
  }

  /// The statement that a program consists of. It runs at another time: what variables hold then is not known.
  private mutating func body() throws(MySQLFailure) {
    let outer = (variables, isInProgram, branches, hasRunCode)
    variables = [:]
    isInProgram = true
    branches = 0
    try programStatement()
    (variables, isInProgram, branches, hasRunCode) = outer
  }

  // MARK: - Blocks

  /// A block outside of a program, which MariaDB has: whether there is one.
  mutating func compound() throws(MySQLFailure) -> Bool {
    if at(.begin) {
      guard at(.not, 1), at(.atomic, 2) else { return false }
    }
    // `BEGIN NOT ATOMIC`, IF, WHILE and the rest run at once.
    isInProgram = true
    begin("begin")
    try programStatement()
    end()
    isInProgram = false
    return true
  }

  private mutating func statementList(until ends: [MySQLWord]) throws(MySQLFailure) {
    while !at(oneOf: ends) {
      if at(.hardEnd) { throw MySQLFailure(reason: isAtTextEnd ? .truncated : .syntax) }
      try programStatement()
      guard at(.end) else { throw MySQLFailure(reason: isAtTextEnd ? .truncated : .syntax) }
      advance()
    }
  }

  /// Statements that may run, or run again.
  private mutating func branch(until ends: [MySQLWord]) throws(MySQLFailure) {
    branches += 1
    variables.removeAll()
    try statementList(until: ends)
    variables.removeAll()
    branches -= 1
  }

  private mutating func programStatement() throws(MySQLFailure) {
    try enter()
    defer { leave() }
    if isName() && at(.colon, 1) {
      advance()
      advance()
    }
    switch token().word {
    case .begin:
      advance()
      if take(.not) { try expect(.atomic) }
      try statementList(until: [.endWord])
      try endOfBlock(nil)
    case .if where !at(.exists, 1) || true:
      advance()
      try condition()
      try expect(.then)
      try branch(until: [.elseif, .else, .endWord])
      while take(.elseif) {
        try condition()
        try expect(.then)
        try branch(until: [.elseif, .else, .endWord])
      }
      if take(.else) { try branch(until: [.endWord]) }
      try endOfBlock(.if)
    case .case: try caseStatement()
    case .loop:
      advance()
      try branch(until: [.endWord])
      try endOfBlock(.loop)
    case .while:
      advance()
      try condition()
      try expect(.do)
      try branch(until: [.endWord])
      try endOfBlock(.while)
    case .repeat:
      advance()
      try branch(until: [.until])
      try expect(.until)
      try condition()
      try expect(.endWord)
      try expect(.repeat)
      if isName() { advance() }
    case .declare: try declare()
    case .leave, .iterate:
      advance()
      _ = try name()
    case .openWord, .closeWord:
      advance()
      _ = try name()
      if at(.open) { try skipBrackets() }
    case .fetch: try fetch()
    case .return:
      advance()
      try condition()
    default: try statement()
    }
  }

  private mutating func endOfBlock(_ word: MySQLWord?) throws(MySQLFailure) {
    try expect(.endWord)
    if let word { try expect(word) }
    if isName() { advance() }
  }

  private mutating func caseStatement() throws(MySQLFailure) {
    advance()
    if !at(.when) { try condition() }
    guard at(.when) else { throw failure }
    while take(.when) {
      try condition()
      try expect(.then)
      try branch(until: [.when, .else, .endWord])
    }
    if take(.else) { try branch(until: [.endWord]) }
    try endOfBlock(.case)
  }

  /// An expression of a program: an operation where it touches a table or a function.
  private mutating func condition() throws(MySQLFailure) {
    begin("select")
    statements[current].isExpression = true
    expressionDepth = 0
    try plainExpression()
    end()
  }

  private mutating func declare() throws(MySQLFailure) {
    advance()
    if take(oneOf: [.continue, .exit, .undo]) {
      try expect(.handler)
      try expect(.for)
      while at(.word) || at(.number) || isAtString || at(.comma), !startsHandlerBody { advance() }
      branches += 1
      variables.removeAll()
      try programStatement()
      variables.removeAll()
      branches -= 1
      return
    }
    try names()
    if take(.cursor) {
      if at(.open) { try skipBrackets() }
      try expect(.for)
      begin("select")
      if at(.open) || startsQuery() { try query() } else { _ = try name() }
      end()
      return
    }
    if take(.condition) {
      try expect(.for)
      return try rest()
    }
    guard at(.word) else { throw failure }
    while !isAtEnd, !at(.default) { try looseToken() }
    if take(.default) { try condition() }
  }

  /// Whether the conditions of a handler are over: one condition has been read, and no comma.
  private var startsHandlerBody: Bool {
    let previous = text.tokens[position - 1]
    // A condition may be named VALUE.
    let isSQLState = previous.word == .value && text.tokens[position - 2].word == .sqlstate
    return previous.mark != .comma && previous.word != .for && previous.word != .sqlstate && !isSQLState
      && !(at(.found) && previous.word == .not) && !at(.comma)
      && !((at(.value) || isAtString) && previous.word == .sqlstate)
  }

  /// `FETCH [[NEXT] FROM] c INTO a, b`.
  private mutating func fetch() throws(MySQLFailure) {
    advance()
    _ = take(.next)
    _ = take(.from)
    _ = try name()
    try expect(.into)
    repeat {
      if at(.variable) {
        variables[text.name(position)] = nil
        advance()
      } else {
        _ = try name()
      }
    } while take(.comma)
  }
}
