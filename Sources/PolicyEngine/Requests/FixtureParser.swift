import JSONText
import PolicyBytecode
import Responses

/// Reads fixtures, and inputs of `hpol decode`, each one JSON object on a line.
public struct FixtureParser: ~Copyable {
  private var scanner = JSONScanner(UnsafeBufferPointer(start: nil, count: 0))

  public init() {}

  /// The fixture that a line holds. An error's offset counts bytes of the line.
  ///
  /// Members of the line that the format does not know are passed over; inside `principal`, `expect`, `recorded` and
  /// `redacted`, where a slip would change a verdict unseen, they are errors.
  public mutating func fixture(_ line: UnsafeBufferPointer<UInt8>) throws(JSONError) -> Fixture {
    scanner.restart(line)
    var fixture = Fixture(protocol: .postgres, payload: .text([]))
    var claimed: OperationProtocol?
    var payload: RequestPayload?
    var payloadOffset = 0
    try scanner.expect(.object, "a fixture")
    try scanner.beginObject()
    while let key = try scanner.nextKey() {
      if scanner.equals(key, "id") {
        fixture.id = try scanner.identifier("id")
      } else if scanner.equals(key, "protocol") {
        claimed = try scanner.operationProtocol("protocol")
      } else if scanner.equals(key, "request") {
        _ = try scanner.kind()
        payloadOffset = scanner.position
        payload = try request()
      } else if try scanner.kind() == .null {
        try scanner.null()
      } else if scanner.equals(key, "time") {
        fixture.principal.time = try scanner.time("time")
      } else if scanner.equals(key, "principal") {
        try scanner.principal(&fixture.principal)
      } else if scanner.equals(key, "target") {
        fixture.principal.target = try scanner.string("target")
      } else if scanner.equals(key, "labels") {
        fixture.principal.labels = try scanner.pairs("labels")
      } else if scanner.equals(key, "source") {
        fixture.principal.source = try scanner.address("source")
      } else if scanner.equals(key, "session") {
        fixture.session = try scanner.string("session")
      } else if scanner.equals(key, "response") {
        _ = try scanner.kind()
        let offset = scanner.position
        fixture.response = try Self.response(try JSONValue(&scanner), at: offset)
      } else if scanner.equals(key, "expect") {
        fixture.expect = try expectation()
      } else if scanner.equals(key, "recorded") {
        fixture.recorded = try recorded()
      } else if scanner.equals(key, "redacted") {
        fixture.redacted = try scanner.recordedTests()
      } else if scanner.equals(key, "missing") {
        fixture.missing = try missing()
      } else {
        try scanner.skip()
      }
    }
    try scanner.finish()
    guard let claimed else { throw JSONError("`protocol` is missing", at: 0) }
    guard let payload else { throw JSONError("`request` is missing", at: 0) }
    fixture.protocol = claimed
    fixture.payload = try resolve(payload, for: claimed, at: payloadOffset)
    return fixture
  }

  /// What a target answered, in the form of the member `response`.
  public static func response(_ text: [UInt8]) throws(JSONError) -> JSONValue {
    try response(try JSONValue(parsing: text), at: 0)
  }

  private static func response(_ value: JSONValue, at offset: Int) throws(JSONError) -> JSONValue {
    if let problem = Response.problem(in: value) { throw JSONError(problem, at: offset) }
    return value
  }

  /// Who asks, through which connection: an object of the members `principal`, `target`, `labels` and `source` of a
  /// fixture, and of no others.
  public mutating func identity(_ text: UnsafeBufferPointer<UInt8>) throws(JSONError) -> Principal {
    scanner.restart(text)
    var result = Principal()
    let known = ["principal", "target", "labels", "source"]
    try scanner.members("identity", known: known) { (scanner, name) throws(JSONError) in
      guard known.contains(name) else { return false }
      if try scanner.kind() == .null {
        try scanner.null()
        return true
      }
      switch name {
      case "principal": try scanner.principal(&result)
      case "target": result.target = try scanner.string("target")
      case "labels": result.labels = try scanner.pairs("labels")
      default: result.source = try scanner.address("source")
      }
      return true
    }
    try scanner.finish()
    return result
  }

