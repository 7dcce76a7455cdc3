import PolicyBytecode

/// A body: a range of the payload, or bytes that were put together from chunks.
struct HTTPBody {
  var bytes: [UInt8]
  var range: Range<Int>

  var isEmpty: Bool { range.isEmpty }
}

extension HTTPHead {
  /// Finds the body (RFC 9112, 6.3), refusing what two readers may measure differently (11.2).
  func body(_ bytes: [UInt8]) throws(HTTPError) -> HTTPBody {
    try checkNames(bytes)
    let length = try only("content-length", bytes)
    let coding = try only("transfer-encoding", bytes)
    if let coding {
      guard length == nil, version == .http11 || version == .none else { throw HTTPError(.syntax) }
      let value = try Self.framing(bytes, coding)
      guard HTTPBytes.equal(bytes, value, "chunked") else { throw HTTPError(.syntax) }
      return try chunked(bytes)
    }
    guard let length else { return try unmeasured(bytes) }
    let value = try Self.framing(bytes, length)
    let digits = bytes[value.range]
    // A zero in front makes some readers think of octal numbers.
    guard (1...9).contains(digits.count), digits.allSatisfy(Ascii.isDigit),
      digits.count == 1 || digits.first != Ascii.zero
    else { throw HTTPError(.syntax) }
    let count = digits.reduce(0) { $0 * 10 + Int($1 - Ascii.zero) }
    guard bytes.count - end >= count else { throw HTTPError(.truncated) }
    try Self.expectEnd(bytes, end + count)
    return HTTPBody(bytes: bytes, range: end..<(end + count))
  }

  /// Headers by which one reader measures a body and another does not: names of framing with `_`, which some servers read
  /// as `-`, and those of framing that `Connection` tells a proxy to drop (RFC 9110, 7.6.1).
  private func checkNames(_ bytes: [UInt8]) throws(HTTPError) {
    for field in fields {
      if HTTPBytes.equal(bytes, field.name, "content_length") || HTTPBytes.equal(bytes, field.name, "transfer_encoding")
      {
        throw HTTPError(.syntax)
      }
      guard HTTPBytes.equal(bytes, field.name, "connection") else { continue }
      for option in bytes[field.value.range].split(separator: Ascii.comma) {
        let name = HTTPBytes.trimmed(option)
        for framing in ["content-length", "transfer-encoding", "host"] as [StaticString]
        where HTTPBytes.equal(name, framing) { throw HTTPError(.syntax) }
      }
    }
  }

  /// A value that measures the body: no tabs around it.
  private static func framing(_ bytes: [UInt8], _ field: HTTPField) throws(HTTPError) -> ByteRange {
    for index in field.raw.range where bytes[index] == Ascii.tab { throw HTTPError(.syntax) }
    return field.value
  }

  /// Nothing but empty lines follows, which stand for nothing (RFC 9112, 2.2).
  private static func expectEnd(_ bytes: [UInt8], _ start: Int) throws(HTTPError) {
    for index in start..<bytes.count where bytes[index] != Ascii.newline && bytes[index] != HTTPBytes.carriageReturn {
      throw HTTPError(.syntax)
    }
  }

  /// What follows a head that gives no length: recordings and tests leave it out. On a connection it would be the next
  /// request, so it must not read as one.
  private func unmeasured(_ bytes: [UInt8]) throws(HTTPError) -> HTTPBody {
    var start = end
    while start < bytes.count, bytes[start] == Ascii.newline || bytes[start] == HTTPBytes.carriageReturn { start += 1 }
    guard start < bytes.count else { return HTTPBody(bytes: bytes, range: end..<end) }
    guard !Self.isRequest(bytes, start), !Self.areRequestWords(bytes, start) else { throw HTTPError(.syntax) }
    return HTTPBody(bytes: bytes, range: end..<bytes.count)
  }

