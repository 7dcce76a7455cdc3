import PolicyBytecode

/// Calls of functions.
extension MySQLReader {
  /// A call whose name has been read; the brackets come next.
  mutating func call(_ name: [UInt8], _ start: Int) throws(MySQLFailure) -> MySQLValue {
    addFunction(name)
    // Some functions of the server can be one of the database in back quotes.
    let isPlain = text.tokens[start].kind == .word
    // A function of the database may set any variable.
    if !isPlain || !MySQLFunctions.setsNothing(name) { variables.removeAll() }
    let word = isPlain ? MySQLWord.spelled(name, 0, name.count) : .none
    return try arguments(of: word, name, start)
  }

  /// A function whose name is a reserved word: `LEFT(…)`, `REPLACE(…)`, `IF(…)`.
  mutating func reservedCall() throws(MySQLFailure) -> MySQLValue {
    let start = position
    let word = token().word
    guard word.isReservedFunction else { throw failure }
    let name = text.name(position)
    advance()
    addFunction(name)
    return try arguments(of: word, name, start)
  }

  mutating func arguments(
    of word: MySQLWord, _ name: [UInt8], _ start: Int
  ) throws(MySQLFailure) -> MySQLValue {
    let role = MySQLFunctions.roles[name.split(separator: Ascii.dot).last.map(Array.init) ?? name]
    let outer = isFolding
    if role != nil { isFolding = true }
    try expect(.open)
    try enter()
    var values: [MySQLValue] = []
    let count = columns
    try argumentList(word, &values)
    leave()
    try expect(.close)
    isFolding = outer
    if let role { apply(role, values) }
    let isWindow = try window()
    var value = MySQLValue(.perRow, start..<position)
    value.isVolatile = MySQLFunctions.volatile.contains(name) || values.contains { $0.isVolatile }
    guard isFolding else { return value }
    if value.isVolatile || isWindow || columns != count {
      value.constant = reached(word, values) ?? .perRow
    } else {
      let isPlain = text.tokens[start].kind == .word
      value.constant = reached(word, values) ?? (isPlain ? MySQLFunctions.folded(name, values) : nil) ?? .fixed
    }
    return value
  }

  /// The argument that IF, IFNULL and COALESCE give, where that is certain.
  private func reached(_ word: MySQLWord, _ values: [MySQLValue]) -> MySQLConstant? {
    switch word {
    case .if where values.count == 3:
      if values[0].constant == .null { return values[2].constant }
      if let truth = values[0].constant.truth { return values[truth ? 1 : 2].constant }
      let agree = values[1].constant == values[2].constant
      if agree || values[1].constant.truth == true && values[2].constant.truth == true { return values[1].constant }
      return nil
    case .ifnull, .coalesce:
      let first = values.first { $0.constant != .null }?.constant ?? .null
      return first == .perRow ? nil : first
    default: return nil
    }
  }

  private mutating func apply(_ role: MySQLFunctions.Role, _ values: [MySQLValue]) {
    let known = values.first?.constant.bytes
    switch role {
    case .file: if let known { addFile(known) }
    case .program:
      guard !statements[current].isPlanned else { return }
      if let known { statements[current].programs.insert(known) }
      statements[current].embedded.append(known.map { .shell($0) } ?? .unknown)
    case .code:
      guard !statements[current].isPlanned else { return }
      statements[current].embedded.append(known.map { .sql($0) } ?? .unknown)
    }
  }

  // MARK: - Arguments

  private mutating func argumentList(_ word: MySQLWord, _ values: inout [MySQLValue]) throws(MySQLFailure) {
    switch word {
    case .position:
      values.append(try expression(8))
      try expect(.in)
      values.append(try expression())
    case .trim:
      if take(oneOf: [.both, .leading, .trailing]), take(.from) {
        values.append(try expression())
        return
      }
      values.append(try expression())
      if take(.from) { values.append(try expression()) } else { try moreArguments(&values) }
    case .extract:
      try unit()
      try expect(.from)
      values.append(try expression())
    case .substring, .substr, .mid:
      values.append(try expression())
      if take(.from) {
        values.append(try expression())
        if take(.for) { values.append(try expression()) }
      } else {
        try moreArguments(&values)
      }
    case .cast:
      values.append(try expression())
      if take(.at) {
        guard take(.time, .zone) else { throw failure }
        _ = take(.interval)
        _ = try string()
      }
      try expect(.as)
      try type()
    case .convert:
      values.append(try expression())
      if take(.using) {
        advance()
      } else {
        try expect(.comma)
        try type()
      }
    case .timestampadd, .timestampdiff:
      try unit()
      try expect(.comma)
      values.append(try expression())
      try moreArguments(&values)
    case .getFormat:
      advance()
      try moreArguments(&values)
    default: try genericArguments(&values)
    }
  }

  private mutating func unit() throws(MySQLFailure) {
    guard token().word.isUnit else { throw failure }
    advance()
  }

  private mutating func moreArguments(_ values: inout [MySQLValue]) throws(MySQLFailure) {
    while take(.comma) { values.append(try expression()) }
  }

