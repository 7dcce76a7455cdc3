import Glibc

/// The bytes of a file, which has at most `limit`.
func fileBytes(_ path: String, limit: Int) throws(CallError) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw unreadable(path) }
  defer { _ = close(descriptor) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 64 << 10)
  while true {
    let count = read(descriptor, &chunk, chunk.count)
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else { throw unreadable(path) }
    if count == 0 { return bytes }
    bytes.append(contentsOf: chunk[..<count])
    guard bytes.count <= limit else { throw .limit("`\(path)` has more than \(limit) bytes") }
  }
}

private func unreadable(_ path: String) -> CallError {
  .file("cannot read `\(path)`: \(String(cString: strerror(errno)))")
}
