import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine

/// What a line of a recording holds, as those who judge many take it: parts seen before by number.
struct RecordedRequest {
  /// In ``RecordedTraffic/identities``.
  var identity: Int
  var `protocol`: OperationProtocol
  /// A number for a payload that comes again, or -1.
  var statement = -1
  /// Seconds since 1970, UTC.
  var time: Int64?
  /// What was decided when it was recorded.
  var recorded: Decision?
  /// The name of its session, where that matters.
  var session: String?
  /// There was a response, which the recording lacks.
  var lacksResponse = false
  /// The fixture, where it has to be judged as a whole: there is more to it than a payload.
  var fixture: Fixture?
}

/// What those who judge a recording ask of its lines.
struct TrafficNeeds {
  /// Verdicts depend on tags, which a session's earlier requests set.
  var tags = false
  /// Verdicts depend on what MCP servers have said of their tools.
  var tools = false
  /// Verdicts depend on responses.
  var responses = false

  /// Verdicts depend on the requests before.
  var hasState: Bool { tags || tools }

  /// Whether the verdict on a fixture depends on those before it.
  func isStateful(_ fixture: Fixture) -> Bool {
    tags && fixture.session != nil || tools && fixture.protocol == .mcp
  }
}

/// Reads the lines of recordings into requests, one thread's share of them, and remembers who and what it has seen: a
/// line whose parts were all seen before is not parsed, only compared.
///
/// All that it remembers is bounded. Past a bound everything is forgotten, after ``willForget`` was called.
///
/// One thread uses it and nothing that it calls comes back to it, so what changes with each request is not checked for
/// exclusive access while running: the checks took a tenth of a replay.
final class RecordedTraffic {
  /// Identities, and distinct payloads, that are kept, and the bytes of their keys.
  static let identityLimit = 1 << 14
  static let statementLimit = 1 << 15
  static let keyBytes = 8 << 20
  /// A longer payload is not kept.
  static let statementBytes = 16 << 10

  /// Who, through which connection; without the time.
  private(set) var identities: [Principal] = []
  /// Called before the numbers given out so far lose their meaning.
  var willForget: () -> Void = {}

  private let needs: TrafficNeeds
  @exclusivity(unchecked) private var identityKeys = ByteKeyTable(entryLimit: identityLimit, byteLimit: keyBytes)
  /// From a key's number to the identity's: several spellings may be of one.
  @exclusivity(unchecked) private var identityOfKey: [Int] = []
  @exclusivity(unchecked) private var identityNumbers: [Principal: Int] = [:]
  @exclusivity(unchecked) private var statementKeys = ByteKeyTable(entryLimit: statementLimit, byteLimit: keyBytes)
  @exclusivity(unchecked) private var statementProtocols: [OperationProtocol] = []
  /// Hashes of payloads that came once: what does not come again is not worth its place.
  @exclusivity(unchecked) private var seenOnce = [UInt32](repeating: 0, count: 1 << 16)
  @exclusivity(unchecked) private var recorded = KnownSpellings<Decision?>()
  @exclusivity(unchecked) private var missing = KnownSpellings<Set<MissingPart>>()
  /// What a fixture pins only has to be right here.
  @exclusivity(unchecked) private var expected = KnownSpellings<Void>()

  /// The line read last, and where its payload stands.
  @exclusivity(unchecked) private var line = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  @exclusivity(unchecked) private var requestSpan = FixtureSpans.Span()
  @exclusivity(unchecked) private var payload: [UInt8]?
  @exclusivity(unchecked) private var keyBuffer = RawBuffer<UInt8>(capacity: 1024)
  @exclusivity(unchecked) private var parser = FixtureParser()
  @exclusivity(unchecked) private var scanner = JSONScanner(UnsafeBufferPointer(start: nil, count: 0))

  init(_ needs: TrafficNeeds) { self.needs = needs }

