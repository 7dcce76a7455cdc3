// Names, literals and lists of them.

extension Parser {
  /// A name that is declared: `[a-z][a-z0-9_-]*`.
  mutating func parseName(_ what: String) throws(SyntaxError) -> Name {
    if kind.isString {
      let literal = try parseString(what)
      let isName = isNameText(literal.value)
      report(
        .badName, "names stand without quotes", at: literal.range,
        fix: isName ? replace(literal.range, by: literal.value) : nil)
      return Name(literal.value, literal.range)
    }
    guard kind == .word else { throw expected(what) }
    let token = current
    let name = Name(word, token.range)
    checkName(name, what)
    bump()
    return name
  }

  /// Reports what is not `[a-z][a-z0-9_-]*`.
  private mutating func checkName(_ name: Name, _ what: String) {
    guard !isNameText(name.text) else { return }
    let lowered = name.text.lowercased()
    report(
      .badName, "`\(name.text)` is not a name: lower-case letters, digits, `_` and `-`, beginning with a letter",
      at: name.range, fix: isNameText(lowered) ? replace(name.range, by: lowered) : nil)
  }

  /// A name, or a name of another policy: `rm-root`, `production/rm-root`.
  mutating func parseReference(_ what: String) throws(SyntaxError) -> Name {
    if kind == .word {
      let name = Name(word, current.range)
      if isQualifiedNameText(name.text) {
        bump()
        return name
      }
    }
    return try parseName(what)
  }

  mutating func parseString(_ what: String) throws(SyntaxError) -> StringLiteral {
    guard kind.isString else {
      guard kind == .word, !isFirstOnLine else { throw expected("\(what) in quotes") }
      // All of `eve@example.com`, which is several tokens.
      let bare = bareWord(around: current.range)
      throw fail(
        .expectedToken, "expected \(what) in quotes, found `\(text(bare))`", at: bare,
        fix: text(bare).contains("\\") ? nil : replace(bare, by: "\"\(text(bare))\"", "write it in quotes"))
    }
    let token = bump()
    let bytes = source[Int(token.range.start)..<Int(token.range.end)]
    // Without its end a literal has no last quote to take off.
    let (value, problems) =
      token.kind == .unterminatedString
      ? (String(decoding: bytes.dropFirst(), as: UTF8.self), []) : Literal.string(bytes, kind: token.kind)
    for problem in problems {
      let start = token.range.start + UInt32(problem.offset)
      let range = SourceRange(start, start + UInt32(problem.length))
      report(.badEscape, problem.message, at: range, fix: problem.replacement.map { replace(range, by: $0) })
    }
    return StringLiteral(value, token.range)
  }

  mutating func optionalString(_ what: String) throws(SyntaxError) -> StringLiteral? {
    kind.isString ? try parseString(what) : nil
  }

  mutating func parseRegex(_ what: String) throws(SyntaxError) -> RegexLiteral {
    guard kind == .regex || kind == .unterminatedRegex else { throw expected(what) }
    let token = bump()
    let bytes = source[Int(token.range.start)..<Int(token.range.end)]
    let closed = token.kind == .regex ? bytes : bytes + [UInt8(ascii: "/")]
    return RegexLiteral(Literal.regex(closed), token.range)
  }

  mutating func parseInteger(_ what: String) throws(SyntaxError) -> Int64 {
    if kind == .malformedNumber || kind == .duration || kind == .date {
      throw fail(.badNumber, "\(found) is not a number: \(what) is written in digits alone")
    }
    guard kind == .integer else { throw expected(what) }
    guard let value = Int64(text(current)) else {
      throw fail(.badNumber, "the number \(found) is too large")
    }
    bump()
    return value
  }

  /// An integer that counts things, from 1.
  mutating func parseCount(_ what: String) throws(SyntaxError) -> Int {
    let range = current.range
    let value = try parseInteger(what)
    guard let count = Int32(exactly: value), count > 0 else {
      throw fail(.badNumber, "`\(value)` is not \(what): it is from 1 to \(Int32.max)", at: range)
    }
    return Int(count)
  }

  /// Seconds of `15m`.
  mutating func parseDuration() throws(SyntaxError) -> Int {
    guard kind == .duration else {
      if let seconds = acceptForeignDuration() { return seconds }
      if kind == .integer {
        throw fail(.badDuration, "\(found) needs a unit: `s`, `m`, `h` or `d`")
      }
      if kind == .malformedNumber || kind.isString {
        throw fail(.badDuration, "\(found) is not a duration: it is a number with `s`, `m`, `h` or `d`, like `15m`")
      }
      throw expected("a duration like `15m`")
    }
    guard let seconds = Literal.duration(text(current)) else {
      throw fail(.badDuration, "the duration \(found) is too long")
    }
    bump()
    return seconds
  }

  /// `15 minutes` or `15min`, which is reported.
  private mutating func acceptForeignDuration() -> Int? {
    let isApart = kind == .integer && peek().kind == .word
    guard isApart || kind == .malformedNumber else { return nil }
    let whole = SourceRange(start, isApart ? peek().range.end : current.range.end)
    let written = text(whole)
    let digits = written.prefix { $0.isASCII && $0.isNumber }
    let unit = written.dropFirst(digits.count).drop { $0 == " " }.lowercased()
    let units = ["seconds", "minutes", "hours", "days"]
    // From `min` on it can be nothing else; letters alone are read so, too.
    guard !unit.isEmpty, let meant = units.first(where: { $0.hasPrefix(unit) || unit == "\($0.prefix(1))" }),
      let letter = meant.first, let seconds = Literal.duration("\(digits)\(letter)")
    else { return nil }
    report(
      .badDuration, "`\(written)` is written `\(digits)\(letter)`", at: whole,
      fix: replace(whole, by: "\(digits)\(letter)"))
    bump()
    if isApart { bump() }
    return seconds
  }

