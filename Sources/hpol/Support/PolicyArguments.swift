import PolicyBytecode

/// What the `POLICY…` arguments of a command name.
enum PolicyArguments: Equatable {
  /// `.hpol` files, those of folders included, sorted and each once.
  case sources([String])
  case bundle(String)

  static let fileExtension = ".hpol"

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

  private static func isBundle(_ path: String) throws(CommandError) -> Bool {
    try readFile(path, limit: BundleFormat.magic.count, cuts: true) == BundleFormat.magic
  }
}
