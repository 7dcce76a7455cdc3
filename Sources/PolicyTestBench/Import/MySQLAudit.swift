import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine

/// The audit logs of MySQL Enterprise (an array of events) and Percona Server (an object a line) in JSON.
struct MySQLAudit: LogImporter {
  mutating func take(_ record: LogRecord, _ output: inout ImportOutput) {
    output.attempt(record) { output throws(ImportError) in
      let event = try record.object()
      if let percona = event["audit_record"] {
        try Self.takePercona(percona, record, &output)
      } else {
        try Self.takeEvent(event, record, &output)
      }
    }
  }

  private static func takeEvent(
    _ event: JSONValue, _ record: LogRecord, _ output: inout ImportOutput
  ) throws(ImportError) {
    guard let kind = event["class"]?.word else { throw ImportError("it has no `class`") }
    switch kind {
    case "general": break
    case "connection": return output.skip(.connection)
    case "table_access": return output.skip(.table)
    default: return output.skip(.event)
    }
    let data = event["general_data"]
    let command = data?["command"]?.word ?? ""
    guard command != "Prepare" else { return output.skip(.prepared) }
    guard command == "Query" || command == "Execute" else { return output.skip(.event) }
    guard let query = data?["query"]?.string ?? event.at("query_data", "query")?.string else {
      return output.skip(.text)
    }
    var fixture = statement(query)
    fixture.id = output.id(record.line)
    fixture.session = event["connection_id"]?.word
    fixture.principal.time = event["timestamp"]?.string.flatMap { LogTime.seconds($0, utcOffset: 0) }
    fixture.principal.user = event.at("login", "user")?.word ?? event.at("account", "user")?.word
    fixture.principal.source = event.at("login", "ip")?.string.flatMap { LogAddress.address($0) }
    output.make(fixture)
  }

  private static func takePercona(
    _ event: JSONValue, _ record: LogRecord, _ output: inout ImportOutput
  ) throws(ImportError) {
    guard let name = event["name"]?.word else { throw ImportError("it has no `name`") }
    switch name {
    case "Query", "Execute": break
    case "Connect", "Quit", "Change user": return output.skip(.connection)
    case "Prepare": return output.skip(.prepared)
    default: return output.skip(.event)
    }
    guard let query = event["sqltext"]?.word else { return output.skip(.text) }
    var fixture = statement(query)
    fixture.id = event["record"]?.word.map { .string($0) } ?? output.id(record.line)
    fixture.session = event["connection_id"]?.word
    fixture.principal.time = event["timestamp"]?.string.flatMap {
      LogTime.seconds($0, utcOffset: output.options.utcOffset)
    }
    // `ana[ana] @ web [10.0.0.1]`
    fixture.principal.user = event["user"]?.word.map { String($0.prefix { $0 != "[" && $0 != " " }) }
    fixture.principal.source = event["ip"]?.string.flatMap { LogAddress.address($0) }
    fixture.principal.target = event["db"]?.word
    output.make(fixture)
  }

  /// A statement; the values of a prepared one are not logged.
  private static func statement(_ query: String) -> Fixture {
    var fixture = Fixture(protocol: .mysql, payload: .text(Array(query.utf8)))
    fixture.missing = query.contains("?") ? [.response, .literals] : [.response]
    return fixture
  }
}
