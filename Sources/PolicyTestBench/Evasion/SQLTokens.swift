import PolicyBytecode

/// The tokens of a SQL text, as far as rewriting needs: what is a word, a literal, a comment. It knows both dialects'
/// quotes; a text that it cannot follow to its end has no tokens.
struct SQLTokens {
  enum Kind { case word, quotedName, string, number, sign, blank, comment }

  struct Token {
    var kind: Kind
    var text: String
    /// The word in lower case; else the text.
    var folded: String
  }

  private(set) var tokens: [Token] = []
  let dialect: OperationProtocol

  init?(_ text: String, _ dialect: OperationProtocol) {
    self.dialect = dialect
    let bytes = [UInt8](text.utf8)
    var index = 0
    while index < bytes.count {
      guard let (end, kind) = Self.token(bytes, index, dialect), end > index else { return nil }
      let text = String(decoding: bytes[index..<end], as: UTF8.self)
      tokens.append(Token(kind: kind, text: text, folded: kind == .word ? text.lowercased() : text))
      index = end
    }
  }

  private static func token(_ bytes: [UInt8], _ start: Int, _ dialect: OperationProtocol) -> (Int, Kind)? {
    func byte(_ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }
    func isWord(_ byte: UInt8) -> Bool {
      byte >= 0x80 || byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A
        || byte == UInt8(ascii: "_")
        || byte == UInt8(ascii: "$")
    }
    let first = bytes[start]
    switch first {
    case 0x20, 0x09, 0x0A, 0x0D, 0x0C:
      return (bytes[start...].firstIndex { ![0x20, 0x09, 0x0A, 0x0D, 0x0C].contains($0) } ?? bytes.count, .blank)
    case UInt8(ascii: "-") where byte(start + 1) == first,
      UInt8(ascii: "#") where dialect == .mysql:
      return (bytes[start...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count, .comment)
    case UInt8(ascii: "/") where byte(start + 1) == UInt8(ascii: "*"):
      // Comments with code in them are not followed.
      guard byte(start + 2) != UInt8(ascii: "!"), byte(start + 2) != UInt8(ascii: "M") else { return nil }
      var index = start + 2
      while index + 1 < bytes.count {
        if bytes[index] == UInt8(ascii: "*"), bytes[index + 1] == UInt8(ascii: "/") { return (index + 2, .comment) }
        if bytes[index] == UInt8(ascii: "/"), bytes[index + 1] == UInt8(ascii: "*") { return nil }
        index += 1
      }
      return nil
    case UInt8(ascii: "'"): return quoted(bytes, start, dialect == .mysql).map { ($0, .string) }
    case UInt8(ascii: "\""):
      return quoted(bytes, start, dialect == .mysql).map { ($0, dialect == .mysql ? .string : .quotedName) }
    case UInt8(ascii: "`") where dialect == .mysql: return quoted(bytes, start, false).map { ($0, .quotedName) }
    case UInt8(ascii: "$") where dialect == .postgres && !(byte(start + 1) >= 0x30 && byte(start + 1) <= 0x39):
      guard let close = bytes[(start + 1)...].firstIndex(of: first) else { return nil }
      let tag = bytes[start...close]
      var index = close + 1
      while index + tag.count <= bytes.count {
        if bytes[index..<(index + tag.count)].elementsEqual(tag) { return (index + tag.count, .string) }
        index += 1
      }
      return nil
    case _ where first >= 0x30 && first <= 0x39:
      return (bytes[start...].firstIndex { !isWord($0) && $0 != UInt8(ascii: ".") } ?? bytes.count, .number)
    case _ where isWord(first):
      let end = bytes[start...].firstIndex { !isWord($0) } ?? bytes.count
      // A prefix of a literal belongs to it: `E'…'`, `_utf8'…'`.
      if byte(end) == UInt8(ascii: "'"), end - start == 1 || first == UInt8(ascii: "_") {
        return quoted(bytes, end, dialect == .mysql || first | 0x20 == UInt8(ascii: "e")).map { ($0, .sign) }
      }
      if byte(end) == UInt8(ascii: "&") { return nil }
      return (end, .word)
    default: return (start + 1, .sign)
    }
  }

  private static func quoted(_ bytes: [UInt8], _ start: Int, _ hasEscapes: Bool) -> Int? {
    var index = start + 1
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "\\"), hasEscapes {
        index += 2
      } else if bytes[index] == bytes[start] {
        if index + 1 < bytes.count, bytes[index + 1] == bytes[start] {
          index += 2
        } else {
          return index + 1
        }
      } else {
        index += 1
      }
    }
    return nil
  }

  /// The text with each token as `change` has it.
  func text(_ change: (Int, Token) -> String) -> String {
    tokens.enumerated().map { change($0.offset, $0.element) }.joined()
  }

  var text: String { text { $1.text } }

  /// The words, signs and literals.
  var solid: [Token] { tokens.filter { $0.kind != .blank && $0.kind != .comment } }

  /// The words at the beginning, in lower case.
  var words: [String] { solid.prefix { $0.kind == .word }.map(\.folded) }

  var verb: String { words.first ?? "" }

  /// One statement, without `;` and without comments after it; nil if there are several or none.
  var single: String? {
    var kept = tokens
    while let last = kept.last, last.kind == .blank || last.kind == .comment || last.text == ";" { kept.removeLast() }
    while let first = kept.first, first.kind == .blank || first.kind == .comment { kept.removeFirst() }
    guard !kept.isEmpty, !kept.contains(where: { $0.text == ";" }) else { return nil }
    return kept.map(\.text).joined()
  }

  /// Whether the token is a name of a table where only one can stand: after FROM, UPDATE, INTO, TABLE and their like, not
  /// followed by `(` or `.`.
  func isTable(_ index: Int) -> Bool {
    guard tokens[index].kind == .word, !SQLWords.keywords.contains(tokens[index].folded) else { return false }
    let before = tokens[..<index].filter { $0.kind != .blank && $0.kind != .comment }
    let after = tokens[(index + 1)...].first { $0.kind != .blank && $0.kind != .comment }
    guard let last = before.last, after?.text != "(", after?.text != "." else { return false }
    guard ["from", "update", "into", "table", "join", "truncate", "exists", "only"].contains(last.folded) else {
      return false
    }
    let words = words
    // What stands after these words elsewhere may be something else: `DROP TABLE`, not `FROM stdin`.
    return ["select", "insert", "update", "delete", "truncate", "drop", "alter", "lock", "merge", "replace"].contains(
      words.first ?? "")
      && (!["drop", "alter"].contains(words.first ?? "") || words.dropFirst().first == "table")
      && !before.contains {
        ["extract", "substring", "trim", "overlay", "position", "with", "distinct"].contains($0.folded)
      }
      && !(words.first == "select" && last.folded == "into")
  }
}

