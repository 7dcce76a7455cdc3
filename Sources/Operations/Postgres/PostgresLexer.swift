/// A token of PostgreSQL text: its kind and its half-open byte range, without surrounding space and comments.
struct PostgresToken: BitwiseCopyable {
  enum Kind: UInt8 {
    /// A key word or an identifier without quotes.
    case word
    /// `"…"`.
    case quotedName
    /// `U&"…"`, with the `UESCAPE '…'` that may follow.
    case unicodeName
    /// Any literal in quotes: `'…'`, `E'…'`, `U&'…'`, `B'…'`, `X'…'`, `N'…'`, `$tag$…$tag$`, with its continuations.
    case string
    case number
    /// `$1`.
    case parameter
    /// A run of operator characters, `::`, `:=`, `=>` or `..`.
    case symbol
    /// One byte that stands alone: `, ( ) [ ] . ; :`, or one that no token begins with.
    case mark
  }

  var kind: Kind
  var start: UInt32
  var end: UInt32
}

/// PostgreSQL text cut into tokens, by the rules of PostgreSQL's scanner (src/backend/parser/scan.l, version 15, with
/// `standard_conforming_strings` on). Any bytes can be cut; whether they are SQL is for the parser to say.
struct PostgresText {
  let bytes: [UInt8]
  private(set) var tokens: [PostgresToken] = []
  /// Whether the text ends inside a literal, a quoted name or a comment.
  private(set) var isTruncated = false
  /// Whether the text takes more steps than `mostOperatorSteps` to cut. The rest of it is not cut.
  private(set) var isCostly = false
  private var at = 0
  /// Where the run of operator characters ends that was looked at last.
  private var runEnd = 0
  private var operatorSteps = 0

