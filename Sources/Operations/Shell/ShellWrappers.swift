import PolicyBytecode

/// Programs that run what their arguments name.
extension ShellDecoder {
  /// Emits a program's operation, then those of what it runs.
  mutating func perform(_ call: ShellCall, _ context: inout DecodeContext) {
    switch call.program.role {
    case .shell: return shell(call, &context)
    case .interpreter: return interpreter(call, &context)
    case .eval: return eval(call, &context)
    case .source: return source(call, &context)
    case .client: return client(call, &context)
    case .container: return container(call, &context)
    case .versionControl: return versionControl(call, &context)
    case .bundle: return bundle(call, &context)
    default: break
    }
    let isServer = isRsyncServer(call)
    if isServer, call.arguments.options.contains(where: { isNamed($0, "--sender") }) {
      var sender = call
      sender.program.writesLast = false
      emit(sender, &context)
    } else {
      emit(call, &context)
    }
    guard !isDone(context) else { return }
    if Self.evaluating.contains(arena, call.name), call.argv.contains(where: { runsInArithmetic(fields[$0]) }) {
      context.unparsed(.shell, .unknownCode)
    }
    // On the server's side of rsync `-e` tells what the client can do.
    for option in call.arguments.options where !isServer {
      guard var value = option.value else { continue }
      if isNamed(option, "--checkpoint-action") {
        guard arena.begins(with: "exec=", at: value.value) else { continue }
        value.value.start += 5
      } else if option.use != .code {
        continue
      }
      codeArgument([value], call, &context)
    }
    let operands = call.arguments.operands
    switch call.program.role {
    case .plain: note(call, &context)
    case .prefix: prefix(call, &context)
    case .environment: environment(call, &context)
    case .user: user(call, &context)
    case .remote: remote(call, &context)
    case .joined: joined(call, &context)
    case .lock:
      guard operands.count > 1 else { break }
      if text(operands[1], is: "-c") || text(operands[1], is: "--command") {
        if operands.count > 2 { codeArgument([fields[operands[2]]], call, &context) }
      } else {
        carry(call, operands[1]..<call.argv.upperBound, &context)
      }
    case .exec:
      let initial = arena[Int(call.name.start)]
      if initial == 0x63, call.arguments.has(0x76) || call.arguments.has(0x56) { break }
      guard let first = operands.first else {
        // Whatever it is redirected to, for it or for what carries it.
        if initial == 0x65, call.inShell, input.kind != .inherited { replacedInput = input }
        break
      }
      // `exec` replaces the shell; `command` and `builtin` run in it.
      carry(call, first..<call.argv.upperBound, inShell: call.inShell && initial != 0x65, &context)
    case .coproc:
      guard let first = operands.first else { break }
      let outer = input
      input = ShellInput(kind: .unknown)
      carry(call, first..<call.argv.upperBound, &context)
      input = outer
    case .applet:
      if let first = operands.first { carry(call, first..<call.argv.upperBound, &context) }
    case .loader: break
    case .alias: alias(call, &context)
    case .make: make(call, &context)
    case .socket: socket(call, &context)
    case .find: find(call, &context)
    case .xargs: xargs(call, &context)
    case .parallel: parallel(call, &context)
    case .pod: pod(call, &context)
    case .schedule: schedule(call, &context)
    case .trap:
      guard operands.count > 1, let code = operands.first, !text(code, is: "-"), fields[code].value.count > 0 else {
        break
      }
      trap(call, fields[code], &context)
    case .awk: awk(call, &context)
    case .sed: sed(call, &context)
    case .editor: editor(call, &context)
    case .directory: if call.inShell { changeDirectory(call) }
    case .declare: if call.inShell { declare(call, &context) }
    case .read: if call.inShell { forgetNames(call) }
    case .copy: copyOverSSH(call, &context)
    case .shell, .interpreter, .eval, .source, .client, .container, .versionControl, .bundle, .login: break
    }
  }

  /// Programs that take a word for the name of a variable, or of an array's element, whose index is evaluated.
  private static let evaluating = ShellNames(
    [
      "test", "[", "let", "printf", "read", "mapfile", "readarray", "getopts", "unset", "wait", "declare", "typeset",
      "local",
      "export", "readonly",
    ])

  private mutating func runsInArithmetic(_ field: ShellField) -> Bool {
    !field.isUnknown && Self.runsInArithmetic(bytes(field.value))
  }

