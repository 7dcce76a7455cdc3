import PolicyBytecode

/// Programs that run code: shells, `eval`, `source`, other interpreters.
extension ShellDecoder {
  /// Whether an operand names standard input.
  mutating func isStandardInput(_ field: ShellField) -> Bool {
    arena.has("-", at: field.value) || isDescriptor(field, "stdin", "0")
  }

  /// Whether it may name another file that is open, or the network: what is read there is not known.
  mutating func isOpenElsewhere(_ field: ShellField) -> Bool {
    if field.hasGlob { return mayMatchDevice(field.value) }
    return isDescriptor(field, nil, nil) || arena.begins(with: "/dev/tcp/", at: field.value)
      || arena.begins(with: "/dev/udp/", at: field.value)
  }

  /// Whether a path ends like one of a descriptor, wherever it starts: `/dev/NAME` or `fd/NUMBER`; without a number, any.
  private mutating func isDescriptor(_ field: ShellField, _ name: String?, _ number: String?) -> Bool {
    // Cheap: a name without either is a file's.
    guard let last = arena[field.value.range].last, last == 0x6E || Ascii.isDigit(last) else { return false }
    for directory in directories {
      let parts = ShellPaths.normalised(bytes(field.value), in: directory).split(separator: Ascii.slash)
      guard parts.count > 1, let end = parts.last else { continue }
      let folder = parts[parts.count - 2]
      if let name, folder.elementsEqual("dev".utf8), end.elementsEqual(name.utf8) { return true }
      guard folder.elementsEqual("fd".utf8), end.allSatisfy(Ascii.isDigit) else { continue }
      if number.map({ end.elementsEqual($0.utf8) }) ?? true { return true }
    }
    return false
  }

  /// Whether a glob may match what is in `/dev` or `/proc`.
  private mutating func mayMatchDevice(_ path: ByteRange) -> Bool {
    let isPlain = { (byte: UInt8) in
      byte != Ascii.star && byte != Ascii.question && byte != Ascii.openBracket && byte != Ascii.open
    }
    let plain = bytes(path).prefix(while: isPlain)
    return plain.first == Ascii.slash
      && ["/dev/", "/proc/"].contains { plain.starts(with: $0.utf8) || $0.utf8.starts(with: plain) }
  }

  /// What reads its standard input as shell code.
  mutating func standardInput(_ call: ShellCall, positional: [ShellField]? = nil, _ context: inout DecodeContext) {
    let outer = input
    var text = input.text
    switch input.kind {
    case .inherited, .file: return
    case .unknown:
      unknownCode(call, .process, &context)
      guard input.likely.count > 0, readingDepth < ShellLimits.readingDepth else { return }
      text = input.likely
    case .literal: break
    }
    let code = Array(bytes(text))
    // What is left of the text for the commands in it is not known.
    input = ShellInput(kind: .unknown)
    if outer.kind == .unknown { readingDepth += 1 }
    carrying(call, &context) { $0.code(code, .process, positional: positional, &$1) }
    if outer.kind == .unknown { readingDepth -= 1 }
    input = outer
  }

  mutating func shell(_ call: ShellCall, _ context: inout DecodeContext) {
    var call = call
    // `+e` is an option too.
    while let first = call.arguments.operands.first, bytes(fields[first].value).first == Ascii.plus {
      // `+O OPTION`
      let takesValue = arena[Int(fields[first].value.end) - 1] | 0x20 == 0x6F
      let next = min(takesValue ? first + 1 : first, call.argv.upperBound - 1)
      let more = arguments(next..<call.argv.upperBound, call.program)
      call.arguments.options += more.options
      call.arguments.operands = more.operands
    }
    let operands = call.arguments.operands
    let hasCode = call.arguments.has(0x63)
    let script = operands.first.map { fields[$0] }
    // Start-up files run too.
    var sources = call.arguments.options.compactMap { $0.use == .path ? $0.value : nil }
    if let script, hasCode || !call.arguments.has(0x73) { sources.append(script) }
    emit(call, script: logged(sources), &context)
    for source in sources.dropLast(script == nil || call.arguments.has(0x73) && !hasCode ? 0 : 1) {
      substituted(source, call, .process, &context)
    }
    if hasCode {
      guard let script else {
        if hasTrailing { unknownCode(call, .process, &context) } else { standardInput(call, &context) }
        return
      }
      let rest = operands.dropFirst().map { fields[$0] }
      let name = rest.isEmpty ? [field(bytes(call.name))] : rest
      codeArgument([script], positional: hasTrailing ? nil : name, call, &context)
    } else if let script, !call.arguments.has(0x73) {
      if isStandardInput(script) {
        standardInput(call, &context)
      } else {
        substituted(script, call, .process, &context)
      }
    } else {
      let name = field(bytes(call.name))
      standardInput(call, positional: [name] + operands.map { fields[$0] }, &context)
    }
  }

