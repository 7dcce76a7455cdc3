import JSONText
import PolicyBytecode

/// The formats of logs that can be imported.
public enum ImportFormat: String, CaseIterable, Sendable {
  case kubernetes
  case postgresJSON = "postgres-json"
  case postgresCSV = "postgres-csv"
  case postgresText = "postgres-text"
  case mariaDBAudit = "mariadb-audit"
  case mySQLGeneral = "mysql-general"
  case mySQLAudit = "mysql-audit"
  case redisMonitor = "redis-monitor"
  case har
  case accessLog = "access-log"
  case mcp
  case teleport
  case cloudTrail = "cloudtrail"
  case auditd
  case asciicast
  case hoop

  public var name: String { rawValue }

  /// What it is, on one line.
  public var summary: String {
    switch self {
    case .kubernetes: "Kubernetes audit log"
    case .postgresJSON: "PostgreSQL jsonlog, pgaudit included"
    case .postgresCSV: "PostgreSQL csvlog, pgaudit included"
    case .postgresText: "PostgreSQL log as text (stderr), pgaudit included"
    case .mariaDBAudit: "MariaDB server_audit"
    case .mySQLGeneral: "MySQL or MariaDB general query log"
    case .mySQLAudit: "MySQL Enterprise or Percona audit log in JSON"
    case .redisMonitor: "output of Redis MONITOR"
    case .har: "HTTP archive (HAR 1.2) of a browser or proxy"
    case .accessLog: "access log in JSON, of nginx, Envoy and others (--map)"
    case .mcp: "transcript of MCP messages (JSON-RPC), a line each"
    case .teleport: "Teleport audit events"
    case .cloudTrail: "AWS CloudTrail events, as the API calls that they were"
    case .auditd: "Linux audit log, programs started (EXECVE)"
    case .asciicast: "asciinema recording with input (v2, v3); best effort"
    case .hoop: "exported hoop sessions"
    }
  }

  /// The protocols of which `--protocol` may choose one, where the log does not say; the first goes without it.
  public var protocols: [OperationProtocol] {
    switch self {
    case .har, .accessLog: [.http, .k8s]
    case .asciicast: [.shell, .ssh, .postgres, .mysql, .redis]
    case .hoop: [.shell, .ssh, .postgres, .mysql, .redis]
    default: []
    }
  }

  /// Whether the names of its members are the site's own.
  public var takesMapping: Bool { self == .accessLog }

  var framing: RecordFraming {
    switch self {
    case .postgresCSV: .csv
    case .postgresText: .groups(begins: PostgresTextLog.begins)
    case .mySQLGeneral: .groups(begins: MySQLGeneralLog.begins)
    case .har: .json(path: ["log", "entries"])
    case .cloudTrail: .json(path: ["Records"])
    case .mySQLAudit, .hoop: .json(path: [])
    default: .lines
    }
  }

  func importer(_ options: ImportOptions) -> any LogImporter {
    switch self {
    case .kubernetes: KubernetesAudit()
    case .postgresJSON: PostgresJSONLog()
    case .postgresCSV: PostgresCSVLog()
    case .postgresText: PostgresTextLog()
    case .mariaDBAudit: MariaDBAudit()
    case .mySQLGeneral: MySQLGeneralLog()
    case .mySQLAudit: MySQLAudit()
    case .redisMonitor: RedisMonitor()
    case .har: HARArchive()
    case .accessLog: AccessLog(options.mapping)
    case .mcp: MCPTranscript()
    case .teleport: TeleportEvents()
    case .cloudTrail: CloudTrailEvents()
    case .auditd: AuditdExecve()
    case .asciicast: Asciicast()
    case .hoop: HoopSessions()
    }
  }
}
