/// Memory for tables that are made together and go together, one behind the other in the order in which they are asked for.
///
/// What a decision reads of a session's tables is in no cache after a while, and is waited for by lines and by pages: pieces of the heap
/// would lie wherever there was room, among what was freed while they were made.
///
/// Unchecked: nothing is allocated once the tables are made. Invariant: what is handed out lies in a chunk, behind all that was handed
/// out of it before, and lives as long as this object.
public final class TableMemory: @unchecked Sendable {
  private var chunks: [UnsafeMutableRawPointer] = []
  private var next = UnsafeMutableRawPointer(bitPattern: lineSize)!
  private var room = 0
  private var chunkSize = TableMemory.leastChunk

  /// Bytes of a line of the cache, by which chunks are aligned.
  public static let lineSize = 64
  /// The first chunk: what few rules take. Each one behind it is twice as large as the one before, up to the other.
  static let leastChunk = 4096
  static let mostChunk = 1 << 20

  public init() {}

  deinit { for chunk in chunks { chunk.deallocate() } }

  /// Memory for `count` elements, uninitialised; for at least one, so that there is a place. `alignment`, a power of two up to
  /// ``lineSize``, if the elements' own is not enough.
  public func allocate<Element: ~Copyable>(
    _ type: Element.Type, _ count: Int, alignment: Int = 1
  ) -> UnsafeMutablePointer<Element> {
    let size = max(count, 1) * MemoryLayout<Element>.stride
    return allocate(byteCount: size, alignment: max(alignment, MemoryLayout<Element>.alignment))
      .bindMemory(to: type, capacity: max(count, 1))
  }

  /// Memory with these elements in it.
  public func copy<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
    let place = allocate(Element.self, elements.count)
    place.initialize(from: elements, count: elements.count)
    return place
  }

  /// The same for elements that are all alike.
  public func fill<Element>(_ count: Int, with element: Element) -> UnsafeMutablePointer<Element> {
    let place = allocate(Element.self, count)
    place.initialize(repeating: element, count: count)
    return place
  }

  /// Memory of `byteCount` bytes.
  public func allocate(byteCount: Int, alignment: Int) -> UnsafeMutableRawPointer {
    precondition(alignment <= Self.lineSize, "no chunk is aligned so")
    let skipped = -Int(bitPattern: next) & (alignment - 1)
    if skipped + byteCount > room { return addChunk(byteCount) }
    defer {
      next += skipped + byteCount
      room -= skipped + byteCount
    }
    return next + skipped
  }

  /// The beginning of a new chunk, of which `byteCount` bytes are taken.
  private func addChunk(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let size = max(chunkSize, byteCount)
    chunkSize = min(2 * size, Self.mostChunk)
    let chunk = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: Self.lineSize)
    chunks.append(chunk)
    (next, room) = (chunk + byteCount, size - byteCount)
    return chunk
  }
}
