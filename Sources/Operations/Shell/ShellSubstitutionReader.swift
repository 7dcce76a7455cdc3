import PolicyBytecode

/// What stands behind `$`, back quotes, process substitutions and arithmetic (POSIX 2.6, with bash's).
extension ShellReader {
  /// `<( )` or `>( )`.
  mutating func processSubstitution() throws(ShellSyntaxError) -> ShellPart {
    let start = position
    let kind: ShellPart.Kind = peek() == Ascii.less ? .processInput : .processOutput
    position += 2
    let root = try substituted()
    return ShellPart(kind: kind, isQuoted: false, spelling: ByteRange(start, position), child: root)
  }

  /// Commands up to `)`, which is taken.
  private mutating func substituted() throws(ShellSyntaxError) -> Int32 {
    try enter()
    // Here-documents of the line around it begin behind that.
    let outer = pending
    pending = []
    let root = try list()
    guard peek() == Ascii.close, position < limit, pending.isEmpty else { throw failure() }
    pending = outer
    position += 1
    depth -= 1
    return root
  }

  /// `` `…` ``: its text, unescaped, is read as one of its own.
  mutating func backquotes(isQuoted: Bool) throws(ShellSyntaxError) -> ShellPart {
    let start = position
    position += 1
    let copy = tree.source.count
    while peek() != Ascii.backquote {
      guard position < limit else { throw .init(reason: .truncated) }
      if peek() == Ascii.backslash {
        let next = peek(1)
        if next == Ascii.backquote || next == Ascii.backslash || next == Ascii.dollar
          || isQuoted && next == Ascii.doubleQuote
        {
          position += 1
        }
      }
      guard position < limit else { throw .init(reason: .truncated) }
      tree.source.append(peek())
      position += 1
    }
    position += 1
    try tree.willRead(tree.source.count - copy)
    let root = try read(from: copy, to: tree.source.count)
    return ShellPart(kind: .command, isQuoted: isQuoted, spelling: ByteRange(start, position), child: root)
  }

  /// What starts with `$`; false where it stands for itself, and then only it is passed.
  mutating func dollar(
    _ context: WordContext, _ chain: inout PartChain
  ) throws(ShellSyntaxError) -> Bool {
    let start = position
    let isQuoted = context.isQuoted
    position += 1
    while peek() == Ascii.backslash, peek(1) == Ascii.newline { position += 2 }
    let byte = peek()
    switch byte {
    case Ascii.quote where context.hasSingleQuotes:
      chain.append(try ansiQuotation(), to: &tree)
    case Ascii.doubleQuote where context.hasDoubleQuotes && !isQuoted:
      try quotation(&chain)
    case Ascii.open:
      if peek(1) == Ascii.open, let end = arithmeticEnd(position + 2) {
        try enter()
        let inner = try parts(from: position + 2, to: end, .arithmetic)
        depth -= 1
        position = end + 2
        chain.append(
          ShellPart(kind: .arithmetic, isQuoted: isQuoted, spelling: ByteRange(start, position), child: inner),
          to: &tree)
      } else {
        position += 1
        let root = try substituted()
        chain.append(
          ShellPart(kind: .command, isQuoted: isQuoted, spelling: ByteRange(start, position), child: root), to: &tree)
      }
    case Ascii.openBracket:
      try enter()
      position += 1
      var hasBrace = false
      var isJoined = false
      let inner = try parts(.subscripted, hasBrace: &hasBrace, isJoined: &isJoined)
      guard peek() == Ascii.closeBracket else { throw failure() }
      position += 1
      depth -= 1
      chain.append(
        ShellPart(kind: .arithmetic, isQuoted: isQuoted, spelling: ByteRange(start, position), child: inner), to: &tree)
    case Ascii.openBrace:
      try enter()
      position += 1
      chain.append(try braced(start, isQuoted: isQuoted), to: &tree)
      depth -= 1
    default:
      let nameStart = position
      if Ascii.isNameStart(byte) {
        while Ascii.isName(peek()) { position += 1 }
      } else if isSpecialParameter(byte) {
        position += 1
      } else {
        position = start + 1
        return false
      }
      var part = ShellPart(
        kind: .parameter, isQuoted: isQuoted, spelling: ByteRange(start, position), name: ByteRange(nameStart, position)
      )
      if peek() == Ascii.backslash, peek(1) == Ascii.newline { part.op = .other }
      chain.append(part, to: &tree)
    }
    return true
  }

  private func isSpecialParameter(_ byte: UInt8) -> Bool {
    switch byte {
    case Ascii.at, Ascii.star, Ascii.hash, Ascii.question, Ascii.dash, Ascii.dollar, Ascii.bang: true
    default: Ascii.isDigit(byte)
    }
  }

