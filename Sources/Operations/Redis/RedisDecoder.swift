import PolicyBytecode

/// Decodes what a Redis client sends: one operation for each command, then those of the script that it carries.
///
/// The server reads a payload command by command, an array of RESP or a line of words, and runs each before it reads
/// the next (Redis serialization protocol specification, "Sending commands to a Redis server" and "Inline commands").
/// So what comes before something that cannot be read stands, and what comes behind it is one `unparsed` operation.
func decodeRedis(_ payload: [UInt8], _ context: inout DecodeContext) {
  let before = context.batch.count
  var decoder = RedisDecoder(payload: payload.count)
  decoder.decode(payload, &context)
  if context.batch.count == before, !context.isFull {
    context.operation(.redis) { facts, demand in
      if demand.contains(.command) { facts.add(.command, "") }
    }
  }
}

/// Reads payloads and emits their commands.
struct RedisDecoder {
  private var words = RedisWords()
  /// Bytes that commands of scripts may still take.
  private var allowance: Int
  private var name: [UInt8] = []
  private var text: [UInt8] = []

  /// - Parameter size: of the payload, in bytes.
  init(payload size: Int) { allowance = RedisLimits.expandedBytes(payload: size) }

  mutating func decode(_ payload: [UInt8], _ context: inout DecodeContext) {
    var reader = RedisReader(payload)
    words.arena.reserveCapacity(min(payload.count, 4096))
    do {
      while !context.isFull, try reader.next(&words) { emit(words, &context) }
    } catch {
      context.unparsed(.redis, error.reason)
    }
  }

  // MARK: - Commands

  /// Emits a command, and what it carries. One of a script, which may not run another, is not looked into.
  mutating func emit(_ words: RedisWords, inScript: Bool = false, _ context: inout DecodeContext) {
    guard let first = words.words.first else { return }
    guard first.value == .known else { return context.unparsed(.redis, .unknownCode) }
    setName(words.text(0))
    guard !name.contains(Ascii.space), var command = RedisCommand.named(name[...]) else {
      // It could do anything. It is named all the same, so that a rule can speak of it.
      if isPlainName, !name.contains(Ascii.space) { emit(RedisCommand(name: name), words, &context) }
      return context.unparsed(.redis, .unsupported)
    }
    var isKnown = true
    if command.isContainer, words.count > 1 {
      guard words.words[1].value == .known else { return context.unparsed(.redis, .unknownCode) }
      name.append(Ascii.space)
      appendName(words.text(1))
      if let subcommand = RedisCommand.named(name[...]) {
        command = subcommand
      } else {
        isKnown = false
        if isPlainName { command.name = name }
      }
    }
    emit(command, words, &context)
    if !isKnown { context.unparsed(.redis, .unsupported) }
    if command.code != .none, !context.isFull { code(of: command, words, inScript: inScript, &context) }
  }

  private mutating func setName(_ text: ArraySlice<UInt8>) {
    name.removeAll(keepingCapacity: true)
    appendName(text)
  }

  /// A name is read as far as names go.
  private mutating func appendName(_ text: ArraySlice<UInt8>) {
    for byte in text.prefix(RedisLimits.nameBytes + 1) { name.append(RedisText.upper(byte)) }
  }

  /// Whether the name at hand is short and one of visible characters, but for the space before a subcommand.
  private var isPlainName: Bool {
    var spaces = 0
    for byte in name {
      if byte == Ascii.space { spaces += 1 }
      if byte &- 0x20 > 0x5E || byte == Ascii.doubleQuote || byte == Ascii.quote { return false }
    }
    let isContained = name.firstIndex(of: Ascii.space).map { RedisCommand.named(name[..<$0]) != nil } ?? true
    return !name.isEmpty && name.count <= RedisLimits.nameBytes && spaces <= 1 && isContained
  }

  private mutating func emit(_ command: RedisCommand, _ words: RedisWords, _ context: inout DecodeContext) {
    let demand = context.demand
    if demand.contains(.command) { write(command, words) }
    let text = text
    var keys = RedisKeys()
    if demand.contains(.redisKey) || demand.contains(.redisFlag) { keys.find(command, words) }
    context.operation(.redis) { facts, demand in
      if demand.contains(.command) { facts.add(.command, text) }
      if demand.contains(.redisCommand) { facts.add(.redisCommand, command.name) }
      if demand.contains(.redisKey) {
        for key in keys.found { Self.add(key: words.arena[key.range], &facts) }
      }
      if demand.contains(.redisFlag) {
        var left = command.flags.union(keys.areIncomplete ? .unlistedKeys : []).rawValue
        while left != 0 {
          facts.add(.redisFlag, RedisFlags.words[left.trailingZeroBitCount])
          left &= left - 1
        }
      }
    }
  }

  private static func add(key: ArraySlice<UInt8>, _ facts: inout FactBuffer) {
    if RedisText.isASCII(key) { return facts.add(.redisKey, key) }
    var text: [UInt8] = []
    RedisText.append(text: key, to: &text)
    facts.add(.redisKey, text)
  }

  /// Writes the canonical text of a command.
  private mutating func write(_ command: RedisCommand, _ words: RedisWords) {
    text.removeAll(keepingCapacity: true)
    text += command.name
    let start = command.name.contains(Ascii.space) ? 2 : 1
    for position in start..<max(start, words.count) {
      text.append(Ascii.space)
      RedisText.append(word: words.text(position), to: &text)
    }
  }

  // MARK: - Code

  private mutating func code(
    of command: RedisCommand, _ words: RedisWords, inScript: Bool, _ context: inout DecodeContext
  ) {
    switch command.code {
    case .none, .function: return
    case .unknown: return unknownCode(&context)
    case .eval, .load: break
    }
    let position = command.code == .eval ? 1 : words.count - 1
    guard words.count > (command.code == .eval ? 1 : 2) else { return }
    guard !inScript, words.words[position].value == .known else { return unknownCode(&context) }
    let script = words.text(position)
    guard script.count <= RedisLimits.scriptBytes else { return context.unparsed(.redis, in: .redis, .oversized) }
    var reader: LuaReader
    if command.code == .eval, let binding = binding(words) {
      reader = LuaReader(Array(script), keys: binding.keys, arguments: binding.arguments, allowance: allowance)
    } else {
      reader = LuaReader(Array(script), allowance: allowance)
    }
    reader.read()
    allowance = reader.allowance
    context.nested(.redis, in: .redis) { context in
      for call in reader.calls where !context.isFull { emit(call, inScript: true, &context) }
      if reader.isUnknown { context.unparsed(.redis, .unknownCode) }
      if let failure = reader.failure { context.unparsed(.redis, failure) }
    }
  }

  private func unknownCode(_ context: inout DecodeContext) { context.unparsed(.redis, in: .redis, .unknownCode) }

  /// The keys and arguments of a script, where they are known.
  private func binding(_ words: RedisWords) -> (keys: [[UInt8]], arguments: [[UInt8]])? {
    guard words.count > 2, words.areKnown, let count = RedisKeys.number(words.text(2)), count <= words.count - 3 else {
      return nil
    }
    let rest = (3..<words.count).map { Array(words.text($0)) }
    return (Array(rest[..<count]), Array(rest[count...]))
  }
}
