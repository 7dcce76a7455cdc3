/// What an expression is worth without looking at a row.
enum MySQLConstant: Equatable {
  /// It depends on the row, or changes from row to row.
  case perRow
  /// The same for all rows, but not known from the text: a parameter, a variable, most functions of constants.
  case fixed
  case null
  case integer(Int64)
  case real(Double)
  case text([UInt8])
  /// A hexadecimal literal: a text or a number, as it is used.
  case binary([UInt8])

  static func boolean(_ value: Bool) -> MySQLConstant { .integer(value ? 1 : 0) }

  /// Its truth as a condition, nil where it is NULL or not known.
  var truth: Bool? {
    switch self {
    case .integer(let value): value != 0
    case .real(let value): value != 0
    case .text(let bytes): Self.number(bytes) != 0
    case .perRow, .fixed, .null, .binary: nil
    }
  }

  /// Its text, where it is known.
  var bytes: [UInt8]? {
    switch self {
    case .text(let bytes), .binary(let bytes): bytes
    case .integer(let value): Array(String(value).utf8)
    case .perRow, .fixed, .null, .real: nil
    }
  }

  var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .real(let value): value
    case .text(let bytes): Self.number(bytes)
    case .perRow, .fixed, .null, .binary: nil
    }
  }

  /// The number that a text starts with, 0 if it starts with none: how MySQL reads a text as a number.
  private static func number(_ bytes: [UInt8]) -> Double {
    var at = bytes.firstIndex { !($0 == Ascii.space || $0 >= 0x09 && $0 <= 0x0D) } ?? bytes.count
    let start = at
    func skipDigits() { while at < bytes.count, Ascii.isDigit(bytes[at]) { at += 1 } }
    if at < bytes.count, bytes[at] == Ascii.dash || bytes[at] == Ascii.plus { at += 1 }
    skipDigits()
    if at < bytes.count, bytes[at] == Ascii.dot {
      at += 1
      skipDigits()
    }
    if at + 1 < bytes.count, bytes[at] | 0x20 == 0x65 {
      let sign = bytes[at + 1] == Ascii.dash || bytes[at + 1] == Ascii.plus ? 1 : 0
      if at + 1 + sign < bytes.count, Ascii.isDigit(bytes[at + 1 + sign]) {
        at += 1 + sign
        skipDigits()
      }
    }
    // `Double` wants a digit on either side of the point.
    var digits = String(decoding: bytes[start..<at], as: UTF8.self)
    if digits.hasSuffix(".") { digits += "0" }
    return Double(digits) ?? (digits.hasPrefix(".") ? Double("0" + digits) ?? 0 : 0)
  }
}

/// An alternative of a condition, its negations resolved.
struct MySQLTest {
  enum Word: UInt8 {
    case isTrue, isNotTrue, isNull, isNotNull, equal, notEqual, less, lessEqual, greater, greaterEqual, matches
    case matchesNot, within, notWithin

    var opposite: Word {
      switch self {
      case .isTrue: .isNotTrue
      case .isNotTrue: .isTrue
      case .isNull: .isNotNull
      case .isNotNull: .isNull
      case .equal: .notEqual
      case .notEqual: .equal
      case .less: .greaterEqual
      case .greaterEqual: .less
      case .greater: .lessEqual
      case .lessEqual: .greater
      case .matches: .matchesNot
      case .matchesNot: .matches
      case .within: .notWithin
      case .notWithin: .within
      }
    }

    /// The word that says the same with its sides exchanged.
    var flipped: Word? {
      switch self {
      case .equal, .notEqual: self
      case .less: .greater
      case .greater: .less
      case .lessEqual: .greaterEqual
      case .greaterEqual: .lessEqual
      default: nil
      }
    }
  }

  var word: Word
  var left: Range<Int>
  var right: Range<Int>?
  var rightConstant = MySQLConstant.perRow

  var negated: MySQLTest {
    var test = self
    test.word = word.opposite
    return test
  }
}

/// An expression that was read: its tokens, brackets around it left out, and what it is worth.
struct MySQLValue {
  var constant: MySQLConstant
  var tokens: Range<Int>
  /// Whether its value changes from one row to the next though it uses no column.
  var isVolatile = false
  /// Whether it is a subquery and nothing else.
  var isQuery = false
  /// It is true if any of these is; it is false if the opposite of any of `parts` is true.
  var alternatives: [MySQLTest] = []
  var parts: [MySQLTest] = []

  init(_ constant: MySQLConstant, _ tokens: Range<Int>) {
    self.constant = constant
    self.tokens = tokens
  }

  /// Whether a condition of this worth restricts no rows: it is true, or the same for all rows and not known as false.
  var isUnrestricting: Bool {
    switch constant {
    case .fixed, .binary: true
    default: constant.truth == true
    }
  }
}
