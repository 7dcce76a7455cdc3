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
  let innermost = innermostFolder(of: paths)
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

/// The innermost folder that holds all of the absolute paths.
private func innermostFolder(of paths: [String]) -> String {
  let folders = paths.map { $0.split(separator: "/").dropLast() }
  var common = folders.first ?? []
  for folder in folders { common = common.prefix(zip(common, folder).prefix { $0 == $1 }.count) }
  return "/" + common.joined(separator: "/")
}

/// The paths of a policy set's files as a bundle keeps them: from the innermost folder that holds them all, so that the
/// bundle does not depend on where that is.
func portablePaths(_ paths: [String]) -> [String] {
  let absolute = paths.map(canonicalPath)
  let folder = innermostFolder(of: absolute)
  return absolute.map { String($0.dropFirst(folder == "/" ? 1 : folder.count + 1)) }
}
