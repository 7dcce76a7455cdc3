/// What is known of one fact: the single table from which the checker, the documentation, completion and the decoders
/// are driven.
public struct FactSchema: Sendable {
  public let fact: Fact
  /// The name in policies, such as `sql.verb`.
  public let name: String
  public let type: FactType
  /// Whether an operation may have several values.
  public let isList: Bool
  /// Whether the name takes a key: `claim["team"]`.
  public let isKeyed: Bool
  /// The protocols whose operations have this fact.
  public let protocols: ProtocolSet
  public let phase: FactPhase
  public let cost: FactCost
  /// Whether an operation of those protocols may lack it even though it was decoded (facts of keys nobody sent).
  public let mayBeMissing: Bool
  /// Whether a list holds things done, so that an `allow` should speak of all of them.
  public let isDeed: Bool
  /// One line for documentation and completion.
  public let summary: String
  /// Whether authors cannot name it: it is the value side of `contains DETECTOR`.
  public let isHidden: Bool

  private init(
    _ fact: Fact, _ name: String, _ type: FactType, list: Bool = false, keyed: Bool = false,
    _ protocols: ProtocolSet = .all, _ phase: FactPhase = .operation, _ cost: FactCost = .scan,
    missing: Bool = false, deed: Bool = false, hidden: Bool = false, _ summary: String
  ) {
    self.fact = fact
    self.name = name
    self.type = type
    self.isList = list
    self.isKeyed = keyed
    self.protocols = protocols
    self.phase = phase
    self.cost = cost
    self.mayBeMissing = missing
    self.isDeed = deed
    self.isHidden = hidden
    self.summary = summary
  }

  /// The fact that authors call `name`, or nil.
  public static func named(_ name: String) -> FactSchema? { byName[name] }

  private static let byName: [String: FactSchema] = .init(
    uniqueKeysWithValues: table.filter { !$0.isHidden }.map { ($0.name, $0) })

  /// The words of `sql.verb`: a statement's leading keyword, or its kind after WITH, VALUES and TABLE.
  public static let sqlVerbs = [
    "abort", "alter", "analyze", "begin", "binlog", "cache", "call", "change", "check", "checkpoint", "checksum",
    "clone", "close", "cluster", "comment",
    "commit", "copy", "create", "deallocate", "declare", "delete", "describe", "discard", "do", "drop", "end",
    "execute",
    "explain", "fetch", "flush", "get", "grant", "handler", "help", "import", "insert", "install", "kill", "listen",
    "load", "lock",
    "merge", "move", "notify", "optimize", "prepare", "purge", "reassign", "refresh", "reindex", "release", "rename",
    "repair",
    "replace", "reset", "resignal", "restart", "revoke", "rollback", "savepoint", "security", "select", "set", "show",
    "shutdown", "signal", "start",
    "stop", "truncate", "uninstall", "unlisten", "unlock", "update", "use", "vacuum", "xa",
  ]

  /// The words of `sql.object`: the kind of thing a definition, a grant or a comment is about.
  public static let sqlObjects = [
    "access-method", "aggregate", "cast", "collation", "column", "constraint", "conversion", "cursor", "database",
    "default-privileges", "domain",
    "event", "event-trigger", "extension", "foreign-data-wrapper", "foreign-table", "function", "index", "instance",
    "language",
    "large-object", "logfile-group", "materialized-view", "operator", "operator-class", "operator-family", "owned",
    "parameter", "plugin", "policy",
    "procedure", "publication", "role", "routine", "rule", "schema", "sequence", "server", "spatial-reference-system",
    "statistics", "subscription", "system",
    "table", "tablespace", "temporary-table", "text-search-configuration", "text-search-dictionary",
    "text-search-parser",
    "text-search-template", "transform", "trigger", "type", "user", "user-mapping", "view",
  ]

  /// The words of `k8s.verb`, as the API server computes them.
  public static let k8sVerbs = [
    "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "proxy", "connect", "head",
    "options", "post", "put", "bind", "escalate", "impersonate", "use", "approve", "sign",
  ]

  /// The words of `redis.flag`: what the server's command table and its categories for access control say of a command;
  /// `module` for one of a module, and `unlisted-keys` for one that touches keys which `redis.key` cannot name.
  public static let redisFlags = [
    "read", "write", "admin", "dangerous", "blocking", "connection", "keyspace", "pubsub", "scripting", "transaction",
    "bitmap", "geo", "hash", "hyperloglog", "list", "set", "sorted-set", "stream", "string", "module", "unlisted-keys",
  ]

