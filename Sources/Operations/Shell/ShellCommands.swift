import PolicyBytecode

/// One program about to run.
struct ShellCall {
  /// Its words: a range of the decoder's fields, the program first.
  var argv: Range<Int>
  /// Its base name, in the arena.
  var name: ByteRange
  var program: ShellProgram
  var arguments: ShellArguments
  var effects: ShellEffects
  /// It runs in the shell itself, so that a builtin changes the shell's state.
  var inShell: Bool
}

/// Simple commands to operations with facts.
extension ShellDecoder {
  /// Runs the program that the fields name: emits its operation, then what it runs in turn.
  mutating func run(_ argv: Range<Int>, _ effects: ShellEffects, inShell: Bool, _ context: inout DecodeContext) {
    guard !isDone(context) else { return }
    output = nil
    if !isReading { likelyOutput = nil }
    let first = fields[argv.lowerBound]
    let isHistory = first.value.count > 1 && arena[Int(first.value.start)] == Ascii.bang
    if first.isUnknown || first.hasGlob || isHistory {
      printers += 1
      if inShell { variables.forgetAll() }
      context.unparsed(.shell, .unknownProgram)
      if effects.files.count > 0 { emitEmpty(effects, &context) }
      return
    }
    let name = ShellPaths.baseName(first.value, in: arena)
    // What is named by a path is no builtin.
    let inShell = inShell && name.count == first.value.count
    let program = ShellProgram.named(arena, name)
    var arguments = spareArguments.popLast() ?? ShellArguments()
    if program.role == .find { takeFind(argv, &arguments) } else { take(argv, program, &arguments) }
    var call = ShellCall(
      argv: argv, name: name, program: program, arguments: arguments, effects: effects, inShell: inShell)
    arguments = ShellArguments()
    let wasPrivileged = isPrivileged
    if program.isPrivileged { isPrivileged = true }
    let others = printers
    perform(call, &context)
    if readingDepth < ShellLimits.readingDepth { runReadings(argv, effects, inShell: inShell, &context) }
    if !aliases.isEmpty { expandAlias(Array(bytes(name)), call, &context) }
    isPrivileged = wasPrivileged
    if printers == others || !program.printsOnlyWhatItRuns { printers += 1 }
    if printers > others + 1, let text = output { (output, likelyOutput) = (nil, likelyOutput ?? text) }
    if inShell, !reader.census.functions.isEmpty, reader.census.functions.contains(Array(bytes(name))) {
      variables.called()
      mayBeIn(reader.census.directories)
    }
    swap(&arguments, &call.arguments)
    arguments.removeAll()
    spareArguments.append(arguments)
  }

  /// Runs the command again with each word that is not known as what it is likely to be: `rm ${none:--rf} /` is more than
  /// the removal of a strange name. What that does to the shell is not kept. Code in such a word, or behind it, may hold
  /// more of them.
  ///
  /// Then with the first of them only, with the first two, and so on: what a hidden option lets run (`chrt ${none:--b} 0
  /// aws ec2 terminate-$verb`) is not known for being read as what it is likely to be.
  private mutating func runReadings(
    _ argv: Range<Int>, _ effects: ShellEffects, inShell: Bool, _ context: inout DecodeContext
  ) {
    var count = 0
    for index in argv where fields[index].reading >= 0 {
      count = max(count, alternatives[Int(fields[index].reading)].count)
    }
    guard count > 0, !isExhausted else { return }
    let saved = (variables, directories, previousDirectories, aliases, output, input, printers)
    readingDepth += 1
    for number in 0..<min(count, ShellLimits.readings) {
      runReading(number, of: argv, upTo: argv.upperBound, effects, inShell: inShell, &context)
    }
    var tried = 0
    for index in argv where fields[index].reading >= 0 {
      if tried > 0 { runReading(0, of: argv, upTo: index, effects, inShell: inShell, &context) }
      tried += 1
      // Each time all words are looked at.
      if tried > ShellLimits.readingWords {
        context.unparsed(.shell, .oversized)
        break
      }
    }
    readingDepth -= 1
    (variables, directories, previousDirectories, aliases, output, input, printers) = saved
  }

