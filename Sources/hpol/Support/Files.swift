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

/// Writes a file whole: into a new one beside it, which then takes its place, or into a device or pipe as it stands. `inputs` are
/// files that it must not take the place of.
func writeFile(_ path: String, _ bytes: [UInt8], besides inputs: [String] = []) throws(CommandError) {
  var output = stat()
  if stat(path, &output) == 0, output.st_mode & S_IFMT == S_IFREG {
    for input in inputs {
      var status = stat()
      guard stat(input, &status) == 0, status.st_ino == output.st_ino, status.st_dev == output.st_dev else { continue }
      throw .failure("`\(path)` is read, too: write to another file")
    }
  }
  let target = WriteTarget(path)
  guard fill(target.open(), bytes, target.isReplaceable ? target.mode : nil), target.settle() else {
    let reason = systemReason()
    target.abandon()
    throw .failure("cannot write `\(path)`: \(reason)")
  }
}

/// Writes a file that is not there yet; others than its owner have no part in it if it is secret.
func writeNewFile(_ path: String, _ bytes: [UInt8], isSecret: Bool) throws(CommandError) {
  let mode: mode_t = isSecret ? 0o600 : 0o644
  guard fill(open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode), bytes, mode) else {
    throw .failure("cannot write `\(path)`: \(systemReason())")
  }
}

/// Writes into what was opened and closes it; a mode is set whatever the process masks. False, with `errno`, if that
/// cannot be, or `descriptor` is negative.
private func fill(_ descriptor: Int32, _ bytes: [UInt8], _ mode: mode_t?) -> Bool {
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
  let isWritten = sent == bytes.count && (mode.map { fchmod(descriptor, $0) == 0 } ?? true)
  let reason = errno
  let isClosed = close(descriptor) == 0
  if !isWritten { errno = reason }
  return isWritten && isClosed
}

/// What the system says of its last failure, in lower case.
func systemReason() -> String { String(cString: strerror(errno)).lowercased() }

/// What tells that a file is another than it was.
struct FileState: Equatable {
  var path: String
  var inode: ino_t
  var size: off_t
  var seconds: time_t
  var nanoseconds: Int

  /// Nil if it is not there.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.path = path
    inode = status.st_ino
    size = status.st_size
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
  }
}
