import PolicyBytecode

/// Programs that run nothing, or the words behind them, as ``ShellDecoder/perform(_:_:)`` has it.
extension QuickShell {
  /// Emits the operation of the program that words name, and those of what it runs; false where that is for the decoder.
  ///
  /// - Parameters:
  ///   - isHead: whether it is the first of a list and in no pipeline, so that a change of directory holds behind it.
  ///   - inShell: whether it runs in the shell itself.
  mutating func run(
    _ argv: Range<Int>, _ files: Range<Int>, isHead: Bool, inShell: Bool, _ context: inout DecodeContext
  ) -> Bool {
    let text = QuickShellText(context.batch.facts)
    let first = words[argv.lowerBound]
    guard first.value.count > 0 else { return false }
    let isHistory = first.value.count > 1 && text[Int(first.valueStart)] == Ascii.bang
    if isHistory || !first.traits.isDisjoint(with: [.isUnknown, .hasGlob]) { return runUnknown(files, &context) }
    let name = first.traits.contains(.isMarked) ? baseName(first.value, text) : first.value
    // What is named by a path is no builtin.
    let inShell = inShell && name.count == first.value.count
    let bytes = text.bytes(name)
    let hash = factHash(text.base + Int(name.start), bytes.count)
    guard let program = program(name, hash, text) else { return false }
    if isForDecoder(program) {
      return mayHandOver(program) && handOver(argv, files, inShell: inShell, &context)
    }
    var call = QuickShellCall(
      argv: argv, name: name, hash: hash, program: program, options: options.count..<options.count,
      operands: operands.count..<operands.count)
    if program.pointee.role == .find {
      takeFind(argv, text)
    } else {
      take(argv, program, isOrdered: program.pointee.isOrdered, text)
    }
    var isKnown =
      switch program.pointee.role {
      case .versionControl: takeVerb(call, text)
      case .container: takeContainerVerb(call, text)
      default: true
      }
    call.options = call.options.lowerBound..<options.count
    call.operands = call.operands.lowerBound..<operands.count
    for index in call.options where options[index].hasValue {
      // Code, whether by a trait of the option or by its name.
      if options[index].use == .code || isNamed(options[index], "--checkpoint-action", text) { isKnown = false }
    }
    if !isKnown || !knows(call, inShell: inShell, text) {
      options.truncate(to: call.options.lowerBound)
      operands.truncate(to: call.operands.lowerBound)
      return mayHandOver(program) && handOver(argv, files, inShell: inShell, &context)
    }
    let wasPrivileged = isPrivileged
    if program.pointee.isPrivileged { isPrivileged = true }
    let isRead = perform(call, files, isHead: isHead, inShell: inShell, &context)
    isPrivileged = wasPrivileged
    options.truncate(to: call.options.lowerBound)
    operands.truncate(to: call.operands.lowerBound)
    return isRead
  }

  /// Emits what stands for a program of which even the name is not known; false where it reads or writes files.
  private mutating func runUnknown(_ files: Range<Int>, _ context: inout DecodeContext) -> Bool {
    guard files.isEmpty else { return false }
    enterCarriers(&context)
    context.unparsed(.shell, .unknownProgram)
    leaveCarriers(&context)
    return true
  }

  /// Tells `context` of the programs that carry the one at hand, for what others emit.
  mutating func enterCarriers(_ context: inout DecodeContext) {
    for index in 0..<carriers.count {
      let name = QuickShellText(context.batch.facts).bytes(carriers[index])
      context.enter(program: name)
    }
  }

  mutating func leaveCarriers(_ context: inout DecodeContext) {
    for _ in 0..<carriers.count { context.leaveProgram() }
  }

  /// Whether what a program does with these words is known here.
  @inline(__always)
  private mutating func knows(_ call: QuickShellCall, inShell: Bool, _ text: QuickShellText) -> Bool {
    switch call.program.pointee.role {
    case .environment: !hasSettings(call, text)
    case .prefix: !text.has("screen", at: call.name)
    case .awk: isInert(call, text)
    case .sed: isInertSed(call, text)
    case .interpreter: isInertCode(call, text)
    default: true
    }
  }

