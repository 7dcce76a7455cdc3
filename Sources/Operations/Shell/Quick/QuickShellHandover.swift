import PolicyBytecode

/// Programs of which ``QuickShell`` does not know what they do, among others of which it does: ``ShellDecoder`` runs them.
extension QuickShell {
  /// Lets the decoder run the program that words name; false where what it does may matter to what comes behind it.
  mutating func handOver(
    _ argv: Range<Int>, _ files: Range<Int>, inShell: Bool, _ context: inout DecodeContext
  ) -> Bool {
    if !handedOver, !isUnnoted(QuickShellText(context.batch.facts)) { return false }
    // What a text is that it reads, only the decoder knows, and only of programs that it ran.
    if mayKnowInput || hasLearnt || !assigns.isEmpty { return false }
    for index in files where QuickShellText(context.batch.facts).begins(with: "/dev/", at: self.files[index].word.value)
    {
      return false
    }
    // Nor does anyone else know what `<( )` prints.
    for index in argv where words[index].traits.contains(.isProcess) { return false }
    let place = ShellDecoderPlace.take(from: &context)
    let isForgotten = run(argv, files, inShell: inShell, by: place.pointer, &context)
    place.giveBack(to: &context)
    return isForgotten && context.batch.count + Self.longest + 1 < DecodeLimits.operations
  }

  /// Lets a decoder run a program; false where what it leaves may matter to what comes behind it.
  private mutating func run(
    _ argv: Range<Int>, _ files: Range<Int>, inShell: Bool, by decoder: UnsafeMutablePointer<ShellDecoder>,
    _ context: inout DecodeContext
  ) -> Bool {
    decoder.pointee.begin(in: context.syntaxDepth + level)
    decoder.pointee.wrappers = carriers.count
    decoder.pointee.hasTrailing = hasTrailing
    decoder.pointee.isPrivileged = isPrivileged
    if directory.count > 0 {
      decoder.pointee.directories = [Array(QuickShellText(context.batch.facts).bytes(directory))]
    }
    decoder.pointee.input.kind = inputKind
    // All of it: what a pipeline within reads is told from where its input's programs begin.
    for index in 0..<log.count {
      decoder.pointee.log.append(decoder.pointee.store(QuickShellText(context.batch.facts).bytes(log[index])))
    }
    decoder.pointee.input.log = input
    let logged = log.count
    var effects = ShellEffects()
    for index in files {
      let file = self.files[index]
      let value = decoder.pointee.store(QuickShellText(context.batch.facts).bytes(file.word.value))
      decoder.pointee.files.append(
        ShellFile(field: field(file.word, value, of: decoder, context.batch.facts), isWritten: file.isWritten))
      if file.word.traits.contains(.isUnknown) { effects.isUnknown = true }
    }
    effects.files = ByteRange(0, decoder.pointee.files.count)
    storeFields(argv, of: decoder, context.batch.facts)
    enterCarriers(&context)
    decoder.pointee.run(0..<argv.count, effects, inShell: inShell, &context)
    leaveCarriers(&context)
    for index in logged..<decoder.pointee.log.count {
      let name = Array(decoder.pointee.bytes(decoder.pointee.log[index]))
      let start = name.withUnsafeBufferPointer { context.batch.facts.store($0) }
      log.append(ByteRange(start, start + name.count))
    }
    if decoder.pointee.output != nil || decoder.pointee.likelyOutput != nil { mayKnowOutput = true }
    spent += decoder.pointee.spent
    handedOver = true
    hasLearnt = !decoder.pointee.reader.census.isEmpty
    // What a function finds in variables depends on all programs of the line.
    if !decoder.pointee.reader.census.functions.isEmpty, isDynamic(QuickShellText(context.batch.facts)) { return false }
    // A loop is thought to run wherever a line changes the directory to.
    if hasLoop, !decoder.pointee.reader.census.directories.isEmpty { return false }
    if directory.count > 0, decoder.pointee.variables.hasPassed { return false }
    return decoder.pointee.leavesNothing && spent <= ShellLimits.expandedBytes / 2
  }

  /// Whether ``ShellCensus`` takes a program of the line for one that may assign anything, as it does where none is named.
  private mutating func isDynamic(_ text: QuickShellText) -> Bool {
    for index in 0..<commands.count where commands[index].words.count > 0 {
      let first = text[Int(words[Int(commands[index].words.start)].start)]
      if !Ascii.isNameStart(first), first != Ascii.dot { return true }
    }
    return false
  }

  /// Gives a decoder the words of a command: those that stand in the line as they are in one piece.
  private mutating func storeFields(
    _ argv: Range<Int>, of decoder: UnsafeMutablePointer<ShellDecoder>, _ facts: borrowing FactBuffer
  ) {
    let text = QuickShellText(facts)
    var piece = ByteRange(line.upperBound, line.lowerBound)
    for index in argv where isInLine(words[index].value) {
      piece.start = min(piece.start, words[index].valueStart)
      piece.end = max(piece.end, words[index].valueEnd)
    }
    let offset =
      piece.start < piece.end ? Int(decoder.pointee.store(text.bytes(piece)).start) - Int(piece.start) : 0
    for index in argv {
      let word = words[index]
      let value =
        isInLine(word.value)
        ? ByteRange(Int(word.valueStart) + offset, Int(word.valueEnd) + offset)
        : decoder.pointee.store(text.bytes(word.value))
      decoder.pointee.fields.append(field(word, value, of: decoder, facts))
    }
  }

  @inline(__always)
  private mutating func isInLine(_ range: ByteRange) -> Bool {
    Int(range.start) >= line.lowerBound && Int(range.end) <= line.upperBound && range.count > 0
  }

  private mutating func field(
    _ word: Word, _ value: ByteRange, of decoder: UnsafeMutablePointer<ShellDecoder>, _ facts: borrowing FactBuffer
  ) -> ShellField {
    var field = ShellField(value: value)
    field.hasGlob = word.traits.contains(.hasGlob)
    field.isUnknown = word.traits.contains(.isUnknown)
    if word.traits.contains(.isLogged) {
      for index in 0..<logged.count where logged[index].start == word.start {
        if field.log.count == 0 { field.log = logged[index].programs }
        field.log.end = logged[index].programs.end
      }
    }
    if word.traits.contains(.isCandidate) {
      let text = QuickShellText(facts)
      decoder.pointee.alternatives.append(candidates.range.map { Array(text.bytes(points[$0])) })
      field.alternatives = Int32(truncatingIfNeeded: decoder.pointee.alternatives.count - 1)
    }
    return field
  }
}
