import Foundation
import JSONText
import Testing

/// A policy set with a warning, a test that fails, one that holds, and fixtures of which one fails and one is none.
private let files = [
  "a.hpol": """
  hpol 1
  default allow
  default unparsed block
  list spare = [drop]
  rule no-drop { when sql.verb is drop  block }
  test drops {
    as user "eve" on postgres "db"
    "DROP TABLE t # 100%" => allow
    "SELECT '<&>', \\"é\\"" => allow
  }

  """,
  "broken.hpol": """
  hpol 1
  default allow
  rule a { when sql.verb is dorp  block }

  """,
  "f.jsonl": """
  {"id":"a","protocol":"postgres","request":"DROP TABLE t","expect":{"decision":"allow"}}
  {"id":"b","protocol":"postgres","request":"SELECT 1","expect":{"decision":"allow"}}
  {"protocol":"postgres","request":"SELECT 2"}
  {}

  """,
]

private func report(_ command: String, _ format: String, _ folder: String) throws -> ProgramRun {
  let paths = command == "test" ? ["a.hpol", "--fixtures", "f.jsonl"] : ["a.hpol"]
  return try hpol([command] + paths + ["--format", format], folder: folder)
}

/// Durations differ from run to run.
private func timeless(_ text: String) -> String {
  var parts = text.components(separatedBy: "time=\"")
  for index in parts.indices.dropFirst() { parts[index] = String(parts[index].drop { $0 != "\"" }) }
  return parts.joined(separator: "time=\"T")
}

@Suite(.serialized) struct ReportFormatTests {
  @Test func everyFormIsAsItWas() throws {
    try withFolder(files) { (folder: String) throws in
      for command in ["check", "test"] {
        for format in ["text", "json", "junit", "tap", "github"] {
          let run = try report(command, format, folder)
          #expect(run.code == (command == "check" ? 0 : 1) && run.error.isEmpty, "\(run)")
          try expectGolden("\(command)-report.\(format)", timeless(run.output))
        }
        // The rules are those of the registry, whose pages have tests of their own.
        let sarif = try JSONValue(parsing: report(command, "sarif", folder).output)
        let results = sarif["runs"]?.array?.first?["results"]?.array ?? []
        try expectGolden("\(command)-report.sarif", results.map { $0.text + "\n" }.joined())
      }
    }
  }

  @Test func testJSONConformsToItsSchema() throws {
    let schema = JSONSchema(try projectJSON("grammar/test.schema.json"))
    try withFolder(files) { (folder: String) throws in
      for name in ["a.hpol", "broken.hpol"] {
        let run = try hpol(["test", name, "--fixtures", "f.jsonl", "--json"], folder: folder)
        let output = try JSONValue(parsing: run.output)
        #expect(run.code == 1 && schema.violation(output) == nil, "\(run)")
      }
    }
  }

  @Test func reportsGoIntoFilesBesides() throws {
    try withFolder(files) { (folder: String) throws in
      let run = try hpol(["test", "a.hpol", "--report", "tap=x.tap", "--report=json=x.json"], folder: folder)
      #expect(run.code == 1 && run.output.contains("tests: 1 with 2 requests: 1 does not hold"), "\(run)")
      #expect(try String(contentsOfFile: folder + "/x.tap", encoding: .utf8).hasPrefix("TAP version 13\n1..2\n"))
      #expect(
        try JSONValue(parsing: String(contentsOfFile: folder + "/x.json", encoding: .utf8))["failed"] == .number("1"))
      for (word, message) in [
        ("tap", "`--report` takes FORMAT=FILE, not `tap`"), ("xml=a", "the form of a report is one of text, json"),
      ] {
        let run = try hpol(["test", "a.hpol", "--report", word], folder: folder)
        #expect(run.code == 2 && run.error.contains(message), "\(run)")
      }
      #expect(try hpol(["test", "a.hpol", "--report", "tap=/nonexistent/x"], folder: folder).code == 2)
    }
  }

  /// An error in the policy is reported in the form asked for, and no test counts as run.
  @Test func errorsAreReportedInEveryForm() throws {
    try withFolder(files) { (folder: String) throws in
      for (format, mark) in [
        ("text", "1 file: 1 error\n"), ("junit", #"tests="1" failures="1""#), ("tap", "1..1\nnot ok 1"),
        ("github", "::error file=broken.hpol,line=3,endLine=3,col=27,endColumn=31,title=hpol HP0114::"),
        ("sarif", #""ruleId":"HP0114""#),
      ] {
        let run = try hpol(["test", "broken.hpol", "--format", format], folder: folder)
        #expect(run.code == 1 && run.output.contains(mark), "\(format): \(run)")
      }
    }
  }

  @Test func independentToolsReadTheReports() throws {
    let tools = try PythonTools.make(["junitparser", "sarif-tools", "check-jsonschema"])
    try withFolder(files) { (folder: String) throws in
      for command in ["check", "test"] {
        for format in ["junit", "sarif", "tap"] {
          try report(command, format, folder).output.write(
            toFile: "\(folder)/\(command).\(format)", atomically: true, encoding: .utf8)
        }
      }
      if let tools {
        let counts = try tools.run(
          "python", "-c",
          "import junitparser,sys; r=junitparser.JUnitXml.fromfile(sys.argv[1]); print(r.tests, r.failures, r.errors, "
            + "sorted((c.classname, type(c.result[0]).__name__ if c.result else '-') for s in r for c in s))",
          "\(folder)/test.junit")
        #expect(
          counts.output == "5 2 1 [('a.hpol', '-'), ('a.hpol', 'Failure'), ('f.jsonl', '-'), ('f.jsonl', 'Error'), "
            + "('f.jsonl', 'Failure')]\n", "\(counts)")
        let sarif = try tools.run("sarif", "summary", "\(folder)/test.sarif")
        #expect(sarif.code == 0 && sarif.output.contains("error: 3"), "\(sarif)")
        if let schema = sharedSchema("sarif-schema-2.1.0.json") {
          let checked = try tools.run(
            "check-jsonschema", "--schemafile", schema, "\(folder)/check.sarif", "\(folder)/test.sarif")
          #expect(checked.code == 0, "\(checked)")
        } else {
          print("skipped: SARIF against its schema, of which no copy is at hand (HPOL_SCHEMAS)")
        }
      }
      guard FileManager.default.isExecutableFile(atPath: "/usr/bin/prove") else {
        print("skipped: no prove")
        return
      }
      let proved = try run("/usr/bin/prove", ["--exec", "cat", "\(folder)/check.tap", "\(folder)/test.tap"])
      #expect(proved.code != 0 && proved.output.contains("Failed 3/5 subtests"), "\(proved)")
      let good = try run("/usr/bin/prove", ["--exec", "cat", "\(folder)/check.tap"])
      #expect(good.code == 0 && good.output.contains("All tests successful"), "\(good)")
    }
  }
}
