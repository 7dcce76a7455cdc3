import Glibc
import PolicySyntax
import PolicyTestBench

extension ChangedLines {
  /// The lines of a policy set's files that are not as they were in a revision of the git repository around each file;
  /// a file that the revision or the index does not have is new as a whole, unless git takes it for one that moved.
  init(since revision: String, in sources: SourceSet) throws(CommandError) {
    self.init()
    // What git would take for an option is no revision.
    guard !revision.isEmpty, !revision.hasPrefix("-") else { throw .usage("`\(revision)` is no revision of git") }
    var renames: [String: [String: String]] = [:]
    for (index, file) in sources.files.enumerated() {
      let path = resolvedPath(file.path)
      let folder = path.hasSuffix("/") ? path : String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) + "/"
      let name = String(path.dropFirst(folder.count))
      if renames[folder] == nil {
        try verify(revision, folder)
        renames[folder] = try self.renames(since: revision, folder)
      }
      let listed = try git(folder, ["ls-files", "--error-unmatch", "--full-name", "-z", "--", name])
      if listed.status != 0 {
        addWhole(UInt32(index))
        continue
      }
      let options = ["diff", "--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--find-renames", "--text"]
      let inTree = String(decoding: listed.output.prefix { $0 != 0 }, as: UTF8.self)
      let diff: Subprocess
      if let old = renames[folder]?[inTree] {
        let top = try git(folder, ["rev-parse", "--show-toplevel"])
        let root = String(decoding: top.output.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        diff = try git(root, options + [revision, "--", old, inTree])
      } else {
        diff = try git(folder, options + [revision, "--", name])
      }
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

  /// The files that git takes for others of the revision, moved and perhaps changed: new names and old ones, from the top
  /// of the working tree.
  private func renames(since revision: String, _ folder: String) throws(CommandError) -> [String: String] {
    let options = ["--no-ext-diff", "--no-textconv", "--no-relative", "--find-renames", "--diff-filter=R"]
    let run = try git(folder, ["diff"] + options + ["--name-status", "-z", revision])
    guard run.status == 0 else { return [:] }
    let words = run.output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    var renames: [String: String] = [:]
    for index in stride(from: 0, to: words.count - 2, by: 3) { renames[words[index + 2]] = words[index + 1] }
    return renames
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