  @inline(__always)
  mutating func text(_ index: Int, is word: StaticString) -> Bool { arena.has(word, at: fields[index].value) }

  /// Whether a program goes by this name.
  @inline(__always)
  mutating func name(of call: ShellCall, is word: StaticString) -> Bool { arena.has(word, at: call.name) }

  /// Decodes words, joined by a space, as shell code that a program runs in a process of its own.
  mutating func codeArgument(
    _ words: [ShellField], positional: [ShellField]? = nil, _ call: ShellCall, _ context: inout DecodeContext
  ) {
    guard !words.contains(where: { $0.isUnknown }) else { return unknownCode(call, .process, &context) }
    let code = Array(words.map { bytes($0.value) }.joined(separator: [Ascii.space]))
    carrying(call, &context) { $0.code(code, .process, positional: positional, &$1) }
  }

  /// `ProxyCommand=…`, `core.pager=…`: a setting whose value is a command.
  mutating func settingCommand(_ setting: ShellField, _ call: ShellCall, _ context: inout DecodeContext) {
    let text = bytes(setting.value)
    let isBetween = { (byte: UInt8) in byte == Ascii.equals || Ascii.isBlank(byte) }
    let start = text.firstIndex { !Ascii.isBlank($0) } ?? text.endIndex
    guard let end = text[start...].firstIndex(where: isBetween) else { return }
    let key = text[start..<end].map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
    let command = text[end...].drop(while: isBetween)
    var value = setting
    value.value.start += Int32(command.startIndex - text.startIndex)
    if key.starts(with: "alias.".utf8) {
      guard command.first == Ascii.bang else { return }
      value.value.start += 1
    } else if !Self.commandSettings.contains(key), !key.starts(with: "pager.".utf8),
      !Self.commandSettingEnds.contains(where: { key.suffix($0.utf8.count).elementsEqual($0.utf8) })
    {
      return
    }
    // `credential.helper=!COMMAND`
    if arena[Int(value.value.start)...].first == Ascii.bang, value.value.count > 1 { value.value.start += 1 }
    codeArgument([value], call, &context)
  }

  /// Settings of any filter, driver or host.
  private static let commandSettingEnds = [
    ".helper", ".clean", ".smudge", ".process", ".textconv", ".cmd", ".command", ".driver", ".difffilter",
  ]
  private static let commandSettings = Set(
    [
      "proxycommand", "localcommand", "remotecommand", "knownhostscommand", "core.pager", "core.editor",
      "core.sshcommand",
      "core.fsmonitor", "core.askpass", "sequence.editor", "diff.external", "credential.helper", "gpg.program",
    ].map { Array($0.utf8) })

  /// `ssh`: options may stand behind the host, too; the words behind them are code, else the standard input is.
  private mutating func remote(_ call: ShellCall, _ context: inout DecodeContext) {
    guard let host = call.arguments.operands.first else { return }
    let behind = arguments(host..<call.argv.upperBound, call.program)
    var isCommandSet = false
    for option in call.arguments.options + behind.options where option.letter == 0x6F {
      guard let value = option.value else { continue }
      let setting = SSHForwarding.Setting(Array(bytes(value.value)))
      if setting.isNamed("remotecommand") {
        if setting.value.elementsEqual("none".utf8) { continue }
        isCommandSet = true
      }
      settingCommand(value, call, &context)
    }
    if behind.operands.isEmpty {
      if !isCommandSet { standardInput(call, &context) }
    } else {
      codeArgument(behind.operands.map { fields[$0] }, call, &context)
    }
    forwardings(call, behind.options, &context)
  }

  /// `socat`: the addresses `EXEC:` and `SYSTEM:` run a command, up to the options behind a comma.
  private mutating func socket(_ call: ShellCall, _ context: inout DecodeContext) {
    for index in call.arguments.operands {
      var code = fields[index]
      let text = bytes(code.value)
      guard let colon = text.firstIndex(of: Ascii.colon) else { continue }
      let kind = text[..<colon].map { $0 | 0x20 }
      guard kind.elementsEqual("exec".utf8) || kind.elementsEqual("system".utf8) else { continue }
      code.value = ByteRange(colon + 1, text[colon...].firstIndex(of: Ascii.comma) ?? text.endIndex)
      codeArgument([code], call, &context)
    }
  }

  // MARK: - Prefixes

