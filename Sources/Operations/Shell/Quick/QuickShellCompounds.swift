import PolicyBytecode

/// Reads compound commands: groups, subshells, conditions, tests, and loops whose variable may be anything.
///
/// What they hold is walked once and in its order, so it is one list of commands that stand behind the compound one.
///
/// Invariant of the unsafe code: that of the reading of lines.
extension QuickShell {
  /// What means something to the shell where a command may start.
  enum Keyword: UInt8 {
    case none, not, subshell, group, conditional, loop, forLoop, test
    // These end a list.
    case then, elif, otherwise, fi, `do`, done, closeBrace

    var endsList: Bool { rawValue >= Keyword.then.rawValue }

    /// Of one that ends a list, in bytes.
    var length: Int {
      switch self {
      case .closeBrace: 1
      case .fi, .do: 2
      default: 4
      }
    }
  }

  /// What a list of commands is read up to.
  enum Closing { case end, parenthesis, keyword }

  /// The keyword at a place where a command may start.
  @inline(__always)
  mutating func keyword(_ at: Int, _ end: Int, _ text: UnsafePointer<UInt8>) -> Keyword {
    let byte = text[at]
    let letter = byte &- 0x64
    let mayBe =
      letter < 20
      ? Self.firstLetters &>> UInt32(letter) & 1 != 0
      : byte == Ascii.open || byte == Ascii.bang || byte == Ascii.openBrace || byte == Ascii.closeBrace
        || byte == Ascii.openBracket
    return mayBe ? keyword(startingAt: at, end, text) : .none
  }

  /// Those that keywords start with, from `d` on: `d`, `e`, `f`, `i`, `t`, `u` and `w`.
  private static let firstLetters: UInt32 = 0b1011_0000_0000_0010_0111

  @inline(never)
  private mutating func keyword(startingAt at: Int, _ end: Int, _ text: UnsafePointer<UInt8>) -> Keyword {
    switch text[at] {
    case Ascii.open: .subshell
    case Ascii.bang: isKeyword("!", at, end, text) ? .not : .none
    case Ascii.openBracket: isKeyword("[[", at, end, text) ? .test : .none
    case Ascii.openBrace: isKeyword("{", at, end, text) ? .group : .none
    case Ascii.closeBrace: isKeyword("}", at, end, text) ? .closeBrace : .none
    case 0x64: isKeyword("do", at, end, text) ? .do : isKeyword("done", at, end, text) ? .done : .none
    case 0x65: isKeyword("else", at, end, text) ? .otherwise : isKeyword("elif", at, end, text) ? .elif : .none
    case 0x66: isKeyword("for", at, end, text) ? .forLoop : isKeyword("fi", at, end, text) ? .fi : .none
    case 0x69: isKeyword("if", at, end, text) ? .conditional : .none
    case 0x74: isKeyword("then", at, end, text) ? .then : .none
    case 0x75: isKeyword("until", at, end, text) ? .loop : .none
    case 0x77: isKeyword("while", at, end, text) ? .loop : .none
    default: .none
    }
  }

  /// Whether a word stands at a place, and ends there.
  private mutating func isKeyword(_ word: StaticString, _ at: Int, _ end: Int, _ text: UnsafePointer<UInt8>) -> Bool {
    let behind = at + word.utf8CodeUnitCount
    guard behind <= end else { return false }
    for index in 0..<word.utf8CodeUnitCount where text[at + index] != word.utf8Start[index] { return false }
    if behind == end { return true }
    let kind = tables.pointee.classes[Int(text[behind])]
    return kind >= QuickShellByte.blank && kind < QuickShellByte.quote || kind == QuickShellByte.open
  }

