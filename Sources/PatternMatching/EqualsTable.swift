import PolicyBytecode

/// Finds the patterns that may equal a text, by hash.
struct EqualsTable: ~Copyable {
  struct Entry: BitwiseCopyable {
    var hash: UInt32
    var position: UInt32
  }

  private let buckets: Buckets<Entry>

  var isEmpty: Bool { buckets.count == 0 }

  init(_ entries: [Entry], in memory: TableMemory) {
    buckets = Buckets(entries, in: memory) { UInt64($0.hash) << 32 }
  }

  /// Appends every position under `hash`.
  @inline(__always)
  borrowing func probe(_ hash: UInt32, into candidates: inout RawBuffer<UInt32>) {
    for entry in buckets.bucket(UInt64(hash) << 32) where entry.hash == hash { candidates.append(entry.position) }
  }
}
