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

  /// A table may come from anyone: where it says a literal is best looked for need not be a place for that.
  @Test func landmarksStayWithinTheirLiterals() {
    for length in LandmarkTable.shortest...9 {
      for window in 0..<length {
        #expect((1...length - 4).contains(LandmarkTable.landmark(in: length, at: window)))
      }
    }
  }
}
