import PolicyBytecode
import PolicyCompiler
import PolicySyntax
import PolicyTestBench
import Testing

private let guarded = """
  hpol 1
  default allow
  default unparsed block
  default record commands

  list destructive = [drop, truncate]
  list oncall = ["dba-oncall", "sre-oncall"]
  define bulk-write = sql.verb in [update, delete] and not sql.where

  rule no-drop {
    when target like "prod-*"
    when sql.verb in destructive
    unless group in oncall
    block "Ask."
  }

  rule bulk { when target like "prod-*" and bulk-write approve by "dba-oncall" count 2 within 15m }

  rule rm-root { when shell.program is "rm" and shell.flag contains "-r" and shell.path in ["/", "/*"] block }

  rule agents { when actor is agent and (sql.joins > 3 or sql.limit >= 100) record full tag "watched" }

  rule watched { when session has "watched" and sql.verb is select block }

  rule paths { when http.path like ["/admin/**", "/x/*"] and http.method is "DELETE" ignoring case block }

  rule cards { when sql.verb is select mask credit_card mask email record full }

  invariant no-truncate { never allow when sql.verb is truncate and target like "prod-*" and group not in oncall }

  """

private let tests = """
  test sql {
    as user "eve" group "contractors" on postgres "prod-orders"
    "DROP TABLE x" => block by no-drop
    "DELETE FROM x" => approve by "dba-oncall" count 2
    as user "bot" actor agent on postgres "prod-orders"
    session {
      "UPDATE x SET a = 1 FROM b JOIN c USING (d) JOIN e USING (d) JOIN f USING (d) JOIN g USING (d) WHERE x.d = b.d" => allow, tag "watched"
      "SELECT 1" => block by watched
    }
    as user "eve" on shell "prod-web"
    "rm -rf /" => block by rm-root
    as user "eve" on http "crm"
    "DELETE /admin/x/y" => block by paths
    as user "eve" on postgres "dev"
    "SELECT 1" => allow, record full
  }
  """

private func open(_ text: String) throws -> EditablePolicySet {
  let reader = SourceReader.inMemory(["p.hpol": [UInt8](text.utf8)])
  return try #require(EditablePolicySet.open(["p.hpol"], reader, now: 0))
}

private func build(_ text: [UInt8]) -> PolicyBuild {
  PolicyBuild(roots: ["p.hpol"], reader: .inMemory(["p.hpol": text]), now: 0, toolVersion: "")
}

/// How many expectations and invariants do not hold, by an engine of the whole policy.
private func failures(_ text: [UInt8]) throws -> Int? {
  var probes: InvariantProbes?
  let build = PolicyBuild(
    roots: ["p.hpol"], reader: .inMemory(["p.hpol": text]), now: 0, toolVersion: "",
    adjust: { probes = InvariantProbes(addingTo: &$0) })
  guard let policy = build.policy, let bundle = build.bundle, let probes else { return nil }
  let run = InvariantRun(try Engine(bundle, clock: 0), probes)
  var runner = TestRunner(policy: policy, locate: { _ in "" }, judge: run.judge)
  for test in policy.tests { runner.run(test) }
  return runner.report.failedRequests + run.violations.count
}

/// The text with the line of a test put into a block of its own.
private func text(_ bytes: [UInt8], with test: TestLine) -> [UInt8] {
  bytes + ("\ntest added {\n" + test.lines.joined(separator: "\n") + "\n}\n").utf8
}

@Test func fatesAreThoseOfTheEditedSource() throws {
  let set = try open(guarded + tests)
  let run = try MutationRun(set, fixtures: [], clock: 0)
  #expect(run.results.count == run.available)
  #expect(run.results.count > 100)
  let original = [UInt8]((guarded + tests).utf8)
  #expect(try failures(original) == 0)
  var survivors = 0
  for result in run.results {
    let edited = result.mutant.text(in: set.sources)
    let label = "\(result.mutant.operation.rawValue) \(result.mutant.change(in: set.sources))"
    switch result.fate {
    case .killed: #expect(try (failures(edited) ?? 0) > 0, "\(label)")
    case .refused: #expect(try failures(edited) == nil, "\(label)")
    case .equivalent: #expect(try failures(edited) == 0, "\(label)")
    case .survived(let survival):
      survivors += 1
      #expect(try failures(edited) == 0, "\(label)")
      guard let test = survival.test else {
        #expect(survival.needs != nil, "\(label)")
        continue
      }
      // The test that is offered holds of the policy and fails of the mutant.
      #expect(try failures(text(original, with: test)) == 0, "\(label): \(test)")
      #expect(try (failures(text(edited, with: test)) ?? 0) > 0, "\(label): \(test)")
    }
  }
  #expect(survivors > 20)
}

