import PolicyCompiler
import PolicySyntax
import Testing

/// What authors write who know other languages, and what the fixes that are offered make of it.
private let mistakes: [(wrong: String, right: String)] = [
  // Operators and what they compare with.
  ("rule r { when sql.verb -> drop block }", "rule r { when sql.verb is drop block }"),
  ("rule r { when sql.verb => drop block }", "rule r { when sql.verb is drop block }"),
  (#"rule r { when user == "eve" && target = "x" block }"#, #"rule r { when user is "eve" and target is "x" block }"#),
  (#"rule r { when user "eve" block }"#, #"rule r { when user is "eve" block }"#),
  (#"rule r { when user not "eve" block }"#, #"rule r { when user is not "eve" block }"#),
  (#"rule r { when user not ["eve"] block }"#, #"rule r { when user not in ["eve"] block }"#),
  (#"rule r { when user !in ["eve"] block }"#, #"rule r { when user not in ["eve"] block }"#),
  (#"rule r { when target !like "x*" block }"#, #"rule r { when not target like "x*" block }"#),
  (#"rule r { when target is not like "x*" block }"#, #"rule r { when not target like "x*" block }"#),
  (#"rule r { when target is like "x*" block }"#, #"rule r { when target like "x*" block }"#),
  (#"rule r { when user is "a", target is "b" block }"#, #"rule r { when user is "a" and target is "b" block }"#),
  ("rule r { when sql.verb is drop, create block }", "rule r { when sql.verb in [drop, create] block }"),
  ("rule r { when sql.verb in drop, create block }", "rule r { when sql.verb in [drop, create] block }"),
  (#"rule r { when user in ("a", "b") block }"#, #"rule r { when user in ["a", "b"] block }"#),
  (#"rule r { when source in "10.0.0.0/8" block }"#, #"rule r { when source within "10.0.0.0/8" block }"#),
  (#"rule r { when user = ["a", "b"] block }"#, #"rule r { when user in ["a", "b"] block }"#),
  (#"rule r { when user != ["a", "b"] block }"#, #"rule r { when user not in ["a", "b"] block }"#),
  (#"rule r { when "dba" in group block }"#, #"rule r { when group contains "dba" block }"#),
  ("rule r { when user exists block }", "rule r { when has user block }"),
  (#"rule r { when target matches "^prod" block }"#, "rule r { when target matches /^prod/ block }"),
  (#"rule r { when sql.joins > "10" block }"#, "rule r { when sql.joins > 10 block }"),
  ("rule r { when sql.joins between 1 and 5 block }", "rule r { when sql.joins >= 1 and sql.joins <= 5 block }"),
  ("rule r { when { sql.verb is drop } block }", "rule r { when ( sql.verb is drop ) block }"),
  (#"rule r { when not { user is "a" } block }"#, #"rule r { when not ( user is "a" ) block }"#),
  // Quotes.
  (
    "rule r { when http.path starts with /admin\n block }",
    #"rule r { when http.path starts with "/admin""# + "\n block }"
  ),
  ("rule r { when http.path is /admin/users block }", #"rule r { when http.path is "/admin/users" block }"#),
  ("rule r { when target like `prod-x` block }", #"rule r { when target like "prod-x" block }"#),
  ("rule r { when user is \u{201C}eve\u{201D} block }", #"rule r { when user is "eve" block }"#),
  ("rule r { mask column password }", #"rule r { mask column "password" }"#),
  ("rule r { mask json $.card.number }", #"rule r { mask json "$.card.number" }"#),
  // Clauses and actions.
  (#"rule r { if user is "a" deny }"#, #"rule r { when user is "a" block }"#),
  (#"rule r { user is "a" block }"#, #"rule r { when user is "a" block }"#),
  (#"rule r { unless: user is "a" block }"#, #"rule r { unless user is "a" block }"#),
  (#"rule r { mask email as "x" }"#, #"rule r { mask email with "x" }"#),
  ("rule r { mask email with x }", #"rule r { mask email with "x" }"#),
  (#"rule r: { when user is "a" block }"#, #"rule r { when user is "a" block }"#),
  (#"rule r { when user is "a" then block }"#, #"rule r { when user is "a"  block }"#),
  (#"rule r { when user is "a" block, "no" }"#, #"rule r { when user is "a" block "no" }"#),
  (#"rule r { when user is "a" block: "no" }"#, #"rule r { when user is "a" block "no" }"#),
  (#"rule r { when user is "a" block with "no" }"#, #"rule r { when user is "a" block "no" }"#),
  (#"rule r { when user is "a", block }"#, #"rule r { when user is "a" block }"#),
  (#"rule r { mask columns ["a"] }"#, #"rule r { mask column ["a"] }"#),
  (#"rule r { mask cols "a" }"#, #"rule r { mask column "a" }"#),
  (#"rule r { mask headers "a" }"#, #"rule r { mask header "a" }"#),
  ("rule r { mask email hash }", "rule r { mask email with hash }"),
  (#"rule r { require approval by "dba" }"#, #"rule r { approve by "dba" }"#),
  (#"rule r { approve by "dba" within 15 minutes }"#, #"rule r { approve by "dba" within 15m }"#),
  (#"rule r { approve by "dba" within 2hours }"#, #"rule r { approve by "dba" within 2h }"#),
  // Facts and detectors.
  (#"rule r { when labels.env is "x" block }"#, #"rule r { when label["env"] is "x" block }"#),
  ("rule r on response { when http.status is 500 block }", "rule r on response { when response.status is 500 block }"),
  (#"rule r { when http.url like "/x" block }"#, #"rule r { when http.path like "/x" block }"#),
  (#"rule r { when redis.cmd is "SET" block }"#, #"rule r { when redis.command is "SET" block }"#),
  ("rule r { when postgres.verb is drop block }", "rule r { when sql.verb is drop block }"),
  ("rule r { when slq.verb is drop block }", "rule r { when sql.verb is drop block }"),
  ("rule r { when sql.whereConstant block }", "rule r { when sql.where-constant block }"),
  (
    "rule r on response { when response contains ssn block }",
    "rule r on response { when response contains us_ssn block }"
  ),
  (
    #"rule r { when time within "Mon-Friday 9-17:30 Europe/Berlin" block }"#,
    #"rule r { when time within "mon-fri 09:00-17:30 Europe/Berlin" block }"#
  ),
  // Other declarations.
  (
    #"list l = "a", "b" rule r { when user in l block }"#, #"list l = ["a", "b"] rule r { when user in l block }"#
  ),
  ("invariant i { never allow sql.verb is drop }", "invariant i { never allow when sql.verb is drop }"),
  ("rule r {\n  block", "rule r {\n  block\n}"),
  ("default mysql allow", "default allow for mysql"),
  ("default allow for kubernetes", "default allow for k8s"),
  (#"decode mcp tool "run" argument sql as postgres"#, #"decode mcp tool "run" argument "sql" as postgres"#),
  ("rule r { when protocol is pg block }", "rule r { when protocol is postgres block }"),
  // Tests.
  (test(#"as "eve" on shell"#, "allow"), test(#"as user "eve" on shell"#, "allow")),
  (test(#"as user eve@example.com on shell"#, "allow"), test(#"as user "eve@example.com" on shell"#, "allow")),
  (test(#"user "eve" on shell"#, "allow"), test(#"as user "eve" on shell"#, "allow")),
  (test(#"as user "eve" shell "h""#, "allow"), test(#"as user "eve" on shell "h""#, "allow")),
  (test(#"as user "eve" on shell h"#, "allow"), test(#"as user "eve" on shell "h""#, "allow")),
  (test(#"as user "eve" on sh"#, "allow"), test(#"as user "eve" on shell"#, "allow")),
  (
    "test t {\n  as user \"eve\" on http\n  \"GET /x\" header \"a: b\" => block\n}",
    "test t {\n  as user \"eve\" on http\n  \"GET /x\" header \"a\" \"b\" => block\n}"
  ),
  (test(#"as user "eve" on shell"#, "allow by a"), test(#"as user "eve" on shell"#, "allow")),
  (test(#"as user "eve" on shell"#, "approve by a"), test(#"as user "eve" on shell"#, "approve")),
  (test(#"as user "eve" on shell"#, "block a"), test(#"as user "eve" on shell"#, "block by a")),
  (test(#"as user "eve" on shell"#, "block by aa1"), test(#"as user "eve" on shell"#, "block by aa")),
]

private func test(_ identity: String, _ expected: String) -> String {
  """
  rule a { when shell.program is "x" approve by "g" }
  rule aa { when shell.program is "y" block }
  test t {
    \(identity)
    "ls" => \(expected)
  }
  """
}

@Suite struct MistakeTests {
  /// One fault is one error, whose fix makes of it what was meant.
  @Test func fixesMendWhatAuthorsGetWrong() {
    for (wrong, right) in mistakes {
      let result = check("hpol 1\ndefault block\n" + wrong)
      let errors = result.diagnostics.filter { $0.severity == .error }
      var sources = SourceSet()
      let file = sources.add(path: "main.hpol", bytes: Array(("hpol 1\ndefault block\n" + wrong).utf8))
      let mended = applyFixes(errors, to: sources)[file].map { String(decoding: $0, as: UTF8.self) }
      #expect(mended == "hpol 1\ndefault block\n" + right, "\(errors.map(\.message))")
      let left = check("hpol 1\ndefault block\n" + right).diagnostics.filter { $0.severity == .error }
      #expect(left.isEmpty, "\(right): \(left.map(\.message))")
    }
  }

  /// What cannot be mended without knowing what was meant says what there is, in one error.
  @Test func whatHasNoFixSaysWhatThereIs() {
    let cases = [
      ("rule r { when verb is drop block }", "did you mean `k8s.verb` (k8s) or `sql.verb` (postgres, mysql)?"),
      ("rule r { when shell.command is \"rm\" block }", "did you mean `command` or `redis.command` (redis)?"),
      ("rule r { when ssh.shoe is \"x\" block }", "; there are `ssh.channel`, `ssh.file-operation`, "),
      (#"rule r { when time within "Mon-Fri 9-17" block }"#, "needs a time zone: `mon-fri 09:00-17:00 UTC`"),
      (#"rule r { when target.startsWith("x") block }"#, "tests are no calls; write `target starts with …`"),
      (#"rule r { when time between "9:00" and "17:00" block }"#, "write `time within "),
      (#"rule r { when like "x" block }"#, "expected a fact before the operator"),
      (#"rule r { when user is "a" { block } }"#, "the parts of a rule have no braces of their own"),
      ("test t {\n  as nobody\n  \"ls\" => allow\n}", "expected `user`, `group`"),
      (test(#"as user on shell"#, "allow"), "the name of the user in quotes"),
    ]
    for (text, message) in cases {
      let errors = check("hpol 1\ndefault block\n" + text).diagnostics.filter { $0.severity == .error }
      #expect(errors.count == 1 && errors[0].message.contains(message), "\(text): \(errors.map(\.message))")
    }
  }
}
