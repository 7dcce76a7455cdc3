import PolicyBytecode

/// Why the rest of a payload is no command.
struct RedisSyntaxError: Error {
  var reason: UnparsedReason
}

/// Takes a payload apart into commands, as the server does, but stricter: where the server skips two bytes unseen, there
/// must be the end of a line.
struct RedisReader {
  private let payload: [UInt8]
  private var index = 0

  init(_ payload: [UInt8]) { self.payload = payload }

  /// Reads the next command into `words`; false at the end. Empty lines and arrays are nothing.
  mutating func next(_ words: inout RedisWords) throws(RedisSyntaxError) -> Bool {
    while index < payload.count {
      words.removeAll()
      if payload[index] == Ascii.star { try array(&words) } else { try line(&words) }
      if words.count > 0 { return true }
    }
    return false
  }

  // MARK: - RESP

  private mutating func array(_ words: inout RedisWords) throws(RedisSyntaxError) {
    let count = try header()
    guard count > 0 else { return }
    guard count <= RedisLimits.words else { throw RedisSyntaxError(reason: .count) }
    words.words.reserveCapacity(min(count, payload.count - index))
    for _ in 0..<count {
      guard index < payload.count else { throw RedisSyntaxError(reason: .truncated) }
      guard payload[index] == Ascii.dollar else { throw RedisSyntaxError(reason: .syntax) }
      let length = try header()
      guard length >= 0 else { throw RedisSyntaxError(reason: .syntax) }
      guard length <= payload.count - index - 2 else { throw RedisSyntaxError(reason: .truncated) }
      let end = index + length
      guard payload[end] == 0x0D, payload[end + 1] == Ascii.newline else { throw RedisSyntaxError(reason: .syntax) }
      words.append(payload[index..<end])
      index = end + 2
    }
  }

  /// Reads `*N\r\n` or `$N\r\n`: a decimal number without leading zeros, `-1` included.
  private mutating func header() throws(RedisSyntaxError) -> Int {
    var at = index + 1
    let isNegative = at < payload.count && payload[at] == Ascii.dash
    if isNegative { at += 1 }
    let start = at
    var number = 0
    while at < payload.count, Ascii.isDigit(payload[at]), at - start < 10 {
      number = number * 10 + Int(payload[at] - Ascii.zero)
      at += 1
    }
    guard at + 1 < payload.count else {
      let isCut = at >= payload.count || payload[at] == 0x0D
      throw RedisSyntaxError(reason: isCut ? .truncated : .syntax)
    }
    guard at > start, at - start < 10, payload[at] == 0x0D, payload[at + 1] == Ascii.newline,
      payload[start] != Ascii.zero || at == start + 1 && !isNegative
    else { throw RedisSyntaxError(reason: .syntax) }
    index = at + 2
    return isNegative ? -number : number
  }

  // MARK: - Lines

  /// Reads a line of words as the server's `sdssplitargs` does.
  private mutating func line(_ words: inout RedisWords) throws(RedisSyntaxError) {
    let end = payload[index...].firstIndex(of: Ascii.newline) ?? payload.count
    defer { index = end + 1 }
    // The server takes NUL for the end of the line, or of what it has got.
    if payload[index..<end].contains(0) { throw RedisSyntaxError(reason: .encoding) }
    var at = index
    while true {
      while at < end, Self.isSpace(payload[at]) { at += 1 }
      guard at < end else { return }
      guard words.count < RedisLimits.words else { throw RedisSyntaxError(reason: .count) }
      let start = words.arena.count
      try word(&at, end, &words.arena)
      words.words.append(RedisWord(text: ByteRange(start, words.arena.count)))
    }
  }

  private func word(_ at: inout Int, _ end: Int, _ text: inout [UInt8]) throws(RedisSyntaxError) {
    while at < end {
      let byte = payload[at]
      switch byte {
      case Ascii.space, Ascii.tab, 0x0D: return
      case Ascii.doubleQuote, Ascii.quote:
        at += 1
        try quoted(byte, &at, end, &text)
        // Behind a closing quote the word must end.
        if at < end, !Self.isSpace(payload[at]) { throw RedisSyntaxError(reason: .syntax) }
        return
      default:
        text.append(byte)
        at += 1
      }
    }
  }

  private func quoted(_ quote: UInt8, _ at: inout Int, _ end: Int, _ text: inout [UInt8]) throws(RedisSyntaxError) {
    while at < end {
      let byte = payload[at]
      at += 1
      if byte == quote { return }
      guard byte == Ascii.backslash, at < end else {
        text.append(byte)
        continue
      }
      let next = payload[at]
      if quote == Ascii.quote {
        // Between single quotes only these are escaped.
        if next == quote { at += 1 }
        text.append(next == quote ? next : byte)
      } else if next == UInt8(ascii: "x"), at + 2 < end, let high = Ascii.hex(payload[at + 1]),
        let low = Ascii.hex(payload[at + 2])
      {
        text.append(UInt8(high << 4 | low))
        at += 3
      } else {
        text.append(Self.escaped(next))
        at += 1
      }
    }
    throw RedisSyntaxError(reason: .truncated)
  }

  private static func escaped(_ letter: UInt8) -> UInt8 {
    switch letter {
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "a"): 0x07
    default: letter
    }
  }

  /// `isspace` in the C locale.
  @inline(__always)
  private static func isSpace(_ byte: UInt8) -> Bool { byte == Ascii.space || byte &- 0x09 < 5 }
}
