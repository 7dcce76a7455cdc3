import PolicyBytecode

/// A text of MySQL's dialect (MySQL 8, MariaDB 10 and 11) as tokens, comments gone and executed comments looked into.
///
/// The default SQL mode is assumed: a backslash escapes in literals, double quotes are literals where both can stand.
/// Source: MySQL Reference Manual, "Language Structure"; what the manual leaves open was tried on a server.
struct MySQLText {
  let bytes: [UInt8]
  private(set) var tokens: [MySQLToken] = []
  /// Why the text is no sequence of tokens.
  private(set) var failure: UnparsedReason?
  /// The gates of executed comments on which servers do not agree.
  private(set) var gates: Set<MySQLGate> = []
  /// Whether a literal holds a backslash, which another SQL mode reads in another way.
  private(set) var hasEscapes = false
  /// Whether a literal or a name speaks of the mode in which it does.
  private(set) var changesEscapes = false

  private let server: MySQLServer?
  private var index = 0
  private var isInComment = false
  /// The client's delimiter where it is not `;`.
  private var delimiter: [UInt8] = []
  /// Whether a statement starts here, where the client looks for DELIMITER.
  private var isAtStart = true

  /// Reads `bytes` as `server` does; nil stands for one that runs every executed comment.
  init(_ bytes: [UInt8], server: MySQLServer?) {
    self.bytes = bytes
    self.server = server
    tokens.reserveCapacity(bytes.count / 4 + 4)
    read()
    let end = UInt32(bytes.count)
    tokens.append(MySQLToken(kind: .hardEnd, start: end, end: end))
  }

  @inline(__always)
  private func at(_ ahead: Int) -> UInt8 { index + ahead < bytes.count ? bytes[index + ahead] : 0 }

  private mutating func append(_ kind: MySQLToken.Kind, from start: Int, _ mark: MySQLMark = .none) {
    tokens.append(MySQLToken(kind: kind, mark: mark, start: UInt32(start), end: UInt32(index)))
    isAtStart = kind == .end || kind == .hardEnd
    if !delimiter.isEmpty { checkDelimiter(in: kind, from: start) }
  }

  private mutating func read() {
    while index < bytes.count, failure == nil {
      let byte = bytes[index]
      if startsDelimiter(index) {
        let start = index
        index += delimiter.count
        append(.hardEnd, from: start)
        continue
      }
      switch byte {
      case Ascii.space, 0x09...0x0D: index += 1
      case Ascii.hash: skipLine()
      case Ascii.dash where at(1) == Ascii.dash && startsComment(2): skipLine()
      case Ascii.slash where at(1) == Ascii.star: comment()
      case Ascii.star where isInComment && at(1) == Ascii.slash:
        isInComment = false
        index += 2
      case Ascii.quote: string(from: index, .string)
      case Ascii.doubleQuote: string(from: index, .doubleString)
      case Ascii.backquote: quotedName()
      case Ascii.at: variable()
      case Ascii.zero...Ascii.nine: number()
      case Ascii.dot where Ascii.isDigit(at(1)) && !followsName: number()
      case Ascii.semicolon:
        index += 1
        append(.end, from: index - 1)
      case Ascii.question:
        index += 1
        append(.parameter, from: index - 1)
      case Ascii.backslash where at(1) == 0x4E:
        // `\N`, NULL.
        index += 2
        append(.word, from: index - 2)
        tokens[tokens.count - 1].word = .null
      case Ascii.backslash where at(1) | 0x20 == 0x67:
        index += 2
        append(.hardEnd, from: index - 2)
      default: if Self.isName(byte) { word() } else { mark() }
      }
    }
    if isInComment, failure == nil { failure = .truncated }
  }

  @inline(__always)
  static func isName(_ byte: UInt8) -> Bool { Ascii.isName(byte) || byte == Ascii.dollar || byte >= 0x80 }

