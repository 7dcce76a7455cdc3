/// Cards, national numbers, bank accounts and IPv4 addresses: what begins with a digit.
extension DetectorScanner {
  /// Groups of digits with single separators between them, from the first.
  struct DigitGroups {
    /// No number has more groups.
    static let most = 12
    var count = 0
    /// How far from the first digit each ends.
    var ends = InlineArray<12, UInt8>(repeating: 0)
    /// The number of digits up to the end of each group.
    var counts = InlineArray<12, UInt8>(repeating: 0)
    /// All digits, without what separates them: one more than a number has.
    var digits = InlineArray<21, UInt8>(repeating: 0)
    var digitCount = 0
  }

  /// Looks at the number whose first digit is at `start`, which may be of `kinds`.
  mutating func recogniseNumber(_ start: Int, _ kinds: NumberKinds) {
    let before = at(start - 1)
    if isIn(start - 1, .letter) {
      if kinds.contains(.iban), asks(.iban) { recogniseIBAN(start - 2) }
      guard beginsWord(start) else { return }
    }
    // A lone digit begins nothing but an address.
    let runEnd = run(start, .digit, limit: DetectorLimits.numberBytes)
    guard runEnd - start < DetectorLimits.numberBytes else { return }
    let follows = at(runEnd)
    if kinds.contains(.ipv4), asks(.ipAddress), follows == UInt8(ascii: "."), runEnd - start <= 3 {
      recogniseIPv4(start)
    }
    if kinds.contains(.token), asks(.secret) { recogniseNumberedToken(start, runEnd) }
    // In the middle of a number: of a decimal, a date, a longer group of digits.
    let isContinued = isDigit(start - 2) && (before == UInt8(ascii: ".") || before == UInt8(ascii: "-"))
    if isContinued { return }
    // A glance has told.
    if kinds == .all { guard holdsNumber(start) else { return } }
    let isAlone = runEnd - start >= 9
    guard
      isAlone || follows == UInt8(ascii: " ") || follows == UInt8(ascii: "-") || follows == UInt8(ascii: ".")
        || follows == UInt8(ascii: ")") || follows == UInt8(ascii: "/") || runEnd - start >= 7
    else { return }
    if kinds.contains(.card), asks(.creditCard) { recogniseCard(start) }
    if kinds.contains(.socialSecurity), asks(.usSSN) { recogniseSSN(start, runEnd) }
    if kinds.contains(.health), asks(.nhsNumber) { recogniseNHS(start, runEnd) }
    if kinds.contains(.cpf), asks(.cpf) { recogniseCPF(start, runEnd) }
    if kinds.contains(.phone), asks(.phone) { recognisePhone(start) }
  }

  /// Whether the number at `start` is in one piece and no word before or after it tells that it is something: so are most
  /// long numbers of a log, and nothing else is looked at. All that it looks at is within a glance's reach.
  mutating func isUnspoken(_ start: Int) -> Bool {
    switch at(start - 1) {
    case UInt8(ascii: "+"), UInt8(ascii: "("): return false
    default: break
    }
    let end = run(start, .digit, limit: DetectorLimits.numberBytes)
    let follows = at(end)
    // A letter may be an extension's.
    guard !Glance.separates(follows), !isIn(end, .letter), !mayBeMobile(start, end - start), isWithoutContext(start)
    else { return false }
    // No word begins with a digit: the next number need not look here again.
    wordless.to = end
    return !isFollowedByContext(end)
  }

  /// Whether there are digits enough for any number, whatever stands between them: most numbers of a log are short.
  private mutating func holdsNumber(_ start: Int) -> Bool {
    var digits = 0
    var offset = start
    while offset - start < DetectorLimits.numberBytes {
      let byte = at(offset)
      if byte &- 0x30 < 10 {
        digits += 1
        if digits == 7 { return true }
      } else if byte != 0x20 && byte != UInt8(ascii: "-") && byte != UInt8(ascii: ".") && byte != UInt8(ascii: "(")
        && byte != UInt8(ascii: ")") && byte != UInt8(ascii: "/")
      {
        return false
      }
      offset += 1
    }
    return false
  }

