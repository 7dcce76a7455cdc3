/// Why a file of a policy set could not be read.
public enum SourceReadError: Error, Hashable, Sendable {
  case notFound
  /// The reason, as the operating system words it.
  case unreadable(String)
}

/// How the checker reaches files: the compiler itself knows no file system.
public struct SourceReader {
  /// The folder that no `use` and no list may leave.
  public var root: String
  /// The absolute path without links and dot segments; of a file that is not there, the path it would have.
  public var canonicalPath: (String) -> String
  public var read: (String) throws(SourceReadError) -> [UInt8]
  /// The names of the files in a folder, for suggestions; empty where that is not known.
  public var names: (String) -> [String]

  public init(
    root: String, canonicalPath: @escaping (String) -> String,
    read: @escaping (String) throws(SourceReadError) -> [UInt8], names: @escaping (String) -> [String]
  ) {
    self.root = root
    self.canonicalPath = canonicalPath
    self.read = read
    self.names = names
  }

  /// A reader of files that are at hand, by path relative to the root.
  public static func inMemory(_ files: [String: [UInt8]]) -> SourceReader {
    let root = "/root"
    func canonical(_ path: String) -> String { SourcePath.normalised(path.hasPrefix("/") ? path : root + "/" + path) }
    let byPath = Dictionary(files.map { (canonical($0.key), $0.value) }, uniquingKeysWith: { first, _ in first })
    return SourceReader(
      root: root, canonicalPath: canonical,
      read: { path throws(SourceReadError) in
        guard let bytes = byPath[canonical(path)] else { throw .notFound }
        return bytes
      },
      names: { folder in
        byPath.keys.filter { SourcePath.folder(of: $0) == canonical(folder) }.map(SourcePath.lastPart)
      })
  }
}

/// Paths as text: `/` separates, nothing is looked up.
enum SourcePath {
  /// `path` without `.` and with `..` resolved where something stands before it.
  static func normalised(_ path: String) -> String {
    var parts: [Substring] = []
    let isAbsolute = path.hasPrefix("/")
    for part in path.split(separator: "/") {
      if part == "." { continue }
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else if part != ".." || !isAbsolute {
        parts.append(part)
      }
    }
    return (isAbsolute ? "/" : "") + parts.joined(separator: "/")
  }

  /// The folder that a path stands in: `a` for `a/b`, empty for `b`, `/` for `/b`.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func lastPart(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// `relative` as seen from the file `file`.
  static func resolved(_ relative: String, from file: String) -> String {
    let folder = folder(of: file)
    return normalised(folder.isEmpty ? relative : folder + "/" + relative)
  }

  /// Whether the canonical path stands below the canonical folder.
  static func isInside(_ path: String, _ folder: String) -> Bool {
    folder == "/" || path.hasPrefix(folder + "/")
  }
}
