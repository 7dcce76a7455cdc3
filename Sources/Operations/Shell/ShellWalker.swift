import PolicyBytecode

/// Lists, pipelines and compound commands, in the order in which they run. Branches that may not run, loops and
/// functions are walked once.
extension ShellDecoder {
  typealias Walk = (inout ShellDecoder, inout DecodeContext) -> Void

  /// Runs `body` in a subshell: its assignments and its working directory end with it.
  mutating func subshell(_ context: inout DecodeContext, _ body: Walk) {
    let mark = variables.enterSubshell()
    let saved = (directories, previousDirectories, input, replacedInput)
    body(&self, &context)
    variables.leaveSubshell(mark)
    (directories, previousDirectories, input, replacedInput) = saved
  }

  /// Runs `body`, which may not run: what it assigns is not known behind it, and where it leads to is only possible.
  mutating func branch(_ context: inout DecodeContext, _ body: Walk) {
    let region = variables.openRegion()
    let before = directories
    body(&self, &context)
    variables.closeRegion(region)
    mayBeIn(before)
  }

  /// Adds directories in which the commands from here on may run.
  mutating func mayBeIn(_ more: [[UInt8]]) {
    for directory in more where !directories.contains(directory) && directories.count < ShellLimits.candidates {
      directories.append(directory)
    }
  }

  mutating func list(_ list: Int32, _ context: inout DecodeContext) {
    var child = reader.tree.nodes[Int(list)].first
    while child >= 0, !isDone(context) {
      let head = child
      if reader.tree.nodes[Int(head)].isBackground {
        subshell(&context) { child = $0.chain(head, &$1) }
      } else {
        child = chain(head, &context)
      }
    }
  }

  /// Pipelines joined by `&&` and `||`; gives what follows them.
  private mutating func chain(_ head: Int32, _ context: inout DecodeContext) -> Int32 {
    command(head, &context)
    var child = reader.tree.nodes[Int(head)].next
    if child < 0 || reader.tree.nodes[Int(child)].link == .sequence { return child }
    var wasAnd = false
    var region: Int32?
    let before = directories
    while child >= 0 {
      let node = reader.tree.nodes[Int(child)]
      if node.link == .sequence { break }
      // What a pipeline assigns holds in those that run only if it ran.
      if !wasAnd || node.link != .and {
        if let region { variables.closeRegion(region) }
        region = variables.openRegion()
        mayBeIn(before)
      }
      wasAnd = node.link == .and
      command(child, &context)
      child = node.next
    }
    if let region {
      variables.closeRegion(region)
      mayBeIn(before)
    }
    return child
  }

  private mutating func pipeline(_ first: Int32, _ context: inout DecodeContext) {
    let outer = input
    let start = outer.kind == .inherited ? log.count : Int(outer.log.start)
    var child = first
    while child >= 0, !isDone(context) {
      (output, likelyOutput) = (nil, nil)
      subshell(&context) { $0.command(child, &$1) }
      input = ShellInput(kind: .unknown, log: ByteRange(start, log.count))
      if let output {
        input.kind = .literal
        input.text = output
      } else if let likelyOutput {
        input.likely = likelyOutput
      }
      child = reader.tree.nodes[Int(child)].next
    }
    (output, likelyOutput) = (nil, nil)
    input = outer
  }

  /// One command. Its redirections apply to all that it holds.
  mutating func command(_ index: Int32, _ context: inout DecodeContext) {
    guard !isDone(context) else { return }
    let node = reader.tree.nodes[Int(index)]
    depth += 1
    defer { depth -= 1 }
    switch node.kind {
    case .simple: return simple(node, &context)
    case .pipeline: return pipeline(node.first, &context)
    default: break
    }
    let outer = input
    if input.kind == .literal { input.kind = .unknown }
    if node.redirections >= 0 {
      let effects = effects(node.redirections, &context)
      if var redirected = effects.input {
        // What of a text is left for a command inside is not known.
        if redirected.kind == .literal { redirected.kind = .unknown }
        input = redirected
      }
      if effects.files.count > 0 { emitEmpty(effects, &context) }
      files.truncate(to: Int(effects.files.start))
    }
    let waiting = deferred
    deferred = []
    let start = log.count
    compound(node, &context)
    output = nil
    deferred = waiting
    finishDeferred(from: start, &context)
    leaveRedirection(to: outer)
  }

  /// Behind a command the input is what it was, unless `exec < FILE` has redirected the shell itself.
  private mutating func leaveRedirection(to outer: ShellInput) {
    input = outer
    if let replaced = replacedInput {
      input = replaced
      if input.kind == .literal { input.kind = .unknown }
    }
  }

