import Foundation
import JSONText
import PolicyTestBench
import Testing

/// `hpol replay` and `hpol diff` as a person runs them.
@Suite struct ReplayDiffTests {
  private static let old = """
    hpol 1
    policy guard
    default allow
    default unparsed block

    rule no-drop {
      when sql.verb in [drop, truncate]
      unless group in ["dba"]
      block "no"
    }

    rule writes {
      when sql.verb is delete
      approve by "dba"
    }

    rule mail { mask email, us_ssn }

    rule agents { when actor is agent record full }

    rule never { when sql.verb is vacuum block }
    """

  private static let new = """
    hpol 1
    policy guard
    default allow
    default unparsed block

    rule no-drop {
      when sql.verb in [drop, truncate] and target like "prod-*"
      unless group in ["dba"]
      block "no"
    }

    rule writes {
      when sql.verb is delete
      approve by "dba", "lead"
    }

    rule mail { mask email }

    rule agents { when actor is agent record commands }

    rule selects { when sql.table is "salaries" block }
    """

  private static let fixtures = """
    {"id":1,"protocol":"postgres","target":"dev-a","request":"DROP TABLE orders","principal":{"groups":["dev"]}}
    {"id":2,"protocol":"postgres","target":"dev-a","request":"DROP TABLE x","principal":{"groups":["dev"]}}
    {"id":3,"protocol":"postgres","target":"prod-a","request":"DROP TABLE x","principal":{"groups":["dev"]}}
    {"id":4,"protocol":"postgres","target":"prod-a","request":"DROP TABLE x","principal":{"groups":["dba"]}}
    {"id":5,"protocol":"postgres","target":"prod-a","request":"DELETE FROM x WHERE a = 1","principal":{"groups":["dev"]}}
    {"id":6,"protocol":"postgres","target":"prod-a","request":"SELECT * FROM salaries","recorded":{"decision":"allow"}}
    {"id":7,"protocol":"postgres","target":"prod-a","request":"SELECT '|`<b>'","principal":{"actor":"agent"},"missing":["response"]}

    """

  private func run(_ arguments: [String], more: String = "") throws -> ProgramRun {
    try withFolder(["old.hpol": Self.old, "new.hpol": Self.new, "day.jsonl": Self.fixtures + more]) {
      (folder: String) throws in
      let words = arguments.map { ["old.hpol", "new.hpol", "day.jsonl"].contains($0) ? "\(folder)/\($0)" : $0 }
      var run = try hpol(words)
      run.output = run.output.replacingOccurrences(of: folder + "/", with: "")
      run.error = run.error.replacingOccurrences(of: folder + "/", with: "")
      return run
    }
  }

  @Test func replayCountsByAllThatMatters() throws {
    let run = try run(["replay", "old.hpol", "--fixtures", "day.jsonl"])
    #expect(run.code == 0 && run.error.isEmpty)
    // How long requests take differs from run to run.
    let report = run.output.components(separatedBy: "\nslowest\n")
    #expect(report.count == 2)
    try expectGolden("replay.txt", report[0] + "\n")
  }

