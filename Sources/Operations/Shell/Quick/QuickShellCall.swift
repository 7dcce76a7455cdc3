import PolicyBytecode

/// One program about to run, as ``ShellCall``, but with nothing to allocate or to count.
struct QuickShellCall {
  /// See ``ShellArguments/Option``.
  struct Option: BitwiseCopyable {
    var letter: UInt8 = 0
    var naming = Naming.word
    var use = ShellProgram.Use.none
    /// Of one of `find`'s.
    var primary = ShellDecoder.Primary()
    /// See ``naming``.
    var name = ByteRange()
    /// The index of the word that has the value, or -1; and where in the batch's bytes it starts.
    var word: Int32 = -1
    var start: Int32 = 0

    var hasValue: Bool { word >= 0 }
    var isNameInTable: Bool { naming == .table }
  }

  /// What the name of an option is.
  enum Naming: UInt8 {
    /// A range of the batch's bytes.
    case word
    /// The same, and the flag as it is told, though it is given by a letter.
    case letter
    /// A range of ``QuickShellTables/text``.
    case table
  }

  /// A range of words, the program first.
  var argv: Range<Int>
  /// Its base name, in the batch's bytes, and the hash of that.
  var name: ByteRange
  var hash: UInt32
  /// In ``QuickShellTables``.
  var program: UnsafePointer<ShellProgram>
  /// Ranges of ``QuickShell/options`` and ``QuickShell/operands``.
  var options: Range<Int>
  var operands: Range<Int>
}

/// The batch's bytes.
///
/// Invariant: the bytes at `base` are those of a buffer that has had `count` of them, and nothing was added to it since.
struct QuickShellText: BitwiseCopyable {
  let base: UnsafePointer<UInt8>
  let count: Int

  @inline(__always)
  init(_ facts: borrowing FactBuffer) {
    base = UnsafePointer(facts.arena.base)
    count = facts.arena.count
  }

  @inline(__always)
  subscript(_ index: Int) -> UInt8 {
    precondition(index >= 0 && index < count, "index out of range")
    return base[index]
  }

  /// The bytes at a range, for as long as those of the batch stay where they are.
  @inline(__always)
  func bytes(_ range: ByteRange) -> UnsafeBufferPointer<UInt8> {
    precondition(range.start >= 0 && range.start <= range.end && Int(range.end) <= count, "range out of bounds")
    return UnsafeBufferPointer(start: base + Int(range.start), count: range.count)
  }

  @inline(__always)
  func has(_ word: StaticString, at range: ByteRange) -> Bool {
    range.count == word.utf8CodeUnitCount && begins(with: word, at: range)
  }

  @inline(__always)
  func begins(with word: StaticString, at range: ByteRange) -> Bool {
    let length = word.utf8CodeUnitCount
    guard range.count >= length else { return false }
    let start = Int(range.start)
    for index in 0..<length where self[start + index] != word.utf8Start[index] { return false }
    return true
  }

  @inline(__always)
  func firstIndex(of byte: UInt8, in range: ByteRange) -> Int? {
    let bytes = bytes(range)
    for index in 0..<bytes.count where bytes[index] == byte { return Int(range.start) + index }
    return nil
  }

  /// The number of the name at `range` in `names`, or -1.
  @inline(__always)
  func value(_ range: ByteRange, in names: QuickShellNames) -> Int32 {
    precondition(range.start >= 0 && Int(range.end) <= count, "range out of bounds")
    let name = base + Int(range.start)
    return names.value(name, range.count, hash: factHash(name, range.count))
  }
}

/// Taking command lines apart, as ``ShellDecoder/take(_:_:_:)`` does.
///
/// Invariant of the unsafe code: what is read of ``QuickShellTables`` lies in the ranges that the program and its options name.
extension QuickShell {
  @inline(__always)
  mutating func has(_ letter: UInt8, _ call: QuickShellCall) -> Bool {
    for index in call.options where options[index].letter == letter { return true }
    return false
  }

  /// Whether an option is given by this name, dashes included.
  @inline(__always)
  mutating func isNamed(_ option: QuickShellCall.Option, _ name: StaticString, _ text: QuickShellText) -> Bool {
    guard option.name.count == name.utf8CodeUnitCount else { return false }
    if !option.isNameInTable { return text.has(name, at: option.name) }
    for index in 0..<option.name.count
    where tables.pointee.text[Int(option.name.start) + index] != name.utf8Start[index] {
      return false
    }
    return true
  }

