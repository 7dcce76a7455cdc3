import Foundation
import Fuzzing
import Testing

/// Every input on which a fuzz target once failed, and some to start from, holds what the target promises.
@Suite struct ReplayTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("fixtures/fuzz")

  /// The inputs kept for a target.
  private static func inputs(_ target: String) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
      at: folder.appendingPathComponent(target), includingPropertiesForKeys: nil
    )
    .sorted { $0.path < $1.path }
  }

  @Test(arguments: FuzzTargets.names) func inputsHold(_ target: String) throws {
    let inputs = try Self.inputs(target)
    #expect(!inputs.isEmpty)
    let fuzzing = try #require(FuzzTargets.named(target))
    for input in inputs {
      FuzzTargets.beginInput("fixtures/fuzz/\(target)/\(input.lastPathComponent)")
      fuzzing.check([UInt8](try Data(contentsOf: input)))
    }
  }

  @Test func everyFolderIsOfATarget() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(Set(folders).subtracting(["README.md"]) == Set(FuzzTargets.names))
  }
}
