import CTextScan
import PolicyBytecode

/// Finds which of many literals a text contains, by landmarks: pairs of bytes that are rare in commands, of which each
/// literal has one. Vector instructions find the pairs in a text; only behind these, a few in a command, are four bytes
/// looked up.
///
/// ``GramUses`` chooses a literal's landmark when the table is written. Pairs are sought as products of a set of first and
/// a set of second bytes, one product for each class of second bytes, and their sets by nibbles: more is found than was asked
/// for, never less.
struct LandmarkTable: ~Copyable {
  private let entries: GramEntries
  private let pairs: UnsafeMutablePointer<text_scan_pairs>
  private let bitmap: UnsafeMutablePointer<UInt32>
  private let cellMask: UInt64
  /// The search for these literals and few others, see ``PatternIndex/few``.
  let search: UnsafePointer<text_scan_few>

  /// Stamps that a scan needs; 0: there are no literals.
  var stampCount: Int { entries.stampCount }

  /// The least length of a literal: a pair, the second byte of which begins four.
  static let shortest = 5
  /// Places that are looked at before those found are compared.
  static let placesAtOnce = 1024
  /// Sizes of the bitmap, as logarithms of 32-bit cells: not worth making it smaller; still within the second cache.
  private static let leastCellBits = 6
  private static let mostCellBits = 15

  /// `members` are numbers of literals of ``shortest`` to ``GramEntries/longest`` bytes, and positions of
  /// `users`. `few`, if there are any, live as long as this table.
  init(
    _ members: [LiteralNode.Member], _ users: LiteralUsers, beside few: UnsafePointer<text_scan_few>?,
    in memory: TableMemory
  ) {
    let bits = logarithm(atLeast: members.count)
    let cellCount =
      members.isEmpty ? 1 : 1 << min(max(LandmarkTable.leastCellBits, bits), LandmarkTable.mostCellBits)
    let mask = UInt64(cellCount - 1)
    let all = memory.fill(1, with: text_scan_few())
    let sought = memory.allocate(text_scan_landmarks.self, 1)
    let pairs = memory.fill(1, with: text_scan_pairs())
    let bitmap: UnsafeMutablePointer<UInt32> = memory.fill(cellCount, with: 0)
    entries = GramEntries(members, users, width: 4, in: memory) { literal in
      let place = LandmarkTable.landmark(in: literal.bytes.count, at: literal.window)
      return place..<place + 1
    } note: { entry, literal in
      let hash = text_scan_spread(entry.gram)
      bitmap[Int(hash >> 40 & mask)] |= text_scan_cell_bits(hash)
      LandmarkTable.add(literal.bytes[Int(entry.offset) - 1], literal.bytes[Int(entry.offset)], pairs)
    }
    self.bitmap = bitmap
    self.pairs = pairs
    cellMask = mask
    sought.initialize(
      to: text_scan_landmarks(
        few: few, pairs: UnsafePointer(pairs), bitmap: UnsafePointer(bitmap), cell_mask: mask,
        shortest: UInt32(clamping: entries.shortest)))
    text_scan_prepare_landmarks(all, sought)
    search = UnsafePointer(all)
  }

  /// The place of a literal's second byte of the pair, where the table says `window`, which may be anything.
  static func landmark(in length: Int, at window: Int) -> Int { min(max(window, 1), length - 4) }

  /// The product that a pair is sought in: by its second byte, folded.
  private static func product(_ byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): 0
    case UInt8(ascii: "a")...UInt8(ascii: "f"): 1
    case UInt8(ascii: "g")...UInt8(ascii: "m"): 2
    case UInt8(ascii: "n")...UInt8(ascii: "s"): 3
    case UInt8(ascii: "t")...UInt8(ascii: "z"): 4
    case UInt8(ascii: " "): 5
    case UInt8(ascii: "!")...UInt8(ascii: "/"): 6
    default: 7
    }
  }

  /// Lets a pair pass, in either case.
  private static func add(_ first: UInt8, _ second: UInt8, _ pairs: UnsafeMutablePointer<text_scan_pairs>) {
    let bit = UInt8(1) << product(second | 0x20)
    let bytes: [UInt8] = [first | 0x20, second | 0x20]
    withUnsafeMutableBytes(of: &pairs.pointee) { tables in
      for place in 0..<2 {
        let low = place * 16 + Int(bytes[place] & 15)
        let high = 32 + place * 16 + Int(bytes[place] >> 4)
        for index in [low, high, high ^ 2] { tables[index] |= bit }
      }
    }
  }

  /// Appends the positions of the literals whose landmark was found at `place`.
  @inline(__always)
  borrowing func visit(
    _ place: Int, _ base: UnsafePointer<UInt8>, _ count: Int, _ admitted: UInt64, _ stamps: PatternScratch.Stamps,
    _ candidates: inout RawBuffer<UInt32>
  ) {
    entries.visit(FoldedText.load4(base + place), place, base, count, admitted, stamps, &candidates)
  }

  /// The node of the one literal whose landmark was found at `place`, and where it begins; nil where there is none, and where there are
  /// several, which `isSole` tells apart.
  @inline(__always)
  borrowing func sole(
    _ place: Int, _ base: UnsafePointer<UInt8>, _ count: Int, _ admitted: UInt64, _ isSole: inout Bool
  ) -> (node: LiteralNode, start: Int)? {
    var sole: (LiteralNode, Int)?
    entries.forEachStanding(FoldedText.load4(base + place), place, base, count, admitted) { node, start, _ in
      if sole != nil { isSole = false }
      sole = (node, start)
    }
    return isSole ? sole : nil
  }

  /// Appends the positions of every literal in the text that `admitted` does not rule out, once for each: `stamps` has
  /// ``stampCount``, `places` room for ``placesAtOnce`` and one.
  @inline(__always)
  borrowing func scan(
    _ base: UnsafePointer<UInt8>, _ count: Int, _ admitted: UInt64, _ stamps: PatternScratch.Stamps,
    _ places: UnsafeMutablePointer<UInt32>, into candidates: inout RawBuffer<UInt32>
  ) {
    if count < entries.shortest { return }
    var place = 0
    while place < count - 3 {
      let end = min(count - 3, place + LandmarkTable.placesAtOnce)
      // Places are told in 32 bits: each stretch is a text of its own, that begins with the byte before.
      let start = max(place - 1, 0)
      let found = text_scan_find_landmarks(
        pairs, bitmap, cellMask, base + start, count - start, place - start, end - start, places)
      for index in 0..<found {
        visit(start + Int(places[index]), base, count, admitted, stamps, &candidates)
      }
      place = end
    }
  }
}
