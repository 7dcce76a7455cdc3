/// Telephone numbers: international ones (ITU-T E.164, E.123), those of the North American plan, national ones with the
/// trunk prefix 0 or an area code in parentheses; other groups of digits, and digits alone, where a word says that they are
/// one; and mobile numbers in one piece with the trunk prefix. Whole groups are read, so no piece of a longer number is one.
extension DetectorScanner {
  /// A number as it is written.
  private struct PhoneShape {
    static let mostGroups = 9
    static let mostDigits = 15

    var hasPlus = false
    var hasParenthesis = false
    /// How many groups there are, and the digits in all of them.
    var count = 0
    var total = 0
    /// The first digits.
    var first: (UInt8, UInt8, UInt8) = (0, 0, 0)
    /// The digits in each group, and what stands before it; zero before the first.
    var sizes = InlineArray<9, UInt8>(repeating: 0)
    var separators = InlineArray<9, UInt8>(repeating: 0)
    /// How far from the first digit each group ends.
    var ends = InlineArray<9, UInt8>(repeating: 0)
    /// The first digits of the second group.
    var second: (UInt8, UInt8) = (0, 0)

    mutating func dropLast() {
      count -= 1
      total -= Int(sizes[count])
    }

    /// Takes a digit of the last group, which has `size` so far.
    mutating func take(_ digit: UInt8, _ size: Int) {
      switch total {
      case 0: first.0 = digit
      case 1: first.1 = digit
      case 2: first.2 = digit
      default: break
      }
      if count == 1 {
        if size == 0 { second.0 = digit } else if size == 1 { second.1 = digit }
      }
      total += 1
    }

    func isGrouped(_ a: Int, _ b: Int, _ c: Int) -> Bool {
      count == 3 && sizes[0] == a && sizes[1] == b && sizes[2] == c
    }

    /// Day, month and year in some order, or two years.
    var isDate: Bool {
      if count == 2 {
        return sizes[0] == 4 && sizes[1] == 4 && isCentury(first.0, first.1) && isCentury(second.0, second.1)
      }
      guard count == 3 else { return false }
      return sizes[0] == 4 && sizes[1] <= 2 && sizes[2] <= 2 || sizes[0] <= 2 && sizes[1] <= 2 && sizes[2] == 4
    }

    private func isCentury(_ a: UInt8, _ b: UInt8) -> Bool { a == 1 && b == 9 || a == 2 && b == 0 }

    /// Whether the shape alone says that it is a telephone number.
    var isPlain: Bool {
      guard total >= 7 else { return false }
      if hasPlus { return first.0 == 1 ? total == 11 : first.0 != 0 && (8...15).contains(total) }
      if isDate { return false }
      if hasParenthesis { return count > 1 && sizes[0] <= 5 && (7...13).contains(total) }
      if count == 1 { return false }
      if first.0 == 0, first.1 == 0 { return first.2 != 0 && (10...15).contains(total) && !hasDots }
      if isGrouped(3, 3, 4) {
        // No area code begins with 1.
        return separators[1] == separators[2] && first.0 != 1
      }
      if count == 4, sizes[0] == 1, sizes[1] == 3, sizes[2] == 3, sizes[3] == 4 { return first.0 == 1 }
      // Modes of files.
      if sizes[0] == 4, sizes[1] == 4, second.0 == 0 { return false }
      guard first.0 == 0, (9...12).contains(total), sizes[0] > 1 else { return false }
      return hasDots ? count >= 4 : true
    }

    /// Whether it may be one where a word says so.
    var isPossible: Bool {
      if isDate || isGrouped(3, 2, 4) { return false }
      guard (7...13).contains(total) else { return false }
      if count == 1 { return true }
      for index in 1..<count where sizes[index] == 1 { return false }
      return !hasDots || count > 2
    }

    private var hasDots: Bool {
      for index in 1..<count where separators[index] == UInt8(ascii: ".") { return true }
      return false
    }
  }

