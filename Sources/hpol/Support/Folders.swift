import Glibc

/// Whether a path is a folder, or a link to one.
func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// The files below a folder whose names have one of `endings`, sorted. Names that begin with a dot are passed over; a folder
/// that links lead to more than once is searched once.
func filesBelow(_ root: String, endings: [String]) throws(CommandError) -> [String] {
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
    guard let names = namesIn(folder) else { throw .failure("cannot read `\(folder)`: \(systemReason())") }
    for name in names where !name.hasPrefix(".") {
      let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
      if isFolder(path) {
        pending.append(path)
      } else if endings.contains(where: name.hasSuffix) {
        found.append(path)
      }
    }
  }
  return found.sorted()
}

/// The names in a folder, sorted; nil if it cannot be read.
func namesIn(_ folder: String) -> [String]? {
  guard let stream = opendir(folder) else { return nil }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    names.append(withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
  }
  return names.sorted()
}
