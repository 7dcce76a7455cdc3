import Foundation
import Testing

/// The program, running on, whose output and errors go into a file.
final class RunningProgram {
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

  /// What it has printed so far.
  var printed: String { (try? String(contentsOfFile: output, encoding: .utf8)) ?? "" }

  /// What it has printed once `isEnough` says so of it, or after twelve seconds, which is recorded.
  func wait(_ isEnough: (String) -> Bool) throws -> String {
    for _ in 0..<600 {
      let text = printed
      if isEnough(text) { return text }
      usleep(20_000)
    }
    Issue.record("what it printed is not enough: \(printed)")
    throw CancellationError()
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

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
}
