import PolicyBytecode

/// Commands of Redis: the command and its subcommand are structure, and the words of its syntax.
extension PayloadRewriter {
  mutating func redis(_ payload: [UInt8]) -> [UInt8]? {
    var reader = RedisReader(payload)
    var words = RedisWords()
    var result: [UInt8] = []
    let isRESP = payload.first == Ascii.star
    do throws(RedisSyntaxError) {
      while try reader.next(&words) {
        let texts = (0..<words.count).map { Array(words.text($0)) }
        // Literals of any bytes are not told from code.
        if texts.contains(where: { $0.contains(Ascii.openBracket) && isScript($0, texts) }) { return nil }
        let rewritten = command(texts)
        if isRESP {
          result += Array("*\(rewritten.count)\r\n".utf8)
          for word in rewritten { result += Array("$\(word.count)\r\n".utf8) + word + [0x0D, Ascii.newline] }
        } else {
          if !result.isEmpty { result.append(Ascii.newline) }
          result += Array(rewritten.map(Self.redisWord).joined(separator: [Ascii.space]))
        }
      }
    } catch {
      return nil
    }
    if !isRESP, payload.last == Ascii.newline { result.append(Ascii.newline) }
    return result
  }

  /// Whether a word of a command is Lua with a long bracket.
  private func isScript(_ word: [UInt8], _ words: [[UInt8]]) -> Bool {
    words.count > 1 && words[1] == word
      && zip(word, word.dropFirst()).contains {
        $0 == Ascii.openBracket && $1 == $0 || $0 == Ascii.openBracket && $1 == Ascii.equals
      }
  }

  private mutating func command(_ words: [[UInt8]]) -> [[UInt8]] {
    guard let first = words.first else { return [] }
    let name = first.map(RedisText.upper)
    var structure = 1
    if RedisCommand.named(name[...])?.isContainer == true { structure = 2 }
    let isScript = ["EVAL", "EVAL_RO", "SCRIPT", "FUNCTION", "FCALL", "EVALSHA"].contains { name == Array($0.utf8) }
    return words.enumerated().map { index, word in
      if index < structure { return word }
      // Code, and how many keys it is given.
      if isScript, index == 1 || word.allSatisfy(Ascii.isDigit) { return index == 1 ? script(word) : word }
      return redisValue(word)
    }
  }

  /// Lua: its literals are values, but for those that name a command; comments go.
  private mutating func script(_ code: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var at = 0
    while at < code.count {
      let byte = code[at]
      if byte == Ascii.dash, at + 1 < code.count, code[at + 1] == Ascii.dash {
        let end = code[at...].firstIndex(of: Ascii.newline) ?? code.count
        note(Array(code[(at + 2)..<end]))
        at = end
      } else if byte == Ascii.quote || byte == Ascii.doubleQuote {
        var end = at + 1
        while end < code.count, code[end] != byte { end += code[end] == Ascii.backslash ? 2 : 1 }
        let literal = Array(code[(at + 1)..<max(at + 1, min(end, code.count))])
        let isCommand = result.filter { !Ascii.isSpace($0) }.suffix(5).elementsEqual("call(".utf8)
        result += [byte] + (isCommand ? literal : redisValue(literal)) + [byte]
        at = end + 1
      } else {
        result.append(byte)
        at += 1
      }
    }
    return result
  }

  private mutating func redisValue(_ word: [UInt8]) -> [UInt8] {
    if word.isEmpty || Self.redisSyntax.contains(word.map(RedisText.upper)) { return word }
    if word.allSatisfy({ !Ascii.isName($0) }) { return word }
    // Cursors, counts, times and ranges: small numbers say nothing.
    if word.count <= 3, word.allSatisfy(Ascii.isDigit) { return word }
    // `user:42:cart`: the parts of a key are values of their own.
    return Array(
      word.split(separator: Ascii.colon, omittingEmptySubsequences: false)
        .map { redisPart(Array($0)) }.joined(separator: [Ascii.colon]))
  }

  /// A part of a key; signs of a pattern stay.
  private mutating func redisPart(_ part: [UInt8]) -> [UInt8] {
    guard part.contains(where: { "*?[]".utf8.contains($0) }) else { return token(part) }
    return pieces(part, separators: "*?[]") { $0.token($1) }
  }

  private static func redisWord(_ word: [UInt8]) -> [UInt8] {
    let isPlain =
      !word.isEmpty
      && word.allSatisfy {
        $0 > Ascii.space && $0 < 0x7F && $0 != Ascii.quote && $0 != Ascii.doubleQuote && $0 != Ascii.backslash
      }
    if isPlain { return word }
    var result = [Ascii.doubleQuote]
    for byte in word {
      if byte == Ascii.doubleQuote || byte == Ascii.backslash {
        result += [Ascii.backslash, byte]
      } else if byte < Ascii.space || byte >= 0x7F {
        result += Array("\\x".utf8) + [hexDigit(byte >> 4), hexDigit(byte & 0xF)]
      } else {
        result.append(byte)
      }
    }
    return result + [Ascii.doubleQuote]
  }

  /// Words of the commands' syntax.
  private static let redisSyntax = Set(
    [
      "EX", "PX", "NX", "XX", "KEEPTTL", "GET", "EXAT", "PXAT", "MATCH", "COUNT", "TYPE", "LIMIT", "WITHSCORES", "ASC",
      "DESC", "ALPHA", "BY", "STORE", "BEFORE", "AFTER", "LEFT", "RIGHT", "AGGREGATE", "WEIGHTS", "SUM", "MIN", "MAX",
      "ASYNC", "SYNC", "REPLACE", "DB", "COPY", "KEYS", "AUTH", "AUTH2", "STREAMS", "BLOCK", "GROUP", "NOACK",
      "MKSTREAM",
      "MAXLEN", "MINID", "ID", "IDLE", "TIME", "RETRYCOUNT", "FORCE", "JUSTID", "CH", "INCR", "GT", "LT", "REV",
      "BYSCORE", "BYLEX", "WITHVALUES", "NOVALUES", "SAVE", "NOSAVE", "ABORT", "NOW", "ON", "OFF", "YES", "NO", "ONE",
    ].map { Array($0.utf8) })
}

private func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? Ascii.zero + value : UInt8(ascii: "a") + value - 10 }
