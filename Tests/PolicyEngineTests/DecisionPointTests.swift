import Foundation
import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyRuntime
import PolicyTestBench
import Responses
import TestSupport
import Testing

@testable import PolicyEngine

/// A decision point remembers; what it says is what an engine without memory does.
struct DecisionPointTests {
  @Test func saysOfRecordedRequestsWhatTheEngineDoes() throws {
    let folder = try TemporaryFolder()
    let run = try ShellRun("\(buildFolder)/hpol build policies --output \(folder.path)/p.hpolb")
    try #require(run.code == 0, "\(run.error)")
    let policy = try LoadedPolicy(Bundle(Array(Data(contentsOf: URL(fileURLWithPath: folder.path + "/p.hpolb")))))
    let point = DecisionPoint(policy)
    let engine = Engine(policy, clock: 0)
    var judged = 0
    for round in 0..<4 {
      var tags = SessionTags()
      var sessions: [String: BoundSession] = [:]
      for fixture in try recordedFixtures() where fixture.redacted == nil && fixture.protocol != .mcp {
        var fixture = fixture
        fixture.missing = []
        fixture.response = nil
        fixture.principal.time = fixture.principal.time ?? 1_800_000_000
        let expected = tags.judge(fixture, by: engine.judge)
        let name = fixture.session ?? UUID().uuidString
        let session = sessions[name] ?? point.bind(fixture.principal)
        guard session.principal.user == fixture.principal.user else { continue }
        sessions[name] = session
        let found = fixture.payload.bytes.withUnsafeBufferPointer {
          point.judge(fixture.protocol, $0, in: session, at: fixture.principal.time ?? 0)
        }
        #expect(line(found.outcome) == line(expected), "round \(round), \(String(describing: fixture.id))")
        #expect(String(cString: found.line.baseAddress!) + "\n" == line(expected))
        judged += 1
      }
    }
    #expect(judged > 400)
  }

