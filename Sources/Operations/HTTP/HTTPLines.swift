import PolicyBytecode

/// Reads the lines of a head: all end in CRLF, or all in LF.
///
/// Servers accept a bare LF (RFC 9112, 2.2) and recordings are full of them, but where both kinds stand in one head, or
/// a CR alone, two readers may find different lines.
struct HTTPLines {
  private let bytes: [UInt8]
  private(set) var index: Int
  /// Nil until the first line end is seen.
  private(set) var usesLineFeeds: Bool?
  /// The last line read ended with the text rather than with a line end.
  private(set) var isAtEnd = false

  init(_ bytes: [UInt8], at index: Int) {
    self.bytes = bytes
    self.index = index
  }

  /// The next line without its end. At the end of the text an empty one.
  mutating func next() throws(HTTPError) -> ByteRange {
    let start = index
    while index < bytes.count {
      let byte = bytes[index]
      if byte >= Ascii.space {
        index += 1
        continue
      }
      if byte == 0 { throw HTTPError(.encoding) }
      if byte == Ascii.newline {
        guard usesLineFeeds != false else { throw HTTPError(.syntax) }
        usesLineFeeds = true
        index += 1
        return ByteRange(start, index - 1)
      }
      if byte == HTTPBytes.carriageReturn {
        guard usesLineFeeds != true, index + 1 < bytes.count, bytes[index + 1] == Ascii.newline else {
          throw HTTPError(.syntax)
        }
        usesLineFeeds = false
        index += 2
        return ByteRange(start, index - 2)
      }
      index += 1
    }
    isAtEnd = true
    return ByteRange(start, index)
  }

  /// Steps over a line end where one must stand.
  mutating func lineEnd() throws(HTTPError) {
    guard index < bytes.count else { throw HTTPError(.truncated) }
    guard try next().count == 0, !isAtEnd else { throw HTTPError(.syntax) }
  }

  mutating func step(_ count: Int) { index += count }
}
