import PolicyBytecode

/// What is known of a program's command line; its options stand in ``ShellProgramList``.
struct ShellProgram: BitwiseCopyable, Sendable {
  /// What its operands and the values of its options are to the decoder.
  enum Use: UInt8, Sendable { case none, path, write, code }

  struct Option: BitwiseCopyable, Sendable {
    /// 0 for none.
    var letter: UInt8 = 0
    var takesValue = false
    /// The value stands in the same word or not at all.
    var isValueOptional = false
    var use = Use.none
  }

  struct LongOption: BitwiseCopyable, Sendable {
    /// In ``ShellProgramList/text``, with the two dashes in front.
    var spelling: ByteRange
    var option: Option

    /// The name without dashes.
    var name: ByteRange { ByteRange(Int(spelling.start) + 2, Int(spelling.end)) }
  }

  /// How the program runs what its arguments name.
  enum Role: String, Sendable {
    case plain, prefix, shell, interpreter, eval, source, trap, environment, user, login, remote, joined, find, xargs
    case parallel, applet, container, pod, schedule, exec, versionControl, coproc, lock, client, directory, declare,
      read
    case awk, sed, editor, loader, alias, make, socket, copy, bundle
  }

  /// Where its options by letter begin in ``ShellProgramList/letters``.
  var firstLetter: Int32 = 0
  /// Its options by name: a range of ``ShellProgramList/names``.
  var names = ByteRange()
  /// An option that stands in for what the program has under its letter.
  var exception = Option()
  /// Operands that are no paths: a pattern, a mode, an owner.
  var skipped = 0
  /// The first operand is a script or a pattern, unless `-e` or `-f` gives it.
  var hasScript = false
  var operands = Use.path
  /// Only the last operand is written to.
  var writesLast = false
  /// Written to only with this option (`sed -i`).
  var writesWith: UInt8 = 0
  /// Options end at the first operand.
  var isOrdered = false
  /// Words with one dash are whole options (`find -name`).
  var isPlain = false
  /// The first operand may be a bundle without a dash (`tar xzf`).
  var isOldStyle = false
  /// With `-c` it writes nothing but its standard output (`gzip`).
  var isCompressor = false
  var isKnown = true
  var role = Role.plain
  /// Whether it runs its command as another user.
  var isPrivileged = false

  /// Whether it prints nothing of its own beside what the one command prints that it runs, once; of xargs more is to be asked.
  var printsOnlyWhatItRuns: Bool {
    switch role {
    case .applet, .environment, .eval, .exec, .lock, .prefix, .shell, .user, .xargs: true
    default: false
    }
  }

  static let unknown = ShellProgram(isKnown: false)

  private init(isKnown: Bool) { self.isKnown = isKnown }

  /// The option of a letter, if the program has it.
  @inline(__always)
  func option(_ letter: UInt8) -> Option? {
    guard letter < 0x80 else { return nil }
    if letter == exception.letter, letter != 0 { return exception }
    let option = ShellProgramList.all.letters[Int(firstLetter) + Int(letter)]
    return option.letter != 0 ? option : nil
  }

  static let docker = listed("docker")
  static let compose = listed("docker-compose")
  private static let loader = listed("ld-linux")
  private static let mkfs = listed("mkfs")

  /// The program that the table lists under `name`.
  private static func listed(_ name: String) -> ShellProgram {
    ShellProgramList.all.programs.value(Array(name.utf8)[...]) ?? .unknown
  }

  /// The program whose base name stands in `text` at `name`.
  static func named(_ text: [UInt8], _ name: ByteRange) -> ShellProgram {
    let list = ShellProgramList.all
    if let program = list.programs.value(text, name) { return program }
    if text.begins(with: "ld-", at: name) || text.begins(with: "ld.so", at: name) { return loader }
    if text.begins(with: "mkfs.", at: name) { return mkfs }
    // `python3.11`, `php8`: the version does not matter.
    guard let digit = name.range.first(where: { Ascii.isDigit(text[$0]) }) else { return .unknown }
    var bare = ByteRange(Int(name.start), digit)
    for index in digit..<Int(name.end) where !Ascii.isDigit(text[index]) && text[index] != Ascii.dot {
      return .unknown
    }
    if bare.count > 0, text[Int(bare.end) - 1] == Ascii.dash { bare.end -= 1 }
    return list.programs.value(text, bare) ?? .unknown
  }
}

