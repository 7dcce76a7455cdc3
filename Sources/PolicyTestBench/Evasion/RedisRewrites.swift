import PolicyBytecode

/// Rewrites of Redis commands.
enum RedisRewrites {
  /// The words of one command sent as a line or as an array of RESP; nil for several commands and other forms.
  static func words(_ text: String) -> [String]? {
    if text.hasPrefix("*") { return array([UInt8](text.utf8)) }
    guard !text.contains(where: \.isNewline), !text.contains("\""), !text.contains("'") else { return nil }
    let words = text.split(separator: " ").map(String.init)
    return words.isEmpty ? nil : words
  }

  private static func array(_ bytes: [UInt8]) -> [String]? {
    var index = 0
    func number(_ sign: Character) -> Int? {
      guard index < bytes.count, bytes[index] == sign.asciiValue,
        let end = bytes[index...].firstIndex(of: 0x0D), end + 1 < bytes.count, bytes[end + 1] == 0x0A
      else { return nil }
      defer { index = end + 2 }
      return Int(String(decoding: bytes[(index + 1)..<end], as: UTF8.self))
    }
    guard let count = number("*"), count > 0 else { return nil }
    var words: [String] = []
    for _ in 0..<count {
      guard let length = number("$"), length >= 0, index + length + 2 <= bytes.count else { return nil }
      words.append(String(decoding: bytes[index..<(index + length)], as: UTF8.self))
      index += length + 2
    }
    return index == bytes.count ? words : nil
  }

  private static func resp(_ words: [String]) -> String {
    "*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
  }

  private static func quoted(_ word: String) -> String {
    "\"" + word.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
  }

  private static func line(_ words: [String]) -> String {
    words.map { $0.isEmpty || $0.contains { " \"'\\\t".contains($0) } ? quoted($0) : $0 }.joined(separator: " ")
  }

  private static func ofWords(
    _ name: String, when condition: String = Rewrite.always, _ apply: @escaping @Sendable ([String]) -> [String]
  ) -> Rewrite {
    Rewrite(name, of: .init(.redis), when: condition) { text in
      guard let words = words(text), words.allSatisfy({ !$0.contains(where: \.isNewline) }) else { return [] }
      return apply(words).filter { $0 != text }
    }
  }

  /// Whether a script may call it.
  private static func runsInScripts(_ words: [String]) -> Bool {
    ![
      "MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH", "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "EVAL",
      "EVALSHA",
      "EVAL_RO", "SCRIPT", "FCALL", "FCALL_RO", "FUNCTION", "MONITOR", "SHUTDOWN", "SAVE", "BGSAVE", "BGREWRITEAOF",
      "CLIENT", "CLUSTER",
      "DEBUG", "CONFIG", "ACL", "AUTH", "HELLO", "QUIT", "SELECT", "SYNC", "PSYNC", "REPLICAOF", "SLAVEOF", "FAILOVER",
      "MODULE",
      "MIGRATE", "WAIT", "LATENCY", "SLOWLOG", "RESTORE-ASKING", "READONLY", "READWRITE", "RESET", "REPLCONF",
      "PFDEBUG", "ASKING",
    ].contains(words[0].uppercased())
  }

  private static func runsInTransactions(_ words: [String]) -> Bool {
    ![
      "MULTI", "EXEC", "DISCARD", "WATCH", "MONITOR", "SHUTDOWN", "QUIT", "SYNC", "PSYNC", "RESET", "HELLO", "AUTH",
      "REPLICAOF", "SAVE",
    ].contains(words[0].uppercased())
  }

  private static func lua(_ word: String) -> String {
    "'" + word.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "'"
  }

  static let all: [Rewrite] = [
    ofWords("the command in another case") { words in
      let mixed = String(
        words[0].enumerated().map { Character($0.offset % 2 == 0 ? $0.element.lowercased() : $0.element.uppercased()) })
      return [words[0].lowercased(), words[0].uppercased(), mixed].map { line([$0] + words.dropFirst()) }
    },
    ofWords("more blanks") {
      [
        "  " + line($0), $0.map { line([$0]) }.joined(separator: "  ") + " ",
        $0.map { line([$0]) }.joined(separator: "\t"),
      ]
    },
    ofWords("in quotes") {
      [
        $0.map(quoted).joined(separator: " "),
        $0.map { $0.contains("'") || $0.contains("\\") ? quoted($0) : "'\($0)'" }.joined(separator: " "),
      ]
    },
    ofWords("in hexadecimal escapes") { words in
      let hex = words[0].utf8.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      return [
        "\"\(hex)\" \(line(Array(words.dropFirst())))",
        "\"\\x\(String(words[0].utf8.first ?? 0, radix: 16))\(words[0].dropFirst())\" \(line(Array(words.dropFirst())))",
      ]
    },
    ofWords("in RESP") { [resp($0), resp([$0[0].lowercased()] + $0.dropFirst())] },
    ofWords("as a line") { [line($0)] },
    ofWords("behind another command") {
      [
        "PING\r\n" + line($0), "PING\r\n" + line($0) + "\r\nPING\r\n", resp(["PING"]) + resp($0),
        "PING\n" + line($0) + "\n",
      ]
    },
    ofWords("in a transaction") { words in
      runsInTransactions(words)
        ? ["MULTI\r\n\(line(words))\r\nEXEC\r\n", resp(["MULTI"]) + resp(words) + resp(["EXEC"])] : []
    },
    ofWords("in a script") { words in
      guard runsInScripts(words), words.joined().utf8.allSatisfy({ $0 < 0x80 }) else { return [] }
      let list = words.map(lua).joined(separator: ", ")
      let first = words[0]
      let half = lua(String(first.prefix(2))) + ".." + lua(String(first.dropFirst(2)))
      let rest = words.dropFirst().map { ", " + lua($0) }.joined()
      let scripts = [
        "return redis.call(\(list))", "return redis.pcall(\(list))", "redis.call(\(half)\(rest))",
        "local f = redis.call f(\(list))",
        "local c = \(lua(first.lowercased())) return redis.call(c\(rest))", "redis['call'](\(list))",
        "return redis.call(unpack({\(list)}))",
        "pcall(redis.call, \(list))", "return loadstring(\(lua("return redis.call(\(list))")))()",
        "return redis.call(string.reverse(\(lua(String(first.reversed()))))\(rest))",
        "if true then for i = 1, 1 do redis.call(\(list)) end end",
      ]
      return scripts.flatMap { ["EVAL \(quoted($0)) 0", resp(["EVAL", $0, "0"])] } + [
        "EVAL \"return redis.call(unpack(ARGV))\" 0 \(line(words))",
        "EVAL \"return redis.call(ARGV[1], unpack(ARGV, 2))\" 0 \(line(words))",
        "EVAL \"return redis.call(KEYS[1]\(rest.map { $0 == "\"" ? "\\\"" : $0 == "\\" ? "\\\\" : String($0) }.joined()))\" 1 \(line([first]))",
      ]
    },
  ]
}