  /// The most characters that may be looked at to find where operators and comments begin.
  ///
  /// PostgreSQL's scanner takes the longest run of operator characters and gives back what does not belong, so that
  /// `+++…` and `/**//**/…` take the square of their length: minutes for a payload. `PostgresText` counts what it takes
  /// before libpg_query is asked.
  static let mostOperatorSteps = 1 << 23

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    tokens.reserveCapacity(bytes.count / 5 + 4)
    while skipSpace(), !isCostly { scanToken() }
  }

  /// The bytes of a token.
  func slice(_ index: Int) -> ArraySlice<UInt8> {
    bytes[Int(tokens[index].start)..<Int(tokens[index].end)]
  }

  /// Whether the token at `index` exists and is the word `word`, given in lower case.
  func isWord(_ index: Int, _ word: StaticString) -> Bool {
    guard tokens.indices.contains(index), tokens[index].kind == .word else { return false }
    let start = Int(tokens[index].start)
    guard Int(tokens[index].end) - start == word.utf8CodeUnitCount else { return false }
    return (0..<word.utf8CodeUnitCount).allSatisfy { lowered(bytes[start + $0]) == word.utf8Start[$0] }
  }

  /// Whether the token at `index` exists and is one of `words`.
  func isWord(_ index: Int, _ words: [StaticString]) -> Bool { words.contains { isWord(index, $0) } }

  /// Whether the token at `index` exists and is the symbol or mark `symbol`.
  func isSymbol(_ index: Int, _ symbol: StaticString) -> Bool {
    guard tokens.indices.contains(index), tokens[index].kind == .symbol || tokens[index].kind == .mark else {
      return false
    }
    let start = Int(tokens[index].start)
    guard Int(tokens[index].end) - start == symbol.utf8CodeUnitCount else { return false }
    return (0..<symbol.utf8CodeUnitCount).allSatisfy { bytes[start + $0] == symbol.utf8Start[$0] }
  }

  /// The position of the bracket that closes the one at `open`, or nil if none in `limit` does.
  func closing(_ open: Int, before limit: Int) -> Int? {
    var depth = 0
    for index in open..<limit {
      if isSymbol(index, "(") || isSymbol(index, "[") { depth += 1 }
      if isSymbol(index, ")") || isSymbol(index, "]") {
        depth -= 1
        if depth == 0 { return index }
      }
    }
    return nil
  }

  // MARK: - Scanning

  private func peek(_ offset: Int = 0) -> UInt8? {
    at + offset < bytes.count ? bytes[at + offset] : nil
  }

  /// Moves to the next token; false at the end.
  private mutating func skipSpace() -> Bool {
    while let byte = peek(), !isCostly {
      if isSpace(byte) {
        at += 1
      } else if byte == UInt8(ascii: "-"), peek(1) == UInt8(ascii: "-") {
        skipLine()
      } else if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
        skipComment()
      } else {
        return true
      }
    }
    return false
  }

  private mutating func skipLine() {
    while let byte = peek(), byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") { at += 1 }
  }

  private mutating func skipComment() {
    var depth = 0
    repeat {
      guard let byte = peek(), !isCostly else {
        isTruncated = true
        return
      }
      if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
        countOperatorRun()
        depth += 1
        at += 2
      } else if byte == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
        depth -= 1
        at += 2
      } else {
        at += 1
      }
    } while depth > 0
  }

  private mutating func scanToken() {
    let start = at
    let kind = scanKind(bytes[at])
    if kind == .string || kind == .unicodeName { scanUnicodeEscape(start) }
    tokens.append(PostgresToken(kind: kind, start: UInt32(start), end: UInt32(at)))
  }

  private mutating func scanKind(_ byte: UInt8) -> PostgresToken.Kind {
    switch byte {
    case UInt8(ascii: "'"):
      scanString(backslashes: false)
      return .string
    case UInt8(ascii: "\""):
      scanQuotedName()
      return .quotedName
    case UInt8(ascii: "$"):
      return scanDollar()
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      scanNumber()
      return .number
    case UInt8(ascii: "."):
      if let next = peek(1), isDigit(next) {
        scanNumber()
        return .number
      }
      let isRange = peek(1) == UInt8(ascii: ".")
      at += isRange ? 2 : 1
      return isRange ? .symbol : .mark
    case UInt8(ascii: ":"):
      let isPair = peek(1) == UInt8(ascii: ":") || peek(1) == UInt8(ascii: "=")
      at += isPair ? 2 : 1
      return isPair ? .symbol : .mark
    case _ where isNameStart(byte):
      return scanWord(byte)
    case _ where isOperator(byte):
      scanOperator()
      return .symbol
    default:
      at += 1
      return .mark
    }
  }

  /// A word, or a literal with a letter before its quote.
  private mutating func scanWord(_ byte: UInt8) -> PostgresToken.Kind {
    let next = peek(1)
    switch lowered(byte) {
    case UInt8(ascii: "e") where next == UInt8(ascii: "'"):
      at += 1
      scanString(backslashes: true)
      return .string
    case UInt8(ascii: "b"), UInt8(ascii: "x"), UInt8(ascii: "n"):
      guard next == UInt8(ascii: "'") else { break }
      at += 1
      scanString(backslashes: false)
      return .string
    case UInt8(ascii: "u") where next == UInt8(ascii: "&") && peek(2) == UInt8(ascii: "'"):
      at += 2
      scanString(backslashes: false)
      return .string
    case UInt8(ascii: "u") where next == UInt8(ascii: "&") && peek(2) == UInt8(ascii: "\""):
      at += 2
      scanQuotedName()
      return .unicodeName
    default: break
    }
    while let byte = peek(), isNamePart(byte) { at += 1 }
    return .word
  }

  /// From an opening quote past the closing one, and past literals that continue it on following lines.
  private mutating func scanString(backslashes: Bool) {
    repeat {
      at += 1
      scanStringSegment(backslashes: backslashes)
    } while !isTruncated && skipToContinuation()
  }

  private mutating func scanStringSegment(backslashes: Bool) {
    while let byte = peek() {
      at += 1
      if byte == UInt8(ascii: "\\"), backslashes, peek() != nil {
        at += 1
      } else if byte == UInt8(ascii: "'") {
        guard peek() == UInt8(ascii: "'") else { return }
        at += 1
      }
    }
    isTruncated = true
  }

  /// Moves to the quote that continues a literal: after white space with a newline in it, perhaps with line comments.
  private mutating func skipToContinuation() -> Bool {
    let end = at
    var hasNewline = false
    while let byte = peek() {
      if isSpace(byte) {
        hasNewline = hasNewline || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
        at += 1
      } else if byte == UInt8(ascii: "-"), peek(1) == UInt8(ascii: "-") {
        skipLine()
      } else {
        if byte == UInt8(ascii: "'"), hasNewline { return true }
        break
      }
    }
    at = end
    return false
  }

  private mutating func scanQuotedName() {
    at += 1
    while let byte = peek() {
      at += 1
      guard byte == UInt8(ascii: "\"") else { continue }
      guard peek() == UInt8(ascii: "\"") else { return }
      at += 1
    }
    isTruncated = true
  }

  /// `UESCAPE '…'` after a literal or a name with `U&` belongs to it.
  private mutating func scanUnicodeEscape(_ start: Int) {
    guard lowered(bytes[start]) == UInt8(ascii: "u"), !isTruncated else { return }
    let end = at
    let word: StaticString = "uescape"
    if skipSpace(), at + 7 < bytes.count,
      (0..<7).allSatisfy({ lowered(bytes[at + $0]) == word.utf8Start[$0] })
    {
      at += 7
      if skipSpace(), peek() == UInt8(ascii: "'") {
        scanString(backslashes: false)
        return
      }
    }
    if !isTruncated { at = end }
  }

  /// `$1`, `$tag$…$tag$`, or a lone dollar sign.
  private mutating func scanDollar() -> PostgresToken.Kind {
    let start = at
    at += 1
    if let byte = peek(), isDigit(byte) {
      while let byte = peek(), isDigit(byte) { at += 1 }
      return .parameter
    }
    if let byte = peek(), isNameStart(byte) {
      while let byte = peek(), isNamePart(byte), byte != UInt8(ascii: "$") { at += 1 }
    }
    guard peek() == UInt8(ascii: "$") else {
      at = start + 1
      return .mark
    }
    at += 1
    let tag = bytes[start..<at]
    while at + tag.count <= bytes.count {
      if bytes[at] == UInt8(ascii: "$"), bytes[at..<(at + tag.count)] == tag {
        at += tag.count
        return .string
      }
      at += 1
    }
    at = bytes.count
    isTruncated = true
    return .string
  }

  /// Numbers as of PostgreSQL 16: `1_000` and `0x1F` too.
  private mutating func scanNumber() {
    if peek() == UInt8(ascii: "0"), let radix = peek(1).map(lowered), let digit = peek(2), isDigit(digit, radix: radix)
    {
      at += 2
      while let byte = peek(), isDigit(byte, radix: radix) { at += 1 }
      return
    }
    skipDigits()
    // `1..10` is a range of PL/pgSQL.
    if peek() == UInt8(ascii: "."), peek(1) != UInt8(ascii: ".") {
      at += 1
      skipDigits()
    }
    guard let byte = peek(), lowered(byte) == UInt8(ascii: "e") else { return }
    let sign = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-") ? 1 : 0
    guard let digit = peek(1 + sign), isDigit(digit) else { return }
    at += 1 + sign
    skipDigits()
  }

  private mutating func skipDigits() {
    while let byte = peek() {
      let isSeparator = byte == UInt8(ascii: "_") && peek(1).map(isDigit) == true
      guard isDigit(byte) || isSeparator else { return }
      at += 1
    }
  }

  /// Counts the run of operator characters from here, as PostgreSQL's scanner goes over it.
  private mutating func countOperatorRun() {
    if runEnd <= at {
      runEnd = at
      while runEnd < bytes.count, isOperator(bytes[runEnd]) { runEnd += 1 }
    }
    operatorSteps += runEnd - at
    isCostly = operatorSteps > Self.mostOperatorSteps
  }

  /// The longest run of operator characters before a comment; one that ends in `+` or `-` keeps it only if it holds a
  /// character that SQL's own operators do not.
  private mutating func scanOperator() {
    countOperatorRun()
    let start = at
    var isExtended = false
    while let byte = peek(), isOperator(byte) {
      if byte == UInt8(ascii: "-"), peek(1) == UInt8(ascii: "-") { break }
      if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") { break }
      isExtended = isExtended || isExtendedOperator(byte)
      at += 1
    }
    guard !isExtended else { return }
    while at > start + 1, bytes[at - 1] == UInt8(ascii: "+") || bytes[at - 1] == UInt8(ascii: "-") { at -= 1 }
  }
}

