/// Kinds of numbers, as bits.
struct NumberKinds: OptionSet {
  let rawValue: UInt8

  static let iban = NumberKinds(rawValue: 1)
  static let ipv4 = NumberKinds(rawValue: 2)
  /// Tokens that begin with a number.
  static let token = NumberKinds(rawValue: 4)
  static let card = NumberKinds(rawValue: 8)
  static let socialSecurity = NumberKinds(rawValue: 16)
  static let health = NumberKinds(rawValue: 32)
  static let cpf = NumberKinds(rawValue: 64)
  static let phone = NumberKinds(rawValue: 128)
  static let all = NumberKinds(rawValue: 255)
  /// Those that a number in one piece is only where a word says so.
  static let spoken: NumberKinds = [.socialSecurity, .health, .cpf, .phone]
}

/// What a glance around a byte tells that wakes a recogniser: whether there can be anything for it. Most digits, colons
/// and hyphens of ordinary text are passed over here. A glance answers no only where the recogniser would find nothing,
/// and only where all that it sees has come, so it changes no outcome.
struct Glance {
  let text: UnsafePointer<UInt8>
  let origin: Int
  let available: Int
  let classes: UnsafePointer<UInt16>

  init(_ text: UnsafePointer<UInt8>, _ classes: UnsafePointer<UInt16>, origin: Int, available: Int) {
    self.classes = classes
    self.text = text
    self.origin = origin
    self.available = available
  }

  /// The byte at an offset; 0 before and after the text.
  @inline(__always)
  private func peek(_ offset: Int) -> UInt8 {
    offset >= origin && offset < available ? text[offset &- origin] : 0
  }

  @inline(__always)
  private func peeks(_ offset: Int, _ set: ByteClass) -> Bool { classes[Int(peek(offset))] & set.rawValue != 0 }

  @inline(__always)
  private func peeksDigit(_ offset: Int) -> Bool { peek(offset) &- 0x30 < 10 }

  @inline(__always)
  func mayStart(_ flag: UInt8, _ offset: Int) -> Bool {
    switch flag {
    case TriggerTable.at:
      peeks(offset + 1, [.alphanumeric, .nonASCII]) && peeks(offset - 1, [.word, .nonASCII, .hyphen])
    case TriggerTable.colon: mayBeColon(offset)
    case TriggerTable.hyphen:
      peek(offset + 3) == UInt8(ascii: "-") && peek(offset + 6) == UInt8(ascii: "-") && peeks(offset - 1, .hex)
    case TriggerTable.dot: peek(offset + 7) == UInt8(ascii: ".")
    case TriggerTable.tilde: peek(offset - 1) == UInt8(ascii: "Q")
    default: true
    }
  }

  private func mayBeColon(_ colon: Int) -> Bool {
    let next = peek(colon + 1)
    if next == UInt8(ascii: "/") { return peek(colon + 2) == next }
    if next == UInt8(ascii: ":") { return true }
    guard classes[Int(next)] & ByteClass.hex.rawValue != 0, peeks(colon - 1, .hex) else { return false }
    // The first colon of an address, after one to four digits.
    var start = colon - 1
    while colon - start < 5, peeks(start - 1, .hex) { start -= 1 }
    guard colon - start < 5, !peeks(start - 1, [.word, .colon]) else { return false }
    // Six groups or more, or two colons.
    var groups = 1
    var offset = colon + 1
    while groups < 6 {
      let first = offset
      while offset - first < 5, peeks(offset, .hex) { offset += 1 }
      if offset == first { return peek(offset) == UInt8(ascii: ":") }
      guard offset - first < 5 else { return false }
      groups += 1
      if groups == 6 { break }
      guard peek(offset) == UInt8(ascii: ":") else { return false }
      offset += 1
    }
    return true
  }

