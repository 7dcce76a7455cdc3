import Foundation
import JSONText
import Testing

private let policy = """
  hpol 1
  default allow
  rule no-drop { when sql.verb is drop  block }
  test t {
    as user "eve" on postgres "db"
    "DROP TABLE t" => block by no-drop
  }

  """
private let broken = "hpol 1\ndefault allow\nrule a { when sql.verb is dorp  block }\n"
private let fixtures = #"{"id":"a","protocol":"postgres","request":"DROP TABLE t"}"# + "\n"

@Suite struct ErrorOutputTests {
  /// Whoever reads a bundle says which, and with the same words.
  @Test func bundlesThatCannotBeUsedAreNamed() throws {
    try withFolder(["a.hpol": policy, "cut.hpolb": "HPOLBNDL\u{0}", "f.jsonl": fixtures]) { (folder: String) throws in
      let commands = [
        ["eval", "cut.hpolb", "-f", "f.jsonl"], ["replay", "cut.hpolb", "-f", "f.jsonl"], ["inspect", "cut.hpolb"],
        ["explain", "cut.hpolb", "-p", "shell", "-c", "ls"], ["bench", "cut.hpolb", "-f", "f.jsonl"],
        ["diff", "a.hpol", "cut.hpolb", "-f", "f.jsonl"], ["redact", "cut.hpolb", "-f", "f.jsonl"],
        ["serve", "cut.hpolb"],
      ]
      for words in commands {
        let run = try hpol(words, folder: folder)
        #expect(run.code == 2 && run.error.contains("hpol: error: cut.hpolb: the bundle cannot be used: "), "\(run)")
      }
    }
  }

  /// With `--json` all that goes to standard error is a line of JSON, of the errors of policies the same as `check` has.
  @Test func errorsAreJSONWhereTheRestIs() throws {
    let schema = JSONSchema(try projectJSON("grammar/errors.schema.json"))
    let files = ["a.hpol": policy, "b.hpol": broken, "f.jsonl": fixtures + "{}\n"]
    try withFolder(files) { (folder: String) throws in
      let finding = try hpol(["check", "b.hpol", "--json"], folder: folder).output.split(separator: "\n")[1]
      for command in ["eval", "replay", "bench", "coverage", "mutate", "evade", "explain", "inspect", "diff"] {
        let given = command == "explain" || command == "inspect" ? [] : ["-f", "f.jsonl"]
        let old = command == "diff" ? ["a.hpol"] : []
        let stated = command == "explain" ? ["-p", "shell", "-c", "ls"] : []
        for (path, code) in [("b.hpol", 1), ("none.hpol", 2)] {
          let run = try hpol([command] + old + [path, "--json"] + given + stated, folder: folder)
          let lines = run.error.split(separator: "\n")
          #expect(run.code == code || code == 2 && run.code == 1, "\(command): \(run)")
          #expect(!lines.isEmpty && run.output.isEmpty, "\(command): \(run)")
          for line in lines { #expect(schema.violation(try JSONValue(parsing: String(line))) == nil, "\(run)") }
          if code == 1 { #expect(lines == [finding], "\(command): \(run)") }
        }
      }
      let run = try hpol(["eval", "a.hpol", "-f", "f.jsonl", "--json"], folder: folder)
      let lines = run.error.split(separator: "\n").map(String.init)
      #expect(
        lines == [
          #"{"file":"f.jsonl","line":2,"column":1,"reason":"`protocol` is missing"}"#,
          #"{"error":"1 line could not be replayed"}"#,
        ])
      for line in lines { #expect(schema.violation(try JSONValue(parsing: line)) == nil) }
      #expect(try hpol(["test", "none.hpol", "--format", "json"], folder: folder).error.hasPrefix(#"{"error":"#))
      #expect(try hpol(["coverage", "a.hpol", "--json", "--jsn"], folder: folder).error.hasPrefix(#"{"error":"#))
    }
  }

  /// What is no file of fixtures is refused once, with what it is instead.
  @Test func filesOfAnotherKindAreRefusedAsAWhole() throws {
    let line = fixtures.dropLast()
    let files = [
      "a.hpol": policy, "policy.txt": policy, "numbers.txt": (1...30).map { "\($0)\n" }.joined(),
      "array.json": "[\n\(line),\n\(line)\n]\n", "pretty.json": "{\n\"protocol\": \"shell\",\n\"request\": \"ls\"\n}\n",
      "monitor.log": (0..<5).map { "160000000\($0).1 [0 127.0.0.1:1] \"get\" \"k\"\n" }.joined(),
      "three.jsonl": "a\nb\nc\n", "other.jsonl": "{\"a\":1}\n{\"a\":2}\n", "mixed.jsonl": "1\n2\n3\n4\n5\n" + fixtures,
    ]
    try withFolder(files) { (folder: String) throws in
      let cases = [
        ("a.hpol", "it is a policy"), ("policy.txt", "it is a policy"),
        ("numbers.txt", "a JSON object a line: 1:1: `a fixture` must be an object, not a number"),
        ("pretty.json", "it is JSON over several lines; `jq -c . pretty.json` gives a line for each object"),
        ("monitor.log", "it is a log; `hpol import redis-monitor monitor.log` makes fixtures of it"),
      ]
      for (path, reason) in cases {
        let run = try hpol(["eval", "a.hpol", "-f", path], folder: folder)
        #expect(run.code == 2 && run.output.isEmpty, "\(run)")
        #expect(run.error.hasPrefix("hpol: error: `\(path)` holds no fixtures"), "\(run)")
        #expect(run.error.hasSuffix("\(reason)\n"), "\(run)")
      }
      let decoded = try hpol(["decode", "a.hpol"], folder: folder)
      #expect(decoded.code == 2 && decoded.error == "hpol: error: `a.hpol` holds no commands: it is a policy\n")
      // Few lines are told one by one, and one that is a fixture has all the others told.
      for (path, count) in [("three.jsonl", 3), ("other.jsonl", 2), ("mixed.jsonl", 5), ("array.json", 3)] {
        let run = try hpol(["eval", "a.hpol", "-f", path], folder: folder)
        #expect(run.code == 1 && run.error.split(separator: "\n").count == count + 1, "\(run)")
      }
    }
  }

  /// A page is asked for with `--html` wherever one is written, and recordings with `--fixtures`; what these were called is
  /// still taken.
  @Test func optionsAreCalledTheSameEverywhere() throws {
    try withFolder(["a.hpol": policy, "f.jsonl": fixtures]) { (folder: String) throws in
      let runs = [
        ["coverage", "a.hpol", "--html", "coverage.html"], ["test", "a.hpol", "--html", "test.html"],
        ["test", "a.hpol", "--coverage-html", "former.html"],
        ["replay", "a.hpol", "--fixtures", "f.jsonl", "--html", "replay.html", "--coverage-html", "replayed.html"],
        ["diff", "a.hpol", "a.hpol", "--fixtures", "f.jsonl", "--html", "diff.html"],
        ["diff", "a.hpol", "a.hpol", "--on", "f.jsonl", "--format", "html", "--output", "formerly.html"],
      ]
      for words in runs {
        let run = try hpol(words, folder: folder)
        #expect(run.code == 0, "\(run)")
        for page in words where page.hasSuffix(".html") {
          let text = try String(contentsOfFile: folder + "/" + page, encoding: .utf8)
          #expect(text.hasPrefix("<!doctype html>") || text.hasPrefix("<!DOCTYPE html>"), "\(page)")
        }
      }
    }
  }
}
