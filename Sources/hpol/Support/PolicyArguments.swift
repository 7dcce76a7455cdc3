import Glibc
import PolicyBytecode

/// What the `POLICY…` arguments of a command name.
enum PolicyArguments: Equatable {
  /// `.hpol` files, those of folders included, sorted and each once.
  case sources([String])
  case bundle(String)

  static let fileExtension = ".hpol"
  static let bundleExtension = ".hpolb"

  /// Takes `.hpol` files, folders, which are searched to the bottom, or one bundle.
  init(_ paths: [String]) throws(CommandError) {
    guard !paths.isEmpty else { throw .usage("expected a policy: `.hpol` files, a folder, or a bundle") }
    var files: [String] = []
    var bundles: [String] = []
    for path in paths {
      if isFolder(path) {
        let found = try filesBelow(path, endings: [Self.fileExtension])
        guard !found.isEmpty else { throw .failure("`\(path)` holds no `\(Self.fileExtension)` file") }
        files += found
      } else if try Self.isBundle(path) {
        bundles.append(path)
      } else {
        files.append(path)
      }
    }
    if let bundle = bundles.first {
      guard bundles.count == 1, files.isEmpty else { throw .usage("a bundle stands alone: `\(bundle)`") }
      self = .bundle(bundle)
    } else {
      var seen: Set<String> = []
      self = .sources(files.filter { seen.insert($0).inserted }.sorted())
    }
  }

  /// By what it holds, or by a name that no source has: one that was cut to nothing is no empty policy.
  private static func isBundle(_ path: String) throws(CommandError) -> Bool {
    var status = stat()
    let isFile = stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
    guard path != "-", isFile else {
      throw .failure("`\(path)` can be read only once, and a policy is read more than once: write it to a file first")
    }
    if path.hasSuffix(bundleExtension) { return true }
    return try readFile(path, limit: BundleFormat.magic.count, cuts: true) == BundleFormat.magic
  }
}
