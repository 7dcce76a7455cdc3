import PolicyBytecode

/// Builtins that change what later commands mean, and programs whose output is known.
extension ShellDecoder {
  mutating func changeDirectory(_ call: ShellCall) {
    let before = directories
    defer { previousDirectories = before }
    let name = bytes(call.name)
    guard !name.elementsEqual("popd".utf8) else { return mayBeIn(previousDirectories) }
    let isTurning = call.arguments.operands.first.map { bytes(fields[$0].value).first == Ascii.plus } ?? true
    if name.first == 0x70, isTurning || !call.arguments.options.isEmpty { return mayBeIn(previousDirectories) }
    guard let index = call.arguments.operands.first else {
      if name.first == 0x63 {
        directories = [[Ascii.tilde]]
        if let home = variables.lookup(Self.home, reader.census), home.isKnown, let value = home.values.first {
          directories = [value]
        }
      }
      return
    }
    let target = fields[index]
    let text = bytes(target.value)
    if text.elementsEqual([Ascii.dash]) {
      directories = previousDirectories
    } else if target.isUnknown || target.hasGlob || text.count > ShellLimits.directoryBytes {
      directories = [[]]
      if target.alternatives >= 0 {
        mayBeIn(alternatives[Int(target.alternatives)].map { ShellPaths.normalised($0[...], in: []) })
      }
    } else {
      var next: [[UInt8]] = []
      for directory in before {
        let path = ShellPaths.normalised(text, in: directory)
        if !next.contains(path), path.count <= ShellLimits.directoryBytes { next.append(path) }
      }
      directories = next.isEmpty ? [[]] : next.map { $0 == [Ascii.dot] ? [] : $0 }
    }
  }

  /// `export`, `declare` and their kin: `NAME=VALUE` and `NAME`.
  mutating func declare(_ call: ShellCall, _ context: inout DecodeContext) {
    let exports = bytes(call.name).elementsEqual("export".utf8) || call.arguments.has(0x78)
    // A reference, an integer or a case conversion: the value is not what is written.
    let isPlain = !["n", "i", "l", "u", "c"].contains { call.arguments.has($0.utf8.first ?? 0) }
    // What is assigned later is something else, or refused.
    let isLasting = !isPlain || name(of: call, is: "readonly") || call.arguments.has(0x72)
    for index in call.arguments.operands {
      let field = fields[index]
      let text = bytes(field.value)
      let name = Array(text.prefix { Ascii.isName($0) })
      guard !name.isEmpty, !field.isUnknown || text.dropFirst(name.count).first == Ascii.equals else {
        variables.forgetAll()
        continue
      }
      if text.count == name.count {
        if exports { variables.export(name) }
        if !isPlain { variables.set(name, [], isKnown: false) }
        if isLasting { variables.poison([name]) }
        continue
      }
      // `declare -n x=y`: whatever is assigned to one is to the other.
      if call.arguments.has(0x6E) {
        let target = Array(text.dropFirst(name.count + 1))
        variables.set(target, [], isKnown: false)
        variables.poison([target])
      }
      let isKnown = isPlain && !field.isUnknown && text[text.startIndex + name.count] == Ascii.equals
      let skipped = name.count + 1
      var values = isKnown ? [Array(text.dropFirst(skipped))] : []
      if field.alternatives >= 0 { values = alternatives[Int(field.alternatives)].map { Array($0.dropFirst(skipped)) } }
      variables.set(name, values, isKnown: isKnown, isExported: exports)
      if isKnown { runLater(name, values.first ?? [], &context) }
      if isLasting { variables.poison([name]) }
    }
  }

