/// The words that the grammar of MySQL and MariaDB knows and that matter here.
enum MySQLWord: String, CaseIterable {
  /// Any other word.
  case none = ""
  case accessible, add, after, against, aggregate, algorithm, all, alter, analyze, and, any, `as`, asc, asensitive,
    at, atomic, before, begin, between, bigint, binary, binlog, blob, boolean, both, by, cache, call, cascade, `case`,
    cast, change, char, character, charset, check, checksum, clone, closeWord = "close", coalesce, collate, column,
    columns, comment, commit, component, concurrent, condition, connection, constraint, contains, `continue`, convert,
    create, cross, current, currentDate = "current_date", currentRole = "current_role", currentTime = "current_time",
    currentTimestamp = "current_timestamp", currentUser = "current_user", cursor, cycle, data, database, databases,
    datafile, date, day, dayHour = "day_hour", dayMicrosecond = "day_microsecond", dayMinute = "day_minute",
    daySecond = "day_second", deallocate, dec, decimal, declare, `default`, definer, delayed, delete, delimiter, desc,
    describe, deterministic, directory, distinct, distinctrow, div, `do`, double, drop, dual, dumpfile, duplicate,
    each, `else`, elseif, enclosed, endWord = "end", ends, error, escape, escaped, event, every, examined, except,
    exclude, execute, exists, exit, expansion, explain, extended, extract, `false`, fetch, fields, first, float,
    float4, float8, flush, following, follows, `for`, force, foreign, format, found, from, full, fulltext, function,
    get, getFormat = "get_format", global, grant, group, groups, handler, hard, having, help,
    highPriority = "high_priority", history, hour, hourMicrosecond = "hour_microsecond", hourMinute = "hour_minute",
    hourSecond = "hour_second", id, `if`, ifnull, ignore, immediate, importWord = "import", `in`, index, indexes,
    infile, inner, `inout`, insensitive, insert, install, instance, int, int1, int2, int3, int4, int8, integer,
    intersect, interval, into, invoker, `is`, iterate, join, jsonTable = "json_table", key, keys, kill, language,
    last, lateral, leading, leave, left, like, limit, linear, lines, load, local, localtime, localtimestamp, lock,
    locked, logfile, long, longblob, longtext, loop, lowPriority = "low_priority", master,
    masterSslVerifyServerCert = "master_ssl_verify_server_cert", match, maxvalue, mediumblob, mediumint, mediumtext,
    member, microsecond, mid, middleint, minus, minute, minuteMicrosecond = "minute_microsecond",
    minuteSecond = "minute_second", mod, mode, modifies, month, names, natural, next, no,
    noWriteToBinlog = "no_write_to_binlog", not, nowait, null, nulls, numeric, of, offline, offset, on, online, only,
    openWord = "open", optimize, option, optionally, or, order, out, outer, outfile, over, parser, partition,
    partitions, password, persist, persistOnly = "persist_only", plugin, portion, position, precedes, preceding,
    precision, prepare, previous, primary, procedure, program, proxy, purge, quarter, query, quick, range, read,
    readWrite = "read_write", reads, real, recursive, redofile, reference, references, regexp, release, rename,
    repair, `repeat`, replace, replication, require, reset, resignal, resource, respect, restart, restrict, `return`,
    returning, returns, revoke, right, rlike, role, rollback, rollup, row, rows, s3, savepoint, schema, schemas,
    second, secondMicrosecond = "second_microsecond", security, select, sensitive, separator, sequence, server,
    session, set, share, show, shutdown, signal, signed, skip, smallint, soft, some, soname, sounds, spatial,
    specific, sql, sqlBigResult = "sql_big_result", sqlBufferResult = "sql_buffer_result", sqlCache = "sql_cache",
    sqlCalcFoundRows = "sql_calc_found_rows", sqlNoCache = "sql_no_cache", sqlSmallResult = "sql_small_result",
    sqlTsiDay = "sql_tsi_day", sqlTsiHour = "sql_tsi_hour", sqlTsiMinute = "sql_tsi_minute",
    sqlTsiMonth = "sql_tsi_month", sqlTsiQuarter = "sql_tsi_quarter", sqlTsiSecond = "sql_tsi_second",
    sqlTsiWeek = "sql_tsi_week", sqlTsiYear = "sql_tsi_year", sqlexception, sqlstate, sqlwarning, ssl, start,
    starting, starts, statement, stop, straightJoin = "straight_join", substr, substring, system,
    systemTime = "system_time", table, tables, tablespace, temporary, terminated, then, ties, time, timestamp,
    timestampadd, timestampdiff, tinyblob, tinyint, tinytext, to, trailing, transaction, trigger, trim, `true`,
    truncate, unbounded, undo, undofile, uninstall, union, unique, unknown, unlock, unsigned, until, update, url,
    usage, use, user, using, utcDate = "utc_date", utcTime = "utc_time", utcTimestamp = "utc_timestamp", value,
    values, varbinary, varchar, varcharacter, varying, view, wait, week, when, `where`, `while`, window, with, within,
    work, write, xa, xml, xor, year, yearMonth = "year_month", zerofill, zone

