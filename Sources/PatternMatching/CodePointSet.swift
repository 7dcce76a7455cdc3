/// A set of Unicode scalar values: sorted ranges that neither overlap nor touch.
struct CodePointSet: Hashable, Sendable {
  private(set) var ranges: [ClosedRange<UInt32>] = []

  /// Every scalar value; surrogates are none.
  static let all = CodePointSet([0...0xD7FF, 0xE000...0x10FFFF])
  static let digits = CodePointSet([0x30...0x39])
  static let word = CodePointSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  static let space = CodePointSet([0x09...0x0D, 0x20...0x20])
  static let newline = CodePointSet([0x0A...0x0A])
  static let dot = CodePointSet([0x2E...0x2E])
  static let slash = CodePointSet([0x2F...0x2F])

  init(_ ranges: [ClosedRange<UInt32>]) {
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = self.ranges.last, range.lowerBound <= last.upperBound + 1 {
        if range.upperBound > last.upperBound {
          self.ranges[self.ranges.count - 1] = last.lowerBound...range.upperBound
        }
      } else {
        self.ranges.append(range)
      }
    }
  }

  init(_ codePoint: UInt32) { ranges = [codePoint...codePoint] }

  func union(_ other: CodePointSet) -> CodePointSet { CodePointSet(ranges + other.ranges) }

  /// The scalar values that are not in this set.
  var inverted: CodePointSet {
    var gaps: [ClosedRange<UInt32>] = []
    for whole in CodePointSet.all.ranges {
      var next = whole.lowerBound
      for range in ranges where range.upperBound >= whole.lowerBound && range.lowerBound <= whole.upperBound {
        if range.lowerBound > next { gaps.append(next...(range.lowerBound - 1)) }
        next = max(next, range.upperBound + 1)
      }
      if next <= whole.upperBound { gaps.append(next...whole.upperBound) }
    }
    return CodePointSet(gaps)
  }

  /// With the other case of every ASCII letter in it.
  var foldingCase: CodePointSet {
    var folded = ranges
    for range in ranges {
      if let upper = range.intersection(0x41...0x5A) {
        folded.append((upper.lowerBound + 32)...(upper.upperBound + 32))
      }
      if let lower = range.intersection(0x61...0x7A) {
        folded.append((lower.lowerBound - 32)...(lower.upperBound - 32))
      }
    }
    return CodePointSet(folded)
  }

  /// The number of scalar values.
  var count: Int { ranges.reduce(0) { $0 + Int($1.upperBound - $1.lowerBound) + 1 } }

  /// Whether all scalar values from U+0080 on are in the set: then a run of it may be read byte by byte.
  var holdsAllNonASCII: Bool {
    CodePointSet(ranges.compactMap { $0.intersection(0x80...0x10FFFF) })
      == CodePointSet([0x80...0xD7FF, 0xE000...0x10FFFF])
  }

  /// The class of a name in `[[:name:]]`, or nil.
  static func posix(_ name: String) -> CodePointSet? {
    switch name {
    case "alpha": CodePointSet([0x41...0x5A, 0x61...0x7A])
    case "digit": digits
    case "alnum": CodePointSet([0x30...0x39, 0x41...0x5A, 0x61...0x7A])
    case "upper": CodePointSet([0x41...0x5A])
    case "lower": CodePointSet([0x61...0x7A])
    case "space": space
    case "blank": CodePointSet([0x09...0x09, 0x20...0x20])
    case "punct": CodePointSet([0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E])
    case "print": CodePointSet([0x20...0x7E])
    case "graph": CodePointSet([0x21...0x7E])
    case "cntrl": CodePointSet([0x00...0x1F, 0x7F...0x7F])
    case "xdigit": CodePointSet([0x30...0x39, 0x41...0x46, 0x61...0x66])
    case "word": word
    case "ascii": CodePointSet([0x00...0x7F])
    default: nil
    }
  }
}

extension ClosedRange<UInt32> {
  func intersection(_ other: ClosedRange<UInt32>) -> ClosedRange<UInt32>? {
    let low = Swift.max(lowerBound, other.lowerBound)
    let high = Swift.min(upperBound, other.upperBound)
    return low <= high ? low...high : nil
  }
}

/// The UTF-8 of a scalar value.
func utf8(_ codePoint: UInt32) -> [UInt8] {
  guard let scalar = Unicode.Scalar(codePoint) else { return [] }
  return Array(String(Character(scalar)).utf8)
}
