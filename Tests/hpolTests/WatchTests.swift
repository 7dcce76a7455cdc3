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

extension RunningProgram {
  /// What run number `number` printed, from 1.
  fileprivate func output(ofRun number: Int) throws -> String {
    let end = "; watching, Ctrl-C ends ──\n"
    return try wait { $0.components(separatedBy: end).count > number }.components(separatedBy: end)[number - 1]
  }
}

@Suite(.serialized) struct WatchTests {
  @Test func runsAgainWhateverWayAFileChanges() throws {
    try withFolder(["p/a.hpol": policy]) { (folder: String) throws in
      let file = folder + "/p/a.hpol"
      let program = try RunningProgram(["test", "p", "--watch", "--report", "tap=p/x.tap"], folder: folder)
      #expect(try program.output(ofRun: 1).contains("1 with 1 request: all hold"))
      // Written in place.
      try policy.replacingOccurrences(of: "=> block", with: "=> allow")
        .write(toFile: file, atomically: false, encoding: .utf8)
      #expect(try program.output(ofRun: 2).contains("1 does not hold"))
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
      let program = try RunningProgram(["test", "p", "-f", "f", "--watch"], folder: folder)
      #expect(try program.output(ofRun: 1).contains("fixtures: 1, 1 of them pinned: all hold"))
      try pinned.replacingOccurrences(of: "\"block\"", with: "\"allow\"")
        .write(toFile: folder + "/f/x.jsonl", atomically: true, encoding: .utf8)
      #expect(try program.output(ofRun: 2).contains("fixtures: 1, 1 of them pinned: 1 does not hold"))
      try policy.replacingOccurrences(of: "block }", with: "record full }").replacingOccurrences(
        of: "=> block", with: "=> allow"
      )
      .write(toFile: folder + "/p/a.hpol", atomically: true, encoding: .utf8)
      #expect(try program.output(ofRun: 3).contains("fixtures: 1, 1 of them pinned: all hold"))
      // Only a test changed: what the fixtures gave is kept.
      try policy.replacingOccurrences(of: "block }", with: "record full }")
        .write(toFile: folder + "/p/a.hpol", atomically: true, encoding: .utf8)
      let last = try program.output(ofRun: 4)
      #expect(last.contains("1 with 1 request: 1 does not hold") && last.contains("pinned: all hold"))
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
      let program = try RunningProgram(["test", "p", "-f", "f", "--watch"], folder: folder)
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
