import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine

/// Recordings of asciinema (asciicast v2 and v3) that hold input. Lines are put together of what was typed; what they
/// were typed to — a shell, a program, a password prompt — is not known.
struct Asciicast: LogImporter {
  private var version = 0
  private var start: Int64?
  private var user: String?
  private var elapsed = 0.0
  private var line = TerminalLine()
  /// Events whose input is part of the line at hand.
  private var events = 0

  mutating func take(_ record: LogRecord, _ output: inout ImportOutput) {
    output.attempt(record) { output throws(ImportError) in
      if version == 3, record.bytes.first == UInt8(ascii: "#") { return output.skip(.header) }
      let value = try record.json()
      guard version > 0 else { return try begin(value, &output) }
      guard let event = value.array, event.count >= 3, case .number(let digits) = event[0], let time = Double(digits),
        let kind = event[1].string
      else { throw ImportError("expected an event, `[TIME, KIND, DATA]`") }
      elapsed = version == 3 ? elapsed + time : time
      guard kind == "i" else { return output.skip(.output) }
      guard let typed = event[2].string else { throw ImportError("the input is no text") }
      events += 1
      take(line.take(typed), record, &output)
    }
  }

  mutating func finish(_ output: inout ImportOutput) {
    output.skip(.typing, events)
    events = 0
  }

  private mutating func begin(_ header: JSONValue, _ output: inout ImportOutput) throws(ImportError) {
    guard case .number(let digits)? = header["version"], let version = Int(digits), version == 2 || version == 3 else {
      throw ImportError("expected the header of an asciicast of version 2 or 3")
    }
    self.version = version
    start = header["timestamp"]?.word.flatMap { LogTime.epoch($0) }
    user = header.at("env", "USER")?.word ?? header.at("env", "LOGNAME")?.word
    output.skip(.header)
  }

  /// The events so far are those of the lines that ended; an event that ended none goes with the line after it.
  private mutating func take(
    _ results: [TerminalLine.Result], _ record: LogRecord, _ output: inout ImportOutput
  ) {
    guard !results.isEmpty || !line.isOpen else { return }
    var fixtures: [Fixture] = []
    for case .line(let text) in results { fixtures.append(fixture(text, record, output)) }
    // Several lines in one event have an id each.
    for index in fixtures.indices.dropFirst() { fixtures[index].id = output.id(record.line, part: index + 1) }
    if fixtures.isEmpty {
      output.skip(.typing, events)
    } else {
      output.make(fixtures)
      output.join(events - 1)
    }
    events = 0
  }

  private func fixture(_ text: String, _ record: LogRecord, _ output: ImportOutput) -> Fixture {
    var fixture = Fixture(protocol: output.options.protocol ?? .shell, payload: .text(Array(text.utf8)))
    fixture.id = output.id(record.line)
    fixture.session = output.file
    fixture.principal.time = start.map { $0 + Int64(min(max(elapsed, 0), 1e9)) }
    fixture.principal.user = user
    fixture.missing = [.response, .screen]
    return fixture
  }
}
