/// Checks that a text is one JSON object (RFC 8259) and says where it is not.
struct JSONCheck {
  private let text: ArraySlice<UInt8>
  private var index: Int

  struct Failure: Error {
    /// Index into the text that was given.
    var index: Int
    var message: String
  }

  static func failure(in text: ArraySlice<UInt8>) -> Failure? {
    var check = JSONCheck(text: text, index: text.startIndex)
    do throws(Failure) {
      try check.value(depth: 0)
      check.skipSpace()
      if check.index < text.endIndex { throw check.fail("nothing follows the object") }
      return nil
    } catch {
      return error
    }
  }

  private init(text: ArraySlice<UInt8>, index: Int) {
    self.text = text
    self.index = index
  }

  private var current: Unicode.Scalar? { index < text.endIndex ? Unicode.Scalar(text[index]) : nil }

  private func fail(_ message: String) -> Failure { Failure(index: min(index, text.endIndex), message: message) }

  private mutating func skipSpace() {
    while let byte = current, byte == " " || byte == "\t" || byte == "\n" || byte == "\r" { index += 1 }
  }

  private mutating func accept(_ byte: Unicode.Scalar) -> Bool {
    skipSpace()
    guard current == byte else { return false }
    index += 1
    return true
  }

  private mutating func value(depth: Int) throws(Failure) {
    skipSpace()
    switch current {
    case "{": try members(of: "}", depth: depth, named: true)
    case "[": try members(of: "]", depth: depth, named: false)
    case "\"": try string()
    case "t": try literal("true")
    case "f": try literal("false")
    case "n": try literal("null")
    default: try number()
    }
  }

  private mutating func members(of close: Unicode.Scalar, depth: Int, named: Bool) throws(Failure) {
    if depth >= SyntaxLimits.nesting { throw fail("more than \(SyntaxLimits.nesting) levels") }
    index += 1
    if accept(close) { return }
    repeat {
      if named {
        skipSpace()
        guard current == "\"" else { throw fail("a key in double quotes is expected") }
        try string()
        if !accept(":") { throw fail("`:` is expected after the key") }
      }
      try value(depth: depth + 1)
    } while accept(",")
    if !accept(close) { throw fail("`,` or `\(close)` is expected") }
  }

  private mutating func string() throws(Failure) {
    index += 1
    while let byte = current {
      switch byte {
      case "\"":
        index += 1
        return
      case "\\":
        index += 1
        switch current {
        case "\"", "\\", "/", "b", "f", "n", "r", "t": index += 1
        case "u":
          index += 1
          for _ in 0..<4 {
            guard let digit = current, Character(digit).isHexDigit, digit.isASCII else {
              throw fail("`\\u` needs four hexadecimal digits")
            }
            index += 1
          }
        default: throw fail("unknown escape")
        }
      case "\0"..<" ": throw fail("a control character is escaped in a string")
      default: index += 1
      }
    }
    throw fail("the string does not end")
  }

  private mutating func literal(_ word: String) throws(Failure) {
    guard text[index...].starts(with: word.utf8) else { throw fail("a value is expected") }
    index += word.utf8.count
  }

  private mutating func number() throws(Failure) {
    if current == "-" { index += 1 }
    if current == "0" { index += 1 } else { try digits() }
    if current == "." {
      index += 1
      try digits()
    }
    if current == "e" || current == "E" {
      index += 1
      if current == "+" || current == "-" { index += 1 }
      try digits()
    }
  }

  private mutating func digits() throws(Failure) {
    guard let first = current, isDigit(first) else { throw fail("a value is expected") }
    while let digit = current, isDigit(digit) { index += 1 }
  }
}
