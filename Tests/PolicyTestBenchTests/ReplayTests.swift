import Glibc
import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime
import Testing

@testable import PolicyTestBench

/// Many lines on many threads, against the engine one line after the other.
@Suite struct ReplayTests {
  private func policy(_ rules: String) throws -> LoadedPolicy {
    let text = "hpol 1\npolicy t\ndefault allow\ndefault unparsed block\n" + rules
    let build = PolicyBuild(
      roots: ["p.hpol"], reader: SourceReader.inMemory(["p.hpol": Array(text.utf8)]), now: 0, toolVersion: "test")
    return try LoadedPolicy(Bundle(try #require(build.bundle, "\(build.diagnostics)")))
  }

  /// Notes what becomes of each line.
  private final class Recorder: TrafficVisitor, @unchecked Sendable {
    let judge: PolicyJudge
    var seen: [(place: LinePlace, verdict: String)] = []

    init(_ policy: LoadedPolicy) { judge = PolicyJudge(Engine(policy, clock: 0)) }

    func visit(_ request: RecordedRequest, of traffic: RecordedTraffic, at place: LinePlace) {
      let number = judge.judge(request, of: traffic)
      seen.append((place, describe(judge.outcomes[number])))
    }

    func forgetTraffic(of traffic: RecordedTraffic) { judge.forgetTraffic() }
  }

  /// Tells what becomes of each fixture.
  private final class Judge: FixtureVisitor, @unchecked Sendable {
    let engine: Engine
    var fixtures = FixtureJudge()

    init(_ policy: LoadedPolicy) { engine = Engine(policy, clock: 0) }

    func judge(_ fixture: Fixture, isStateful: Bool) -> Outcome {
      fixtures.judge(fixture, isStateful: isStateful, by: engine.judge)
    }

    func part(_ lines: [FixtureLine<Outcome>]) -> [String] {
      lines.map {
        switch $0 {
        case .fixture(_, let outcome, _, let line): "\(line): \(describe(outcome))"
        case .unreadable(let failure): "\(failure.line): \(failure.column) \(failure.reason)"
        }
      }
    }
  }

  private static func describe(_ outcome: Outcome) -> String {
    "\(outcome.decision.word) \(outcome.rules) \(outcome.message ?? "") \(outcome.record.word) \(outcome.tags) "
      + "\(outcome.masks.count) \(outcome.observed) \(outcome.operations) \(outcome.applied) "
      + "\(outcome.notEvaluable) \(outcome.possibleTags)"
  }

  /// The verdict of each line, and the failures, as the engine alone gives them.
  private func expected(_ policy: LoadedPolicy, _ path: String) throws -> [String] {
    let engine = Engine(policy, clock: 0)
    var sessions = SessionTags()
    var reader = try FixtureReader(path: path)
    var lines: [String] = []
    while let line = try reader.nextFixture() {
      switch line {
      case .value(let fixture, let number):
        lines.append("\(number): \(Self.describe(sessions.judge(fixture, by: engine.judge)))")
      case .failure(let failure): lines.append("\(failure.line): \(failure.column) \(failure.reason)")
      }
    }
    return lines
  }

  private func replayed(
    _ policy: LoadedPolicy, _ path: String, threads: Int, blockBytes: Int
  ) throws -> [String] {
    let run = LineRun(
      [path], needs: PolicyJudge.needs(policy), threads: threads, blockBytes: blockBytes,
      make: { Recorder(policy) })
    try run.run()
    var lines = run.visitors.flatMap(\.seen).map { ($0.place.line, "\($0.place.line): \($0.verdict)") }
    lines += run.failures.map { ($0.line, "\($0.line): \($0.column) \($0.reason)") }
    #expect(run.failureCount == run.failures.count)
    return lines.sorted { $0.0 < $1.0 }.map(\.1)
  }

  private func compare(_ policy: LoadedPolicy, _ text: String) throws {
    try withFile(Array(text.utf8)) { path in
      let expected = try expected(policy, path)
      for (threads, blockBytes) in [(1, 1 << 20), (1, 64), (2, 300), (3, 1000)] {
        let replayed = try replayed(policy, path, threads: threads, blockBytes: blockBytes)
        #expect(replayed == expected, "\(threads) threads, blocks of \(blockBytes)")
        var judged: [String] = []
        try FixtureRun.run([path], under: policy, threads: threads, blockBytes: blockBytes) {
          Judge(policy)
        } deliver: { part, _ in
          judged += part
        }
        #expect(judged == expected, "judged whole, \(threads) threads, blocks of \(blockBytes)")
      }
    }
  }

  private let rules = """
    rule drops { when sql.verb in [drop, truncate] unless group in ["dba"] block "no" }
    rule removals { when shell.program is "rm" approve by "ops" }
    rule agents { when actor is agent record full }
    rule mail { mask email }
    rule admin { when http.path like "/admin/**" block }
    rule flush { when redis.command is "FLUSHALL" and target like "prod-*" block }
    """

  private static let lines = [
    #"{"id":1,"protocol":"postgres","target":"prod-a","principal":{"user":"eve","groups":["dev"]},"request":"DROP TABLE x"}"#,
    #"{"protocol":"postgres","target":"prod-a","principal":{"user":"dan","groups":["dba"]},"request":"DROP TABLE x"}"#,
    #"{"protocol": "mysql", "target": "prod-a", "request": "DROP TABLE x"}"#,
    #"{"protocol":"shell","request":"rm -rf \"/srv/a b\"","principal":{"actor":"agent"}}"#,
    #"{"protocol":"shell","request":"rm -rf \"/srv/\u00e4\"","principal":{"actor":"agent"},"time":"2026-11-20T10:04:05Z"}"#,
    #"{"protocol":"shell","request":"echo ü","response":"a\nb","recorded":{"decision":"block"}}"#,
    #"{"protocol":"redis","target":"prod-r","request":"FLUSHALL","missing":["response"],"expect":{"decision":"block"}}"#,
    #"{"protocol":"redis","target":"dev-r","request":"FLUSHALL","labels":{"a":["b","c"]},"source":"10.0.0.1"}"#,
    #"{"protocol":"http","request":{"method":"GET","path":"/admin/x","headers":[["Host","a"]]}}"#,
    #"{"protocol":"k8s","request":"kubectl delete ns x","session":"s"}"#,
    #"{"protocol":"mcp","target":"m","request":{"jsonrpc":"2.0","id":1,"method":"tools/list"},"response":{"tools":[{"name":"t"}]}}"#,
    #"{"protocol":"mcp","target":"m","request":{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"t"}}}"#,
    "", "  ", "{", #"{"protocol":"shell"}"#, #"{"protocol":"shell","request":"a","request":"b"}"#,
    #"{"protocol":"shell","request":"a","id":01}"#, #"{"protocol":"shell","request":"a","response":"\ud800"}"#,
    #"{"protocol":"shell","request":"a","response":{"columns":1,"rows":[]}}"#,
    #"{"protocol":"shell","request":"a","id":-1}"#,
    #"{"protocol":"shell","request":"a\q"}"#, #"{"protocol":"shell","request":"a","time":"yesterday"}"#,
    #"{"protocol":"shell","request":"a","principal":{"user":"eve","user":"x"}}"#,
    #"{"protocol":"shell","request":null}"#,
    #"{"protocol":"shell","request":"a","session":null,"other":[1,{"a":"}"}]}"#, #"{"protocol":"nfs","request":"a"}"#,
    #"{"protocol":"shell","request":"a"} x"#, #"{"protocol":"shell","request":"a","expect":{"decision":"never"}}"#,
    "{\"protocol\":\"shell\",\"request\":\"a\u{1}\"}",
    #"{"protocol":"shell","request":"a","recorded":{"decision":"x"}}"#,
    #"{"protocol":"shell","request":"a","expect":{"decision":"allow","rules":[],"masked":"x","record":"none"}}"#,
    #"{"protocol":"shell","request":"a","expect":{"verdict":"allow"}}"#,
    #"{"protocol":"shell","request":"a","expect":[]}"#,
    #"{"protocol":"shell","request":"a","missing":["all"]}"#,
  ]

  @Test func everyLineGetsTheVerdictOfTheEngine() throws {
    // Three times over: new, seen once, kept.
    try compare(try policy(rules), (Self.lines + Self.lines + Self.lines).joined(separator: "\n"))
  }

  @Test func tagsAndToolsKeepTheirOrder() throws {
    let policy = try policy(
      """
      rule secrets { when shell.path like "/etc/**" tag "tainted" }
      rule no-upload { when session has "tainted" and shell.program is "curl" block }
      rule tools { when mcp.destructive block }
      """)
    var lines: [String] = []
    for number in 0..<60 {
      let session = number % 7
      let command = number % 5 == 3 ? "cat /etc/x" : number % 2 == 0 ? "curl http://x/\(number % 3)" : "ls"
      lines.append(#"{"protocol":"shell","session":"s\#(session)","request":"\#(command)"}"#)
      if number % 11 == 0 {
        lines.append(
          #"{"protocol":"mcp","target":"m","request":{"jsonrpc":"2.0","id":1,"method":"tools/list"},"response":{"tools":[{"name":"t\#(number)","annotations":{"destructiveHint":true}}]}}"#
        )
      }
      lines.append(
        #"{"protocol":"mcp","target":"m","request":{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"t\#(number % 33)"}}}"#
      )
    }
    try compare(policy, lines.joined(separator: "\n"))
  }

  /// What a redacted request may have set counts as either in those after it, redacted themselves or not.
  @Test func possibleTagsAreKept() throws {
    let first = try policy("rule a { when text contains email block }")
    let redactor = FixtureRedactor([first], key: Array("a key of thirty-two bytes, and so".utf8), clock: 0)
    let asking = try policy(
      """
      rule t { when text contains "zanzibar" tag "seen" }
      rule b { when session has "seen" and shell.program is "curl" block }
      """)
    var lines: [String] = []
    for number in 0..<40 {
      let command = ["cat zanzibar", "ls", "curl x", "cat y"][number % 4]
      let line = #"{"protocol":"shell","session":"s\#(number % 3)","request":"\#(command)"}"#
      guard number % 5 == 0 else {
        lines.append(line)
        continue
      }
      var writer = JSONWriter()
      redactor.redact(try NotEvaluableTests.fixture(line)).write(to: &writer)
      lines.append(String(decoding: writer.bytes, as: UTF8.self))
    }
    try compare(asking, lines.joined(separator: "\n"))
  }

  @Test func timeAndResponsesAreNotRemembered() throws {
    let policy = try policy(
      """
      rule night { when time within "mon-sun 20:00-06:00 UTC" block }
      rule keys on response { when response contains private_key block }
      """)
    let lines = (0..<50).map { number in
      number % 3 == 0
        ? #"{"protocol":"shell","request":"ls","response":"\#(number % 2 == 0 ? "-----BEGIN PRIVATE KEY-----" : "x")"}"#
        : #"{"protocol":"shell","time":"2026-11-20T\#(10 + number % 14):00:00Z","request":"ls"}"#
    }
    try compare(policy, lines.joined(separator: "\n"))
  }

  /// What the quick scanner takes, the parser takes, too; damaged lines are refused by both for the same reason.
  @Test(arguments: 0..<8) func damagedLinesAreReadAlike(seed: Int) throws {
    var random = SplitMix(state: UInt64(seed) &* 0x9E37_79B9 + 1)
    var text: [UInt8] = []
    for _ in 0..<400 {
      var line = Array(Self.lines[Int(random.next() % 12)].utf8)
      for _ in 0..<random.next() % 3 {
        let place = Int(random.next() % UInt64(line.count))
        switch random.next() % 4 {
        case 0: line[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: line.remove(at: place)
        case 2: line.insert(Array("\"\\{}[],: 0".utf8)[Int(random.next() % 10)], at: place)
        default: line.insert(contentsOf: line.prefix(place).suffix(12), at: place)
        }
        if line.isEmpty { line = [0x20] }
      }
      text += line.filter { $0 != 0x0A } + [0x0A]
    }
    let policy = try policy(rules)
    try withFile(text) { path in
      let expected = try expected(policy, path)
      let replayed = try replayed(policy, path, threads: 2, blockBytes: 2000)
      #expect(replayed == expected)
    }
  }

  @Test func countsInAreCountsOut() throws {
    let policy = try policy(rules)
    let text = (Self.lines + Self.lines).joined(separator: "\n")
    try withFile(Array(text.utf8)) { path in
      let report = try Replay.run(policy, on: [path, path], clock: 0, threads: 2)
      let blank = 2
      #expect(report.fixtures + report.notReplayable == 4 * (Self.lines.count - blank))
      #expect(report.verdicts.total == report.fixtures)
      #expect(report.protocols.values.reduce(0) { $0 + $1.total } == report.fixtures)
      #expect(report.targets.values.reduce(0) { $0 + $1.total } == report.fixtures)
      #expect(report.rows.values.reduce(0) { $0 + $1.count } == report.fixtures)
      #expect(report.failures.map(\.line) == report.failures.map(\.line).sorted() || report.failures.count > 0)
      #expect(report.withRecorded == 4)
      #expect(report.lackResponse == 0)
      let drops = try #require(
        policy.bundle.rules.indices.first { policy.bundle.text(policy.bundle.rules[$0].displayName) == "drops" })
      #expect(report.rules[drops].decided == 8)
    }
  }

  @Test func longLinesAreToldAtTheLimitAndOnePastIt() throws {
    let policy = try policy("")
    let frame = #"{"protocol":"shell","request":""}"#.utf8.count
    func line(_ count: Int) -> String {
      #"{"protocol":"shell","request":"\#(String(repeating: "a", count: count - frame))"}"#
    }
    for text in [
      line(100) + "\n" + line(101) + "\n" + line(40), line(500) + "\n" + line(600) + "\n" + line(100), line(101),
    ] {
      try withFile(Array(text.utf8)) { path in
        for blockBytes in [16, 64, 1 << 20] {
          let run = LineRun(
            [path], needs: PolicyJudge.needs(policy), threads: 2, lineLimit: 100, blockBytes: blockBytes,
            make: { Recorder(policy) })
          try run.run()
          let long = text.split(separator: "\n").enumerated().filter { $0.element.utf8.count > 100 }.map {
            $0.offset + 1
          }
          #expect(run.failures.map(\.line) == long)
          #expect(run.failures.allSatisfy { $0.reason == "the line is longer than 100 bytes" })
          let other = text.split(separator: "\n").count - long.count
          #expect(run.visitors.reduce(0) { $0 + $1.seen.count } == other)
        }
      }
    }
  }

  /// What a file pins is told of its fixtures in their order, with the log, whatever the blocks.
  @Test func pinnedFixturesAreReportedInOrder() throws {
    let policy = try policy(
      rules + "\nrule t { when shell.program is \"id\" tag \"t\" }\nrule s { when session has \"t\" block }")
    var lines: [String] = []
    for number in 0..<120 {
      let command = ["rm x", "ls", "id", "rm y", "DROP"][number % 5]
      let session = number % 4 == 0 ? #""session":"s","# : ""
      let pinned = number % 3 == 0 ? "" : #","expect":{"decision":"\#(["allow", "approve"][number % 2])"}"#
      lines.append(#"{"id":\#(number),\#(session)"protocol":"shell","request":"\#(command)"\#(pinned)}"#)
      if number % 17 == 3 { lines.append("broken \(number)") }
    }
    try withFile(Array(lines.joined(separator: "\n").utf8)) { path in
      var runner = TestRunner(
        policy: CheckedPolicy(), keepsLog: true, reasons: VerdictReasons(policy, clock: 0), locate: { _ in "" },
        judge: Engine(policy, clock: 0).judge)
      var expected = TestReport()
      expected.log = TestLog()
      var reader = try FixtureReader(path: path)
      var unreadable: [LineFailure] = []
      while let line = try reader.nextFixture() {
        switch line {
        case .value(let fixture, let number): runner.run(fixture, location: "\(path):\(number)")
        case .failure(let failure): unreadable.append(failure)
        }
      }
      expected.add(runner.report)
      for failure in unreadable { expected.add(failure) }
      for (threads, blockBytes) in [(1, 1 << 20), (2, 300), (3, 1000)] {
        var results = FixtureResults()
        results.report.log = TestLog()
        try FixtureRun.run([path, path], under: policy, threads: threads, blockBytes: blockBytes) {
          PinnedFixtures(Engine(policy, clock: 0), InvariantProbes(), keepsLog: true)
        } deliver: { part, _ in
          results.add(part)
        }
        let report = results.report
        #expect(results.requests == 240 && report.fixtures == 240 && report.pinnedFixtures == 160)
        #expect(report.notReplayable == 2 * expected.notReplayable && report.failedFixtures > expected.failedFixtures)
        let half = report.failures.prefix(expected.failures.count)
        #expect(half.map(\.location) == expected.failures.map(\.location))
        #expect(half.map(\.actual) == expected.failures.map(\.actual))
        #expect(half.map(\.because) == expected.failures.map(\.because))
        let suites = report.log?.suites ?? []
        #expect(suites.map(\.file) == [path] && suites.first?.unpinned == 80 && suites.first?.cases.count == 160)
        #expect(suites.first?.cases.prefix(80).map(\.name) == expected.log?.suites.first?.cases.map(\.name))
        #expect(report.unreadable.prefix(unreadable.count) == unreadable[...])
      }
    }
  }

  /// Past a bound all is forgotten, and nothing changes.
  @Test func whatIsForgottenIsJudgedAnew() throws {
    let policy = try policy(rules)
    var lines: [String] = []
    for number in 0..<RecordedTraffic.identityLimit + 200 {
      lines.append(#"{"protocol":"shell","principal":{"user":"u\#(number)"},"request":"rm a\#(number % 5)"}"#)
    }
    try withFile(Array(lines.joined(separator: "\n").utf8)) { path in
      let report = try Replay.run(policy, on: [path], clock: 0, threads: 1)
      #expect(report.fixtures == lines.count && report.verdicts[.approve] == lines.count)
    }
  }
}

/// Vigna's SplitMix64.
private struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
