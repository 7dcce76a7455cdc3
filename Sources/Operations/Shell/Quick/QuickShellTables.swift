import PolicyBytecode

/// What bytes are to ``QuickShell``: up to ``closeBracket`` and so on they stand for themselves, from ``blank`` on they end a
/// word, from ``quote`` on they do neither.
enum QuickShellByte {
  static let plain: UInt8 = 0
  /// `*` and `?`.
  static let glob: UInt8 = 1
  static let openBracket: UInt8 = 2
  static let closeBracket: UInt8 = 3
  static let openBrace: UInt8 = 4
  static let equals: UInt8 = 5
  static let blank: UInt8 = 8
  static let newline: UInt8 = 9
  static let semicolon: UInt8 = 10
  static let ampersand: UInt8 = 11
  static let pipe: UInt8 = 12
  static let less: UInt8 = 13
  static let greater: UInt8 = 14
  static let close: UInt8 = 15
  static let quote: UInt8 = 16
  static let doubleQuote: UInt8 = 17
  static let backslash: UInt8 = 18
  /// `$` and back quotes.
  static let expansion: UInt8 = 19
  static let open: UInt8 = 20

  static func of(_ byte: UInt8) -> UInt8 {
    switch byte {
    case Ascii.star, Ascii.question: glob
    case Ascii.openBracket: openBracket
    case Ascii.closeBracket: closeBracket
    case Ascii.openBrace: openBrace
    case Ascii.equals: equals
    case Ascii.space, Ascii.tab: blank
    case Ascii.newline: newline
    case Ascii.semicolon: semicolon
    case Ascii.ampersand: ampersand
    case Ascii.pipe: pipe
    case Ascii.less: less
    case Ascii.greater: greater
    case Ascii.quote: quote
    case Ascii.doubleQuote: doubleQuote
    case Ascii.backslash: backslash
    case Ascii.dollar, Ascii.backquote: expansion
    case Ascii.open: open
    case Ascii.close: close
    default: plain
    }
  }
}

/// Names with a number each, found by the hash that facts have anyway.
///
/// Invariant: `slots` has `mask + 1` elements, a power of two, of which at least half are empty; the range of one that is
/// taken lies in `text`. The memory is never freed: there is one of each table.
struct QuickShellNames: @unchecked Sendable {
  // Sendable: nothing is changed once it is made.

  private struct Slot: BitwiseCopyable {
    var hash: UInt32 = 0
    var start: UInt32 = 0
    var length: Int32 = -1
    var value: Int32 = 0
  }

  private let slots: UnsafePointer<Slot>
  private let mask: Int
  private let text: UnsafePointer<UInt8>

  /// Of two with one name the later counts.
  init(_ pairs: [(name: [UInt8], value: Int32)]) {
    var capacity = 16
    while capacity < 2 * pairs.count { capacity *= 2 }
    let slots = UnsafeMutablePointer<Slot>.allocate(capacity: capacity)
    slots.initialize(repeating: Slot(), count: capacity)
    let text = UnsafeMutablePointer<UInt8>.allocate(capacity: max(pairs.reduce(0) { $0 + $1.name.count }, 1))
    self.slots = UnsafePointer(slots)
    self.text = UnsafePointer(text)
    mask = capacity - 1
    var used = 0
    for (name, value) in pairs {
      let hash = name.withUnsafeBufferPointer { $0.baseAddress.map { factHash($0, name.count) } ?? 0 }
      for (index, byte) in name.enumerated() { text[used + index] = byte }
      var slot = Int(hash) & mask
      while slots[slot].length >= 0, !isEqual(slots[slot], hash, text + used, name.count) { slot = (slot + 1) & mask }
      slots[slot] = Slot(
        hash: hash, start: UInt32(truncatingIfNeeded: used), length: Int32(truncatingIfNeeded: name.count),
        value: value)
      used += name.count
    }
  }

  /// The number of the name that `name` points to, or -1.
  @inline(__always)
  func value(_ name: UnsafePointer<UInt8>, _ count: Int, hash: UInt32) -> Int32 {
    var slot = Int(hash) & mask
    while slots[slot].length >= 0 {
      if isEqual(slots[slot], hash, name, count) { return slots[slot].value }
      slot = (slot &+ 1) & mask
    }
    return -1
  }

