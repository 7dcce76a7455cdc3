import Foundation
import JSONText
import Operations
import PolicyBytecode
import PolicyCompiler
import PolicyRuntime
import PolicyTestBench
import Testing

private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()
private let key = Array("a key for tests, of enough bytes".utf8)

/// The files below a folder of the project, by their paths in it.
private func files(_ folder: String, ending: String) throws -> [String] {
  try FileManager.default.subpathsOfDirectory(atPath: root.appendingPathComponent(folder).path)
    .filter { $0.hasSuffix(ending) }.sorted().map { folder + "/" + $0 }
}

/// The packs of `policies/`, compiled once.
private let packs: [UInt8] = {
  var texts: [String: [UInt8]] = [:]
  for ending in [".hpol", ".txt"] {
    for path in (try? files("policies", ending: ending)) ?? [] {
      texts[path] = (try? Data(contentsOf: root.appendingPathComponent(path))).map { Array($0) }
    }
  }
  let roots = texts.keys.filter { $0.hasSuffix(".hpol") }.sorted()
  return PolicyBuild(roots: roots, reader: .inMemory(texts), now: 0, toolVersion: "").bundle ?? []
}()

private func line(_ fixture: Fixture) -> [UInt8] {
  var writer = JSONWriter()
  fixture.write(to: &writer)
  return Array(writer.bytes.dropLast())
}

private func parsed(_ line: [UInt8]) throws -> Fixture {
  var parser = FixtureParser()
  return try line.withUnsafeBufferPointer { (bytes) throws(JSONError) in try parser.fixture(bytes) }
}

/// The parts of two outcomes that must be the same.
private func verdict(_ outcome: Outcome) -> [String] {
  [
    outcome.decision.word, outcome.rules.joined(separator: ","), outcome.message ?? "", "\(outcome.approvals)",
    "\(outcome.masks)", outcome.record.word, outcome.tags.joined(separator: ","), "\(outcome.operations)",
    outcome.notEvaluable.joined(separator: ","), outcome.observed.joined(separator: ","),
    outcome.possibleRules.joined(separator: ","),
  ]
}