  /// Runs the command with the words before `end` as the given one of what they are likely to be.
  private mutating func runReading(
    _ number: Int, of argv: Range<Int>, upTo end: Int, _ effects: ShellEffects, inShell: Bool,
    _ context: inout DecodeContext
  ) {
    guard !isDone(context) else { return }
    let base = fields.count
    var length = 0
    for index in argv {
      var field = fields[index]
      if index < end, field.reading >= 0, let last = alternatives[Int(field.reading)].indices.last {
        field = self.field(alternatives[Int(field.reading)][min(number, last)])
      }
      field.reading = -1
      length += field.value.count
      fields.append(field)
    }
    // Their number grows with the words.
    spend(length, &context)
    run(base..<fields.count, effects, inShell: inShell, &context)
    if likelyOutput == nil { likelyOutput = output }
    fields.truncate(to: base)
  }

  /// Runs words behind a program that carries them.
  mutating func carry(
    _ call: ShellCall, _ argv: Range<Int>, inShell: Bool = false, _ context: inout DecodeContext
  ) {
    guard !argv.isEmpty else {
      // The program itself may be among the words that xargs appends.
      if hasTrailing { context.unparsed(.shell, .unknownProgram) }
      return
    }
    carrying(call, &context) { $0.run(argv, ShellEffects(), inShell: inShell, &$1) }
  }

  /// Walks what a program carries.
  mutating func carrying(_ call: ShellCall, _ context: inout DecodeContext, _ body: Walk) {
    guard wrappers < ShellLimits.wrappers else { return context.unparsed(.shell, .depth) }
    wrappers += 1
    context.enter(program: bytes(call.name))
    body(&self, &context)
    context.leaveProgram()
    wrappers -= 1
  }

  /// Emits a command without a program: redirections and assignments by themselves, or nothing at all.
  mutating func emitEmpty(_ effects: ShellEffects, _ context: inout DecodeContext) {
    paths.removeAll()
    writes.removeAll()
    addRedirections(effects, &context)
    guard !isExhausted, context.open(.shell) else { return }
    if demand.contains(.command) { context.batch.facts.add(.command, "") }
    addPaths(to: &context)
    if demand.contains(.shellPrivileged) { context.batch.facts.add(.shellPrivileged, isPrivileged) }
    addWrites(to: &context)
    if demand.contains(.shellUnknown) { context.batch.facts.add(.shellUnknown, effects.isUnknown) }
    for index in effects.assigns.range { add(.shellAssigns, assigned[index], to: &context) }
    context.end()
  }

  /// Emits the operation of one program. `script` is the log's range of programs that write the script it runs.
  mutating func emit(_ call: ShellCall, script: ByteRange = ByteRange(), _ context: inout DecodeContext) {
    log.append(call.name)
    paths.removeAll()
    writes.removeAll()
    if demand.contains(.shellPath) || demand.contains(.shellWrites) {
      addPaths(call, &context)
      addRedirections(call.effects, &context)
    }
    if demand.contains(.command) { spend(canonicalLength(call), &context) }
    guard !isExhausted else { return }
    let piped =
      demand.contains(.shellInputFrom) && input.log.count > 0 && input.kind != .inherited ? input.log : ByteRange()
    let scripted = demand.contains(.shellInputFrom) ? script : ByteRange()
    if piped.count + scripted.count > 0 {
      var length = 0
      for index in piped.range { length += log[index].count }
      for index in scripted.range { length += log[index].count }
      spend(length, &context)
      guard !isExhausted else { return }
    }
    guard context.open(.shell) else { return }
    if demand.contains(.command) { addCanonical(call, to: &context) }
    if demand.contains(.shellProgram) { add(.shellProgram, call.name, to: &context) }
    if demand.contains(.shellFlag) { addFlags(call, &context) }
    if demand.contains(.shellArgument) {
      for index in call.argv.dropFirst() { add(.shellArgument, fields[index].value, to: &context) }
    }
    addPaths(to: &context)
    if demand.contains(.shellPrivileged) { context.batch.facts.add(.shellPrivileged, isPrivileged) }
    for index in piped.range { add(.shellInputFrom, log[index], to: &context) }
    for index in scripted.range { add(.shellInputFrom, log[index], to: &context) }
    addWrites(to: &context)
    if demand.contains(.shellUnknown) { context.batch.facts.add(.shellUnknown, isUnknown(call)) }
    for index in call.effects.assigns.range { add(.shellAssigns, assigned[index], to: &context) }
    context.end()
  }

