import PolicyBytecode

/// CREATE, ALTER, DROP and RENAME.
extension MySQLReader {
  // MARK: - CREATE

  mutating func create() throws(MySQLFailure) {
    try expect(.create)
    if take(.or) { try expect(.replace) }
    try modifiers()
    let isTemporary = take(.temporary)
    let word = token().word
    guard word.object != nil || word == .resource else { throw failure }
    advance()
    statements[current].object = word.object
    switch word {
    case .table:
      if isTemporary { statements[current].object = "temporary-table" }
      try ifNotExists()
      try namedTable()
      try tableDefinition()
    case .view:
      try ifNotExists()
      try namedTable()
      if at(.open) { try nameList() }
      try expect(.as)
      try query()
      try rest()
    case .index:
      try ifNotExists()
      while !isAtEnd, !at(.on) { try looseToken() }
      try expect(.on)
      try namedTable()
      guard at(.open) else { throw failure }
      try definitionTokens()
    case .trigger:
      try ifNotExists()
      _ = try qualifiedName()
      try trigger()
    case .event:
      try ifNotExists()
      _ = try qualifiedName()
      guard at(.on) else { throw failure }
      try event()
      guard isInProgram || statements.count > current + 1 else { throw failure }
    case .procedure, .function:
      try ifNotExists()
      _ = try qualifiedName()
      try routine(isFunction: word == .function)
    case .tablespace, .logfile, .undo:
      if word == .logfile { try expect(.group) }
      if word == .undo { _ = take(oneOf: [.tablespace]) }
      try files()
    case .resource:
      try expect(.group)
      try rest()
    case .spatial:
      try expect(.reference)
      try rest()
    default:
      try ifNotExists()
      guard isName() || isAtString else { throw failure }
      try rest()
    }
  }

  /// `DEFINER = u`, `ALGORITHM = MERGE`, `SQL SECURITY INVOKER`, `UNIQUE` and the like before what is made.
  private mutating func modifiers() throws(MySQLFailure) {
    while true {
      switch token().word {
      case .definer:
        advance()
        try expect(.equal)
        try account()
      case .algorithm:
        advance()
        try expect(.equal)
        advance()
      case .sql:
        advance()
        try expect(.security)
        advance()
      case .unique, .fulltext, .aggregate, .online, .offline: advance()
      case .spatial where at(.index, 1): advance()
      default: return
      }
    }
  }

  /// `'u'@'h'`, `u@h`, `CURRENT_USER()`.
  mutating func account() throws(MySQLFailure) {
    guard at(.word) || at(.quotedName) || isAtString else { throw failure }
    advance()
    if at(.variable) { advance() }
    if at(.open) { try skipBrackets() }
  }

  mutating func ifNotExists() throws(MySQLFailure) {
    guard take(.if) else { return }
    try expect(.not)
    try expect(.exists)
  }

  private mutating func ifExists() throws(MySQLFailure) {
    if take(.if) { try expect(.exists) }
  }

  private mutating func tableDefinition() throws(MySQLFailure) {
    if take(.like) { return try namedTable() }
    if at(.open), at(.like, 1) {
      advance()
      advance()
      try namedTable()
      return try expect(.close)
    }
    guard !isAtEnd else { throw failure }
    try definitionTokens()
  }

  /// What follows the name of a table that is made or altered: columns, keys, options, partitions, a query.
  private mutating func definitionTokens() throws(MySQLFailure) {
    while !isAtEnd {
      if at(.as) && (startsQuery(1) || opensQueryHere(1)) {
        advance()
        return try definingQuery()
      }
      if startsDefiningQuery { return try definingQuery() }
      try definitionToken()
    }
  }

  private func opensQueryHere(_ ahead: Int) -> Bool {
    var first = ahead
    while at(.open, first) { first += 1 }
    return first > ahead && startsQuery(first)
  }

  private var startsDefiningQuery: Bool {
    if at(.with) { return isName(1) && (at(.as, 2) || at(.open, 2)) && !at(.parser, 1) || at(.recursive, 1) }
    return startsQuery() || opensQueryHere(0)
  }

  private mutating func definingQuery() throws(MySQLFailure) {
    try query()
  }

