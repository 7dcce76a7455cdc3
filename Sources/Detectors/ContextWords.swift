/// Words that, near a number, say what it is. In lower case; each is sought where a word begins.
struct ContextWords {
  /// What a word speaks of, as bits.
  struct Topic: OptionSet {
    let rawValue: UInt8

    static let card = Topic(rawValue: 1)
    static let socialSecurity = Topic(rawValue: 2)
    static let health = Topic(rawValue: 4)
    static let phone = Topic(rawValue: 8)
    /// Words that follow a telephone number.
    static let phoneAfter = Topic(rawValue: 16)
    static let taxpayer = Topic(rawValue: 32)
    /// Words of telephones that other things have as well: they say nothing of digits in one piece.
    static let message = Topic(rawValue: 64)

    /// What words before a number may speak of.
    static let before: Topic = [.card, .socialSecurity, .health, .phone, .taxpayer, .message]
  }

  /// A word: its letters in ``letters``, and all that it speaks of.
  struct Entry {
    var start: Int
    var count: Int
    var topics: Topic
  }

  /// Those with the same first letter stand together: the first letter `l` has the entries from `starts[l]` on.
  let entries: UnsafePointer<Entry>
  let starts: UnsafePointer<Int>
  let letters: UnsafePointer<UInt8>
  /// For each first letter the second ones, as bits.
  let seconds: UnsafePointer<UInt32>

  /// They live as long as the program.
  nonisolated(unsafe) static let all = ContextWords()

  private init() {
    var topics: [[UInt8]: Topic] = [:]
    for (topic, words) in ContextWords.words {
      for word in words { topics[Array(word.utf8), default: []].insert(topic) }
    }
    var (entries, starts, letters): ([Entry], [Int], [UInt8]) = ([], [], [])
    var seconds = [UInt32](repeating: 0, count: 26)
    for first in 0..<26 {
      starts.append(entries.count)
      for (word, topics) in topics where word[0] == UInt8(0x61 + first) {
        entries.append(Entry(start: letters.count, count: word.count, topics: topics))
        letters += word
        seconds[first] |= 1 << UInt32(word[1] - 0x61)
      }
    }
    starts.append(entries.count)
    self.entries = ContextWords.flat(entries)
    self.starts = ContextWords.flat(starts)
    self.letters = ContextWords.flat(letters)
    self.seconds = ContextWords.flat(seconds)
  }

  private static func flat<Element>(_ elements: [Element]) -> UnsafePointer<Element> {
    let flat = UnsafeMutablePointer<Element>.allocate(capacity: elements.count)
    flat.initialize(from: elements, count: elements.count)
    return UnsafePointer(flat)
  }

  private static let words: [(Topic, [String])] = [
    (
      .card,
      [
        "card", "cc", "credit", "creditcard", "debit", "debitcard", "visa", "mastercard", "maestro", "amex", "discover",
        "diners", "jcb", "unionpay", "uatp", "pan", "payment", "karte", "kreditkarte", "carte", "tarjeta", "carta",
      ]
    ),
    (.socialSecurity, ["ssn", "ssns", "social security", "social sec", "social insurance"]),
    (.health, ["nhs", "health", "patient", "chi"]),
    (
      .phone,
      [
        "phone", "telephone", "cellphone", "smartphone", "telefon", "telefone", "telefono", "tel", "tlf", "ph",
        "mobile", "mobil", "mob", "cell", "cellular", "celular", "handy", "landline", "fax", "telefax", "caller",
        "dial",
        "contact", "sms", "whatsapp", "viber", "telegram", "voicemail", "hotline", "helpline", "pager", "msisdn",
        "number to",
      ]
    ),
    (
      .message,
      [
        "call", "calls", "called", "calling", "ring", "reach", "answer", "answering", "text", "texts", "message",
        "messages", "signal", "desk",
      ]
    ),
    (.taxpayer, ["cpf", "cpfs", "contribuinte", "contribuintes", "taxpayer", "receita"]),
    (
      .phoneAfter,
      ["office", "fax", "mobile", "cell", "home", "work", "phone", "telephone", "tel", "landline", "direct", "desk"]
    ),
  ]
}

extension DetectorScanner {
  /// Whether no word before `start` speaks of anything.
  mutating func isWithoutContext(_ start: Int) -> Bool {
    _ = hasContext(start, [])
    return contextTopics.isEmpty
  }

  /// Whether a word of `topic` stands before `start`, no further than ``DetectorLimits/contextBytes``.
  mutating func hasContext(_ start: Int, _ topic: ContextWords.Topic) -> Bool {
    if contextOffset != start {
      contextOffset = start
      contextTopics = topics(before: start)
    }
    return !contextTopics.isDisjoint(with: topic)
  }

  /// Whether the words of a text speak of a kind of number.
  static func hasTopic(_ text: UnsafeBufferPointer<UInt8>, _ tables: DetectorTables) -> Bool {
    guard let base = text.baseAddress else { return false }
    var scanner = DetectorScanner(tables)
    scanner.text = base
    scanner.isFinal = true
    (scanner.available, scanner.high) = (text.count, text.count)
    return !scanner.topics(before: text.count).isEmpty
  }

  /// All that the words before `start` speak of. Each byte is looked at once, as long as none of them speaks of anything.
  private mutating func topics(before start: Int) -> ContextWords.Topic {
    var topics: ContextWords.Topic = []
    // All of it is at hand, and before `low` nothing may be seen.
    let first = max(start - DetectorLimits.contextBytes, low)
    let letter = ByteClass.letter.rawValue
    var last: Int?
    var offset = start &- 1
    while offset >= first {
      if offset < wordless.to, offset >= wordless.from {
        offset = wordless.from &- 1
        continue
      }
      if classes[Int(text[offset &- origin])] & letter != 0, beginsSegment(offset) {
        let found = self.topics(at: offset).intersection(.before)
        if !found.isEmpty, last == nil { last = offset }
        topics.formUnion(found)
      }
      offset &-= 1
    }
    wordless = (last.map { $0 + 1 } ?? first, start)
    return topics
  }

  /// What the word at `offset` speaks of, if it stands there whole.
  mutating func topics(at offset: Int) -> ContextWords.Topic {
    let words = ContextWords.all
    let (first, second) = (folded(offset) &- 0x61, folded(offset + 1) &- 0x61)
    guard first < 26, second < 26, words.seconds[Int(first)] >> UInt32(second) & 1 != 0 else { return [] }
    var topics: ContextWords.Topic = []
    for number in words.starts[Int(first)]..<words.starts[Int(first) + 1] {
      let entry = words.entries[number]
      var index = 1
      while index < entry.count, folded(offset + index) == words.letters[entry.start + index] { index += 1 }
      if index == entry.count, !isIn(offset + index, .lower) { topics.formUnion(entry.topics) }
    }
    return topics
  }

  /// Whether a word begins at a letter: none stands before it, or a lower-case one before an upper-case one.
  private mutating func beginsSegment(_ offset: Int) -> Bool {
    !isIn(offset - 1, .letter) || isIn(offset, .upper) && isIn(offset - 1, .lower)
  }
}
