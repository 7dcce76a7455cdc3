import PolicyBytecode
import Testing

@testable import Operations

private func head(_ lines: String...) -> String { lines.joined(separator: "\r\n") + "\r\n\r\n" }

@Suite struct HTTPRequestTests {
  @Test(arguments: [
    ("/admin/users", "/admin/users"), ("//admin", "/admin"), ("/%61dmin", "/admin"), ("/./admin", "/admin"),
    ("/admin;x=1", "/admin"), ("/admin/", "/admin"), ("/admin//", "/admin"), ("/admin/.", "/admin"),
    ("/admin;a/users;b=1", "/admin/users"), ("/ADMIN", "/ADMIN"), ("/%2e/admin%2fx", "/admin/x"),
    ("/%252e%252e/x", "/%2e%2e/x"), ("/%25", "/%"), ("/", "/"), ("/.", "/"),
    ("/a/...", "/a/..."), ("/.a/..b/c.", "/.a/..b/c."), ("/a%20b", "/a b"), ("/%C3%A9", "/é"), ("/é", "/é"),
    ("/a?x=/../admin", "/a"), ("/a%3Fb", "/a?b"), ("/a%23b", "/a#b"), ("/a+b", "/a+b"), ("/a?", "/a"),
    ("/c/./d//e/", "/c/d/e"), ("/a/..b;x", "/a/..b"),
    ("/a%00", "?encoding"), ("/a%0a", "?encoding"), ("/a%7f", "?encoding"), ("/a%", "?encoding"), ("/a%2", "?encoding"),
    ("/a%zz", "?encoding"), ("/%u0061", "?encoding"), ("/%c0%af", "?encoding"), ("/%ff", "?encoding"),
    ("/a\\..\\admin", "?syntax"), ("/a%5Cb", "?syntax"), ("/a#b", "?syntax"), ("admin", "?syntax"), ("*", "?syntax"),
    ("", "?syntax"), ("/a b", "?syntax"), ("/a\tb", "?syntax"), ("?x", "?syntax"),
  ])
  func paths(_ target: String, _ path: String) {
    let expected = path.hasPrefix("?") ? path : "GET " + path
    #expect(http("GET \(target)") == [expected])
    #expect(http("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n") == [expected])
    #expect(http("GET \(target) HTTP/1.1\nHost: a\n\n") == [expected])
  }

  /// nginx, node and Python's servers go different ways, or none.
  @Test(arguments: [
    ("/x/../admin", "/admin"), ("/admin/x/..", "/admin"), ("/..", "/"), ("/../../a", "/a"),
    ("/x/%2e%2e/admin", "/admin"),
    ("/x%2F..%2fadmin", "/admin"), ("/%2e/%2E%2e/admin", "/admin"), ("/x/..;/admin", "/admin"),
    ("/x/..;a=b/admin", "/admin"), ("/;/admin", "/admin"), ("/admin/;x/users", "/admin/users"),
    ("/x/.;/admin", "/x/admin"),
    ("/admin//../x", "/x"), ("/x%3B/../admin", "/admin"), ("/admin/%2e%2e%3b/x", "/x"),
    ("/a/b/../../../c/./d//e/", "/c/d/e"),
  ])
  func pathsThatAreReadDifferently(_ target: String, _ path: String) {
    #expect(http("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n") == ["GET " + path, "?syntax"])
  }

