/// Forms that PostgreSQL 16 and 17 added to the language, written in those of 15, which libpg_query reads.
///
/// A text that does not parse is tried once more with these forms replaced. Nothing that facts are made of changes: a
/// rewritten text names the same tables and functions, and canonical text is made from the text as sent. A form that is
/// not known here stays a syntax error, and so `unparsed`.
struct PostgresNewerSyntax {
  private struct Edit {
    var original: Range<Int>
    var replacement: [UInt8]
    /// Where the replacement ends in the rewritten text.
    var rewrittenEnd: Int
  }

  /// The rewritten text.
  private(set) var bytes: [UInt8] = []
  private var edits: [Edit] = []
  private let text: PostgresText
  private var at = 0
  /// The open brackets, outermost first.
  private var brackets: [Bracket] = []
  /// What is to be put in after brackets, by the token that closes them.
  private var insertions: [Int: String] = [:]

  private struct Bracket {
    /// Whether a FROM clause of the query in it is open.
    var isInFrom = false
    /// Whether it is that of a JSON constructor.
    var isJSON = false
  }

  /// Nil if `text` has none of the forms.
  init?(_ text: PostgresText) {
    self.text = text
    brackets = [Bracket()]
    while at < text.tokens.count {
      let start = at
      rewrite()
      if at == start { at += 1 }
    }
    guard !edits.isEmpty else { return nil }
    var copied = 0
    for index in edits.indices {
      bytes.append(contentsOf: text.bytes[copied..<edits[index].original.lowerBound])
      bytes.append(contentsOf: edits[index].replacement)
      copied = edits[index].original.upperBound
      edits[index].rewrittenEnd = bytes.count
    }
    bytes.append(contentsOf: text.bytes[copied...])
  }