  /// Reads the compound command `number`, which starts with `keyword` at `at`, up to its redirections; false for one that is
  /// not read here.
  mutating func compound(
    _ keyword: Keyword, _ number: Int, _ at: inout Int, _ line: Range<Int>, _ facts: inout FactBuffer
  ) -> Bool {
    guard nesting + compounds < Self.nesting else { return false }
    compounds += 1
    let known = scoped.count
    let hadAssigned = hasAssigned
    commands[number].kind = keyword == .subshell ? .subshell : .compound
    commands[number].bodyStart = Int32(truncatingIfNeeded: number + 1)
    let isRead =
      switch keyword {
      case .subshell: subshell(&at, line, &facts)
      case .group: body(&at, line, skipping: 1, upTo: .closeBrace, &facts)
      case .conditional: conditional(&at, line, &facts)
      case .loop: loop(&at, line, skipping: 5, &facts)
      case .forLoop: forLoop(number, &at, line, &facts)
      case .test: test(number, &at, line, &facts)
      default: false
      }
    // Of what it assigns only the commands in it are read here.
    if scoped.count > known { (hasAssigned, hasAssignments) = (true, true) }
    scoped.truncate(to: known)
    if keyword == .subshell || commands[number].link == .pipe { hasAssigned = hadAssigned }
    compounds -= 1
    firstWord = words.count
    firstFile = files.count
    return isRead
  }

  /// A list that a keyword ends, behind one of `length` bytes.
  private mutating func body(
    _ at: inout Int, _ line: Range<Int>, skipping length: Int, upTo closer: Keyword, _ facts: inout FactBuffer
  ) -> Bool {
    at += length
    return list(&at, line, upTo: .keyword, &facts) && closedBy == closer
  }

  private mutating func subshell(_ at: inout Int, _ line: Range<Int>, _ facts: inout FactBuffer) -> Bool {
    at += 1
    // `((`
    if at < line.upperBound, facts.arena[at] == Ascii.open { return false }
    guard list(&at, line, upTo: .parenthesis, &facts), at < line.upperBound else { return false }
    at += 1
    return true
  }

  private mutating func conditional(_ at: inout Int, _ line: Range<Int>, _ facts: inout FactBuffer) -> Bool {
    guard body(&at, line, skipping: 2, upTo: .then, &facts) else { return false }
    while true {
      guard list(&at, line, upTo: .keyword, &facts) else { return false }
      switch closedBy {
      case .elif: guard list(&at, line, upTo: .keyword, &facts), closedBy == .then else { return false }
      case .otherwise: return list(&at, line, upTo: .keyword, &facts) && closedBy == .fi
      default: return closedBy == .fi
      }
    }
  }

  private mutating func loop(
    _ at: inout Int, _ line: Range<Int>, skipping length: Int, _ facts: inout FactBuffer
  ) -> Bool {
    hasLoop = true
    return body(&at, line, skipping: length, upTo: .do, &facts) && body(&at, line, skipping: 0, upTo: .done, &facts)
  }

  /// `for NAME in WORDS` of which nothing is known; of words that are known the decoder tries some.
  private mutating func forLoop(_ number: Int, _ at: inout Int, _ line: Range<Int>, _ facts: inout FactBuffer) -> Bool {
    let text = UnsafePointer(facts.arena.base)
    let end = line.upperBound
    at += 3
    hasLoop = true
    skipBlanks(&at, end, text)
    guard at < end, Ascii.isNameStart(text[at]) else { return false }
    let name = ByteRange(at, nameEnd(at, end, text))
    at = Int(name.end)
    skipBlanks(&at, end, text)
    guard at < end, isKeyword("in", at, end, text) else { return false }
    at += 2
    firstWord = words.count
    while true {
      skipBlanks(&at, end, text)
      guard at < end else { return false }
      let kind = tables.pointee.classes[Int(text[at])]
      if kind == QuickShellByte.semicolon || kind == QuickShellByte.newline { break }
      // Where this is no operator, it starts a word.
      guard kind < QuickShellByte.blank || kind >= QuickShellByte.quote, text[at] != Ascii.hash,
        word(&at, line, isFirst: false, &facts), words[words.count - 1].traits.contains(.isUnknown)
      else { return false }
    }
    if text[at] == Ascii.semicolon { at += 1 }
    while at < end, Ascii.isSpace(text[at]) { at += 1 }
    guard at < end, keyword(at, end, text) == .do, scope(name, QuickShellText(facts)) else { return false }
    commands[number].bodyStart = Int32(truncatingIfNeeded: commands.count)
    return body(&at, line, skipping: 2, upTo: .done, &facts)
  }