  /// The input of `hpol decode` that a line holds; members it does not know are passed over.
  public mutating func decodeInput(_ line: UnsafeBufferPointer<UInt8>) throws(JSONError) -> DecodeInput {
    scanner.restart(line)
    var id: JSONValue?
    var claimed: OperationProtocol?
    var command: [UInt8]?
    try scanner.expect(.object, "a line")
    try scanner.beginObject()
    while let key = try scanner.nextKey() {
      if scanner.equals(key, "id") {
        id = try scanner.identifier("id")
      } else if scanner.equals(key, "protocol") {
        claimed = try scanner.operationProtocol("protocol")
      } else if scanner.equals(key, "command") {
        try scanner.expect(.string, "command")
        command = scanner.utf8(try scanner.string())
      } else {
        try scanner.skip()
      }
    }
    try scanner.finish()
    guard let claimed else { throw JSONError("`protocol` is missing", at: 0) }
    guard let command else { throw JSONError("`command` is missing", at: 0) }
    return DecodeInput(id: id, protocol: claimed, command: command)
  }

  /// A request in any of its forms; whether it fits the protocol is known at the end of the line.
  private mutating func request() throws(JSONError) -> RequestPayload {
    switch try scanner.kind() {
    case .string: return .text(scanner.utf8(try scanner.string()))
    // An array is a batch of MCP messages.
    case .object, .array: return .message(try JSONValue(&scanner))
    case let found:
      throw JSONError("`request` must be a string or an object, not \(found.phrase)", at: scanner.position)
    }
  }

  /// The payload in the form that its protocol has.
  private func resolve(
    _ payload: RequestPayload, for claimed: OperationProtocol, at offset: Int
  ) throws(JSONError) -> RequestPayload {
    guard case .message(let value) = payload, claimed != .mcp else { return payload }
    let found = if case .array = value { "an array" } else { "an object" }
    guard claimed == .http || claimed == .k8s else {
      throw JSONError("`request` must be a string for the protocol `\(claimed.name)`, not \(found)", at: offset)
    }
    if case .array = value {
      throw JSONError(
        "`request` must be a string or an object for the protocol `\(claimed.name)`, not an array", at: offset)
    }
    guard let method = value["method"]?.string, let path = value["path"]?.string else {
      throw JSONError("`request` needs `method` and `path`, both strings", at: offset)
    }
    var headers: [[String]] = []
    for header in value["headers"]?.array ?? [] {
      guard let pair = header.array?.compactMap(\.string), pair.count == 2, header.array?.count == 2 else {
        throw JSONError("`headers` must be an array of [name, value]", at: offset)
      }
      headers.append(pair)
    }
    switch value["body"] {
    case nil, .null: return .http(method: method, path: path, headers: headers, body: nil)
    case .string(let text): return .http(method: method, path: path, headers: headers, body: text)
    case let body?: return .http(method: method, path: path, headers: headers, body: body.text)
    }
  }

  private mutating func missing() throws(JSONError) -> Set<MissingPart> {
    try scanner.expect(.array, "missing")
    let words = MissingPart.allCases.map(\.rawValue)
    var parts: Set<MissingPart> = []
    try scanner.beginArray()
    while try scanner.nextElement() {
      parts.insert(try scanner.word("missing[]", of: words) { MissingPart(rawValue: $0) })
    }
    return parts
  }

  private mutating func expectation() throws(JSONError) -> Fixture.Expectation {
    var result = Fixture.Expectation()
    let known = ["decision", "rules", "masked", "record"]
    try scanner.members("expect", known: known) { (scanner, name) throws(JSONError) in
      switch name {
      case "decision": result.decision = try scanner.decision("decision")
      case "rules": result.rules = try scanner.strings("rules")
      case "masked": result.masked = try scanner.stringOrStrings("masked")
      case "record":
        result.record = try scanner.word("record", of: RecordLevel.allCases.map(\.word)) { RecordLevel(word: $0) }
      default: return false
      }
      return true
    }
    return result
  }

  private mutating func recorded() throws(JSONError) -> Fixture.Recorded {
    var result = Fixture.Recorded()
    try scanner.members("recorded", known: ["decision", "policy"]) { (scanner, name) throws(JSONError) in
      switch name {
      case "decision": result.decision = try scanner.decision("decision")
      case "policy": result.policy = try scanner.string("policy")
      default: return false
      }
      return true
    }
    return result
  }
}
