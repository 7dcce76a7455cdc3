import PolicyBytecode

/// Decodes the lines that are typed most (words and quotes, redirections, variables that are not known, substitutions;
/// pipelines and lists of programs that run nothing, or run the words behind them) in one pass over their bytes, which takes
/// a fraction of what the syntax tree and the expansion of ``ShellDecoder`` take.
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
    let command, program, flag, argument, path, privileged, inputFrom, writes, unknown, assigns: Bool

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
      assigns = facts.contains(.shellAssigns)
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
    mutating func setValue(_ start: Int, _ end: Int) {
      valueStart = Int32(truncatingIfNeeded: start)
      valueEnd = Int32(truncatingIfNeeded: end)
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
    /// Programs run in it.
    static let isLogged = Traits(rawValue: 256)
    /// It is one `<( )`.
    static let isProcess = Traits(rawValue: 512)
    /// With none of these a word stands in the line as it is, and is no setting; if it is not marked either, it is no address,
    /// and a normal path.
    static let spelledPaths: Traits = [.isUnknown, .hasEquals, .isCandidate]
  }

  /// A file that a redirection names.
  struct File: BitwiseCopyable {
    var word: Word
    var isWritten: Bool
  }

  enum Link: UInt8 { case sequence, and, or, pipe }

  /// A simple command, or a compound one.
  struct Command: BitwiseCopyable {
    enum Kind: UInt8 { case simple, compound, subshell }

    /// Ranges of ``QuickShell/words`` and ``QuickShell/files``.
    var words = ByteRange()
    var files = ByteRange()
    /// How many words before its own are assignments.
    var assigned: Int32 = 0
    var kind = Kind.simple
    /// How it is joined to the one before.
    var link: Link
    /// To what its standard input is redirected; inherited if it is not.
    var input = ShellInput.Kind.inherited
    /// Behind it, the commands of the substitutions in its words, and those that it holds.
    var end: Int32 = 0
    /// Of a compound command: the first of the commands that it holds.
    var bodyStart: Int32 = 0
    /// Of the first command of a substitution: behind its last one, and where the word starts in which it stands.
    var listEnd: Int32 = 0
    var wordStart: Int32 = 0
  }

  /// The programs that run in a word.
  struct LoggedWord: BitwiseCopyable {
    /// Where the word starts.
    var start: Int32
    /// A range of ``QuickShell/log``.
    var programs: ByteRange
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
  /// The values of words as they are read, one behind the other: a substitution's words stand behind the part of the word
  /// that it is in.
  var building = RawBuffer<UInt8>(capacity: 256)
  /// Where in ``building`` variables are spelled of which the line says nothing.
  var unset = RawBuffer<ByteRange>(capacity: 8)
  var logged = RawBuffer<LoggedWord>(capacity: 8)
  /// What words that are not known may be: a range of ``points``.
  var candidates = ByteRange()
  /// They are those of a command of `find`.
  var hasCandidates = false

  // The state of the line.

  /// Where it stands among the batch's bytes.
  var line = 0..<0
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
  /// A variable is expanded; one that is the working directory.
  var hasVariable = false
  var hasDirectoryVariable = false
  /// A command that was read assigns to variables of the shell, or may have, in the shell that the next one runs in; in any.
  var hasAssigned = false
  var hasAssignments = false
  /// The words of the command at hand that are assignments.
  var assigns = 0..<0
  /// Where the words and the files of the command that is being read start.
  var firstWord = 0
  var firstFile = 0
  /// Programs were handed to the decoder; what it has learnt of one may matter to the next.
  var handedOver = false
  var hasLearnt = false
  /// Substitutions and compound commands around what is being read, and the substitutions that were read.
  var nesting = 0
  var compounds = 0
  var substituted = 0
  /// What ended the list that was read last.
  var closedBy = Keyword.none
  /// There are loops in the line; variables that may be anything; jobs in the background.
  var hasLoop = false
  var hasScoped = false
  var hasBackground = false
  /// The names of variables that may be anything.
  var scoped = RawBuffer<ByteRange>(capacity: 8)

  init(demand: FactSet) { asked = Asked(demand) }

  deinit { bits.deallocate() }

  /// Emits the operations of `payload`; false, and nothing is emitted, where that takes ``ShellDecoder``.
  mutating func decode(_ payload: UnsafeBufferPointer<UInt8>, _ context: inout DecodeContext) -> Bool {
    guard payload.count <= Self.longest, context.syntaxDepth + 4 * (1 + Self.nesting) < DecodeLimits.syntaxDepth,
      // An operation takes a byte at least.
      context.batch.count + payload.count + 1 < DecodeLimits.operations
    else { return false }
    begin()
    let mark = context.batch.mark
    let carried = context.carriedPayloads?.count ?? 0
    // More than the values of words can take, so that the line stays where it is while it is read: in a substitution within
    // another, they take their part of each.
    context.batch.facts.reserve((3 + Self.nesting) * payload.count + 64)
    let start = context.batch.facts.store(payload)
    line = start..<start + payload.count
    if read(line, &context.batch.facts) {
      let before = context.batch.count
      if walk(0..<commands.count, in: Surroundings(), &context) {
        // `[[ -f a ]]`
        if context.batch.count == before { emitEmpty(0..<0, &context) }
        return true
      }
    }
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
    building.removeAll()
    unset.removeAll()
    logged.removeAll()
    candidates = ByteRange()
    hasCandidates = false
    directory = ByteRange()
    spent = 0
    isPrivileged = false
    hasTrailing = false
    hasTilde = false
    hasRead = false
    hasVariable = false
    hasDirectoryVariable = false
    hasAssigned = false
    hasAssignments = false
    handedOver = false
    hasLearnt = false
    nesting = 0
    compounds = 0
    substituted = 0
    hasLoop = false
    hasScoped = false
    hasBackground = false
    scoped.removeAll()
  }

  /// Whether no command but a change of directory, before all others, is one of which ``ShellCensus`` notes what it assigns.
  mutating func isUnnoted(_ text: QuickShellText) -> Bool {
    if hasScoped { return false }
    for index in 0..<commands.count {
      if commands[index].assigned > 0 { return false }
      if commands[index].words.count == 0 { continue }
      let program = words[Int(commands[index].words.start)].value
      if index == 0, commands[0].end == 1, text.has("cd", at: program) { continue }
      if text.value(program, in: tables.pointee.noted) >= 0 { return false }
    }
    return true
  }

  /// What a list of commands finds.
  private struct Surroundings {
    var inputKind = ShellInput.Kind.inherited
    var input = ByteRange()
    var mayKnowInput = false
    /// Layers of syntax.
    var level = 0
    /// They may not run, or change the directory for others than those in the list.
    var isBranch = false
  }

  /// Runs the commands of a list in their order, each behind those of its substitutions.
  private mutating func walk(_ list: Range<Int>, in outer: Surroundings, _ context: inout DecodeContext) -> Bool {
    var start = 0
    var index = list.lowerBound
    while index < list.upperBound {
      let command = commands[index]
      let next = Int(command.end)
      if command.link == .pipe {
        inputKind = .unknown
        mayKnowInput = mayKnowOutput
        input = ByteRange(start, log.count)
      } else {
        inputKind = outer.inputKind
        mayKnowInput = outer.mayKnowInput
        start = outer.inputKind == .inherited ? log.count : Int(outer.input.start)
        input = outer.input
      }
      let isPipeline = command.link == .pipe || next < list.upperBound && commands[next].link == .pipe
      level = outer.level + (isPipeline ? 2 : 1)
      if next > index + 1, command.kind == .simple {
        guard walkSubstitutions(index + 1..<next, &context) else { return false }
      }
      mayKnowOutput = false
      if command.input != .inherited {
        inputKind = command.input
        mayKnowInput = false
        input = ByteRange(log.count, log.count)
      }
      if command.kind != .simple {
        guard walkBody(index, &context) else { return false }
        index = next
        continue
      }
      let isHead = command.link == .sequence && !isPipeline && !outer.isBranch
      assigns = Int(command.words.start) - Int(command.assigned)..<Int(command.words.start)
      if command.words.count == 0 {
        emitEmpty(command.files.range, &context)
        index = next
        continue
      }
      guard run(command.words.range, command.files.range, isHead: isHead, inShell: true, &context) else { return false }
      index = next
    }
    return true
  }

  /// Runs the commands that a compound one holds, behind what its redirections do.
  private mutating func walkBody(_ index: Int, _ context: inout DecodeContext) -> Bool {
    let command = commands[index]
    assigns = 0..<0
    if command.files.count > 0 { emitEmpty(command.files.range, &context) }
    if Int(command.bodyStart) > index + 1 {
      guard walkSubstitutions(index + 1..<Int(command.bodyStart), &context) else { return false }
    }
    let inner = Surroundings(
      inputKind: inputKind, input: input, mayKnowInput: mayKnowInput, level: level, isBranch: command.kind != .subshell)
    let directory = directory
    guard walk(Int(command.bodyStart)..<Int(command.end), in: inner, &context) else { return false }
    self.directory = directory
    return true
  }

  /// Runs the commands of substitutions, each list in a subshell of its own.
  private mutating func walkSubstitutions(_ range: Range<Int>, _ context: inout DecodeContext) -> Bool {
    let outer = Surroundings(inputKind: inputKind, input: input, mayKnowInput: mayKnowInput, level: level)
    let directory = directory
    var index = range.lowerBound
    while index < range.upperBound {
      let first = commands[index]
      let list = index..<Int(first.listEnd)
      let logStart = log.count
      // What it prints may be what the word is: that is for the decoder to follow.
      if isPrintingText(list, QuickShellText(context.batch.facts)) { return false }
      guard walk(list, in: outer, &context) else { return false }
      note(ByteRange(logStart, log.count), in: first.wordStart)
      self.directory = directory
      index = list.upperBound
    }
    (inputKind, input, mayKnowInput, level) = (outer.inputKind, outer.input, outer.mayKnowInput, outer.level)
    return true
  }

  /// Notes that programs run in the word that starts at `start`.
  private mutating func note(_ programs: ByteRange, in start: Int32) {
    if logged.count > 0, logged[logged.count - 1].start == start {
      logged[logged.count - 1].programs.end = programs.end
    } else {
      logged.append(LoggedWord(start: start, programs: programs))
    }
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
