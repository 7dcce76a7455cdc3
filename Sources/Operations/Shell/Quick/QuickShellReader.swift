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
    let classes = tables.pointee.classes
    let end = line.upperBound
    var at = line.lowerBound
    let found = bits.read(text + line.lowerBound, line.count)
    // NUL and the line ends of DOS are for the decoder.
    if found != [], found.contains(.odd) || !isText(line, facts) { return false }
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
        if byte == Ascii.space {
          at &+= 1
          continue
        }
        switch classes[Int(byte)] {
        case QuickShellByte.blank: at += 1
        case QuickShellByte.newline, QuickShellByte.semicolon, QuickShellByte.pipe: break tokens
        case QuickShellByte.ampersand:
          guard at + 1 < end, text[at + 1] == Ascii.greater else { break tokens }
          at += at + 2 < end && text[at + 2] == Ascii.greater ? 3 : 2
          guard target(&at, line, isWritten: true, &facts) else { return false }
        case QuickShellByte.less, QuickShellByte.greater:
          guard redirection(&at, line, descriptor: -1, hasInput: &hasInput, &facts) else { return false }
        case QuickShellByte.plain where byte == Ascii.hash:
          while at < end, text[at] != Ascii.newline { at += 1 }
        default:
          let start = at
          guard word(&at, line, isFirst: words.count == firstWord, &facts) else { return false }
          if at < end, text[at] == Ascii.less || text[at] == Ascii.greater {
            if byte == Ascii.openBrace { return false }
            if let descriptor = descriptor(text, start, at) {
              words.truncate(to: words.count - 1)
              guard redirection(&at, line, descriptor: descriptor, hasInput: &hasInput, &facts) else { return false }
              continue
            }
          }
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
  private mutating func isText(_ range: Range<Int>, _ facts: borrowing FactBuffer) -> Bool {
    let bytes = UnsafeBufferPointer(start: facts.arena.base + range.lowerBound, count: range.count)
    return String(validating: bytes, as: UTF8.self) != nil
  }

  /// The descriptor that digits name, or nil.
  @inline(__always)
  private mutating func descriptor(_ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int? {
    var number = 0
    for index in start..<end {
      guard Ascii.isDigit(text[index]) else { return nil }
      number = min(number * 10 + Int(text[index] - Ascii.zero), 9999)
    }
    return number
  }

  /// A redirection, from its first `<` or `>` on; false for one that is not read here.
  private mutating func redirection(
    _ at: inout Int, _ line: Range<Int>, descriptor: Int, hasInput: inout Bool, _ facts: inout FactBuffer
  ) -> Bool {
    let text = UnsafePointer(facts.arena.base)
    let isInput = text[at] == Ascii.less
    let end = line.upperBound
    at += 1
    let next = at < end ? text[at] : 0
    if isInput {
      if next == Ascii.less || next == Ascii.greater || next == Ascii.ampersand { return false }
      guard target(&at, line, isWritten: false, &facts) else { return false }
      if descriptor <= 0 { hasInput = true }
      return true
    }
    switch next {
    case Ascii.greater, Ascii.pipe: at += 1
    case Ascii.ampersand:
      at += 1
      guard target(&at, line, isWritten: true, &facts) else { return false }
      if descriptor == 0 { return false }
      // A descriptor is no file.
      for index in files[files.count - 1].word.value.range
      where !Ascii.isDigit(text[index]) && text[index] != Ascii.dash { return true }
      files.truncate(to: files.count - 1)
      return true
    default: break
    }
    return target(&at, line, isWritten: true, &facts)
  }

  /// The file that the word behind a redirection's sign names.
  private mutating func target(
    _ at: inout Int, _ line: Range<Int>, isWritten: Bool, _ facts: inout FactBuffer
  ) -> Bool {
    let text = UnsafePointer(facts.arena.base)
    while at < line.upperBound, Ascii.isBlank(text[at]) { at += 1 }
    guard at < line.upperBound, text[at] != Ascii.hash else { return false }
    let kind = tables.pointee.classes[Int(text[at])]
    if kind >= QuickShellByte.blank, kind < QuickShellByte.quote { return false }
    guard word(&at, line, isFirst: false, &facts) else { return false }
    files.append(File(word: words[words.count - 1], isWritten: isWritten))
    words.truncate(to: words.count - 1)
    return true
  }

  // MARK: - Words

  /// Appends the word that starts at `at`; false for one that is not read here. `isFirst` of what may be an assignment.
  @inline(__always)
  private mutating func word(
    _ at: inout Int, _ line: Range<Int>, isFirst: Bool, _ facts: inout FactBuffer
  ) -> Bool {
    let text = UnsafePointer(facts.arena.base)
    let base = line.lowerBound
    let end = line.upperBound
    let start = at
    var seen: UInt32 = 0
    while true {
      at = base &+ bits.special(from: at &- base)
      if at >= end { break }
      let kind = tables.pointee.classes[Int(text[at])]
      if kind >= QuickShellByte.blank {
        if kind >= QuickShellByte.quote { return quotedWord(&at, end, from: start, isFirst: isFirst, &facts) }
        break
      }
      seen |= 1 &<< UInt32(kind)
      at &+= 1
    }
    var traits = Traits()
    if text[start] == Ascii.tilde {
      hasTilde = true
      traits = .isMarked
    }
    if bits.isMarked(start &- base, at &- base) { traits = .isMarked }
    words.append(Word(start, at, traits))
    return seen == 0 || note(seen, isFirst: isFirst, text)
  }

  /// Notes what a word without quotes has of globs, brackets, braces and `=`; false for one that is not read here.
  private mutating func note(_ seen: UInt32, isFirst: Bool, _ text: UnsafePointer<UInt8>) -> Bool {
    var word = words[words.count - 1]
    guard accepts(word, seen, isFirst: isFirst, text) else { return false }
    if seen & (1 << UInt32(QuickShellByte.equals)) != 0 { word.traits.insert(.hasEquals) }
    if seen & (1 << UInt32(QuickShellByte.glob)) != 0 {
      word.traits.insert(.hasGlob)
    } else if seen & (1 << UInt32(QuickShellByte.closeBracket)) != 0 {
      var isOpen = false
      for index in word.value.range {
        if text[index] == Ascii.openBracket { isOpen = true }
        if text[index] == Ascii.closeBracket, isOpen { word.traits.insert(.hasGlob) }
      }
    }
    words[words.count - 1] = word
    // What a class of one byte in a path is likely to match is for the decoder to say.
    let hasClass = word.traits.contains(.hasGlob) && seen & (1 << UInt32(QuickShellByte.openBracket)) != 0
    return !hasClass || text[Int(word.valueStart)] != Ascii.slash
  }

  /// Whether a word with these kinds of bytes outside of quotes is surely no assignment and has no braces that expand.
  private mutating func accepts(
    _ word: Word, _ seen: UInt32, isFirst: Bool, _ text: UnsafePointer<UInt8>
  ) -> Bool {
    if isFirst {
      if seen & (1 << UInt32(QuickShellByte.equals) | 1 << UInt32(QuickShellByte.openBrace)) != 0 { return false }
      let isBracket = seen & (1 << UInt32(QuickShellByte.openBracket)) != 0
      if isBracket, text[Int(word.start)] != Ascii.openBracket { return false }
    }
    if seen & (1 << UInt32(QuickShellByte.openBrace)) != 0 {
      var previous: UInt8 = 0
      for index in Int(word.start)..<Int(word.end) {
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
  ) -> Bool {
    let text = UnsafePointer(facts.arena.base)
    let classes = tables.pointee.classes
    let copy = facts.arena.count
    var seen: UInt32 = 0
    var isOpen = false
    var word = Word(start, start, [.respelled, .isMarked, .hasEquals])
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
        if at >= end { return false }
        let until = at
        at += 1
        isWhole = from == start + 1 && ends(at, end, text)
        if isWhole {
          (word.valueStart, word.valueEnd) = (Int32(truncatingIfNeeded: from), Int32(truncatingIfNeeded: until))
          // In single quotes it stands in the canonical text, too, if it must.
          word.traits.remove(.respelled)
          break scan
        }
        facts.store(copying: from..<until)
      case QuickShellByte.doubleQuote:
        let from = at + 1
        at = from
        var stored = from
        while at < end, text[at] != Ascii.doubleQuote {
          let byte = text[at]
          if byte == Ascii.dollar || byte == Ascii.backquote { return false }
          if byte == Ascii.backslash {
            let next = at + 1 < end ? text[at + 1] : Ascii.newline
            if next == Ascii.newline || next == Ascii.dollar || next == Ascii.backquote { return false }
            if next == Ascii.backslash || next == Ascii.doubleQuote {
              facts.store(copying: stored..<at)
              stored = at + 1
              at += 1
            }
          }
          at += 1
        }
        if at >= end { return false }
        let until = at
        at += 1
        isWhole = from == start + 1 && stored == from && ends(at, end, text)
        if isWhole {
          (word.valueStart, word.valueEnd) = (Int32(truncatingIfNeeded: from), Int32(truncatingIfNeeded: until))
          break scan
        }
        facts.store(copying: stored..<until)
      case QuickShellByte.backslash:
        guard at + 1 < end, text[at + 1] != Ascii.newline else { return false }
        facts.store(text[at + 1])
        at += 2
      case QuickShellByte.unread: return false
      default:
        if kind >= QuickShellByte.blank { break scan }
        if kind == QuickShellByte.glob { word.traits.insert(.hasGlob) }
        if kind == QuickShellByte.openBracket { isOpen = true }
        if kind == QuickShellByte.closeBracket, isOpen { word.traits.insert(.hasGlob) }
        if byte == Ascii.tilde, at == start { hasTilde = true }
        seen |= 1 &<< UInt32(kind)
        facts.store(byte)
        at += 1
      }
    }
    if !isWhole {
      word.valueStart = Int32(truncatingIfNeeded: copy)
      word.valueEnd = Int32(truncatingIfNeeded: facts.arena.count)
    }
    word.end = Int32(truncatingIfNeeded: at)
    guard seen <= 1 || accepts(word, seen, isFirst: isFirst, text) else { return false }
    if word.valueStart == word.valueEnd { word.traits.insert(.quoted) }
    for index in word.value.range where text[index] <= Ascii.quote {
      switch text[index] {
      case Ascii.quote: word.traits.formUnion([.quoted, .hasQuote])
      case Ascii.doubleQuote, Ascii.space, Ascii.tab, Ascii.newline: word.traits.insert(.quoted)
      default: break
      }
    }
    if !word.traits.contains(.quoted) { word.traits.insert(.respelled) }
    words.append(word)
    let hasClass = word.traits.contains(.hasGlob) && isOpen
    return !hasClass || word.valueStart == word.valueEnd || text[Int(word.valueStart)] != Ascii.slash
  }

  /// Whether a word ends at `at`.
  @inline(__always)
  private mutating func ends(_ at: Int, _ end: Int, _ text: UnsafePointer<UInt8>) -> Bool {
    if at >= end { return true }
    let kind = tables.pointee.classes[Int(text[at])]
    return kind >= QuickShellByte.blank && kind < QuickShellByte.quote
  }
}
