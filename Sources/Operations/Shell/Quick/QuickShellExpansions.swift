import PolicyBytecode

/// Reads expansions: variables of which a line says nothing, and substitutions.
///
/// A value that is not known is spelled as it stands, so that most words with one are ranges of the line, too.
///
/// Invariant of the unsafe code: that of the reading of lines.
extension QuickShell {
  /// Substitutions and compound commands within each other.
  static let nesting = 4
  /// Substitutions in one line.
  static let substitutions = 16

  /// The word that is being read.
  struct Spelling {
    /// Where in ``QuickShell/building`` its value starts.
    let start: Int
    /// Where in ``QuickShell/unset`` its variables start.
    let firstUnset: Int
    /// Where in the batch's bytes it starts.
    let wordStart: Int
  }

  /// What begins with `$` or a back quote, into ``building``; false for what is not read here.
  mutating func expansion(
    _ at: inout Int, _ line: Range<Int>, isQuoted: Bool, _ spelled: Spelling, _ word: inout Word,
    _ facts: inout FactBuffer
  ) -> Bool {
    let text = UnsafePointer(facts.arena.base)
    let end = line.upperBound
    let start = at
    at += 1
    var value = Value.unknown
    let next = text[start] == Ascii.backquote ? Ascii.backquote : at < end ? text[at] : 0
    switch next {
    case Ascii.backquote where text[start] == Ascii.backquote:
      guard substitution(&at, line, upTo: Ascii.backquote, isQuoted: isQuoted, in: spelled.wordStart, &facts) else {
        return false
      }
      word.traits.insert(.isLogged)
    case Ascii.quote where !isQuoted, Ascii.doubleQuote where !isQuoted: return false
    case Ascii.openBracket: return false
    case Ascii.open where at + 1 < end && text[at + 1] == Ascii.open:
      guard let behind = arithmeticEnd(at + 2, end, text) else { return false }
      at = behind
    case Ascii.open:
      at += 1
      guard substitution(&at, line, upTo: Ascii.close, in: spelled.wordStart, &facts) else { return false }
      word.traits.insert(.isLogged)
    case Ascii.openBrace:
      at += 1
      let name = at
      guard passParameter(&at, end, text), at < end else { return false }
      if text[at] == Ascii.closeBrace {
        guard let known = variable(ByteRange(name, at), QuickShellText(facts)) else { return false }
        value = known
      } else {
        guard passOperation(&at, from: name, end, text) else { return false }
      }
      at += 1
    default:
      let name = at
      if passParameter(&at, end, text) {
        guard let known = variable(ByteRange(name, at), QuickShellText(facts)) else { return false }
        value = known
      } else {
        // It stands for itself.
        value = .spelled
      }
    }
    if value != .spelled { word.traits.insert(.isUnknown) }
    let place = building.count
    building.append(contentsOf: UnsafeBufferPointer(start: text + start, count: at - start))
    if value == .unset { unset.append(ByteRange(place, building.count)) }
    return true
  }

  /// `$'…'` with escapes of one letter, from the dollar on, into ``building``; false for one that is not read here.
  mutating func ansiQuotation(_ at: inout Int, _ end: Int, _ text: UnsafePointer<UInt8>) -> Bool {
    at += 2
    while at < end, text[at] != Ascii.quote {
      if text[at] == Ascii.backslash {
        guard at + 1 < end else { return false }
        let letter = text[at + 1]
        guard let byte = letter == Ascii.quote ? letter : ShellEscapes.simple(letter) else { return false }
        building.append(byte)
        at += 2
      } else {
        building.append(text[at])
        at += 1
      }
    }
    at += 1
    return at <= end
  }

  /// Passes over the name of a variable or one byte that is a parameter; false, and nothing is passed, if none is there.
  private mutating func passParameter(_ at: inout Int, _ end: Int, _ text: UnsafePointer<UInt8>) -> Bool {
    guard at < end else { return false }
    if Ascii.isNameStart(text[at]) {
      at = nameEnd(at, end, text)
      return true
    }
    switch text[at] {
    case Ascii.at, Ascii.star, Ascii.hash, Ascii.question, Ascii.dash, Ascii.dollar, Ascii.bang: break
    default: guard Ascii.isDigit(text[at]) else { return false }
    }
    at += 1
    return true
  }

  /// What a line says of the value of an expansion: that it is as good as its spelling, that it may be empty, or nothing.
  private enum Value { case spelled, unset, unknown }

