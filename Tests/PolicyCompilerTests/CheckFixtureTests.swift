import Foundation
import Testing

/// Every fixture holds exactly the diagnostics that checking it gives, at the places they point to.
/// `HPOL_REWRITE_GOLDEN=1` writes what it gives.
@Test func fixturesHoldTheirDiagnostics() throws {
  let folder = compilerTestFolder.appendingPathComponent("Fixtures")
  let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".hpol") }.sorted()
  #expect(!names.isEmpty)
  for name in names {
    let url = folder.appendingPathComponent(name)
    let text = try String(contentsOf: url, encoding: .utf8)
    let rendered = CheckFixture(text).rendered()
    if ProcessInfo.processInfo.environment["HPOL_REWRITE_GOLDEN"] == "1" {
      try rendered.write(to: url, atomically: true, encoding: .utf8)
    } else {
      let expected = text.split(separator: "\n", omittingEmptySubsequences: false)
      let actual = rendered.split(separator: "\n", omittingEmptySubsequences: false)
      let difference = zip(expected, actual).first { $0 != $1 }
      #expect(rendered == text, "\(name): expected \(difference?.0 ?? "…"), got \(difference?.1 ?? "…")")
    }
  }
}
