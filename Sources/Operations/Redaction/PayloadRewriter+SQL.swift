import PolicyBytecode

/// Literals of SQL. Names and key words are structure; so are the numbers of LIMIT and OFFSET.
extension PayloadRewriter {
  mutating func postgres(_ payload: [UInt8]) -> [UInt8]? {
    let text = PostgresText(payload)
    guard !text.isTruncated, !text.isCostly else { return nil }
    var edits = TextEdits()
    var end = 0
    for (index, token) in text.tokens.enumerated() {
      let range = Int(token.start)..<Int(token.end)
      replaceComment(payload, end..<range.lowerBound, &edits)
      end = range.upperBound
      switch token.kind {
      case .string:
        let isBody = payload[range.lowerBound] == Ascii.dollar && isBody(index, text)
        edits.replace(range, isBody ? dollarLiteral(Array(payload[range])) : literal(Array(payload[range])))
      case .number:
        let isCount = text.isWord(index - 1, ["limit", "offset", "first", "next"])
        if !isCount { edits.replace(range, number(payload[range])) }
      case .word, .quotedName, .unicodeName, .parameter, .symbol, .mark: break
      }
    }
    replaceComment(payload, end..<payload.count, &edits)
    return edits.applied(to: payload)
  }

  mutating func mysql(_ payload: [UInt8]) -> [UInt8]? {
    let text = MySQLText(payload, server: nil)
    guard text.failure == nil else { return nil }
    var edits = TextEdits()
    var end = 0
    var isCount = false
    for (index, token) in text.tokens.enumerated() {
      let range = Int(token.start)..<Int(token.end)
      replaceComment(payload, end..<max(end, range.lowerBound), &edits)
      end = max(end, range.upperBound)
      let followsCount = isCount
      isCount = false
      switch token.kind {
      case .string, .doubleString: edits.replace(range, literal(Array(payload[range])))
      case .number:
        let word = index > 0 ? Array(payload[Int(text.tokens[index - 1].start)..<Int(text.tokens[index - 1].end)]) : []
        isCount = followsCount || ["limit", "offset"].contains { isSame(word, $0) }
        if !isCount { edits.replace(range, number(payload[range])) }
      case .hex, .bits: edits.replace(range, radixLiteral(Array(payload[range]), isHex: token.kind == .hex))
      case .mark: isCount = followsCount && token.mark == .comma
      case .word, .quotedName, .parameter, .variable, .systemVariable, .end, .hardEnd: break
      }
    }
    return edits.applied(to: payload)
  }

  /// A literal in quotes, with the letters before it and its continuations.
  private mutating func literal(_ spelling: [UInt8]) -> [UInt8] {
    guard let open = spelling.firstIndex(where: { $0 == Ascii.quote || $0 == Ascii.doubleQuote || $0 == Ascii.dollar })
    else { return spelling }
    let prefix = spelling[..<open].map { $0 | 0x20 }
    if prefix == [0x62] || prefix == [0x78] { return radixLiteral(spelling, isHex: prefix == [0x78]) }
    if spelling[open] == Ascii.dollar {
      guard let tagEnd = spelling.dropFirst().firstIndex(of: Ascii.dollar) else { return spelling }
      let tag = spelling[...tagEnd]
      let body = Array(spelling[(tagEnd + 1)...].dropLast(tag.count))
      return tag + (code(body) ?? token(body)) + tag
    }
    let quote = spelling[open]
    let body = Array(spelling[(open + 1)...].dropLast())
    if body.isEmpty { return spelling }
    let doubled = [quote, quote]
    let value =
      body.contains(quote)
      ? Array(body.split(separator: doubled, omittingEmptySubsequences: false).joined(separator: [quote])) : body
    if let code = code(value) {
      let escaped = code.flatMap { $0 == quote ? doubled : [$0] }
      return spelling[...open] + escaped + [quote]
    }
    return [quote] + token(value) + [quote]
  }

  /// Whether a literal is what a DO block runs, or the body of a routine.
  private func isBody(_ index: Int, _ text: PostgresText) -> Bool {
    var at = index - 1
    while at >= 0, !text.isSymbol(at, ";") {
      if text.isWord(at, ["do", "function", "procedure"]) { return true }
      at -= 1
    }
    return false
  }

  /// `$tag$…$tag$` around code.
  private mutating func dollarLiteral(_ spelling: [UInt8]) -> [UInt8] {
    guard let tagEnd = spelling.dropFirst().firstIndex(of: Ascii.dollar) else { return spelling }
    let tag = spelling[...tagEnd]
    let body = Array(spelling[(tagEnd + 1)...].dropLast(tag.count))
    if body.isEmpty { return spelling }
    return tag + (rewrite(.postgres, body) ?? token(body)) + tag
  }

  /// `0x41`, `x'41'`, `0b01`, `b'01'`.
  private mutating func radixLiteral(_ spelling: [UInt8], isHex: Bool) -> [UInt8] {
    let isQuoted = spelling.last == Ascii.quote
    let head = spelling.prefix(2)
    let digits = spelling.dropFirst(2).dropLast(isQuoted ? 1 : 0)
    if digits.isEmpty { return spelling }
    note(Array(digits))
    var token = tokens.hexadecimal(digits, digits: 8)
    if !isHex {
      token = token.flatMap { digit in (0..<4).map { Ascii.zero + UInt8((Ascii.hex(digit) ?? 0) >> $0 & 1) } }
    }
    return head + token + (isQuoted ? [Ascii.quote] : [])
  }

  /// What stands between two tokens: white space, comments, and the brackets of executed comments.
  private mutating func replaceComment(_ payload: [UInt8], _ gap: Range<Int>, _ edits: inout TextEdits) {
    let text = payload[gap].filter { !Ascii.isSpace($0) && $0 != 0x0D && $0 != 0x0B && $0 != 0x0C }
    if text.isEmpty { return }
    let isBracket = text.starts(with: "/*!".utf8) || text.starts(with: "/*M!".utf8) || text.starts(with: "*/".utf8)
    if isBracket, text.allSatisfy({ Ascii.isDigit($0) || "/*!M".utf8.contains($0) }) { return }
    note(text)
    let end = payload[gap].contains(Ascii.newline) ? [Ascii.newline] : []
    edits.replace(gap, Array(" /* ".utf8) + tokens.word(payload[gap]) + Array(" */ ".utf8) + end)
  }

  private func isSame(_ word: [UInt8], _ other: String) -> Bool { word.map { $0 | 0x20 } == Array(other.utf8) }
}
