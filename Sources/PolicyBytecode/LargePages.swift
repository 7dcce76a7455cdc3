import Glibc

/// Memory for what is large and read here and there.
public enum LargePages {
  /// Bytes of a large page.
  public static let size = 2 << 20

  /// Memory of `byteCount` bytes, uninitialised, which `deallocate()` frees; so far as it fills large pages it is made of these, where
  /// the system has any: of a table of megabytes every place else stands in a page of its own, and where that is must be looked up, too.
  public static func allocate(byteCount: Int, alignment: Int) -> UnsafeMutableRawPointer {
    guard byteCount >= size else { return .allocate(byteCount: byteCount, alignment: alignment) }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: max(size, alignment))
    // It is no error where there are none.
    _ = madvise(memory, byteCount / size * size, MADV_HUGEPAGE)
    return memory
  }
}
