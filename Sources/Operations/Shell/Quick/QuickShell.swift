import PolicyBytecode

/// Decodes the lines that are typed most (words and quotes, redirections, pipelines and lists of programs that run nothing,
/// or run the words behind them) in one pass over their bytes, which takes a fraction of what the syntax tree and the
/// expansion of ``ShellDecoder`` take.
///
/// It says of a line what ``ShellDecoder`` says; where it is not certain of that, it says nothing and the decoder is asked.
/// Tests and the fuzzer hold the two against each other.
///
/// The line stands among the bytes of the batch's values, so that words, and with them most values, are ranges of it that are
/// never copied.
///
/// All its methods are mutating: a call of one that is not copies all of it.
struct QuickShell: ~Copyable {
  /// Longer payloads are left to the decoder. Expansion within it stays far below ``ShellLimits/expandedBytes``.
  static let longest = 2048
  /// So are programs within programs that are nested deeper.
  static let depth = 6

  /// The facts that are asked for.
  struct Asked: BitwiseCopyable {
    let command, program, flag, argument, path, privileged, inputFrom, writes, unknown: Bool

    init(_ facts: FactSet) {
      command = facts.contains(.command)
      program = facts.contains(.shellProgram)
      flag = facts.contains(.shellFlag)
      argument = facts.contains(.shellArgument)
      path = facts.contains(.shellPath)
      privileged = facts.contains(.shellPrivileged)
      inputFrom = facts.contains(.shellInputFrom)
      writes = facts.contains(.shellWrites)
      unknown = facts.contains(.shellUnknown)
    }
  }

  /// A word as a program is handed it: where in the batch's bytes its value stands, and how it is spelled, with quotes.
  struct Word: BitwiseCopyable {
    var valueStart: Int32
    var valueEnd: Int32
    var start: Int32
    var end: Int32
    /// None says that the word stands for itself.
    var traits: Traits

    @inline(__always)
    init(_ start: Int, _ end: Int, _ traits: Traits = []) {
      self.start = Int32(truncatingIfNeeded: start)
      self.end = Int32(truncatingIfNeeded: end)
      (valueStart, valueEnd) = (self.start, self.end)
      self.traits = traits
    }

    @inline(__always)
    var value: ByteRange {
      var range = ByteRange()
      (range.start, range.end) = (valueStart, valueEnd)
      return range
    }
  }

  struct Traits: OptionSet, BitwiseCopyable {
    let rawValue: UInt32
    /// Its spelling is not what the canonical text has for it.
    static let respelled = Traits(rawValue: 1)
    /// It stands in quotes in the canonical text.
    static let quoted = Traits(rawValue: 2)
    /// There may be single quotes in it.
    static let hasQuote = Traits(rawValue: 4)
    static let hasGlob = Traits(rawValue: 8)
    static let isUnknown = Traits(rawValue: 16)
    /// There may be `/`, `.`, `:`, `$` or `~` in it.
    static let isMarked = Traits(rawValue: 32)
    /// There may be `=` in it.
    static let hasEquals = Traits(rawValue: 64)
    /// It may also be any of ``QuickShell/candidates``.
    static let isCandidate = Traits(rawValue: 128)
    /// With none of these a word is no address, no setting, and a normal path.
    static let paths: Traits = [.isUnknown, .isMarked, .hasEquals, .isCandidate]
  }

  /// A file that a redirection names.
  struct File: BitwiseCopyable {
    var word: Word
    var isWritten: Bool
  }

  enum Link: UInt8 { case sequence, and, or, pipe }

  /// A simple command.
  struct Command: BitwiseCopyable {
    /// Ranges of ``QuickShell/words`` and ``QuickShell/files``.
    var words: ByteRange
    var files: ByteRange
    /// How it is joined to the one before.
    var link: Link
    /// Its standard input is redirected.
    var hasInput: Bool
  }

