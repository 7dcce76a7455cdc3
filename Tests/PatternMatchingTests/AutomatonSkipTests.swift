import PolicyBytecode
import Testing

@testable import PatternMatching

/// A walk that passes over what begins nothing ends where one of byte after byte does.
@Suite struct AutomatonSkipTests {
  static let expressions = [
    #"\b(drop|drop_all)\s+table\s+-[fr]{1,2}\s+4711\b"#, #"\brm\b"#, #"rm +-[a-z]*r"#, "x$", #"\Bdrop"#, "[^a-z]é+d",
    #"(^|;)\s*rm"#, #"d{2,3}\b"#, "(a|b|c|d)rop", "ddr", #"\w+@\w+"#, #"\bdrop\b.*\btable\b"#, "q", "(?:dr|rd){2}",
    #"\d\d-\d\d"#, "drop|^table$", "ü", #"\brd?m$"#,
  ]

  private static let pieces = [
    "drop", "drop_all", " table ", "-f", "-rf", " 4711", "rm", "r", "d", "dd", ";", "é", "ü", "x", "@", "a", "_",
    "\u{7F}", "q",
    " ", "\n", "select * from orders where id = ", "--",
  ]

  @Test func passesOverNothingThatMatters() throws {
    let patterns = Self.expressions.flatMap { [Pattern(.regex, $0), Pattern(.regex, $0, ignoringCase: true)] }
    let others = Self.expressions.flatMap { [Pattern(.pcre, $0), Pattern(.pcre, $0, ignoringCase: true)] }
    let (table, pcre) = (try TestTable(patterns), try TestTable(others))
    var random = SplitMix(11)
    for round in 0..<1500 {
      let count = Int.random(in: 0..<(round % 3 == 0 ? 60 : 8), using: &random)
      var text = (0..<count).map { _ in Self.pieces.randomElement(using: &random) ?? "" }.joined()
      // Only the case of ASCII is folded.
      if Bool.random(using: &random) {
        text = String(decoding: text.utf8.map { $0 &- 0x61 < 26 ? $0 ^ 0x20 : $0 }, as: UTF8.self)
      }
      let (found, expected) = (table.results(Array(text.utf8)), pcre.results(Array(text.utf8)))
      for index in found.indices where found[index] != expected[index] {
        Issue.record("\(patterns[index]) on `\(text)`: \(found[index]), PCRE2 says \(expected[index])")
      }
    }
  }

  /// Bytes that are no UTF-8 are walked over as any others.
  @Test func walksOverAnyBytes() throws {
    var random = SplitMix(12)
    for expression in Self.expressions {
      let dfa = try automaton(parse(Pattern(.regex, expression)), Pattern(.regex, expression))
      let table = try TestTable([Pattern(.regex, expression)])
      for _ in 0..<200 {
        let count = Int.random(in: 0..<120, using: &random)
        let text = (0..<count).map { _ in
          Array("drop tableé\u{1}".utf8).randomElement(using: &random)!
            ^ (Int.random(in: 0..<9, using: &random) == 0 ? 0x80 : 0)
        }
        let state = text.reduce(dfa.start) { dfa.next($0, $1) }
        #expect(table.results(text) == [dfa.accepts(state) ? .matched : .notMatched])
      }
    }
  }

  @Test func isFoundWhereItHelps() throws {
    for (expression, isUseful) in [
      (#"\b(drop|drop_all)\s+table"#, true), ("rm -rf", true), ("(a|e|i|o|u|n|r|s|t)x", false), ("[a-z]+@", false),
      ("^rm", false),
    ] {
      let pattern = Pattern(.regex, expression)
      let words = AutomatonLayout.words(try automaton(parse(pattern), pattern))
      let skip = words.withUnsafeBufferPointer { $0.baseAddress.map(AutomatonSkip.init) }
      #expect(skip?.isUseful == isUseful, "\(expression)")
    }
  }
}