  /// Walks the lists in `>( )`, which read what the programs logged since `start` print.
  mutating func finishDeferred(from start: Int, _ context: inout DecodeContext) {
    guard !deferred.isEmpty else { return }
    let lists = deferred
    let outer = input
    deferred = []
    input = ShellInput(
      kind: .unknown, log: ByteRange(outer.kind == .inherited ? start : Int(outer.log.start), log.count))
    for inner in lists { subshell(&context) { $0.list(inner, &$1) } }
    input = outer
  }

  private mutating func compound(_ node: ShellNode, _ context: inout DecodeContext) {
    let tree = (first: node.first, words: node.words)
    switch node.kind {
    case .simple, .pipeline: break
    case .list, .group: list(tree.first, &context)
    case .subshell, .coprocess:
      subshell(&context) {
        guard node.kind == .coprocess else { return $0.list(tree.first, &$1) }
        $0.input = ShellInput(kind: .unknown)
        $0.command(tree.first, &$1)
      }
    case .conditional:
      list(tree.first, &context)
      var child = reader.tree.nodes[Int(tree.first)].next
      while child >= 0 {
        branch(&context) { $0.list(child, &$1) }
        child = reader.tree.nodes[Int(child)].next
      }
    case .loop:
      enterLoop()
      branch(&context) {
        $0.list(tree.first, &$1)
        $0.list($0.reader.tree.nodes[Int(tree.first)].next, &$1)
      }
    case .arithmeticLoop:
      arithmetic(tree.words, &context)
      enterLoop()
      branch(&context) { $0.list(tree.first, &$1) }
    case .forLoop: forLoop(node, &context)
    case .caseOf:
      substitutions(reader.tree.words[Int(tree.words)].first, &context)
      var child = tree.first
      while child >= 0 {
        let item = reader.tree.nodes[Int(child)]
        substitutions(words: item.words, &context)
        branch(&context) { $0.list(child, &$1) }
        child = item.next
      }
    case .function: function(node, &context)
    case .test: substitutions(words: tree.words, &context)
    case .arithmetic: arithmetic(tree.words, &context)
    }
  }

  private mutating func substitutions(words first: Int32, _ context: inout DecodeContext) {
    var index = first
    while index >= 0 {
      substitutions(reader.tree.words[Int(index)].first, &context)
      index = reader.tree.words[Int(index)].next
    }
  }

  private mutating func arithmetic(_ word: Int32, _ context: inout DecodeContext) {
    forget(arithmetic: reader.tree.words[Int(word)].spelling)
    substitutions(words: word, &context)
  }

  /// A later round sees what an earlier one assigned, and where it went.
  private mutating func enterLoop() {
    variables.enterLoop()
    mayBeIn(reader.census.directories)
  }

  private mutating func forLoop(_ node: ShellNode, _ context: inout DecodeContext) {
    let base = fields.count
    var index = node.words
    while index >= 0 {
      expand(reader.tree.words[Int(index)], &context)
      index = reader.tree.words[Int(index)].next
    }
    var isKnown = node.hasWords && fields.count == base + 1
    // Globs are possible values as they are spelled.
    var values: [[UInt8]] = []
    for index in base..<fields.count {
      let item = fields[index]
      if item.isUnknown || item.hasGlob { isKnown = false }
      guard values.count < ShellLimits.values else { continue }
      if !item.isUnknown { values.append(Array(bytes(item.value))) }
      if item.alternatives >= 0 { values += alternatives[Int(item.alternatives)] }
    }
    if !node.hasWords, let parameters = variables.lookup(ShellCensus.positional, reader.census)?.values {
      values = Array(parameters)
    }
    values = Array(values.prefix(ShellLimits.values))
    fields.truncate(to: base)
    enterLoop()
    branch(&context) {
      $0.variables.set(Array($0.reader.tree.source[node.name.range]), values, isKnown: isKnown)
      $0.list(node.first, &$1)
    }
  }

  /// A body runs when it is called, with the variables, parameters, directory and input of then.
  private mutating func function(_ node: ShellNode, _ context: inout DecodeContext) {
    let arguments = callArguments[Array(reader.tree.source[node.name.range])] ?? []
    asFunction(arguments, &context) { $0.command(node.first, &$1) }
  }

  /// Collects what functions of the payload are called with, as far as it is literal: their parameters may be that.
  mutating func noteCalls() {
    for node in reader.tree.nodes.elements where node.kind == .simple && node.words >= 0 {
      var words: [[UInt8]] = []
      var index = node.words
      while index >= 0, words.count <= ShellLimits.values {
        let word = reader.tree.words[Int(index)]
        index = word.next
        let part = word.first >= 0 ? reader.tree.parts[Int(word.first)] : nil
        let isLiteral = part.map { $0.kind == .literal && $0.next < 0 } ?? false
        if isLiteral, let part { words.append(Array(reader.tree.source[part.spelling.range])) }
        if words.isEmpty || !reader.census.functions.contains(words[0]) { break }
      }
      guard words.count > 1, reader.census.functions.contains(words[0]) else { continue }
      let known = callArguments[words[0]] ?? []
      callArguments[words[0]] = Array((known + words.dropFirst()).prefix(ShellLimits.values))
    }
  }

