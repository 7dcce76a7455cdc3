import PolicyBytecode
import Testing

@testable import Operations

private func post(_ type: String?, _ body: String, _ more: String = "") -> String {
  "POST /x HTTP/1.1\r\nHost: a\r\n" + (type.map { "Content-Type: \($0)\r\n" } ?? "") + more
    + "Content-Length: \(body.utf8.count)\r\n\r\n" + body
}

private let form = "application/x-www-form-urlencoded"

private func parts(_ parts: String..., newline: String = "\r\n") -> String {
  parts.map { "--B" + newline + $0 }.joined(separator: newline) + newline + "--B--" + newline
}

private let field = "Content-Disposition: form-data; name=\"k\"\r\n\r\n"
private let jsonType = "Content-Type: application/json"

private func sql(_ selectors: (String, String)...) -> FactDemand {
  asking(
    decodes: [
      DecodeDefinition(carrier: .http, inner: .postgres, selectors: selectors.map { .init($0.0, $0.1) })
    ])
}

private let parameterCases: [(String, [String])] = [
  ("k=1", ["1"]), ("k=1&k=2", ["1", "2"]), ("%6B=1", ["1"]), ("k=a+b%20c", ["a b c"]), ("k", [""]), ("k=", [""]),
  ("x=1", []), ("K=1", []), ("k=a=b", ["a=b"]), ("x=1&&k=2&", ["2"]), ("k=%C3%A9", ["é"]), ("k=é", ["é"]),
  ("k=1;k=2", ["1;k=2", "1", "2"]), ("x=1;k=2", ["2"]), ("k=%26x=1", ["&x=1"]), ("x=%zz", []), ("k=%zz", ["?encoding"]),
  ("%zz=1", ["?encoding"]), ("k=%u0061", ["?encoding"]), ("k=%00", ["?encoding"]), ("k=%ff", ["?encoding"]), ("", []),
]

