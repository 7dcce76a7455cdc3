import PolicyBytecode

/// The kind of a JSON value, known from its first byte.
public enum JSONKind: Sendable {
  case object, array, string, number, boolean, null

  /// With its article, for messages.
  public var phrase: String {
    switch self {
    case .object: "an object"
    case .array: "an array"
    case .string: "a string"
    case .number: "a number"
    case .boolean: "a boolean"
    case .null: "null"
    }
  }
}

/// Where a string or a number stands in the text: a half-open range of offsets, without quotes.
public struct JSONToken: BitwiseCopyable, Sendable {
  public var start: Int
  public var end: Int
  /// Whether a string has escapes, so that its bytes are not its value.
  public var hasEscapes: Bool
}

/// Reads JSON (RFC 8259) from bytes, strictly and in one pass, without building anything: the caller asks for the
/// value it expects next.
///
///     try scanner.beginObject()
///     while let key = try scanner.nextKey() {
///       if scanner.equals(key, "id") { id = try scanner.string() } else { try scanner.skip() }
///     }
///     try scanner.finish()
///
/// Beyond the grammar it refuses invalid UTF-8, lone surrogates, keys that come twice in one object, and more than
/// ``JSONLimits/depth`` levels.
///
/// Invariant of the unsafe code: the bytes given to ``init(_:)`` or ``restart(_:)`` stay valid until the last call
/// after it, and every load is preceded by a check of its offset against their count.
public struct JSONScanner: ~Copyable {
  private var bytes: UnsafeBufferPointer<UInt8>
  /// Offset of the next byte to read.
  public private(set) var position = 0
  /// No element of the innermost container was read yet.
  private var isFirst = false
  private var depth = 0
  /// Keys of the objects that are open, those of one object contiguous.
  private var keys: [Key] = []
  /// Where in `keys` the keys of each open object begin.
  private var objects: [Int] = []
  /// Values of keys with escapes.
  private var unescaped: [UInt8] = []

  /// A key seen: its bytes stand in the text, or in `unescaped`.
  private struct Key {
    var hash: UInt32
    var start: Int
    var end: Int
    var isUnescaped: Bool
    var offset: Int
  }

  public init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// Begins anew on other bytes, keeping the memory.
  public mutating func restart(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    position = 0
    isFirst = false
    depth = 0
    keys.removeAll(keepingCapacity: true)
    objects.removeAll(keepingCapacity: true)
    unescaped.removeAll(keepingCapacity: true)
  }

  // MARK: Values