  private mutating func prefix(_ call: ShellCall, _ context: inout DecodeContext) {
    let operands = call.arguments.operands
    var skipped = 0
    let isTime = name(of: call, is: "time")
    if call.arguments.has(0x66) || call.arguments.has(0x6F), isTime || name(of: call, is: "gtime") { printers += 1 }
    if isTime {
      while skipped < operands.count, isAssignment(operands[skipped]) { skipped += 1 }
    } else if name(of: call, is: "taskset") {
      if call.arguments.has(0x70) { return }
      skipped = 1
    } else if Self.skipping.contains(arena, call.name) {
      skipped = 1
    }
    while skipped < operands.count, text(operands[skipped], is: "--") { skipped += 1 }
    if name(of: call, is: "screen"), call.arguments.has(0x58) {
      // `screen -X stuff KEYS` types into a shell.
      guard operands.count > 1, text(operands[0], is: "stuff") else { return }
      let code = field(ShellEscapes.decode(bytes(fields[operands[1]].value), .echo))
      return codeArgument([code], call, &context)
    }
    let inner = skipped < operands.count ? operands[skipped]..<call.argv.upperBound : 0..<0
    if inner.isEmpty, Self.startingShells.contains(arena, call.name) { standardInput(call, &context) }
    carry(call, inner, inShell: call.inShell && isTime, &context)
  }

  /// Programs whose first operand is not yet the command.
  private static let skipping = ShellNames(
    ["timeout", "gtimeout", "chroot", "chrt", "gosu", "su-exec"])

  /// Programs that start a shell where no command is given.
  private static let startingShells = ShellNames(
    ["chroot", "unshare", "nsenter", "setarch", "linux32", "linux64", "i386", "x86_64", "pkexec", "fakeroot", "proot"])

  static func isSkipping(_ text: QuickShellText, _ name: ByteRange) -> Bool {
    text.has("timeout", at: name) || text.has("gtimeout", at: name) || text.has("chroot", at: name)
      || text.has("chrt", at: name) || text.has("gosu", at: name) || text.has("su-exec", at: name)
  }

  /// Whether `env` and `sudo` take a word for a variable's: the name may be any.
  private mutating func isSetting(_ index: Int) -> Bool {
    let text = fields[index].value
    return text.count > 0 && arena[Int(text.start)] != Ascii.equals
      && arena.firstIndex(of: Ascii.equals, in: text) != nil
  }

  private mutating func isAssignment(_ index: Int) -> Bool {
    let text = fields[index].value
    guard text.count > 0, Ascii.isNameStart(arena[Int(text.start)]) else { return false }
    for at in text.range where !Ascii.isName(arena[at]) { return arena[at] == Ascii.equals }
    return false
  }

  /// `sudo`, `doas`, `env`: options, assignments, a command.
  private mutating func environment(_ call: ShellCall, _ context: inout DecodeContext) {
    let isEnv = name(of: call, is: "env")
    let saved = directories
    let outer = variables.environment
    let mark = variables.enterSubshell()
    defer {
      directories = saved
      variables.leaveEnvironment(outer)
      variables.leaveSubshell(mark)
    }
    if !isEnv || call.arguments.has(0x69) || call.arguments.has(0x75) { variables.enterEnvironment() }
    if let directory = call.arguments.value(isEnv ? 0x43 : 0x44) {
      directories =
        directory.isUnknown ? [[]] : directories.map { ShellPaths.normalised(bytes(directory.value), in: $0) }
    }
    var operands = call.arguments.operands[...]
    var first = call.argv.upperBound
    let base = fields.count
    if isEnv, let string = call.arguments.value(0x53) {
      // With variables, comments and escapes of its own it may be other words.
      let isPlain = !bytes(string.value).contains { $0 == Ascii.dollar || $0 == Ascii.hash || $0 == Ascii.backslash }
      guard !string.isUnknown, isPlain, let words = splitWords(bytes(string.value)) else {
        return context.unparsed(.shell, .unknownProgram)
      }
      fields.append(fields[call.argv.lowerBound])
      for word in words {
        let field = field(word)
        fields.append(field)
      }
      for index in operands { fields.append(fields[index]) }
      operands = arguments(base..<fields.count, call.program).operands[...]
    }
    while let index = operands.first {
      if isSetting(index) {
        let text = bytes(fields[index].value)
        if let equals = text.firstIndex(of: Ascii.equals) {
          variables.set(
            Array(text[..<equals]), [Array(text[(equals + 1)...])], isKnown: !fields[index].isUnknown, isExported: true)
          if !fields[index].isUnknown {
            runLater(Array(text[..<equals]), Array(text[(equals + 1)...]), &context)
          }
        }
      } else if text(index, is: "-") {
        variables.enterEnvironment()
      } else if !text(index, is: "--") {
        first = index
        break
      }
      operands.removeFirst()
    }
    let end = fields.count > base ? fields.count : call.argv.upperBound
    if first < end, operands.first != nil {
      if !isEnv, call.arguments.has(0x65) {
        fields.truncate(to: base)
        return
      }
      carry(call, first..<end, &context)
    } else if hasTrailing {
      context.unparsed(.shell, .unknownProgram)
    } else if !isEnv, call.arguments.has(0x73) || call.arguments.has(0x69) {
      standardInput(call, &context)
    }
    fields.truncate(to: base)
  }

