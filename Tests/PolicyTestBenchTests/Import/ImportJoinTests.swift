import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyTestBench
import TestSupport
import Testing

private func audit(_ id: Int, _ stage: String, verb: String = "get", size: Int = 0) -> String {
  let padding = String(repeating: "x", count: size)
  return
    #"{"auditID":"\#(id)","stage":"\#(stage)","verb":"\#(verb)","requestURI":"/api/v1/pods/\#(id)","x":"\#(padding)"}"#
    + "\n"
}

/// A request whose last stage does not come goes out when too many wait, and at the end.
@Test func openRequestsHaveALimit() throws {
  let limit = ImportLimits.openRequests
  let first = (0..<limit).map { audit($0, "RequestReceived") }.joined()
  let atLimit = try ImportedLog(.kubernetes, text: first + audit(0, "ResponseComplete"))
  #expect(atLimit.counts.fixtures == limit && atLimit.counts.joined == 1)
  let pastLimit = try ImportedLog(
    .kubernetes, text: first + audit(limit, "RequestReceived") + audit(0, "ResponseComplete"))
  #expect(pastLimit.counts.fixtures == limit + 2 && pastLimit.counts.joined == 0)
  #expect(atLimit.counts.isBalanced && pastLimit.counts.isBalanced)
}

@Test func stagesOfARequestAreOne() throws {
  let text =
    audit(1, "RequestReceived") + audit(1, "ResponseStarted") + audit(2, "Panic") + audit(1, "ResponseComplete")
    + audit(3, "RequestReceived") + audit(3, "ResponseStarted")
  let log = try ImportedLog(.kubernetes, text: text)
  #expect(log.fixtures.map { $0.id?.string } == ["2", "1", "3"])
  #expect(log.counts.joined == 3 && log.counts.isBalanced)
}

