// How each kind of node is laid out.

extension Layout {
  mutating func layoutFile() {
    var isAfterBody = false
    for node in tree.children(of: 0) {
      let range = range(of: node)
      guard let first = range.first else { continue }
      let hasBody: Bool
      switch tree.nodes[node].kind {
      case .rule:
        layoutRule(node)
        hasBody = true
      case .test:
        layoutTest(node)
        hasBody = true
      case .invariant:
        layoutInvariant(node)
        hasBody = true
      default:
        layoutRun(range, column: 0, base: 0, indent: Self.indentation)
        hasBody = false
      }
      gaps[first] = .line(indent: 0, hasBody || isAfterBody ? .always : .kept)
      isAfterBody = hasBody
    }
    if let last = significant.indices.last { gaps[last] = .line(indent: 0, .kept) }
  }

  /// The first `{` and the last `}` of a node.
  private func braces(of node: Int) -> (open: Int, close: Int)? {
    let range = range(of: node)
    guard let open = range.first(where: { kind($0) == .leftBrace }), let close = range.last, close > open else {
      return nil
    }
    return (open, close)
  }

  private mutating func layoutRule(_ node: Int) {
    let range = range(of: node)
    let children = tree.children(of: node)
    let annotations = children.filter { tree.nodes[$0].kind == .annotation }
    var head = range.lowerBound
    if let last = annotations.last {
      head = self.range(of: last).upperBound
      let isWide = end(of: range.lowerBound..<head, from: 0) == nil
      for annotation in annotations.dropFirst() where isWide {
        gaps[self.range(of: annotation).lowerBound] = .line(indent: 0, .never)
      }
      gaps[head] = .line(indent: 0, .never)
    }
    guard let (open, close) = braces(of: node) else { return }
    layoutRun(head..<open + 1, column: 0, base: 0, indent: Self.indentation)

    let parts = children.filter { tree.nodes[$0].kind != .annotation }.map { self.range(of: $0) }
    if layoutOnOneLine(head, open, close, parts) { return }
    // Keywords are padded to the widest of them, so that what follows stands in one column.
    let width = (parts.map { texts[$0.lowerBound].count }.max() ?? 0) + 1
    for part in parts {
      gaps[part.lowerBound] = .line(indent: Self.indentation, part.lowerBound == open + 1 ? .never : .kept)
      commentIndent[part.lowerBound] = Self.indentation
      guard part.count > 1 else { continue }
      let column = Self.indentation + width
      let rest = part.lowerBound + 1..<part.upperBound
      layoutRun(rest, column: column, base: column, indent: column)
      (continuation[rest.lowerBound], commentIndent[rest.lowerBound]) = (column, column)
      gaps[rest.lowerBound] = .spaces(width - texts[part.lowerBound].count)
    }
    layoutClose(close, indent: 0)
  }

  /// `{ a  b }`, if the author has it so and it fits.
  private mutating func layoutOnOneLine(_ head: Int, _ open: Int, _ close: Int, _ parts: [Range<Int>]) -> Bool {
    let hasLineFeed = (open + 1...close).contains { position in
      trivia(before: position).contains { lineFeeds(in: $0) > 0 } || texts[position].contains("\n")
    }
    guard !hasLineFeed, let end = end(of: head..<close + 1, from: 0), end + parts.count <= Self.lineWidth else {
      return false
    }
    for part in parts.dropFirst() { gaps[part.lowerBound] = .spaces(2) }
    return true
  }

  private mutating func layoutClose(_ close: Int, indent: Int) {
    gaps[close] = .line(indent: indent, .never)
    commentIndent[close] = indent + Self.indentation
  }

  private mutating func layoutInvariant(_ node: Int) {
    guard let (open, close) = braces(of: node) else { return }
    let head = range(of: node).lowerBound
    layoutRun(head..<open + 1, column: 0, base: 0, indent: Self.indentation)
    let claims = tree.children(of: node).map { range(of: $0) }
    if layoutOnOneLine(head, open, close, claims) { return }
    for claim in claims {
      layoutRun(claim, column: Self.indentation, base: Self.indentation, indent: 2 * Self.indentation)
      gaps[claim.lowerBound] = .line(indent: Self.indentation, claim.lowerBound == open + 1 ? .never : .kept)
      commentIndent[claim.lowerBound] = Self.indentation
    }
    layoutClose(close, indent: 0)
  }

  private mutating func layoutTest(_ node: Int) {
    guard let (open, _) = braces(of: node) else { return }
    layoutRun(range(of: node).lowerBound..<open + 1, column: 0, base: 0, indent: Self.indentation)
    layoutSteps(of: node, indent: 0)
  }

  /// The body of a test or session whose closing brace stands at this indent.
  private mutating func layoutSteps(of node: Int, indent: Int) {
    guard let (open, close) = braces(of: node) else { return }
    let inner = indent + Self.indentation
    // Requests that follow one another with nothing between: their arrows stand in one column.
    var group: [Range<Int>] = []
    for step in tree.children(of: node) {
      let range = range(of: step)
      gaps[range.lowerBound] = .line(indent: inner, range.lowerBound == open + 1 ? .never : .kept)
      commentIndent[range.lowerBound] = inner
      if tree.nodes[step].kind != .request || hasBlankLine(before: range.lowerBound) {
        layoutRequests(group, indent: inner)
        group = []
      }
      switch tree.nodes[step].kind {
      case .request: group.append(range)
      case .session:
        for position in range.dropFirst() { continuation[position] = inner + Self.indentation }
        layoutSteps(of: step, indent: inner)
      default: layoutRun(range, column: inner, base: inner, indent: inner + Self.indentation)
      }
    }
    layoutRequests(group, indent: inner)
    layoutClose(close, indent: indent)
  }

  private mutating func layoutRequests(_ requests: [Range<Int>], indent: Int) {
    let arrows = requests.map { request in request.first { kind($0) == .arrow } ?? request.upperBound }
    let widths = zip(requests, arrows).map { request, arrow -> Int? in
      let payload = request.lowerBound..<arrow
      let isOneLine = payload.allSatisfy {
        !texts[$0].contains("\n") && ($0 == payload.lowerBound || !hasComment(before: $0))
      }
      return isOneLine ? end(of: payload, from: indent).map { $0 - indent } : nil
    }
    let column = widths.compactMap { $0 }.filter { $0 <= Self.alignedWidth }.max() ?? 0
    for ((request, arrow), width) in zip(zip(requests, arrows), widths) where arrow < request.upperBound {
      let next = indent + Self.indentation
      layoutRun(request.lowerBound..<arrow, column: indent, base: indent, indent: next)
      let padding = max(1, column - (width ?? column) + 1)
      let expected = arrow..<request.upperBound
      (continuation[arrow], commentIndent[arrow]) = (next, next)
      if let width, end(of: expected, from: indent + width + padding) != nil {
        gaps[arrow] = .spaces(padding)
        layoutRun(expected, column: indent + width + padding, base: indent, indent: next)
      } else {
        gaps[arrow] = width == nil && end(of: request, from: indent) != nil ? .spaces(1) : .line(indent: next, .never)
        layoutRun(expected, column: next, base: next, indent: next)
      }
    }
  }
}