  /// `su` and `runuser`: code of `-c` was decoded; else a command behind `runuser -u`, else a shell.
  private mutating func user(_ call: ShellCall, _ context: inout DecodeContext) {
    let operands = call.arguments.operands
    if call.arguments.has(0x75), arena[Int(call.name.start)] == 0x72 {
      if let first = operands.first { carry(call, first..<call.argv.upperBound, &context) }
      return
    }
    if call.arguments.has(0x63) { return }
    for (position, index) in operands.enumerated() where text(index, is: "-c") || text(index, is: "--command") {
      if position + 1 < operands.count { codeArgument([fields[operands[position + 1]]], call, &context) }
      return
    }
    standardInput(call, &context)
  }

  /// `watch` and `tmux`: words joined into one line of shell.
  private mutating func joined(_ call: ShellCall, _ context: inout DecodeContext) {
    var operands = call.arguments.operands[...]
    guard let first = operands.first else { return }
    if name(of: call, is: "watch") {
      if call.arguments.has(0x78) { return carry(call, first..<call.argv.upperBound, &context) }
      return codeArgument(operands.map { fields[$0] }, call, &context)
    }
    let verb = bytes(fields[first].value)
    let verbs = ["new", "neww", "split", "respawn", "run", "send", "if", "popup", "display-popup", "pipe-pane"]
    guard verbs.contains(where: { verb.starts(with: $0.utf8) }) else { return }
    operands.removeFirst()
    while let index = operands.first, bytes(fields[index].value).first == Ascii.dash {
      let option = bytes(fields[index].value)
      operands.removeFirst()
      // -s NAME, -n NAME, -t TARGET, -c DIRECTORY, -x and -y SIZE, -e VARIABLE, -F FORMAT
      if option.count == 2, let letter = option.last, "sntcxyeFlp".utf8.contains(letter) { _ = operands.popFirst() }
    }
    let words = operands.filter { !text($0, is: "Enter") && !text($0, is: "C-m") && !text($0, is: "KPEnter") }
    if !words.isEmpty { codeArgument(words.map { fields[$0] }, call, &context) }
  }

  // MARK: - Containers

  /// `docker exec` and `docker run`, also behind `container` and `compose`.
  private mutating func container(_ call: ShellCall, _ context: inout DecodeContext) {
    var call = call
    var start: Int?
    var entry: ShellField?
    var directory: [UInt8] = []
    var verb = call.arguments.operands.first
    while let index = verb, text(index, is: "container") || text(index, is: "compose") {
      let outer = text(index, is: "compose") ? ShellProgram.compose : call.program
      let more = arguments(index..<call.argv.upperBound, outer)
      call.arguments.options += more.options
      verb = more.operands.first
    }
    if let index = verb {
      var program = ShellProgram.docker
      let runs = text(index, is: "run") || text(index, is: "create") || text(index, is: "exec")
      program.isOrdered = runs
      let inner = arguments(index..<call.argv.upperBound, program)
      call.arguments.options += inner.options
      if runs, inner.operands.count > 1 { start = inner.operands[1] }
      entry = runs ? inner.options.last { isNamed($0, "--entrypoint") }?.value : nil
      if runs, let value = inner.value(0x77), !value.isUnknown { directory = Array(bytes(value.value)) }
    }
    emit(call, &context)
    guard start != nil || entry != nil else { return }
    let base = fields.count
    if let entry { fields.append(entry) }
    if let start { fields.append(copying: start..<call.argv.upperBound) }
    elsewhere(call, base..<fields.count, directory: directory, &context)
    fields.truncate(to: base)
  }

