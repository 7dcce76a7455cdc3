import PolicyBytecode

/// Statements that write rows, and those that read them by other means than queries.
extension MySQLReader {
  func note(_ query: MySQLQuery) -> (inout MySQLStatement) -> Void {
    { statement in
      statement.hasWhere = query.hasWhere
      statement.isConstant = query.isConstant
      statement.limit = query.limit
    }
  }

  /// A query as the statement at hand, or as what it takes its rows from.
  mutating func query() throws(MySQLFailure) {
    let query = try queryExpression()
    note(query)(&statements[current])
  }

  private mutating func condition() throws(MySQLFailure) {
    guard let value = try whereClause() else { return }
    statements[current].hasWhere = true
    statements[current].isConstant = value.isUnrestricting
  }

  private mutating func orderAndLimit() throws(MySQLFailure) {
    if at(.order) { try orderBy() }
    if at(.limit) { try limitClause(record: true) }
  }

  private mutating func returning() throws(MySQLFailure) {
    guard take(.returning) else { return }
    repeat {
      if take(.star) { continue }
      try plainExpression()
      if take(.as) {
        if isAtString { advance() } else { _ = try name() }
      } else if isName() {
        advance()
      }
    } while take(.comma)
  }

  // MARK: - DELETE

  mutating func delete() throws(MySQLFailure) {
    try expect(.delete)
    takeAll([.lowPriority, .quick, .ignore])
    if at(.history), at(.from, 1) { return try deleteHistory() }
    let outer = (sources, bystanders, hasJoinCondition)
    (sources, bystanders, hasJoinCondition) = ([], [], false)
    defer { (sources, bystanders, hasJoinCondition) = outer }
    var targets: [[UInt8]]
    if take(.from) {
      targets = try deleteTargets()
      guard take(.using) else { return try deleteFromOne(targets) }
    } else {
      targets = try deleteTargets()
      try expect(.from)
    }
    try tableReferences()
    write(targets)
    try condition()
    try orderAndLimit()
  }

  private mutating func deleteTargets() throws(MySQLFailure) -> [[UInt8]] {
    var targets: [[UInt8]] = []
    repeat {
      targets.append(try qualifiedName())
      if take(.dot) { try expect(.star) }
    } while take(.comma)
    return targets
  }

  private mutating func deleteFromOne(_ targets: [[UInt8]]) throws(MySQLFailure) {
    guard targets.count == 1 else { throw failure }
    if take(.for) {
      try expect(.portion)
      try portion()
    }
    var alias = targets[0].split(separator: Ascii.dot).last.map(Array.init) ?? targets[0]
    if take(.partition) { try nameList() }
    if take(.as) || isName() && !at(.returning) { alias = try name() }
    sources = [MySQLSource(alias: alias, table: targets[0])]
    add(table: targets[0], to: \.writes)
    try condition()
    try orderAndLimit()
    try returning()
  }

  /// `OF period FROM a TO b`, FOR PORTION having been read.
  private mutating func portion() throws(MySQLFailure) {
    try expect(.of)
    _ = try name()
    try expect(.from)
    try plainExpression()
    try expect(.to)
    try plainExpression()
  }

  /// MariaDB's `DELETE HISTORY FROM t [BEFORE SYSTEM_TIME x]`.
  private mutating func deleteHistory() throws(MySQLFailure) {
    advance()
    advance()
    add(table: try qualifiedName(), to: \.writes)
    if take(.partition) { try nameList() }
    if take(.before) {
      statements[current].hasWhere = true
      _ = take(.systemTime)
      try plainExpression()
    }
  }

  /// Notes which of the tables in ``sources`` are written: those that `targets` name by their alias or name; the others
  /// are read. A target that is none of them is a table all the same.
  private mutating func write(_ targets: [[UInt8]]) {
    var written = Set<Int>()
    for target in targets {
      let own = target.split(separator: Ascii.dot).last.map(Array.init) ?? target
      let match =
        sources.firstIndex { $0.alias == target || $0.table == target }
        ?? sources.firstIndex { $0.alias == own || $0.table == own }
      if let match, !sources[match].table.isEmpty {
        written.insert(match)
      } else if match == nil {
        add(table: target, to: \.writes)
      }
    }
    for (index, source) in sources.enumerated() where !source.table.isEmpty {
      add(table: source.table, to: written.contains(index) ? \.writes : \.reads)
    }
    guard !hasJoinCondition, !written.isEmpty else { return }
    bystanders = Set(sources.map(\.alias)).subtracting(written.map { sources[$0].alias })
    bystanders.remove([])
  }

  // MARK: - UPDATE