  /// Walks the value of a variable whose value other programs run.
  mutating func runLater(_ name: [UInt8], _ value: [UInt8], _ context: inout DecodeContext) {
    guard name.count >= 3, !value.isEmpty, let first = name.first, first &- 0x41 < 26 else { return }
    if Self.commandVariables.contains(name) {
      let isPiped = value[0] == Ascii.pipe
      return code(isPiped ? Array(value.dropFirst()) : value, .process, &context)
    }
    // A text in which the shell expands substitutions, or a file that it runs.
    let isExpanded = Self.expandedVariables.contains(name)
    let isFile = isExpanded && value[0] == Ascii.slash
    if isExpanded && Self.hasSubstitution(value)
      || isFile && (isStandardInput(field(value)) || isOpenElsewhere(field(value)))
      || Self.optionVariables.contains(name) || name.starts(with: "BASH_FUNC_".utf8)
    {
      context.unparsed(.shell, .unknownCode)
    }
  }

  /// Variables whose value a shell expands when it starts, prompts or traces.
  static let expandedVariables = Set(["ENV", "BASH_ENV", "PS0", "PS1", "PS2", "PS4"].map { Array($0.utf8) })
  /// Variables that give programs options or settings that run code.
  static let optionVariables = Set(
    ["PERL5OPT", "PERL5DB", "TAR_OPTIONS", "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS"].map { Array($0.utf8) })

  static let commandVariables = Set(
    [
      "PAGER", "MANPAGER", "EDITOR", "VISUAL", "BROWSER", "GIT_PAGER", "GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "GIT_SSH",
      "GIT_SSH_COMMAND", "GIT_EXTERNAL_DIFF", "GIT_ASKPASS", "SSH_ASKPASS", "SUDO_ASKPASS", "PROMPT_COMMAND",
      "LESSOPEN", "LESSCLOSE", "RSYNC_RSH", "SYSTEMD_PAGER", "FCEDIT",
    ].map { Array($0.utf8) })

  /// `read`, `unset`, `set` and whatever else assigns what cannot be known.
  mutating func forgetNames(_ call: ShellCall) {
    let name = bytes(call.name)
    if name.elementsEqual("set".utf8) || name.elementsEqual("shift".utf8) {
      let dashes = call.argv.dropFirst().first.map { text($0, is: "--") } ?? false
      let words = call.argv.dropFirst(2).map { fields[$0] }
      let isKnown = dashes && functionDepth == 0 && words.allSatisfy { !$0.isUnknown && !$0.hasGlob }
      if name.first == 0x73, name.count == 3, !dashes, call.arguments.operands.isEmpty { return }
      var values = isKnown ? [[]] + words.map { Array(bytes($0.value)) } : []
      // Behind `shift`, the parameters are still among those of before.
      if name.count == 5 { values = variables.lookup(ShellCensus.positional, reader.census)?.values ?? [] }
      variables.set(ShellCensus.positional, values, isKnown: isKnown)
      return
    }
    // `read`, `mapfile` may get any line or word of a text that is known.
    var possible: [[UInt8]] = []
    if !name.elementsEqual("unset".utf8), input.text.count > 0 {
      let lines = bytes(input.text).split(separator: Ascii.newline).prefix(ShellLimits.values)
      possible = (lines + lines.flatMap { $0.split(whereSeparator: Ascii.isSpace) }).map { Array($0) }
      possible = Array(possible.prefix(2 * ShellLimits.values))
    }
    guard !variables.isEmpty || !possible.isEmpty else { return }
    for option in call.arguments.options where option.hasValue {
      let name = option.field.isUnknown ? [] : Array(bytes(option.field.value).prefix { Ascii.isName($0) })
      if !name.isEmpty { variables.set(name, possible, isKnown: false) }
    }
    for index in call.argv.dropFirst() {
      let names = fields[index].isUnknown ? nil : Optional(bytes(fields[index].value).prefix { Ascii.isName($0) })
      guard let names else {
        variables.forgetAll()
        continue
      }
      if !names.isEmpty { variables.set(Array(names), possible, isKnown: false) }
    }
  }