@Test func everyOperatorIsMade() throws {
  let extra = """
    rule cased { when http.header["x"] is "a" ignoring case and group is "a" allow record full }
    rule all-of { when all sql.table in ["a", "b"] and sql.limit < 5 unless group in ["x", "y"] allow }
    """
  let set = try open(guarded + extra)
  let made = Set(MutantGenerator.mutants(of: set.files, set.sources).map(\.operation))
  #expect(Set(MutationOperator.allCases).subtracting(made).isEmpty)
}

@Test func editsAreTheOnesAuthorsMake() throws {
  let cases: [(MutationOperator, String, [String])] = [
    (.dropRule, "rule r { block }", ["@mode(observe) rule r { block }"]),
    (.dropWhen, "rule r { when user is \"a\" block }", ["rule r { block }"]),
    (.dropUnless, "rule r {\n  unless user is \"a\"\n  block\n}", ["rule r {\n  block\n}"]),
    (
      .dropTest, "define d = user is \"a\" and (client is \"b\" or target is \"c\") and actor is agent",
      [
        "define d = (client is \"b\" or target is \"c\") and actor is agent",
        "define d = user is \"a\" and actor is agent",
        "define d = user is \"a\" and (client is \"b\" or target is \"c\")",
        "define d = user is \"a\" and (target is \"c\") and actor is agent",
        "define d = user is \"a\" and (client is \"b\") and actor is agent",
      ]
    ),
    (
      .negateTest, "define d = user is not \"a\" or not (client in [\"b\"] and target like \"c\")",
      [
        "define d = user is \"a\" or not (client in [\"b\"] and target like \"c\")",
        "define d = user is not \"a\" or (client in [\"b\"] and target like \"c\")",
        "define d = user is not \"a\" or not (client not in [\"b\"] and target like \"c\")",
        "define d = user is not \"a\" or not (client in [\"b\"] and not target like \"c\")",
      ]
    ),
    (
      .swapAndOr, "define d = user is \"and\" and # or\n  (client is \"b\" or target is \"c\")",
      [
        "define d = user is \"and\" or # or\n  (client is \"b\" or target is \"c\")",
        "define d = user is \"and\" and # or\n  (client is \"b\" and target is \"c\")",
      ]
    ),
    (.flipQuantifier, "define d = all group in [\"a\"]", ["define d = group in [\"a\"]"]),
    (.dropElement, "list l = [\n  \"a\",\n  \"b\",\n]", ["list l = [\n  \"b\",\n]", "list l = [\n  \"a\",\n]"]),
    (.widenGlob, "define d = target like \"prod-*\"", ["define d = target like \"*\""]),
    (
      .widenGlob, "define d = http.path like '/a/*'",
      ["define d = http.path like '**'", "define d = http.path like '/a/**'"]
    ),
    (
      .narrowGlob, "define d = http.path like '/a/**'",
      ["define d = http.path like '/a/*'", "define d = http.path like '/a/'"]
    ),
    (.shiftBound, "define d = sql.limit >= 10", ["define d = sql.limit > 10", "define d = sql.limit >= 11"]),
    (.matchCase, "define d = user is \"a\" ignoring case", ["define d = user is \"a\""]),
    (.changeGroup, "define d = group is \"a\"", ["define d = group is \"nobody\""]),
    (.changeAction, "rule r { block \"m\" }", ["rule r { allow }", "rule r { approve by \"nobody\" }"]),
    (
      .dropAction, "rule r { block record full tag \"t\" }",
      ["rule r { block tag \"t\" }", "rule r { block record full }"]
    ),
    (
      .changeApproval, "rule r { approve by \"a\" count 2 within 15m \"within 3m?\" }",
      ["rule r { approve by \"a\" within 15m \"within 3m?\" }", "rule r { approve by \"a\" count 2 \"within 3m?\" }"]
    ),
    (.changeRecord, "rule r { record full }", ["rule r { record commands }"]),
    (.changeDefault, "default block for k8s", ["default allow for k8s"]),
  ]
  for (operation, text, expected) in cases {
    let parsed = parsePolicy([UInt8](text.utf8), file: 0)
    #expect(parsed.isValid, "\(text)")
    var sources = SourceSet()
    _ = sources.add(path: "p.hpol", bytes: [UInt8](text.utf8))
    let made = MutantGenerator.mutants(of: [parsed.ast], sources).filter { $0.operation == operation }
    #expect(made.map { String(decoding: $0.text(in: sources), as: UTF8.self) } == expected, "\(operation)")
  }
}

