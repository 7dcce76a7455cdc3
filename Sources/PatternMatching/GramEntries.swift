import PolicyBytecode

/// Literals by short windows of them ("grams"): what a place of a text that begins a gram is compared with. First four more
/// bytes of the literal, then what is admitted, then all of it.
struct GramEntries: ~Copyable {
  struct Entry: BitwiseCopyable {
    var gram: UInt32
    /// Four bytes of the literal at `checkAt`.
    var check: UInt32
    var node: LiteralNode
    /// The node's.
    var number: UInt32
    /// Where the gram stands in the literal.
    var offset: UInt8
    var checkAt: UInt8
    var length: UInt8
  }

  private let buckets: Buckets<Entry>
  private let positions: UnsafeMutablePointer<UInt32>
  let nodeCount: Int
  /// The length of the shortest literal.
  let shortest: Int

  /// The longest literal that fits.
  static let longest = 255

  /// `members` are numbers of literals of at most ``longest`` bytes, and positions of `users`. `grams` says
  /// where the grams, of `width` bytes, of a literal begin. `note` is told each entry.
  init(
    _ members: [(literal: UInt32, position: UInt32)], _ users: LiteralUsers,
    width: Int, grams: (PatternTableView.Literal) -> Range<Int>, note: (Entry, PatternTableView.Literal) -> Void
  ) {
    // Equal literals side by side make one node.
    let sorted = members.sorted { ($0.literal, $0.position) < ($1.literal, $1.position) }
    positions = .allocate(capacity: max(sorted.count, 1))
    for (index, member) in sorted.enumerated() { (positions + index).initialize(to: member.position) }
    var entries: [Entry] = []
    let nodes = LiteralNode.nodes(of: sorted, users)
    for (number, (node, literal)) in nodes.enumerated() {
      guard let bytes = literal.bytes.baseAddress else { continue }
      let length = literal.bytes.count
      let offsets = grams(literal)
      // Bytes far from the grams tell most: the literal's end, or its beginning.
      let checkAt = length < 4 ? 0 : offsets.lowerBound + offsets.upperBound + width > length ? 0 : length - 4
      for offset in offsets {
        let entry = Entry(
          gram: GramEntries.load(bytes + offset, width), check: length < 4 ? 0 : FoldedText.load4(bytes + checkAt),
          node: node, number: UInt32(number), offset: UInt8(offset), checkAt: UInt8(checkAt), length: UInt8(length))
        entries.append(entry)
        note(entry, literal)
      }
    }
    nodeCount = nodes.count
    shortest = entries.reduce(Int.max) { min($0, Int($1.length)) }
    buckets = Buckets(entries) { spread(UInt64($0.gram)) }
  }

  deinit { positions.deallocate() }

  @inline(__always)
  static func load(_ base: UnsafePointer<UInt8>, _ width: Int) -> UInt32 {
    width == 4 ? FoldedText.load4(base) : UInt32(FoldedText.first(width, of: base))
  }

  /// Appends the positions of the literals that stand in the text with `gram` at `place` and that `admitted` does not rule
  /// out, once for each: `stamps` has one for each node.
  @inline(__always)
  borrowing func visit(
    _ gram: UInt32, _ place: Int, _ base: UnsafePointer<UInt8>, _ count: Int,
    _ admitted: UInt64, _ stamps: PatternScratch.Stamps, _ candidates: inout RawBuffer<UInt32>
  ) {
    for entry in buckets.bucket(spread(UInt64(gram))) where entry.gram == gram {
      let start = place - Int(entry.offset)
      let length = Int(entry.length)
      guard start >= 0, start + length <= count else { continue }
      if length >= 4, FoldedText.load4(base + start + Int(entry.checkAt)) != entry.check { continue }
      guard entry.node.gate & admitted != 0, entry.node.stands(at: base + start, length),
        stamps.isNew(Int(entry.number))
      else { continue }
      entry.node.append(of: positions, to: &candidates)
    }
  }
}