  /// What a program without a role does that others need to know of: its output, and the variable of `printf -v`.
  mutating func note(_ call: ShellCall, _ context: inout DecodeContext) {
    switch call.name.count {
    case 4 where name(of: call, is: "echo"): if !hasTrailing { output = echo(call.argv) }
    case 6 where name(of: call, is: "printf"):
      if call.arguments.has(0x76) {
        if call.inShell { forgetNames(call) }
      } else if !hasTrailing {
        output = printf(call.arguments.operands)
      }
    case 3 where name(of: call, is: "cat") || name(of: call, is: "tee"):
      let copies = call.arguments.operands.isEmpty && call.arguments.options.isEmpty || name(of: call, is: "tee")
      // `tee /dev/stdout`
      let isTwice = call.arguments.operands.contains { arena.begins(with: "/", at: fields[$0].value) && !isFile($0) }
      if copies, input.kind == .literal, !isTwice { output = input.text }
    default: break
    }
    if !isItself(call), let text = output { (output, likelyOutput) = (nil, likelyOutput ?? text) }
  }

  /// Whether a path is surely none of a device or an open file.
  private mutating func isFile(_ index: Int) -> Bool {
    let path = fields[index].value
    return !fields[index].isUnknown && !fields[index].hasGlob && !arena.begins(with: "/dev", at: path)
      && !arena.begins(with: "/proc", at: path) && !arena.begins(with: "//", at: path)
  }

  /// Whether a program is the one of its name: no function or alias, and not from a directory of anyone's choice.
  private mutating func isItself(_ call: ShellCall) -> Bool {
    let word = fields[call.argv.lowerBound].value
    if word.count > call.name.count, !arena.begins(with: "/bin/", at: word), !arena.begins(with: "/usr/bin/", at: word)
    {
      return false
    }
    if !variables.isEmpty, variables.lookup(Self.searchPath, reader.census) != nil { return false }
    if reader.census.functions.isEmpty, aliases.isEmpty { return true }
    let name = Array(bytes(call.name))
    return !reader.census.functions.contains(name) && aliases[name] == nil
  }

  private static let searchPath = Array("PATH".utf8)

  /// What `echo` prints; nil where that is not known: words that are not, or backslashes that shells treat differently.
  private mutating func echo(_ argv: Range<Int>) -> ByteRange? {
    var words = argv.dropFirst()
    var newline = true
    while let first = words.first {
      let text = fields[first].value
      guard text.count > 1, arena[Int(text.start)] == Ascii.dash else { break }
      let letters = ByteRange(Int(text.start) + 1, Int(text.end))
      guard letters.range.allSatisfy({ "neE".utf8.contains(arena[$0]) }) else { break }
      if arena.firstIndex(of: 0x6E, in: letters) != nil { newline = false }
      words.removeFirst()
    }
    for index in words where fields[index].isUnknown || fields[index].hasGlob { return nil }
    let start = arena.count
    for index in words {
      if index > words.startIndex { arena.append(Ascii.space) }
      copy(fields[index].value)
    }
    let text = ByteRange(start, arena.count)
    let hasEscapes = arena.firstIndex(of: Ascii.backslash, in: text) != nil
    if hasEscapes {
      let decoded = ShellEscapes.decode(bytes(text), .echo)
      arena.removeLast(text.count)
      arena += decoded
    }
    if newline { arena.append(Ascii.newline) }
    // Whether it reads escapes, and which, differs between shells.
    if hasEscapes, likelyOutput == nil { likelyOutput = ByteRange(start, arena.count) }
    return hasEscapes ? nil : ByteRange(start, arena.count)
  }

  /// What `printf` prints, for formats of text, `%s`, `%b` and `%%`; nil where that is not known, or is too long.
  private mutating func printf(_ operands: [Int]) -> ByteRange? {
    guard operands.allSatisfy({ !fields[$0].isUnknown && !fields[$0].hasGlob }), let first = operands.first else {
      return nil
    }
    let format = Array(bytes(fields[first].value))
    guard !Self.hasEnd(format[...]) else { return nil }
    var result: [UInt8] = []
    var words = operands.dropFirst()
    repeat {
      let before = words.count
      var rest = format[...]
      // Escapes are read between directives: a `%` spelled as one starts none.
      while let percent = rest.firstIndex(of: Ascii.percent) {
        result += ShellEscapes.decode(rest[..<percent], .format)
        rest = rest[(percent + 1)...]
        switch rest.popFirst() {
        case nil, Ascii.percent: result.append(Ascii.percent)
        case 0x73: if let word = words.popFirst() { result += bytes(fields[word].value) }
        case 0x62:
          guard let word = words.popFirst() else { break }
          let text = bytes(fields[word].value)
          guard !Self.hasEnd(text) else { return nil }
          result += ShellEscapes.decode(text, .echo)
        default: return nil
        }
      }
      result += ShellEscapes.decode(rest, .format)
      // A format is printed once more for each word that is left.
      guard spent + result.count <= ShellLimits.expandedBytes else { return nil }
      if words.count == before { break }
    } while !words.isEmpty
    spent += result.count
    let text = store(result)
    if operands.allSatisfy({ !hasOtherEscape(fields[$0].value) }) { return text }
    if likelyOutput == nil { likelyOutput = text }
    return nil
  }

