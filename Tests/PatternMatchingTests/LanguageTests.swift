import PatternMatching
import Testing

private func language(_ kind: Pattern.Kind, _ source: String, fold: Bool = false) throws -> PatternLanguage {
  try #require(try PatternLanguage(Pattern(kind, source, ignoringCase: fold)))
}

@Test func emptinessAndShortestMatches() throws {
  let rows: [(Pattern.Kind, String, PatternLanguage.Witness)] = [
    (.regex, "a^b", .none),
    (.regex, "[^\\x00-\\x{10FFFF}]", .none),
    (.regex, "^\\bx\\B$", .none),
    (.regex, "^[^a-z]{2}$", .text("00")),
    (.regex, "^(drop|rm)\\s+\\w", .text("rm a")),
    (.regex, "^[é-日]$", .text("é")),
    (.glob, "prod-?*", .text("prod-a")),
    (.equals, "", .text("")),
    (.regex, "", .text("")),
    (.contains, "x y", .text("x y")),
  ]
  for (kind, source, expected) in rows {
    let language = try language(kind, source)
    #expect(language.shortestMatch == expected, "`\(source)`")
    #expect(language.isEmpty == (expected == .none ? .yes : .no), "`\(source)`")
  }
  #expect(try PatternLanguage(Pattern(.pcre, "a")) == nil)
}

@Test func subsetsAndIntersections() throws {
  let rows: [(PatternLanguage, PatternLanguage, subset: PatternLanguage.Answer, intersects: PatternLanguage.Answer)] = [
    (try language(.glob, "rm -rf *"), try language(.prefix, "rm "), .yes, .yes),
    (try language(.prefix, "rm "), try language(.glob, "rm -rf *"), .no, .yes),
    (try language(.prefix, "a"), try language(.prefix, "b"), .no, .no),
    (try language(.regex, "^\\d+$"), try language(.regex, "^\\w+$"), .yes, .yes),
    // Equal over valid UTF-8 only.
    (try language(.glob, "*"), try language(.regex, "(?s)^(.)*$"), .yes, .yes),
    (try language(.regex, "x{40}"), try language(.contains, "xx"), .yes, .yes),
    (try language(.equals, "DROP"), try language(.equals, "drop", fold: true), .yes, .yes),
  ]
  for (first, second, subset, intersects) in rows {
    #expect(first.isSubset(of: second) == subset)
    #expect(first.intersects(second) == intersects)
  }
}

@Test func questionsPastTheLimitAreUndecided() throws {
  // Three counters that only meet far out: their product has more states than may be visited.
  let counters = try [29, 31, 37].map { try language(.regex, "^(?:a{\($0)})+$") }
  #expect(PatternLanguage.witness(in: counters, notIn: []) == .undecided)
  #expect(counters[0].intersects(counters[1]) == .yes)
}