  /// What is said of a parameter that stands for its whole value; nil for one whose value is known.
  private mutating func variable(_ name: ByteRange, _ text: QuickShellText) -> Value? {
    if hasAssigned { return nil }
    hasVariable = true
    guard Ascii.isNameStart(text[Int(name.start)]) else { return .unknown }
    if text.has("IFS", at: name) { return nil }
    if text.has("PWD", at: name) { hasDirectoryVariable = true }
    if isScoped(name, text) { return .unknown }
    // Not known, but spelled in one way: see `ShellPaths`.
    return text.has("HOME", at: name) ? .spelled : .unset
  }

  /// Passes over what is done to a parameter's value, up to the brace; false where the value may be another text of the line.
  private mutating func passOperation(
    _ at: inout Int, from name: Int, _ end: Int, _ text: UnsafePointer<UInt8>
  ) -> Bool {
    if hasAssigned { return false }
    hasVariable = true
    let first = text[name]
    if first == Ascii.hash || first == Ascii.bang {
      // A length or an indirection, of a variable only.
      guard Ascii.isNameStart(text[at]) else { return false }
      at = nameEnd(at, end, text)
      return at < end && text[at] == Ascii.closeBrace
    }
    guard Ascii.isNameStart(first) else { return false }
    if text[at] == Ascii.openBracket {
      at += 1
      while at < end, Ascii.isName(text[at]) || text[at] == Ascii.at || text[at] == Ascii.star { at += 1 }
      guard at + 1 < end, text[at] == Ascii.closeBracket else { return false }
      at += 1
    }
    let op = text[at] == Ascii.colon && at + 1 < end ? text[at + 1] : text[at]
    if op == Ascii.dash || op == Ascii.equals { return false }
    while at < end, text[at] != Ascii.closeBrace {
      let isPlain = Ascii.isName(text[at]) || Self.isInOperations(text[at])
      guard isPlain else { return false }
      at += 1
    }
    return at < end
  }

  private static func isInOperations(_ byte: UInt8) -> Bool {
    switch byte {
    case Ascii.at, Ascii.star, Ascii.hash, Ascii.question, Ascii.percent, Ascii.slash, Ascii.dot, Ascii.colon,
      Ascii.dash, Ascii.comma, Ascii.plus, Ascii.equals:
      true
    default: false
    }
  }

  /// Where `$(( ))` ends whose text starts at `start`; nil where that is not read here.
  private mutating func arithmeticEnd(_ start: Int, _ end: Int, _ text: UnsafePointer<UInt8>) -> Int? {
    var depth = 1
    for index in start..<end {
      switch text[index] {
      case Ascii.open: depth += 1
      case Ascii.close:
        depth -= 1
        if depth == 0 { return index + 1 < end && text[index + 1] == Ascii.close ? index + 2 : nil }
      case Ascii.quote, Ascii.doubleQuote, Ascii.backquote, Ascii.backslash, Ascii.dollar: return nil
      default: break
      }
    }
    return nil
  }

  // MARK: - Substitutions

  /// The commands of a substitution that start at `at`, and what closes it.
  private mutating func substitution(
    _ at: inout Int, _ line: Range<Int>, upTo closing: UInt8, isQuoted: Bool = false, in wordStart: Int,
    _ facts: inout FactBuffer
  ) -> Bool {
    guard nesting < Self.nesting, substituted < Self.substitutions else { return false }
    let text = UnsafePointer(facts.arena.base)
    let outer = (word: firstWord, file: firstFile)
    let wordEnd = words.count
    let fileEnd = files.count
    let first = commands.count
    let known = scoped.count
    let hadAssigned = hasAssigned
    nesting += 1
    substituted += 1
    if closing == Ascii.close {
      guard list(&at, line, upTo: .parenthesis, empty: true, &facts), at < line.upperBound else { return false }
    } else {
      var close = at
      while close < line.upperBound, text[close] != Ascii.backquote {
        if text[close] == Ascii.backslash, close + 1 < line.upperBound {
          // A backslash that is taken away.
          switch text[close + 1] {
          case Ascii.backquote, Ascii.backslash, Ascii.dollar: return false
          case Ascii.doubleQuote where isQuoted: return false
          default: break
          }
        }
        close += 1
      }
      guard close < line.upperBound,
        list(&at, line.lowerBound..<close, upTo: .end, empty: true, &facts), at == close
      else { return false }
    }
    at += 1
    nesting -= 1
    scoped.truncate(to: known)
    hasAssigned = hadAssigned
    // Words and files of a command stand together: those that were read so far, behind those of the substitution.
    firstWord = words.count
    words.append(copying: outer.word..<wordEnd)
    firstFile = files.count
    files.append(copying: outer.file..<fileEnd)
    if commands.count > first {
      commands[first].listEnd = Int32(truncatingIfNeeded: commands.count)
      commands[first].wordStart = Int32(truncatingIfNeeded: wordStart)
    }
    return true
  }

