/// Entries found by a 64-bit hash: sorted by bucket, with a directory of where each bucket begins.
///
/// Invariant: `directory` has `1 << (64 - shift)` offsets and one more, ascending, the last being the number of `entries`.
/// So any hash finds a stretch within `entries`.
struct Buckets<Entry: BitwiseCopyable>: ~Copyable {
  private let directory: UnsafeMutablePointer<UInt32>
  private let entries: UnsafeMutablePointer<Entry>
  private let shift: UInt64
  let count: Int

  /// Sorts `source` into buckets, about one for each entry; entries of a bucket keep their order.
  init(_ source: borrowing [Entry], in memory: TableMemory, hash: (Entry) -> UInt64) {
    count = source.count
    let bits = logarithm(atLeast: count)
    shift = UInt64(64 - bits)
    let bucketCount = 1 << bits
    directory = memory.fill(bucketCount + 1, with: 0)
    entries = memory.allocate(Entry.self, count)
    for index in 0..<count { directory[Int(hash(source[index]) >> shift)] += 1 }
    var sum: UInt32 = 0
    for bucket in 0...bucketCount {
      sum += directory[bucket]
      directory[bucket] = sum
    }
    // Filled from the back, each bucket's end moves to its beginning.
    for index in stride(from: count - 1, through: 0, by: -1) {
      let bucket = Int(hash(source[index]) >> shift)
      directory[bucket] -= 1
      (entries + Int(directory[bucket])).initialize(to: source[index])
    }
  }

  /// The entries whose hash may be `hash`.
  @inline(__always)
  borrowing func bucket(_ hash: UInt64) -> UnsafeBufferPointer<Entry> {
    let bucket = Int(hash >> shift)
    let start = Int(directory[bucket])
    return UnsafeBufferPointer(start: UnsafePointer(entries + start), count: Int(directory[bucket + 1]) - start)
  }
}

/// The least number of bits, at least one, in which `count` values can be told apart.
func logarithm(atLeast count: Int) -> Int { max(1, Int.bitWidth - max(count - 1, 0).leadingZeroBitCount) }

/// Spreads a key over 64 bits, of which the upper ones are good (Fibonacci hashing, Knuth 6.4).
@inline(__always)
func spread(_ key: UInt64) -> UInt64 { key &* 0x9E37_79B9_7F4A_7C15 }
