import Foundation
import Testing

/// Compares text with the golden file of a name; with `HPOL_REWRITE_GOLDEN=1` writes the file instead.
func expectGolden(_ name: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
  let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden/\(name)")
  if ProcessInfo.processInfo.environment["HPOL_REWRITE_GOLDEN"] == "1" {
    try Data(text.utf8).write(to: file)
    return
  }
  let golden = (try? String(decoding: Data(contentsOf: file), as: UTF8.self)) ?? ""
  #expect(text == golden, "differs from \(name); HPOL_REWRITE_GOLDEN=1 rewrites it", sourceLocation: sourceLocation)
}
