import JSONText
import PolicyBytecode

/// A request as it goes over the wire (RFC 9112), read strictly: what a client of Kubernetes never writes is refused.
/// Line ends are CRLF or LF; version, headers and body may be left out.
struct KubernetesRequest {
  var method: [UInt8] = []
  /// Decoded once; no empty, `.` or `..` segment in it.
  var path: [UInt8] = []
  var segments: [ArraySlice<UInt8>] = []
  /// Names and values, decoded, in order.
  var query: [(name: [UInt8], value: [UInt8])] = []
  /// Names in lower case.
  var headers: [(name: [UInt8], value: ArraySlice<UInt8>)] = []
  var body: ArraySlice<UInt8> = []

  struct Refusal: Error {
    var reason: UnparsedReason
    init(_ reason: UnparsedReason) { self.reason = reason }
  }

  static func decode(_ payload: [UInt8], _ context: inout DecodeContext) {
    var request = KubernetesRequest()
    do throws(Refusal) {
      try request.read(payload)
      try request.emit(&context)
    } catch {
      context.unparsed(.k8s, error.reason)
    }
  }

  /// Values of a query's parameter.
  func query(_ name: StaticString) -> [[UInt8]] {
    query.filter { $0.name.elementsEqual(name.description.utf8) }.map(\.value)
  }

  func header(_ name: StaticString) -> ArraySlice<UInt8>? {
    headers.first { $0.name.elementsEqual(name.description.utf8) }?.value
  }

  // MARK: Head and body

  private mutating func read(_ payload: [UInt8]) throws(Refusal) {
    var position = 0
    let first = try Self.line(payload, &position)
    guard first.count <= KubernetesLimits.requestLineBytes else { throw Refusal(.oversized) }
    let parts = first.split(separator: Ascii.space, omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3 && Self.isVersion(parts[2]) else { throw Refusal(.syntax) }
    method = Array(parts[0])
    try readTarget(parts[1])
    while position < payload.count {
      let line = try Self.line(payload, &position)
      if line.isEmpty {
        body = payload[position...]
        break
      }
      guard headers.count < KubernetesLimits.headers else { throw Refusal(.count) }
      guard let colon = line.firstIndex(of: Ascii.colon), colon > line.startIndex,
        line[..<colon].allSatisfy({ Ascii.isName($0) || "!#$%&'*+-.^`|~".utf8.contains($0) })
      else { throw Refusal(.syntax) }
      var value = line[(colon + 1)...].drop(while: Ascii.isBlank)
      while let last = value.last, Ascii.isBlank(last) { value.removeLast() }
      headers.append((line[..<colon].map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }, value))
    }
    try checkLength()
  }

  /// The next line without its end, CR and control characters in it refused.
  private static func line(_ payload: [UInt8], _ position: inout Int) throws(Refusal) -> ArraySlice<UInt8> {
    let end = payload[position...].firstIndex(of: Ascii.newline) ?? payload.count
    var line = payload[position..<end]
    position = min(end + 1, payload.count)
    if line.last == 0x0D { line.removeLast() }
    guard line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == Ascii.tab }) else { throw Refusal(.syntax) }
    return line
  }

  private static func isVersion(_ word: ArraySlice<UInt8>) -> Bool {
    ["HTTP/1.1", "HTTP/1.0", "HTTP/2", "HTTP/2.0"].contains { word.elementsEqual($0.utf8) }
  }

  /// Where a body ends must have one meaning.
  private func checkLength() throws(Refusal) {
    let lengths = headers.filter { $0.name.elementsEqual("content-length".utf8) }.map(\.value)
    if headers.contains(where: { $0.name.elementsEqual("transfer-encoding".utf8) }) {
      throw Refusal(lengths.isEmpty ? .unsupported : .syntax)
    }
    guard let text = lengths.first else { return }
    guard lengths.count == 1, !text.isEmpty, text.count < 10, text.allSatisfy(Ascii.isDigit) else {
      throw Refusal(.syntax)
    }
    let length = text.reduce(0) { $0 * 10 + Int($1 - Ascii.zero) }
    guard length == body.count else { throw Refusal(length > body.count ? .truncated : .syntax) }
  }

  // MARK: Target

  private mutating func readTarget(_ target: ArraySlice<UInt8>) throws(Refusal) {
    guard target.first == Ascii.slash, !target.contains(where: { $0 == Ascii.hash || $0 >= 0x80 || $0 <= 0x20 }) else {
      throw Refusal(.syntax)
    }
    let mark = target.firstIndex(of: Ascii.question)
    path = try Self.decoded(target[..<(mark ?? target.endIndex)], isQuery: false)
    segments = path.dropFirst().split(separator: Ascii.slash, omittingEmptySubsequences: false)
    if segments.last?.isEmpty == true { segments.removeLast() }
    for segment in segments {
      let isDots = segment.elementsEqual(".".utf8) || segment.elementsEqual("..".utf8)
      guard !segment.isEmpty, !isDots else { throw Refusal(.syntax) }
    }
    guard let mark else { return }
    for pair in target[(mark + 1)...].split(separator: Ascii.ampersand) {
      // Go drops a pair with `;`, other servers split there.
      guard !pair.contains(Ascii.semicolon) else { throw Refusal(.syntax) }
      let equals = pair.firstIndex(of: Ascii.equals)
      let value = equals.map { pair[($0 + 1)...] } ?? []
      query.append(
        (
          try Self.decoded(pair[..<(equals ?? pair.endIndex)], isQuery: true), try Self.decoded(value, isQuery: true)
        ))
    }
  }

  private static func decoded(_ text: ArraySlice<UInt8>, isQuery: Bool) throws(Refusal) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var index = text.startIndex
    var isEncoded = false
    while index < text.endIndex {
      var byte = text[index]
      index += 1
      if byte == Ascii.percent {
        guard text.endIndex - index >= 2, let high = Ascii.hex(text[index]), let low = Ascii.hex(text[index + 1]) else {
          throw Refusal(.syntax)
        }
        byte = UInt8(high << 4 | low)
        index += 2
        isEncoded = true
        // A slash or a dot in disguise is read in different ways on the way to the server.
        if !isQuery, byte == Ascii.slash || byte == Ascii.dot || byte == Ascii.percent || byte < 0x20 || byte == 0x7F {
          throw Refusal(.syntax)
        }
        if byte == 0 { throw Refusal(.encoding) }
      } else if isQuery, byte == Ascii.plus {
        byte = Ascii.space
      }
      result.append(byte)
    }
    if isEncoded, String(validating: result, as: UTF8.self) == nil { throw Refusal(.encoding) }
    return result
  }
}
