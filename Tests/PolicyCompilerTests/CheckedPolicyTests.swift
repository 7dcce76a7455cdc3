import PatternMatching
import PolicyBytecode
import PolicyCompiler
import PolicySyntax
import Testing

/// A condition in a short notation: `sql.verb∈{=drop}`, `¬`, `∧`, `∨`.
private func notation(_ condition: Condition) -> String {
  switch condition {
  case .constant(let value): return value ? "true" : "false"
  case .not(let inner): return "¬" + notation(inner)
  case .and(let parts): return "(" + parts.map(notation).joined(separator: " ∧ ") + ")"
  case .or(let parts): return "(" + parts.map(notation).joined(separator: " ∨ ") + ")"
  case .test(let predicate):
    let fact = (predicate.isAll ? "all " : "") + predicate.fact.schema.name + (predicate.key.map { "[\($0)]" } ?? "")
    switch predicate.test {
    case .isTrue: return fact
    case .isPresent: return "has " + fact
    case .compare(let comparison, let value): return "\(fact) \(comparison) \(value)"
    case .isOneOf(let values): return "\(fact)∈\(values)"
    case .withinNetworks(let networks):
      return fact + "∈"
        + networks.map { "\($0.address.map { String($0, radix: 16) }.joined(separator: "."))/\($0.prefixLength)" }
        .joined(separator: ",")
    case .withinTimes(let windows):
      return fact + "∈"
        + windows.map { "\(String($0.days, radix: 2)) \($0.start)-\($0.end) \($0.zone)" }.joined(separator: ",")
    case .matches(let patterns):
      return fact + "~"
        + patterns.map {
          "\($0.kind):\($0.source)" + ($0.ignoringCase ? "/i" : "") + ($0.isQualifiedName ? "/q" : "")
        }.joined(separator: ",")
    }
  }
}

private func condition(_ text: String, declarations: String = "") -> String {
  let result = check("\(declarations)\nrule r on response { \(text)  tag \"t\" }")
  guard let rule = result.policy?.rules.first else { return result.diagnostics.map(\.message).joined(separator: "; ") }
  return notation(rule.condition)
}

@Test func conditionsMeanWhatTheySay() {
  let cases: [(text: String, declarations: String, expected: String)] = [
    ("", "", "true"),
    ("when sql.verb is drop", "", "sql.verb~equals:drop"),
    ("when user is not \"x\"", "", "¬user~equals:x"),
    ("when group in [\"b\", \"a\", \"b\"]", "", "group~equals:a,equals:b"),
    ("when group not in l", "list l = [\"x\", m] list m = [\"a\"]", "¬group~equals:a,equals:x"),
    ("when user in []", "", "false"),
    ("when user not in []", "", "¬false"),
    ("when http.path like \"/a/*\"", "", "http.path~pathGlob:/a/*"),
    ("when target like \"a*\" ignoring case", "", "target~glob:a*/i"),
    ("when text matches /a/ or text matches pcre /b(?=c)/", "", "(text~regex:a ∨ text~pcre:b(?=c))"),
    ("when command contains \"a\" and group contains \"a\"", "", "(command~contains:a ∧ group~equals:a)"),
    ("when user starts with [\"b\", \"a\"]", "", "user~prefix:a,prefix:b"),
    ("when all sql.table in [\"a\"]", "", "all sql.table~equals:a/q"),
    ("when sql.joins in [3, 1] and sql.limit >= 10", "", "(sql.joins∈[1, 3] ∧ sql.limit greaterOrEqual 10)"),
    ("when has claim[\"team\"]", "", "has claim[team]"),
    ("when http.header[\"X-Team\"] is \"a\"", "", "http.header[x-team]~equals:a"),
    ("when session has \"seen\"", "", "session~equals:seen"),
    ("when unparsed", "", "unparsed"),
    ("when protocol is redis unless redis.key is \"a\"", "", "(protocol~equals:redis ∧ ¬redis.key~equals:a)"),
    (
      "when d", "define d = e or sql.verb is drop define e = sql.verb is delete and not sql.where",
      "((sql.verb~equals:delete ∧ ¬sql.where) ∨ sql.verb~equals:drop)"
    ),
    ("when response contains [email, mine]", "detector mine = /x/", "response.detector~equals:email,equals:mine"),
    (
      "when text contains [email, \"x\"]", "", "(text.detector~equals:email ∨ text~contains:x)"
    ),
    ("when source within \"10.0.0.0/8\"", "", "source∈0.0.0.0.0.0.0.0.0.0.ff.ff.a.0.0.0/104"),
    ("when source is \"2001:db8::1\"", "", "source∈20.1.d.b8.0.0.0.0.0.0.0.0.0.0.0.1/128"),
    ("when time within \"fri-mon 22:00-06:00 UTC\"", "", "time∈1110001 79200-21600 UTC"),
    ("when time within \"sat UTC\"", "", "time∈100000 0-86400 UTC"),
  ]
  for (text, declarations, expected) in cases {
    #expect(condition(text, declarations: declarations) == expected, "\(text)")
  }
}

