import PolicyBytecode

/// Words: quoting (POSIX 2.2), expansions (2.6) and what bash adds to both.
extension ShellReader {
  /// Where a run of word parts stands, which decides what ends it and what is special in it.
  enum WordContext {
    /// A word of a command; before the program, one that may be an assignment.
    case word, assignment
    /// The right side of `=~`: parentheses and bars belong to it.
    case regex
    /// Up to `"`.
    case doubleQuotes
    /// The operand of `${…}`, up to `}`; in double quotes, and there with single quotes that mean nothing.
    case operand, quotedOperand, textOperand
    /// A subscript, up to `]`.
    case subscripted
    /// Up to the end of the text: the body of a here-document, and arithmetic.
    case hereDocument, arithmetic

    /// Whether what stands in it is neither split nor subject to globs.
    var isQuoted: Bool {
      switch self {
      case .word, .assignment, .regex, .operand: false
      default: true
      }
    }

    /// Whether double quotes start a quotation.
    var hasDoubleQuotes: Bool {
      switch self {
      case .doubleQuotes, .hereDocument, .arithmetic: false
      default: true
      }
    }

    var hasSingleQuotes: Bool {
      switch self {
      case .word, .assignment, .regex, .operand, .quotedOperand, .subscripted: true
      default: false
      }
    }
  }

  /// Reads one word, which starts here.
  mutating func word(_ context: WordContext = .word) throws(ShellSyntaxError) -> Int32 {
    if context == .word || context == .assignment, let end = plainEnd(mayAssign: context == .assignment) {
      let spelling = ByteRange(position, end)
      let first = literal(position, end, isQuoted: false)
      position = end
      tree.words.append(ShellWord(first: first, spelling: spelling))
      return Int32(tree.words.count - 1)
    }
    let start = position
    var word = ShellWord(first: ShellTree.none, spelling: ByteRange())
    if let name = try assignedName() {
      // An array may follow `NAME=` after `declare` and its like too.
      let nameEnd = start + name.count
      let isArray = peek() == Ascii.open
      if context == .assignment || isArray {
        word.isPartial = tree.source[nameEnd] != Ascii.equals
        if context == .assignment { word.name = name }
        if isArray {
          let array = try array(nameStart: start)
          if context == .assignment {
            word.first = array
          } else {
            word.first = literal(start, nameEnd + 1, isQuoted: true)
            tree.parts[Int(word.first)].next = array
          }
          word.spelling = ByteRange(start, position)
          tree.words.append(word)
          return Int32(tree.words.count - 1)
        }
      } else {
        position = start
      }
    }
    var hasBrace = false
    var isJoined = false
    word.first = try parts(context, hasBrace: &hasBrace, isJoined: &isJoined)
    guard position > start else { throw failure() }
    word.hasBrace = hasBrace
    word.spelling = ByteRange(start, position)
    if isJoined, context == .assignment, isReserved(word.first) { throw .init(reason: .unsupported) }
    tree.words.append(word)
    return Int32(tree.words.count - 1)
  }

  /// The characters that a plain word does not have, as a bit each: of the first 64 and of the next.
  private static let special: (UInt64, UInt64) = {
    var masks: (UInt64, UInt64) = (0, 0)
    for byte in " \t\n;&|()<>'\"$\\`{".utf8 {
      if byte < 64 { masks.0 |= 1 << UInt64(byte) } else { masks.1 |= 1 << UInt64(byte - 64) }
    }
    return masks
  }()

  /// Where the word that starts here ends if it is one literal without quotes, braces and expansions, as most are, and
  /// no assignment; else nil.
  @inline(__always)
  private func plainEnd(mayAssign: Bool) -> Int? {
    let (low, high) = Self.special
    var end = position
    while end < limit {
      let byte = tree.source[end]
      if byte < 0x80, (byte < 64 ? low : high) &>> UInt64(byte & 63) & 1 != 0 { break }
      if mayAssign, byte == Ascii.equals || byte == Ascii.openBracket { return nil }
      end += 1
    }
    guard end > position else { return nil }
    if end == limit { return end }
    switch tree.source[end] {
    case Ascii.space, Ascii.tab, Ascii.newline, Ascii.semicolon, Ascii.ampersand, Ascii.pipe, Ascii.close: return end
    case Ascii.less, Ascii.greater: return end + 1 < limit && tree.source[end + 1] == Ascii.open ? nil : end
    default: return nil
    }
  }

  /// Whether a word that line continuations cut up is a reserved word, which this reader would not have seen.
  private func isReserved(_ first: Int32) -> Bool {
    var text: [UInt8] = []
    var index = first
    while index >= 0 {
      let part = tree.parts[Int(index)]
      guard part.kind == .literal, !part.isQuoted, text.count < 10 else { return false }
      text += tree.source[part.spelling.range]
      index = part.next
    }
    return Self.reserved.contains(text)
  }

  private static let reserved = Set(
    [
      "!", "{", "}", "[[", "if", "then", "else", "elif", "fi", "while", "until", "for", "select", "do", "done", "case",
      "esac", "function", "time", "coproc",
    ].map { Array($0.utf8) })

