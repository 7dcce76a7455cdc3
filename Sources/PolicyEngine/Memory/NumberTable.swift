/// A map from pairs of numbers to a number, bounded: where a pair finds no place among ``probes``, the last of these is
/// taken from another. It forgets, but what it says is right.
///
/// Invariant of the unsafe code: `slots` holds `mask + 1` slots, a power of two; `.max` is no key.
package struct NumberTable: ~Copyable {
  private struct Slot: BitwiseCopyable {
    var key: UInt64
    var value: UInt32
  }

  package static let probes = 8

  private let slots: UnsafeMutablePointer<Slot>
  private let mask: Int
  /// Brings the highest bits of a product, which all of its factor decides, down to a place.
  private let shift: UInt64

  /// A table with `capacity` places, a power of two.
  package init(capacity: Int) {
    precondition(capacity & (capacity - 1) == 0 && capacity >= Self.probes, "a power of two")
    mask = capacity - 1
    shift = UInt64(64 - capacity.trailingZeroBitCount)
    slots = .allocate(capacity: capacity)
    slots.initialize(repeating: Slot(key: .max, value: 0), count: capacity)
  }

  deinit { slots.deallocate() }

  package mutating func removeAll() { slots.update(repeating: Slot(key: .max, value: 0), count: mask + 1) }

  @inline(__always)
  private static func key(_ first: Int, _ second: Int) -> UInt64 {
    UInt64(UInt32(truncatingIfNeeded: first)) << 32 | UInt64(UInt32(truncatingIfNeeded: second))
  }

  @inline(__always)
  private func place(_ key: UInt64) -> Int { Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> shift) }

  /// The number of a pair, or -1.
  @inline(__always)
  package func find(_ first: Int, _ second: Int) -> Int {
    let key = Self.key(first, second)
    var place = place(key)
    for _ in 0..<Self.probes {
      if slots[place].key == key { return Int(slots[place].value) }
      if slots[place].key == .max { return -1 }
      place = (place + 1) & mask
    }
    return -1
  }

  package mutating func insert(_ first: Int, _ second: Int, _ value: Int) {
    let key = Self.key(first, second)
    var place = place(key)
    for probe in 0..<Self.probes {
      if slots[place].key == .max || slots[place].key == key || probe == Self.probes - 1 {
        slots[place] = Slot(key: key, value: UInt32(value))
        return
      }
      place = (place + 1) & mask
    }
  }
}
