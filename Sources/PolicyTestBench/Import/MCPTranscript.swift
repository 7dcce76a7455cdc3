import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine

/// Transcripts of the Model Context Protocol: a JSON-RPC message a line, of either side, or an object that holds one as
/// `message` beside `time`, `from` (`client`, `server`) and `session`.
///
/// Requests and their answers are joined by `id`, in each direction by itself. Requests go out in their order, so that
/// one that is not answered holds the others back up to the limit.
struct MCPTranscript: LogImporter {
  /// A request that waits for its answer, or for those before it.
  private struct Waiting {
    var fixture: Fixture
    var key: String?
    var isAnswered: Bool
    var size: Int
  }

  private var queue: [Waiting] = []
  private var first = 0
  /// Where in the queue, counted from the first request of the log, the request of an id stands.
  private var positions: [String: Int] = [:]
  private var removed = 0
  private var openBytes = 0
  /// The client program of each session, as it introduced itself.
  private var clients = BoundedTable<String>(limit: ImportLimits.sessions)

  mutating func take(_ record: LogRecord, _ output: inout ImportOutput) {
    output.attempt(record) { output throws(ImportError) in
      let value = try record.json()
      let wrapped = value["message"].flatMap { $0.array != nil || $0["jsonrpc"] != nil ? $0 : nil }
      let message = wrapped ?? value
      let messages = message.array ?? [message]
      guard !messages.isEmpty, messages.allSatisfy({ $0["jsonrpc"]?.string == "2.0" }) else {
        throw ImportError("it is no JSON-RPC message: `jsonrpc` is not \"2.0\"")
      }
      let session = wrapped == nil ? nil : value["session"]?.word ?? value["sessionId"]?.word
      if let result = message["result"] ?? message["error"], message["method"] == nil {
        let answer = message["result"] == nil ? JSONValue.object([.init("error", result)]) : result
        return self.answer(answer, message["id"], Self.side(value, wrapped), session, record.bytes.count, &output)
      }
      guard message.array != nil || message["method"]?.string != nil else {
        throw ImportError("it is no JSON-RPC message: it has neither `method` nor `result` nor `error`")
      }
      var fixture = Fixture(protocol: .mcp, payload: .message(message))
      fixture.id = output.id(record.line)
      fixture.session = session ?? output.file
      if wrapped != nil {
        let time = value["time"]?.word ?? value["timestamp"]?.word
        fixture.principal.time = time.flatMap {
          LogTime.epoch($0) ?? LogTime.seconds($0, utcOffset: output.options.utcOffset)
        }
        fixture.principal.user = value["user"]?.word
        fixture.principal.target = value["server"]?.word ?? value["target"]?.word
      }
      if let name = message.at("params", "clientInfo", "name")?.word { clients[session ?? ""] = name }
      fixture.principal.client = clients[session ?? ""]
      ask(fixture, message, Self.side(value, wrapped) ?? Self.usualSide(message), session, record.bytes.count, &output)
    }
  }

  mutating func finish(_ output: inout ImportOutput) {
    for index in queue.indices { queue[index].isAnswered = true }
    release(&output)
  }

  private mutating func ask(
    _ fixture: Fixture, _ message: JSONValue, _ side: String, _ session: String?, _ size: Int,
    _ output: inout ImportOutput
  ) {
    var waiting = Waiting(fixture: fixture, key: nil, isAnswered: true, size: size)
    if let id = message["id"], id != .null {
      waiting.fixture.missing.insert(.response)
      waiting.isAnswered = false
      waiting.key = Self.key(side, session, id)
    } else if message.array != nil {
      waiting.fixture.missing.insert(.response)
    }
    // An id that comes again belongs to the later request.
    if let key = waiting.key {
      if let earlier = positions[key] { settle(earlier) }
      positions[key] = removed + queue.count - first
    }
    queue.append(waiting)
    openBytes += size
    release(&output)
    while queue.count - first > ImportLimits.openRequests || openBytes > ImportLimits.openBytes, first < queue.count {
      settle(removed)
      release(&output)
    }
  }

  private mutating func answer(
    _ answer: JSONValue, _ id: JSONValue?, _ side: String?, _ session: String?, _ size: Int,
    _ output: inout ImportOutput
  ) {
    guard let id else { return output.skip(.answer) }
    // The answer of a server is to a request of the client. Where nobody says whose it is, its members do.
    let asker = side.map { $0 == "server" ? "client" : "server" } ?? (Self.isClientAnswer(answer) ? "server" : "client")
    let other = asker == "client" ? "server" : "client"
    let keys = side == nil ? [asker, other] : [asker]
    guard let key = keys.map({ Self.key($0, session, id) }).first(where: { positions[$0] != nil }),
      let position = positions[key]
    else { return output.skip(.answer) }
    let index = position - removed + first
    queue[index].fixture.response = answer
    queue[index].fixture.missing.remove(.response)
    queue[index].size += size
    openBytes += size
    output.join()
    settle(position)
    release(&output)
  }

  /// The request at a position waits for nothing any more.
  private mutating func settle(_ position: Int) {
    let index = position - removed + first
    queue[index].isAnswered = true
    if let key = queue[index].key { positions[key] = nil }
  }

  /// Hands on the requests up to the first that waits.
  private mutating func release(_ output: inout ImportOutput) {
    while first < queue.count, queue[first].isAnswered {
      output.make(queue[first].fixture)
      openBytes -= queue[first].size
      first += 1
      removed += 1
    }
    if first > 1_024, first * 2 > queue.count {
      queue.removeFirst(first)
      first = 0
    }
  }

  private static func key(_ side: String, _ session: String?, _ id: JSONValue) -> String {
    "\(side) \(id.text) \(session ?? "")"
  }

  /// Who sent a message, as the line says: `client` or `server`.
  private static func side(_ line: JSONValue, _ wrapped: JSONValue?) -> String? {
    guard wrapped != nil else { return nil }
    switch (line["from"] ?? line["direction"] ?? line["type"])?.string {
    case "client", "out", "outgoing", "sent", "request", "client_to_server", "client->server": return "client"
    case "server", "in", "incoming", "received", "response", "server_to_client", "server->client": return "server"
    default: return nil
    }
  }

  /// Who sends requests of that method.
  private static func usualSide(_ message: JSONValue) -> String {
    let method = message["method"]?.string ?? ""
    return ["sampling/createMessage", "elicitation/create", "roots/list"].contains(method) ? "server" : "client"
  }

  /// Whether an answer is one to a server: to sampling, elicitation or roots.
  private static func isClientAnswer(_ answer: JSONValue) -> Bool {
    answer["roots"] != nil || answer["action"] != nil || answer["model"] != nil && answer["role"] != nil
  }
}
