import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine

/// Exports of hoop sessions: an object each, in an array or one a line. A session that ran a script is one fixture; an
/// interactive one has a fixture for each piece of input, answered by the output up to the next.
struct HoopSessions: LogImporter {
  mutating func take(_ record: LogRecord, _ output: inout ImportOutput) {
    output.attempt(record) { output throws(ImportError) in
      let session = try record.object()
      guard session["connection"]?.word != nil || session["event_stream"] != nil else {
        throw ImportError("it has no `connection` and no `event_stream`")
      }
      guard let spoken = output.options.protocol ?? Self.spoken(session) else { return output.skip(.dialect) }
      let events = try Self.events(session["event_stream"])
      var fixtures: [Fixture] = []
      if let script = Self.script(session), !script.isEmpty {
        let answer = events.filter { $0.kind != "i" }.map(\.text).joined()
        fixtures.append(Self.fixture(session, spoken, script, events.isEmpty ? nil : answer, at: 0))
      } else {
        for (index, event) in events.enumerated() where event.kind == "i" && !event.text.isEmpty {
          let answer = events[(index + 1)...].prefix { $0.kind != "i" }.map(\.text).joined()
          fixtures.append(Self.fixture(session, spoken, event.text, answer, at: event.time))
        }
      }
      guard !fixtures.isEmpty else { return output.skip(.text) }
      for index in fixtures.indices {
        fixtures[index].id =
          session["id"]?.word.map { .string(fixtures.count == 1 ? $0 : "\($0)/\(index + 1)") }
          ?? output.id(record.line)
      }
      output.make(fixtures)
    }
  }

  private static func fixture(
    _ session: JSONValue, _ spoken: OperationProtocol, _ text: String, _ answer: String?, at time: Double
  ) -> Fixture {
    var fixture = Fixture(protocol: spoken, payload: .text(Array(text.utf8)))
    fixture.session = session["id"]?.word
    fixture.principal.user = session["user"]?.word ?? session["user_id"]?.word
    fixture.principal.target = session["connection"]?.word
    let start = session["start_date"]?.string.flatMap { LogTime.seconds($0, utcOffset: 0) }
    fixture.principal.time = start.map { $0 + Int64(min(max(time, 0), 1e9)) }
    switch session["identity_type"]?.string {
    case "machine", "service", "service_account": fixture.principal.actor = "service"
    case "agent": fixture.principal.actor = "agent"
    default: break
    }
    if let answer { fixture.response = .string(answer) } else { fixture.missing.insert(.response) }
    return fixture
  }

  private static func spoken(_ session: JSONValue) -> OperationProtocol? {
    switch (session["connection_subtype"]?.word ?? session["type"]?.word ?? "").lowercased() {
    case "postgres", "postgresql": .postgres
    case "mysql", "mariadb": .mysql
    case "redis": .redis
    case "ssh": .ssh
    case "", "bash", "shell", "custom", "command-line", "linux-vm", "docker", "kubernetes", "kubernetes-exec", "k8s":
      .shell
    default: nil
    }
  }

  /// The script, which stands as it is or as `data`.
  private static func script(_ session: JSONValue) -> String? {
    session["script"]?.string ?? session.at("script", "data")?.string
  }

  private static func events(
    _ stream: JSONValue?
  ) throws(ImportError) -> [(time: Double, kind: String, text: String)] {
    var events: [(time: Double, kind: String, text: String)] = []
    for event in stream?.array ?? [] {
      guard let parts = event.array, parts.count >= 3, let kind = parts[1].string, let data = parts[2].string else {
        throw ImportError("`event_stream` must hold events, `[TIME, KIND, BASE64]`")
      }
      guard let bytes = Base64.bytes(data) else { throw ImportError("an event of `event_stream` is not Base64") }
      events.append((Double(parts[0].word ?? "") ?? 0, kind, try validText(bytes)))
    }
    return events
  }
}
