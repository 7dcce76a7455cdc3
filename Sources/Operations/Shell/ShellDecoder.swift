import PolicyBytecode

/// Decodes a shell line or script into operations.
///
/// The whole payload is read before anything is emitted; what cannot be read is one `unparsed` operation.
func decodeShell(_ payload: [UInt8], _ context: inout DecodeContext) {
  guard isText(payload) else { return context.unparsed(.shell, .encoding) }
  var decoder = ShellDecoder(demand: context.demand)
  decoder.decode(withUnixLines(payload) ?? payload, &context)
}

/// `payload` with the line ends of Unix if all of its own are those of DOS, which a terminal and some shells take for
/// the same; nil where they are not, or where a backslash before one would come to mean something else.
private func withUnixLines(_ payload: [UInt8]) -> [UInt8]? {
  let carriageReturn: UInt8 = 0x0D
  guard payload.contains(carriageReturn) else { return nil }
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

/// Whether `payload` is UTF-8 without NUL.
private func isText(_ payload: [UInt8]) -> Bool {
  var high: UInt8 = 0
  for byte in payload {
    if byte == 0 { return false }
    high |= byte
  }
  return high < 0x80 || String(validating: payload, as: UTF8.self) != nil
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
  /// The programs that write it: a range of the log.
  var log = ByteRange()
}

/// What redirections do to a command.
struct ShellEffects {
  var reads: [ShellField] = []
  var writes: [ShellField] = []
  var input: ShellInput?
  /// Standard output goes elsewhere.
  var redirectsOutput = false
}

/// Walks the syntax of a payload in the order in which it runs, following what can be known of variables and of the
/// working directory, and emits an operation for each simple command.
struct ShellDecoder: ~Copyable {
  var reader = ShellReader()
  let demand: FactDemand
  /// Texts of fields and of what is derived from them.
  var arena: [UInt8] = []
  var fields: [ShellField] = []
  var alternatives: [[[UInt8]]] = []
  var variables = ShellVariables()
  /// Where relative paths may start: `""` is where the line started.
  var directories: [[UInt8]] = [[]]
  var previousDirectories: [[UInt8]] = [[]]
  /// Base names of the programs emitted, in order.
  var log: [ByteRange] = []
  var input = ShellInput()
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
  /// Lists in `>( )`, which read from the command they stand in.
  var deferred: [Int32] = []
  /// The text of the field being expanded.
  var building: [UInt8] = []
  var spent = 0
  var isExhausted = false

  init(demand: FactDemand) { self.demand = demand }

  mutating func decode(_ payload: [UInt8], _ context: inout DecodeContext) {
    let before = context.batch.count
    depth = context.syntaxDepth
    reader.depth = depth
    arena.reserveCapacity(64 + 2 * payload.count)
    fields.reserveCapacity(8 + min(payload.count / 8, 256))
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
  func isDone(_ context: borrowing DecodeContext) -> Bool {
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
    defer {
      hasTrailing = trailing
      depth -= 1
      wrappers -= 1
    }
    switch scope {
    case .same: list(root, &context)
    case .subshell: subshell(&context) { $0.list(root, &$1) }
    case .process:
      let saved = (directories, previousDirectories)
      let mark = variables.enterProcess()
      if let positional, positional.allSatisfy({ !$0.isUnknown && !$0.hasGlob }) {
        variables.set(ShellCensus.positional, positional.map { Array(bytes($0.value)) }, isKnown: true)
      }
      list(root, &context)
      variables.leaveProcess(mark)
      (directories, previousDirectories) = saved
    }
  }

  /// Emits what stands for code that `call` runs and that cannot be known.
  mutating func unknownCode(_ call: ShellCall, _ scope: CodeScope, _ context: inout DecodeContext) {
    if scope == .same { variables.forgetAll() }
    carrying(call, &context) { $1.unparsed(.shell, .unknownCode) }
  }
}
