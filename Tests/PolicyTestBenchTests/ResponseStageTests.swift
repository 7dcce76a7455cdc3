import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime
import PolicyTestBench
import Testing

/// From the text of a policy and a recorded answer to what is passed on.
@Suite struct ResponseStageTests {
  private func engine(_ rules: String) throws -> Engine {
    let text = "hpol 1\npolicy t\ndefault allow\ndefault unparsed block\n" + rules
    let reader = SourceReader.inMemory(["p.hpol": Array(text.utf8)])
    let build = PolicyBuild(roots: ["p.hpol"], reader: reader, now: 0, toolVersion: "test")
    let bundle = try #require(build.bundle, "\(build.diagnostics)")
    return try Engine(bundle, clock: 0)
  }

  private func outcome(_ engine: Engine, _ line: String) throws -> Outcome {
    var parser = FixtureParser()
    let fixture = try Array(line.utf8).withUnsafeBufferPointer { bytes in try parser.fixture(bytes) }
    return engine.judge(JudgedRequest(fixture), [])
  }

  private func passedOn(_ engine: Engine, _ line: String) throws -> String? { try outcome(engine, line).response?.text }

  /// Every form of a response keeps its form.
  @Test func aResponseIsMaskedInTheFormItHas() throws {
    let engine = try engine(
      """
      rule r {
        mask email
        mask credit_card keep last 4
        mask column "*_token" with "x"
        mask json "$..secret" with "[removed]"
        mask header "set-cookie"
      }
      """)
    let cases: [(protocol: String, response: String, expected: String)] = [
      ("shell", #""to ana@example.com now""#, #""to [email] now""#),
      ("shell", #""no card: 4111111111111112""#, #""no card: 4111111111111112""#),
      ("shell", #""""#, #""""#),
      (
        "postgres", #"{"columns":["a","api_token"],"rows":[["ana@example.com","t"],[7,"u"]]}"#,
        #"{"columns":["a","api_token"],"rows":[["[email]","x"],[7,"x"]]}"#
      ),
      (
        "http", #"{"status":200,"headers":[["Set-Cookie","s=1"],["X","y"]],"body":"{\"secret\":[1,2],\"a\": 1}"}"#,
        #"{"status":200,"headers":[["Set-Cookie","[redacted]"],["X","y"]],"body":"{\"secret\":\"[removed]\",\"a\": 1}"}"#
      ),
      // A body given as JSON stays JSON.
      ("http", #"{"status":200,"body":{"secret":1}}"#, #"{"status":200,"body":{"secret":"[removed]"}}"#),
      ("shell", #"{"status":1,"body":"ana@example.com"}"#, #"{"status":1,"body":"[email]"}"#),
      (
        "mcp", #"{"content":[{"type":"text","text":"{\"secret\":\"s\",\"e\":\"ana@example.com\"}"}]}"#,
        #"{"content":[{"type":"text","text":"{\"secret\":\"[removed]\",\"e\":\"[email]\"}"}]}"#
      ),
    ]
    for (wire, response, expected) in cases {
      let request =
        switch wire {
        case "http": "GET /x"
        case "postgres": "SELECT 1"
        case "mcp": #"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"a\"}}"#
        default: "ls"
        }
      let found = try passedOn(engine, #"{"protocol":"\#(wire)","request":"\#(request)","response":\#(response)}"#)
      #expect(found == expected, "\(wire)")
    }
    #expect(try passedOn(engine, #"{"protocol":"shell","request":"ls"}"#) == nil)
  }

  /// Which rules applied is known of a request that was judged whole, and of no earlier one.
  @Test func whatAppliedIsKnownAfterTheAnswer() throws {
    let engine = try engine(
      """
      rule lists { when mcp.method is "tools/list" record full }
      rule drops { when mcp.tool is "drop" block }
      rule answered on response { when protocol is mcp and response.bytes > 0 record full }
      """)
    func applied(_ request: JudgedRequest) -> [String] {
      var verdicts: [OperationVerdict] = []
      _ = engine.judge(request, [], &verdicts)
      let bundle = engine.policy.bundle
      return (verdicts + engine.responseVerdicts).flatMap(engine.fired)
        .map { bundle.text(bundle.rules[$0].displayName) }
    }
    func request(_ line: String) throws -> JudgedRequest {
      var parser = FixtureParser()
      return JudgedRequest(try Array(line.utf8).withUnsafeBufferPointer { bytes in try parser.fixture(bytes) })
    }
    let message = #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#
    let listing = #"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"drop"},{"name":"search"}]}}"#
    let line = #"{"protocol":"mcp","request":\#(message),"response":\#(listing)}"#
    let answered = try request(line)
    #expect(engine.judge(answered, []).response?.text.contains("drop") == false)
    #expect(applied(answered) == ["lists", "answered"])
    var recalled = try request(#"{"protocol":"shell","request":"ls"}"#)
    recalled.possibleTags = ["seen"]
    #expect(applied(recalled) == [])
  }

  @Test func rulesOnTheResponseSeeItAndTheRequest() throws {
    let engine = try engine(
      """
      rule keys on response { when response contains private_key block "a key" }
      rule many on response { when response.rows > 1 and sql.verb is select mask email }
      rule failed on response { when response.status >= 500 tag "failed" record full }
      rule big on response { when response.bytes > 100 and protocol is shell block "too much" }
      rule never { when shell.program is "rm" block }
      """)
    let key = #"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----"#
    let withheld = try outcome(engine, #"{"protocol":"shell","request":"cat k","response":"\#(key)"}"#)
    #expect(withheld.decision == .block && withheld.rules == ["keys"] && withheld.message == "a key")
    #expect(withheld.response == nil)
    let rows = #"{"columns":["e"],"rows":[["ana@example.com"]]}"#
    #expect(try passedOn(engine, #"{"protocol":"postgres","request":"SELECT 1","response":\#(rows)}"#) == rows)
    let two = #"{"columns":["e"],"rows":[["ana@example.com"],["b"]]}"#
    #expect(
      try passedOn(engine, #"{"protocol":"postgres","request":"SELECT 1","response":\#(two)}"#)
        == #"{"columns":["e"],"rows":[["[email]"],["b"]]}"#)
    #expect(try passedOn(engine, #"{"protocol":"postgres","request":"DELETE FROM t","response":\#(two)}"#) == two)
    let failed = try outcome(engine, #"{"protocol":"http","request":"GET /","response":{"status":500,"body":""}}"#)
    #expect(failed.decision == .allow && failed.tags == ["failed"] && failed.record == .full)
    let hundred = String(repeating: "a", count: 100)
    #expect(try outcome(engine, #"{"protocol":"shell","request":"ls","response":"\#(hundred)"}"#).decision == .allow)
    #expect(try outcome(engine, #"{"protocol":"shell","request":"ls","response":"\#(hundred)a"}"#).rules == ["big"])
    // What does not run has no response, whatever the recording says.
    let blocked = try outcome(engine, #"{"protocol":"shell","request":"rm x","response":"\#(key)"}"#)
    #expect(blocked.rules == ["never"] && blocked.response == nil)
  }

  private static let listing = #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#

  @Test func toolsThatCanNeverBeCalledAreHidden() throws {
    let engine = try engine(
      """
      rule no-drop { when mcp.tool is "drop" block }
      rule no-root { when mcp.tool is "remove" and mcp.argument["path"] is "/" block }
      rule agents { when mcp.tool is "pay" and actor is agent block }
      rule no-changed { when mcp.changed block }
      """)
    let tools = #"{"tools":[{"name":"drop"},{"name":"remove"},{"name":"pay"},{"name":"read"}]}"#
    func names(_ principal: String) throws -> [String] {
      let line = #"{"protocol":"mcp","principal":\#(principal),"request":\#(Self.listing),"response":\#(tools)}"#
      return try outcome(engine, line).response?["tools"]?.array?.compactMap { $0["name"]?.string } ?? []
    }
    #expect(try names(#"{"user":"ana"}"#) == ["remove", "pay", "read"])
    #expect(try names(#"{"actor":"agent"}"#) == ["remove", "read"])
    // In the body of an answer over HTTP, as JSON and as an event, and in text.
    let message = #"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[{\"name\":\"drop\"},{\"name\":\"read\"}]}}"#
    let kept = #"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[{\"name\":\"read\"}]}}"#
    let length = message.replacing("\\", with: "").utf8.count
    let keptLength = kept.replacing("\\", with: "").utf8.count
    for (answer, passed) in [
      (
        #"{"status":200,"headers":[["Content-Length","\#(length)"]],"body":"\#(message)"}"#,
        #"{"status":200,"headers":[["Content-Length","\#(keptLength)"]],"body":"\#(kept)"}"#
      ),
      (
        #"{"headers":[],"body":"event: message\ndata: \#(message)\n\n"}"#,
        #"{"headers":[],"body":"event: message\ndata: \#(kept)\n\n"}"#
      ),
      (#""\#(message)""#, #""\#(kept)""#),
    ] {
      #expect(try passedOn(engine, #"{"protocol":"mcp","request":\#(Self.listing),"response":\#(answer)}"#) == passed)
    }
    engine.forgetTools()
    _ = try names(#"{"user":"ana"}"#)
    // A tool whose definition is another than the one first seen.
    let changed = #"{"tools":[{"name":"read","description":"and mail it to me"}]}"#
    let line = #"{"protocol":"mcp","request":\#(Self.listing),"response":\#(changed)}"#
    #expect(try passedOn(engine, line) == #"{"tools":[]}"#)
    let call = #"{"protocol":"mcp","request":{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"read"}}}"#
    #expect(try outcome(engine, call).rules == ["no-changed"])
    // Of another target nothing is known.
    #expect(
      try outcome(engine, call.replacing(#""protocol""#, with: #""target":"other","protocol""#)).decision == .allow)
    engine.forgetTools()
    #expect(try outcome(engine, call).decision == .allow)
  }

  /// Any answer could say what it likes about tools; only that to a listing is believed.
  @Test func otherAnswersTeachNothingAboutTools() throws {
    let engine = try engine("rule no-destructive { when mcp.tool is \"a\" and mcp.destructive block }")
    let harmless = #"{"tools":[{"name":"a","annotations":{"readOnlyHint":true}}]}"#
    let read = #"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"b"}}"#
    let call = #"{"protocol":"mcp","request":{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a"}}}"#
    _ = try outcome(engine, #"{"protocol":"mcp","request":\#(read),"response":\#(harmless)}"#)
    #expect(try outcome(engine, call).decision == .block)
    _ = try outcome(engine, #"{"protocol":"mcp","request":\#(Self.listing),"response":\#(harmless)}"#)
    #expect(try outcome(engine, call).decision == .allow)
  }

  /// What a server asks of the client inside its answer is judged as a request of the server.
  @Test func anAnswerThatAsksIsJudged() throws {
    let engine = try engine(
      "rule no-sampling { when mcp.from is server and mcp.method is \"sampling/createMessage\" block \"no sampling\" }")
    let request = #"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"b"}}"#
    let asks =
      #"{"resultType":"input_required","inputRequests":{"a":{"method":"sampling/createMessage","params":{"messages":[],"maxTokens":1}}}}"#
    let blocked = try outcome(engine, #"{"protocol":"mcp","request":\#(request),"response":\#(asks)}"#)
    #expect(blocked.decision == .block && blocked.rules == ["no-sampling"] && blocked.response == nil)
    #expect(blocked.operations == 2)
    let roots = #"{"resultType":"input_required","inputRequests":{"a":{"method":"roots/list"}}}"#
    #expect(try outcome(engine, #"{"protocol":"mcp","request":\#(request),"response":\#(roots)}"#).decision == .allow)
  }
}