  /// Whether the client's delimiter stands at a position: it ends words and numbers.
  @inline(__always)
  private func startsDelimiter(_ position: Int) -> Bool {
    !delimiter.isEmpty && bytes[position] == delimiter[0] && bytes[position...].starts(with: delimiter)
  }

  /// Whether a byte belongs to the word that it is in.
  @inline(__always)
  private func continuesName(_ position: Int) -> Bool { Self.isName(bytes[position]) && !startsDelimiter(position) }

  /// Outside of quotes the client ends the statement in the middle of a token as well.
  private mutating func checkDelimiter(in kind: MySQLToken.Kind, from start: Int) {
    switch kind {
    case .string, .doubleString, .quotedName, .end, .hardEnd: return
    default: break
    }
    var position = start + 1
    while position < index {
      if startsDelimiter(position) { return failure = .unsupported }
      position += 1
    }
  }

  /// Whether what follows is a part of a qualified name, in which digits may come first.
  private var followsName: Bool {
    guard let last = tokens.last, Int(last.end) == index else { return false }
    return last.kind == .word || last.kind == .quotedName
  }

  // MARK: - Comments

  /// `--` starts a comment only before white space, a control character or the end.
  private func startsComment(_ ahead: Int) -> Bool { at(ahead) <= Ascii.space || at(ahead) == 0x7F }

  private mutating func skipLine() {
    while index < bytes.count, bytes[index] != Ascii.newline { index += 1 }
  }

  private mutating func comment() {
    let isMariaDB = at(2) == 0x4D && at(3) == Ascii.bang
    guard at(2) == Ascii.bang || isMariaDB else { return skipComment(nesting: 0) }
    var start = index + (isMariaDB ? 4 : 3)
    var version: UInt32 = 0
    var digits = 0
    while digits < 6, start + digits < bytes.count, Ascii.isDigit(bytes[start + digits]) {
      version = version * 10 + UInt32(bytes[start + digits] - Ascii.zero)
      digits += 1
    }
    if digits >= 5 { start += digits } else { version = 0 }
    let gate = MySQLGate(version: version, isMariaDB: isMariaDB)
    if !MySQLServer.isCertain(gate) { gates.insert(gate) }
    if version < MySQLServer.neverVersion, server?.runs(gate) ?? true {
      isInComment = true
      index = start
    } else {
      skipComment(nesting: isMariaDB ? 0 : 1)
    }
  }

  /// Skips a comment, in which comments may stand `nesting` deep.
  private mutating func skipComment(nesting: Int) {
    index += 2
    var depth = 0
    while index < bytes.count {
      if at(0) == Ascii.star, at(1) == Ascii.slash {
        index += 2
        if depth == 0 { return }
        depth -= 1
      } else if depth < nesting, at(0) == Ascii.slash, at(1) == Ascii.star {
        index += 2
        depth += 1
      } else {
        index += 1
      }
    }
    failure = .truncated
  }

  // MARK: - Literals and names

  private mutating func string(from start: Int, _ kind: MySQLToken.Kind) {
    let quote = bytes[index]
    index += 1
    while index < bytes.count {
      let byte = bytes[index]
      if byte == Ascii.backslash {
        hasEscapes = true
        index += 2
      } else if byte == quote {
        index += 1
        guard index < bytes.count, bytes[index] == quote else {
          append(kind, from: start)
          if Self.speaksOfEscapes(bytes[start..<index]) { changesEscapes = true }
          return
        }
        index += 1
      } else {
        index += 1
      }
    }
    index = bytes.count
    failure = .truncated
  }

  private static let escapeMode = Array("no_backslash_escapes".utf8)

  private static func speaksOfEscapes(_ slice: ArraySlice<UInt8>) -> Bool {
    guard slice.count > escapeMode.count else { return false }
    var matched = 0
    for byte in slice {
      let low = lowered(byte)
      matched = low == escapeMode[matched] ? matched + 1 : low == escapeMode[0] ? 1 : 0
      if matched == escapeMode.count { return true }
    }
    return false
  }

