import Foundation

/// Programs of Python packages, in a virtual environment below `.build/` that is made once.
struct PythonTools {
  private let folder: String

  /// Installs what is missing; nil, which is said, where that cannot be done: there is no network, say.
  static func make(_ packages: [String]) throws -> PythonTools? {
    let tools = PythonTools(folder: projectRoot + "/.build/python-tools")
    let stamp = tools.folder + "/" + packages.sorted().joined(separator: "+")
    if FileManager.default.fileExists(atPath: stamp) { return tools }
    let made = try hpolTests.run("/usr/bin/python3", ["-m", "venv", tools.folder])
    let installed = made.code == 0 ? try tools.run("pip", ["install", "-q", "--retries", "1"] + packages) : made
    guard installed.code == 0 else {
      print("skipped: \(packages.joined(separator: ", ")) cannot be installed: \(installed.error.suffix(200))")
      return nil
    }
    try Data().write(to: URL(fileURLWithPath: stamp))
    return tools
  }

  func run(_ program: String, _ arguments: String...) throws -> ProgramRun { try run(program, arguments) }

  private func run(_ program: String, _ arguments: [String]) throws -> ProgramRun {
    try hpolTests.run(folder + "/bin/" + program, arguments)
  }
}

/// The project's folder.
let projectRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path

/// A published schema, if a folder `shared/schemas` beside the project or above it, or `HPOL_SCHEMAS`, has it.
func sharedSchema(_ name: String) -> String? {
  var folders: [String] = []
  if let named = ProcessInfo.processInfo.environment["HPOL_SCHEMAS"] { folders.append(named) }
  var folder = URL(fileURLWithPath: projectRoot)
  while folder.path != "/" {
    folder = folder.deletingLastPathComponent()
    folders.append(folder.appendingPathComponent("shared/schemas").path)
  }
  return folders.map { $0 + "/" + name }.first { FileManager.default.fileExists(atPath: $0) }
}
