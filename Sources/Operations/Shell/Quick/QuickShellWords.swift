import PolicyBytecode

/// Reads words.
///
/// Invariant of the unsafe code: that of the reading of lines.
extension QuickShell {
  /// Appends the words from `at` on, where no comment starts, that stand for themselves and have a space or the end of the line
  /// behind them, as most do; whether there is one.
  @inline(never)
  mutating func plainWords(_ at: inout Int, _ line: Range<Int>, _ text: UnsafePointer<UInt8>) -> Bool {
    let base = line.lowerBound
    let end = line.upperBound
    let bits = bits
    var next = at
    while text[next] != Ascii.tilde {
      let wordEnd = base &+ bits.special(from: next &- base)
      if wordEnd == next || wordEnd < end && text[wordEnd] != Ascii.space { break }
      words.append(Word(next, wordEnd, bits.isMarked(next &- base, wordEnd &- base) ? .isMarked : []))
      next = wordEnd
      while next < end, text[next] == Ascii.space { next &+= 1 }
      if next == end || text[next] == Ascii.hash { break }
    }
    defer { at = next }
    return next > at
  }

  /// Appends the word that starts at `at`; false for one that is not read here. `isFirst` of what may be an assignment.
  @inline(__always)
  mutating func word(
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
        if kind >= QuickShellByte.quote { return quotedWord(&at, line, from: start, isFirst: isFirst, &facts) }
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
    return seen == 0 || note(seen, isFirst: isFirst, end, text)
  }

