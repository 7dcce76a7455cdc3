import PolicyBytecode

/// SET, SHOW, GRANT and the statements that administer the server. What facts need is read, the rest is moved past.
extension MySQLReader {
  // MARK: - SET

  mutating func set() throws(MySQLFailure) {
    try expect(.set)
    switch token().word {
    case .password, .role:
      if at(.equal, 1) || at(.assign, 1) {
        if at(.role) { break }
      }
      return try restOfSet()
    case .default where at(.role, 1): return try restOfSet()
    case .resource where at(.group, 1): return try restOfSet()
    case .transaction: return try restOfSet()
    case .global, .session, .local:
      if at(.transaction, 1) { return try restOfSet() }
    case .statement:
      // MariaDB's `SET STATEMENT x = 1 FOR …`.
      guard isName(1), at(.equal, 2) else { break }
      advance()
      repeat { try setting() } while take(.comma)
      try expect(.for)
      return try statement()
    default: break
    }
    repeat { try setting() } while take(.comma)
  }

  private mutating func setting() throws(MySQLFailure) {
    if try characterSet() { return }
    takeAll([.global, .session, .local, .persist, .persistOnly])
    let isUser = at(.variable)
    let name: [UInt8]
    switch token().kind {
    case .variable:
      name = text.name(position)
      guard !name.isEmpty else { throw failure }
      advance()
    case .systemVariable:
      var last = text.name(position)
      advance()
      while take(.dot) {
        last = text.name(position)
        advance()
      }
      name = last
    default:
      // A setting, a variable of a program, or `NEW.column` in a trigger.
      let qualified = try qualifiedName()
      name = qualified.lastIndex(of: Ascii.dot).map { Array(qualified[($0 + 1)...]) } ?? qualified
    }
    guard take(.equal) || take(.assign) else { throw failure }
    if at(oneOf: [.default, .on, .all, .binary, .row, .system]) && !at(.open, 1) && !at(.dot, 1) && isAfterValue(1) {
      advance()
      variables[name] = nil
      return
    }
    let start = position
    let value = try foldedExpression()
    if !isUser, MySQLCharacterSet.isSetting(name) { try noteCharacterSet(start..<position) }
    if isUser { remember(name, value) } else { try note(setting: name, value) }
  }

  private func isAfterValue(_ ahead: Int) -> Bool {
    at(.end, ahead) || at(.hardEnd, ahead) || at(.comma, ahead) || at(.for, ahead)
  }

  /// Keeps what a variable holds where that is certain.
  private mutating func remember(_ name: [UInt8], _ value: MySQLValue) {
    let bytes = value.constant.bytes
    guard branches == 0, let bytes, bytes.count <= MySQLLimits.foldedText,
      variables.count < MySQLLimits.variables || variables[name] != nil
    else { return variables[name] = nil }
    variables[name] = bytes
  }

  private static let fileSettings = Set(
    [
      "general_log_file", "slow_query_log_file", "log_error", "secure_file_priv", "innodb_data_home_dir", "plugin_dir",
      "init_file", "tmpdir", "character_sets_dir", "ssl_ca", "ssl_cert", "ssl_key", "audit_log_file",
      "server_audit_file_path", "innodb_buffer_pool_filename", "innodb_tmpdir", "log_slow_query_file", "ssl_capath",
      "ssl_crl", "ssl_crlpath", "admin_ssl_ca", "admin_ssl_capath", "admin_ssl_cert", "admin_ssl_crl",
      "admin_ssl_crlpath", "admin_ssl_key", "slave_load_tmpdir", "replica_load_tmpdir", "log_bin_index",
      "relay_log_info_file", "wsrep_data_home_dir", "innodb_undo_directory", "innodb_log_group_home_dir",
    ].map { Array($0.utf8) })

  /// Statements that the server runs later: for each client, for replication.
  private static let codeSettings = Set(["init_connect", "init_slave", "init_replica"].map { Array($0.utf8) })

  private mutating func note(setting name: [UInt8], _ value: MySQLValue) throws(MySQLFailure) {
    if MySQLModes.isSetting(name) { try noteModes(value) }
    if Self.fileSettings.contains(name), let file = value.constant.bytes { addFile(file) }
    if Self.codeSettings.contains(name) {
      statements[current].embedded.append(value.constant.bytes.map { .sql($0) } ?? .unknown)
    }
  }

  // MARK: - SHOW

  mutating func show() throws(MySQLFailure) {
    try expect(.show)
    takeAll([.full, .extended])
    switch token().word {
    case .columns, .fields, .index, .indexes, .keys:
      advance()
      guard take(oneOf: [.from, .in]) else { throw failure }
      var table = try qualifiedName()
      if take(oneOf: [.from, .in]) { table = try name() + [Ascii.dot] + table }
      add(table: table, to: nil)
    case .create:
      advance()
      if take(oneOf: [.table, .view]) { try namedTable() }
    default: guard at(.word) else { throw failure }
    }
    while !isAtEnd {
      if take(.where) {
        try plainExpression()
      } else {
        try looseToken()
      }
    }
  }

