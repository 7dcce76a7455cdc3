/// What a token is. Words are not yet keywords: that depends on where they stand.
public enum TokenKind: UInt8, Sendable {
  // Between the others; the parser never sees these.
  case whitespace
  /// `# …` up to the end of the line.
  case comment
  /// `## …`: documents the declaration under it.
  case docComment
  /// A character that belongs to nothing; reported and passed over.
  case unknown

  /// Letters, digits, `_` and `-`; parts joined by `.` (a fact) or `/` (a qualified name).
  case word
  /// `"…"`
  case string
  /// `'…'`
  case rawString
  /// `"""…"""`
  case blockString
  /// A string without its end.
  case unterminatedString
  /// `/…/`
  case regex
  case unterminatedRegex
  case integer
  /// `15m`
  case duration
  /// `2027-03-31`
  case date
  /// Begins with a digit and is none of the three above.
  case malformedNumber
  /// The raw object after `tool "x"`.
  case json

  case less, lessOrEqual, greater, greaterOrEqual, equal, arrow
  case leftBracket, rightBracket, leftParenthesis, rightParenthesis, leftBrace, rightBrace, comma, at, colon
  /// An operator of other languages: `==`, `!=`, `&&`, `||`, `!`, `->`, …
  case foreign
  case endOfFile

  /// Whether the parser passes over it.
  public var isTrivia: Bool { rawValue <= TokenKind.unknown.rawValue }

  /// Whether it is a string literal, closed or not.
  public var isString: Bool {
    switch self {
    case .string, .rawString, .blockString, .unterminatedString: true
    default: false
    }
  }
}

/// A piece of the source. Tokens follow each other without gap, so their texts joined are the source.
public struct Token: Hashable, Sendable {
  public var kind: TokenKind
  public var range: SourceRange

  public init(_ kind: TokenKind, _ range: SourceRange) {
    self.kind = kind
    self.range = range
  }
}
