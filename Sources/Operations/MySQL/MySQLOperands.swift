import PolicyBytecode

/// Operands of expressions: literals, columns, variables, brackets, CASE and the rest; calls stand in a file of their
/// own.
extension MySQLReader {
  mutating func primary() throws(MySQLFailure) -> MySQLValue {
    let start = position
    switch token().kind {
    case .number:
      let digits = isFolding ? String(decoding: text.slice(position), as: UTF8.self) : ""
      advance()
      return MySQLValue(isFolding ? Self.number(digits) : .fixed, start..<position)
    case .string, .doubleString:
      if at(.doubleString), at(.open, 1) || at(.dot, 1) { return try column() }
      return try literal()
    case .hex:
      let constant: MySQLConstant = isFolding ? .binary(text.literal(position)) : .fixed
      advance()
      return MySQLValue(constant, start..<position)
    case .bits, .parameter:
      advance()
      return MySQLValue(.fixed, start..<position)
    case .systemVariable:
      advance()
      while take(.dot) {
        guard at(.word) || at(.quotedName) else { throw failure }
        advance()
      }
      return MySQLValue(.fixed, start..<position)
    case .variable: return try variable()
    case .mark:
      switch token().mark {
      case .open: return try brackets()
      case .openBrace: return try escapeClause()
      default: throw failure
      }
    case .word: return try word()
    case .quotedName: return try column()
    case .end, .hardEnd: throw failure
    }
  }

  private static func number(_ digits: String) -> MySQLConstant {
    if let value = Int64(digits) { return .integer(value) }
    let padded = digits.hasPrefix(".") ? "0" + digits : digits
    let whole = padded.hasSuffix(".") ? padded + "0" : padded.replacing(".e", with: ".0e")
    return Double(whole).map { .real($0) } ?? .fixed
  }

  private mutating func literal() throws(MySQLFailure) -> MySQLValue {
    let start = position
    guard isFolding else {
      repeat { advance() } while isAtString
      return MySQLValue(.fixed, start..<position)
    }
    let bytes = try string()
    return MySQLValue(.text(bytes), start..<position)
  }

  /// `@x`, `@x := value`.
  private mutating func variable() throws(MySQLFailure) -> MySQLValue {
    let start = position
    let name = text.name(position)
    advance()
    guard take(.assign) else {
      // What a variable holds is known where it was set before, in this payload.
      let known = isFolding ? variables[name] : nil
      return MySQLValue(known.map { .text($0) } ?? .fixed, start..<position)
    }
    variables[name] = nil
    var value = try expression()
    variables[name] = nil
    value.tokens = start..<position
    // Its value may be that of the row before.
    return value
  }

  /// `(a)`, `(a, b)`, `(query)`, and queries in more brackets than they need.
  private mutating func brackets() throws(MySQLFailure) -> MySQLValue {
    let start = position
    if startsQuery(1) {
      let query = try subquery()
      var value = MySQLValue(query.isEmpty ? .null : query.usesColumns ? .perRow : .fixed, start..<position)
      if !query.usesColumns, let constant = query.onlyConstant { value.constant = constant }
      value.isQuery = true
      return value
    }
    advance()
    try enter()
    var value = try expression()
    if value.isQuery, value.tokens.upperBound == position, startsSetOperation {
      _ = try queryTail(MySQLQuery())
      leave()
      try expect(.close)
      var query = MySQLValue(.perRow, start..<position)
      query.isQuery = true
      return query
    }
    var isRow = false
    while take(.comma) {
      let next = try expression()
      isRow = true
      value.constant = combined(value, next)
      value.isVolatile = value.isVolatile || next.isVolatile
    }
    leave()
    try expect(.close)
    if isRow {
      value.tokens = start..<position
      value.alternatives = []
      value.parts = []
    }
    return value
  }

  /// ODBC's `{d '2020-01-01'}`.
  private mutating func escapeClause() throws(MySQLFailure) -> MySQLValue {
    let start = position
    advance()
    _ = try name()
    try enter()
    let value = try expression()
    leave()
    try expect(.closeBrace)
    return MySQLValue(value.constant == .perRow ? .perRow : .fixed, start..<position)
  }

  // MARK: - Words

