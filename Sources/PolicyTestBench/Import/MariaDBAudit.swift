import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine

/// The log of MariaDB's plugin `server_audit`:
/// `20261120 10:00:00,db1,ana,10.1.1.4,7,42,QUERY,shop,'DELETE FROM orders',0`.
struct MariaDBAudit: LogImporter {
  mutating func take(_ record: LogRecord, _ output: inout ImportOutput) {
    output.attempt(record) { output throws(ImportError) in
      let text = try record.text()
      let fields = text.split(separator: ",", maxSplits: 8, omittingEmptySubsequences: false)
      guard fields.count == 9, Self.operations.contains(fields[6]) else {
        throw ImportError("it is not of the form `TIME,SERVER,USER,HOST,CONNECTION,QUERY,OPERATION,DATABASE,…`")
      }
      switch fields[6] {
      case "CONNECT", "DISCONNECT", "FAILED_CONNECT", "CHANGEUSER": return output.skip(.connection)
      case "QUERY": break
      default: return output.skip(.table)
      }
      guard let statement = Self.statement(fields[8]) else {
        throw ImportError("the statement does not stand in quotes; it may be cut (`server_audit_query_log_limit`)")
      }
      let query = try validText(statement)
      guard !query.isEmpty else { return output.skip(.text) }
      var fixture = Fixture(protocol: .mysql, payload: .text(statement))
      fixture.id = .string("\(fields[4])/\(fields[5])")
      fixture.session = String(fields[4])
      fixture.principal.time = LogTime.seconds(fields[0], utcOffset: output.options.utcOffset)
      fixture.principal.user = fields[2].isEmpty ? nil : String(fields[2])
      fixture.principal.source = LogAddress.address(fields[3])
      fixture.principal.target = fields[7].isEmpty ? nil : String(fields[7])
      // The values of a prepared statement are not logged; passwords come out as stars.
      let lacksValues = query.contains("?") || query.contains("*****")
      fixture.missing = lacksValues ? [.response, .literals] : [.response]
      output.make(fixture)
    }
  }

  static let operations: Set<Substring> = [
    "CONNECT", "DISCONNECT", "FAILED_CONNECT", "CHANGEUSER", "QUERY", "READ", "WRITE", "CREATE", "ALTER", "DROP",
    "RENAME",
  ]

  static func isRecord(_ text: String) -> Bool {
    let fields = text.split(separator: ",", maxSplits: 8, omittingEmptySubsequences: false)
    return fields.count == 9 && operations.contains(fields[6])
  }

  /// The statement of `'…',CODE`, without its escapes; nil if its quotes are not right.
  private static func statement(_ field: Substring) -> [UInt8]? {
    var rest = field.utf8[...]
    guard rest.popFirst() == UInt8(ascii: "'") else { return nil }
    var text: [UInt8] = []
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "'") {
        guard rest.popFirst() == UInt8(ascii: ","), !rest.isEmpty,
          rest.allSatisfy({ $0 &- 0x30 < 10 || $0 == UInt8(ascii: "-") })
        else { return nil }
        return text
      }
      guard byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() else {
        text.append(byte)
        continue
      }
      switch escaped {
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "r"): text.append(0x0D)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "0"): text.append(0x00)
      default: text.append(escaped)
      }
    }
    return nil
  }
}
