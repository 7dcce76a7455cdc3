import CTextScan
import PolicyBytecode

/// Finds which of a few literals a text contains, many places at a time: four bytes of each literal, its window, are sought
/// with vector instructions; where they stand the whole literal is compared.
///
/// Invariant of the unsafe code: `entries` has a stretch for each of the eight sets of `sought`, from its offset in `starts` to
/// the next one's; the four bytes that are sought begin at an entry's `offset` in its literal. All stand in one block, which begins
/// with the tables of `sought`, in the order in which they are read: what was not in use for a while is not in the cache, and a line
/// of it is waited for.
struct FewLiterals: ~Copyable {
  private struct Entry: BitwiseCopyable {
    var node: LiteralNode
    var offset: UInt8
    /// The four bytes that are sought, folded.
    var window: UInt32
    var number: UInt16
  }

  /// Literals past which a table of grams is faster.
  static let most = 48
  /// The least length of a literal.
  static let shortest = 4
  private static let setCount = 8
  /// Places that are looked at before those found are compared: what ``PatternScratch/places`` has room for.
  static let placesAtOnce = Int(text_scan_longest_value) - 3

  /// What the vector instructions look for.
  let sought: UnsafeMutablePointer<text_scan_few>
  private let sets: Sets
  private let positions: UnsafeMutablePointer<UInt32>
  let nodeCount: Int

  /// `members` are numbers of literals of ``shortest`` to ``GramEntries/longest`` bytes, at most ``most`` different ones, and
  /// positions of `users`.
  init(
    _ members: [LiteralNode.Member], _ users: LiteralUsers, in memory: TableMemory
  ) {
    var list: [UInt32] = []
    var nodes: [Entry] = []
    let found = LiteralNode.nodes(of: members, users, &list, mergingDownTo: FewLiterals.shortest)
    for (number, (node, literal)) in found.enumerated() {
      guard let bytes = literal.bytes.baseAddress else { continue }
      let offset = FewLiterals.window(literal)
      nodes.append(
        Entry(
          node: node, offset: UInt8(offset), window: FoldedText.load4(bytes + offset), number: UInt16(number)))
    }
    nodeCount = nodes.count

    var size = 0
    func room<Element>(_ type: Element.Type, _ count: Int) -> Int {
      let alignment = MemoryLayout<Element>.alignment
      let start = (size + alignment - 1) / alignment * alignment
      size = start + count * MemoryLayout<Element>.stride
      return start
    }
    let tablesAt = room(text_scan_tables.self, 1)
    let startsAt = room(UInt8.self, FewLiterals.setCount + 1)
    let entriesAt = room(Entry.self, nodes.count)
    precondition(tablesAt == 0 && startsAt == Sets.startsAt && entriesAt == Sets.entriesAt, "where they are looked for")
    let soughtAt = room(text_scan_few.self, 1)
    let positionsAt = room(UInt32.self, list.count)
    let byteCount = nodes.reduce(0) { $0 + Int($1.node.length) }
    let bytesAt = room(UInt8.self, byteCount)
    let block = memory.allocate(byteCount: size, alignment: TableMemory.lineSize)
    let tables = (block + tablesAt).bindMemory(to: text_scan_tables.self, capacity: 1)
    sought = (block + soughtAt).bindMemory(to: text_scan_few.self, capacity: 1)
    let starts = (block + startsAt).bindMemory(to: UInt8.self, capacity: FewLiterals.setCount + 1)
    let entries = (block + entriesAt).bindMemory(to: Entry.self, capacity: nodes.count)
    sets = Sets(block)
    positions = (block + positionsAt).bindMemory(to: UInt32.self, capacity: list.count)

    // Literals that are alike share a set: it then lets less else pass.
    nodes.sort { ($0.window.byteSwapped, $0.number) < ($1.window.byteSwapped, $1.number) }
    var bytes = (block + bytesAt).bindMemory(to: UInt8.self, capacity: byteCount)
    for index in nodes.indices { bytes = nodes[index].node.move(to: bytes) }
    entries.initialize(from: nodes, count: nodes.count)
    positions.initialize(from: list, count: list.count)
    tables.initialize(to: text_scan_tables())
    sought.initialize(to: text_scan_few())
    sought.pointee.shortest = nodes.reduce(UInt32.max) { min($0, UInt32($1.node.length)) }
    for set in 0...FewLiterals.setCount {
      let share = set * nodes.count / FewLiterals.setCount
      (starts + set).initialize(to: UInt8(nodes.count <= FewLiterals.setCount ? min(set, nodes.count) : share))
    }
    for set in 0..<FewLiterals.setCount {
      for entry in nodes[Int(starts[set])..<Int(starts[set + 1])] {
        text_scan_add_window(sought, tables, Int32(set), entry.window, entry.node.gate)
      }
    }
    // Where gates are open or not from one text to the next, so would be the kernels, and none be foreseen.
    let comparesWindows = nodes.count <= text_scan_most_windows && users.gates == nil
    text_scan_prepare(sought, nodes.map(\.window), comparesWindows ? UInt32(nodes.count) : 0)
    if comparesWindows, nodes.allSatisfy({ $0.node.length <= text_scan_longest_literal }) {
      for (number, entry) in nodes.enumerated() {
        entry.node.tell(sought, tables, number, windowAt: entry.offset)
      }
    }
  }