  /// The position in the text as sent of the position `offset` in the rewritten one.
  func original(_ offset: Int) -> Int {
    var low = 0
    var high = edits.count
    while low < high {
      let middle = (low + high) / 2
      if edits[middle].rewrittenEnd <= offset { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return min(offset, edits.first?.original.lowerBound ?? offset) }
    let shifted = edits[low - 1].original.upperBound + offset - edits[low - 1].rewrittenEnd
    return low < edits.count ? min(shifted, edits[low].original.lowerBound) : shifted
  }

  // MARK: - Edits

  private func start(_ index: Int) -> Int {
    index < text.tokens.count ? Int(text.tokens[index].start) : text.bytes.count
  }

  /// Replaces `count` tokens from here, and moves past them.
  private mutating func replace(_ count: Int, by replacement: String = " ") {
    let last = min(at + count, text.tokens.count) - 1
    add(start(at)..<Int(text.tokens[last].end), replacement)
    at = last + 1
  }

  private mutating func add(_ range: Range<Int>, _ replacement: String) {
    edits.append(Edit(original: range, replacement: Array(replacement.utf8), rewrittenEnd: 0))
  }

  private func isWord(_ offset: Int, _ word: StaticString) -> Bool { text.isWord(at + offset, word) }

  private func isWord(_ offset: Int, _ words: [StaticString]) -> Bool { text.isWord(at + offset, words) }

  // MARK: - Forms

  private mutating func rewrite() {
    switch text.tokens[at].kind {
    case .number: rewriteNumber()
    case .mark: rewriteMark()
    case .word:
      noteClause()
      if isWord(0, "is") { return rewriteIsJSON() }
      if isWord(0, "not"), isWord(1, "matched"), isWord(2, "by") {
        return replace(4, by: isWord(3, "source") ? "matched" : "not matched")
      }
      if brackets[brackets.count - 1].isJSON { return rewriteJSONClause() }
      if isWord(0, "with") || isWord(0, ["inherit", "set"]) { return rewriteRoleOptions() }
      if isWord(0, "statistics"), isWord(-1, "create"), text.isSymbol(at + 1, "(") || isWord(1, "on") {
        return replace(1, by: "statistics unnamed")
      }
      if isWord(0, "indent") || isWord(0, "no") && isWord(1, "indent") { return rewriteIndent() }
    default: break
    }
  }

  /// `0x1F`, `0o17`, `0b11` and `1_000`, in decimal; those past 64 bits as a number as large.
  private mutating func rewriteNumber() {
    let digits = text.slice(at).filter { $0 != UInt8(ascii: "_") }.map(lowered)
    let radixes: [UInt8: Int] = [UInt8(ascii: "x"): 16, UInt8(ascii: "o"): 8, UInt8(ascii: "b"): 2]
    if digits.count > 2, let radix = radixes[digits[1]] {
      let value = UInt64(String(decoding: digits[2...], as: UTF8.self), radix: radix)
      return replace(1, by: value.map { String($0) } ?? "1e20")
    }
    if digits.count < text.slice(at).count { replace(1, by: String(decoding: digits, as: UTF8.self)) }
  }

  /// `IS [NOT] JSON [kind] [WITH | WITHOUT UNIQUE [KEYS]]` is a comparison with what is not known.
  private mutating func rewriteIsJSON() {
    var count = isWord(1, "not") ? 2 : 1
    guard isWord(count, "json") else { return }
    count += 1
    if isWord(count, ["value", "array", "object", "scalar"]) { count += 1 }
    if isWord(count, ["with", "without"]), isWord(count + 1, "unique") {
      count += isWord(count + 2, "keys") ? 3 : 2
    }
    replace(count, by: "= $1")
  }

  /// `GRANT role TO role WITH INHERIT FALSE, …` and `REVOKE INHERIT OPTION FOR …`.
  private mutating func rewriteRoleOptions() {
    let options: [StaticString] = ["admin", "inherit", "set"]
    if isWord(-1, "revoke"), isWord(1, "option"), isWord(2, "for") { return replace(3) }
    guard isWord(0, "with"), isWord(1, options), isWord(2, ["true", "false", "option"]) else { return }
    var count = 3
    while text.isSymbol(at + count, ","), isWord(count + 1, options) { count += 3 }
    replace(count)
  }

  /// `XMLSERIALIZE (… [NO] INDENT)`.
  private mutating func rewriteIndent() {
    let count = isWord(0, "no") ? 2 : 1
    if text.isSymbol(at + count, ")") { replace(count) }
  }

  // MARK: - Brackets

  private mutating func noteClause() {
    let level = brackets.count - 1
    if isWord(0, "from"), !(isWord(-1, "distinct") && isWord(-2, ["is", "not"])) {
      brackets[level].isInFrom = true
    } else if isWord(0, ["where", "group", "order", "select", "having", "union", "except", "intersect", "set"]) {
      brackets[level].isInFrom = false
    }
  }

  private mutating func rewriteMark() {
    if text.isSymbol(at, "(") {
      open()
    } else if text.isSymbol(at, ")") {
      if brackets.count > 1 { brackets.removeLast() }
      let end = Int(text.tokens[at].end)
      if let insertion = insertions.removeValue(forKey: at) { add(end..<end, insertion) }
    } else if text.isSymbol(at, ";"), brackets.count == 1 {
      brackets[0] = Bracket()
    } else if text.isSymbol(at, ":"), brackets[brackets.count - 1].isJSON {
      replace(1, by: ",")
    }
  }

  private static let queryWords: [StaticString] = ["select", "with", "values", "table"]
  private static let jsonConstructors: [StaticString] = [
    "json_object", "json_objectagg", "json_array", "json_arrayagg", "json_serialize", "json_scalar", "json",
  ]

  private mutating func open() {
    let isJSON = isWord(-1, Self.jsonConstructors)
    var first = at + 1
    while text.isSymbol(first, "(") { first += 1 }
    if text.isWord(first, Self.queryWords) {
      if isJSON, first == at + 1 {
        // A query as the argument.
        if let close = text.closing(at, before: text.tokens.count) {
          add(start(at)..<start(at), "(")
          insertions[close] = ")"
        }
      } else {
        nameSubquery()
      }
    }
    brackets.append(Bracket(isJSON: isJSON && first == at + 1 && !text.isWord(first, Self.queryWords)))
  }

  private static let afterSubquery: [StaticString] = [
    "where", "group", "order", "limit", "join", "left", "right", "inner", "full", "cross", "natural", "on", "union",
    "intersect", "except", "having", "window", "for", "fetch", "offset", "returning", "when",
  ]

  /// Gives a subquery in FROM the alias that it had to have before 16.
  private mutating func nameSubquery() {
    let isAfterComma = text.isSymbol(at - 1, ",") && brackets[brackets.count - 1].isInFrom
    let isItem = isWord(-1, ["from", "join", "lateral", "using"]) || isAfterComma
    guard isItem || text.isSymbol(at - 1, "("), let close = text.closing(at, before: text.tokens.count) else { return }
    let next = close + 1
    let ends =
      next >= text.tokens.count || text.isWord(next, Self.afterSubquery)
      || [",", ")", ";"].contains { text.isSymbol(next, $0) }
    let joins = text.isWord(next, ["join", "left", "right", "inner", "full", "cross", "natural"])
    if isItem ? ends : joins { insertions[close] = " unnamed" }
  }

  /// The clauses of a JSON constructor, and VALUE between a key and what it has.
  private mutating func rewriteJSONClause() {
    if isWord(0, "format"), isWord(1, "json") { return replace(isWord(2, "encoding") ? 4 : 2) }
    if isWord(0, ["absent", "null"]), isWord(1, "on"), isWord(2, "null") { return replace(3) }
    if isWord(0, ["with", "without"]), isWord(1, "unique") { return replace(isWord(2, "keys") ? 3 : 2) }
    if isWord(0, "value"), !text.isSymbol(at - 1, "("), !text.isSymbol(at - 1, ",") { return replace(1, by: ",") }
    guard isWord(0, "returning") else { return }
    var count = 1
    var depth = 0
    while at + count < text.tokens.count {
      if text.isSymbol(at + count, "(") { depth += 1 }
      if text.isSymbol(at + count, ")") { depth -= 1 }
      if depth < 0 { break }
      count += 1
    }
    replace(count)
  }
}