  private mutating func word() throws(MySQLFailure) -> MySQLValue {
    let start = position
    func constant(_ value: MySQLConstant) -> MySQLValue { MySQLValue(value, start..<(start + 1)) }
    let word = token().word
    switch word {
    case .null:
      advance()
      return constant(.null)
    case .true, .false:
      advance()
      return constant(.boolean(word == .true))
    case .exists where at(.open, 1):
      advance()
      let query = try subquery()
      return MySQLValue(existence(query), start..<position)
    case .case: return try caseExpression()
    case .interval: return try interval()
    case .row where at(.open, 1):
      advance()
      return try brackets()
    case .match: return try match()
    case .default:
      advance()
      if at(.open) { try skipBrackets() }
      return MySQLValue(.perRow, start..<position)
    case .values where at(.open, 1):
      advance()
      try skipBrackets()
      columns += 1
      return MySQLValue(.perRow, start..<position)
    case .next, .previous:
      guard at(.value, 1), at(.for, 2) else { break }
      // Sequences of MariaDB.
      advance()
      advance()
      advance()
      _ = try qualifiedName()
      var value = MySQLValue(.perRow, start..<position)
      value.isVolatile = true
      return value
    case .date, .time, .timestamp:
      guard token(1).kind == .string || token(1).kind == .doubleString else { break }
      advance()
      _ = try string()
      return MySQLValue(.fixed, start..<position)
    default: break
    }
    let isOwnDatabase = (word == .database || word == .schema) && !at(.open, 1)
    if word.isFunctionWithoutBrackets || isOwnDatabase, !at(.dot, 1) {
      addFunction(text.name(position))
      advance()
      if at(.open) { try skipBrackets() }
      return MySQLValue(.fixed, start..<position)
    }
    if text.isIntroducer(position) {
      switch token(1).kind {
      case .string, .doubleString, .hex, .bits:
        advance()
        var value = try primary()
        if let bytes = value.constant.bytes, !MySQLCharacterSet.keeps(bytes, in: text.slice(start).dropFirst()) {
          value.constant = .fixed
        }
        return value
      default: break
      }
    }
    if at(.open, 1), word.isReserved { return try reservedCall() }
    return try column()
  }

  /// A column, or a function if brackets follow.
  private mutating func column() throws(MySQLFailure) -> MySQLValue {
    let start = position
    let name = try qualifiedName()
    if at(.open) { return try call(name, start) }
    columns += 1
    let table = name.lastIndex(of: Ascii.dot).map { Array(name[..<$0]) } ?? []
    var value = MySQLValue(bystanders.contains(table) ? .fixed : .perRow, start..<position)
    if at(.arrow) || at(.longArrow) {
      advance()
      _ = try string()
      value.tokens = start..<position
    }
    return value
  }

  // MARK: - CASE, INTERVAL, MATCH

  /// What the branches that can be reached agree on.
  private mutating func caseExpression() throws(MySQLFailure) -> MySQLValue {
    let start = position
    try expect(.case)
    try enter()
    var subject: MySQLValue?
    if !at(.when) { subject = try expression() }
    var results: [MySQLConstant] = []
    var isDecided = false
    var all: [MySQLConstant] = subject.map { [$0.constant] } ?? []
    guard at(.when) else { throw failure }
    while take(.when) {
      let condition = try expression()
      try expect(.then)
      let result = try expression()
      guard isFolding else { continue }
      all += [condition.constant, result.constant]
      let truth = subject.map { comparison(.equal, $0, condition).constant.truth } ?? condition.constant.truth
      if isDecided || truth == false || condition.constant == .null { continue }
      results.append(result.constant)
      isDecided = truth == true
    }
    if take(.else) {
      let result = try expression()
      all.append(result.constant)
      if !isDecided { results.append(result.constant) }
    } else if !isDecided {
      results.append(.null)
    }
    leave()
    try expect(.endWord)
    var value = MySQLValue(.perRow, start..<position)
    guard isFolding else { return value }
    if let first = results.first, first != .perRow, results.allSatisfy({ $0 == first }) {
      value.constant = first
    } else if !results.isEmpty, results.allSatisfy({ $0.truth == true }) {
      value.constant = .boolean(true)
    } else {
      value.constant = combined(all)
    }
    return value
  }

  /// `INTERVAL 1 DAY`, or the function of the name.
  private mutating func interval() throws(MySQLFailure) -> MySQLValue {
    let start = position
    advance()
    let isBracket = at(.open)
    var value = try expression()
    if at(.word), !token().word.isReserved || token().word.isUnit {
      guard token().word.isUnit else { throw failure }
      advance()
    } else if isBracket {
      addFunction(Array("interval".utf8))
    } else {
      throw failure
    }
    value = MySQLValue(value.constant == .perRow ? .perRow : .fixed, start..<position)
    return value
  }

  /// `MATCH (a, b) AGAINST ('x' IN BOOLEAN MODE)`.
  private mutating func match() throws(MySQLFailure) -> MySQLValue {
    let start = position
    advance()
    let hasBrackets = take(.open)
    repeat {
      _ = try qualifiedName()
      columns += 1
    } while take(.comma)
    if hasBrackets { try expect(.close) }
    try expect(.against)
    try expect(.open)
    try enter()
    try expression(8)
    leave()
    if take(.in) {
      if take(.boolean) { try expect(.mode) } else { try naturalMode() }
    }
    if take(.with) {
      try expect(.query)
      try expect(.expansion)
    }
    try expect(.close)
    return MySQLValue(.perRow, start..<position)
  }

  private mutating func naturalMode() throws(MySQLFailure) {
    try expect(.natural)
    try expect(.language)
    try expect(.mode)
  }
}
