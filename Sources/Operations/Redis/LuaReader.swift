import PolicyBytecode

/// What is known of a value in a script.
enum LuaValue {
  case unknown
  /// A string, or a number that a command sees as these digits; whether it was put together of several.
  case text([UInt8], isMade: Bool = false)
  /// The tables of keys and of arguments, an element of one, and all from a position on.
  case list(LuaList), element(LuaList), spread(LuaList, from: Int)
  /// What `ipairs` of one gives.
  case iterator(LuaList)
  /// The table of the server's functions, and the function that runs a command.
  case server, call
  /// `unpack`; `ipairs` and `pairs`; others that leave their arguments as they are; the library `table`.
  case unpack, iterate, reader, tableLibrary
}

/// What the server binds for a script: `KEYS` and `ARGV`.
enum LuaList: Int {
  case keys, arguments
}

/// Reads a Lua script for the commands it runs: calls of `redis.call` and `redis.pcall` (`server.` in Valkey) whose
/// words are constants, elements of `KEYS` and `ARGV`, or locals that are never assigned again.
///
/// Sound rather than complete: a script can run a command only through those functions, and any use of them that is
/// not a call, and of what could get at them by another name (`_G`, `loadstring`, …), makes it unknown.
struct LuaReader {
  private(set) var calls: [RedisWords] = []
  /// It may run commands that are not among the calls.
  private(set) var isUnknown = false
  private(set) var failure: UnparsedReason?
  /// Bytes that calls may still take.
  private(set) var allowance: Int

  private let source: [UInt8]
  /// Values of the lists, nil where they are not known.
  private let lists: [[[UInt8]]]?
  private let listSizes: [Int]
  var changed = [false, false]
  var isRecording = false
  /// Names that are assigned beyond their declaration.
  var assigned: Set<Int> = []
  private var names: [ArraySlice<UInt8>: Int] = [:]
  /// The values of the locals in scope, by name, innermost last.
  private var locals: [[LuaValue]] = []
  /// The names declared, in order.
  private var declared: [Int] = []
  private let globals: [Int: LuaValue]
  private let forbidden: Set<Int>

  /// - Parameters:
  ///   - keys: what `KEYS` holds; nil if that is not known, as for a script that is only loaded.
  ///   - arguments: what `ARGV` holds; nil with `keys`.
  ///   - allowance: bytes that the commands found may take.
  init(_ source: [UInt8], keys: [[UInt8]]? = nil, arguments: [[UInt8]]? = nil, allowance: Int) {
    self.source = source
    self.allowance = allowance
    if let keys, let arguments { lists = [keys, arguments] } else { lists = nil }
    listSizes = (lists ?? []).map { $0.reduce(0) { $0 + $1.count + 16 } }
    var names: [ArraySlice<UInt8>: Int] = [:]
    var globals: [Int: LuaValue] = [:]
    for (name, value) in Self.knownGlobals {
      globals[names.count] = value
      names[Array(name.utf8)[...]] = names.count
    }
    let first = names.count
    for name in Self.forbiddenGlobals { names[Array(name.utf8)[...]] = names.count }
    forbidden = Set(first..<names.count)
    locals = [[LuaValue]](repeating: [], count: names.count)
    self.globals = globals
    self.names = names
  }

  private static let knownGlobals: [(String, LuaValue)] = [
    ("redis", .server), ("server", .server), ("KEYS", .list(.keys)), ("ARGV", .list(.arguments)), ("unpack", .unpack),
    ("ipairs", .iterate), ("pairs", .iterate), ("next", .reader), ("type", .reader), ("tostring", .reader),
    ("tonumber", .reader), ("select", .reader), ("table", .tableLibrary),
  ]

  /// Ways to the server's functions that do not name them, or to code that is not in the script.
  private static let forbiddenGlobals = [
    "_G", "_ENV", "getfenv", "setfenv", "load", "loadstring", "loadfile", "dofile", "require", "package", "debug",
    "module", "newproxy", "getmetatable", "setmetatable", "rawget", "rawset", "rawequal",
  ]

  mutating func read() {
    guard let start = codeStart() else {
      isUnknown = true
      return
    }
    do {
      // First the names that are assigned, then what becomes of the lists, then, with both known, the calls.
      for pass in 0..<3 {
        isRecording = pass == 2
        isUnknown = false
        var parser = try LuaParser(source, from: start)
        try parser.script(&self)
      }
    } catch {
      failure = error.reason
    }
  }

  /// Where the code begins: behind `#!lua …` on the first line; nil for another language.
  private func codeStart() -> Int? {
    guard source.starts(with: "#!".utf8) else { return 0 }
    let end = source.firstIndex(of: Ascii.newline) ?? source.count
    let engine = source[2..<end].prefix { !Ascii.isBlank($0) && $0 != 0x0D }
    return engine.elementsEqual("lua".utf8) ? end : nil
  }

  // MARK: - Names

  mutating func name(_ text: ArraySlice<UInt8>) -> Int {
    if let known = names[text] { return known }
    names[text] = names.count
    locals.append([])
    return names.count - 1
  }

  mutating func declare(_ name: Int, _ value: LuaValue) {
    var value = value
    if assigned.contains(name) {
      escape(value)
      value = .unknown
    }
    locals[name].append(value)
    declared.append(name)
  }

  /// The number of names in scope, to ``leave(scope:)`` to.
  var scope: Int { declared.count }

  mutating func leave(scope: Int) {
    while declared.count > scope { locals[declared.removeLast()].removeLast() }
  }