private let jsonCases: [(String, String, [String])] = [
  ("application/json", #"{"a":{"b":"x"}}"#, ["x"]), ("application/json; charset=UTF-8", #"{"a":{"b":7}}"#, ["7"]),
  ("Application/Problem+JSON", #"{"a":{"b":["x","y"]}}"#, ["x", "y"]), ("text/json", #"{"a":{"b":null}}"#, ["null"]),
  ("application/json", #"{"a":1}"#, []), ("application/json", "", []),
  ("application/json", #"{"a":{"b":1}"#, ["?syntax"]),
  ("application/json", #"{"a":{"b":1}} x"#, ["?syntax"]), ("application/json", #"{"a":{"b":1,"b":2}}"#, ["?syntax"]),
  ("application/json", "no json", ["?syntax"]), ("application/json; charset=utf-16", "{}", ["?unsupported"]),
  ("application/json; charset=utf-7", "{}", ["?unsupported"]), ("application/json; charset=\"utf-8\"", "{}", []),
  ("application/json; charset=a; charset=utf-8", "{}", ["?syntax"]),
  // Servers read JSON whatever it is called.
  ("text/plain", #" {"a":{"b":"x"}}"#, ["x"]), (form, #"{"a":{"b":"x"}}"#, ["x"]),
  ("application/octet-stream", #"{"a":{"b":"x"}}"#, ["x"]),
  ("text/plain", "{ no json", ["?syntax"]), ("text/plain", "a.b=1", []),
  ("text/plain", #"{"a":{"b":1},"a":{"b":2}}"#, ["?syntax"]), (form, #"{"a":{"b":1},"a":{"b":2}}"#, ["?syntax"]),
  ("application/octet-stream", #"{"a":{"b":1}} x"#, ["?syntax"]), ("text/plain", #"{"a":{"b":NaN}}"#, ["?syntax"]),
  ("application/x-ndjson", "{\"a\":{\"b\":1}}\n{\"a\":{\"b\":2}}\n", ["1", "2"]),
  // Servers that expect JSON read these, too.
  ("text/plain", "\u{FEFF}{\"a\":{\"b\":1}}", ["?encoding"]), ("text/plain", "{\0\"\0a\0\"\0", ["?encoding"]),
  (form, "\0{\0\"\0a\0\"", ["?encoding"]), ("application/grpc", "\0\0\0\0\u{5}hello", []),
  ("application/xml", "<a><b>x</b></a>", []),
]

private let multipartCases: [(String, [String])] = [
  (parts(field + "x"), ["x"]), (parts(field + ""), [""]), (parts(field + "x\r\ny"), ["x\r\ny"]),
  (parts(field + "x", field + "y"), ["x", "y"]), ("preamble\r\n" + parts(field + "x") + "epilogue", ["x"]),
  (parts("Content-Disposition: form-data; name=k\r\n\r\nx"), ["x"]),
  (parts("content-disposition: Form-Data; filename=\"a.txt\"; name=\"k\"\r\nContent-Type: text/plain\r\n\r\nx"), ["x"]),
  (parts("Content-Disposition: form-data; name=\"Zp;zzz\"\r\n\r\nx"), []),
  (parts(field.replacing("\r\n", with: "\n") + "x", newline: "\n"), ["x"]), (parts(field + "--Ax"), ["--Ax"]),
  (parts(field + "x") + "--B\r\n", ["x"]),
  ("--B\r\n" + field + "x", ["?truncated"]), ("x", ["?truncated"]), ("--B\r\n", ["?truncated"]),
  ("--B\r\nX: 1", ["?syntax"]),
  (parts("X: 1\r\n\r\nx"), ["?syntax"]), (parts("Content-Disposition: attachment; name=k\r\n\r\nx"), ["?syntax"]),
  (parts("Content-Disposition: form-data; name=k; name=l\r\n\r\nx"), ["?syntax"]),
  (parts("Content-Disposition: form-data; name=\"k\\\"\"\r\n\r\nx"), ["?syntax"]),
  (parts("Content-Disposition: form-data; name=\"k\"x\r\n\r\nx"), ["?syntax"]),
  (parts("Content-Disposition: form-data; name=k; filename*=UTF-8''x\r\n\r\nx"), ["?unsupported"]),
  (parts("Content-Disposition : form-data; name=k\r\n\r\nx"), ["?syntax"]),
  (parts("Content-Disposition: form-data;\r\n name=k\r\n\r\nx"), ["?syntax"]),
  (parts(field.dropLast() + "Content-Disposition: form-data; name=l\r\n\r\nx"), ["?syntax"]),
  (parts(field.dropLast() + "Content-Transfer-Encoding: base64\r\n\r\neA=="), ["?unsupported"]),
  (parts(field.dropLast() + "Content-Type: text/plain; charset=utf-7\r\n\r\nx"), ["?unsupported"]),
  (parts(field + "x\n--B\ny"), ["?syntax"]),
  // Where servers see a delimiter, or a name.
  ("x--B\r\n" + field + "y\r\n" + parts(field + "x"), ["?syntax"]),
  (parts(field + "v\r--B\r" + field + "y"), ["?syntax"]),
  ("--B \u{B}\r\n" + field + "y\r\n" + parts(field + "x"), ["?syntax"]), (parts(field + "--Bx"), ["?syntax"]),
  (parts("Content-Disposition: form-data; name=\"x\"; name*0=\"k\"\r\n\r\ny"), ["?unsupported"]),
]

private let declarationCases: [(FactDemand, String, [String])] = [
  (
    sql(("path", "/api/sql"), ("body", "$.query")),
    "POST /api/sql HTTP/1.1\n\(jsonType)\n\n{\"query\":\"DROP TABLE a\"}", ["POST /api/sql", "postgres: drop table a"]
  ),
  (
    sql(("path", "/api/sql"), ("body", "$.query")),
    "POST //api/./sql/ HTTP/1.1\n\(jsonType)\n\n{\"query\":\"DROP TABLE a\"}",
    ["POST /api/sql", "postgres: drop table a"]
  ),
  (
    sql(("path", "/api/sql"), ("body", "$.query")),
    "POST /api/sql HTTP/1.1\nContent-Type: \(form)\n\nquery=DROP+TABLE+a", ["POST /api/sql", "postgres: drop table a"]
  ),
  (
    sql(("path", "/api/sql"), ("body", "$.query")),
    "POST /api/other HTTP/1.1\n\(jsonType)\n\n{\"query\":\"DROP TABLE a\"}", ["POST /api/other"]
  ),
  (
    sql(("path", "/api/sql"), ("body", "$.query")), "POST /api/sql HTTP/1.1\n\(jsonType)\n\n{\"other\":1}",
    ["POST /api/sql"]
  ),
  (sql(("path", "/api/sql"), ("body", "$.query")), "POST /api/sql HTTP/1.1\n\(jsonType)\n\n{", ["?syntax"]),
  (
    sql(("path", "/api/sql"), ("body", "$.query")), "POST /api/sql HTTP/1.1\nContent-Type: application/xml\n\n<a/>",
    ["?unsupported"]
  ),
  (sql(("path", "/api/sql"), ("body", "$.query")), "POST /api/other HTTP/1.1\n\(jsonType)\n\n{", ["POST /api/other"]),
  (
    sql(("path", "/api/sql"), ("body", "$..q")),
    "POST /api/sql HTTP/1.1\n\(jsonType)\n\n[{\"q\":\"SELECT 1\"},{\"q\":[\"SELECT 2\"]}]",
    ["POST /api/sql", "postgres: select 1", "postgres: select 2"]
  ),
  (
    sql(("path", "/api/sql"), ("body", "$.query")),
    "POST /api/sql HTTP/1.1\n\(jsonType)\n\n{\"Query\":\"DROP TABLE a\"}",
    ["POST /api/sql", "postgres: ?unsupported"]
  ),
  (
    sql(("path", "/api/sql"), ("body", "$.query")),
    "POST /api/sql HTTP/1.1\n\(jsonType)\n\n{\"query\":\"SELECT 1\",\"QUERY\":\"DROP TABLE a\"}",
    ["POST /api/sql", "postgres: select 1", "postgres: ?unsupported"]
  ),
  (
    sql(("path", "/api/sql"), ("body", "$.a.sql")),
    "POST /api/sql HTTP/1.1\n\(jsonType)\n\n{\"A\":{\"\u{17F}ql\":\"DROP TABLE a\"}}",
    ["POST /api/sql", "postgres: ?unsupported"]
  ),
  (
    sql(("path", "/api/sql"), ("body", "$.query")),
    "POST /api/sql HTTP/1.1\n\(jsonType)\n\n{\"query\":\"SELECT 1\",\"x\":{\"Query\":1},\"Queries\":2}",
    ["POST /api/sql", "postgres: select 1"]
  ),
  (
    sql(("method", "get"), ("query", "sql")), "GET /x?sql=SELECT%201&sql=DROP+TABLE+a",
    ["GET /x", "postgres: select 1", "postgres: drop table a"]
  ),
  (sql(("method", "get"), ("query", "sql")), "PUT /x?sql=SELECT%201", ["PUT /x"]),
  (sql(("method", "get"), ("query", "sql")), "GET /x?sql=%zz", ["?encoding"]),
  (
    sql(("host", "*.Example.com"), ("header", "X-SQL")), "GET /x HTTP/1.1\nHost: DB.example.com\nx-sql: SELECT 1\n\n",
    ["GET /x", "postgres: select 1"]
  ),
  (sql(("host", "*.Example.com"), ("header", "X-SQL")), "GET /x HTTP/1.1\nx-sql: SELECT 1\n\n", ["GET /x"]),
]

/// Bodies, and the values of `role` and `user.id` that each operation has.
private let otherCaseCases: [(String, [String])] = [
  (#"{"Role":"admin"}"#, ["", "role=admin"]), (#"{"role":"admin"}"#, ["role=admin"]), (#"{"Roles":"x"}"#, [""]),
  (#"{"x":{"Role":"admin"}}"#, [""]), (#"[{"Role":"admin"}]"#, [""]), (#"{"Role":[]}"#, [""]),
  (#"{"ROLE":["a","b"]}"#, ["", "role=a role=b"]), (#"{"Role":null}"#, ["", "role=null"]),
  (#"{"\u0052ole":"admin"}"#, ["", "role=admin"]), (#"{"rol\u0065":"admin"}"#, ["role=admin"]),
  (#"{"u\u017Fer":{"id":1}}"#, ["", "user.id=1"]), (#"{"uſer":{"id":1}}"#, ["", "user.id=1"]),
  (#"{"User":{"ID":1}}"#, ["", "user.id=1"]), (#"{"user":{"Id":1},"Role":"a"}"#, ["", "user.id=1 role=a"]),
  (#"{"user":{"id":1},"Role":"a"}"#, ["user.id=1", "user.id=1 role=a"]),
  // Which of two counts is not the same for all servers: the first, the last, both put together.
  (#"{"role":"user","Role":"admin"}"#, ["role=user", "role=user role=admin", "?unsupported"]),
  (#"{"Role":"admin","role":"user"}"#, ["role=user", "role=admin role=user", "?unsupported"]),
  (#"{"Role":"user","ROLE":"admin"}"#, ["", "role=user role=admin", "?unsupported"]),
  (#"{"role":"user","Role":[]}"#, ["role=user", "?unsupported"]),
  (#"{"user":{"id":1},"User":{}}"#, ["user.id=1", "?unsupported"]),
  (#"{"user":{"id":1},"User":{"id":2}}"#, ["user.id=1", "user.id=1 user.id=2", "?unsupported"]),
  // Where no path leads it does not matter.
  (#"{"role":"user","x":1,"X":2}"#, ["role=user"]), (#"{"user":{"id":1,"x":1,"X":2}}"#, ["user.id=1"]),
  // Several texts.
  ("{\"x\":1}\n{\"Role\":\"admin\"}", ["", "role=admin"]),
  ("{\"Role\":\"a\"}\n{\"role\":\"b\"}", ["role=b", "role=a role=b"]),
  ("{\"Role\":\"a\"}\n{\"x\":[{\"y\":1,\"Y\":2}]}", ["", "role=a", "?unsupported"]),
  (#"{"Role":"admin"} x"#, ["?syntax"]), (#"{"Role":1,"Role":2}"#, ["?syntax"]),
]

@Suite struct HTTPValueTests {
  @Test(arguments: parameterCases)
  func parameters(_ query: String, _ expected: [String]) {
    #expect(values(.httpQuery, "k", "GET /x?\(query)") == expected)
    #expect(values(.httpBody, "k", post(form, query)) == expected)
    #expect(values(.httpBody, "$.k", post(form, query)) == expected)
  }

  @Test func headersAreFoundWhateverTheirCase() {
    let request = "GET / HTTP/1.1\r\nX-Key: \t a \r\nx-key: b\r\nX-KEYS: c\r\n\r\n"
    #expect(values(.httpHeader, "x-key", request) == ["a", "b"])
    #expect(values(.httpHeader, "X-Key", request) == ["a", "b"])
    #expect(values(.httpHeader, "x-ke", request).isEmpty)
    var bytes = Array("GET / HTTP/1.1\r\nX: ".utf8)
    bytes += [0xE9] + Array("\r\n\r\n".utf8)
    #expect(decodeOperations(.http, bytes, asking((.httpHeader, "x"))).map(\.reason) == [.encoding])
    #expect(decodeOperations(.http, bytes, asking((.httpHeader, "y"))).map(\.reason) == [.none])
  }

  @Test(arguments: jsonCases)
  func json(_ type: String, _ body: String, _ expected: [String]) {
    #expect(values(.httpBody, "a.b", post(type, body)) == expected)
    // Nobody asks: nobody minds.
    #expect(http(post(type, body)) == ["POST /x"])
  }

  /// What servers that ignore the case of members read is judged, too.
  @Test(arguments: otherCaseCases)
  func membersInAnotherCase(_ body: String, _ expected: [String]) {
    let keys = ["role", "$.user.id"]
    let demand = asking((.httpBody, keys[0]), (.httpBody, keys[1]))
    for type in ["application/json", "text/plain", form] {
      var context = DecodeContext(demand: demand)
      for _ in 0..<2 {
        context.decode(.http, Array(post(type, body).utf8))
        let found = (0..<context.batch.count).map { index -> String in
          let operation = context.batch.operations[index]
          guard operation.unparsed == .none else { return "?" + operation.unparsed.word }
          return (Int(operation.firstEntry)..<Int(operation.endEntry)).map { context.batch.facts.entries[$0] }
            .filter { $0.fact == Fact.httpBody.rawValue }
            .map { keys[Int($0.key) - 1].replacing("$.", with: "") + "=" + context.batch.facts.text($0) }
            .joined(separator: " ")
        }
        #expect(found == expected)
      }
    }
    #expect(http(post("application/json", body)) == ["POST /x"])
  }

  @Test func pathsInAnotherCase() {
    let all = post("application/json", #"{"a":[{"ID":1},{"id":2}],"B":{"C":{"Id":3}}}"#)
    #expect(values(.httpBody, "$..id", all) == ["2", "1", "2", "3"])
    #expect(values(.httpBody, "$.a[*].Id", all) == ["1", "2"])
    #expect(values(.httpBody, "$.b.*.id", all) == ["3"])
    #expect(values(.httpBody, "$.*", post("application/json", #"{"A":1}"#)) == ["1"])
    // A key of another case than the member is no other way to write it in a form.
    #expect(values(.httpBody, "Role", post(form, "role=admin")).isEmpty)
    // What only a declaration asks for, or one for another request, is no fact.
    let request = post("application/json", #"{"Query":"SELECT 1","user":"eve"}"#)
    var demand = sql(("path", "/other"), ("body", "$.query"))
    #expect(http(request, demand) == ["POST /x"])
    demand.keys = [FactKey(fact: .httpBody, key: "user")]
    #expect(http(request, demand) == ["POST /x"])
    // Texts one after the other hold what is declared, whatever its case.
    #expect(
      http("POST /x HTTP/1.1\n\n{\"a\":1}\n{\"Query\":\"DROP TABLE a\"}", sql(("body", "$.query")))
        == ["POST /x", "postgres: ?unsupported"])
  }

  @Test func bodiesWithoutAType() {
    #expect(values(.httpBody, "a", post(nil, #"{"a":"x"}"#)) == ["x"])
    #expect(values(.httpBody, "a", post(nil, "{ no json")) == ["?syntax"])
    #expect(values(.httpBody, "a", post(nil, "a=1")).isEmpty)
    #expect(values(.httpBody, "a", "POST /x\n\n{\"a\":1}\n") == ["1"])
    #expect(values(.httpBody, "a", post("application/json\r\nContent-Type: text/plain", "{}")) == ["?syntax"])
  }

  @Test func codedBodiesAreNotLookedInto() {
    #expect(values(.httpBody, "a", post("application/json", "x", "Content-Encoding: gzip\r\n")) == ["?unsupported"])
    #expect(values(.httpBody, "a", post("application/json", #"{"a":1}"#, "Content-Encoding: identity\r\n")) == ["1"])
    #expect(http(post("application/json", "x", "Content-Encoding: gzip\r\n")) == ["POST /x"])
  }

  @Test func chunksArePutTogether() {
    let request = "POST / HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    #expect(values(.httpBody, "a", request + "3\r\n{\"a\r\n6;x\r\n\":\"x\"}\r\n0\r\n\r\n") == ["x"])
  }

  @Test(arguments: multipartCases)
  func multipart(_ body: String, _ expected: [String]) {
    #expect(values(.httpBody, "k", post("multipart/form-data; boundary=B", body)) == expected)
    #expect(values(.httpBody, "$.k", post("Multipart/Form-Data; Boundary=\"B\"", body)) == expected)
    #expect(http(post("multipart/form-data; boundary=B", body)) == ["POST /x"])
  }

  @Test func files() {
    let body = parts("Content-Disposition: form-data; name=\"k\"; filename=\"é.pdf\"\r\n\r\n%PDF")
    #expect(values(.httpBody, "k.filename", post("multipart/form-data; boundary=B", body)) == ["é.pdf"])
    #expect(values(.httpBody, "k", post("multipart/form-data", body)) == ["?syntax"])
    #expect(values(.httpBody, "k", post("multipart/form-data; boundary=A; boundary*0=B", body)) == ["?unsupported"])
    #expect(values(.httpBody, "k", post("multipart/form-data; boundary=\"\"", body)) == ["?syntax"])
    #expect(values(.httpBody, "k", post("multipart/mixed; boundary=B", body)).isEmpty)
    // A file need not be text, a field must.
    var binary = Array(post("multipart/form-data; boundary=B", body).utf8)
    let at = binary.firstIndex(of: UInt8(ascii: "%")) ?? 0
    binary[at] = 0xFF
    #expect(decodeOperations(.http, binary, asking((.httpBody, "k"))).map(\.reason) == [.none])
  }

  @Test(arguments: declarationCases)
  func declarations(_ demand: FactDemand, _ request: String, _ expected: [String]) {
    #expect(http(request, demand) == expected)
  }

  @Test func factsAndDeclarationsShareABody() {
    let demand = asking(
      (.httpBody, "user"), (.httpHeader, "x-a"),
      decodes: [
        DecodeDefinition(carrier: .http, inner: .shell, selectors: [.init("body", "$.run")]),
        DecodeDefinition(carrier: .http, inner: .postgres, selectors: [.init("body", "$.sql")]),
      ])
    let request = "POST /x HTTP/1.1\nX-A: 1\n\n{\"user\":\"eve\",\"sql\":\"SELECT 1\",\"run\":\"ls -l\"}"
    let found = decodeOperations(.http, Array(request.utf8), demand)
    #expect(found.map(\.summary) == ["http: POST /x", "ls -l", "postgres: select 1"])
    #expect(found.first?.texts(.httpBody) == ["eve"])
    #expect(found.first?.texts(.httpHeader) == ["1"])
    #expect(found.last?.texts(.via) == ["http"])
  }
}
