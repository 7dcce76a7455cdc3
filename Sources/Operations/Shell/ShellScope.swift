import PolicyBytecode

/// What the reader learns of assignments before anything is evaluated: names that loops and functions assign, whose
/// values a single pass in the order of the text cannot know.
struct ShellCensus {
  var loopDepth = 0
  var functionDepth = 0
  /// Names assigned in loops, in functions, and more than once anywhere.
  var inLoops: Set<[UInt8]> = []
  var inFunctions: Set<[UInt8]> = []
  var repeated: Set<[UInt8]> = []
  private var seen: Set<[UInt8]> = []
  /// Whether loops, or the text, hold assignments that cannot be seen here (`eval`, `.`).
  var isLoopDynamic = false
  var isDynamic = false
  var functions: Set<[UInt8]> = []
  /// Literal directories that `cd` goes to.
  var directories: [[UInt8]] = []

  var isEmpty: Bool {
    seen.isEmpty && functions.isEmpty && directories.isEmpty && !isDynamic && loopDepth == 0 && functionDepth == 0
  }

  /// Forgets everything.
  mutating func removeAll() {
    // Most lines leave nothing here.
    if !isEmpty { self = ShellCensus() }
  }

  /// The positional parameters go by this name.
  static let positional: [UInt8] = [Ascii.at]

  mutating func assigned(_ name: ByteRange, in source: [UInt8]) { assigned(Array(source[name.range])) }

  mutating func assigned(_ name: [UInt8]) {
    if !seen.insert(name).inserted { repeated.insert(name) }
    if loopDepth > 0 { inLoops.insert(name) }
    if functionDepth > 0 { inFunctions.insert(name) }
  }

  /// Every name in an arithmetic text counts as assigned if it assigns at all.
  mutating func arithmetic(_ text: ByteRange, in source: [UInt8]) {
    for name in ShellCensus.arithmeticNames(source[text.range]) { assigned(name) }
  }

  static func arithmeticNames(_ text: ArraySlice<UInt8>) -> [[UInt8]] {
    guard text.contains(where: { $0 == Ascii.equals || $0 == Ascii.plus || $0 == Ascii.dash }) else { return [] }
    var names: [[UInt8]] = []
    var index = text.startIndex
    while index < text.endIndex {
      guard Ascii.isNameStart(text[index]) else {
        index += 1
        continue
      }
      let start = index
      while index < text.endIndex, Ascii.isName(text[index]) { index += 1 }
      names.append(Array(text[start..<index]))
    }
    return names
  }

  /// Looks at a simple command for builtins that assign.
  mutating func note(_ command: ShellNode, in tree: borrowing ShellTree) {
    var index = command.words
    var program = tree.words[Int(index)].spelling
    guard program.count > 0 else { return }
    let initial = tree.source[Int(program.start)]
    // Cheap: nearly all programs start with a letter that no such builtin has, or are longer.
    if Ascii.isNameStart(initial) || initial == Ascii.dot {
      while program.count == 7, tree.source.has("builtin", at: program) || tree.source.has("command", at: program) {
        index = tree.words[Int(index)].next
        guard index >= 0 else { return }
        program = tree.words[Int(index)].spelling
      }
      guard program.count <= 9, let effect = Self.effects.value(tree.source, program) else { return }
      switch effect {
      case .dynamic: break
      case .positional:
        assigned(Self.positional)
        return
      case .directory:
        let target = tree.words[Int(index)].next
        if target >= 0, directories.count < ShellLimits.candidates {
          let word = tree.words[Int(target)]
          if word.first >= 0 {
            let part = tree.parts[Int(word.first)]
            if part.kind == .literal, part.next < 0 { directories.append(Array(tree.source[part.spelling.range])) }
          }
        }
        return
      case .names:
        index = tree.words[Int(index)].next
        while index >= 0 {
          let spelling = tree.source[tree.words[Int(index)].spelling.range]
          let name = spelling.prefix { Ascii.isName($0) }
          if !name.isEmpty { assigned(Array(name)) }
          if spelling.contains(Ascii.dollar) || spelling.contains(Ascii.quote) { setDynamic() }
          index = tree.words[Int(index)].next
        }
        return
      }
    }
    setDynamic()
  }

  private mutating func setDynamic() {
    isDynamic = true
    if loopDepth > 0 { isLoopDynamic = true }
  }

  private enum Effect { case names, positional, directory, dynamic }
  private static let effectNames: [(effect: Effect, names: [String])] = [
    (
      .names,
      [
        "export", "declare", "typeset", "local", "readonly", "read", "mapfile", "readarray", "getopts", "printf", "let",
        "unset", "wait",
      ]
    ), (.positional, ["set", "shift"]), (.directory, ["cd", "pushd"]), (.dynamic, ["eval", ".", "source", "trap"]),
  ]
  private static let effects = ShellNames(
    effectNames.flatMap { entry in entry.names.map { (Array($0.utf8), entry.effect) } })
  /// The programs of which ``note(_:in:)`` may learn something.
  static let notedNames = effectNames.flatMap(\.names) + ["builtin", "command"]
}

/// The variables of a payload as its commands are walked in order: what is surely known, and what may be.
///
/// An assignment counts while the region it stands in is open. A region is a branch, a loop or a function body that
/// may not run, and its assignments are no longer known behind it; leaving a subshell restores what it assigned.
struct ShellVariables {
  struct Value {
    /// The value if it is known, else what it may be.
    var values: [[UInt8]]
    var isKnown: Bool
    var isExported: Bool
    var region: Int32
    var process: Int32
    var epoch: Int32
  }

