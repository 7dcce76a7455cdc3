import Foundation
import JSONText
import Testing

private func isInstalled(_ program: String) -> Bool {
  let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
  return path.split(separator: ":").contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
}

private let hasPycobertura = isInstalled("python3") && (try? run(["python3", "-c", "import pycobertura"])) == 0

/// Runs a program of others; its exit code.
private func run(_ words: [String], in folder: String? = nil) throws -> Int32 {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = words
  process.standardOutput = FileHandle.nullDevice
  process.standardError = FileHandle.nullDevice
  if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
  try process.run()
  process.waitUntilExit()
  return process.terminationStatus
}

@Suite struct CoverageCommandTests {
  private static let lists = """
    hpol 1

    list destructive = [drop, truncate]
    define on-call = group in ["dba", "sre"] and not actor is agent
    """

  private static let policy = """
    hpol 1

    default allow

    use "lists.hpol"

    @owner("dba")
    rule no-drop "Nothing is <dropped>" {
      when   target like "prod-*"
      when   sql.verb in destructive
      unless on-call
      block
    }

    # Nothing is said of it below.
    # One.
    # Two.
    # Three.
    # Four.

    rule rm-root {
      when shell.program is "rm" and shell.path in ["/", "/*"]
      block
    }

    test no-drop {
      as user "eve" on postgres "prod-orders"
      "DROP TABLE orders" => block by no-drop
      "SELECT 1"          => allow

      as user "dan" group "dba" on postgres "test-orders"
      "DROP TABLE orders" => allow
    }

    """

  private static let folder = ["guard.hpol": policy, "lists.hpol": lists]

  /// The output with the folder and the time of the run taken out.
  private func settled(_ text: String, _ folder: String) -> String {
    var text = text.replacingOccurrences(of: folder + "/", with: "").replacingOccurrences(of: folder, with: ".")
    if let start = text.range(of: "timestamp=\""),
      let end = text.range(of: "\"", range: start.upperBound..<text.endIndex)
    {
      text.replaceSubrange(start.upperBound..<end.lowerBound, with: "0")
    }
    return text
  }

