import JSONText
import PolicyBytecode

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
      return Self.requestBytes(method: method, path: path, headers: headers, body: body)
    }
  }

  /// An HTTP/1.1 request of these parts. A body is measured unless a header does it.
  ///
  /// A line end, a blank or a colon where it would end the part early comes out as NUL, which no decoder reads: what a
  /// recording does not say must not become another request.
  private static func requestBytes(method: String, path: String, headers: [[String]], body: String?) -> [UInt8] {
    var bytes = sealed(method, blanks: true)
    bytes.append(UInt8(ascii: " "))
    bytes += sealed(path, blanks: true)
    bytes += " HTTP/1.1\r\n".utf8
    var isMeasured = body?.isEmpty != false
    for header in headers where header.count == 2 {
      let name = header[0].lowercased()
      if name == "content-length" || name == "transfer-encoding" { isMeasured = true }
      bytes += sealed(header[0], blanks: true, colons: true)
      bytes += ": ".utf8
      bytes += sealed(header[1], blanks: false)
      bytes += "\r\n".utf8
    }
    if !isMeasured, let body { bytes += "Content-Length: \(body.utf8.count)\r\n".utf8 }
    bytes += "\r\n".utf8
    bytes += (body ?? "").utf8
    return bytes
  }

  private static func sealed(_ text: String, blanks: Bool, colons: Bool = false) -> [UInt8] {
    text.utf8.map { byte in
      switch byte {
      case 0x0A, 0x0D: 0
      case 0x20, 0x09: blanks ? 0 : byte
      case UInt8(ascii: ":"): colons ? 0 : byte
      default: byte
      }
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
  /// What the source of the recording could not give.
  public var missing: Set<MissingPart> = []
  /// What it remembers of the request it was, if it is redacted.
  public var redacted: RecordedTests?

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