  /// Moves past a text in back quotes; false at the end of the text.
  private mutating func skipBackquoted() -> Bool {
    index += 1
    while index < bytes.count {
      index += 1
      guard bytes[index - 1] == Ascii.backquote else { continue }
      guard index < bytes.count, bytes[index] == Ascii.backquote else { return true }
      index += 1
    }
    failure = .truncated
    return false
  }

  private mutating func quotedName() {
    let start = index
    guard skipBackquoted() else { return }
    append(.quotedName, from: start)
  }

  private mutating func variable() {
    let start = index
    index += 1
    if at(0) == Ascii.at {
      index += 1
      if at(0) == Ascii.backquote {
        guard skipBackquoted() else { return }
      } else {
        while index < bytes.count, continuesName(index) { index += 1 }
        if index == start + 2 { failure = .syntax }
      }
      return append(.systemVariable, from: start)
    }
    switch at(0) {
    case Ascii.backquote: guard skipBackquoted() else { return }
    case Ascii.quote, Ascii.doubleQuote:
      string(from: start, .variable)
      return
    default:
      while index < bytes.count, Self.isName(bytes[index]) || bytes[index] == Ascii.dot, !startsDelimiter(index) {
        index += 1
      }
    }
    append(.variable, from: start)
  }

  private mutating func number() {
    let start = index
    let followsDot =
      tokens.count > 1 && tokens[tokens.count - 1].mark == .dot && Int(tokens[tokens.count - 1].end) == index
      && (tokens[tokens.count - 2].kind == .word || tokens[tokens.count - 2].kind == .quotedName)
    if followsDot { return word() }
    if bytes[index] == Ascii.zero, at(1) == 0x78 || at(1) == 0x62 {
      let isHex = at(1) == 0x78
      var end = index + 2
      while end < bytes.count, continuesName(end), isHex ? (Ascii.hex(bytes[end]) != nil) : bytes[end] & ~1 == 0x30 {
        end += 1
      }
      if end > index + 2, end == bytes.count || !continuesName(end) {
        index = end
        return append(isHex ? .hex : .bits, from: start)
      }
    }
    skipDigits()
    if at(0) == Ascii.dot {
      index += 1
      skipDigits()
      _ = exponent()
      return append(.number, from: start)
    }
    if exponent() || index == bytes.count || !continuesName(index) { return append(.number, from: start) }
    index = start
    word()
  }

  private mutating func skipDigits() {
    while index < bytes.count, Ascii.isDigit(bytes[index]), !startsDelimiter(index) { index += 1 }
  }

  private mutating func exponent() -> Bool {
    guard at(0) | 0x20 == 0x65, !startsDelimiter(index) else { return false }
    let sign = at(1) == Ascii.plus || at(1) == Ascii.dash ? 1 : 0
    guard Ascii.isDigit(at(1 + sign)) else { return false }
    index += 1 + sign
    skipDigits()
    return true
  }

  private mutating func word() {
    let start = index
    let wasAtStart = isAtStart
    if wasAtStart, !isInComment, !delimiter.isEmpty {
      // The client looks for DELIMITER before it looks for the delimiter.
      while index < bytes.count, Self.isName(bytes[index]) { index += 1 }
      if startsDelimiterLine(start) { return delimiterLine() }
      index = start
    }
    while index < bytes.count, continuesName(index) { index += 1 }
    if index < bytes.count, bytes[index] == Ascii.quote, index == start + 1 {
      switch bytes[start] | 0x20 {
      case 0x6E: return string(from: start, .string)
      case 0x78, 0x62: return radixLiteral(from: start)
      default: break
      }
    }
    if wasAtStart, !isInComment, startsDelimiterLine(start) { return delimiterLine() }
    let word = MySQLWord.spelled(bytes, start, index)
    append(.word, from: start)
    // A word that a dot follows is a name, whatever it spells.
    if at(0) == Ascii.dot, Self.isName(at(1)) { return }
    tokens[tokens.count - 1].word = word
  }