  /// The kind of the next value, which is not read.
  @inline(__always)
  public mutating func kind() throws(JSONError) -> JSONKind {
    skipWhiteSpace()
    guard position < bytes.count else { throw expected("a value") }
    switch bytes[position] {
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "t") where peek("true"), UInt8(ascii: "f") where peek("false"): return .boolean
    case UInt8(ascii: "n") where peek("null"): return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    default: throw expected("a value")
    }
  }

  /// Enters an object; ``nextKey()`` gives its members.
  public mutating func beginObject() throws(JSONError) {
    try open(UInt8(ascii: "{"), "an object")
    objects.append(keys.count)
  }

  /// The next key of the object, whose value the caller then reads, or nil at its end.
  public mutating func nextKey() throws(JSONError) -> JSONToken? {
    guard try next(closing: UInt8(ascii: "}"), "`,` or `}`") else {
      try closeObject()
      return nil
    }
    skipWhiteSpace()
    let offset = position
    guard take(UInt8(ascii: "\"")) else { throw expected("a key in quotes") }
    let key = try stringBody()
    remember(key, at: offset)
    skipWhiteSpace()
    guard take(UInt8(ascii: ":")) else { throw expected("`:`") }
    return key
  }

  /// Enters an array; ``nextElement()`` says whether there is one more.
  public mutating func beginArray() throws(JSONError) { try open(UInt8(ascii: "["), "an array") }

  /// Whether the array has one more element, which the caller then reads.
  public mutating func nextElement() throws(JSONError) -> Bool {
    if try next(closing: UInt8(ascii: "]"), "`,` or `]`") { return true }
    depth -= 1
    return false
  }

  /// Reads a string.
  public mutating func string() throws(JSONError) -> JSONToken {
    skipWhiteSpace()
    guard take(UInt8(ascii: "\"")) else { throw expected("a string") }
    return try stringBody()
  }

  /// Reads a number of any size; ``integer(_:)`` and ``text(_:)`` give its value.
  public mutating func number() throws(JSONError) -> JSONToken {
    skipWhiteSpace()
    let start = position
    _ = take(UInt8(ascii: "-"))
    if take(UInt8(ascii: "0")) {
      if isDigit { throw JSONError("a number cannot begin with 0", at: start) }
    } else if skipDigits() == 0 {
      throw position == start ? expected("a number") : expected("a digit")
    }
    if take(UInt8(ascii: ".")), skipDigits() == 0 { throw expected("a digit") }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      if skipDigits() == 0 { throw expected("a digit") }
    }
    return JSONToken(start: start, end: position, hasEscapes: false)
  }

  /// Reads `true` or `false`.
  public mutating func boolean() throws(JSONError) -> Bool {
    skipWhiteSpace()
    if take("true") { return true }
    if take("false") { return false }
    throw expected("`true` or `false`")
  }

  /// Reads `null`.
  public mutating func null() throws(JSONError) {
    skipWhiteSpace()
    guard take("null") else { throw expected("`null`") }
  }

  /// Reads a value of any kind, checking it, and forgets it.
  public mutating func skip() throws(JSONError) {
    switch try kind() {
    case .string: _ = try string()
    case .number: _ = try number()
    case .boolean: _ = try boolean()
    case .null: try null()
    case .array:
      try beginArray()
      while try nextElement() { try skip() }
    case .object:
      try beginObject()
      while try nextKey() != nil { try skip() }
    }
  }

  /// Whether nothing but white space follows, which is read over.
  public mutating func isAtEnd() -> Bool {
    skipWhiteSpace()
    return position == bytes.count
  }

  /// Demands that nothing follows.
  public mutating func finish() throws(JSONError) {
    skipWhiteSpace()
    guard position == bytes.count else { throw JSONError("unexpected text after the value", at: position) }
  }

  // MARK: What tokens stand for

  /// Whether the value of a string is `word`, which is ASCII.
  @inline(__always)
  public func equals(_ token: JSONToken, _ word: StaticString) -> Bool {
    if token.hasEscapes { return text(token) == word.description }
    guard token.end - token.start == word.utf8CodeUnitCount else { return false }
    for index in 0..<word.utf8CodeUnitCount where bytes[token.start + index] != word.utf8Start[index] { return false }
    return true
  }

  /// The value of a string, or the digits of a number as they stand.
  public func text(_ token: JSONToken) -> String {
    if token.hasEscapes { return String(decoding: self.utf8(token), as: UTF8.self) }
    return String(decoding: slice(token), as: UTF8.self)
  }

  /// The value of a string as UTF-8.
  public func utf8(_ token: JSONToken) -> [UInt8] {
    guard token.hasEscapes else { return [UInt8](slice(token)) }
    return unescape(token)
  }

  /// Calls `body` with the value of a string as UTF-8, which is valid until it returns; nothing is copied that has no
  /// escapes.
  @inline(__always)
  public func withUTF8<Result>(_ token: JSONToken, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    guard token.hasEscapes else { return body(slice(token)) }
    return unescape(token).withUnsafeBufferPointer(body)
  }

  /// The value of a number, if it is written as an integer and fits.
  public func integer(_ token: JSONToken) -> Int64? { Int64(text(token)) }

  private func slice(_ token: JSONToken) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: bytes[token.start..<token.end])
  }

  // MARK: Structure

  private mutating func open(_ bracket: UInt8, _ phrase: StaticString) throws(JSONError) {
    skipWhiteSpace()
    guard take(bracket) else { throw expected(phrase) }
    depth += 1
    guard depth <= JSONLimits.depth else {
      throw JSONError("more than \(JSONLimits.depth) levels of nesting", at: position - 1)
    }
    isFirst = true
  }

  /// Steps to the next element; false when the container ends here.
  @inline(__always)
  private mutating func next(closing bracket: UInt8, _ phrase: StaticString) throws(JSONError) -> Bool {
    skipWhiteSpace()
    let wasFirst = isFirst
    isFirst = false
    if take(bracket) { return false }
    if !wasFirst, !take(UInt8(ascii: ",")) { throw expected(phrase) }
    return true
  }

  /// Ends the innermost object, whose keys must differ.
  private mutating func closeObject() throws(JSONError) {
    depth -= 1
    let first = objects.removeLast()
    let count = keys.count - first
    if count > 8 {
      // Sorted with ties by bytes, so that many equal hashes cost no more than others.
      let sorted = keys[first...].sorted { precedes($0, $1) }
      for index in 1..<count where sameKey(sorted[index - 1], sorted[index]) {
        throw duplicate(sorted[index - 1], sorted[index])
      }
    } else if count > 1 {
      for index in first + 1..<keys.count {
        for other in first..<index where sameKey(keys[other], keys[index]) { throw duplicate(keys[other], keys[index]) }
      }
    }
    keys.removeLast(count)
    if objects.isEmpty { unescaped.removeAll(keepingCapacity: true) }
  }

  private mutating func remember(_ token: JSONToken, at offset: Int) {
    var key = Key(hash: 0, start: token.start, end: token.end, isUnescaped: token.hasEscapes, offset: offset)
    if token.hasEscapes {
      key.start = unescaped.count
      unescaped.append(contentsOf: utf8(token))
      key.end = unescaped.count
    }
    key.hash = withBytes(of: key) { bytes in bytes.baseAddress.map { factHash($0, bytes.count) } ?? 0 }
    keys.append(key)
  }

  private func withBytes<Result>(of key: Key, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    guard key.isUnescaped else { return body(UnsafeBufferPointer(rebasing: bytes[key.start..<key.end])) }
    return unescaped.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[key.start..<key.end])) }
  }

  @inline(__always)
  private func sameKey(_ a: Key, _ b: Key) -> Bool {
    guard a.hash == b.hash, a.end - a.start == b.end - b.start else { return false }
    return withBytes(of: a) { left in withBytes(of: b) { left.elementsEqual($0) } }
  }

  private func precedes(_ a: Key, _ b: Key) -> Bool {
    if a.hash != b.hash { return a.hash < b.hash }
    return withBytes(of: a) { left in withBytes(of: b) { left.lexicographicallyPrecedes($0) } }
  }

  private func duplicate(_ a: Key, _ b: Key) -> JSONError {
    let name = withBytes(of: a) { String(decoding: $0, as: UTF8.self) }
    return JSONError("the key `\(name)` comes twice", at: max(a.offset, b.offset))
  }

  // MARK: Characters

  @inline(__always)
  private mutating func skipWhiteSpace() {
    while position < bytes.count {
      let byte = bytes[position]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      position += 1
    }
  }

  @inline(__always)
  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func take(_ word: StaticString) -> Bool {
    guard peek(word) else { return false }
    position += word.utf8CodeUnitCount
    return true
  }

  private func peek(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard bytes.count - position >= count else { return false }
    for index in 0..<count where bytes[position + index] != word.utf8Start[index] { return false }
    return true
  }

  private var isDigit: Bool { position < bytes.count && bytes[position] &- 0x30 < 10 }

  private mutating func skipDigits() -> Int {
    let start = position
    while isDigit { position += 1 }
    return position - start
  }

  private func expected(_ what: StaticString) -> JSONError {
    guard position < bytes.count else { return JSONError("the text ends where \(what) is expected", at: position) }
    return JSONError("expected \(what)", at: position)
  }

  /// Reads up to the closing quote; the opening one is behind.
  @inline(__always)
  private mutating func stringBody() throws(JSONError) -> JSONToken {
    let start = position
    var hasEscapes = false
    while true {
      skipPlainWords()
      guard position < bytes.count else { throw JSONError("a string does not end", at: start - 1) }
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        position += 1
        return JSONToken(start: start, end: position - 1, hasEscapes: hasEscapes)
      } else if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        try escape()
      } else if byte < 0x20 {
        throw JSONError("a control character in a string must be escaped", at: position)
      } else if byte < 0x80 {
        position += 1
      } else {
        let length = utf8SequenceLength(at: position)
        guard length > 0 else { throw JSONError("invalid UTF-8", at: position) }
        position += length
      }
    }
  }

  /// Steps over printable ASCII other than `"` and `\`, eight bytes at a time, up to the first other byte or to less
  /// than eight bytes before the end.
  @inline(__always)
  private mutating func skipPlainWords() {
    let ones: UInt64 = 0x0101_0101_0101_0101
    while bytes.count - position >= 8 {
      let word = UInt64(
        littleEndian: UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: position, as: UInt64.self))
      // A byte's high bit is set where it is zero after the subtraction's borrow; the lowest such bit is exact.
      let quote = word ^ (ones &* 0x22)
      let backslash = word ^ (ones &* 0x5C)
      let special =
        ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | ((word &- ones &* 0x20) & ~word) | word
      let hits = special & (ones &* 0x80)
      guard hits == 0 else {
        position += hits.trailingZeroBitCount >> 3
        return
      }
      position += 8
    }
  }

  /// The length of the well-formed UTF-8 sequence of a character beyond ASCII at `index`, or 0 (Unicode, table 3-7).
  private func utf8SequenceLength(at index: Int) -> Int {
    let lead = bytes[index]
    var second: ClosedRange<UInt8> = 0x80...0xBF
    let length: Int
    switch lead {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    case 0xF1...0xF3: length = 4
    default: return 0
    }
    guard bytes.count - index >= length, second.contains(bytes[index + 1]) else { return 0 }
    for offset in 2..<max(length, 2) where bytes[index + offset] & 0xC0 != 0x80 { return 0 }
    return length
  }

  // MARK: Escapes

  /// Reads one escape, checking that surrogates come in pairs.
  private mutating func escape() throws(JSONError) {
    let start = position
    position += 1
    guard position < bytes.count else { throw JSONError("a string does not end", at: start) }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return
    case UInt8(ascii: "u"):
      guard let unit = hexadecimal(at: position) else { throw JSONError("`\\u` takes four hex digits", at: start) }
      position += 4
      guard unit & 0xF800 == 0xD800 else { return }
      guard unit < 0xDC00, bytes.count - position >= 6, bytes[position] == UInt8(ascii: "\\"),
        bytes[position + 1] == UInt8(ascii: "u"), let low = hexadecimal(at: position + 2), low & 0xFC00 == 0xDC00
      else { throw JSONError("a surrogate without its pair", at: start) }
      position += 6
    default: throw JSONError("unknown escape", at: start)
    }
  }

  private func hexadecimal(at index: Int) -> UInt32? {
    guard bytes.count - index >= 4 else { return nil }
    var value: UInt32 = 0
    for offset in 0..<4 {
      let byte = bytes[index + offset]
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  /// The value of a string that was read, whose escapes are therefore well formed.
  private func unescape(_ token: JSONToken) -> [UInt8] {
    var value: [UInt8] = []
    value.reserveCapacity(token.end - token.start)
    var index = token.start
    while index < token.end {
      let byte = bytes[index]
      guard byte == UInt8(ascii: "\\"), index + 1 < token.end else {
        value.append(byte)
        index += 1
        continue
      }
      let letter = bytes[index + 1]
      index += 2
      switch letter {
      case UInt8(ascii: "b"): value.append(0x08)
      case UInt8(ascii: "f"): value.append(0x0C)
      case UInt8(ascii: "n"): value.append(0x0A)
      case UInt8(ascii: "r"): value.append(0x0D)
      case UInt8(ascii: "t"): value.append(0x09)
      case UInt8(ascii: "u"):
        guard var code = hexadecimal(at: index) else { continue }
        index += 4
        if code & 0xFC00 == 0xD800, let low = hexadecimal(at: index + 2) {
          code = 0x10000 + (code & 0x3FF) << 10 + (low & 0x3FF)
          index += 6
        }
        value.append(contentsOf: String(Character(Unicode.Scalar(code) ?? "\u{FFFD}")).utf8)
      default: value.append(letter)
      }
    }
    return value
  }
}
