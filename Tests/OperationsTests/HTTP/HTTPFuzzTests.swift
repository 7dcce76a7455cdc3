import PolicyBytecode
import TestSupport
import Testing

@testable import Operations

@Suite struct HTTPFuzzTests {
  private static let pieces = [
    "GET", "POST", "CONNECT", "OPTIONS", " ", "/", "*", "http://", "a.example", ":", "80", "[::1]", "@", "?", "k=1",
    "&", ";",
    "%2e", "%2F", "%", "%zz", "..", ".", "\\", "#", " HTTP/1.1", " HTTP/1.0", "\r\n", "\n", "\r", "\r\n\r\n", "\n\n",
    "\t",
    "Host", ": ", "Content-Length: 3", "Content-Length: 0", "Transfer-Encoding: chunked",
    "Content-Type: application/json",
    "Content-Type: multipart/form-data; boundary=B", "Content-Type: application/x-www-form-urlencoded", "3\r\nabc\r\n",
    "0\r\n\r\n", "--B", "--B--", "Content-Disposition: form-data; name=\"k\"", "\"", "{\"k\":1}", "[", "}", "abc", "\0",
    "é",
  ]

  private static let demand = asking(
    (.httpBody, "k"), (.httpQuery, "k"), (.httpHeader, "host"),
    decodes: [
      DecodeDefinition(carrier: .http, inner: .shell, selectors: [.init("path", "/**"), .init("body", "$.k")]),
      DecodeDefinition(carrier: .http, inner: .postgres, selectors: [.init("query", "k")]),
    ])

  private static let seeds = [
    "GET /a/../b?k=1&l=2 HTTP/1.1\r\nHost: a.example:8080\r\nAccept: */*\r\n\r\n",
    "POST /x HTTP/1.1\r\nHost: [::1]\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"k\":\"a\"}",
    "POST /x HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nk=1\r\n0\r\nT: 1\r\n\r\n",
    "POST /x HTTP/1.1\nContent-Type: multipart/form-data; boundary=B\n\n--B\nContent-Disposition: form-data; name=\"k\"\n\nv\n--B--\n",
    "GET http://0xA9FEA9FE/latest HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT a.example:443 HTTP/1.1\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\n\r\n",
  ]

  private func check(_ bytes: [UInt8]) {
    let found = decodeOperations(.http, bytes, Self.demand)
    #expect(!found.isEmpty)
    guard let first = found.first else { return }
    #expect(first.protocol == .http)
    if first.reason != .none {
      #expect(found.count == 1)
      return
    }
    // What is read has the form that the language promises.
    let path = first.texts(.httpPath).first ?? "?"
    let method = first.texts(.httpMethod).first ?? ""
    #expect(method == method.uppercased() && !method.isEmpty)
    if method == "CONNECT" { return }
    #expect(path == "*" || path.hasPrefix("/"))
    #expect(path == "/" || !path.hasSuffix("/"))
    #expect(!path.contains("//") && !(path + "/").contains("/./") && !(path + "/").contains("/../"))
    #expect(first.texts(.command) == [method + " " + path])
    #expect(first.texts(.httpHost).count <= 1)
    for host in first.texts(.httpHost) { #expect(host == host.lowercased() && !host.isEmpty) }
  }

  @Test func piecesNeverCrash() {
    var random = SplitMix64(seed: 0x5EED)
    for _ in 0..<6_000 {
      var text = ""
      for _ in 0..<Int.random(in: 1...20, using: &random) { text += Self.pieces.randomElement(using: &random) ?? "" }
      check(Array(text.utf8))
    }
  }

  @Test func mutationsNeverCrash() {
    var random = SplitMix64(seed: 7)
    for _ in 0..<6_000 {
      var bytes = Array((Self.seeds.randomElement(using: &random) ?? "").utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let at = Int.random(in: 0..<max(bytes.count, 1), using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0 where !bytes.isEmpty: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1:
          bytes.insert(contentsOf: (Self.pieces.randomElement(using: &random) ?? "").utf8, at: min(at, bytes.count))
        case 2: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...6, using: &random)))
        default: bytes = Array(bytes.prefix(at))
        }
      }
      check(bytes)
    }
  }

  /// Every proper beginning of a measured request is unread or has no body.
  @Test func prefixes() {
    for seed in Self.seeds {
      let bytes = Array(seed.utf8)
      for count in 0..<bytes.count { check(Array(bytes.prefix(count))) }
      check(bytes)
    }
  }
}
