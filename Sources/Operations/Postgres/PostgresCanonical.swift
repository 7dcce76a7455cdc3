extension PostgresText {
  /// The canonical text of the tokens in `range`: what runs, not how it was spelled.
  ///
  /// Tokens are joined by one space, none before `,` `)` `;` nor around `.`; words are lower case; every literal in
  /// quotes is `'?'`, whatever its kind; numbers and parameters stay. A quoted name loses its quotes where it means the
  /// same without them and spells no key word. So `SELECT count(*)FROM "Orders" o WHERE o.note=E'x' -- y` is
  /// `select count ( *) from "Orders" o where o.note = '?'`.
  func canonical(_ range: Range<Int>) -> [UInt8] {
    var text: [UInt8] = []
    for index in range { appendCanonical(index, to: &text) }
    return text
  }

  private func appendCanonical(_ index: Int, to text: inout [UInt8]) {
    let token = tokens[index]
    let first = bytes[Int(token.start)]
    let isMark = token.kind == .mark
    let hugsLeft =
      isMark
      && (first == UInt8(ascii: ",") || first == UInt8(ascii: ")") || first == UInt8(ascii: ";")
        || first == UInt8(ascii: "."))
    // A lone dot, not the end of `1.`, which a name after it would join.
    let followsDot = text.last == UInt8(ascii: ".") && tokens[max(index - 1, 0)].kind == .mark
    if !text.isEmpty, !hugsLeft, !followsDot { text.append(UInt8(ascii: " ")) }
    switch token.kind {
    case .word: appendName(slice(index).map(lowered), to: &text)
    case .quotedName, .unicodeName: appendQuoted(name(index), to: &text)
    case .string: text.append(contentsOf: [UInt8(ascii: "'"), UInt8(ascii: "?"), UInt8(ascii: "'")])
    case .number: text.append(contentsOf: slice(index).lazy.map(lowered))
    case .parameter, .symbol, .mark: text.append(contentsOf: slice(index))
    }
  }

  private func appendName(_ name: [UInt8], to text: inout [UInt8]) {
    text.append(contentsOf: clipped(name))
  }

  private func appendQuoted(_ name: [UInt8], to text: inout [UInt8]) {
    let name = clipped(name)
    let isPlain =
      name.first.map(isNameStart) == true && name.allSatisfy { isNamePart($0) && lowered($0) == $0 }
    if isPlain, !PostgresKeywords.contains(name) { return text.append(contentsOf: name) }
    text.append(UInt8(ascii: "\""))
    for byte in name {
      if byte == UInt8(ascii: "\"") { text.append(byte) }
      text.append(byte)
    }
    text.append(UInt8(ascii: "\""))
  }

  /// The name that a word or a quoted name means, folded as PostgreSQL folds it; not yet clipped.
  func name(_ index: Int) -> [UInt8] {
    switch tokens[index].kind {
    case .quotedName: return unquoted(slice(index).dropFirst().dropLast(), quote: UInt8(ascii: "\""))
    case .unicodeName: return unicodeName(slice(index))
    default: return slice(index).map(lowered)
    }
  }

  /// `U&"d\0061t\+000061" UESCAPE '!'`: escapes are four hexadecimal digits, or six after `+`.
  private func unicodeName(_ slice: ArraySlice<UInt8>) -> [UInt8] {
    var escape = UInt8(ascii: "\\")
    var body = slice.dropFirst(3)
    if slice.last == UInt8(ascii: "'") {
      escape = slice[slice.endIndex - 2]
      body = body.prefix(upTo: (body.lastIndex(of: UInt8(ascii: "\"")) ?? body.startIndex) + 1)
    }
    let raw = unquoted(body.dropLast(), quote: UInt8(ascii: "\""))
    var units: [UInt16] = []
    var name: [UInt8] = []
    var at = 0
    func flush() {
      if !units.isEmpty { name.append(contentsOf: String(decoding: units, as: UTF16.self).utf8) }
      units.removeAll()
    }
    while at < raw.count {
      guard raw[at] == escape, at + 1 < raw.count else {
        flush()
        name.append(raw[at])
        at += 1
        continue
      }
      if raw[at + 1] == escape {
        flush()
        name.append(escape)
        at += 2
        continue
      }
      let isLong = raw[at + 1] == UInt8(ascii: "+")
      let digits = raw[min(at + (isLong ? 2 : 1), raw.count)...].prefix(isLong ? 6 : 4)
      at += (isLong ? 2 : 1) + digits.count
      guard let scalar = Unicode.Scalar(hexValue(digits)) else {
        units.append(UInt16(truncatingIfNeeded: hexValue(digits)))  // half of a surrogate pair
        continue
      }
      flush()
      name.append(contentsOf: String(Character(scalar)).utf8)
    }
    flush()
    return name
  }
}

/// The longest name that PostgreSQL keeps, in bytes (`NAMEDATALEN - 1`).
private let longestName = 63

/// A name as PostgreSQL stores it: cut to 63 bytes, at the boundary of a character.
func clipped(_ name: [UInt8]) -> ArraySlice<UInt8> {
  guard name.count > longestName else { return name[...] }
  var end = longestName
  while end > 0, name[end] & 0xC0 == 0x80 { end -= 1 }
  return name[..<end]
}

/// `slice` with doubled quotes made one.
private func unquoted(_ slice: ArraySlice<UInt8>, quote: UInt8) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(slice.count)
  var isSecond = false
  for byte in slice {
    isSecond = byte == quote && !isSecond
    if byte != quote || isSecond { result.append(byte) }
  }
  return result
}

private func hexValue(_ digits: ArraySlice<UInt8>) -> UInt32 {
  digits.reduce(0) { value, digit in
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): value << 4 | UInt32(digit - UInt8(ascii: "0"))
    case _ where isNameStart(digit): value << 4 | UInt32(lowered(digit) &- UInt8(ascii: "a") &+ 10) & 0xF
    default: value << 4
    }
  }
}
