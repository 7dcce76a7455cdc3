import Glibc

/// The lines of a file, one at a time, in memory that does not grow with the file.
public struct LineReader: ~Copyable {
  /// Bytes of the longest line that is read; room for the largest payload, fully escaped, and its response.
  public static let lineBytes = 16 << 20

  /// A line that was read.
  public struct Line: Sendable {
    /// From 1.
    public var number: Int
    /// Its bytes in the reader's buffer; empty if it is too long.
    fileprivate var range: Range<Int>
    /// It is longer than ``LineReader/lineBytes``, and was passed over.
    public var isTooLong: Bool
  }

  /// The file's name for messages.
  public var name: String { source.name }
  /// Bytes read so far, as they are on disk.
  public var bytesRead: Int { source.bytesRead }
  private let source: ByteSource
  private let limit: Int
  private var buffer: [UInt8]
  /// The part of the buffer that was read but not given out.
  private var pending = 0..<0
  /// The lines given out so far.
  public private(set) var number = 0
  private var isAtEnd = false

  /// Opens a file, compressed or not; `-` is standard input. `limit` is there for tests.
  public init(path: String, limit: Int = LineReader.lineBytes) throws(FileError) {
    self.limit = limit
    buffer = [UInt8](repeating: 0, count: 64 << 10)
    source = try ByteSource(path: path)
  }

  /// The next line, or nil at the end. A line that the file breaks off in, being compressed and cut, say, is an error, and
  /// the end.
  public mutating func next() throws(FileError) -> Line? {
    var searched = pending.lowerBound
    var isTooLong = false
    while true {
      if let end = indexOfNewline(from: searched) {
        return line(to: end, next: end + 1, isTooLong: isTooLong || end - pending.lowerBound > limit)
      }
      if isAtEnd {
        if pending.isEmpty && !isTooLong { return nil }
        return line(
          to: pending.upperBound, next: pending.upperBound, isTooLong: isTooLong || pending.count > limit)
      }
      if pending.count > limit {
        isTooLong = true
        pending = pending.upperBound..<pending.upperBound
      }
      searched = try fill()
    }
  }

  /// The bytes of the line that ``next()`` gave last.
  public borrowing func withBytes<Result, Failure: Error>(
    of line: Line, _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try buffer.withUnsafeBufferPointer { (bytes) throws(Failure) -> Result in
      try body(UnsafeBufferPointer(rebasing: bytes[line.range]))
    }
  }

  private mutating func line(to end: Int, next start: Int, isTooLong: Bool) -> Line {
    number += 1
    let range = isTooLong ? 0..<0 : pending.lowerBound..<end
    pending = start..<pending.upperBound
    return Line(number: number, range: range, isTooLong: isTooLong)
  }

  private func indexOfNewline(from start: Int) -> Int? {
    buffer.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, start < pending.upperBound,
        let hit = memchr(base + start, 0x0A, pending.upperBound - start)
      else { return nil }
      return base.distance(to: UnsafeRawPointer(hit))
    }
  }

  /// Reads more behind what is pending, which moves to the front; gives where the new bytes begin.
  private mutating func fill() throws(FileError) -> Int {
    let kept = pending.count
    if pending.lowerBound > 0 {
      buffer.withUnsafeMutableBytes { bytes in
        if let base = bytes.baseAddress { memmove(base, base + pending.lowerBound, kept) }
      }
    }
    if kept * 2 > buffer.count { buffer.append(contentsOf: repeatElement(0, count: buffer.count)) }
    let source = source
    let count: Int
    do throws(FileError) {
      count = try buffer.withUnsafeMutableBufferPointer { (bytes) throws(FileError) in
        try source.read(into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: bytes[kept...])))
      }
    } catch {
      (isAtEnd, pending) = (true, 0..<0)
      throw error
    }
    isAtEnd = count == 0
    pending = 0..<kept + count
    return kept
  }
}
