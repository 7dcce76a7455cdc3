import JSONText
import PolicyBytecode

/// Letters that look alike, for what takes them for the same.
///
/// Shells, databases, Redis and Kubernetes do not: to them a full-width `ｄｒｏｐ` or a Cyrillic `а` is another word, and a
/// command spelled so does something else or nothing (tests ask MariaDB and bash). Three readers do: what resolves the names
/// of hosts (UTS #46 maps compatibility letters and drops what is not seen), collations, and models and people.
enum LookalikeRewrites {
  static let all: [Rewrite] = [
    Rewrite("the host in look-alike letters", of: .shell, when: "curl and wget map international names, as Debian's do")
    {
      text in
      let line = ShellLine(text)
      return line.commands.filter { ["curl", "wget"].contains($0.program.text) }.flatMap { command in
        command.arguments.flatMap { word in
          hosts(of: word.text).map { line.replacing(word.range, with: $0) }
        }
      }
    },
    SQLRewrites.ofTokens(
      "a value in look-alike letters", of: .init(.mysql),
      when: "the collation ignores accents, as those of MySQL and MariaDB do unless they end in `_bin` or `_as_cs`"
    ) { tokens in
      var isCompared = false
      var hasWhere = false
      let changed = tokens.text { _, token in
        defer { if token.kind != .blank, token.kind != .comment { isCompared = token.text == "=" } }
        if token.folded == "where" { hasWhere = true }
        return hasWhere && isCompared && token.kind == .string ? accented(token.text) : token.text
      }
      return [changed]
    },
    Rewrite("words in look-alike letters", when: "a model or a person reads them") { spelling in
      guard let message = MCPRewrites.message(spelling), let method = message["method"]?.string,
        let parameters = message["params"], let read = readMembers[method]
      else { return [] }
      return [cyrillic, fullWidth, interspersed].compactMap { change in
        let changed = parameters.changing(read, change)
        guard changed != parameters else { return nil }
        return Spelling(.mcp, .message(message.setting("params", changed)))
      }
    },
  ]

  /// The members of a request's `params` whose texts, however deep, are for a model or a person.
  private static let readMembers: [String: Set<String>] = [
    "sampling/createMessage": ["messages", "systemPrompt"], "elicitation/create": ["message"],
    "prompts/get": ["arguments"],
  ]

  /// The word of a URL with its host spelled otherwise.
  private static func hosts(of word: String) -> [String] {
    let bytes = Array(word)
    let quotes = bytes.first.map { $0 == "'" || $0 == "\"" } == true ? 1 : 0
    let rest = String(bytes.dropFirst(quotes))
    guard let scheme = ["http://", "https://"].first(where: { rest.lowercased().hasPrefix($0) }) else { return [] }
    let start = quotes + scheme.count
    let end = bytes[start...].firstIndex { "/?#:'\"".contains($0) } ?? bytes.count
    let host = String(bytes[start..<end])
    guard !host.isEmpty, host.utf8.allSatisfy({ isLetter($0) || isDigit($0) || $0 == 0x2E || $0 == 0x2D }) else {
      return []
    }
    return [fullWidth(host), host.map { $0 == "." ? "。" : String($0) }.joined(), interspersed(host)].filter {
      $0 != host
    }
    .map { String(bytes[..<start]) + $0 + String(bytes[end...]) }
  }

  /// The literal with its first vowel accented.
  private static func accented(_ literal: String) -> String {
    guard literal.utf8.allSatisfy({ $0 < 0x80 }), !literal.contains("\\"),
      let index = literal.firstIndex(where: { accents[$0] != nil }), let accent = accents[literal[index]]
    else { return literal }
    return literal[..<index] + accent + literal[literal.index(after: index)...]
  }
  private static let accents: [Character: String] = ["a": "á", "e": "é", "i": "í", "o": "ó", "u": "ú"]

  private static func fullWidth(_ text: String) -> String {
    mapping(text) { isLetter($0) || isDigit($0) ? Unicode.Scalar(0xFEE0 + UInt32($0)) : nil }
  }

  private static func cyrillic(_ text: String) -> String {
    let letters: [Character: String] = [
      "a": "а", "e": "е", "o": "о", "p": "р", "c": "с", "x": "х", "A": "А", "E": "Е", "O": "О",
    ]
    return text.map { letters[$0] ?? String($0) }.joined()
  }

  /// A space without width in the middle.
  private static func interspersed(_ text: String) -> String {
    guard text.count > 1 else { return text }
    let middle = text.index(text.startIndex, offsetBy: text.count / 2)
    return text[..<middle] + "\u{200B}" + text[middle...]
  }

  private static func mapping(_ text: String, _ change: (UInt8) -> Unicode.Scalar?) -> String {
    text.map { character in
      character.asciiValue.flatMap(change).map { String(Character($0)) } ?? String(character)
    }.joined()
  }

  private static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }
  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}

extension JSONValue {
  /// The object with the texts in some of its members changed, however deep they stand.
  fileprivate func changing(_ names: Set<String>, _ change: (String) -> String) -> JSONValue {
    guard case .object(let members) = self else { return self }
    return .object(members.map { .init($0.key, names.contains($0.key) ? $0.value.changingTexts(change) : $0.value) })
  }

  private func changingTexts(_ change: (String) -> String) -> JSONValue {
    switch self {
    case .string(let text): .string(change(text))
    case .array(let elements): .array(elements.map { $0.changingTexts(change) })
    // `role` and `type` are words of the protocol.
    case .object(let members):
      .object(
        members.map {
          .init($0.key, ["role", "type", "mimeType"].contains($0.key) ? $0.value : $0.value.changingTexts(change))
        })
    default: self
    }
  }
}
