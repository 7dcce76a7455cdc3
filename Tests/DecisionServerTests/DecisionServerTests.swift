import DecisionServer
import Foundation
import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime
import PolicyTestBench
import TestSupport
import Testing

/// The server as its clients see it: asked by curl, on loopback and on a Unix socket.
struct DecisionServerTests {
  private static let policy = """
    hpol 1

    default allow
    default unparsed block

    rule bounded "Say which rows" {
      when   sql.verb is delete
      unless sql.where
      block  "Add a WHERE clause."
    }

    rule secrets {
      when sql.table is "secrets"
      tag  "saw-secrets"
    }

    rule after-secrets {
      when  session has "saw-secrets"
      when  protocol is shell
      block "No shell after secrets."
    }

    rule mail {
      when protocol is postgres
      mask email
    }
    """

  private let folder = try? TemporaryFolder()

  /// A server that ends with the test.
  private final class Running {
    let server: DecisionServer
    let point: DecisionPoint

    init(_ limits: ServerLimits = ServerLimits(), on address: ListenAddress, sessions: SessionTable = SessionTable())
      throws
    {
      point = DecisionPoint(try loaded(DecisionServerTests.policy), sessions: sessions)
      server = try DecisionServer(point, on: address, threads: 2, limits: limits)
    }

    convenience init(_ limits: ServerLimits = ServerLimits(), sessions: SessionTable = SessionTable()) throws {
      try self.init(limits, on: ListenAddress("127.0.0.1:0"), sessions: sessions)
    }

    deinit { server.stop() }

    /// Asks with curl; the status on the first line, then the body.
    func ask(_ path: String, _ options: String = "", body: String? = nil, type: String = "application/json") throws
      -> String
    {
      let data = body == nil ? "" : "-H 'Content-Type: \(type)' --data-binary \"$body\""
      let run = try ShellRun(
        "curl -sS -m 20 -o - -w '%{stderr}%{http_code}' \(options) \(data) \(server.address.url)\(path)",
        ["body": body ?? ""])
      #expect(run.code == 0, "\(run.error)")
      return run.error + "\n" + run.output
    }
  }

  private static let drop = #"{"id":7,"principal":{"user":"eve"},"protocol":"postgres","request":"DELETE FROM orders"}"#