  /// Whether words of a command are not known.
  private mutating func isUnknown(_ call: ShellCall) -> Bool {
    if hasTrailing || isReading || call.effects.isUnknown { return true }
    for index in call.argv where fields[index].isUnknown { return true }
    return false
  }

  /// Adds a range of the arena as a fact.
  @inline(__always)
  private mutating func add(_ fact: Fact, _ text: ByteRange, to context: inout DecodeContext) {
    arena.withUnsafeBufferPointer { context.batch.facts.add(fact, UnsafeBufferPointer(rebasing: $0[text.range])) }
  }

  private mutating func addPaths(to context: inout DecodeContext) {
    for index in 0..<paths.count { add(.shellPath, paths[index], to: &context) }
  }

  private mutating func addWrites(to context: inout DecodeContext) {
    for index in 0..<writes.count { add(.shellWrites, writes[index], to: &context) }
  }

  private mutating func addFlags(_ call: ShellCall, _ context: inout DecodeContext) {
    for option in call.arguments.options {
      if option.letter != 0 {
        // `-a` to `-z` and so on, without an array for each.
        withUnsafeBytes(of: (Ascii.dash, option.letter)) {
          context.batch.facts.add(.shellFlag, $0.assumingMemoryBound(to: UInt8.self))
        }
      } else {
        context.batch.facts.add(.shellFlag, name(of: option))
      }
    }
  }

  /// How long the canonical text is: the words joined by one space; one with blanks or quotes, or an empty one, in
  /// single quotes.
  private mutating func canonicalLength(_ call: ShellCall) -> Int {
    var length = call.argv.count - 1
    for index in call.argv {
      let word = fields[index].value
      length += word.count
      let quotes = quotes(in: word)
      if quotes.needed { length += 2 + 3 * quotes.inside }
    }
    return length
  }

  /// Whether a word stands in quotes in the canonical text, and how many single quotes are in it.
  @inline(__always)
  private mutating func quotes(in word: ByteRange) -> (needed: Bool, inside: Int) {
    var needed = word.count == 0
    var inside = 0
    for at in word.range where arena[at] <= Ascii.quote {
      switch arena[at] {
      case Ascii.quote:
        inside += 1
        needed = true
      case Ascii.doubleQuote, Ascii.space, Ascii.tab, Ascii.newline: needed = true
      default: break
      }
    }
    return (needed, inside)
  }

  private mutating func addCanonical(_ call: ShellCall, to context: inout DecodeContext) {
    context.batch.facts.add(.command) { text in
      for index in call.argv {
        if index > call.argv.lowerBound { text.append(Ascii.space) }
        let word = fields[index].value
        let quotes = quotes(in: word)
        if quotes.needed { text.append(Ascii.quote) }
        if quotes.inside == 0 {
          arena.withUnsafeBufferPointer { text.append(contentsOf: UnsafeBufferPointer(rebasing: $0[word.range])) }
        } else {
          for at in word.range {
            let byte = arena[at]
            if byte == Ascii.quote {
              text.append(Ascii.quote)
              text.append(Ascii.backslash)
              text.append(Ascii.quote)
            }
            text.append(byte)
          }
        }
        if quotes.needed { text.append(Ascii.quote) }
      }
    }
  }