private func call(_ id: Int) -> String { #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/list"}"# + "\n" }
private func answer(_ id: Int) -> String { #"{"jsonrpc":"2.0","id":\#(id),"result":{"n":\#(id)}}"# + "\n" }

@Test func messagesThatWaitHaveALimit() throws {
  let limit = ImportLimits.openRequests
  let first = (0..<limit).map(call).joined()
  let atLimit = try ImportedLog(.mcp, text: first + answer(0))
  #expect(atLimit.counts.missing[.response] == limit - 1 && atLimit.counts.joined == 1)
  let pastLimit = try ImportedLog(.mcp, text: first + call(limit) + answer(0))
  #expect(pastLimit.counts.missing[.response] == limit + 1 && pastLimit.counts.skipped == [.answer: 1])
  #expect(atLimit.counts.isBalanced && pastLimit.counts.isBalanced)
}

@Test func answersFindTheirRequests() throws {
  let log = try ImportedLog(.mcp, text: call(1) + call(2) + answer(2) + call(1) + answer(1) + answer(1))
  #expect(log.fixtures.map { $0.id?.string?.split(separator: ":").last } == ["1", "2", "4"])
  #expect(log.fixtures.map { $0.response?["n"]?.text } == [nil, "2", "1"])
  #expect(log.counts.skipped == [.answer: 1] && log.counts.isBalanced)
}

/// Requests of both sides may have one id.
@Test func eachSideHasItsOwnIdentifiers() throws {
  let text = """
    {"from":"client","message":{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}}
    {"from":"server","message":{"jsonrpc":"2.0","id":1,"method":"roots/list"}}
    {"from":"client","message":{"jsonrpc":"2.0","id":1,"result":{"of":"client"}}}
    {"from":"server","message":{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}}}
    """
  let log = try ImportedLog(.mcp, text: text)
  #expect(log.fixtures.map { $0.response?.text } == [#"{"error":{"code":-1,"message":"no"}}"#, #"{"of":"client"}"#])
}

private func execve(_ serial: Int, _ text: String = #"argc=1 a0="ls""#) -> String {
  "type=EXECVE msg=audit(1795168800.000:\(serial)): \(text)\n"
}

@Test func auditEventsMayBeMixed() throws {
  let text =
    execve(1, "argc=2 a0=\"rm\" ") + execve(2) + "type=EXECVE msg=audit(1795168800.000:1): a1=2F7372762F61206220C3A9\n"
    + "type=EOE msg=audit(1795168800.000:2):\n" + execve(3, "argc=2 a0=\"x\"") + execve(4, "argc=1 a0=abc")
    + "garbage\n"
  let log = try ImportedLog(.auditd, text: text)
  #expect(log.requests == ["ls", "rm '/srv/a b é'"])
  #expect(
    log.reasons == [
      "6: an argument is not right", "7: it is not of the form `type=TYPE msg=audit(TIME:SERIAL): …`",
      "5: argument 1 of 2 is not in the log",
    ])
  #expect(log.counts.isBalanced)
}

@Test func auditEventsThatAreOpenHaveALimit() throws {
  // One more than may wait sends out the first, whose argument then comes too late.
  for (events, requests) in [(256, 256), (257, 256)] {
    let text = execve(0, "argc=2 a0=\"ls\"") + (1..<events).map { execve($0) }.joined() + execve(0, "a1=\"-l\"")
    let log = try ImportedLog(.auditd, text: text)
    #expect(log.requests.count == requests && log.counts.isBalanced, "\(events): \(log.requests.count) \(log.reasons)")
    #expect(log.requests.contains("ls -l") == (events == 256))
  }
}

/// pgaudit writes the statements of a batch, and those that a statement runs, apart.
@Test func statementsLoggedSeveralTimesAreOne() throws {
  func line(_ message: String) -> String { "2026-11-20 10:00:00 UTC [7] ana@shop LOG:  \(message)\n" }
  func audited(_ number: Int, _ part: Int, _ command: String, _ text: String) -> String {
    line("AUDIT: SESSION,\(number),\(part),READ,\(command),,,\(text),<none>")
  }
  let cases: [(String, [String])] = [
    (line("statement: SELECT 1") + audited(1, 1, "SELECT", "SELECT 1"), ["SELECT 1"]),
    // Of the extended protocol, pgaudit writes first.
    (
      audited(1, 1, "SELECT", "SELECT 1") + line("execute <unnamed>: SELECT 1") + audited(2, 1, "SELECT", "SELECT 1")
        + line("execute <unnamed>: SELECT 1"), ["SELECT 1", "SELECT 1"]
    ),
    (audited(1, 1, "DO", "DO $$x$$") + audited(1, 2, "DELETE", "DELETE FROM t"), ["DO $$x$$"]),
    // A batch by pgaudit alone, and sent again.
    (
      [(1, "SELECT"), (2, "DELETE"), (3, "SELECT"), (4, "DELETE")].map { audited($0, 1, $1, "SELECT 2; DELETE FROM t") }
        .joined(), ["SELECT 2; DELETE FROM t", "SELECT 2; DELETE FROM t"]
    ),
    (audited(1, 1, "SELECT", "SELECT 1") + audited(2, 1, "SELECT", "SELECT 1"), ["SELECT 1", "SELECT 1"]),
    (line("AUDIT: SESSION,1,1,READ,SELECT,,,<previously logged>,<previously logged>"), []),
    (line("AUDIT: SESSION,1,1,READ,SELECT,,,<not logged>,<not logged>"), []),
    (line("duration: 0.1 ms  parse <unnamed>: SELECT 1") + line("duration: 0.1 ms"), []),
    (line("duration: 0.1 ms  execute s/p: SELECT $1"), ["SELECT $1"]),
  ]
  for (text, requests) in cases {
    let log = try ImportedLog(.postgresText, text: text)
    #expect(log.requests == requests && log.reasons.isEmpty && log.counts.isBalanced, "\(text): \(log.requests)")
  }
}