  /// Whether what a program does is known here of none of its command lines.
  @inline(__always)
  private mutating func isForDecoder(_ program: UnsafePointer<ShellProgram>) -> Bool {
    switch program.pointee.role {
    case .plain, .versionControl, .container, .find, .xargs, .exec, .applet, .directory, .read, .environment, .prefix,
      .awk, .sed, .interpreter:
      false
    default: true
    }
  }

  /// Whether a program does nothing to the shell that starts it.
  private mutating func mayHandOver(_ program: UnsafePointer<ShellProgram>) -> Bool {
    switch program.pointee.role {
    case .eval, .source, .trap, .alias, .exec, .coproc, .declare, .read, .directory: false
    default: true
    }
  }

  private mutating func perform(
    _ call: QuickShellCall, _ files: Range<Int>, isHead: Bool, inShell: Bool, _ context: inout DecodeContext
  ) -> Bool {
    switch call.program.pointee.role {
    case .plain, .versionControl:
      emit(call, files, &context)
      return note(call, QuickShellText(context.batch.facts))
    case .find:
      emit(call, files, &context)
      return find(call, &context)
    case .xargs:
      if mayKnowInput { return false }
      emit(call, files, &context)
      return xargs(call, &context)
    case .environment:
      emit(call, files, &context)
      return environment(call, &context)
    case .prefix:
      emit(call, files, &context)
      return prefix(call, &context)
    case .exec:
      let text = QuickShellText(context.batch.facts)
      if text[Int(call.name.start)] == 0x65 { return false }
      emit(call, files, &context)
      if text[Int(call.name.start)] == 0x63, has(0x76, call) || has(0x56, call) { return true }
      guard !call.operands.isEmpty else { return true }
      let first = Int(operands[call.operands.lowerBound])
      return carry(call, first..<call.argv.upperBound, isHead: isHead, inShell: inShell, &context)
    case .applet:
      emit(call, files, &context)
      guard !call.operands.isEmpty else { return true }
      return carry(call, Int(operands[call.operands.lowerBound])..<call.argv.upperBound, &context)
    case .awk, .sed, .container, .interpreter:
      emit(call, files, &context)
      return true
    case .directory:
      emit(call, files, &context)
      return !inShell || isHead && changeDirectory(call, &context.batch.facts)
    case .read:
      emit(call, files, &context)
      if !inShell { return true }
      if !mayKnowInput, QuickShellText(context.batch.facts).has("read", at: call.name) {
        // What it assigns was noted, or it is the first that assigns anything.
        return carriers.count == 0 || assigns.isEmpty && !hasAssignments && !hasScoped
      }
      hasRead = true
      return !hasTilde && !hasVariable
    default: return false
    }
  }

  // MARK: - Names

  /// See ``ShellPaths/baseName(_:in:)``.
  @inline(__always)
  private mutating func baseName(_ path: ByteRange, _ text: QuickShellText) -> ByteRange {
    var end = Int(path.end)
    while end > Int(path.start) + 1, text[end - 1] == Ascii.slash { end -= 1 }
    var start = end
    while start > Int(path.start), text[start - 1] != Ascii.slash { start -= 1 }
    return start == end ? ByteRange(Int(path.start), end) : ByteRange(start, end)
  }

  /// What is known of the program of a name, as ``ShellProgram/named(_:_:)`` has it; nil for what is for the decoder.
  @inline(__always)
  private mutating func program(_ name: ByteRange, _ hash: UInt32, _ text: QuickShellText) -> UnsafePointer<
    ShellProgram
  >? {
    let number = tables.pointee.names.value(text.base + Int(name.start), name.count, hash: hash)
    if number >= 0 { return tables.pointee.programs + Int(number) }
    if number == QuickShellTables.reserved { return nil }
    if text.begins(with: "ld", at: name) || text.begins(with: "mkfs.", at: name) { return nil }
    // A version ends in a digit, or in a dot.
    let last = text[Int(name.end) - 1]
    guard Ascii.isDigit(last) || last == Ascii.dot else { return tables.pointee.unknown }
    guard let digit = text.bytes(name).firstIndex(where: Ascii.isDigit) else { return tables.pointee.unknown }
    return versioned(name, Int(name.start) + digit, text)
  }

