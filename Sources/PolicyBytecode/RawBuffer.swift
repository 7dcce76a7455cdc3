/// A growable array of trivial values in raw memory, for the data path: no reference counting, no exclusivity checks,
/// and its storage is reused from one request to the next.
///
/// Invariant: `base` points to `capacity` elements of which the first `count` are initialised.
public struct RawBuffer<Element: BitwiseCopyable>: ~Copyable {
  public private(set) var base: UnsafeMutablePointer<Element>
  public private(set) var count = 0
  private var capacity: Int

  /// An empty buffer with room for `capacity` elements.
  public init(capacity: Int = 64) {
    self.capacity = max(capacity, 1)
    base = .allocate(capacity: self.capacity)
  }

  deinit { base.deallocate() }

  @inline(__always)
  public subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count, "index out of range")
      return base[index]
    }
    set {
      precondition(index >= 0 && index < count, "index out of range")
      base[index] = newValue
    }
  }

  /// Makes room for `extra` more elements.
  @inline(__always)
  public mutating func reserve(_ extra: Int) {
    if count + extra > capacity { grow(extra) }
  }

  @inline(never)
  private mutating func grow(_ extra: Int) {
    let newCapacity = max(capacity * 2, count + extra)
    let newBase = UnsafeMutablePointer<Element>.allocate(capacity: newCapacity)
    newBase.update(from: base, count: count)
    base.deallocate()
    base = newBase
    capacity = newCapacity
  }

  @inline(__always)
  public mutating func append(_ element: Element) {
    reserve(1)
    base[count] = element
    count += 1
  }

  /// Appends all of `elements`.
  @inline(__always)
  public mutating func append(contentsOf elements: UnsafeBufferPointer<Element>) {
    guard let source = elements.baseAddress else { return }
    reserve(elements.count)
    (base + count).update(from: source, count: elements.count)
    count += elements.count
  }

  /// Appends all of `elements`.
  public mutating func append(contentsOf elements: some Sequence<Element>) {
    for element in elements { append(element) }
  }

  /// Forgets the elements from `newCount` on and keeps the memory.
  @inline(__always)
  public mutating func truncate(to newCount: Int) {
    precondition(newCount >= 0 && newCount <= count, "cannot truncate upwards")
    count = newCount
  }

  @inline(__always)
  public mutating func removeAll() { count = 0 }

  /// The elements; valid until the next mutation.
  public var elements: UnsafeBufferPointer<Element> { .init(start: base, count: count) }
}