  mutating func update() throws(MySQLFailure) {
    try expect(.update)
    takeAll([.lowPriority, .ignore])
    let outer = (sources, bystanders, hasJoinCondition)
    (sources, bystanders, hasJoinCondition) = ([], [], false)
    defer { (sources, bystanders, hasJoinCondition) = outer }
    try tableReferences()
    if take(.for) {
      try expect(.portion)
      try portion()
    }
    try expect(.set)
    let targets = try assignments()
    let isUnqualified = targets.contains { $0.isEmpty }
    write(isUnqualified || sources.count == 1 ? sources.filter { !$0.table.isEmpty }.map(\.alias) : targets)
    try condition()
    try orderAndLimit()
    try returning()
  }

  /// `a = x, t.b = DEFAULT`: what the columns are qualified with, each once; an empty name for nothing.
  private mutating func assignments() throws(MySQLFailure) -> [[UInt8]] {
    var seen = NameList()
    repeat {
      let column = try qualifiedName()
      let qualifier = column.lastIndex(of: Ascii.dot).map { Array(column[..<$0]) } ?? []
      seen.insert(qualifier)
      guard take(.equal) || take(.assign) else { throw failure }
      try plainExpression()
    } while take(.comma)
    return seen.names
  }

  // MARK: - INSERT, REPLACE

  mutating func insert() throws(MySQLFailure) {
    advance()
    takeAll([.lowPriority, .delayed, .highPriority])
    _ = take(.ignore)
    _ = take(.into)
    add(table: try qualifiedName(), to: \.writes)
    if take(.partition) { try nameList() }
    if at(.open), !opensRows() {
      advance()
      if !at(.close) {
        repeat { _ = try qualifiedName() } while take(.comma)
      }
      try expect(.close)
    }
    if at(.values) || at(.value), !at(.row, 1) || at(.values) {
      advance()
      repeat {
        _ = take(.row)
        try valueList()
      } while take(.comma)
    } else if take(.set) {
      _ = try assignments()
    } else {
      try query()
    }
    if take(.as) {
      _ = try name()
      if at(.open) { try nameList() }
    }
    if take(.on) {
      try expect(.duplicate)
      try expect(.key)
      try expect(.update)
      _ = try assignments()
    }
    try returning()
  }

  /// Whether the bracket here opens a query, not a list of columns.
  private func opensRows() -> Bool {
    var first = 1
    while at(.open, first) { first += 1 }
    return startsQuery(first) && !at(.table, first)
  }

  // MARK: - LOAD

  mutating func load() throws(MySQLFailure) {
    try expect(.load)
    if take(.index) {
      try expect(.into)
      try expect(.cache)
      try namedTable()
      return try rest()
    }
    guard take(oneOf: [.data, .xml]) else { throw failure }
    takeAll([.lowPriority, .concurrent, .local])
    guard take(oneOf: [.infile, .url, .s3]) else { throw failure }
    addFile(try string())
    _ = take(oneOf: [.replace, .ignore])
    try expect(.into)
    try expect(.table)
    add(table: try qualifiedName(), to: \.writes)
    if take(.partition) { try nameList() }
    while !isAtEnd {
      if at(.set), text.tokens[position - 1].word != .character {
        advance()
        _ = try assignments()
        break
      }
      try looseToken()
    }
  }

  // MARK: - HANDLER, CALL, DO, TRUNCATE

  mutating func handler() throws(MySQLFailure) {
    try expect(.handler)
    let name = try qualifiedName()
    if take(.read) {
      add(table: name, to: \.reads)
      while !isAtEnd, !at(oneOf: [.where, .limit]) {
        if take(.open) {
          try enter()
          try plainExpressions()
          leave()
          try expect(.close)
        } else {
          try looseToken()
        }
      }
      try condition()
      if at(.limit) { try limitClause(record: true) }
    } else {
      add(table: name, to: nil)
      guard take(oneOf: [.openWord, .closeWord]) else { throw failure }
      if take(.as) || isName() { _ = try self.name() }
    }
  }

  mutating func callProcedure() throws(MySQLFailure) {
    try expect(.call)
    let start = position
    let name = try qualifiedName()
    addFunction(name)
    forgetVariables()
    if at(.open) { _ = try arguments(of: .none, name, start) }
  }

  mutating func doExpressions() throws(MySQLFailure) {
    try expect(.do)
    repeat {
      try plainExpression()
      if take(.as) || isName() { advance() }
    } while take(.comma)
  }

  mutating func truncate() throws(MySQLFailure) {
    try expect(.truncate)
    _ = take(.table)
    add(table: try qualifiedName(), to: \.writes)
    statements[current].object = "table"
    if take(.wait) { advance() }
    _ = take(.nowait)
  }
}
