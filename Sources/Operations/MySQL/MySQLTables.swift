import PolicyBytecode

/// A table of a FROM clause, and what its columns are qualified with. A derived table has no name of its own.
struct MySQLSource {
  var alias: [UInt8]
  var table: [UInt8]
}

/// Table references: joins, derived tables, hints.
extension MySQLReader {
  /// Notes that rows of a table are read, if it is one.
  mutating func addSource(_ source: MySQLSource) {
    guard !source.table.isEmpty else { return }
    add(table: source.table, to: \.reads)
  }

  /// Reads `a, b JOIN c ON …`: what is found goes to ``sources``, and is not yet read or written.
  mutating func tableReferences() throws(MySQLFailure) {
    repeat { try tableReference() } while takeJoiningComma()
  }

  private mutating func takeJoiningComma() -> Bool {
    guard take(.comma) else { return false }
    statements[current].joins += 1
    return true
  }

  private mutating func tableReference() throws(MySQLFailure) {
    try enter()
    try tableFactor()
    var open = 0
    var needed = 0
    while true {
      if let join = takeJoin() {
        statements[current].joins += 1
        try tableFactor()
        if join == .natural { hasJoinCondition = true } else { open += 1 }
        if join == .outer { needed += 1 }
      } else if open > 0, at(.on) || at(.using) {
        open -= 1
        needed = max(needed - 1, 0)
        hasJoinCondition = true
        if take(.on) {
          let outer = isFolding
          isFolding = false
          try expression()
          isFolding = outer
        } else {
          advance()
          try nameList()
        }
      } else {
        break
      }
    }
    guard needed == 0 else { throw failure }
    leave()
  }

  private enum Join { case inner, outer, natural }

  private mutating func takeJoin() -> Join? {
    switch token().word {
    case .join:
      advance()
      return .inner
    case .straightJoin:
      advance()
      return .inner
    case .inner, .cross:
      guard at(.join, 1) else { return nil }
      position += 2
      return .inner
    case .left, .right:
      let length = at(.outer, 1) ? 2 : 1
      guard at(.join, length) else { return nil }
      position += length + 1
      return .outer
    case .natural:
      var length = 1
      if at(oneOf: [.inner, .left, .right], 1) { length += at(.outer, 2) ? 2 : 1 }
      guard at(.join, length) else { return nil }
      position += length + 1
      return .natural
    default: return nil
    }
  }

  private mutating func tableFactor() throws(MySQLFailure) {
    if take(.openBrace) {
      _ = try name()
      try tableReferences()
      return try expect(.closeBrace)
    }
    if at(.open) {
      guard opensQuery() else {
        advance()
        try enter()
        try tableReferences()
        leave()
        return try expect(.close)
      }
      return try derivedTable()
    }
    if at(.lateral), at(.open, 1) {
      advance()
      return try derivedTable()
    }
    if at(.jsonTable), at(.open, 1) { return try jsonTable() }
    let isQualified = at(.dot, 1) || at(.dot)
    let name = try qualifiedName()
    if take(.partition) { try nameList() }
    if at(.for), at(.systemTime, 1) { try systemTime() }
    let alias = try tableAlias()
    try indexHints()
    let isExpression = !isQualified && expressions[name, default: 0] > 0
    let own = name.lastIndex(of: Ascii.dot).map { Array(name[($0 + 1)...]) } ?? name
    sources.append(MySQLSource(alias: alias ?? own, table: isExpression ? [] : name))
  }

  /// Whether the bracket here belongs to a derived table, not to a joined one.
  private func opensQuery() -> Bool {
    var first = 1
    while at(.open, first) { first += 1 }
    guard startsQuery(first) else { return false }
    var ahead = first
    // The end of the brackets around the query, from the innermost outward.
    for level in stride(from: first, to: 0, by: -1) {
      var nesting = 1
      while nesting > 0 {
        if at(.hardEnd, ahead) || at(.end, ahead) { return true }
        if at(.open, ahead) { nesting += 1 }
        if at(.close, ahead) { nesting -= 1 }
        ahead += 1
      }
      if level == 1 { return true }
      if at(.close, ahead) { continue }
      return at(oneOf: [.union, .except, .intersect, .minus, .order, .limit], ahead)
    }
    return true
  }

  private mutating func derivedTable() throws(MySQLFailure) {
    _ = try subquery()
    let alias = try tableAlias()
    if at(.open) { try nameList() }
    sources.append(MySQLSource(alias: alias ?? [], table: []))
  }

  private mutating func jsonTable() throws(MySQLFailure) {
    addFunction(text.name(position))
    advance()
    try expect(.open)
    try enter()
    try plainExpression()
    try expect(.comma)
    _ = try string()
    guard at(.columns) else { throw failure }
    advance()
    try skipBrackets()
    leave()
    try expect(.close)
    sources.append(MySQLSource(alias: try tableAlias() ?? [], table: []))
  }

  /// MariaDB's `FOR SYSTEM_TIME AS OF x`, `BETWEEN x AND y`, `FROM x TO y`, `ALL`.
  private mutating func systemTime() throws(MySQLFailure) {
    advance()
    advance()
    if take(.all) { return }
    if take(.as) {
      try expect(.of)
      _ = take(.transaction)
      return try plainBits()
    }
    if take(.between) {
      try plainBits()
      try expect(.and)
    } else {
      try expect(.from)
      try plainBits()
      try expect(.to)
    }
    try plainBits()
  }

  private mutating func plainBits() throws(MySQLFailure) {
    let outer = isFolding
    isFolding = false
    if at(.timestamp), !at(.string, 1) { advance() }
    try expression(8)
    isFolding = outer
  }

  private mutating func tableAlias() throws(MySQLFailure) -> [UInt8]? {
    if take(.as) { return try name() }
    guard isName(), !at(.doubleString) else { return nil }
    if at(.window), at(.as, 2) { return nil }
    if at(oneOf: [.except, .intersect, .minus, .returning, .offset, .lateral, .cycle]) { return nil }
    // `HANDLER t READ`, `LOCK TABLES t READ` do not come here; PORTION and the like follow FOR.
    return try name()
  }

  private mutating func indexHints() throws(MySQLFailure) {
    while at(oneOf: [.use, .force, .ignore]), at(oneOf: [.index, .key], 1) {
      advance()
      advance()
      if take(.for) {
        if !take(.join) {
          guard take(oneOf: [.order, .group]) else { throw failure }
          try expect(.by)
        }
      }
      try expect(.open)
      if !at(.close) {
        repeat {
          guard at(.word) || isName() else { throw failure }
          advance()
        } while take(.comma)
      }
      try expect(.close)
      if at(.comma), at(oneOf: [.use, .force, .ignore], 1), at(oneOf: [.index, .key], 2) { advance() }
    }
  }
}