  /// `python3.11`, `php8`: the version does not matter.
  private mutating func versioned(_ name: ByteRange, _ digit: Int, _ text: QuickShellText) -> UnsafePointer<
    ShellProgram
  >? {
    for index in digit..<Int(name.end) where !Ascii.isDigit(text[index]) && text[index] != Ascii.dot {
      return tables.pointee.unknown
    }
    var bare = ByteRange(Int(name.start), digit)
    if bare.count > 0, text[Int(bare.end) - 1] == Ascii.dash { bare.end -= 1 }
    let number = text.value(bare, in: tables.pointee.names)
    if number == QuickShellTables.reserved { return nil }
    return number < 0 ? tables.pointee.unknown : tables.pointee.programs + Int(number)
  }

  // MARK: - Carrying

  /// Runs words behind a program that carries them.
  private mutating func carry(
    _ call: QuickShellCall, _ argv: Range<Int>, isHead: Bool = false, inShell: Bool = false,
    _ context: inout DecodeContext
  ) -> Bool {
    if argv.isEmpty { return !hasTrailing }
    guard carriers.count < Self.depth else { return false }
    carriers.append(call.name)
    let isRead = run(argv, 0..<0, isHead: isHead, inShell: inShell, &context)
    carriers.truncate(to: carriers.count - 1)
    return isRead
  }

  /// Whether `sudo`, `doas` or `env` is given a directory, a string to split or variables.
  private mutating func hasSettings(_ call: QuickShellCall, _ text: QuickShellText) -> Bool {
    let isEnv = text.has("env", at: call.name)
    if has(isEnv ? 0x43 : 0x44, call) || isEnv && has(0x53, call) { return true }
    for position in call.operands {
      let value = words[Int(operands[position])].value
      if text.firstIndex(of: Ascii.equals, in: value) != nil { return true }
      if !text.has("--", at: value), !text.has("-", at: value) { return false }
    }
    // A shell that reads commands.
    return isPiped && (has(0x73, call) || has(0x69, call))
  }

  /// `sudo`, `doas`, `env`: options, a command.
  private mutating func environment(_ call: QuickShellCall, _ context: inout DecodeContext) -> Bool {
    let text = QuickShellText(context.batch.facts)
    for position in call.operands {
      let index = Int(operands[position])
      let value = words[index].value
      if text.has("--", at: value) || text.has("-", at: value) { continue }
      if has(0x65, call), !text.has("env", at: call.name) { return true }
      return carry(call, index..<call.argv.upperBound, &context)
    }
    return !hasTrailing
  }

  /// `nice`, `timeout`, `nohup`: the words behind their operands.
  private mutating func prefix(_ call: QuickShellCall, _ context: inout DecodeContext) -> Bool {
    let text = QuickShellText(context.batch.facts)
    var position = call.operands.lowerBound
    if text.has("taskset", at: call.name) {
      if has(0x70, call) { return true }
      position += 1
    } else if ShellDecoder.isSkipping(text, call.name) {
      position += 1
    }
    while position < call.operands.upperBound, text.has("--", at: words[Int(operands[position])].value) {
      position += 1
    }
    // Some start a shell, which reads its input.
    guard position < call.operands.upperBound else { return !isPiped && carry(call, 0..<0, &context) }
    return carry(call, Int(operands[position])..<call.argv.upperBound, &context)
  }

  // MARK: - Once for each of many words