  /// Reads groups of digits with `separator` between them, one at a time.
  private mutating func digitGroups(_ start: Int, mostDigits: Int, separator: UInt8) -> DigitGroups {
    var groups = DigitGroups()
    var offset = start
    while groups.count < DigitGroups.most, offset - start < DetectorLimits.numberBytes, isDigit(offset) {
      while groups.digitCount <= mostDigits, isDigit(offset) {
        groups.digits[groups.digitCount] = at(offset) - 0x30
        groups.digitCount += 1
        offset += 1
      }
      groups.ends[groups.count] = UInt8(truncatingIfNeeded: offset - start)
      groups.counts[groups.count] = UInt8(truncatingIfNeeded: groups.digitCount)
      groups.count += 1
      if groups.digitCount > mostDigits || separator == 0 || at(offset) != separator { break }
      offset += 1
    }
    return groups
  }

  /// Whether groups of three digits, of `second` and of `third` stand with `separator` between them from `start` on.
  private mutating func isGrouped(_ start: Int, _ second: Int, _ third: Int, _ separator: UInt8) -> Bool {
    let next = start + 4
    guard at(next - 1) == separator, run(next, .digit, limit: second + 1) == next + second else { return false }
    let last = next + second + 1
    return at(last - 1) == separator && run(last, .digit, limit: third + 1) == last + third
  }

  /// Whether a number may end at `end`: no letter, digit or `_` follows, nor a further group after `-` or `.`.
  mutating func endsNumber(_ end: Int) -> Bool {
    guard !isIn(end, .word) else { return false }
    let follows = at(end)
    return !((follows == UInt8(ascii: "-") || follows == UInt8(ascii: ".")) && isDigit(end + 1))
  }

  // MARK: Cards

  private mutating func recogniseCard(_ start: Int) {
    let separator = cardSeparator(start)
    let groups = digitGroups(start, mostDigits: 20, separator: separator)
    guard groups.digitCount >= 12 else { return }
    guard at(start - 1) != UInt8(ascii: "-") || !isHexRunBefore(start - 1) else { return }
    // The longest reading that is a card's: what follows may be an expiry date or a code.
    var index = groups.count
    while index > 0 {
      index -= 1
      let count = Int(groups.counts[index])
      guard count >= 12 else { return }
      guard count <= 19 else { continue }
      let end = start + Int(groups.ends[index])
      let isWhole = index == groups.count - 1
      guard isWhole ? endsNumber(end) : CardIssuer.isGrouped(groups.counts, index + 1) else { continue }
      let digits = groups.digits.span.extracting(first: count)
      guard let issuer = CardIssuer.of(digits), DetectorCheck.luhn.acceptsDigits(digits) else { continue }
      if issuer == .needsContext, !hasContext(start, .card) { continue }
      emit(.creditCard, start, end)
      return
    }
  }

  /// What stands between the first two groups of a card number: a space, a hyphen or a full stop.
  private mutating func cardSeparator(_ start: Int) -> UInt8 {
    let end = run(start, .digit, limit: 8)
    let byte = at(end)
    return byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") ? byte : 0
  }

  /// Whether a group of a UUID ends before `end`.
  private mutating func isHexRunBefore(_ end: Int) -> Bool { end - runBack(end, .hex, limit: 4) >= 4 }

  // MARK: National numbers

  /// SSA: area 001–899 without 666, group 01–99, serial 0001–9999.
  private mutating func recogniseSSN(_ start: Int, _ runEnd: Int) {
    let before = at(start - 1)
    guard before != UInt8(ascii: "-"), before != UInt8(ascii: "_"), before != UInt8(ascii: ".") else { return }
    var end = start + 9
    if runEnd - start == 3 {
      let separator = at(runEnd)
      guard separator == UInt8(ascii: "-") || separator == UInt8(ascii: " ") || separator == UInt8(ascii: ".") else {
        return
      }
      guard isGrouped(start, 2, 4, separator) else { return }
      end = start + 11
      // A fourth group.
      if at(end) == separator, isDigit(end + 1) { return }
      if separator == UInt8(ascii: " "), isDigit(start - 2), before == UInt8(ascii: " ") { return }
    } else {
      guard runEnd == end, hasContext(start, .socialSecurity) else { return }
    }
    guard endsNumber(end) else { return }
    let first = at(start)
    if first == UInt8(ascii: "9") { return }
    if first == 0x30 || first == UInt8(ascii: "6"), at(start + 1) == first, at(start + 2) == first { return }
    let group = runEnd == end ? start + 3 : start + 4
    if at(group) == 0x30, at(group + 1) == 0x30 { return }
    if at(end - 4) == 0x30, at(end - 3) == 0x30, at(end - 2) == 0x30, at(end - 1) == 0x30 { return }
    emit(.usSSN, start, end)
  }

