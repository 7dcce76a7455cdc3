import PolicyBytecode

/// Literals by short windows of them ("grams"): what a place of a text that begins a gram is compared with. First four more
/// bytes of the literal, then what is admitted, then all of it.
///
/// Open addressing with linear probing, for an entry is found in the line of the cache where it is looked for, mostly.
///
/// Invariant of the unsafe code: `slots` has a power of two of entries, `mask` is one less; at most half of them are in use, of
/// the others the literal has no length. So a probe ends.
struct GramEntries: ~Copyable {
  struct Entry: BitwiseCopyable {
    var node: LiteralNode
    /// Where the gram stands in the literal.
    var offset: UInt8
    var checkAt: UInt8
    var gram: UInt32
    /// Four bytes of the literal at `checkAt`.
    var check: UInt32
  }

  private let slots: UnsafeMutablePointer<Entry>
  private let mask: Int
  private let shift: UInt64
  private let positions: UnsafeMutablePointer<UInt32>
  /// Stamps that a scan needs; 0: there are no literals.
  let stampCount: Int
  /// The length of the shortest literal.
  let shortest: Int

  /// The longest literal that fits.
  static let longest = 255

  /// `members` are numbers of literals of at most ``longest`` bytes, and positions of `users`. `grams` says
  /// where the grams, of `width` bytes, of a literal begin. `note` is told each entry.
  init(
    _ members: [LiteralNode.Member], _ users: LiteralUsers,
    width: Int, in memory: TableMemory, grams: (PatternTableView.Literal) -> Range<Int>,
    note: (Entry, PatternTableView.Literal) -> Void
  ) {
    var list: [UInt32] = []
    var entries: [Entry] = []
    for (node, literal) in LiteralNode.nodes(of: members, users, &list) {
      guard let bytes = literal.bytes.baseAddress else { continue }
      let length = Int(node.length)
      let offsets = grams(literal)
      // Bytes far from the grams tell most: the literal's end, or its beginning.
      let checkAt = length < 4 ? 0 : offsets.lowerBound + offsets.upperBound + width > length ? 0 : length - 4
      for offset in offsets {
        let entry = Entry(
          node: node, offset: UInt8(offset), checkAt: UInt8(checkAt), gram: GramEntries.load(bytes + offset, width),
          check: length < 4 ? 0 : FoldedText.load4(bytes + checkAt))
        entries.append(entry)
        note(entry, literal)
      }
    }
    shortest = entries.reduce(Int.max) { min($0, Int($1.node.length)) }

    let bits = logarithm(atLeast: 2 * entries.count)
    let count = 1 << bits
    mask = count - 1
    shift = UInt64(64 - bits)
    stampCount = entries.isEmpty ? 0 : count
    precondition(MemoryLayout<Entry>.stride == 32, "two entries are a line of the cache")
    let size = count * MemoryLayout<Entry>.stride
    let place = memory.allocate(byteCount: size, alignment: TableMemory.lineSize)
    place.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    slots = place.bindMemory(to: Entry.self, capacity: count)
    for entry in entries {
      var slot = Int(spread(UInt64(entry.gram)) >> shift)
      while slots[slot].node.length > 0 { slot = (slot + 1) & mask }
      slots[slot] = entry
    }
    positions = memory.copy(list)
  }

  @inline(__always)
  static func load(_ base: UnsafePointer<UInt8>, _ width: Int) -> UInt32 {
    width == 4 ? FoldedText.load4(base) : UInt32(FoldedText.first(width, of: base))
  }

  /// Appends the positions of the literals that stand in the text with `gram` at `place` and that `admitted` does not rule
  /// out, hardly ever twice: `stamps` has ``stampCount``.
  @inline(__always)
  borrowing func visit(
    _ gram: UInt32, _ place: Int, _ base: UnsafePointer<UInt8>, _ count: Int,
    _ admitted: UInt64, _ stamps: PatternScratch.Stamps, _ candidates: inout RawBuffer<UInt32>
  ) {
    forEachStanding(gram, place, base, count, admitted) { node, _, number in
      if stamps.isNew(number) { node.append(of: positions, to: &candidates) }
    }
  }

  /// Hands over the literals that stand in the text with `gram` at `place` and that `admitted` does not rule out: where they begin,
  /// and a number below ``stampCount``.
  @inline(__always)
  borrowing func forEachStanding(
    _ gram: UInt32, _ place: Int, _ base: UnsafePointer<UInt8>, _ count: Int, _ admitted: UInt64,
    _ body: (LiteralNode, _ start: Int, _ number: Int) -> Void
  ) {
    var slot = Int(spread(UInt64(gram)) >> shift)
    while slots[slot].node.length > 0 {
      let entry = slots + slot
      let number = slot
      slot = (slot + 1) & mask
      guard entry.pointee.gram == gram else { continue }
      let start = place - Int(entry.pointee.offset)
      let length = Int(entry.pointee.node.length)
      guard start >= 0, start + length <= count else { continue }
      if length >= 4, FoldedText.load4(base + start + Int(entry.pointee.checkAt)) != entry.pointee.check { continue }
      guard entry.pointee.node.gate & admitted != 0, entry.pointee.node.stands(at: base + start) else { continue }
      body(entry.pointee.node, start, number)
    }
  }
}
