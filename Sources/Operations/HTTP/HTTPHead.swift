import PolicyBytecode

/// One line of a header: a name, and its value without the blanks around it.
struct HTTPField: BitwiseCopyable {
  var name: ByteRange
  var value: ByteRange
  /// The value with its blanks.
  var raw: ByteRange
}

/// The request line and the header of a request (RFC 9112, 2 to 5), or the first line alone.
///
/// Stricter than the grammar where readers are known to disagree: see ``HTTPLines``.
struct HTTPHead {
  enum Version {
    /// `GET /x`, as people write requests down.
    case none
    case http10, http11
    /// The rendering of an HTTP/2 or HTTP/3 request.
    case later
  }

  var method = ByteRange()
  var target = ByteRange()
  var version = Version.none
  var fields: [HTTPField] = []
  /// Where the body begins.
  var end = 0
  var lines: HTTPLines

  init(_ bytes: [UInt8]) throws(HTTPError) {
    lines = HTTPLines(bytes, at: 0)
    guard !bytes.isEmpty else { throw HTTPError(.truncated) }
    var line = try lines.next()
    // An empty line in front is passed over (RFC 9112, 2.2).
    if line.count == 0 { line = try lines.next() }
    guard line.count > 0 else { throw HTTPError(.truncated) }
    try readRequestLine(bytes, line)
    fields.reserveCapacity(16)
    try readFields(bytes)
    end = lines.index
    guard end <= HTTPLimits.headBytes else { throw HTTPError(.oversized) }
  }

  private mutating func readRequestLine(_ bytes: [UInt8], _ line: ByteRange) throws(HTTPError) {
    let lineEnd = Int(line.end)
    guard let methodEnd = HTTPBytes.first(Ascii.space, in: bytes, line.range), methodEnd > line.start else {
      throw HTTPError(.syntax)
    }
    for index in Int(line.start)..<methodEnd where !HTTPBytes.isToken(bytes[index]) { throw HTTPError(.syntax) }
    method = ByteRange(Int(line.start), methodEnd)
    var index = methodEnd + 1
    while index < lineEnd, bytes[index] > Ascii.space, bytes[index] != HTTPBytes.delete { index += 1 }
    target = ByteRange(methodEnd + 1, index)
    guard target.count > 0 else { throw HTTPError(.syntax) }
    guard index < lineEnd else { return }
    guard bytes[index] == Ascii.space else { throw HTTPError(.syntax) }
    version = try Self.version(bytes[(index + 1)..<lineEnd])
  }

  private static func version(_ text: ArraySlice<UInt8>) throws(HTTPError) -> Version {
    guard text.starts(with: "HTTP/".utf8) else { throw HTTPError(.syntax) }
    let number = text.dropFirst(5)
    if number.elementsEqual("1.1".utf8) { return .http11 }
    if number.elementsEqual("1.0".utf8) { return .http10 }
    for later in ["2", "2.0", "3", "3.0"] where number.elementsEqual(later.utf8) { return .later }
    let isNumber = !number.isEmpty && number.allSatisfy { Ascii.isDigit($0) || $0 == Ascii.dot }
    throw HTTPError(isNumber ? .unsupported : .syntax)
  }

  /// Reads lines up to an empty one; the end of the text ends a header, too.
  mutating func readFields(_ bytes: [UInt8]) throws(HTTPError) {
    while true {
      let line = try lines.next()
      guard line.count > 0 else { return }
      guard fields.count < HTTPLimits.fields else { throw HTTPError(.count) }
      guard lines.index <= HTTPLimits.headBytes else { throw HTTPError(.oversized) }
      fields.append(try Self.field(bytes, line))
      if lines.isAtEnd { return }
    }
  }

  /// A line `NAME: VALUE`. No blank stands before the colon, no line is folded.
  static func field(_ bytes: [UInt8], _ line: ByteRange) throws(HTTPError) -> HTTPField {
    var index = Int(line.start)
    let lineEnd = Int(line.end)
    while index < lineEnd, HTTPBytes.isToken(bytes[index]) { index += 1 }
    guard index > line.start, index < lineEnd, bytes[index] == Ascii.colon else { throw HTTPError(.syntax) }
    let name = ByteRange(Int(line.start), index)
    let raw = ByteRange(index + 1, lineEnd)
    for at in raw.range where bytes[at] < Ascii.space && bytes[at] != Ascii.tab || bytes[at] == HTTPBytes.delete {
      throw HTTPError(.syntax)
    }
    return HTTPField(name: name, value: HTTPBytes.trimmed(bytes, raw), raw: raw)
  }

  /// The only line of a name, nil if there is none.
  func only(_ name: StaticString, _ bytes: [UInt8]) throws(HTTPError) -> HTTPField? {
    var found: HTTPField?
    for field in fields where HTTPBytes.equal(bytes, field.name, name) {
      guard found == nil else { throw HTTPError(.syntax) }
      found = field
    }
    return found
  }
}
