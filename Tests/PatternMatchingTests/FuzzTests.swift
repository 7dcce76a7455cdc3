import PatternMatching
import PolicyBytecode
import Testing

/// A drawn pattern beside what the reference says of a text.
private struct Drawn {
  var pattern: Pattern
  var matches: ([Character]) -> Bool
}

private func draw(_ source: inout TreeSource) -> Drawn {
  let fold = source.chance(3)
  func pattern(_ kind: Pattern.Kind, _ text: String) -> Pattern { Pattern(kind, text, ignoringCase: fold) }
  switch source.number(0..<8) {
  case 0...2:
    let tree = source.regex(3)
    return Drawn(pattern: pattern(.regex, tree.regex)) { tree.isFound(in: $0, fold: fold) }
  case 3...4:
    let isPath = source.chance(2)
    let tree = source.glob(isPath: isPath)
    return Drawn(pattern: pattern(isPath ? .pathGlob : .glob, tree.glob(isPath: isPath))) {
      tree.isWhole($0, fold: fold)
    }
  case 5:
    let tree = source.literal()
    return Drawn(pattern: pattern(.contains, tree.glob(isPath: false))) { tree.isFound(in: $0, fold: fold) }
  case 6:
    let tree = source.literal()
    let isPrefix = source.chance(2)
    let whole = Tree.sequence([isPrefix ? .start : .any, tree])
    return Drawn(pattern: pattern(isPrefix ? .prefix : .suffix, tree.glob(isPath: false))) { text in
      isPrefix
        ? whole.isFound(in: text, fold: fold) : Tree.sequence([tree, .end]).isFound(in: text, fold: fold)
    }
  default:
    let tree = source.literal()
    return Drawn(pattern: pattern(.equals, tree.glob(isPath: false))) { tree.isWhole($0, fold: fold) }
  }
}

private func scan(
  _ index: borrowing PatternIndex, _ text: [UInt8], admitting admitted: UInt64 = .max, _ scratch: inout PatternScratch
) -> Set<UInt32> {
  var hits = RawBuffer<UInt32>()
  text.withUnsafeBufferPointer { _ = index.scan($0, admitted: admitted, scratch: &scratch, hits: &hits) }
  let found = Set(hits.elements)
  #expect(found.count == hits.count, "a pattern was reported twice")
  return found
}

@Test func drawnPatternsMatchAsTheReferenceSays() throws {
  var source = TreeSource(1)
  var scratch = PatternScratch()
  for _ in 0..<60 {
    let drawn = (0..<20).map { _ in draw(&source) }
    let table = try TestTable(drawn.map(\.pattern))
    let selection = (0..<20).filter { _ in !source.chance(4) }
    let index = PatternIndex(table.table, selecting: selection.map { UInt32($0) })
    for _ in 0..<20 {
      let text = source.text()
      let bytes = Array(String(text).utf8)
      let results = table.results(bytes)
      let hits = scan(index, bytes, &scratch)
      for (number, drawn) in drawn.enumerated() {
        let expected = drawn.matches(text)
        if (results[number] == .matched) != expected {
          Issue.record("\(drawn.pattern) on `\(String(text))`: expected \(expected)")
        }
        if let position = selection.firstIndex(of: number), hits.contains(UInt32(position)) != expected {
          Issue.record("index: \(drawn.pattern) on `\(String(text))`: expected \(expected)")
        }
      }
    }
  }
}

@Test func drawnRegexesMatchAsPCRE2Says() throws {
  var source = TreeSource(2)
  for _ in 0..<300 {
    let text = source.regex(4).regex
    let table = try TestTable([Pattern(.regex, text), Pattern(.pcre, text)])
    for _ in 0..<20 {
      let bytes = Array(String(source.text()).utf8)
      let results = table.results(bytes)
      if results[0] != results[1] {
        Issue.record("`\(text)` on `\(String(decoding: bytes, as: UTF8.self))`: \(results)")
      }
    }
  }
}

/// The index must find what the patterns find one by one, on longer texts made of pieces of the patterns.
@Test func indexAgreesWithItsPatternsOnLongTexts() throws {
  var random = SplitMix(3)
  let words = [
    "select", "from", "Users", "rm -rf /", "etc", "passwd", "drop table", "é", "customers", "a", "|", "-x", "sh",
  ]
  let kinds: [Pattern.Kind] = [.equals, .prefix, .suffix, .contains, .glob, .regex]
  var scratch = PatternScratch()
  for round in 0..<27 {
    let patterns = (0..<(1 << (round % 9))).map { _ in
      let kind = kinds[Int.random(in: 0..<kinds.count, using: &random)]
      let pieces = (0..<Int.random(in: 1..<4, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }
      let text = pieces.joined(separator: kind == .glob ? "*" : kind == .regex ? ".*" : " ")
      return Pattern(
        kind, kind == .regex ? text.replacing("|", with: "\\|") : text, ignoringCase: Bool.random(using: &random),
        isQualifiedName: Int.random(in: 0..<4, using: &random) == 0)
    }
    let table = try TestTable(patterns)
    let index = PatternIndex(table.table, selecting: patterns.indices.map { UInt32($0) })
    let gates = patterns.map { _ in UInt64.random(in: 0...3, using: &random) }
    let gated = PatternIndex(table.table, selecting: patterns.indices.map { UInt32($0) }, gates: gates)
    for round in 0..<20 {
      // Now and then longer than what the tables look at in one go.
      let count = Int.random(in: 0..<(round == 0 ? 900 : 90), using: &random)
      let pieces = (0..<count).map { _ in words.randomElement(using: &random) ?? "" }
      let text = Array(pieces.joined(separator: Bool.random(using: &random) ? " " : ".").utf8)
      let results = table.results(text)
      let expected = Set(results.indices.filter { results[$0] == .matched }.map { UInt32($0) })
      #expect(scan(index, text, &scratch) == expected)
      #expect(scan(gated, text, admitting: 2, &scratch) == expected.filter { gates[Int($0)] & 2 != 0 })
    }
  }
}
