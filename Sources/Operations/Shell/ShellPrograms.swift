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
    case awk, editor, loader, alias, make, socket, copy, bundle
  }

  /// Where its options by letter begin in ``ShellProgramList/letters``.
  fileprivate(set) var firstLetter: Int32 = 0
  /// Its options by name: a range of ``ShellProgramList/names``.
  fileprivate(set) var names = ByteRange()
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
  fileprivate(set) var isCompressor = false
  var isKnown = true
  var role = Role.plain
  /// Whether it runs its command as another user.
  var isPrivileged = false

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

  /// The program that the table lists under `name`.
  static func listed(_ name: String) -> ShellProgram { ShellProgramList.all.programs.value(Array(name.utf8)[...]) ?? .unknown }

  /// The program whose base name stands in `text` at `name`.
  static func named(_ text: [UInt8], _ name: ByteRange) -> ShellProgram {
    let list = ShellProgramList.all
    if let program = list.programs.value(text, name) { return program }
    if text.begins(with: "ld-", at: name) || text.begins(with: "ld.so", at: name) { return listed("ld-linux") }
    if text.begins(with: "mkfs.", at: name) { return listed("mkfs") }
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

/// The programs of ``shellProgramTable``, flat, so that what is known of one is a few words to be copied.
final class ShellProgramList: Sendable {
  static let all = ShellProgramList()

  let programs: ShellNames<ShellProgram>
  /// For each program 128 options; one without a letter is none.
  let letters: [ShellProgram.Option]
  let names: [ShellProgram.LongOption]
  /// The names of options.
  let text: [UInt8]

  private init() {
    var builder = ShellProgramListBuilder()
    for line in shellProgramTable.split(separator: "\n") where !line.hasPrefix("#") { builder.add(line) }
    programs = ShellNames(builder.programs)
    letters = builder.letters
    names = builder.names
    text = builder.text
  }
}

/// Reads the lines of ``shellProgramTable``.
private struct ShellProgramListBuilder {
  var programs: [(name: [UInt8], value: ShellProgram)] = []
  /// The first 128 are those of programs that are not known.
  var letters = [ShellProgram.Option](repeating: .init(), count: 0x80)
  var names: [ShellProgram.LongOption] = []
  var text: [UInt8] = []

  mutating func add(_ line: Substring) {
    let columns = line.split(separator: ";", omittingEmptySubsequences: false)
    guard columns.count == 4 else { return }
    var program = ShellProgram.unknown
    program.isKnown = true
    program.firstLetter = Int32(letters.count)
    letters += [ShellProgram.Option](repeating: .init(), count: 0x80)
    addLetters(columns[1], to: program)
    let first = names.count
    addNames(columns[2], to: program)
    program.names = ByteRange(first, names.count)
    program.isCompressor = names[first...].contains { long in
      long.option.letter == 0x63 && text[long.name.range].elementsEqual("stdout".utf8)
    }
    for trait in columns[3].split(separator: " ") { Self.apply(trait, to: &program) }
    for name in columns[0].split(separator: " ") { programs.append((Array(name.utf8), program)) }
  }

  private mutating func set(_ letter: UInt8, _ option: ShellProgram.Option, of program: ShellProgram) {
    if letter < 0x80 { letters[Int(program.firstLetter) + Int(letter)] = option }
  }

  private mutating func addLetters(_ column: Substring, to program: ShellProgram) {
    var option = ShellProgram.Option()
    for byte in column.utf8 where byte != Ascii.space {
      if !Self.modify(&option, byte) { option = ShellProgram.Option(letter: byte) }
      if option.letter != 0 { set(option.letter, option, of: program) }
    }
  }

  private mutating func addNames(_ column: Substring, to program: ShellProgram) {
    // Synonyms of letters are written `(Rr)` among the names: `-R` is `-r`.
    for word in column.split(separator: " ") {
      if word.first == "(" {
        let pair = Array(word.utf8)
        if pair.count == 4 {
          var synonym = letters[Int(program.firstLetter) + Int(pair[2])]
          guard synonym.letter != 0 else { continue }
          synonym.letter = pair[2]
          set(pair[1], synonym, of: program)
        }
        continue
      }
      let halves = word.split(separator: "=")
      var long = ShellProgram.Option()
      var name = Array(halves[0].utf8)
      while let last = name.last, Self.modify(&long, last) { name.removeLast() }
      if halves.count == 2, let letter = halves[1].utf8.first { long.letter = letter }
      let start = text.count
      text += [Ascii.dash, Ascii.dash] + name
      names.append(ShellProgram.LongOption(spelling: ByteRange(start, text.count), option: long))
    }
  }

  private static func modify(_ option: inout ShellProgram.Option, _ byte: UInt8) -> Bool {
    switch byte {
    case Ascii.colon: option.takesValue = true
    case Ascii.question:
      option.takesValue = true
      option.isValueOptional = true
    case Ascii.at: (option.takesValue, option.use) = (true, .path)
    case Ascii.bang: (option.takesValue, option.use) = (true, .write)
    case Ascii.dollar: (option.takesValue, option.use) = (true, .code)
    default: return false
    }
    return true
  }

  private static func apply(_ trait: Substring, to program: inout ShellProgram) {
    switch trait {
    case "none": program.operands = .none
    case "write": program.operands = .write
    case "last": program.writesLast = true
    case "first": program.skipped = 1
    case "script": (program.skipped, program.hasScript) = (1, true)
    case "ordered": program.isOrdered = true
    case "plain": program.isPlain = true
    case "keys": program.operands = .none
    case "oldstyle": program.isOldStyle = true
    case "privileged": program.isPrivileged = true
    default:
      if trait.hasPrefix("with-") {
        program.writesWith = trait.utf8.last ?? 0
      } else {
        program.role = ShellProgram.Role(rawValue: String(trait)) ?? .plain
      }
    }
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
  func name(of option: ShellArguments.Option) -> ArraySlice<UInt8> {
    option.isNameInTable ? ShellProgramList.all.text[option.name.range] : arena[option.name.range]
  }

  /// Whether an option is given by this name, dashes included.
  func isNamed(_ option: ShellArguments.Option, _ name: StaticString) -> Bool {
    guard option.name.count == name.utf8CodeUnitCount else { return false }
    return option.isNameInTable
      ? ShellProgramList.all.text.has(name, at: option.name) : arena.has(name, at: option.name)
  }

  /// Takes a command line apart: getopt_long's rules with GNU's permutation, or what the program has instead.
  func arguments(_ argv: Range<Int>, _ program: ShellProgram) -> ShellArguments {
    var result = ShellArguments()
    take(argv, program, &result)
    return result
  }

  /// Appends what ``arguments(_:_:)`` gives.
  func take(_ argv: Range<Int>, _ program: ShellProgram, _ result: inout ShellArguments) {
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

  private func part(_ field: ShellField, from start: Int) -> ShellField {
    var part = field
    part.value.start = Int32(start)
    part.alternatives = -1
    return part
  }

  private func long(
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
  private func longOption(_ name: ByteRange, _ program: ShellProgram) -> ShellProgram.LongOption? {
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
  private func isEqual(_ range: ByteRange, _ text: [UInt8], _ start: Int) -> Bool {
    let offset = start - Int(range.start)
    for index in range.range where arena[index] != text[index + offset] { return false }
    return true
  }

  private func plain(
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

  private func bundle(
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