  /// The log's range of the programs in the substitutions of some words.
  private mutating func logged(_ sources: [ShellField]) -> ByteRange {
    let ranges = sources.map(\.log).filter { $0.count > 0 }
    guard let start = ranges.map(\.start).min(), let end = ranges.map(\.end).max() else { return ByteRange() }
    return ByteRange(Int(start), Int(end))
  }

  /// A script given as `<( )`: its text if that is known, else code that is not.
  private mutating func substituted(
    _ script: ShellField, _ call: ShellCall, _ scope: CodeScope, _ context: inout DecodeContext
  ) {
    if isOpenElsewhere(script) { return unknownCode(call, scope, &context) }
    guard script.processInput >= 0 else {
      // `sh "$(mktemp)"` runs a file; `sh $(curl …)` and `sh x<(…)` might run anything, but not what they print.
      return
    }
    guard let text = literalOutput(of: script.processInput) else { return unknownCode(call, scope, &context) }
    let code = Array(bytes(text))
    carrying(call, &context) { $0.code(code, scope, &$1) }
  }

  mutating func eval(_ call: ShellCall, _ context: inout DecodeContext) {
    let words = call.argv.dropFirst().map { fields[$0] }.drop { bytes($0.value).elementsEqual("--".utf8) }
    emit(call, script: logged(Array(words)), &context)
    let scope: CodeScope = call.inShell ? .same : .process
    if hasTrailing || words.contains(where: { $0.isUnknown || $0.hasGlob }) {
      return unknownCode(call, scope, &context)
    }
    let code = Array(words.map { bytes($0.value) }.joined(separator: [Ascii.space]))
    carrying(call, &context) { $0.code(code, scope, &$1) }
  }

  mutating func source(_ call: ShellCall, _ context: inout DecodeContext) {
    guard let script = call.arguments.operands.first.map({ fields[$0] }) else { return emit(call, &context) }
    emit(call, script: logged([script]), &context)
    let scope: CodeScope = call.inShell ? .same : .process
    if isStandardInput(script) {
      let outer = input
      switch input.kind {
      case .inherited, .file: break
      case .unknown: unknownCode(call, scope, &context)
      case .literal:
        let text = Array(bytes(input.text))
        input = ShellInput(kind: .unknown)
        carrying(call, &context) { $0.code(text, scope, &$1) }
        input = outer
      }
    } else {
      substituted(script, call, scope, &context)
    }
    if call.inShell { variables.forgetAll() }
  }

  /// The code of a trap runs at any later time, with the variables of then.
  mutating func trap(_ call: ShellCall, _ code: ShellField, _ context: inout DecodeContext) {
    guard !code.isUnknown else { return unknownCode(call, .same, &context) }
    let text = Array(bytes(code.value))
    let before = reader.census.inFunctions
    carrying(call, &context) {
      $0.reader.census.functionDepth += 1
      $0.asFunction([], &$1) { $0.code(text, .same, &$1) }
      $0.reader.census.functionDepth -= 1
    }
    // A function that it calls is one of those of the payload.
    variables.poison(
      reader.census.functions.isEmpty ? reader.census.inFunctions.subtracting(before) : reader.census.inFunctions)
    // Code that is not told may assign anything. (The census counts every trap as such.)
    let isDynamic = ["eval", "source", ". "].contains { contains(text[...], Array($0.utf8)) }
    if isDynamic { variables.forgetAll() }
  }