  /// A value: a word, string, integer or regular expression.
  mutating func parseItem(_ what: String) throws(SyntaxError) -> ListItem {
    switch kind {
    case .string, .rawString, .blockString, .unterminatedString: return .string(try parseString(what))
    case .regex, .unterminatedRegex: return .regex(try parseRegex(what))
    case .integer:
      let range = current.range
      return .integer(try parseInteger(what), range)
    case .word:
      let begin = start
      let next = peek().kind
      if word == "pcre", next == .regex || next == .unterminatedRegex {
        bump()
        var literal = try parseRegex(what)
        literal.isPCRE = true
        literal.range = range(from: begin)
        return .regex(literal)
      }
      if isNameText(word) || isQualifiedNameText(word) { return .word(try parseReference(what)) }
      let quoted = replace(current.range, by: "\"\(word)\"", "write it in quotes")
      report(
        .badName, "\(found) is not a word of the language; values from outside stand in quotes", at: current.range,
        fix: quoted)
      let token = bump()
      return .string(StringLiteral(text(token), token.range))
    case .malformedNumber, .duration, .date:
      let quoted = replace(current.range, by: "\"\(text(current))\"", "write it in quotes")
      report(
        .badNumber, "\(found) is not a number; addresses, versions and dates stand in quotes", at: current.range,
        fix: quoted)
      let token = bump()
      return .string(StringLiteral(text(token), token.range))
    default: throw expected(what)
    }
  }

  var isAtItem: Bool {
    switch kind {
    case .word, .integer, .regex, .unterminatedRegex, .malformedNumber, .duration, .date: true
    default: kind.isString
    }
  }

  /// Puts brackets around what stands there.
  func bracketing(_ range: SourceRange) -> [Diagnostic.Edit] {
    [
      Diagnostic.Edit(span(SourceRange(range.start, range.start)), "["),
      Diagnostic.Edit(span(SourceRange(range.end, range.end)), "]"),
    ]
  }

  /// `[a, "b", /c/]`; a comma may follow the last item. Parentheses for brackets are reported.
  mutating func parseItems() throws(SyntaxError) -> ([ListItem], SourceRange) {
    let node = open(.items)
    defer { close(node) }
    let begin = start
    let opening = current
    var closing = TokenKind.rightBracket
    if accept(.leftParenthesis) {
      closing = .rightParenthesis
    } else {
      try expect(.leftBracket, "[", "before the list")
    }
    defer { if closing == .rightParenthesis { reportParentheses(opening.range) } }
    var items: [ListItem] = []
    while !accept(closing) {
      if !isAtItem || isFirstOnLine && startsLineOfItsOwn {
        let fix = isAtItem || isAtEnd || kind == .rightBrace ? insert("]", at: previousEnd) : nil
        throw expected("`]` or a value of the list", fix: fix)
      }
      items.append(try parseItem("a value"))
      if kind == closing || accept(.comma) { continue }
      if isAtItem, !(isFirstOnLine && startsLineOfItsOwn) {
        report(.expectedToken, "expected `,` before \(found)", at: current.range, fix: insert(",", at: previousEnd))
      }
    }
    return (items, range(from: begin))
  }

  private mutating func reportParentheses(_ opening: SourceRange) {
    let range = range(from: opening.start)
    let closing = SourceRange(range.end - 1, range.end)
    let isClosed = text(closing) == ")"
    let edits = [Diagnostic.Edit(span(opening), "["), Diagnostic.Edit(span(closing), "]")]
    report(
      .expectedToken, "a list stands in brackets, not in parentheses", at: range,
      fix: isClosed ? Diagnostic.Fix("write `[…]`", edits) : nil)
  }

  /// Whether the current word, first on its line in an unclosed list, rather begins a clause or declaration.
  private var startsLineOfItsOwn: Bool {
    guard !word.isEmpty, let before = tokens[..<index].last(where: { !$0.kind.isTrivia }) else { return false }
    return before.kind != .comma && before.kind != .leftBracket
      && (Keywords.clauses.contains(word) || Keywords.declarations.contains(word))
  }

  /// One value or a bracketed list, as a list.
  mutating func parseItemOrItems(_ what: String) throws(SyntaxError) -> [ListItem] {
    kind == .leftBracket ? try parseItems().0 : [try parseItem(what)]
  }
}

func isNameText(_ text: String) -> Bool {
  guard let first = text.unicodeScalars.first, first >= "a", first <= "z" else { return false }
  return text.unicodeScalars.allSatisfy { $0 >= "a" && $0 <= "z" || isDigit($0) || $0 == "_" || $0 == "-" }
}

/// `production/rm-root`
func isQualifiedNameText(_ text: String) -> Bool {
  let parts = text.split(separator: "/", omittingEmptySubsequences: false)
  return parts.count == 2 && parts.allSatisfy { isNameText(String($0)) }
}

/// `sql.where-constant`
func isFactText(_ text: String) -> Bool {
  text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isNameText(String($0)) }
}
