import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyTestBench
import TestSupport
import Testing

@Test func timesAreReadAsTheyAreWritten() throws {
  func time(_ text: String, offset: String? = nil) throws -> Int64? {
    var options = ImportOptions()
    options.utcOffset = offset.flatMap(ImportOptions.utcOffset)
    let line = #"{"method":"GET","path":"/","time":"\#(text)"}"#
    return try #require(try ImportedLog(.accessLog, text: line, options).fixtures.first).principal.time
  }
  let moment: Int64 = 1_795_168_805
  for text in [
    "2026-11-20T10:00:05Z", "2026-11-20 10:00:05.123456 UTC", "2026-11-20T11:00:05,1+01:00", "2026-11-20 11:00:05 CET",
    "20/Nov/2026:11:00:05 +0100", "2026-11-20 06:30:05 -0330", "1795168805", "1795168805.999", "1795168805123",
    "20261120 10:00:05 Z", "261120 10:00:05 GMT",
  ] {
    #expect(try time(text) == moment, "\(text)")
  }
  for text in ["2026-11-20 10:00:05", "20261120 10:00:05", "261120 10:00:05", "2026-11-20 10:00:05 CST"] {
    #expect(try time(text) == nil, "\(text)")
    #expect(try time(text, offset: "+00:00") == moment, "\(text)")
    #expect(try time(text, offset: "-0130") == moment + 5_400, "\(text)")
  }
  for text in ["yesterday", "2026-13-20T10:00:05Z", "20/Nix/2026:10:00:05 Z", "99", "-5", "2026-11-20", "T", "é"] {
    #expect(try time(text, offset: "Z") ?? 99 == 99, "\(text)")
  }
  for text in ["", "1:00", "+1", "+25:00", "+01:75", "+aa:bb", "UTC+1"] {
    #expect(ImportOptions.utcOffset(text) == nil)
  }
}

private func requested(by user: String, _ options: ImportOptions) throws -> Fixture {
  let log = try ImportedLog(.accessLog, text: #"{"method":"GET","path":"/","user":"\#(user)"}"#, options)
  return try #require(log.fixtures.first)
}

@Test func identitiesCompletePrincipals() throws {
  let object =
    #"{"ana":{"groups":["dba"],"claims":{"team":"x","roles":["a","b"]}},"svc-*":{"actor":"service"},"s*":{"groups":["other"]},"nobody":{"groups":[]}}"#
  let lines = """
    {"user":"ana","groups":["dba"],"claims":{"team":"x","roles":["a","b"]}}

    {"user":"svc-*","actor":"service"}
    {"user":"s*","groups":["other"]}
    {"user":"nobody"}
    """
  for text in [object, lines, "\u{FEFF}" + object] {
    var options = ImportOptions()
    options.identities = try IdentityTable(Array(text.utf8), path: "people")
    func principal(_ user: String) throws -> Fixture { try requested(by: user, options) }
    let ana = try principal("ana")
    #expect(
      ana.principal.groups == ["dba"] && ana.principal.claims == [["team", "x"], ["roles", "a"], ["roles", "b"]])
    #expect(ana.principal.actor == "human" && !ana.missing.contains(.groups))
    // The first glob that matches, in the order of the file.
    #expect(try principal("svc-a").principal.actor == "service")
    #expect(try principal("sam").principal.groups == ["other"])
    let nobody = try principal("nobody")
    #expect(!nobody.missing.contains(.groups))
    #expect(try principal("x").missing.contains(.groups))
  }
}

