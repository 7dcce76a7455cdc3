import Foundation
import JSONText
import Testing

private let policy = """
  hpol 1
  policy p
  default allow
  default unparsed block
  rule no-mail { when text contains email block "No addresses." }
  """
private let request =
  #"{"id":"a","protocol":"postgres","request":"SELECT 1 FROM t WHERE m = 'ana@example.com'","expect":{"decision":"block"}}"#

/// A policy, a recording and a key in a folder of their own.
private func withFiles(_ body: (_ folder: String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hpol-redact-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  for (name, text) in [
    "p.hpol": policy, "other.hpol": policy.replacingOccurrences(of: "email", with: "us_ssn"), "a.jsonl": request + "\n",
    "key": "0123456789abcdef\n", "short": "0123456789abcde\n",
  ] {
    try Data(text.utf8).write(to: folder.appendingPathComponent(name))
  }
  try body(folder.path)
}

@Test func redactWritesWhatStillReplays() throws {
  try withFiles { folder in
    let run = try hpol(["redact", "\(folder)/p.hpol", "-f", "\(folder)/a.jsonl", "-k", "\(folder)/key"])
    #expect(run.code == 0 && run.error == "1 fixture, 1 redacted\n", "\(run)")
    #expect(
      run.output == #"{"id":"a","protocol":"postgres","request":"SELECT 1 FROM t WHERE m = 'r4624055dbf2f'","#
        + #""expect":{"decision":"block"},"redacted":{"facts":["text","text contains"],"#
        + #""tests":{"text contains email":true},"operations":[{"protocol":"postgres"}]}}"# + "\n")
    let out = "\(folder)/out.jsonl.zst"
    #expect(
      try hpol(["redact", "\(folder)/p.hpol", "-f", "\(folder)/a.jsonl", "-k", "\(folder)/key", "-o", out]).code == 0)
    #expect(try hpol(["test", "\(folder)/p.hpol", "-f", out]).code == 0)
    for words in [["eval", "\(folder)/p.hpol", "-f", out, "--summary"], ["replay", "\(folder)/p.hpol", "-f", out]] {
      #expect(try hpol(words).output.contains("no-mail"), "\(words)")
    }
    let other = try hpol(["test", "\(folder)/other.hpol", "-f", out])
    #expect(other.code == 1 && other.output.contains("not evaluable: text contains us_ssn"), "\(other)")
    let shown = try hpol(["eval", "\(folder)/other.hpol", "-f", out])
    #expect(shown.output.contains("not evaluable\n  text contains us_ssn\n"), "\(shown)")
    let json = try hpol(["eval", "\(folder)/other.hpol", "-f", out, "--json"])
    let line = try JSONValue(parsing: json.output.trimmingCharacters(in: .newlines))
    #expect(line["decision"] == .null && line["notEvaluable"] == .array([.string("text contains us_ssn")]))
    let schema = JSONSchema(try projectJSON("grammar/eval.schema.json"))
    #expect(schema.violation(line) == nil)
    let page = "\(folder)/page.html"
    let replayed = try hpol(["replay", "\(folder)/other.hpol", "-f", out, "--html", page])
    #expect(replayed.output.contains("  by protocol  requests  allow  approve  block  not evaluable\n"), "\(replayed)")
    #expect(replayed.output.contains("  postgres            1      0        0      0              1\n"), "\(replayed)")
    #expect(
      replayed.output.contains("tests that could not be evaluated")
        && replayed.output.contains("  1  text contains us_ssn\n"))
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(html.contains(">not evaluable</th>") && html.contains("<code>text contains us_ssn</code>"))
    let counts = try JSONValue(parsing: hpol(["replay", "\(folder)/other.hpol", "-f", out, "--json"]).output)
    #expect(counts["openTests"]?.text == #"[{"test":"text contains us_ssn","count":1}]"#)
    #expect(counts["protocols"]?.array?.first?["verdicts"]?["notEvaluable"]?.text == "1")
    #expect(JSONSchema(try projectJSON("grammar/replay.schema.json")).violation(counts) == nil)
    let explained = try hpol(["explain", "\(folder)/other.hpol", "-f", out, "--id", "a"])
    #expect(explained.output.contains("?  text contains us_ssn  not recorded"), "\(explained)")
    let both = try hpol([
      "redact", "\(folder)/p.hpol", "--also", "\(folder)/other.hpol", "-f", "\(folder)/a.jsonl", "-k", "\(folder)/key",
    ])
    #expect(both.output.contains(#""text contains us_ssn":false"#), "\(both)")
  }
}

@Test func redactRefusesWhatIsNoKey() throws {
  try withFiles { folder in
    let short = try hpol(["redact", "\(folder)/p.hpol", "-f", "\(folder)/a.jsonl", "-k", "\(folder)/short"])
    #expect(short.code == 2 && short.output.isEmpty && short.error.contains("has 15 bytes, and needs 16"), "\(short)")
    #expect(try hpol(["redact", "\(folder)/p.hpol"]).code == 2)
    let random = try hpol(["redact", "\(folder)/p.hpol", "-f", "\(folder)/a.jsonl"])
    #expect(random.code == 0 && random.error.contains("within this run only") && !random.output.contains("ana@"))
    let bad = try hpol(["redact", "\(folder)/p.hpol", "-f", "-", "-k", "\(folder)/key"], input: "{}\n" + request)
    #expect(bad.code == 1 && bad.error.contains("1 line could not be read and is left out"), "\(bad)")
  }
}

/// A log is redacted on its way in: no value is left, and the verdicts are those of the log.
@Test func importRedactsWhatItWrites() throws {
  try withFiles { folder in
    let log = """
      {"timestamp":"2026-11-20 10:00:00.000 UTC","user":"ana","dbname":"shop","session_id":"1.a","line_num":1,\
      "error_severity":"LOG","message":"statement: SELECT 1 FROM t WHERE m = 'ana@example.com'"}

      """
    try Data(log.utf8).write(to: URL(fileURLWithPath: folder + "/server.json"))
    let words = ["import", "postgres-json", "\(folder)/server.json"]
    let run = try hpol(words + ["--redact", "\(folder)/p.hpol", "--key-file", "\(folder)/key"])
    #expect(run.code == 0, "\(run.error)")
    #expect(!run.output.contains("example.com") && run.output.contains("redacted"))
    let verdict = try hpol(["eval", "\(folder)/p.hpol", "--fixtures", "-", "--json"], input: run.output)
    #expect(verdict.output.contains(#""decision":"block""#), "\(verdict.output)")
    #expect(try hpol(words + ["--key-file", "\(folder)/key"]).code == 2)
    #expect(try hpol(words).output.contains("ana@example.com"))
  }
}