  /// Whether a text has escapes that not all shells have.
  private mutating func hasOtherEscape(_ text: ByteRange) -> Bool {
    var index = Int(text.start)
    while index + 1 < Int(text.end) {
      if arena[index] == Ascii.backslash {
        switch arena[index + 1] {
        case Ascii.backslash, 0x6E, 0x74, 0x72, 0x30...0x37: break
        default: return true
        }
        index += 1
      }
      index += 1
    }
    return false
  }

  /// Whether a text has `\c`, which ends what some programs of the name print and is printed by others.
  private static func hasEnd(_ text: ArraySlice<UInt8>) -> Bool {
    text.indices.dropLast().contains { text[$0] == Ascii.backslash && text[$0 + 1] == 0x63 }
  }

  /// What a list in `<( )` prints, if it is one `echo` or `printf` of words that are known; or what it is `likely` to print.
  mutating func literalOutput(of list: Int32, orLikely isEnough: Bool = false) -> ByteRange? {
    let saved = likelyOutput
    defer { likelyOutput = saved }
    likelyOutput = nil
    return printedText(of: list) ?? (isEnough ? likelyOutput : nil)
  }

  private mutating func printedText(of list: Int32) -> ByteRange? {
    let head = reader.tree.nodes[Int(list)].first
    guard head >= 0 else { return nil }
    let node = reader.tree.nodes[Int(head)]
    guard node.kind == .simple, node.next < 0, node.redirections < 0, node.assignments < 0 else { return nil }
    let base = fields.count
    defer { fields.truncate(to: base) }
    var index = node.words
    while index >= 0 {
      let word = reader.tree.words[Int(index)]
      // Only words that substitute nothing: the list itself has been walked.
      var part = word.first
      while part >= 0 {
        guard reader.tree.parts[Int(part)].kind == .literal else { return nil }
        part = reader.tree.parts[Int(part)].next
      }
      guard !word.hasBrace else { return nil }
      let text = value(literal: word.first)
      fields.append(text)
      index = word.next
    }
    guard fields.count > base, !reader.census.functions.contains(Array(bytes(fields[base].value))) else { return nil }
    if text(base, is: "echo") { return echo(base..<fields.count) }
    if text(base, is: "printf") { return printf(Array(base + 1..<fields.count)) }
    return nil
  }

  /// The text of literal parts.
  private mutating func value(literal first: Int32) -> ShellField {
    var text: [UInt8] = []
    var index = first
    while index >= 0 {
      let part = reader.tree.parts[Int(index)]
      text += reader.tree.source[part.spelling.range]
      index = part.next
    }
    return field(text)
  }

  /// `alias NAME=CODE`: where the name is used, an interactive shell runs the code.
  mutating func alias(_ call: ShellCall, _ context: inout DecodeContext) {
    for index in call.arguments.operands {
      var code = fields[index]
      let text = bytes(code.value)
      guard let equals = text.firstIndex(of: Ascii.equals), equals > text.startIndex else { continue }
      code.value.start = Int32(equals + 1)
      code.alternatives = -1
      guard code.value.count > 0 else { continue }
      if !code.isUnknown { aliases[Array(text[..<equals])] = Array(bytes(code.value)) }
      codeArgument([code], call, &context)
    }
  }

