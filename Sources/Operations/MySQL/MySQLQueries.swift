import PolicyBytecode

/// A query that was read: what its conditions and clauses amount to.
struct MySQLQuery {
  /// SELECTs of the set operation that have a FROM or a WHERE, and those of them without a WHERE.
  var conditions = 0
  var missing = 0
  /// Whether one of the conditions restricts nothing.
  var isConstant = false
  /// The literal LIMIT of the whole query.
  var limit: Int64?
  var hasFrom = false
  /// Whether it has a row for each row of its FROM, or one row if it has none.
  var isPlain = true
  /// Whether it gives no row.
  var isEmpty = false
  var usesColumns = false
  var usesColumnsPastTargets = false
  /// Its one table, its one expression and what that is worth, where there is no other.
  var onlyTable: [UInt8]?
  var onlyTarget: Range<Int>?
  var onlyConstant: MySQLConstant?

  var hasWhere: Bool { conditions > 0 && missing == 0 }
}

/// Queries: SELECT, VALUES, TABLE, set operations, common table expressions.
extension MySQLReader {
  mutating func queryExpression() throws(MySQLFailure) -> MySQLQuery {
    try enter()
    let names = try withClause()
    let query = try queryTail(try queryTerm())
    forget(names)
    leave()
    return query
  }

  /// `WITH a AS (…), …`: brings names into scope, which ``forget(_:)`` takes out.
  mutating func withClause() throws(MySQLFailure) -> [[UInt8]] {
    guard take(.with) else { return [] }
    let isRecursive = take(.recursive)
    var names: [[UInt8]] = []
    repeat {
      let name = try name()
      names.append(name)
      if isRecursive { expressions[name, default: 0] += 1 }
      if at(.open) { try nameList() }
      try expect(.as)
      _ = try subquery()
      if take(.cycle) {
        try nameList()
        try expect(.restrict)
      }
      if !isRecursive { expressions[name, default: 0] += 1 }
    } while take(.comma)
    return names
  }

  mutating func forget(_ names: [[UInt8]]) {
    for name in names { expressions[name, default: 1] -= 1 }
  }

  private mutating func queryTerm() throws(MySQLFailure) -> MySQLQuery {
    switch token().word {
    case .select: return try select()
    case .values:
      advance()
      repeat {
        _ = take(.row)
        try valueList()
      } while take(.comma)
      var query = MySQLQuery()
      query.isPlain = false
      return query
    case .table:
      advance()
      var query = MySQLQuery()
      query.hasFrom = true
      query.conditions = 1
      query.missing = 1
      let name = try qualifiedName()
      addSource(MySQLSource(alias: name, table: name))
      return query
    default:
      try expect(.open)
      let query = try queryExpression()
      try expect(.close)
      return query
    }
  }

  /// `(a, DEFAULT, …)` of VALUES.
  mutating func valueList() throws(MySQLFailure) {
    try expect(.open)
    try enter()
    if !at(.close) { try plainExpressions() }
    leave()
    try expect(.close)
  }

  var startsSetOperation: Bool { at(oneOf: [.union, .except, .intersect, .minus, .order, .limit]) }

  /// What may follow the first part of a query: other parts, ORDER BY, LIMIT, INTO, locks.
  mutating func queryTail(_ first: MySQLQuery) throws(MySQLFailure) -> MySQLQuery {
    var query = first
    while take(oneOf: [.union, .except, .intersect, .minus]) {
      _ = take(oneOf: [.all, .distinct])
      let next = try queryTerm()
      query.conditions += next.conditions
      query.missing += next.missing
      query.isConstant = query.isConstant || next.isConstant
      query.isPlain = false
      query.isEmpty = query.isEmpty && next.isEmpty
      query.limit = nil
      query.onlyTarget = nil
      query.onlyConstant = nil
      query.usesColumnsPastTargets = true
    }
    if at(.order) {
      try orderBy()
      query.isPlain = query.isPlain && !at(.limit)
    }
    if at(.limit) || at(.offset) || at(.fetch) {
      query.limit = try limitClause(record: false)
      query.isPlain = false
      query.onlyConstant = nil
    }
    if take(.procedure) {
      _ = try name()
      try skipBrackets()
    }
    if at(.into) { try into() }
    try locks()
    if at(.into) { try into() }
    return query
  }

  private mutating func locks() throws(MySQLFailure) {
    while true {
      if take(.for) {
        guard take(oneOf: [.update, .share]) else { throw failure }
        if take(.of) { try names() }
      } else if take(.lock, .in) {
        try expect(.share)
        try expect(.mode)
      } else {
        return
      }
      if take(.skip) {
        try expect(.locked)
      } else if take(.wait) {
        advance()
      } else {
        _ = take(.nowait)
      }
    }
  }

  // MARK: - SELECT

  private static let selectOptions: [MySQLWord] = [
    .all, .distinct, .distinctrow, .highPriority, .straightJoin, .sqlSmallResult, .sqlBigResult, .sqlBufferResult,
    .sqlNoCache, .sqlCache, .sqlCalcFoundRows,
  ]