  private mutating func find(_ call: QuickShellCall, _ context: inout DecodeContext) -> Bool {
    var text = QuickShellText(context.batch.facts)
    // Most run nothing.
    var index = call.argv.lowerBound + 1
    while index < call.argv.upperBound, !mayExecute(words[index].value, text) { index += 1 }
    if index >= call.argv.upperBound { return true }
    index = call.argv.lowerBound + 1
    while index < call.argv.upperBound, !isExecuting(words[index].value, text) { index += length(at: index, text) }
    if index >= call.argv.upperBound { return true }
    if hasCandidates { return false }
    let base = points.count
    defer {
      points.truncate(to: base)
      hasCandidates = false
    }
    // Without a test that narrows it down, what is found may be a starting point.
    let isRestricted = isRestricted(call, text)
    if !isRestricted {
      for position in call.operands.prefix(ShellLimits.candidates) {
        let word = words[Int(operands[position])]
        if !word.traits.contains(.isUnknown) { points.append(word.value) }
      }
    }
    candidates = ByteRange(base, points.count)
    hasCandidates = true
    while index < call.argv.upperBound {
      guard isExecuting(words[index].value, text) else {
        index += length(at: index, text)
        continue
      }
      let end = commandEnd(index + 1, call.argv.upperBound, text)
      guard insert(call, index + 1..<end, ByteRange(), asCandidates: !isRestricted, &context) else { return false }
      // The bytes may stand elsewhere now.
      text = QuickShellText(context.batch.facts)
      index = end + 1
    }
    return true
  }

  /// How many words the primary of `find` has that may start with a word.
  private mutating func length(at index: Int, _ text: QuickShellText) -> Int {
    let word = words[index].value
    return word.count > 1 && text[Int(word.start)] == Ascii.dash ? primary(word, text).length : 1
  }

  /// Whether a word of `find` runs the words behind it: `-exec`, `-ok` and their kin.
  private mutating func isExecuting(_ word: ByteRange, _ text: QuickShellText) -> Bool {
    mayExecute(word, text) && primary(word, text).contains(.executing)
  }

  /// Whether a word starts with `-ex` or `-ok`.
  @inline(__always)
  private mutating func mayExecute(_ word: ByteRange, _ text: QuickShellText) -> Bool {
    guard word.count > 2, text[Int(word.start)] == Ascii.dash else { return false }
    let second = text[Int(word.start) + 1]
    return second == 0x65 && text[Int(word.start) + 2] == 0x78 || second == 0x6F && text[Int(word.start) + 2] == 0x6B
  }

  /// Whether a test narrows down what is found.
  private mutating func isRestricted(_ call: QuickShellCall, _ text: QuickShellText) -> Bool {
    for index in call.options {
      let option = options[index]
      if option.primary.contains(.unrestrictive) { continue }
      let isAny = text.has("-name", at: option.name) && option.hasValue && text.has("*", at: value(of: option))
      if !isAny { return true }
    }
    return false
  }

  private mutating func xargs(_ call: QuickShellCall, _ context: inout DecodeContext) -> Bool {
    guard !call.operands.isEmpty else { return true }
    // The command's own input is not xargs's.
    let outer = inputKind
    inputKind = .file
    defer { inputKind = outer }
    let argv = Int(operands[call.operands.lowerBound])..<call.argv.upperBound
    var position = call.options.upperBound
    while position > call.options.lowerBound {
      position -= 1
      let option = options[position]
      // Of `-I`, `-n` and `-L` the last holds.
      if option.letter == 0x6E || option.letter | 0x20 == 0x6C { break }
      guard option.letter | 0x20 == 0x69 else { continue }
      return insert(call, argv, option.hasValue ? value(of: option) : ByteRange(), &context)
    }
    let trailing = hasTrailing
    hasTrailing = true
    defer { hasTrailing = trailing }
    return carry(call, argv, &context)
  }

  /// Runs words in which each occurrence of `mark`, or else of `{}`, stands for something that is not known.
  private mutating func insert(
    _ call: QuickShellCall, _ argv: Range<Int>, _ mark: ByteRange, asCandidates: Bool = false,
    _ context: inout DecodeContext
  ) -> Bool {
    let text = QuickShellText(context.batch.facts)
    let base = words.count
    words.append(copying: argv)
    for index in base..<words.count {
      let value = words[index].value
      guard contains(value, mark, text) else { continue }
      words[index].traits.insert(.isUnknown)
      if value.count == (mark.count == 0 ? 2 : mark.count) {
        if asCandidates { words[index].traits.insert(.isCandidate) } else { words[index].traits.remove(.isCandidate) }
      }
    }
    defer { words.truncate(to: base) }
    return carry(call, base..<words.count, &context)
  }

