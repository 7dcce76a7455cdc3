import PolicyBytecode

/// The paths of one program's operation, as ``ShellDecoder`` finds them.
extension QuickShell {
  /// Adds the paths among a program's words.
  mutating func addPaths(_ call: QuickShellCall, _ facts: inout FactBuffer) {
    let program = call.program.pointee
    let text = QuickShellText(facts)
    let toStandardOutput =
      program.operands == .write && program.isCompressor && text[Int(call.name.end) - 1] != 0x65 && has(0x63, call)
    var isScriptGiven = false
    for index in call.options {
      let option = options[index]
      guard option.hasValue else { continue }
      if program.hasScript, option.letter == 0x65 || option.letter == 0x66 { isScriptGiven = true }
      if program.role == .awk || program.role == .interpreter { continue }
      addValue(option, call.program, &facts)
    }
    // Behind code given by an option come the code's own arguments.
    let count = program.role == .interpreter && hasCode(call, text) ? 0 : call.operands.count
    let hasTarget = program.writesLast && has(0x74, call)
    let isFind = program.role == .find
    let writesAll =
      program.operands == .write && !toStandardOutput || program.writesWith != 0 && has(program.writesWith, call)
    let writesFound = isFind && deletes(call, text)
    var position = isScriptGiven ? 0 : program.skipped
    while position < count {
      let word = words[Int(operands[call.operands.lowerBound + position])]
      let isTarget = program.writesLast && position == count - 1 && (count > 1 || program.role == .plain)
      let isWritten = isFind ? writesFound : isTarget && !hasTarget || writesAll
      addOperand(word, isWritten: isWritten, call, &facts)
      position += 1
    }
    if isFind, count == 0 {
      let start = facts.arena.count
      facts.store(Ascii.dot)
      addPath(Word(start, start + 1, .isMarked), isWritten: writesFound, &facts)
    }
    if program.isOldStyle { addArchive(call, &facts) }
  }

  private mutating func deletes(_ call: QuickShellCall, _ text: QuickShellText) -> Bool {
    for index in call.options where isNamed(options[index], "-delete", text) { return true }
    return false
  }

  /// Adds the path that an option's value is, if it is one.
  private mutating func addValue(
    _ option: QuickShellCall.Option, _ program: UnsafePointer<ShellProgram>, _ facts: inout FactBuffer
  ) {
    var word = words[Int(option.word)]
    if option.start != word.valueStart {
      word.valueStart = option.start
      word.traits.remove(.isCandidate)
    }
    if option.use == .path || option.use == .write {
      return addPath(word, isWritten: option.use == .write, &facts)
    }
    let text = QuickShellText(facts)
    // `curl -d @FILE`, `curl -F name=@FILE`
    if program.pointee.names.count > 0, let at = text.firstIndex(of: Ascii.at, in: word.value),
      at == Int(word.value.start) || text[at - 1] == Ascii.equals
    {
      return addPath(word, from: at + 1, isWritten: false, &facts)
    }
    guard isEvident(word.value, text) else { return }
    // `-v HOST:CONTAINER`
    if program.pointee.role == .container, let colon = text.firstIndex(of: Ascii.colon, in: word.value) {
      word.valueEnd = Int32(truncatingIfNeeded: colon)
    }
    addPath(word, isWritten: false, &facts)
  }

  /// See ``ShellPaths/isEvident(_:in:)``.
  private mutating func isEvident(_ value: ByteRange, _ text: QuickShellText) -> Bool {
    guard value.count > 0 else { return false }
    return switch text[Int(value.start)] {
    case Ascii.slash, Ascii.tilde: true
    case Ascii.dot: text.begins(with: "./", at: value) || text.begins(with: "../", at: value)
    case Ascii.dollar: text.begins(with: "$HOME", at: value) || text.begins(with: "${HOME}", at: value)
    default: false
    }
  }