  @Test(arguments: [
    ("example.com", "example.com"), ("Example.COM", "example.com"), ("example.com.", "example.com"),
    ("example.com:80", "example.com"), ("example.com:443", "example.com"), ("example.com:8080", "example.com:8080"),
    ("example.com:0080", "example.com"), ("example.com:", "example.com"), ("a_b.c~d", "a_b.c~d"),
    ("169.254.169.254", "169.254.169.254"), ("2852039166", "169.254.169.254"), ("0xA9FEA9FE", "169.254.169.254"),
    ("0251.0376.0251.0376", "169.254.169.254"), ("169.254.43518", "169.254.169.254"),
    ("169.16689662", "169.254.169.254"), ("0xa9.0xfe.169.254:81", "169.254.169.254:81"),
    ("169.254.169.254.", "169.254.169.254"), ("1.2.3.4.5", "1.2.3.4.5"), ("256.1.1.1", "256.1.1.1"),
    ("1.2.3.x", "1.2.3.x"),
    ("4294967296", "4294967296"), ("09.1.1.1", "09.1.1.1"),
    ("[::1]", "[::1]"), ("[::1]:80", "[::1]"), ("[::1]:81", "[::1]:81"), ("[2001:DB8:0:0:1::1]", "[2001:db8::1:0:0:1]"),
    ("[0:0:0:0:0:0:0:0]", "[::]"), ("[1:0:0:2:0:0:0:3]", "[1:0:0:2::3]"), ("[1::]", "[1::]"),
    ("[1:0:2:3:4:5:6:7]", "[1:0:2:3:4:5:6:7]"),
    ("[::ffff:169.254.169.254]", "169.254.169.254"), ("[::FFFF:a9fe:a9fe]:81", "169.254.169.254:81"),
    ("[64:ff9b::1.2.3.4]", "[64:ff9b::102:304]"),
    ("[::1", "?syntax"), ("[::1]x", "?syntax"), ("[1::2::3]", "?syntax"), ("[fe80::1%25eth0]", "?syntax"),
    ("[12345::]", "?syntax"), ("[1:2:3]", "?syntax"), ("[1:2:3:4:5:6:7:8:9]", "?syntax"), ("[1.2.3.4::]", "?syntax"),
    ("a:b", "?syntax"), ("a:65536", "?syntax"), ("a:1:2", "?syntax"), ("u@a", "?syntax"), ("u:p@a", "?syntax"),
    ("a/b", "?syntax"), ("a b", "?syntax"), ("a,b", "?syntax"), ("%61", "?syntax"), ("é", "?syntax"), (".", "?syntax"),
  ])
  func hosts(_ sent: String, _ host: String) {
    let found = decodeOperations(.http, Array(head("GET / HTTP/1.1", "Host: \(sent)").utf8))
    #expect(found.count == 1)
    #expect((found[0].reason == .none ? found[0].texts(.httpHost) : ["?" + found[0].reason.word]) == [host])
  }

  @Test func targetsOfAllForms() {
    let cases: [(String, String, String?)] = [
      ("GET http://A.example/x HTTP/1.1", "GET /x", "a.example"),
      ("GET HTTPS://a.example:443 HTTP/1.1", "GET /", "a.example"),
      ("GET http://a.example?x=1 HTTP/1.1", "GET /", "a.example"), ("GET wss://a/x HTTP/1.1", "GET /x", "a"),
      ("GET http://a\\@b/ HTTP/1.1", "?syntax", nil), ("GET http:///x HTTP/1.1", "?syntax", nil),
      ("GET http://u@a/ HTTP/1.1", "?syntax", nil), ("GET ftp://a/ HTTP/1.1", "?unsupported", nil),
      ("GET http:/a/ HTTP/1.1", "?syntax", nil),
      ("CONNECT A.example:22 HTTP/1.1", "CONNECT a.example:22", "a.example:22"),
      ("CONNECT a.example HTTP/1.1", "?syntax", nil),
      ("CONNECT /x HTTP/1.1", "?syntax", nil), ("OPTIONS * HTTP/1.1", "OPTIONS *", "h"),
      ("GET * HTTP/1.1", "?syntax", nil),
    ]
    for (line, command, host) in cases {
      let found = decodeOperations(.http, Array(head(line, "Host: \(host ?? "h")").utf8))
      #expect(found.map(\.summary) == ["http: " + command], "\(line)")
      #expect(found.first?.texts(.httpHost) == host.map { [$0] } ?? [], "\(line)")
    }
    // Node goes by the header, others by the target.
    #expect(http(head("GET http://a/x HTTP/1.1", "Host: b")) == ["GET /x", "?syntax"])
    #expect(http(head("GET http://a:80/x HTTP/1.1", "Host: A")) == ["GET /x"])
  }

