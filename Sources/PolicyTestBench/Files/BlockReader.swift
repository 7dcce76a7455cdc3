/// Whole lines of one file, read in one go.
///
/// Invariant of the unsafe code: `storage` belongs to this object alone, `count` of its bytes are text, and
/// ``padding`` bytes behind them are initialised, so that eight bytes may be loaded from any byte of the text.
public final class LineBlock {
  /// Bytes behind the text that may be read, and mean nothing.
  public static let padding = 16

  /// The file's number in the list of files that are read.
  public fileprivate(set) var file = 0
  /// The number of the block's first line in its file, from 1.
  public fileprivate(set) var firstLine = 1
  /// The place of the block in the whole run, from 0.
  public fileprivate(set) var number = 0
  /// Bytes of the run's files that were read by then, as they are on disk.
  public fileprivate(set) var bytesRead = 0
  /// Numbers of lines before ``firstLine`` that are longer than the limit; their bytes were passed over.
  public fileprivate(set) var tooLong: [Int] = []
  /// Why the file could not be read on behind this block, and the line that is lost with all after it.
  public fileprivate(set) var broken: (line: Int, reason: String)?
  fileprivate var storage: UnsafeMutableRawBufferPointer
  fileprivate var count = 0

  /// A block with room for `byteCount` bytes, which may grow.
  public init(byteCount: Int = BlockReader.blockBytes) {
    storage = .allocate(byteCount: byteCount + Self.padding, alignment: 16)
  }

  deinit { storage.deallocate() }

  /// The lines, each but perhaps the last ended by a newline.
  public var bytes: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: UnsafePointer(storage.bindMemory(to: UInt8.self).baseAddress), count: count)
  }

  /// Where more text can be put; never empty.
  fileprivate func space() -> UnsafeMutableRawBufferPointer {
    if storage.count - Self.padding == count {
      let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: storage.count * 2, alignment: 16)
      larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[0..<count]))
      storage.deallocate()
      storage = larger
    }
    return UnsafeMutableRawBufferPointer(rebasing: storage[count..<storage.count - Self.padding])
  }

  fileprivate func append(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while !rest.isEmpty {
      let space = space()
      let part = rest.prefix(space.count)
      space.copyBytes(from: part)
      count += part.count
      rest = rest.dropFirst(part.count)
    }
  }

  /// Cuts the text after `end` and gives what stood behind it.
  fileprivate func cut(after end: Int) -> [UInt8] {
    let rest = Array(storage[end..<count])
    count = end
    for offset in count..<count + Self.padding { storage[offset] = 0 }
    return rest
  }

  /// The last newline from `start` on.
  fileprivate func lastNewline(from start: Int) -> Int? { bytes[start...].lastIndex(of: 0x0A) }
}

/// Reads files as blocks of whole lines, one file after the other, in memory that does not grow with them.
public struct BlockReader: ~Copyable {
  /// Bytes of a block. A longer line makes its block longer, up to the limit of a line.
  public static let blockBytes = 1 << 20

  private let paths: [String]
  private let lineLimit: Int
  private let blockBytes: Int
  private var source: ByteSource?
  private var file = -1
  private var nextLine = 1
  private var nextNumber = 0
  /// What was read behind the last newline of the block before.
  private var carried: [UInt8] = []
  /// The file at hand cannot be read on.
  private var isBroken = false
  /// Bytes of the files that were read to their end.
  private var finishedBytes = 0

  /// `lineLimit` and `blockBytes` are there for tests.
  public init(_ paths: [String], lineLimit: Int = LineReader.lineBytes, blockBytes: Int = BlockReader.blockBytes) {
    self.paths = paths
    self.lineLimit = lineLimit
    self.blockBytes = blockBytes
  }

  /// Bytes read so far, as they are on disk.
  public var bytesRead: Int { finishedBytes + (source?.bytesRead ?? 0) }

  /// Fills `block` with the next lines; false at the end of the last file. A file that breaks off, being compressed and
  /// cut, say, ends there, and its last block says so; one that cannot be opened is an error.
  public mutating func next(_ block: LineBlock) throws(FileError) -> Bool {
    while true {
      let source: ByteSource
      if let open = self.source {
        source = open
      } else {
        file += 1
        guard file < paths.count else { return false }
        source = try ByteSource(path: paths[file])
        self.source = source
        nextLine = 1
        isBroken = false
      }
      (block.file, block.number, block.count) = (file, nextNumber, 0)
      block.tooLong.removeAll()
      block.broken = nil
      if try fill(block, from: source) {
        nextNumber += 1
        block.bytesRead = bytesRead
        return true
      }
      finishedBytes += source.bytesRead
      self.source = nil
    }
  }

  /// Reads whole lines up to a block's size, or to the end of the file; false if nothing is left of it.
  private mutating func fill(_ block: LineBlock, from source: ByteSource) throws(FileError) -> Bool {
    block.append(carried[...])
    carried.removeAll(keepingCapacity: true)
    var end = block.lastNewline(from: 0)
    while true {
      if end == nil, block.count > lineLimit {
        try passOverLine(block, from: source)
        end = block.lastNewline(from: 0)
        // What follows may be too long itself.
        if end == nil, block.count > lineLimit { continue }
      }
      if let end, block.count >= blockBytes {
        carried = block.cut(after: end + 1)
        break
      }
      let start = block.count
      let count: Int
      do throws(FileError) {
        count = isBroken ? 0 : try source.read(into: block.space())
      } catch {
        guard source.bytesRead > 0 else { throw error }
        // The line that the file breaks off in is none.
        isBroken = true
        _ = block.cut(after: end.map { $0 + 1 } ?? 0)
        block.broken = (nextLine + newlines(in: block.bytes), error.lossReason)
        break
      }
      if count == 0 {
        // The last line may lack its newline.
        _ = block.cut(after: block.count)
        if block.count == 0, block.tooLong.isEmpty { return false }
        break
      }
      block.count += count
      end = block.lastNewline(from: start) ?? end
    }
    block.firstLine = nextLine
    nextLine += newlines(in: block.bytes)
    return true
  }

  /// Drops the line that the block holds the start of, and reads up to what stands behind it.
  private mutating func passOverLine(_ block: LineBlock, from source: ByteSource) throws(FileError) {
    block.tooLong.append(nextLine)
    nextLine += 1
    while true {
      block.count = 0
      let count = try source.read(into: block.space())
      if count == 0 { return }
      block.count = count
      guard let newline = block.bytes.firstIndex(of: 0x0A) else { continue }
      let rest = block.cut(after: newline + 1)
      // The rest may end in the middle of a line, which the next round looks for.
      block.count = 0
      block.append(rest[...])
      return
    }
  }
}

/// The number of newlines, eight bytes at a time.
private func newlines(in bytes: UnsafeBufferPointer<UInt8>) -> Int {
  let raw = UnsafeRawBufferPointer(bytes)
  let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
  var count = 0
  var offset = 0
  while offset + 8 <= raw.count {
    let word = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ 0x0A0A_0A0A_0A0A_0A0A
    // A byte's high bit is set where it is not zero.
    count += 8 - (((word & low) &+ low | word) & ~low).nonzeroBitCount
    offset += 8
  }
  while offset < raw.count {
    if raw[offset] == 0x0A { count += 1 }
    offset += 1
  }
  return count
}
