/// Globs: `*` any run of characters, `?` one, `[a-z]` and `[!a-z]` a class, `\` takes the next character as it is.
///
/// On paths `*` stops at `/` and `**` does not. A glob is anchored at both ends.
struct GlobParser {
  private var cursor: PatternCursor
  private let isPath: Bool
  private let foldsCase: Bool

  /// Parses `source`. Throws where a class is not closed or nothing follows a `\`.
  static func parse(_ source: String, isPath: Bool, foldsCase: Bool) throws(PatternError) -> PatternNode {
    var parser = GlobParser(cursor: PatternCursor(source), isPath: isPath, foldsCase: foldsCase)
    var parts: [PatternNode] = []
    while !parser.cursor.isAtEnd { parts.append(try parser.parsePart()) }
    return .sequence(parts)
  }

  private mutating func parsePart() throws(PatternError) -> PatternNode {
    let start = cursor.offset
    switch cursor.peek {
    case UInt8(ascii: "*"):
      var stars = 0
      while cursor.take("*") { stars += 1 }
      return isPath && stars == 1
        ? .repeated(.set(CodePointSet.slash.inverted), minimum: 0, maximum: nil) : .anything
    case UInt8(ascii: "?"):
      cursor.offset += 1
      return .set(.all)
    case UInt8(ascii: "["):
      cursor.offset += 1
      return .set(try parseClass(from: start))
    case UInt8(ascii: "\\"):
      cursor.offset += 1
      guard !cursor.isAtEnd else {
        throw cursor.error("nothing follows `\\`", from: start, hint: "write `\\\\` for a backslash")
      }
      return .set(folded(CodePointSet(cursor.takeCodePoint())))
    default:
      return .set(folded(CodePointSet(cursor.takeCodePoint())))
    }
  }

  private func folded(_ set: CodePointSet) -> CodePointSet { foldsCase ? set.foldingCase : set }

  /// Reads a class from after its `[`. A `]` right at the beginning is a member.
  private mutating func parseClass(from start: Int) throws(PatternError) -> CodePointSet {
    let isNegated = cursor.take("!") || cursor.take("^")
    var ranges: [ClosedRange<UInt32>] = []
    var isFirst = true
    while isFirst || cursor.peek != UInt8(ascii: "]") {
      isFirst = false
      let memberStart = cursor.offset
      let low = try parseMember(of: start)
      guard cursor.peek == UInt8(ascii: "-"), let after = cursor.peek(1), after != UInt8(ascii: "]") else {
        ranges.append(low...low)
        continue
      }
      cursor.offset += 1
      let high = try parseMember(of: start)
      guard low <= high else {
        let range = cursor.text(memberStart, cursor.offset)
        throw cursor.error("the range `\(range)` runs backwards", from: memberStart, hint: "put the lower end first")
      }
      ranges.append(low...high)
    }
    cursor.offset += 1
    let set = folded(CodePointSet(ranges))
    return isNegated ? set.inverted : set
  }

  private mutating func parseMember(of start: Int) throws(PatternError) -> UInt32 {
    _ = cursor.take("\\")
    guard !cursor.isAtEnd else {
      cursor.offset = start + 1
      throw cursor.error("`[` is never closed", from: start, hint: "write `\\[` for a bracket")
    }
    return cursor.takeCodePoint()
  }
}