  mutating func recognisePhone(_ start: Int) {
    var begin = start
    var shape = PhoneShape()
    if at(begin - 1) == UInt8(ascii: "(") {
      begin -= 1
      shape.hasParenthesis = true
    }
    if at(begin - 1) == UInt8(ascii: "+") {
      begin -= 1
      shape.hasPlus = true
    }
    guard beginsWord(begin) else { return }
    var isAfterNumber = isPhoneContinued(begin)
    // `2 +49 30 1234567`, `2,(212) 555-0187`: nothing else begins so.
    let isMarked = shape.hasPlus || shape.hasParenthesis && !isAfterCountry(begin)
    if isMarked, at(begin - 1) == UInt8(ascii: ",") || at(begin - 1) == UInt8(ascii: " ") { isAfterNumber = false }
    let isCell = isAfterNumber && at(begin - 1) == UInt8(ascii: ",")
    guard !isAfterNumber || isCell || at(begin - 1) == UInt8(ascii: " "), !hasNumberSign(begin),
      isMarked || !isInAccount(begin)
    else { return }
    readPhone(start, &shape)
    // Groups that are too many are those of the next number.
    while shape.total > PhoneShape.mostDigits, shape.count > 1 { shape.dropLast() }
    guard shape.total >= 7, shape.total <= PhoneShape.mostDigits else { return }
    // After a number and a comma, one in one piece; after a space, only one with hyphens is told from the number before it.
    if isCell {
      let end = start + shape.total
      if isMobile(start, shape), endsPhone(end) { emit(.phone, begin, end) }
      return
    }
    if isAfterNumber, !shape.isGrouped(3, 3, 4) || shape.separators[1] == UInt8(ascii: " ") { return }
    if !shape.hasPlus, shape.total >= 12, isCard(start, shape.total) { return }
    // Fewer digits are none, whatever follows them.
    while shape.total >= 7 {
      let end = start + Int(shape.ends[shape.count - 1])
      let extended = extensionEnd(end)
      if extended > end || endsPhone(end) {
        if shape.isPlain { return emit(.phone, begin, extended) }
        if shape.isPossible {
          let isWhole = shape.count == 1 && !shape.hasPlus
          let topics: ContextWords.Topic = isWhole ? .phone : [.phone, .message]
          if isWhole, isIdentifier(start) { return }
          if isMobile(start, shape) || hasContext(start, topics) || isFollowedByContext(extended) {
            return emit(.phone, begin, extended)
          }
        }
      }
      guard shape.count > 1, shape.separators[shape.count - 1] == UInt8(ascii: " ") else { return }
      shape.dropLast()
    }
  }

  /// Whether `count` digits from `start` on may be a mobile number in one piece, as a column of a table has it: eleven
  /// digits with the trunk prefix 0. Of Great Britain, Nigeria and Japan 07, of Japan, Nigeria and Indonesia 08, of the
  /// Philippines, Iran and Japan 09, of Turkey 05, of Pakistan 03, of Egypt, Bangladesh and Korea 01.
  mutating func mayBeMobile(_ start: Int, _ count: Int) -> Bool {
    guard count == 11, at(start) == UInt8(ascii: "0") else { return false }
    let second = at(start + 1) &- 0x30
    return second & 1 == 1 || second == 8
  }

  /// Whether a number is such a one, and none of a person (PESEL) or taxpayer (CPF), nor a placeholder.
  private mutating func isMobile(_ start: Int, _ shape: PhoneShape) -> Bool {
    guard shape.count == 1, !shape.hasPlus, mayBeMobile(start, shape.total) else { return false }
    var digits = InlineArray<11, UInt8>(repeating: 0)
    for index in 0..<11 { digits[index] = at(start + index) - 0x30 }
    return !DetectorCheck.cpf.acceptsDigits(digits.span) && !DetectorCheck.isPESEL(digits.span)
  }

  /// Whether `id` stands right before, as in `contact_id: `.
  private mutating func isIdentifier(_ start: Int) -> Bool {
    let end = runBack(start, [.space, .colon, .equals, .quotePercent], limit: 4)
    // A name's quotes.
    let name = end < start || at(end - 1) == UInt8(ascii: "\"") ? skipQuotesBack(end) : end
    return matches(name - 2, "id") && (!isIn(name - 3, .letter) || isIn(name - 2, .upper) && isIn(name - 3, .lower))
  }

  private mutating func skipQuotesBack(_ end: Int) -> Int {
    var offset = end
    while end - offset < 6, [UInt8(ascii: "\""), UInt8(ascii: ":"), UInt8(ascii: " ")].contains(at(offset - 1)) {
      offset -= 1
    }
    return offset
  }

  /// Whether `count` digits from `start` on, whatever stands between them, are those of a card.
  private mutating func isCard(_ start: Int, _ count: Int) -> Bool {
    var digits = InlineArray<21, UInt8>(repeating: 0)
    var index = 0
    var offset = start
    while index < count {
      if isDigit(offset) {
        digits[index] = at(offset) - 0x30
        index += 1
      }
      offset += 1
    }
    return CardIssuer.of(digits.span.extracting(first: count)) != nil
  }

