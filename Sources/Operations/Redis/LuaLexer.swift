import PolicyBytecode

/// Why a script could not be read.
struct LuaError: Error {
  var reason: UnparsedReason
}

/// A kind of token of Lua 5.1 (Reference Manual, section 2.1).
enum LuaKind: String, CaseIterable, Sendable {
  case end = ""
  case name = "NAME"
  case number = "NUMBER"
  case string = "STRING"
  case and, `break`, `do`, `else`, elseif, close = "end", `false`, `for`, function, `if`, `in`, local, `nil`, not, or
  case `repeat`, `return`, then, `true`, until, `while`
  case concat = ".."
  case dots = "..."
  case equal = "=="
  case unequal = "~="
  case lessOrEqual = "<="
  case greaterOrEqual = ">="
  case less = "<"
  case greater = ">"
  case assign = "="
  case open = "("
  case shut = ")"
  case openBrace = "{"
  case closeBrace = "}"
  case openBracket = "["
  case closeBracket = "]"
  case semicolon = ";"
  case colon = ":"
  case comma = ","
  case dot = "."
  case plus = "+"
  case minus = "-"
  case star = "*"
  case slash = "/"
  case percent = "%"
  case power = "^"
  case length = "#"
}

/// A token and where it stands.
struct LuaToken {
  var kind = LuaKind.end
  var start = 0
  var end = 0
  /// A string's value; nil if versions of Lua differ about it.
  var value: [UInt8]?
}

/// Takes Lua 5.1 apart into tokens.
struct LuaLexer {
  let source: [UInt8]
  private var index: Int

  init(_ source: [UInt8], from start: Int) {
    self.source = source
    index = start
  }

  private func at(_ ahead: Int) -> UInt8 { index + ahead < source.count ? source[index + ahead] : 0 }

  mutating func next() throws(LuaError) -> LuaToken {
    try skip()
    var token = LuaToken(start: index)
    guard index < source.count else {
      token.end = index
      return token
    }
    let byte = source[index]
    if Ascii.isNameStart(byte) {
      repeat { index += 1 } while Ascii.isName(at(0))
      token.kind = Self.keywords[source[token.start..<index]] ?? .name
    } else if Ascii.isDigit(byte) || byte == Ascii.dot && Ascii.isDigit(at(1)) {
      number()
      token.kind = .number
    } else if byte == Ascii.quote || byte == Ascii.doubleQuote {
      token.kind = .string
      token.value = try string(byte)
    } else if byte == Ascii.openBracket, let level = bracketLevel() {
      token.kind = .string
      token.value = try long(level)
    } else {
      token.kind = try symbol()
    }
    token.end = index
    return token
  }

  private static let keywords = spelled { $0 &- 0x61 < 26 }
  private static let symbols = spelled { !Ascii.isNameStart($0) }

  /// The kinds whose spelling begins with such a byte, by it.
  private static func spelled(_ isFirst: (UInt8) -> Bool) -> [ArraySlice<UInt8>: LuaKind] {
    var kinds: [ArraySlice<UInt8>: LuaKind] = [:]
    for kind in LuaKind.allCases {
      if let first = kind.rawValue.utf8.first, isFirst(first) { kinds[Array(kind.rawValue.utf8)[...]] = kind }
    }
    return kinds
  }

  /// White space and comments.
  private mutating func skip() throws(LuaError) {
    while index < source.count {
      let byte = source[index]
      if Ascii.isSpace(byte) || byte == 0x0D || byte == 0x0B || byte == 0x0C {
        index += 1
      } else if byte == Ascii.dash, at(1) == Ascii.dash {
        index += 2
        if at(0) == Ascii.openBracket, let level = bracketLevel() {
          _ = try long(level)
        } else {
          while index < source.count, source[index] != Ascii.newline, source[index] != 0x0D { index += 1 }
        }
      } else {
        return
      }
    }
  }

  private mutating func number() {
    while Ascii.isName(at(0)) || at(0) == Ascii.dot {
      let isExponent = at(0) | 0x20 == 0x65 && (at(1) == Ascii.plus || at(1) == Ascii.dash)
      index += isExponent ? 2 : 1
    }
  }

  private mutating func symbol() throws(LuaError) -> LuaKind {
    for length in [3, 2, 1] where index + length <= source.count {
      if let kind = Self.symbols[source[index..<index + length]] {
        index += length
        return kind
      }
    }
    throw LuaError(reason: .syntax)
  }

  /// The number of `=` in the long bracket that opens at hand, or nil if none does.
  private func bracketLevel() -> Int? {
    var level = 0
    while at(1 + level) == Ascii.equals { level += 1 }
    return at(1 + level) == Ascii.openBracket ? level : nil
  }

  /// `[[…]]`: a first newline does not count.
  private mutating func long(_ level: Int) throws(LuaError) -> [UInt8] {
    index += level + 2
    if at(0) == 0x0D, at(1) == Ascii.newline || at(0) == Ascii.newline, at(1) == 0x0D {
      index += 2
    } else if at(0) == Ascii.newline || at(0) == 0x0D {
      index += 1
    }
    let start = index
    while index < source.count {
      if source[index] == Ascii.closeBracket {
        var equals = 0
        while equals < level, at(1 + equals) == Ascii.equals { equals += 1 }
        if equals == level, at(1 + equals) == Ascii.closeBracket {
          let value = Array(source[start..<index])
          index += level + 2
          return value
        }
        index += equals
      }
      index += 1
    }
    throw LuaError(reason: .truncated)
  }

  private mutating func string(_ quote: UInt8) throws(LuaError) -> [UInt8]? {
    var value: [UInt8] = []
    var isCertain = true
    index += 1
    while index < source.count {
      let byte = source[index]
      index += 1
      switch byte {
      case quote: return isCertain ? value : nil
      case Ascii.newline, 0x0D: throw LuaError(reason: .syntax)
      case Ascii.backslash: try escape(&value, &isCertain)
      default: value.append(byte)
      }
    }
    throw LuaError(reason: .truncated)
  }

  private mutating func escape(_ value: inout [UInt8], _ isCertain: inout Bool) throws(LuaError) {
    guard index < source.count else { throw LuaError(reason: .truncated) }
    let byte = source[index]
    index += 1
    switch byte {
    case UInt8(ascii: "a"): value.append(0x07)
    case UInt8(ascii: "b"): value.append(0x08)
    case UInt8(ascii: "f"): value.append(0x0C)
    case UInt8(ascii: "n"): value.append(0x0A)
    case UInt8(ascii: "r"): value.append(0x0D)
    case UInt8(ascii: "t"): value.append(0x09)
    case UInt8(ascii: "v"): value.append(0x0B)
    case 0x0D where at(0) == Ascii.newline, Ascii.newline where at(0) == 0x0D:
      index += 1
      value.append(Ascii.newline)
    case 0x0D, Ascii.newline: value.append(Ascii.newline)
    case Ascii.zero...Ascii.nine:
      var number = Int(byte - Ascii.zero)
      for _ in 0..<2 where Ascii.isDigit(at(0)) {
        number = number * 10 + Int(at(0) - Ascii.zero)
        index += 1
      }
      guard number < 256 else { throw LuaError(reason: .syntax) }
      value.append(UInt8(number))
    case UInt8(ascii: "x"), UInt8(ascii: "z"), UInt8(ascii: "u"):
      // Lua 5.1 takes the letter for itself, later versions for an escape.
      isCertain = false
      value.append(byte)
    default: value.append(byte)
    }
  }
}