@Test func addressesAreReadAsTheirStandardsSay() {
  let valid = [
    "0.0.0.0", "255.255.255.255", "::", "::1", "1::", "1:2:3:4:5:6:7:8", "::ffff:10.0.0.1", "fe80::1:2",
    "1:2:3:4:5:6:1.2.3.4",
  ]
  for text in valid { #expect(AddressParser.address(text)?.count == 16, "\(text)") }
  let invalid = [
    "", "1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.-4", "1.2.3.+4", " 1.2.3.4", ":", ":::", "1::2::3",
    "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", "12345::", "g::", "1.2.3.4::", "::1.2.3.4:5", "+1::",
  ]
  for text in invalid { #expect(AddressParser.address(text) == nil, "\(text)") }
  #expect(AddressParser.address("::ffff:10.0.0.1") == AddressParser.address("10.0.0.1"))
}

@Test func momentsAreReadAsRFC3339Says() {
  let cases: [(String, Int64?)] = [
    ("1970-01-01T00:00:00Z", 0), ("2026-11-20T10:00:00Z", checkMoment), ("2026-11-20T11:00:00+01:00", checkMoment),
    ("2026-11-20T10:00:00.25z", checkMoment), ("2000-02-29T00:00:00Z", 951_782_400), ("1900-02-29T00:00:00Z", nil),
    ("2026-13-01T00:00:00Z", nil), ("2026-11-20T24:00:00Z", nil), ("2026-11-20 10:00:00Z", nil),
    ("2026-11-20T10:00:00", nil), ("2026-11-20T10:00:00.Z", nil), ("2026-11-20T10:00:00+1:00", nil), ("", nil),
  ]
  for (text, expected) in cases { #expect(CalendarTime.seconds(text) == expected, "\(text)") }
}

/// The order of files and declarations changes neither the policy nor what is found.
@Test func orderDoesNotMatter() {
  let declarations = [
    "default allow", "list a = [\"x\", b]", "list b = [\"y\"]", "define d = user in a and e",
    "define e = sql.verb is drop", "rule r { when d  block }", "rule s { when e and user is \"y\"  block }",
    "rule t { when nosuch  block }", "decode mcp tool \"q\" argument \"s\" as postgres",
  ]
  func findings(_ lines: [String]) -> [String] {
    check(lines.joined(separator: "\n")).diagnostics.map { $0.code.text + $0.message }.sorted()
  }
  let expected = findings(declarations)
  #expect(expected.count == 2)
  for shift in declarations.indices {
    #expect(findings(Array(declarations[shift...] + declarations[..<shift])) == expected)
    #expect(findings((declarations[shift...] + declarations[..<shift]).reversed()) == expected)
  }
}

/// A fix takes away the finding it is offered for and brings no error.
@Test func fixesMend() {
  let sources = [
    "rule r { when sql.verb is dorp  block }", "rule r { when sql.vreb is drop  block }",
    "rule r { when user is eve  block }", "rule r { when user is 3  block }", "rule r { when group is [\"a\"]  block }",
    "rule r { when group in \"a\"  block }", "rule r { when user[\"x\"] is \"a\"  block }",
    "rule r { when sql.where is true  block }", "rule r { when has sql.where  block }",
    "rule r { when all user in [\"x\"]  block }", "rule r { when session contains \"x\"  block }",
    "rule r { when source within \"10.0.0.1/8\"  block }", "rule r { mask emial }",
    "rule r { when sql.verb not in [select]  block }", "rule r { unless sql.verb is drop  allow }",
    "rule r { when shell.program is \"psql\" and sql.verb is drop  block }",
    "rule r { when redis.command is \"flushall\"  block }",
    "rule r { when command like \"LOCK TABLE *\" and sql.joins > 1  block }",
    "rule r { approve by dba }", "default block for postgre\nrule r { block }",
  ]
  for source in sources {
    let before = check(source)
    let fixed = before.diagnostics.filter { $0.fix != nil }
    #expect(!fixed.isEmpty, "\(source)")
    guard let bytes = applyFixes(before.diagnostics, to: before.sources)[0] else { continue }
    let text = String(decoding: bytes, as: UTF8.self)
    let after = check(text).diagnostics
    let codes = fixed.map(\.code)
    #expect(!after.contains { codes.contains($0.code) || $0.severity == .error }, "\(source) became \(text)")
  }
}