  /// Skips `NAME=`, `NAME+=` or `NAME[…]=` and gives the name; stays where none of them stands.
  private mutating func assignedName() throws(ShellSyntaxError) -> ByteRange? {
    guard Ascii.isNameStart(peek()) else { return nil }
    let start = position
    var ahead = 1
    while Ascii.isName(peek(ahead)) { ahead += 1 }
    let name = ByteRange(start, start + ahead)
    if peek(ahead) == Ascii.openBracket {
      // A subscript on this line, with balanced brackets.
      var nesting = 0
      scan: while true {
        switch peek(ahead) {
        case 0, Ascii.newline, Ascii.semicolon, Ascii.ampersand, Ascii.pipe: return nil
        case Ascii.backslash: ahead += 1
        case Ascii.openBracket: nesting += 1
        case Ascii.closeBracket:
          nesting -= 1
          if nesting == 0 { break scan }
        default: break
        }
        ahead += 1
      }
      ahead += 1
      if peek(ahead) == Ascii.plus { ahead += 1 }
      guard peek(ahead) == Ascii.equals else { return nil }
      // The subscript is part of the value: what it substitutes runs.
      position = Int(name.end)
      return name
    }
    if peek(ahead) == Ascii.plus { ahead += 1 }
    guard peek(ahead) == Ascii.equals else { return nil }
    position += ahead + 1
    return name
  }

  /// `( words )` after `NAME=`.
  private mutating func array(nameStart: Int) throws(ShellSyntaxError) -> Int32 {
    let start = position
    position += 1
    try enter()
    defer { depth -= 1 }
    var first = ShellTree.none
    var last = ShellTree.none
    while true {
      try skipBlanksAndNewlines()
      if peek() == Ascii.close { break }
      if isDelimiter(peek()), !isAtProcessSubstitution() { throw failure() }
      let next = try word()
      if last < 0 { first = next } else { tree.words[Int(last)].next = next }
      last = next
    }
    position += 1
    tree.parts.append(
      ShellPart(kind: .array, isQuoted: true, spelling: ByteRange(start, position), child: first))
    return Int32(tree.parts.count - 1)
  }

  /// Reads a range of the source as the parts of one word.
  mutating func parts(from start: Int, to end: Int, _ context: WordContext) throws(ShellSyntaxError) -> Int32 {
    let saved = (position, limit)
    (position, limit) = (start, end)
    defer { (position, limit) = saved }
    var hasBrace = false
    var isJoined = false
    return try parts(context, hasBrace: &hasBrace, isJoined: &isJoined)
  }

  func literalPart(_ start: Int, _ end: Int, isQuoted: Bool) -> ShellPart {
    ShellPart(kind: .literal, isQuoted: isQuoted, spelling: ByteRange(start, end))
  }

  private mutating func literal(_ start: Int, _ end: Int, isQuoted: Bool) -> Int32 {
    tree.parts.append(literalPart(start, end, isQuoted: isQuoted))
    return Int32(tree.parts.count - 1)
  }

