import Glibc
import PolicyCompiler

/// Reads a policy set's files. Its root, which no `use` may leave, is the working folder where all of `paths` are below
/// it. Otherwise it is the repository that holds them, or where there is none, the innermost folder around them all and
/// such folders above it as have policies of their own, up to the first that has none.
func fileReader(_ paths: [String]) -> SourceReader {
  SourceReader(
    root: root(of: paths.map(canonicalPath)), canonicalPath: canonicalPath,
    read: { path throws(SourceReadError) in
      do throws(CommandError) {
        return try readFile(path, limit: 64 << 20)
      } catch {
        if errno == ENOENT { throw .notFound }
        throw .unreadable(systemReason())
      }
    },
    names: { namesIn($0.isEmpty ? "." : $0) ?? [] })
}

/// The absolute path without links and dot segments. Of a file that is not there, as much of it as is, and the rest.
private func canonicalPath(_ path: String) -> String {
  if let real = realpath(path, nil) {
    defer { free(real) }
    return String(cString: real)
  }
  var parts = path.split(separator: "/", omittingEmptySubsequences: true)
  guard let last = parts.popLast() else { return path }
  let folder = (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  return canonicalPath(folder.isEmpty ? "." : folder) + "/" + last
}

private func root(of paths: [String]) -> String {
  let working = canonicalPath(".")
  if paths.allSatisfy({ $0.hasPrefix(working == "/" ? "/" : working + "/") }) { return working }
  let folders = paths.map { $0.split(separator: "/").dropLast() }
  var common = folders.first ?? []
  for folder in folders { common = common.prefix(zip(common, folder).prefix { $0 == $1 }.count) }
  let innermost = "/" + common.joined(separator: "/")
  func parent(_ folder: String) -> String { "/" + folder.split(separator: "/").dropLast().joined(separator: "/") }
  var folder = innermost
  while folder != "/" {
    if namesIn(folder)?.contains(".git") == true { return folder }
    folder = parent(folder)
  }
  folder = innermost
  while folder != "/", namesIn(parent(folder))?.contains(where: { $0.hasSuffix(PolicyArguments.fileExtension) }) == true
  {
    folder = parent(folder)
  }
  return folder
}