  /// `x'4d'`, `b'01'`.
  private mutating func radixLiteral(from start: Int) {
    let isHex = bytes[start] | 0x20 == 0x78
    index += 1
    let first = index
    while index < bytes.count, isHex ? (Ascii.hex(bytes[index]) != nil) : bytes[index] & ~1 == 0x30 { index += 1 }
    guard index < bytes.count else { return failure = .truncated }
    guard bytes[index] == Ascii.quote, !isHex || (index - first) % 2 == 0 else { return failure = .syntax }
    index += 1
    append(isHex ? .hex : .bits, from: start)
  }

  /// Whether the word that was moved past is the client's DELIMITER. A blank follows it; to the server `delimiter:` is a
  /// label.
  private func startsDelimiterLine(_ start: Int) -> Bool {
    (at(0) == Ascii.space || at(0) == Ascii.tab) && MySQLWord.spelled(bytes, start, index) == .delimiter
  }

  /// The client's `DELIMITER //`. The client sends what stands before it, be it a whole statement or not.
  private mutating func delimiterLine() {
    append(.hardEnd, from: index)
    while at(0) == Ascii.space || at(0) == Ascii.tab { index += 1 }
    let start = index
    while index < bytes.count, !Ascii.isSpace(bytes[index]) { index += 1 }
    let text = Array(bytes[start..<index])
    guard !text.isEmpty, !text.contains(Ascii.backslash) else { return failure = .syntax }
    // The client cuts a longer one; to the server, a colon after blanks and comments still makes the word a label.
    guard text.count <= MySQLLimits.delimiter, ![":", "/*", "#", "--"].contains(where: { text.starts(with: $0.utf8) })
    else { return failure = .unsupported }
    delimiter = text == [Ascii.semicolon] ? [] : text
    skipLine()
    isAtStart = true
  }

  // MARK: - Marks

  private mutating func mark() {
    let (mark, length) = markHere()
    guard mark != .none else { return failure = .syntax }
    index += length
    append(.mark, from: index - length, mark)
  }

  private func markHere() -> (MySQLMark, Int) {
    let next = at(1)
    switch bytes[index] {
    case Ascii.open: return (.open, 1)
    case Ascii.close: return (.close, 1)
    case Ascii.openBrace: return (.openBrace, 1)
    case Ascii.closeBrace: return (.closeBrace, 1)
    case Ascii.comma: return (.comma, 1)
    case Ascii.dot: return (.dot, 1)
    case Ascii.equals: return (.equal, 1)
    case Ascii.less:
      if next == Ascii.equals { return at(2) == Ascii.greater ? (.nullSafeEqual, 3) : (.lessEqual, 2) }
      if next == Ascii.greater { return (.notEqual, 2) }
      return next == Ascii.less ? (.shiftLeft, 2) : (.less, 1)
    case Ascii.greater:
      if next == Ascii.equals { return (.greaterEqual, 2) }
      return next == Ascii.greater ? (.shiftRight, 2) : (.greater, 1)
    case Ascii.bang: return next == Ascii.equals ? (.notEqual, 2) : (.bang, 1)
    case Ascii.plus: return (.plus, 1)
    case Ascii.dash:
      guard next == Ascii.greater else { return (.minus, 1) }
      return at(2) == Ascii.greater ? (.longArrow, 3) : (.arrow, 2)
    case Ascii.star: return (.star, 1)
    case Ascii.slash: return (.slash, 1)
    case Ascii.percent: return (.percent, 1)
    case 0x5E: return (.caret, 1)
    case Ascii.tilde: return (.tilde, 1)
    case Ascii.pipe: return next == Ascii.pipe ? (.pipes, 2) : (.pipe, 1)
    case Ascii.ampersand: return next == Ascii.ampersand ? (.ampersands, 2) : (.ampersand, 1)
    case Ascii.colon: return next == Ascii.equals ? (.assign, 2) : (.colon, 1)
    default: return (.none, 1)
    }
  }
}
