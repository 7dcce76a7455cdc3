import PolicyBytecode
import Testing

@testable import Operations

@Suite struct MCPDecoderTests {
  /// Messages and their outlines.
  private static let table: [(String, [String])] = [
    (#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, ["mcp tools/list"]),
    (#"{"id":1,"method":"tools/list","params":{"cursor":"p2","_meta":{}}}"#, [#"mcp tools/list {"cursor":"p2"}"#]),
    (
      #"{"id":1,"method":"tools/call","params":{"name":"add","arguments":{"b":2,"a":1.50}}}"#,
      [#"mcp tools/call add {"a":1.50,"b":2}"#]
    ),
    (
      #"{"params":{"arguments":{"a":{"z":[{"d":1,"c":null}],"y":true}},"name":"x"},"method":"tools/call"}"#,
      [#"mcp tools/call x {"a":{"y":true,"z":[{"c":null,"d":1}]}}"#]
    ),
    (#"{"method":"tools/call","params":{"name":"x","arguments":{}}}"#, ["mcp tools/call x"]),
    (#"{"method":"tools/call","params":{"name":"x","arguments":null}}"#, ["mcp tools/call x"]),
    (
      #"{"method":"tools/call","params":{"name":"x","arguments":{"\u0061":"\u0041\/\n\u0001"}}}"#,
      [#"mcp tools/call x {"a":"A/\n\u0001"}"#]
    ),
    (#"{"method":"tools/call","params":{"name":"x {\"a\":1}"}}"#, [#"mcp tools/call "x {\"a\":1}""#]),
    (
      #"{"method":"prompts/get","params":{"name":"review","arguments":{"lang":"sv"}}}"#,
      [#"mcp prompts/get review {"lang":"sv"}"#]
    ),
    (#"{"method":"resources/read","params":{"uri":"file:///srv/a.md"}}"#, ["mcp resources/read file:///srv/a.md"]),
    (
      #"{"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"p"},"argument":{"name":"a","value":"b"}}}"#,
      [#"mcp completion/complete p {"argument":{"name":"a","value":"b"}}"#]
    ),
    (
      #"{"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"db:///{t}"}}}"#,
      ["mcp completion/complete db:///{t}"]
    ),
    (
      #"{"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true}}}"#,
      [#"mcp subscriptions/listen {"notifications":{"toolsListChanged":true}}"#]
    ),
    (#"{"method":"acme/anything","params":{"x":1}}"#, [#"mcp acme/anything {"x":1}"#]),
    // Answers and objects of the schema: nothing to run.
    (#"{"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#, ["mcp "]),
    (#"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}"#, ["mcp "]),
    (#"{"content":[{"type":"text","text":"x"}]}"#, ["mcp "]),
    (#"{}"#, ["mcp "]),
    // Batches.
    (
      #"[{"method":"ping"},{"id":1,"result":{}},{"method":"tools/call","params":{"name":"x"}}]"#,
      ["mcp ping", "mcp ", "mcp tools/call x"]
    ),
    (#"[{"method":"ping"},3,[]]"#, ["mcp ping", "mcp ?syntax", "mcp ?syntax"]),
    // What peers would not agree on.
    (#"[]"#, ["mcp ?syntax"]),
    (#"5"#, ["mcp ?syntax"]),
    (#""tools/call""#, ["mcp ?syntax"]),
    (#"{"method":"ping","method":"tools/call"}"#, ["mcp ?syntax"]),
    (#"{"method":"ping","Method":"tools/call"}"#, ["mcp ?syntax"]),
    (#"{"method":"ping","re\u017Fult":{}}"#, ["mcp ?syntax"]),
    (#"{"method":"ping","result":{}}"#, ["mcp ?syntax"]),
    (#"{"method":"ping","error":{}}"#, ["mcp ?syntax"]),
    (#"{"method":7}"#, ["mcp ?syntax"]),
    (#"{"method":""}"#, ["mcp ?syntax"]),
    (#"{"jsonrpc":"2.0","id":1}"#, ["mcp ?syntax"]),
    (#"{"jsonrpc":"2.0","id":1,"params":{"name":"x"}}"#, ["mcp ?syntax"]),
    (#"{"method":"tools/call","params":["x"]}"#, ["mcp ?syntax"]),
    (#"{"method":"tools/call"}"#, ["mcp ?syntax"]),
    (#"{"method":"tools/call","params":{"arguments":{}}}"#, ["mcp ?syntax"]),
    (#"{"method":"tools/call","params":{"name":1}}"#, ["mcp ?syntax"]),
    (#"{"method":"tools/call","params":{"name":"x","Name":"y"}}"#, ["mcp ?syntax"]),
    (#"{"method":"tools/call","params":{"name":"x","Arguments":{}}}"#, ["mcp ?syntax"]),
    (#"{"method":"tools/call","params":{"name":"x","arguments":"rm"}}"#, ["mcp ?syntax"]),
    (#"{"method":"resources/read","params":{}}"#, ["mcp ?syntax"]),
    (#"{"method":"ping"} {}"#, ["mcp ?syntax"]),
    (#"{"method":"ping",}"#, ["mcp ?syntax"]),
    (#"{"method":"pi"#, ["mcp ?truncated"]),
    (#"{"method":"ping""#, ["mcp ?truncated"]),
    ("", ["mcp ?truncated"]),
  ]

  @Test(arguments: table.indices) func messages(_ index: Int) {
    let (message, expected) = Self.table[index]
    #expect(outline(.mcp, message) == expected, "\(message)")
  }

  @Test func invalidText() {
    var context = DecodeContext(demand: .everything)
    context.decode(.mcp, Array(#"{"method":""#.utf8) + [0xFF] + Array(#""}"#.utf8))
    #expect(context.outline == ["mcp ?encoding"])
  }

  @Test(
    arguments: [
      ("tools/call", nil, "client"), ("ping", nil, "client"), ("ping", true, "server"), ("ping", false, "client"),
      ("notifications/progress", true, "server"), ("notifications/cancelled", nil, "client"),
      ("sampling/createMessage", nil, "server"), ("roots/list", nil, "server"), ("elicitation/create", nil, "server"),
      ("notifications/tools/list_changed", nil, "server"), ("notifications/message", nil, "server"),
      ("notifications/resources/list_changed", false, "server"), ("notifications/roots/list_changed", nil, "client"),
      ("notifications/subscriptions/acknowledged", nil, "server"), ("tasks/get", true, "server"),
      ("server/discover", nil, "client"), ("notifications/elicitation/complete", nil, "server"),
    ] as [(String, Bool?, String)])
  func sides(method: String, isFromServer: Bool?, expected: String) {
    var context = DecodeContext(demand: .everything)
    context.isFromServer = isFromServer
    let params = method == "tools/call" ? #"{"name":"x"}"# : "{}"
    context.decode(.mcp, Array(#"{"method":"\#(method)","params":\#(params)}"#.utf8))
    #expect(context.text(.mcpFrom) == expected)
  }

  @Test func factsOfACall() {
    let keys = ["path", "options.deep", "tags", "$.list[*].id", "missing"].map { FactKey(fact: .mcpArgument, key: $0) }
    var context = DecodeContext(demand: FactDemand(facts: .all, keys: keys))
    context.decode(
      .mcp,
      Array(
        #"{"method":"tools/call","params":{"name":"write","arguments":{"path":"/etc/x","options":{"deep":true},"tags":["a","b"],"list":[{"id":1},{"id":2}]}}}"#
          .utf8))
    #expect(context.text(.mcpMethod) == "tools/call")
    #expect(context.text(.mcpTool) == "write")
    #expect(context.text(.mcpArgument) == "/etc/x true a b 1 2")
    #expect(context.text(.mcpDestructive) == "1")
    #expect(context.text(.mcpChanged) == "0")
    #expect(context.text(.mcpPrompt).isEmpty && context.text(.mcpResource).isEmpty)
    context.decode(.mcp, Array(#"{"method":"prompts/get","params":{"name":"p","arguments":{"path":"x"}}}"#.utf8))
    #expect(context.text(.mcpPrompt) == "p" && context.text(.mcpTool).isEmpty && context.text(.mcpArgument) == "x")
    #expect(context.text(.mcpDestructive) == "0")
  }

  @Test func onlyWhatIsAskedForIsComputed() {
    var context = DecodeContext(demand: FactDemand(facts: FactSet([.mcpTool] as [Fact])))
    context.decode(.mcp, Array(#"{"method":"tools/call","params":{"name":"x","arguments":{"a":1}}}"#.utf8))
    let own = Set((0..<context.batch.facts.entries.count).map { context.batch.facts.entries[$0].fact })
    #expect(own == Set([Fact.mcpTool.rawValue, Fact.unparsed.rawValue]))
  }

  @Test(arguments: [
    ("file:///a/b", "file:///a/b"), ("FILE:///a", "file:///a"), ("file:/etc/x", "file:///etc/x"),
    ("file://localhost/etc/x", "file:///etc/x"), ("file:///a/../etc//x", "file:///etc/x"),
    ("file:///a/%2e%2e/%65tc/x", "file:///etc/x"), ("file:///a/..%2fetc%2Fx", "file:///etc/x"),
    ("file:///a\\..\\x", "file:///x"), ("file://host/a", "file://host/a"), ("file:///../../x", "file:///x"),
    ("file:///a/.", "file:///a/"), ("file:///a%00b", "file:///a%00b"), ("file://", "file:///"),
    ("HTTPS://Example.COM/a/../b?Q=%41%2f", "https://example.com/b?Q=A%2F"), ("https://e.com", "https://e.com"),
    ("https://e.com/a//b", "https://e.com/a//b"), ("notes://today", "notes://today"), ("urn:x:%41", "urn:x:A"),
    ("no uri", "no uri"), ("", ""), (":", ":"), ("file:///%ff", "file:///\u{FFFD}"),
  ]) func resources(uri: String, expected: String) {
    var isAmbiguous = false
    #expect(String(decoding: ResourceURI.normalised(Array(uri.utf8), &isAmbiguous), as: UTF8.self) == expected)
    #expect(!isAmbiguous)
  }

  /// What one server opens and another does not.
  @Test(arguments: [
    "file:///etc/shadow?/../../project/x", "file:///etc/shadow#/../../project/x", " file:///etc/passwd",
    "file:///etc/passwd ", "fi\tle:///etc/passwd", "file:///srv/.\t./.\n./etc/passwd", "http:/169.254.169.254/latest",
    "http:\\\\169.254.169.254/latest", "https:///169.254.169.254/", "http://a\\@b/", "http://\u{FF11}69.254.169.254/",
  ]) func resourcesThatAreReadDifferently(uri: String) {
    let params =
      #"{"uri":"\#(uri.replacing("\\", with: #"\\"#).replacing("\t", with: #"\t"#).replacing("\n", with: #"\n"#))"}"#
    var context = DecodeContext(demand: .everything)
    context.decode(.mcp, Array(#"{"method":"resources/read","params":\#(params)}"#.utf8))
    #expect(context.batch.count == 2 && context.batch.operations[1].unparsed == .unsupported)
  }

  @Test func hostsOfResourcesAreThoseOfRequests() {
    for uri in ["http://0xA9FEA9FE/x", "http://2852039166/x", "HTTP://169.254.169.254:80/x"] {
      var isAmbiguous = false
      #expect(ResourceURI.normalised(Array(uri.utf8), &isAmbiguous) == Array("http://169.254.169.254/x".utf8))
      #expect(!isAmbiguous)
    }
  }

  // MARK: - Answers

  private func answer(_ payload: String, _ protocol: OperationProtocol = .mcp) -> [String] {
    var context = DecodeContext(demand: .everything)
    context.decode(.mcp, Array(#"{"method":"ping"}"#.utf8))
    context.decodeAnswer(`protocol`, Array(payload.utf8))
    return (0..<context.batch.count).map { context.outline[$0] + " " + context.text(.mcpFrom, $0) }
  }

  @Test func answersThatAsk() {
    let sampling = #"{"method":"sampling/createMessage","params":{"maxTokens":1,"_meta":{}}}"#
    let form = #"{"method":"elicitation/create","params":{"message":"m"}}"#
    let result = #"{"resultType":"input_required","inputRequests":{"a":\#(sampling),"b":\#(form)}}"#
    let expected = [
      #"mcp sampling/createMessage {"maxTokens":1} server"#, #"mcp elicitation/create {"message":"m"} server"#,
    ]
    #expect(answer(#"{"jsonrpc":"2.0","id":1,"result":\#(result)}"#) == expected)
    #expect(answer(result) == expected)
    #expect(answer(#"[{"id":1,"result":\#(result)},{"id":2,"result":{}}]"#) == expected)
    // In a recording of both sides it is an operation itself.
    #expect(outline(.mcp, #"{"id":1,"result":\#(result)}"#).count == 3)
    // Requests of the server that come by themselves.
    #expect(answer(form) == [expected[1]])
    #expect(answer(#"{"method":"ping"}"#) == ["mcp ping server"])
  }

  @Test func answersThatDoNot() {
    for payload in [
      #"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"inputRequests"}]}}"#,
      #"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}"#, #"{"content":[]}"#, #"{"inputRequests":null}"#,
      #"{"inputRequests":{}}"#, #"{"result":7}"#,
    ] {
      #expect(answer(payload).isEmpty, "\(payload)")
    }
    #expect(answer("anything", .postgres).isEmpty)
    // What cannot be read is not let through.
    #expect(answer(#"{"result":{"inputRequests":[1]}}"#) == ["mcp ?syntax "])
    #expect(answer(#"{"result":{"inputRequests":{"a":1,"b":{"x":1}}}}"#) == ["mcp ?syntax ", "mcp ?syntax "])
    #expect(answer(#"{"result":"#) == ["mcp ?truncated "])
  }
}
