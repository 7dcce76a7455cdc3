import Glibc

/// What the `POLICY…` arguments of a command name.
enum PolicyArguments: Equatable {
  /// `.hpol` files, those of folders included, sorted and each once.
  case sources([String])
  case bundle(String)

  /// The first bytes of a bundle.
  static let bundleMagic: [UInt8] = [UInt8]("HPOLBNDL".utf8)
  static let fileExtension = ".hpol"

  /// Takes `.hpol` files, folders, which are searched to the bottom, or one bundle.
  init(_ paths: [String]) throws(CommandError) {
    guard !paths.isEmpty else { throw .usage("expected a policy: `.hpol` files, a folder, or a bundle") }
    var files: [String] = []
    var bundles: [String] = []
    for path in paths {
      var status = stat()
      guard stat(path, &status) == 0 else { throw .failure("cannot read `\(path)`: \(systemReason())") }
      if status.st_mode & S_IFMT == S_IFDIR {
        let found = try Self.search(path)
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
    try readFile(path, limit: bundleMagic.count, cuts: true) == bundleMagic
  }

  /// The policies under a folder. Names that begin with a dot are passed over; a folder that links lead to more than
  /// once is searched once.
  private static func search(_ root: String) throws(CommandError) -> [String] {
    struct Identity: Hashable {
      var device: dev_t
      var inode: ino_t
    }
    var found: [String] = []
    var visited: Set<Identity> = []
    var pending = [root]
    while let folder = pending.popLast() {
      var status = stat()
      guard stat(folder, &status) == 0,
        visited.insert(Identity(device: status.st_dev, inode: status.st_ino)).inserted
      else { continue }
      for name in try names(in: folder) where !name.hasPrefix(".") {
        let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
        guard stat(path, &status) == 0 else { continue }
        if status.st_mode & S_IFMT == S_IFDIR {
          pending.append(path)
        } else if name.hasSuffix(fileExtension) {
          found.append(path)
        }
      }
    }
    return found
  }

  private static func names(in folder: String) throws(CommandError) -> [String] {
    guard let stream = opendir(folder) else { throw .failure("cannot read `\(folder)`: \(systemReason())") }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      names.append(
        withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return names.sorted()
  }
}
