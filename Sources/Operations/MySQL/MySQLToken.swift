/// An operator or a punctuation mark of MySQL.
enum MySQLMark: UInt8 {
  case none, open, close, openBrace, closeBrace, comma, dot, equal, nullSafeEqual, less, lessEqual, greater
  case greaterEqual, notEqual, plus, minus, star, slash, percent, caret, tilde, bang, pipe, pipes, ampersand, ampersands
  case shiftLeft, shiftRight, assign, arrow, longArrow, colon
}

/// A token of MySQL's dialect.
struct MySQLToken: BitwiseCopyable {
  enum Kind: UInt8 {
    /// A key word or an unquoted name.
    case word
    /// A name in back quotes.
    case quotedName
    /// A literal in single quotes, `N'…'` as well.
    case string
    /// A literal in double quotes; with ANSI_QUOTES, a name.
    case doubleString
    case number
    /// `0x41`, `x'41'`.
    case hex
    /// `0b01`, `b'01'`.
    case bits
    /// `?`.
    case parameter
    /// `@name`, `@'name'`; also the host of an account.
    case variable
    /// `@@name`, without the scope's dot.
    case systemVariable
    case mark
    /// `;`.
    case end
    /// The client's delimiter where that is another, `\G`, and the end of the text.
    case hardEnd
  }

  var kind: Kind
  var mark = MySQLMark.none
  /// The key word that it spells.
  var word = MySQLWord.none
  /// Its bytes, a half-open range.
  var start: UInt32
  var end: UInt32
}