  private mutating func select() throws(MySQLFailure) -> MySQLQuery {
    try expect(.select)
    takeAll(Self.selectOptions)
    let outer = (sources, isFolding, columns, calls)
    sources = []
    defer { (sources, isFolding) = (outer.0, outer.1) }
    var query = MySQLQuery()
    try selectItems(&query)
    let columnsAfterTargets = columns
    let callsInTargets = calls != outer.3
    if at(.into) { try into() }
    if take(.from) {
      if at(.dual), !at(.dot, 1) {
        advance()
      } else {
        try tableReferences()
        query.hasFrom = true
        for source in sources { addSource(source) }
        if sources.count == 1 { query.onlyTable = sources[0].table }
      }
    }
    let condition = try whereClause()
    if let condition {
      query.isPlain = false
      query.isConstant = condition.isUnrestricting
      query.isEmpty = !callsInTargets && (condition.constant.truth == false || condition.constant == .null)
    }
    if condition != nil || query.hasFrom { query.conditions = 1 }
    if condition == nil, query.hasFrom { query.missing = 1 }
    try grouping(&query)
    if query.hasFrom || !query.isPlain { query.onlyConstant = nil }
    query.usesColumnsPastTargets = columns != columnsAfterTargets
    return query
  }

  private mutating func selectItems(_ query: inout MySQLQuery) throws(MySQLFailure) {
    var count = 0
    repeat {
      count += 1
      if take(.star) { continue }
      if isTableStar { continue }
      let value = try expression()
      if count == 1 {
        query.onlyTarget = value.tokens
        query.onlyConstant = isFolding ? value.constant : nil
      }
      try itemAlias()
    } while take(.comma)
    if count > 1 || query.onlyTarget == nil {
      query.onlyTarget = nil
      query.onlyConstant = nil
    }
  }

  /// Takes `t.*` or `s.t.*`.
  private var isTableStar: Bool {
    mutating get {
      guard at(.word) || at(.quotedName) || at(.doubleString), at(.dot, 1) else { return false }
      for length in [2, 4] where at(.star, length) {
        guard length == 2 || at(.dot, 3) else { continue }
        position += length + 1
        return true
      }
      return false
    }
  }

  private mutating func itemAlias() throws(MySQLFailure) {
    if take(.as) {
      if isAtString { advance() } else { _ = try name() }
    } else if isName() || at(.string) {
      guard !at(oneOf: [.except, .intersect, .minus, .returning]) else { return }
      advance()
    }
  }

  private mutating func grouping(_ query: inout MySQLQuery) throws(MySQLFailure) {
    if take(.group) {
      try expect(.by)
      query.isPlain = false
      repeat {
        try plainExpression()
        _ = take(oneOf: [.asc, .desc])
      } while take(.comma)
      if take(.with) { try expect(.rollup) }
    }
    if take(.having) {
      query.isPlain = false
      try plainExpression()
    }
    if at(.window), at(.as, 2), at(.open, 3) {
      advance()
      repeat {
        _ = try name()
        try expect(.as)
        try windowSpecification()
      } while take(.comma)
    }
  }

  // MARK: - Clauses

  /// `WHERE …`; nil if there is none.
  mutating func whereClause() throws(MySQLFailure) -> MySQLValue? {
    guard take(.where) else { return nil }
    let outer = isFolding
    isFolding = foldsConditions
    let value = try expression()
    isFolding = outer
    return value
  }

  mutating func orderBy() throws(MySQLFailure) {
    try expect(.order)
    try expect(.by)
    repeat {
      try plainExpression()
      _ = take(oneOf: [.asc, .desc])
    } while take(.comma)
  }

  /// `LIMIT n`, `LIMIT m, n`, `LIMIT n OFFSET m`, `OFFSET m ROWS FETCH FIRST n ROWS ONLY`: n, if it is a literal.
  @discardableResult
  mutating func limitClause(record: Bool) throws(MySQLFailure) -> Int64? {
    var limit: Int64?
    if take(.limit) {
      if take(.rows) {
        try expect(.examined)
        try limitNumber()
        return nil
      }
      limit = try limitNumber()
      if take(.comma) {
        limit = try limitNumber()
      } else if take(.offset) {
        try limitNumber()
      }
      if take(.rows) {
        try expect(.examined)
        try limitNumber()
      }
    } else {
      if take(.offset) {
        try limitNumber()
        _ = take(oneOf: [.row, .rows])
      }
      if take(.fetch) {
        guard take(oneOf: [.first, .next]) else { throw failure }
        limit = at(oneOf: [.row, .rows]) ? 1 : try limitNumber()
        guard take(oneOf: [.row, .rows]) else { throw failure }
        if take(.with) { try expect(.ties) } else { try expect(.only) }
      }
    }
    if record { statements[current].limit = limit }
    return limit
  }

  @discardableResult
  private mutating func limitNumber() throws(MySQLFailure) -> Int64? {
    switch token().kind {
    case .number, .hex, .parameter, .variable: break
    case .word where !token().word.isReserved: break
    case .quotedName: break
    default: throw failure
    }
    let digits = at(.number) ? Int64(String(decoding: text.slice(position), as: UTF8.self)) : nil
    advance()
    return digits
  }

  /// `INTO OUTFILE 'f' …`, `INTO DUMPFILE 'f'`, `INTO @a, b`.
  private mutating func into() throws(MySQLFailure) {
    try expect(.into)
    if take(.outfile) {
      addFile(try string())
      try fileFormat()
    } else if take(.dumpfile) {
      addFile(try string())
    } else {
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

  /// `CHARACTER SET x FIELDS TERMINATED BY ',' … LINES …` of files.
  mutating func fileFormat() throws(MySQLFailure) {
    if take(.character) {
      try expect(.set)
      advance()
    } else if take(.charset) {
      advance()
    }
    while take(oneOf: [.fields, .columns, .lines]) {
      guard at(oneOf: [.terminated, .optionally, .enclosed, .escaped, .starting]) else { throw failure }
      while take(oneOf: [.terminated, .optionally, .enclosed, .escaped, .starting]) {
        _ = take(.enclosed)
        try expect(.by)
        if at(.bits) { advance() } else { _ = try string() }
      }
    }
  }
}
