import Glibc

/// A program that was run to its end, and what it printed.
struct Subprocess {
  let output: [UInt8]
  let error: [UInt8]
  /// 128 and the signal for one that a signal ended.
  let status: Int32

  /// Bytes of output past which a program is not waited for.
  static let outputLimit = 256 << 20

  /// Runs the program that `words` begin with, found on the path, without a shell and with nothing to read.
  init(_ words: [String], limit: Int = outputLimit) throws(CommandError) {
    let output = try Pipe()
    let error = try Pipe()
    defer {
      output.close()
      error.close()
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output.writeEnd, 1)
    posix_spawn_file_actions_adddup2(&actions, error.writeEnd, 2)
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    let failure = posix_spawnp(&process, words[0], &actions, nil, arguments, environ)
    guard failure == 0 else {
      throw .failure("cannot run `\(words[0])`: \(String(cString: strerror(failure)).lowercased())")
    }
    output.closeWriteEnd()
    error.closeWriteEnd()
    let printed = Self.read([output.readEnd, error.readEnd], limit: limit)
    if printed == nil { kill(process, SIGKILL) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    guard let printed else { throw .failure("`\(words[0])` printed more than \(limit) bytes") }
    self.output = printed[0]
    self.error = printed[1]
    self.status = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
  }

  /// Reads both descriptors as they fill, to their ends; nil once there is more than `limit` in all.
  private static func read(_ descriptors: [Int32], limit: Int) -> [[UInt8]]? {
    var printed = descriptors.map { _ in [UInt8]() }
    var waiting = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while waiting.contains(where: { $0.fd >= 0 }) {
      guard poll(&waiting, nfds_t(waiting.count), -1) >= 0 || errno == EINTR else { break }
      for index in waiting.indices where waiting[index].fd >= 0 && waiting[index].revents != 0 {
        let count = Glibc.read(waiting[index].fd, &chunk, chunk.count)
        if count < 0 && errno == EINTR { continue }
        // A descriptor below zero is passed over.
        if count <= 0 { waiting[index].fd = -1 } else { printed[index] += chunk[..<count] }
      }
      if printed.reduce(0, { $0 + $1.count }) > limit { return nil }
    }
    return printed
  }

  /// A pipe whose ends are closed once.
  private final class Pipe {
    let readEnd: Int32
    private(set) var writeEnd: Int32

    init() throws(CommandError) {
      var ends: [Int32] = [-1, -1]
      guard pipe(&ends) == 0 else { throw .failure("cannot make a pipe: \(systemReason())") }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      (readEnd, writeEnd) = (ends[0], ends[1])
    }

    func closeWriteEnd() {
      if writeEnd >= 0 { _ = Glibc.close(writeEnd) }
      writeEnd = -1
    }

    func close() {
      closeWriteEnd()
      _ = Glibc.close(readEnd)
    }
  }
}
