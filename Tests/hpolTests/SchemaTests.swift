import Foundation
import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyRuntime
import PolicyTestBench
import Testing

/// A JSON document of the project, by its path from the root.
func projectJSON(_ path: String) throws -> JSONValue {
  try JSONValue(parsing: [UInt8](Data(contentsOf: projectFolder.appendingPathComponent(path))))
}

let projectFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

@Test func decodeSchemaNamesTheFactsThatAreShown() throws {
  let schema = try projectJSON("grammar/decode.schema.json")
  guard case .object(let properties)? = schema["$defs"]?["facts"]?["properties"] else {
    Issue.record("no facts in the schema")
    return
  }
  let shown = FactSchema.table.filter {
    !$0.isHidden && !$0.isKeyed && ($0.phase == .operation || $0.fact == .protocol)
  }
  #expect(properties.map(\.key) == shown.map(\.name))
  for fact in shown {
    let property = properties.first { $0.key == fact.name }?.value ?? .null
    #expect(property["description"] == .string(fact.summary), "\(fact.name)")
    #expect((property["type"] == .string("array")) == fact.isList, "\(fact.name)")
    let value = fact.isList ? property["items"] ?? .null : property
    guard case .enumeration(let words) = fact.type, value["$ref"] == nil else { continue }
    #expect(value["enum"] == .array(words.map { .string($0) }), "\(fact.name)")
  }
  let protocols = OperationProtocol.allCases.map { JSONValue.string($0.name) }
  #expect(schema["$defs"]?["protocol"]?["enum"] == .array(protocols))
  let reasons = UnparsedReason.allCases.filter { $0 != .none }.map { JSONValue.string($0.word) }
  #expect(schema["$defs"]?["reason"]?["enum"] == .array(reasons))
}

@Test func decodeOutputConformsToItsSchema() throws {
  let schema = JSONSchema(try projectJSON("grammar/decode.schema.json"))
  let run = try hpol(
    ["decode", "--json"],
    input: """
      {"id":"a","protocol":"shell","command":"sudo rm -rf / && psql -c 'DROP TABLE x' | sh"}
      {"protocol":"postgres","command":"SELECT a FROM b JOIN c USING (d) WHERE e = 1 LIMIT 3; DROP TABLE x"}
      {"id":1,"protocol":"postgres","command":"SELECT '"}
      {"id":1,"protocol":"shell","command":""}
      {"id":1,"protocol":"mysql","command":"SELECT 1"}
      """)
  let lines = run.output.split(separator: "\n")
  #expect(lines.count == 5)
  for line in lines { #expect(schema.violation(try JSONValue(parsing: String(line))) == nil) }
}

@Test func evalOutputConformsToItsSchema() throws {
  let schema = JSONSchema(try projectJSON("grammar/eval.schema.json"))
  let masks = [
    MaskObligation(.detector("email"), .redact), MaskObligation(.column(["a"]), .hash),
    MaskObligation(.json("$.a"), .with("x")),
    MaskObligation(.header(["b"]), .keepFirst(0)), MaskObligation(.regex("c"), .keepLast(4)),
  ]
  let outcomes = [
    Outcome(.allow),
    Outcome(
      .approve, rules: ["a"], message: "m",
      approvals: [ApprovalRequirement(groups: ["g"], count: 2, within: 60, question: "q")],
      masks: masks, record: .full, tags: ["t"], operations: 2, response: .string("[email]")),
  ]
  for outcome in outcomes {
    for id in [nil, .number("1"), .string("a")] as [JSONValue?] {
      var writer = JSONWriter()
      outcome.write(id: id, isAnswered: id != nil, to: &writer)
      #expect(schema.violation(try JSONValue(parsing: writer.bytes)) == nil)
    }
  }
}

/// The schema of fixtures and their reader agree on what is one.
@Test func fixtureSchemaAgreesWithTheReader() throws {
  let schema = JSONSchema(try projectJSON("fixtures/fixture.schema.json"))
  let good = [
    #"{"protocol":"shell","request":"ls"}"#, #"{"protocol":"shell","request":"ls","id":1,"x":2,"time":null}"#,
    #"{"protocol":"http","request":{"method":"GET","path":"/","headers":[["a","b"]],"body":null}}"#,
    #"{"protocol":"mcp","request":{"method":"ping"}}"#, #"{"protocol":"k8s","request":"GET / HTTP/1.1\r\n\r\n"}"#,
    #"{"protocol":"shell","request":"","principal":{"user":"a","groups":["b"],"actor":"agent","claims":{"a":[1,{}]}}}"#,
    #"{"protocol":"shell","request":"","expect":{"decision":"block","rules":[],"masked":["a"],"record":"none"}}"#,
    #"{"protocol":"shell","request":"","recorded":{"decision":"allow","policy":"sha256:0"},"response":[1]}"#,
    #"{"protocol":"shell","request":"","missing":["response","time"],"redacted":null}"#,
    #"{"protocol":"shell","request":"","redacted":{"facts":["text","text contains"],"withheld":true,"tests":{"a":true,"b":null},"operations":[{"protocol":"shell","unparsed":"syntax","tests":{"c":false}}]}}"#,
  ]
  let bad = [
    #"{"protocol":"shell"}"#, #"{"request":""}"#, #"{"protocol":"x","request":""}"#,
    #"{"protocol":"shell","request":{}}"#,
    #"{"protocol":"shell","request":1}"#, #"{"protocol":"http","request":{"path":"/"}}"#, "[]",
    #"{"protocol":"http","request":{"method":"GET","path":"/","headers":[["a"]]}}"#,
    #"{"protocol":"shell","request":"","principal":{"group":"a"}}"#, #"{"protocol":"shell","request":"","id":true}"#,
    #"{"protocol":"shell","request":"","principal":{"actor":"robot"}}"#,
    #"{"protocol":"shell","request":"","expect":{"decision":"deny"}}"#,
    #"{"protocol":"shell","request":"","session":1}"#,
    #"{"protocol":"shell","request":"","recorded":{"x":1}}"#, #"{"protocol":"shell","request":"","labels":[]}"#,
    #"{"protocol":"shell","request":"","missing":["respons"]}"#,
    #"{"protocol":"shell","request":"","redacted":{"fact":[]}}"#,
    #"{"protocol":"shell","request":"","redacted":{"tests":{"a":1}}}"#,
    #"{"protocol":"shell","request":"","redacted":{"operations":[{"unparsed":"syntax"}]}}"#,
  ]
  for (lines, isGood) in [(good, true), (bad, false)] {
    for line in lines {
      let isRead = [UInt8](line.utf8).withUnsafeBufferPointer { bytes in
        var parser = FixtureParser()
        return (try? parser.fixture(bytes)) != nil
      }
      #expect(isRead == isGood, "\(line)")
      #expect((schema.violation(try JSONValue(parsing: line)) == nil) == isGood, "\(line)")
    }
  }
}
