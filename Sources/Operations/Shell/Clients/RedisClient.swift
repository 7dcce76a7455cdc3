import PolicyBytecode

/// `redis-cli` and its kin on a shell line.
extension ShellDecoder {
  /// The command that the words behind the options are, else those of its standard input (redis-cli's own `--help`).
  mutating func redisClient(_ call: ShellCall, _ context: inout DecodeContext) {
    emit(call, &context)
    guard !isDone(context) else { return }
    let options = call.arguments.options
    if options.contains(where: { isNamed($0, "--help") || $0.letter == 0x76 }) { return }
    var performed = false
    for option in options {
      // What the client does by itself, with the command it sends.
      for (name, command) in Self.redisModes where isNamed(option, name) {
        redis(call, &context) { $0.decode(Array(command.utf8), &$1) }
        performed = true
      }
      if Self.redisTools.contains(where: { isNamed(option, $0) }) {
        redis(call, &context) { $1.unparsed(.redis, .unsupported) }
        performed = true
      }
    }
    if let script = options.last(where: { isNamed($0, "--eval") }) { return redisScript(script, call, &context) }
    if performed { return }
    if options.contains(where: { isNamed($0, "--pipe") }) { return redisInput(call, isPipe: true, &context) }
    if call.arguments.operands.isEmpty, !hasTrailing { return redisInput(call, isPipe: false, &context) }
    redisWords(call, &context)
  }

  /// Ways to run the client that send a command of its own choice.
  private static let redisModes: [(StaticString, String)] = [
    ("--scan", "SCAN 0"), ("--bigkeys", "SCAN 0"), ("--memkeys", "SCAN 0"), ("--hotkeys", "SCAN 0"), ("--rdb", "SYNC"),
    ("--functions-rdb", "SYNC"), ("--replica", "SYNC"), ("--slave", "SYNC"), ("--stat", "INFO"), ("--latency", "PING"),
    ("--latency-history", "PING"), ("--latency-dist", "PING"), ("--intrinsic-latency", ""),
  ]

  /// Tools in the client that send many commands.
  private static let redisTools: [StaticString] = ["--cluster", "--lru-test"]

  private mutating func redis(
    _ call: ShellCall, _ context: inout DecodeContext, _ body: (inout RedisDecoder, inout DecodeContext) -> Void
  ) {
    var decoder = RedisDecoder(payload: spent)
    context.nested(.redis, in: .shell, program: Array(bytes(call.name))) { context in body(&decoder, &context) }
  }

  private mutating func unknownRedis(_ call: ShellCall, _ context: inout DecodeContext) {
    redis(call, &context) { $1.unparsed(.redis, .unknownCode) }
  }

  /// The words behind the options, and with `-x` and `-X` standard input, are one command.
  private mutating func redisWords(_ call: ShellCall, _ context: inout DecodeContext) {
    var words = RedisWords()
    let isQuoted = call.arguments.options.contains { isNamed($0, "--quoted-input") }
    let tag = call.arguments.value(0x58).map { Array(bytes($0.value)) }
    for index in call.arguments.operands {
      let field = fields[index]
      let text = bytes(field.value)
      if let tag, text.elementsEqual(tag) {
        appendRedisInput(&words)
      } else if field.isUnknown || field.hasGlob && words.count > 0 {
        words.append(text, isQuoted || field.isUnknown ? .unknown : isOnlyPattern(words) ? .known : .unknown)
      } else if isQuoted {
        var reader = RedisReader(Array(text))
        var parts = RedisWords()
        // Each word is read as a line; one that is not one word is not a word of the command.
        if (try? reader.next(&parts)) == true, parts.count == 1 {
          words.append(parts.text(0))
        } else {
          words.append(text, .unknown)
        }
      } else {
        words.append(text)
      }
    }
    if call.arguments.has(0x78) { appendRedisInput(&words) }
    if hasTrailing { words.append([Ascii.question], .open) }
    // `help` is answered by the client.
    guard words.count > 0, !words.isWord(0, "HELP") else { return }
    redis(call, &context) { $0.emit(words, &$1) }
  }

  /// Whether the word to come is the pattern of KEYS, which people leave without quotes.
  private mutating func isOnlyPattern(_ words: RedisWords) -> Bool { words.count == 1 && words.isWord(0, "KEYS") }

  private mutating func appendRedisInput(_ words: inout RedisWords) {
    if input.kind == .literal { words.append(bytes(input.text)) } else { words.append([Ascii.question], .unknown) }
  }

  /// Standard input: a command a line, or with `--pipe` what is sent as it is.
  private mutating func redisInput(_ call: ShellCall, isPipe: Bool, _ context: inout DecodeContext) {
    switch input.kind {
    case .inherited, .file: return
    case .unknown: unknownRedis(call, &context)
    case .literal:
      var text = Array(bytes(input.text))
      if !isPipe { text = redisLines(text) }
      guard text.contains(where: { !Ascii.isSpace($0) }) else { return }
      redis(call, &context) { $0.decode(text, &$1) }
    }
  }

  /// The lines that the client sends: without those it answers itself, and without a leading number of repetitions.
  private mutating func redisLines(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for var line in text.split(separator: Ascii.newline) {
      line = line.drop(while: Ascii.isSpace)
      if line.first == Ascii.star { line = [Ascii.doubleQuote, Ascii.star, Ascii.doubleQuote] + line.dropFirst() }
      let count = line.prefix(while: Ascii.isDigit)
      let rest = line.dropFirst(count.count)
      if !count.isEmpty, let blank = rest.first, Ascii.isBlank(blank) { line = rest.drop(while: Ascii.isBlank) }
      let word = line.prefix { !Ascii.isBlank($0) && $0 != 0x0D }.map { RedisText.upper($0) }
      let isOwn = ["QUIT", "EXIT", "CLEAR", "RESTART", "CONNECT", "HELP", "?"].contains { word.elementsEqual($0.utf8) }
      if isOwn || line.first == Ascii.colon { continue }
      result += line
      result.append(Ascii.newline)
    }
    return result
  }

  /// `--eval FILE [KEY … , ARGUMENT …]`
  private mutating func redisScript(
    _ option: ShellArguments.Option, _ call: ShellCall, _ context: inout DecodeContext
  ) {
    var script: ByteRange?
    if let file = option.value {
      if isStandardInput(file), input.kind == .literal { script = input.text }
      if file.processInput >= 0 { script = literalOutput(of: file.processInput) }
    }
    guard let script, !hasTrailing else { return unknownRedis(call, &context) }
    let operands = call.arguments.operands.map { fields[$0] }
    let comma = operands.firstIndex { bytes($0.value).elementsEqual([Ascii.comma]) } ?? operands.count
    var words = RedisWords()
    words.append(Array("EVAL".utf8))
    words.append(bytes(script))
    words.append(Array(String(comma).utf8))
    for operand in operands[..<comma] + operands.dropFirst(comma + 1) {
      words.append(bytes(operand.value), operand.isUnknown || operand.hasGlob ? .unknown : .known)
    }
    redis(call, &context) { $0.emit(words, &$1) }
  }
}
