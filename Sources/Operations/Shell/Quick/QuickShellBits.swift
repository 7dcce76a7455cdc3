import CTextScan
import PolicyBytecode

/// Which bytes of a line mean something, a bit each.
///
/// Invariant: `specials` and `marks` have `words` words, of which the bytes of the line at hand have set all up to that of
/// the byte behind its end, which is among the specials: so every search ends there.
struct QuickShellBits: BitwiseCopyable {
  /// One more than the longest line takes.
  private static let words = QuickShell.longest / 64 + 1

  private let classes: UnsafePointer<text_scan_classes>
  private let specials: UnsafeMutablePointer<UInt64>
  private let marks: UnsafeMutablePointer<UInt64>

  /// To be freed by ``deallocate()``.
  static func allocate() -> QuickShellBits {
    let memory = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * words)
    memory.initialize(repeating: 0, count: 2 * words)
    return QuickShellBits(classes: classesPlace, specials: memory, marks: memory + words)
  }

  func deallocate() { specials.deallocate() }

  private init(
    classes: UnsafePointer<text_scan_classes>, specials: UnsafeMutablePointer<UInt64>,
    marks: UnsafeMutablePointer<UInt64>
  ) {
    self.classes = classes
    self.specials = specials
    self.marks = marks
  }

  /// What is said of a line's bytes as a whole.
  struct Findings: OptionSet {
    let rawValue: Int32
    /// NUL, or a carriage return.
    static let odd = Findings(rawValue: 1)
    static let beyondASCII = Findings(rawValue: 2)
  }

  /// The first six classes are what ``QuickShellByte`` knows, the seventh is NUL and carriage return, the eighth `/`, `.`, `:`
  /// and some that are special, too.
  nonisolated(unsafe) private static let classesPlace: UnsafePointer<text_scan_classes> = {
    let pairs: [(low: [UInt8], high: [UInt8])] = [
      ([0x0, 0x9, 0xA, 0xD], [0]), ([0x0, 0x2, 0x4, 0x6, 0x7, 0x8, 0x9, 0xA], [2]), ([0xB, 0xC, 0xD, 0xE, 0xF], [3]),
      ([0xB, 0xC, 0xD], [5]), ([0x0], [6]), ([0xB, 0xC], [7]), ([0x0, 0xD], [0]), ([0xA, 0xE, 0xF], [2, 3]),
    ]
    var classes = text_scan_classes()
    withUnsafeMutableBytes(of: &classes) { bytes in
      for (number, pair) in pairs.enumerated() {
        for low in pair.low { bytes[Int(low)] |= 1 << UInt8(number) }
        for high in pair.high { bytes[16 + Int(high)] |= 1 << UInt8(number) }
      }
    }
    // Never freed: there is one of it, which nothing changes.
    let place = UnsafeMutablePointer<text_scan_classes>.allocate(capacity: 1)
    place.initialize(to: classes)
    return UnsafePointer(place)
  }()

  /// Looks at the bytes of a line, at most ``QuickShell/longest``.
  func read(_ text: UnsafePointer<UInt8>, _ count: Int) -> Findings {
    precondition(count <= QuickShell.longest, "the line is too long")
    let found = text_scan_classify(classes, text, count, specials, marks)
    if count & 63 == 0 {
      specials[count / 64] = 1
      marks[count / 64] = 0
    } else {
      specials[count / 64] |= 1 &<< UInt64(count & 63)
    }
    return Findings(rawValue: found)
  }

  /// Where the next special byte stands from `offset`, at most the end of the line, on.
  @inline(__always)
  func special(from offset: Int) -> Int {
    var word = offset &>> 6
    var bits = specials[word] &>> UInt64(offset & 63)
    if bits != 0 { return offset &+ bits.trailingZeroBitCount }
    repeat {
      word &+= 1
      bits = specials[word]
    } while bits == 0
    return word &* 64 &+ bits.trailingZeroBitCount
  }

  /// Whether a byte that is marked stands between two places.
  @inline(__always)
  func isMarked(_ start: Int, _ end: Int) -> Bool {
    var word = start &>> 6
    var bits = marks[word] & (UInt64.max &<< UInt64(start & 63))
    let last = end &>> 6
    while word < last {
      if bits != 0 { return true }
      word &+= 1
      bits = marks[word]
    }
    return bits & ((1 &<< UInt64(end & 63)) &- 1) != 0
  }

  /// Whether what stands between two places of the line at `line` is a path that is normal as it stands, and surely no
  /// address: its bytes that are marked are slashes and dots (and globs), none of them where a component is empty or may be `.`
  /// or `..`, and no colons.
  @inline(__always)
  func isPlainPath(_ start: Int, _ end: Int, _ line: UnsafePointer<UInt8>) -> Bool {
    var word = start &>> 6
    let last = end &>> 6
    var bits = marks[word] & (UInt64.max &<< UInt64(start & 63))
    while true {
      if word == last { bits &= (1 &<< UInt64(end & 63)) &- 1 }
      while bits != 0 {
        let at = word &* 64 &+ bits.trailingZeroBitCount
        bits &= bits &- 1
        let byte = line[at]
        if byte == Ascii.slash {
          if at &+ 1 == end { return at == start }
          let next = line[at &+ 1]
          if next == Ascii.slash || next == Ascii.dot { return false }
        } else if byte == Ascii.colon || byte == Ascii.dot && at == start {
          return false
        }
      }
      if word == last { return true }
      word &+= 1
      bits = marks[word]
    }
  }
}