  /// Whether `mark`, or `{}` if that is empty, stands in a word.
  private mutating func contains(_ word: ByteRange, _ mark: ByteRange, _ text: QuickShellText) -> Bool {
    let length = mark.count == 0 ? 2 : mark.count
    guard word.count >= length, length <= 64 else { return false }
    for start in Int(word.start)...Int(word.end) - length {
      if mark.count == 0 {
        if text[start] == Ascii.openBrace, text[start + 1] == Ascii.closeBrace { return true }
        continue
      }
      var isEqual = true
      for offset in 0..<length where text[start + offset] != text[Int(mark.start) + offset] {
        isEqual = false
        break
      }
      if isEqual { return true }
    }
    return false
  }

  // MARK: - What others need to know of

  /// Programs whose output may be known.
  private mutating func note(_ call: QuickShellCall, _ text: QuickShellText) -> Bool {
    switch call.name.count {
    case 4 where text.has("echo", at: call.name): mayKnowOutput = mayKnowOutput || isText(call)
    case 6 where text.has("printf", at: call.name):
      mayKnowOutput = mayKnowOutput || isText(call)
      return !has(0x76, call)
    case 3 where mayKnowInput && (text.has("cat", at: call.name) || text.has("tee", at: call.name)):
      mayKnowOutput = true
    default: break
    }
    return true
  }

  /// Whether all words of a program are known.
  private mutating func isText(_ call: QuickShellCall) -> Bool {
    if hasTrailing { return false }
    for index in call.argv where !words[index].traits.isDisjoint(with: [.isUnknown, .hasGlob]) { return false }
    return true
  }

  private mutating func changeDirectory(_ call: QuickShellCall, _ facts: inout FactBuffer) -> Bool {
    let text = QuickShellText(facts)
    guard text.has("cd", at: call.name), !hasDirectoryVariable, !hasLoop, !hasBackground else { return false }
    guard !call.operands.isEmpty else {
      let start = facts.arena.count
      facts.store(Ascii.tilde)
      directory = ByteRange(start, start + 1)
      return !hasRead
    }
    let target = words[Int(operands[call.operands.lowerBound])]
    guard target.value.count > 0, !text.has("-", at: target.value),
      target.value.count <= ShellLimits.directoryBytes
    else { return false }
    if !target.traits.isDisjoint(with: [.isUnknown, .hasGlob]) {
      directory = ByteRange()
      return true
    }
    let path = normal(target.value, &facts)
    guard path.count <= ShellLimits.directoryBytes else { return false }
    directory = path.count == 1 && facts.arena[Int(path.start)] == Ascii.dot ? ByteRange() : path
    return true
  }

  /// Whether scripts of sed surely run no command.
  private mutating func isInertSed(_ call: QuickShellCall, _ text: QuickShellText) -> Bool {
    if has(0x66, call) { return false }
    for index in call.options where options[index].letter == 0x65 {
      if options[index].hasValue, !ShellSed.isInert(text.bytes(value(of: options[index]))) { return false }
    }
    guard !has(0x65, call), !call.operands.isEmpty else { return true }
    return ShellSed.isInert(text.bytes(words[Int(operands[call.operands.lowerBound])].value))
  }

  /// Whether a script of awk surely runs no command.
  private mutating func isInert(_ call: QuickShellCall, _ text: QuickShellText) -> Bool {
    if has(0x66, call) || has(0x65, call) { return false }
    guard !call.operands.isEmpty else { return true }
    let code = words[Int(operands[call.operands.lowerBound])].value
    var hasPipe = false
    var hasString = false
    var start = Int(code.start)
    while start < Int(code.end) {
      let byte = text[start]
      if byte == Ascii.pipe { hasPipe = true }
      if byte == Ascii.doubleQuote { hasString = true }
      guard Ascii.isNameStart(byte) else {
        start += 1
        continue
      }
      var end = start + 1
      while end < Int(code.end), Ascii.isName(text[end]) { end += 1 }
      let name = ByteRange(start, end)
      if name.count > 2, name.count <= 12, text.value(name, in: tables.pointee.runners) >= 0 { return false }
      start = end
    }
    return !hasPipe || !hasString
  }
}