  private var values: [[UInt8]: Value] = [:]
  private var journal: [(name: [UInt8], old: Value?)] = []
  private var openRegions: [Bool] = [true]
  private var region: Int32 = 0
  private var process: Int32 = 0
  private var processes: Int32 = 0
  private var epoch: Int32 = 0
  /// Values older than these are stale: for all names, for those assigned in loops, in functions, or repeatedly.
  private var allEpoch: Int32 = 0
  private var loopEpoch: Int32 = 0
  private var callEpoch: Int32 = 0
  private var functionEpoch: Int32 = 0
  private var poisoned: Set<[UInt8]> = []
  /// What was exported before this does not surely arrive.
  private var environmentEpoch: Int32 = 0

  var isEmpty: Bool { values.isEmpty }

  /// Whether it is as it was at the start.
  var isUnused: Bool {
    values.isEmpty && journal.isEmpty && openRegions.count == 1 && epoch == 0 && processes == 0
      && poisoned.isEmpty
  }

  /// Whether a loop or a function was entered, or anything else that later values are told from earlier ones by.
  var hasPassed: Bool { epoch > 0 }

  // MARK: - Regions

  mutating func openRegion() -> Int32 {
    let outer = region
    openRegions.append(true)
    region = Int32(openRegions.count - 1)
    return outer
  }

  mutating func closeRegion(_ outer: Int32) {
    openRegions[Int(region)] = false
    region = outer
  }

  /// What to hand to ``leaveSubshell(_:)``.
  func enterSubshell() -> Int { journal.count }

  mutating func leaveSubshell(_ mark: Int) {
    while journal.count > mark, let entry = journal.popLast() { values[entry.name] = entry.old }
  }

  /// A program of its own, which sees exported variables only.
  mutating func enterProcess() -> (Int, Int32) {
    processes += 1
    defer { process = processes }
    return (journal.count, process)
  }

  mutating func leaveProcess(_ mark: (Int, Int32)) {
    leaveSubshell(mark.0)
    process = mark.1
  }

  private mutating func nextEpoch() -> Int32 {
    epoch += 1
    return epoch
  }

  /// Programs get another environment, up to ``leaveEnvironment(_:)``.
  mutating func enterEnvironment() { environmentEpoch = nextEpoch() }
  var environment: Int32 { environmentEpoch }
  mutating func leaveEnvironment(_ mark: Int32) { environmentEpoch = mark }

  mutating func enterLoop() { loopEpoch = nextEpoch() }
  mutating func enterFunction() -> Int32 {
    defer { functionEpoch = nextEpoch() }
    return functionEpoch
  }
  mutating func leaveFunction(_ mark: Int32) { functionEpoch = mark }
  /// A function was called.
  mutating func called() { callEpoch = nextEpoch() }
  /// Code that cannot be known has run.
  mutating func forgetAll() { allEpoch = nextEpoch() }
  mutating func poison(_ names: Set<[UInt8]>) { poisoned.formUnion(names) }

  // MARK: - Values

  mutating func set(_ name: [UInt8], _ new: [[UInt8]], isKnown: Bool, isExported: Bool = false) {
    let old = values[name]
    journal.append((name, old))
    values[name] = Value(
      values: new, isKnown: isKnown && !poisoned.contains(name) && !Self.isShells(name),
      isExported: isExported || old?.isExported ?? false,
      region: region, process: process, epoch: epoch)
  }

  /// Whether the shell itself assigns to a variable.
  private static func isShells(_ name: [UInt8]) -> Bool {
    guard let first = name.first, first == Ascii.underscore || first &- 0x41 < 26 else { return false }
    return shellsNames.contains(name) || name.starts(with: "BASH".utf8)
  }

  private static let shellsNames = Set(
    [
      "_", "COPROC", "DIRSTACK", "EPOCHREALTIME", "EPOCHSECONDS", "EUID", "FUNCNAME", "GROUPS", "LINENO", "MAPFILE",
      "OLDPWD",
      "OPTARG", "OPTIND", "PIPESTATUS", "PPID", "PWD", "RANDOM", "REPLY", "SECONDS", "SHELLOPTS", "SRANDOM", "UID",
    ].map { Array($0.utf8) })

  mutating func export(_ name: [UInt8]) {
    guard var value = values[name] else { return }
    journal.append((name, value))
    value.isExported = true
    values[name] = value
  }

  /// What is known of `name`: nil where the line says nothing of it.
  func lookup(_ name: [UInt8], _ census: ShellCensus) -> (values: [[UInt8]], isKnown: Bool)? {
    guard let value = values[name] else { return nil }
    if value.process != process, !value.isExported { return nil }
    if value.process != process, value.epoch < environmentEpoch { return (value.values, false) }
    var isKnown = value.isKnown && openRegions[Int(value.region)] && value.epoch >= allEpoch
    if isKnown, value.epoch < loopEpoch, census.isLoopDynamic || census.inLoops.contains(name) { isKnown = false }
    if isKnown, value.epoch < functionEpoch, census.isDynamic || census.repeated.contains(name) { isKnown = false }
    if isKnown, value.epoch < callEpoch, census.isDynamic || census.inFunctions.contains(name) { isKnown = false }
    return (value.values, isKnown)
  }
}
