/// Telephone numbers: international ones (ITU-T E.164, E.123), those of the North American plan, national ones with the
/// trunk prefix 0 or an area code in parentheses; other groups of digits, and digits alone, where a word says that they are
/// one. Whole groups are read, so no piece of a longer number is one.
extension DetectorScanner {
  /// A number as it is written.
  private struct PhoneShape {
    var hasPlus = false
    var hasParenthesis = false
    /// The digits in each group, and what stands before each but the first.
    var sizes: [Int] = []
    var separators: [UInt8] = []
    var digits: [UInt8] = []
    /// The end of each group.
    var ends: [Int] = []

    mutating func dropLast() {
      digits.removeLast(sizes.removeLast())
      separators.removeLast()
      ends.removeLast()
    }

    /// Day, month and year in some order, or two years.
    var isDate: Bool {
      if sizes.count == 2 { return sizes == [4, 4] && isYear(0) && isYear(4) }
      guard sizes.count == 3 else { return false }
      return sizes[0] == 4 && sizes[1] <= 2 && sizes[2] <= 2 || sizes[0] <= 2 && sizes[1] <= 2 && sizes[2] == 4
    }

    private func isYear(_ index: Int) -> Bool {
      digits[index] == 1 && digits[index + 1] == 9 || digits[index] == 2 && digits[index + 1] == 0
    }

    /// Whether the shape alone says that it is a telephone number.
    var isPlain: Bool {
      let total = digits.count
      if hasPlus { return digits[0] == 1 ? total == 11 : digits[0] != 0 && (8...15).contains(total) }
      if isDate { return false }
      if hasParenthesis { return sizes.count > 1 && sizes[0] <= 5 && (7...13).contains(total) }
      if sizes.count == 1 { return false }
      if digits[0] == 0, digits[1] == 0 { return digits[2] != 0 && (10...15).contains(total) && !hasDots }
      if sizes == [3, 3, 4] { return separators[0] == separators[1] && (separators[0] != 0x20 || digits[0] != 1) }
      if sizes == [1, 3, 3, 4] { return digits[0] == 1 }
      guard digits[0] == 0, (9...12).contains(total), sizes[0] > 1 else { return false }
      return hasDots ? sizes.count >= 4 : true
    }

    /// Whether it may be one where a word says so.
    var isPossible: Bool {
      let total = digits.count
      if isDate || sizes == [3, 2, 4] { return false }
      if sizes.count == 1 { return (7...13).contains(total) }
      return (7...13).contains(total) && !sizes.dropFirst().contains(1) && (!hasDots || sizes.count > 2)
    }

    private var hasDots: Bool { separators.contains(UInt8(ascii: ".")) }
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
    let isAfterNumber = isPhoneContinued(begin)
    guard !isAfterNumber || at(begin - 1) == UInt8(ascii: " "), !hasNumberSign(begin) else { return }
    readPhone(start, &shape)
    guard !shape.ends.isEmpty, shape.digits.count <= 15 else { return }
    if !shape.hasPlus, shape.digits.count >= 12, CardIssuer.of(shape.digits[...]) != nil { return }
    // Only a number with hyphens is told from the number before it.
    if isAfterNumber, shape.sizes != [3, 3, 4] || shape.separators[0] == UInt8(ascii: " ") { return }
    var context: Bool?
    while true {
      let end = shape.ends[shape.ends.count - 1]
      let extended = extensionEnd(end)
      if extended > end || endsPhone(end) {
        if shape.isPlain { return emit(.phone, begin, extended) }
        if shape.isPossible {
          if context == nil { context = hasContext(start, end, ContextWords.phone) }
          if context == true || isFollowedByContext(extended) { return emit(.phone, begin, extended) }
        }
      }
      guard shape.separators.last == UInt8(ascii: " "), shape.sizes.count > 1 else { return }
      shape.dropLast()
    }
  }

  /// Reads groups of digits with what separates them. A hyphen or full stop goes on with the same only.
  private mutating func readPhone(_ start: Int, _ shape: inout PhoneShape) {
    var offset = start
    var isOpen = shape.hasParenthesis
    var separator: UInt8 = 0
    while shape.sizes.count < 9, shape.digits.count <= 15 {
      let first = offset
      while shape.digits.count <= 15, isDigit(offset) {
        shape.digits.append(at(offset) - 0x30)
        offset += 1
      }
      if shape.sizes.count > 0 { shape.separators.append(separator) }
      shape.sizes.append(offset - first)
      if isOpen {
        guard at(offset) == UInt8(ascii: ")") else {
          shape.ends = []
          return
        }
        offset += 1
        isOpen = false
        shape.ends.append(offset)
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
      shape.ends.append(offset)
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
      guard next == UInt8(ascii: " ") || next == UInt8(ascii: "-") || next == UInt8(ascii: ".")
        || next == UInt8(ascii: "/") && shape.sizes.count == 1, isDigit(offset + 1)
      else { return }
      // The separator between the first two groups may differ from the rest: `030/901 820`, `+1 212-555-0187`.
      let isStrict = shape.separators.count > (shape.hasPlus || shape.hasParenthesis ? 1 : 0)
      let last = shape.separators.last ?? next
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
  private mutating func isFollowedByContext(_ end: Int) -> Bool {
    var offset = end
    while offset - end < 3, !isIn(offset, .letter) { offset += 1 }
    return offset > end && hasWord(offset, ContextWords.phoneAfter)
  }
}
