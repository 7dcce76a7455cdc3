import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyRuntime
import PolicySyntax
import PolicyTestBench
import Testing

private let nowhere = SourceSpan(file: 0, SourceRange(0, 0))

private func request(_ text: String, _ expectations: [CheckedTest.Expectation]) -> CheckedTest.Request {
  .init(
    principal: Principal(), protocol: .shell, payload: .text(text), response: nil, expectations: expectations,
    span: nowhere)
}

/// Answers by the first word of the payload; the tag `seen` of an earlier request is in the message.
private func judge(_ request: JudgedRequest, _ tags: [String]) -> Outcome {
  let text = String(decoding: request.payload.bytes, as: UTF8.self)
  let message = tags.isEmpty ? nil : tags.joined(separator: ",")
  switch text.split(separator: " ").first {
  case "rm": return Outcome(.block, rules: ["rm-root"], message: message)
  case "ask":
    return Outcome(
      .approve, rules: ["ask"], message: message, approvals: [ApprovalRequirement(groups: ["dba"], within: 900)])
  case "two":
    let asked = ["dba", "sre"].map { ApprovalRequirement(groups: [$0]) }
    return Outcome(.approve, rules: ["ask", "two"], message: message, approvals: asked)
  case "tag": return Outcome(.allow, message: message, tags: ["seen"])
  case "show": return Outcome(tags.contains("seen") ? .block : .allow, record: .full, response: .string("[email]"))
  default: return Outcome(.allow, message: message)
  }
}

private func runner() -> TestRunner {
  var policy = CheckedPolicy()
  policy.rules = [
    CheckedRule(
      fullName: "production/rm-root", displayName: "rm-root", span: nowhere, condition: .constant(true), actions: [])
  ]
  return TestRunner(policy: policy, locate: { _ in "a.hpol:7" }, judge: judge)
}

@Test func holdsEachExpectationAgainstTheOutcome() {
  let cases: [(String, CheckedTest.Expectation, Bool)] = [
    ("ls", .allow, true), ("rm", .allow, false), ("ask", .allow, false),
    ("rm", .block(by: []), true), ("rm", .block(by: ["production/rm-root"]), true),
    ("rm", .block(by: ["production/other"]), false), ("ls", .block(by: []), false),
    ("ask", .approve(nil), true), ("ls", .approve(nil), false),
    ("ask", .approve([Approval(groups: ["dba"], within: 900)]), true),
    ("ask", .approve([Approval(groups: ["dba"])]), true), ("ask", .approve([]), false),
    ("ask", .approve([Approval(groups: ["dba"], within: 60)]), false),
    ("ask", .approve([Approval(groups: ["dba"], count: 2)]), false),
    ("ask", .approve([Approval(groups: ["sre"])]), false),
    ("two", .approve(["dba", "sre"].map { Approval(groups: [$0]) }), true),
    ("two", .approve([Approval(groups: ["dba"])]), false),
    ("two", .approve(["dba", "dba"].map { Approval(groups: [$0]) }), false),
    ("ask", .approve(["dba", "sre"].map { Approval(groups: [$0]) }), false),
    ("show", .masked("[email]"), true), ("show", .masked("ana"), false), ("ls", .masked(""), false),
    ("show", .record(.full), true), ("show", .record(.commands), false),
    ("tag", .tag("seen"), true), ("ls", .tag("seen"), false),
  ]
  for (text, expectation, holds) in cases {
    var runner = runner()
    runner.run(CheckedTest(name: "t", span: nowhere, sessions: [.init(requests: [request(text, [expectation])])]))
    #expect(runner.report.holds == holds, "\(text) \(expectation)")
    #expect(runner.report.testRequests == 1)
  }
}

@Test func tagsCarryOverWithinASessionOnly() {
  let tagged = CheckedTest.Session(requests: [request("tag", [.allow]), request("show", [.block(by: [])])])
  let fresh = CheckedTest.Session(requests: [request("show", [.allow])])
  var runner = runner()
  runner.run(CheckedTest(name: "t", span: nowhere, sessions: [tagged, fresh]))
  #expect(runner.report.holds)

  func fixture(_ text: String, _ session: String?, _ decision: Decision) -> Fixture {
    var fixture = Fixture(protocol: .shell, payload: .text([UInt8](text.utf8)))
    fixture.session = session
    fixture.expect = .init(decision: decision)
    return fixture
  }
  // Sessions may be interleaved; a line without one is alone.
  for (text, session, decision) in [
    ("tag", "a", .allow), ("tag", nil, .allow), ("show", "b", .allow), ("show", "a", .block), ("show", nil, .allow),
  ] as [(String, String?, Decision)] {
    runner.run(fixture(text, session, decision), location: "f:1")
  }
  #expect(runner.report.holds && runner.report.pinnedFixtures == 5)
}

