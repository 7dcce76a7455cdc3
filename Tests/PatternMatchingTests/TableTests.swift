import PolicyBytecode
import TestSupport
import Testing

@testable import PatternMatching

private let samples: [Pattern] = [
  Pattern(.equals, "drop table"), Pattern(.prefix, "rm -rf", ignoringCase: true), Pattern(.suffix, ".sh"),
  Pattern(.contains, "passwd"), Pattern(.glob, "rm*etc*.sh"), Pattern(.glob, "*drop*t[a-c]ble*"),
  Pattern(.regex, "\\brm\\s+-[rf]+", ignoringCase: true),
  Pattern(.equals, "public.customers", isQualifiedName: true), Pattern(.regex, "a|b"), Pattern(.pcre, "(a)\\1"),
]

private func encoded(_ patterns: [Pattern]) throws -> [UInt8] {
  var builder = PatternTableBuilder()
  for pattern in patterns { _ = builder.add(try PatternCompiler().compile(pattern)) }
  return builder.encode()
}

@Test func encodingIsDeterministic() throws {
  #expect(try encoded(samples) == encoded(samples))
  #expect(try encoded([]).count == 32)
}

/// Flipped bytes are refused, or matching stays within the table; a sanitizer tells, and so would a crash.
@Test func damagedTablesAreRefusedOrHarmless() throws {
  let intact = try encoded(samples)
  let texts = [
    "", "a", "drop table", "RM -rf /etc/passwd; drop the table.sh", "x.customers",
    String(repeating: "rm -r ", count: 40),
  ]
  var random = SplitMix(5)
  var scratch = PatternScratch()
  var hits = RawBuffer<UInt32>()
  var opened = 0
  for round in 0..<3000 {
    var bytes = intact
    for _ in 0..<Int.random(in: 1..<4, using: &random) {
      // Half of the damage goes into the header and the records.
      let end = round % 2 == 0 ? bytes.count : 400
      bytes[Int.random(in: 0..<end, using: &random)] = UInt8.random(in: 0...255, using: &random)
    }
    let memory = copy(bytes)
    defer { memory.deallocate() }
    guard let table = try? PatternTable(UnsafeRawBufferPointer(memory)) else { continue }
    opened += 1
    let index = PatternIndex(table, selecting: (0..<UInt32(table.count)).map { $0 })
    for text in texts {
      Array(text.utf8).withUnsafeBufferPointer { text in
        for index in 0..<UInt32(table.count) { _ = table.matches(index, text, scratch: &scratch) }
        hits.removeAll()
        _ = index.scan(text, scratch: &scratch, hits: &hits)
      }
    }
  }
  #expect(opened > 100)
}

/// A writer would not give an empty literal to look for, but a table may hold one.
@Test func anEmptyLiteralIsNoFilter() throws {
  for pattern in [Pattern(.contains, "passwd"), Pattern(.prefix, "pass"), Pattern(.suffix, "word")] {
    var bytes = try encoded([pattern])
    let literalsAt = Int(bytes[20]) * 4
    bytes[literalsAt + 4] = 0
    bytes[literalsAt + 8] = 0
    let memory = copy(bytes)
    defer { memory.deallocate() }
    let index = PatternIndex(try PatternTable(UnsafeRawBufferPointer(memory)), selecting: [0])
    var scratch = PatternScratch()
    var hits = RawBuffer<UInt32>()
    Array("passwd password".utf8).withUnsafeBufferPointer { _ = index.scan($0, scratch: &scratch, hits: &hits) }
    #expect(hits.count == 1)
  }
}

@Test func cutTablesAreRefused() throws {
  let intact = try encoded(samples)
  for count in stride(from: 0, to: intact.count, by: 3) {
    let memory = copy(Array(intact[..<count]))
    defer { memory.deallocate() }
    #expect(throws: PatternTableError.self) { try PatternTable.verify(UnsafeRawBufferPointer(memory)) }
  }
}