  /// Walks what an alias of this name makes of the words behind it. The program of this name may run as well: shells
  /// that are not interactive know no aliases.
  mutating func expandAlias(_ name: [UInt8], _ call: ShellCall, _ context: inout DecodeContext) {
    guard call.argv.count > 1, var code = aliases.removeValue(forKey: name) else { return }
    let saved = code
    // Words that are not known stand as they are spelled.
    let isKnown = call.argv.allSatisfy { !fields[$0].isUnknown && !fields[$0].hasGlob }
    for index in call.argv.dropFirst() {
      code += [Ascii.space, Ascii.quote]
      for byte in bytes(fields[index].value) {
        code += byte == Ascii.quote ? Array("'\\''".utf8) : [byte]
      }
      code.append(Ascii.quote)
    }
    if !isKnown { readingDepth += 1 }
    carrying(call, &context) { $0.code(code, .process, &$1) }
    if !isKnown { readingDepth -= 1 }
    aliases[name] = saved
  }

  /// `make -f -` and `--eval`: the recipes of a makefile, whose own variables are not known.
  mutating func make(_ call: ShellCall, _ context: inout DecodeContext) {
    var texts = call.arguments.options.filter { isNamed($0, "--eval") || $0.letter == 0x45 }.compactMap(\.value)
    for option in call.arguments.options where option.letter == 0x66 {
      guard let file = option.value, isStandardInput(file) else { continue }
      switch input.kind {
      case .inherited, .file: break
      case .unknown: unknownCode(call, .process, &context)
      case .literal: texts.append(ShellField(value: input.text))
      }
    }
    let words = call.arguments.operands.map { fields[$0].value } + texts.map(\.value)
    if words.contains(where: { runsShell(bytes($0)) }) { unknownCode(call, .process, &context) }
    for text in texts {
      if text.isUnknown { unknownCode(call, .process, &context) }
      for line in Array(bytes(text.value)).split(separator: Ascii.newline) {
        var recipe = line.drop { $0 != Ascii.tab && $0 != Ascii.semicolon }.dropFirst()
        if line.first == Ascii.tab { recipe = line.dropFirst() }
        recipe = recipe.drop { Ascii.isBlank($0) || $0 == Ascii.at || $0 == Ascii.dash || $0 == Ascii.plus }
        let code = Array(recipe)
        if !code.isEmpty { carrying(call, &context) { $0.code(code, .process, &$1) } }
      }
    }
  }

  /// Whether a text of make has the output of a command, or another shell, for a variable.
  private mutating func runsShell(_ text: ArraySlice<UInt8>) -> Bool {
    text.starts(with: "SHELL".utf8) || ["$(shell", "${shell", "!="].contains { contains(text, Array($0.utf8)) }
  }

  /// `at` and `crontab -` read commands from their input.
  mutating func schedule(_ call: ShellCall, _ context: inout DecodeContext) {
    guard bytes(call.name).elementsEqual("crontab".utf8) else {
      if call.arguments.value(0x66).map({ isStandardInput($0) }) ?? true { standardInput(call, &context) }
      return
    }
    let readsInput = call.arguments.operands.contains { isStandardInput(fields[$0]) } || call.argv.count == 1
    guard readsInput, input.kind == .literal else {
      if readsInput, input.kind == .unknown { unknownCode(call, .process, &context) }
      return
    }
    let outer = input
    input = ShellInput(kind: .unknown)
    defer { input = outer }
    for line in Array(bytes(outer.text)).split(separator: Ascii.newline) {
      var rest = line.drop(while: Ascii.isBlank)
      guard let first = rest.first, first != Ascii.hash, !Ascii.isNameStart(first) else { continue }
      // Five fields, or one such as `@daily`.
      for _ in 0..<(first == Ascii.at ? 1 : 5) {
        rest = rest.drop { !Ascii.isBlank($0) }.drop(while: Ascii.isBlank)
      }
      let code = Array(rest)
      carrying(call, &context) { $0.code(code, .process, &$1) }
    }
  }
}
