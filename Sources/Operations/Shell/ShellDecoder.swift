import PolicyBytecode

/// Decodes a shell line or script into operations.
///
/// The whole payload is read before anything is emitted; what cannot be read is one `unparsed` operation.
func decodeShell(_ payload: [UInt8], _ context: inout DecodeContext) {
  if !context.isThorough, !context.isInQuickShell, payload.count <= QuickShell.longest {
    let quick = context.quickShell?.pointer ?? newQuickShell(&context)
    context.isInQuickShell = true
    let isDecoded = payload.withUnsafeBufferPointer { quick.pointee.decode($0, &context) }
    context.isInQuickShell = false
    if isDecoded { return }
  }
  let bytes = ShellBytes(payload)
  guard bytes.isText else { return context.unparsed(.shell, .encoding) }
  let place = ShellDecoderPlace.take(from: &context)
  place.pointer.pointee.decode(bytes.hasCarriageReturn ? withUnixLines(payload) ?? payload : payload, &context)
  place.giveBack(to: &context)
}

private func newQuickShell(_ context: inout DecodeContext) -> UnsafeMutablePointer<QuickShell> {
  let place = QuickShellPlace(demand: context.demand.facts)
  let pointer = place.pointer
  context.quickShell = consume place
  return pointer
}

/// What can be said of a payload's bytes in one pass.
private struct ShellBytes {
  /// It is UTF-8 without NUL.
  var isText = true
  var hasCarriageReturn = false

  init(_ payload: [UInt8]) {
    // Without branches, so that many are looked at together.
    var high: UInt8 = 0
    var nuls: UInt8 = 0
    var returns: UInt8 = 0
    payload.withUnsafeBufferPointer { bytes in
      for byte in bytes {
        high |= byte
        nuls |= byte == 0 ? 1 : 0
        returns |= byte == 0x0D ? 1 : 0
      }
    }
    isText = nuls == 0
    hasCarriageReturn = returns != 0
    if high >= 0x80, isText { isText = String(validating: payload, as: UTF8.self) != nil }
  }
}

/// `payload` with the line ends of Unix if all of its own are those of DOS, which a terminal and some shells take for
/// the same; nil where they are not, or where a backslash before one would come to mean something else.
private func withUnixLines(_ payload: [UInt8]) -> [UInt8]? {
  let carriageReturn: UInt8 = 0x0D
  var result: [UInt8] = []
  result.reserveCapacity(payload.count)
  for (index, byte) in payload.enumerated() {
    let isLast = index + 1 == payload.count
    if byte == carriageReturn, isLast || payload[index + 1] == Ascii.newline {
      if result.last == Ascii.backslash { return nil }
      continue
    }
    if byte == Ascii.newline, index == 0 || payload[index - 1] != carriageReturn { return nil }
    result.append(byte)
  }
  return result
}

/// A word after expansion: what a program is handed.
struct ShellField: BitwiseCopyable {
  /// Its text, in the decoder's arena: the value if it is known, else the spelling without quotes.
  var value = ByteRange()
  var isUnknown = false
  /// Unquoted `*`, `?` or `[…]`.
  var hasGlob = false
  /// Index into the decoder's alternatives: what an unknown value may be; -1 for none.
  var alternatives: Int32 = -1
  /// Index into the decoder's alternatives: what the whole word is likely to be; -1 where nothing tells.
  var reading: Int32 = -1
  /// The programs in its substitutions: a range of the decoder's log.
  var log = ByteRange()
  /// The list inside, if the word is one `<( )`; else -1.
  var processInput: Int32 = -1
}

/// What a command's standard input is.
struct ShellInput: BitwiseCopyable {
  enum Kind {
    /// What the line was given: a terminal, as a rule.
    case inherited
    /// A pipe or another source whose content cannot be known.
    case unknown
    /// Known bytes, in the decoder's arena.
    case literal
    /// A file.
    case file
  }
  var kind = Kind.inherited
  var text = ByteRange()
  /// Of an unknown one, what it is likely to be; empty where nothing tells.
  var likely = ByteRange()
  /// The programs that write it: a range of the log.
  var log = ByteRange()
}

/// A file that a redirection reads or writes.
struct ShellFile: BitwiseCopyable {
  var field: ShellField
  var isWritten: Bool
}

/// What redirections and assignments do to a command.
struct ShellEffects: BitwiseCopyable {
  /// A range of the decoder's files.
  var files = ByteRange()
  /// A range of the decoder's assignments.
  var assigns = ByteRange()
  /// Whether one of them is not known.
  var isUnknown = false
  var input: ShellInput?
  /// Standard output goes elsewhere.
  var redirectsOutput = false
}

