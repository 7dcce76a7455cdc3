import JSONText
import PolicyBytecode

/// A JSON-RPC message of MCP, read as far as its facts need it. Ranges are offsets in the payload.
struct MCPMessage {
  enum Kind {
    /// It has a method: a request or a notification.
    case call
    /// It has a result or an error, or is an object of the schema by itself.
    case answer
    /// Peers would not agree on what it is.
    case malformed
  }

  var kind = Kind.answer
  var method: [UInt8] = []
  var params: Range<Int>?
  /// Requests of the server that an answer carries: the value of `inputRequests` (revision 2026-07-28).
  var inputRequests: Range<Int>?

  init() {}

  /// Reads the object that the scanner stands before, to its end; `start` is where the scanner's text starts.
  init(_ scanner: inout JSONScanner, from start: Int) throws(JSONError) {
    var hasMethod = false
    var hasResult = false
    var isEnvelope = false
    try scanner.beginObject()
    while let key = try scanner.nextKey() {
      let valueKind = try scanner.kind()
      let valueStart = scanner.position
      if scanner.equals(key, "method") {
        guard valueKind == .string else {
          try scanner.skip()
          kind = .malformed
          continue
        }
        hasMethod = true
        method = scanner.utf8(try scanner.string())
      } else if scanner.equals(key, "params") {
        isEnvelope = true
        try scanner.skip()
        if valueKind == .object {
          params = start + valueStart..<start + scanner.position
        } else if valueKind != .null {
          kind = .malformed
        }
      } else if scanner.equals(key, "result") {
        hasResult = true
        if valueKind == .object {
          try answer(&scanner, from: start)
        } else {
          try scanner.skip()
        }
      } else if scanner.equals(key, "inputRequests") {
        try scanner.skip()
        inputRequests = start + valueStart..<start + scanner.position
      } else {
        if scanner.equals(key, "error") { hasResult = true }
        if scanner.equals(key, "jsonrpc") { isEnvelope = true }
        if MCPMethods.resemblesMember(scanner.utf8(key)) { kind = .malformed }
        try scanner.skip()
      }
    }
    guard kind != .malformed else { return }
    if hasMethod {
      kind = hasResult || method.isEmpty ? .malformed : .call
    } else if isEnvelope, !hasResult {
      kind = .malformed
    }
  }

  private mutating func answer(_ scanner: inout JSONScanner, from start: Int) throws(JSONError) {
    try scanner.beginObject()
    while let key = try scanner.nextKey() {
      _ = try scanner.kind()
      let valueStart = scanner.position
      try scanner.skip()
      if scanner.equals(key, "inputRequests") { inputRequests = start + valueStart..<start + scanner.position }
    }
  }
}

/// The parameters of a call, as far as facts need them.
struct MCPParameters {
  /// The tool or the prompt.
  var name: [UInt8]?
  var resource: [UInt8]?
  var arguments: Range<Int>?
  /// A member is not what it must be, or peers would not agree on it.
  var isMalformed = false

  /// Reads the object `bytes[range]`.
  init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, of shape: MCPMethods.Shape) throws(JSONError) {
    var scanner = JSONScanner(UnsafeBufferPointer(rebasing: bytes[range]))
    try scanner.beginObject()
    while let key = try scanner.nextKey() {
      let kind = try scanner.kind()
      let start = scanner.position
      if scanner.equals(key, "name"), shape == .tool || shape == .prompt {
        name = try text(&scanner, kind)
      } else if scanner.equals(key, "uri"), shape == .resource {
        resource = try text(&scanner, kind)
      } else if scanner.equals(key, "arguments"), shape == .tool || shape == .prompt {
        try scanner.skip()
        if kind == .object {
          arguments = range.lowerBound + start..<range.lowerBound + scanner.position
        } else if kind != .null {
          isMalformed = true
        }
      } else if scanner.equals(key, "ref"), shape == .reference, kind == .object {
        try reference(&scanner)
      } else {
        if shape != .other, MCPMethods.resemblesParameter(scanner.utf8(key)) { isMalformed = true }
        try scanner.skip()
      }
    }
  }

  /// The prompt or the resource whose argument is to be completed.
  private mutating func reference(_ scanner: inout JSONScanner) throws(JSONError) {
    try scanner.beginObject()
    while let key = try scanner.nextKey() {
      let kind = try scanner.kind()
      if scanner.equals(key, "name") {
        name = try text(&scanner, kind)
      } else if scanner.equals(key, "uri") {
        resource = try text(&scanner, kind)
      } else {
        try scanner.skip()
      }
    }
  }

  private mutating func text(_ scanner: inout JSONScanner, _ kind: JSONKind) throws(JSONError) -> [UInt8]? {
    guard kind == .string else {
      try scanner.skip()
      isMalformed = true
      return nil
    }
    return scanner.utf8(try scanner.string())
  }
}
