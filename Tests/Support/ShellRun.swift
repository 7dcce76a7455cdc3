import Foundation

/// What a shell script printed, and its exit code.
public struct ShellRun {
  public var code: Int32
  public var output: String
  public var error: String

  /// Runs a script of bash in a folder, with variables of its own; it ends at the first command that fails.
  public init(_ script: String, in folder: String = projectFolder, _ variables: [String: String] = [:]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-euo", "pipefail", "-c", script]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
    process.standardInput = FileHandle.nullDevice
    let (output, error) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (output, error)
    try process.run()
    nonisolated(unsafe) var errorBytes = Data()
    let reader = Thread { errorBytes = error.fileHandleForReading.readDataToEndOfFile() }
    reader.start()
    self.output = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    while !reader.isFinished { usleep(1000) }
    self.error = String(decoding: errorBytes, as: UTF8.self)
    code = process.terminationStatus
  }
}

/// The project's folder.
public let projectFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path

/// The folder of what was built beside the tests.
public var buildFolder: String {
  let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
  return URL(fileURLWithPath: program).deletingLastPathComponent().path
}

/// A folder of its own for a test, gone when the test ends.
public final class TemporaryFolder: Sendable {
  public let path: String

  public init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("hpol-" + UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