  /// NHS data dictionary: ten digits, the last of which checks the others.
  private mutating func recogniseNHS(_ start: Int, _ runEnd: Int) {
    guard !isNumberBefore(start) else { return }
    var end = runEnd
    if runEnd - start == 3 {
      let separator = at(runEnd)
      guard separator == UInt8(ascii: " ") || separator == UInt8(ascii: "-") else { return }
      guard isGrouped(start, 3, 4, separator) else { return }
      end = start + 12
      // A fourth group.
      if at(end) == separator, isDigit(end + 1) { return }
      // Telephone numbers of North America are written with hyphens.
      guard separator == UInt8(ascii: " ") || hasContext(start, .health) else { return }
    } else {
      guard runEnd - start == 10 else { return }
      // Seconds since 1970 and other numbers look like one.
      guard hasContext(start, .health) else { return }
    }
    guard endsNumber(end) else { return }
    if passes(.mod11, start, end) { emit(.nhsNumber, start, end) }
  }

  /// `123.456.789-09`, or its eleven digits.
  private mutating func recogniseCPF(_ start: Int, _ runEnd: Int) {
    // With full stops it is told from a number and a space before it.
    let isCell = at(start - 1) == UInt8(ascii: " ") && runEnd - start == 3 && at(runEnd) == UInt8(ascii: ".")
    guard isCell || !isNumberBefore(start) else { return }
    var end = runEnd
    if runEnd - start == 3 {
      // Three, three, three and two.
      for group in 0..<3 {
        let next = start + 4 * group + 4
        let size = group < 2 ? 3 : 2
        guard isCPFSeparator(at(next - 1)), run(next, .digit, limit: size + 1) == next + size else { return }
      }
      end = start + 14
      // A fifth group.
      if isCPFSeparator(at(end)), isDigit(end + 1) { return }
    } else {
      if runEnd - start == 9, at(runEnd) == UInt8(ascii: "-") { end = run(runEnd + 1, .digit, limit: 3) }
      guard end - start == 11 || end - start == 12 && end > runEnd else { return }
      // One in a hundred numbers of eleven digits passes the check.
      if end == runEnd, !hasContext(start, .taxpayer) { return }
    }
    guard endsNumber(end) else { return }
    if passes(.cpf, start, end) { emit(.cpf, start, end) }
  }

