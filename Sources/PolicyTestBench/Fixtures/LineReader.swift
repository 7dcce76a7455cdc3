import Glibc

/// Why a file could not be read.
public struct FileError: Error, Hashable, Sendable {
  public var path: String
  /// Lower case, no full stop.
  public var reason: String

  public init(_ path: String, _ reason: String) {
    self.path = path
    self.reason = reason
  }

  /// With the reason that the system gave for the last failure.
  init(_ path: String, errno code: Int32) { self.init(path, String(cString: strerror(code)).lowercased()) }

  public var message: String { "cannot read `\(path)`: \(reason)" }
}

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
  public let name: String
  private let descriptor: Int32
  private let ownsDescriptor: Bool
  private let limit: Int
  private var buffer: [UInt8]
  /// The part of the buffer that was read but not given out.
  private var pending = 0..<0
  private var number = 0
  private var isAtEnd = false

  /// Opens a file; `-` is standard input. `limit` is there for tests.
  public init(path: String, limit: Int = LineReader.lineBytes) throws(FileError) {
    let isStandardInput = path == "-"
    name = isStandardInput ? "<stdin>" : path
    ownsDescriptor = !isStandardInput
    self.limit = limit
    buffer = [UInt8](repeating: 0, count: 64 << 10)
    descriptor = isStandardInput ? 0 : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path, errno: errno) }
  }

  deinit { if ownsDescriptor && descriptor >= 0 { _ = close(descriptor) } }

  /// The next line, or nil at the end.
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
    var count: Int
    repeat {
      count = buffer.withUnsafeMutableBytes { bytes in
        bytes.baseAddress.map { read(descriptor, $0 + kept, bytes.count - kept) } ?? 0
      }
    } while count < 0 && errno == EINTR
    guard count >= 0 else { throw FileError(name, errno: errno) }
    isAtEnd = count == 0
    pending = 0..<kept + count
    return kept
  }
}