  mutating func asFunction(_ arguments: [[UInt8]], _ context: inout DecodeContext, _ body: Walk) {
    let mark = variables.enterFunction()
    let saved = (directories, previousDirectories, input)
    functionDepth += 1
    mayBeIn(reader.census.directories)
    input = ShellInput(kind: .unknown)
    branch(&context) {
      $0.variables.set(ShellCensus.positional, arguments, isKnown: false)
      body(&$0, &$1)
    }
    functionDepth -= 1
    (directories, previousDirectories, input) = saved
    variables.leaveFunction(mark)
  }

  // MARK: - Simple commands

  private mutating func simple(_ node: ShellNode, _ context: inout DecodeContext) {
    let base = fields.count
    let start = log.count
    let waiting = deferred
    if !deferred.isEmpty { deferred = [] }
    output = nil
    var index = node.words
    while index >= 0, !isExhausted {
      expand(reader.tree.words[Int(index)], &context)
      index = reader.tree.words[Int(index)].next
    }
    let outer = input
    let fileBase = files.count
    let assignedBase = assigned.count
    var effects = ShellEffects()
    if node.redirections >= 0 {
      effects = self.effects(node.redirections, &context)
      if let redirected = effects.input { input = redirected }
    }
    if fields.count == base {
      effects.assigns = assign(node.assignments, isExported: false, &context)
      if !isDone(context) { emitEmpty(effects, &context) }
    } else {
      let mark = variables.enterSubshell()
      if node.assignments >= 0 { effects.assigns = assign(node.assignments, isExported: true, &context) }
      let changes = variables.enterSubshell()
      if !isDone(context) { run(base..<fields.count, effects, inShell: true, &context) }
      // The assignments before a command end with it, unless it assigned others itself. Before some, shells keep them.
      if node.assignments >= 0 {
        if Self.keepingPrograms.contains(arena, fields[base].value) {
          forgetAssigned(node.assignments)
        } else if variables.enterSubshell() == changes {
          variables.leaveSubshell(mark)
        }
      }
    }
    if effects.redirectsOutput { output = nil }
    if !deferred.isEmpty {
      // What the lists print goes where it prints, too.
      let likely = likelyOutput ?? output
      finishDeferred(from: start, &context)
      (output, likelyOutput) = (nil, likely)
    }
    deferred = waiting
    leaveRedirection(to: outer)
    fields.truncate(to: base)
    files.truncate(to: fileBase)
    assigned.truncate(to: assignedBase)
  }

  /// The special builtins of POSIX.
  private static let keepingPrograms = ShellNames(
    [":", ".", "eval", "exec", "export", "readonly", "set", "shift", "times", "trap", "unset"])

  /// The variables that were assigned may have these values, or those of before.
  private mutating func forgetAssigned(_ first: Int32) {
    var index = first
    while index >= 0 {
      let word = reader.tree.words[Int(index)]
      index = word.next
      let name = Array(reader.tree.source[word.name.range])
      variables.set(name, variables.lookup(name, reader.census)?.values ?? [], isKnown: false)
    }
  }

  /// Sets the variables; gives the range of the assignments as they are noted, where that is asked for.
  private mutating func assign(_ first: Int32, isExported: Bool, _ context: inout DecodeContext) -> ByteRange {
    let assignedBase = assigned.count
    var index = first
    while index >= 0 {
      let word = reader.tree.words[Int(index)]
      index = word.next
      let name = Array(reader.tree.source[word.name.range])
      let part = word.first >= 0 ? reader.tree.parts[Int(word.first)] : nil
      let isArray = part?.kind == .array
      var new: (values: [[UInt8]], isKnown: Bool)
      if let part, isArray {
        new = elements(part, &context)
      } else {
        let value = value(word.first, &context)
        if demand.contains(.shellAssigns) {
          assigned.append(store(name + [Ascii.equals] + bytes(value.value)))
          spend(name.count + value.value.count, &context)
        }
        new = (value.isUnknown ? [] : [Array(bytes(value.value))], !value.isUnknown)
        if value.alternatives >= 0 { new.values = alternatives[Int(value.alternatives)] }
      }
      if word.isPartial { new = appended(new, isArray: isArray, word, to: variables.lookup(name, reader.census)) }
      // The rest of an array stays.
      if !isArray, let old = variables.lookup(name, reader.census), old.values.count > 1 {
        new = (Array((new.values + old.values).prefix(ShellLimits.values)), false)
      }
      if new.values.contains(where: Self.runsInArithmetic) { context.unparsed(.shell, .unknownCode) }
      spend(new.values.reduce(0) { $0 + $1.count }, &context)
      variables.set(name, new.values, isKnown: new.isKnown, isExported: isExported)
      if new.isKnown { runLater(name, new.values.first ?? [], &context) }
    }
    return ByteRange(assignedBase, assigned.count)
  }

