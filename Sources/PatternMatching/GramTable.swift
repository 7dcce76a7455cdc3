import PolicyBytecode

/// Finds which of many literals a text contains, by short windows of them ("grams").
///
/// With a stride of s, s successive grams of each literal are in the table, so that looking at every s-th place of the
/// text is sure to meet one (Wu and Manber 1994 shift in the same spirit). A bitmap with a bit for each gram turns most
/// places away without a branch; what passes is looked up, compared with four more bytes of the
/// literal, then with all of it.
struct GramTable: ~Copyable {
  private struct Entry: BitwiseCopyable {
    var gram: UInt32
    /// Four bytes of the literal at `checkAt`.
    var check: UInt32
    var node: UInt32
    /// Where the gram stands in the literal.
    var offset: UInt8
    var checkAt: UInt8
    var length: UInt8
  }

  /// A literal and the stretch of `positions` that have it in their filter.
  private struct Node: BitwiseCopyable {
    var bytes: UnsafePointer<UInt8>
    var firstPosition: UInt32
    var positionCount: UInt32
  }

  private let buckets: Buckets<Entry>
  private let bitmap: UnsafeMutablePointer<UInt32>
  private let cellMask: UInt64
  private let nodes: UnsafeMutablePointer<Node>
  private let positions: UnsafeMutablePointer<UInt32>
  let nodeCount: Int
  private let width: Int
  private let step: Int
  private let mask: UInt32
  /// The length of the shortest literal.
  private let shortest: Int

  /// Sizes of the bitmap, as logarithms of 32-bit cells: not worth making it smaller; still within the second cache.
  private static let leastCellBits = 8
  private static let mostCellBits = 15

  /// The longest literal that fits.
  static let longest = 255

  /// A table of grams of `width` bytes, sought at every `step`-th place. `members` are numbers of literals of
  /// `width + step - 1` to ``longest`` bytes, and positions.
  init(_ members: [(literal: UInt32, position: UInt32)], _ view: PatternTableView, width: Int, step: Int) {
    self.width = width
    self.step = step
    mask = width == 4 ? .max : 1 << UInt32(width * 8) - 1
    // Equal literals side by side make one node.
    let sorted = members.sorted { ($0.literal, $0.position) < ($1.literal, $1.position) }
    nodes = .allocate(capacity: max(sorted.count, 1))
    positions = .allocate(capacity: max(sorted.count, 1))
    var entries: [Entry] = []
    entries.reserveCapacity(sorted.count * step)
    var nodeCount = 0
    for index in sorted.indices {
      (positions + index).initialize(to: sorted[index].position)
      if index > 0, sorted[index].literal == sorted[index - 1].literal {
        nodes[nodeCount - 1].positionCount += 1
        continue
      }
      let literal = view.literal(sorted[index].literal)
      guard let bytes = literal.bytes.baseAddress else { continue }
      (nodes + nodeCount).initialize(to: Node(bytes: bytes, firstPosition: UInt32(index), positionCount: 1))
      let length = literal.bytes.count
      let start = min(literal.window, length - (width + step - 1))
      // Bytes far from the grams tell most: the literal's end, or its beginning.
      let checkAt = length < 4 ? 0 : start * 2 + width + step > length ? 0 : length - 4
      for offset in start..<start + step {
        entries.append(
          Entry(
            gram: GramTable.load(bytes + offset, width), check: length < 4 ? 0 : FoldedText.load4(bytes + checkAt),
            node: UInt32(nodeCount), offset: UInt8(offset), checkAt: UInt8(checkAt), length: UInt8(length)))
      }
      nodeCount += 1
    }
    self.nodeCount = nodeCount
    shortest = entries.reduce(Int.max) { min($0, Int($1.length)) }

    // 32 bits a gram, a twentieth of them set at most.
    let cellCount = 1 << min(max(GramTable.leastCellBits, logarithm(atLeast: entries.count)), GramTable.mostCellBits)
    cellMask = UInt64(cellCount - 1)
    bitmap = .allocate(capacity: cellCount)
    bitmap.initialize(repeating: 0, count: cellCount)
    for entry in entries {
      let hash = spread(UInt64(entry.gram))
      bitmap[Int(hash >> 40 & cellMask)] |= 1 << UInt32(hash >> 35 & 31)
    }
    buckets = Buckets(entries) { spread(UInt64($0.gram)) }
  }

  deinit {
    bitmap.deallocate()
    nodes.deallocate()
    positions.deallocate()
  }

  @inline(__always)
  private static func load(_ base: UnsafePointer<UInt8>, _ width: Int) -> UInt32 {
    width == 4 ? FoldedText.load4(base) : UInt32(FoldedText.first(width, of: base))
  }

  /// Appends the positions of every literal in the text, once for each: `stamps` has one for each node.
  @inline(__always)
  borrowing func scan(
    _ base: UnsafePointer<UInt8>, _ count: Int, _ stamps: PatternScratch.Stamps,
    into candidates: inout RawBuffer<UInt32>
  ) {
    if count < shortest { return }
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
        visit(FoldedText.load4(base + at) & mask, at, base, count, stamps, &candidates)
      }
      place &+= probes &* step
    }
    while place <= count - width {
      visit(GramTable.load(base + place, width), place, base, count, stamps, &candidates)
      place += step
    }
  }

  @inline(never)
  private borrowing func visit(
    _ gram: UInt32, _ place: Int, _ base: UnsafePointer<UInt8>, _ count: Int,
    _ stamps: PatternScratch.Stamps, _ candidates: inout RawBuffer<UInt32>
  ) {
    for entry in buckets.bucket(spread(UInt64(gram))) where entry.gram == gram {
      let start = place - Int(entry.offset)
      let length = Int(entry.length)
      guard start >= 0, start + length <= count else { continue }
      if length >= 4, FoldedText.load4(base + start + Int(entry.checkAt)) != entry.check { continue }
      let node = nodes[Int(entry.node)]
      guard FoldedText.isEqual(base + start, node.bytes, length), stamps.isNew(Int(entry.node)) else { continue }
      for index in Int(node.firstPosition)..<Int(node.firstPosition + node.positionCount) {
        candidates.append(positions[index])
      }
    }
  }
}