  // MARK: - Other languages

  mutating func interpreter(_ call: ShellCall, _ context: inout DecodeContext) {
    let options = call.arguments.options
    var codes = options.filter { isCode($0, call) }.compactMap(\.value)
    if codes.isEmpty, call.arguments.has(0x70), bytes(call.name).starts(with: "node".utf8) {
      // `node -p CODE`, where `-p` and `-e` bundle.
      codes = call.arguments.operands.prefix(1).map { fields[$0] }
    }
    let script = codes.isEmpty ? call.arguments.operands.first.map { fields[$0] } : nil
    emit(call, script: logged(codes + (script.map { [$0] } ?? [])), &context)
    for code in codes {
      let text = bytes(code.value)
      let isSubstitution = text.starts(with: "$(".utf8) || text.starts(with: "`".utf8)
      if code.isUnknown, code.log.count > 0, isSubstitution {
        unknownCode(call, .process, &context)
      } else {
        commands(in: text, call, &context)
      }
    }
    // `python3 -i` reads on.
    let isInteractive = call.arguments.has(0x69) && bytes(call.name).starts(with: "py".utf8)
    guard codes.isEmpty || isInteractive else { return }
    if !isInteractive, let script, !isStandardInput(script) {
      if isOpenElsewhere(script) || script.processInput >= 0 && literalOutput(of: script.processInput) == nil {
        unknownCode(call, .process, &context)
      }
      return
    }
    // Options that mean that no code is read: a module, a version, a file.
    let isBusy = options.contains { option in
      "mVh".utf8.contains(option.letter) || isNamed(option, "--version") || isNamed(option, "--help")
        || isNamed(option, "-v") || bytes(call.name).starts(with: "php".utf8) && option.letter == 0x66
    }
    if isBusy, !isInteractive { return }
    switch input.kind {
    case .inherited, .file: break
    case .unknown: unknownCode(call, .process, &context)
    case .literal: commands(in: bytes(input.text), call, &context)
    }
  }

  /// Whether the script of a shell or an interpreter stands on its command line.
  mutating func hasCode(_ call: ShellCall) -> Bool {
    call.program.role == .shell ? call.arguments.has(0x63) : call.arguments.options.contains { isCode($0, call) }
  }

  private mutating func isCode(_ option: ShellArguments.Option, _ call: ShellCall) -> Bool {
    Self.codeLetters.contains { arena.begins(with: $0.0, at: call.name) && $0.1.contains(option.letter) }
  }

  /// The options that give code, by program.
  static let codeLetters: [(StaticString, [UInt8])] = {
    let letters: [(StaticString, String)] = [
      ("python", "c"), ("pypy", "c"), ("perl", "eE"), ("ruby", "e"), ("node", "ep"), ("deno", "ep"), ("bun", "ep"),
      ("php", "rBER"), ("lua", "e"), ("osascript", "e"), ("Rscript", "e"), ("groovy", "e"), ("julia", "e"),
      ("pwsh", "c"),
    ]
    return letters.map { ($0.0, Array($0.1.utf8)) }
  }()

  mutating func awk(_ call: ShellCall, _ context: inout DecodeContext) {
    for option in call.arguments.options where option.letter == 0x66 {
      guard let file = option.value, isStandardInput(file), input.kind == .unknown else { continue }
      unknownCode(call, .process, &context)
    }
    if let first = call.arguments.operands.first, !call.arguments.has(0x66) {
      commands(in: bytes(fields[first].value), call, &context)
    }
    for option in call.arguments.options where option.letter == 0x65 {
      if let value = option.value { commands(in: bytes(value.value), call, &context) }
    }
  }

