import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyTestBench
import Testing

/// What a recording cannot tell is said to be unknown, and never taken for what a policy grants.
@Suite struct NotEvaluableTests {
  static func engine(_ rules: String, defaults: String = "default allow\ndefault unparsed block\n") throws -> Engine {
    let text = "hpol 1\npolicy t\n\(defaults)" + rules
    let reader = SourceReader.inMemory(["p.hpol": Array(text.utf8)])
    let build = PolicyBuild(roots: ["p.hpol"], reader: reader, now: 0, toolVersion: "test")
    let bundle = try #require(build.bundle, "\(build.diagnostics)")
    return try Engine(bundle, clock: 0)
  }

  static func fixture(_ line: String) throws -> Fixture {
    var parser = FixtureParser()
    return try Array(line.utf8).withUnsafeBufferPointer { bytes in try parser.fixture(bytes) }
  }

  @Test func maskingOfAMissingResponseIsNotEvaluable() throws {
    let masking = "rule m { when sql.table is \"users\" mask email }\n"
    let onResponse = "rule s on response { when sql.table is \"users\" and response contains email block }\n"
    let blocking = masking + "rule b { when sql.table is \"users\" block }\n"
    let cases: [(rules: String, fixture: String, lacks: Bool)] = [
      (masking, #"{"protocol":"postgres","request":"SELECT * FROM users","missing":["response"]}"#, true),
      (masking, #"{"protocol":"postgres","request":"SELECT * FROM users"}"#, false),
      (masking, #"{"protocol":"postgres","request":"SELECT * FROM t","missing":["response"]}"#, false),
      (masking, #"{"protocol":"postgres","request":"SELECT * FROM users","missing":["groups"]}"#, false),
      (onResponse, #"{"protocol":"postgres","request":"SELECT * FROM users","missing":["response"]}"#, true),
      (onResponse, #"{"protocol":"shell","request":"ls","missing":["response"]}"#, false),
      (blocking, #"{"protocol":"postgres","request":"SELECT * FROM users","missing":["response"]}"#, false),
    ]
    for (rules, line, lacks) in cases {
      let outcome = try Self.engine(rules).judge(JudgedRequest(Self.fixture(line)), [])
      #expect(outcome.lacksResponse == lacks, "\(rules)\(line)")
      #expect(outcome.isEvaluable)
    }
  }

  @Test func whatIsPinnedOfAMissingResponseNeitherHoldsNorFails() throws {
    let engine = try Self.engine("rule m { when sql.table is \"users\" mask email }\n")
    let pinned = #"{"id":"a","protocol":"postgres","request":"SELECT * FROM users","missing":["response"],"#
    for (expect, unknown, failed) in [
      (#"{"decision":"allow","masked":"[email]"}"#, 1, 0), (#"{"decision":"allow"}"#, 0, 0),
      (#"{"decision":"block","masked":"[email]"}"#, 0, 1),
    ] {
      var runner = TestRunner(policy: CheckedPolicy(), locate: { _ in "" }, judge: engine.judge)
      runner.run(try Self.fixture(pinned + #""expect":\#(expect)}"#), location: "f:1")
      #expect(runner.report.notEvaluableFixtures == unknown && runner.report.failedFixtures == failed)
      #expect(runner.report.holds == (unknown + failed == 0))
      if unknown > 0 {
        #expect(
          runner.report.text(.plain) == """
            unknown  a  f:1
                   SELECT * FROM users
                   expected masked "[email]"
                   actual   not evaluable: the recording lacks the response
            fixtures: 1, 1 of them pinned: none fails
            1 not evaluable

            """)
      }
    }
  }

  @Test func anUnknownWordForWhatIsMissingIsAnError() {
    #expect(throws: JSONError.self) {
      try Self.fixture(#"{"protocol":"shell","request":"ls","missing":["respons"]}"#)
    }
  }
}
