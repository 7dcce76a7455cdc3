import PolicyBytecode

/// Client programs on a shell line, which yield the operations they perform. A file each.
extension ShellDecoder {
  mutating func client(_ call: ShellCall, _ context: inout DecodeContext) {
    switch String(decoding: bytes(call.name), as: UTF8.self) {
    case "psql": psql(call, &context)
    case "dropdb", "createdb", "dropuser", "createuser": postgresAdministration(call, &context)
    case "pg_dump": postgresDump(call, &context)
    case "curl": curl(call, &context)
    case "wget": wget(call, &context)
    case "redis-cli", "valkey-cli", "keydb-cli": redisClient(call, &context)
    case "mysql", "mariadb": mysql(call, &context)
    case "mysqladmin", "mariadb-admin": mysqladmin(call, &context)
    case "mysqldump", "mariadb-dump": mysqldump(call, &context)
    default: emit(call, &context)
    }
  }

  /// Emits what a client program sends: the operations of `code`.
  mutating func statement(
    _ protocol: OperationProtocol, _ code: [UInt8], _ call: ShellCall, _ context: inout DecodeContext
  ) {
    let outer = context.syntaxDepth
    context.syntaxDepth = depth
    context.nested(`protocol`, in: .shell, code, program: Array(bytes(call.name)))
    context.syntaxDepth = outer
  }

  /// Emits what stands for statements that a client program sends and that the line does not tell.
  mutating func unreadable(
    _ protocol: OperationProtocol, _ reason: UnparsedReason, _ call: ShellCall, _ context: inout DecodeContext
  ) {
    context.enter(program: Array(bytes(call.name)))
    context.unparsed(`protocol`, in: .shell, reason)
    context.leaveProgram()
  }
}