  mutating func value(_ name: Int) -> LuaValue {
    if let local = locals[name].last { return local }
    if forbidden.contains(name) { isUnknown = true }
    guard let value = globals[name] else { return .unknown }
    guard assigned.contains(name) else { return value }
    escape(value)
    return .unknown
  }

  mutating func assign(_ name: Int) {
    assigned.insert(name)
    if locals[name].isEmpty, let value = globals[name] { escape(value) }
  }

  // MARK: - Values

  /// A value goes where it is not followed.
  mutating func escape(_ value: LuaValue) {
    switch value {
    case .server, .call: isUnknown = true
    case .list(let list), .iterator(let list): changed[list.rawValue] = true
    case .unknown, .text, .element, .spread, .unpack, .iterate, .reader, .tableLibrary: break
    }
  }

  private func known(_ list: LuaList) -> [[UInt8]]? { changed[list.rawValue] ? nil : lists?[list.rawValue] }

  func count(_ list: LuaList) -> Int? { known(list)?.count }

  mutating func index(_ base: LuaValue, _ key: LuaValue) -> LuaValue {
    switch base {
    case .list(let list):
      escape(key)
      guard let values = known(list) else { return .unknown }
      guard case .text(let digits, _) = key else { return .element(list) }
      guard let position = RedisKeys.number(digits[...]), position > 0, position <= values.count else {
        return .unknown
      }
      return .text(values[position - 1])
    case .server:
      guard case .text(let name, _) = key else {
        isUnknown = true
        return .unknown
      }
      return name.elementsEqual("call".utf8) || name.elementsEqual("pcall".utf8) ? .call : .unknown
    case .tableLibrary:
      guard case .text(let name, _) = key else { return .unknown }
      if name.elementsEqual("unpack".utf8) { return .unpack }
      return name.elementsEqual("concat".utf8) || name.elementsEqual("getn".utf8) ? .reader : .unknown
    default:
      escape(base)
      escape(key)
      return .unknown
    }
  }

  mutating func called(_ function: LuaValue, _ arguments: [LuaArgument]) -> LuaValue {
    let first = arguments.first?.value ?? .unknown
    switch function {
    case .call:
      for argument in arguments {
        if case .list = argument.value { continue }
        escape(argument.value)
      }
      record(arguments)
      return .unknown
    case .unpack, .iterate, .reader:
      // A list that one of them is handed stays as it is.
      guard case .list(let list) = first else { break }
      for argument in arguments.dropFirst() { escape(argument.value) }
      if case .iterate = function { return .iterator(list) }
      guard case .unpack = function else { return .unknown }
      if arguments.count == 1 { return .spread(list, from: 1) }
      guard arguments.count == 2, case .text(let digits, _) = arguments[1].value,
        let from = RedisKeys.number(digits[...]), from > 0
      else { return .unknown }
      return .spread(list, from: from)
    default: escape(function)
    }
    for argument in arguments { escape(argument.value) }
    return .unknown
  }

  /// The value of an element of a spread, where it stands for one value only.
  mutating func element(_ value: LuaValue, _ offset: Int = 0) -> LuaValue {
    guard case .spread(let list, let from) = value else { return offset == 0 ? value : .unknown }
    guard let values = known(list), from + offset <= values.count else { return .unknown }
    return .text(values[from + offset - 1])
  }

  // MARK: - Calls

  private mutating func record(_ arguments: [LuaArgument]) {
    guard isRecording, failure == nil, !arguments.isEmpty else { return }
    // Who puts the name of a command together hides it.
    if case .text(_, isMade: true) = arguments[0].value { isUnknown = true }
    var words = RedisWords()
    for (position, argument) in arguments.enumerated() {
      let isLast = position + 1 == arguments.count
      switch argument.value {
      case .spread(let list, let from) where isLast:
        guard let values = known(list) else {
          words.append(spelling(argument), .open)
          continue
        }
        for value in values.dropFirst(from - 1) where spend(value.count) { words.append(value) }
      default:
        switch element(argument.value) {
        case .text(let text, _): if spend(text.count) { words.append(text) }
        case .element(let list):
          bind(list, &words)
          words.append(spelling(argument), list == .keys ? .someKey : .someArgument)
        default: words.append(spelling(argument), argument.isOpen && isLast ? .open : .unknown)
        }
      }
    }
    if spend(64), words.count <= RedisLimits.words { calls.append(words) }
  }

  private mutating func bind(_ list: LuaList, _ words: inout RedisWords) {
    let isBound = list == .keys ? !words.keys.isEmpty : !words.arguments.isEmpty
    guard !isBound, let values = known(list), spend(listSizes[list.rawValue]) else { return }
    var ranges: [ByteRange] = []
    for value in values {
      ranges.append(ByteRange(words.arena.count, words.arena.count + value.count))
      words.arena += value
    }
    if list == .keys { words.keys = ranges } else { words.arguments = ranges }
  }

  /// Accounts for a word of a call. Past the allowance, one operation stands for what is left.
  private mutating func spend(_ count: Int) -> Bool {
    allowance -= count + 16
    if allowance < 0 { failure = .oversized }
    return allowance >= 0
  }

  /// What stands for a value that is not known: the expression, without line breaks.
  private mutating func spelling(_ argument: LuaArgument) -> [UInt8] {
    let text = source[argument.source]
    guard text.count <= RedisLimits.spellingBytes, spend(text.count) else { return [Ascii.question] }
    return text.map { $0 < 0x20 ? Ascii.space : $0 }
  }
}

/// An argument of a call.
struct LuaArgument {
  var value: LuaValue
  /// It may be any number of values: a call or `…`.
  var isOpen: Bool
  var source: Range<Int>
}
