import JSONText
import PolicyBytecode
import Testing

@testable import Operations

@Suite struct MCPArgumentTests {
  private static let shell = [declaration("command", as: .shell)]
  private static let sql = [declaration("sql", as: .postgres)]

  /// What follows the call itself.
  private func carried(_ arguments: String, _ decodes: [DecodeDefinition]) -> [String] {
    Array(toolCall("run", arguments, decodes).dropFirst())
  }

  @Test func nothingIsLookedIntoUndeclared() {
    #expect(toolCall("run", #"{"command":"ls","sql":"drop table t"}"#).count == 1)
    #expect(carried(#"{"cmd":"ls"}"#, Self.shell).isEmpty)
    #expect(carried("{}", Self.shell).isEmpty)
    #expect(carried(#"{"command":null}"#, Self.shell).isEmpty)
  }

  @Test func texts() {
    #expect(
      toolCall("run", #"{"command":"rm -rf '/a b'"}"#, Self.shell)
        == [#"mcp tools/call run {"command":"rm -rf '/a b'"}"#, "shell rm -rf '/a b' < mcp"])
    #expect(
      carried(#"{"sql":"DROP TABLE t; SELECT 1"}"#, Self.sql) == [
        "postgres drop table t < mcp", "postgres select 1 < mcp",
      ])
    #expect(carried(#"{"sql":"DROP TABLE"}"#, Self.sql) == ["postgres ?syntax < mcp"])
    #expect(
      carried(#"{"command":"sudo sh -c \"psql -c 'DROP TABLE t'\""}"#, Self.shell).last
        == "postgres drop table t < mcp shell")
  }

  @Test func words() {
    #expect(carried(#"{"command":["rm","-rf","/"]}"#, Self.shell) == ["shell rm -rf / < mcp"])
    #expect(
      carried(#"{"command":["echo","a b","$x","it's",7,true]}"#, Self.shell) == [
        #"shell echo 'a b' $x 'it'\''s' 7 true < mcp"#
      ])
    #expect(carried(#"{"command":"git","args":["push","-f"]}"#, Self.shell) == ["shell git push -f < mcp"])
    #expect(carried(#"{"command":"git","args":"push -f"}"#, Self.shell) == ["shell git push -f < mcp"])
    #expect(carried(#"{"command":"sh","argv":["-c","rm -rf /"]}"#, Self.shell).last == "shell rm -rf / < mcp")
    #expect(
      carried(#"{"command":["ls -la","rm -rf /"]}"#, Self.shell) == ["shell ls -la < mcp", "shell rm -rf / < mcp"])
    #expect(carried(#"{"command":[]}"#, Self.shell).isEmpty)
    #expect(
      carried(#"{"sql":["SELECT 1","DROP TABLE t"]}"#, Self.sql) == [
        "postgres select 1 < mcp", "postgres drop table t < mcp",
      ])
    #expect(
      carried(#"{"commands":["ls","id"]}"#, [declaration("$.commands[*]", as: .shell)]) == [
        "shell ls < mcp", "shell id < mcp",
      ])
  }

  /// The SDK for Python parses a text where the tool takes anything else.
  @Test func textsOfJSON() {
    #expect(
      carried(#"{"command":"[\"rm\", \"-rf\", \"/\"]"}"#, Self.shell).last == "shell rm -rf / < mcp")
    #expect(
      carried(#"{"command":"sh","args":" [\"-c\",\"rm -rf /\"]"}"#, Self.shell).last == "shell rm -rf / < mcp")
    #expect(
      carried(#"{"list":"[\"drop table t\"]"}"#, [declaration("$.list[*]", as: .postgres)])
        == ["postgres drop table t < mcp"])
    #expect(
      carried(#"{"steps":"\u005b{\"sql\":\"drop table t\"}]"}"#, [declaration("$.steps[*].sql", as: .postgres)])
        == ["postgres drop table t < mcp"])
    // What is the same either way is told once, and a command is no JSON.
    #expect(carried(#"{"sql":"select 1","x":"[1]"}"#, Self.sql) == ["postgres select 1 < mcp"])
    #expect(carried(#"{"command":"[ \"$a\" = x ] && id"}"#, Self.shell).last == "shell id < mcp")
    for text in [#"[{\"a\":1,\"a\":2}]"#, "[NaN]", "[-Infinity]", String(repeating: "[", count: 300)] {
      #expect(toolCall("run", #"{"sql":"\#(text)"}"#, Self.sql) == ["mcp ?unsupported"])
    }
  }

  @Test func textsOfJSONAreArguments() {
    let keys = ["force", "steps[0].sql"].map { FactKey(fact: .mcpArgument, key: $0) }
    var context = DecodeContext(demand: FactDemand(facts: .all, keys: keys))
    let arguments = #"{"force":true,"steps":"[{\"sql\":\"x\"}]"}"#
    context.decode(.mcp, Array(#"{"method":"tools/call","params":{"name":"t","arguments":\#(arguments)}}"#.utf8))
    #expect(context.text(.mcpArgument) == "true x")
  }

  @Test(arguments: ["7", "true", #"{"a":1}"#, #"[["ls"]]"#, #"["ls",{}]"#, #"["ls",null]"#]) func noText(value: String)
  {
    #expect(carried(#"{"command":\#(value)}"#, Self.shell) == ["shell ?unsupported < mcp"])
  }

  @Test func places() {
    let deep = [declaration("$..sql", as: .postgres)]
    #expect(carried(#"{"a":{"sql":"SELECT 1"},"b":[{"sql":"SELECT 2"}]}"#, deep).count == 2)
    #expect(carried(#"{"filter":{"sql":"SELECT 1"}}"#, [declaration("filter.sql", as: .postgres)]).count == 1)
    // Two declarations that say the same do not count twice.
    #expect(carried(#"{"sql":"SELECT 1"}"#, Self.sql + [declaration("sql", as: .postgres, tool: "r*")]).count == 1)
    #expect(carried(#"{"sql":"SELECT 1"}"#, Self.sql + [declaration("sql", as: .shell)]).count == 2)
  }

  @Test(
    arguments: [
      (#"{"Sql":"DROP TABLE t"}"#, "sql", ["postgres ?unsupported < mcp"]),
      (#"{"sql":"SELECT 1","SQL":"DROP TABLE t"}"#, "sql", ["postgres ?unsupported < mcp", "postgres select 1 < mcp"]),
      (#"{"\u017Fql":"DROP TABLE t"}"#, "sql", ["postgres ?unsupported < mcp"]),
      (#"{"tas\u212A":{"sql":"DROP TABLE t"}}"#, "task.sql", ["postgres ?unsupported < mcp"]),
      (#"{"a":[{"SQL":"DROP TABLE t"}]}"#, "$..sql", ["postgres ?unsupported < mcp"]),
      (#"{"sql":"SELECT 1","a":{"SQL":"x"}}"#, "sql", ["postgres select 1 < mcp"]),
      (#"{"Steps":"[{\"sql\":\"x\"}]"}"#, "$.steps[*].sql", ["postgres ?unsupported < mcp"]),
      (#"{"steps":"[{\"Sql\":\"x\"}]"}"#, "$.steps[*].sql", ["postgres ?unsupported < mcp"]),
    ])
  func namesInAnotherCase(_ arguments: String, _ path: String, _ expected: [String]) {
    #expect(carried(arguments, [declaration(path, as: .postgres)]) == expected)
  }

  /// Arguments, and the values of `path` and `file.name` that each operation has.
  @Test(
    arguments: [
      (#"{"Path":"/etc"}"#, ["", "/etc"]), (#"{"path":"/etc"}"#, ["/etc"]), (#"{"Paths":"/etc"}"#, [""]),
      (#"{"a":{"Path":"/etc"}}"#, [""]), (#"{"PATH":["/etc","/srv"]}"#, ["", "/etc /srv"]),
      (#"{"file":{"Name":"x"},"path":"y"}"#, ["y", "x y"]), (#"{"\u0046ile":{"name":"x"}}"#, ["", "x"]),
      (#"{"path":"/srv","Path":"/etc"}"#, ["/srv", "/srv /etc", "?unsupported"]),
      (#"{"Path":"/srv","PATH":"/etc"}"#, ["", "/srv /etc", "?unsupported"]),
      (#"{"file":{"name":"x"},"File":{}}"#, ["x", "?unsupported"]),
      (#"{"path":"/srv","x":1,"X":2}"#, ["/srv"]),
      // The SDK for Python reads a text as what it holds.
      (#"{"file":"{\"Name\":\"x\"}"}"#, ["", "x"]), (#"{"File":"{\"name\":\"x\"}"}"#, ["", "x"]),
      (#"{"file":"{\"name\":\"x\",\"NAME\":\"y\"}"}"#, ["x", "x y", "?unsupported"]),
    ])
  func factsInAnotherCase(_ arguments: String, _ expected: [String]) {
    let keys = ["path", "file.name"].map { FactKey(fact: .mcpArgument, key: $0) }
    var context = DecodeContext(demand: FactDemand(facts: .all, keys: keys))
    for call in [#""tools/call","params":{"name":"t","#, #""prompts/get","params":{"name":"t","#] {
      // The SDK reads arguments of tools so, not of prompts.
      if call.hasPrefix(#""prompts"#), arguments.contains(#"\""#) { continue }
      for _ in 0..<2 {
        context.decode(.mcp, Array((#"{"method":"# + call + #""arguments":"# + arguments + "}}").utf8))
        let found = (0..<context.batch.count).map { index in
          let reason = context.batch.operations[index].unparsed
          return reason == .none ? context.text(.mcpArgument, index) : "?" + reason.word
        }
        #expect(found == expected)
      }
    }
    #expect(toolCall("t", arguments).count == 1)
  }

  /// Both readings of a call are the same but for its arguments, and come before what they hold.
  @Test func bothReadingsOfACall() {
    let demand = FactDemand(
      facts: .all, keys: [FactKey(fact: .mcpArgument, key: "sql")], decodes: [declaration("sql", as: .postgres)])
    var context = DecodeContext(demand: demand)
    context.decode(
      .mcp, Array(#"{"method":"tools/call","params":{"name":"t","arguments":{"Sql":"x"}}}"#.utf8))
    let call = #"mcp tools/call t {"Sql":"x"}"#
    #expect(context.outline == [call, call, "postgres ?unsupported < mcp"])
    #expect((0..<3).map { context.text(.mcpTool, $0) } == ["t", "t", ""])
  }

  @Test func whichCalls() {
    let decodes = [declaration("sql", as: .postgres, server: "db-*", tool: "run_*")]
    let arguments = #"{"sql":"SELECT 1"}"#
    #expect(toolCall("run_it", arguments, decodes, target: "db-1").count == 2)
    #expect(toolCall("run_it", arguments, decodes, target: "mail").count == 1)
    #expect(toolCall("search", arguments, decodes, target: "db-1").count == 1)
    #expect(toolCall("run_it", arguments, decodes).count == 1)
  }

  /// What is kept of one server's tools is not used for another's, and any number of tools may be called.
  @Test func declarationsAreKept() {
    let decodes = [declaration("sql", as: .postgres, server: "db-*")]
    var context = DecodeContext(demand: FactDemand(facts: .all, decodes: decodes))
    for round in 0..<3 * MCPLimits.knownTools {
      let isDatabase = round % 2 == 0
      context.target = Array((isDatabase ? "db-1" : "mail").utf8)
      let tool = round < 4 ? "run" : "run\(round / 2)"
      let call = #"{"method":"tools/call","params":{"name":"\#(tool)","arguments":{"sql":"SELECT 1"}}}"#
      context.decode(.mcp, Array(call.utf8))
      #expect(context.batch.count == (isDatabase ? 2 : 1))
    }
    context.target = Array("db-1".utf8)
    for round in 0...MCPLimits.knownTools {
      let call = #"{"method":"tools/call","params":{"name":"t\#(round)","arguments":{"sql":"SELECT 1"}}}"#
      context.decode(.mcp, Array(call.utf8))
      #expect(context.batch.count == 2)
    }
  }

  @Test func whatCarries() {
    var context = DecodeContext(demand: FactDemand(facts: .all, decodes: Self.shell))
    context.decode(
      .mcp, Array(#"{"method":"tools/call","params":{"name":"run","arguments":{"command":"sudo ls"}}}"#.utf8))
    #expect((0..<3).map { context.text(.viaTool, $0) } == ["", "run", "run"])
    #expect(context.text(.viaProgram, 2) == "sudo")
    context.decode(.mcp, Array(#"{"method":"tools/call","params":{"name":"run","arguments":{"command":7}}}"#.utf8))
    #expect(context.text(.viaTool, 1) == "run")
  }

  private func payloads(_ json: String, as inner: OperationProtocol) -> [String]? {
    guard let value = try? JSONValue(parsing: json), case .object(let members) = value, let first = members.first else {
      return nil
    }
    let found = MCPArgumentSearch.Found(path: 0, value: first.value, siblings: value)
    return MCPArgumentText.payloads(of: found, as: inner)?.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(
    arguments: [
      (#"{"url":"https://e.com/a#b"}"#, "GET https://e.com/a"),
      (#"{"url":"https://e.com","method":"post"}"#, "POST https://e.com"),
      (#"{"url":"DELETE /x"}"#, "DELETE /x"),
      (#"{"url":{"url":"https://e.com","method":"PUT"}}"#, "PUT https://e.com"),
      (
        #"{"url":"https://e.com","method":"POST","headers":{"X-A":"1"},"body":{"b":1}}"#,
        "POST https://e.com HTTP/1.1\r\nX-A: 1\r\nContent-Length: 7\r\n\r\n{\"b\":1}"
      ),
      (#"{"url":"https://e.com","method":"a b"}"#, nil), (#"{"url":"https://e.com","headers":{"a":"b\r\nc"}}"#, nil),
      (#"{"url":"https://e.com","headers":[["X-A","1"]]}"#, nil), (#"{"url":"//e.com/x"}"#, nil),
      (#"{"url":"https://e.com/ x"}"#, nil), (#"{"url":{"x":1}}"#, nil),
    ] as [(String, String?)])
  func requests(json: String, expected: String?) {
    #expect(payloads(json, as: .http) == expected.map { [$0] })
  }

  @Test func redisCommands() {
    #expect(payloads(#"{"command":["SET","k","a b"]}"#, as: .redis) == ["*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$3\r\na b\r\n"])
    #expect(payloads(#"{"command":"FLUSHALL"}"#, as: .redis) == ["FLUSHALL"])
    #expect(
      payloads(#"{"cmd":"CONFIG","args":["SET","dir","/x"]}"#, as: .redis) == [#"CONFIG "SET" "dir" "/x""#])
    #expect(payloads(#"{"cmd":"CONFIG","args":"SET dir /x"}"#, as: .redis) == ["CONFIG SET dir /x"])
    #expect(payloads(#"{"cmd":"SET","args":["k","a\"b\\c\n",7]}"#, as: .redis) == [#"SET "k" "a\"b\\c\x0a" "7""#])
    #expect(payloads(#"{"cmd":"PING\nPING","args":["x"]}"#, as: .redis) == nil)
    #expect(payloads(#"{"cmd":"PING","args":[]}"#, as: .redis) == ["PING"])
    #expect(
      carried(#"{"cmd":"CONFIG","args":["SET","dir","/x"]}"#, [declaration("cmd", as: .redis)])
        == ["redis CONFIG SET dir /x < mcp"])
  }
}