  /// Reads a line, which is not blank. Its bytes, and ``LineBlock/padding`` more, stay as they are until the next.
  func read(_ line: UnsafeBufferPointer<UInt8>) throws(JSONError) -> RecordedRequest {
    forgetIfFull()
    self.line = line
    payload = nil
    requestSpan = FixtureSpans.Span()
    if let spans = FixtureSpanScanner.scan(line) {
      requestSpan = spans.request
      if let request = readKnown(spans) { return request }
      return try readWhole(spans)
    }
    return try readWhole(nil)
  }

  /// Whether the verdict of a line's request depends on those before it.
  func isStateful(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    guard needs.hasState else { return false }
    guard let spans = FixtureSpanScanner.scan(line) else { return true }
    return needs.tags && !spans.session.isEmpty || needs.tools && Self.wire(spans.protocol.bytes(of: line)) == .mcp
  }

  /// The bytes that the payload read last takes on its line.
  var payloadLength: Int { requestSpan.isEmpty ? payload?.count ?? 0 : Int(requestSpan.end - requestSpan.start) }

  /// The payload of the request read last, as a decoder takes it.
  func payloadBytes() -> [UInt8] {
    if let payload { return payload }
    let bytes = requestSpan.bytes(of: line)
    scanner.restart(bytes)
    // What is no string was parsed when it came first, and this line holds the same bytes.
    let read =
      bytes.first == UInt8(ascii: "\"")
      ? (try? scanner.string()).map { scanner.utf8($0) } : (try? parser.fixture(line))?.payload.bytes
    payload = read ?? []
    return read ?? []
  }

  // MARK: Lines that are compared

  /// The request of a line whose parts were seen before or are plain text; else nil.
  private func readKnown(_ spans: FixtureSpans) -> RecordedRequest? {
    guard let wire = Self.wire(spans.protocol.bytes(of: line)), wire != .mcp, !spans.request.isEmpty else { return nil }
    let number = identityKeys.find(identityKey(spans))
    guard number >= 0 else { return nil }
    var request = RecordedRequest(identity: identityOfKey[number], protocol: wire)
    if !spans.time.isEmpty {
      guard let time = Timestamp.seconds(utf8: Self.inside(spans.time.bytes(of: line))) else { return nil }
      request.time = time
    }
    if !spans.recorded.isEmpty {
      guard let decision = recorded[spans.recorded.bytes(of: line)] else { return nil }
      request.recorded = decision
    }
    if !spans.missing.isEmpty {
      guard let parts = missing[spans.missing.bytes(of: line)] else { return nil }
      request.lacksResponse = spans.response.isEmpty && parts.contains(.response)
      if request.lacksResponse, needs.responses { return nil }
    }
    if !spans.expect.isEmpty, expected[spans.expect.bytes(of: line)] == nil { return nil }
    if !spans.response.isEmpty, needs.responses || !isText(spans.response.bytes(of: line)) { return nil }
    if needs.tags, !spans.session.isEmpty {
      request.session = String(decoding: Self.inside(spans.session.bytes(of: line)), as: UTF8.self)
    }
    let bytes = spans.request.bytes(of: line)
    let hash = Self.statementHash(bytes, wire)
    request.statement = known(bytes, hash, wire)
    if request.statement < 0 {
      guard isText(bytes) else { return nil }
      request.statement = remember(bytes, hash, wire)
    }
    return request
  }

  /// Whether bytes are a JSON string and nothing else.
  private func isText(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.first == UInt8(ascii: "\"") else { return false }
    scanner.restart(bytes)
    return (try? scanner.string()) != nil && scanner.position == bytes.count
  }

