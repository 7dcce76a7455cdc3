import PolicyBytecode

/// A token of the quick reader: its kind and its half-open byte range.
struct QuickSQLToken: BitwiseCopyable {
  var kind: QuickSQLKind
  var start: UInt32
  var end: UInt32
}

/// Cuts ASCII text into tokens as PostgreSQL's scanner does, where that is simple; what is not (escapes, dollar quotes,
/// operators beyond arithmetic and comparison, nested comments) ends the attempt.
struct QuickSQLTokens: ~Copyable {
  private(set) var tokens = RawBuffer<QuickSQLToken>(capacity: 128)

  /// More tokens are left to the parser: so no tree is deeper than it may be.
  static let most = 512
  /// The longest name, of which nothing is cut off.
  private static let longestName = 63

  /// Kinds of bytes.
  private enum Byte {
    static let other: UInt8 = 0
    static let space: UInt8 = 1
    static let letter: UInt8 = 2
    static let digit: UInt8 = 3
    static let quote: UInt8 = 4
    static let doubleQuote: UInt8 = 5
    static let mark: UInt8 = 6
    static let sign: UInt8 = 7
    static let colon: UInt8 = 8
    static let dollar: UInt8 = 9
  }

  nonisolated(unsafe) private static let classes: UnsafePointer<UInt8> = {
    let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
    table.initialize(repeating: Byte.other, count: 256)
    func set(_ bytes: some Sequence<UInt8>, _ kind: UInt8) { for byte in bytes { table[Int(byte)] = kind } }
    set([0x20, 0x09, 0x0A, 0x0C, 0x0D], Byte.space)
    set(Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_".utf8), Byte.letter)
    set(Array("0123456789".utf8), Byte.digit)
    set(Array("(),.;".utf8), Byte.mark)
    set(Array("+-*/<>=~!@#^&|`?%".utf8), Byte.sign)
    table[Int(UInt8(ascii: "'"))] = Byte.quote
    table[Int(UInt8(ascii: "\""))] = Byte.doubleQuote
    table[Int(UInt8(ascii: ":"))] = Byte.colon
    table[Int(UInt8(ascii: "$"))] = Byte.dollar
    return UnsafePointer(table)
  }()

  /// Cuts `text`; false where it is not simple. The last token is ``QuickSQLKind/end``.
  mutating func read(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    tokens.removeAll()
    guard let bytes = text.baseAddress else { return false }
    let (count, classes, words) = (text.count, Self.classes, QuickSQLWords.all)
    var at = 0
    while at < count {
      let (start, byte) = (at, bytes[at])
      let kind: QuickSQLKind
      switch classes[Int(byte)] {
      case Byte.space:
        at += 1
        continue
      case Byte.letter:
        var (low, high): (UInt64, UInt64) = (0, 0)
        repeat {
          let length = UInt64(at - start)
          let folded = UInt64(lowered(bytes[at]))
          if length < 8 { low |= folded << (8 * length) } else if length < 16 { high |= folded << (8 * length - 64) }
          at += 1
        } while at < count && (classes[Int(bytes[at])] == Byte.letter || classes[Int(bytes[at])] == Byte.digit)
        let length = at - start
        guard length <= Self.longestName else { return false }
        if at < count {
          let next = classes[Int(bytes[at])]
          // `e'…'` and its kin; `a$b`.
          if next == Byte.dollar || next == Byte.other || next == Byte.quote && length == 1 { return false }
        }
        kind =
          length <= QuickSQLWords.longest
          ? words.kind(low, high) : Self.isTimestamp(bytes + start, length) ? .valueFunction : .name
      case Byte.digit:
        repeat { at += 1 } while at < count && classes[Int(bytes[at])] == Byte.digit
        if at + 1 < count, bytes[at] == UInt8(ascii: "."), classes[Int(bytes[at + 1])] == Byte.digit {
          repeat { at += 1 } while at < count && classes[Int(bytes[at])] == Byte.digit
        }
        if at < count {
          let next = classes[Int(bytes[at])]
          if next == Byte.letter || next == Byte.other || next == Byte.dollar || bytes[at] == UInt8(ascii: ".") {
            return false
          }
        }
        kind = .number
      case Byte.quote:
        guard let end = Self.stringEnd(bytes, at, count) else { return false }
        at = end
        kind = .string
      case Byte.doubleQuote:
        repeat { at += 1 } while at < count && bytes[at] != byte && bytes[at] &- 0x20 < 0x5F
        guard at < count, bytes[at] == byte, at - start > 1, at - start - 1 <= Self.longestName else { return false }
        at += 1
        if at < count, bytes[at] == byte { return false }
        kind = .quotedName
      case Byte.dollar:
        repeat { at += 1 } while at < count && classes[Int(bytes[at])] == Byte.digit
        guard (2...9).contains(at - start) else { return false }
        if at < count, [Byte.letter, Byte.dollar, Byte.other].contains(classes[Int(bytes[at])]) { return false }
        kind = .parameter
      case Byte.colon:
        guard at + 1 < count, bytes[at + 1] == byte else { return false }
        at += 2
        kind = .cast
      case Byte.mark:
        at += 1
        switch byte {
        case UInt8(ascii: "("): kind = .open
        case UInt8(ascii: ")"): kind = .close
        case UInt8(ascii: ","): kind = .comma
        case UInt8(ascii: ";"): kind = .semicolon
        default:
          // `.5` is a number, `..` a range.
          if at < count, bytes[at] == byte || classes[Int(bytes[at])] == Byte.digit { return false }
          kind = .dot
        }
      case Byte.sign:
        if let end = Self.commentEnd(bytes, at, count) {
          guard end > at else { return false }
          at = end
          continue
        }
        guard let sign = Self.sign(bytes, at, count) else { return false }
        at = sign.end
        kind = sign.kind
      default: return false
      }
      guard tokens.count < Self.most else { return false }
      tokens.append(QuickSQLToken(kind: kind, start: UInt32(start), end: UInt32(at)))
    }
    tokens.append(QuickSQLToken(kind: .end, start: UInt32(count), end: UInt32(count)))
    return true
  }

  private static func isTimestamp(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    let word: StaticString = "current_timestamp"
    guard count == word.utf8CodeUnitCount else { return false }
    for index in 0..<count where lowered(bytes[index]) != word.utf8Start[index] { return false }
    return true
  }

  /// The end of a literal in single quotes, of printing ASCII and white space; nil where it has none.
  private static func stringEnd(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> Int? {
    var at = start + 1
    while at < count {
      let byte = bytes[at]
      at += 1
      if byte == UInt8(ascii: "'") {
        guard at < count, bytes[at] == UInt8(ascii: "'") else { return at }
        at += 1
      } else if byte == 0 || byte >= 0x80 {
        return nil
      }
    }
    return nil
  }

  /// The end of the comment at `start`; `start` itself if it is not simple, nil where there is none.
  private static func commentEnd(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> Int? {
    guard start + 1 < count else { return nil }
    var at = start + 2
    if bytes[start] == UInt8(ascii: "-"), bytes[start + 1] == UInt8(ascii: "-") {
      while at < count, bytes[at] != 0x0A, bytes[at] != 0x0D {
        if bytes[at] == 0 || bytes[at] >= 0x80 { return start }
        at += 1
      }
      return at
    }
    guard bytes[start] == UInt8(ascii: "/"), bytes[start + 1] == UInt8(ascii: "*") else { return nil }
    while at + 1 < count {
      let (byte, next) = (bytes[at], bytes[at + 1])
      if byte == UInt8(ascii: "*"), next == UInt8(ascii: "/") { return at + 2 }
      // One comment in another.
      if byte == UInt8(ascii: "/"), next == UInt8(ascii: "*") { return start }
      if byte == 0 || byte >= 0x80 { return start }
      at += 1
    }
    return start
  }

  /// The operator at `start`: of the longest run of operator characters before a comment, which loses `+` and `-` at its
  /// end where SQL's own characters alone make it.
  private static func sign(
    _ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int
  ) -> (kind: QuickSQLKind, end: Int)? {
    var end = start
    while end < count, classes[Int(bytes[end])] == Byte.sign, end - start < 4 {
      if end > start, end + 1 < count {
        let (byte, next) = (bytes[end], bytes[end + 1])
        if byte == UInt8(ascii: "-"), next == byte { break }
        if byte == UInt8(ascii: "/"), next == UInt8(ascii: "*") { break }
      }
      end += 1
    }
    if end - start == 2, bytes[start] == UInt8(ascii: "|") || bytes[start] == UInt8(ascii: "!") {
      switch (bytes[start], bytes[start + 1]) {
      case (UInt8(ascii: "|"), UInt8(ascii: "|")): return (.concat, end)
      case (UInt8(ascii: "!"), UInt8(ascii: "=")): return (.comparison, end)
      default: return nil
      }
    }
    // A run of four may go on.
    guard end - start < 4 else { return nil }
    for index in start..<end {
      switch bytes[index] {
      case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: "<"),
        UInt8(ascii: ">"), UInt8(ascii: "="):
        break
      case UInt8(ascii: "%") where end - start == 1: return (.percent, end)
      default: return nil
      }
    }
    while end - start > 1, bytes[end - 1] == UInt8(ascii: "+") || bytes[end - 1] == UInt8(ascii: "-") { end -= 1 }
    if end - start == 2 {
      switch (bytes[start], bytes[start + 1]) {
      case (UInt8(ascii: "<"), UInt8(ascii: "=")), (UInt8(ascii: ">"), UInt8(ascii: "=")),
        (UInt8(ascii: "<"), UInt8(ascii: ">")):
        return (.comparison, end)
      default: return nil
      }
    }
    guard end - start == 1 else { return nil }
    switch bytes[start] {
    case UInt8(ascii: "+"): return (.plus, end)
    case UInt8(ascii: "-"): return (.minus, end)
    case UInt8(ascii: "*"): return (.star, end)
    case UInt8(ascii: "/"): return (.slash, end)
    default: return (.comparison, end)
    }
  }
}
