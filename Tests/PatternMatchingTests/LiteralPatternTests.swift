import CTextScan
import PolicyBytecode
import Testing

@testable import PatternMatching

/// What a pattern that waits for a literal says where that stands is what it says of the text.
///
/// Among those tests for one after the other, for what the processor has is limited there.
extension TextScanTests {
  /// What the index's one pattern says of `text`; nil where it leaves that to the index.
  private func ask(_ index: borrowing PatternIndex, _ text: [UInt8]) throws -> Bool? {
    let (patterns, search) = (index.literalPatterns, index.few)
    var few = try #require(search).pointee
    few.tag = 1
    var facts = RawBuffer<UInt8>()
    facts.append(contentsOf: text)
    let value = [text_scan_value(tag: 1, hash: 0, start: 0, length: UInt32(text.count))]
    let scratch = PatternScratch()
    let hits = value.withUnsafeBufferPointer {
      few.search(&few, .max, $0.baseAddress, $0.baseAddress.map { $0 + 1 }, facts.base, scratch.places)
    }
    if hits.count == 0 { return false }
    guard hits.count == 1 else { return nil }
    let number =
      few.has_literals != 0
      ? (scratch.places[0] & 0xFF).trailingZeroBitCount
      : LiteralPattern.number(at: scratch.places[0], in: facts.elements, of: &few)
    guard let number else { return nil }
    if number < 0 { return false }
    let pattern = patterns[number]
    if pattern.position == nil { return nil }
    return withUnsafePointer(to: pattern) {
      LiteralPattern.matches($0, facts.elements, at: Int(scratch.places[0] >> 8))
    }
  }

  @Test(arguments: [
    (Pattern(.contains, "drop table"), "a drop table", "a Drop table"),
    (Pattern(.contains, "drop table", ignoringCase: true), "a Drop table", "a drop tabel"),
    (Pattern(.glob, "*drop /*-4711*"), "drop /x-4711", "drop-4711 /"),
    (Pattern(.glob, "*drop /*-4711*"), "drop /-4711", "drop /4711"),
    (Pattern(.glob, "*-4711*drop*"), "-4711 drop", "drop -4711"),
    (Pattern(.glob, "*one*-4711*two*three*"), "one-4711twothree", "one-4711threetwo"),
    (Pattern(.glob, "*a*b*-4711*"), "ab-4711", "ba-4711"),
    (Pattern(.glob, "*4711-4711*a*"), "4711-4711a", "4711-4712a"),
    (Pattern(.regex, #"\bdrop\s+4711\b"#), "a drop  4711", "a drop  47112"),
    (Pattern(.regex, "alter +1|create +2"), "create 2", "create 1"),
  ])
  func literalDecides(pattern: Pattern, matching: String, other: String) throws {
    let table = try TestTable([pattern])
    let index = PatternIndex(table.table, selecting: [0])
    for padding in [0, 1, 60, 70, 190, 300] {
      let around = String(repeating: ".", count: padding)
      // Where automata are not walked by shuffling, they are left to the index.
      let says = try ask(index, Array((around + matching + around).utf8))
      #expect(says == true || says == nil && pattern.kind == .regex && text_scan_can_walk() == 0)
      #expect(try ask(index, Array((around + other + around).utf8)) != true)
    }
  }

  /// Anchored globs are left to the index.
  @Test(arguments: [Pattern(.glob, "drop*-4711*"), Pattern(.glob, "*drop*-4711")])
  func literalOfOthers(pattern: Pattern) throws {
    let table = try TestTable([pattern])
    let patterns = PatternIndex(table.table, selecting: [0]).literalPatterns
    #expect(patterns.allSatisfy { $0.position == nil })
  }

  @Test func literalAgreesWithTheTable() throws {
    var random = SplitMix(3)
    let parts = ["drop", "Table", "-4711", "a", "e", " /", "x", "47"]
    func some(_ range: ClosedRange<Int>) -> [String] {
      (0..<Int.random(in: range, using: &random)).map { _ in parts[Int.random(in: 0..<parts.count, using: &random)] }
    }
    var (decided, matched) = (0, 0)
    for _ in 0..<400 {
      let pieces = (0..<Int.random(in: 1...4, using: &random)).map { _ in some(1...2).joined() }
      let pattern =
        Bool.random(using: &random)
        ? Pattern(.glob, "*" + pieces.joined(separator: "*") + "*")
        : Pattern(.regex, pieces.joined(separator: ".*"), ignoringCase: Bool.random(using: &random))
      let table = try TestTable([pattern])
      let index = PatternIndex(table.table, selecting: [0])
      if index.literalPatterns.first?.position == nil { continue }
      for _ in 0..<60 {
        var texts = some(0...12)
        if Bool.random(using: &random) {
          var place = 0
          for piece in pieces {
            place = Int.random(in: place...texts.count, using: &random)
            texts.insert(piece, at: place)
            place += 1
          }
        }
        let text = Array(texts.joined().utf8)
        guard let says = try ask(index, text) else { continue }
        let isMatch = table.results(text) == [.matched]
        #expect(says == isMatch, "\(pattern) on \(texts.joined())")
        decided += 1
        if says { matched += 1 }
      }
    }
    let least = text_scan_can_walk() == 0 ? 1 : 2
    #expect(decided > 2500 * least && matched > 500 * least, "\(decided), \(matched)")
  }
}
