import CTextScan
import PolicyBytecode
import Testing

@testable import PatternMatching

/// Few literals and many are sought by different means; each must find what stands anywhere in a text.
@Suite struct ManyLiteralsTests {
  /// Each literal, put at places of a text of `count` spaces, is found there and nowhere else.
  private func check(_ literals: [String], count: Int, at places: [Int]) throws {
    let table = try TestTable(literals.map { Pattern(.contains, $0) })
    let index = PatternIndex(table.table, selecting: literals.indices.map { UInt32($0) })
    var scratch = PatternScratch()
    var hits = RawBuffer<UInt32>()
    for (number, literal) in literals.enumerated() {
      for place in places where place >= 0 && place + literal.utf8.count <= count {
        var text = [UInt8](repeating: UInt8(ascii: " "), count: count)
        text.replaceSubrange(place..<place + literal.utf8.count, with: literal.utf8)
        hits.removeAll()
        text.withUnsafeBufferPointer { _ = index.scan($0, scratch: &scratch, hits: &hits) }
        #expect(Array(hits.elements) == [UInt32(number)], "\(literal) at \(place) of \(count)")
      }
    }
  }

  @Test(arguments: [FewLiterals.most, FewLiterals.most + 1]) func literalsAtEveryPlace(count: Int) throws {
    let literals = (0..<count).map { "key_\(1000 + $0)" }
    for length in [8, 9, 34, 35, 36, 66, 67, 68, 69, 140] { try check(literals, count: length, at: Array(0..<length)) }
  }

  /// What is looked at in one go ends in the middle of them.
  @Test(arguments: [1, FewLiterals.most, FewLiterals.most + 1]) func literalsAcrossStretches(count: Int) throws {
    let literals = (0..<count).map { "key_\(1000 + $0)" }
    for stretch in [FewLiterals.placesAtOnce, LandmarkTable.placesAtOnce] {
      for length in [stretch + 3, stretch + 4, 2 * stretch + 20] {
        try check(literals, count: length, at: Array(stretch - 10...stretch + 10) + [length - 8])
      }
    }
  }

  /// Those of four bytes have no landmark, whether they are few or not.
  @Test(arguments: [FewLiterals.most, FewLiterals.most + 1]) func literalsOfFourBytes(count: Int) throws {
    let literals = (0..<count).map { String(1000 + $0) } + (0..<FewLiterals.most).map { "longer-\(100 + $0)" }
    try check(literals, count: 40, at: Array(0..<40))
  }

  /// ` 4711` behind any kind of space is sought as `4711`, and what stands there is confirmed. Literals of other patterns stay
  /// what they are.
  @Test(arguments: [
    ([#"\s4711"#], 1, " 4711", "x4711"), ([#"drop\s"#], 1, "drop\t", "drops"),
    ([#"\s4711"#, #"\s815\d"#], 0, "\n8154", "x8154"),
    ([#"[ab]cdefg"#, #"[bc]cdefg"#], 3, "acdefg", "dcdefg"), ([#"[ab]cde[fg]"#], 2, "acdef", "ccdef"),
  ])
  func literalsThatDifferAtOneEnd(patterns: [String], windows: Int, matching: String, other: String) throws {
    let table = try TestTable(patterns.map { Pattern(.regex, $0) })
    let index = PatternIndex(table.table, selecting: patterns.indices.map { UInt32($0) })
    #expect(index.few.map { Int($0.pointee.window_count) } == windows)
    var scratch = PatternScratch()
    for (text, count) in [(matching, 1), (other, 0), (other + matching, 1)] {
      var hits = RawBuffer<UInt32>()
      let bytes = Array("say \(text) or not".utf8)
      bytes.withUnsafeBufferPointer { _ = index.scan($0, scratch: &scratch, hits: &hits) }
      #expect(hits.count == count, "\(text)")
    }
  }

  /// A table may come from anyone: where it says a literal is best looked for need not be a place for that.
  @Test func landmarksStayWithinTheirLiterals() {
    for length in LandmarkTable.shortest...9 {
      for window in 0..<length {
        #expect((1...length - 4).contains(LandmarkTable.landmark(in: length, at: window)))
      }
    }
  }
}
