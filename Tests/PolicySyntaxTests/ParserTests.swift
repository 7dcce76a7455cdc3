import PolicySyntax
import TestSupport
import Testing

private func parse(_ source: String) -> ParsedFile { parsePolicy(Array(source.utf8), file: 0) }

/// `code at text: message` of each diagnostic.
private func findings(_ source: String) -> [String] {
  let bytes = Array(source.utf8)
  return parse(source).diagnostics.map { diagnostic in
    let range = diagnostic.span.range
    let text = String(decoding: bytes[Int(range.start)..<Int(range.end)], as: UTF8.self)
    return "\(diagnostic.code.text) [\(text)] \(diagnostic.message)"
  }
}

/// The text after all fixes.
private func fixed(_ source: String) -> String {
  var sources = SourceSet()
  _ = sources.add(path: "x.hpol", bytes: Array(source.utf8))
  let changed = applyFixes(parse(source).diagnostics, to: sources)
  return changed[0].map { String(decoding: $0, as: UTF8.self) } ?? source
}

@Test func samplesOfTheLanguageParse() throws {
  for (name, source) in try goldens() {
    let parsed = parsePolicy(source, file: 0)
    #expect(parsed.diagnostics.map { "\(name): \($0.message) at \($0.span.range)" } == [])
    #expect(parsed.tree.bytes == source)
  }
}

@Test func slipsAreFixed() {
  // What is written, one finding each, and what the fix makes of it.
  let cases: [(String, String)] = [
    ("define d = sql.verb = drop", "define d = sql.verb is drop"),
    ("define d = sql.verb == drop", "define d = sql.verb is drop"),
    ("define d = sql.verb != drop", "define d = sql.verb is not drop"),
    ("define d = command =~ /x/", "define d = command matches /x/"),
    ("define d = a && b", "define d = a and b"),
    ("define d = a || b", "define d = a or b"),
    ("define d = a AND b", "define d = a and b"),
    ("define d = NOT b", "define d = not b"),
    ("define d = sql.verb IS drop", "define d = sql.verb is drop"),
    ("define d = sql.verb iss drop", "define d = sql.verb is drop"),
    ("define d = command startswith \"x\"", "define d = command starts with \"x\""),
    ("define d = command starts \"x\"", "define d = command starts with \"x\""),
    ("define d = sql.verb is not in [drop]", "define d = sql.verb not in [drop]"),
    ("define d = sql.verb in drop, truncate", "define d = sql.verb in [drop, truncate]"),
    ("define d = command not like \"x\"", "define d = not command like \"x\""),
    ("define d = redis.command is GET", "define d = redis.command is \"GET\""),
    ("define d = source within 10.0.0.0/8", "define d = source within \"10.0.0.0/8\""),
    ("list l = [a b]", "list l = [a, b]"),
    ("list l: [a]", "list l= [a]"),
    ("list Verbs = [a]", "list verbs = [a]"),
    ("list \"verbs\" = [a]", "list verbs = [a]"),
    ("lst l = [a]", "list l = [a]"),
    ("rule r { blok }", "rule r { block }"),
    ("rule r { deny \"x\" }", "rule r { block \"x\" }"),
    ("rule r { WHEN a block }", "rule r { when a block }"),
    ("rule r { when (a block }", "rule r { when (a) block }"),
    ("rule r { when a; block }", "rule r { when a block }"),
    ("rule r { // why\n block }", "rule r { # why\n block }"),
    ("rule r when a block }", "rule r { when a block }"),
    ("rule r { block", "rule r { block\n}"),
    ("rule r { when x in [a, b\n block }", "rule r { when x in [a, b]\n block }"),
    ("rule r { when x like \"\\d\" block }", "rule r { when x like \"\\\\d\" block }"),
    ("test t { \"x\" -> allow }", "test t { \"x\" => allow }"),
    ("test t { \"x\" => alow }", "test t { \"x\" => allow }"),
    ("use lists", "use \"lists\""),
    ("define d = !sql.where", "define d = not sql.where"),
    ("define d = a&&b", "define d = a and b"),
    ("define d = (!a)", "define d = (not a)"),
    ("define d = has a is \"x\"", "define d = a is \"x\""),
    ("rule r { approve \"dba\" }", "rule r { approve by \"dba\" }"),
    ("rule r { when a is “x” block }", "rule r { when a is \"x\" block }"),
    ("rule r { when a\u{200B} block }", "rule r { when a block }"),
    ("default deny", "default block"),
    ("test t { \"x\" => deny }", "test t { \"x\" => block }"),
    ("import \"x.hpol\"", "use \"x.hpol\""),
    ("let d = a", "define d = a"),
    ("list l [\"a\"]", "list l = [\"a\"]"),
  ]
  for (source, expected) in cases {
    #expect(findings(source).count == 1, "\(source): \(findings(source))")
    #expect(fixed(source) == expected, "\(findings(source))")
    #expect(findings(expected) == [])
  }
}