@Test func equivalentMutantsAreRecognised() throws {
  let set = try open(
    """
    hpol 1
    default allow
    rule a { when shell.program is "rm" and (shell.program is "rm" or actor is agent) block }
    rule b { when target like ["prod-*", "prod-eu-*"] block }
    rule wide { when sql.verb in [drop, truncate] block }
    rule narrow { when sql.verb is drop and user is "eve" block }
    rule forced { when shell.program is "git" and shell.flag in ["-f", "--force"] block }
    rule cron { when ssh.path like ["/etc/cron*", "/etc/cron*/**"] block }
    test t {
      as user "x" on shell "dev"
      "rm x" => block by a
      "git push -f" => block by forced
      as user "x" on shell "prod-1"
      "ls" => block by b
      as user "x" on postgres "dev"
      "DROP TABLE x" => block by wide
      "TRUNCATE x" => block by wide
    }
    """)
  let run = try MutationRun(set, fixtures: [], clock: 0)
  let fates = Dictionary(
    grouping: run.results, by: { $0.mutant.declaration.name + " " + $0.mutant.operation.rawValue })
  func words(_ key: String) -> [String] { fates[key, default: []].map(\.fate.word) }
  // What is implied changes nothing; a glob within another neither; what another rule does neither.
  #expect(words("a drop-test").contains("equivalent"))
  #expect(words("b drop-element") == ["killed", "equivalent"])
  #expect(words("narrow drop-rule") == ["equivalent"])
  #expect(words("narrow drop-test").contains("equivalent"))
  // The decoder has `-f` for git's `--force`; `/etc/cron**` is what the two globs match together.
  #expect(words("forced drop-element") == ["killed", "equivalent"])
  #expect(words("cron widen-glob") == ["survived", "equivalent", "survived", "equivalent"])
}

@Test func fixturesCountAsTests() throws {
  let set = try open("hpol 1\ndefault allow\nrule a { when shell.program in [\"rm\", \"dd\"] block }")
  func fixture(_ text: String, pins decision: Decision?) -> Fixture {
    var fixture = Fixture(protocol: .shell, payload: .text([UInt8](text.utf8)))
    fixture.expect = decision.map { .init(decision: $0) }
    return fixture
  }
  let isDropped = { (result: MutationRun.Result) in result.mutant.operation == .dropElement }
  let pinned = try MutationRun(
    set, fixtures: [fixture("rm x", pins: .block), fixture("dd x", pins: .block)], clock: 0)
  #expect(pinned.results.filter(isDropped).map(\.fate.word) == ["killed", "killed"])

  let loose = try MutationRun(set, fixtures: [fixture("rm x", pins: nil), fixture("dd x", pins: .block)], clock: 0)
  let results = loose.results.filter(isDropped)
  #expect(results.map(\.fate.word) == ["survived", "killed"])
  guard case .survived(let survival)? = results.first?.fate else { return }
  #expect(survival.isOfFixture)
  #expect(survival.test?.request == "\"rm x\" => block by a")
}