  /// Bytes without the quotes around them.
  private static func inside(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: bytes.dropFirst().dropLast())
  }

  private static func wire(_ bytes: UnsafeBufferPointer<UInt8>) -> OperationProtocol? {
    for wire in OperationProtocol.allCases {
      let word = wire.word
      guard word.utf8CodeUnitCount + 2 == bytes.count else { continue }
      if (0..<word.utf8CodeUnitCount).allSatisfy({ bytes[$0 + 1] == word.utf8Start[$0] }) { return wire }
    }
    return nil
  }

  /// What tells one identity's lines from another's: its members as they stand, each behind its length.
  private func identityKey(_ spans: FixtureSpans) -> UnsafeBufferPointer<UInt8> {
    keyBuffer.removeAll()
    append(spans.principal)
    append(spans.target)
    append(spans.labels)
    append(spans.source)
    return keyBuffer.elements
  }

  private func append(_ span: FixtureSpans.Span) {
    withUnsafeBytes(of: span.end - span.start) { length in
      keyBuffer.append(contentsOf: length.bindMemory(to: UInt8.self))
    }
    keyBuffer.append(contentsOf: span.bytes(of: line))
  }

  private static func statementHash(_ bytes: UnsafeBufferPointer<UInt8>, _ wire: OperationProtocol) -> UInt64 {
    KeyHash.of(bytes, salt: UInt64(wire.rawValue) + 1)
  }

  /// The number of a payload that is kept, or -1.
  @inline(__always)
  private func known(_ bytes: UnsafeBufferPointer<UInt8>, _ hash: UInt64, _ wire: OperationProtocol) -> Int {
    let number = statementKeys.find(bytes, hash)
    return number >= 0 && statementProtocols[number] == wire ? number : -1
  }

  /// Keeps a payload that comes for the second time; its number, or -1.
  private func remember(_ bytes: UnsafeBufferPointer<UInt8>, _ hash: UInt64, _ wire: OperationProtocol) -> Int {
    let place = Int(truncatingIfNeeded: hash) & (seenOnce.count - 1)
    let mark = UInt32(truncatingIfNeeded: hash >> 32)
    guard seenOnce[place] == mark else {
      seenOnce[place] = mark
      return -1
    }
    guard bytes.count <= Self.statementBytes, !statementKeys.isFull(adding: bytes.count) else { return -1 }
    let number = statementKeys.insert(bytes, hash)
    if number >= 0 { statementProtocols.append(wire) }
    return number
  }

  // MARK: Lines that are parsed

  private func readWhole(_ spans: FixtureSpans?) throws(JSONError) -> RecordedRequest {
    let fixture = try parser.fixture(line)
    var principal = fixture.principal
    principal.time = nil
    let identity = number(of: principal)
    var request = RecordedRequest(identity: identity, protocol: fixture.protocol)
    request.time = fixture.principal.time
    request.recorded = fixture.recorded?.decision
    if needs.tags { request.session = fixture.session }
    request.lacksResponse = fixture.response == nil && fixture.missing.contains(.response)
    let asksResponse = needs.responses && (fixture.response != nil || request.lacksResponse)
    if fixture.protocol == .mcp || fixture.redacted != nil || asksResponse {
      request.fixture = fixture
    }
    payload = fixture.payload.bytes
    guard let spans else { return request }
    if identityKeys.insertIfNew(identityKey(spans)) { identityOfKey.append(identity) }
    if !spans.recorded.isEmpty { recorded.learn(spans.recorded.bytes(of: line), fixture.recorded?.decision) }
    if !spans.missing.isEmpty { missing.learn(spans.missing.bytes(of: line), fixture.missing) }
    if !spans.expect.isEmpty { expected.learn(spans.expect.bytes(of: line), ()) }
    if request.fixture == nil {
      let bytes = spans.request.bytes(of: line)
      let hash = Self.statementHash(bytes, fixture.protocol)
      request.statement = known(bytes, hash, fixture.protocol)
      if request.statement < 0 { request.statement = remember(bytes, hash, fixture.protocol) }
    }
    return request
  }

  private func number(of principal: Principal) -> Int {
    if let known = identityNumbers[principal] { return known }
    identities.append(principal)
    identityNumbers[principal] = identities.count - 1
    return identities.count - 1
  }

  /// Makes room where a bound is reached, before numbers of the line at hand are given out.
  private func forgetIfFull() {
    guard
      identities.count >= Self.identityLimit || identityKeys.isFull(adding: Self.statementBytes)
        || statementKeys.isFull(adding: Self.statementBytes)
    else { return }
    willForget()
    identities.removeAll()
    identityNumbers.removeAll()
    identityKeys.removeAll()
    identityOfKey.removeAll()
    statementKeys.removeAll()
    statementProtocols.removeAll()
  }
}
