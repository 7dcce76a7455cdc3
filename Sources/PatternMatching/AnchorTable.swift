import PolicyBytecode

/// Finds which of many literals a text begins or ends with: one probe for each length, up to eight bytes, that keys with
/// the text's first or last byte have.
struct AnchorTable: ~Copyable {
  struct Entry: BitwiseCopyable {
    /// The literal's first, or last, bytes, folded.
    var key: UInt64
    /// How many bytes `key` has.
    var length: UInt32
    /// The literal in the table.
    var literal: UInt32
    /// What to confirm.
    var position: UInt32
  }

  private let buckets: Buckets<Entry>
  /// By the first, or last, byte of a text, folded: bit n says that some key with it has n bytes.
  private let lengths: UnsafeMutablePointer<UInt16>
  private let isEmpty: Bool
  private let atEnd: Bool

  /// `members` are numbers of literals, none of them empty, and positions.
  init(
    _ members: [(literal: UInt32, position: UInt32)], _ view: PatternTableView, atEnd: Bool, in memory: TableMemory
  ) {
    var entries: [Entry] = []
    entries.reserveCapacity(members.count)
    lengths = memory.fill(members.isEmpty ? 1 : 256, with: 0)
    for member in members {
      let bytes = view.literal(member.literal).bytes
      guard let base = bytes.baseAddress else { continue }
      let length = min(bytes.count, 8)
      let key = FoldedText.first(length, of: atEnd ? base + (bytes.count - length) : base)
      lengths[Int((atEnd ? base[bytes.count - 1] : base[0]) | 0x20)] |= 1 << UInt16(length)
      entries.append(Entry(key: key, length: UInt32(length), literal: member.literal, position: member.position))
    }
    buckets = Buckets(entries, in: memory) { AnchorTable.hash($0.key, Int($0.length)) }
    isEmpty = entries.isEmpty
    self.atEnd = atEnd
  }

  @inline(__always)
  private static func hash(_ key: UInt64, _ length: Int) -> UInt64 {
    let mixed = spread(key ^ UInt64(length))
    return spread(mixed ^ mixed >> 32)
  }

  /// Appends the position of every literal at the text's end or beginning.
  @inline(__always)
  borrowing func scan(
    _ base: UnsafePointer<UInt8>, _ count: Int, _ view: PatternTableView,
    into candidates: inout RawBuffer<UInt32>
  ) {
    if isEmpty || count == 0 { return }
    let available = min(count, 8)
    var pending = UInt32(lengths[Int((atEnd ? base[count - 1] : base[0]) | 0x20)]) & (2 << UInt32(available) &- 1)
    if pending == 0 { return }
    let whole: UInt64
    if count >= 8 {
      whole =
        UnsafeRawPointer(atEnd ? base + (count - 8) : base).loadUnaligned(as: UInt64.self) | FoldedText.double
    } else {
      whole = FoldedText.first(count, of: base)
    }
    while pending != 0 {
      let length = pending.trailingZeroBitCount
      pending &= pending - 1
      let key =
        atEnd
        ? whole >> UInt64((available - length) * 8) : length == 8 ? whole : whole & (1 << UInt64(length * 8) &- 1)
      for entry in buckets.bucket(AnchorTable.hash(key, length)) where entry.key == key && entry.length == length {
        let literal = view.literal(entry.literal).bytes
        guard literal.count <= count, let bytes = literal.baseAddress else { continue }
        if FoldedText.isEqual(atEnd ? base + (count - literal.count) : base, bytes, literal.count) {
          candidates.append(entry.position)
        }
      }
    }
  }
}