  /// One row a fact, at the index of its raw value.
  public static let table: [FactSchema] = [
    .init(.user, "user", .string, .all, .bind, .free, missing: true, "the principal's name, from a verified token"),
    .init(.group, "group", .string, list: true, .all, .bind, .free, "the principal's groups"),
    .init(
      .actor, "actor", .enumeration(["human", "service", "agent"]), .all, .bind, .free,
      "who acts: `human`, `service` or `agent`"),
    .init(.client, "client", .string, .all, .bind, .free, missing: true, "the client program that connected"),
    .init(.claim, "claim", .string, list: true, keyed: true, .all, .bind, .free, missing: true, "a claim of the token"),
    .init(.target, "target", .string, .all, .bind, .free, missing: true, "the name of the connection's target"),
    .init(.label, "label", .string, keyed: true, .all, .bind, .free, missing: true, "a label of the target"),
    .init(.source, "source", .address, .all, .bind, .free, missing: true, "the client's IP address"),
    .init(.time, "time", .time, .all, .moment, .free, missing: true, "the moment of the request"),
    .init(.session, "session", .string, list: true, .all, .moment, .free, "the session's tags"),
    .init(
      .protocol, "protocol", .enumeration(OperationProtocol.allCases.map(\.name)), .all, .bind, .free,
      "the operation's own protocol"),
    .init(
      .via, "via", .enumeration(OperationProtocol.allCases.map(\.name)), list: true, .all, .operation, .free,
      "the protocols that carried the operation, outermost first"),
    .init(
      .viaTool, "via.tool", .string, list: true, .all, .operation, .free, "the MCP tools that carried the operation"),
    .init(
      .viaProgram, "via.program", .string, list: true, .all, .operation, .free,
      "the programs that carried the operation"),
    .init(.command, "command", .string, .all, .operation, .scan, missing: true, "the operation's canonical text"),
    .init(.text, "text", .string, .all, .operation, .free, "the payload as sent"),
    .init(.unparsed, "unparsed", .boolean, .all, .operation, .free, "whether the decoder could not read it"),
    .init(.sqlVerb, "sql.verb", .enumeration(sqlVerbs), .sql, .operation, .scan, "the kind of statement"),
    .init(
      .sqlObject, "sql.object", .enumeration(sqlObjects), .sql, .operation, .parse, missing: true,
      "the kind of thing a definition is about"),
    .init(
      .sqlTable, "sql.table", .qualifiedName, list: true, .sql, .operation, .parse, deed: true,
      "every table the statement names"),
    .init(
      .sqlReads, "sql.reads", .qualifiedName, list: true, .sql, .operation, .parse, deed: true,
      "the tables it reads"),
    .init(
      .sqlWrites, "sql.writes", .qualifiedName, list: true, .sql, .operation, .parse, deed: true,
      "the tables it inserts into, updates, deletes from, merges into, truncates or copies into"),
    .init(
      .sqlFunction, "sql.function", .string, list: true, .sql, .operation, .parse, deed: true,
      "the functions it calls, without their schema"),
    .init(.sqlWhere, "sql.where", .boolean, .sql, .operation, .parse, "whether it has a WHERE clause"),
    .init(
      .sqlWhereConstant, "sql.where-constant", .boolean, .sql, .operation, .parse,
      "whether its condition does not restrict rows"),
    .init(.sqlJoins, "sql.joins", .integer, .sql, .operation, .parse, "the number of joins"),
    .init(.sqlLimit, "sql.limit", .integer, .sql, .operation, .parse, missing: true, "the literal LIMIT"),
    .init(
      .sqlProgram, "sql.program", .string, list: true, .sql, .operation, .parse, deed: true,
      "programs it makes the server run (`COPY … PROGRAM`)"),
    .init(
      .sqlFile, "sql.file", .string, list: true, .sql, .operation, .parse, deed: true,
      "server files it reads or writes"),
    .init(
      .shellProgram, "shell.program", .string, .shell, .operation, .scan, missing: true,
      "the base name of the program that runs"),
    .init(
      .shellFlag, "shell.flag", .string, list: true, .shell, .operation, .scan, deed: true,
      "its flags, known ones in their short form"),
    .init(
      .shellArgument, "shell.argument", .string, list: true, .shell, .operation, .scan, deed: true,
      "its words after the program, as the program sees them"),
    .init(
      .shellPath, "shell.path", .path, list: true, .shell, .operation, .scan, deed: true,
      "operands that may be paths and targets of redirections, normalised"),
    .init(
      .shellPrivileged, "shell.privileged", .boolean, .shell, .operation, .scan,
      "whether it runs as another user (`sudo`, `doas`, `su`)"),
    .init(
      .shellInputFrom, "shell.input-from", .string, list: true, .shell, .operation, .scan, deed: true,
      "programs whose output it reads"),
    .init(
      .shellWrites, "shell.writes", .path, list: true, .shell, .operation, .scan, deed: true,
      "paths that are written to"),
    .init(
      .shellUnknown, "shell.unknown", .boolean, .shell, .operation, .scan,
      "whether a word's value cannot be known from the line"),
    .init(
      .sshChannel, "ssh.channel",
      .enumeration(["exec", "shell", "sftp", "scp", "subsystem", "forward", "x11", "agent", "env"]), .init(.ssh),
      .operation, .scan, "the kind of channel request"),
    .init(
      .sshFileOperation, "ssh.file-operation",
      .enumeration([
        "read", "write", "remove", "rename", "list", "stat", "mkdir", "rmdir", "symlink", "chmod", "chown", "truncate",
      ]),
      .init(.ssh), .operation, .scan, missing: true, "what SFTP or SCP does to a file"),
    .init(
      .sshPath, "ssh.path", .path, list: true, .init(.ssh), .operation, .scan, deed: true, "the files it is done to"),
    .init(
      .sshForwardTo, "ssh.forward-to", .string, .init(.ssh), .operation, .scan, missing: true,
      "`HOST:PORT` of a forwarding"),
    .init(.k8sVerb, "k8s.verb", .enumeration(k8sVerbs), .init(.k8s), .operation, .scan, "the API verb"),
    .init(.k8sGroup, "k8s.group", .string, .init(.k8s), .operation, .scan, "the API group, empty for the core"),
    .init(.k8sResource, "k8s.resource", .string, .init(.k8s), .operation, .scan, missing: true, "the plural resource"),
    .init(
      .k8sSubresource, "k8s.subresource", .string, .init(.k8s), .operation, .scan, missing: true, "the subresource"),
    .init(.k8sNamespace, "k8s.namespace", .string, .init(.k8s), .operation, .scan, missing: true, "the namespace"),
    .init(.k8sName, "k8s.name", .string, .init(.k8s), .operation, .scan, missing: true, "the object's name"),
    .init(
      .k8sBody, "k8s.body", .string, list: true, keyed: true, .init(.k8s), .operation, .parse, missing: true,
      "values in the object sent, by path"),
    .init(.httpMethod, "http.method", .string, .init(.http), .operation, .scan, "the method, upper case"),
    .init(.httpHost, "http.host", .string, .init(.http), .operation, .scan, missing: true, "the host, lower case"),
    .init(.httpPath, "http.path", .path, .init(.http), .operation, .scan, "the path, decoded and normalised"),
    .init(
      .httpQuery, "http.query", .string, list: true, keyed: true, .init(.http), .operation, .scan, missing: true,
      "values of a query parameter"),
    .init(
      .httpHeader, "http.header", .string, list: true, keyed: true, .init(.http), .operation, .scan, missing: true,
      "values of a header"),
    .init(
      .httpBody, "http.body", .string, list: true, keyed: true, .init(.http), .operation, .parse, missing: true,
      "values in the body, by path"),
    .init(
      .redisCommand, "redis.command", .string, .init(.redis), .operation, .scan,
      "the command, upper case, a subcommand after a space"),
    .init(
      .redisKey, "redis.key", .string, list: true, .init(.redis), .operation, .scan, deed: true, "the keys it names"),
    .init(.mcpMethod, "mcp.method", .string, .init(.mcp), .operation, .scan, "the JSON-RPC method"),
    .init(.mcpFrom, "mcp.from", .enumeration(["client", "server"]), .init(.mcp), .operation, .scan, "which side asks"),
    .init(.mcpTool, "mcp.tool", .string, .init(.mcp), .operation, .scan, missing: true, "the tool that is called"),
    .init(
      .mcpArgument, "mcp.argument", .string, list: true, keyed: true, .init(.mcp), .operation, .parse, missing: true,
      "values in the arguments, by path"),
    .init(.mcpResource, "mcp.resource", .path, .init(.mcp), .operation, .scan, missing: true, "the resource's URI"),
    .init(.mcpPrompt, "mcp.prompt", .string, .init(.mcp), .operation, .scan, missing: true, "the prompt's name"),
    .init(
      .mcpDestructive, "mcp.destructive", .boolean, .init(.mcp), .operation, .scan,
      "whether the tool says, or by default may, destroy"),
    .init(
      .mcpChanged, "mcp.changed", .boolean, .init(.mcp), .operation, .scan,
      "whether the tool's description changed since it was approved"),
    .init(.responseRows, "response.rows", .integer, .all, .response, .free, missing: true, "rows in the response"),
    .init(.responseBytes, "response.bytes", .integer, .all, .response, .free, missing: true, "bytes of the response"),
    .init(
      .responseStatus, "response.status", .integer, .all, .response, .free, missing: true,
      "the status code or exit status"),
    .init(
      .textDetector, "text.detector", .string, list: true, .all, .operation, .parse, hidden: true,
      "detectors that found something in the payload"),
    .init(
      .responseDetector, "response.detector", .string, list: true, .all, .response, .parse, hidden: true,
      "detectors that found something in the response"),
    .init(
      .redisFlag, "redis.flag", .enumeration(redisFlags), list: true, .init(.redis), .operation, .scan,
      "what kind of command it is: `read`, `write`, `admin`, `dangerous` and others"),
    .init(
      .shellAssigns, "shell.assigns", .string, list: true, .shell, .operation, .scan, deed: true,
      "variables that are set before it or alone, as `NAME=VALUE`"),
  ]
}