  /// `${…}`, from behind the brace, which is taken with its closing one.
  private mutating func braced(_ start: Int, isQuoted: Bool) throws(ShellSyntaxError) -> ShellPart {
    if Ascii.isSpace(peek()) || peek() == Ascii.pipe {
      // `${ commands; }` and `${|commands; }`.
      position += 1
      let root = try list()
      guard isAt("}") || peek() == Ascii.closeBrace else { throw failure() }
      position += 1
      return ShellPart(kind: .command, isQuoted: isQuoted, spelling: ByteRange(start, position), child: root)
    }
    var part = ShellPart(kind: .parameter, isQuoted: isQuoted, spelling: ByteRange())
    // `${#NAME}` and `${!NAME}`; `${#}`, `${#-…}` and `${!}` are parameters.
    if peek() == Ascii.hash || peek() == Ascii.bang,
      Ascii.isName(peek(1)) || isSpecialParameter(peek(1)) && peek(2) == Ascii.closeBrace
    {
      part.op = .other
      position += 1
    }
    let nameStart = position
    if Ascii.isNameStart(peek()) {
      while Ascii.isName(peek()) { position += 1 }
    } else if Ascii.isDigit(peek()) {
      while Ascii.isDigit(peek()) { position += 1 }
    } else if isSpecialParameter(peek()) {
      position += 1
    } else {
      throw failure()
    }
    part.name = ByteRange(nameStart, position)
    var inner = PartChain()
    var hasBrace = false
    var isJoined = false
    if peek() == Ascii.openBracket {
      position += 1
      part.op = .other
      inner.append(linked: try parts(.subscripted, hasBrace: &hasBrace, isJoined: &isJoined), to: &tree)
      guard peek() == Ascii.closeBracket else { throw failure() }
      position += 1
    }
    if peek() != Ascii.closeBrace {
      let hasColon = peek() == Ascii.colon
      let character = hasColon ? peek(1) : peek()
      var op = ShellPart.Operator.other
      var isText = true
      switch character {
      case Ascii.dash: op = hasColon ? .ifUnsetOrEmpty : .ifUnset
      case Ascii.equals: op = .assign
      case Ascii.question, Ascii.plus: break
      default: isText = hasColon
      }
      if op == .assign { census.assigned(part.name, in: tree.source) }
      if op != .other { position += hasColon ? 2 : 1 }
      part.op = part.op == .other ? .other : op
      let operand = try parts(
        !isQuoted ? .operand : isText ? .textOperand : .quotedOperand, hasBrace: &hasBrace, isJoined: &isJoined)
      inner.append(linked: operand, to: &tree)
    }
    guard peek() == Ascii.closeBrace, position < limit else { throw failure() }
    position += 1
    part.child = inner.first
    part.spelling = ByteRange(start, position)
    return part
  }

  /// `$'…'`, from its quote: escapes as in C, decoded to the end of the source.
  private mutating func ansiQuotation() throws(ShellSyntaxError) -> ShellPart {
    let start = position + 1
    position = start
    while peek() != Ascii.quote {
      guard position < limit else { throw .init(reason: .truncated) }
      position += peek() == Ascii.backslash ? 2 : 1
    }
    guard position < limit else { throw .init(reason: .truncated) }
    let decoded = ShellEscapes.decode(tree.source[start..<position], .ansiQuotes)
    position += 1
    try tree.willRead(decoded.count)
    let copy = tree.source.count
    tree.source += decoded
    return literalPart(copy, tree.source.count, isQuoted: true)
  }

  // MARK: - Arithmetic

  /// The end of the arithmetic whose text starts at `start`, behind `((`: the index of its `))`. Nil where the inner
  /// parenthesis is closed apart from the outer one, which makes it a subshell in a subshell.
  func arithmeticEnd(_ start: Int) -> Int? {
    var nesting = 1
    var index = start
    while index < limit {
      switch tree.source[index] {
      case Ascii.backslash: index += 1
      case Ascii.quote, Ascii.doubleQuote, Ascii.backquote:
        let quote = tree.source[index]
        index += 1
        while index < limit, tree.source[index] != quote {
          if quote != Ascii.quote, tree.source[index] == Ascii.backslash { index += 1 }
          index += 1
        }
      case Ascii.open: nesting += 1
      case Ascii.close:
        nesting -= 1
        if nesting == 0 { return index + 1 < limit && tree.source[index + 1] == Ascii.close ? index : nil }
      default: break
      }
      index += 1
    }
    return nil
  }

  /// A range of the source as a word of arithmetic.
  mutating func arithmeticWord(_ start: Int, _ end: Int) throws(ShellSyntaxError) -> Int32 {
    let first = try parts(from: start, to: end, .arithmetic)
    census.arithmetic(ByteRange(start, end), in: tree.source)
    tree.words.append(ShellWord(first: first, spelling: ByteRange(start, end)))
    return Int32(tree.words.count - 1)
  }
}
