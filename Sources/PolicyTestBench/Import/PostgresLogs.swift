import JSONText

/// PostgreSQL's `log_destination = jsonlog`: an object a line.
struct PostgresJSONLog: LogImporter {
  private var statements = PostgresStatements()

  mutating func take(_ record: LogRecord, _ output: inout ImportOutput) {
    output.attempt(record) { output throws(ImportError) in
      let value = try record.object()
      guard let message = value["message"]?.string, let severity = value["error_severity"]?.string else {
        throw ImportError("it has no `message` or no `error_severity`")
      }
      var entry = PostgresEntry()
      entry.time = LogTime.seconds(value["timestamp"]?.string ?? "", utcOffset: output.options.utcOffset)
      entry.user = value["user"]?.word
      entry.database = value["dbname"]?.word
      entry.source = value["remote_host"]?.string.flatMap { LogAddress.address($0) }
      entry.application = value["application_name"]?.word
      entry.session = value["session_id"]?.word
      entry.id = "\(entry.session ?? output.file)/\(value["line_num"]?.word ?? String(record.line))"
      (entry.severity, entry.message, entry.statement) = (severity, message, value["statement"]?.string)
      statements.take(entry, &output)
      statements.take(detail: value["detail"]?.string ?? "", session: entry.session)
    }
  }
}

/// PostgreSQL's `log_destination = csvlog`: 23 columns and more, as its versions have them.
struct PostgresCSVLog: LogImporter {
  private var statements = PostgresStatements()

  static let leastColumns = 23

  mutating func take(_ record: LogRecord, _ output: inout ImportOutput) {
    output.attempt(record) { output throws(ImportError) in
      guard let row = CSV.fields(record.bytes) else { throw ImportError("a quote stands where none can be") }
      guard row.count >= Self.leastColumns else {
        throw ImportError("it has \(counted(row.count, "column")), not \(Self.leastColumns) or more")
      }
      var fields: [String] = []
      for field in row { fields.append(try validText(field)) }
      func field(_ index: Int) -> String? { index < fields.count && !fields[index].isEmpty ? fields[index] : nil }
      var entry = PostgresEntry()
      entry.time = LogTime.seconds(fields[0], utcOffset: output.options.utcOffset)
      (entry.user, entry.database) = (field(1), field(2))
      entry.source = field(4).flatMap { LogAddress.address($0) }
      entry.session = field(5)
      entry.id = "\(fields[5])/\(fields[6])"
      (entry.severity, entry.message, entry.statement) = (fields[11], fields[13], field(19))
      entry.application = field(22)
      statements.take(entry, &output)
      statements.take(detail: fields[14], session: entry.session)
    }
  }
}

/// PostgreSQL's log as text (`log_destination = stderr`), with any usual `log_line_prefix`: a time at its start, the
/// process in brackets, and `user@database` or `user=…,db=…,app=…,client=…`.
struct PostgresTextLog: LogImporter {
  private var statements = PostgresStatements()
  /// The error of each process whose `STATEMENT` may follow.
  private var errors = BoundedTable<PostgresEntry>(limit: ImportLimits.sessions)

  /// From where each process was connected to, which only the entry of the connection says.
  private var sources = BoundedTable<String>(limit: ImportLimits.sessions)

  private static let details = ["DETAIL", "HINT", "QUERY", "CONTEXT", "LOCATION", "BACKTRACE"]
  private static let severities = [
    "LOG", "ERROR", "FATAL", "PANIC", "WARNING", "NOTICE", "INFO", "DEBUG", "DEBUG1", "DEBUG2", "DEBUG3", "DEBUG4",
    "DEBUG5",
  ]

  /// Lines of a message after its first begin with a tab.
  static func begins(_ line: [UInt8]) -> Bool { line.first != 0x09 }

