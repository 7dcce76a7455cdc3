import PolicyBytecode
import TestSupport
import Testing

@testable import Operations

private func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

@Suite struct HTTPLimitTests {
  @Test func heads() {
    let request = { (count: Int) in
      let start = "GET /"
      let end = " HTTP/1.1\r\n\r\n"
      return start + repeated("a", count - start.utf8.count - end.utf8.count) + end
    }
    #expect(http(request(HTTPLimits.headBytes)).first?.hasPrefix("GET /a") == true)
    #expect(http(request(HTTPLimits.headBytes + 1)) == ["?oversized"])
  }

  @Test func fields() {
    let request = { (count: Int) in "GET / HTTP/1.1\r\n" + repeated("X: 1\r\n", count) + "\r\n" }
    #expect(http(request(HTTPLimits.fields)) == ["GET /"])
    #expect(http(request(HTTPLimits.fields + 1)) == ["?count"])
    let trailers = { (count: Int) in
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + repeated("X: 1\r\n", count) + "\r\n"
    }
    #expect(http(trailers(HTTPLimits.fields)) == ["POST /"])
    #expect(http(trailers(HTTPLimits.fields + 1)) == ["?count"])
  }

  @Test func chunks() {
    let request = { (count: Int) in
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + repeated("1\r\na\r\n", count) + "0\r\n\r\n"
    }
    #expect(http(request(HTTPLimits.chunks)) == ["POST /"])
    #expect(http(request(HTTPLimits.chunks + 1)) == ["?count"])
    let line = { (count: Int) in
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0;" + repeated("a", count - 2) + "\r\n\r\n"
    }
    #expect(http(line(HTTPLimits.chunkLineBytes)) == ["POST /"])
    #expect(http(line(HTTPLimits.chunkLineBytes + 1)) == ["?oversized"])
  }

  @Test func parameters() {
    let request = { (count: Int) in "GET /?" + repeated("a&", count - 1) + "k=1" }
    #expect(values(.httpQuery, "k", request(HTTPLimits.parameters)) == ["1"])
    #expect(values(.httpQuery, "k", request(HTTPLimits.parameters + 1)) == ["?count"])
    #expect(http(request(HTTPLimits.parameters + 1)) == ["GET /"])
  }

  @Test func parts() {
    let request = { (count: Int, boundary: String) in
      let part = "--\(boundary)\r\nContent-Disposition: form-data; name=k\r\n\r\n\r\n"
      return "POST / HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=\(boundary)\r\n\r\n"
        + repeated(part, count)
        + "--\(boundary)--\r\n"
    }
    #expect(values(.httpBody, "k", request(HTTPLimits.parts, "B")).count == HTTPLimits.parts)
    #expect(values(.httpBody, "k", request(HTTPLimits.parts + 1, "B")) == ["?count"])
    #expect(values(.httpBody, "k", request(1, repeated("B", HTTPLimits.boundaryBytes))) == [""])
    #expect(values(.httpBody, "k", request(1, repeated("B", HTTPLimits.boundaryBytes + 1))) == ["?syntax"])
  }

  @Test func requestsOfClients() {
    let limit = HTTPLimits.clientRequests
    #expect(decodeShell("curl 'h/[1-\(limit)]'").count == limit + 1)
    #expect(decodeShell("curl 'h/[1-\(limit + 1)]'").map(\.reason) == [.none, .count])
    #expect(decodeShell("curl 'h/[1-16][1-16]'").count == 257)
    #expect(decodeShell("curl 'h/[1-16][1-17]'").map(\.reason) == [.none, .count])
    // A large body for each of many URLs is too much in all.
    let many = decodeShell("curl -d \(repeated("a", 100_000)) 'h/[1-256]'")
    #expect(many.last?.reason == .oversized)
  }

  /// Time grows with the payload, however it is made up.
  @Test func timeIsLinear() {
    let shapes: [(String, String)] = [
      ("GET /", "a/"), ("GET /", "../"), ("GET /", "a/../"), ("GET /", ";a"), ("GET /", "%2e"), ("GET /?", "k=1&"),
      ("GET /?", ";"), ("GET /?", "k;k&"), ("GET /?k=", "%41"), ("GET http://", "a."), ("GET http://[", "1:"),
      ("GET / HTTP/1.1\r\n", "X: 1\r\n"), ("GET / HTTP/1.1\r\nX: ", "\t"), ("GET / HTTP/1.1\r\n\r\n", "\r\n"),
      ("GET / HTTP/1.1\r\n\r\n", "a http/ "), ("GET / HTTP/1.1\r\n\r\n", "{\"a\":"),
      ("GET / HTTP/1.1\r\n\r\n[", "\"a\","),
      ("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n"),
      ("POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n", "k=1&"),
      ("POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n", "a;"),
      ("POST / HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=B\r\n\r\n", "--"),
      ("POST / HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=B\r\n\r\n--B\r\n", "X: 1\r\n"),
      (
        "POST / HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=B\r\n\r\n",
        "--B\r\nContent-Disposition: form-data; name=k\r\n\r\n\r\n"
      ),
      ("POST / HTTP/1.1\r\nContent-Type: a", ";b=c"), ("POST / HTTP/1.1\r\nContent-Type: a", ";"),
    ]
    let demand = asking(
      (.httpBody, "k"), (.httpBody, "$..a"), (.httpQuery, "k"), (.httpHeader, "x"),
      decodes: [DecodeDefinition(carrier: .http, inner: .postgres, selectors: [.init("query", "sql")])])
    for (start, unit) in shapes {
      expectLinear(.http, start, unit, demand)
    }
    for (start, unit) in [
      ("curl '", "{a"), ("curl '", "{a}"), ("curl 'http://[", "::1]]"), ("curl 'h", "]"), ("curl ", "-d a=b "),
      ("curl ", "h "),
      ("curl ", "--next h "), ("curl -F ", "a=b "), ("curl h ", "-H a:b "), ("wget ", "h "), ("wget ", "--header=a:b "),
    ] {
      expectLinear(.shell, start, unit, demand)
    }
  }

  private func expectLinear(_ protocol: OperationProtocol, _ start: String, _ unit: String, _ demand: FactDemand) {
    // Four times the payload; sixteen times the time would be quadratic. A slow moment is not held against it.
    let isLinear = (0..<3).contains { _ in
      let times = [4_096, 16_384].map { size in
        let payload = Array((start + repeated(unit, size / unit.utf8.count)).utf8)
        var context = DecodeContext(demand: demand)
        return threadSeconds { context.decode(`protocol`, payload) }
      }
      return times[1] < times[0] * 9 + 0.04
    }
    #expect(isLinear, "\(start)\(unit)…")
  }
}
