import PolicyBytecode

/// Reads a line into words and commands.
///
/// Invariant of the unsafe code: ``QuickShell/decode(_:_:)`` has made room for all bytes that words are copied to, so `text`, where
/// the batch's bytes begin, stays true while a line is read; indices below `end`, where the line ends, and the ranges of what was
/// copied lie within the bytes that are stored.
extension QuickShell {
  /// Reads the line that stands at `line`; false where it is not one that is read here.
  mutating func read(_ line: Range<Int>, _ facts: inout FactBuffer) -> Bool {
    let text = UnsafePointer(facts.arena.base)
    let classes = tables.classes
    let end = line.upperBound
    var at = line.lowerBound
    // NUL and the line ends of DOS are for the decoder.
    var high: UInt8 = 0
    var isOdd = false
    for index in line {
      let byte = text[index]
      high |= byte
      isOdd = isOdd || byte == 0 || byte == 0x0D
    }
    if isOdd || high >= 0x80 && !isText(line, facts) { return false }
    var link = Link.sequence
    while true {
      // To the next command.
      while at < end {
        let byte = text[at]
        if Ascii.isSpace(byte) {
          at += 1
        } else if byte == Ascii.hash {
          while at < end, text[at] != Ascii.newline { at += 1 }
        } else {
          break
        }
      }
      if at >= end { return link == .sequence && commands.count > 0 }
      let firstWord = words.count
      let firstFile = files.count
      var hasInput = false
      tokens: while at < end {
        let byte = text[at]
        switch classes[Int(byte)] {
        case QuickShellByte.blank: at += 1
        case QuickShellByte.newline, QuickShellByte.semicolon, QuickShellByte.pipe: break tokens
        case QuickShellByte.ampersand:
          guard at + 1 < end, text[at + 1] == Ascii.greater else { break tokens }
          at += at + 2 < end && text[at + 2] == Ascii.greater ? 3 : 2
          guard let target = target(&at, end, &facts) else { return false }
          files.append(File(word: target, isWritten: true))
        case QuickShellByte.less, QuickShellByte.greater:
          guard redirection(&at, end, descriptor: -1, hasInput: &hasInput, &facts) else { return false }
        case QuickShellByte.plain where byte == Ascii.hash:
          while at < end, text[at] != Ascii.newline { at += 1 }
        default:
          let start = at
          guard let word = word(&at, end, isFirst: words.count == firstWord, &facts) else { return false }
          if at < end, text[at] == Ascii.less || text[at] == Ascii.greater {
            if byte == Ascii.openBrace { return false }
            if let descriptor = descriptor(text, start, at) {
              guard redirection(&at, end, descriptor: descriptor, hasInput: &hasInput, &facts) else { return false }
              continue
            }
          }
          words.append(word)
        }
      }
      guard words.count > firstWord else { return false }
      commands.append(
        Command(
          words: ByteRange(firstWord, words.count), files: ByteRange(firstFile, files.count), link: link,
          hasInput: hasInput))
      if at >= end { return true }
      let isDoubled = at + 1 < end && text[at + 1] == text[at]
      switch classes[Int(text[at])] {
      case QuickShellByte.newline:
        link = .sequence
        at += 1
      case QuickShellByte.semicolon:
        if isDoubled || at + 1 < end && text[at + 1] == Ascii.ampersand { return false }
        link = .sequence
        at += 1
      case QuickShellByte.ampersand:
        guard isDoubled else { return false }
        link = .and
        at += 2
      default:
        if !isDoubled, at + 1 < end, text[at + 1] == Ascii.ampersand { return false }
        link = isDoubled ? .or : .pipe
        at += isDoubled ? 2 : 1
      }
    }
  }

  /// Whether the bytes are UTF-8.
  private func isText(_ range: Range<Int>, _ facts: borrowing FactBuffer) -> Bool {
    let bytes = UnsafeBufferPointer(start: facts.arena.base + range.lowerBound, count: range.count)
    return String(validating: bytes, as: UTF8.self) != nil
  }

