import Glibc
import PolicyBytecode

/// Numbers for byte strings: the first new one is 0, the next 1, and so on, up to a bound of entries and of bytes.
///
/// The hash is seeded anew in each process and a look-up gives up after ``probes`` places, so that no choice of keys
/// makes it slow: a key that finds no place is not kept. Keys that are equal to the byte, and only those, share a number.
///
/// Invariant of the unsafe code: `slots` holds a power of two of slots, each empty or the number of an entry.
package struct ByteKeyTable: ~Copyable {
  private struct Entry: BitwiseCopyable {
    var hash: UInt64
    var start: Int
    var length: Int
  }

  package static let none = -1
  /// Places that a look-up tries.
  package static let probes = 16

  private let slots: UnsafeMutablePointer<Int32>
  private let mask: Int
  private let entryLimit: Int
  private let byteLimit: Int
  private var entries = RawBuffer<Entry>()
  private var bytes = RawBuffer<UInt8>()

  /// A table of at most `entryLimit` keys with `byteLimit` bytes in all.
  package init(entryLimit: Int, byteLimit: Int) {
    var size = 16
    while size < entryLimit * 2 { size *= 2 }
    slots = .allocate(capacity: size)
    slots.initialize(repeating: -1, count: size)
    mask = size - 1
    self.entryLimit = entryLimit
    self.byteLimit = byteLimit
  }

  deinit { slots.deallocate() }

  package var count: Int { entries.count }

  /// Whether a key of `length` bytes more would pass a bound.
  package func isFull(adding length: Int) -> Bool { entries.count >= entryLimit || bytes.count + length > byteLimit }

  package mutating func removeAll() {
    entries.removeAll()
    bytes.removeAll()
    slots.update(repeating: -1, count: mask + 1)
  }

  /// The number of a key, or ``none``.
  @inline(__always)
  package func find(_ key: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int {
    var slot = Int(truncatingIfNeeded: hash) & mask
    for _ in 0..<Self.probes {
      let number = Int(slots[slot])
      if number < 0 { return Self.none }
      let entry = entries.base[number]
      if entry.hash == hash, entry.length == key.count,
        memcmp(bytes.base + entry.start, key.baseAddress ?? UnsafePointer(bytes.base), key.count) == 0
      {
        return number
      }
      slot = (slot + 1) & mask
    }
    return Self.none
  }

  /// The number of a key, or ``none``.
  @inline(__always)
  package func find(_ key: UnsafeBufferPointer<UInt8>) -> Int { find(key, KeyHash.of(key)) }

  /// Adds a key that is not there yet, if there is room; whether it was added.
  package mutating func insertIfNew(_ key: UnsafeBufferPointer<UInt8>) -> Bool {
    let hash = KeyHash.of(key)
    return find(key, hash) == Self.none && !isFull(adding: key.count) && insert(key, hash) != Self.none
  }

  /// Adds a key that is not there; ``none`` if it finds no place. Never call it where ``isFull(adding:)``.
  package mutating func insert(_ key: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int {
    var slot = Int(truncatingIfNeeded: hash) & mask
    for _ in 0..<Self.probes {
      if slots[slot] < 0 {
        let number = entries.count
        slots[slot] = Int32(number)
        entries.append(Entry(hash: hash, start: bytes.count, length: key.count))
        bytes.append(contentsOf: key)
        return number
      }
      slot = (slot + 1) & mask
    }
    return Self.none
  }
}

/// A hash of bytes that nobody outside this process can predict.
package enum KeyHash {
  private static let seed = UInt64.random(in: .min ... .max)
  private static let secret = UInt64.random(in: .min ... .max) | 1

  @inline(__always)
  package static func of(_ key: UnsafeBufferPointer<UInt8>, salt: UInt64 = 0) -> UInt64 {
    guard let base = key.baseAddress else { return mixed(seed ^ salt, secret) }
    let raw = UnsafeRawPointer(base)
    let count = key.count
    var hash = mixed(seed ^ salt ^ UInt64(truncatingIfNeeded: count), secret)
    var offset = 0
    while offset + 8 <= count {
      hash = mixed(hash ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self), secret)
      offset += 8
    }
    var tail: UInt64 = 0
    while offset < count {
      tail = tail << 8 | UInt64(base[offset])
      offset += 1
    }
    return mixed(hash ^ tail, secret)
  }

  @inline(__always)
  private static func mixed(_ value: UInt64, _ factor: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: factor)
    // The sum keeps a value that the factor maps to nothing apart from others.
    return product.high ^ product.low &+ value.byteSwapped
  }
}
