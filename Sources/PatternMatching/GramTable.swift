import PolicyBytecode

/// Finds which of many literals a text contains, by short windows of them ("grams").
///
/// With a stride of s, s successive grams of each literal are in the table, so that looking at every s-th place of the
/// text is sure to meet one (Wu and Manber 1994 shift in the same spirit). A bitmap with a bit for each gram turns most
/// places away without a branch; what passes is looked up.
struct GramTable: ~Copyable {
  private let entries: GramEntries
  private let bitmap: UnsafeMutablePointer<UInt32>
  private let cellMask: UInt64
  private let width: Int
  private let step: Int
  private let mask: UInt32

  /// Stamps that a scan needs; 0: there are no literals.
  var stampCount: Int { entries.stampCount }

  /// Sizes of the bitmap, as logarithms of 32-bit cells: not worth making it smaller; still within the second cache.
  private static let leastCellBits = 8
  private static let mostCellBits = 15

  /// A table of grams of `width` bytes, sought at every `step`-th place. `members` are numbers of literals of
  /// `width + step - 1` to ``GramEntries/longest`` bytes, and positions of `users`.
  init(
    _ members: [LiteralNode.Member], _ users: LiteralUsers,
    width: Int, step: Int, in memory: TableMemory
  ) {
    self.width = width
    self.step = step
    mask = width == 4 ? .max : 1 << UInt32(width * 8) - 1
    // 32 bits a gram, a twentieth of them set at most.
    let bits = logarithm(atLeast: members.count * step)
    let cellCount = members.isEmpty ? 1 : 1 << min(max(GramTable.leastCellBits, bits), GramTable.mostCellBits)
    let cellMask = UInt64(cellCount - 1)
    let bitmap: UnsafeMutablePointer<UInt32> = memory.fill(cellCount, with: 0)
    entries = GramEntries(members, users, width: width, in: memory) { literal in
      let start = min(literal.window, literal.bytes.count - (width + step - 1))
      return start..<start + step
    } note: { entry, _ in
      let hash = spread(UInt64(entry.gram))
      bitmap[Int(hash >> 40 & cellMask)] |= 1 << UInt32(hash >> 35 & 31)
    }
    self.bitmap = bitmap
    self.cellMask = cellMask
  }

  /// Appends the positions of every literal in the text that `admitted` does not rule out, once for each: `stamps` has
  /// ``stampCount``.
  @inline(__always)
  borrowing func scan(
    _ base: UnsafePointer<UInt8>, _ count: Int, _ admitted: UInt64, _ stamps: PatternScratch.Stamps,
    into candidates: inout RawBuffer<UInt32>
  ) {
    if count < entries.shortest { return }
    // Up to here four bytes can be loaded at once.
    let wide = count &- 4
    let bitmap = self.bitmap
    let (cellMask, mask, step) = (self.cellMask, self.mask, self.step)
    var place = 0
    while place <= wide {
      // 64 probes a round, without a branch that depends on the text; the first ends in the lowest bit.
      let probes = min(64, (wide &- place) / step &+ 1)
      var hits: UInt64 = 0
      var probe = base + place
      for _ in 0..<probes {
        let hash = spread(UInt64(FoldedText.load4(probe) & mask))
        let cell = bitmap[Int(truncatingIfNeeded: hash &>> 40 & cellMask)]
        hits = hits &>> 1 | UInt64(cell &>> UInt32(truncatingIfNeeded: hash &>> 35)) &<< 63
        probe += step
      }
      hits &>>= UInt64(64 &- probes)
      while hits != 0 {
        let at = place &+ hits.trailingZeroBitCount &* step
        hits &= hits &- 1
        entries.visit(FoldedText.load4(base + at) & mask, at, base, count, admitted, stamps, &candidates)
      }
      place &+= probes &* step
    }
    while place <= count - width {
      entries.visit(GramEntries.load(base + place, width), place, base, count, admitted, stamps, &candidates)
      place += step
    }
  }
}