  /// Adds the path that an operand is, if it is one.
  private mutating func addOperand(
    _ word: Word, isWritten: Bool, _ call: QuickShellCall, _ facts: inout FactBuffer
  ) {
    let text = QuickShellText(facts)
    let value = word.value
    if call.program.pointee.operands != .none, isPlain(word, text) {
      // Most: a name, or a path that is normal as it stands; options of a script are not its interpreter's.
      if value.count > 0, text[Int(value.start)] == Ascii.dash,
        value.count == 1 || call.program.pointee.role == .interpreter
      {
        return
      }
      return add(value, isWritten: isWritten, &facts)
    }
    let first = value.count > 0 ? text[Int(value.start)] : 0
    if call.program.pointee.role == .interpreter, first == Ascii.dash { return }
    if word.traits.contains(.hasEquals), Ascii.isNameStart(first), let equals = keyEnd(value, text) {
      let key = ByteRange(Int(value.start), equals)
      let isOutput = text.has("of", at: key)
      if isOutput || text.has("if", at: key) || isEvident(ByteRange(equals + 1, Int(value.end)), text) {
        return addPath(word, from: equals + 1, isWritten: isOutput, &facts)
      }
    }
    if call.program.pointee.operands != .none { return addPath(word, isWritten: isWritten, &facts) }
    // `sudo -e`
    if call.program.pointee.isPrivileged, call.program.pointee.role == .environment, has(0x65, call) {
      return addPath(word, isWritten: true, &facts)
    }
    if text.begins(with: "file://", at: value) { addPath(word, isWritten: false, &facts) }
  }

  /// Whether a word is spelled in the line as the path that it is, if it is one.
  @inline(__always)
  private mutating func isPlain(_ word: Word, _ text: QuickShellText) -> Bool {
    guard word.traits.isDisjoint(with: .spelledPaths), directory.count == 0 else { return false }
    if !word.traits.contains(.isMarked) { return true }
    let start = Int(word.valueStart) - line.lowerBound
    let end = Int(word.valueEnd) - line.lowerBound
    return start >= 0 && start < end && end <= line.count && bits.isPlainPath(start, end, text.base + line.lowerBound)
  }

  /// Where the `=` of `KEY=VALUE` stands.
  @inline(__always)
  private mutating func keyEnd(_ value: ByteRange, _ text: QuickShellText) -> Int? {
    for index in value.range {
      let byte = text[index]
      if !Ascii.isName(byte), byte != Ascii.dash { return byte == Ascii.equals ? index : nil }
    }
    return nil
  }

  /// What `tar` writes.
  private mutating func addArchive(_ call: QuickShellCall, _ facts: inout FactBuffer) {
    let creates = has(0x63, call) || has(0x72, call) || has(0x75, call) || has(0x41, call)
    let extracts = has(0x78, call)
    for index in call.options where options[index].hasValue {
      let option = options[index]
      guard option.letter == 0x66 || option.letter == 0x43 && extracts else { continue }
      var word = words[Int(option.word)]
      if option.start != word.valueStart {
        word.valueStart = option.start
        word.traits.remove(.isCandidate)
      }
      addPath(word, isWritten: option.letter == 0x43 || creates, &facts)
    }
  }

  // MARK: - One path

  /// Adds the paths that a word may be, from a place in its value on.
  mutating func addPath(_ word: Word, from start: Int? = nil, isWritten: Bool, _ facts: inout FactBuffer) {
    let text = QuickShellText(facts)
    var path = word.value
    if start == nil, path.count > 1, isPlain(word, text) { return add(path, isWritten: isWritten, &facts) }
    if word.traits.contains(.isUnknown), text.begins(with: "<(", at: path) || text.begins(with: ">(", at: path) {
      return
    }
    if let start { path.start = Int32(truncatingIfNeeded: start) }
    if text.begins(with: "file://", at: path) { path.start += 7 }
    guard path.count > 0, !isAddress(path, text), !text.has("-", at: path) else { return }
    if !word.traits.contains(.isCandidate) {
      return add(normal(path, &facts), isWritten: isWritten, &facts)
    }
    // Of equal ones the first stands for all.
    let first = points.count
    points.append(normal(path, &facts))
    for index in candidates.range where points[index].count > 0 {
      let other = normal(points[index], &facts)
      if !isAmong(other, first..<points.count, facts) { points.append(other) }
    }
    for index in first..<points.count { add(points[index], isWritten: isWritten, &facts) }
    points.truncate(to: first)
  }

  private mutating func isAmong(_ path: ByteRange, _ paths: Range<Int>, _ facts: borrowing FactBuffer) -> Bool {
    let text = QuickShellText(facts)
    for index in paths where points[index].count == path.count {
      let offset = Int(points[index].start) - Int(path.start)
      var isEqual = true
      for at in path.range where text[at] != text[at + offset] { isEqual = false }
      if isEqual { return true }
    }
    return false
  }

  @inline(__always)
  private mutating func add(_ path: ByteRange, isWritten: Bool, _ facts: inout FactBuffer) {
    if asked.path { facts.add(.shellPath, stored: path.range) }
    if isWritten, asked.writes { writes.append(path) }
  }

