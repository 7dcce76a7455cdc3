import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine

/// The general query log of MySQL and MariaDB: `TIME<tab>THREAD COMMAND<tab>ARGUMENT`, an argument going on in the lines
/// after it. Who it was is said when a thread connects.
struct MySQLGeneralLog: LogImporter {
  private struct Connection {
    var user: String?
    var source: String?
    var database: String?
    /// It sent an `EXECUTE`, which is logged once more as what it executes.
    var executes = false
  }

  private var connections = BoundedTable<Connection>(limit: ImportLimits.sessions)
  /// MariaDB writes the time where it changes only.
  private var time: Int64?

  /// The parts of a record's first line.
  private struct Head {
    var time: Substring
    var thread: Substring
    var command: String
    var argument: Substring
  }

  private static let commands: Set<String> = [
    "Sleep", "Quit", "Init DB", "Query", "Field List", "Create DB", "Drop DB", "Refresh", "Shutdown", "Statistics",
    "Processlist", "Connect", "Kill", "Debug", "Ping", "Time", "Delayed insert", "Change user", "Binlog Dump",
    "Table Dump", "Connect Out", "Register Slave", "Register Replica", "Prepare", "Execute", "Long Data", "Close stmt",
    "Reset stmt", "Set option", "Fetch", "Daemon", "Binlog Dump GTID", "Reset Connection", "Slave_worker", "Slave_IO",
    "Slave_SQL", "Bulk_execute", "clone",
  ]

  /// Whether a line begins a record; all others go on with the one before.
  static func begins(_ line: [UInt8]) -> Bool {
    guard line.first == 0x09 || line.first.map({ $0 &- 0x30 < 10 }) == true else { return isHeader(line) }
    // The command ends within its first 100 bytes.
    guard let text = String(validating: line.prefix(100).prefix(while: { $0 < 0x80 }), as: UTF8.self) else {
      return false
    }
    return head(text) != nil
  }

  /// What a server writes when it starts.
  static func isHeader(_ line: some Collection<UInt8>) -> Bool {
    line.starts(with: "Tcp port:".utf8) || line.starts(with: "Time ".utf8)
      || String(decoding: line.prefix(4_096), as: UTF8.self).hasSuffix("started with:")
  }

  static func isRecord(_ text: String) -> Bool { head(text) != nil }

  mutating func take(_ record: LogRecord, _ output: inout ImportOutput) {
    output.attempt(record) { output throws(ImportError) in
      if Self.isHeader(record.bytes) { return output.skip(.header) }
      let text = try record.text()
      guard let head = Self.head(text) else {
        throw ImportError("it is not of the form `TIME<tab>THREAD COMMAND<tab>ARGUMENT`")
      }
      if !head.time.isEmpty { time = LogTime.seconds(head.time, utcOffset: output.options.utcOffset) }
      let thread = String(head.thread)
      switch head.command {
      case "Connect", "Change user":
        connections[thread] = Self.connection(head.argument)
        output.skip(.connection)
      case "Quit":
        connections.remove(thread)
        output.skip(.connection)
      case "Init DB":
        connections[thread, default: Connection()].database = String(head.argument)
        output.skip(.event)
      case "Prepare": output.skip(.prepared)
      case "Query":
        connections[thread, default: Connection()].executes = Self.isExecute(head.argument)
        make(thread, head.argument, record, &output)
      case "Execute":
        if connections[thread]?.executes == true {
          connections[thread, default: Connection()].executes = false
          return output.join()
        }
        make(thread, head.argument, record, &output)
      case "Create DB": make(thread, "CREATE DATABASE `\(head.argument)`", record, &output)
      case "Drop DB": make(thread, "DROP DATABASE `\(head.argument)`", record, &output)
      default: output.skip(.event)
      }
    }
  }

  private func make(_ thread: String, _ statement: Substring, _ record: LogRecord, _ output: inout ImportOutput) {
    let connection = connections[thread]
    var fixture = Fixture(protocol: .mysql, payload: .text(Array(statement.utf8)))
    fixture.id = output.id(record.line)
    fixture.session = thread
    fixture.principal.time = time
    fixture.principal.user = connection?.user
    fixture.principal.source = connection?.source
    fixture.principal.target = connection?.database
    fixture.missing = [.response]
    output.make(fixture)
  }

  private static func isExecute(_ statement: Substring) -> Bool {
    let word = statement.utf8.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 }.prefix { ($0 | 0x20) &- 0x61 < 26 }
    return String(Substring(word)).lowercased() == "execute"
  }

  private static func head(_ text: String) -> Head? {
    // MySQL 8 has one tab behind the time, MariaDB two where there is none.
    guard let tab = text.firstIndex(of: "\t") else { return nil }
    let rest = text[text.index(after: tab)...].drop { $0 == "\t" }
    let words = rest.drop { $0 == " " }
    let thread = words.prefix { $0 >= "0" && $0 <= "9" }
    guard !thread.isEmpty, words.dropFirst(thread.count).first == " ",
      let end = words.firstIndex(of: "\t")
    else { return nil }
    let command = String(words[..<end].dropFirst(thread.count + 1))
    guard commands.contains(command) else { return nil }
    return Head(time: text[..<tab], thread: thread, command: command, argument: words[words.index(after: end)...])
  }

  /// `ana@10.0.0.1 on shop using TCP/IP`
  private static func connection(_ argument: Substring) -> Connection {
    var connection = Connection()
    let words = argument.split(separator: " ", omittingEmptySubsequences: false)
    guard let first = words.first, let at = first.lastIndex(of: "@"), !argument.hasPrefix("Access denied") else {
      return connection
    }
    connection.user = String(first[..<at])
    connection.source = LogAddress.address(first[first.index(after: at)...])
    if words.count > 2, words[1] == "on" || words[1] == "as", !words[2].isEmpty, words[2] != "using" {
      connection.database = String(words[2])
    }
    return connection
  }
}
