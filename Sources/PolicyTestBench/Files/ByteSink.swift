import CZlib
import CZstd
import Glibc

/// A file that is written as a stream, compressed if its name ends in `.gz` or `.zst`.
///
/// A new file is written beside it and takes its place in ``finish()``: a run that fails leaves the old one as it was. A
/// device or a pipe is written into.
public final class ByteSink {
  public let name: String
  private let target: WriteTarget
  private var descriptor: Int32
  private let compressor: Compressor?
  private var buffer: [UInt8] = []

  private static let bufferBytes = 256 << 10

  /// Begins the file at `path`.
  public init(path: String) throws(FileError) {
    name = path
    target = WriteTarget(path)
    compressor = Compressor(Compression(path: path))
    descriptor = target.open()
    guard descriptor >= 0 else { throw failure() }
  }

  deinit {
    if descriptor >= 0 {
      _ = close(descriptor)
      target.abandon()
    }
  }

  public func write(_ bytes: [UInt8]) throws(FileError) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.bufferBytes { try flush(isLast: false) }
  }

  /// Writes what is left and puts the file in its place.
  public func finish() throws(FileError) {
    try flush(isLast: true)
    let open = descriptor
    descriptor = -1
    guard close(open) == 0, target.settle() else {
      let error = failure()
      target.abandon()
      throw error
    }
  }

  private func flush(isLast: Bool) throws(FileError) {
    defer { buffer.removeAll(keepingCapacity: true) }
    guard let compressor else { return try send(buffer) }
    try send(compressor.compress(buffer, isLast: isLast))
  }

  private func send(_ bytes: [UInt8]) throws(FileError) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        buffer.baseAddress.map { Glibc.write(descriptor, $0 + sent, bytes.count - sent) } ?? 0
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failure() }
      sent += count
    }
  }

  private func failure() -> FileError {
    var error = FileError(name, errno: errno)
    error.isWriting = true
    return error
  }
}

/// Compresses bytes, a piece at a time.
///
/// Invariant of the unsafe code: the state belongs to this object alone and is freed once, in `deinit`.
final class Compressor {
  private enum State {
    case gzip(UnsafeMutablePointer<z_stream>)
    case zstd(OpaquePointer)
  }

  private let state: State

  /// Nil where nothing is to be compressed.
  init?(_ compression: Compression) {
    switch compression {
    case .none: return nil
    case .gzip:
      let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
      stream.initialize(to: z_stream())
      guard hpol_deflate_init_gzip(stream, Z_DEFAULT_COMPRESSION) == Z_OK else { fatalError("zlib cannot be set up") }
      state = .gzip(stream)
    case .zstd:
      guard let context = ZSTD_createCCtx() else { fatalError("zstd cannot be set up") }
      _ = ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
      state = .zstd(context)
    }
  }

  deinit {
    switch state {
    case .gzip(let stream):
      deflateEnd(stream)
      stream.deallocate()
    case .zstd(let context): ZSTD_freeCCtx(context)
    }
  }

  /// The compressed bytes that are ready after `bytes`; with `isLast` all there are, the end of the stream included.
  func compress(_ bytes: [UInt8], isLast: Bool) -> [UInt8] {
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    bytes.withUnsafeBytes { input in
      chunk.withUnsafeMutableBytes { output in
        switch state {
        case .gzip(let stream): deflateAll(stream, input, output, isLast, &result)
        case .zstd(let context): zstdAll(context, input, output, isLast, &result)
        }
      }
    }
    return result
  }

  private func deflateAll(
    _ stream: UnsafeMutablePointer<z_stream>, _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer,
    _ isLast: Bool, _ result: inout [UInt8]
  ) {
    stream.pointee.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(input.count)
    repeat {
      stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
      stream.pointee.avail_out = UInt32(output.count)
      _ = deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
      result.append(contentsOf: output.prefix(output.count - Int(stream.pointee.avail_out)))
    } while stream.pointee.avail_out == 0
  }

  private func zstdAll(
    _ context: OpaquePointer, _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer, _ isLast: Bool,
    _ result: inout [UInt8]
  ) {
    var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    while true {
      var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
      let left = ZSTD_compressStream2(context, &target, &source, isLast ? ZSTD_e_end : ZSTD_e_continue)
      result.append(contentsOf: output.prefix(target.pos))
      if ZSTD_isError(left) != 0 || (isLast ? left == 0 : source.pos == source.size) { return }
    }
  }
}
