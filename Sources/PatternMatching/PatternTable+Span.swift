extension PatternTable {
  /// The longest text, in bytes, of which it is said where a pattern matches: what follows asks the pattern again for
  /// every part of it.
  public static let spanBytes = 4096

  /// Where the pattern at `index` matches `text`, for people: the part that made it match, as short as it can be. Nil
  /// where it does not match, where no part of the text has a share in that, and where the text is too long.
  public func span(_ index: UInt32, in text: [UInt8], scratch: inout PatternScratch) -> Range<Int>? {
    precondition(index < view.patternCount, "no such pattern")
    guard text.count <= Self.spanBytes else { return nil }
    func matches(_ range: Range<Int>) -> Bool {
      text.withUnsafeBufferPointer {
        view.matches(index, UnsafeBufferPointer(rebasing: $0[range]), &scratch) == .matched
      }
    }
    guard matches(0..<text.count) else { return nil }
    if view.record(index).form == CompiledPattern.Form.pcre.rawValue {
      let earlier = (0..<index).count { view.record($0).form == CompiledPattern.Form.pcre.rawValue }
      guard case .found(let range, _) = PCREContext().find(pcrePatterns[earlier], text, from: 0) else { return nil }
      return range.isEmpty ? nil : range
    }
    func isBoundary(_ offset: Int) -> Bool { offset == text.count || text[offset] & 0xC0 != 0x80 }
    // What follows the end changes nothing: the text could stop at each place from there on.
    var end = text.count
    while end > 0, matches(0..<(end - 1)) { end -= 1 }
    while !isBoundary(end) { end += 1 }
    var start = end
    while !isBoundary(start) || !matches(start..<end) || !beginsHere(start) { start -= 1 }
    return start == end ? nil : start..<end

    // A part by itself begins a text and a word, which `^` and `\b` then take for true: behind another text of the same
    // kind it must match, too.
    func beginsHere(_ start: Int) -> Bool {
      guard start > 0 else { return true }
      let before = text[start - 1]
      let isWord = before == UInt8(ascii: "_") || before &- 0x30 < 10 || (before | 0x20) &- 0x61 < 26
      let part = (isWord ? [0x0A, UInt8(ascii: "_")] : [0x0A]) + text[start..<end]
      return part.withUnsafeBufferPointer { view.matches(index, $0, &scratch) == .matched }
    }
  }
}
