import PolicyBytecode

/// The keys that a command names.
///
/// Where the server would refuse a command for the number of its words, what may be a key counts as one.
struct RedisKeys {
  private(set) var found: [ByteRange] = []
  /// It touches others, whose names are not known.
  private(set) var areIncomplete = false

  mutating func find(_ command: RedisCommand, _ words: RedisWords) {
    for rule in command.keys { find(rule, words) }
    if command.code == .unknown || command.code == .function, words.count > 1 { areIncomplete = true }
  }

  private mutating func find(_ rule: RedisKeyRule, _ words: RedisWords) {
    switch rule {
    case .range(let first, let last, let step):
      add(first...max(first, last < 0 ? words.count + last : last), step: step, words)
      // Words whose number is not known shift those behind them.
      if words.words.prefix(first + 1).contains(where: { $0.value == .open }) { areIncomplete = true }
    case .counted(let at, let step):
      guard at < words.count else { return }
      let isKnown = words.words[at].value == .known
      let count = isKnown ? Self.number(words.text(at)) : nil
      // The server runs nothing whose count is none.
      if isKnown, count == nil { return }
      let end = count.map { at + 1 + min($0, words.count) * step } ?? words.count
      if at + 1 < end { add(at + 1...end - 1, step: step, words) }
      if !isKnown { areIncomplete = true }
    case .streams: streams(words)
    case .store:
      optional(words)
      // `STORE` stands behind the place, the radius and its unit.
      var at = 5
      while at + 1 < words.count {
        if words.isWord(at, "STORE") || words.isWord(at, "STOREDIST") {
          add(at + 1...at + 1, step: 1, words)
          at += 1
        }
        at += 1
      }
    case .sort: sort(words)
    case .migrate:
      optional(words)
      if words.count > 3, words.words[3].text.count > 0 { add(3...3, step: 1, words) }
      for at in 6..<max(6, words.count) where words.isWord(at, "KEYS") {
        if at + 1 < words.count { add(at + 1...words.count - 1, step: 1, words) }
        return
      }
    }
  }

  private mutating func streams(_ words: RedisWords) {
    optional(words)
    var at = 1
    while at < words.count, !words.isWord(at, "STREAMS") {
      if words.isWord(at, "GROUP") {
        at += 2
      } else if words.isWord(at, "BLOCK") || words.isWord(at, "COUNT") {
        at += 1
      }
      at += 1
    }
    let left = words.count - at - 1
    guard left > 0 else { return }
    let count = left % 2 == 0 ? left / 2 : left
    add(at + 1...at + count, step: 1, words)
  }

  private mutating func sort(_ words: RedisWords) {
    optional(words)
    let canStore = words.count > 0 && words.words[0].text.count == 4
    var at = 2
    while at < words.count {
      if words.isWord(at, "LIMIT") {
        at += 2
      } else if words.isWord(at, "GET") || words.isWord(at, "BY") {
        at += 1
        // `#` is the element itself, and a pattern without `*` names no key that depends on one.
        if at < words.count, !words.text(at).elementsEqual([Ascii.hash]), !isNoSort(words, at) { areIncomplete = true }
      } else if canStore, words.isWord(at, "STORE"), at + 1 < words.count {
        at += 1
        add(at...at, step: 1, words)
      }
      at += 1
    }
  }

  /// `BY nosort`: any word without `*` keeps the order and touches nothing.
  private func isNoSort(_ words: RedisWords, _ at: Int) -> Bool {
    words.isWord(at - 1, "BY") && !words.text(at).contains(Ascii.star)
  }

  /// In commands whose keys stand behind a word, any unknown word may be that one.
  private mutating func optional(_ words: RedisWords) {
    if words.words.contains(where: { $0.value != .known }) { areIncomplete = true }
  }

  private mutating func add(_ positions: ClosedRange<Int>, step: Int, _ words: RedisWords) {
    var at = positions.lowerBound
    while at <= positions.upperBound, at < words.count {
      let word = words.words[at]
      switch word.value {
      case .known: found.append(word.text)
      case .someKey: found += words.keys
      case .someArgument: found += words.arguments
      case .unknown, .open:
        found.append(word.text)
        areIncomplete = true
      }
      at += step
    }
  }

  /// A count as the server reads it: digits without a sign or leading zeros.
  static func number(_ text: ArraySlice<UInt8>) -> Int? {
    guard !text.isEmpty, text.count <= 9, text.allSatisfy(Ascii.isDigit) else { return nil }
    guard text.first != Ascii.zero || text.count == 1 else { return nil }
    return text.reduce(0) { $0 * 10 + Int($1 - Ascii.zero) }
  }
}
