/// The programs of ``shellProgramTable``, flat, so that what is known of one is a few words to be copied.
final class ShellProgramList: Sendable {
  static let all = ShellProgramList()

  let programs: ShellNames<ShellProgram>
  /// The same as a list.
  let entries: [(name: [UInt8], value: ShellProgram)]
  /// For each program 128 options; one without a letter is none.
  let letters: [ShellProgram.Option]
  let names: [ShellProgram.LongOption]
  /// The names of options.
  let text: [UInt8]

  private init() {
    var builder = ShellProgramListBuilder()
    for line in shellProgramTable.split(separator: "\n") where !line.hasPrefix("#") { builder.add(line) }
    programs = ShellNames(builder.programs)
    entries = builder.programs
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