  /// Appends a range of the arena to its end.
  mutating func copy(_ range: ByteRange) {
    // A slice that lived while the arena grows would copy all of it.
    for index in range.range { arena.append(arena[index]) }
  }

  // MARK: - Paths

  private mutating func addRedirections(_ effects: ShellEffects, _ context: inout DecodeContext) {
    for isWritten in [false, true] where effects.files.count > 0 {
      for index in effects.files.range where files[index].isWritten == isWritten {
        addPath(files[index].field, isWritten: isWritten, &context)
      }
    }
  }

  /// Adds the paths that the value of `field` may be, from `offset` on.
  private mutating func addPath(
    _ field: ShellField, from offset: Int = 0, isWritten: Bool, _ context: inout DecodeContext
  ) {
    var text = field.value
    text.start += Int32(offset)
    if field.isUnknown, arena.begins(with: "<(", at: field.value) || arena.begins(with: ">(", at: field.value) {
      return
    }
    if arena.begins(with: "file://", at: text) { text.start += 7 }
    guard text.count > 0, !isAddress(text), !arena.has("-", at: text) else { return }
    if field.alternatives < 0, directories.count == 1, directories[0].isEmpty || !isRelative(text),
      ShellPaths.isNormal(text, in: arena)
    {
      spend(text.count, &context)
      return addPath(text, isWritten: isWritten)
    }
    for path in possiblePaths(text, field.alternatives) {
      spend(path.count, &context)
      addPath(store(path), isWritten: isWritten)
    }
  }

  /// The paths that a text of the arena, or one of its alternatives, may be. Slices of the arena must be over before the
  /// arena grows, which would copy it.
  @inline(never)
  private mutating func possiblePaths(_ range: ByteRange, _ alternatives: Int32) -> [[UInt8]] {
    let text = bytes(range)
    if alternatives < 0, directories.count == 1 { return [ShellPaths.normalised(text, in: directories[0])] }
    var spellings = [text]
    if alternatives >= 0 { spellings += self.alternatives[Int(alternatives)].map { $0[...] } }
    var found: [[UInt8]] = []
    for spelling in spellings where !spelling.isEmpty {
      for directory in directories {
        let path = ShellPaths.normalised(spelling, in: directory)
        if !found.contains(path) { found.append(path) }
      }
    }
    return found
  }

  /// Whether a path starts where the commands run.
  private mutating func isRelative(_ text: ByteRange) -> Bool {
    let first = arena[Int(text.start)]
    return first != Ascii.slash && first != Ascii.tilde
  }

  private mutating func addPath(_ path: ByteRange, isWritten: Bool) {
    if demand.contains(.shellPath) { paths.append(path) }
    if isWritten, demand.contains(.shellWrites) { writes.append(path) }
  }

  /// Whether an operand is a URL rather than a path.
  private mutating func isAddress(_ text: ByteRange) -> Bool {
    guard Ascii.isNameStart(arena[Int(text.start)]) else { return false }
    let end = min(Int(text.end), Int(text.start) + 16)
    guard let colon = arena.firstIndex(of: Ascii.colon, in: ByteRange(Int(text.start), end)) else { return false }
    return arena.begins(with: "://", at: ByteRange(colon, Int(text.end)))
  }