/// A command line taken apart as the program does it.
struct ShellArguments {
  struct Option: BitwiseCopyable {
    /// The canonical letter, or 0.
    var letter: UInt8
    /// Its full name or its spelling where it has no letter: dashes included. A range of the decoder's arena, or of
    /// ``ShellProgramList/text``.
    var name: ByteRange
    var isNameInTable = false
    var hasValue: Bool
    var field: ShellField
    var use: ShellProgram.Use

    var value: ShellField? { hasValue ? field : nil }

    init(letter: UInt8, name: ByteRange = ByteRange(), value: ShellField? = nil, use: ShellProgram.Use = .none) {
      self.letter = letter
      self.name = name
      self.use = use
      hasValue = value != nil
      field = value ?? ShellField()
    }
  }
  var options: [Option] = []
  /// Indices of fields.
  var operands: [Int] = []

  func has(_ letter: UInt8) -> Bool {
    for option in options where option.letter == letter { return true }
    return false
  }

  func value(_ letter: UInt8) -> ShellField? { options.last { $0.letter == letter && $0.hasValue }?.value }

  mutating func removeAll() {
    options.removeAll(keepingCapacity: true)
    operands.removeAll(keepingCapacity: true)
  }
}

extension ShellDecoder {
  /// The name of an option with its dashes; empty for one that is given by its letter.
  mutating func name(of option: ShellArguments.Option) -> ArraySlice<UInt8> {
    option.isNameInTable ? ShellProgramList.all.text[option.name.range] : arena[option.name.range]
  }

  /// Whether an option is given by this name, dashes included.
  mutating func isNamed(_ option: ShellArguments.Option, _ name: StaticString) -> Bool {
    guard option.name.count == name.utf8CodeUnitCount else { return false }
    return option.isNameInTable
      ? ShellProgramList.all.text.has(name, at: option.name) : arena.has(name, at: option.name)
  }

  /// Takes a command line apart: getopt_long's rules with GNU's permutation, or what the program has instead.
  mutating func arguments(_ argv: Range<Int>, _ program: ShellProgram) -> ShellArguments {
    var result = ShellArguments()
    take(argv, program, &result)
    return result
  }

  /// Appends what ``arguments(_:_:)`` gives.
  mutating func take(_ argv: Range<Int>, _ program: ShellProgram, _ result: inout ShellArguments) {
    let start = result.options.count
    var index = argv.lowerBound + 1
    while index < argv.upperBound {
      let field = fields[index]
      let text = field.value
      index += 1
      let isOption = text.count > 1 && arena[Int(text.start)] == Ascii.dash
      let isOld =
        program.isOldStyle && index == argv.lowerBound + 2 && text.count > 0
        && text.range.allSatisfy { program.option(arena[$0]) != nil }
      guard isOption || isOld else {
        result.operands.append(index - 1)
        if program.isOrdered { break }
        continue
      }
      let isLong = !isOld && arena[Int(text.start) + 1] == Ascii.dash
      if isLong, text.count == 2 { break }
      if isLong {
        long(field, &index, argv.upperBound, program, &result)
      } else if program.isPlain || !program.isKnown {
        plain(field, &index, argv.upperBound, program, &result)
      } else {
        bundle(field, isOld: isOld, &index, argv.upperBound, program, &result)
        // The string of `env -S` is part of the command line, and its program ends the options.
        if program.role == .environment, result.options.count > start, let last = result.options.last,
          last.letter == 0x53, last.hasValue
        {
          break
        }
      }
    }
    while index < argv.upperBound {
      result.operands.append(index)
      index += 1
    }
  }