  /// Notes what a word without quotes has of globs, brackets, braces and `=`; false for one that is not read here.
  private mutating func note(_ seen: UInt32, isFirst: Bool, _ end: Int, _ text: UnsafePointer<UInt8>) -> Bool {
    var word = words[words.count - 1]
    let separates = seen & (1 << UInt32(QuickShellByte.openBrace)) != 0 && separates(word, text)
    guard accepts(word, seen, separates: separates, isFirst: isFirst, end, text) else { return false }
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

  /// Whether a word with these kinds of bytes outside of quotes has no braces that expand, and assigns nothing but a value to a
  /// variable.
  private mutating func accepts(
    _ word: Word, _ seen: UInt32, separates: Bool, isFirst: Bool, _ end: Int, _ text: UnsafePointer<UInt8>
  ) -> Bool {
    if isFirst {
      if seen & (1 << UInt32(QuickShellByte.openBracket)) != 0, isElement(Int(word.start), end, text) { return false }
      // Braces in what is assigned do not expand: the decoder knows.
      if seen & (1 << UInt32(QuickShellByte.openBrace)) != 0 { return false }
      if seen & (1 << UInt32(QuickShellByte.equals)) != 0, isAppending(Int(word.start), end, text) { return false }
    }
    return !separates || seen & (1 << UInt32(QuickShellByte.openBrace)) == 0
  }

  /// Whether there is a comma or `..` in a word without quotes, which make its braces expand.
  private mutating func separates(_ word: Word, _ text: UnsafePointer<UInt8>) -> Bool {
    var previous: UInt8 = 0
    for index in Int(word.start)..<Int(word.end) {
      let byte = text[index]
      if byte == Ascii.comma || byte == Ascii.dot && previous == Ascii.dot { return true }
      previous = byte
    }
    return false
  }

  /// Whether `NAME+=` stands at `start`.
  private mutating func isAppending(_ start: Int, _ end: Int, _ text: UnsafePointer<UInt8>) -> Bool {
    let at = nameEnd(start, end, text)
    return at > start && at + 1 < end && text[at] == Ascii.plus && text[at + 1] == Ascii.equals
  }

  /// Whether `NAME[` stands at `start`, which may be that of `NAME[…]=…`: the subscript may have blanks in it.
  private mutating func isElement(_ start: Int, _ end: Int, _ text: UnsafePointer<UInt8>) -> Bool {
    guard Ascii.isNameStart(text[start]) else { return false }
    var at = nameEnd(start, end, text)
    guard at < end, text[at] == Ascii.openBracket else { return false }
    while at < end {
      if text[at] == Ascii.equals, text[at - 1] == Ascii.closeBracket || text[at - 1] == Ascii.plus { return true }
      at += 1
    }
    return false
  }

  /// A word with quotes, backslashes or expansions in it. It is copied without quotes unless it has none, or is one
  /// quotation.
  private mutating func quotedWord(
    _ at: inout Int, _ line: Range<Int>, from start: Int, isFirst: Bool, _ facts: inout FactBuffer
  ) -> Bool {
    let text = UnsafePointer(facts.arena.base)
    let classes = tables.pointee.classes
    let end = line.upperBound
    let spelled = Spelling(start: building.count, firstUnset: unset.count, wordStart: start)
    defer {
      building.truncate(to: spelled.start)
      unset.truncate(to: spelled.firstUnset)
    }
    var seen: UInt32 = 0
    var isOpen = false
    var hasQuotes = false
    // What makes braces expand.
    var separates = false
    var previous: UInt8 = 0
    var word = Word(start, start, [.respelled, .isMarked, .hasEquals])
    at = start
    var isWhole = false
    scan: while at < end {
      let byte = text[at]
      let kind = classes[Int(byte)]
      switch kind {
      case QuickShellByte.quote:
        let from = at + 1
        at = special(from: from, line)
        while at < end, text[at] != Ascii.quote { at = special(from: at + 1, line) }
        if at >= end { return false }
        let until = at
        at += 1
        hasQuotes = true
        isWhole = from == start + 1 && ends(at, end, text)
        if isWhole {
          word.setValue(from, until)
          // In single quotes it stands in the canonical text, too, if it must.
          word.traits.remove(.respelled)
          break scan
        }
        building.append(contentsOf: UnsafeBufferPointer(start: text + from, count: until - from))
      case QuickShellByte.doubleQuote:
        let from = at + 1
        guard let isSpelled = quotation(&at, line, spelled, &word, &facts) else { return false }
        hasQuotes = true
        isWhole = isSpelled && from == start + 1 && ends(at, end, text)
        if isWhole {
          word.setValue(from, at - 1)
          break scan
        }
      case QuickShellByte.backslash:
        guard at + 1 < end, text[at + 1] != Ascii.newline else { return false }
        hasQuotes = true
        building.append(text[at + 1])
        at += 2
      case QuickShellByte.expansion where byte == Ascii.dollar && at + 1 < end && text[at + 1] == Ascii.quote:
        guard ansiQuotation(&at, end, text) else { return false }
        hasQuotes = true
      case QuickShellByte.expansion:
        guard expansion(&at, line, isQuoted: false, spelled, &word, &facts) else { return false }
      case QuickShellByte.open: return false
      default:
        if kind >= QuickShellByte.blank { break scan }
        if kind == QuickShellByte.glob { word.traits.insert(.hasGlob) }
        if kind == QuickShellByte.openBracket { isOpen = true }
        if kind == QuickShellByte.closeBracket, isOpen { word.traits.insert(.hasGlob) }
        if byte == Ascii.tilde, at == start { hasTilde = true }
        if byte == Ascii.comma || byte == Ascii.dot && previous == Ascii.dot { separates = true }
        previous = byte
        seen |= 1 &<< UInt32(kind)
        building.append(byte)
        at += 1
      }
    }
    if !hasQuotes {
      word.setValue(start, at)
      word.traits.remove(.respelled)
    } else if !isWhole {
      let copy = facts.store(
        UnsafeBufferPointer(start: building.base + spelled.start, count: building.count - spelled.start))
      word.setValue(copy, facts.arena.count)
    }
    word.end = Int32(truncatingIfNeeded: at)
    guard seen <= 1 || accepts(word, seen, separates: separates, isFirst: isFirst, end, text) else { return false }
    if mayHide(spelled) { return false }
    let hasBracket = quote(&word, text)
    // Where it is taken for an element of an array, it runs a command.
    if hasBracket, isOpen || hasQuotes, !word.traits.contains(.isUnknown),
      ShellDecoder.runsInArithmetic(QuickShellText(facts).bytes(word.value))
    {
      return false
    }
    words.append(word)
    let hasClass = word.traits.contains(.hasGlob) && isOpen
    return !hasClass || word.valueStart == word.valueEnd || text[Int(word.valueStart)] != Ascii.slash
  }

  /// Where the next special byte stands from `at`, at most the end of the line, on; that end if there is none.
  @inline(__always)
  private mutating func special(from at: Int, _ line: Range<Int>) -> Int {
    line.lowerBound &+ bits.special(from: at &- line.lowerBound)
  }

  /// Notes how a word stands in the canonical text; says whether there may be an opening bracket in it.
  @discardableResult
  mutating func quote(_ word: inout Word, _ text: UnsafePointer<UInt8>) -> Bool {
    if word.valueStart == word.valueEnd { word.traits.insert(.quoted) }
    var hasBracket = false
    let range = word.value.range
    // All that is looked for is special.
    let isInLine = range.lowerBound >= line.lowerBound && range.upperBound <= line.upperBound
    var at = isInLine ? special(from: range.lowerBound, line) : range.lowerBound
    while at < range.upperBound {
      switch text[at] {
      case Ascii.quote: word.traits.formUnion([.quoted, .hasQuote])
      case Ascii.doubleQuote, Ascii.space, Ascii.tab, Ascii.newline: word.traits.insert(.quoted)
      case Ascii.openBracket: hasBracket = true
      default: break
      }
      at = isInLine ? special(from: at + 1, line) : at + 1
    }
    let isSpelled = word.valueStart == word.start
    // It stands as it is spelled if it needs quotes and has them, or needs none and has none.
    if word.traits.contains(.quoted) == isSpelled { word.traits.insert(.respelled) }
    return hasBracket
  }

  /// What stands in double quotes, from the first of them on, into ``building``; says whether that is how it is spelled, nil
  /// where it is not read here.
  private mutating func quotation(
    _ at: inout Int, _ line: Range<Int>, _ spelled: Spelling, _ word: inout Word, _ facts: inout FactBuffer
  ) -> Bool? {
    let text = UnsafePointer(facts.arena.base)
    let end = line.upperBound
    var stored = at + 1
    at = special(from: stored, line)
    var isSpelled = true
    while at < end, text[at] != Ascii.doubleQuote {
      switch text[at] {
      case Ascii.dollar, Ascii.backquote:
        building.append(contentsOf: UnsafeBufferPointer(start: text + stored, count: at - stored))
        guard expansion(&at, line, isQuoted: true, spelled, &word, &facts) else { return nil }
        stored = at
      case Ascii.backslash:
        let next = at + 1 < end ? text[at + 1] : Ascii.newline
        if next == Ascii.newline { return nil }
        if next == Ascii.backslash || next == Ascii.doubleQuote || next == Ascii.dollar || next == Ascii.backquote {
          building.append(contentsOf: UnsafeBufferPointer(start: text + stored, count: at - stored))
          isSpelled = false
          at += 1
          stored = at
        }
        at += 1
      default: at = special(from: at + 1, line)
      }
    }
    if at >= end { return nil }
    building.append(contentsOf: UnsafeBufferPointer(start: text + stored, count: at - stored))
    at += 1
    return isSpelled
  }

  /// Whether a word ends at `at`.
  @inline(__always)
  mutating func ends(_ at: Int, _ end: Int, _ text: UnsafePointer<UInt8>) -> Bool {
    if at >= end { return true }
    let kind = tables.pointee.classes[Int(text[at])]
    return kind >= QuickShellByte.blank && kind < QuickShellByte.quote
  }
}
