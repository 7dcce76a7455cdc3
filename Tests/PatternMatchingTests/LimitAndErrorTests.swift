import PatternMatching
import Testing

private func error(_ kind: Pattern.Kind, _ source: String) -> PatternError? {
  do {
    try checkPattern(Pattern(kind, source))
    return nil
  } catch { return error }
}

@Test func syntaxErrorsPointAndHint() throws {
  let rows: [(Pattern.Kind, String, message: String, Int, Int)] = [
    (.glob, "ab[c", "`[` is never closed", 2, 3),
    (.glob, "a[z-b]", "the range `z-b` runs backwards", 2, 5),
    (.glob, "a\\", "nothing follows `\\`", 1, 2),
    (.regex, "a(b", "`(` is never closed", 1, 2),
    (.regex, "ab)", "`)` without its `(`", 2, 3),
    (.regex, "a[b", "`[` is never closed", 1, 2),
    (.regex, "é[z-a]", "`z-a` is no range", 3, 6),
    (.regex, "[a-\\d]", "`a-\\d` is no range", 1, 5),
    (.regex, "*a", "nothing to repeat before `*`", 0, 1),
    (.regex, "a**", "nothing to repeat before `*`", 2, 3),
    (.regex, "a{3,2}", "the counts of `{3,2}` run backwards", 1, 6),
    (.regex, "a++", "possessive quantifiers are not regular", 1, 3),
    (.regex, "^*", "an assertion cannot be repeated", 0, 2),
    (.regex, "(a)\\1", "back-references are not regular", 3, 5),
    (.regex, "(?=a)", "look-around is not regular", 0, 3),
    (.regex, "x(?<!a)", "look-around is not regular", 1, 5),
    (.regex, "(?>a)", "this kind of group is not regular", 0, 3),
    (.regex, "(?m)a", "`(?m` is no group", 0, 3),
    (.regex, "\\p{L}", "Unicode properties are not supported", 0, 2),
    (.regex, "\\q", "`\\q` is not known", 0, 2),
    (.regex, "\\x{110000}", "`\\x{110000}` is no code point", 0, 10),
    (.regex, "\\u{D800}", "`\\u{D800}` is no code point", 0, 8),
    (.regex, "[[:foo:]]", "`foo` is no class", 1, 8),
    (.regex, "a\\", "nothing follows `\\`", 1, 2),
    (.pcre, "a(b", "missing closing parenthesis", 2, 3),
  ]
  for (kind, source, message, start, end) in rows {
    let error = error(kind, source)
    #expect(error?.message == message, "`\(source)`")
    #expect(error?.start == start && error?.end == end, "`\(source)`: \(String(describing: error))")
  }
  for source in ["(a)\\1", "(?!a)", "a*+"] {
    #expect(error(.regex, source)?.hint?.contains("matches pcre") == true)
  }
}

/// Whatever the source, there is a pattern or an error within it, never a crash.
@Test func anySourceCompilesOrIsRefused() {
  var random = SplitMix(4)
  let pieces = [
    "(", ")", "[", "]", "{", "}", "*", "+", "?", "\\", "|", "^", "$", "a", "é", "-", ",", "2", ":", "x", "?:", "b",
  ]
  for _ in 0..<3000 {
    let source = (0..<Int.random(in: 0..<10, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
      .joined()
    for kind in [Pattern.Kind.glob, .pathGlob, .regex] {
      if let error = error(kind, source) {
        #expect(0 <= error.start && error.start <= error.end && error.end <= source.utf8.count, "`\(source)`")
      }
    }
  }
}

@Test func limitsHoldAndOnePastThemIsAnError() {
  let length = PatternLimits.sourceLength
  for kind in [Pattern.Kind.equals, .contains, .glob, .pcre] {
    #expect(error(kind, String(repeating: "a", count: length)) == nil)
    #expect(error(kind, String(repeating: "a", count: length + 1))?.message == "a pattern is at most 4096 bytes long")
  }
  let most = PatternLimits.repeatCount
  #expect(error(.regex, "^a{\(most)}$") == nil)
  #expect(error(.regex, "^a{\(most + 1)}$")?.message == "a repeat count is at most 1000")
  #expect(error(.regex, "^a{1,99999999999999999999}$")?.message == "a repeat count is at most 1000")
  let nesting = PatternLimits.nesting
  func nested(_ depth: Int) -> String {
    String(repeating: "(", count: depth) + "a" + String(repeating: ")", count: depth)
  }
  #expect(error(.regex, nested(nesting)) == nil)
  #expect(error(.regex, nested(nesting + 1))?.message == "groups nest at most 100 deep")
  // A state for each byte, for `^`, for `$`, and for the match: 30,000.
  #expect(error(.regex, "^(?:(?:a{1000}){29}a{997})$")?.message.contains("made deterministic") == true)
  #expect(
    error(.regex, "^(?:(?:a{1000}){29}a{998})$")?.message == "the pattern is too large: more than 30000 states")
  // A chain of n bytes has n + 1 states, and the dead one.
  #expect(error(.regex, "^(?:a{998}){5}a{8}$") == nil)
  #expect(error(.regex, "^(?:a{998}){5}a{9}$")?.message.contains("made deterministic") == true)
  #expect(error(.regex, "(?:a|b)*a(?:a|b){20}$")?.hint == "use smaller repeat counts, or `matches pcre /…/`")
  #expect(error(.regex, "((((){1000}){1000}){1000}){1000}") == nil)
}
