import Glibc

/// Where a file is written to: what a link points to is replaced, not the link, and what is no regular file (a device, a
/// pipe) is written into as it stands.
package struct WriteTarget {
  /// Without links, if it is there.
  package let path: String
  /// Whether a new file may take its place.
  package let isReplaceable: Bool
  /// The permissions of the file that is there, or those of a new one.
  package let mode: mode_t

  package init(_ path: String) {
    let resolved = realpath(path, nil).map { pointer in
      defer { free(pointer) }
      return String(cString: pointer)
    }
    self.path = resolved ?? path
    var status = stat()
    let isThere = stat(self.path, &status) == 0
    isReplaceable = !isThere || status.st_mode & S_IFMT == S_IFREG
    mode = isThere ? status.st_mode & 0o7777 : 0o644
  }

  /// The name of the new file beside it, until it takes its place.
  package var temporary: String { path + ".\(getpid()).tmp" }

  /// Opens what is to be written into: the new file, or what is there. Negative, with `errno`, if that cannot be.
  package func open() -> Int32 {
    isReplaceable
      ? Glibc.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode) : Glibc.open(path, O_WRONLY | O_CLOEXEC)
  }

  /// Lets the new file take its place; false, with `errno`, if that cannot be.
  package func settle() -> Bool { !isReplaceable || rename(temporary, path) == 0 }

  /// Takes the new file away.
  package func abandon() { if isReplaceable { _ = unlink(temporary) } }
}