@Test func reportsWhatDoesNotHold() throws {
  var runner = runner()
  runner.run(
    CheckedTest(
      name: "roots", span: nowhere, sessions: [.init(requests: [request("rm -rf \n", [.allow, .record(.none)])])]))
  var pinned = Fixture(protocol: .shell, payload: .text([UInt8]("ls".utf8)))
  pinned.id = .string("f-1")
  pinned.expect = .init(decision: .block, rules: ["rm-root"], record: .full)
  runner.run(pinned, location: "fixtures/a.jsonl:3")
  var report = runner.report
  report.add(LineFailure(file: "a.jsonl", line: 4, column: 2, reason: "expected a value"))
  #expect(
    report.text(.plain) == """
      fails  roots  a.hpol:7
             "rm -rf \\n"
             expected allow
             actual   block by rm-root
      fails  f-1  fixtures/a.jsonl:3
             ls
             expected block by rm-root, record full
             actual   allow, record none
      not replayable  a.jsonl:4:2: expected a value
      tests: 1 with 1 request: 1 does not hold
      fixtures: 1, 1 of them pinned: 1 does not hold
      1 not replayable

      """)
  var writer = JSONWriter()
  report.write(to: &writer)
  let json = try JSONValue(parsing: writer.bytes)
  #expect(json["holds"] == .boolean(false) && json["failed"] == .number("2") && json["notReplayable"] == .number("1"))
}

@Test func writesOutcomesInTheirExactForm() {
  let full = Outcome(
    .approve, rules: ["a", "b"], message: "one\ntwo",
    approvals: [ApprovalRequirement(groups: ["dba"], count: 2, within: 900)],
    masks: [
      MaskObligation(.detector("email"), .redact), MaskObligation(.column(["*_token"]), .hash),
      MaskObligation(.json("$..s"), .with("[x]")),
      MaskObligation(.header(["Cookie"]), .keepFirst(2)), MaskObligation(.regex("a+"), .keepLast(4)),
    ], record: .commands, tags: ["t"], operations: 3)
  let cases: [(Outcome, JSONValue?, String)] = [
    (
      Outcome(.allow), nil,
      #"{"id":null,"decision":"allow","rules":[],"message":null,"approve":[],"masks":[],"record":"none","tags":[],"operations":1}"#
    ),
    (
      full, .number("7"),
      #"{"id":7,"decision":"approve","rules":["a","b"],"message":"one\ntwo","#
        + #""approve":[{"groups":["dba"],"count":2,"within":900,"question":null}],"#
        + #""masks":[{"detector":"email","how":"redact"},{"column":["*_token"],"how":"hash"},"#
        + #"{"json":"$..s","how":"with","text":"[x]"},{"header":["Cookie"],"how":"keep-first","count":2},"#
        + #"{"regex":"a+","how":"keep-last","count":4}],"record":"commands","tags":["t"],"operations":3}"#
    ),
  ]
  for (outcome, id, line) in cases {
    var writer = JSONWriter()
    outcome.write(id: id, isAnswered: false, to: &writer)
    #expect(String(decoding: writer.bytes, as: UTF8.self) == line + "\n")
  }
  #expect(
    full.text(.plain)
      == "approve · by a, b · approve by \"dba\" count 2 within 15m · 5 masks · record commands · tag \"t\" · 3 operations\n"
      + "  one\n  two\n")
}

/// Failures past the limit are counted, and said to be there.
@Test func keepsDetailsUpToItsLimit() {
  for count in [TestReport.detailLimit, TestReport.detailLimit + 1] {
    var runner = runner()
    let requests = (0..<count).map { _ in request("ls", [.block(by: [])]) }
    runner.run(CheckedTest(name: "t", span: nowhere, sessions: [.init(requests: requests)]))
    var report = runner.report
    for line in 0..<count { report.add(LineFailure(file: "f", line: line + 1, column: 1, reason: "r")) }
    #expect(report.failedRequests == count && report.notReplayable == count)
    #expect(report.failures.count == TestReport.detailLimit)
    #expect(report.unreadable.count == TestReport.detailLimit)
    #expect(report.text(.plain).contains("… and 1 more") == (count > TestReport.detailLimit))
  }
}

/// Requirements that a line states apart are all that are to be met.
@Test func severalApprovalsAreStatedTogether() throws {
  let policy = """
    hpol 1
    rule a { when shell.program is "x" approve by "dba" }
    rule b { when shell.argument is "y" approve by "sre" within 1h }
    test t {
      as user "u" on shell
      "x y" => approve by "dba", record none, approve by "sre" within 1h
      "x y" => approve by "sre" within 1h, approve by "dba"
      "x y" => approve
      "x y" => approve by "dba"
      "x"   => approve by "dba", approve by "sre"
    }
    """
  let build = PolicyBuild(
    roots: ["p.hpol"], reader: .inMemory(["p.hpol": [UInt8](policy.utf8)]), now: 0, toolVersion: "")
  let checked = try #require(build.policy)
  var runner = TestRunner(
    policy: checked, locate: { _ in "" }, judge: try Engine(try #require(build.bundle), clock: 0).judge)
  for test in checked.tests { runner.run(test) }
  #expect(runner.report.testRequests == 5 && runner.report.failedRequests == 2)
}