  @Test(arguments: [
    ("GET / HTTP/1.0", "GET /"), ("GET / HTTP/2", "GET /"), ("GET / HTTP/3.0", "GET /"), ("get / HTTP/1.1", "GET /"),
    ("X-Y!z / HTTP/1.1", "X-Y!Z /"), ("GET / HTTP/1.2", "?unsupported"), ("GET / HTTP/0.9", "?unsupported"),
    ("GET / http/1.1", "?syntax"), ("GET / HTTP/1.1 ", "?syntax"), ("GET / HTTP/1,1", "?syntax"),
    ("GET  / HTTP/1.1", "?syntax"),
    ("GET\t/ HTTP/1.1", "?syntax"), (" GET / HTTP/1.1", "?syntax"), ("G(T / HTTP/1.1", "?syntax"), ("GET", "?syntax"),
    ("GET ", "?syntax"), ("GET / x HTTP/1.1", "?syntax"), ("GÉT / HTTP/1.1", "?syntax"),
  ])
  func requestLines(_ line: String, _ expected: String) { #expect(http(head(line)) == [expected]) }

  /// Lines of a header under `GET / HTTP/1.1`.
  @Test(arguments: [
    ("X: 1", ""), ("X:1", ""), ("X:", ""), ("X: \t 1 \t", ""), ("X: a: b", ""), ("x-Y_z: 1", ""), ("X: \u{E9}", ""),
    ("X : 1", "syntax"), (" X: 1", "syntax"), ("X: 1\r\n Y", "syntax"), ("X: 1\r\n\tY", "syntax"), ("X", "syntax"),
    (": 1", "syntax"), ("X\t: 1", "syntax"), ("X(: 1", "syntax"), ("X Y: 1", "syntax"), ("X: a\rb", "syntax"),
    ("X: a\r", "syntax"), ("X: 1\nY: 2", "syntax"), ("X: a\0b", "encoding"), ("X: a\u{1}b", "syntax"),
    ("X: a\u{7F}b", "syntax"), ("Host: a\r\nHost: a", "syntax"), ("Host: a\r\nhost: b", "syntax"), ("Host:", ""),
    ("É: 1", "syntax"),
  ])
  func headers(_ line: String, _ reason: String) {
    #expect(http(head("GET / HTTP/1.1", line)) == [reason.isEmpty ? "GET /" : "?" + reason])
  }

  /// What follows `POST / HTTP/1.1` and a line end.
  @Test(arguments: [
    ("Content-Length: 3\r\n\r\nabc", ""), ("Content-Length: 3 \r\n\r\nabc\r\n", ""), ("content-LENGTH:0\r\n\r\n", ""),
    ("Content-Length: 3\r\n\r\nab", "truncated"), ("Content-Length: 3\r\n\r\nabcd", "syntax"),
    ("Content-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\n\r\n", "syntax"), ("Content-Length: 3\r\n\r\nabc\r\nx", "syntax"),
    ("Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "syntax"), ("Content-Length: 3, 3\r\n\r\nabc", "syntax"),
    ("Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", "syntax"), ("Content-Length: +3\r\n\r\nabc", "syntax"),
    // What one reader takes for the length, or drops.
    ("Content-Length: 3\r\nTransfer_Encoding: chunked\r\n\r\nabc", "syntax"),
    ("content_length: 3\r\n\r\nabc", "syntax"), ("Connection: close, Content-Length\r\n\r\n", "syntax"),
    ("Connection: host\r\n\r\n", "syntax"), ("Connection: keep-alive, Upgrade\r\n\r\n", ""),
    ("Content-Length: 0x3\r\n\r\nabc", "syntax"), ("Content-Length: 03\r\n\r\nabc", "syntax"),
    ("Content-Length: -0\r\n\r\n", "syntax"), ("Content-Length:\r\n\r\n", "syntax"),
    ("Content-Length: 3 3\r\n\r\nabc", "syntax"),
    ("Content-Length:\t3\r\n\r\nabc", "syntax"), ("Content-Length : 3\r\n\r\nabc", "syntax"),
    ("Content-Length: 99999999999999999999\r\n\r\n", "syntax"),
    ("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", ""),
    ("Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n", ""),
    ("Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n00\r\nT: 1\r\n\r\n", ""),
    ("Transfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n\r\n", ""),
    ("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", "syntax"),
    ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "syntax"),
    ("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "syntax"),
    ("Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", "syntax"),
    ("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "syntax"),
    ("Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n", "syntax"),
    ("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", "syntax"),
    ("Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", "syntax"),
    ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "syntax"),
    ("Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", "syntax"), ("Transfer-Encoding:\r\n\r\n0\r\n\r\n", "syntax"),
    ("Transfer-Encoding: chunked\r\n\r\n", "truncated"), ("Transfer-Encoding: chunked\r\n\r\n3\r\nab", "truncated"),
    ("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n", "truncated"),
    ("Transfer-Encoding: chunked\r\n\r\n3\r\nabc", "truncated"),
    ("Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n", "syntax"),
    ("Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /admin HTTP/1.1\r\n\r\n", "syntax"),
    ("Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n", "syntax"),
    ("Transfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n0\r\n\r\n", "syntax"),
    ("Transfer-Encoding: chunked\r\n\r\n3 \r\nabc\r\n0\r\n\r\n", "syntax"),
    ("Transfer-Encoding: chunked\r\n\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "syntax"),
    ("Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n", "syntax"),
    ("Transfer-Encoding: chunked\r\n\r\n3;\nx\r\nabc\r\n0\r\n\r\n", "syntax"),
    ("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\n0\r\n\r\n", "syntax"),
    ("Transfer-Encoding: chunked\r\n\r\n0\r\nHost: b\r\n\r\n", "syntax"),
    ("Transfer-Encoding: chunked\r\n\r\n0\r\nT : 1\r\n\r\n", "syntax"),
    ("Transfer-Encoding: chunked\r\n\r\n100000000\r\n", "oversized"),
    ("X: 1\r\n\r\nplain body", ""), ("X: 1\r\n\r\n{\"a\": \"GET /admin\"}", ""), ("X: 1\r\n\r\n\r\n", ""),
    ("X: 1\r\n\r\nGET /admin HTTP/1.1\r\n\r\n", "syntax"), ("X: 1\r\n\r\nGET /admin\r\n", "syntax"),
    ("X: 1\r\n\r\n\r\nx http://a/ HTTP/1.1\r\n", "syntax"), ("X: 1\r\n\r\nDELETE * x", "syntax"),
    ("X: 1\r\n\r\nget x HTTP/1.1", "syntax"), ("X: 1\r\n\r\n{\"a\": \"GET /x HTTP/1.1\"}", ""),
    ("X: 1\r\n\r\nsee HTTP/ for more", ""), ("X: 1\r\n\r\n GET /admin HTTP/1.1\r\n\r\n", "syntax"),
    ("X: 1\r\n\r\n\u{C}GET /admin HTTP/1.1\r\n\r\n", "syntax"), ("X: 1\r\n\r\nGET\u{C}/admin\u{B}HTTP/1.1", "syntax"),
    ("X: 1\r\n\r\n \t\r\nGET admin\r\n", "syntax"), ("X: 1\r\n\r\nDELETE FROM orders", ""),
    ("X: 1\r\n\r\nget well soon", ""),
  ])
  func bodies(_ rest: String, _ reason: String) {
    #expect(http("POST / HTTP/1.1\r\n" + rest) == [reason.isEmpty ? "POST /" : "?" + reason])
  }

  @Test func versionsAndFraming() {
    #expect(http("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == ["?syntax"])
    #expect(http("POST / HTTP/2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == ["?syntax"])
    #expect(http("POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\na") == ["POST /"])
  }

  @Test func lineEnds() {
    #expect(http("GET / HTTP/1.1\nX: 1\n\n") == ["GET /"])
    #expect(http("\r\nGET / HTTP/1.1\r\nX: 1\r\n\r\n") == ["GET /"])
    #expect(http("GET / HTTP/1.1\r\nX: 1\r\n") == ["GET /"])
    #expect(http("GET / HTTP/1.1\r\nX: 1") == ["GET /"])
    #expect(http("GET /\nX: 1\n\n") == ["GET /"])
    for mixed in [
      "GET / HTTP/1.1\nX: 1\r\n\r\n", "GET / HTTP/1.1\r\nX: 1\n\r\n", "GET / HTTP/1.1\r\nX: 1\r\n\n", "GET /\r",
      "\rGET /",
    ] {
      #expect(http(mixed) == ["?syntax"])
    }
    #expect(http("") == ["?truncated"])
    #expect(http("\r\n\r\n") == ["?truncated"])
    #expect(http("POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n3\nabc\n0\n\n") == ["POST /"])
    #expect(http("POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n3\r\nabc\n0\n\n") == ["?syntax"])
  }

  @Test func nothingIsComputedThatNobodyAsksFor() {
    let found = decodeOperations(
      .http, Array("GET /a HTTP/1.1\r\nHost: b\r\n\r\n".utf8), FactDemand(facts: FactSet([.httpPath])))
    #expect(found.map { Set($0.facts.keys) } == [[.httpPath, .unparsed]])
  }
}
