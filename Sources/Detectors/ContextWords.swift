/// Words that, near a number, say what it is. In lower case; each is sought where a word begins.
struct ContextWords: Sendable {
  let words: [[UInt8]]
  /// Which first letters there are, as bits.
  let firstLetters: UInt32

  private init(_ words: [String]) {
    self.words = words.map { Array($0.utf8) }
    firstLetters = self.words.reduce(0) { $0 | 1 << UInt32($1[0] - 0x61) }
  }

  static let card = ContextWords([
    "card", "cc", "credit", "creditcard", "debit", "debitcard", "visa", "mastercard", "maestro", "amex", "discover",
    "diners", "jcb", "unionpay", "uatp", "pan", "payment", "karte", "kreditkarte", "carte", "tarjeta", "carta",
  ])
  static let socialSecurity = ContextWords(["ssn", "ssns", "social security", "social sec", "social insurance"])
  static let health = ContextWords(["nhs", "health", "patient", "chi"])
  static let phone = ContextWords([
    "phone", "telephone", "cellphone", "smartphone", "telefon", "telefone", "telefono", "tel", "tlf", "ph", "mobile",
    "mobil", "mob", "cell", "cellular", "celular", "handy", "landline", "fax", "telefax", "call", "calls", "called",
    "calling", "caller", "dial", "ring", "contact", "reach", "answer", "answering", "sms", "text", "texts", "message",
    "messages", "whatsapp", "signal", "viber", "telegram", "voicemail", "hotline", "helpline", "pager", "desk", "msisdn",
    "number to",
  ])
  static let phoneAfter = ContextWords([
    "office", "fax", "mobile", "cell", "home", "work", "phone", "telephone", "tel", "landline", "direct", "desk",
  ])

  /// Words a word in this set may go on with: `phone_number`, `phoneNumber`, `phones`.
  fileprivate static let wordEnds: ByteClass = [.lower]
}

extension DetectorScanner {
  /// Whether one of `words` stands before `start`, no further than ``DetectorLimits/contextBytes``.
  mutating func hasContext(_ start: Int, _ end: Int, _ words: ContextWords) -> Bool {
    var offset = start - 1
    let first = start - DetectorLimits.contextBytes
    while offset >= first, offset >= 0 {
      if isIn(offset, .letter), beginsSegment(offset), hasWord(offset, words) { return true }
      offset -= 1
    }
    return false
  }

  /// Whether one of `words` stands at `offset`, whole.
  mutating func hasWord(_ offset: Int, _ words: ContextWords) -> Bool {
    let letter = folded(offset) &- 0x61
    guard letter < 26, words.firstLetters >> UInt32(letter) & 1 != 0 else { return false }
    for word in words.words {
      var index = 0
      while index < word.count, folded(offset + index) == word[index] { index += 1 }
      if index == word.count, !isIn(offset + index, .lower) { return true }
    }
    return false
  }

  /// Whether a word begins at a letter: none stands before it, or a lower-case one before an upper-case one.
  private mutating func beginsSegment(_ offset: Int) -> Bool {
    !isIn(offset - 1, .letter) || isIn(offset, .upper) && isIn(offset - 1, .lower)
  }
}