  @Test func reportsAreAsTheyWere() throws {
    let schema = JSONSchema(try projectJSON("grammar/coverage.schema.json"))
    try withFolder(Self.folder) { (folder: String) throws in
      let (guardPolicy, lcov, cobertura) = ("\(folder)/guard.hpol", "\(folder)/c.info", "\(folder)/c.xml")
      let text = try hpol(["coverage", guardPolicy, "--lcov", lcov, "--cobertura", cobertura])
      #expect(text.code == 0 && text.error.isEmpty, "\(text)")
      try expectGolden("coverage.txt", settled(text.output, folder))
      try expectGolden("coverage.info", settled(String(contentsOfFile: lcov, encoding: .utf8), folder))
      try expectGolden("coverage.xml", settled(String(contentsOfFile: cobertura, encoding: .utf8), folder))
      let annotated = try hpol(["coverage", guardPolicy, "--annotate"])
      try expectGolden("coverage-annotated.txt", settled(annotated.output, folder))
      let colour = try hpol(["coverage", guardPolicy, "--annotate", "--color=always"])
      #expect(colour.output.contains("\u{1B}["))
      let page = "\(folder)/c.html"
      #expect(try hpol(["coverage", guardPolicy, "--html", page]).code == 0)
      let html = try String(contentsOfFile: page, encoding: .utf8)
      // One file that needs no other, the author's text escaped, what is missing beside it.
      #expect(
        !html.contains("src=") && !html.contains("href=") && html.contains("&quot;Nothing is &lt;dropped&gt;&quot;"))
      #expect(html.contains("`truncate` never matches") && html.contains("<td class=\"bad\">✗</td>"))
      let json = try JSONValue(parsing: try hpol(["coverage", guardPolicy, "--json"]).output)
      #expect(schema.violation(json) == nil)
      #expect(json["byRule"]?.array?.count == 2 && json["byAlternative"]?.array?.count == 6)
    }
  }

  /// What is written to a file with an option.
  private func written(_ option: String, _ folder: String) throws -> String {
    let file = "\(folder)/written"
    #expect(try hpol(["coverage", "\(folder)/guard.hpol", "--\(option)", file]).code == 0)
    return file
  }

  @Test(.enabled(if: isInstalled("genhtml"), "lcov is not installed")) func genhtmlReadsTheTracefile() throws {
    try withFolder(Self.folder) { (folder: String) throws in
      let words = ["genhtml", "--branch-coverage", "--quiet", "-o", "\(folder)/html", try written("lcov", folder)]
      #expect(try run(words) == 0)
      let page = try String(contentsOfFile: "\(folder)/html/index.html", encoding: .utf8)
      // Lines, functions and branches that are hit, of all.
      for count in ["Lines:", "Functions:", "Branches:"] { #expect(page.contains(count)) }
    }
  }

  @Test(.enabled(if: isInstalled("xmllint"), "libxml2-utils is not installed")) func theXMLFollowsCoberturasDTD() throws
  {
    try withFolder(Self.folder) { (folder: String) throws in
      let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      let dtd = here.appendingPathComponent("Golden/coverage-04.dtd").path
      #expect(try run(["xmllint", "--noout", "--nonet", "--dtdvalid", dtd, try written("cobertura", folder)]) == 0)
    }
  }

  @Test(.enabled(if: hasPycobertura, "pycobertura is not installed")) func pycoberturaReadsTheXML() throws {
    try withFolder(Self.folder) { (folder: String) throws in
      #expect(try run(["python3", "-m", "pycobertura", "show", try written("cobertura", folder)], in: folder) == 0)
    }
  }

  @Test func whatIsCoveredIsQuiet() throws {
    let policy = """
      hpol 1
      default allow
      rule r { when sql.verb is drop block }
      test t { as user "a" on postgres "d" "DROP TABLE t" => block "SELECT 1" => allow }
      """
    try withFolder(["p.hpol": policy]) { (folder: String) throws in
      let sum = "coverage: 100.0 %: 1 of 1 rule, 2 of 2 outcomes of conditions, 0 of 0 alternatives\n"
      #expect(try hpol(["coverage", folder, "--fail-under", "100"]).output == sum)
      #expect(try hpol(["test", folder, "--coverage"]).output.hasSuffix(": all hold\n" + sum))
      #expect(try !hpol(["test", folder]).output.contains("coverage"))
    }
  }

  /// The fixtures alone, on every thread, cover what the tests with the same requests do.
  @Test func replayCountsCoverage() throws {
    let requests = [
      #"{"protocol":"postgres","target":"prod-orders","principal":{"user":"eve"},"request":"DROP TABLE orders"}"#,
      #"{"protocol":"postgres","target":"prod-orders","principal":{"user":"eve"},"request":"SELECT 1"}"#,
      #"{"protocol":"postgres","target":"test-orders","principal":{"user":"dan","groups":["dba"]},"request":"DROP TABLE orders"}"#,
    ]
    let recording = (0..<400).map { requests[$0 % 3] }.joined(separator: "\n")
    try withFolder(Self.folder.merging(["f.jsonl": recording]) { $1 }) { (folder: String) throws in
      let sum = try #require(hpol(["coverage", "\(folder)/guard.hpol"]).output.split(separator: "\n").last)
      let words = ["replay", "\(folder)/guard.hpol", "-f", "\(folder)/f.jsonl"]
      let run = try hpol(words + ["--coverage"])
      #expect(run.code == 0 && run.output.hasSuffix("\n\(sum)\n"), "\(run)")
      let plain = try hpol(words)
      #expect(!plain.output.contains("coverage:"), "\(plain)")
      let json = try hpol(words + ["--json", "--fail-under", "99"])
      #expect(json.code == 1 && json.error.contains(sum) && json.error.contains("below 99 %"), "\(json)")
      #expect(try hpol(["build", "\(folder)/guard.hpol", "-o", "\(folder)/b"]).code == 0)
      #expect(try hpol(["replay", "\(folder)/b", "-f", "\(folder)/f.jsonl", "--coverage"]).code == 2)
    }
  }

  @Test func tooLittleOrWhatDoesNotHoldIsOne() throws {
    try withFolder(Self.folder) { (folder: String) throws in
      #expect(try hpol(["coverage", folder, "--fail-under", "30"]).code == 0)
      let low = try hpol(["coverage", folder, "--fail-under", "87.5%"])
      #expect(low.code == 1 && low.error.contains("coverage is below 87.5 %: "), "\(low)")
      #expect(try hpol(["test", folder, "--fail-under", "87.5"]).code == 1)
      for bad in ["", "101", "-1", "x", "1e1", "nan"] {
        #expect(try hpol(["coverage", folder, "--fail-under=\(bad)"]).code == 2, "\(bad)")
      }
      let wrong = Self.policy.replacingOccurrences(of: "\"SELECT 1\"          => allow", with: "\"SELECT 1\" => block")
      try wrong.write(toFile: "\(folder)/guard.hpol", atomically: true, encoding: .utf8)
      let failing = try hpol(["coverage", folder])
      #expect(failing.code == 1 && failing.error.contains("1 request of tests and fixtures does not"), "\(failing)")
      try "nonsense\n".write(toFile: "\(folder)/f.jsonl", atomically: true, encoding: .utf8)
      #expect(try hpol(["coverage", folder, "-f", "\(folder)/f.jsonl"]).error.contains("f.jsonl:1:1"))
      #expect(try hpol(["build", folder, "-o", "\(folder)/b.hpolb"]).code == 0)
      #expect(try hpol(["coverage", "\(folder)/b.hpolb"]).code == 2)
    }
  }

  @Test(.enabled(if: isInstalled("git"), "git is not installed")) func onlyAChangeCounts() throws {
    try withFolder(Self.folder) { (folder: String) throws in
      let outside = try hpol(["coverage", folder, "--changed-since", "HEAD"])
      #expect(outside.code == 2 && outside.error.contains("is in no git repository"), "\(outside)")
      let author = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]
      for words in [["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]] {
        #expect(try run(["git"] + author + words, in: folder) == 0)
      }
      #expect(try hpol(["coverage", folder, "--changed-since", "HEAD"]).output.contains("0 of 0 rules"))
      for bad in ["--output=x", "", "nothing"] {
        let run = try hpol(["coverage", folder, "--changed-since=\(bad)"])
        #expect(run.code == 2, "\(bad) \(run)")
      }
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/x"))

      // A file that moved is the same lines.
      #expect(try run(["git", "mv", "guard.hpol", "moved.hpol"], in: folder) == 0)
      let moved = try hpol(["coverage", folder, "--changed-since", "HEAD"])
      #expect(moved.output.contains("0 of 0 rules"), "\(moved)")
      #expect(try run(["git", "mv", "moved.hpol", "guard.hpol"], in: folder) == 0)

      let changed = Self.policy.replacingOccurrences(
        of: "when   target like \"prod-*\"", with: "when   target like \"prod*\"")
      try changed.write(toFile: "\(folder)/guard.hpol", atomically: true, encoding: .utf8)
      let one = try hpol(["coverage", folder, "--changed-since", "HEAD"])
      #expect(one.output.contains("1 of 1 rule, 1 of 2 outcomes of conditions, 0 of 0 alternatives"), "\(one)")
      #expect(try hpol(["test", folder, "--changed-since", "HEAD", "--fail-under", "90"]).code == 1)

      let new = "hpol 1\nrule new { when sql.verb is delete block }\n"
      try new.write(toFile: "\(folder)/new.hpol", atomically: true, encoding: .utf8)
      let two = try hpol(["coverage", folder, "--changed-since", "HEAD"])
      #expect(two.output.contains("1 of 2 rules") && two.output.contains("new.hpol:2"), "\(two)")
    }
  }
}