  mutating func take(_ record: LogRecord, _ output: inout ImportOutput) {
    output.attempt(record) { output throws(ImportError) in
      let text = try record.text()
      guard let (prefix, label, message) = Self.split(text) else { throw ImportError("it has no `LOG:` or its like") }
      var entry = Self.entry(prefix, output.options)
      entry.id = "\(output.file):\(record.line)"
      (entry.severity, entry.message) = (label, message)
      if let session = entry.session {
        if let source = Self.origin(message) { sources[session] = source }
        entry.source = entry.source ?? sources[session]
      }
      guard label != "STATEMENT" else {
        guard let session = entry.session, var error = errors.remove(session) else { return output.skip(.message) }
        error.statement = message
        // The error's own line was passed over as a message; it is told from this one.
        return statements.take(error, &output)
      }
      guard !Self.details.contains(label) else {
        if label == "DETAIL" { statements.take(detail: message, session: entry.session) }
        return output.skip(.message)
      }
      if ["ERROR", "FATAL", "PANIC"].contains(label), let session = entry.session { errors[session] = entry }
      statements.take(entry, &output)
    }
  }

  /// The prefix, the label and the message of an entry; the tabs that continue it are taken away.
  static func split(_ text: String) -> (prefix: Substring, label: String, message: String)? {
    let bytes = text[...].utf8
    var index = bytes.startIndex
    while let colon = bytes[index...].firstIndex(of: UInt8(ascii: ":")) {
      let after = bytes[bytes.index(after: colon)...]
      var start = colon
      while start > bytes.startIndex, Self.isLabel(bytes[bytes.index(before: start)]) {
        start = bytes.index(before: start)
      }
      let label = String(text[start..<colon])
      if after.starts(with: "  ".utf8), severities.contains(label) || details.contains(label) || label == "STATEMENT" {
        return (text[..<start], label, withoutTabs(after.dropFirst(2)))
      }
      if bytes[colon] == 0x0A { return nil }
      index = bytes.index(after: colon)
    }
    return nil
  }

  /// The address of `connection received: host=10.0.0.1 port=5000`.
  private static func origin(_ message: String) -> String? {
    let start = "connection received: host="
    guard message.hasPrefix(start) else { return nil }
    return LogAddress.address(message.dropFirst(start.count).prefix { $0 != " " })
  }

  private static func isLabel(_ byte: UInt8) -> Bool { byte &- 0x41 < 26 || byte &- 0x30 < 10 }

  /// A message without the tabs that continue it.
  private static func withoutTabs(_ message: Substring.UTF8View) -> String {
    var bytes: [UInt8] = []
    var isAtStart = false
    for byte in message {
      if byte != 0x09 || !isAtStart { bytes.append(byte) }
      isAtStart = byte == 0x0A
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func entry(_ prefix: Substring, _ options: ImportOptions) -> PostgresEntry {
    var entry = PostgresEntry()
    let words = prefix.split(separator: " ")
    if let first = words.first, first.utf8.first.map({ $0 &- 0x30 < 10 }) == true {
      entry.time =
        LogTime.epoch(first) ?? LogTime.seconds(words.prefix(3).joined(separator: " "), utcOffset: options.utcOffset)
        ?? LogTime.seconds(words.prefix(2).joined(separator: " "), utcOffset: options.utcOffset)
    }
    for word in words {
      if word.hasPrefix("["), entry.session == nil {
        entry.session = String(word.dropFirst().prefix { $0 != "]" && $0 != ":" })
      }
      let isNamed = word.contains("=")
      if !isNamed, let at = word.lastIndex(of: "@") {
        entry.user = known(word[..<at])
        entry.database = known(word[word.index(after: at)...])
      }
      guard isNamed else { continue }
      for part in word.split(separator: ",") {
        let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard pair.count == 2 else { continue }
        let value = pair[1].last == ":" ? pair[1].dropLast() : pair[1]
        switch pair[0] {
        case "user": entry.user = known(value)
        case "db", "database": entry.database = known(value)
        case "app", "application": entry.application = known(value)
        case "client", "host": entry.source = LogAddress.address(value)
        default: break
        }
      }
    }
    return entry
  }

  private static func known(_ word: Substring) -> String? { word.isEmpty || word == "[unknown]" ? nil : String(word) }
}