  /// Whether the line at `start` may be a request line: a method, and a target or a version at the end.
  private static func isRequest(_ bytes: [UInt8], _ start: Int) -> Bool {
    let limit = min(bytes.count, start + HTTPLimits.requestLineBytes)
    let lineEnd = HTTPBytes.first(Ascii.newline, in: bytes, start..<limit) ?? limit
    var index = start
    var isUpperCase = true
    while index < lineEnd, HTTPBytes.isToken(bytes[index]) {
      if bytes[index] &- 0x61 < 26 { isUpperCase = false }
      index += 1
    }
    guard index > start, index < lineEnd, Ascii.isBlank(bytes[index]) else { return false }
    let target = bytes[index..<lineEnd].drop(while: Ascii.isBlank)
    let isTarget = target.first == Ascii.slash || target.first == Ascii.star || target.starts(with: "http".utf8)
    if isUpperCase, isTarget { return true }
    while index + 6 < lineEnd {
      if Ascii.isBlank(bytes[index]), HTTPBytes.equal(bytes[(index + 1)..<(index + 6)], "http/"),
        Ascii.isDigit(bytes[index + 6])
      {
        return true
      }
      index += 1
    }
    return false
  }

  /// Whether the line at `start` is a request to servers that take it apart at white space of any kind, such as Python's: three
  /// words of which the last is a version, or `GET` and another.
  private static func areRequestWords(_ bytes: [UInt8], _ start: Int) -> Bool {
    let rest = bytes[start...].drop(while: isWhite)
    let line = rest.prefix(HTTPLimits.requestLineBytes).prefix { $0 != Ascii.newline }
    let words = line.split(maxSplits: 3, whereSeparator: isWhite)
    if words.count == 2 { return HTTPBytes.equal(words[0], "get") }
    return words.count == 3 && HTTPBytes.equal(words[2].prefix(5), "http/")
  }

  /// White space of Latin-1.
  private static func isWhite(_ byte: UInt8) -> Bool {
    byte == Ascii.space || byte &- 0x09 < 5 || byte &- 0x1C < 4 || byte == 0x85 || byte == 0xA0
  }

  // MARK: - Chunks

  /// A chunked body (RFC 9112, 7.1). Extensions are passed over, trailers checked and passed over.
  private func chunked(_ bytes: [UInt8]) throws(HTTPError) -> HTTPBody {
    var lines = self.lines
    var body: [UInt8] = []
    var count = 0
    while true {
      guard lines.index < bytes.count else { throw HTTPError(.truncated) }
      let size = try Self.chunkSize(bytes, try lines.next())
      guard !lines.isAtEnd else { throw HTTPError(.truncated) }
      guard size > 0 else { break }
      count += 1
      guard count <= HTTPLimits.chunks else { throw HTTPError(.count) }
      guard bytes.count - lines.index >= size else { throw HTTPError(.truncated) }
      body += bytes[lines.index..<(lines.index + size)]
      lines.step(size)
      try lines.lineEnd()
    }
    try Self.readTrailers(bytes, &lines)
    try Self.expectEnd(bytes, lines.index)
    return HTTPBody(bytes: body, range: 0..<body.count)
  }

  private static func chunkSize(_ bytes: [UInt8], _ line: ByteRange) throws(HTTPError) -> Int {
    guard line.count <= HTTPLimits.chunkLineBytes else { throw HTTPError(.oversized) }
    var size = 0
    var index = Int(line.start)
    while index < Int(line.end), let digit = Ascii.hex(bytes[index]) {
      size = size * 16 + digit
      index += 1
      guard index - Int(line.start) <= 8 else { throw HTTPError(.oversized) }
    }
    guard index > Int(line.start) else { throw HTTPError(.syntax) }
    guard index == Int(line.end) || bytes[index] == Ascii.semicolon else { throw HTTPError(.syntax) }
    for at in index..<Int(line.end) where bytes[at] < Ascii.space || bytes[at] >= HTTPBytes.delete {
      throw HTTPError(.syntax)
    }
    return size
  }

  /// Trailers, which must not be what a head is read by.
  private static func readTrailers(_ bytes: [UInt8], _ lines: inout HTTPLines) throws(HTTPError) {
    for _ in 0...HTTPLimits.fields {
      let line = try lines.next()
      guard !lines.isAtEnd else { throw HTTPError(.truncated) }
      guard line.count > 0 else { return }
      let name = try HTTPHead.field(bytes, line).name
      for framing in ["host", "content-length", "transfer-encoding"] as [StaticString]
      where HTTPBytes.equal(bytes, name, framing) {
        throw HTTPError(.syntax)
      }
    }
    throw HTTPError(.count)
  }
}
