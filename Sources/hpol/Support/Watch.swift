import Glibc
import PolicyTestBench

/// `--watch`: runs a command again whenever a file changes that it may read.
struct Watch {
  static let option = Option(name: "watch", letter: "w", help: "run again whenever a file changes, until Ctrl-C")

  /// Files that editors make beside those they write, and reports.
  private let ignoredNames: Set<String>
  private let paths: [String]

  /// Runs `body` once, or with `--watch` again and again.
  static func run(
    _ arguments: Arguments, _ options: ReportOptions, _ console: Console,
    _ body: () throws(CommandError) -> (code: ExitCode, read: [String])
  ) throws(CommandError) -> ExitCode {
    guard arguments.has("watch") else { return try body().code }
    let paths = arguments.positionals + arguments.all("fixtures")
    return try Watch(paths, reports: options.paths).run(console, body)
  }

  /// `paths` are the files and folders that the command was given, `reports` those that it writes.
  init(_ paths: [String], reports: [String]) throws(CommandError) {
    guard !paths.contains("-") else { throw .usage("standard input cannot be watched") }
    self.paths = paths
    ignoredNames = Set(reports.map { String($0.split(separator: "/").last ?? "") })
  }

  /// Runs `body`, which gives the files it asked for, until Ctrl-C; the exit code is that of the last run. What could not be
  /// carried out is printed, and may be mended.
  func run(
    _ console: Console, _ body: () throws(CommandError) -> (code: ExitCode, read: [String])
  ) throws(CommandError) -> ExitCode {
    let watcher = try FileWatcher()
    var read: [String] = []
    while true {
      // Before anything is read, so that no change is missed; files that turn out to belong to the set come after.
      try watcher.add(folders(read))
      if console.outputIsTerminal { console.write("\u{1B}[2J\u{1B}[H") }
      let start = ContinuousClock.now
      var code = ExitCode.failed
      do throws(CommandError) {
        (code, read) = try body()
      } catch {
        switch error {
        case .usage: throw error
        case .failure(let message): console.error(message)
        }
      }
      let milliseconds = Int(((ContinuousClock.now - start) / .milliseconds(1)).rounded())
      // Before it is said: whoever reads it may press it.
      watcher.noteInterruptions()
      console.write(console.style(.faint, "── \(milliseconds) ms; watching, Ctrl-C ends ──") + "\n")
      console.flush()
      try watcher.add(folders(read))
      if watcher.wait(for: isOfInterest) == .interrupted { return code }
    }
  }

  private func isOfInterest(_ name: String) -> Bool {
    !name.hasPrefix(".") && !name.hasSuffix("~") && !name.hasSuffix(".tmp") && !ignoredNames.contains(name)
  }

  /// The folders of all that was given, those below them, and those of the files that were asked for.
  private func folders(_ read: [String]) -> Set<String> {
    var folders: Set<String> = []
    for path in paths + read {
      if isFolder(path) { folders.formUnion(foldersBelow(path)) } else { folders.insert(parent(path)) }
    }
    return folders
  }

  private func parent(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private func foldersBelow(_ root: String) -> Set<String> {
    var found: Set<String> = [root]
    var pending = [root]
    while let folder = pending.popLast() {
      for name in namesIn(folder) ?? [] where !name.hasPrefix(".") {
        let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
        // A link may lead back up: it is watched, and not followed.
        if isFolder(path), found.insert(path).inserted, !isLink(path) { pending.append(path) }
      }
    }
    return found
  }

  private func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }
}
