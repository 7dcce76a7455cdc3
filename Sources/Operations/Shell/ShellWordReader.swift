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
  private mutating func parts(
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
  private mutating func quotation(_ chain: inout PartChain) throws(ShellSyntaxError) {
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

  // MARK: - Substitutions

  /// `<( )` or `>( )`.
  private mutating func processSubstitution() throws(ShellSyntaxError) -> ShellPart {
    let start = position
    let kind: ShellPart.Kind = peek() == Ascii.less ? .processInput : .processOutput
    position += 2
    let root = try substituted()
    return ShellPart(kind: kind, isQuoted: false, spelling: ByteRange(start, position), child: root)
  }

  /// Commands up to `)`, which is taken.
  private mutating func substituted() throws(ShellSyntaxError) -> Int32 {
    try enter()
    let root = try list()
    guard peek() == Ascii.close, position < limit else { throw failure() }
    position += 1
    depth -= 1
    return root
  }

  /// `` `…` ``: its text, unescaped, is read as one of its own.
  private mutating func backquotes(isQuoted: Bool) throws(ShellSyntaxError) -> ShellPart {
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
    guard tree.source.count <= ShellLimits.sourceBytes else { throw .init(reason: .oversized) }
    let root = try read(from: copy, to: tree.source.count)
    return ShellPart(kind: .command, isQuoted: isQuoted, spelling: ByteRange(start, position), child: root)
  }

  /// What starts with `$`; false where it stands for itself, and then only it is passed.
  private mutating func dollar(
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
    if peek() == Ascii.hash || peek() == Ascii.bang, Ascii.isName(peek(1)) || isSpecialParameter(peek(1)) && peek(2) == Ascii.closeBrace {
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
    guard tree.source.count + decoded.count <= ShellLimits.sourceBytes else { throw .init(reason: .oversized) }
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
