import Glibc
import JSONText
import PolicyBytecode
import PolicyEngine
import PolicyRuntime

/// Answers over HTTP what a policy says of requests, for gateways that do not link the engine. docs/serve.md describes it.
public final class DecisionServer: Sendable {
  private let service: DecisionService
  private let daemon: HTTPDaemon

  /// Begins to listen, and to answer on `threads`.
  public init(
    _ point: DecisionPoint, on address: ListenAddress, threads: Int, limits: ServerLimits = ServerLimits()
  ) throws(ServerError) {
    service = DecisionService(point, limits)
    daemon = try HTTPDaemon(service, on: address, threads: threads, limits: limits)
  }

  /// Where it listens.
  public var address: ListenAddress { daemon.address }

  /// Counts that another policy was put into force, or failed to be.
  public func noteReload(isOK: Bool) { service.metrics.noteReload(isOK: isOK) }

  /// Takes no more connections, waits for the requests under way, and ends.
  public func stop() { daemon.stop() }
}

/// The paths of the server.
private final class DecisionService: HTTPResponder {
  let metrics = ServerMetrics()
  private let point: DecisionPoint
  private let limits: ServerLimits

  private static let sessionsPath = "/v1/sessions/"
  private static let jsonTypes = ["application/json", "application/jsonl", "application/x-ndjson"]

  init(_ point: DecisionPoint, _ limits: ServerLimits) {
    self.point = point
    self.limits = limits
  }

  // MARK: Heads

  func refusal(of head: HTTPHead) -> HTTPReply? {
    guard isLocal(head.host) else {
      return failed(421, "host", "ask for localhost, not `\(head.host ?? "")`")
    }
    guard let path = head.path else {
      return failed(400, "path", "a path is percent-encoded UTF-8 without control characters")
    }
    let method: String
    switch path {
    case "/v1/decide", "/v1/decide/batch", "/v1/explain": method = "POST"
    case "/healthz", "/metrics": method = "GET"
    case _ where Self.session(of: path) != nil: method = "DELETE"
    default: return failed(404, "path", "there is no `\(path)`")
    }
    guard head.method == method || method == "GET" && head.method == "HEAD" else {
      var reply = failed(405, "method", "`\(path)` takes \(method)")
      reply.headers = [("Allow", method)]
      return reply
    }
    // Pages in a browser cannot send it without being asked first.
    guard method != "POST" || Self.jsonTypes.contains(head.contentType ?? "") else {
      return failed(415, "content-type", "send `Content-Type: application/json`")
    }
    return nil
  }

  /// The name of the session that a path is of. By bytes: a name may begin with a mark that is one character with the slash.
  private static func session(of path: String) -> String? {
    let name = path.utf8.dropFirst(sessionsPath.utf8.count)
    return path.utf8.starts(with: sessionsPath.utf8) && !name.isEmpty ? String(Substring(name)) : nil
  }

  /// Names that a page in a browser cannot make another's address have.
  private func isLocal(_ host: String?) -> Bool {
    guard var name = host else { return true }
    if let colon = name.lastIndex(of: ":"), !name.hasSuffix("]") { name = String(name[..<colon]) }
    return ["localhost", "[::1]", ""].contains(name) || ListenAddress.isLoopback(name)
  }

  func replyToTooLarge() -> HTTPReply {
    metrics.note(.tooLarge)
    return failure(413, "too-large", "a body has at most \(limits.bodyBytes) bytes")
  }

  // MARK: Answers

  func reply(to head: HTTPHead, body: [UInt8]) -> HTTPReply {
    switch head.path {
    case "/v1/decide": return decide(body)
    case "/v1/decide/batch": return decideAll(body)
    case "/v1/explain": return explain(body)
    case "/healthz": return health()
    case "/metrics":
      let gauges = ServerMetrics.Gauges(
        generation: point.generation.number, rules: point.generation.policy.bundle.rules.count,
        sessionsWithTags: point.sessions.count)
      return HTTPReply(
        status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: Array(metrics.text(gauges).utf8))
    default:
      // One without tags has nothing to forget: who ends a session need not know whether it has some, nor whether an answer
      // to the same was lost.
      if let name = head.path.flatMap(Self.session) { point.sessions.end(name) }
      return HTTPReply(status: 204, body: [])
    }
  }

