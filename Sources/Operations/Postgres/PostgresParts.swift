/// Where the statements that a statement carries stand in its tokens. The parser has accepted the text, so only what its
/// grammar allows needs to be told apart.
extension PostgresText {
  /// The tokens of the parts of the statement in `range`, in order: what EXPLAIN, COPY, PREPARE and DECLARE run, the
  /// actions of a rule, the statements of a function's body, the elements of a schema.
  func parts(of statement: ParseField, in range: Range<Int>) -> [Range<Int>] {
    switch statement {
    case .explainStatement: [explained(range)]
    case .copyStatement: range.first { isSymbol($0, "(") }.map { [inside($0, range)] } ?? []
    case .prepareStatement: after("as", range).map { [$0] } ?? []
    case .declareCursorStatement: after("for", range).map { [$0] } ?? []
    case .ruleStatement: ruleActions(range)
    case .createFunctionStatement: functionBody(range)
    case .createSchemaStatement: schemaElements(range)
    default: []
    }
  }

  /// The query of the common table expression whose name is the token at `name`: in the first brackets after AS.
  func commonTableExpression(named name: Int, in range: Range<Int>) -> Range<Int>? {
    var at = name + 1
    if isSymbol(at, "(") { at = (closing(at, before: range.upperBound) ?? at) + 1 }
    while at < range.upperBound, !isSymbol(at, "(") { at += 1 }
    return at < range.upperBound ? inside(at, range) : nil
  }

  /// The position of the token that starts at byte `offset`.
  func token(at offset: Int) -> Int? {
    let index = firstToken(from: offset)
    return index < tokens.count && Int(tokens[index].start) == offset ? index : nil
  }

  /// The position of the first token that starts at byte `offset` or later.
  func firstToken(from offset: Int) -> Int {
    var low = 0
    var high = tokens.count
    while low < high {
      let middle = (low + high) / 2
      if Int(tokens[middle].start) < offset { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// `range` without semicolons at its ends.
  func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, isSymbol(start, ";") { start += 1 }
    while end > start, isSymbol(end - 1, ";") { end -= 1 }
    return start..<end
  }

  private func inside(_ open: Int, _ range: Range<Int>) -> Range<Int> {
    (open + 1)..<max(open + 1, closing(open, before: range.upperBound) ?? range.upperBound)
  }

  /// The tokens of `range` that stand in no brackets.
  private func outerTokens(_ range: Range<Int>) -> [Int] {
    var depth = 0
    return range.filter { index in
      if isSymbol(index, "(") || isSymbol(index, "[") { depth += 1 }
      if isSymbol(index, ")") || isSymbol(index, "]") { depth -= 1 }
      return depth == 0
    }
  }

  private func after(_ word: StaticString, _ range: Range<Int>) -> Range<Int>? {
    outerTokens(range).first { isWord($0, word) }.map { ($0 + 1)..<range.upperBound }
  }

  private static let queryWords: [StaticString] = ["select", "with", "values", "table"]

  private func explained(_ range: Range<Int>) -> Range<Int> {
    var at = range.lowerBound + 1
    let isOptions = isSymbol(at, "(") && !isSymbol(at + 1, "(") && !isWord(at + 1, Self.queryWords)
    if isOptions {
      at = (closing(at, before: range.upperBound) ?? at) + 1
    } else {
      while isWord(at, ["analyze", "analyse", "verbose"]) { at += 1 }
    }
    return min(at, range.upperBound)..<range.upperBound
  }

  private func ruleActions(_ range: Range<Int>) -> [Range<Int>] {
    guard let action = after("do", range) else { return [] }
    var at = action.lowerBound
    if isWord(at, ["also", "instead"]) { at += 1 }
    guard at < range.upperBound else { return [] }
    return isSymbol(at, "(") ? statements(inside(at, range)) : [at..<range.upperBound]
  }

  /// The statements of `BEGIN ATOMIC …; END`, or the expression of `RETURN …`.
  private func functionBody(_ range: Range<Int>) -> [Range<Int>] {
    let outer = outerTokens(range)
    if let begin = outer.last(where: { isWord($0, "begin") && isWord($0 + 1, "atomic") }) {
      let end = range.upperBound - (isWord(range.upperBound - 1, "end") ? 1 : 0)
      return statements((begin + 2)..<max(begin + 2, end))
    }
    return outer.last { isWord($0, "return") }.map { [$0..<range.upperBound] } ?? []
  }

  /// `range` cut at semicolons, empty parts left out.
  private func statements(_ range: Range<Int>) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var start = range.lowerBound
    for end in outerTokens(range).filter({ isSymbol($0, ";") }) + [range.upperBound] {
      if end > start { result.append(start..<end) }
      start = end + 1
    }
    return result
  }

  /// The elements of CREATE SCHEMA, each from its own CREATE or GRANT.
  private func schemaElements(_ range: Range<Int>) -> [Range<Int>] {
    let starts = outerTokens(range).dropFirst(2).filter { index in
      isWord(index, "create") && !isWord(index - 1, "grant") && !isSymbol(index - 1, ",")
        || isWord(index, "grant") && !isWord(index - 1, "with")
    }
    return zip(starts, starts.dropFirst() + [range.upperBound]).map { $0..<$1 }
  }
}
