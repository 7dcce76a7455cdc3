import Foundation
import JSONText
import PolicyTestBench
import Testing

/// The text of a file of the project, by its path from the root.
func projectText(_ path: String) throws -> String {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
}

/// The fenced code of a language, without the indentation of its fence.
private func code(_ language: String, in text: String) -> [String] {
  var blocks: [String] = []
  var block: [String]?
  var indent = 0
  for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
    let trimmed = line.drop { $0 == " " }
    if trimmed == "```" + language {
      block = []
      indent = line.count - trimmed.count
    } else if trimmed.hasPrefix("```"), let lines = block {
      blocks.append(lines.joined(separator: "\n") + "\n")
      block = nil
    } else {
      block?.append(String(line.dropFirst(indent)))
    }
  }
  return blocks
}

@Test func policiesInTheReadmeAreRightAndInTheirLayout() throws {
  let policies = code("hpol", in: try projectText("README.md"))
  #expect(policies.count == 3)
  for policy in policies {
    try withFolder(["guard.hpol": policy]) { (folder: String) throws in
      let check = try hpol(["check", "--deny-warnings", folder])
      #expect(check.code == 0, "\(check.output)")
      #expect(try hpol(["test", folder]).code == 0)
      let format = try hpol(["fmt", "--diff", folder])
      #expect(format.code == 0, "\(format.output)")
    }
  }
}

@Test func theFixtureOfItsPageIsOne() throws {
  let example = try #require(code("json", in: try projectText("fixtures/README.md")).first)
  let line = example.split(separator: "\n").joined()
  #expect(JSONSchema(try projectJSON("fixtures/fixture.schema.json")).violation(try JSONValue(parsing: line)) == nil)
}

@Test func theExampleOfCoverageIsRight() throws {
  let page = try projectText("grammar/coverage.md")
  let policy = try #require(code("hpol", in: page).first)
  let printed = try #require(page.components(separatedBy: "```\n").first { $0.contains("\nmissing\n") })
  try withFolder(["guard.hpol": policy]) { (folder: String) throws in
    #expect(try hpol(["test", folder]).code == 0)
    let output = try hpol(["coverage", folder]).output.replacingOccurrences(of: folder + "/", with: "")
    #expect(output == printed)
  }
}
