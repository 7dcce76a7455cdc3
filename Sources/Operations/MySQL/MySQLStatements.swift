import PolicyBytecode

/// What a statement is, by its first words.
extension MySQLReader {
  /// Reads one statement, up to what ends it.
  mutating func statement() throws(MySQLFailure) {
    try enter()
    expressionDepth = 0
    isFolding = false
    let word = token().word
    if !word.keepsVariables { variables.removeAll(keepingCapacity: true) }
    if at(.open) || startsQuery() {
      try queryStatement()
    } else if !isInProgram, at(.begin) || word.opensBlock, try compound() {
      // A block outside of a program.
    } else if let verb = word.verb {
      begin(verb)
      try statement(word)
      end()
    } else {
      throw failure
    }
    leave()
  }

  /// A query, or an UPDATE or DELETE after WITH.
  private mutating func queryStatement() throws(MySQLFailure) {
    begin("select")
    if at(.with) {
      let names = try withClause()
      switch token().word {
      case .update:
        statements[current].verb = "update"
        try update()
      case .delete:
        statements[current].verb = "delete"
        try delete()
      case .insert, .replace:
        statements[current].verb = at(.insert) ? "insert" : "replace"
        try insert()
      default: try query()
      }
      forget(names)
    } else {
      try query()
    }
    end()
  }

  private mutating func statement(_ word: MySQLWord) throws(MySQLFailure) {
    switch word {
    case .insert, .replace: try insert()
    case .update: try update()
    case .delete: try delete()
    case .truncate: try truncate()
    case .load: try load()
    case .handler: try handler()
    case .call: try callProcedure()
    case .do: try doExpressions()
    case .explain, .desc, .describe: try explain()
    case .analyze: try analyze()
    case .prepare: try prepare()
    case .execute: try execute()
    case .deallocate:
      advance()
      try expect(.prepare)
      _ = try name()
    case .create: try create()
    case .alter: try alter()
    case .drop: try drop()
    case .rename: try rename()
    case .set: try set()
    case .grant, .revoke: try grant()
    case .show: try show()
    case .use:
      advance()
      _ = try name()
    default: try administer(word)
    }
  }

  // MARK: - EXPLAIN, ANALYZE

  private mutating func explain() throws(MySQLFailure) {
    advance()
    if (isName() || at(.dot)) && !at(oneOf: [.extended, .partitions, .format, .replace])
      || at(.format) && !at(.equal, 1)
    {
      // `DESCRIBE t [column | 'pattern']`
      guard !at(.analyze) else { throw failure }
      try namedTable()
      if isAtString { advance() } else if !isAtEnd { _ = try name() }
      return
    }
    let isRun = take(.analyze)
    takeAll([.extended, .partitions])
    try format()
    if take(.into) { advance() }
    if take(.for) {
      if take(.connection) { return try plainExpression() }
      guard take(oneOf: [.schema, .database]) else { throw failure }
      _ = try name()
    }
    try explained(isRun: isRun)
  }

  private mutating func format() throws(MySQLFailure) {
    guard take(.format) else { return }
    try expect(.equal)
    if isAtString { _ = try string() } else { advance() }
  }

  /// The statement that EXPLAIN plans, or runs.
  private mutating func explained(isRun: Bool) throws(MySQLFailure) {
    guard at(.open) || startsQuery() || at(oneOf: [.select, .insert, .update, .delete, .replace]) else { throw failure }
    if isRun {
      try statement()
    } else {
      statements[current].isPlanned = true
      let inner = statements.count
      try statement()
      statements[inner].isHidden = true
    }
  }

  /// `ANALYZE TABLE t`, or MariaDB's `ANALYZE SELECT …`.
  private mutating func analyze() throws(MySQLFailure) {
    advance()
    takeAll([.noWriteToBinlog, .local])
    if take(oneOf: [.table, .tables]) {
      try namedTables()
      return try rest()
    }
    try format()
    try explained(isRun: true)
  }

  // MARK: - PREPARE, EXECUTE

  private mutating func prepare() throws(MySQLFailure) {
    advance()
    _ = try name()
    try expect(.from)
    try code(try foldedExpression())
  }

  private mutating func execute() throws(MySQLFailure) {
    advance()
    if take(.immediate) {
      try code(try foldedExpression())
    } else {
      _ = try name()
    }
    if take(.using) { try plainExpressions() }
    forgetVariables()
  }

  /// Code that is not at hand runs here: what it does with variables is not known.
  mutating func forgetVariables() {
    variables.removeAll(keepingCapacity: true)
    hasRunCode = true
  }

  /// Notes the text of a statement, which is known if it is constant.
  mutating func code(_ value: MySQLValue) throws(MySQLFailure) {
    guard !statements[current].isPlanned else { return }
    statements[current].embedded.append(value.constant.bytes.map { .sql($0) } ?? .unknown)
  }
}