@Suite struct RedactionTests {
  /// Every fixture of the project, under every pack: what is left of it is judged as it was; of some protocols without
  /// their principals, too.
  @Test func allFixturesReplayToTheSameVerdict() throws {
    let engine = try Engine(packs, clock: 0)
    let recalling = try Engine(packs, clock: 0)
    let redactors = [false, true].map {
      FixtureRedactor([engine.policy], key: key, principals: $0, clock: 0)
    }
    var count = 0
    for path in try files("fixtures", ending: ".jsonl") where !path.contains("/import/") {
      let principals = path.contains("/postgres/") || path.contains("/mcp/")
      engine.forgetTools()
      recalling.forgetTools()
      var reader = try FixtureReader(path: root.appendingPathComponent(path).path)
      var sessions = [SessionTags(), SessionTags(), SessionTags()]
      while let next = try reader.nextFixture() {
        guard case .value(let fixture, let number) = next else { continue }
        count += 1
        let expected = sessions[0].judge(fixture, by: engine.judge)
        for (index, redactor) in redactors.enumerated() where index == 0 || principals {
          let redacted = line(redactor.redact(fixture))
          let outcome = sessions[1 + index].judge(try parsed(redacted), by: recalling.judge)
          #expect(
            verdict(outcome) == verdict(expected), "\(path):\(number): \(String(decoding: redacted, as: UTF8.self))")
        }
      }
    }
    #expect(count > 1000)
    let report = redactors[0].report
    #expect(report.fixtures == count && report.unchanged == 0 && report.redacted > count / 2)
    // What can be taken apart is: most of what is withheld was not readable.
    #expect(report.withheld < count / 20)
    #expect(redactors[1].report.fixtures > 100)
  }

  /// Values by the protocol and the payload they stand in. None of them is left, whatever reads it.
  private static let secrets: [(fixture: String, values: [String])] = [
    (
      #"{"protocol":"postgres","request":"SELECT * FROM users WHERE email = 'ana@example.com' AND id = 48151623 -- for Bob"}"#,
      ["ana@example.com", "48151623", "Bob"]
    ),
    (
      #"{"protocol":"postgres","request":"INSERT INTO t VALUES ($$it's Zanzibar$$, E'Quito\\n', U&'Praha', B'1011', X'CAFE99')"}"#,
      ["Zanzibar", "Quito", "Praha", "CAFE99"]
    ),
    (
      #"{"protocol":"postgres","request":"DO $$ BEGIN PERFORM f('Zanzibar'); END $$"}"#, ["Zanzibar"]
    ),
    // Prose is no code, however much it looks like it.
    (
      #"{"protocol":"postgres","request":"INSERT INTO notes VALUES ('update the patient Zanzibar')"}"#,
      ["Zanzibar", "patient"]
    ),
    (
      #"{"protocol":"mysql","request":"SELECT * FROM users WHERE name = \"Zanzibar\" AND token = 0x48151623 /* Quito */"}"#,
      ["Zanzibar", "48151623", "Quito"]
    ),
    (
      #"{"protocol":"shell","request":"curl -u zanzibar:quito -H 'X-Key: 48151623' https://u:praha@api.example.com/x?t=lima # oslo"}"#,
      ["zanzibar", "quito", "48151623", "praha", "lima", "oslo"]
    ),
    (
      #"{"protocol":"shell","request":"psql -h db -c \"SELECT 1 FROM users WHERE name = 'Zanzibar'\" | grep quito > /home/praha/x.txt"}"#,
      ["Zanzibar", "quito", "praha"]
    ),
    (
      #"{"protocol":"shell","request":"mysql -pZanzibar -e 'select 1'; PASSWORD=quito; export KEY=\"praha $PASSWORD lima\""}"#,
      ["Zanzibar", "quito", "praha", "lima"]
    ),
    (
      #"{"protocol":"shell","request":"cat <<EOF > /tmp/x\nZanzibar is\nthe password\nEOF\nsh -c 'echo quito'; echo zan\\zibar\"praha\""}"#,
      ["Zanzibar", "quito", "zibar", "praha", "password"]
    ),
    (
      #"{"protocol":"redis","request":"SET user:zanzibar:mail \"ana@example.com\" EX 48151623"}"#,
      ["zanzibar", "ana@example.com", "48151623"]
    ),
    (
      #"{"protocol":"redis","request":"EVAL \"redis.call('SET', KEYS[1], 'zanzibar') -- quito\" 1 praha"}"#,
      ["zanzibar", "quito", "praha"]
    ),
    (
      #"{"protocol":"http","request":{"method":"POST","path":"/users/48151623?q=zanzibar%20x&a=quito","headers":[["Authorization","Bearer praha"],["Cookie","sid=lima; a=oslo"],["Content-Type","application/json"],["X-Trace","cairo"]],"body":"{\"name\":\"minsk\",\"n\":[4815162342]}"},"response":{"status":200,"headers":[["Set-Cookie","s=tunis"]],"body":{"mail":"ana@example.com"}}}"#,
      [
        "48151623", "zanzibar", "quito", "praha", "lima", "oslo", "cairo", "minsk", "4815162342", "tunis",
        "ana@example.com",
      ]
    ),
    (
      #"{"protocol":"http","request":"POST /login HTTP/1.1\r\nHost: a.example.com\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 27\r\n\r\nuser=zanzibar&password=quito"}"#,
      ["zanzibar", "quito"]
    ),
    (
      #"{"protocol":"mcp","request":{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"f","arguments":{"a":"zanzibar","b":[48151623,{"c":"quito x"}]}}},"response":{"content":[{"type":"text","text":"praha lima"}]}}"#,
      ["zanzibar", "48151623", "quito", "praha", "lima"]
    ),
    (
      #"{"protocol":"k8s","request":{"method":"POST","path":"/api/v1/namespaces/x/secrets","headers":[["Content-Type","application/json"]],"body":"{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"db\"},\"data\":{\"password\":\"emFuemliYXI=\"}}"}}"#,
      ["emFuemliYXI="]
    ),
    (
      #"{"protocol":"k8s","request":"kubectl create secret generic db --from-literal=password=zanzibar"}"#, ["zanzibar"]
    ),
    (#"{"protocol":"ssh","request":"{\"channel\":\"env\",\"name\":\"TOKEN\",\"value\":\"zanzibar\"}"}"#, ["zanzibar"]),
    // What cannot be read is withheld.
    (#"{"protocol":"postgres","request":"SELEC zanzibar FRM 'quito"}"#, ["zanzibar", "quito", "SELEC"]),
    (#"{"protocol":"shell","request":"echo 'zanzibar"}"#, ["zanzibar"]),
    (#"{"protocol":"http","request":"zanzibar\u0000quito"}"#, ["zanzibar", "quito"]),
    (#"{"protocol":"mcp","request":"{\"jsonrpc\": zanzibar"}"#, ["zanzibar"]),
    (#"{"protocol":"redis","request":"*2\r\n$3\r\nGET\r\n$99\r\nzanzibar\r\n"}"#, ["zanzibar"]),
  ]

  @Test(arguments: secrets.indices) func noValueIsLeft(_ index: Int) throws {
    let (text, values) = Self.secrets[index]
    let engine = try NotEvaluableTests.engine("rule r { when text contains email block }\n")
    let redactor = FixtureRedactor([engine.policy], key: key, clock: 0)
    let fixture = try NotEvaluableTests.fixture(text)
    let redacted = line(redactor.redact(fixture))
    let shown = String(decoding: redacted, as: UTF8.self)
    for value in values { #expect(shown.range(of: value, options: .caseInsensitive) == nil, "\(value) in \(shown)") }
    #expect(
      verdict(engine.judge(JudgedRequest(try parsed(redacted)), []))
        == verdict(engine.judge(JudgedRequest(fixture), [])), "\(shown)")
  }

  /// The structure of what is done is there to be asked about.
  @Test func structureStays() throws {
    let engine = try NotEvaluableTests.engine("rule r { when text contains email block }\n")
    let redactor = FixtureRedactor([engine.policy], key: key, clock: 0)
    let other = try NotEvaluableTests.engine(
      """
      rule a { when sql.table is "users" and sql.verb is delete block }
      rule b { when shell.program is "rm" and shell.flag contains "-f" block }
      rule c { when k8s.verb is delete and k8s.resource is "pods" block }
      rule d { when http.method is "DELETE" and http.host is "crm" block }
      rule e { when redis.command is "FLUSHALL" block }
      rule f { when mcp.tool is "drop" block }
      """)
    for text in [
      #"{"protocol":"postgres","request":"DELETE FROM users WHERE name = 'zanzibar'"}"#,
      #"{"protocol":"mysql","request":"DELETE FROM users WHERE name = 'zanzibar'"}"#,
      #"{"protocol":"shell","request":"psql -c \"DELETE FROM users WHERE name = 'zanzibar'\""}"#,
      #"{"protocol":"shell","request":"cd zanzibar && sudo rm -rf quito"}"#,
      #"{"protocol":"ssh","request":"bash -c 'rm -f zanzibar'"}"#,
      #"{"protocol":"k8s","request":"kubectl delete pods zanzibar -l app=quito"}"#,
      #"{"protocol":"shell","request":"kubectl -n shop delete po zanzibar"}"#,
      #"{"protocol":"http","request":{"method":"DELETE","path":"/x?q=zanzibar","headers":[["Host","crm"]]}}"#,
      #"{"protocol":"redis","request":"SET a zanzibar\nFLUSHALL"}"#,
      #"{"protocol":"mcp","request":{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"drop","arguments":{"a":"zanzibar"}}}}"#,
    ] {
      let redacted = redactor.redact(try NotEvaluableTests.fixture(text))
      let outcome = other.judge(JudgedRequest(try parsed(line(redacted))), [])
      #expect(outcome.decision == .block && outcome.isEvaluable, "\(String(decoding: line(redacted), as: UTF8.self))")
    }
    #expect(redactor.report.withheld == 0)
  }

  @Test func equalValuesHaveEqualTokensUnderOneKeyOnly() throws {
    let engine = try NotEvaluableTests.engine("rule r { when text contains email block }\n")
    let fixtures = [
      #"{"protocol":"postgres","request":"SELECT 1 FROM t WHERE a = 'zanzibar'"}"#,
      #"{"protocol":"mysql","request":"SELECT 1 FROM t WHERE a = \"zanzibar\""}"#,
      #"{"protocol":"shell","request":"grep zanzibar /etc/passwd"}"#,
      #"{"protocol":"http","request":{"method":"GET","path":"/x?a=zanzibar"}}"#,
      #"{"protocol":"redis","request":"GET user:zanzibar"}"#,
    ]
    let token = String(decoding: ValueTokens(key: key).word("zanzibar".utf8), as: UTF8.self)
    let other = ValueTokens(key: Array("another key, of enough bytes too".utf8))
    #expect(token.utf8.count == 13 && other.word("zanzibar".utf8) != Array(token.utf8))
    for text in fixtures {
      let redactor = FixtureRedactor([engine.policy], key: key, clock: 0)
      let redacted = String(decoding: line(redactor.redact(try NotEvaluableTests.fixture(text))), as: UTF8.self)
      #expect(redacted.contains(token), "\(redacted)")
    }
  }

  /// A policy that asks what nobody recorded: the test is named, and what does not hang on it is known.
  @Test func aTestThatNobodyRecordedIsNotEvaluable() throws {
    let first = try NotEvaluableTests.engine("rule a { when text contains email block }\n")
    let redactor = FixtureRedactor([first.policy], key: key, clock: 0)
    let redacted = redactor.redact(
      try NotEvaluableTests.fixture(
        #"{"id":"x","protocol":"postgres","request":"SELECT * FROM users WHERE name = 'zanzibar'","expect":{"decision":"allow"}}"#
      ))
    let cases: [(rules: String, decision: Decision?, unknown: [String])] = [
      ("rule b { when text contains \"zanzibar\" block }", nil, [#"text contains "zanzibar""#]),
      ("rule b { when text contains email block }", .allow, []),
      ("rule b { when not text contains email block }", .block, []),
      // What does not hold whatever the unknown test says, and what holds all the same.
      ("rule b { when text contains \"zanzibar\" and sql.verb is drop block }", .allow, []),
      ("rule b { when text contains \"zanzibar\" or sql.verb is select block }", .block, []),
      ("rule b { when text contains \"zanzibar\" block }\nrule c { when sql.table is \"users\" block }", .block, []),
      ("rule b { when text contains \"zanzibar\" allow }", .allow, []),
      ("rule b { when text contains \"zanzibar\" record full }", nil, [#"text contains "zanzibar""#]),
      ("rule b { when text contains \"zanzibar\" mask email }", nil, [#"text contains "zanzibar""#]),
      ("@mode(observe) rule b { when text contains \"zanzibar\" block }", .allow, []),
    ]
    for (rules, decision, unknown) in cases {
      let outcome = try NotEvaluableTests.engine(rules + "\n").judge(JudgedRequest(redacted), [])
      #expect(outcome.notEvaluable == unknown, "\(rules)")
      if let decision { #expect(outcome.decision == decision, "\(rules)") }
    }
    let asking = try NotEvaluableTests.engine(cases[0].rules + "\n")
    var runner = TestRunner(policy: CheckedPolicy(), locate: { _ in "" }, judge: asking.judge)
    runner.run(redacted, location: "f:1")
    #expect(runner.report.notEvaluableFixtures == 1 && runner.report.failedFixtures == 0 && !runner.report.holds)
  }

  /// A default that an unknown rule may lift is not known; several operations may be lifted together or not.
  @Test func defaultsThatUnknownRulesLiftAreNotKnown() throws {
    let first = try NotEvaluableTests.engine("rule a { when text contains email block }\n")
    let redactor = FixtureRedactor([first.policy], key: key, clock: 0)
    let redacted = redactor.redact(
      try NotEvaluableTests.fixture(#"{"protocol":"shell","request":"echo zanzibar; ls zanzibar"}"#))
    let blocking = try NotEvaluableTests.engine(
      """
      rule a { when shell.program is "ls" and text contains "zanzibar" allow }
      rule b { when shell.program is "echo" and text contains "zanzibar" allow }
      """, defaults: "default block\n")
    #expect(blocking.judge(JudgedRequest(redacted), []).notEvaluable == [#"text contains "zanzibar""#])
    let half = try NotEvaluableTests.engine(
      """
      rule a { when shell.program is "ls" and text contains "zanzibar" allow }
      """, defaults: "default block\n")
    let outcome = half.judge(JudgedRequest(redacted), [])
    #expect(outcome.isEvaluable && outcome.decision == .block)
  }

  /// Tags that a request may have set are not taken for unset by those after it.
  @Test func tagsOfUnknownRequestsAreUnknown() throws {
    let first = try NotEvaluableTests.engine("rule a { when text contains email block }\n")
    let redactor = FixtureRedactor([first.policy], key: key, clock: 0)
    let asking = try NotEvaluableTests.engine(
      """
      rule t { when text contains "zanzibar" tag "seen" }
      rule b { when session has "seen" and shell.program is "curl" block }
      rule c { when session has "other" and shell.program is "curl" block }
      """)
    var sessions = SessionTags()
    var outcomes: [Outcome] = []
    for text in ["cat zanzibar", "ls", "curl x"] {
      let fixture = try NotEvaluableTests.fixture(#"{"session":"s","protocol":"shell","request":"\#(text)"}"#)
      outcomes.append(sessions.judge(redactor.redact(fixture), by: asking.judge))
    }
    #expect(outcomes[0].notEvaluable == [#"text contains "zanzibar""#] && outcomes[0].possibleTags == ["seen"])
    #expect(outcomes[2].notEvaluable.contains(#"session has "seen""#))
    #expect(!outcomes[2].notEvaluable.contains(#"session has "other""#))
  }

  /// Another reading of payloads makes other operations, of which nothing is recorded.
  @Test func otherOperationsAreNotEvaluable() throws {
    let first = try NotEvaluableTests.engine("rule a { when text contains email block }\n")
    let redactor = FixtureRedactor([first.policy], key: key, clock: 0)
    let redacted = redactor.redact(
      try NotEvaluableTests.fixture(
        #"{"protocol":"mcp","request":{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"q","arguments":{"sql":"DROP TABLE t"}}}}"#
      ))
    let decoding = try NotEvaluableTests.engine(
      "decode mcp tool \"q\" argument \"sql\" as postgres\nrule a { when sql.verb is drop block }\n")
    let outcome = decoding.judge(JudgedRequest(redacted), [])
    #expect(outcome.notEvaluable == ["the operations are not those that were recorded"])
  }

  /// A detector of the policy's own is one test with its meaning: another policy's of the same name is another test.
  @Test func detectorsOfOneNameAreToldApart() throws {
    func engine(_ regex: String) throws -> Engine {
      try NotEvaluableTests.engine("detector staff = /\(regex)/\nrule a { when text contains staff block }\n")
    }
    let first = try engine("\\bEMP-\\d{6}\\b")
    let redactor = FixtureRedactor([first.policy], key: key, clock: 0)
    let redacted = redactor.redact(
      try NotEvaluableTests.fixture(#"{"protocol":"postgres","request":"SELECT 'EMP-481516'"}"#))
    #expect(first.judge(JudgedRequest(redacted), []).decision == .block)
    #expect(try engine("\\bEMP-\\d{6}\\b").judge(JudgedRequest(redacted), []).isEvaluable)
    #expect(try !engine("\\bSTAFF-\\d{6}\\b").judge(JudgedRequest(redacted), []).isEvaluable)
  }

  @Test func principalsGoOnlyWhereAsked() throws {
    let engine = try NotEvaluableTests.engine(
      "rule a { when user is \"zanzibar\" and claim[\"team\"] is \"quito\" and source within \"10.0.0.0/8\" block }\n")
    let text =
      #"{"id":"praha/1","session":"praha","principal":{"user":"zanzibar","groups":["g"],"claims":{"team":"quito"}},"source":"10.1.2.3","protocol":"shell","request":"ls"}"#
    let fixture = try NotEvaluableTests.fixture(text)
    let kept = FixtureRedactor([engine.policy], key: key, clock: 0).redact(fixture)
    #expect(kept.redacted == nil && kept.principal.user == "zanzibar")
    let redacted = line(FixtureRedactor([engine.policy], key: key, principals: true, clock: 0).redact(fixture))
    let shown = String(decoding: redacted, as: UTF8.self)
    for value in ["praha", "10.1.2.3"] { #expect(!shown.contains(value), "\(shown)") }
    let principal = try parsed(redacted).principal
    #expect(
      principal.user != "zanzibar" && principal.claims.map { $0[0] } == ["team"] && principal.claims[0][1] != "quito")
    #expect(engine.judge(JudgedRequest(try parsed(redacted)), []).rules == ["a"])
    let other = try NotEvaluableTests.engine("rule a { when user is \"quito\" block }\n")
    #expect(other.judge(JudgedRequest(try parsed(redacted)), []).notEvaluable == [#"user is "quito""#])
  }

  /// What is redacted is not redacted again: what it recalls cannot be asked any more.
  @Test func aRedactedFixtureStaysAsItIs() throws {
    let engine = try NotEvaluableTests.engine("rule a { when text contains email block }\n")
    let redactor = FixtureRedactor([engine.policy], key: key, clock: 0)
    let once = redactor.redact(
      try NotEvaluableTests.fixture(#"{"protocol":"postgres","request":"SELECT 'ana@example.com'"}"#))
    #expect(line(redactor.redact(once)) == line(once) && redactor.report.unchanged == 1)
  }

  @Test func slipsInWhatIsRecordedAreErrors() {
    for member in [
      #"{"facts":["txt"]}"#, #"{"fact":[]}"#, #"{"facts":[],"tests":{"a":1}}"#, #"{"operations":[{}]}"#,
      #"{"operations":[{"protocol":"shell","unparsed":"x"}]}"#, #"{"withheld":"yes"}"#,
    ] {
      #expect(throws: JSONError.self, "\(member)") {
        try NotEvaluableTests.fixture(#"{"protocol":"shell","request":"ls","redacted":\#(member)}"#)
      }
    }
  }
}
