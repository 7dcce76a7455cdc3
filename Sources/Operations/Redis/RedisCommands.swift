import PolicyBytecode

/// What a command is to the server: its categories. The words are those of `redis.flag`.
struct RedisFlags: OptionSet, Hashable, Sendable {
  let rawValue: UInt32

  init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The flag of a word of `redis.flag`.
  init?(word: Substring) {
    guard let position = FactSchema.redisFlags.firstIndex(where: { $0 == word }) else { return nil }
    rawValue = 1 << UInt32(position)
  }

  /// It touches keys that `redis.key` cannot name.
  static let unlistedKeys = RedisFlags(word: "unlisted-keys") ?? []

  static let words: [[UInt8]] = FactSchema.redisFlags.map { Array($0.utf8) }
}

/// Where the keys of a command stand. Positions count words, the command's name being 0; a subcommand is a word.
enum RedisKeyRule: Sendable, Equatable {
  /// From `first` to `last` (counted from the end where negative), each `step` words.
  case range(first: Int, last: Int, step: Int)
  /// As many as the word at a position says, behind it.
  case counted(at: Int, step: Int)
  /// Behind `STREAMS`, the first half of what follows.
  case streams
  /// Behind `STORE` and `STOREDIST` of GEORADIUS and its kin, from a position on.
  case store
  /// Behind `STORE` of SORT; `BY` and `GET` touch more.
  case sort
  /// The one key of MIGRATE, or those behind `KEYS`.
  case migrate
}

/// How a command carries code.
enum RedisCode: UInt8, Sendable {
  case none
  /// A script in the first argument, then its keys and arguments.
  case eval
  /// A script or a library in the last word.
  case load
  /// Code that the server holds, by its digest, or in a form that is not read.
  case unknown
  /// A function that the server holds.
  case function
}

/// What is known of one command or subcommand.
struct RedisCommand: Sendable {
  /// Its name, upper case, a subcommand after a space.
  var name: [UInt8]
  var flags: RedisFlags
  var keys: [RedisKeyRule]
  var code = RedisCode.none
  /// Its second word is a subcommand.
  var isContainer = false

  /// One that is not in the tables.
  init(name: [UInt8]) {
    self.name = name
    flags = []
    keys = []
  }

  /// The command called `name`, which is in upper case.
  static func named(_ name: ArraySlice<UInt8>) -> RedisCommand? {
    name.count <= RedisLimits.nameBytes ? table.value(name) : nil
  }

  /// All commands, as the tables have them.
  static let all: [RedisCommand] = {
    var commands: [RedisCommand] = []
    for table in [redisDataCommands, redisServerCommands, redisModuleCommands] {
      for line in table.split(separator: "\n") where !line.hasPrefix("#") {
        if let command = RedisCommand(line: line) { commands.append(command) }
      }
    }
    let containers = Set(
      commands.compactMap { command in
        command.name.firstIndex(of: Ascii.space).map { Array(command.name[..<$0]) }
      })
    for index in commands.indices { commands[index].isContainer = containers.contains(commands[index].name) }
    return commands
  }()

  private static let table = ShellNames(all.map { ($0.name, $0) })

  /// Reads `NAME; FLAGS; KEYS` of a table.
  private init?(line: Substring) {
    let columns = line.split(separator: ";", omittingEmptySubsequences: false)
    guard columns.count == 3 else { return nil }
    name = Array(columns[0].utf8)
    flags = []
    for word in columns[1].split(separator: ",") {
      guard let flag = RedisFlags(word: word) else { return nil }
      flags.insert(flag)
    }
    keys = []
    for word in columns[2].split(separator: " ") {
      guard apply(word) else { return nil }
    }
  }

  private mutating func apply(_ word: Substring) -> Bool {
    switch word {
    case "streams": keys.append(.streams)
    case "store": keys.append(.store)
    case "sort": keys.append(.sort)
    case "migrate": keys.append(.migrate)
    case "=eval": code = .eval
    case "=load": code = .load
    case "=unknown": code = .unknown
    case "=function": code = .function
    default:
      if word.hasPrefix("#") {
        let parts = word.dropFirst().split(separator: "/").compactMap { Int($0) }
        guard let at = parts.first else { return false }
        keys.append(.counted(at: at, step: parts.count > 1 ? parts[1] : 1))
        return true
      }
      // FIRST, FIRST*, FIRST*/STEP, FIRST*-LAST
      guard let star = word.firstIndex(of: "*") else {
        guard let position = Int(word) else { return false }
        keys.append(.range(first: position, last: position, step: 1))
        return true
      }
      guard let first = Int(word[..<star]) else { return false }
      let rest = word[word.index(after: star)...]
      let step = rest.hasPrefix("/") ? Int(rest.dropFirst()) ?? 1 : 1
      let last = rest.hasPrefix("-") ? (Int(rest) ?? -1) - 1 : -1
      keys.append(.range(first: first, last: last, step: step))
    }
    return true
  }
}
