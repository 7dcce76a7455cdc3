import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine

/// Linux' audit log: the programs that were started (`EXECVE`). The records of one event have its serial; they may come
/// between those of others.
struct AuditdExecve: LogImporter {
  private struct Event {
    var line: Int
    var records = 0
    /// Bytes of its records.
    var size = 0
    /// The arguments' numbers and what they are; long ones come in pieces.
    var arguments: [Int: [UInt8]] = [:]
    var count: Int?
    var fields: [String: String] = [:]
    var isExecution = false
  }

  /// Events that are not ended.
  private var open = BoundedTable<Event>(limit: .max)

  /// Events that may be open at a time; the records of one are written close to each other.
  static let openEvents = 256
  /// Arguments of a program.
  static let argumentLimit = 65_536

  mutating func take(_ record: LogRecord, _ output: inout ImportOutput) {
    output.attempt(record) { output throws(ImportError) in
      // The kernel escapes what is no text in arguments; other fields may hold anything.
      guard let (type, serial, fields) = Self.split(record.bytes) else {
        throw ImportError("it is not of the form `type=TYPE msg=audit(TIME:SERIAL): …`")
      }
      var event = open[serial] ?? Event(line: record.line)
      event.records += 1
      event.size += record.bytes.count
      event.fields["audit"] = serial
      if type == "EXECVE" {
        event.isExecution = true
        guard Self.addArguments(fields, to: &event) else {
          // The record is told of as unreadable, the others of its event count as what they are.
          event.records -= 1
          event.isExecution = false
          open.set(event, for: serial, weight: event.size)
          throw ImportError("an argument is not right")
        }
      } else if type == "SYSCALL" || type == "CWD" || type == "PROCTITLE" {
        for (name, value) in fields where Self.kept.contains(name) { event.fields[name] = Self.plain(value) }
      }
      open.set(event, for: serial, weight: event.size)
      if type == "EOE", let event = open.remove(serial) { Self.end(event, &output) }
      while open.count > Self.openEvents || open.weight > ImportLimits.openBytes {
        guard let oldest = open.removeOldest() else { return }
        Self.end(oldest, &output)
      }
    }
  }

  mutating func finish(_ output: inout ImportOutput) {
    while let event = open.removeOldest() { Self.end(event, &output) }
  }

  private static let kept: Set<String> = ["auid", "uid", "ses", "AUID", "UID", "exe", "comm", "node"]

  private static func end(_ event: Event, _ output: inout ImportOutput) {
    guard event.isExecution else { return output.skip(.event, event.records) }
    let count = event.count ?? event.arguments.count
    var words: [String] = []
    for number in 0..<count {
      guard let bytes = event.arguments[number] else {
        return output.fail(
          event.line, "argument \(number) of \(count) is not in the log", records: event.records)
      }
      guard let word = String(validating: bytes, as: UTF8.self) else {
        return output.fail(event.line, "argument \(number) is not UTF-8", records: event.records)
      }
      words.append(word)
    }
    var fixture = Fixture(protocol: .shell, payload: .text(Array(shellLine(words).utf8)))
    let stamp = event.fields["audit"] ?? ""
    fixture.id = .string(stamp)
    fixture.principal.time = LogTime.epoch(stamp.prefix { $0 != ":" })
    fixture.principal.user = user(event.fields)
    fixture.principal.target = event.fields["node"]
    if let session = event.fields["ses"], session != unset { fixture.session = session }
    fixture.missing = [.response]
    output.make(fixture)
    output.join(event.records - 1)
  }

  private static let unset = "4294967295"

  /// Who logged in, by name where the log is enriched; else whose process it is.
  private static func user(_ fields: [String: String]) -> String? {
    if let auid = fields["auid"], auid != unset, auid != "-1" { return fields["AUID"] ?? auid }
    return fields["UID"] ?? fields["uid"]
  }

  /// Adds the arguments of an `EXECVE` record; false if they are not right.
  private static func addArguments(_ fields: [(String, [UInt8])], to event: inout Event) -> Bool {
    for (name, value) in fields {
      if name == "argc" {
        guard let count = Int(String(decoding: value, as: UTF8.self)), (0...argumentLimit).contains(count) else {
          return false
        }
        event.count = count
        continue
      }
      // `a0`, and of long ones `a0_len` and `a0[0]`, `a0[1]`, …
      guard name.hasPrefix("a"), !name.hasSuffix("_len"),
        let number = Int(name.dropFirst().prefix { $0 != "[" }), (0..<argumentLimit).contains(number)
      else { continue }
      guard let bytes = argument(value) else { return false }
      event.arguments[number, default: []] += bytes
    }
    return true
  }

  /// A value in quotes, or in hexadecimal digits.
  private static func argument(_ value: [UInt8]) -> [UInt8]? {
    if value.first == UInt8(ascii: "\"") {
      return value.count > 1 && value.last == UInt8(ascii: "\"") ? Array(value.dropFirst().dropLast()) : nil
    }
    guard value.count.isMultiple(of: 2), !value.isEmpty else { return nil }
    var bytes: [UInt8] = []
    for start in stride(from: 0, to: value.count, by: 2) {
      guard let byte = UInt8(String(decoding: value[start..<start + 2], as: UTF8.self), radix: 16) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  private static func plain(_ value: [UInt8]) -> String {
    let isQuoted = value.count > 1 && value.first == UInt8(ascii: "\"") && value.last == UInt8(ascii: "\"")
    return String(decoding: isQuoted ? value.dropFirst().dropLast() : value[...], as: UTF8.self)
  }

  /// A record's type, `TIME:SERIAL`, and its fields, those that `ENRICHED` adds included.
  static func split(_ line: [UInt8]) -> (type: String, serial: String, fields: [(String, [UInt8])])? {
    var fields: [(String, [UInt8])] = []
    var type: String?
    var serial: String?
    var rest = line[...]
    while !rest.isEmpty {
      rest = rest.drop { $0 == 0x20 || $0 == 0x1D || $0 == 0x0A || $0 == 0x0D }
      let name = rest.prefix { $0 != UInt8(ascii: "=") && $0 != 0x20 && $0 != 0x1D }
      rest = rest.dropFirst(name.count)
      guard rest.first == UInt8(ascii: "=") else { continue }
      rest = rest.dropFirst()
      let value: ArraySlice<UInt8>
      if rest.first == UInt8(ascii: "\"") {
        let end = rest.dropFirst().firstIndex(of: UInt8(ascii: "\"")) ?? rest.endIndex - 1
        value = rest[...end]
      } else {
        value = rest.prefix { $0 != 0x20 && $0 != 0x1D }
      }
      rest = rest[value.endIndex...]
      let word = String(decoding: name, as: UTF8.self)
      if word == "type", type == nil {
        type = String(decoding: value, as: UTF8.self)
      } else if word == "msg", serial == nil, value.starts(with: "audit(".utf8),
        let end = value.firstIndex(of: UInt8(ascii: ")"))
      {
        serial = String(decoding: value[(value.startIndex + "audit(".utf8.count)..<end], as: UTF8.self)
      } else {
        fields.append((word, Array(value)))
      }
    }
    guard let type, let serial, serial.contains(":") else { return nil }
    return (type, serial, fields)
  }
}