  private mutating func addPaths(_ call: ShellCall, _ context: inout DecodeContext) {
    let program = call.program
    let toStandardOutput =
      program.operands == .write && program.isCompressor && arena[Int(call.name.end) - 1] != 0x65
      && call.arguments.has(0x63)
    for option in call.arguments.options where option.hasValue {
      guard option.use != .code, program.role != .interpreter, program.role != .awk else { continue }
      let value = option.field
      switch option.use {
      case .path, .write: addPath(value, isWritten: option.use == .write, &context)
      default:
        // `curl -d @FILE`, `curl -F name=@FILE`
        if program.names.count > 0, let at = arena.firstIndex(of: Ascii.at, in: value.value),
          at == Int(value.value.start) || arena[at - 1] == Ascii.equals
        {
          addPath(value, from: at + 1 - Int(value.value.start), isWritten: false, &context)
          continue
        }
        guard ShellPaths.isEvident(value.value, in: arena) else { continue }
        var path = value
        // `-v HOST:CONTAINER`
        if program.role == .container, let colon = arena.firstIndex(of: Ascii.colon, in: value.value) {
          path.value.end = Int32(colon)
        }
        addPath(path, isWritten: false, &context)
      }
    }
    let isScriptGiven =
      program.hasScript
      && call.arguments.options.contains { option in
        (option.letter == 0x65 || option.letter == 0x66) && option.hasValue
      }
    let skipped = isScriptGiven ? 0 : program.skipped
    let hasTarget = program.writesLast && call.arguments.has(0x74)
    var count = call.arguments.operands.count
    if program.role == .interpreter || program.role == .shell {
      // Behind code given by an option come the code's own arguments.
      if hasCode(call) { count = 0 }
    }
    var position = skipped
    while position < count {
      let field = fields[call.arguments.operands[position]]
      let isTarget = program.writesLast && position == count - 1 && (count > 1 || program.role == .plain)
      if let path = operandPath(
        call, field.value, isWritten: isTarget && !hasTarget, toStandardOutput: toStandardOutput)
      {
        addPath(field, from: path.from, isWritten: path.isWritten, &context)
      }
      position += 1
    }
    if program.role == .find, count == 0 {
      let here = field([Ascii.dot])
      addPath(here, isWritten: writesFound(call), &context)
    }
    addArchive(call, &context)
  }

  /// Where in an operand a path starts and whether it is written to; nil where the operand is none.
  private mutating func operandPath(
    _ call: ShellCall, _ text: ByteRange, isWritten isTarget: Bool, toStandardOutput: Bool
  ) -> (from: Int, isWritten: Bool)? {
    let program = call.program
    let first = text.count > 0 ? arena[Int(text.start)] : 0
    if program.role == .editor, first == Ascii.plus { return nil }
    // Options of the script, not of its interpreter.
    if program.role == .interpreter || program.role == .shell, first == Ascii.dash { return nil }
    var isWritten = isTarget || program.operands == .write && !toStandardOutput
    if program.writesWith != 0, call.arguments.has(program.writesWith) { isWritten = true }
    if program.role == .find { isWritten = writesFound(call) }
    if Ascii.isNameStart(first), let equals = keyEnd(text) {
      let key = ByteRange(Int(text.start), equals)
      let isOutput = arena.has("of", at: key)
      if isOutput || arena.has("if", at: key) || ShellPaths.isEvident(ByteRange(equals + 1, Int(text.end)), in: arena) {
        return (equals + 1 - Int(text.start), isOutput)
      }
    }
    guard program.operands == .none else { return (0, isWritten) }
    // `sudo -e`
    if program.isPrivileged, program.role == .environment, call.arguments.has(0x65) { return (0, true) }
    return arena.begins(with: "file://", at: text) ? (0, false) : nil
  }

  /// Where the `=` of `KEY=VALUE` stands.
  private mutating func keyEnd(_ text: ByteRange) -> Int? {
    for index in text.range where !Ascii.isName(arena[index]) && arena[index] != Ascii.dash {
      return arena[index] == Ascii.equals ? index : nil
    }
    return nil
  }

  /// What `tar` writes: the archive it creates or changes, the directory it extracts into.
  private mutating func addArchive(_ call: ShellCall, _ context: inout DecodeContext) {
    guard call.program.isOldStyle else { return }
    let creates = [0x63, 0x72, 0x75, 0x41].contains { call.arguments.has($0) }
    for option in call.arguments.options {
      guard let value = option.value else { continue }
      if option.letter == 0x66 {
        addPath(value, isWritten: creates, &context)
      } else if option.letter == 0x43, call.arguments.has(0x78) {
        addPath(value, isWritten: true, &context)
      }
    }
  }
}
