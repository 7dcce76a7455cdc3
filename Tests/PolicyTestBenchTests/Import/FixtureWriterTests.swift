import Foundation
import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyTestBench
import TestSupport
import Testing

private func parsed(_ line: String) throws(JSONError) -> Fixture {
  var parser = FixtureParser()
  return try Array(line.utf8).withUnsafeBufferPointer { (bytes) throws(JSONError) in try parser.fixture(bytes) }
}

private func expectSame(_ a: Fixture, _ b: Fixture, _ line: String) {
  #expect(a.id == b.id && a.principal == b.principal && a.protocol == b.protocol, "\(line)")
  #expect(a.payload == b.payload && a.session == b.session && a.response == b.response, "\(line)")
  #expect(a.expect == b.expect && a.recorded == b.recorded && a.missing == b.missing, "\(line)")
}

@Test func writesWhatItReads() throws {
  let line =
    #"{"id":"s-17/4","time":"2026-11-20T10:04:05Z","principal":{"user":"eve","groups":["a","b"],"actor":"agent","#
    + #""client":"psql","claims":{"team":"x","roles":["r","s"]}},"protocol":"postgres","target":"prod-orders","#
    + #""labels":{"env":"prod"},"source":"10.0.0.1","session":"s-17","request":"DROP TABLE \"orders\"\n","#
    + #""response":{"columns":["email"],"rows":[["a@example.com"]]},"expect":{"decision":"block","#
    + #""rules":["no-destructive-sql"],"masked":["[email]"],"record":"full"},"missing":["groups","literals"],"#
    + #""recorded":{"decision":"allow","policy":"sha256:00"}}"# + "\n"
  #expect(fixtureLine(try parsed(line)) == line)
  for line in [
    #"{"id":7,"protocol":"shell","request":""}"#,
    #"{"protocol":"mcp","request":{"method":"x","params":{"b":1,"a":[]}}}"#,
    #"{"protocol":"http","request":{"method":"GET","path":"/?é","headers":[["A","b"]],"body":"\u0000\u001f"}}"#,
    #"{"protocol":"k8s","request":"kubectl get pods","missing":["response","screen"],"recorded":{}}"#,
  ] {
    #expect(fixtureLine(try parsed(line)) == line + "\n")
  }
}

/// Every recorded fixture of the project comes back as it was.
@Test func allRecordedFixturesComeBack() throws {
  let root = ImportSample.folder.deletingLastPathComponent()
  let files = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
  var count = 0
  for case let file as URL in files where file.pathExtension == "jsonl" {
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      let fixture = try parsed(String(line))
      expectSame(fixture, try parsed(fixtureLine(fixture)), String(line))
      count += 1
    }
  }
  #expect(count > 300)
}

@Test func fixturesOfAnyContentComeBack() throws {
  var random = SplitMix64(seed: 5)
  let texts = ["", "a", "\"\\\u{0}\u{1F}\u{7F}\r\n\t", "é 🙂 \u{2028}", "]}],", String(repeating: "x", count: 3_000)]
  func text() -> String { random.some(texts, 0, 3).joined() }
  func value(_ depth: Int) -> JSONValue {
    switch random.below(depth > 3 ? 4 : 6) {
    case 0: .null
    case 1: .boolean(random.chance(50))
    case 2: .number(random.pick(["0", "-1.5e+3", "12345678901234567890"]))
    case 3: .string(text())
    case 4: .array((0..<random.below(3)).map { _ in value(depth + 1) })
    default: .object((0..<random.below(3)).map { .init("k\($0)" + text(), value(depth + 1)) })
    }
  }
  for _ in 0..<500 {
    let spoken = random.pick(OperationProtocol.allCases)
    var fixture = Fixture(protocol: spoken, payload: .text(Array(text().utf8)))
    if random.chance(30), spoken == .http || spoken == .k8s {
      fixture.payload = .http(
        method: text(), path: text(), headers: (0..<random.below(3)).map { _ in [text(), text()] },
        body: random.chance(50) ? text() : nil)
    } else if random.chance(50), spoken == .mcp {
      fixture.payload = .message(.object([.init("method", .string(text())), .init("params", value(0))]))
    }
    fixture.id = random.pick([nil, .number("7"), .string(text())])
    fixture.principal.user = random.pick([nil, text()])
    fixture.principal.groups = random.some(texts, 0, 2)
    fixture.principal.actor = random.pick(["human", "service", "agent"])
    fixture.principal.client = random.pick([nil, text()])
    fixture.principal.claims = [["a", text()], ["a", text()], ["b", text()]].filter { _ in random.chance(60) }
    fixture.principal.time = random.pick([nil, 0, -1, 1_795_169_045, 253_402_300_799])
    fixture.principal.source = random.pick([nil, "10.0.0.1", "2001:db8::1"])
    fixture.response = random.pick([nil, .string(text()), .object([.init("x" + text(), value(0))])])
    fixture.missing = Set(random.some(MissingPart.allCases, 0, 3))
    let line = fixtureLine(fixture)
    expectSame(fixture, try parsed(line), line)
  }
}