  // MARK: - Kinds of words

  /// Whether it is no name without quotes, in MySQL 8 and in MariaDB. Words that only one of them reserves are names
  /// here. Source: MySQL Reference Manual, "Keywords and Reserved Words"; MariaDB Knowledge Base, "Reserved Words".
  var isReserved: Bool {
    switch self {
    case .accessible, .add, .all, .alter, .analyze, .and, .as, .asc, .asensitive, .before, .between, .bigint, .binary,
      .blob, .both, .by, .call, .cascade, .case, .change, .char, .character, .check, .collate, .column, .condition,
      .constraint, .continue, .convert, .create, .cross, .currentDate, .currentTime, .currentTimestamp, .currentUser,
      .cursor, .database, .databases, .dayHour, .dayMicrosecond, .dayMinute, .daySecond, .dec, .decimal, .declare,
      .default, .delayed, .delete, .desc, .describe, .deterministic, .distinct, .distinctrow, .div, .double, .drop,
      .dual, .each, .else, .elseif, .enclosed, .escaped, .except, .exists, .exit, .explain, .false, .fetch, .float,
      .float4, .float8, .for, .force, .foreign, .from, .fulltext, .grant, .group, .having, .highPriority,
      .hourMicrosecond, .hourMinute, .hourSecond, .if, .ignore, .in, .index, .infile, .inner, .inout, .insensitive,
      .insert, .int, .int1, .int2, .int3, .int4, .int8, .integer, .intersect, .interval, .into, .is, .iterate, .join,
      .key, .keys, .kill, .leading, .leave, .left, .like, .limit, .linear, .lines, .load, .localtime, .localtimestamp,
      .lock, .long, .longblob, .longtext, .loop, .lowPriority, .masterSslVerifyServerCert, .match, .maxvalue,
      .mediumblob, .mediumint, .mediumtext, .middleint, .minuteMicrosecond, .minuteSecond, .mod, .modifies, .natural,
      .noWriteToBinlog, .not, .null, .numeric, .on, .optimize, .option, .optionally, .or, .order, .out, .outer,
      .outfile, .over, .partition, .precision, .primary, .procedure, .purge, .range, .read, .readWrite, .reads, .real,
      .recursive, .references, .regexp, .release, .rename, .repeat, .replace, .require, .resignal, .restrict, .return,
      .revoke, .right, .rlike, .rows, .schema, .schemas, .secondMicrosecond, .select, .sensitive, .separator, .set,
      .show, .signal, .smallint, .spatial, .specific, .sql, .sqlBigResult, .sqlCalcFoundRows, .sqlSmallResult,
      .sqlexception, .sqlstate, .sqlwarning, .ssl, .starting, .straightJoin, .table, .terminated, .then, .tinyblob,
      .tinyint, .tinytext, .to, .trailing, .trigger, .true, .undo, .union, .unique, .unlock, .unsigned, .update,
      .usage, .use, .using, .utcDate, .utcTime, .utcTimestamp, .values, .varbinary, .varchar, .varcharacter, .varying,
      .when, .where, .while, .window, .with, .write, .xor, .yearMonth, .zerofill:
      true
    default: false
    }
  }

  /// Whether a name that spells it keeps its quotes in canonical text.
  var isKeyWord: Bool {
    switch self {
    case .global, .local, .persist, .persistOnly, .session, .temporary: true
    default: isReserved
    }
  }

  /// A unit of INTERVAL and EXTRACT.
  var isUnit: Bool {
    switch self {
    case .day, .dayHour, .dayMicrosecond, .dayMinute, .daySecond, .hour, .hourMicrosecond, .hourMinute, .hourSecond,
      .microsecond, .minute, .minuteMicrosecond, .minuteSecond, .month, .quarter, .second, .secondMicrosecond,
      .sqlTsiDay, .sqlTsiHour, .sqlTsiMinute, .sqlTsiMonth, .sqlTsiQuarter, .sqlTsiSecond, .sqlTsiWeek, .sqlTsiYear,
      .week, .year, .yearMonth:
      true
    default: false
    }
  }

  /// A function that is called without brackets, or with.
  var isFunctionWithoutBrackets: Bool {
    switch self {
    case .currentDate, .currentRole, .currentTime, .currentTimestamp, .currentUser, .localtime, .localtimestamp,
      .utcDate, .utcTime, .utcTimestamp:
      true
    default: false
    }
  }

