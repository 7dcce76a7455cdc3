import JSONText

/// The two ways in which a server may read the arguments of a call: as they are, and as the MCP SDK for Python reads them, which
/// parses a text that is the JSON of an array or an object where the tool takes no plain text.
enum MCPArguments {
  enum Other {
    /// There is one way.
    case none
    /// The arguments with these texts replaced by what they hold.
    case known([UInt8])
    /// A text that is JSON to some: with a member twice, nested too deeply, with `NaN` in it.
    case unknown
  }

  /// The other way to read `arguments`, an object.
  static func other(_ arguments: UnsafeBufferPointer<UInt8>) throws(JSONError) -> Other {
    var other: [UInt8] = []
    // Up to where `arguments` was copied.
    var copied = 0
    var scanner = JSONScanner(arguments)
    try scanner.beginObject()
    while try scanner.nextKey() != nil {
      guard try scanner.kind() == .string else {
        try scanner.skip()
        continue
      }
      let start = scanner.position
      let token = try scanner.string()
      // Behind the quote stands the bracket, a blank, or an escape of either.
      let first = arguments[start + 1]
      guard isBracket(first) || first <= Ascii.space || first == Ascii.backslash else { continue }
      let text = scanner.utf8(token)
      guard let bracket = text.first(where: { !Ascii.isSpaceOrReturn($0) }), isBracket(bracket) else { continue }
      switch reading(text) {
      case .json:
        other += arguments[copied..<start]
        other += text
        copied = scanner.position
      case .text: break
      case .unknown: return .unknown
      }
    }
    return copied == 0 ? .none : .known(other + arguments[copied...])
  }

  private enum Reading { case text, json, unknown }

  private static func reading(_ text: [UInt8]) -> Reading {
    text.withUnsafeBufferPointer { bytes in
      var scanner = JSONScanner(bytes)
      do throws(JSONError) {
        try scanner.skip()
        return scanner.isAtEnd() ? .json : .text
      } catch {
        return isLenient(text, error.offset) ? .unknown : .text
      }
    }
  }

  /// Whether what is no JSON from `offset` on may be JSON to a lenient parser: at a name that came before, a bracket, or a number
  /// that is none. `[ "$a" = x ]` is a command.
  private static func isLenient(_ text: [UInt8], _ offset: Int) -> Bool {
    guard offset < text.count else { return false }
    switch text[offset] {
    case Ascii.doubleQuote: return text[..<offset].last { !Ascii.isSpaceOrReturn($0) } == Ascii.comma
    case Ascii.openBrace, Ascii.openBracket: return true
    case Ascii.dash: return text[offset...].starts(with: "-Infinity".utf8)
    default: return text[offset...].starts(with: "NaN".utf8) || text[offset...].starts(with: "Infinity".utf8)
    }
  }

  private static func isBracket(_ byte: UInt8) -> Bool { byte == Ascii.openBrace || byte == Ascii.openBracket }
}
