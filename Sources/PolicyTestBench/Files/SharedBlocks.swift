import Glibc
import Synchronization

/// Where a line stands in a run over files, so that of several the first can be told.
struct LinePlace: Comparable, Hashable, Sendable {
  var file: Int
  /// From 1.
  var line: Int

  static func < (a: Self, b: Self) -> Bool { (a.file, a.line) < (b.file, b.line) }
}

/// The lines of files, for several threads to take, a block at a time.
///
/// Invariant of the unchecked conformance: what changes is guarded by `lock`.
final class SharedBlocks: @unchecked Sendable {
  /// The files' names for messages.
  let names: [String]
  /// A file that could not be opened; nothing is taken behind it.
  private(set) var error: FileError?

  private let lineLimit: Int
  private let blockBytes: Int
  private let progress: @Sendable (Int) -> Void
  private var reader: BlockReader
  private let lock = Mutex(())

  /// `progress` is told the bytes read, one thread at a time.
  init(
    _ paths: [String], lineLimit: Int, blockBytes: Int, progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    names = paths.map { $0 == "-" ? "<stdin>" : $0 }
    self.lineLimit = lineLimit
    self.blockBytes = blockBytes
    self.progress = progress
    reader = BlockReader(paths, lineLimit: lineLimit, blockBytes: blockBytes)
  }

  /// A block for one thread to fill again and again.
  func makeBlock() -> LineBlock { LineBlock(byteCount: blockBytes) }

  /// Fills a block with the next lines; false at the end, or where something went wrong.
  func take(_ block: LineBlock) -> Bool {
    lock.withLock { _ in
      guard error == nil else { return false }
      do throws(FileError) {
        guard try reader.next(block) else { return false }
      } catch {
        self.error = error
        return false
      }
      progress(reader.bytesRead)
      return true
    }
  }

  /// Hands on the lines of a block that are not blank, in order, each with its range in the block; those that cannot be
  /// taken for lines with the reason.
  func forEachLine(
    of block: LineBlock, _ body: (UnsafeBufferPointer<UInt8>, Range<Int>, LinePlace) -> Void,
    unreadable: (LinePlace, String) -> Void
  ) {
    let isTooLong = "the line is longer than \(lineLimit) bytes"
    for line in block.tooLong { unreadable(LinePlace(file: block.file, line: line), isTooLong) }
    let bytes = block.bytes
    var start = 0
    var number = block.firstLine
    while let base = bytes.baseAddress, start < bytes.count {
      let newline = memchr(base + start, 0x0A, bytes.count - start)
      let end = newline.map { UnsafeRawPointer(base).distance(to: UnsafeRawPointer($0)) } ?? bytes.count
      let line = UnsafeBufferPointer(rebasing: bytes[start..<end])
      let place = LinePlace(file: block.file, line: number)
      if line.count > lineLimit {
        unreadable(place, isTooLong)
      } else if !isBlank(line) {
        body(line, start..<end, place)
      }
      start = end + 1
      number += 1
    }
    if let (line, reason) = block.broken { unreadable(LinePlace(file: block.file, line: line), reason) }
  }
}