  private func decide(_ body: [UInt8]) -> HTTPReply {
    do throws(DecisionError) {
      return HTTPReply(
        status: 200, body: try body.withUnsafeBufferPointer { (text) throws(DecisionError) in try line(text) })
    } catch {
      return failure(error)
    }
  }

  /// A line for each line of the body that is not blank; of one that gets no verdict it says why.
  private func decideAll(_ body: [UInt8]) -> HTTPReply {
    let count = BatchLines(body).reduce(0) { count, _ in count + 1 }
    guard count <= limits.batchRequests else {
      metrics.note(.tooLarge)
      return failure(413, "too-large", "a batch has at most \(limits.batchRequests) requests, not \(count)")
    }
    var answer: [UInt8] = []
    for text in BatchLines(body) {
      do throws(DecisionError) {
        answer += try text.withUnsafeBufferPointer { (text) throws(DecisionError) in try line(text) }
      } catch {
        answer += failure(error).body
      }
    }
    return HTTPReply(status: 200, contentType: "application/x-ndjson", body: answer)
  }

  private func line(_ request: UnsafeBufferPointer<UInt8>) throws(DecisionError) -> [UInt8] {
    let start = Self.now()
    do throws(DecisionError) {
      var decision = Decision.block
      let line = try point.line(deciding: request, now: Int64(time(nil))) { decision = $0.decision }
      metrics.note(decision, seconds: Double(Self.now() - start) / 1e9)
      return line
    } catch {
      metrics.note(error.reason)
      throw error
    }
  }

  private func explain(_ body: [UInt8]) -> HTTPReply {
    do throws(DecisionError) {
      return HTTPReply(
        status: 200,
        body: try body.withUnsafeBufferPointer { (text) throws(DecisionError) in
          try point.line(explaining: text, now: Int64(time(nil)))
        })
    } catch {
      return failure(error)
    }
  }

  private func health() -> HTTPReply {
    var writer = JSONWriter()
    writer.object {
      $0.key("status")
      $0.string("ok")
      $0.key("version")
      $0.string(toolVersion.description)
      $0.key("generation")
      $0.integer(point.generation.number)
    }
    writer.newline()
    return HTTPReply(status: 200, body: writer.bytes)
  }

  /// A refusal that is counted.
  private func failed(_ status: UInt32, _ code: String, _ message: String) -> HTTPReply {
    metrics.note(.refused)
    return failure(status, code, message)
  }

  private func failure(_ error: DecisionError) -> HTTPReply {
    let status: UInt32 =
      switch error {
      case .request: 400
      case .notEvaluable: 422
      case .tooManySessions: 503
      }
    return failure(status, error.reason.code, error.message)
  }

  private func failure(_ status: UInt32, _ code: String, _ message: String) -> HTTPReply {
    var writer = JSONWriter()
    writer.object {
      $0.key("error")
      $0.object {
        $0.key("code")
        $0.string(code)
        $0.key("message")
        $0.string(message)
      }
    }
    writer.newline()
    return HTTPReply(status: status, body: writer.bytes)
  }

  /// Nanoseconds of a clock that does not jump.
  private static func now() -> Int {
    var moment = timespec()
    clock_gettime(CLOCK_MONOTONIC, &moment)
    return moment.tv_sec * 1_000_000_000 + moment.tv_nsec
  }
}

extension DecisionError {
  /// Under which it is counted.
  fileprivate var reason: ServerMetrics.Failure {
    switch self {
    case .request: .request
    case .notEvaluable: .notEvaluable
    case .tooManySessions: .sessions
    }
  }
}
