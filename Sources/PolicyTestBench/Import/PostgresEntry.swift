import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine

/// One entry of a PostgreSQL server's log, whichever form it has.
struct PostgresEntry {
  var time: Int64?
  var user: String?
  var database: String?
  var source: String?
  var application: String?
  /// The server process's session; an entry of none has nil.
  var session: String?
  /// What reports call it.
  var id = ""
  var severity = ""
  var message = ""
  /// The statement that an error is about.
  var statement: String?
}

/// What a message of the server says of a statement.
enum PostgresMessage: Equatable {
  case statement(String, isExecution: Bool)
  case prepared
  case duration
  case audit(PostgresAudit)
  case connection
  case other

  init(_ message: String) {
    var rest = message[...]
    let isTimed = rest.hasPrefix("duration: ")
    if isTimed {
      // `duration: 0.103 ms  statement: …`, or nothing behind the time.
      guard let end = rest.end(of: " ms  ") else {
        self = .duration
        return
      }
      rest = rest[end...]
    }
    if rest.hasPrefix("statement: ") {
      self = .statement(String(rest.dropFirst("statement: ".count)), isExecution: false)
    } else if rest.hasPrefix("execute fetch from ") {
      self = .prepared
    } else if rest.hasPrefix("execute "), let end = rest.end(of: ": ") {
      self = .statement(String(rest[end...]), isExecution: true)
    } else if isTimed, rest.hasPrefix("parse ") || rest.hasPrefix("bind ") {
      self = .prepared
    } else if rest.hasPrefix("AUDIT: ") {
      self = PostgresAudit(rest.dropFirst("AUDIT: ".count)).map { .audit($0) } ?? .other
    } else if rest.hasPrefix("connection ") || rest.hasPrefix("disconnection: ") {
      self = .connection
    } else {
      self = .other
    }
  }
}

extension Substring {
  /// Where the text behind the first `needle` begins.
  fileprivate func end(of needle: String) -> Index? {
    var start = startIndex
    let (bytes, wanted) = (utf8, needle.utf8)
    while let first = wanted.first, let hit = bytes[start...].firstIndex(of: first) {
      if bytes[hit...].starts(with: wanted) { return bytes.index(hit, offsetBy: wanted.count) }
      start = bytes.index(after: hit)
    }
    return nil
  }
}

/// What pgaudit writes behind `AUDIT: `, as comma-separated values: `SESSION,1,1,READ,SELECT,TABLE,public.orders,"SELECT …",<none>`.
struct PostgresAudit: Equatable {
  /// Counts the statements of a session; what a statement runs in turn has the number of it.
  var statementNumber: String
  /// Such as `SELECT`, of the part that the entry is about.
  var command: String
  var statement: String
  /// The values that the statement was given, or why there are none.
  var parameters: String

  init?(_ text: some StringProtocol) {
    guard let fields = CSV.fields(text.utf8), fields.count >= 9 else { return nil }
    let words = fields.map { String(decoding: $0, as: UTF8.self) }
    guard words[0] == "SESSION" || words[0] == "OBJECT" else { return nil }
    (statementNumber, command, statement, parameters) = (words[1], words[4], words[7], words[8])
  }
}

/// Makes fixtures of a PostgreSQL server's entries.
///
/// One statement may be logged several times: by `log_statement`, by pgaudit (before it, if it is of the extended
/// protocol), and with the error that it ended in. What comes again in a session right after itself is joined; so are
/// the statements that one runs in turn, and those of one batch, which pgaudit writes apart.
struct PostgresStatements {
  /// What a session sent last, by the hashes of its text.
  private struct Last {
    var text: Int
    /// What an `EXECUTE` executes: pgaudit writes that instead.
    var prepared: Int?
    /// The number that pgaudit gave it, and the commands that it found in it.
    var audited: String?
    var commands: Set<String> = []
    /// It was logged by `log_statement`; as an execution, of which each has an entry of pgaudit.
    var isLogged = false
    var isExecution = false
    var awaitsError = true

