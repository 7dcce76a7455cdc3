// Printing a layout: the gaps as decided, and comments where the author has them.

extension Layout {
  func print() -> [UInt8] {
    var out = Output()
    for position in significant.indices {
      let isExplodedEnd = isExploded.contains(position)
      if isExplodedEnd, kind(position - 1) != .comma, kind(position - 1) != .leftBracket { out.write(",") }
      let isBroken = printComments(before: position, to: &out)
      if isTrailingComma(position), !isExploded.contains(position + 1) { continue }
      switch gaps[position] {
      case .line(let indent, let blank):
        out.startLine(
          indent, hasBlank: isBroken ? hasBlankBeforeToken(position) && blank != .never : wantsBlank(blank, position))
      case .spaces where isBroken: out.startLine(continuation[position], hasBlank: false)
      case .spaces(let count): if !out.isAtLineStart { out.write(String(repeating: " ", count: count)) }
      }
      out.write(texts[position])
    }
    return out.finished
  }

  private func wantsBlank(_ blank: Blank, _ position: Int) -> Bool {
    switch blank {
    case .never: false
    case .kept: hasBlankLine(before: position)
    case .always: true
    }
  }

  /// Whether an empty line parts the token from the comment before it.
  private func hasBlankBeforeToken(_ position: Int) -> Bool {
    guard let last = trivia(before: position).last else { return false }
    return last.kind == .whitespace && lineFeeds(in: last) > 1
  }

  /// - Returns: whether there was one, so that the token must begin a line.
  private func printComments(before position: Int, to out: inout Output) -> Bool {
    var hasComment = false
    // At the start of the file every comment has a line of its own.
    var lineFeeds = position == 0 ? 1 : 0
    for token in trivia(before: position) {
      if token.kind == .whitespace {
        lineFeeds += self.lineFeeds(in: token)
        continue
      }
      let text = String(tree.text(token).reversed().drop(while: \.isWhitespace).reversed())
      if lineFeeds == 0 {
        out.write("  " + text)
      } else {
        var hasBlank = lineFeeds > 1
        if case .line(_, .always) = gaps[position], !hasComment { hasBlank = true }
        if position > 0, kind(position - 1) == .leftBrace, !hasComment { hasBlank = false }
        out.startLine(commentIndent[position], hasBlank: hasBlank)
        out.write(text)
      }
      hasComment = true
      lineFeeds = 0
    }
    return hasComment
  }

  /// Text being written, line by line.
  private struct Output {
    private var bytes: [UInt8] = []
    var isAtLineStart: Bool { bytes.isEmpty || bytes.last == UInt8(ascii: "\n") }

    mutating func write(_ piece: String) { bytes += piece.utf8 }

    mutating func startLine(_ indent: Int, hasBlank: Bool) {
      guard !bytes.isEmpty else { return }
      if !isAtLineStart { write("\n") }
      if hasBlank { write("\n") }
      bytes += repeatElement(UInt8(ascii: " "), count: indent)
    }

    /// With one line feed at the end, unless there is nothing.
    var finished: [UInt8] {
      let end = bytes.lastIndex { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: " ") }
      return end.map { bytes[...$0] + [UInt8(ascii: "\n")] } ?? []
    }
  }
}
