/// Why a file was not formatted: its errors, syntax errors all.
public struct FormatError: Error {
  public var diagnostics: [Diagnostic]
}

/// The file in its one layout: the same tokens and comments, new white space. Formatting the result changes nothing.
///
/// Only the comma after the last item of a list may come or go: it stands where the list takes a line for each item.
/// Of the author's layout these stay: one empty line where there are any, whether a comment ends a line or has
/// its own, and whether a body stands on one line, where that fits.
public func formatPolicy(_ source: [UInt8], file: UInt32 = 0) throws(FormatError) -> [UInt8] {
  let parsed = parsePolicy(source, file: file)
  let errors = parsed.diagnostics.filter { $0.severity == .error }
  guard errors.isEmpty else { throw FormatError(diagnostics: errors) }
  var layout = Layout(parsed.tree)
  layout.layoutFile()
  return layout.print()
}

/// The white space of a file: first what stands before each token is decided, node by node, then all is printed.
struct Layout {
  static let lineWidth = 120
  static let indentation = 2
  /// Requests wider than this do not push the arrows of others to the right.
  static let alignedWidth = 48

  /// What stands before a token.
  enum Gap {
    case spaces(Int)
    case line(indent: Int, Blank)
  }

  /// Empty lines before a line.
  enum Blank {
    case never
    /// One where the author has any.
    case kept
    case always
  }

  let tree: SyntaxTree
  /// Indices of the tokens that are not trivia, the end of the file too.
  let significant: [Int]
  /// By position in `significant`, as all below.
  private(set) var texts: [String]
  var gaps: [Gap]
  /// Where a line goes on that a comment breaks before the token.
  var continuation: [Int]
  /// Indent of comments that stand before the token on lines of their own.
  var commentIndent: [Int]
  /// Closing brackets of lists with a line for each item.
  var isExploded: Set<Int> = []
  /// By position of an opening bracket of a list: its closing one.
  private(set) var listEnds: [Int: Int] = [:]
  /// Each `and` and `or` that joins conditions; elsewhere such a word is a value.
  private var connectives: Set<Int> = []
  /// Position in `significant` of each token, or of the first after it.
  private let positions: [Int]

  init(_ tree: SyntaxTree) {
    self.tree = tree
    significant = tree.tokens.indices.filter { !tree.tokens[$0].kind.isTrivia }
    texts = significant.map { tree.text(tree.tokens[$0]) }
    gaps = significant.map { _ in .spaces(1) }
    continuation = significant.map { _ in 0 }
    commentIndent = significant.map { _ in 0 }
    var positions: [Int] = []
    var next = 0
    for index in 0...tree.tokens.count {
      while next < significant.count, significant[next] < index { next += 1 }
      positions.append(next)
    }
    self.positions = positions
    for node in tree.nodes where node.kind == .items {
      listEnds[positions[Int(node.firstToken)]] = positions[Int(node.endToken)] - 1
    }
    for (index, node) in tree.nodes.enumerated() where node.kind == .disjunction || node.kind == .conjunction {
      // What joins operands stands before each but the first.
      for operand in tree.children(of: index).dropFirst() { connectives.insert(range(of: operand).lowerBound - 1) }
    }
    for position in significant.indices { gaps[position] = .spaces(flatSpaces(before: position)) }
  }

  func kind(_ position: Int) -> TokenKind { tree.tokens[significant[position]].kind }

  /// The half-open range of positions of a node.
  func range(of node: Int) -> Range<Int> {
    positions[Int(tree.nodes[node].firstToken)]..<positions[Int(tree.nodes[node].endToken)]
  }

  /// The trivia between a token and the one before it.
  func trivia(before position: Int) -> ArraySlice<Token> {
    let start = position == 0 ? 0 : significant[position - 1] + 1
    return tree.tokens[start..<significant[position]]
  }

  func hasComment(before position: Int) -> Bool {
    trivia(before: position).contains { $0.kind == .comment || $0.kind == .docComment }
  }

  func lineFeeds(in token: Token) -> Int {
    tree.source[Int(token.range.start)..<Int(token.range.end)].count { $0 == UInt8(ascii: "\n") }
  }

  func hasBlankLine(before position: Int) -> Bool {
    trivia(before: position).contains { $0.kind == .whitespace && lineFeeds(in: $0) > 1 }
  }

  // MARK: Widths

  /// Spaces before a token on one line with the token before it.
  private func flatSpaces(before position: Int) -> Int {
    guard position > 0 else { return 0 }
    switch (kind(position - 1), kind(position)) {
    case (_, .comma), (_, .rightParenthesis), (_, .rightBracket), (_, .colon), (.leftParenthesis, _), (.leftBracket, _),
      (.at, _), (.leftBrace, .rightBrace):
      return 0
    case (_, .leftBracket): return listEnds[position] == nil ? 0 : 1
    case (_, .leftParenthesis): return position > 1 && kind(position - 2) == .at ? 0 : 1
    default: return 1
    }
  }

