/// Functions whose arguments do more than compute: they name files or tables of the server, or are SQL that it runs.
enum PostgresFunctions {
  enum Role {
    /// The arguments at these positions name files.
    case files([Int])
    /// The argument at this position names a table that is read.
    case table(Int)
    /// It sets what the first argument names to the second.
    case setting
    /// Gives the positions of the arguments that are SQL, from those that have no names.
    case code(@Sendable ([ConstantValue]) -> [Int])
  }

  /// What the function `name`, folded, is known for; those of some extensions only with their schema.
  static func role(_ name: [UInt8]) -> Role? {
    let name = String(decoding: name, as: UTF8.self)
    return roles[name] ?? (name.hasPrefix("crosstab") ? .code(crosstab) : nil)
  }

  /// Whether the function whose last name is `name`, folded, may be known for something, whatever its schema.
  static func mayDoMore(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    guard name.count > 2 else { return false }
    // Most are told by their first three letters.
    let beginning = UInt32(name[0]) << 16 | UInt32(name[1]) << 8 | UInt32(name[2])
    guard beginnings.contains(beginning) else { return false }
    let name = String(decoding: name, as: UTF8.self)
    return lastNames.contains(name) || name.hasPrefix("crosstab")
  }

  /// Whether a column of the name may rather be a function of the server, called of a row.
  static func mayBeCalled(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    mayDoMore(name) || name.starts(with: "pg_".utf8) || name.starts(with: "lo_".utf8)
  }

  /// The names of ``roles`` without their schemas.
  private static let lastNames = Set(roles.keys.map { String($0.split(separator: ".").last ?? "") })

  /// How they, and `crosstab`, begin.
  private static let beginnings: [UInt32] = Array(
    Set((lastNames + ["crosstab"]).map { $0.utf8.prefix(3).reduce(0) { $0 << 8 | UInt32($1) } }))

  private static let roles: [String: Role] = [
    "pg_read_file": .files([0]), "pg_read_binary_file": .files([0]), "pg_ls_dir": .files([0]),
    "pg_stat_file": .files([0]), "lo_import": .files([0]), "lo_export": .files([1]),
    // adminpack
    "pg_file_read": .files([0]), "pg_file_write": .files([0]), "pg_file_unlink": .files([0]),
    "pg_file_rename": .files([0, 1, 2]), "pg_file_sync": .files([0]),
    "set_config": .setting,
    "table_to_xml": .table(0), "table_to_xmlschema": .table(0), "table_to_xml_and_xmlschema": .table(0),
    // tablefunc, xml2, pageinspect
    "connectby": .table(0), "xpath_table": .table(2), "get_raw_page": .table(0),
    "query_to_xml": .code { _ in [0] }, "query_to_xmlschema": .code { _ in [0] },
    "query_to_xml_and_xmlschema": .code { _ in [0] }, "ts_stat": .code { _ in [0] },
    "ts_rewrite": .code { $0.count == 2 ? [1] : [] },
    "dblink": .code { remote($0, afterNames: 0) }, "dblink_exec": .code { remote($0, afterNames: 0) },
    "dblink_open": .code { remote($0, afterNames: 1) }, "dblink_send_query": .code { _ in [1] },
    // aws_s3, pglogical
    "query_export_to_s3": .code { _ in [0] }, "replicate_ddl_command": .code { _ in [0] },
    // pg_cron, pg_background, Citus
    "cron.alter_job": .code { $0.count > 2 ? [2] : [] },
    "cron.schedule": .code { [max($0.count - 1, 0)] }, "cron.schedule_in_database": .code { _ in [2] },
    "pg_background_launch": .code { _ in [0] }, "run_command_on_workers": .code { _ in [0] },
    "run_command_on_shards": .code { _ in [1] }, "run_command_on_placements": .code { _ in [1] },
    "run_command_on_colocated_placements": .code { _ in [2] },
    "run_command_on_all_nodes": .code { _ in [0] }, "run_command_on_coordinator": .code { _ in [0] },
  ]

  /// dblink's functions take SQL after `names` names, and may take a connection before and a flag at the end.
  private static func remote(_ arguments: [ConstantValue], afterNames names: Int) -> [Int] {
    let withConnection = names + 1
    guard withConnection < arguments.count else { return [names] }
    if case .boolean = arguments[withConnection] { return [names] }
    return [withConnection]
  }

  /// tablefunc's `crosstab(sql)`, `crosstab(sql, categories)`, `crosstab(sql, 2)`.
  @Sendable private static func crosstab(_ arguments: [ConstantValue]) -> [Int] {
    guard arguments.count > 1 else { return [0] }
    if case .integer = arguments[1] { return [0] }
    return [0, 1]
  }
}