/// ASCII upper case to lower case; PostgreSQL folds nothing else in UTF-8.
@inline(__always)
func lowered(_ byte: UInt8) -> UInt8 {
  byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}

@inline(__always)
private func isSpace(_ byte: UInt8) -> Bool {
  byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D || byte == 0x0C
}

@inline(__always)
private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

/// Whether `byte` may stand in a number after `0x`, `0o` or `0b`, by the letter.
private func isDigit(_ byte: UInt8, radix: UInt8) -> Bool {
  switch radix {
  case UInt8(ascii: "x"): isDigit(byte) || lowered(byte) >= 0x61 && lowered(byte) <= 0x66 || byte == UInt8(ascii: "_")
  case UInt8(ascii: "o"): byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "7") || byte == UInt8(ascii: "_")
  case UInt8(ascii: "b"): byte == UInt8(ascii: "0") || byte == UInt8(ascii: "1") || byte == UInt8(ascii: "_")
  default: false
  }
}

@inline(__always)
func isNameStart(_ byte: UInt8) -> Bool {
  let letter = byte | 0x20
  return letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z") || byte == UInt8(ascii: "_") || byte >= 0x80
}

@inline(__always)
func isNamePart(_ byte: UInt8) -> Bool { isNameStart(byte) || isDigit(byte) || byte == UInt8(ascii: "$") }

@inline(__always)
private func isOperator(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: "<"),
    UInt8(ascii: ">"), UInt8(ascii: "="):
    true
  default: isExtendedOperator(byte)
  }
}

@inline(__always)
private func isExtendedOperator(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "~"), UInt8(ascii: "!"), UInt8(ascii: "@"), UInt8(ascii: "#"), UInt8(ascii: "^"),
    UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "`"), UInt8(ascii: "?"), UInt8(ascii: "%"):
    true
  default: false
  }
}
