/// Finds the `# hpol:ignore CODE reason` comments and what each covers.
func collectIgnores(in tree: SyntaxTree, file: UInt32) -> (ignores: [IgnoreComment], problems: [Diagnostic]) {
  var ignores: [IgnoreComment] = []
  var problems: [Diagnostic] = []
  var coverage = IgnoreCoverage(tree)
  for (index, token) in tree.tokens.enumerated() where token.kind == .comment {
    let words = tree.text(token).dropFirst().split(whereSeparator: \.isWhitespace)
    guard let marker = words.first, marker == "hpol:ignore" || marker == "hpol:ignore:" else { continue }
    let span = SourceSpan(file: file, token.range)
    guard words.count > 1 else {
      problems.append(Diagnostic(.badIgnore, "`hpol:ignore` names a code and gives a reason", at: span))
      continue
    }
    guard let code = DiagnosticCode.allCases.first(where: { $0.text == words[1] }) else {
      problems.append(Diagnostic(.badIgnore, "there is no diagnostic `\(words[1])`", at: span))
      continue
    }
    guard code.severity != .error else {
      problems.append(Diagnostic(.badIgnore, "`\(words[1])` is an error and cannot be ignored", at: span))
      continue
    }
    guard words.count > 2 else {
      problems.append(
        Diagnostic(.badIgnore, "`hpol:ignore \(words[1])` needs a reason: say why the finding does not count", at: span)
      )
      continue
    }
    ignores.append(
      IgnoreComment(
        code: code, reason: words.dropFirst(2).joined(separator: " "), covers: coverage.range(of: index),
        range: token.range))
  }
  return (ignores, Array(problems.prefix(SyntaxLimits.diagnostics)))
}

/// Finds what comments cover, for comments in the order of the text.
private struct IgnoreCoverage {
  private let tree: SyntaxTree
  /// By its first token, where each declaration ends.
  private var declarationEnds: [Int: UInt32] = [:]
  /// The token after the last comment asked for that is not trivia, and what a comment alone on its line covers there.
  private var next = 0
  private var underComment: SourceRange?

  init(_ tree: SyntaxTree) {
    self.tree = tree
    for child in tree.children(of: 0) {
      let node = tree.nodes[child]
      guard node.endToken > node.firstToken else { continue }
      declarationEnds[Int(node.firstToken)] = tree.tokens[Int(node.endToken) - 1].range.end
    }
  }

  mutating func range(of comment: Int) -> SourceRange {
    let range = tree.tokens[comment].range
    let line = lineStart(of: range.start)
    let standsAlone = tree.source[line..<Int(range.start)].allSatisfy {
      $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t")
    }
    guard standsAlone else { return SourceRange(UInt32(line), range.end) }
    if let underComment, next > comment { return underComment }
    next = max(next, comment)
    while next < tree.tokens.count - 1, tree.tokens[next].kind.isTrivia { next += 1 }
    let covered = self.covered(from: next)
    underComment = covered
    return covered
  }

  /// The declaration that begins at the token, else the token's line.
  private func covered(from token: Int) -> SourceRange {
    let start = tree.tokens[token].range.start
    if let end = declarationEnds[token] { return SourceRange(start, end) }
    let end = tree.source[Int(start)...].firstIndex(of: UInt8(ascii: "\n")) ?? tree.source.count
    return SourceRange(UInt32(lineStart(of: start)), UInt32(end))
  }

  private func lineStart(of offset: UInt32) -> Int {
    (tree.source[..<Int(offset)].lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
  }
}
