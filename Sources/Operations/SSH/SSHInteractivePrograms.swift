/// Programs that read what is typed after they were started, in a language of their own.
enum SSHInteractivePrograms {
  /// Whether a line starts one: a client of a database without a statement, an interpreter without a script.
  static func isStarted(by line: [UInt8]) -> Bool {
    guard var words = SimpleCommandLine.words(line[...])?[...] else { return false }
    while let first = words.first, wrappers.contains(name(first)) {
      words.removeFirst()
      while let option = words.first, option.first == Ascii.dash {
        words.removeFirst()
        // `-u USER`
        if option.count == 2, "ug".utf8.contains(option[1]) { _ = words.popFirst() }
      }
    }
    guard let program = words.popFirst() else { return false }
    let base = name(program)
    let bare = String(base.prefix { !$0.isNumber })
    if interpreters.contains(base) || interpreters.contains(bare) {
      return words.allSatisfy { word in ["-i", "-q", "-u", "-B"].contains { word.elementsEqual($0.utf8) } }
    }
    guard let statements = clients[base] ?? clients[bare] else { return false }
    return !words.contains { word in
      let text = String(decoding: word, as: UTF8.self)
      return statements.contains { option in
        option.hasPrefix("--") || option.count != 2
          ? text.prefix { $0 != "=" } == option : text.hasPrefix(option) && !text.hasPrefix("--")
      }
    } && (!commandBehind.contains(base) || hasNoOperands(words))
  }

  /// Whether what is typed ends such a program; the end of the input (Control-D) does, too.
  static func isLeft(by line: [UInt8]) -> Bool {
    if line.last == 0x04 { return true }
    let text = line.filter { !Ascii.isSpaceOrReturn($0) && $0 != Ascii.semicolon }
    return ends.contains(String(decoding: text, as: UTF8.self).lowercased())
  }

  private static func name(_ word: [UInt8]) -> String {
    String(decoding: ShellPaths.baseName(word[...]), as: UTF8.self)
  }

  /// Whether all words are options, or the values of those with one letter.
  private static func hasNoOperands(_ words: ArraySlice<[UInt8]>) -> Bool {
    var wasLetter = false
    for word in words {
      let isOption = word.first == Ascii.dash
      if !isOption, !wasLetter { return false }
      wasLetter = isOption && word.count == 2
    }
    return true
  }

  private static let wrappers: Set<String> = ["sudo", "doas", "exec", "command", "nohup", "rlwrap"]
  private static let interpreters: Set<String> = [
    "python", "pypy", "ipython", "node", "deno", "irb", "php", "lua", "ghci", "jshell", "R", "julia", "tclsh", "erl",
    "iex", "scala", "bc", "gdb",
  ]
  /// With the options that give them what to do.
  private static let clients: [String: [String]] = [
    "psql": ["-c", "-f", "-l", "--command", "--file", "--list", "--version", "--help"],
    "mysql": ["-e", "-V", "--execute", "--version", "--help"],
    "mariadb": ["-e", "-V", "--execute", "--version", "--help"],
    "redis-cli": ["-v", "--version", "--help", "--eval", "--pipe", "--scan", "--stat", "--bigkeys", "--rdb"],
    "valkey-cli": ["-v", "--version", "--help", "--eval", "--pipe", "--scan", "--stat", "--bigkeys", "--rdb"],
    "mongosh": ["--eval", "--version", "--help"], "mongo": ["--eval", "--version", "--help"],
    "sqlite": ["-version", "-help"], "cqlsh": ["-e", "-f", "--execute", "--file", "--version"],
    "clickhouse-client": ["-q", "--query", "--version"], "sqlplus": ["-V"], "sqlcmd": ["-Q", "-q", "-i"],
  ]
  /// Clients whose operands are the command.
  private static let commandBehind: Set<String> = ["redis-cli", "valkey-cli"]
  private static let ends: Set<String> = ["exit", "quit", "\\q", "exit()", "quit()", ".exit", ".quit", ":quit", "q()"]
}