  /// The value of an option that has one.
  @inline(__always)
  mutating func value(of option: QuickShellCall.Option) -> ByteRange {
    ByteRange(Int(option.start), Int(words[Int(option.word)].valueEnd))
  }

  /// Appends the options and the operands of a command line.
  mutating func take(
    _ argv: Range<Int>, _ program: UnsafePointer<ShellProgram>, isOrdered: Bool, _ text: QuickShellText
  ) {
    var index = argv.lowerBound + 1
    while index < argv.upperBound {
      let word = words[index].value
      index += 1
      let isOption = word.count > 1 && text[Int(word.start)] == Ascii.dash
      let isOld = program.pointee.isOldStyle && index == argv.lowerBound + 2 && isBundle(word, program, text)
      guard isOption || isOld else {
        operands.append(Int32(truncatingIfNeeded: index - 1))
        if isOrdered { break }
        continue
      }
      let isLong = !isOld && text[Int(word.start) + 1] == Ascii.dash
      if isLong, word.count == 2 { break }
      if isLong || program.pointee.isPlain || !program.pointee.isKnown {
        long(index - 1, isLong: isLong, &index, argv.upperBound, program, text)
      } else {
        bundle(index - 1, isOld: isOld, &index, argv.upperBound, program, text)
      }
    }
    while index < argv.upperBound {
      operands.append(Int32(truncatingIfNeeded: index))
      index += 1
    }
  }

  /// Whether all letters of a word are options.
  private mutating func isBundle(_ word: ByteRange, _ program: UnsafePointer<ShellProgram>, _ text: QuickShellText)
    -> Bool
  {
    for index in word.range where tables.pointee.option(text[index], program).letter == 0 { return false }
    return word.count > 0
  }

  /// An option by name, with two dashes or with one.
  private mutating func long(
    _ number: Int, isLong: Bool, _ index: inout Int, _ end: Int, _ program: UnsafePointer<ShellProgram>,
    _ text: QuickShellText
  ) {
    let word = words[number].value
    let mayHaveValue = words[number].traits.contains(.hasEquals)
    let equals = mayHaveValue ? text.firstIndex(of: Ascii.equals, in: word) : nil
    var option = QuickShellCall.Option()
    option.name = ByteRange(Int(word.start), equals ?? Int(word.end))
    if let equals {
      option.word = Int32(truncatingIfNeeded: number)
      option.start = Int32(truncatingIfNeeded: equals + 1)
    }
    if program.pointee.names.count > 0 {
      let name = ByteRange(Int(word.start) + (isLong ? 2 : 1), Int(option.name.end))
      if let known = isLong ? longOption(name, program, text) : plainOption(name, program, text) {
        option.letter = known.option.letter
        option.use = known.option.use
        if isLong {
          option.name = known.spelling
          option.naming = .table
        }
        if known.option.takesValue, !isLong || !known.option.isValueOptional, equals == nil, index < end {
          option.word = Int32(truncatingIfNeeded: index)
          option.start = words[index].valueStart
          index += 1
        }
      }
    }
    options.append(option)
  }

  /// The option that a name or an unambiguous beginning of one means.
  private mutating func longOption(
    _ name: ByteRange, _ program: UnsafePointer<ShellProgram>, _ text: QuickShellText
  ) -> ShellProgram.LongOption? {
    guard name.count > 0 else { return nil }
    var found: ShellProgram.LongOption?
    for index in program.pointee.names.range {
      let option = tables.pointee.longNames[index]
      guard option.name.count >= name.count, isEqual(name, option, text) else { continue }
      if option.name.count == name.count { return option }
      if let found, found.option.letter == 0 || found.option.letter != option.option.letter { return nil }
      found = option
    }
    return found
  }

  private mutating func plainOption(
    _ name: ByteRange, _ program: UnsafePointer<ShellProgram>, _ text: QuickShellText
  ) -> ShellProgram.LongOption? {
    for index in program.pointee.names.range {
      let option = tables.pointee.longNames[index]
      if option.name.count == name.count, isEqual(name, option, text) { return option }
    }
    return nil
  }