  /// Reads groups of digits with what separates them. A hyphen or full stop goes on with the same only.
  private mutating func readPhone(_ start: Int, _ shape: inout PhoneShape) {
    var offset = start
    var isOpen = shape.hasParenthesis
    var separator: UInt8 = 0
    while shape.count < PhoneShape.mostGroups, shape.total <= PhoneShape.mostDigits {
      let first = offset
      while shape.total <= PhoneShape.mostDigits, isDigit(offset) {
        shape.take(at(offset) - 0x30, offset - first)
        offset += 1
      }
      shape.separators[shape.count] = separator
      shape.sizes[shape.count] = UInt8(truncatingIfNeeded: offset - first)
      shape.count += 1
      if isOpen {
        guard at(offset) == UInt8(ascii: ")") else {
          // No number at all.
          shape.total = 0
          return
        }
        offset += 1
        isOpen = false
        shape.ends[shape.count - 1] = UInt8(truncatingIfNeeded: offset - start)
        let next = at(offset)
        separator = next
        if isDigit(offset) {
          separator = UInt8(ascii: ")")
          continue
        }
        guard next == UInt8(ascii: " ") || next == UInt8(ascii: "-") || next == UInt8(ascii: "."),
          isDigit(offset + 1)
        else { return }
        offset += 1
        continue
      }
      shape.ends[shape.count - 1] = UInt8(truncatingIfNeeded: offset - start)
      let next = at(offset)
      if next == UInt8(ascii: "("), shape.hasPlus, isDigit(offset + 1) {
        isOpen = true
        separator = next
        offset += 1
        continue
      }
      if next == UInt8(ascii: " "), shape.hasPlus, at(offset + 1) == UInt8(ascii: "("), isDigit(offset + 2) {
        isOpen = true
        separator = next
        offset += 2
        continue
      }
      guard
        next == UInt8(ascii: " ") || next == UInt8(ascii: "-") || next == UInt8(ascii: ".")
          || next == UInt8(ascii: "/") && shape.count == 1, isDigit(offset + 1)
      else { return }
      // The separator between the first two groups may differ from the rest: `030/901 820`, `+1 212-555-0187`.
      let isStrict = shape.count - 1 > (shape.hasPlus || shape.hasParenthesis ? 1 : 0)
      var last = shape.count > 1 ? shape.separators[shape.count - 1] : next
      if last == UInt8(ascii: ")") || last == UInt8(ascii: "(") { last = next }
      if isStrict, last != next, !(last == UInt8(ascii: " ") && next == UInt8(ascii: "-")), last != UInt8(ascii: "/") {
        return
      }
      if next == UInt8(ascii: " "), last == UInt8(ascii: "-"), !shape.hasPlus, !shape.hasParenthesis { return }
      separator = next
      offset += 1
    }
  }

  /// Whether a number goes on across `begin`.
  private mutating func isPhoneContinued(_ begin: Int) -> Bool {
    let before = at(begin - 1)
    switch before {
    case UInt8(ascii: " "): return isDigit(begin - 2) || at(begin - 2) == UInt8(ascii: ")") && isDigit(begin - 3)
    case UInt8(ascii: ")"), UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "+"), UInt8(ascii: "."):
      return isDigit(begin - 2)
    case UInt8(ascii: "-"): return isIn(begin - 2, .word) || at(begin - 2) == UInt8(ascii: ")")
    default: return false
    }
  }

  /// Whether a parenthesis goes on with a number that begins with a plus: `+44 (0)20`.
  private mutating func isAfterCountry(_ begin: Int) -> Bool {
    let end = at(begin - 1) == UInt8(ascii: " ") ? begin - 1 : begin
    let start = runBack(end, .digit, limit: 5)
    return start < end && at(start - 1) == UInt8(ascii: "+")
  }

  /// Whether the number follows `NL91 ABNA `: the bank of an account number.
  private mutating func isInAccount(_ begin: Int) -> Bool {
    guard at(begin - 1) == UInt8(ascii: " "), at(begin - 6) == UInt8(ascii: " "), isDigit(begin - 7), isDigit(begin - 8)
    else { return false }
    return runBack(begin - 1, .upper, limit: 5) == begin - 5
  }

  /// Signs before a number that is none of a telephone.
  private mutating func hasNumberSign(_ begin: Int) -> Bool {
    switch at(begin - 1) {
    case UInt8(ascii: "_"), UInt8(ascii: "/"), UInt8(ascii: "$"), UInt8(ascii: "*"), UInt8(ascii: "@"): true
    // The last byte of € and of £.
    case 0xAC, 0xA3: true
    default: false
    }
  }

  private mutating func endsPhone(_ end: Int) -> Bool {
    guard !isIn(end, .word) else { return false }
    switch at(end) {
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"): return !isDigit(end + 1)
    case UInt8(ascii: "%"), UInt8(ascii: "@"), UInt8(ascii: "*"): return false
    default: return true
    }
  }

  /// The end of `x123` or `ext. 123` after a number, or `end`.
  private mutating func extensionEnd(_ end: Int) -> Int {
    var offset = at(end) == UInt8(ascii: " ") ? end + 1 : end
    if matches(offset, "extension") {
      offset += 9
    } else if matches(offset, "ext") {
      offset += 3
    } else if matches(offset, "x") {
      offset += 1
    } else {
      return end
    }
    if at(offset) == UInt8(ascii: ".") || at(offset) == UInt8(ascii: ":") { offset += 1 }
    if at(offset) == UInt8(ascii: " ") { offset += 1 }
    let after = run(offset, .digit, limit: 8)
    return after > offset && after - offset < 8 && !isIn(after, .word) ? after : end
  }

  /// `-Office`, ` fax`, ` (home)` right after a number.
  mutating func isFollowedByContext(_ end: Int) -> Bool {
    var offset = end
    while offset - end < 3, !isIn(offset, .letter) { offset += 1 }
    return offset > end && topics(at: offset).contains(.phoneAfter)
  }
}