  /// Whether a text runs a command where arithmetic or a test takes it for the element of an array: `a[$(ls)]`.
  static func runsInArithmetic(_ text: some Collection<UInt8>) -> Bool {
    guard let bracket = text.firstIndex(of: Ascii.openBracket) else { return false }
    return hasSubstitution(text[bracket...])
  }

  /// Whether a text has `$(` or a back quote.
  static func hasSubstitution(_ text: some Collection<UInt8>) -> Bool {
    text.contains(Ascii.backquote) || zip(text, text.dropFirst()).contains { $0 == (Ascii.dollar, Ascii.open) }
  }

  /// The value of a variable behind `NAME+=…` or `NAME[…]=…`.
  private mutating func appended(
    _ new: (values: [[UInt8]], isKnown: Bool), isArray: Bool, _ word: ShellWord,
    to old: (values: [[UInt8]], isKnown: Bool)?
  ) -> (values: [[UInt8]], isKnown: Bool) {
    let isAppended = reader.tree.source[Int(word.name.end)] == Ascii.plus
    if isAppended, let old, old.isKnown, new.isKnown {
      if isArray { return (old.values + new.values, true) }
      if old.values.count == 1 { return ([old.values[0] + (new.values.first ?? [])], true) }
    }
    return (Array(((old?.values ?? []) + new.values).prefix(ShellLimits.values)), false)
  }

  // MARK: - Redirections

  private mutating func effects(_ first: Int32, _ context: inout DecodeContext) -> ShellEffects {
    var effects = ShellEffects()
    let fileBase = files.count
    var index = first
    while index >= 0, !isExhausted {
      let redirection = reader.tree.redirections[Int(index)]
      index = redirection.next
      guard redirection.word >= 0 else { continue }
      let word = reader.tree.words[Int(redirection.word)]
      let logStart = log.count
      let isInput = redirection.descriptor <= 0
      if redirection.kind == .hereDocument || redirection.kind == .hereString {
        var text = value(word.first, &context)
        guard isInput else { continue }
        if redirection.kind == .hereString { text.value = store(Array(bytes(text.value)) + [Ascii.newline]) }
        effects.input = ShellInput(
          kind: text.isUnknown ? .unknown : .literal, text: text.value, log: ByteRange(logStart, log.count))
        continue
      }
      let base = fields.count
      expand(word, &context)
      defer { fields.truncate(to: base) }
      let end = fields.count
      for index in base..<end {
        let target = fields[index]
        let isSubstitution = log.count > logStart || !deferred.isEmpty && target.isUnknown
        switch redirection.kind {
        case .input, .readWrite:
          if !isSubstitution || target.processInput < 0 { files.append(ShellFile(field: target, isWritten: false)) }
          if redirection.kind == .readWrite { files.append(ShellFile(field: target, isWritten: true)) }
          // `< /dev/stdin` is no other input.
          guard isInput, !isDescriptorOfInput(target) else { continue }
          effects.input = ShellInput(kind: .file, log: ByteRange(logStart, log.count))
          if target.processInput >= 0 {
            let text = literalOutput(of: target.processInput)
            effects.input?.kind = text == nil ? .unknown : .literal
            effects.input?.text = text ?? ByteRange()
          } else if isOpenElsewhere(target) || target.isUnknown {
            effects.input?.kind = .unknown
          }
        case .output, .both:
          if redirection.descriptor <= 1 { effects.redirectsOutput = true }
          files.append(ShellFile(field: target, isWritten: true))
        case .duplicateOutput, .duplicateInput:
          let isDescriptor = target.value.range.allSatisfy { Ascii.isDigit(arena[$0]) || arena[$0] == Ascii.dash }
          if redirection.kind == .duplicateOutput {
            if redirection.descriptor == 0 { effects.input = ShellInput(kind: .unknown) }
            if redirection.descriptor <= 1 { effects.redirectsOutput = true }
            if !isDescriptor { files.append(ShellFile(field: target, isWritten: true)) }
          } else if isInput {
            effects.input = ShellInput(kind: .unknown, log: ByteRange(logStart, log.count))
          }
        case .hereString, .hereDocument: break
        }
      }
    }
    effects.files = ByteRange(fileBase, files.count)
    for index in fileBase..<files.count where files[index].field.isUnknown { effects.isUnknown = true }
    return effects
  }

  private mutating func isDescriptorOfInput(_ field: ShellField) -> Bool {
    !arena.has("-", at: field.value) && isStandardInput(field)
  }
}
