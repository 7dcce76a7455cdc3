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
    let first = fields[argv.lowerBound]
    let (program, name, isHistory) = program(in: first)
    if first.isUnknown || first.hasGlob || isHistory {
      if inShell { variables.forgetAll() }
      context.unparsed(.shell, .unknownProgram)
      if !effects.reads.isEmpty || !effects.writes.isEmpty { emitEmpty(effects, &context) }
      return
    }
    let arguments = program.role == .find ? findArguments(argv) : arguments(argv, program)
    var call = ShellCall(
      argv: argv, name: name, program: program, arguments: arguments, effects: effects, inShell: inShell)
    let wasPrivileged = isPrivileged
    if program.isPrivileged { isPrivileged = true }
    perform(&call, &context)
    if !aliases.isEmpty { expandAlias(Array(bytes(name)), call, &context) }
    isPrivileged = wasPrivileged
    if inShell, !reader.census.functions.isEmpty, reader.census.functions.contains(Array(bytes(name))) {
      variables.called()
    }
  }

  /// The program that a field names, its base name, and whether it is an event of the history (`!!`) instead. It holds
  /// slices of the arena, and so must be over before the arena grows, which would copy it for each command.
  @inline(never)
  private func program(in field: ShellField) -> (program: ShellProgram, name: ByteRange, isHistory: Bool) {
    let text = bytes(field.value)
    let base = ShellPaths.baseName(text)
    return (
      ShellProgram.named(base), ByteRange(base.startIndex, base.endIndex), text.count > 1 && text.first == Ascii.bang
    )
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
    context.enter(program: Array(bytes(call.name)))
    body(&self, &context)
    context.leaveProgram()
    wrappers -= 1
  }

  /// Emits a command without a program: redirections and assignments by themselves, or nothing at all.
  mutating func emitEmpty(_ effects: ShellEffects, _ context: inout DecodeContext) {
    var paths: [ByteRange] = []
    var writes: [ByteRange] = []
    addRedirections(effects, &paths, &writes, &context)
    guard !isExhausted else { return }
    let isUnknown = (effects.reads + effects.writes).contains { $0.isUnknown }
    let (arena, isPrivileged) = (arena, isPrivileged)
    context.operation(.shell) { facts, demand in
      if demand.contains(.command) { facts.add(.command, []) }
      for path in paths { facts.add(.shellPath, arena[path.range]) }
      if demand.contains(.shellPrivileged) { facts.add(.shellPrivileged, isPrivileged) }
      for path in writes { facts.add(.shellWrites, arena[path.range]) }
      if demand.contains(.shellUnknown) { facts.add(.shellUnknown, isUnknown) }
    }
  }

  /// Emits the operation of one program. `script` is the log's range of programs that write the script it runs.
  mutating func emit(_ call: ShellCall, script: ByteRange = ByteRange(), _ context: inout DecodeContext) {
    log.append(call.name)
    var paths: [ByteRange] = []
    var writes: [ByteRange] = []
    if demand.contains(.shellPath) || demand.contains(.shellWrites) {
      addPaths(call, &paths, &writes, &context)
      addRedirections(call.effects, &paths, &writes, &context)
    }
    let command = demand.contains(.command) ? canonical(call) : ByteRange()
    spend(command.count, &context)
    guard !isExhausted else { return }
    var inputs: [ByteRange] = []
    if demand.contains(.shellInputFrom) {
      let piped = input.log.count > 0 && input.kind != .inherited ? input.log : ByteRange()
      if piped.count + script.count > 0 { inputs = Array(log[piped.range] + log[script.range]) }
      spend(inputs.reduce(0) { $0 + $1.count }, &context)
      guard !isExhausted else { return }
    }
    var isUnknown = hasTrailing || (call.effects.reads + call.effects.writes).contains { $0.isUnknown }
    for index in call.argv where fields[index].isUnknown { isUnknown = true }
    let (arena, fields, isPrivileged) = (arena, fields, isPrivileged)
    context.operation(.shell) { facts, demand in
      if demand.contains(.command) { facts.add(.command, arena[command.range]) }
      if demand.contains(.shellProgram) { facts.add(.shellProgram, arena[call.name.range]) }
      if demand.contains(.shellFlag) {
        for option in call.arguments.options {
          if option.letter != 0 {
            facts.add(.shellFlag, [Ascii.dash, option.letter])
          } else {
            facts.add(.shellFlag, option.name)
          }
        }
      }
      if demand.contains(.shellArgument) {
        for index in call.argv.dropFirst() { facts.add(.shellArgument, arena[fields[index].value.range]) }
      }
      if demand.contains(.shellPath) { for path in paths { facts.add(.shellPath, arena[path.range]) } }
      if demand.contains(.shellPrivileged) { facts.add(.shellPrivileged, isPrivileged) }
      for name in inputs { facts.add(.shellInputFrom, arena[name.range]) }
      if demand.contains(.shellWrites) { for path in writes { facts.add(.shellWrites, arena[path.range]) } }
      if demand.contains(.shellUnknown) { facts.add(.shellUnknown, isUnknown) }
    }
  }

  /// The words joined by one space; one with blanks or quotes, or an empty one, in single quotes.
  private mutating func canonical(_ call: ShellCall) -> ByteRange {
    let start = arena.count
    for index in call.argv {
      if index > call.argv.lowerBound { arena.append(Ascii.space) }
      let word = fields[index].value
      var needsQuotes = word.count == 0
      for at in word.range {
        let byte = arena[at]
        if Ascii.isSpace(byte) || byte == Ascii.quote || byte == Ascii.doubleQuote { needsQuotes = true }
      }
      if needsQuotes { arena.append(Ascii.quote) }
      for at in word.range {
        let byte = arena[at]
        if byte == Ascii.quote { arena += [Ascii.quote, Ascii.backslash, Ascii.quote] }
        arena.append(byte)
      }
      if needsQuotes { arena.append(Ascii.quote) }
    }
    return ByteRange(start, arena.count)
  }

  // MARK: - Paths

  private mutating func addRedirections(
    _ effects: ShellEffects, _ paths: inout [ByteRange], _ writes: inout [ByteRange], _ context: inout DecodeContext
  ) {
    for field in effects.reads { addPath(field, isWritten: false, &paths, &writes, &context) }
    for field in effects.writes { addPath(field, isWritten: true, &paths, &writes, &context) }
  }

  private mutating func addPath(
    _ field: ShellField, from offset: Int = 0, isWritten: Bool, _ paths: inout [ByteRange],
    _ writes: inout [ByteRange], _ context: inout DecodeContext
  ) {
    for path in possiblePaths(field, from: offset) {
      spend(path.count, &context)
      addPath(store(path), isWritten: isWritten, &paths, &writes)
    }
  }

  /// The paths that a field may be. Its text is a slice of the arena, and none may live while the arena grows: that
  /// would copy it; inlined, one may.
  @inline(never)
  private func possiblePaths(_ field: ShellField, from offset: Int) -> [[UInt8]] {
    let whole = bytes(field.value)
    var text = whole.dropFirst(offset)
    if field.isUnknown, whole.starts(with: "<(".utf8) || whole.starts(with: ">(".utf8) { return [] }
    if text.starts(with: "file://".utf8) { text = text.dropFirst(7) }
    guard !text.isEmpty, !isAddress(text), !text.elementsEqual([Ascii.dash]) else { return [] }
    if field.alternatives < 0, directories.count == 1 { return [ShellPaths.normalised(text, in: directories[0])] }
    var spellings = [text]
    if field.alternatives >= 0 { spellings += alternatives[Int(field.alternatives)].map { $0[...] } }
    var found: [[UInt8]] = []
    for spelling in spellings where !spelling.isEmpty {
      for directory in directories {
        let path = ShellPaths.normalised(spelling, in: directory)
        if !found.contains(path) { found.append(path) }
      }
    }
    return found
  }

  private func addPath(_ path: ByteRange, isWritten: Bool, _ paths: inout [ByteRange], _ writes: inout [ByteRange]) {
    if demand.contains(.shellPath) { paths.append(path) }
    if isWritten, demand.contains(.shellWrites) { writes.append(path) }
  }

  /// Whether an operand is a URL rather than a path.
  private func isAddress(_ text: ArraySlice<UInt8>) -> Bool {
    guard let first = text.first, Ascii.isNameStart(first), let colon = text.prefix(16).firstIndex(of: Ascii.colon)
    else {
      return false
    }
    return text[colon...].starts(with: "://".utf8)
  }

  private mutating func addPaths(
    _ call: ShellCall, _ paths: inout [ByteRange], _ writes: inout [ByteRange], _ context: inout DecodeContext
  ) {
    let program = call.program
    let arguments = call.arguments
    let toStandardOutput =
      arguments.has(0x63) && program.operands == .write && bytes(call.name).last != 0x65 && isCompressor(call)
    for option in arguments.options {
      guard let value = option.value, option.use != .code, program.role != .interpreter, program.role != .awk else {
        continue
      }
      switch option.use {
      case .path, .write: addPath(value, isWritten: option.use == .write, &paths, &writes, &context)
      default:
        // `curl -d @FILE`, `curl -F name=@FILE`
        if let at = bytes(value.value).firstIndex(of: Ascii.at), !program.names.isEmpty,
          at == Int(value.value.start) || arena[at - 1] == Ascii.equals
        {
          addPath(value, from: at + 1 - Int(value.value.start), isWritten: false, &paths, &writes, &context)
          continue
        }
        guard ShellPaths.isEvident(bytes(value.value)) else { continue }
        var path = value
        // `-v HOST:CONTAINER`
        if program.role == .container, let colon = bytes(value.value).firstIndex(of: Ascii.colon) {
          path.value.end = Int32(colon)
        }
        addPath(path, isWritten: false, &paths, &writes, &context)
      }
    }
    let isScriptGiven =
      program.hasScript
      && arguments.options.contains { option in
        (option.letter == 0x65 || option.letter == 0x66) && option.value != nil
      }
    let skipped = isScriptGiven ? 0 : program.skipped
    let hasTarget = arguments.has(0x74) && program.writesLast
    var operands = arguments.operands[...]
    if program.role == .interpreter || program.role == .shell {
      // Behind code given by an option come the code's own arguments.
      if hasCode(call) { operands = [] }
    }
    let last = operands.indices.last
    for position in operands.indices where position >= skipped {
      let field = fields[operands[position]]
      let isTarget = program.writesLast && position == last && (operands.count > 1 || program.role == .plain)
      guard let path = operandPath(call, field, isWritten: isTarget && !hasTarget, toStandardOutput: toStandardOutput)
      else { continue }
      addPath(field, from: path.from, isWritten: path.isWritten, &paths, &writes, &context)
    }
    if program.role == .find, operands.isEmpty {
      let here = field([Ascii.dot])
      addPath(here, isWritten: writesFound(call), &paths, &writes, &context)
    }
    addArchive(call, &paths, &writes, &context)
  }

  /// Where in an operand a path starts and whether it is written to; nil where the operand is none. It holds a slice of
  /// the arena, and so must be over before the arena grows.
  @inline(never)
  private func operandPath(
    _ call: ShellCall, _ field: ShellField, isWritten isTarget: Bool, toStandardOutput: Bool
  ) -> (from: Int, isWritten: Bool)? {
    let program = call.program
    let text = bytes(field.value)
    if program.role == .editor, text.first == Ascii.plus { return nil }
    // Options of the script, not of its interpreter.
    if program.role == .interpreter || program.role == .shell, text.first == Ascii.dash { return nil }
    var isWritten = isTarget || program.operands == .write && !toStandardOutput
    if program.writesWith != 0, call.arguments.has(program.writesWith) { isWritten = true }
    if program.role == .find { isWritten = writesFound(call) }
    if let equals = text.firstIndex(of: Ascii.equals), text.first.map(Ascii.isNameStart) == true,
      text[..<equals].allSatisfy({ Ascii.isName($0) || $0 == Ascii.dash })
    {
      let key = text[..<equals]
      let isOutput = key.elementsEqual("of".utf8)
      if isOutput || key.elementsEqual("if".utf8) || ShellPaths.isEvident(text[(equals + 1)...]) {
        return (equals + 1 - text.startIndex, isOutput)
      }
    }
    guard program.operands == .none else { return (0, isWritten) }
    // `sudo -e`
    if program.isPrivileged, program.role == .environment, call.arguments.has(0x65) { return (0, true) }
    return text.starts(with: "file://".utf8) ? (0, false) : nil
  }

  /// `gzip -c` and its kin write nothing but their standard output.
  private func isCompressor(_ call: ShellCall) -> Bool {
    call.program.names.contains { $0.option.letter == 0x63 && $0.name.elementsEqual("stdout".utf8) }
  }

  /// What `tar` writes: the archive it creates or changes, the directory it extracts into.
  private mutating func addArchive(
    _ call: ShellCall, _ paths: inout [ByteRange], _ writes: inout [ByteRange], _ context: inout DecodeContext
  ) {
    guard call.program.isOldStyle else { return }
    let creates = [0x63, 0x72, 0x75, 0x41].contains { call.arguments.has($0) }
    for option in call.arguments.options {
      guard let value = option.value else { continue }
      if option.letter == 0x66 {
        addPath(value, isWritten: creates, &paths, &writes, &context)
      } else if option.letter == 0x43, call.arguments.has(0x78) {
        addPath(value, isWritten: true, &paths, &writes, &context)
      }
    }
  }
}
