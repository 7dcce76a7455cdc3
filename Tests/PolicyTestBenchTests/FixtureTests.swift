import Glibc
import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyTestBench
import Testing

private func fixture(_ line: String) throws(JSONError) -> Fixture {
  try [UInt8](line.utf8).withUnsafeBufferPointer { (bytes) throws(JSONError) in
    var parser = FixtureParser()
    return try parser.fixture(bytes)
  }
}

@Test func readsEveryMemberOfAFixture() throws {
  let fixture = try fixture(
    #"""
    {"id":"s-17/4","time":"2026-11-20T10:04:05Z","principal":{"user":"eve","groups":["a","b"],"actor":"agent",
    "client":"psql","claims":{"team":"x","roles":["r","s"],"level":3,"realm":{"k":[1]}}},"protocol":"postgres","target":"prod-orders",
    "labels":{"env":"prod"},"source":"10.0.0.1","session":"s-17","request":"DROP TABLE orders",
    "response":{"columns":["email"],"rows":[["a@example.com"]]},"unknown":[1],
    "expect":{"decision":"block","rules":["no-destructive-sql"],"masked":"[email]","record":"full"},
    "recorded":{"decision":"allow","policy":"sha256:00"}}
    """#)
  #expect(fixture.id == .string("s-17/4"))
  #expect(fixture.principal.time == 1_795_169_045)
  #expect(fixture.principal.user == "eve" && fixture.principal.groups == ["a", "b"])
  #expect(fixture.principal.actor == "agent" && fixture.principal.client == "psql")
  #expect(
    fixture.principal.claims
      == [["team", "x"], ["roles", "r"], ["roles", "s"], ["level", "3"], ["realm", #"{"k":[1]}"#]])
  #expect(fixture.protocol == .postgres && fixture.payload == .text([UInt8]("DROP TABLE orders".utf8)))
  #expect(fixture.principal.target == "prod-orders" && fixture.principal.labels == [["env", "prod"]])
  #expect(fixture.principal.source == "10.0.0.1" && fixture.session == "s-17")
  #expect(fixture.response?["columns"]?.array == [.string("email")])
  #expect(
    fixture.expect
      == .init(decision: .block, rules: ["no-destructive-sql"], masked: ["[email]"], record: .full))
  #expect(fixture.recorded == .init(decision: .allow, policy: "sha256:00"))
}

@Test func onlyProtocolAndRequestAreRequired() throws {
  let bare = try fixture(#"{"request":"ls","protocol":"shell","time":null,"id":null,"expect":null,"session":null}"#)
  #expect(bare.id == nil && bare.principal.user == nil && bare.principal.time == nil && bare.expect == nil)
  #expect(bare.principal.actor == "human")
  #expect(try fixture(#"{"id":7,"request":"","protocol":"shell"}"#).id == .number("7"))
}

@Test func readsRequestsThatAreObjects() throws {
  let http = try fixture(
    #"{"protocol":"http","request":{"method":"GET","path":"/x?y=1","headers":[["A","b"]],"body":"t"}}"#)
  #expect(http.payload == .http(method: "GET", path: "/x?y=1", headers: [["A", "b"]], body: "t"))
  #expect(
    String(decoding: http.payload.bytes, as: UTF8.self) == "GET /x?y=1 HTTP/1.1\r\nA: b\r\nContent-Length: 1\r\n\r\nt")
  let k8s = try fixture(#"{"request":{"method":"POST","path":"/api","body":{"kind":"Pod"}},"protocol":"k8s"}"#)
  #expect(k8s.payload == .http(method: "POST", path: "/api", headers: [], body: #"{"kind":"Pod"}"#))
  let mcp = try fixture(#"{"protocol":"mcp","request":{"method":"tools/list"}}"#)
  #expect(mcp.payload.bytes == [UInt8](#"{"method":"tools/list"}"#.utf8))
}

/// Parts of a request stay the parts they are: what would end one early comes out as NUL, which is read by nobody.
@Test func partsOfRequestsStayApart() {
  func rendered(_ method: String, _ path: String, _ headers: [[String]] = [], _ body: String? = nil) -> String {
    String(
      decoding: RequestPayload.http(method: method, path: path, headers: headers, body: body).bytes, as: UTF8.self)
  }
  let end = " HTTP/1.1\r\n"
  #expect(rendered("GET", "/x") == "GET /x" + end + "\r\n")
  #expect(rendered("GET", "/x", [], "") == "GET /x" + end + "\r\n")
  #expect(rendered("PUT", "/x", [], "é") == "PUT /x" + end + "Content-Length: 2\r\n\r\né")
  for given in ["content-length", "Transfer-Encoding"] {
    #expect(rendered("PUT", "/x", [[given, "y"]], "é") == "PUT /x" + end + "\(given): y\r\n\r\né")
  }
  #expect(rendered("GET /a", "/x") == "GET\0/a /x" + end + "\r\n")
  #expect(rendered("GET", "/x HTTP/1.1\r\nA: b") == "GET /x\0HTTP/1.1\0\0A:\0b" + end + "\r\n")
  #expect(rendered("GET", "/", [["A", "b c: d"]]) == "GET /" + end + "A: b c: d\r\n\r\n")
  #expect(rendered("GET", "/", [["A", "b\r\nC: d"]]) == "GET /" + end + "A: b\0\0C: d\r\n\r\n")
  #expect(rendered("GET", "/", [["A: b\nC", "d"]]) == "GET /" + end + "A\0\0b\0C: d\r\n\r\n")
}

@Test func saysWhyALineIsNoFixture() {
  let cases: [(String, String)] = [
    ("", "the text ends where a value is expected"),
    ("[]", "`a fixture` must be an object, not an array"),
    ("{}", "`protocol` is missing"),
    (#"{"protocol":"shell"}"#, "`request` is missing"),
    (
      #"{"protocol":"oracle","request":""}"#,
      "`protocol` is `oracle`, not one of postgres, mysql, redis, k8s, ssh, shell, http, mcp"
    ),
    (#"{"protocol":1,"request":""}"#, "`protocol` must be a string, not a number"),
    (#"{"protocol":null,"request":""}"#, "`protocol` must be a string, not null"),
    (#"{"protocol":"shell","request":1}"#, "`request` must be a string or an object, not a number"),
    (#"{"protocol":"shell","request":{}}"#, "`request` must be a string for the protocol `shell`, not an object"),
    (#"{"protocol":"shell","request":[]}"#, "`request` must be a string for the protocol `shell`, not an array"),
    (
      #"{"protocol":"http","request":[]}"#,
      "`request` must be a string or an object for the protocol `http`, not an array"
    ),
    (#"{"protocol":"http","request":{"path":"/"}}"#, "`request` needs `method` and `path`, both strings"),
    (
      #"{"protocol":"http","request":{"method":"GET","path":"/","headers":[["a"]]}}"#,
      "`headers` must be an array of [name, value]"
    ),
    (
      #"{"protocol":"http","request":"GET /","response":{"headers":{"X-A":"1"}}}"#,
      "`status` of a response must be an integer, and `headers` an array of [name, value]"
    ),
    (
      #"{"protocol":"postgres","request":"","response":{"columns":["a"],"rows":[1]}}"#,
      "`columns` of a response must be an array of strings, and `rows` an array of arrays"
    ),
    (#"{"id":[],"protocol":"shell","request":""}"#, "`id` must be a string or a number, not an array"),
    (
      #"{"time":"yesterday","protocol":"shell","request":""}"#,
      "`time` is `yesterday`, not a time such as 2026-11-20T10:04:05Z (RFC 3339)"
    ),
    (#"{"source":"host","protocol":"shell","request":""}"#, "`source` is `host`, not an IP address"),
    (#"{"principal":"eve","protocol":"shell","request":""}"#, "`principal` must be an object, not a string"),
    (
      #"{"principal":{"group":"a"},"protocol":"shell","request":""}"#,
      "`principal` has no `group`, only user, groups, actor, client, claims"
    ),
    (#"{"principal":{"groups":"a"},"protocol":"shell","request":""}"#, "`groups` must be an array, not a string"),
    (#"{"principal":{"groups":[1]},"protocol":"shell","request":""}"#, "`groups[]` must be a string, not a number"),
    (
      #"{"principal":{"actor":"robot"},"protocol":"shell","request":""}"#,
      "`actor` is `robot`, not one of human, service, agent"
    ),
    (
      #"{"expect":{"decision":"deny"},"protocol":"shell","request":""}"#,
      "`decision` is `deny`, not one of allow, approve, block"
    ),
    (
      #"{"expect":{"rule":[]},"protocol":"shell","request":""}"#,
      "`expect` has no `rule`, only decision, rules, masked, record"
    ),
    (#"{"recorded":{"by":1},"protocol":"shell","request":""}"#, "`recorded` has no `by`, only decision, policy"),
    (#"{"protocol":"shell","request":""} x"#, "unexpected text after the value"),
    (#"{"protocol":"shell","protocol":"shell","request":""}"#, "the key `protocol` comes twice"),
  ]
  for (line, reason) in cases {
    do throws(JSONError) {
      _ = try fixture(line)
      Issue.record("accepted: \(line)")
    } catch {
      #expect(error.message == reason, "\(line)")
    }
  }
}

@Test func readsTimes() {
  let cases: [(String, Int64?)] = [
    ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59Z", -1), ("2026-11-20T10:04:05Z", 1_795_169_045),
    ("2026-11-20t10:04:05.999z", 1_795_169_045), ("2026-11-20 11:34:05+01:30", 1_795_169_045),
    ("2026-11-20T05:04:05-05:00", 1_795_169_045), ("2000-02-29T00:00:00Z", 951_782_400),
    ("2016-12-31T23:59:60Z", 1_483_228_800), ("0000-03-01T00:00:00Z", -62_162_035_200 + 0),
    ("1900-02-29T00:00:00Z", nil), ("2026-11-20", nil), ("2026-11-20T10:04:05", nil), ("2026-13-01T00:00:00Z", nil),
    ("2026-04-31T00:00:00Z", nil), ("2026-11-20T24:00:00Z", nil), ("2026-11-20T10:60:05Z", nil),
    ("2026-11-20T10:04:61Z", nil), ("2026-11-20T10:04:05.Z", nil), ("2026-11-20T10:04:05Zx", nil),
    ("2026-11-20T10:04:05+24:00", nil), ("٢٠٢٦-11-20T10:04:05Z", nil), ("", nil),
  ]
  for (text, seconds) in cases { #expect(Timestamp.seconds(text) == seconds, "\(text)") }
}

/// Writes a file under the system's temporary folder and removes it afterwards.
func withFile<Result>(_ bytes: [UInt8], _ body: (String) throws -> Result) throws -> Result {
  var template = [CChar]("/tmp/hpol-XXXXXX".utf8CString)
  let descriptor = mkstemp(&template)
  try #require(descriptor >= 0)
  let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  defer { unlink(path) }
  var sent = 0
  while sent < bytes.count {
    let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + sent, bytes.count - sent) }
    try #require(count > 0)
    sent += count
  }
  close(descriptor)
  return try body(path)
}

private func lines(_ path: String, limit: Int = LineReader.lineBytes) throws -> [String] {
  var reader = try LineReader(path: path, limit: limit)
  var lines: [String] = []
  while let line = try reader.next() {
    lines.append(
      line.isTooLong ? "\(line.number) too long" : reader.withBytes(of: line) { String(decoding: $0, as: UTF8.self) })
  }
  return lines
}

@Test func readsLinesOfAnyLength() throws {
  let long = String(repeating: "x", count: 300_000)
  let cases: [(String, [String])] = [
    ("", []), ("\n", [""]), ("a", ["a"]), ("a\n", ["a"]), ("a\n\nb", ["a", "", "b"]), (long + "\nb\n", [long, "b"]),
    ("a\n" + long, ["a", long]),
  ]
  for (text, expected) in cases { #expect(try withFile([UInt8](text.utf8)) { try lines($0) } == expected) }
  // At the limit and one past it, in the middle and at the end; what follows is read.
  for (text, expected) in [
    ("abcd\nabcde\nz\n", ["abcd", "2 too long", "z"]), ("abcde", ["1 too long"]), ("abcd", ["abcd"]),
    ("\(long)\nz", ["1 too long", "z"]),
  ] {
    #expect(try withFile([UInt8](text.utf8)) { try lines($0, limit: 4) } == expected)
  }
  #expect(throws: FileError("/nonexistent", "no such file or directory")) { try lines("/nonexistent") }
  #expect(throws: FileError("/tmp", "is a directory")) { try lines("/tmp") }
}

@Test func reportsLinesAndGoesOn() throws {
  let text = """
    {"id":1,"protocol":"shell","request":"ls"}

    {"id":2,"protocol":"shell"}
    not json
    {"id":3,"protocol":"shell","request":"pwd"}
    """
  try withFile([UInt8](text.utf8)) { path in
    var reader = try FixtureReader(path: path)
    var seen: [String] = []
    while let line = try reader.nextFixture() {
      switch line {
      case .value(let fixture, let number): seen.append("\(number): \(fixture.id?.text ?? "")")
      case .failure(let failure): seen.append("\(failure.line):\(failure.column): \(failure.reason)")
      }
    }
    #expect(seen == ["1: 1", "3:1: `request` is missing", "4:1: expected a value", "5: 3"])
  }
}
