import Glibc

/// The ends of a pipe that a signal's handler writes into: all it may do is that.
///
/// Unsafe: set once, before the handler is installed, by the only watcher of the program.
nonisolated(unsafe) private var interruptions: (read: Int32, write: Int32) = (-1, -1)

private func noteInterruption() {
  var byte: UInt8 = 0
  _ = write(interruptions.write, &byte, 1)
}

/// Whoever started the program may have blocked its signals, which a program inherits.
private func unblockInterruptions() {
  var signals = sigset_t()
  sigemptyset(&signals)
  for number in [SIGINT, SIGTERM] { sigaddset(&signals, number) }
  pthread_sigmask(SIG_UNBLOCK, &signals, nil)
}

/// Waits until something changes in folders: files written, made, renamed or taken away.
final class FileWatcher {
  /// A change is often several events, an editor's renaming among them: the files are read once nothing has come for so
  /// long, and at the latest after ``settleLimit``.
  private static let settleMilliseconds: Int32 = 15
  private static let settleLimit = 10
  private static let events = UInt32(IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)

  enum Wake { case changed, interrupted }

  private let descriptor: Int32

  init() throws(CommandError) {
    var ends: [Int32] = [-1, -1]
    descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
    guard descriptor >= 0, pipe(&ends) == 0 else { throw .failure("cannot watch files: \(systemReason())") }
    interruptions = (ends[0], ends[1])
  }

  deinit {
    close(descriptor)
    close(interruptions.read)
    close(interruptions.write)
  }

  /// Watches folders besides those it does; one that was taken away and is back, anew. One that is not there is passed
  /// over.
  func add(_ folders: Set<String>) throws(CommandError) {
    for folder in folders.sorted() where inotify_add_watch(descriptor, folder, Self.events) < 0 {
      if errno != ENOENT && errno != ENOTDIR { throw .failure("cannot watch `\(folder)`: \(systemReason())") }
    }
  }

  /// From now until ``wait(for:)`` is over Ctrl-C is taken down; at other times it ends the program.
  func noteInterruptions() {
    for number in [SIGINT, SIGTERM] { signal(number) { _ in noteInterruption() } }
    unblockInterruptions()
  }

  /// Waits for a change to a file whose name `isOfInterest`, or for Ctrl-C, which is noted already.
  func wait(for isOfInterest: (String) -> Bool) -> Wake {
    defer { for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) } }
    var hasChanged = false
    var rounds = 0
    while true {
      var sources = [
        pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: interruptions.read, events: Int16(POLLIN), revents: 0),
      ]
      let count = poll(&sources, 2, hasChanged ? Self.settleMilliseconds : -1)
      if sources[1].revents != 0 { return .interrupted }
      if count == 0 || rounds == Self.settleLimit { return .changed }
      if count < 0 { continue }
      if changedNames().contains(where: isOfInterest) { hasChanged = true }
      if hasChanged { rounds += 1 }
    }
  }

  /// The names in the events that have come.
  private func changedNames() -> [String] {
    var names: [String] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return names }
      // `struct inotify_event`: watch, mask, cookie, length of the name, and the name, padded with zeros.
      let header = MemoryLayout<inotify_event>.size
      var offset = 0
      while offset + header <= count {
        let length = buffer.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self)) }
        let name = buffer[(offset + header)..<min(offset + header + length, count)].prefix { $0 != 0 }
        names.append(String(decoding: name, as: UTF8.self))
        offset += header + length
      }
    }
  }
}
