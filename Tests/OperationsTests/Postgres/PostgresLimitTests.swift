import Foundation
import PolicyBytecode
import TestSupport
import Testing

@testable import Operations

/// Runs `body` on a thread with the smallest stack that the decoder assumes.
private func onSmallStack<T: Sendable>(_ body: @escaping @Sendable () -> T) -> T {
  nonisolated(unsafe) var result: T?
  let done = DispatchSemaphore(value: 0)
  let thread = Thread {
    result = body()
    done.signal()
  }
  thread.stackSize = 512 << 10
  thread.start()
  done.wait()
  guard let result else { fatalError("the thread left no result") }
  return result
}

private func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

/// Texts whose trees grow as deep as the number given, by what makes them deep.
private let deepTexts: [(name: String, text: @Sendable (Int) -> String)] = [
  ("brackets", { "select " + repeated("(", $0) + "1" + repeated(")", $0) }),
  ("calls", { "select " + repeated("f(", $0) + "1" + repeated(")", $0) }),
  ("subqueries", { "select " + repeated("(select ", $0) + "1" + repeated(")", $0) }),
  ("from", { "select 1 from " + repeated("(select 1 from ", $0) + "a" + repeated(")x", $0) }),
  ("with", { repeated("with a as (", $0) + "select 1" + repeated(") select 1", $0) }),
  ("writing with", { repeated("with a as (", $0) + "select 1" + repeated(") delete from a", $0) }),
  ("arrays", { "select " + repeated("array[", $0) + "1" + repeated("]", $0) }),
  ("case", { "select " + repeated("case when ", $0) + "1" + repeated(" then 1 end", $0) }),
  ("where", { "delete from t where " + repeated("(not ", $0) + "a" + repeated(")", $0) }),
  ("sum", { "select 1" + repeated("+1", $0) }),
  ("concatenation", { "select 'a'" + repeated("||'a'", $0) }),
  ("casts", { "select 1" + repeated("::int", $0) }),
  ("not", { "select " + repeated("not ", $0) + "true" }),
  ("minus", { "select " + repeated("- ", $0) + "a" }),
  ("is null", { "delete from t where 1" + repeated(" is null", $0) }),
  ("collate", { "select a" + repeated(" collate c", $0) }),
  ("at time zone", { "select a" + repeated(" at time zone 'x'", $0) }),
  ("joins", { "select 1 from a" + repeated(" join a on true", $0) }),
  ("cross joins", { "select 1 from a" + repeated(" cross join a", $0) }),
  ("unions", { "select 1" + repeated(" union select 1", $0) }),
  ("operator", { "select 1" + repeated(" operator(+) 1", $0) }),
  ("blocks", { "do $$ " + repeated("begin ", $0) + "null; " + repeated("end; ", $0) + "$$" }),
  ("ifs", { "do $$ begin " + repeated("if a then ", $0) + "null; " + repeated("end if; ", $0) + "end $$" }),
]

/// `text` in as many layers of DO blocks as given.
private func nestedBlocks(_ layers: Int, _ text: String) -> String {
  (0..<layers).reduce(text) { text, layer in "do $a\(layer)$ begin \(text); end $a\(layer)$" }
}

@Test func deepTextsInDeepCodeNeverOverflowTheStack() {
  for (name, text) in deepTexts where !text(1).hasPrefix("do") {
    let payload = Array(nestedBlocks(DecodeLimits.nesting, text(120)).utf8)
    #expect(onSmallStack { decodedPostgres(payload) }.allSatisfy { $0.reason == .none }, "\(name)")
  }
}