  /// Editors run `!COMMAND` given as a start-up command.
  mutating func editor(_ call: ShellCall, _ context: inout DecodeContext) {
    var starts = call.arguments.options.filter { $0.letter == 0x63 || isNamed($0, "--cmd") }.compactMap(\.value)
    for index in call.arguments.operands where bytes(fields[index].value).first == Ascii.plus {
      var command = fields[index]
      command.value.start += 1
      starts.append(command)
    }
    for var command in starts {
      while command.value.count > 0, arena[Int(command.value.start)] == Ascii.colon { command.value.start += 1 }
      for word in ["silent! ", "silent ", "sil ", "exe ", "execute "] where bytes(command.value).starts(with: word.utf8)
      {
        command.value.start += Int32(word.utf8.count)
      }
      // `!COMMAND`, `r !COMMAND`, `%!COMMAND`; `w!` is none.
      let text = bytes(command.value)
      let bang = text.indices.first { index in
        text[index] == Ascii.bang && (index == text.startIndex || !Ascii.isNameStart(text[index - 1]))
          && index + 1 < text.endIndex
      }
      guard let bang else {
        commands(in: text, call, &context)
        continue
      }
      command.value.start = Int32(bang + 1)
      codeArgument([command], call, &context)
    }
    // `ed` takes commands from its input.
    guard name(of: call, is: "ed") || name(of: call, is: "ex") else { return }
    if input.kind == .unknown { return unknownCode(call, .process, &context) }
    guard input.kind == .literal else { return }
    for line in Array(bytes(input.text)).split(separator: Ascii.newline) {
      guard let bang = line.firstIndex(of: Ascii.bang), bang == line.startIndex || !Ascii.isNameStart(line[bang - 1])
      else {
        continue
      }
      let code = Array(line[(bang + 1)...])
      carrying(call, &context) { $0.code(code, .process, &$1) }
    }
  }

  /// Looks for calls that run a literal command line: `system("…")`, `subprocess.run(["…", …])`, and what back quotes
  /// and awk's pipes run. Best effort: the language itself is not read.
  private mutating func commands(in code: ArraySlice<UInt8>, _ call: ShellCall, _ context: inout DecodeContext) {
    let code = Array(code)
    let isAwk = call.program.role == .awk
    let hasBackquotes = ["perl", "ruby", "php"].contains { bytes(call.name).starts(with: $0.utf8) }
    var index = 0
    while index < code.count, !isDone(context) {
      let byte = code[index]
      if byte == Ascii.backquote && hasBackquotes || byte == Ascii.doubleQuote && isAwk {
        guard let (text, end) = string(code, index) else { return }
        // `print | "…"` and `"…" | getline`
        let isRun = byte == Ascii.backquote || isPipe(code, before: index) || isPipe(code, at: end)
        if isRun { carrying(call, &context) { $0.code(text, .process, &$1) } }
        index = end
        continue
      }
      guard Ascii.isNameStart(byte) || byte == Ascii.percent else {
        index += 1
        continue
      }
      let start = index
      index += 1
      while index < code.count, Ascii.isName(code[index]) { index += 1 }
      let name = code[start..<index]
      if hasBackquotes, name.elementsEqual("qx".utf8) || name.elementsEqual("%x".utf8) {
        guard let (text, end) = string(code, index) else { return }
        carrying(call, &context) { $0.code(text, .process, &$1) }
        index = end
        continue
      }
      guard name.count <= 12, Self.runners.contains(code, ByteRange(start, index)) else { continue }
      let (words, isList, end) = literals(code, index)
      // `system($0)`, `system("a" + b)`
      let isComputed = name.elementsEqual("system".utf8) && (words.isEmpty ? isCall(code, index) : isJoined(code, end))
      if isComputed { unknownCode(call, .process, &context) }
      index = end
      guard let first = words.first else { continue }
      if words.count == 1, !isList {
        carrying(call, &context) { $0.code(first, .process, &$1) }
      } else {
        let base = fields.count
        for word in words {
          let field = field(word)
          fields.append(field)
        }
        carry(call, base..<fields.count, &context)
        fields.truncate(to: base)
      }
    }
  }

  /// Whether a call with arguments starts behind a name.
  private mutating func isCall(_ code: [UInt8], _ start: Int) -> Bool {
    let rest = code[start...].drop(while: Ascii.isSpace)
    guard rest.first == Ascii.open, let next = rest.dropFirst().first(where: { !Ascii.isSpace($0) }) else {
      return false
    }
    return next != Ascii.close
  }