    func isText(_ other: String) -> Bool { text == other.hashValue || prepared == other.hashValue }
  }

  private var sessions = BoundedTable<Last>(limit: ImportLimits.sessions)

  mutating func take(_ entry: PostgresEntry, _ output: inout ImportOutput) {
    switch PostgresMessage(entry.message) {
    case .statement(let text, let isExecution): take(text, isExecution: isExecution, entry, &output)
    case .audit(let audit): take(audit, entry, &output)
    case .prepared: output.skip(.prepared)
    case .duration: output.skip(.duration)
    case .connection:
      if entry.message.hasPrefix("disconnection: "), let session = entry.session { sessions.remove(session) }
      output.skip(.connection)
    case .other:
      guard ["ERROR", "FATAL", "PANIC"].contains(entry.severity), let text = entry.statement, !text.isEmpty else {
        return output.skip(.message)
      }
      if let session = entry.session, var last = sessions[session], last.isText(text), last.awaitsError {
        last.awaitsError = false
        sessions[session] = last
        return output.join()
      }
      remember(Last(text: text.hashValue, awaitsError: false), entry)
      make(entry, text, hasPlaceholder(text), &output)
    }
  }

  /// What the statement that a session sent last executes, as its detail says.
  mutating func take(detail: String, session: String?) {
    guard detail.hasPrefix("prepare: "), let session, var last = sessions[session] else { return }
    last.prepared = String(detail.dropFirst("prepare: ".count)).hashValue
    sessions[session] = last
  }

  private mutating func take(
    _ text: String, isExecution: Bool, _ entry: PostgresEntry, _ output: inout ImportOutput
  ) {
    if isExecution, let session = entry.session, var last = sessions[session], !last.isLogged, last.isText(text) {
      (last.isLogged, last.isExecution) = (true, true)
      sessions[session] = last
      return output.join()
    }
    remember(Last(text: text.hashValue, isLogged: true, isExecution: isExecution), entry)
    make(entry, text, isExecution && hasPlaceholder(text), &output)
  }

  private mutating func take(_ audit: PostgresAudit, _ entry: PostgresEntry, _ output: inout ImportOutput) {
    if audit.statement == "<previously logged>" { return output.join() }
    guard audit.statement != "<not logged>" else { return output.skip(.text) }
    if let session = entry.session, var last = sessions[session] {
      let isPart = last.audited == audit.statementNumber
      // A batch that was logged by itself has one entry, and one from pgaudit for each of its statements.
      let isSame =
        last.isText(audit.statement)
        && (last.audited == nil || last.isLogged && !last.isExecution || !last.commands.contains(audit.command))
      if isPart || isSame {
        last.audited = audit.statementNumber
        last.commands.insert(audit.command)
        sessions[session] = last
        return output.join()
      }
    }
    remember(
      Last(text: audit.statement.hashValue, audited: audit.statementNumber, commands: [audit.command]), entry)
    make(entry, audit.statement, audit.parameters != "<none>" && hasPlaceholder(audit.statement), &output)
  }

  private mutating func remember(_ last: Last, _ entry: PostgresEntry) {
    if let session = entry.session { sessions[session] = last }
  }

  private func make(_ entry: PostgresEntry, _ text: String, _ lacksValues: Bool, _ output: inout ImportOutput) {
    var fixture = Fixture(protocol: .postgres, payload: .text(Array(text.utf8)))
    fixture.id = .string(entry.id)
    fixture.session = entry.session
    fixture.principal.time = entry.time
    fixture.principal.user = entry.user
    fixture.principal.target = entry.database
    fixture.principal.source = entry.source
    fixture.principal.client = entry.application
    fixture.missing = lacksValues ? [.response, .literals] : [.response]
    output.make(fixture)
  }

  /// Whether a statement has a place for a value, `$1`.
  private func hasPlaceholder(_ text: String) -> Bool {
    var isDollar = false
    for byte in text.utf8 {
      if isDollar, byte &- 0x31 < 9 { return true }
      isDollar = byte == UInt8(ascii: "$")
    }
    return false
  }
}