  /// `<( )`, which is a word of its own.
  mutating func processSubstitution(_ at: inout Int, _ line: Range<Int>, _ facts: inout FactBuffer) -> Bool {
    let text = UnsafePointer(facts.arena.base)
    let start = at
    // Joined to a word, or to the descriptor of a redirection, it is no word of its own.
    let previous = start > line.lowerBound ? tables.pointee.classes[Int(text[start - 1])] : QuickShellByte.blank
    guard previous >= QuickShellByte.blank, previous < QuickShellByte.less else { return false }
    if words.count > firstWord, Int(words[words.count - 1].end) == start { return false }
    if files.count > firstFile, Int(files[files.count - 1].word.end) == start { return false }
    at += 2
    guard substitution(&at, line, upTo: Ascii.close, in: start, &facts), ends(at, line.upperBound, text) else {
      return false
    }
    // `<(a)<(b)`
    if at < line.upperBound, text[at] == Ascii.less || text[at] == Ascii.greater { return false }
    var word = Word(start, at, [.isMarked, .hasEquals, .isUnknown, .isLogged, .isProcess])
    quote(&word, text)
    words.append(word)
    return true
  }

  /// Whether the commands of a substitution print what is known: words that are, by one `echo` or `printf`.
  mutating func isPrintingText(_ list: Range<Int>, _ text: QuickShellText) -> Bool {
    let command = commands[list.lowerBound]
    let isOne = Int(command.end) == list.upperBound && command.files.count == 0
    guard isOne, command.kind == .simple, command.words.count > 0 else { return false }
    let program = words[Int(command.words.start)].value
    guard text.has("echo", at: program) || text.has("printf", at: program) else { return false }
    for index in command.words.range where words[index].traits.contains(.isUnknown) { return false }
    return true
  }

  // MARK: - Variables that may be empty

  /// Whether the value of a word is likely to be another where the variables in it are not set. See
  /// ``ShellDecoder/reading(of:)``.
  mutating func mayHide(_ spelled: Spelling) -> Bool {
    let ranges = spelled.firstUnset..<unset.count
    if ranges.isEmpty { return false }
    let first = spelled.start
    let end = building.count
    for number in ranges {
      let range = unset[number]
      if end - first <= range.count + 1 { continue }
      let before = Int(range.start) > first ? building[Int(range.start) - 1] : Ascii.slash
      let after = Int(range.end) < end ? building[Int(range.end)] : Ascii.slash
      guard ShellDecoder.partsWords(before), ShellDecoder.partsWords(after) else { continue }
      var isRoot = false
      if Int(range.start) == first + 1, before == Ascii.slash, after == Ascii.slash {
        for index in Int(range.end)..<end where building[index] != Ascii.slash { isRoot = true }
      }
      if isRoot { continue }
      if !isRootWithoutUnset(ranges, from: first) { return false }
      break
    }
    var hidden = 0
    for number in ranges { hidden += unset[number].count }
    return hidden < end - first && isEach(outside: ranges, from: first) { !Ascii.isSpace($0) }
  }

  private mutating func isRootWithoutUnset(_ ranges: Range<Int>, from first: Int) -> Bool {
    building[first] == Ascii.slash && isEach(outside: ranges, from: first) { $0 == Ascii.slash }
  }

  /// Whether something holds of each byte of a word outside of variables that are not set.
  @inline(__always)
  private mutating func isEach(outside ranges: Range<Int>, from first: Int, _ holds: (UInt8) -> Bool) -> Bool {
    var number = ranges.lowerBound
    var index = first
    while index < building.count {
      if number < ranges.upperBound, index == Int(unset[number].start) {
        index = Int(unset[number].end)
        number += 1
        continue
      }
      if !holds(building[index]) { return false }
      index += 1
    }
    return true
  }
}
