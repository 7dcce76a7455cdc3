import CZlib
import CZstd

/// How a file is compressed.
public enum Compression: Sendable {
  case none
  /// RFC 1952; several members in a row are one stream.
  case gzip
  /// RFC 8878; several frames in a row are one stream.
  case zstd

  /// What the first bytes of a file say; four decide.
  init(magic: UnsafeRawBufferPointer) {
    if magic.starts(with: [0x1F, 0x8B]) {
      self = .gzip
    } else if magic.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
      || magic.count >= 4 && magic[0] & 0xF0 == 0x50 && magic[1...3].elementsEqual([0x2A, 0x4D, 0x18])
    {
      self = .zstd
    } else {
      self = .none
    }
  }

  /// What the end of a file's name says.
  public init(path: String) {
    self = path.hasSuffix(".gz") ? .gzip : path.hasSuffix(".zst") ? .zstd : .none
  }
}

/// One step of a stream: bytes taken from the input, and bytes made of them.
struct StreamStep {
  var consumed: Int
  var produced: Int
}

/// Why compressed bytes cannot be read; lower case, no full stop.
struct CompressionError: Error, Equatable {
  var message: String
}

/// Turns compressed bytes into what was compressed, a piece at a time.
///
/// Invariant of the unsafe code: the state belongs to this object alone and is freed once, in `deinit`; pointers into
/// the caller's buffers are not kept between steps.
final class Decompressor {
  private enum State {
    case gzip(UnsafeMutablePointer<z_stream>)
    case zstd(OpaquePointer)
  }

  /// Windows of zstd take up to 2 to this many bytes of memory; a file that asks for more is refused.
  static let zstdWindowLog: Int32 = 27

  private let state: State
  /// Whether the input may end here: between members or frames.
  private(set) var isAtBoundary = true

  /// Nil for what is not compressed.
  init?(_ compression: Compression) {
    switch compression {
    case .none: return nil
    case .gzip:
      let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
      stream.initialize(to: z_stream())
      guard hpol_inflate_init_gzip(stream) == Z_OK else { fatalError("zlib cannot be set up") }
      state = .gzip(stream)
    case .zstd:
      guard let context = ZSTD_createDCtx() else { fatalError("zstd cannot be set up") }
      _ = ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.zstdWindowLog)
      state = .zstd(context)
    }
  }

  deinit {
    switch state {
    case .gzip(let stream):
      inflateEnd(stream)
      stream.deallocate()
    case .zstd(let context): ZSTD_freeDCtx(context)
    }
  }

  /// Decompresses as much of `input` into `output` as fits.
  func step(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(CompressionError) -> StreamStep {
    switch state {
    case .gzip(let stream): try inflateStep(stream, input, output)
    case .zstd(let context): try zstdStep(context, input, output)
    }
  }

  private func inflateStep(
    _ stream: UnsafeMutablePointer<z_stream>, _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
  ) throws(CompressionError) -> StreamStep {
    if isAtBoundary, !input.isEmpty {
      guard inflateReset(stream) == Z_OK else { throw CompressionError(message: "zlib failed") }
      isAtBoundary = false
    }
    let (available, room) = (min(input.count, Int(UInt32.max)), min(output.count, Int(UInt32.max)))
    stream.pointee.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(available)
    stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
    stream.pointee.avail_out = UInt32(room)
    let status = inflate(stream, Z_NO_FLUSH)
    guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
      let reason = stream.pointee.msg.map { String(cString: $0) } ?? "error \(status)"
      throw CompressionError(message: "the gzip data is damaged: \(reason)")
    }
    if status == Z_STREAM_END { isAtBoundary = true }
    return StreamStep(
      consumed: available - Int(stream.pointee.avail_in), produced: room - Int(stream.pointee.avail_out))
  }

  private func zstdStep(
    _ context: OpaquePointer, _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
  ) throws(CompressionError) -> StreamStep {
    var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let result = ZSTD_decompressStream(context, &target, &source)
    guard ZSTD_isError(result) == 0 else {
      throw CompressionError(
        message: "the zstd data is damaged: \(String(cString: ZSTD_getErrorName(result)).lowercased())")
    }
    isAtBoundary = result == 0
    return StreamStep(consumed: source.pos, produced: target.pos)
  }
}
