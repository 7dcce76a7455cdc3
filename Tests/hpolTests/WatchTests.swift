import Foundation
import Testing

private let policy = """
  hpol 1
  default allow
  rule no-drop { when sql.verb is drop  block }
  test t {
    as user "eve" on postgres "db"
    "DROP TABLE t" => block
  }

  """

/// The program, watching, whose output goes into a file.
private final class WatchingProgram {
  private let process = Process()
  private let output: String

  init(_ arguments: [String], folder: String) throws {
    let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    output = folder + "/.output"
    try Data().write(to: URL(fileURLWithPath: output))
    process.executableURL = URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("hpol")
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    process.standardError = process.standardOutput
    try process.run()
  }

  /// What run number `number` printed, from 1.
  func output(ofRun number: Int) throws -> String {
    for _ in 0..<600 {
      let runs = try String(contentsOfFile: output, encoding: .utf8).components(
        separatedBy: "; watching, Ctrl-C ends ──\n")
      if runs.count > number { return runs[number - 1] }
      usleep(20_000)
    }
    Issue.record("run \(number) did not come: \(try String(contentsOfFile: output, encoding: .utf8))")
    return ""
  }

  /// Ends it as Ctrl-C does.
  func end() -> Int32 {
    kill(process.processIdentifier, SIGINT)
    for _ in 0..<500 where process.isRunning { usleep(20_000) }
    if process.isRunning {
      Issue.record("Ctrl-C does not end it")
      kill(process.processIdentifier, SIGKILL)
    }
    process.waitUntilExit()
    return process.terminationStatus
  }
}

@Suite(.serialized) struct WatchTests {
  @Test func runsAgainWhateverWayAFileChanges() throws {
    try withFolder(["p/a.hpol": policy]) { (folder: String) throws in
      let file = folder + "/p/a.hpol"
      let program = try WatchingProgram(["test", "p", "--watch", "--report", "tap=p/x.tap"], folder: folder)
      #expect(try program.output(ofRun: 1).contains("1 with 1 request: all hold"))
      // Written in place.
      try policy.replacingOccurrences(of: "=> block", with: "=> allow")
        .write(toFile: file, atomically: false, encoding: .utf8)
      #expect(try program.output(ofRun: 2).contains("1 do not hold"))
      // Replaced by another, with an error.
      try "hpol 1\nrule {".write(toFile: file, atomically: true, encoding: .utf8)
      #expect(try program.output(ofRun: 3).contains("error[HP"))
      try policy.write(toFile: file, atomically: true, encoding: .utf8)
      #expect(try program.output(ofRun: 4).contains("1 with 1 request: all hold"))
      // A new file.
      try policy.replacingOccurrences(of: "no-drop", with: "other").replacingOccurrences(of: "test t", with: "test u")
        .replacingOccurrences(of: "default allow", with: "")
        .write(toFile: folder + "/p/b.hpol", atomically: true, encoding: .utf8)
      #expect(try program.output(ofRun: 5).contains("2 with 2 requests"))
      try FileManager.default.removeItem(atPath: folder + "/p/b.hpol")
      try FileManager.default.removeItem(atPath: file)
      // Nothing is left to test, and it goes on.
      #expect(try program.output(ofRun: 6).contains("holds no `.hpol` file"))
      try policy.write(toFile: file, atomically: true, encoding: .utf8)
      #expect(try program.output(ofRun: 7).contains("all hold"))
      #expect(program.end() == 0)
    }
  }

  @Test func fixturesAreJudgedAgainWhenTheyOrThePolicyChange() throws {
    let pinned = #"{"protocol":"postgres","request":"DROP TABLE t","expect":{"decision":"block"}}"# + "\n"
    try withFolder(["p/a.hpol": policy, "f/x.jsonl": pinned]) { (folder: String) throws in
      let program = try WatchingProgram(["test", "p", "-f", "f", "--watch"], folder: folder)
      #expect(try program.output(ofRun: 1).contains("fixtures: 1, 1 of them pinned: all hold"))
      try pinned.replacingOccurrences(of: "\"block\"", with: "\"allow\"")
        .write(toFile: folder + "/f/x.jsonl", atomically: true, encoding: .utf8)
      #expect(try program.output(ofRun: 2).contains("fixtures: 1, 1 of them pinned: 1 do not hold"))
      try policy.replacingOccurrences(of: "block }", with: "record full }").replacingOccurrences(
        of: "=> block", with: "=> allow"
      )
      .write(toFile: folder + "/p/a.hpol", atomically: true, encoding: .utf8)
      #expect(try program.output(ofRun: 3).contains("fixtures: 1, 1 of them pinned: all hold"))
      // Only a test changed: what the fixtures gave is kept.
      try policy.replacingOccurrences(of: "block }", with: "record full }")
        .write(toFile: folder + "/p/a.hpol", atomically: true, encoding: .utf8)
      let last = try program.output(ofRun: 4)
      #expect(last.contains("1 with 1 request: 1 do not hold") && last.contains("pinned: all hold"))
      #expect(program.end() == 1)
    }
  }

  /// A set whose fixtures alone change is not compiled again; one whose lists change is.
  @Test func listsInOtherFoldersAreWatched() throws {
    let listed = """
      hpol 1

      default allow

      list tables from "../lists/tables.txt"

      rule no-drop { when sql.verb is drop and sql.table in tables block }
      """
    let pinned = #"{"protocol":"postgres","request":"DROP TABLE t","expect":{"decision":"block"}}"# + "\n"
    try withFolder(["p/a.hpol": listed, "lists/tables.txt": "t\n", "f/x.jsonl": pinned]) {
      (folder: String) throws in
      let program = try WatchingProgram(["test", "p", "-f", "f", "--watch"], folder: folder)
      #expect(try program.output(ofRun: 1).contains("fixtures: 1, 1 of them pinned: all hold"))
      try (pinned + pinned).write(toFile: folder + "/f/x.jsonl", atomically: true, encoding: .utf8)
      #expect(try program.output(ofRun: 2).contains("fixtures: 2, 2 of them pinned: all hold"))
      try "other\n".write(toFile: folder + "/lists/tables.txt", atomically: true, encoding: .utf8)
      #expect(try program.output(ofRun: 3).contains("2 do not hold"))
      try FileManager.default.removeItem(atPath: folder + "/lists/tables.txt")
      #expect(try program.output(ofRun: 4).contains("error[HP"))
      try "t\n".write(toFile: folder + "/lists/tables.txt", atomically: true, encoding: .utf8)
      #expect(try program.output(ofRun: 5).contains("2 of them pinned: all hold"))
      #expect(program.end() == 0)
    }
  }

  @Test func whatCannotBeWatchedIsRefused() throws {
    #expect(try hpol(["test", "-", "--watch"]).code == 2)
    #expect(try hpol(["check", ".", "--watch", "--fix"]).error.contains("exclude each other"))
  }
}