/// A thousand records that point at one automaton would take a thousand times as long to prove.
@Test func patternsOwnTheirData() throws {
  let intact = try encoded(
    [Pattern(.regex, "(foo|bar|baz)[0-9]+(a|b|c)*x")] + (0..<4).map { Pattern(.equals, "w\($0)") })
  var bytes = intact
  // Form, data and references of the first pattern, for all.
  for index in 1..<5 {
    for offset in 0..<24 { bytes[32 + index * 24 + offset] = intact[32 + offset] }
  }
  for (bytes, isSound) in [(intact, true), (bytes, false)] {
    let memory = copy(bytes)
    defer { memory.deallocate() }
    let isAccepted = (try? PatternTable.verify(UnsafeRawBufferPointer(memory))) != nil
    #expect(isAccepted == isSound)
  }
}

/// Thousands of occurrences of a literal cost one confirmation, and 10,000 patterns may share it.
@Test func repeatedLiteralsStayLinear() throws {
  let patterns = (0..<500).map { Pattern(.regex, "delete from [a-z]{\($0 % 5)}\\d") }
  let table = try TestTable(patterns)
  let index = PatternIndex(table.table, selecting: patterns.indices.map { UInt32($0) })
  var scratch = PatternScratch()
  var hits = RawBuffer<UInt32>()
  let text = Array(String(repeating: "delete from ", count: 500).utf8)
  let duration = threadSeconds {
    text.withUnsafeBufferPointer { _ = index.scan($0, scratch: &scratch, hits: &hits) }
  }
  #expect(hits.count == 0)
  #expect(duration < 5)
}

@Test func scansWithoutAnswersSaySo() throws {
  let table = try TestTable([Pattern(.pcre, "^(a+)+$"), Pattern(.prefix, "aa")])
  let index = PatternIndex(table.table, selecting: [1, 0, 1])
  var scratch = PatternScratch()
  var hits = RawBuffer<UInt32>()
  let text = Array(String(repeating: "a", count: 40).utf8) + [0x21]
  let isDecided = text.withUnsafeBufferPointer { index.scan($0, scratch: &scratch, hits: &hits) }
  #expect(!isDecided)
  #expect(Set(hits.elements) == [0, 2])
}

@Test func aKnownHashIsTakenAtItsWord() throws {
  let table = try TestTable([Pattern(.equals, "drop")])
  let index = PatternIndex(table.table, selecting: [0])
  var scratch = PatternScratch()
  var hits = RawBuffer<UInt32>()
  let text = Array("drop".utf8)
  text.withUnsafeBufferPointer {
    _ = index.scan($0, hash: factHash(of: "drop"), scratch: &scratch, hits: &hits)
    _ = index.scan($0, scratch: &scratch, hits: &hits)
  }
  #expect(hits.count == 2)
}

/// Where people are shown that a pattern matched: the shortest part, unless it matches only for what stands before it.
@Test func spansAreOfTheTextAtHand() throws {
  let cases: [(pattern: String, text: String, span: String)] = [
    (#"^\S+( -\S+)* destroy( |$)"#, "terraform -x destroy", "terraform -x destroy"), ("^[a-z]+ ", "ab cd", "ab "),
    (#"\brm\b"#, "xrm rm", "rm"), ("a+uto", "-aauto", "auto"), ("b$", "ab", "b"), ("^$", "", ""),
  ]
  for (pattern, text, span) in cases {
    let table = try TestTable([Pattern(.regex, pattern)])
    var scratch = PatternScratch()
    let range = table.table.span(0, in: Array(text.utf8), scratch: &scratch)
    #expect(range.map { String(decoding: Array(text.utf8)[$0], as: UTF8.self) } ?? "" == span, "\(pattern)")
  }
}

/// What a product says of multiples is what a division does, of every number of classes that a table may have.
@Test func multiplesAreThoseOfADivision() {
  let values = (0...70_000).map(UInt32.init) + [.max, .max - 1, 1 << 31, 1 << 31 - 1]
  for number in UInt32(1)...256 {
    let multiples = Multiples(of: number)
    let wrong = values.first { multiples.contains($0) != ($0 % number == 0) }
    #expect(wrong == nil, "\(number)")
  }
}
