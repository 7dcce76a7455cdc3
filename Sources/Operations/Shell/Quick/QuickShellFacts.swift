import PolicyBytecode

/// Facts of one program's operation, as ``ShellDecoder/emit(_:script:_:)`` has them.
extension QuickShell {
  /// Emits the operation of a program.
  mutating func emit(_ call: QuickShellCall, _ files: Range<Int>, _ context: inout DecodeContext) {
    log.append(call.name)
    guard context.open(.shell) else { return }
    for index in 0..<carriers.count { context.batch.facts.add(.viaProgram, stored: carriers[index].range) }
    if asked.command { addCommand(call.argv, &context.batch.facts) }
    if asked.program { context.batch.facts.add(.shellProgram, stored: call.name.range, hash: call.hash) }
    if asked.flag { addFlags(call, &context.batch.facts) }
    if asked.argument {
      for index in call.argv.lowerBound + 1..<call.argv.upperBound {
        context.batch.facts.add(.shellArgument, stored: words[index].value.range)
      }
    }
    writes.removeAll()
    if asked.path || asked.writes {
      addPaths(call, &context.batch.facts)
      addPaths(of: files, &context.batch.facts)
    }
    if asked.privileged { context.batch.facts.add(.shellPrivileged, isPrivileged) }
    if asked.inputFrom, isPiped {
      for index in input.range { context.batch.facts.add(.shellInputFrom, stored: log[index].range) }
    }
    for index in 0..<writes.count { context.batch.facts.add(.shellWrites, stored: writes[index].range) }
    if asked.unknown { context.batch.facts.add(.shellUnknown, isUnknown(call.argv, files)) }
    if carriers.count == 0 { addAssigns(&context.batch.facts) }
    context.end()
  }

  /// Emits a command without a program, as ``ShellDecoder/emitEmpty(_:_:)`` does: redirections and assignments by themselves.
  mutating func emitEmpty(_ files: Range<Int>, _ context: inout DecodeContext) {
    guard context.open(.shell) else { return }
    if asked.command { context.batch.facts.add(.command, "") }
    writes.removeAll()
    if asked.path || asked.writes { addPaths(of: files, &context.batch.facts) }
    if asked.privileged { context.batch.facts.add(.shellPrivileged, isPrivileged) }
    for index in 0..<writes.count { context.batch.facts.add(.shellWrites, stored: writes[index].range) }
    if asked.unknown { context.batch.facts.add(.shellUnknown, isUnknown(0..<0, files)) }
    addAssigns(&context.batch.facts)
    context.end()
  }

  /// Adds the assignments beside the command at hand.
  private mutating func addAssigns(_ facts: inout FactBuffer) {
    guard asked.assigns else { return }
    for index in assigns { facts.add(.shellAssigns, stored: words[index].value.range) }
  }

  /// Adds the paths of redirections: of the files that are read, then of those that are written.
  private mutating func addPaths(of files: Range<Int>, _ facts: inout FactBuffer) {
    for index in files where !self.files[index].isWritten { addPath(self.files[index].word, isWritten: false, &facts) }
    for index in files where self.files[index].isWritten { addPath(self.files[index].word, isWritten: true, &facts) }
  }

  private mutating func isUnknown(_ argv: Range<Int>, _ files: Range<Int>) -> Bool {
    if hasTrailing { return true }
    for index in files where self.files[index].word.traits.contains(.isUnknown) { return true }
    for index in argv where words[index].traits.contains(.isUnknown) { return true }
    return false
  }

  /// The canonical text: where words stand in it as they do in the line, with one space between, it is the line's.
  private mutating func addCommand(_ argv: Range<Int>, _ facts: inout FactBuffer) {
    let start = Int(words[argv.lowerBound].start)
    var end = start - 1
    var isCanonical = true
    for index in argv {
      let word = words[index]
      isCanonical = isCanonical && !word.traits.contains(.respelled) && Int(word.start) == end + 1
      if end >= start { isCanonical = isCanonical && facts.arena[end] == Ascii.space }
      end = Int(word.end)
    }
    if isCanonical { return facts.add(.command, stored: start..<end) }
    let copy = facts.arena.count
    for index in argv {
      if index > argv.lowerBound { facts.store(Ascii.space) }
      let word = words[index]
      if word.traits.contains(.quoted) { facts.store(Ascii.quote) }
      if word.traits.contains(.hasQuote) {
        for at in word.value.range {
          let byte = facts.arena[at]
          if byte == Ascii.quote {
            facts.store(Ascii.quote)
            facts.store(Ascii.backslash)
            facts.store(Ascii.quote)
          }
          facts.store(byte)
        }
      } else {
        facts.store(copying: word.value.range)
      }
      if word.traits.contains(.quoted) { facts.store(Ascii.quote) }
    }
    facts.add(.command, stored: copy..<facts.arena.count)
  }

  private mutating func addFlags(_ call: QuickShellCall, _ facts: inout FactBuffer) {
    for index in call.options {
      let option = options[index]
      if option.naming == .table, option.letter == 0 {
        let start = facts.store(
          UnsafeBufferPointer(start: tables.pointee.text + Int(option.name.start), count: option.name.count))
        facts.add(.shellFlag, stored: start..<start + option.name.count)
      } else if option.letter == 0 || option.naming == .letter {
        facts.add(.shellFlag, stored: option.name.range)
      } else {
        let start = facts.arena.count
        facts.store(Ascii.dash)
        facts.store(option.letter)
        facts.add(.shellFlag, stored: start..<start + 2)
      }
    }
  }
}