@Test func testsMustHoldBeforehand() throws {
  let set = try open(
    "hpol 1\ndefault allow\nrule a { when user is \"x\" block }\ntest t { as user \"y\" on shell \"d\"\n \"ls\" => block }"
  )
  #expect(throws: MutationRun.Problem.testsDoNotHold(1)) { try MutationRun(set, fixtures: [], clock: 0) }
}

@Test func someOfManyAreChosenEvenly() throws {
  let set = try open(guarded + tests)
  let all = try MutationRun(set, fixtures: [], clock: 0, where: { $0.kind == .list })
  let some = try MutationRun(set, fixtures: [], clock: 0, limit: 2, where: { $0.kind == .list })
  #expect(all.results.count == 4 && some.results.count == 2 && some.available == 4)
  #expect(some.results.map(\.mutant.edit.span) == [all.results[0], all.results[2]].map(\.mutant.edit.span))
}

@Test func onlyChangedLinesAreMutated() throws {
  let set = try open(guarded + tests)
  var changed = ChangedLines()
  // The two lists.
  let isRead = changed.add(0, diff: [UInt8]("@@ -5,0 +6,2 @@\n".utf8))
  #expect(isRead)
  let run = try MutationRun(set, fixtures: [], clock: 0, changed: changed)
  #expect(run.results.map(\.mutant.declaration.name) == ["destructive", "destructive", "oncall", "oncall"])
  #expect(try MutationRun(set, fixtures: [], clock: 0, changed: ChangedLines()).results.isEmpty)
}

@Test func onlyWhatAnEditCanChangeIsCheckedAgain() throws {
  let set = try open(guarded + tests)
  let list = try #require(
    MutantGenerator.mutants(of: set.files, set.sources) { $0.name == "oncall" }.first)
  let change = try #require(set.change(by: list.edit))
  #expect(change.rules.map(\.fullName) == ["no-drop"])
  #expect(change.invariants.map(\.name) == ["no-truncate"])
  // The policy with the change is the one that the edited source means.
  let whole = try #require(build(list.text(in: set.sources)).policy)
  let changed = change.applied(to: set.policy)
  let reasoning = ConditionReasoning()
  for (one, other) in zip(whole.rules, changed.rules) {
    #expect(one.fullName == other.fullName && one.actions == other.actions)
    #expect(reasoning.haveSameGraph(one.condition, other.condition))
  }
}

/// Parentheses of a part that goes go along, whatever stands between them; those in strings and patterns are none.
@Test func partsGoWithTheirOwnParentheses() throws {
  let conditions = [
    ("user is \"a\" and ((user is \"b\" or user is \"c\")\n)", 2),
    ("( ( user is \"a\" or user is \"b\" ) ) and ( user is \"c\" or user is \"d\" )", 2),
    ("user is \"a\" # (\n and (user is \"(\" or user matches /\\)/ or user in [\"(\", \"))\", 'x('])", 2),
    ("(user is \"a\" and (((user is \"b\"\n))) or user is \"c\") and user is \"d\"", 2),
  ]
  for (condition, count) in conditions {
    let set = try open("hpol 1\ndefault allow\nrule r {\n  when \(condition)\n  block\n}")
    let dropped = MutantGenerator.mutants(of: set.files, set.sources).filter { $0.operation == .dropTest }
    #expect(dropped.count >= 2 * count)
    for mutant in dropped {
      let text = mutant.text(in: set.sources)
      #expect(parsePolicy(text, file: 0).isValid, "\(String(decoding: text, as: UTF8.self))")
      #expect(set.change(by: mutant.edit) != nil)
    }
  }
}

@Test func threadsFindTheSame() throws {
  let set = try open(guarded + tests)
  func fates(_ threads: Int) throws -> [String] {
    var told: [Int] = []
    let run = try MutationRun(
      set, fixtures: [], clock: 0, threads: threads,
      progress: { stage, done, _ in if stage == .judging { told.append(done) } })
    #expect(told == told.sorted() && told.last == run.results.count)
    return run.results.map { "\($0.mutant.edit) \($0.fate)" }
  }
  let alone = try fates(1)
  #expect(try fates(3) == alone)
}
