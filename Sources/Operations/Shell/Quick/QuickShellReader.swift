import PolicyBytecode

/// Reads a line into words and commands.
///
/// Invariant of the unsafe code: ``QuickShell/decode(_:_:)`` has made room for all bytes that words are copied to, so `text`, where
/// the batch's bytes begin, stays true while a line is read; indices below `end`, where the line ends, and the ranges of what was
/// copied lie within the bytes that are stored.
extension QuickShell {
  /// Reads the line that stands at `line`; false where it is not one that is read here.
  mutating func read(_ line: Range<Int>, _ facts: inout FactBuffer) -> Bool {
    let found = bits.read(UnsafePointer(facts.arena.base) + line.lowerBound, line.count)
    // NUL and the line ends of DOS are for the decoder.
    if found != [], found.contains(.odd) || !isText(line, facts) { return false }
    var at = line.lowerBound
    return list(&at, line, upTo: .end, &facts)
  }

  /// Reads commands up to what closes them: the end of `line`, the parenthesis that they stand in, which is not passed, or a
  /// keyword, which is, and is ``closedBy``. False where there are none, unless they may be `empty`, or some that are not
  /// read here.
  mutating func list(
    _ at: inout Int, _ line: Range<Int>, upTo closing: Closing, empty: Bool = false, _ facts: inout FactBuffer
  ) -> Bool {
    let text = UnsafePointer(facts.arena.base)
    let classes = tables.pointee.classes
    let end = line.upperBound
    let firstCommand = commands.count
    var link = Link.sequence
    // What was scoped before the commands that may be a job in the background together.
    var scopedBefore = scoped.count
    while true {
      // To the next command.
      while at < end {
        let byte = text[at]
        if Ascii.isSpace(byte) {
          at += 1
        } else if byte == Ascii.hash {
          guard skipComment(&at, end, text) else { return false }
        } else if isContinued(at, end, text) {
          at += 2
        } else {
          break
        }
      }
      let isDone = link == .sequence && (empty || commands.count > firstCommand)
      if at >= end { return closing == .end && isDone }
      if text[at] == Ascii.close { return closing == .parenthesis && isDone }
      var keyword = keyword(at, end, text)
      while keyword == .not {
        at += 1
        while at < end, Ascii.isBlank(text[at]) { at += 1 }
        guard link != .pipe, at < end, text[at] != Ascii.hash, text[at] != Ascii.newline, !isContinued(at, end, text)
        else { return false }
        keyword = self.keyword(at, end, text)
        if keyword.endsList { return false }
      }
      if keyword.endsList {
        closedBy = keyword
        at += closing == .keyword && isDone ? keyword.length : 0
        return closing == .keyword && isDone
      }
      if link == .sequence { scopedBefore = scoped.count }
      let scopedSoFar = scoped.count
      firstWord = words.count
      firstFile = files.count
      // Those of substitutions stand behind it.
      let number = commands.count
      commands.append(Command(link: link))
      let isCompound = keyword != .none
      if isCompound {
        guard compound(keyword, number, &at, line, &facts) else { return false }
      }
      var input = ShellInput.Kind.inherited
      var assigned = 0
      var assignsKnown = false
      // Behind `&>`, and of a compound command, there are no words.
      var isEnded = isCompound
      // Where words are split is assigned.
      var separates = false
      tokens: while at < end {
        let byte = text[at]
        if byte == Ascii.space {
          at &+= 1
          continue
        }
        switch classes[Int(byte)] {
        case QuickShellByte.blank: at += 1
        case QuickShellByte.newline, QuickShellByte.semicolon, QuickShellByte.pipe, QuickShellByte.close: break tokens
        case QuickShellByte.ampersand:
          guard at + 1 < end, text[at + 1] == Ascii.greater else { break tokens }
          at += at + 2 < end && text[at + 2] == Ascii.greater ? 3 : 2
          guard target(&at, line, isWritten: true, &facts) else { return false }
          isEnded = true
        case QuickShellByte.less where at + 1 < end && text[at + 1] == Ascii.open:
          guard !isEnded, processSubstitution(&at, line, &facts) else { return false }
        case QuickShellByte.less, QuickShellByte.greater:
          guard redirection(&at, line, descriptor: -1, input: &input, &facts) else { return false }
        case QuickShellByte.plain where byte == Ascii.hash:
          guard skipComment(&at, end, text) else { return false }
        case QuickShellByte.backslash where isContinued(at, end, text): at += 2
        default:
          if !isEnded, plainWords(&at, line, text) { continue }
          let start = at
          let isFirst = words.count == firstWord + assigned
          guard word(&at, line, isFirst: isFirst, &facts) else { return false }
          if isFirst, words[words.count - 1].traits.contains(.hasEquals), let name = assignedName(start, at, text) {
            // The value of some means more than where the line names them.
            if QuickShellText(facts).value(name, in: tables.pointee.variables) >= 0 {
              guard QuickShellText(facts).has("IFS", at: name) else { return false }
              separates = true
            }
            // What is assigned first may be known to the next.
            let isKnown = !words[words.count - 1].traits.contains(.isUnknown)
            if !isKnown, assignsKnown { return false }
            assignsKnown = assignsKnown || isKnown
            assigned += 1
          }
          if at < end, text[at] == Ascii.less || text[at] == Ascii.greater {
            if byte == Ascii.openBrace { return false }
            if let descriptor = descriptor(text, start, at) {
              words.truncate(to: words.count - 1)
              guard redirection(&at, line, descriptor: descriptor, input: &input, &facts) else { return false }
              continue
            }
          }
          if isEnded { return false }
        }
      }
      guard words.count > firstWord || files.count > firstFile || isCompound else { return false }
      let isReading =
        words.count > firstWord + assigned && words[firstWord + assigned].value.count == 4
        && QuickShellText(facts).has("read", at: words[firstWord + assigned].value)
      if isReading {
        guard noteRead(assigned, QuickShellText(facts)) else { return false }
      } else if separates {
        return false
      }
      commands[number].words = ByteRange(firstWord + assigned, words.count)
      commands[number].assigned = Int32(truncatingIfNeeded: assigned)
      if assigned > 0 {
        if words.count == firstWord + assigned {
          // What substitutions in values read is redirected before.
          if input != .inherited {
            for index in firstWord..<firstWord + assigned where words[index].traits.contains(.isLogged) { return false }
          }
          if !scope(assignments: assigned, QuickShellText(facts)) { (hasAssigned, hasAssignments) = (true, true) }
        } else {
          // The values are expanded behind the words.
          for index in firstWord..<firstWord + assigned where words[index].traits.contains(.isLogged) { return false }
        }
      }
      commands[number].files = ByteRange(firstFile, files.count)
      commands[number].input = input
      commands[number].end = Int32(truncatingIfNeeded: commands.count)
      // In a pipeline it ends with the command.
      let isScoping = scoped.count > scopedSoFar
      if isScoping, link == .pipe { return false }
      if at >= end { return closing == .end }
      let isDoubled = at + 1 < end && text[at + 1] == text[at]
      switch classes[Int(text[at])] {
      case QuickShellByte.close: return closing == .parenthesis
      case QuickShellByte.newline:
        link = .sequence
        at += 1
      case QuickShellByte.semicolon:
        if isDoubled || at + 1 < end && text[at + 1] == Ascii.ampersand { return false }
        link = .sequence
        at += 1
      case QuickShellByte.ampersand:
        if !isDoubled {
          if scoped.count > scopedBefore { return false }
          hasBackground = true
        }
        link = isDoubled ? .and : .sequence
        at += isDoubled ? 2 : 1
      default:
        if !isDoubled, isScoping || at + 1 < end && text[at + 1] == Ascii.ampersand { return false }
        link = isDoubled ? .or : .pipe
        at += isDoubled ? 2 : 1
      }
    }
  }