  /// The descriptor that digits name, or nil.
  @inline(__always)
  private func descriptor(_ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int? {
    var number = 0
    for index in start..<end {
      guard Ascii.isDigit(text[index]) else { return nil }
      number = min(number * 10 + Int(text[index] - Ascii.zero), 9999)
    }
    return number
  }

  /// A redirection, from its first `<` or `>` on; false for one that is not read here.
  private mutating func redirection(
    _ at: inout Int, _ end: Int, descriptor: Int, hasInput: inout Bool, _ facts: inout FactBuffer
  ) -> Bool {
    let text = UnsafePointer(facts.arena.base)
    let isInput = text[at] == Ascii.less
    at += 1
    let next = at < end ? text[at] : 0
    if isInput {
      if next == Ascii.less || next == Ascii.greater || next == Ascii.ampersand { return false }
      guard let target = target(&at, end, &facts) else { return false }
      files.append(File(word: target, isWritten: false))
      if descriptor <= 0 { hasInput = true }
      return true
    }
    switch next {
    case Ascii.greater, Ascii.pipe: at += 1
    case Ascii.ampersand:
      at += 1
      guard let target = target(&at, end, &facts) else { return false }
      if descriptor == 0 { hasInput = true }
      for index in target.value.range where !Ascii.isDigit(text[index]) && text[index] != Ascii.dash {
        files.append(File(word: target, isWritten: true))
        break
      }
      return true
    default: break
    }
    guard let target = target(&at, end, &facts) else { return false }
    files.append(File(word: target, isWritten: true))
    return true
  }

  /// The word behind a redirection's sign.
  private mutating func target(_ at: inout Int, _ end: Int, _ facts: inout FactBuffer) -> Word? {
    let text = UnsafePointer(facts.arena.base)
    while at < end, Ascii.isBlank(text[at]) { at += 1 }
    guard at < end, text[at] != Ascii.hash else { return nil }
    let kind = tables.classes[Int(text[at])]
    if kind >= QuickShellByte.blank, kind < QuickShellByte.quote { return nil }
    return word(&at, end, isFirst: false, &facts)
  }

  // MARK: - Words

  /// The word that starts at `at`, or nil for one that is not read here. `isFirst` of what may be an assignment.
  @inline(__always)
  private mutating func word(_ at: inout Int, _ end: Int, isFirst: Bool, _ facts: inout FactBuffer) -> Word? {
    let text = UnsafePointer(facts.arena.base)
    let classes = tables.classes
    let start = at
    var seen: UInt32 = 0
    var kind = QuickShellByte.blank
    while at < end {
      kind = classes[Int(text[at])]
      if kind >= QuickShellByte.blank { break }
      seen |= 1 &<< UInt32(kind)
      at &+= 1
    }
    if at < end, kind >= QuickShellByte.quote { return quotedWord(&at, end, from: start, isFirst: isFirst, &facts) }
    var word = Word()
    word.value = ByteRange(start, at)
    word.spelling = word.value
    if text[start] == Ascii.tilde { hasTilde = true }
    if seen > 1 {
      guard accepts(word.spelling, seen, isFirst: isFirst, text) else { return nil }
      if seen & (1 << UInt32(QuickShellByte.glob)) != 0 {
        word.hasGlob = true
      } else if seen & (1 << UInt32(QuickShellByte.closeBracket)) != 0 {
        var isOpen = false
        for index in start..<at {
          if text[index] == Ascii.openBracket { isOpen = true }
          if text[index] == Ascii.closeBracket, isOpen { word.hasGlob = true }
        }
      }
      // What a class of one byte in a path is likely to match is for the decoder to say.
      if word.hasGlob, text[start] == Ascii.slash, seen & (1 << UInt32(QuickShellByte.openBracket)) != 0 { return nil }
    }
    return word
  }

  /// Whether a word with these kinds of bytes outside of quotes is surely no assignment and has no braces that expand.
  private func accepts(
    _ spelling: ByteRange, _ seen: UInt32, isFirst: Bool, _ text: UnsafePointer<UInt8>
  ) -> Bool {
    if isFirst {
      if seen & (1 << UInt32(QuickShellByte.equals) | 1 << UInt32(QuickShellByte.openBrace)) != 0 { return false }
      let isBracket = seen & (1 << UInt32(QuickShellByte.openBracket)) != 0
      if isBracket, text[Int(spelling.start)] != Ascii.openBracket { return false }
    }
    if seen & (1 << UInt32(QuickShellByte.openBrace)) != 0 {
      var previous: UInt8 = 0
      for index in spelling.range {
        let byte = text[index]
        if byte == Ascii.comma || byte == Ascii.dot && previous == Ascii.dot { return false }
        previous = byte
      }
    }
    return true
  }

  /// A word with quotes or backslashes in it. It is copied without them unless it is one quotation.
  private mutating func quotedWord(
    _ at: inout Int, _ end: Int, from start: Int, isFirst: Bool, _ facts: inout FactBuffer
  ) -> Word? {
    let text = UnsafePointer(facts.arena.base)
    let classes = tables.classes
    let copy = facts.arena.count
    var seen: UInt32 = 0
    var isOpen = false
    var word = Word()
    word.isCanonical = false
    at = start
    var isWhole = false
    scan: while at < end {
      let byte = text[at]
      let kind = classes[Int(byte)]
      switch kind {
      case QuickShellByte.quote:
        let from = at + 1
        at = from
        while at < end, text[at] != Ascii.quote { at += 1 }
        if at >= end { return nil }
        let until = at
        at += 1
        isWhole = from == start + 1 && ends(at, end, text)
        if isWhole {
          word.value = ByteRange(from, until)
          // In single quotes it stands in the canonical text, too, if it must.
          word.isCanonical = true
          break scan
        }
        facts.store(copying: from..<until)
      case QuickShellByte.doubleQuote:
        let from = at + 1
        at = from
        var stored = from
        while at < end, text[at] != Ascii.doubleQuote {
          let byte = text[at]
          if byte == Ascii.dollar || byte == Ascii.backquote { return nil }
          if byte == Ascii.backslash {
            let next = at + 1 < end ? text[at + 1] : Ascii.newline
            if next == Ascii.newline || next == Ascii.dollar || next == Ascii.backquote { return nil }
            if next == Ascii.backslash || next == Ascii.doubleQuote {
              facts.store(copying: stored..<at)
              stored = at + 1
              at += 1
            }
          }
          at += 1
        }
        if at >= end { return nil }
        let until = at
        at += 1
        isWhole = from == start + 1 && stored == from && ends(at, end, text)
        if isWhole {
          word.value = ByteRange(from, until)
          break scan
        }
        facts.store(copying: stored..<until)
      case QuickShellByte.backslash:
        guard at + 1 < end, text[at + 1] != Ascii.newline else { return nil }
        facts.store(text[at + 1])
        at += 2
      case QuickShellByte.unread: return nil
      default:
        if kind >= QuickShellByte.blank { break scan }
        if kind == QuickShellByte.glob { word.hasGlob = true }
        if kind == QuickShellByte.openBracket { isOpen = true }
        if kind == QuickShellByte.closeBracket, isOpen { word.hasGlob = true }
        if byte == Ascii.tilde, at == start { hasTilde = true }
        seen |= 1 &<< UInt32(kind)
        facts.store(byte)
        at += 1
      }
    }
    if !isWhole { word.value = ByteRange(copy, facts.arena.count) }
    word.spelling = ByteRange(start, at)
    guard seen <= 1 || accepts(word.spelling, seen, isFirst: isFirst, text) else { return nil }
    word.isQuoted = word.value.count == 0
    for index in word.value.range where text[index] <= Ascii.quote {
      switch text[index] {
      case Ascii.quote: (word.isQuoted, word.hasQuote) = (true, true)
      case Ascii.doubleQuote, Ascii.space, Ascii.tab, Ascii.newline: word.isQuoted = true
      default: break
      }
    }
    if !word.isQuoted { word.isCanonical = false }
    if word.hasGlob, isOpen, word.value.count > 0, text[Int(word.value.start)] == Ascii.slash { return nil }
    return word
  }

  /// Whether a word ends at `at`.
  @inline(__always)
  private func ends(_ at: Int, _ end: Int, _ text: UnsafePointer<UInt8>) -> Bool {
    if at >= end { return true }
    let kind = tables.classes[Int(text[at])]
    return kind >= QuickShellByte.blank && kind < QuickShellByte.quote
  }
}
