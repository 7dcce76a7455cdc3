/// Texts that C reads where they stand: one after the other, each with a NUL behind it.
///
/// Invariant of the unsafe code: `start` points to all texts, `ends` says where each one's NUL stands; nothing is written
/// after `init`, so that any thread may read.
public final class TextBlock: @unchecked Sendable {
  private let start: UnsafeMutablePointer<CChar>
  private let ends: [Int]

  public init(_ texts: [[UInt8]]) {
    start = .allocate(capacity: texts.reduce(1) { $0 + $1.count + 1 })
    var ends: [Int] = []
    var position = 0
    for text in texts {
      for byte in text {
        start[position] = CChar(bitPattern: byte)
        position += 1
      }
      start[position] = 0
      ends.append(position)
      position += 1
    }
    self.ends = ends
  }

  deinit { start.deallocate() }

  public var count: Int { ends.count }

  /// A text without its NUL. Valid as long as the block is.
  public subscript(index: Int) -> UnsafeBufferPointer<CChar> {
    let first = index == 0 ? 0 : ends[index - 1] + 1
    return UnsafeBufferPointer(start: start + first, count: ends[index] - first)
  }
}
