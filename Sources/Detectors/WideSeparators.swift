import Glibc

/// What typography puts between the groups of a number beyond ASCII: the spaces and hyphens at which no line breaks, thin
/// and figure spaces, dashes.
public enum WideSeparator {
  /// The ASCII sign that the bytes of a separator stand for and how many they are; zero: they are none. Bytes that are
  /// not there are 0.
  @inline(__always)
  public static func meaning(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> (sign: UInt8, width: Int) {
    // U+00A0.
    if first == 0xC2, second == 0xA0 { return (0x20, 2) }
    guard first == 0xE2 else { return (0, 0) }
    switch (second, third) {
    // U+2000 to U+200A, U+202F, U+205F.
    case (0x80, 0x80...0x8A), (0x80, 0xAF), (0x81, 0x9F): return (0x20, 3)
    // U+2010 to U+2015, and the minus U+2212.
    case (0x80, 0x90...0x95), (0x88, 0x92): return (UInt8(ascii: "-"), 3)
    default: return (0, 0)
    }
  }
}

/// Where the bytes that ``WideSeparator``s begin with come next, from where was asked last: facts of the text, which hold
/// whatever is undone.
struct WideLeads {
  var c2 = 0
  var e2 = 0
  /// Neither comes before.
  var quietEnd = 0
}

/// Numbers with such separators are read in a copy of what is around them, in which ASCII stands for each.
extension DetectorScanner {
  /// How much of the text before and after the first digit of a number that copy has. So far no recogniser of numbers
  /// looks, as long as what it looks at is a number and the words near it.
  private static let before = 96
  private static let after = 160
  /// Room for a separator, a parenthesis and a plus before the first digit.
  private static let signBytes = 5

  /// Whether bytes with which such separators begin are near the number whose first digit is at `start`: the look that
  /// costs least, where so much of the text is there that it tells.
  @inline(__always)
  mutating func isNearWideLead(_ start: Int) -> Bool {
    start + DetectorLimits.numberBytes > leads.quietEnd && comesWideLead(start)
  }

  @inline(never)
  private mutating func comesWideLead(_ start: Int) -> Bool {
    let (from, to) = (start - Self.signBytes, start + DetectorLimits.numberBytes)
    let isNear = comes(0xC2, &leads.c2, from, to)
    let isNearOther = comes(0xE2, &leads.e2, from, to)
    leads.quietEnd = min(leads.c2, leads.e2)
    return isNear || isNearOther
  }

  /// Whether that number has separators beyond ASCII after one of its groups, or before this one.
  mutating func isWideNumber(_ start: Int) -> Bool { followsWideSeparator(start) || goesOnAfterWideSeparator(start) }

  /// Whether `lead` is in the text at hand from `from` to `to`.
  private func comes(_ lead: UInt8, _ next: inout Int, _ from: Int, _ to: Int) -> Bool {
    next = max(next, from, origin)
    if next < to, next < available, text[next &- origin] != lead {
      let found = memchr(text + (next - origin), Int32(lead), available - next)
      next = found.map { origin + ($0 - UnsafeMutableRawPointer(mutating: text)) } ?? available
    }
    return next < to && next < available
  }

  /// Whether a digit, a separator, and at most a parenthesis and a plus stand before `start`.
  private mutating func followsWideSeparator(_ start: Int) -> Bool {
    var end = start
    if at(end - 1) == UInt8(ascii: "(") { end -= 1 }
    if at(end - 1) == UInt8(ascii: "+") { end -= 1 }
    for width in 2...3 where WideSeparator.meaning(at(end - width), at(end - width + 1), at(end - 1)).width == width {
      return isDigit(end - width - 1) || at(end - width - 1) == UInt8(ascii: ")")
    }
    return false
  }

  private mutating func goesOnAfterWideSeparator(_ start: Int) -> Bool {
    // An account number has letters too.
    let groups: ByteClass = isIn(start - 1, .letter) ? .alphanumeric : .digit
    var offset = start
    while offset - start < DetectorLimits.numberBytes {
      switch at(offset) {
      case 0xC2, 0xE2:
        let width = WideSeparator.meaning(at(offset), at(offset + 1), at(offset + 2)).width
        // A letter begins an extension.
        return width > 0 && (isIn(offset + width, .alphanumeric) || at(offset + width) == UInt8(ascii: "("))
      case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "("), UInt8(ascii: ")"),
        UInt8(ascii: "/"):
        break
      default: if !isIn(offset, groups) { return false }
      }
      offset += 1
    }
    return false
  }

  /// Looks at the number whose first digit is at `start` as it would read in ASCII.
  ///
  /// The copy lies where its first digit is at `start` too; it ends where the text does, or at a fixed distance. So what is
  /// seen is a function of the text's bytes, as ever.
  mutating func recogniseWideNumber(_ start: Int) {
    let first = max(low, start - Self.before)
    let isCut = start + Self.after <= available
    let end = isCut ? start + Self.after : available
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.before + Self.after) { copy in
      withUnsafeTemporaryAllocation(of: Int.self, capacity: Self.before + Self.after + 1) { places in
        guard let base = copy.baseAddress else { return }
        // What was copied, and where in the text each byte came from.
        var count = 0
        var digit = 0
        var offset = first
        while offset < end {
          if offset == start { digit = count }
          let (second, third) = (offset + 1 < end ? at(offset + 1) : 0, offset + 2 < end ? at(offset + 2) : 0)
          let (sign, width) = WideSeparator.meaning(at(offset), second, third)
          // The beginning of a character whose rest has not come.
          if !isCut, !isFinal, at(offset) >= 0xC0, offset + 3 > end { break }
          copy[count] = width > 0 ? sign : at(offset)
          places[count] = offset
          count += 1
          offset += max(width, 1)
        }
        places[count] = offset
        let saved = (text, origin, available, isFinal, low, high, cap)
        let (known, last, words) = (spans.count, state.last, wordless)
        text = UnsafePointer(base)
        origin = start - digit
        available = origin + count
        (low, high) = (origin, available)
        cap = isCut ? available : Int.max
        (contextOffset, wordless) = (-1, (0, 0))
        state.last = nil
        recogniseNumber(start, .all)
        let copyOrigin = origin
        (text, origin, available, isFinal, low, high, cap) = saved
        (contextOffset, wordless) = (-1, words)
        for index in known..<spans.count {
          spans[index].start = places[spans[index].start - copyOrigin]
          spans[index].end = places[spans[index].end - copyOrigin]
        }
        state.last = state.last.map { ($0.kind, places[$0.start - copyOrigin], places[$0.end - copyOrigin]) } ?? last
      }
    }
  }
}
