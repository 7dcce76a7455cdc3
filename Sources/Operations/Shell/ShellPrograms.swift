/// What is known of a program's command line.
struct ShellProgram: Sendable {
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

  struct LongOption: Sendable {
    var name: [UInt8]
    var option: Option
  }

  /// How the program runs what its arguments name.
  enum Role: String, Sendable {
    case plain, prefix, shell, interpreter, eval, source, trap, environment, user, login, remote, joined, find, xargs
    case parallel, applet, container, pod, schedule, exec, versionControl, coproc, lock, client, directory, declare,
      read
    case awk, editor, loader, alias, make, socket, copy, bundle
  }

  /// Options by their letter, below 0x80; one without a letter is none.
  private(set) var letters = [Option](repeating: Option(), count: 0x80)
  private(set) var names: [LongOption] = []
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
  var isKnown = true
  var role = Role.plain
  /// Whether it runs its command as another user.
  var isPrivileged = false

  static let unknown = ShellProgram(isKnown: false)

  static func named(_ name: ArraySlice<UInt8>) -> ShellProgram {
    if let program = table.value(name) { return program }
    if name.starts(with: "ld-".utf8) || name.starts(with: "ld.so".utf8) {
      return table.value(Array("ld-linux".utf8)[...]) ?? .unknown
    }
    if name.starts(with: "mkfs.".utf8) { return table.value(Array("mkfs".utf8)[...]) ?? .unknown }
    // `python3.11`, `php8`: the version does not matter.
    let bare = name.prefix { !Ascii.isDigit($0) }
    if bare.count < name.count, name.dropFirst(bare.count).allSatisfy({ Ascii.isDigit($0) || $0 == Ascii.dot }),
      let program = table.value(bare.last == Ascii.dash ? bare.dropLast() : bare)
    {
      return program
    }
    return .unknown
  }

  /// The option of a letter, if the program has it.
  func option(_ letter: UInt8) -> Option? {
    guard letter < 0x80, letters[Int(letter)].letter != 0 else { return nil }
    return letters[Int(letter)]
  }

  mutating func set(_ letter: UInt8, _ option: Option) { if letter < 0x80 { letters[Int(letter)] = option } }

  private static let table: ShellNames<ShellProgram> = {
    var table: [(name: [UInt8], value: ShellProgram)] = []
    for line in shellProgramTable.split(separator: "\n") where !line.hasPrefix("#") {
      let columns = line.split(separator: ";", omittingEmptySubsequences: false)
      guard columns.count == 4 else { continue }
      let program = ShellProgram(letters: columns[1], names: columns[2], traits: columns[3])
      for name in columns[0].split(separator: " ") { table.append((Array(name.utf8), program)) }
    }
    return ShellNames(table)
  }()

  private init(isKnown: Bool) { self.isKnown = isKnown }

  private init(letters: Substring, names: Substring, traits: Substring) {
    var option = Option()
    for byte in letters.utf8 where byte != Ascii.space {
      if Self.modify(&option, byte) {
        if option.letter != 0 { set(option.letter, option) }
        continue
      }
      option = Option(letter: byte)
      set(byte, option)
    }
    // Synonyms of letters are written `(Rr)` among the names: `-R` is `-r`.
    for word in names.split(separator: " ") {
      if word.first == "(" {
        let pair = Array(word.utf8)
        if pair.count == 4, var synonym = self.option(pair[2]) {
          synonym.letter = pair[2]
          set(pair[1], synonym)
        }
        continue
      }
      let halves = word.split(separator: "=")
      var long = Option()
      var name = Array(halves[0].utf8)
      while let last = name.last, Self.modify(&long, last) { name.removeLast() }
      if halves.count == 2, let letter = halves[1].utf8.first { long.letter = letter }
      self.names.append(LongOption(name: name, option: long))
    }
    for trait in traits.split(separator: " ") { apply(trait) }
  }

  private static func modify(_ option: inout Option, _ byte: UInt8) -> Bool {
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

  private mutating func apply(_ trait: Substring) {
    switch trait {
    case "none": operands = .none
    case "write": operands = .write
    case "last": writesLast = true
    case "first": skipped = 1
    case "script": (skipped, hasScript) = (1, true)
    case "ordered": isOrdered = true
    case "plain": isPlain = true
    case "keys": operands = .none
    case "oldstyle": isOldStyle = true
    case "privileged": isPrivileged = true
    default:
      if trait.hasPrefix("with-") {
        writesWith = trait.utf8.last ?? 0
      } else {
        role = Role(rawValue: String(trait)) ?? .plain
      }
    }
  }
}

/// A command line taken apart as the program does it.
struct ShellArguments {
  struct Option {
    /// The canonical letter, or 0.
    var letter: UInt8
    /// Its full name or its spelling where it has no letter: dashes included.
    var name: [UInt8]
    var value: ShellField?
    var use: ShellProgram.Use

    func isNamed(_ name: String) -> Bool { self.name.elementsEqual(name.utf8) }
  }
  var options: [Option] = []
  /// Indices of fields.
  var operands: [Int] = []