  @inline(__always)
  private func isCPFSeparator(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: " ")
  }

  /// Whether the digits from `start` to `end`, no more than 21, pass a check.
  private mutating func passes(_ check: DetectorCheck, _ start: Int, _ end: Int) -> Bool {
    var digits = InlineArray<21, UInt8>(repeating: 0)
    var count = 0
    for offset in start..<end where isDigit(offset) {
      digits[count] = at(offset) - 0x30
      count += 1
    }
    return check.acceptsDigits(digits.span.extracting(first: count))
  }

  /// Whether what precedes makes a longer number of it.
  private mutating func isNumberBefore(_ start: Int) -> Bool {
    let before = at(start - 1)
    if before == UInt8(ascii: "_") || before == UInt8(ascii: "+") { return true }
    if before == UInt8(ascii: "-") { return isIn(start - 2, .word) }
    return before == UInt8(ascii: ".") || before == UInt8(ascii: " ") && isDigit(start - 2)
  }

  // MARK: IBAN

  /// ISO 13616: country, two check digits, the account; in one piece or in groups of four.
  private mutating func recogniseIBAN(_ start: Int) {
    guard isIn(start, .letter), isIn(start + 1, .letter), isDigit(start + 3), beginsWord(start) else { return }
    guard let length = IBANRegistry.length(folded(start), folded(start + 1)) else { return }
    // The remainder by 97 of the country and check digits, which stand at the end, and of the account.
    var remainder = 0
    var count = 0
    var offset = start
    while count < length {
      let byte = folded(offset)
      if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-") {
        guard count % 4 == 0 else { return }
        offset += 1
        guard isIn(offset, .alphanumeric) else { return }
        continue
      }
      guard isIn(offset, .alphanumeric) else { return }
      if count >= 4 { remainder = DetectorCheck.mod97(remainder, byte) }
      count += 1
      offset += 1
    }
    guard !isIn(offset, .word) else { return }
    for place in start..<start + 4 { remainder = DetectorCheck.mod97(remainder, folded(place)) }
    guard remainder == 1 else { return }
    emit(.iban, start, offset)
  }

  // MARK: IPv4

  /// Four numbers to 255, and a prefix length if one follows.
  private mutating func recogniseIPv4(_ start: Int) {
    let before = at(start - 1)
    if before == UInt8(ascii: ".") || before == UInt8(ascii: "_") { return }
    guard let end = ipv4End(start), !isIn(end, .word) else { return }
    if at(end) == UInt8(ascii: "."), isIn(end + 1, .alphanumeric) { return }
    if before == UInt8(ascii: "/"), isProduct(start - 1) { return }
    if isVersion(start) || before == UInt8(ascii: ":") && isInIPv6(start) { return }
    emit(.ipAddress, start, prefixLengthEnd(end, most: 32))
  }

  /// Whether `::` of an IPv6 address stands before.
  private mutating func isInIPv6(_ start: Int) -> Bool {
    let first = runBack(start, [.hex, .colon], limit: DetectorLimits.contextBytes)
    guard !isIn(first - 1, .word) else { return false }
    for offset in first..<start - 1 where at(offset) == UInt8(ascii: ":") && at(offset + 1) == UInt8(ascii: ":") {
      return true
    }
    return false
  }

  /// The end of four numbers from 0 to 255 with full stops between; nil if there are none.
  mutating func ipv4End(_ start: Int) -> Int? {
    var offset = start
    for index in 0..<4 {
      if index > 0 {
        guard at(offset) == UInt8(ascii: ".") else { return nil }
        offset += 1
      }
      var value = 0
      let first = offset
      while isDigit(offset), offset - first < 3 {
        value = value * 10 + Int(at(offset) - 0x30)
        offset += 1
      }
      guard offset > first, value <= 255, !isDigit(offset) else { return nil }
    }
    return offset
  }

  /// The end of `/24` after an address, or `end`.
  mutating func prefixLengthEnd(_ end: Int, most: Int) -> Int {
    guard at(end) == UInt8(ascii: "/"), isDigit(end + 1) else { return end }
    let after = run(end + 1, .digit, limit: 4)
    var value = 0
    for offset in end + 1..<after { value = value * 10 + Int(at(offset) - 0x30) }
    return value <= most && after - end <= 4 && !isIn(after, .word) ? after : end
  }

  /// Whether a word stands before the `/` at `slash`, as of `Chrome/120.0.0.0`, rather than a host or a path.
  private mutating func isProduct(_ slash: Int) -> Bool {
    let start = runBack(slash, [.word, .hyphen], limit: DetectorLimits.contextBytes)
    guard start < slash, isIn(slash - 1, .word) else { return false }
    return !isIn(start - 1, [.dot, .plusSlash, .colon])
  }

  /// Whether `version` or `v.` stands before.
  private mutating func isVersion(_ start: Int) -> Bool {
    var offset = start
    while start - offset < 3, isIn(offset - 1, [.space, .equals, .colon, .hyphen, .dot]) { offset -= 1 }
    guard offset < start || isIn(offset - 1, .letter) else { return false }
    return matches(offset - 7, "version") || matches(offset - 3, "ver") && !isIn(offset - 4, .letter)
  }

  // MARK: Tokens that begin with a number

  /// Telegram's bot tokens, `123456789:` and 35 characters; Facebook's, the application's number, `|` and 27.
  private mutating func recogniseNumberedToken(_ start: Int, _ runEnd: Int) {
    guard beginsWord(start) || matches(start - 3, "bot") else { return }
    let count = runEnd - start
    if (8...10).contains(count), at(runEnd) == UInt8(ascii: ":") {
      let end = run(runEnd + 1, .base64URL, limit: 36)
      if end - runEnd == 36, looksRandom(runEnd + 1, end, least: 3.3) { emit(.secret, start, end) }
    } else if (15...16).contains(count), at(runEnd) == UInt8(ascii: "|") || matches(runEnd, "%7c") {
      let first = at(runEnd) == UInt8(ascii: "|") ? runEnd + 1 : runEnd + 3
      let end = run(first, .base64URL, limit: 41)
      if (27...40).contains(end - first), looksRandom(first, end, least: 3.3) { emit(.secret, start, end) }
    }
  }
}
