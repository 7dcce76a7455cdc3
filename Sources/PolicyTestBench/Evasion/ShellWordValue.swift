extension ShellLine.Word {
  /// What the shell makes of the word, where that is certain: letters that mean themselves, quotes, backslashes. Nil where
  /// something is expanded: the word may then be anything, or nothing, or several.
  var value: String? {
    var result: [UInt8] = []
    var bytes = [UInt8](text.utf8)[...]
    while let byte = bytes.popFirst() {
      switch byte {
      case UInt8(ascii: "'"):
        guard let end = bytes.firstIndex(of: byte) else { return nil }
        result += bytes[..<end]
        bytes = bytes[(end + 1)...]
      case UInt8(ascii: "\""):
        guard let end = bytes.firstIndex(of: byte), !bytes[..<end].contains(where: "$`\\".utf8.contains) else {
          return nil
        }
        result += bytes[..<end]
        bytes = bytes[(end + 1)...]
      case UInt8(ascii: "\\"):
        guard let next = bytes.popFirst() else { return nil }
        // A line continuation is nothing.
        if next != 0x0A { result.append(next) }
      default:
        guard byte >= 0x80 || ShellLine.isLiteral(byte) else { return nil }
        result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Whether it is sure to be no flag, but operands or a flag's value: it expands, but to what begins otherwise.
  var isNoFlag: Bool {
    if let value { return !value.hasPrefix("-") }
    let isUnquotedPath =
      (text.hasPrefix("/") || text.hasPrefix("~/")) && text.utf8.dropFirst().allSatisfy(Self.isLiteralOrGlob)
    return isUnquotedPath || text == "~" || isOneQuotedWord
  }

  /// Whether it is one word, neither less nor more, and not empty.
  var isOneWord: Bool { value.map { !$0.isEmpty } ?? isOneQuotedWord }

  /// `"Authorization: $TOKEN"`: all in double quotes, a letter first, with expansions that do not split it.
  private var isOneQuotedWord: Bool {
    let inner = text.dropFirst().dropLast()
    guard text.count > 2, text.first == "\"", text.last == "\"", let first = inner.first else { return false }
    return first.isASCII && first.isLetter && !inner.contains { "\"\\`@(".contains($0) }
  }

  private static func isLiteralOrGlob(_ byte: UInt8) -> Bool { ShellLine.isLiteral(byte) || "*?[]".utf8.contains(byte) }
}

extension ShellLine {
  /// Whether the shell's positional parameters are set here, or asked for: `set -- ls; "$@"`. Another rewrite may then not
  /// set them or count on their being empty. Only the letters are looked at, so that it is said of too many lines.
  var namesPositionalParameters: Bool {
    var rest = bytes[...]
    while let dollar = rest.firstIndex(of: UInt8(ascii: "$")) {
      rest = rest[(dollar + 1)...]
      let name = rest.drop { "{#!".utf8.contains($0) }
      if let byte = name.first, "@*".utf8.contains(byte) || byte >= 0x30 && byte <= 0x39 { return true }
      if rest.first == UInt8(ascii: "#") || rest.starts(with: "{#}".utf8) { return true }
    }
    let words = bytes.split { !Self.isLiteral($0) }
    return words.contains { word in ["set", "shift", "getopts"].contains { word.elementsEqual($0.utf8) } }
  }
}