@Test func deepTextsNeverOverflowTheStack() {
  for (name, text) in deepTexts {
    for count in [100, 127, 128, 638, 639, 640, 5000, 15_000] {
      let payload = Array(text(count).utf8)
      let operations = onSmallStack { decodedPostgres(payload) }
      #expect(!operations.isEmpty, "\(name) \(count)")
      // What is far past every limit is not read.
      if count >= 5000 { #expect(operations.contains { $0.reason != .none }, "\(name) \(count)") }
      if count <= 100 { #expect(operations.allSatisfy { $0.reason != .depth }, "\(name) \(count)") }
    }
  }
}

@Test func limitsAreWhereTheySay() {
  func outline(_ text: String) -> String { decodedPostgres(text).outline }
  // Brackets: the level around them counts.
  let brackets = DecodeLimits.syntaxDepth - 1
  #expect(outline("select " + repeated("(", brackets) + "1" + repeated(")", brackets)) == "select")
  #expect(outline("select " + repeated("(", brackets + 1) + "1" + repeated(")", brackets + 1)) == "!depth")
  // Chains.
  let chain = DecodeLimits.postgresTreeDepth - 1
  #expect(outline("select 1" + repeated("+1", chain)) == "select")
  #expect(outline("select 1" + repeated("+1", chain + 1)) == "!depth")
  #expect(outline("select 1 from a" + repeated(" cross join a", chain)) == "select")
  #expect(outline("select 1 from a" + repeated(" cross join a", chain + 1)) == "!depth")
  #expect(outline("select 1" + repeated(" union select 1", chain)) == "select")
  #expect(outline("select 1" + repeated(" union select 1", chain + 1)) == "!depth")
  // Long and flat is not deep.
  #expect(outline("select 1 where a = 1" + repeated(" or a = 1", 10_000)) == "select")
  #expect(outline("select 1" + repeated(", 1+1", 10_000)) == "select")
  #expect(outline("insert into t values (1)" + repeated(", (1)", 10_000)) == "insert")
  // Blocks of PL/pgSQL.
  let blocks = DecodeLimits.syntaxDepth
  #expect(outline("do $$ " + repeated("begin ", blocks) + "null;" + repeated(" end;", blocks) + "$$") == "do")
  #expect(
    outline("do $$ " + repeated("begin ", blocks + 1) + "null;" + repeated(" end;", blocks + 1) + "$$")
      == "do !depth")
  // Code in code.
  #expect(outline(nestedBlocks(DecodeLimits.nesting, "drop table x")).hasSuffix("do drop"))
  #expect(outline(nestedBlocks(DecodeLimits.nesting + 1, "drop table x")).hasSuffix("do !depth"))
  // Runs of operator characters, of which PostgreSQL's scanner goes over each rest of a run: n characters are n(n+1)/2
  // steps, and n nested beginnings of comments n(n+1).
  for (text, steps) in [
    ({ repeated("+", $0) }, { $0 * ($0 + 1) / 2 }), ({ repeated("/*", $0) }, { $0 * ($0 + 1) }),
  ] as [((Int) -> String, (Int) -> Int)] {
    let most = (1...).first { steps($0) > PostgresText.mostOperatorSteps }.map { $0 - 1 } ?? 0
    #expect(!PostgresText(Array(text(most).utf8)).isCostly)
    #expect(outline(text(most)) != "!count")
    #expect(outline(text(most + 1)) == "!count")
    #expect(outline("do $$ begin " + text(most + 1) + " end $$") == "do !count")
    #expect(outline("do $$ begin execute 'a' || '" + text(most + 1) + "'; end $$") == "do !count")
    #expect(outline(text(DecodeLimits.payloadBytes / 2)) == "!count")
  }
  // Bytes and operations.
  let padding = DecodeLimits.payloadBytes - "select 1".utf8.count
  #expect(outline("select 1" + repeated(" ", padding)) == "select")
  #expect(outline("select 1" + repeated(" ", padding + 1)) == "!oversized")
  #expect(decodedPostgres(repeated("begin;", DecodeLimits.operations - 1)).allSatisfy { $0.reason == .none })
  let most = decodedPostgres(repeated("begin;", DecodeLimits.operations + 1))
  #expect(most.count == DecodeLimits.operations)
  #expect(most.last?.reason == .count)
}

/// A small generator (SplitMix64), so that a failure can be run again.
private struct Generator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

private let fragments =
  """
  select insert into update delete from where and or not with as ( ) , ; . * = 1 'a' "b" $$ $1 /* */ -- null do begin \
  end if then loop for in execute declare cursor case when else union join on using explain analyze copy to program \
  create function language sql plpgsql rule instead prepare table view t u :: := .. [ ] << >> E'\\'' U&"\\0041" \
  return query perform raise exception true is json 0x1F 1_0 json_object : returning is distinct values merge matched
  """.split(separator: " ").map(String.init)

@Test func mutatedAndRandomTextsAreDecodedAndAlwaysAlike() {
  var generator = Generator(state: 7)
  let seeds = statementCases.map(\.sql)
  for round in 0..<4000 {
    var bytes: [UInt8]
    switch round % 4 {
    case 0:
      bytes = (0..<Int.random(in: 0..<60, using: &generator)).map { _ in .random(in: 0...255, using: &generator) }
    case 1:
      let count = Int.random(in: 1..<30, using: &generator)
      bytes = Array(
        (0..<count).map { _ in fragments.randomElement(using: &generator) ?? "" }.joined(separator: " ").utf8)
    default:
      bytes = Array((seeds.randomElement(using: &generator) ?? "").utf8)
      for _ in 0..<Int.random(in: 1..<4, using: &generator) where !bytes.isEmpty {
        let at = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[at] = .random(in: 0...255, using: &generator)
        case 1: bytes.remove(at: at)
        case 2: bytes.removeSubrange(at..<min(bytes.count, at + 8))
        default:
          bytes.insert(contentsOf: Array((" " + (fragments.randomElement(using: &generator) ?? "") + " ").utf8), at: at)
        }
      }
    }
    if round % 4 == 3 { bytes = Array("do $q$ begin ".utf8) + bytes + Array("; end $q$".utf8) }
    let operations = decodedPostgres(bytes)
    #expect(!operations.isEmpty)
    #expect(operations == decodedPostgres(bytes))
  }
}

