/// A growable array of trivial values in raw memory, for the data path: no reference counting, no exclusivity checks,
/// and its storage is reused from one request to the next.
///
/// Inlinable, and so specialised in other modules too: called as generics, each append would cost a dozen times more.
///
/// Invariant: `base` points to `capacity` elements of which the first `count` are initialised. Behind a buffer's bytes stand
/// ``readableBeyond`` more that may be read, whatever they are.
@frozen
public struct RawBuffer<Element: BitwiseCopyable>: ~Copyable {
  @usableFromInline var start: UnsafeMutablePointer<Element>
  @usableFromInline var used = 0
  @usableFromInline var capacity: Int

  @inlinable @inline(__always)
  public var base: UnsafeMutablePointer<Element> { start }

  @inlinable @inline(__always)
  public var count: Int { used }

  /// An empty buffer with room for `capacity` elements.
  @inlinable
  public init(capacity: Int = 64) {
    self.capacity = max(capacity, 1)
    start = Self.allocate(self.capacity)
  }

  /// Bytes behind those of the buffer that vector instructions may read, so that they need not ask where a value ends; 0
  /// where its elements are no bytes.
  @inlinable
  public static var readableBeyond: Int { MemoryLayout<Element>.stride == 1 ? 256 : 0 }

  @inlinable
  static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Element> {
    .allocate(capacity: capacity + readableBeyond)
  }

  @inlinable
  deinit { start.deallocate() }

  @inlinable @inline(__always)
  public subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < used, "index out of range")
      return start[index]
    }
    set {
      precondition(index >= 0 && index < used, "index out of range")
      start[index] = newValue
    }
  }

  /// Makes room for `extra` more elements.
  @inlinable @inline(__always)
  public mutating func reserve(_ extra: Int) {
    if used + extra > capacity { grow(extra) }
  }

  @inlinable @inline(never)
  mutating func grow(_ extra: Int) {
    let newCapacity = max(capacity * 2, used + extra)
    let newStart = Self.allocate(newCapacity)
    newStart.update(from: start, count: used)
    start.deallocate()
    start = newStart
    capacity = newCapacity
  }

  @inlinable @inline(__always)
  public mutating func append(_ element: Element) {
    // Both are at most the capacity: nothing overflows.
    if used == capacity { grow(1) }
    start[used] = element
    used &+= 1
  }

  /// Appends all of `elements`.
  @inlinable @inline(__always)
  public mutating func append(contentsOf elements: UnsafeBufferPointer<Element>) {
    guard let source = elements.baseAddress else { return }
    reserve(elements.count)
    (start + used).update(from: source, count: elements.count)
    used += elements.count
  }

  /// Appends all of `elements`.
  @inlinable
  public mutating func append(contentsOf elements: some Sequence<Element>) {
    for element in elements { append(element) }
  }

  /// Appends copies of the elements in `range`.
  @inlinable @inline(__always)
  public mutating func append(copying range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= used, "range out of bounds")
    reserve(range.count)
    (start + used).update(from: start + range.lowerBound, count: range.count)
    used += range.count
  }

  /// Forgets the elements from `newCount` on and keeps the memory.
  @inlinable @inline(__always)
  public mutating func truncate(to newCount: Int) {
    precondition(newCount >= 0 && newCount <= used, "cannot truncate upwards")
    used = newCount
  }

  @inlinable @inline(__always)
  public mutating func removeAll() { used = 0 }

  /// The elements; valid until the next mutation.
  @inlinable
  public var elements: UnsafeBufferPointer<Element> { .init(start: start, count: used) }
}
