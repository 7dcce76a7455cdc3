extension Pattern {
  /// One way for a pattern to match: one branch of one of its alternations.
  public struct Branch: Sendable {
    /// The pattern with that branch alone in place of the alternation.
    public let pattern: Pattern
    /// Where the branch stands in the pattern's source, in UTF-8 bytes.
    public let range: Range<Int>
  }

  /// The branches of a regular expression's alternations, in the order in which they stand: those of `a|b`, and of
  /// `(x|y) z` as well. Where an alternation stands in a branch of another, its own branches stand for that one.
  ///
  /// None for other patterns, for those with a `(?i)` after their beginning, and for those with more branches than
  /// ``PatternLimits/branches``.
  public var branches: [Branch] {
    guard kind == .regex, case let alternations = RegexParser.alternations(of: source), !alternations.isEmpty else {
      return []
    }
    let bytes = Array(source.utf8)
    var found: [Branch] = []
    for ranges in alternations {
      guard let start = ranges.first?.lowerBound, let end = ranges.last?.upperBound else { continue }
      for range in ranges {
        // At the beginning stands what goes for all branches, such as `(?i)`.
        let head = start == 0 && range.lowerBound > 0 ? Self.leadingFlags(bytes) : bytes[..<start]
        var one = self
        one.source = String(decoding: head + bytes[range] + bytes[end...], as: UTF8.self)
        let isOuter = alternations.contains { other in
          other.first.map { range.lowerBound <= $0.lowerBound } == true
            && other.last.map { $0.upperBound <= range.upperBound } == true
            && other.first != ranges.first
        }
        if !isOuter { found.append(Branch(pattern: one, range: range)) }
      }
    }
    return found.count <= PatternLimits.branches ? found.sorted { $0.range.lowerBound < $1.range.lowerBound } : []
  }

  /// `(?i)` or `(?s)` at the beginning of a source.
  private static func leadingFlags(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
    guard bytes.starts(with: "(?".utf8), let close = bytes.firstIndex(of: UInt8(ascii: ")")),
      bytes[2..<close].allSatisfy({ "is-".utf8.contains($0) })
    else { return [] }
    return bytes[...close]
  }
}

extension PatternList: Hashable {
  public static func == (a: PatternList, b: PatternList) -> Bool { a === b }
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
