import Foundation
import Testing

@testable import PolicyTestBench

/// `grammar/evasion.md` lists the rewrites as they are; with `HPOL_REWRITE_GOLDEN=1` the list is written anew.
@Suite struct EvasionPageTests {
  @Test func listsWhatIsTried() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = root.appendingPathComponent("grammar/evasion.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    let heading = "## What is tried\n\n"
    let start = try #require(text.range(of: heading)).upperBound
    var table = ""
    for (title, rewrites) in [
      ("Shell lines", ShellRewrites.all), ("SQL", SQLRewrites.all), ("Kubernetes", KubernetesRewrites.all),
      ("HTTP", HTTPRewrites.all), ("Redis", RedisRewrites.all), ("MCP", MCPRewrites.all),
      ("Look-alike letters", LookalikeRewrites.all), ("Other roads", CarrierRewrites.roads(ToolDeclarations([]))),
    ] {
      table += "### \(title)\n\n| rewrite | if |\n|---|---|\n"
      var seen: Set<String> = []
      for rewrite in rewrites where seen.insert(rewrite.name).inserted {
        let condition = rewrite.condition == Rewrite.always ? "" : rewrite.condition
        table += "| \(rewrite.name.replacingOccurrences(of: "|", with: "\\|")) | \(condition) |\n"
      }
      table += "\n"
    }
    table.removeLast()
    if ProcessInfo.processInfo.environment["HPOL_REWRITE_GOLDEN"] == "1" {
      try (text[..<start] + table).write(to: file, atomically: true, encoding: .utf8)
    } else {
      #expect(text[start...] == table)
    }
  }
}