  /// A literal by its place among all.
  struct Known {
    let text: UnsafeBufferPointer<UInt8>
    /// ``LiteralNode/candidate``.
    let candidate: UInt32?
    /// Where the bytes that are sought begin in it.
    let windowAt: UInt8
  }

  /// All literals, in the order of their sets.
  var known: [Known] {
    (0..<nodeCount).map { number in
      let entry = sets.entries[number]
      return Known(text: entry.node.text, candidate: entry.node.candidate, windowAt: entry.offset)
    }
  }

  /// The number among ``known`` of the one literal that stands at a place of a text where a search for ``sought`` found one; -1 if none
  /// does, nil where there are several. Where the search knows the literals, the bits that it finds are their numbers.
  @inline(__always)
  static func number(
    at found: UInt64, in text: UnsafeBufferPointer<UInt8>, of sought: UnsafePointer<text_scan_few>
  ) -> Int? {
    guard let base = text.baseAddress, let block = sought.pointee.context else { return -1 }
    var number = -1
    var isSole = true
    Sets(block).forEachStanding(at: found, base, text.count, .max) { entry in
      if number >= 0 { isSole = false }
      number = entry
    }
    return isSole ? number : nil
  }

  /// Where the four rarest bytes around a literal's landmark start.
  private static func window(_ literal: PatternTableView.Literal) -> Int {
    let bytes = Array(literal.bytes)
    let first = max(min(literal.window, bytes.count - shortest) - 1, 0)
    let stretch = Array(bytes[first..<min(first + 8, bytes.count)])
    return first + CommandText.bestWindow(stretch, width: shortest).start
  }

  /// Appends the positions of every literal in the text that `admitted` does not rule out, once for each: `stamps` has
  /// one for each node, `places` room for ``placesAtOnce``.
  @inline(__always)
  borrowing func scan(
    _ base: UnsafePointer<UInt8>, _ count: Int, _ admitted: UInt64, _ stamps: PatternScratch.Stamps,
    _ places: UnsafeMutablePointer<UInt64>, into candidates: inout RawBuffer<UInt32>
  ) {
    if count < Int(sought.pointee.shortest) { return }
    var place = 0
    while place < count - 3 {
      let end = min(count - 3, place + FewLiterals.placesAtOnce)
      let found = text_scan_find_few(sought, admitted, base, place, end, places)
      for index in 0..<found { visit(places[index], base, count, admitted, stamps, &candidates) }
      place = end
    }
  }

  /// The node of the one literal at a place that was found, and where it begins; nil where there is none, and where there are
  /// several, which `isSole` tells apart.
  @inline(__always)
  borrowing func sole(
    _ found: UInt64, _ base: UnsafePointer<UInt8>, _ count: Int, _ admitted: UInt64, _ isSole: inout Bool
  ) -> (node: LiteralNode, start: Int)? {
    var sole: (LiteralNode, Int)?
    sets.forEachStanding(at: found, base, count, admitted) { number in
      if sole != nil { isSole = false }
      sole = (sets.entries[number].node, Int(truncatingIfNeeded: found >> 8) - Int(sets.entries[number].offset))
    }
    return isSole ? sole : nil
  }

  /// Appends the positions of the literals at a place that was found.
  @inline(__always)
  borrowing func visit(
    _ found: UInt64, _ base: UnsafePointer<UInt8>, _ count: Int, _ admitted: UInt64, _ stamps: PatternScratch.Stamps,
    _ candidates: inout RawBuffer<UInt32>
  ) {
    sets.forEachStanding(at: found, base, count, admitted) { number in
      let entry = sets.entries + number
      if stamps.isNew(Int(entry.pointee.number)) { entry.pointee.node.append(of: positions, to: &candidates) }
    }
  }

  /// What stands in the block behind the tables, which a search knows.
  private struct Sets: BitwiseCopyable {
    let starts: UnsafePointer<UInt8>
    let entries: UnsafePointer<Entry>

    @inline(__always)
    static var startsAt: Int { MemoryLayout<text_scan_tables>.stride }
    @inline(__always)
    static var entriesAt: Int {
      let alignment = MemoryLayout<Entry>.alignment
      return (startsAt + setCount + 1 + alignment - 1) / alignment * alignment
    }

    @inline(__always)
    init(_ block: UnsafeRawPointer) {
      starts = (block + Self.startsAt).assumingMemoryBound(to: UInt8.self)
      entries = (block + Self.entriesAt).assumingMemoryBound(to: Entry.self)
    }

    /// Hands over the literals, by their entries, that stand where a window was found.
    @inline(__always)
    func forEachStanding(
      at found: UInt64, _ base: UnsafePointer<UInt8>, _ count: Int, _ admitted: UInt64, _ body: (Int) -> Void
    ) {
      let place = Int(truncatingIfNeeded: found >> 8)
      let window = FoldedText.load4(base + place)
      var bits = UInt32(truncatingIfNeeded: found & 0xFF)
      while bits != 0 {
        let set = bits.trailingZeroBitCount
        bits &= bits - 1
        for index in Int(starts[set])..<Int(starts[set + 1]) {
          let entry = entries + index
          guard entry.pointee.window == window, entry.pointee.node.gate & admitted != 0 else { continue }
          let start = place - Int(entry.pointee.offset)
          guard start >= 0, start + Int(entry.pointee.node.length) <= count, entry.pointee.node.stands(at: base + start)
          else { continue }
          body(index)
        }
      }
    }
  }
}