  func has(_ letter: UInt8) -> Bool { options.contains { $0.letter == letter } }
  func value(_ letter: UInt8) -> ShellField? { options.last { $0.letter == letter && $0.value != nil }?.value }
}

extension ShellDecoder {
  /// Takes a command line apart: getopt_long's rules with GNU's permutation, or what the program has instead.
  func arguments(_ argv: Range<Int>, _ program: borrowing ShellProgram) -> ShellArguments {
    var result = ShellArguments()
    var index = argv.lowerBound + 1
    while index < argv.upperBound {
      let field = fields[index]
      let text = bytes(field.value)
      index += 1
      let isOld =
        program.isOldStyle && index == argv.lowerBound + 2 && !text.isEmpty
        && text.allSatisfy { program.option($0) != nil }
      guard text.count > 1 && text.first == Ascii.dash || isOld else {
        result.operands.append(index - 1)
        if program.isOrdered { break }
        continue
      }
      let isLong = !isOld && text[text.startIndex + 1] == Ascii.dash
      if isLong, text.count == 2 { break }
      if isLong {
        long(field, text, &index, argv.upperBound, program, &result)
      } else if program.isPlain || !program.isKnown {
        plain(field, text, &index, argv.upperBound, program, &result)
      } else {
        bundle(field, text, isOld: isOld, &index, argv.upperBound, program, &result)
        // The string of `env -S` is part of the command line, and its program ends the options.
        if program.role == .environment, let last = result.options.last, last.letter == 0x53, last.value != nil {
          break
        }
      }
    }
    result.operands += index..<max(index, argv.upperBound)
    return result
  }

  private func part(_ field: ShellField, from offset: Int) -> ShellField {
    var part = field
    part.value.start += Int32(offset)
    part.alternatives = -1
    return part
  }

  private func long(
    _ field: ShellField, _ text: ArraySlice<UInt8>, _ index: inout Int, _ end: Int, _ program: borrowing ShellProgram,
    _ result: inout ShellArguments
  ) {
    let equals = text.firstIndex(of: Ascii.equals)
    let name = text[(text.startIndex + 2)..<(equals ?? text.endIndex)]
    var value = equals.map { part(field, from: $0 - text.startIndex + 1) }
    guard let long = longOption(name, program) else {
      result.options.append(
        .init(letter: 0, name: Array(text[..<(equals ?? text.endIndex)]), value: value, use: .none))
      return
    }
    let option = long.option
    if option.takesValue, !option.isValueOptional, value == nil, index < end {
      value = fields[index]
      index += 1
    }
    result.options.append(
      .init(letter: option.letter, name: [Ascii.dash, Ascii.dash] + long.name, value: value, use: option.use))
  }

  /// The option that a name or an unambiguous beginning of one means.
  private func longOption(_ name: ArraySlice<UInt8>, _ program: borrowing ShellProgram) -> ShellProgram.LongOption? {
    var found: ShellProgram.LongOption?
    for option in program.names where option.name.first == name.first && option.name.starts(with: name) {
      if option.name.count == name.count { return option }
      if let found, found.option.letter == 0 || found.option.letter != option.option.letter { return nil }
      found = option
    }
    return name.isEmpty ? nil : found
  }

  private func plain(
    _ field: ShellField, _ text: ArraySlice<UInt8>, _ index: inout Int, _ end: Int, _ program: borrowing ShellProgram,
    _ result: inout ShellArguments
  ) {
    let equals = text.firstIndex(of: Ascii.equals)
    var value = equals.map { part(field, from: $0 - text.startIndex + 1) }
    let name = text[..<(equals ?? text.endIndex)]
    let known = program.names.first { $0.name.elementsEqual(name.dropFirst()) }?.option
    if let known, known.takesValue, value == nil, index < end {
      value = fields[index]
      index += 1
    }
    result.options.append(
      .init(letter: known?.letter ?? 0, name: Array(name), value: value, use: known?.use ?? .none))
  }

  private func bundle(
    _ field: ShellField, _ text: ArraySlice<UInt8>, isOld: Bool, _ index: inout Int, _ end: Int,
    _ program: borrowing ShellProgram, _ result: inout ShellArguments
  ) {
    let count = result.options.count
    var at = isOld ? text.startIndex : text.startIndex + 1
    while at < text.endIndex {
      let byte = text[at]
      at += 1
      guard let option = program.option(byte) else {
        // Not a bundle that is known: the word stands as it is spelled.
        result.options.removeLast(result.options.count - count)
        result.options.append(.init(letter: 0, name: Array(text), value: nil, use: .none))
        return
      }
      var value: ShellField?
      if option.takesValue {
        if at < text.endIndex, !isOld {
          value = part(field, from: at - text.startIndex)
          at = text.endIndex
        } else if !option.isValueOptional, index < end {
          value = fields[index]
          index += 1
        }
      }
      result.options.append(.init(letter: option.letter, name: [], value: value, use: option.use))
    }
  }
}