  /// Whether one of the seven bytes from a digit on, of which eight are there, ends a number, whatever separates its
  /// digits: then it is none, for the shortest have seven, or three and the full stops of an address. Not after a letter.
  @inline(__always)
  static func isShortNumber(_ digit: UnsafePointer<UInt8>) -> Bool {
    let bytes = UInt64(littleEndian: UnsafeRawPointer(digit).loadUnaligned(as: UInt64.self))
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops = ones << 7
    // In the top bit of each byte: whether it, without its own, is no less than a number; whether it is one.
    let raised = bytes | tops
    func isZero(_ bytes: UInt64) -> UInt64 { ~((bytes | tops) - ones) }
    // `-`, `.`, `/` and digits; a space; parentheses; and what is not of ASCII.
    let goesOn =
      (raised - ones * 0x2D) & ~(raised - ones * 0x3A) | isZero(bytes ^ ones * 0x20)
      | isZero((bytes & ~ones) ^ ones * 0x28) | bytes
    return ~goesOn & 0x0080_8080_8080_8080 != 0
  }

  /// What the number whose first digit is at `start` may be.
  func numberKinds(_ start: Int, _ cells: inout CellRun) -> NumberKinds {
    let before = peek(start - 1)
    if classes[Int(before)] & ByteClass.letter.rawValue != 0 { return mayFollowLetter(start) ? .all : [] }
    var end = start + 1
    while end - start < DetectorLimits.numberBytes, peeksDigit(end) { end += 1 }
    let count = end - start
    guard count < DetectorLimits.numberBytes else { return [] }
    let follows = peek(end)
    var kinds: NumberKinds = []
    if count <= 3, follows == UInt8(ascii: "."), before != follows, mayBeIPv4(end) { kinds = .ipv4 }
    if follows == UInt8(ascii: ":") && count >= 8 && count <= 10 { kinds = .token }
    if follows == UInt8(ascii: "|") || follows == UInt8(ascii: "%"), count >= 15 && count <= 16 { kinds = .token }
    let isAfterDigit = peeksDigit(start - 2)
    if isAfterDigit, before == UInt8(ascii: ".") || before == UInt8(ascii: "-") { return kinds }
    let isCell = isAfterDigit && before == UInt8(ascii: " ")
    // In one piece.
    if !Self.separates(follows) { return kinds.union(wholeKinds(start, count, before, isCell)) }
    if isCell {
      // A further cell of a row of numbers: no telephone number but with hyphens and the like, nor most others.
      if count == 9 { return kinds.union(.socialSecurity) }
      if mayBeCard(start, count, follows, &cells) { kinds.insert(.card) }
      if count == 3, follows != before,
        peek(end + 3) == follows || peek(end + 4) == follows || follows == UInt8(ascii: "/")
      {
        kinds.formUnion([.socialSecurity, .phone, .cpf])
      }
      return kinds
    }
    guard hasDigits(end, count), count != 4 || !isDate(start, end, before) else { return kinds }
    kinds.insert(.phone)
    if mayBeCard(start, count, follows, &cells) { kinds.insert(.card) }
    if count == 3 || count == 9 { kinds.formUnion([.socialSecurity, .cpf]) }
    if count == 3 || count == 10 { kinds.insert(.health) }
    if count == 11 { kinds.insert(.cpf) }
    return kinds
  }

