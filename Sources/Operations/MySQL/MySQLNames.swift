/// What tokens mean: names as they compare, literals as the server sees them.
extension MySQLText {
  func slice(_ index: Int) -> ArraySlice<UInt8> { bytes[Int(tokens[index].start)..<Int(tokens[index].end)] }

  /// The name that a token spells, in lower case: on servers with `lower_case_table_names`, and in all of them for
  /// columns and functions, case does not matter.
  func name(_ index: Int) -> [UInt8] {
    switch tokens[index].kind {
    case .quotedName: return Self.unquoted(slice(index).dropFirst().dropLast(), Ascii.backquote).map(lowered)
    case .doubleString: return literal(index).map(lowered)
    case .variable, .systemVariable:
      let slice = slice(index).drop { $0 == Ascii.at }
      switch slice.first {
      case Ascii.backquote: return Self.unquoted(slice.dropFirst().dropLast(), Ascii.backquote).map(lowered)
      case Ascii.quote, Ascii.doubleQuote: return Self.unescaped(slice).map(lowered)
      default: return slice.map(lowered)
      }
    default: return slice(index).map(lowered)
    }
  }

  /// The bytes that a literal in quotes, or a hexadecimal one, stands for.
  func literal(_ index: Int) -> [UInt8] {
    let slice = slice(index)
    guard tokens[index].kind == .hex else {
      return Self.unescaped(slice.first == Ascii.quote || slice.first == Ascii.doubleQuote ? slice : slice.dropFirst())
    }
    let digits = slice.dropFirst(2).prefix { $0 != Ascii.quote }.compactMap { Ascii.hex($0) }
    var bytes: [UInt8] = []
    var at = 0
    if digits.count % 2 == 1 {
      bytes.append(UInt8(digits[0]))
      at = 1
    }
    while at + 1 < digits.count {
      bytes.append(UInt8(digits[at] << 4 | digits[at + 1]))
      at += 2
    }
    return bytes
  }

  /// Whether the token is the name of a character set that a literal may follow: `_utf8mb4'x'`.
  func isIntroducer(_ index: Int) -> Bool {
    guard tokens[index].kind == .word, bytes[Int(tokens[index].start)] == Ascii.underscore else { return false }
    return Self.characterSets.contains(String(decoding: slice(index).dropFirst().map(lowered), as: UTF8.self))
  }

  /// Source: MySQL Reference Manual, "Supported Character Sets and Collations".
  private static let characterSets: Set<String> = [
    "armscii8", "ascii", "big5", "binary", "cp1250", "cp1251", "cp1256", "cp1257", "cp850", "cp852", "cp866", "cp932",
    "dec8", "eucjpms", "euckr", "gb18030", "gb2312", "gbk", "geostd8", "greek", "hebrew", "hp8", "keybcs2", "koi8r",
    "koi8u", "latin1", "latin2", "latin5", "latin7", "macce", "macroman", "sjis", "swe7", "tis620", "ucs2", "ujis",
    "utf16", "utf16le", "utf32", "utf8", "utf8mb3", "utf8mb4",
  ]

  private static func unquoted(_ slice: ArraySlice<UInt8>, _ quote: UInt8) -> [UInt8] {
    var result: [UInt8] = []
    var isSecond = false
    for byte in slice {
      isSecond = byte == quote && !isSecond
      if byte != quote || isSecond { result.append(byte) }
    }
    return result
  }

  /// A literal with its quotes, its escapes resolved.
  private static func unescaped(_ slice: ArraySlice<UInt8>) -> [UInt8] {
    guard let quote = slice.first else { return [] }
    var result: [UInt8] = []
    result.reserveCapacity(slice.count)
    var at = slice.startIndex + 1
    while at < slice.endIndex - 1 {
      let byte = slice[at]
      at += byte == quote ? 2 : 1
      guard byte == Ascii.backslash, at < slice.endIndex - 1 else {
        result.append(byte)
        continue
      }
      switch slice[at] {
      case 0x30: result.append(0)
      case 0x62: result.append(0x08)
      case 0x6E: result.append(0x0A)
      case 0x72: result.append(0x0D)
      case 0x74: result.append(0x09)
      case 0x5A: result.append(0x1A)
      // They keep the backslash: for LIKE.
      case Ascii.percent, Ascii.underscore: result += [Ascii.backslash, slice[at]]
      default: result.append(slice[at])
      }
      at += 1
    }
    return result
  }
}