  /// Whether something is appended to what stands before a place.
  private mutating func isJoined(_ code: [UInt8], _ start: Int) -> Bool {
    let next = code[start...].first { !Ascii.isSpace($0) }
    return next.map {
      $0 == Ascii.plus || $0 == Ascii.dot || $0 == Ascii.percent || Ascii.isName($0) || $0 == Ascii.doubleQuote
        || $0 == Ascii.dollar
    } ?? false
  }

  /// The string literals behind a call's name, in parentheses, brackets or neither; `spawn("rm", ["-r"])` is one list.
  private mutating func literals(_ code: [UInt8], _ start: Int) -> (words: [[UInt8]], isList: Bool, end: Int) {
    var at = start
    var isList = false
    func skip() {
      while at < code.count, Ascii.isSpace(code[at]) || code[at] == Ascii.open || code[at] == Ascii.openBracket {
        isList = isList || code[at] == Ascii.openBracket
        at += 1
      }
    }
    skip()
    var words: [[UInt8]] = []
    while let (word, end) = literal(code, at) {
      words.append(word)
      at = end
      while at < code.count, Ascii.isSpace(code[at]) { at += 1 }
      guard at < code.count, code[at] == Ascii.comma else { break }
      at += 1
      skip()
    }
    return (words, isList, at)
  }

  /// A string literal with its prefix: `r"…"`, `f'…'`, `"""…"""`, `q(…)`.
  private mutating func literal(_ code: [UInt8], _ start: Int) -> ([UInt8], Int)? {
    var at = start
    while at < code.count, at < start + 2, "rRfFbBuq".utf8.contains(code[at]) { at += 1 }
    guard at < code.count else { return nil }
    let quote = code[at]
    if quote == Ascii.quote || quote == Ascii.doubleQuote || quote == Ascii.backquote {
      let isTripled = at + 2 < code.count && code[at + 1] == quote && code[at + 2] == quote
      guard let (text, end) = string(code, isTripled ? at + 2 : at) else { return ([], code.count) }
      return (text, isTripled ? min(end + 2, code.count) : end)
    }
    return at > start && code[start] == 0x71 ? string(code, at) ?? ([], code.count) : nil
  }

  private mutating func isPipe(_ code: [UInt8], before index: Int) -> Bool {
    guard let last = code[..<index].lastIndex(where: { !Ascii.isSpace($0) && $0 != Ascii.ampersand }) else {
      return false
    }
    return code[last] == Ascii.pipe && (last == 0 || code[last - 1] != Ascii.pipe)
  }

  private mutating func isPipe(_ code: [UInt8], at index: Int) -> Bool {
    let rest = code[index...].drop(while: Ascii.isSpace)
    return rest.first == Ascii.pipe && rest.dropFirst().first != Ascii.pipe
  }

  private static let runners = ShellNames(runnerNames)

  /// Functions that run what they are given.
  static let runnerNames = [
    "system", "popen", "exec", "execSync", "spawn", "spawnSync", "execFile", "run", "call", "check_call",
    "check_output", "Popen", "shell_exec", "passthru", "proc_open", "getoutput", "execvp", "execv",
    "execl", "execlp", "execute", "spawnl", "shell",
  ]

  /// The text behind the quote or opening bracket at `start`, and where it ends; nil if it does not.
  private mutating func string(_ code: [UInt8], _ start: Int) -> ([UInt8], Int)? {
    guard start < code.count else { return nil }
    let close: UInt8 =
      switch code[start] {
      case Ascii.open: Ascii.close
      case Ascii.openBracket: Ascii.closeBracket
      case Ascii.openBrace: Ascii.closeBrace
      default: code[start]
      }
    var text: [UInt8] = []
    var index = start + 1
    while index < code.count {
      if code[index] == close { return (text, index + 1) }
      if code[index] == Ascii.backslash, index + 1 < code.count {
        index += 1
        text.append(code[index] == 0x6E ? Ascii.newline : code[index])
      } else {
        text.append(code[index])
      }
      index += 1
    }
    return nil
  }
}
