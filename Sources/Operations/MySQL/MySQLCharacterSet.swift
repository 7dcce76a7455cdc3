import PolicyBytecode

/// The character set in which the server reads what the client sends.
///
/// In some (GBK, Big5, Shift JIS, GB18030) a backslash or a quote is the second byte of a character: literals end
/// elsewhere than they seem to. Source: MySQL Reference Manual, "Connection Character Sets and Collations".
enum MySQLCharacterSet {
  static let setting = Array("character_set_client".utf8)

  static func isSetting(_ name: [UInt8]) -> Bool { name == setting }

  /// Whether bytes from 0x80 on hide no ASCII character after them.
  static func isPlain(_ name: some Collection<UInt8>) -> Bool {
    let name = name.map(lowered)
    return ["utf8", "utf8mb3", "utf8mb4", "latin1", "ascii", "binary", "default"].contains {
      (known: StaticString) in
      name.elementsEqual(UnsafeBufferPointer(start: known.utf8Start, count: known.utf8CodeUnitCount))
    }
  }

  /// In these ASCII's bytes are other characters: swe7's back quote is a letter.
  private static let notASCII = ["swe7", "ucs2", "utf16", "utf16le", "utf32"]

  /// Whether a text in the character set `name` is, character for character, what its bytes are in UTF-8.
  static func keeps(_ text: [UInt8], in name: some Collection<UInt8>) -> Bool {
    let set = String(decoding: name.map(lowered), as: UTF8.self)
    return isPlain(name) || text.allSatisfy { $0 < 0x80 } && !notASCII.contains(set)
  }
}

extension MySQLText {
  /// Where the last byte that is no ASCII ends; 0 without one.
  var wideEnd: Int { bytes.lastIndex { $0 >= 0x80 }.map { $0 + 1 } ?? 0 }
}

extension MySQLReader {
  /// `NAMES x`, `CHARACTER SET x`, `CHARSET x` in SET; false if something else stands here.
  mutating func characterSet() throws(MySQLFailure) -> Bool {
    guard startsCharacterSet else { return false }
    _ = take(.character)
    advance()
    let isPlain: Bool
    if at(.word) {
      isPlain = MySQLCharacterSet.isPlain(text.slice(position))
      advance()
    } else {
      isPlain = MySQLCharacterSet.isPlain(try string())
    }
    // COLLATE
    while !isAtEnd, !at(.comma) { try looseToken() }
    if !isPlain { try leaveKnownCharacterSets() }
    return true
  }

  private var startsCharacterSet: Bool {
    if at(.character) { return at(.set, 1) }
    return (at(.names) || at(.charset)) && !at(.equal, 1) && !at(.assign, 1) && !at(.dot, 1)
  }

  /// What stands after a form of SET that is not looked into, down to the end, but for character sets and modes.
  mutating func restOfSet() throws(MySQLFailure) {
    while !isAtEnd {
      let name = at(.word) || at(.systemVariable) ? text.name(position) : []
      if MySQLCharacterSet.isSetting(name) || startsCharacterSet { try leaveKnownCharacterSets() }
      if MySQLModes.isSetting(name) { try leaveKnownModes(.all) }
      try looseToken()
    }
  }

  /// Notes the value of `character_set_client`, the tokens `value`.
  mutating func noteCharacterSet(_ value: Range<Int>) throws(MySQLFailure) {
    if value.count == 1 {
      let index = value.lowerBound
      switch text.tokens[index].kind {
      case .word, .quotedName: if MySQLCharacterSet.isPlain(text.name(index)) { return }
      case .string, .doubleString: if MySQLCharacterSet.isPlain(text.literal(index)) { return }
      case .variable: if holdsSaved(savedCharacterSets, index) { return }
      default: break
      }
    }
    try leaveKnownCharacterSets()
  }

  /// From here on characters that are no ASCII end who knows where; in a text that is run by another one, that one's.
  private mutating func leaveKnownCharacterSets() throws(MySQLFailure) {
    if isEmbedded || wideEnd > Int(token().start) { throw MySQLFailure(reason: .unsupported) }
  }
}