  /// Whether an option's name, which is no shorter, begins with `name`.
  @inline(__always)
  private mutating func isEqual(_ name: ByteRange, _ option: ShellProgram.LongOption, _ text: QuickShellText) -> Bool {
    let offset = Int(option.name.start) - Int(name.start)
    for index in name.range where text[index] != tables.pointee.text[index + offset] { return false }
    return true
  }

  private mutating func bundle(
    _ number: Int, isOld: Bool, _ index: inout Int, _ end: Int, _ program: UnsafePointer<ShellProgram>,
    _ text: QuickShellText
  ) {
    let count = options.count
    let word = words[number].value
    var at = isOld ? Int(word.start) : Int(word.start) + 1
    while at < Int(word.end) {
      let known = tables.pointee.option(text[at], program)
      guard known.letter != 0 else {
        // Not a bundle that is known: the word stands as it is spelled.
        options.truncate(to: count)
        var option = QuickShellCall.Option()
        option.name = word
        options.append(option)
        return
      }
      var option = QuickShellCall.Option()
      option.letter = known.letter
      option.use = known.use
      // Where the letter stands behind a dash, the two are the flag's bytes.
      if at == Int(word.start) + 1, !isOld, text[at] == known.letter {
        option.name = ByteRange(at - 1, at + 1)
        option.naming = .letter
      }
      at += 1
      if known.takesValue {
        if at < Int(word.end), !isOld {
          option.word = Int32(truncatingIfNeeded: number)
          option.start = Int32(truncatingIfNeeded: at)
          at = Int(word.end)
        } else if !known.isValueOptional, index < end {
          option.word = Int32(truncatingIfNeeded: index)
          option.start = words[index].valueStart
          index += 1
        }
      }
      options.append(option)
    }
  }

  /// See ``ShellDecoder/takeFind(_:_:)``.
  mutating func takeFind(_ argv: Range<Int>, _ text: QuickShellText) {
    var isExpression = false
    var index = argv.lowerBound + 1
    while index < argv.upperBound {
      let word = words[index].value
      index += 1
      let first = word.count > 0 ? text[Int(word.start)] : 0
      guard word.count > 1, first == Ascii.dash else {
        let isOperator =
          word.count == 1
          && (first == Ascii.bang || first == Ascii.open || first == Ascii.close || first == Ascii.comma)
        isExpression = isExpression || isOperator
        if !isExpression { operands.append(Int32(truncatingIfNeeded: index - 1)) }
        continue
      }
      let second = text[Int(word.start) + 1]
      var option = QuickShellCall.Option()
      option.name = word
      if second == 0x4F {
        option.primary = self.primary(word, text)
        options.append(option)
        continue
      }
      // `-H`, `-L` and `-P` stand before the starting points.
      let isSetting = word.count == 2 && (second == 0x48 || second == 0x4C || second == 0x50)
      isExpression = isExpression || !isSetting
      let primary = primary(word, text)
      option.primary = primary
      if primary.contains(.bare) {
        options.append(option)
        continue
      }
      let isCommand = primary.contains(.executing)
      if primary.contains(.writing) { option.use = .write }
      if index < argv.upperBound, !isCommand {
        option.word = Int32(truncatingIfNeeded: index)
        option.start = words[index].valueStart
      }
      options.append(option)
      index += 1
      if isCommand { index = commandEnd(index - 1, argv.upperBound, text) + 1 }
    }
  }

  mutating func primary(_ word: ByteRange, _ text: QuickShellText) -> ShellDecoder.Primary {
    let traits = word.count > 1 ? text.value(word, in: tables.pointee.primaries) : -1
    return ShellDecoder.Primary(rawValue: traits < 0 ? 0 : UInt8(truncatingIfNeeded: traits))
  }

  /// Where the command of an `-exec` that starts at `start` ends.
  mutating func commandEnd(_ start: Int, _ end: Int, _ text: QuickShellText) -> Int {
    var index = start
    while index < end {
      let word = words[index].value
      if word.count == 1 {
        let byte = text[Int(word.start)]
        if byte == Ascii.semicolon { return index }
        if byte == Ascii.plus, index > start, text.has("{}", at: words[index - 1].value) { return index }
      }
      index += 1
    }
    return end
  }
}
