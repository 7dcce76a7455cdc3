import Foundation

let testFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
let rootFolder = testFolder.deletingLastPathComponent().deletingLastPathComponent()
let rewritesGoldens = ProcessInfo.processInfo.environment["HPOL_REWRITE_GOLDEN"] == "1"

/// The `.hpol` files of the golden folder, by name.
func goldens() throws -> [(name: String, source: [UInt8])] {
  let folder = testFolder.appendingPathComponent("Golden")
  return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    .filter { $0.pathExtension == "hpol" }
    .sorted { $0.lastPathComponent < $1.lastPathComponent }
    .map { ($0.lastPathComponent, Array(try Data(contentsOf: $0))) }
}
