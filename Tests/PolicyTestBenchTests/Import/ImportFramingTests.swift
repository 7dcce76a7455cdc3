import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyTestBench
import TestSupport
import Testing

/// A row of csvlog with a message, from the 26 columns of PostgreSQL 14 and later.
private func row(_ message: String, quoted: Bool = true) -> String {
  let text =
    quoted
    ? "\"" + message.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"" : message
  return
    "2026-11-20 10:00:00.000 UTC,\"ana\",\"shop\",7,\"10.0.0.1:5000\",s1,1,\"SELECT\",2026-11-20 10:00:00 UTC,3/1,0,LOG,00000,"
    + text + ",,,,,,,,,\"psql\",\"client backend\",,0\n"
}

@Test func rowsOfCSVMayHoldLines() throws {
  let text = row("statement: SELECT 'a\r\nb', \"c\"") + "\r\n" + row("statement: SELECT 2").dropLast() + "\r\n"
  let log = try ImportedLog(.postgresCSV, text: text)
  #expect(log.requests == ["SELECT 'a\r\nb', \"c\"", "SELECT 2"])
  #expect(log.counts.records == 3 && log.counts.skipped == [.header: 1] && log.reasons.isEmpty)
}

/// Where a quote is not right, its line is reported and reading goes on after it.
@Test func brokenRowsCostTheirFirstLine() throws {
  let good = row("statement: SELECT 1")
  let cases: [(String, [String], Int)] = [
    (good + "a,\"b\n" + good, ["2: a quote stands where none can be"], 2),
    (good + "a,b\"\n" + good, ["2: a quote stands where none can be"], 2),
    (
      good + "a,\"b\nc\nd",
      ["2: a quoted field does not end", "3: it has 1 column, not 23 or more", "4: it has 1 column, not 23 or more"], 1
    ),
    ("x\n" + good, ["1: it has 1 column, not 23 or more"], 1),
  ]
  for (text, reasons, fixtures) in cases {
    let log = try ImportedLog(.postgresCSV, text: text)
    #expect(log.reasons == reasons && log.fixtures.count == fixtures, "\(text)")
    #expect(log.counts.isBalanced)
  }
}

@Test func rowsHaveALimit() throws {
  let first = row("statement: SELECT\n" + String(repeating: "x", count: 100))
  let size = first.utf8.count - 1
  for (limit, reasons, requests) in [
    (size, [], 2),
    (size - 1, ["1: the record is longer than \(size - 1) bytes", "2: a quote stands where none can be"], 1),
  ] {
    let log = try ImportedLog(.postgresCSV, text: first + row("statement: SELECT 2"), recordLimit: limit)
    #expect(log.reasons == reasons && log.fixtures.count == requests, "\(log.reasons)")
    #expect(log.counts.isBalanced)
  }
}

@Test func groupsOfLinesHaveALimit() throws {
  let text =
    "2026-11-20 10:00:00 UTC [7] a@b LOG:  statement: SELECT\n\t1,\n\t2\n2026-11-20 10:00:00 UTC [7] a@b LOG:  statement: SELECT 3\n"
  let size = text.split(separator: "\n").prefix(3).map { $0.utf8.count + 1 }.reduce(-1, +)
  let whole = try ImportedLog(.postgresText, text: text, recordLimit: size)
  #expect(whole.requests == ["SELECT\n1,\n2", "SELECT 3"] && whole.reasons.isEmpty)
  let cut = try ImportedLog(.postgresText, text: text, recordLimit: size - 1)
  #expect(cut.requests == ["SELECT 3"] && cut.reasons == ["1: the record is longer than \(size - 1) bytes"])
}

private let event = #"{"eventSource":"ec2.amazonaws.com","eventName":"RunInstances","eventType":"AwsApiCall"}"#

@Test func recordsOfJSONStandInArraysOrByThemselves() throws {
  for text in [
    "{\"Records\":[\(event),\n\(event)]}", "[\(event),\(event)]", "\(event)\n\(event)\n", "\(event)\(event)",
    "{\"a\":{\"Records\":[1]},\"b\":[[{}]],\"Records\":[\(event)],\"c\":\"}\"} {\"Records\":[\(event)]}",
    "  {\"Records\" : [ \(event) , \(event) ] , \"x\":null }\n",
  ] {
    let log = try ImportedLog(.cloudTrail, text: text)
    #expect(log.fixtures.count == 2 && log.reasons.isEmpty && log.counts.records == 2, "\(text): \(log.reasons)")
  }
  #expect(try ImportedLog(.cloudTrail, text: "{\"Records\":[]}").counts.records == 0)
}

