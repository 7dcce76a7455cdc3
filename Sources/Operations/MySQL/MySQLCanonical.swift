extension MySQLText {
  /// The canonical text of the tokens in `range`: what runs, not how it was spelled.
  ///
  /// Tokens are joined by one space, none before `,` `)` `;` nor around `.`; words and names are lower case, a name in
  /// back quotes loses them where it means the same without them and spells no key word; every literal in quotes is
  /// `'?'`, whatever its kind, and adjacent ones, which are one literal, are one.
  func canonical(_ range: Range<Int>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(range.count * 6)
    var isAfterDot = false
    var isAfterString = false
    for index in range {
      let token = tokens[index]
      let isString = isLiteral(token)
      if isString, isAfterString { continue }
      if token.kind == .word, index + 1 < range.upperBound,
        isLiteral(tokens[index + 1]) || tokens[index + 1].kind == .hex,
        isIntroducer(index)
      {
        continue
      }
      let hugsLeft = token.mark == .comma || token.mark == .close || token.mark == .dot || token.kind == .end
      if !text.isEmpty, !hugsLeft, !isAfterDot { text.append(Ascii.space) }
      isAfterDot = token.mark == .dot
      isAfterString = isString
      append(index, to: &text)
    }
    return text
  }

  private func isLiteral(_ token: MySQLToken) -> Bool { token.kind == .string || token.kind == .doubleString }

  private func append(_ index: Int, to text: inout [UInt8]) {
    switch tokens[index].kind {
    case .string, .doubleString: text += [Ascii.quote, Ascii.question, Ascii.quote]
    case .hex, .bits:
      if bytes[Int(tokens[index].end) - 1] == Ascii.quote {
        text += [Ascii.quote, Ascii.question, Ascii.quote]
      } else {
        for byte in slice(index) { text.append(lowered(byte)) }
      }
    case .quotedName: appendName(name(index), to: &text)
    case .variable:
      text.append(Ascii.at)
      if tokens[index].end - tokens[index].start > 1 { appendName(name(index), allowing: Ascii.dot, to: &text) }
    case .systemVariable:
      text += [Ascii.at, Ascii.at]
      appendName(name(index), allowing: Ascii.dollar, to: &text)
    default: for byte in slice(index) { text.append(lowered(byte)) }
    }
  }

  private func appendName(_ name: [UInt8], allowing extra: UInt8? = nil, to text: inout [UInt8]) {
    let isPlain = name.contains { !Ascii.isDigit($0) } && name.allSatisfy { Self.isName($0) || $0 == extra }
    if isPlain, extra != nil || !MySQLWord.spelled(name, 0, name.count).isKeyWord { return text += name }
    text.append(Ascii.backquote)
    for byte in name {
      if byte == Ascii.backquote { text.append(byte) }
      text.append(byte)
    }
    text.append(Ascii.backquote)
  }
}