  private mutating func part(_ field: ShellField, from start: Int) -> ShellField {
    var part = field
    part.value.start = Int32(start)
    part.alternatives = -1
    return part
  }

  private mutating func long(
    _ field: ShellField, _ index: inout Int, _ end: Int, _ program: ShellProgram, _ result: inout ShellArguments
  ) {
    let text = field.value
    let equals = arena.firstIndex(of: Ascii.equals, in: text)
    let name = ByteRange(Int(text.start) + 2, equals ?? Int(text.end))
    var value = equals.map { part(field, from: $0 + 1) }
    guard let long = longOption(name, program) else {
      let spelling = ByteRange(Int(text.start), equals ?? Int(text.end))
      result.options.append(.init(letter: 0, name: spelling, value: value))
      return
    }
    let option = long.option
    if option.takesValue, !option.isValueOptional, value == nil, index < end {
      value = fields[index]
      index += 1
    }
    var argument = ShellArguments.Option(letter: option.letter, name: long.spelling, value: value, use: option.use)
    argument.isNameInTable = true
    result.options.append(argument)
  }

  /// The option that a name or an unambiguous beginning of one means.
  private mutating func longOption(_ name: ByteRange, _ program: ShellProgram) -> ShellProgram.LongOption? {
    guard name.count > 0 else { return nil }
    let list = ShellProgramList.all
    let first = arena[Int(name.start)]
    var found: ShellProgram.LongOption?
    for index in program.names.range {
      let option = list.names[index]
      let known = option.name
      guard known.count >= name.count, list.text[Int(known.start)] == first,
        isEqual(name, list.text, Int(known.start))
      else { continue }
      if known.count == name.count { return option }
      if let found, found.option.letter == 0 || found.option.letter != option.option.letter { return nil }
      found = option
    }
    return found
  }

  /// Whether `range` of the arena equals the bytes that start at `start` in `text`, of which there are as many.
  @inline(__always)
  private mutating func isEqual(_ range: ByteRange, _ text: [UInt8], _ start: Int) -> Bool {
    let offset = start - Int(range.start)
    for index in range.range where arena[index] != text[index + offset] { return false }
    return true
  }

  private mutating func plain(
    _ field: ShellField, _ index: inout Int, _ end: Int, _ program: ShellProgram, _ result: inout ShellArguments
  ) {
    let text = field.value
    let equals = arena.firstIndex(of: Ascii.equals, in: text)
    var value = equals.map { part(field, from: $0 + 1) }
    let spelling = ByteRange(Int(text.start), equals ?? Int(text.end))
    let name = ByteRange(Int(spelling.start) + 1, Int(spelling.end))
    let list = ShellProgramList.all
    var known: ShellProgram.Option?
    for index in program.names.range {
      let option = list.names[index]
      guard option.name.count == name.count, isEqual(name, list.text, Int(option.name.start)) else { continue }
      known = option.option
      break
    }
    if let known, known.takesValue, value == nil, index < end {
      value = fields[index]
      index += 1
    }
    result.options.append(.init(letter: known?.letter ?? 0, name: spelling, value: value, use: known?.use ?? .none))
  }

  private mutating func bundle(
    _ field: ShellField, isOld: Bool, _ index: inout Int, _ end: Int, _ program: ShellProgram,
    _ result: inout ShellArguments
  ) {
    let count = result.options.count
    let text = field.value.range
    var at = isOld ? text.lowerBound : text.lowerBound + 1
    while at < text.upperBound {
      let byte = arena[at]
      at += 1
      guard let option = program.option(byte) else {
        // Not a bundle that is known: the word stands as it is spelled.
        result.options.removeLast(result.options.count - count)
        result.options.append(.init(letter: 0, name: field.value))
        return
      }
      var value: ShellField?
      if option.takesValue {
        if at < text.upperBound, !isOld {
          value = part(field, from: at)
          at = text.upperBound
        } else if !option.isValueOptional, index < end {
          value = fields[index]
          index += 1
        }
      }
      result.options.append(.init(letter: option.letter, value: value, use: option.use))
    }
  }
}