/// Words of SQL that are no names.
enum SQLWords {
  static let keywords: Set<String> = [
    "select", "from", "where", "and", "or", "not", "insert", "into", "values", "update", "set", "delete", "truncate",
    "drop",
    "table", "database", "schema", "index", "view", "alter", "create", "grant", "revoke", "on", "to", "as", "join",
    "left",
    "right", "inner", "outer", "cross", "using", "group", "by", "order", "limit", "offset", "having", "union", "all",
    "distinct", "case", "when", "then", "else", "end", "null", "is", "in", "like", "between", "exists", "if", "cascade",
    "restrict", "only", "with", "recursive", "returning", "begin", "commit", "rollback", "copy", "program", "column",
    "add",
    "constraint", "primary", "key", "foreign", "references", "default", "role", "user", "password", "superuser",
    "function",
    "language", "execute", "procedure", "trigger", "extension", "system", "lateral", "natural", "full", "for", "of",
    "do",
    "low_priority", "quick", "ignore", "outfile", "dumpfile", "load", "data", "infile", "replace", "lock", "tables",
    "owner",
    "merge", "matched", "temporary", "concurrently", "materialized", "sequence", "type", "cast", "asc", "desc", "fetch",
    "first", "next", "rows", "row", "current", "continue", "identity", "restart", "stdin", "stdout", "skip", "nowait",
    "share", "mode", "access", "exclusive", "over", "partition", "window", "filter", "within", "escape", "some", "any",
    "array", "rename", "public", "privileges", "option", "admin", "identified", "show", "flush", "kill", "call",
    "explain",
    "analyze", "vacuum", "reindex", "cluster", "comment", "security", "definer", "force", "tablespace", "global",
    "session",
  ]
}