  private mutating func genericArguments(_ values: inout [MySQLValue]) throws(MySQLFailure) {
    if at(.close) { return }
    takeAll([.distinct, .all, .distinctrow])
    if at(.star), at(.close, 1) {
      advance()
      return
    }
    repeat {
      values.append(try expression())
      if take(.as) {
        if at(.char) || at(.binary) {
          try type()
        } else if isAtString {
          _ = try string()
        } else {
          _ = try name()
        }
      }
    } while take(.comma)
    if take(.using) {
      // `CHAR(… USING ucs2)`: what the bytes are then is not known.
      if !MySQLCharacterSet.keeps([], in: text.slice(position)) {
        values.append(MySQLValue(.fixed, position..<position))
      }
      advance()
    }
    if at(.returning) || at(.null, 0) || at(.error) || at(.default) { try jsonClauses() }
    if at(.order) { try orderBy() }
    if take(.separator) { _ = try string() }
    if at(.limit) { try limitClause(record: false) }
  }

  /// `RETURNING type`, `NULL ON EMPTY`, `DEFAULT x ON ERROR`.
  private mutating func jsonClauses() throws(MySQLFailure) {
    while !at(.close) {
      if isAtEnd { throw failure }
      try looseToken()
    }
  }

  /// A type in CAST: what stands there but for a bracket is a name or a number.
  private mutating func type() throws(MySQLFailure) {
    guard at(.word) else { throw failure }
    while at(.word) || at(.open) {
      if at(.open) { try skipBrackets() } else { advance() }
    }
  }

  // MARK: - Windows

  /// `OVER …` and what may stand before it; whether there is one.
  private mutating func window() throws(MySQLFailure) -> Bool {
    if at(.within), at(.group, 1) {
      advance()
      advance()
      try expect(.open)
      try orderBy()
      try expect(.close)
    }
    if at(.from), at(oneOf: [.first, .last], 1), at(oneOf: [.over, .respect, .ignore], 2) {
      advance()
      advance()
    }
    if at(oneOf: [.respect, .ignore]), at(.nulls, 1) {
      advance()
      advance()
    }
    guard at(.over), at(.open, 1) || isName(1) else { return false }
    advance()
    if at(.open) { try windowSpecification() } else { _ = try name() }
    return true
  }

  /// `([name] [PARTITION BY …] [ORDER BY …] [ROWS …])`.
  mutating func windowSpecification() throws(MySQLFailure) {
    try expect(.open)
    try enter()
    if isName(), !at(oneOf: [.partition, .order, .rows, .range]) { _ = try name() }
    if take(.partition) {
      try expect(.by)
      try plainExpressions()
    }
    if at(.order) { try orderBy() }
    if take(oneOf: [.rows, .range, .groups]) {
      if take(.between) {
        try frameBound()
        try expect(.and)
      }
      try frameBound()
      if take(.exclude) {
        while at(.word) { advance() }
      }
    }
    leave()
    try expect(.close)
  }

  private mutating func frameBound() throws(MySQLFailure) {
    if take(.current) { return try expect(.row) }
    if !take(.unbounded) { try expression(8) }
    guard take(oneOf: [.preceding, .following]) else { throw failure }
  }
}

/// What is known of functions.
enum MySQLFunctions {
  enum Role {
    /// It reads the file that its first argument names.
    case file
    /// It runs its first argument as a shell command (lib_mysqludf_sys).
    case program
    /// It runs its first argument as SQL: of the schema `sys`, and of the engine Spider.
    case code
  }

  static let roles: [[UInt8]: Role] = [
    Array("load_file".utf8): .file, Array("sys_exec".utf8): .program, Array("sys_eval".utf8): .program,
    Array("sys_bineval".utf8): .program, Array("execute_prepared_stmt".utf8): .code,
    Array("spider_direct_sql".utf8): .code, Array("spider_bg_direct_sql".utf8): .code,
  ]

  /// Functions whose value changes from one row to the next.
  static let volatile = Set(
    ["rand", "uuid", "uuid_short", "nextval", "sysdate", "random_bytes", "sys_guid"].map { Array($0.utf8) })

  /// Whether it is surely a function of the server.
  static func setsNothing(_ name: [UInt8]) -> Bool { server.contains(String(decoding: name, as: UTF8.self)) }

  private static let server: Set<String> = [
    "concat", "concat_ws", "reverse", "trim", "unhex", "char", "chr", "if", "ifnull", "coalesce", "nullif", "load_file",
    "lower", "upper", "replace", "length", "char_length", "hex", "now", "count", "version", "database", "rand", "uuid",
  ]

  /// The value of a function that puts texts together, of constants.
  static func folded(_ name: [UInt8], _ values: [MySQLValue]) -> MySQLConstant? {
    let texts = values.compactMap { $0.constant.bytes }
    guard texts.count == values.count, texts.reduce(0, { $0 + $1.count }) <= MySQLLimits.foldedText else { return nil }
    switch String(decoding: name, as: UTF8.self) {
    case "concat": return .text(texts.flatMap { $0 })
    case "concat_ws": return texts.first.map { .text(Array(texts.dropFirst().joined(separator: $0))) }
    case "reverse": return texts.first.flatMap { text in text.allSatisfy { $0 < 0x80 } ? .text(text.reversed()) : nil }
    case "trim" where texts.count == 1:
      return .text(Array(texts[0].drop { $0 == Ascii.space }.reversed().drop { $0 == Ascii.space }.reversed()))
    case "unhex": return texts.first.flatMap(unhexed)
    case "char", "chr":
      var bytes: [UInt8] = []
      for value in values {
        guard case .integer(let code) = value.constant, (0..<128).contains(code) else { return nil }
        bytes.append(UInt8(code))
      }
      return .text(bytes)
    default: return nil
    }
  }

  private static func unhexed(_ text: [UInt8]) -> MySQLConstant? {
    let digits = text.compactMap { Ascii.hex($0) }
    guard digits.count == text.count, digits.count % 2 == 0 else { return nil }
    return .text(stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) })
  }
}