  /// A reserved word that is the name of a function, too.
  var isReservedFunction: Bool {
    switch self {
    case .char, .convert, .database, .if, .insert, .left, .mod, .repeat, .replace, .right, .schema: true
    default: false
    }
  }

  /// Whether a statement that starts with it leaves the user's variables alone, or is read for what it does with them.
  var keepsVariables: Bool {
    switch self {
    case .set, .prepare, .execute, .deallocate, .use: true
    default: false
    }
  }

  /// Whether it starts a block of MariaDB outside of stored programs.
  var opensBlock: Bool {
    switch self {
    case .if, .case, .loop, .while, .repeat: true
    default: false
    }
  }

  /// The word of `FactSchema.sqlVerbs` for a statement that starts with it; queries aside.
  var verb: StaticString? {
    switch self {
    case .desc: "describe"
    case .alter: "alter"
    case .analyze: "analyze"
    case .begin: "begin"
    case .binlog: "binlog"
    case .cache: "cache"
    case .call: "call"
    case .change: "change"
    case .check: "check"
    case .checksum: "checksum"
    case .clone: "clone"
    case .commit: "commit"
    case .create: "create"
    case .deallocate: "deallocate"
    case .delete: "delete"
    case .describe: "describe"
    case .do: "do"
    case .drop: "drop"
    case .execute: "execute"
    case .explain: "explain"
    case .flush: "flush"
    case .get: "get"
    case .grant: "grant"
    case .handler: "handler"
    case .help: "help"
    case .importWord: "import"
    case .insert: "insert"
    case .install: "install"
    case .kill: "kill"
    case .load: "load"
    case .lock: "lock"
    case .optimize: "optimize"
    case .prepare: "prepare"
    case .purge: "purge"
    case .release: "release"
    case .rename: "rename"
    case .repair: "repair"
    case .replace: "replace"
    case .reset: "reset"
    case .resignal: "resignal"
    case .restart: "restart"
    case .revoke: "revoke"
    case .rollback: "rollback"
    case .savepoint: "savepoint"
    case .set: "set"
    case .show: "show"
    case .shutdown: "shutdown"
    case .signal: "signal"
    case .start: "start"
    case .stop: "stop"
    case .truncate: "truncate"
    case .uninstall: "uninstall"
    case .unlock: "unlock"
    case .update: "update"
    case .use: "use"
    case .xa: "xa"
    default: nil
    }
  }

  /// The word of `FactSchema.sqlObjects` for what CREATE, ALTER and DROP make of it.
  var object: StaticString? {
    switch self {
    case .database: "database"
    case .event: "event"
    case .function: "function"
    case .index: "index"
    case .instance: "instance"
    case .logfile: "logfile-group"
    case .procedure: "procedure"
    case .role: "role"
    case .schema: "database"
    case .sequence: "sequence"
    case .server: "server"
    case .spatial: "spatial-reference-system"
    case .table: "table"
    case .tablespace: "tablespace"
    case .trigger: "trigger"
    case .undo: "tablespace"
    case .user: "user"
    case .view: "view"
    default: nil
    }
  }

  // MARK: - Spelling

  /// The word that `bytes` spell from `start` to `end`, whatever their case.
  static func spelled(_ bytes: [UInt8], _ start: Int, _ end: Int) -> MySQLWord {
    guard end - start <= longest, end > start else { return .none }
    var slot = 0
    for index in start..<end { slot = hash(slot, lowered(bytes[index])) }
    slot &= slots - 1
    while let entry = spellings[slot] {
      if entry.name.count == end - start, matches(entry.name, bytes, start) { return entry.word }
      slot = (slot + 1) & (slots - 1)
    }
    return .none
  }

  @inline(__always)
  private static func hash(_ hash: Int, _ byte: UInt8) -> Int { (hash &* 31) &+ Int(byte) }

  private static func matches(_ name: [UInt8], _ bytes: [UInt8], _ start: Int) -> Bool {
    for index in name.indices where lowered(bytes[start + index]) != name[index] { return false }
    return true
  }

  private static let slots = 2048
  private static let longest = allCases.map(\.rawValue.utf8.count).max() ?? 0

  private static let spellings: [(name: [UInt8], word: MySQLWord)?] = {
    var table: [(name: [UInt8], word: MySQLWord)?] = Array(repeating: nil, count: slots)
    for word in allCases where word != .none {
      let name = Array(word.rawValue.utf8)
      var slot = name.reduce(0, hash) & (slots - 1)
      while table[slot] != nil { slot = (slot + 1) & (slots - 1) }
      table[slot] = (name, word)
    }
    return table
  }()
}