@Test func errorsAreReportedInOneGoWithoutCascades() {
  let cases: [(String, [String])] = [
    // Every clause recovers by itself.
    (
      "rule r {\n when and b\n block\n}\nlist x [a]\nrule s { allow }",
      [
        "HP0005 [and] expected a condition, found `and`",
        "HP0005 [[] expected `=` after the name of the list, found `[`",
      ]
    ),
    // A body without its end.
    (
      "rule r {\n block\nrule s { allow }\n",
      ["HP0007 [{] the `{` after the name of the rule is not closed"]
    ),
    // Stray text between declarations is one error.
    (
      "} } foo bar\nlist l = [a]",
      ["HP0006 [}] expected a declaration (`rule`, `list`, `default`, `test`, …), found `}`"]
    ),
    (
      "rule r { when x is \"abc\n block \"y\" }",
      ["HP0002 [\"abc] the string has no closing `\"`; a string of several lines stands in `\"\"\"`"]
    ),
    (
      "detector d = /a\n",
      ["HP0004 [/a] the regular expression has no closing `/` on its line; `/` in it is written `\\/`"]
    ),
    (
      "test t { as user \"x\"\n \"y\" => allow }",
      ["HP0005 [\"y\"] expected `user`, `group`, `actor`, `client`, `claim`, or `on` and a protocol, found `\"y\"`"]
    ),
    ("test t { \"y\" => block by }", ["HP0005 [}] expected the name of a rule, found `}`"]),
    ("test t { tool \"y\" {\"a\": tru} => allow }", ["HP0017 [t] not JSON: a value is expected"]),
    ("rule r { approve by \"a\" count 0 }", ["HP0014 [0] `0` is not the number of people: it is from 1 to 2147483647"]),
    ("rule r { approve by \"a\" within 15 }", ["HP0015 [15] `15` needs a unit: `s`, `m`, `h` or `d`"]),
    (
      "rule r { when a }",
      ["HP0019 [r] rule `r` does nothing: it has no `block`, `allow`, `approve`, `mask`, `record` or `tag`"]
    ),
    ("@owner(\"x\") list l = [a]", ["HP0018 [@owner(\"x\")] annotations stand before rules, not before `list`"]),
    ("list l = [a]\nhpol 1", ["HP0006 [hpol 1] `hpol 1` stands first in a file, and once"]),
  ]
  for (source, expected) in cases { #expect(findings(source) == expected, "\(source)") }
}

@Test func literalsHaveTheirValues() throws {
  let cases: [(String, String)] = [
    (#""a\"b\\c\n\t\u{e9}\u{1F600}""#, "a\"b\\c\n\té😀"),
    (#"'a\n"b'"#, #"a\n"b"#),
    ("\"\"\"\n    one\n      two\n\n    three\n    \"\"\"", "one\n  two\n\nthree"),
    ("\"\"\"\n    one\n  \"\"\"", "  one"),
    ("\"\"\"one\r\n  two\"\"\"", "one\ntwo"),
    ("\"\"\"one \"quoted\" \\\"\"\"\"", "one \"quoted\" \""),
    ("\"\"", ""),
  ]
  for (literal, value) in cases {
    guard case .use(let use)? = parse("use \(literal)").ast.declarations.first else {
      Issue.record("\(literal) is no string")
      continue
    }
    #expect(use.path.value == value, "\(literal)")
  }
  guard case .detector(let detector)? = parse(#"detector d = /a\/b\\\/\d/"#).ast.declarations.first else { return }
  #expect(detector.pattern.source == #"a/b\\/\d"#)
}

@Test func limitsHoldAtThemAndOnePast() {
  func nested(_ depth: Int) -> String {
    "define d = " + String(repeating: "(", count: depth) + "a" + String(repeating: ")", count: depth)
  }
  #expect(findings(nested(SyntaxLimits.nesting)) == [])
  #expect(parse(nested(SyntaxLimits.nesting + 1)).diagnostics.map(\.code) == [.nestingTooDeep])
  #expect(parse("define d = " + String(repeating: "not ", count: 100_000) + "a").diagnostics.count == 1)

  let atLimit = [UInt8](repeating: UInt8(ascii: "\n"), count: SyntaxLimits.fileSize)
  #expect(parsePolicy(atLimit, file: 0).diagnostics.isEmpty)
  #expect(parsePolicy(atLimit + [10], file: 0).diagnostics.map(\.code) == [.fileTooLarge])

  func json(_ depth: Int) -> String {
    let inner = String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1)
    return "test t { tool \"x\" {\"a\": \(inner)} => allow }"
  }
  #expect(findings(json(SyntaxLimits.nesting)) == [])
  #expect(parse(json(SyntaxLimits.nesting + 1)).diagnostics.map(\.code) == [.badJSON])

  #expect(findings("rule r { approve by \"a\" count 2147483647 within 2147483647s }") == [])
  #expect(parse("rule r { approve by \"a\" count 2147483648 }").diagnostics.map(\.code) == [.badNumber])
  #expect(parse("rule r { approve by \"a\" within 2147483648s }").diagnostics.map(\.code) == [.badDuration])
  #expect(findings("define d = response.rows > 9223372036854775807") == [])
  #expect(parse("define d = response.rows > 9223372036854775808").diagnostics.map(\.code) == [.badNumber])
}

@Test func aFileHasSoManyFindings() {
  func source(_ count: Int) -> String { String(repeating: "rule r { blok }\n", count: count) }
  let atLimit = parse(source(SyntaxLimits.diagnostics)).diagnostics
  let past = parse(source(SyntaxLimits.diagnostics + 1)).diagnostics
  #expect(atLimit.count == SyntaxLimits.diagnostics && past.count == SyntaxLimits.diagnostics)
  #expect(atLimit.flatMap(\.notes).isEmpty)
  #expect(past.last?.notes.map(\.message) == ["further errors in this file are not reported"])
}

@Test func ignoreCommentsCoverWhatTheyStandAt() {
  let source = """
    # hpol:ignore HP0301 kept for the migration
    list unused = [a,
      b]
    rule r {
      # hpol:ignore HP0306 on purpose
      when a
      block  # hpol:ignore HP0302 really
    }
    """
  let parsed = parse(source)
  let covered = parsed.ignores.map { ignore in
    let range = ignore.covers
    return "\(ignore.code.text) \(ignore.reason): "
      + String(decoding: Array(source.utf8)[Int(range.start)..<Int(range.end)], as: UTF8.self)
  }
  #expect(
    covered == [
      "HP0301 kept for the migration: list unused = [a,\n  b]", "HP0306 on purpose:   when a",
      "HP0302 really:   block  # hpol:ignore HP0302 really",
    ])
  for bad in ["", " HP0301", " HP9999 x", " HP0101 x", " x"] {
    #expect(parse("# hpol:ignore\(bad)\n").diagnostics.map(\.code) == [.badIgnore], "\(bad)")
  }
}

@Test func documentationIsWhatStandsDirectlyAbove() {
  let cases: [(String, String?)] = [
    ("## one\n##  two \nlist l = [a]", "one\n two"), ("## far\n\nlist l = [a]", nil),
    ("use \"x\" ## of another\nlist l = [a]", nil), ("# none\nlist l = [a]", nil),
  ]
  for (source, expected) in cases {
    guard case .list(let list)? = parse(source).ast.declarations.last else {
      Issue.record("\(source)")
      continue
    }
    #expect(list.documentation == expected, "\(source)")
  }
}

@Test func nearestIsTheLikeliestSlip() {
  let words = ["block", "allow", "approve", "mask", "record", "tag"]
  for (word, expected) in [
    ("blok", "block"), ("alllow", "allow"), ("recrod", "record"), ("aprove", "approve"), ("zzz", nil), ("x", nil),
    ("tga", "tag"), (String(repeating: "a", count: 1_000), nil),
  ] as [(String, String?)] {
    #expect(nearest(word, in: words) == expected, "\(word)")
  }
}

// MARK: - Any bytes

@Test func anyBytesGiveTheirTreeBack() throws {
  var random = RandomSource(state: 5)
  let seeds = try goldens().map(\.source)
  let pieces = [
    "\"", "'", "\"\"\"", "/", "{", "}", "[", "]", "(", ")", "\\", "\n", "é", "\u{2028}", "tool \"x\" {", "rule r {",
    "when ", "=>", "@", "#", "\u{FEFF}", "\0",
  ]
  .map { Array($0.utf8) }
  for round in 0..<2_000 {
    var bytes: [UInt8]
    if round % 4 == 0 {
      bytes = (0..<random.below(200)).map { _ in UInt8(random.below(round % 8 == 0 ? 256 : 128)) }
    } else {
      let seed = seeds[random.below(seeds.count)]
      let start = random.below(seed.count)
      bytes = Array(seed[start..<min(seed.count, start + random.below(1_500))])
      for _ in 0..<(1 + random.below(4)) where !bytes.isEmpty {
        let place = random.below(bytes.count)
        switch random.below(3) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(contentsOf: pieces[random.below(pieces.count)], at: place)
        default: bytes.removeSubrange(place..<min(bytes.count, place + random.below(20)))
        }
      }
    }
    let parsed = parsePolicy(bytes, file: 0)
    #expect(parsed.tree.bytes == bytes)
    for diagnostic in parsed.diagnostics {
      let range = diagnostic.span.range
      #expect(range.start <= range.end && range.end <= bytes.count, "\(diagnostic)")
    }
    // Nodes lie in one another: each ends within its parent.
    for (index, node) in parsed.tree.nodes.enumerated() {
      #expect(node.firstToken <= node.endToken && Int(node.subtreeEnd) > index)
      for child in parsed.tree.children(of: index) {
        let inner = parsed.tree.nodes[child]
        #expect(node.firstToken <= inner.firstToken && inner.endToken <= max(node.endToken, inner.firstToken))
      }
    }
    var sources = SourceSet()
    _ = sources.add(path: "x", bytes: bytes)
    let text = DiagnosticRenderer(sources: sources).render(parsed.diagnostics)
    #expect(text.isEmpty == parsed.diagnostics.isEmpty)
    _ = applyFixes(parsed.diagnostics, to: sources)
  }
}

@Test func hostileFilesTakeLinearTime() {
  // Each would take minutes if something were read again for every token.
  for piece in [
    "test t { tool \"x\" {", "\"\"\"", "tool \"x\" {\"", "[", "{", "rule r {", "a ", "## x\n", "\n@x",
    "# hpol:ignore HP0301 x\n",
  ] {
    let bytes = Array(String(repeating: piece, count: 200_000 / piece.utf8.count).utf8)
    let time = threadSeconds { _ = parsePolicy(bytes, file: 0) }
    #expect(time < 10, "\(piece)")
  }
}
