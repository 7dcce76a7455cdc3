import Glibc
import PolicyTestBench

/// What fixtures gave, kept from one run to the next while neither the bundle nor one of their files changes.
final class FixtureCache {
  private var key: (bundle: [UInt8], files: [FileState])?
  private var results: FixtureResults?

  private struct FileState: Equatable {
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

  /// What was kept, or what `judge` gives.
  func results(
    _ bundle: [UInt8], _ fixtures: FixtureArguments, _ judge: () throws(CommandError) -> FixtureResults
  ) throws(CommandError) -> FixtureResults {
    let files = fixtures.paths.compactMap(FileState.init)
    if let results, let key, key.files == files, key.bundle == bundle { return results }
    let found = try judge()
    key = (bundle, files)
    results = found
    return found
  }
}