@Test func timeGrowsWithTheLengthOfTheText() {
  let shapes: [@Sendable (Int) -> String] = [
    { "select 1" + repeated(",a.b+1", $0) },
    { "insert into t values (1)" + repeated(",('a',2)", $0) },
    { "with a as (select 1)" + repeated(", a as (select * from a)", $0) + " select * from a" },
    { "with a as (select 1)" + repeated(", b as (delete from b)", $0 / 10) + " select * from a" },
    { "select 1 where a=1" + repeated(" or a is null", $0) },
    { repeated("delete from t where 1=1;", $0) },
    { "do $$ begin " + repeated("x := f(1); ", $0) + "end $$" },
    { "do $$ begin " + repeated("a[", $0) + " end $$" },
    { "select " + repeated("'a' ", $0) },
    { repeated("/*", $0) },
    { repeated("$a$", $0) + repeated("$a", $0) },
    { "select * from (select 1)" + repeated(", (select 0x1F)", $0) },
    { repeated("select a from b ", $0) },
  ]
  for (index, shape) in shapes.enumerated() {
    func seconds(_ count: Int) -> Double {
      let payload = Array(shape(count).utf8)
      return (0..<3).map { _ in threadSeconds { _ = decodedPostgres(payload) } }.min() ?? 0
    }
    let (short, long) = (seconds(250), seconds(2000))
    // Eight times the text; quadratic would be sixty-four.
    #expect(long < 40 * short + 0.02, "shape \(index): \(short) and \(long)")
  }
}

@Test func codeThatEndsAnywhereIsUnparsed() {
  for body in [
    "DECLARE c CURSOR", "DECLARE c CURSOR (a int) FOR", "BEGIN OPEN", "BEGIN OPEN c FOR", "<<", "BEGIN <<", "BEGIN FOR",
    "BEGIN FOR i IN 1..", "BEGIN RAISE USING", "BEGIN RAISE '%',", "BEGIN EXECUTE", "BEGIN a :=",
    "BEGIN EXECUTE a USING",
    "BEGIN EXECUTE a INTO", "DECLARE a int :=", "BEGIN SELECT 1 INTO",
  ] {
    #expect(decodedPostgres("DO $$ \(body) $$").contains { $0.reason != .none }, "\(body)")
  }
}
