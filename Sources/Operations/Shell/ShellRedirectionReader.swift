import PolicyBytecode

/// Redirections and here-documents (POSIX 2.7, with bash's).
extension ShellReader {
  mutating func redirections() throws(ShellSyntaxError) -> Int32 {
    var first = ShellTree.none
    var last = ShellTree.none
    while true {
      skipBlanks()
      guard let next = try redirection() else { return first }
      if last < 0 { first = next } else { tree.redirections[Int(last)].next = next }
      last = next
    }
  }

  /// The redirection that starts here, or nil.
  mutating func redirection() throws(ShellSyntaxError) -> Int32? {
    var ahead = 0
    var result = ShellRedirection(kind: .input)
    let byte = peek()
    if Ascii.isDigit(byte) {
      while Ascii.isDigit(peek(ahead)) { ahead += 1 }
      guard peek(ahead) == Ascii.less || peek(ahead) == Ascii.greater else { return nil }
      result.descriptor = tree.source[position..<position + ahead].reduce(0) {
        min($0 * 10 + Int32($1 - Ascii.zero), 9999)
      }
    } else if byte == Ascii.openBrace, Ascii.isNameStart(peek(1)) {
      ahead = 1
      while Ascii.isName(peek(ahead)) { ahead += 1 }
      guard peek(ahead) == Ascii.closeBrace, peek(ahead + 1) == Ascii.less || peek(ahead + 1) == Ascii.greater else {
        return nil
      }
      ahead += 1
      result.descriptor = 10
    } else if byte == Ascii.ampersand, peek(1) == Ascii.greater {
      position += peek(2) == Ascii.greater ? 3 : 2
      result.kind = .both
      return try target(&result)
    } else if byte != Ascii.less && byte != Ascii.greater || peek(1) == Ascii.open {
      return nil
    }
    position += ahead
    let second = peek(1)
    if peek() == Ascii.greater {
      switch second {
      case Ascii.greater, Ascii.pipe: position += 2
      case Ascii.ampersand:
        position += 2
        result.kind = .duplicateOutput
        return try target(&result)
      default: position += 1
      }
      result.kind = .output
      return try target(&result)
    }
    switch second {
    case Ascii.greater:
      position += 2
      result.kind = .readWrite
    case Ascii.ampersand:
      position += 2
      result.kind = .duplicateInput
    case Ascii.less where peek(2) == Ascii.less:
      position += 3
      result.kind = .hereString
    case Ascii.less:
      let strips = peek(2) == Ascii.dash
      position += strips ? 3 : 2
      skipBlanks()
      return try hereDocument(&result, stripsTabs: strips)
    default: position += 1
    }
    return try target(&result)
  }

  private mutating func target(_ redirection: inout ShellRedirection) throws(ShellSyntaxError) -> Int32 {
    skipBlanks()
    if isDelimiter(peek()), !isAtProcessSubstitution() { throw failure() }
    redirection.word = try word()
    tree.redirections.append(redirection)
    return Int32(tree.redirections.count - 1)
  }

  private mutating func hereDocument(
    _ redirection: inout ShellRedirection, stripsTabs: Bool
  ) throws(ShellSyntaxError) -> Int32 {
    redirection.kind = .hereDocument
    var delimiter: [UInt8] = []
    var isQuoted = false
    let start = position
    while !isDelimiter(peek()) {
      let byte = peek()
      position += 1
      switch byte {
      case Ascii.backslash where peek() == Ascii.newline: position += 1
      case Ascii.backslash:
        isQuoted = true
        if position < limit {
          delimiter.append(peek())
          position += 1
        }
      case Ascii.quote, Ascii.doubleQuote:
        isQuoted = true
        while peek() != byte {
          guard position < limit else { throw failure() }
          // What a backslash in double quotes means, shells do not agree on.
          if byte == Ascii.doubleQuote, peek() == Ascii.backslash { throw failure() }
          delimiter.append(peek())
          position += 1
        }
        position += 1
      case Ascii.dollar where peek() == Ascii.quote: break
      default: delimiter.append(byte)
      }
    }
    // Tabs before lines are taken away, but those before the delimiter?
    guard position > start, !stripsTabs || delimiter.first != Ascii.tab else { throw failure() }
    tree.redirections.append(redirection)
    pending.append(
      .init(
        redirection: tree.redirections.count - 1, delimiter: delimiter, isQuoted: isQuoted, stripsTabs: stripsTabs))
    return Int32(tree.redirections.count - 1)
  }

  /// Reads the body of a here-document; like bash, takes the rest of the text where the delimiter never comes.
  mutating func body(of document: PendingDocument) throws(ShellSyntaxError) {
    let start = position
    var end = limit
    var continues = false
    // A line that goes on in the next ones, as one.
    var joined: [UInt8] = []
    while position < limit {
      let lineStart = position
      while position < limit, tree.source[position] != Ascii.newline { position += 1 }
      var textStart = lineStart
      if document.stripsTabs {
        while textStart < position, tree.source[textStart] == Ascii.tab { textStart += 1 }
      }
      let isDelimiter = !continues && tree.source[textStart..<position].elementsEqual(document.delimiter)
      if !document.isQuoted {
        let line = tree.source[textStart..<position]
        let isContinued = continues
        var slash = position
        while slash > lineStart, tree.source[slash - 1] == Ascii.backslash { slash -= 1 }
        continues = (position - slash) % 2 == 1
        if isContinued || continues {
          joined += continues ? line.dropLast() : line
          // Whether that ends it, shells do not agree on.
          let mayEnd = line.elementsEqual(document.delimiter) || joined.elementsEqual(document.delimiter)
          if isContinued, mayEnd { throw .init(reason: .syntax) }
          if !continues { joined = [] }
        }
      }
      if position < limit { position += 1 }
      if isDelimiter {
        end = lineStart
        break
      }
    }
    var range = start..<end
    if document.stripsTabs {
      try tree.willRead(range.count)
      let copy = tree.source.count
      var atLineStart = true
      for index in range {
        let byte = tree.source[index]
        if atLineStart, byte == Ascii.tab { continue }
        atLineStart = byte == Ascii.newline
        tree.source.append(byte)
      }
      tree.readBytes -= range.count - (tree.source.count - copy)
      range = copy..<tree.source.count
    }
    let first: Int32
    if document.isQuoted {
      tree.parts.append(
        ShellPart(kind: .literal, isQuoted: true, spelling: ByteRange(range.lowerBound, range.upperBound)))
      first = Int32(tree.parts.count - 1)
    } else {
      first = try parts(from: range.lowerBound, to: range.upperBound, .hereDocument)
    }
    tree.words.append(ShellWord(first: first, spelling: ByteRange(range.lowerBound, range.upperBound)))
    tree.redirections[document.redirection].word = Int32(tree.words.count - 1)
  }
}
