import JSONText
import PolicyBytecode
import PolicyCompiler

/// What a client sent.
public enum RequestPayload: Hashable, Sendable {
  /// The payload as it is, UTF-8.
  case text([UInt8])
  /// An HTTP or Kubernetes request: the path with its query, as sent; names and values of headers, in order.
  case http(method: String, path: String, headers: [[String]], body: String?)
  /// An MCP message: a JSON-RPC object.
  case message(JSONValue)

  /// The bytes that a decoder reads: text as it is, HTTP as a request's head and body, a message as compact JSON.
  public var bytes: [UInt8] {
    switch self {
    case .text(let bytes): return bytes
    case .message(let value): return [UInt8](value.text.utf8)
    case .http(let method, let path, let headers, let body):
      var text = "\(method) \(path) HTTP/1.1\r\n"
      for header in headers where header.count == 2 { text += "\(header[0]): \(header[1])\r\n" }
      return [UInt8]((text + "\r\n" + (body ?? "")).utf8)
    }
  }
}

/// One recorded request, with what is known of who sent it, and what should become of it.
public struct Fixture: Sendable {
  /// A string or a number.
  public var id: JSONValue?
  /// Who, through which connection, and when.
  public var principal = Principal()
  public var `protocol`: OperationProtocol
  public var payload: RequestPayload
  /// Lines of one session are judged in order; without one a line is its own session.
  public var session: String?
  /// What the target answered: text, a table (`columns` and `rows`), or an MCP result.
  public var response: JSONValue?
  public var expect: Expectation?
  public var recorded: Recorded?

  /// What an author pins.
  public struct Expectation: Hashable, Sendable {
    public var decision: Decision?
    /// Each is among the rules that decided.
    public var rules: [String]?
    /// Each stands in the response after masking.
    public var masked: [String]?
    public var record: RecordLevel?

    public init(
      decision: Decision? = nil, rules: [String]? = nil, masked: [String]? = nil, record: RecordLevel? = nil
    ) {
      self.decision = decision
      self.rules = rules
      self.masked = masked
      self.record = record
    }
  }

  /// What happened.
  public struct Recorded: Hashable, Sendable {
    public var decision: Decision?
    /// The bundle that decided, `sha256:…`.
    public var policy: String?

    public init(decision: Decision? = nil, policy: String? = nil) {
      self.decision = decision
      self.policy = policy
    }
  }

  public init(protocol: OperationProtocol, payload: RequestPayload) {
    self.protocol = `protocol`
    self.payload = payload
  }
}

/// One line of what `hpol decode` reads: a command and its protocol.
public struct DecodeInput: Sendable {
  /// A string or a number.
  public var id: JSONValue?
  public var `protocol`: OperationProtocol
  public var command: [UInt8]
}