  private func line(_ outcome: Outcome) -> String {
    var writer = JSONWriter()
    outcome.write(id: nil, isAnswered: false, to: &writer)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private func recordedFixtures() throws -> [Fixture] {
    var fixtures: [Fixture] = []
    let listed = try ShellRun("ls fixtures/*/*.jsonl")
    for path in listed.output.split(separator: "\n") {
      var reader = try FixtureReader(path: projectFolder + "/" + path)
      while let next = try reader.nextFixture() { if case .value(let fixture, _) = next { fixtures.append(fixture) } }
    }
    return fixtures
  }

  private func point(_ text: String) throws -> (DecisionPoint, LoadedPolicy) {
    let policy = try policy(text)
    return (DecisionPoint(policy), policy)
  }

  private func policy(_ text: String) throws -> LoadedPolicy {
    let build = PolicyBuild(
      roots: ["p.hpol"], reader: .inMemory(["p.hpol": Array("hpol 1\n\(text)".utf8)]), now: 0, toolVersion: "test")
    return try LoadedPolicy(Bundle(try #require(build.bundle)))
  }

  private func decide(
    _ point: DecisionPoint, _ payload: String, in session: BoundSession, at time: Int64 = 1,
    _ wire: OperationProtocol = .shell
  ) -> Decision {
    var payload = payload
    return payload.withUTF8 { point.judge(wire, $0, in: session, at: time).outcome.decision }
  }

  @Test func timeIsNotRemembered() throws {
    let (point, _) = try point(
      "default allow\nrule night { when time within \"mon-sun 22:00-23:00 UTC\"; block }".replacingOccurrences(
        of: ";", with: "\n"))
    let session = point.bind(Principal())
    for _ in 0..<4 {
      #expect(decide(point, "ls", in: session, at: 1_800_000_000 / 86400 * 86400 + 12 * 3600) == .allow)
      #expect(decide(point, "ls", in: session, at: 1_800_000_000 / 86400 * 86400 + 22 * 3600 + 60) == .block)
    }
  }

  /// What a session has read decides what it may send.
  private static let tagging = """
    default allow
    rule reads { when shell.program is "cat"
      tag "read" }
    rule after { when session has "read"
      when shell.program is "curl"
      block }
    """

  /// As rules match by bytes, `é` in one character and in two are two tags, two columns, two sessions.
  @Test func namesAreTheSameByTheirBytes() throws {
    let (one, two) = ("caf\u{E9}", "cafe\u{301}")
    let (point, _) = try point(
      """
      default allow
      rule a { when shell.program is "a"
        tag "\(one)" }
      rule b { when shell.program is "b"
        tag "\(two)" }
      rule c { when session has "\(two)"
        when shell.program is "c"
        block }
      rule d { when protocol is postgres
        mask column ["\(one)", "\(two)"] }
      """)
    let session = point.bind(Principal())
    #expect(decide(point, "a", in: session) == .allow)
    #expect(decide(point, "c", in: session) == .allow)
    #expect(decide(point, "b", in: session) == .allow)
    #expect(decide(point, "c", in: session) == .block)
    #expect(session.tags.count == 2)
    let payload = Array("SELECT 1".utf8)
    let verdict = point.judge(
      .postgres, payload,
      answeredBy: .object([
        .init("columns", .array([.string(one), .string(two)])),
        .init("rows", .array([.array([.string("secret"), .string("secret")])])),
      ]), in: session, at: 1)
    #expect(!line(verdict.outcome).contains("secret"))

    let table = SessionTable()
    var outcome = verdict.outcome
    outcome.tags = ["t"]
    #expect(table.add(outcome, to: one, at: 1))
    #expect(table.tags(of: two, at: 1).certain.isEmpty)
    table.end(two)
    #expect(table.count == 1)
    table.end(one)
    #expect(table.count == 0)
  }

  /// A verdict's masks are of the detectors of its own policy, whichever is in force when the response comes.
  @Test func masksAreOfThePolicyThatJudged() throws {
    func text(_ word: String) -> String {
      "default allow\ndetector badge = /\(word)-[0-9]{5}/\nrule m { when protocol is shell\n  mask badge }\n"
    }
    let (point, _) = try point(text("EMP"))
    let session = point.bind(Principal())
    var payload = "cat badges"
    let verdict = payload.withUTF8 { point.judge(.shell, $0, in: session, at: 1) }
    #expect(point.replace(by: try policy(text("NEW"))) { _ in true })
    let response = Response.text(Array("EMP-12345 NEW-12345".utf8))
    #expect(Responses.masked(response, by: point.maskPlan(verdict)).0 == .text(Array("[badge] NEW-12345".utf8)))
  }

  @Test func tagsAreNotRemembered() throws {
    let (point, _) = try point(Self.tagging)
    for _ in 0..<4 {
      let session = point.bind(Principal())
      for _ in 0..<3 { #expect(decide(point, "curl x", in: session) == .allow) }
      #expect(decide(point, "cat x", in: session) == .allow)
      for _ in 0..<3 { #expect(decide(point, "curl x", in: session) == .block) }
      #expect(session.tags == ["read"])
    }
  }

  @Test func namesThatOnlyLookAlikeAreOthers() throws {
    let (point, policy) = try point("default allow\nrule one { when user is \"\u{E9}\"\n block }")
    let engine = Engine(policy, clock: 0)
    for (user, decision) in [("\u{E9}", Decision.block), ("e\u{301}", .allow), ("\u{E9}", .block)] {
      var fixture = Fixture(protocol: .shell, payload: .text(Array("ls".utf8)))
      fixture.principal.user = user
      #expect(engine.judge(JudgedRequest(fixture), []).decision == decision)
      for _ in 0..<3 { #expect(point.decide(fixture, now: 1)?.decision == decision) }
    }
  }

  @Test func requestsByNameOfTheirSessionBringTheirTags() throws {
    let (point, _) = try point(Self.tagging)
    func decide(_ session: String?, _ text: String) -> Decision? {
      var fixture = Fixture(protocol: .shell, payload: .text(Array(text.utf8)))
      fixture.session = session
      return point.decide(fixture, now: 1)?.decision
    }
    for name in ["a", "b", "c"] {
      for _ in 0..<3 { #expect(decide(name, "curl x") == .allow && decide(nil, "curl x") == .allow) }
      #expect(decide(nil, "cat x") == .allow && decide(name, "curl x") == .allow)
      #expect(decide(name, "cat x") == .allow)
      for _ in 0..<3 { #expect(decide(name, "curl x") == .block && decide(nil, "curl x") == .allow) }
    }
  }

  @Test func payloadsOfOneTextAndTwoProtocolsAreTwo() throws {
    let (point, _) = try point("default allow\nrule sql { when protocol is postgres\n block }")
    let session = point.bind(Principal())
    for _ in 0..<4 {
      #expect(decide(point, "ls", in: session) == .allow)
      #expect(decide(point, "ls", in: session, .postgres) == .block)
    }
  }

  @Test func aReplacedPolicyHoldsFromTheNextRequestOnEveryThread() throws {
    let allow = try policy("default allow")
    let block = try policy("default block")
    let point = DecisionPoint(allow)
    let session = point.bind(Principal())
    for _ in 0..<3 { #expect(decide(point, "ls", in: session) == .allow) }
    point.replace(by: block)
    for _ in 0..<3 { #expect(decide(point, "ls", in: session) == .block) }
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      let session = point.bind(Principal())
      for round in 0..<200 {
        if thread == 0, round % 20 == 0 { point.replace(by: round % 40 == 0 ? allow : block) }
        _ = decide(point, "echo \(round % 7)", in: session)
      }
    }
    point.replace(by: block)
    #expect(decide(point, "ls", in: session) == .block)
    #expect(point.generation.number == 13)
  }

  @Test func memoryHasLimits() {
    var memory = StatementMemory()
    func number(_ text: [UInt8]) -> Int { text.withUnsafeBufferPointer { memory.number(of: $0, .shell) } }
    let longest = [UInt8](repeating: 0x61, count: StatementMemory.statementBytes)
    #expect(number(longest) == -1 && number(longest) == 0 && number(longest) == 0)
    #expect(number(longest + [0x61]) == -1 && number(longest + [0x61]) == -1)
    var count = 1
    for index in 0..<2 * StatementMemory.statementLimit where !memory.isFull {
      let text = Array("echo \(index)".utf8)
      _ = number(text)
      if number(text) >= 0 { count += 1 }
    }
    #expect(memory.isFull && count <= StatementMemory.statementLimit)
    memory.removeAll()
    #expect(!memory.isFull && number(longest) >= -1)
  }

  @Test func verdictsAreForgottenAtTheirLimit() throws {
    // Every set of groups gives another set of rules, and so another verdict.
    let rules = (0..<13).map { "rule r\($0) { when group is \"g\($0)\"\n block \"\($0)\" }" }
    let (point, _) = try point("default allow\n" + rules.joined(separator: "\n"))
    for bits in 0..<(RememberingEngine.verdictLimit + 10) {
      var principal = Principal()
      principal.groups = (0..<13).filter { bits >> $0 & 1 != 0 }.map { "g\($0)" }
      let session = point.bind(principal)
      for _ in 0..<3 { #expect(decide(point, "ls", in: session) == (bits == 0 ? .allow : .block)) }
    }
    point.withEngine { #expect($0.verdicts.count <= RememberingEngine.verdictLimit) }
  }
}
