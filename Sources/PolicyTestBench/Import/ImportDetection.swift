import JSONText

extension ImportFormat {
  /// Bytes of a record that is looked at.
  private static let recordBytes = 1 << 20
  /// Records that are looked at; all must be of the format.
  private static let recordsLookedAt = 20

  /// The formats that a file may have, by its first records.
  public static func detect(_ path: String) throws(FileError) -> [ImportFormat] {
    var found: [ImportFormat] = []
    for format in allCases where try format.fits(path) { found.append(format) }
    return found
  }

  /// Whether the first records of a file look like the format's, one of them at least.
  private func fits(_ path: String) throws(FileError) -> Bool {
    let records = try framing.open(path, limit: Self.recordBytes)
    var seen = 0
    while seen < Self.recordsLookedAt, let result = try records.next() {
      guard case .record(let record) = result else { return false }
      if record.isBlank || isHeader(record) { continue }
      guard recognises(record, isFirst: seen == 0) else { return false }
      seen += 1
    }
    return seen > 0
  }

  /// Whether a record is one that says nothing of the format.
  private func isHeader(_ record: LogRecord) -> Bool {
    switch self {
    case .mySQLGeneral: MySQLGeneralLog.isHeader(record.bytes)
    case .redisMonitor: record.bytes == Array("OK".utf8)
    case .asciicast: record.bytes.first == UInt8(ascii: "#")
    default: false
    }
  }

  private func recognises(_ record: LogRecord, isFirst: Bool) -> Bool {
    switch self {
    case .postgresCSV: CSV.fields(record.bytes).map { $0.count >= PostgresCSVLog.leastColumns } ?? false
    case .postgresText: (try? record.text()).flatMap(PostgresTextLog.split) != nil
    case .mySQLGeneral: (try? record.text()).map(MySQLGeneralLog.isRecord) ?? false
    case .redisMonitor: (try? record.text()).flatMap(RedisMonitor.split) != nil
    case .mariaDBAudit: (try? record.text()).map(MariaDBAudit.isRecord) ?? false
    case .auditd: AuditdExecve.split(record.bytes) != nil
    default: (try? record.json()).map { recognises($0, isFirst: isFirst) } ?? false
    }
  }

  private func recognises(_ value: JSONValue, isFirst: Bool) -> Bool {
    func has(_ names: String...) -> Bool { names.allSatisfy { value[$0] != nil } }
    switch self {
    case .kubernetes: return has("auditID", "verb", "requestURI")
    case .postgresJSON: return has("error_severity", "backend_type")
    case .mySQLAudit: return has("audit_record") || has("class", "connection_id", "timestamp")
    case .har: return has("request", "response", "startedDateTime")
    case .accessLog:
      return !has("auditID") && !has("eventSource") && !has("event", "code") && AccessLog.recognises(value)
    case .mcp: return has("jsonrpc") || value["message"]?["jsonrpc"] != nil
    case .teleport: return has("event", "code", "time")
    case .cloudTrail: return has("eventSource", "eventName")
    case .asciicast: return isFirst ? has("version", "width") || has("version", "term") : value.array?.count ?? 0 >= 3
    case .hoop: return has("connection", "user") && (has("event_stream") || has("script"))
    default: return false
    }
  }
}
