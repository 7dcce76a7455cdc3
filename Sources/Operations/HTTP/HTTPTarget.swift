import PolicyBytecode

/// The target of a request (RFC 9112, 3.2), taken apart and normalised.
struct HTTPTarget {
  /// Nil where the target names none.
  var host: [UInt8]?
  /// Normalised; `*` for the server as a whole, empty for CONNECT.
  var path: [UInt8] = []
  /// Whether servers may take another path or host than these.
  var isAmbiguous = false
  /// As sent, without `?`; a range of the request.
  var query = ByteRange()

  init(_ bytes: [UInt8], _ target: ByteRange, method: ByteRange) throws(HTTPError) {
    let text = bytes[target.range]
    if text.contains(Ascii.hash) { throw HTTPError(.syntax) }
    if HTTPBytes.equal(bytes, method, "connect") {
      guard let colon = text.lastIndex(of: Ascii.colon), colon + 1 < text.endIndex else { throw HTTPError(.syntax) }
      host = try HTTPHost.canonical(text)
      guard host != nil else { throw HTTPError(.syntax) }
      return
    }
    if text.first == Ascii.slash {
      try readPath(bytes, Int(target.start), Int(target.end))
      return
    }
    if text.elementsEqual([Ascii.star]) {
      guard HTTPBytes.equal(bytes, method, "options") else { throw HTTPError(.syntax) }
      path = [Ascii.star]
      return
    }
    let scheme = text.prefix { HTTPBytes.isLetter($0) || Ascii.isDigit($0) || $0 == Ascii.plus || $0 == Ascii.dash }
    let rest = text[scheme.endIndex...]
    guard !scheme.isEmpty, rest.starts(with: "://".utf8) else { throw HTTPError(.syntax) }
    let isKnown = (["http", "https", "ws", "wss"] as [StaticString]).contains { HTTPBytes.equal(scheme, $0) }
    guard isKnown else { throw HTTPError(.unsupported) }
    let authority = rest.dropFirst(3).prefix { $0 != Ascii.slash && $0 != Ascii.question && $0 != Ascii.backslash }
    host = try HTTPHost.canonical(authority)
    guard host != nil else { throw HTTPError(.syntax) }
    try readPath(bytes, authority.endIndex, Int(target.end))
  }

  private mutating func readPath(_ bytes: [UInt8], _ start: Int, _ end: Int) throws(HTTPError) {
    let question = HTTPBytes.first(Ascii.question, in: bytes, start..<end)
    if let question { query = ByteRange(question + 1, end) }
    path = try HTTPPath.normalised(bytes[start..<(question ?? end)], &isAmbiguous)
  }
}

/// Paths as policies see them.
enum HTTPPath {
  /// A path percent-decoded once; then path parameters are dropped, `.` and `..` resolved, doubled slashes joined and
  /// one at the end dropped.
  ///
  /// `isAmbiguous` says of `..`, and of parameters behind nothing or dots, that servers go different ways: they resolve them before
  /// or behind the decoding, the parameters and the joining of slashes, or not at all. Clients do it before they send. A
  /// backslash is a separator to some and a letter to others: neither reading is safe, so it is an error, as are escapes that
  /// are none, control characters and invalid UTF-8 after decoding.
  static func normalised(_ raw: ArraySlice<UInt8>, _ isAmbiguous: inout Bool) throws(HTTPError) -> [UInt8] {
    var decoded = [UInt8]()
    decoded.reserveCapacity(raw.count + 1)
    var high: UInt8 = 0
    var previous: UInt8 = 0
    var isPlain = true
    var index = raw.startIndex
    while index < raw.endIndex {
      var byte = raw[index]
      index += 1
      if byte == Ascii.percent {
        guard index + 1 < raw.endIndex, let first = Ascii.hex(raw[index]), let second = Ascii.hex(raw[index + 1]) else {
          throw HTTPError(.encoding)
        }
        byte = UInt8(first << 4 | second)
        index += 2
      }
      if byte < Ascii.space || byte == HTTPBytes.delete { throw HTTPError(.encoding) }
      if byte == Ascii.backslash { throw HTTPError(.syntax) }
      if byte == Ascii.semicolon || previous == Ascii.slash && (byte == Ascii.slash || byte == Ascii.dot) {
        isPlain = false
      }
      high |= byte
      previous = byte
      decoded.append(byte)
    }
    if high >= 0x80, String(validating: decoded, as: UTF8.self) == nil { throw HTTPError(.encoding) }
    guard !isPlain else {
      if previous == Ascii.slash, decoded.count > 1 { decoded.removeLast() }
      return decoded.isEmpty ? [Ascii.slash] : decoded
    }
    return resolved(decoded, &isAmbiguous)
  }

  private static func resolved(_ path: [UInt8], _ isAmbiguous: inout Bool) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(path.count)
    var start = 0
    while start < path.count {
      let end = HTTPBytes.first(Ascii.slash, in: path, start..<path.count) ?? path.count
      let segmentEnd = HTTPBytes.first(Ascii.semicolon, in: path, start..<end) ?? end
      let length = segmentEnd - start
      let isDots = length <= 2 && path[start..<segmentEnd].allSatisfy { $0 == Ascii.dot }
      if isDots, length == 2 || segmentEnd < end { isAmbiguous = true }
      if isDots, length == 2 {
        while let last = result.popLast(), last != Ascii.slash {}
      } else if !isDots {
        result.append(Ascii.slash)
        result += path[start..<segmentEnd]
      }
      start = end + 1
    }
    return result.isEmpty ? [Ascii.slash] : result
  }
}