  let asked: Asked
  let tables = QuickShellTables.all
  let bits = QuickShellBits.allocate()
  var words = RawBuffer<Word>(capacity: 64)
  var files = RawBuffer<File>(capacity: 8)
  var commands = RawBuffer<Command>(capacity: 16)
  var options = RawBuffer<QuickShellCall.Option>(capacity: 32)
  /// Indices of words.
  var operands = RawBuffer<Int32>(capacity: 32)
  /// Base names of the programs emitted, in order.
  var log = RawBuffer<ByteRange>(capacity: 16)
  /// Names of the programs that carry the one at hand.
  var carriers = RawBuffer<ByteRange>(capacity: 8)
  /// The paths of the operation at hand that are written to.
  var writes = RawBuffer<ByteRange>(capacity: 16)
  /// Values of words.
  var points = RawBuffer<ByteRange>(capacity: 8)
  /// What words that are not known may be: a range of ``points``.
  var candidates = ByteRange()
  /// They are those of a command of `find`.
  var hasCandidates = false

  // The state of the line.

  /// Where its commands run; empty for where it started.
  var directory = ByteRange()
  /// Programs that write the input of the command at hand: a range of the log.
  var input = ByteRange()
  var inputKind = ShellInput.Kind.inherited
  var isPiped: Bool { mutating get { inputKind != .inherited } }
  /// Layers of syntax around the command at hand.
  var level = 1
  /// Bytes of expansion of programs that were handed over.
  var spent = 0
  /// The text of the input may be known.
  var mayKnowInput = false
  /// What the command at hand prints may be known.
  var mayKnowOutput = false
  var isPrivileged = false
  /// xargs appends words that are not known.
  var hasTrailing = false
  /// A word begins with `~`.
  var hasTilde = false
  /// Variables were read.
  var hasRead = false

  init(demand: FactSet) { asked = Asked(demand) }

  deinit { bits.deallocate() }

  /// Emits the operations of `payload`; false, and nothing is emitted, where that takes ``ShellDecoder``.
  mutating func decode(_ payload: UnsafeBufferPointer<UInt8>, _ context: inout DecodeContext) -> Bool {
    guard payload.count <= Self.longest, context.syntaxDepth + 4 < DecodeLimits.syntaxDepth,
      // An operation takes a byte at least.
      context.batch.count + payload.count + 1 < DecodeLimits.operations
    else { return false }
    begin()
    let mark = context.batch.mark
    let carried = context.carriedPayloads?.count ?? 0
    // Twice as much as the values of words can take, so that the line stays where it is while it is read.
    context.batch.facts.reserve(3 * payload.count + 64)
    let start = context.batch.facts.store(payload)
    if read(start..<start + payload.count, &context.batch.facts), walk(&context) { return true }
    context.batch.truncate(to: mark)
    if let more = context.carriedPayloads?.count { context.carriedPayloads?.removeLast(more - carried) }
    return false
  }

  private mutating func begin() {
    words.removeAll()
    files.removeAll()
    commands.removeAll()
    options.removeAll()
    operands.removeAll()
    log.removeAll()
    carriers.removeAll()
    points.removeAll()
    candidates = ByteRange()
    hasCandidates = false
    directory = ByteRange()
    spent = 0
    isPrivileged = false
    hasTrailing = false
    hasTilde = false
    hasRead = false
  }

  /// Runs the commands in their order.
  private mutating func walk(_ context: inout DecodeContext) -> Bool {
    var start = 0
    for index in 0..<commands.count {
      let command = commands[index]
      if command.link == .pipe {
        inputKind = .unknown
        mayKnowInput = mayKnowOutput
        input = ByteRange(start, log.count)
      } else {
        inputKind = .inherited
        mayKnowInput = false
        start = log.count
        input = ByteRange()
      }
      mayKnowOutput = false
      if command.hasInput {
        inputKind = .file
        mayKnowInput = false
        input = ByteRange(log.count, log.count)
      }
      let isPipeline = command.link == .pipe || index + 1 < commands.count && commands[index + 1].link == .pipe
      level = isPipeline ? 2 : 1
      let isHead = command.link == .sequence && !isPipeline
      guard run(command.words.range, command.files.range, isHead: isHead, inShell: true, &context) else { return false }
    }
    return true
  }
}

/// A ``QuickShell`` that stays where it is, so that to use it is not to move it.
///
/// Invariant: `pointer` points to one that is initialised, which is this one's own.
struct QuickShellPlace: ~Copyable {
  let pointer: UnsafeMutablePointer<QuickShell>

  init(demand: FactSet) {
    pointer = .allocate(capacity: 1)
    pointer.initialize(to: QuickShell(demand: demand))
  }

  deinit {
    pointer.deinitialize(count: 1)
    pointer.deallocate()
  }
}
