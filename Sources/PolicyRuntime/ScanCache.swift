import PolicyBytecode
import Synchronization

/// What short values have hit lately. Names of programs, flags and common words come again and again, and to find one here
/// costs a tenth of looking for all patterns in it. What a value hits depends on its bytes and the index alone, so what
/// stands here is never out of date.
///
/// Invariant of the unsafe code: `entries` are `entryCount` initialised entries, and an index into them is a hash masked
/// by one less than that power of two.
struct ScanCache: ~Copyable {
  /// Bytes of the longest text that is kept.
  static let longestText = 32
  /// Hits that are kept of a text; one with more is sought again.
  static let mostHits = 4
  private static let entryCount = 2048

  private static let numbers = Atomic<UInt64>(1)

  /// A number for an index, never given to another; 0 is none's.
  static func nextNumber() -> UInt64 { numbers.wrappingAdd(1, ordering: .relaxed).oldValue }

  /// A text of at most ``longestText`` bytes, and the index that it is sought in.
  struct Key: BitwiseCopyable {
    /// Two words of up to 16 bytes, and the two behind them of a longer text.
    var low: UInt64 = 0
    var high: UInt64 = 0
    var next: UInt64 = 0
    var last: UInt64 = 0
    /// That of the index, and the text's length in the low byte.
    var number: UInt64

    @inline(__always)
    init(_ text: UnsafeBufferPointer<UInt8>, _ index: UInt64) {
      let count = text.count
      number = index << 8 | UInt64(count)
      guard let base = text.baseAddress, count > 0 else { return }
      // Loads that overlap: with the length they say all that the bytes do.
      let raw = UnsafeRawPointer(base)
      if count > 16 {
        low = raw.loadUnaligned(as: UInt64.self)
        high = (raw + 8).loadUnaligned(as: UInt64.self)
        next = (raw + (count - 16)).loadUnaligned(as: UInt64.self)
        last = (raw + (count - 8)).loadUnaligned(as: UInt64.self)
      } else if count >= 8 {
        low = raw.loadUnaligned(as: UInt64.self)
        high = (raw + (count - 8)).loadUnaligned(as: UInt64.self)
      } else if count >= 4 {
        low = UInt64(raw.loadUnaligned(as: UInt32.self))
        high = UInt64((raw + (count - 4)).loadUnaligned(as: UInt32.self))
      } else {
        low = UInt64(base[0]) | UInt64(base[count / 2]) << 8 | UInt64(base[count - 1]) << 16
      }
    }

    @inline(__always)
    static func == (a: Key, b: Key) -> Bool {
      (a.low ^ b.low) | (a.high ^ b.high) | (a.next ^ b.next) | (a.last ^ b.last) | (a.number ^ b.number) == 0
    }
  }

  private struct Entry: BitwiseCopyable {
    var key: Key
    var hits: (UInt32, UInt32, UInt32, UInt32)
    var hitCount: UInt32
  }

  private let entries: UnsafeMutablePointer<Entry>

  init() {
    entries = .allocate(capacity: Self.entryCount)
    let none = Entry(key: Key(UnsafeBufferPointer(start: nil, count: 0), 0), hits: (0, 0, 0, 0), hitCount: 0)
    entries.initialize(repeating: none, count: Self.entryCount)
  }

  deinit { entries.deallocate() }

  /// The entry where `key` stands if it is kept; `hash` is that of its text.
  @inline(__always)
  private func entry(_ key: Key, _ hash: UInt32) -> UnsafeMutablePointer<Entry> {
    let mixed = hash ^ UInt32(truncatingIfNeeded: key.number >> 8) &* 0x9E37_79B9
    return entries + Int(mixed) & (Self.entryCount - 1)
  }

  /// Appends what the text of `key` hits, if that is known.
  @inline(__always)
  borrowing func find(_ key: Key, _ hash: UInt32, _ hits: inout RawBuffer<UInt32>) -> Bool {
    let entry = entry(key, hash)
    guard entry.pointee.key == key else { return false }
    let count = entry.pointee.hitCount
    if count > 0 { hits.append(entry.pointee.hits.0) }
    if count > 1 { hits.append(entry.pointee.hits.1) }
    if count > 2 { hits.append(entry.pointee.hits.2) }
    if count > 3 { hits.append(entry.pointee.hits.3) }
    return true
  }

  /// Keeps what the text of `key` hits.
  @inline(__always)
  borrowing func store(_ key: Key, _ hash: UInt32, _ hits: borrowing RawBuffer<UInt32>) {
    let count = hits.count
    guard count <= Self.mostHits else { return }
    entry(key, hash).pointee = Entry(
      key: key,
      hits: (
        count > 0 ? hits[0] : 0, count > 1 ? hits[1] : 0, count > 2 ? hits[2] : 0, count > 3 ? hits[3] : 0
      ), hitCount: UInt32(count))
  }
}