  /// Whether a backslash at a place, where no word has begun, takes away the end of the line.
  @inline(__always)
  private mutating func isContinued(_ at: Int, _ end: Int, _ text: UnsafePointer<UInt8>) -> Bool {
    text[at] == Ascii.backslash && at + 1 < end && text[at + 1] == Ascii.newline
  }

  /// The name of the variable that a word is assigned to, `NAME=…`; nil if it is no assignment.
  @inline(never)
  mutating func assignedName(_ start: Int, _ end: Int, _ text: UnsafePointer<UInt8>) -> ByteRange? {
    guard Ascii.isNameStart(text[start]) else { return nil }
    let nameEnd = nameEnd(start, end, text)
    return nameEnd < end && text[nameEnd] == Ascii.equals ? ByteRange(start, nameEnd) : nil
  }

  /// Where the name ends that starts at `start`.
  @inline(__always)
  mutating func nameEnd(_ start: Int, _ end: Int, _ text: UnsafePointer<UInt8>) -> Int {
    var at = start
    while at < end, Ascii.isName(text[at]) { at += 1 }
    return at
  }

  /// Passes over a comment; false in a substitution, whose end it may hide.
  private mutating func skipComment(_ at: inout Int, _ end: Int, _ text: UnsafePointer<UInt8>) -> Bool {
    while at < end, text[at] != Ascii.newline { at += 1 }
    return nesting == 0
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
    _ at: inout Int, _ line: Range<Int>, descriptor: Int, input: inout ShellInput.Kind, _ facts: inout FactBuffer
  ) -> Bool {
    let text = UnsafePointer(facts.arena.base)
    let isInput = text[at] == Ascii.less
    let end = line.upperBound
    at += 1
    let next = at < end ? text[at] : 0
    if isInput {
      if next == Ascii.less || next == Ascii.greater || next == Ascii.ampersand { return false }
      guard target(&at, line, isWritten: false, &facts) else { return false }
      if mayBeOpen(files[files.count - 1].word, text) { return false }
      if descriptor <= 0 { input = files[files.count - 1].word.traits.contains(.isUnknown) ? .unknown : .file }
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

  /// Whether a file may be one that is open, whose content others know of: its path ends like that of a descriptor, or matches any.
  private mutating func mayBeOpen(_ word: Word, _ text: UnsafePointer<UInt8>) -> Bool {
    guard word.valueEnd > word.valueStart else { return false }
    let last = text[Int(word.valueEnd) - 1]
    return last == 0x6E || Ascii.isDigit(last) || word.traits.contains(.hasGlob)
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
    let inner = commands.count
    // What a substitution in it runs comes behind what those in the words do.
    guard word(&at, line, isFirst: false, &facts), commands.count == inner else { return false }
    files.append(File(word: words[words.count - 1], isWritten: isWritten))
    words.truncate(to: words.count - 1)
    return true
  }
}