  @Test func replayGivesTheVerdictsOfEval() throws {
    let eval = try run(["eval", "old.hpol", "--fixtures", "day.jsonl", "--json"])
    var expected: [String: Int] = [:]
    for line in eval.output.split(separator: "\n") {
      expected[try JSONValue(parsing: String(line))["decision"]?.string ?? "", default: 0] += 1
    }
    let report = try JSONValue(parsing: run(["replay", "old.hpol", "--fixtures", "day.jsonl", "--json"]).output)
    for (decision, count) in expected { #expect(report["verdicts"]?[decision]?.text == String(count)) }
    #expect(report["fixtures"]?.text == "7")
    #expect(JSONSchema(try projectJSON("grammar/replay.schema.json")).violation(report) == nil)
  }

  @Test func linesThatHoldNoFixtureFailTheRun() throws {
    for words in [
      ["replay", "old.hpol", "--fixtures", "day.jsonl"], ["diff", "old.hpol", "new.hpol", "--on", "day.jsonl"],
    ] {
      let run = try run(words, more: "{\n{\"protocol\":\"shell\"}\n")
      #expect(run.code == 1)
      #expect(run.error.contains("day.jsonl:8:2: the text ends where a key in quotes is expected"))
      #expect(run.error.contains("day.jsonl:9:1: `request` is missing"))
      #expect(run.error.contains("2 lines could not be replayed"))
      #expect(run.output.contains("not replayable"))
    }
  }

  @Test func diffGroupsWhatFaredAlike() throws {
    let run = try run(["diff", "old.hpol", "new.hpol", "--on", "day.jsonl"])
    #expect(run.code == 0 && run.error.isEmpty)
    try expectGolden("diff.txt", run.output)
    try expectGolden(
      "diff.md", self.run(["diff", "old.hpol", "new.hpol", "--on", "day.jsonl", "--format", "markdown"]).output)
    let report = try JSONValue(
      parsing: self.run(["diff", "old.hpol", "new.hpol", "--on", "day.jsonl", "--json"]).output)
    #expect(JSONSchema(try projectJSON("grammar/diff.schema.json")).violation(report) == nil)
    #expect(report["weakened"]?.text == "2" && report["tightened"]?.text == "1" && report["fixtures"]?.text == "7")
    // The shortest of the two stands for both, and the lines of both policies are named.
    let weakened = report["clusters"]?.array?.first
    #expect(weakened?["example"]?.string == "DROP TABLE x" && weakened?["count"]?.text == "2")
    #expect(weakened?["places"]?.array?.compactMap { $0["at"]?.string } == ["old.hpol:6", "new.hpol:6", "new.hpol:3"])
  }

  @Test func defaultsHaveLines() throws {
    let stricter = "hpol 1\n\ndefault block\n\n@severity(high)\nrule some { when sql.table is \"x\" block }\n"
    try withFolder(["old.hpol": Self.old, "new.hpol": stricter, "day.jsonl": Self.fixtures]) {
      (folder: String) throws in
      let run = try hpol(["diff", "\(folder)/old.hpol", "\(folder)/new.hpol", "--on", "\(folder)/day.jsonl", "--json"])
      let places = try JSONValue(parsing: run.output)["clusters"]?.array?.flatMap { cluster in
        cluster["places"]?.array?.compactMap { $0["at"]?.string } ?? []
      }
      let lines = Set((places ?? []).map { $0.replacingOccurrences(of: folder + "/", with: "") })
      // The line of the rule's name, not of what is written above it.
      #expect(lines.isSuperset(of: ["old.hpol:3", "new.hpol:3", "new.hpol:6"]), "\(lines)")
    }
  }

  /// A device, a pipe and what a link points to stay what they are.
  @Test func outputGoesWhereItIsSent() throws {
    try withFolder(["old.hpol": Self.old, "day.jsonl": Self.fixtures, "there.html": "old"]) { (folder: String) throws in
      let command = ["replay", "\(folder)/old.hpol", "--fixtures", "\(folder)/day.jsonl", "--html"]
      let files = FileManager.default
      try files.createSymbolicLink(atPath: "\(folder)/link.html", withDestinationPath: "there.html")
      #expect(try hpol(command + ["\(folder)/link.html"]).code == 0)
      #expect(try files.destinationOfSymbolicLink(atPath: "\(folder)/link.html") == "there.html")
      #expect(try String(contentsOfFile: "\(folder)/there.html", encoding: .utf8).hasPrefix("<!"))
      // A copy of the null device, where one may be made.
      let device = "\(folder)/null"
      if mknod(device, S_IFCHR | 0o666, 1 << 8 | 3) == 0 {
        for words in [command + [device], ["redact", "\(folder)/day.jsonl", "--output", device]] {
          #expect(try hpol(words).error.contains("cannot write") == false)
          #expect(try files.attributesOfItem(atPath: device)[.type] as? FileAttributeType == .typeCharacterSpecial)
        }
      }
      #expect(try files.contentsOfDirectory(atPath: folder).allSatisfy { !$0.hasSuffix(".tmp") })
    }
  }

  @Test func kindsOfChangeFailTheRunWhereAsked() throws {
    let compare = ["diff", "old.hpol", "new.hpol", "--on", "day.jsonl", "--fail-on"]
    for (kinds, code) in [("weakened", 1), ("changed, tightened", 1), ("not-evaluable", 0)] as [(String, Int32)] {
      #expect(try run(compare + [kinds]).code == code, "\(kinds)")
    }
    #expect(
      try run(["diff", "old.hpol", "old.hpol", "--on", "day.jsonl", "--fail-on", "weakened,changed,tightened"]).code
        == 0)
    let wrong = try run(compare + ["worse"])
    #expect(
      wrong.code == 2
        && wrong.error.contains("`--fail-on` takes weakened, tightened, changed, not-evaluable, not `worse`"))
    #expect(try run(["diff", "old.hpol", "--on", "day.jsonl"]).code == 2)
    #expect(try run(["diff", "old.hpol", "new.hpol"]).code == 2)
  }

  /// A page stands alone, and what a client sent is text in it.
  @Test func pagesAreSelfContained() throws {
    for words in [
      ["replay", "old.hpol", "--fixtures", "day.jsonl", "--html"],
      ["diff", "old.hpol", "new.hpol", "--on", "day.jsonl", "--format", "html", "--output"],
    ] {
      let path = FileManager.default.temporaryDirectory.appendingPathComponent("page-\(UUID()).html").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      #expect(
        try run(words + [path], more: #"{"protocol":"shell","request":"</code><script>alert(1)</script>"}"#).code == 0)
      let page = try String(contentsOfFile: path, encoding: .utf8)
      #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("type=\"search\""))
      for marker in ["<script>alert", "http://", "https://", "src=", "href="] {
        #expect(!page.contains(marker), "\(marker)")
      }
    }
  }

  /// A recording that was cut costs what is lost, not what is there, whoever reads it.
  @Test func whatStandsBeforeTheEndOfACutFileIsJudged() throws {
    let line = #"{"protocol":"postgres","request":"SELECT 1"}"# + "\n"
    let lines = (0..<40_000).map { #"{"id":\#($0),"protocol":"postgres","request":"SELECT \#($0 &* 2_654_435_761)"}"# }
    try withFolder(["p.hpol": Self.old, "a.jsonl": line, "c.jsonl": line]) { (folder: String) throws in
      try (lines.joined(separator: "\n") + "\n").write(toFile: folder + "/b.jsonl", atomically: true, encoding: .utf8)
      let sink = try ByteSink(path: folder + "/b.jsonl.gz")
      try sink.write(Array(Data(contentsOf: URL(fileURLWithPath: folder + "/b.jsonl"))))
      try sink.finish()
      try FileManager.default.removeItem(atPath: folder + "/b.jsonl")
      let whole = try Data(contentsOf: URL(fileURLWithPath: folder + "/b.jsonl.gz"))
      try whole.prefix(whole.count * 2 / 3).write(to: URL(fileURLWithPath: folder + "/b.jsonl.gz"))
      let replayed = try hpol(["replay", folder + "/p.hpol", "-f", folder, "--json"])
      let judged = try hpol(["eval", folder + "/p.hpol", "-f", folder, "--json"])
      let count = judged.output.split(separator: "\n").count
      #expect(count > 20_000 && count < 40_000 && replayed.code == 1 && judged.code == 1)
      #expect(try JSONValue(parsing: replayed.output)["fixtures"]?.text == "\(count)", "\(replayed.output.prefix(300))")
      for run in [replayed, judged] {
        let reason = #""line":\#(count - 1),"column":1,"reason":"the compressed data ends early; what follows is lost""#
        #expect(run.error.contains("b.jsonl.gz\"," + reason), "\(run.error.prefix(300))")
      }
    }
  }
}
