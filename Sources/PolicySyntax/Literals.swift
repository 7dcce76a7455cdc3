/// The values of literals: escapes, indentation, units.
enum Literal {
  struct Problem {
    /// Offset from the start of the token's text, and length.
    var offset: Int
    var length: Int
    var message: String
    /// What to write instead, where that is safe.
    var replacement: String?
  }

  /// The value of a string token's text. The escapes that are wrong stay in it as they are written.
  static func string(_ text: ArraySlice<UInt8>, kind: TokenKind) -> (value: String, problems: [Problem]) {
    switch kind {
    case .rawString: return (String(decoding: text.dropFirst().dropLast(), as: UTF8.self), [])
    case .blockString:
      let content = stripIndentation(Array(text.dropFirst(3).dropLast(3)))
      var (value, problems) = unescape(content[...])
      // Offsets in stripped content mean nothing; the whole literal is pointed at.
      for index in problems.indices {
        (problems[index].offset, problems[index].length, problems[index].replacement) = (0, text.count, nil)
      }
      return (value, problems)
    default: return unescape(text.dropFirst().dropLast())
    }
  }

  private static func unescape(_ text: ArraySlice<UInt8>) -> (value: String, problems: [Problem]) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var problems: [Problem] = []
    var index = text.startIndex
    // The text begins after a quote, so offsets in the token are one more.
    func offset(_ index: Int) -> Int { index - text.startIndex + 1 }
    while index < text.endIndex {
      let start = index
      let byte = text[index]
      index += 1
      guard byte == UInt8(ascii: "\\"), index < text.endIndex else {
        bytes.append(byte)
        continue
      }
      let escape = Unicode.Scalar(text[index])
      index += 1
      switch escape {
      case "\"", "\\": bytes.append(UInt8(ascii: escape))
      case "n": bytes.append(UInt8(ascii: "\n"))
      case "t": bytes.append(UInt8(ascii: "\t"))
      case "u":
        if let (scalar, end) = scalar(text[index...]) {
          bytes.append(contentsOf: String(Character(scalar)).utf8)
          index = end
        } else {
          bytes.append(contentsOf: text[start..<index])
          problems.append(
            Problem(
              offset: offset(start), length: index - start,
              message: "`\\u` needs one to six hexadecimal digits of a character in braces, like `\\u{e9}`"))
        }
      default:
        index = min(index + scalarLength(text[index - 1]) - 1, text.endIndex)
        let written = String(decoding: text[start..<index], as: UTF8.self)
        bytes.append(contentsOf: text[start..<index])
        problems.append(
          Problem(
            offset: offset(start), length: index - start,
            message: "`\(written)` is not an escape; a backslash is written `\\\\`, or the string in `'…'`",
            replacement: "\\" + written))
      }
    }
    return (String(decoding: bytes, as: UTF8.self), problems)
  }

  /// `{1F600}` at the start of the text.
  private static func scalar(_ text: ArraySlice<UInt8>) -> (Unicode.Scalar, end: Int)? {
    guard text.first == UInt8(ascii: "{"), let close = text.prefix(8).firstIndex(of: UInt8(ascii: "}")),
      let digits = String(validating: text[(text.startIndex + 1)..<close], as: UTF8.self),
      digits.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value)
    else { return nil }
    return (scalar, close + 1)
  }

  /// What is between `"""` and `"""`: line ends become `\n`; if nothing else stands on the opening line, it is dropped,
  /// and so is the last line end if only white space precedes the closing quotes; then the longest white space
  /// that begins every line which is not blank (the closing line counts, the opening line does not) is taken off.
  static func stripIndentation(_ content: [UInt8]) -> [UInt8] {
    let isBlank = { (line: ArraySlice<UInt8>) in line.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }
    var lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for index in lines.indices where index < lines.count - 1 && lines[index].last == UInt8(ascii: "\r") {
      lines[index].removeLast()
    }
    guard lines.count > 1, let first = lines.first, let last = lines.last else { return content }
    lines.removeFirst()
    var indentation: ArraySlice<UInt8>?
    for (index, line) in lines.enumerated() where !isBlank(line) || index == lines.count - 1 {
      let own = line.prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      indentation =
        indentation.map { common in
          common.prefix(zip(common, own).prefix { $0 == $1 }.count)
        } ?? own
    }
    let width = indentation?.count ?? 0
    lines = lines.map { isBlank($0) ? $0.dropFirst(min(width, $0.count)) : $0.dropFirst(width) }
    if isBlank(last) { lines.removeLast() }
    if !isBlank(first) { lines.insert(first, at: 0) }
    return Array(lines.joined(separator: [UInt8(ascii: "\n")]))
  }

  /// The text between the slashes with `\/` unescaped.
  static func regex(_ text: ArraySlice<UInt8>) -> String {
    var bytes: [UInt8] = []
    var isEscaped = false
    for byte in text.dropFirst().dropLast() {
      if isEscaped, byte != UInt8(ascii: "/") { bytes.append(UInt8(ascii: "\\")) }
      isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
      if !isEscaped { bytes.append(byte) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Seconds of `15m`; nil past `Int32`.
  static func duration(_ text: String) -> Int? {
    let seconds = ["s": 1, "m": 60, "h": 3600, "d": 86400]
    guard let unit = text.last, let factor = seconds[String(unit)], let count = Int32(text.dropLast()) else {
      return nil
    }
    let (product, overflow) = count.multipliedReportingOverflow(by: Int32(factor))
    return overflow ? nil : Int(product)
  }

  /// Whether `2027-03-31` is a day of the Gregorian calendar.
  static func isDate(_ text: String) -> Bool {
    let parts = text.split(separator: "-").compactMap { Int($0) }
    guard parts.count == 3, (1...12).contains(parts[1]) else { return false }
    let isLeap = parts[0] % 4 == 0 && (parts[0] % 100 != 0 || parts[0] % 400 == 0)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return (1...days[parts[1] - 1]).contains(parts[2])
  }
}