/// Walks the syntax of a payload in the order in which it runs, following what can be known of variables and of the
/// working directory, and emits an operation for each simple command. Its memory is kept for the next payload.
///
/// Its methods are mutating where they are called often: a call of one that is not copies all of it.
struct ShellDecoder: ~Copyable {
  var reader = ShellReader()
  let demand: FactSet
  /// Texts of fields and of what is derived from them. They stand behind the source, so that the text of a word that
  /// stands for itself need not be copied.
  var arena: [UInt8] {
    _read { yield reader.tree.source }
    _modify { yield &reader.tree.source }
  }
  /// The files of redirections around the command at hand.
  var files = RawBuffer<ShellFile>(capacity: 8)
  /// `NAME=VALUE` of the assignments beside the command at hand.
  var assigned = RawBuffer<ByteRange>(capacity: 8)
  /// Of how many commands, within each other, the words have the value that they are likely to have.
  var readingDepth = 0
  var isReading: Bool { readingDepth > 0 }
  var fields = RawBuffer<ShellField>(capacity: 32)
  /// Arguments that are not in use, whose memory the next command takes.
  var spareArguments: [ShellArguments] = []
  /// The paths of the operation at hand, and those of them that are written to.
  var paths = RawBuffer<ByteRange>(capacity: 16)
  var writes = RawBuffer<ByteRange>(capacity: 16)
  var alternatives: [[[UInt8]]] = []
  var variables = ShellVariables()
  /// Where relative paths may start: `""` is where the line started.
  var directories = ShellDecoder.start
  var previousDirectories = ShellDecoder.start
  /// Base names of the programs emitted, in order.
  var log = RawBuffer<ByteRange>(capacity: 16)
  var input = ShellInput()
  /// What `exec` has made the shell's own input.
  var replacedInput: ShellInput?
  var isPrivileged = false
  var functionDepth = 0
  /// Literal words that functions are called with, by the function's name.
  var callArguments: [[UInt8]: [[UInt8]]] = [:]
  /// The code that names of aliases stand for.
  var aliases: [[UInt8]: [UInt8]] = [:]
  var wrappers = 0
  var depth = 0
  /// xargs appends words that are not known.
  var hasTrailing = false
  /// What the last command surely prints.
  var output: ByteRange?
  /// Programs that may have printed something so far, those apart that print nothing but what they run prints. What a command
  /// prints is known of one only: `sh -c 'cat x; echo y'` prints more than `y`.
  var printers = 0
  /// What it prints if its words are what they are likely to be.
  var likelyOutput: ByteRange?
  /// Lists in `>( )`, which read from the command they stand in.
  var deferred: [Int32] = []
  /// The texts of the fields being expanded, one behind the other: a substitution's words stand behind the part of the
  /// word that it is in.
  var building: [UInt8] = []
  var spent = 0
  var isExhausted = false

  fileprivate init(demand: FactSet) { self.demand = demand }

  /// Whether it holds little memory, and may be kept.
  fileprivate var isSmall: Bool {
    building.capacity + reader.tree.source.capacity <= ShellLimits.keptBytes
  }

  /// Forgets the last payload. What is decoded next stands within `depth` layers of syntax.
  mutating func begin(in depth: Int) {
    reader.removeAll()
    files.removeAll()
    assigned.removeAll()
    readingDepth = 0
    if !building.isEmpty { building.removeAll(keepingCapacity: true) }
    fields.removeAll()
    log.removeAll()
    if !alternatives.isEmpty { alternatives = [] }
    if !variables.isUnused { variables = ShellVariables() }
    if !isAtStart(directories) { directories = Self.start }
    if !isAtStart(previousDirectories) { previousDirectories = Self.start }
    input = ShellInput()
    replacedInput = nil
    isPrivileged = false
    functionDepth = 0
    if !callArguments.isEmpty { callArguments = [:] }
    if !aliases.isEmpty { aliases = [:] }
    wrappers = 0
    hasTrailing = false
    output = nil
    likelyOutput = nil
    printers = 0
    if !deferred.isEmpty { deferred = [] }
    spent = 0
    isExhausted = false
    self.depth = depth
    reader.depth = depth
  }

  /// Whether what was run so far means nothing to what may run behind it.
  var leavesNothing: Bool { variables.isEmpty && aliases.isEmpty && directories.count == 1 && !isExhausted }

  private static let start: [[UInt8]] = [[]]

  private func isAtStart(_ directories: [[UInt8]]) -> Bool { directories.count == 1 && directories[0].isEmpty }

