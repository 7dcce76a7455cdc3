import Glibc
import PolicyTestBench

/// The bytes of a file; `-` is standard input. Beyond `limit` it fails, or with `cuts` gives the first `limit` bytes.
func readFile(_ path: String, limit: Int, cuts: Bool = false) throws(CommandError) -> [UInt8] {
  let descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw .failure("cannot read `\(path)`: \(systemReason())") }
  defer { if descriptor != 0 { _ = close(descriptor) } }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 64 << 10)
  while true {
    let count = read(descriptor, &chunk, chunk.count)
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else { throw .failure("cannot read `\(path)`: \(systemReason())") }
    if count == 0 { return bytes }
    bytes.append(contentsOf: chunk[0..<count])
    if bytes.count > limit {
      guard cuts else { throw .failure("cannot read `\(path)`: it has more than \(limit) bytes") }
      return Array(bytes[0..<limit])
    }
  }
}

/// Writes a file whole: into a new one beside it, which then takes its place.
func writeFile(_ path: String, _ bytes: [UInt8]) throws(CommandError) {
  // What a link points to is replaced, not the link.
  let target = realpath(path, nil).map { pointer in
    defer { free(pointer) }
    return String(cString: pointer)
  }
  let final = target ?? path
  let temporary = final + ".\(getpid()).tmp"
  var status = stat()
  let mode = stat(final, &status) == 0 ? status.st_mode & 0o7777 : 0o644
  let isWritten = create(temporary, bytes, mode)
  guard isWritten, rename(temporary, final) == 0 else {
    let reason = systemReason()
    _ = unlink(temporary)
    throw .failure("cannot write `\(path)`: \(reason)")
  }
}

/// Writes a file that is not there yet; others than its owner have no part in it if it is secret.
func writeNewFile(_ path: String, _ bytes: [UInt8], isSecret: Bool) throws(CommandError) {
  guard create(path, bytes, isSecret ? 0o600 : 0o644) else {
    throw .failure("cannot write `\(path)`: \(systemReason())")
  }
}

/// Makes a file of this content and mode, whatever the process masks; false, with `errno`, if it cannot be, or is there.
private func create(_ path: String, _ bytes: [UInt8], _ mode: mode_t) -> Bool {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
  guard descriptor >= 0 else { return false }
  var sent = 0
  while sent < bytes.count {
    let count = bytes.withUnsafeBytes { buffer in
      buffer.baseAddress.map { write(descriptor, $0 + sent, bytes.count - sent) } ?? 0
    }
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { break }
    sent += count
  }
  let isWritten = sent == bytes.count && fchmod(descriptor, mode) == 0
  let reason = errno
  let isClosed = close(descriptor) == 0
  if !isWritten { errno = reason }
  return isWritten && isClosed
}

/// What the system says of its last failure, in lower case.
func systemReason() -> String { String(cString: strerror(errno)).lowercased() }