  /// Whether an operand is a URL rather than a path.
  @inline(__always)
  private mutating func isAddress(_ value: ByteRange, _ text: QuickShellText) -> Bool {
    let start = Int(value.start)
    guard Ascii.isNameStart(text[start]) else { return false }
    let scheme = ByteRange(start, min(Int(value.end), start + 16))
    guard let colon = text.firstIndex(of: Ascii.colon, in: scheme) else { return false }
    return text.begins(with: "://", at: ByteRange(colon, Int(value.end)))
  }

  /// A path as ``ShellPaths/normalised(_:in:)`` has it: the range itself if it is normal as it stands.
  mutating func normal(_ path: ByteRange, _ facts: inout FactBuffer) -> ByteRange {
    let text = QuickShellText(facts)
    let first = text[Int(path.start)]
    let home = first == Ascii.dollar ? homeLength(path, text) : 0
    let isJoined = directory.count > 0 && first != Ascii.slash && first != Ascii.tilde && home == 0
    if !isJoined, home == 0, isNormal(path, text) { return path }
    let start = facts.arena.count
    // `..` is rare.
    if hasParent(path, text) || isJoined && hasParent(directory, text) {
      let bytes = path.range.map { text[$0] }
      let base = directory.range.map { text[$0] }
      for byte in ShellPaths.normalised(bytes[...], in: base) { facts.store(byte) }
      return ByteRange(start, facts.arena.count)
    }
    if isJoined { addComponents(directory, from: start, &facts) }
    if home > 0 { facts.store(Ascii.tilde) }
    addComponents(ByteRange(Int(path.start) + home, Int(path.end)), from: start, &facts)
    if facts.arena.count == start { facts.store(Ascii.dot) }
    return ByteRange(start, facts.arena.count)
  }

  /// How many bytes of a path spell the home directory with a variable.
  private mutating func homeLength(_ path: ByteRange, _ text: QuickShellText) -> Int {
    let length = text.begins(with: "$HOME", at: path) ? 5 : text.begins(with: "${HOME}", at: path) ? 7 : 0
    return path.count == length || text[Int(path.start) + length] == Ascii.slash ? length : 0
  }

  /// Appends the components of a path to the one that begins at `start`.
  private mutating func addComponents(_ path: ByteRange, from start: Int, _ facts: inout FactBuffer) {
    var at = Int(path.start)
    let end = Int(path.end)
    if facts.arena.count == start, at < end, facts.arena[at] == Ascii.slash { facts.store(Ascii.slash) }
    while at < end {
      var next = at
      while next < end, facts.arena[next] != Ascii.slash { next += 1 }
      let isHere = next == at || next == at + 1 && facts.arena[at] == Ascii.dot
      if !isHere {
        let count = facts.arena.count
        if count > start, facts.arena[count - 1] != Ascii.slash { facts.store(Ascii.slash) }
        facts.store(copying: at..<next)
      }
      at = next + 1
    }
  }

  /// Whether a component of a path is `..`.
  private mutating func hasParent(_ path: ByteRange, _ text: QuickShellText) -> Bool {
    var run = 0
    var dots = 0
    for index in path.range {
      let byte = text[index]
      if byte == Ascii.slash {
        if run == 2, dots == 2 { return true }
        (run, dots) = (0, 0)
      } else {
        run += 1
        if byte == Ascii.dot { dots += 1 }
      }
    }
    return run == 2 && dots == 2
  }

  /// See ``ShellPaths/isNormal(_:in:)``.
  @inline(__always)
  private mutating func isNormal(_ path: ByteRange, _ text: QuickShellText) -> Bool {
    if path.count == 1 { return true }
    // Only an empty component, or one that begins with a dot, need be looked at.
    let bytes = text.bytes(path)
    var previous: UInt8 = bytes[0] == Ascii.slash ? 0 : Ascii.slash
    for index in 0..<bytes.count {
      let byte = bytes[index]
      if previous == Ascii.slash,
        byte == Ascii.slash || byte == Ascii.dot && isDots(Int(path.start) + index, path, text)
      {
        return false
      }
      previous = byte
    }
    return previous != Ascii.slash
  }

  /// Whether the component at `start` is `.` or `..`.
  private mutating func isDots(_ start: Int, _ path: ByteRange, _ text: QuickShellText) -> Bool {
    var end = start
    while end < Int(path.end), text[end] == Ascii.dot { end += 1 }
    return end - start <= 2 && (end == Int(path.end) || text[end] == Ascii.slash)
  }
}
