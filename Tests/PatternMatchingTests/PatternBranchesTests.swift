import Testing

@testable import PatternMatching

/// How the branches of a regular expression are taken apart.
@Suite struct PatternBranchesTests {
  private func branches(_ source: String, _ kind: Pattern.Kind = .regex) -> [String] {
    let bytes = Array(source.utf8)
    return Pattern(kind, source).branches.map { branch in
      String(decoding: bytes[branch.range], as: UTF8.self) + " -> " + branch.pattern.source
    }
  }

  @Test(arguments: [
    ("abc", []),
    ("a|b", ["a -> a", "b -> b"]),
    ("x(a|bc)?y", ["a -> x(a)?y", "bc -> x(bc)?y"]),
    ("x(?:a|b)y", ["a -> x(?:a)y", "b -> x(?:b)y"]),
    ("(a|b)(c|)", ["a -> (a)(c|)", "b -> (b)(c|)", "c -> (a|b)(c)", " -> (a|b)()"]),
    ("a|(b|c)d", ["a -> a", "b -> a|(b)d", "c -> a|(c)d"]),
    ("(?i)a|b", ["(?i)a -> (?i)a", "b -> (?i)b"]),
    (#"\||[|]|a\|b"#, [#"\| -> \|"#, "[|] -> [|]", #"a\|b -> a\|b"#]),
    ("a(?i)b|c", []),
    ("(?i:a|b)", ["a -> (?i:a)", "b -> (?i:b)"]),
    ("(a|b", []),
  ])
  func areTakenApart(_ source: String, _ expected: [String]) { #expect(branches(source) == expected) }

  @Test func onlyRegularExpressionsHaveSome() {
    for kind in [Pattern.Kind.equals, .contains, .glob, .pcre] { #expect(branches("a|b", kind).isEmpty) }
  }

  @Test func areLimited() {
    let most = (0..<PatternLimits.branches).map { "a\($0)" }
    #expect(branches(most.joined(separator: "|")).count == PatternLimits.branches)
    #expect(branches((most + ["b"]).joined(separator: "|")).isEmpty)
  }

  @Test func keepWhatElseThePatternSays() throws {
    let branch = try #require(Pattern(.regex, "a|b", ignoringCase: true).branches.first)
    #expect(branch.pattern == Pattern(.regex, "a", ignoringCase: true))
  }
}