  /// One token of a definition, or the part of it that starts here.
  private mutating func definitionToken() throws(MySQLFailure) {
    switch token().word {
    case .references:
      advance()
      try namedTable()
    case .check where at(.open, 1), .default where at(.open, 1), .as where at(.open, 1):
      advance()
      advance()
      try enter()
      try plainExpression()
      leave()
      try expect(.close)
    case .directory:
      advance()
      _ = take(.equal)
      if isAtString { addFile(try string()) }
    case .none where at(.equal, 1) && at(.word) && text.slice(position).map(lowered).elementsEqual("file_name".utf8):
      // The table is that file: MariaDB's CONNECT engine.
      advance()
      advance()
      addFile(try string())
    case .union where at(.equal, 1) || at(.open, 1):
      advance()
      _ = take(.equal)
      try expect(.open)
      if !at(.close) { try namedTables() }
      try expect(.close)
    default:
      switch token().mark {
      case .open:
        advance()
        try enter()
        while !at(.close) {
          if isAtEnd { throw failure }
          try definitionToken()
        }
        leave()
        advance()
      case .close: throw failure
      default: advance()
      }
    }
  }

  /// The files of tablespaces and log file groups: `ADD DATAFILE 'f'`.
  private mutating func files() throws(MySQLFailure) {
    guard isName() else { throw failure }
    while !isAtEnd {
      if take(oneOf: [.datafile, .undofile, .redofile]) { addFile(try string()) } else { try looseToken() }
    }
  }

  // MARK: - ALTER

  mutating func alter() throws(MySQLFailure) {
    try expect(.alter)
    try modifiers()
    _ = take(.ignore)
    let word = token().word
    guard word.object != nil || word == .resource else { throw failure }
    advance()
    statements[current].object = word.object
    switch word {
    case .table:
      if take(.if) { try expect(.exists) }
      try namedTable()
      if take(.wait) { advance() }
      _ = take(.nowait)
      try alterations()
    case .view:
      try namedTable()
      if at(.open) { try nameList() }
      try expect(.as)
      try query()
      try rest()
    case .event:
      _ = take(.if) ? take(.exists) : true
      _ = try qualifiedName()
      try event()
    case .tablespace, .logfile, .undo:
      if word == .logfile { try expect(.group) }
      if word == .undo { _ = take(.tablespace) }
      try files()
    case .resource:
      try expect(.group)
      try rest()
    default:
      guard !isAtEnd else { throw failure }
      try rest()
    }
  }

  /// The changes of ALTER TABLE, and the other tables that they name.
  private mutating func alterations() throws(MySQLFailure) {
    while !isAtEnd {
      if take(.rename) {
        if at(oneOf: [.column, .index, .key]) { continue }
        _ = take(oneOf: [.to, .as]) || take(.equal)
        try namedTable()
      } else if at(.with), at(.table, 1) {
        advance()
        advance()
        try namedTable()
      } else if take(.convert) {
        // A table becomes a partition, or a partition a table.
        if take(.partition) {
          _ = try name()
          try expect(.to)
        }
        if take(.table) { try namedTable() }
      } else {
        try definitionToken()
      }
    }
  }

  // MARK: - DROP, RENAME

  mutating func drop() throws(MySQLFailure) {
    try expect(.drop)
    if take(.prepare) {
      statements[current].verb = "deallocate"
      _ = try name()
      return
    }
    let isTemporary = take(.temporary)
    takeAll([.online, .offline])
    let word = token().word == .tables ? .table : token().word
    guard word.object != nil || word == .resource else { throw failure }
    advance()
    statements[current].object = isTemporary && word == .table ? "temporary-table" : word.object
    switch word {
    case .table, .view:
      try ifExists()
      try namedTables()
      _ = take(oneOf: [.restrict, .cascade])
      if take(.wait) { advance() }
      _ = take(.nowait)
    case .index:
      try ifExists()
      guard at(.word) || isName() else { throw failure }
      advance()
      try expect(.on)
      try namedTable()
      try rest()
    case .logfile, .resource:
      try expect(.group)
      _ = try name()
      try rest()
    case .undo:
      try expect(.tablespace)
      _ = try name()
      try rest()
    case .spatial: try rest()
    case .user, .role:
      try ifExists()
      repeat { try account() } while take(.comma)
    default:
      try ifExists()
      _ = try qualifiedName()
      if word == .sequence { while take(.comma) { _ = try qualifiedName() } }
      try rest()
    }
  }

  mutating func rename() throws(MySQLFailure) {
    try expect(.rename)
    if take(.user) {
      statements[current].object = "user"
      repeat {
        try account()
        try expect(.to)
        try account()
      } while take(.comma)
      return
    }
    guard take(oneOf: [.table, .tables]) else { throw failure }
    statements[current].object = "table"
    try ifExists()
    repeat {
      try namedTable()
      if take(.wait) { advance() }
      _ = take(.nowait)
      try expect(.to)
      try namedTable()
    } while take(.comma)
  }
}