@Test func identitiesThatAreNotRightAreRefused() {
  let cases: [(String, String)] = [
    (#"{"ana":{"group":["x"]}}"#, "people:1:10: `principal` has no `group`, only user, groups, actor, client, claims"),
    ("{\"ana\":{},\n \"ana\":{}}", "people:2:2: the key `ana` comes twice"),
    ("{\"user\":\"a\"}\n{\"groups\":[]}\n", "people:2:1: `user` is missing"),
    ("{\"user\":\"a\"}\n{\"user\":\"a\"}\n", "people:2: `a` comes twice"),
    (#"{"a":{"actor":"robot"}}"#, "people:1:15: `actor` is `robot`, not one of human, service, agent"),
    (#"{"a":{"user":"b"}}"#, "people:1:3: `user` is given twice"),
    ("[]", "people:1:1: `a file of identities` must be an object, not an array"),
    ("", "people:1:1: the text ends where a value is expected"),
  ]
  for (text, message) in cases {
    do throws(IdentityError) {
      _ = try IdentityTable(Array(text.utf8), path: "people")
      Issue.record("accepted: \(text)")
    } catch {
      #expect(error.message == message)
    }
  }
  #expect(throws: IdentityError.self) { try IdentityTable(Array(#"{"[a":{}}"#.utf8), path: "people") }
}

@Test func fieldsOfAccessLogsAreMapped() throws {
  var options = ImportOptions()
  try options.map("method", to: "rq.verb")
  try options.map("path", to: "rq.to")
  try options.map("header.x-tenant", to: "tenant")
  try options.map("response", to: "answer")
  try options.map("status", to: "code")
  let line =
    #"{"rq":{"verb":"PUT","to":"https://a.example/x?y=1#z"},"tenant":7,"answer":"{}","code":201,"ts":1795168805.5}"#
  let fixture = try #require(try ImportedLog(.accessLog, text: line, options).fixtures.first)
  #expect(
    fixture.payload
      == .http(method: "PUT", path: "/x?y=1", headers: [["Host", "a.example"], ["x-tenant", "7"]], body: nil))
  #expect(fixture.response?.text == #"{"status":201,"body":"{}"}"# && fixture.missing.contains(.body))
  #expect(throws: MappingError.self) { try options.map("method", to: "x") }
  #expect(throws: MappingError.self) { try options.map("verb", to: "x") }
  let log = try ImportedLog(.accessLog, text: #"{"a":1,"b":2}"#)
  #expect(
    log.reasons == ["1: no member is known for the method; say which it is with `--map method=NAME` (it has `a`, `b`)"])
}

@Test func archivesHoldBodiesInSeveralForms() throws {
  func entry(_ request: String, _ response: String) -> String {
    #"{"log":{"entries":[{"request":{"method":"POST","url":"http://a.example/x",\#(request)},"response":{"status":200,\#(response)}}]}}"#
  }
  let cases: [(String, String, String?, String?, Set<MissingPart>)] = [
    (#""postData":{"text":"a=1"}"#, #""content":{"text":"eA==","encoding":"base64"}"#, "a=1", "x", []),
    (#""postData":{"params":[{"name":"a b","value":"é"}]}"#, #""content":{"size":3}"#, "a+b=%C3%A9", nil, [.response]),
    (
      #""postData":{"params":[{"name":"f","fileName":"x"}]}"#, #""content":{"text":"!","encoding":"base64"}"#, nil, nil,
      [.body, .response]
    ),
    (#""bodySize":5"#, #""content":{}"#, nil, "", [.body]),
    (#""bodySize":0"#, #""content":{"text":"/w==","encoding":"base64"}"#, nil, nil, [.response]),
  ]
  for (request, response, body, answer, missing) in cases {
    let log = try ImportedLog(.har, text: entry(request, response))
    let fixture = try #require(log.fixtures.first)
    #expect(
      fixture.payload == .http(method: "POST", path: "/x", headers: [["Host", "a.example"]], body: body), "\(request)")
    #expect(fixture.response?["body"]?.string == answer, "\(response)")
    #expect(fixture.missing.subtracting([.user, .groups, .time, .source]) == missing, "\(request)")
  }
}

private func cast(_ inputs: [String]) throws -> ImportedLog {
  let events = inputs.map { JSONValue.array([.number("1"), .string("i"), .string($0)]).text + "\n" }
  return try ImportedLog(.asciicast, text: "{\"version\":2,\"width\":80,\"height\":24}\n" + events.joined())
}

@Test func typedLinesArePutTogether() throws {
  let cases: [(String, [String])] = [
    ("ls\r", ["ls"]), ("\r\r", []), ("lx\u{7F}s\r", ["ls"]), ("\u{8}\u{7F}ls\n", ["ls"]), ("rm\u{15}ls\r", ["ls"]),
    ("a b  \u{17}c\r", ["a c"]), ("rm x\u{3}ls\r", ["ls"]), ("\u{3}\u{3}", []), ("bc\u{1}a\u{5}d\r", ["abcd"]),
    ("ab\u{1B}[D\u{1B}[Dx\u{1B}[C\u{1B}[C\u{1B}[Cy\r", ["xaby"]), ("abc\u{2}\u{2}\u{B}\r", ["a"]),
    ("abc\u{1B}[H\u{1B}[3~\u{4}\u{1B}OFd\r", ["cd"]), ("ls\u{1B}[A\r", []), ("ls\t\r", []), ("\u{12}x\rpwd\r", ["pwd"]),
    ("\u{1B}[200~a\nb\tc\u{1B}[201~\r", ["a\nb\tc"]), ("é🙂\u{7F}\r", ["é"]), ("\u{1B}[I\u{1B}[10;5Rls\r", ["ls"]),
    ("a\u{1B}b\r", []), ("ls\u{1B}[" + String(repeating: "1", count: 100) + "x\r", []), ("unfinished", []),
    ("\u{4}ls\r", ["ls"]),
  ]
  for (typed, lines) in cases {
    // At once, and a character a time.
    for log in [try cast([typed]), try cast(typed.unicodeScalars.map { String($0) })] {
      #expect(
        log.requests == lines && log.counts.isBalanced && log.reasons.isEmpty,
        "\(typed.debugDescription): \(log.requests)")
    }
  }
}

@Test func typedLinesHaveALimit() throws {
  let line = String(repeating: "x", count: 1 << 20)
  #expect(try cast([line + "\r"]).requests == [line])
  #expect(try cast([line + "x\rls\r"]).requests == ["ls"])
}

@Test func versionsOfCastsCountTimeInTheirWay() throws {
  for (version, seconds) in [(2, 3), (3, 6)] {
    let text =
      "{\"version\":\(version),\"timestamp\":1795168800}\n"
      + [1, 2, 3].map { "[\($0),\"\($0 == 3 ? "i" : "o")\",\"x\\r\"]\n" }.joined()
    let fixture = try #require(try ImportedLog(.asciicast, text: text).fixtures.first)
    #expect(fixture.principal.time == 1_795_168_800 + Int64(seconds))
  }
  #expect(
    try ImportedLog(.asciicast, text: "{\"version\":1}\n").reasons == [
      "1: expected the header of an asciicast of version 2 or 3"
    ])
}

@Test func wordsOfRedisStayWords() throws {
  let cases: [(String, String)] = [
    (#""set" "k" "a b""#, #"set k "a b""#), (#""set" "" "\"""#, #"set "" "\"""#),
    (#""get" "\x00\xff""#, #"get "\x00\xff""#),
    (#""get" "it's""#, #"get "it's""#),
  ]
  for (words, request) in cases {
    #expect(try ImportedLog(.redisMonitor, text: "1795168805.5 [0 10.0.0.1:5] \(words)\n").requests == [request])
  }
  for line in [
    "1795168805.5 [0 10.0.0.1:5]", "x [0 a] \"b\"", "1795168805.5 [0 a] \"b", "1795168805.5 [0 a] b",
    "1795168805.5 [0 a] \"b\\",
  ] {
    #expect(try ImportedLog(.redisMonitor, text: line).failures.count == 1, "\(line)")
  }
}