  // MARK: - GRANT, REVOKE

  mutating func grant() throws(MySQLFailure) {
    advance()
    guard at(.word) || at(.quotedName) || isAtString else { throw failure }
    var object: StaticString = "role"
    while !isAtEnd, !at(oneOf: [.on, .to, .from]) {
      if at(.all) || at(.proxy) { object = "instance" }
      try looseToken()
    }
    if take(.on) { object = try grantedObject() }
    statements[current].object = object
    guard take(oneOf: [.to, .from]) || at(.word) else { throw failure }
    guard !isAtEnd else { throw failure }
    try rest()
  }

  private mutating func grantedObject() throws(MySQLFailure) -> StaticString {
    switch token().word {
    case .function where !at(.dot, 1):
      advance()
      _ = try qualifiedName()
      return "function"
    case .procedure where !at(.dot, 1):
      advance()
      _ = try qualifiedName()
      return "procedure"
    case .table where !at(.dot, 1): advance()
    default: break
    }
    if take(.star) {
      guard take(.dot) else { return "database" }
      try expect(.star)
      return "instance"
    }
    // An account, as GRANT PROXY has it.
    if at(.string) || at(.variable, 1) {
      while !isAtEnd, !at(oneOf: [.to, .from]) { advance() }
      return "user"
    }
    let name = try qualifiedName()
    if take(.dot) {
      try expect(.star)
      return "database"
    }
    add(table: name, to: nil)
    return "table"
  }

  // MARK: - The server

  mutating func administer(_ word: MySQLWord) throws(MySQLFailure) {
    advance()
    switch word {
    case .check, .checksum, .optimize, .repair:
      takeAll([.noWriteToBinlog, .local])
      if take(oneOf: [.table, .tables]) {
        try namedTables()
      } else if word != .check || !take(.view) {
        throw failure
      } else {
        try namedTables()
      }
    case .lock:
      if take(.instance) { break }
      guard take(oneOf: [.table, .tables]) else { throw failure }
      repeat {
        try namedTable()
        if take(.as) { _ = try name() } else if isName(), !at(.read), !at(.write) { _ = try name() }
        _ = take(.lowPriority)
        guard take(oneOf: [.read, .write]) else { throw failure }
        _ = take(oneOf: [.local, .concurrent])
      } while take(.comma)
      if take(oneOf: [.wait]) { advance() }
      _ = take(.nowait)
    case .unlock: guard take(oneOf: [.table, .tables, .instance]) else { throw failure }
    case .flush:
      takeAll([.noWriteToBinlog, .local])
      guard at(.word) else { throw failure }
      if take(oneOf: [.table, .tables]), isName(), !at(.with), !at(.for) { try namedTables() }
    case .kill:
      takeAll([.hard, .soft, .connection, .query, .id])
      guard !isAtEnd else { throw failure }
      if isName(), !at(.open, 1) { break }
      return try plainExpression()
    case .install, .uninstall: try plugin(isInstalled: word == .install)
    case .importWord: try importTable()
    case .cache:
      try expect(.index)
      try namedTable()
    case .clone:
      while !isAtEnd {
        if take(.directory) {
          _ = take(.equal)
          addFile(try string())
        } else {
          try looseToken()
        }
      }
    case .binlog:
      _ = try string()
      // Events of the binary log: rows and statements in a form of the server.
      statements[current].embedded.append(.unknown)
    case .change:
      guard at(oneOf: [.master, .replication]) else { throw failure }
    case .purge: guard at(oneOf: [.binary, .master]) else { throw failure }
    case .reset, .start, .stop, .xa, .release, .savepoint, .signal, .get, .help:
      guard !isAtEnd else { throw failure }
    case .begin: _ = take(.work)
    case .commit, .rollback: break
    case .shutdown, .restart, .resignal: break
    default: throw failure
    }
    try rest()
  }

  /// `INSTALL PLUGIN p SONAME 'lib.so'`, `INSTALL COMPONENT 'file://c'`.
  private mutating func plugin(isInstalled: Bool) throws(MySQLFailure) {
    statements[current].object = "plugin"
    if take(.component) {
      repeat { addFile(try string()) } while take(.comma)
    } else if take(.soname) {
      addFile(try string())
    } else {
      try expect(.plugin)
      _ = take(.if) ? take(.exists) || take(.not, .exists) : true
      _ = try name()
      if isInstalled {
        try expect(.soname)
        addFile(try string())
      }
    }
  }

  private mutating func importTable() throws(MySQLFailure) {
    try expect(.table)
    try expect(.from)
    statements[current].object = "table"
    repeat { addFile(try string()) } while take(.comma)
  }
}