  @inline(__always)
  private func isEqual(_ slot: Slot, _ hash: UInt32, _ name: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    guard slot.hash == hash, Int(slot.length) == count else { return false }
    let known = text + Int(slot.start)
    for index in 0..<count where known[index] != name[index] { return false }
    return true
  }
}

/// What ``ShellProgramList`` and the general decoder know of names, in raw memory.
///
/// Invariant: `classes` has 256 elements; `programs` as many as the numbers of ``names`` say; `letters` 128 from each program's
/// ``ShellProgram/firstLetter`` on; `longNames` covers each program's range of names, and theirs lie in `text`. Nothing is
/// changed once it is made, and the memory is never freed: there is one of it.
struct QuickShellTables: @unchecked Sendable {
  // Sendable: nothing is changed once it is made.

  /// The one; behind a pointer, as a call of a method copies what it is a method of.
  nonisolated(unsafe) static let all: UnsafePointer<QuickShellTables> = {
    let place = UnsafeMutablePointer<QuickShellTables>.allocate(capacity: 1)
    place.initialize(to: QuickShellTables())
    return UnsafePointer(place)
  }()
  /// The number of words that mean something to the shell itself where a program may stand.
  static let reserved: Int32 = -2

  let classes: UnsafePointer<UInt8>
  let programs: UnsafePointer<ShellProgram>
  /// What is known of all others.
  let unknown: UnsafePointer<ShellProgram>
  /// What is known of `docker`, and of what stands behind a subcommand of its kin.
  let docker: UnsafePointer<ShellProgram>
  let letters: UnsafePointer<ShellProgram.Option>
  let longNames: UnsafePointer<ShellProgram.LongOption>
  /// The names of options.
  let text: UnsafePointer<UInt8>
  /// Numbers of programs.
  let names: QuickShellNames
  /// The traits of `find`'s primaries.
  let primaries: QuickShellNames
  /// Functions that run commands, in languages other than the shell's.
  let runners: QuickShellNames
  /// Programs that change what ``ShellCensus`` knows of a line.
  let noted: QuickShellNames
  /// Variables whose value means something to a line other than where they are named.
  let variables: QuickShellNames

  private init() {
    let list = ShellProgramList.all
    classes = Self.copied((0...255).map { QuickShellByte.of(UInt8($0)) })
    programs = Self.copied(list.entries.map(\.value))
    unknown = Self.copied([ShellProgram.unknown])
    docker = Self.copied([ShellProgram.docker])
    letters = Self.copied(list.letters)
    longNames = Self.copied(list.names)
    text = Self.copied(list.text)
    let reserved = [
      "!", "{", "}", "[[", "if", "then", "else", "elif", "fi", "while", "until", "for", "select", "do", "done", "case",
      "esac", "function", "time", "coproc",
    ]
    names = QuickShellNames(
      list.entries.enumerated().map { ($1.name, Int32(truncatingIfNeeded: $0)) }
        + reserved.map { (Array($0.utf8), Self.reserved) })
    primaries = QuickShellNames(ShellDecoder.primaryNames.map { ($0.name, Int32($0.value.rawValue)) })
    runners = QuickShellNames(ShellDecoder.runnerNames.map { (Array($0.utf8), 1) })
    noted = QuickShellNames(ShellCensus.notedNames.map { (Array($0.utf8), 1) })
    variables = QuickShellNames(
      (Array(ShellDecoder.commandVariables) + Array(ShellDecoder.expandedVariables)
        + Array(ShellDecoder.optionVariables)
        + ["HOME", "IFS"].map { Array($0.utf8) }).map { ($0, 1) })
  }

  private static func copied<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafePointer<Element> {
    let copy = UnsafeMutablePointer<Element>.allocate(capacity: max(elements.count, 1))
    for (index, element) in elements.enumerated() { (copy + index).initialize(to: element) }
    return UnsafePointer(copy)
  }

  /// The option of a letter; its own letter is 0 if the program has none.
  @inline(__always)
  func option(_ letter: UInt8, _ program: UnsafePointer<ShellProgram>) -> ShellProgram.Option {
    if letter >= 0x80 || letter == 0 { return ShellProgram.Option() }
    if letter == program.pointee.exception.letter { return program.pointee.exception }
    return letters[Int(program.pointee.firstLetter) + Int(letter)]
  }
}