  /// What may stand between two groups of a number.
  @inline(__always)
  static func separates(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ")")
      || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "(")
  }

  /// After a letter: an account number's check digits, or the end of an escape.
  private func mayFollowLetter(_ start: Int) -> Bool {
    if peek(start - 2) == UInt8(ascii: "\\") || peek(start - 3) == UInt8(ascii: "%") { return true }
    guard peeksDigit(start + 1), peeks(start - 2, .letter) else { return false }
    return !peeks(start - 3, .alphanumeric) || peek(start - 4) == UInt8(ascii: "\\")
      || peek(start - 5) == UInt8(ascii: "%")
  }

  /// Whether three more numbers with full stops between follow the first, which ends at `end`.
  private func mayBeIPv4(_ end: Int) -> Bool {
    var offset = end
    for _ in 0..<3 {
      guard peek(offset) == UInt8(ascii: "."), peeksDigit(offset + 1) else { return false }
      offset += 2
      if peeksDigit(offset) { offset += 1 }
      if peeksDigit(offset) { offset += 1 }
    }
    return !peeksDigit(offset)
  }

  /// What `count` digits alone may be; as a cell, after a number and a space.
  private func wholeKinds(_ start: Int, _ count: Int, _ before: UInt8, _ isCell: Bool) -> NumberKinds {
    guard count >= 7 else { return [] }
    var kinds: NumberKinds = []
    if !isCell, count <= 13 || before == UInt8(ascii: "+") { kinds.insert(.phone) }
    if fitsCard(peek(start), count) { kinds.insert(.card) }
    switch count {
    case 9: kinds.insert(.socialSecurity)
    case 10: if !isCell { kinds.insert(.health) }
    case 11: if !isCell { kinds.insert(.cpf) }
    default: break
    }
    return kinds
  }

  /// Whether ``CardIssuer`` knows numbers of `count` digits that begin with `first`.
  private func fitsCard(_ first: UInt8, _ count: Int) -> Bool {
    guard count >= 12, count <= 19 else { return false }
    return switch first &- 0x30 {
    case 1: count == 15
    case 2: count >= 15
    case 3: count >= 14
    case 4: count == 13 || count == 16 || count == 19
    case 5, 6: true
    case 8, 9: count == 16
    default: false
    }
  }

  /// Whether at least seven digits stand from the beginning of a number of `count` digits to `end` and on, with no more
  /// in between than numbers have.
  private func hasDigits(_ end: Int, _ count: Int) -> Bool {
    var digits = count
    var offset = end
    while digits < 7 {
      guard Self.separates(peek(offset)) else { return false }
      if !peeksDigit(offset + 1) {
        // Two signs: one is a parenthesis.
        let (first, second) = (peek(offset), peek(offset + 1))
        guard first == UInt8(ascii: ")") || second == UInt8(ascii: "("), peeksDigit(offset + 2) else { return false }
        offset += 1
      }
      offset += 1
      while peeksDigit(offset) {
        digits += 1
        offset += 1
      }
      if offset - end > DetectorLimits.numberBytes { return false }
    }
    return true
  }

  /// `2026-11-20`, and no further digits.
  private func isDate(_ start: Int, _ end: Int, _ before: UInt8) -> Bool {
    let separator = peek(end)
    guard separator == UInt8(ascii: "-") || separator == UInt8(ascii: "/"), peek(end + 3) == separator,
      peeksDigit(end + 1), peeksDigit(end + 2), peeksDigit(end + 4), peeksDigit(end + 5),
      before != UInt8(ascii: "+") && before != UInt8(ascii: "(")
    else { return false }
    let follows = peek(end + 6)
    return !Self.separates(follows) && !(follows &- 0x30 < 10)
      || follows == UInt8(ascii: " ") && separator == UInt8(ascii: "-")
  }

  /// Whether groups of digits from `start` on, the first of `count`, are as many as a card has, or grouped like its.
  private func mayBeCard(_ start: Int, _ count: Int, _ separator: UInt8, _ cells: inout CellRun) -> Bool {
    // No scheme's cards begin with 0 or 7.
    let digit = peek(start)
    guard digit != UInt8(ascii: "0"), digit != UInt8(ascii: "7") else { return false }
    let isSeparated =
      count <= 8
      && (separator == UInt8(ascii: " ") || separator == UInt8(ascii: "-") || separator == UInt8(ascii: "."))
    guard isSeparated else { return fitsCard(digit, count) }
    if count == 4, peek(start + 4) == separator {
      var second = start + 5
      while second - start < 12, peeksDigit(second) { second += 1 }
      if second - start == 9 || second - start == 11 { return true }
    }
    var run = CellRun(start: start, end: start + count, digits: count, groups: 1, separator: separator)
    if cells.start == start, cells.separator == separator { run = cells }
    while true {
      while run.digits <= 20, peeksDigit(run.end) {
        run.digits += 1
        run.end += 1
      }
      guard run.digits <= 20, run.groups < DetectorScanner.DigitGroups.most, peek(run.end) == separator,
        peeksDigit(run.end + 1)
      else { break }
      run.end += 1
      run.groups += 1
    }
    let digits = run.digits
    run.start += count + 1
    run.digits -= count
    run.groups -= 1
    cells = run
    return fitsCard(digit, digits)
  }
}

/// Groups of digits with one separator between them: where the next begins, how far they have been read, and how many
/// there are from there to there. So each cell of a row of numbers is read once, though a card's may begin at any.
struct CellRun {
  var start = -1
  var end = 0
  var digits = 0
  var groups = 0
  var separator: UInt8 = 0
}