  /// Reads parts up to what ends the context, which is left standing.
  mutating func parts(
    _ context: WordContext, hasBrace: inout Bool, isJoined: inout Bool
  ) throws(ShellSyntaxError) -> Int32 {
    var chain = PartChain()
    var run = position
    // Open parentheses of a regex.
    var parentheses = 0
    let isQuoted = context.isQuoted
    func flush(_ reader: inout ShellReader) {
      if run < reader.position {
        chain.append(reader.literalPart(run, reader.position, isQuoted: isQuoted), to: &reader.tree)
      }
    }
    scan: while position < limit {
      let byte = tree.source[position]
      switch byte {
      case Ascii.space, Ascii.tab, Ascii.newline, Ascii.semicolon, Ascii.ampersand, Ascii.pipe, Ascii.close:
        switch context {
        case .word, .assignment: break scan
        case .regex:
          let ends =
            switch byte {
            case Ascii.pipe, Ascii.space, Ascii.tab: parentheses == 0
            case Ascii.close: parentheses == 0
            default: true
            }
          if ends { break scan }
          if byte == Ascii.close { parentheses -= 1 }
        default: break
        }
        position += 1
      case Ascii.open:
        switch context {
        case .word, .assignment: break scan
        case .regex: parentheses += 1
        default: break
        }
        position += 1
      case Ascii.less, Ascii.greater:
        if context == .word || context == .assignment || context == .regex {
          guard peek(1) == Ascii.open else {
            if context == .regex, parentheses > 0 {
              position += 1
              continue
            }
            break scan
          }
          flush(&self)
          chain.append(try processSubstitution(), to: &tree)
          run = position
        } else {
          position += 1
        }
      case Ascii.closeBrace where context == .operand || context == .quotedOperand || context == .textOperand:
        break scan
      case Ascii.closeBracket where context == .subscripted: break scan
      case Ascii.openBracket where context == .subscripted:
        // Brackets nest in a subscript.
        flush(&self)
        let start = position
        position += 1
        try enter()
        let inner = try parts(.subscripted, hasBrace: &hasBrace, isJoined: &isJoined)
        depth -= 1
        guard peek() == Ascii.closeBracket else { throw failure() }
        position += 1
        chain.append(
          ShellPart(kind: .arithmetic, isQuoted: true, spelling: ByteRange(start, position), child: inner), to: &tree)
        run = position
      case Ascii.backslash:
        flush(&self)
        if position + 1 >= limit {
          run = position
          position += 1
          continue
        }
        let next = peek(1)
        if next == Ascii.newline {
          isJoined = isJoined || chain.first >= 0
          position += 2
          run = position
          continue
        }
        let escapes: Bool
        switch context {
        case .word, .assignment, .regex, .operand, .subscripted: escapes = true
        case .quotedOperand, .textOperand:
          escapes =
            next == Ascii.dollar || next == Ascii.backquote || next == Ascii.backslash || next == Ascii.doubleQuote
            || next == Ascii.closeBrace
        case .doubleQuotes:
          escapes =
            next == Ascii.dollar || next == Ascii.backquote || next == Ascii.backslash || next == Ascii.doubleQuote
        case .hereDocument, .arithmetic:
          escapes = next == Ascii.dollar || next == Ascii.backquote || next == Ascii.backslash
        }
        if escapes {
          chain.append(literalPart(position + 1, position + 2, isQuoted: true), to: &tree)
          position += 2
          run = position
        } else {
          run = position
          position += 1
        }
      case Ascii.quote where context.hasSingleQuotes:
        flush(&self)
        let start = position + 1
        position = start
        while position < limit, tree.source[position] != Ascii.quote { position += 1 }
        guard position < limit else { throw .init(reason: .truncated) }
        chain.append(literalPart(start, position, isQuoted: true), to: &tree)
        position += 1
        run = position
      case Ascii.doubleQuote:
        if context == .doubleQuotes { break scan }
        guard context.hasDoubleQuotes else {
          position += 1
          continue
        }
        flush(&self)
        try quotation(&chain)
        run = position
      case Ascii.backquote:
        flush(&self)
        chain.append(try backquotes(isQuoted: isQuoted), to: &tree)
        run = position
      case Ascii.dollar:
        flush(&self)
        run = position
        if try dollar(context, &chain) { run = position }
      case Ascii.openBrace:
        hasBrace = true
        position += 1
      case Ascii.question, Ascii.star, Ascii.plus, Ascii.at, Ascii.bang:
        position += 1
        // An extended glob; `!(` before a program is a negation instead, which the caller has seen.
        if peek() == Ascii.open, context == .word || context == .assignment,
          !(context == .assignment && peek(1) == Ascii.close)
        {
          flush(&self)
          run = position
          try extendedGlob(&chain)
          run = position
        }
      default: position += 1
      }
    }
    flush(&self)
    return chain.first
  }

  /// Parts of one word as they are linked.
  struct PartChain {
    var first = ShellTree.none
    var last = ShellTree.none

    mutating func append(_ part: ShellPart, to tree: inout ShellTree) {
      let index = Int32(tree.parts.count)
      tree.parts.append(part)
      if last < 0 { first = index } else { tree.parts[Int(last)].next = index }
      last = index
    }

    /// Appends parts that are linked already.
    mutating func append(linked: Int32, to tree: inout ShellTree) {
      guard linked >= 0 else { return }
      if last < 0 { first = linked } else { tree.parts[Int(last)].next = linked }
      last = linked
      while tree.parts[Int(last)].next >= 0 { last = tree.parts[Int(last)].next }
    }
  }

  /// `"…"`, from its opening quote.
  mutating func quotation(_ chain: inout PartChain) throws(ShellSyntaxError) {
    try enter()
    position += 1
    var hasBrace = false
    var isJoined = false
    let inner = try parts(.doubleQuotes, hasBrace: &hasBrace, isJoined: &isJoined)
    guard position < limit else { throw .init(reason: .truncated) }
    // Even empty quotes make a word.
    if inner < 0 { chain.append(literalPart(position, position, isQuoted: true), to: &tree) }
    chain.append(linked: inner, to: &tree)
    position += 1
    depth -= 1
  }

  /// `?( )`, `*( )`, `+( )`, `@( )`, `!( )`, from the parenthesis; its text is taken as it stands.
  private mutating func extendedGlob(_ chain: inout PartChain) throws(ShellSyntaxError) {
    try enter()
    chain.append(literalPart(position, position + 1, isQuoted: false), to: &tree)
    position += 1
    var hasBrace = false
    var isJoined = false
    while true {
      chain.append(linked: try parts(.word, hasBrace: &hasBrace, isJoined: &isJoined), to: &tree)
      let byte = peek()
      switch byte {
      case Ascii.close, Ascii.pipe, Ascii.space, Ascii.tab, Ascii.ampersand, Ascii.less, Ascii.greater,
        Ascii.semicolon:
        chain.append(literalPart(position, position + 1, isQuoted: false), to: &tree)
        position += 1
        if byte == Ascii.close {
          depth -= 1
          return
        }
      case Ascii.open: try extendedGlob(&chain)
      default: throw failure()
      }
    }
  }
}
