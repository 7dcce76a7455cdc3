/// Dates of birth and passports: what only a word before it tells.
extension DetectorScanner {
  /// `dob`, `born`, `date of birth`, `birthday`: then a date, not far.
  mutating func recogniseBirth(_ word: Int) {
    var offset: Int
    if matches(word, "dob") {
      guard !isIn(word - 1, .lower) else { return }
      offset = word + 3
    } else if matches(word, "d.o.b") {
      guard beginsWord(word) else { return }
      offset = word + 5
    } else if matches(word, "born") {
      guard beginsWord(word), !isIn(word + 4, .word) else { return }
      offset = word + 4
    } else if matches(word, "birth") {
      offset = word + 5
      if matches(offset, "day") { offset += 3 }
    } else if let end = birthEnd(word) {
      offset = end
    } else {
      return
    }
    // At most a few words in between: `: `, ` is on `, `_date": "`.
    let limit = offset + 24
    while offset < limit {
      let byte = at(offset)
      if byte == 0 || byte == 0x0A && !isIn(offset + 1, [.digit, .letter, .space]) { return }
      if isDigit(offset) || isIn(offset, .letter) && !isIn(offset - 1, .letter) && monthEnd(offset) != nil {
        if let end = dateEnd(offset) { emit(.dateOfBirth, offset, end) }
        return
      }
      offset += 1
    }
  }

  /// The end of a word for birth in other languages.
  private mutating func birthEnd(_ word: Int) -> Int? {
    guard beginsWord(word) else { return nil }
    for text in DetectorScanner.birthWords where matches(word, text) { return word + text.utf8CodeUnitCount }
    return nil
  }

  private static let birthWords: [StaticString] = [
    "geburtsdatum", "geburtstag", "geboren", "geb. am", "nacimiento", "nascimento", "naissance", "nascita",
  ]

  /// The end of a date: `1980-02-29`, `29.2.1980`, `29 February 1980`, `Feb 29, 1980`, `19800229`.
  private mutating func dateEnd(_ start: Int) -> Int? {
    if let month = monthEnd(start) {
      var offset = skipSpace(month)
      let day = run(offset, .digit, limit: 3)
      guard (1...2).contains(day - offset) else { return nil }
      offset = ordinalEnd(day)
      if at(offset) == UInt8(ascii: ",") { offset += 1 }
      return yearEnd(skipSpace(offset))
    }
    let first = run(start, .digit, limit: 9)
    if first - start == 8 { return isIn(first, .word) ? nil : first }
    guard (1...4).contains(first - start) else { return nil }
    let separator = at(first)
    if [UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: ".")].contains(separator) {
      var offset = first + 1
      if separator == UInt8(ascii: "."), at(offset) == UInt8(ascii: " ") { offset += 1 }
      if let month = monthEnd(offset), at(month) == separator { return yearEnd(month + 1) }
      let second = run(offset, .digit, limit: 3)
      guard (1...2).contains(second - offset), at(second) == separator else {
        // `29. February 1980`.
        guard let month = monthEnd(offset) else { return nil }
        return yearEnd(skipSpace(month))
      }
      offset = second + 1
      if separator == UInt8(ascii: "."), at(offset) == UInt8(ascii: " ") { offset += 1 }
      let third = run(offset, .digit, limit: 5)
      guard (1...4).contains(third - offset), third - offset != 3,
        !isIn(third, .letter) || at(third) == UInt8(ascii: "T")
      else { return nil }
      return third
    }
    var offset = skipSpace(ordinalEnd(first))
    if matches(offset, "of ") { offset += 3 }
    guard let month = monthEnd(offset) else { return nil }
    offset = month
    if at(offset) == UInt8(ascii: ",") { offset += 1 }
    return yearEnd(skipSpace(offset))
  }

  private mutating func skipSpace(_ offset: Int) -> Int {
    at(offset) == UInt8(ascii: " ") || at(offset) == UInt8(ascii: "-") ? offset + 1 : offset
  }

  private mutating func ordinalEnd(_ offset: Int) -> Int {
    matches(offset, "st") || matches(offset, "nd") || matches(offset, "rd") || matches(offset, "th")
      ? offset + 2 : offset
  }

  private mutating func yearEnd(_ start: Int) -> Int? {
    let end = run(start, .digit, limit: 5)
    return end - start == 4 || end - start == 2 ? end : nil
  }

  /// The end of a month's name, whole or its first three letters; nil if there is none.
  private mutating func monthEnd(_ start: Int) -> Int? {
    let months: [StaticString] = [
      "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "okt", "dez", "mai",
    ]
    guard months.contains(where: { matches(start, $0) }) else { return nil }
    let end = run(start, .letter, limit: 10)
    return at(end) == UInt8(ascii: ".") ? end + 1 : end
  }

  /// `passport` and, not far, a number as states print it: six to nine digits with up to three letters before them, or
  /// nine letters and digits (ICAO Doc 9303).
  mutating func recognisePassport(_ word: Int) {
    // `Reisepass` and `passeport` besides.
    var offset: Int
    if matches(word, "passport") {
      offset = word + 8
    } else if matches(word, "passeport") {
      offset = word + 9
    } else if matches(word - 5, "reisepass") {
      offset = word + 4
    } else {
      return
    }
    let limit = offset + 40
    while offset < limit {
      guard isIn(offset, .alphanumeric) else {
        if at(offset) == 0 { return }
        offset += 1
        continue
      }
      let end = run(offset, .word, limit: 24)
      if isPassport(offset, end) { return emit(.passport, offset, end) }
      offset = end
    }
  }

  private mutating func isPassport(_ start: Int, _ end: Int) -> Bool {
    guard (7...10).contains(end - start), at(start - 1) != UInt8(ascii: "_"), at(end) != UInt8(ascii: "@") else {
      return false
    }
    var digits = 0
    var letters = 0
    for offset in start..<end {
      if isDigit(offset) { digits += 1 } else if isIn(offset, .upper) { letters += 1 } else { return false }
    }
    return letters == 0 ? (8...9).contains(digits) : digits >= 5 || end - start == 9 && digits >= 3
  }
}