@Test func brokenJSONIsReportedOnce() throws {
  let cases: [(String, [String], Int)] = [
    ("{\"Records\":[\(event),{\"a\":1", ["1: the document ends early; the rest of the document was passed over"], 1),
    (
      "{\"Records\":[\(event),{\"a\n\":1}]}\n\(event)",
      ["1: a string does not end on its line; the rest of the document was passed over"], 1
    ),
    ("{\"a\n\(event)", ["1: a string does not end on its line"], 1),
    ("}\n\(event)\n", ["1: expected a value"], 1),
    ("{\"a\" 1}\n\(event)\n", ["1: expected `:`"], 1),
    ("{\"a\":1", ["1: the document ends early"], 0),
    ("[1,\(event)]", ["1: expected an object"], 1),
    ("{\"eventSource\":1 2}\n\(event)", ["1: expected a key in quotes"], 1),
  ]
  for (text, reasons, fixtures) in cases {
    let log = try ImportedLog(.cloudTrail, text: text)
    #expect(log.reasons == reasons && log.fixtures.count == fixtures, "\(text): \(log.reasons)")
    #expect(log.counts.isBalanced)
  }
}

@Test func recordsOfJSONHaveALimit() throws {
  let text = "{\"Records\":[\(event)]}\n\(event)"
  #expect(try ImportedLog(.cloudTrail, text: text, recordLimit: event.utf8.count).fixtures.count == 2)
  let log = try ImportedLog(.cloudTrail, text: text, recordLimit: event.utf8.count - 1)
  let reason = "1: the record is longer than \(event.utf8.count - 1) bytes"
  #expect(log.fixtures.isEmpty && log.reasons == [reason, "2" + reason.dropFirst()])
}

@Test func nestingHasALimit() throws {
  func nested(_ levels: Int) -> String {
    let inner = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    return event.dropLast() + ",\"x\":" + inner + "}"
  }
  #expect(try ImportedLog(.cloudTrail, text: nested(JSONLimits.depth - 1)).fixtures.count == 1)
  #expect(
    try ImportedLog(.cloudTrail, text: nested(JSONLimits.depth)).reasons
      == ["1: more than \(JSONLimits.depth) levels of nesting"])
  #expect(try ImportedLog(.cloudTrail, text: nested(1_000_000)).failures.count == 1)
}

@Test func textThatIsNotUTF8IsReported() throws {
  let bytes =
    Array("20261120 10:00:00,db1,ana,10.1.1.4,7,42,QUERY,shop,'SELECT \"".utf8) + [0xE9] + Array("\"',0\n".utf8)
  let log = try withFile(bytes) { try ImportedLog(.mariaDBAudit, $0) }
  #expect(log.reasons == ["1: it is not UTF-8"])
}

@Test func aByteOrderMarkIsNoPartOfTheLog() throws {
  let log = try ImportedLog(.accessLog, text: "\u{FEFF}" + #"{"method":"GET","path":"/a"}"# + "\n")
  #expect(log.fixtures.count == 1 && log.reasons.isEmpty)
}

@Test func clientsOfMONITORMayHaveAddressesInBrackets() throws {
  let log = try ImportedLog(
    .redisMonitor, text: "1795997312.059672 [0 [::1]:45014] \"set\" \"a] \" \"b\"\n1795997312.1 [0 lua] \"get\" \"a\"\n"
  )
  #expect(log.requests == ["set \"a] \" b"] && log.fixtures.first?.principal.source == "::1")
}

@Test func onlyMessagesOfJSONRPCAreMCP() throws {
  for text in [
    "[]", #"[0.5,"o","$ "]"#, #"{"method":"GET","path":"/"}"#, #"[{"jsonrpc":"2.0","method":"a"},{"method":"b"}]"#,
  ] {
    let log = try ImportedLog(.mcp, text: text + "\n")
    #expect(log.fixtures.isEmpty && log.reasons.count == 1, "\(text)")
  }
  let batch = try ImportedLog(.mcp, text: #"[{"jsonrpc":"2.0","method":"a"}]"# + "\n")
  #expect(batch.fixtures.count == 1)
}

@Test func linesThatOneEventEndsHaveAnIdEach() throws {
  let log = try ImportedLog(
    .asciicast, text: #"{"version":2,"width":80,"height":24}"# + "\n" + #"[1.0,"i","ls\rpwd\rid\r"]"# + "\n")
  #expect(log.requests == ["ls", "pwd", "id"] && Set(log.fixtures.map { $0.id?.text }).count == 3)
}