  /// Whether the token is the comma after the last item of a list.
  func isTrailingComma(_ position: Int) -> Bool {
    kind(position) == .comma && position + 1 < significant.count && kind(position + 1) == .rightBracket
  }

  /// The column after the tokens, printed on one line from this column; nil if a line becomes too wide.
  func end(of range: Range<Int>, from start: Int) -> Int? {
    var column = start
    for position in range where !isTrailingComma(position) {
      if position > range.lowerBound { column += flatSpaces(before: position) }
      let lines = texts[position].unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
      column += lines[0].count
      if column > Self.lineWidth { return nil }
      if lines.count > 1 { column = lines[lines.count - 1].count }
    }
    return column <= Self.lineWidth ? column : nil
  }

  // MARK: Runs of tokens

  /// Lays out tokens that stand on one line if they fit. Else conditions break before `or`, then before `and`; a list
  /// takes a line for each item; and where there is neither, lines are filled.
  ///
  /// - Parameters:
  ///   - column: where the first token stands; its own gap is the caller's.
  ///   - base: indent of the line it stands on, where the brackets of its lists close.
  ///   - indent: of the lines after the first.
  mutating func layoutRun(_ range: Range<Int>, column: Int, base: Int, indent: Int) {
    for position in range.dropFirst() {
      continuation[position] = indent
      commentIndent[position] = indent
    }
    let isWide = end(of: range, from: column) == nil
    let breaks = isWide ? outermostConnectives(of: range) : []
    if breaks.isEmpty {
      let hasList = explodeLists(of: range, all: isWide, indent: base)
      if isWide, !hasList { fill(range, column: column, indent: indent) }
      return
    }
    var (start, startColumn, startBase) = (range.lowerBound, column, base)
    for end in breaks + [range.upperBound] {
      layoutRun(start..<end, column: startColumn, base: startBase, indent: indent + Self.indentation)
      if end < range.upperBound { gaps[end] = .line(indent: indent, .never) }
      (start, startColumn, startBase) = (end, indent, indent)
    }
  }

  /// Each `or` in the fewest parentheses, else each `and`.
  private func outermostConnectives(of range: Range<Int>) -> [Int] {
    var depth = 0
    var found: [(position: Int, depth: Int)] = []
    for position in range {
      switch kind(position) {
      case .leftParenthesis: depth += 1
      case .rightParenthesis: depth -= 1
      default: if position > range.lowerBound, connectives.contains(position) { found.append((position, depth)) }
      }
    }
    let least = found.map(\.depth).min()
    let outermost = found.filter { $0.depth == least }.map(\.position)
    let alternatives = outermost.filter { texts[$0] == "or" }
    return alternatives.isEmpty ? outermost : alternatives
  }

  /// Gives lists a line for each item: all of them, or those with comments in them.
  ///
  /// - Returns: whether there was one.
  private mutating func explodeLists(of range: Range<Int>, all: Bool, indent: Int) -> Bool {
    var hasList = false
    for position in range {
      guard let close = listEnds[position], close < range.upperBound else { continue }
      let hasComments = (position + 1...close).contains { hasComment(before: $0) }
      guard all && close > position + 1 || hasComments else { continue }
      hasList = true
      isExploded.insert(close)
      let inner = indent + Self.indentation
      for item in position + 1..<close {
        commentIndent[item] = inner
        continuation[item] = inner
        if kind(item - 1) == .comma || item == position + 1 {
          gaps[item] = .line(indent: inner, item == position + 1 ? .never : .kept)
        }
      }
      commentIndent[close] = inner
      gaps[close] = .line(indent: indent, .never)
    }
    return hasList
  }

  /// Breaks before each token that would pass the line's width; numbers stay with the word before them.
  private mutating func fill(_ range: Range<Int>, column: Int, indent: Int) {
    var start = range.lowerBound
    var startColumn = column
    for position in range.dropFirst() where flatSpaces(before: position) > 0 {
      guard kind(position) != .integer, kind(position) != .duration else { continue }
      // The token and all that stays with it must fit.
      let next = range[(position + 1)...].first {
        flatSpaces(before: $0) > 0 && kind($0) != .integer && kind($0) != .duration
      }
      guard end(of: start..<(next ?? range.upperBound), from: startColumn) == nil else { continue }
      gaps[position] = .line(indent: indent, .never)
      (start, startColumn) = (position, indent)
    }
  }
}
