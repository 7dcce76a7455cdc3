/// Finds the `# hpol:ignore CODE reason` comments and what each covers.
func collectIgnores(in tree: SyntaxTree, file: UInt32) -> (ignores: [IgnoreComment], problems: [Diagnostic]) {
  var ignores: [IgnoreComment] = []
  var problems: [Diagnostic] = []
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
        code: code, reason: words.dropFirst(2).joined(separator: " "), covers: coverage(of: index, in: tree),
        range: token.range))
  }
  return (ignores, problems)
}

/// Where the comment at this token index silences.
private func coverage(of comment: Int, in tree: SyntaxTree) -> SourceRange {
  let range = tree.tokens[comment].range
  let lineBegin = lineStart(of: range.start, in: tree.source)
  let standsAlone = tree.source[lineBegin..<Int(range.start)].allSatisfy {
    $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t")
  }
  guard standsAlone else { return SourceRange(UInt32(lineBegin), range.end) }
  guard let next = tree.tokens[comment...].firstIndex(where: { !$0.kind.isTrivia }) else { return range }
  // A comment directly under the file node and before a declaration covers all of that declaration.
  for child in tree.children(of: 0) {
    let node = tree.nodes[child]
    if Int(node.firstToken) == next, node.endToken > node.firstToken {
      return SourceRange(tree.tokens[next].range.start, tree.tokens[Int(node.endToken) - 1].range.end)
    }
  }
  let start = tree.tokens[next].range.start
  let end = tree.source[Int(start)...].firstIndex(of: UInt8(ascii: "\n")) ?? tree.source.count
  return SourceRange(UInt32(lineStart(of: start, in: tree.source)), UInt32(end))
}

private func lineStart(of offset: UInt32, in source: [UInt8]) -> Int {
  (source[..<Int(offset)].lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
}