  mutating func decode(_ payload: [UInt8], _ context: inout DecodeContext) {
    begin(in: context.syntaxDepth)
    let before = context.batch.count
    do {
      let root = try reader.read(payload)
      if !reader.census.functions.isEmpty { noteCalls() }
      list(root, &context)
    } catch {
      return context.unparsed(.shell, error.reason)
    }
    if context.batch.count == before { emitEmpty(ShellEffects(), &context) }
  }

  /// Whether nothing more need be walked: the limit of operations or of expansion is reached.
  mutating func isDone(_ context: borrowing DecodeContext) -> Bool {
    isExhausted || context.isFull
  }

  /// Accounts for `count` bytes of expansion. Past the limit, one operation stands for what is left.
  mutating func spend(_ count: Int, _ context: inout DecodeContext) {
    spent += count
    if spent > ShellLimits.expandedBytes, !isExhausted {
      isExhausted = true
      context.unparsed(.shell, .oversized)
    }
  }

  func bytes(_ range: ByteRange) -> ArraySlice<UInt8> { arena[range.range] }

  mutating func store(_ text: some Collection<UInt8>) -> ByteRange {
    let start = arena.count
    arena += text
    return ByteRange(start, arena.count)
  }

  /// A field of known text.
  mutating func field(_ text: some Collection<UInt8>) -> ShellField { ShellField(value: store(text)) }

  // MARK: - Code inside words

  enum CodeScope { case same, subshell, process }

  /// Reads `text` as shell and walks it.
  mutating func code(
    _ text: [UInt8], _ scope: CodeScope, positional: [ShellField]? = nil, _ context: inout DecodeContext
  ) {
    guard !isDone(context) else { return }
    spend(text.count, &context)
    guard wrappers < ShellLimits.wrappers else { return context.unparsed(.shell, .depth) }
    guard !text.contains(0) else { return context.unparsed(.shell, .encoding) }
    let root: Int32
    do {
      reader.depth = depth
      root = try reader.read(text)
    } catch {
      if scope == .same { variables.forgetAll() }
      return context.unparsed(.shell, error.reason)
    }
    wrappers += 1
    depth += 1
    let trailing = hasTrailing
    hasTrailing = false
    // Of a text that several commands may read, what is left for each is not known.
    let outer = input
    if input.kind == .literal, !isSimple(root) { input.kind = .unknown }
    defer {
      if replacedInput == nil || scope != .same { input = outer }
      hasTrailing = trailing
      depth -= 1
      wrappers -= 1
    }
    switch scope {
    case .same: list(root, &context)
    case .subshell: subshell(&context) { $0.list(root, &$1) }
    case .process:
      let saved = (directories, previousDirectories, replacedInput)
      let mark = variables.enterProcess()
      if let positional, positional.allSatisfy({ !$0.isUnknown && !$0.hasGlob }) {
        variables.set(ShellCensus.positional, positional.map { Array(bytes($0.value)) }, isKnown: true)
      }
      list(root, &context)
      variables.leaveProcess(mark)
      (directories, previousDirectories, replacedInput) = saved
    }
  }

  /// Whether a list is one simple command.
  private func isSimple(_ list: Int32) -> Bool {
    let first = reader.tree.nodes[Int(list)].first
    guard first >= 0 else { return true }
    let node = reader.tree.nodes[Int(first)]
    return node.kind == .simple && node.next < 0
  }

  /// Emits what stands for code that `call` runs and that cannot be known.
  mutating func unknownCode(_ call: ShellCall, _ scope: CodeScope, _ context: inout DecodeContext) {
    if scope == .same { variables.forgetAll() }
    printers += 1
    carrying(call, &context) { $1.unparsed(.shell, .unknownCode) }
  }
}

/// A ``ShellDecoder`` that stays where it is, so that to use it is not to move it.
///
/// Invariant: `pointer` points to one that is initialised, which is this one's own.
struct ShellDecoderPlace: ~Copyable {
  let pointer: UnsafeMutablePointer<ShellDecoder>

  private init(demand: FactSet) {
    pointer = .allocate(capacity: 1)
    pointer.initialize(to: ShellDecoder(demand: demand))
  }

  deinit {
    pointer.deinitialize(count: 1)
    pointer.deallocate()
  }

  /// The one that `context` keeps; a new one where that is in use, for a line that holds another.
  static func take(from context: inout DecodeContext) -> ShellDecoderPlace {
    context.shellDecoder.take() ?? ShellDecoderPlace(demand: context.demand.facts)
  }

  /// Leaves it for the next line, unless a payload has made it large.
  consuming func giveBack(to context: inout DecodeContext) {
    if pointer.pointee.isSmall { context.shellDecoder = consume self }
  }
}
