import Glibc
import PolicySyntax
import PolicyTestBench

extension ChangedLines {
  /// The lines of a policy set's files that are not as they were in a revision of the git repository around each file;
  /// a file that the revision or the index does not have is new as a whole.
  init(since revision: String, in sources: SourceSet) throws(CommandError) {
    self.init()
    // What git would take for an option is no revision.
    guard !revision.isEmpty, !revision.hasPrefix("-") else { throw .usage("`\(revision)` is no revision of git") }
    var verified: Set<String> = []
    for (index, file) in sources.files.enumerated() {
      let path = resolvedPath(file.path)
      let folder = path.hasSuffix("/") ? path : String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) + "/"
      let name = String(path.dropFirst(folder.count))
      if verified.insert(folder).inserted { try verify(revision, folder) }
      if try git(folder, ["ls-files", "--error-unmatch", "--", name]).status != 0 {
        addWhole(UInt32(index))
        continue
      }
      let options = ["diff", "--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--text"]
      let diff = try git(folder, options + [revision, "--", name])
      guard diff.status == 0, add(UInt32(index), diff: diff.output) else {
        throw .failure("git cannot compare `\(file.path)` with `\(revision)`\(reason(diff))")
      }
    }
  }

  private func verify(_ revision: String, _ folder: String) throws(CommandError) {
    guard try git(folder, ["rev-parse", "--git-dir"]).status == 0 else {
      throw .failure("`\(folder)` is in no git repository that can be read")
    }
    let run = try git(folder, ["rev-parse", "--verify", "--quiet", "\(revision)^{commit}"])
    guard run.status == 0 else { throw .failure("git knows no revision `\(revision)` in `\(folder)`") }
  }

  /// Runs git in a folder; nothing that the repository configures to be run is.
  private func git(_ folder: String, _ words: [String]) throws(CommandError) -> Subprocess {
    try Subprocess(["git", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-C", folder] + words)
  }

  private func reason(_ run: Subprocess) -> String {
    let line = run.error.split(separator: UInt8(ascii: "\n")).first.map { String(decoding: $0, as: UTF8.self) }
    return line.map { ": " + printable($0) } ?? ""
  }
}

/// The absolute path of a file, links followed.
private func resolvedPath(_ path: String) -> String {
  guard let pointer = realpath(path, nil) else { return path }
  defer { free(pointer) }
  return String(cString: pointer)
}
