import Foundation
import JSONText
import PolicyTestBench
import TestSupport
import Testing

/// A folder with files of these names and texts, removed afterwards.
func withFolder<Result>(_ files: [String: String], _ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hpol-\(UUID().uuidString)")
  defer { try? FileManager.default.removeItem(at: folder) }
  for (name, text) in files {
    let file = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }
  return try body(folder.path)
}

private let guarded = """
  hpol 1

  default allow
  default unparsed block

  rule no-drop "Nothing is dropped" {
    when sql.verb is drop
    unless group in ["dba"]
    block "Ask a DBA."
  }

  test no-drop {
    as user "eve" on postgres "db"
    "DROP TABLE t" => block by no-drop
    "SELECT 1" => allow

    as user "dan" group "dba" on postgres "db"
    "DROP TABLE t" => allow
  }

  invariant never-dropped {
    never allow when sql.verb is drop and group not in ["dba"]
  }

  """

private let requests = """
  {"id":"a","protocol":"postgres","request":"DROP TABLE t","expect":{"decision":"block","rules":["no-drop"]}}
  {"id":2,"protocol":"postgres","request":"SELECT 1"}
  {"protocol":"postgres","request":"SELECT 2"}

  """

@Test func checkReportsInEveryForm() throws {
  let schema = JSONSchema(try projectJSON("grammar/check.schema.json"))
  let broken = """
    hpol 1
    default allow
    rule a { when sql.verb is dorp block }
    rule b { when sql.vreb is drop block }
    rule a { block }
    """
  try withFolder(["good/a.hpol": guarded, "bad/b.hpol": broken]) { (folder: String) throws in
    let good = try hpol(["check", "\(folder)/good"])
    #expect(good.code == 0 && good.output.hasSuffix("1 file: no errors\n"), "\(good)")
    #expect(good.output.contains("HP0310") && good.output.contains("held against 3 requests"))

    let bad = try hpol(["check", "\(folder)/bad"])
    #expect(bad.code == 1 && bad.output.contains("b.hpol:3:") && bad.output.contains("b.hpol:4:"))

    for name in ["good", "bad"] {
      let run = try hpol(["check", "--json", "\(folder)/\(name)"])
      #expect(run.code == (name == "good" ? 0 : 1))
      let findings = try JSONValue(parsing: run.output)
      #expect(schema.violation(findings) == nil)
      #expect(findings.array?.isEmpty == false)
    }
    let misspelt = try JSONValue(parsing: hpol(["check", "--json", "\(folder)/bad"]).output).array?.first {
      $0["code"] == .string("HP0114")
    }
    #expect(misspelt?["range"]?["start"] == .object([.init("line", .number("3")), .init("column", .number("27"))]))
    #expect(misspelt?["file"] == .string("\(folder)/bad/b.hpol"))
  }
}

@Test func checkFailsOnWarningsOnlyWhereAsked() throws {
  let policy = "hpol 1\ndefault allow\nlist unused = [drop]\nrule a { when sql.verb is drop block }\n"
  try withFolder(["a.hpol": policy]) { (folder: String) throws in
    #expect(try hpol(["check", folder]).code == 0)
    #expect(try hpol(["check", "--deny-warnings", folder]).code == 1)
  }
}

