import Glibc

/// Why a file could not be read or written.
public struct FileError: Error, Hashable, Sendable {
  public var path: String
  /// Lower case, no full stop.
  public var reason: String
  public var isWriting = false

  public init(_ path: String, _ reason: String) {
    self.path = path
    self.reason = reason
  }

  /// With the reason that the system gave for the last failure.
  init(_ path: String, errno code: Int32) { self.init(path, String(cString: strerror(code)).lowercased()) }

  /// The reason at a line in the middle of a file.
  var lossReason: String { "\(reason); what follows is lost" }

  public var message: String { "cannot \(isWriting ? "write" : "read") `\(path)`: \(reason)" }
}

/// The bytes of a file as a stream; what gzip or zstd compressed is decompressed, whatever the file is called.
///
/// Invariant of the unsafe code: `input` belongs to this object alone; `pending` is a range of it that was read.
public final class ByteSource {
  /// The file's name for messages.
  public let name: String
  /// The file's bytes on disk, where it has a size, and how many of them were read.
  public let totalBytes: Int?
  public private(set) var bytesRead = 0

  private let descriptor: Int32
  private let ownsDescriptor: Bool
  private var decompressor: Decompressor?
  /// Bytes of the file that were read and not handed on, in `input`.
  private var pending = 0..<0
  private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: inputBytes, alignment: 16)
  private var isStarted = false
  private var isAtEnd = false

  private static let inputBytes = 256 << 10

  /// Opens a file; `-` is standard input.
  public init(path: String) throws(FileError) {
    let isStandardInput = path == "-"
    name = isStandardInput ? "<stdin>" : path
    ownsDescriptor = !isStandardInput
    descriptor = isStandardInput ? 0 : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      totalBytes = nil
      throw FileError(path, errno: errno)
    }
    var status = stat()
    totalBytes = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
  }

  deinit {
    input.deallocate()
    if ownsDescriptor && descriptor >= 0 { _ = close(descriptor) }
  }

  /// Reads at least one byte into `output`, which has room; 0 at the end.
  public func read(into output: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    if !isStarted { try start() }
    guard let decompressor else {
      if !pending.isEmpty { return takePending(into: output) }
      return isAtEnd ? 0 : try readFile(output)
    }
    while true {
      if pending.isEmpty, !isAtEnd { try fill() }
      if pending.isEmpty, decompressor.isAtBoundary { return 0 }
      let step: StreamStep
      do throws(CompressionError) {
        step = try decompressor.step(pendingBytes, into: output)
      } catch {
        throw FileError(name, error.message)
      }
      pending = pending.lowerBound + step.consumed..<pending.upperBound
      if step.produced > 0 { return step.produced }
      if step.consumed == 0, isAtEnd { throw FileError(name, "the compressed data ends early") }
    }
  }

  /// Reads the first bytes and tells by them how the file is compressed.
  private func start() throws(FileError) {
    isStarted = true
    while pending.count < 4, !isAtEnd { try fill() }
    decompressor = Decompressor(Compression(magic: pendingBytes))
    // A byte order mark, which some programs put before UTF-8, is no part of the text.
    if decompressor == nil, pendingBytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      pending = pending.lowerBound + 3..<pending.upperBound
    }
  }

  private var pendingBytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: input[pending]) }

  private func takePending(into output: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(pending.count, output.count)
    output.copyMemory(from: UnsafeRawBufferPointer(rebasing: pendingBytes.prefix(count)))
    pending = pending.lowerBound + count..<pending.upperBound
    return count
  }

  /// Reads more of the file behind what is pending, which moves to the front.
  private func fill() throws(FileError) {
    input.copyMemory(from: pendingBytes)
    let start = pending.count
    let count = try readFile(UnsafeMutableRawBufferPointer(rebasing: input[start...]))
    pending = 0..<start + count
  }

  private func readFile(_ buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    var count: Int
    repeat { count = Glibc.read(descriptor, buffer.baseAddress, buffer.count) } while count < 0 && errno == EINTR
    guard count >= 0 else { throw FileError(name, errno: errno) }
    isAtEnd = count == 0
    bytesRead += count
    return count
  }
}