  /// `[[ … ]]`, of whose words only the substitutions run; false where one is a pattern of regular expressions.
  private mutating func test(_ number: Int, _ at: inout Int, _ line: Range<Int>, _ facts: inout FactBuffer) -> Bool {
    let text = UnsafePointer(facts.arena.base)
    let end = line.upperBound
    at += 2
    firstWord = words.count
    while true {
      while at < end, Ascii.isSpace(text[at]) { at += 1 }
      guard at < end, text[at] != Ascii.hash else { return false }
      if words.count > firstWord, isKeyword("]]", at, end, text) { break }
      switch tables.pointee.classes[Int(text[at])] {
      case QuickShellByte.ampersand, QuickShellByte.pipe:
        guard at + 1 < end, text[at + 1] == text[at] else { return false }
        at += 2
      case QuickShellByte.less, QuickShellByte.greater:
        guard at + 1 < end, text[at + 1] != Ascii.open else { return false }
        at += 1
      case QuickShellByte.open, QuickShellByte.close: at += 1
      case QuickShellByte.semicolon: return false
      default:
        guard word(&at, line, isFirst: false, &facts) else { return false }
        if QuickShellText(facts).has("=~", at: words[words.count - 1].value) { return false }
      }
    }
    at += 2
    commands[number].bodyStart = Int32(truncatingIfNeeded: commands.count)
    return true
  }

  private mutating func skipBlanks(_ at: inout Int, _ end: Int, _ text: UnsafePointer<UInt8>) {
    while at < end, Ascii.isBlank(text[at]) { at += 1 }
  }

  // MARK: - Variables that may be anything

  /// Notes that from here on a variable may be anything, up to the end of the compound command or substitution; false for one whose value
  /// means more.
  mutating func scope(_ name: ByteRange, _ text: QuickShellText) -> Bool {
    if text.value(name, in: tables.pointee.variables) >= 0 || text.has("PWD", at: name) { return false }
    scoped.append(name)
    hasScoped = true
    return true
  }

  /// The same of variables that a command assigns values to that are not known, the first words from ``firstWord`` on; false if
  /// one is.
  mutating func scope(assignments count: Int, _ text: QuickShellText) -> Bool {
    for index in firstWord..<firstWord + count {
      let word = words[index]
      guard word.traits.contains(.isUnknown), let name = assignedName(Int(word.start), Int(word.end), text.base),
        scope(name, text)
      else { return false }
    }
    return true
  }

  mutating func isScoped(_ name: ByteRange, _ text: QuickShellText) -> Bool {
    for index in 0..<scoped.count where isEqual(scoped[index], name, text) { return true }
    return false
  }

  private mutating func isEqual(_ one: ByteRange, _ other: ByteRange, _ text: QuickShellText) -> Bool {
    guard one.count == other.count else { return false }
    let offset = Int(other.start) - Int(one.start)
    for index in one.range where text[index] != text[index + offset] { return false }
    return true
  }

  /// Notes what `read` assigns, the command whose words start at ``firstWord`` and that has `assigned` assignments before it;
  /// false where that is for the decoder. Where a line has assigned nothing, and it is given no text that is known, it tells
  /// nothing of its variables.
  mutating func noteRead(_ assigned: Int, _ text: QuickShellText) -> Bool {
    if assigned == 0, scoped.count == 0 { return true }
    // They stay where it assigns anything. Where words are split matters to values that are known alone.
    for index in firstWord..<firstWord + assigned {
      guard let name = assignedName(Int(words[index].start), Int(words[index].end), text.base) else { return false }
      if !text.has("IFS", at: name) { (hasAssigned, hasAssignments) = (true, true) }
    }
    for index in firstWord + assigned + 1..<max(words.count, firstWord + assigned + 1) {
      let word = words[index]
      if word.traits.contains(.isUnknown) { return false }
      let name = ByteRange(Int(word.valueStart), nameEnd(Int(word.valueStart), Int(word.valueEnd), text.base))
      if name.count > 0, !scope(name, text) { return false }
    }
    return true
  }
}