@Test func checkReportsInvariantsThatDoNotHold() throws {
  let wrong = guarded.replacingOccurrences(of: #""SELECT 1" => allow"#, with: #""SELECT 1" => block"#)
    .replacingOccurrences(of: "never allow when sql.verb is drop and", with: "never allow when sql.verb is select or")
  try withFolder(["a.hpol": wrong, "f.jsonl": requests + "nonsense\n"]) { (folder: String) throws in
    let run = try hpol(["check", "\(folder)/a.hpol"])
    #expect(run.code == 1 && run.output.contains("error[HP0208]"), "\(run)")
    let fixtures = try hpol(["check", "\(folder)/a.hpol", "--fixtures", "\(folder)/f.jsonl"])
    #expect(fixtures.code == 1 && fixtures.output.contains("f.jsonl:4:1: expected a value"))
  }
}

@Test func policiesThatCannotBeReadExitWithTwo() throws {
  try withFolder(["empty/readme.txt": "", "a.hpol": guarded]) { (folder: String) throws in
    for command in ["check", "fmt", "test", "inspect"] {
      #expect(try hpol([command]).code == 2)
      #expect(try hpol([command, "\(folder)/nothing.hpol"]).code == 2)
      #expect(try hpol([command, "\(folder)/empty"]).error.contains("holds no `.hpol` file"))
    }
    #expect(try hpol(["build", "\(folder)/a.hpol", "-o", "/nonexistent/x"]).code == 2)
    #expect(try hpol(["eval", "\(folder)/a.hpol", "--fixtures", "/nonexistent"]).code == 2)
  }
}

/// What is read twice, or was cut to nothing, is not taken for a policy without rules.
@Test func policiesAreWholeFiles() throws {
  try withFolder(["a.hpol": guarded, "cut.hpolb": ""]) { (folder: String) throws in
    for command in [["check"], ["test"], ["build", "-o", "\(folder)/x.hpolb"]] {
      for path in ["-", "/dev/stdin"] {
        let run = try hpol(command + [path], input: guarded)
        #expect(run.code == 2 && run.error.contains("can be read only once"), "\(command) \(path)")
      }
    }
    for command in ["inspect", "eval", "serve"] {
      let run = try hpol([command, "\(folder)/cut.hpolb"] + (command == "eval" ? ["-f", "/dev/null"] : []))
      #expect(run.code == 2 && run.error.contains("not an hpol bundle"), "\(command): \(run.error)")
    }
  }
}

@Test func theShippedPacksHold() throws {
  let run = try hpol(["test", "policies", "--fixtures", "fixtures"], folder: projectFolder.path)
  #expect(run.code == 0, "\(run.output)")
}

@Test func nothingThatIsReadIsWrittenOver() throws {
  try withFolder(["a.hpol": guarded]) { (folder: String) throws in
    #expect(try hpol(["keygen", "k"], folder: folder).code == 0)
    for output in ["a.hpol", "./a.hpol", "k.key"] {
      let run = try hpol(["build", "a.hpol", "--sign", "k.key", "--revision", "1", "-o", output], folder: folder)
      #expect(run.code == 2 && run.error.contains("`\(output)` is read, too"), "\(run.error)")
    }
    #expect(try hpol(["build", "a.hpol", "-o", "a.hpolb"], folder: folder).code == 0)
    #expect(try hpol(["sign", "a.hpolb", "--key", "k.key", "-o", "k.key"], folder: folder).code == 2)
    #expect(try hpol(["sign", "a.hpolb", "--key", "k.key"], folder: folder).code == 0)
    #expect(try String(contentsOfFile: folder + "/a.hpol", encoding: .utf8) == guarded)
  }
}

@Test func listsMayBeginWithAByteOrderMark() throws {
  let policy =
    "hpol 1\n\ndefault allow\n\nlist users from \"users.txt\"\n\nrule x {\n  when user in users\n  block\n}\n"
  try withFolder(["a.hpol": policy, "users.txt": "\u{FEFF}ann\nbob\n"]) { (folder: String) throws in
    for user in ["ann", "bob"] {
      let run = try hpol(["explain", "a.hpol", "-p", "shell", "-c", "ls", "--user", user], folder: folder)
      #expect(run.output.hasPrefix("block"), "\(user): \(run.output)")
    }
  }
}

@Test func outputThatCannotBeWrittenIsAnError() throws {
  try withFolder(["a.hpol": guarded]) { (folder: String) throws in
    let program = "\(buildFolder)/hpol"
    let run = try ShellRun("set +e; \(program) check a.hpol > /dev/full; echo $?", in: folder)
    #expect(run.output == "2\n")
    #expect(run.error == "hpol: error: cannot write standard output: no space left on device\n")
  }
}

@Test func foldersAreSearchedOnceInOrder() throws {
  try withFolder(["b/z.hpol": "hpol 1\ndefault allow\n", "a.hpol": "hpol 1\n", ".hidden/x.hpol": "nonsense"]) {
    (folder: String) throws in
    try FileManager.default.createSymbolicLink(atPath: "\(folder)/b/up", withDestinationPath: folder)
    let run = try hpol(["check", folder])
    #expect(run.code == 0 && run.output.contains("2 files"), "\(run)")
  }
}

@Test func formatRewritesShowsOrLists() throws {
  let messy = "hpol 1\n\n\n\ndefault   allow   # why\nrule a{when sql.verb is drop block}\n"
  try withFolder(["a.hpol": messy, "broken.hpol": "hpol 1\nrule {\n"]) { (folder: String) throws in
    let file = "\(folder)/a.hpol"
    #expect(try hpol(["fmt", "--check", file]).output == "\(file)\n")
    let diff = try hpol(["fmt", "--diff", file])
    #expect(diff.code == 1 && diff.output.hasPrefix("--- \(file)\n+++ \(file)\n@@ "))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == messy)
    let piped = try hpol(["fmt", "--stdin"], input: messy)
    #expect(piped.code == 0 && piped.output.contains("# why"))
    #expect(try hpol(["fmt", file]).code == 0)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == piped.output)
    // The layout is stable.
    #expect(try hpol(["fmt", "--check", file]).code == 0)
    #expect(try hpol(["fmt", "--stdin"], input: piped.output).output == piped.output)

    let broken = try hpol(["fmt", "\(folder)/broken.hpol"])
    #expect(broken.code == 1 && broken.error.contains("broken.hpol:"))
    #expect(try hpol(["fmt", "--check", "--diff", file]).code == 2)
  }
}

@Test func evalPrintsALineForEachFixtureInOrder() throws {
  let schema = JSONSchema(try projectJSON("grammar/eval.schema.json"))
  try withFolder(["a.hpol": guarded]) { (folder: String) throws in
    let sources = try hpol(["eval", "\(folder)/a.hpol", "--fixtures", "-", "--json"], input: requests)
    #expect(sources.code == 0, "\(sources)")
    let lines = try sources.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    for line in lines { #expect(schema.violation(line) == nil) }
    #expect(lines.map { $0["id"] } == [.string("a"), .number("2"), .null])
    #expect(lines.map { $0["decision"]?.string } == ["block", "allow", "allow"])
    #expect(lines.first?["rules"] == .array([.string("no-drop")]))
    #expect(lines.first?["message"] == .string("Ask a DBA."))

    let bundle = "\(folder)/a.hpolb"
    #expect(try hpol(["build", "\(folder)/a.hpol", "--output", bundle]).code == 0)
    let first = try Data(contentsOf: URL(fileURLWithPath: bundle))
    #expect(try hpol(["build", "\(folder)/a.hpol", "--output", bundle]).code == 0)
    #expect(try Data(contentsOf: URL(fileURLWithPath: bundle)) == first)
    #expect(try hpol(["eval", bundle, "-f", "-", "--json"], input: requests).output == sources.output)

    let bad = try hpol(["eval", bundle, "-f", "-", "--json"], input: "{}\n" + requests)
    let reason = #"{"file":"<stdin>","line":1,"column":1,"reason":"`protocol` is missing"}"#
    #expect(bad.code == 1 && bad.output == sources.output && bad.error.hasPrefix(reason + "\n"), "\(bad)")
    let told = try hpol(["eval", bundle, "-f", "-", "--summary"], input: "{}\n" + requests)
    #expect(told.code == 1 && told.error.contains("<stdin>:1:1: `protocol` is missing"))
    #expect(try hpol(["eval", bundle, "-f", "-", "--summary"], input: requests).output.contains("3 requests"))
  }
}

@Test func testRunsBlocksAndPinnedFixtures() throws {
  try withFolder([
    "a.hpol": guarded, "f/x.jsonl": requests, "f/y.jsonl": requests.replacingOccurrences(of: "block", with: "allow"),
  ]) {
    (folder: String) throws in
    #expect(try hpol(["test", "\(folder)/a.hpol"]).code == 0)
    #expect(try hpol(["test", "\(folder)/a.hpol", "--fixtures", "\(folder)/f/x.jsonl"]).code == 0)
    let run = try hpol(["test", "\(folder)/a.hpol", "--fixtures", "\(folder)/f", "--json"])
    let report = try JSONValue(parsing: run.output)
    #expect(run.code == 1 && report["failed"] == .number("1") && report["fixtures"] == .number("6"), "\(run)")
  }
}

@Test func explainNamesTheRuleAndItsTests() throws {
  try withFolder(["a.hpol": guarded]) { (folder: String) throws in
    let run = try hpol(["explain", "\(folder)/a.hpol", "-p", "postgres", "-c", "DROP TABLE t"])
    #expect(run.code == 0 && run.output.contains("no-drop") && run.output.contains("sql.verb"), "\(run)")
  }
}