  @Test func decidesLikeEval() throws {
    let running = try Running()
    #expect(
      try running.ask("/v1/decide", body: Self.drop) == """
        200
        {"id":7,"decision":"block","rules":["bounded"],"message":"Add a WHERE clause.","approve":[],"masks":[],\
        "record":"none","tags":[],"operations":1}

        """)
    let answered = #"{"protocol":"postgres","request":"SELECT 1","response":"ana@example.com"}"#
    #expect(try running.ask("/v1/decide", body: answered).hasSuffix(#""response":"[email]"}"# + "\n"))
    let explained = try running.ask("/v1/explain", body: Self.drop)
    #expect(explained.hasPrefix("200\n") && explained.contains(#""name":"bounded","applies":true"#))
  }

  @Test func decidesManyInOrder() throws {
    let running = try Running()
    let lines = try running.ask(
      "/v1/decide/batch", body: Self.drop + "\n\n{}\n" + #"{"id":"b","protocol":"shell","request":"ls"}"#,
      type: "application/x-ndjson"
    ).split(separator: "\n")
    #expect(lines.count == 4 && lines[0] == "200")
    #expect(lines[1].hasPrefix(#"{"id":7,"decision":"block""#))
    #expect(lines[2] == #"{"error":{"code":"request","message":"byte 1: `protocol` is missing"}}"#)
    #expect(lines[3].hasPrefix(#"{"id":"b","decision":"allow""#))
  }

  /// What was taken out of a redacted request decides, and what it may have tagged its session with decides the next: there is
  /// no verdict, which must not look like one.
  @Test func whatCannotBeKnownIsNoVerdict() throws {
    let running = try Running()
    func redacted(_ rest: String) -> String {
      #"{"session":"s","protocol":"postgres","request":"SELECT r1","redacted":{"facts":["sql.table"],"operations":[{"#
        + #""protocol":"postgres","tests":{\#(rest)}}]}}"#
    }
    let known = try running.ask("/v1/decide", body: redacted(#""sql.table is \"secrets\"":false"#))
    #expect(known.hasPrefix("200\n") && known.contains(#""decision":"allow""#), "\(known)")
    #expect(try running.ask("/v1/decide", body: redacted("")).hasPrefix("422\n"))
    let next = #"{"session":"s","protocol":"shell","request":"ls"}"#
    let refused = try running.ask("/v1/decide", body: next)
    #expect(refused.hasPrefix("422\n") && refused.contains(#""code":"not-evaluable""#), "\(refused)")
    #expect(refused.contains(#"cannot be known (session has \"saw-secrets\")"#), "\(refused)")
    let lines = try running.ask("/v1/decide/batch", body: next + "\n").split(separator: "\n")
    #expect(lines.count == 2 && lines[0] == "200" && lines[1].hasPrefix(#"{"error":{"code":"not-evaluable""#))
    #expect(try running.ask("/metrics").contains(#"hpol_request_failures_total{reason="not_evaluable"} 3"#))
  }

  @Test func keepsTheTagsOfSessionsThatAreNamed() throws {
    let running = try Running(sessions: SessionTable(limit: 1))
    func request(_ session: String, _ wire: String, _ text: String) -> String {
      #"{"session":"\#(session)","protocol":"\#(wire)","request":"\#(text)"}"#
    }
    func decide(_ session: String, _ wire: String, _ text: String) throws -> String {
      String(try running.ask("/v1/decide", body: request(session, wire, text)).prefix(40))
    }
    #expect(try decide("a", "shell", "ls").contains(#""decision":"allow""#))
    #expect(try decide("a", "postgres", "SELECT * FROM secrets").contains(#""decision":"allow""#))
    #expect(try decide("a", "shell", "ls").contains(#""decision":"block""#))
    #expect(try decide("b", "shell", "ls").contains(#""decision":"allow""#))
    // There is room for one session with tags: another gets no verdict that would set some.
    let refused = try running.ask("/v1/decide", body: request("b", "postgres", "SELECT * FROM secrets"))
    #expect(refused.hasPrefix("503\n") && refused.contains(#""code":"sessions""#))
    #expect(try running.ask("/v1/sessions/a%00b", "-X DELETE").hasPrefix("400\n"))
    #expect(try decide("a", "shell", "ls").contains(#""decision":"block""#))
    // However often, and whether it has tags.
    for _ in 0..<2 { #expect(try running.ask("/v1/sessions/a", "-X DELETE") == "204\n") }
    #expect(try decide("a", "shell", "ls").contains(#""decision":"allow""#))
    #expect(try decide("b", "postgres", "SELECT * FROM secrets").contains(#""decision":"allow""#))
  }

  @Test func namesOfSessionsHaveALimit() throws {
    let running = try Running()
    let longest = String(repeating: "\u{E9}", count: SessionTable.nameBytes / 2)
    func reads(_ name: String) -> String {
      #"{"session":"\#(name)","protocol":"postgres","request":"SELECT * FROM secrets"}"#
    }
    #expect(try running.ask("/v1/decide", body: reads(longest)).hasPrefix("200\n"))
    let refused = try running.ask("/v1/decide", body: reads(longest + "x"))
    #expect(refused.hasPrefix("400\n") && refused.contains("`session` has 1025 bytes, of at most 1024"), "\(refused)")
    #expect(running.point.sessions.count == 1)
    #expect(try running.ask("/v1/sessions/" + longest.replacing("\u{E9}", with: "%C3%A9"), "-X DELETE") == "204\n")
    #expect(running.point.sessions.count == 0)
  }

  @Test func pathsAreDecodedStrictly() throws {
    let running = try Running(sessions: SessionTable(limit: 1))
    // A name may hold what separates, and begin with a mark that combines with the slash before it.
    for (name, path) in [("a/b c?%", "a%2fb%20c%3F%25"), ("\u{301}x", "%CC%81x"), ("caf\u{E9}", "caf\u{E9}")] {
      let reads = #"{"session":"\#(name)","protocol":"postgres","request":"SELECT * FROM secrets"}"#
      #expect(try running.ask("/v1/decide", body: reads).hasPrefix("200\n"))
      #expect(running.point.sessions.count == 1)
      #expect(try running.ask("/v1/sessions/" + path, "-X DELETE") == "204\n")
      #expect(running.point.sessions.count == 0, "\(name)")
    }
    #expect(try running.ask("/heal%74hz").hasPrefix("200\n"))
    for path in [
      "healthz%00", "healthz%00x", "%0ahealthz", "healthz%1F", "healthz%7f", "healthz%", "healthz%4", "%zz", "%FF",
    ] {
      let answer = try running.ask("/" + path)
      #expect(answer.hasPrefix("400\n") && answer.contains(#""code":"path""#), "\(path): \(answer)")
    }
    #expect(try running.ask("/healthz%20").hasPrefix("404\n"))
  }

  @Test func refusesWhatItDoesNotServe() throws {
    let running = try Running()
    let cases: [(path: String, options: String, status: String, code: String)] = [
      ("/v2/decide", "", "404", "path"), ("/v1/sessions/", "-X DELETE", "404", "path"),
      ("/v1/decide", "", "405", "method"), ("/healthz", "-X DELETE", "405", "method"),
      ("/v1/decide", "-d '{}'", "415", "content-type"),
      ("/healthz", "-H 'Host: rebound.example'", "421", "host"),
      ("/healthz", "-H 'Host: 127.0.0.1.rebound.example'", "421", "host"),
    ]
    for (path, options, status, code) in cases {
      let answer = try running.ask(path, options)
      #expect(
        answer.hasPrefix(status + "\n") && answer.contains(#""code":"\#(code)""#), "\(path) \(options): \(answer)")
    }
    #expect(try running.ask("/v1/decide", body: "{").hasPrefix("400\n"))
    #expect(try running.ask("/v1/explain", body: "{").hasPrefix("400\n"))
    #expect(try running.ask("/healthz", "-H 'Host: localhost:8181'").hasPrefix("200\n"))
    #expect(try running.ask("/healthz", "-I").hasPrefix("200\n"))
  }

  @Test func bodiesAndBatchesHaveLimits() throws {
    var limits = ServerLimits()
    limits.bodyBytes = 4096
    limits.droppedBytes = 8192
    limits.batchRequests = 3
    let running = try Running(limits)
    let fits = Self.drop + String(repeating: " ", count: 4096 - Self.drop.utf8.count)
    for framing in ["", "-H 'Transfer-Encoding: chunked'"] {
      #expect(try running.ask("/v1/decide", framing, body: fits).hasPrefix("200\n"))
      let refused = try running.ask("/v1/decide", framing, body: fits + " ")
      #expect(refused.hasPrefix("413\n") && refused.contains("at most 4096 bytes"), "\(framing): \(refused)")
    }
    let three = Array(repeating: #"{"protocol":"shell","request":"ls"}"#, count: 3).joined(separator: "\n")
    #expect(try running.ask("/v1/decide/batch", body: three + "\n").split(separator: "\n").count == 4)
    let refused = try running.ask("/v1/decide/batch", body: three + "\n{}")
    #expect(refused.hasPrefix("413\n") && refused.contains("at most 3 requests"))
    // A body that does not end is not waited for.
    let endless = try ShellRun(
      """
      head -c 1000000 /dev/zero | curl -sS -m 20 -o /dev/null -H 'Content-Type: application/json' \
        -H 'Transfer-Encoding: chunked' -T - -X POST \(running.server.address.url)/v1/decide
      """)
    #expect(endless.code != 0)
    #expect(try running.ask("/healthz").hasPrefix("200\n"))
  }

  @Test func connectionsHaveALimit() throws {
    var limits = ServerLimits()
    limits.connections = 4
    limits.idleSeconds = 1
    let running = try Running(limits)
    guard case .loopback(_, let port) = running.server.address else { return }
    // Two for each of its two threads; a further one waits, until those that say nothing are closed after a second.
    let script = """
      for n in 1 2 3 4; do exec {fd}<>/dev/tcp/127.0.0.1/\(port); done
      sleep 0.3
      curl -sS -m 0.3 -o /dev/null http://127.0.0.1:\(port)/healthz && echo served || echo waits
      curl -sS -m 9 -o /dev/null http://127.0.0.1:\(port)/healthz && echo served || echo waits
      """
    #expect(try ShellRun(script).output == "waits\nserved\n")
  }

  @Test func measuresItself() throws {
    let running = try Running()
    _ = try running.ask("/v1/decide", body: Self.drop)
    _ = try running.ask("/v1/decide", body: "{}")
    running.point.replace(by: try loaded("hpol 1\ndefault block\n"))
    running.server.noteReload(isOK: true)
    let metrics = try running.ask("/metrics")
    for line in [
      #"hpol_decisions_total{decision="block"} 1"#, #"hpol_request_failures_total{reason="request"} 1"#,
      #"hpol_decision_seconds_bucket{le="+Inf"} 1"#, "hpol_decision_seconds_count 1", "hpol_policy_generation 2",
      "hpol_policy_rules 0", #"hpol_policy_reloads_total{result="ok"} 1"#,
    ] {
      #expect(metrics.contains(line + "\n"), "\(line)")
    }
    #expect(try running.ask("/healthz").contains(#""generation":2"#))
    #expect(try running.ask("/v1/decide", body: #"{"protocol":"shell","request":"ls"}"#).contains(#""block""#))
  }

  @Test func listensOnAUnixSocket() throws {
    let path = try #require(folder).path + "/socket"
    let running = try Running(on: .socket(path: path))
    let run = try ShellRun("curl -sS --unix-socket \(path) http://localhost/healthz; stat -c %a \(path)")
    #expect(run.output.hasPrefix(#"{"status":"ok""#) && run.output.hasSuffix("660\n"))
    #expect(throws: ServerError("another server listens on `\(path)`")) { try Running(on: .socket(path: path)) }
    running.server.stop()
    #expect(!FileManager.default.fileExists(atPath: path))
    // What a server that was killed left behind is replaced; another's file is not.
    _ = try ShellRun("python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' \(path)")
    try Running(on: .socket(path: path)).server.stop()
    _ = try ShellRun("echo text > \(path)")
    #expect(throws: ServerError("`\(path)` is there and no socket")) { try Running(on: .socket(path: path)) }
  }

  @Test func listensOnThisMachineOnly() throws {
    for text in ["127.0.0.1:0", "[::1]:0", "localhost:0", "127.9.9.9:1"] { _ = try ListenAddress(text) }
    for text in ["0.0.0.0:80", "[::]:80", "10.1.2.3:80", "example.com:80", "127.0.0.1", "127.0.0.1:65536", ":80", ""] {
      #expect(throws: ServerError.self) { try ListenAddress(text) }
    }
    #expect(try ListenAddress("[::1]:8181").url == "http://[::1]:8181")
    let long = "/" + String(repeating: "x", count: 108)
    #expect(throws: ServerError.self) { try Running(on: .socket(path: long)) }
  }
}

/// The policy of a text.
private func loaded(_ text: String) throws -> LoadedPolicy {
  let build = PolicyBuild(
    roots: ["p.hpol"], reader: .inMemory(["p.hpol": Array(text.utf8)]), now: 0, toolVersion: "test")
  return try LoadedPolicy(Bundle(try #require(build.bundle)))
}
