/// One word of a command.
struct RedisWord: BitwiseCopyable {
  enum Value: UInt8 {
    /// Its text.
    case known
    /// Any; its text is how it was spelled.
    case unknown
    /// Any number of words of any value.
    case open
    /// One of a script's keys, or of its arguments.
    case someKey, someArgument
  }

  var text: ByteRange
  var value = Value.known
}

/// The words of a command, with their texts in one arena.
struct RedisWords {
  var arena: [UInt8] = []
  var words: [RedisWord] = []
  /// A script's keys and arguments: what `someKey` and `someArgument` may be.
  var keys: [ByteRange] = []
  var arguments: [ByteRange] = []

  var count: Int { words.count }

  func text(_ position: Int) -> ArraySlice<UInt8> { arena[words[position].text.range] }

  mutating func append(_ text: some Collection<UInt8>, _ value: RedisWord.Value = .known) {
    let start = arena.count
    arena += text
    words.append(RedisWord(text: ByteRange(start, arena.count), value: value))
  }

  mutating func removeAll() {
    arena.removeAll(keepingCapacity: true)
    words.removeAll(keepingCapacity: true)
  }

  /// Whether every word is known.
  var areKnown: Bool { words.allSatisfy { $0.value == .known } }

  /// Whether a word is `other`, which is in upper case, however its letters are written.
  func isWord(_ position: Int, _ other: StaticString) -> Bool {
    let text = text(position)
    guard text.count == other.utf8CodeUnitCount else { return false }
    var index = 0
    for byte in text {
      if RedisText.upper(byte) != other.utf8Start[index] { return false }
      index += 1
    }
    return true
  }
}

/// How bytes of commands are written as text, which is UTF-8.
enum RedisText {
  @inline(__always)
  static func upper(_ byte: UInt8) -> UInt8 { byte &- 0x61 < 26 ? byte & 0xDF : byte }

  /// Appends a word as the server's own notation has it: as it is, or between double quotes with escapes where there is
  /// white space, a quote or what is not text in it.
  static func append(word: ArraySlice<UInt8>, to result: inout [UInt8]) {
    guard needsQuotes(word) else {
      result += word
      return
    }
    result.append(Ascii.doubleQuote)
    var index = word.startIndex
    while index < word.endIndex {
      let byte = word[index]
      switch byte {
      case Ascii.doubleQuote, Ascii.backslash: result += [Ascii.backslash, byte]
      case 0x20..<0x7F: result.append(byte)
      case Ascii.newline: result += [Ascii.backslash, UInt8(ascii: "n")]
      case 0x0D: result += [Ascii.backslash, UInt8(ascii: "r")]
      case Ascii.tab: result += [Ascii.backslash, UInt8(ascii: "t")]
      default: append(scalarAt: &index, of: word, to: &result)
      }
      index += 1
    }
    result.append(Ascii.doubleQuote)
  }

  /// Appends bytes as UTF-8: those that are none as `\xHH`.
  static func append(text: ArraySlice<UInt8>, to result: inout [UInt8]) {
    var index = text.startIndex
    while index < text.endIndex {
      if text[index] < 0x80 { result.append(text[index]) } else { append(scalarAt: &index, of: text, to: &result) }
      index += 1
    }
  }

  /// Whether all bytes are ASCII, so that they are text.
  static func isASCII(_ text: ArraySlice<UInt8>) -> Bool {
    var high: UInt8 = 0
    for byte in text { high |= byte }
    return high < 0x80
  }

  private static func needsQuotes(_ word: ArraySlice<UInt8>) -> Bool {
    var index = word.startIndex
    while index < word.endIndex {
      let byte = word[index]
      if byte < 0x80 {
        if byte <= 0x20 || byte == 0x7F || byte == Ascii.doubleQuote || byte == Ascii.quote { return true }
      } else {
        let length = scalarLength(word, index)
        if length == 0 { return true }
        index += length - 1
      }
      index += 1
    }
    return word.isEmpty
  }

  /// Appends the character at `index`, or its first byte escaped where it is none of UTF-8 or a control character, and
  /// leaves `index` at the last byte of it.
  private static func append(scalarAt index: inout Int, of text: ArraySlice<UInt8>, to result: inout [UInt8]) {
    let byte = text[index]
    let length = byte < 0x80 ? 0 : scalarLength(text, index)
    if length == 0 {
      result += [Ascii.backslash, UInt8(ascii: "x"), hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 15)]]
    } else {
      result += text[index..<index + length]
      index += length - 1
    }
  }

  private static let hexDigits = Array("0123456789abcdef".utf8)

  /// The bytes of the character of UTF-8 at `index`; 0 if there is none (RFC 3629, section 4).
  private static func scalarLength(_ text: ArraySlice<UInt8>, _ index: Int) -> Int {
    let first = text[index]
    let length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0
    guard length > 0, index + length <= text.endIndex else { return 0 }
    let second = text[index + 1]
    let low: UInt8 = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80
    let high: UInt8 = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF
    guard second >= low, second <= high else { return 0 }
    for at in index + 2..<index + length where text[at] & 0xC0 != 0x80 { return 0 }
    return length
  }
}