  /// `kubectl exec POD -- COMMAND`, and the requests that kubectl makes.
  private mutating func pod(_ call: ShellCall, _ context: inout DecodeContext) {
    let operands = call.arguments.operands
    if name(of: call, is: "kubectl") || name(of: call, is: "oc") || name(of: call, is: "k")
      || name(of: call, is: "microk8s.kubectl")
    {
      kubectl(call, &context)
      guard !isDone(context) else { return }
      if let verb = operands.first, text(verb, is: "cp") { return copyInPod(call, &context) }
    }
    guard let verb = operands.first else { return }
    let isJob =
      text(verb, is: "create") && operands.count > 1
      && (text(operands[1], is: "job") || text(operands[1], is: "cronjob") || text(operands[1], is: "cj"))
    let runs =
      text(verb, is: "exec") || text(verb, is: "run") || text(verb, is: "debug") || text(verb, is: "rsh")
      || text(verb, is: "shell")
    guard isJob || runs else { return }
    if let dashes = call.argv.first(where: { $0 > verb && text($0, is: "--") }) {
      elsewhere(call, dashes + 1..<call.argv.upperBound, &context)
    } else if !isJob, !text(verb, is: "run"), !text(verb, is: "debug"), operands.count > 2 {
      elsewhere(call, operands[2]..<call.argv.upperBound, &context)
    }
  }

  /// Runs words on another machine, whose working directory is not this one.
  mutating func elsewhere(
    _ call: ShellCall, _ argv: Range<Int>, directory: [UInt8] = [], _ context: inout DecodeContext
  ) {
    let saved = directories
    directories = [directory]
    carry(call, argv, &context)
    directories = saved
  }

  /// `git`: flags behind the subcommand, settings and verbs that run commands.
  private mutating func versionControl(_ call: ShellCall, _ context: inout DecodeContext) {
    var call = call
    let settings = call.arguments.options.filter { $0.letter == 0x63 }.compactMap(\.value)
    var inner = ShellArguments()
    if let verb = call.arguments.operands.first {
      var program = call.program
      program.isOrdered = false
      if text(verb, is: "rebase") || text(verb, is: "difftool") {
        // Elsewhere -x is no option with a value.
        program.exception = .init(letter: 0x78, takesValue: true, use: .code)
      }
      inner = arguments(verb..<call.argv.upperBound, program)
      call.arguments.options += inner.options
      call.arguments.operands = [verb] + inner.operands
    }
    emit(call, &context)
    for setting in settings { settingCommand(setting, call, &context) }
    for option in inner.options where option.hasValue {
      // `clone -u COMMAND`, `grep -O COMMAND`
      guard isNamed(option, "--upload-pack") || isNamed(option, "--receive-pack") || isNamed(option, "--exec") else {
        continue
      }
      codeArgument([option.field], call, &context)
    }
    if let verb = call.arguments.operands.first, text(verb, is: "clone"), call.arguments.has(0x75),
      let command = inner.operands.first
    {
      codeArgument([fields[command]], call, &context)
    }
    for index in call.arguments.operands where arena.begins(with: "ext::", at: fields[index].value) {
      var code = fields[index]
      code.value.start += 5
      codeArgument([code], call, &context)
    }
    for option in inner.options where option.use == .code {
      if let value = option.value { codeArgument([value], call, &context) }
    }
    guard let verb = call.arguments.operands.first, let action = inner.operands.first else { return }
    if text(verb, is: "submodule"), text(action, is: "foreach"), inner.operands.count > 1 {
      codeArgument(inner.operands.dropFirst().map { fields[$0] }, call, &context)
    } else if text(verb, is: "config"), inner.operands.count > 1 {
      let setting = [UInt8](bytes(fields[action].value) + [Ascii.equals] + bytes(fields[inner.operands[1]].value))
      var field = field(setting)
      field.isUnknown = fields[inner.operands[1]].isUnknown
      settingCommand(field, call, &context)
    } else if text(verb, is: "bisect"), text(action, is: "run"), inner.operands.count > 1 {
      carry(call, inner.operands[1]..<call.argv.upperBound, &context)
    }
  }
}
