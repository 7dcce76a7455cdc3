import CTextScan
import PatternMatching
import PolicyBytecode

/// A selection of a bundle's matchers, arranged so that one look at a fact's value finds all that match it.
///
/// Matchers of one fact and key share a ``PatternIndex``; a matcher's *ordinal* is its position in the selection.
/// Immutable after `init`. Invariant: `slots` holds `slotCount` initialised slots; `slotOfFact` holds for each
/// `Fact.rawValue` the first slot of that fact or `none`, and slots of one fact follow each other.
final class FactIndex: @unchecked Sendable {
  struct Slot: ~Copyable {
    let fact: UInt8
    let key: UInt16
    /// The ordinal of the index's first pattern.
    let firstOrdinal: UInt32
    /// By which a ``ScanCache`` knows the index.
    let number: UInt64
    /// ``PatternIndex/few`` of the index.
    let few: UnsafePointer<text_scan_few>?
    let index: PatternIndex
  }

  static let none: UInt16 = .max
  let slots: UnsafeMutablePointer<Slot>
  let slotCount: Int
  let slotOfFact: UnsafeMutablePointer<UInt16>
  private let memory: TableMemory

  /// Indexes `matchers`, which must be sorted: the order of the bundle groups them by fact and key. `gates` has one each,
  /// see ``PatternIndex/init(_:selecting:gates:)``.
  init(
    _ matchers: [UInt32], of bundle: Bundle, table: PatternTable, gates: [UInt64]? = nil,
    in memory: TableMemory = TableMemory()
  ) {
    self.memory = memory
    var groups: [Range<Int>] = []
    var start = 0
    for position in matchers.indices {
      let isLast = position + 1 == matchers.count
      let matcher = bundle.matchers[Int(matchers[position])]
      let next = isLast ? nil : bundle.matchers[Int(matchers[position + 1])]
      if next?.fact != matcher.fact || next?.key != matcher.key {
        groups.append(start..<position + 1)
        start = position + 1
      }
    }
    slotCount = groups.count
    slots = memory.allocate(Slot.self, groups.count, alignment: TableMemory.lineSize)
    slotOfFact = memory.fill(256, with: Self.none)
    for (number, group) in groups.enumerated() {
      let first = bundle.matchers[Int(matchers[group.lowerBound])]
      let patterns = matchers[group].map { bundle.matchers[Int($0)].pattern }
      let index = PatternIndex(table, selecting: patterns, gates: gates.map { Array($0[group]) }, in: memory)
      (slots + number).initialize(
        to: Slot(
          fact: UInt8(first.fact), key: first.key, firstOrdinal: UInt32(group.lowerBound),
          number: ScanCache.nextNumber(), few: index.few, index: index))
      if slotOfFact[Int(first.fact)] == Self.none { slotOfFact[Int(first.fact)] = UInt16(number) }
    }
  }

  deinit { slots.deinitialize(count: slotCount) }

  var view: FactIndexView { FactIndexView(slots: slots, slotCount: slotCount, slotOfFact: slotOfFact) }
}

/// The pointers of a ``FactIndex``, for the hot path; valid while the index lives.
struct FactIndexView {
  let slots: UnsafePointer<FactIndex.Slot>
  let slotCount: Int
  let slotOfFact: UnsafePointer<UInt16>

  init(slots: UnsafePointer<FactIndex.Slot>, slotCount: Int, slotOfFact: UnsafePointer<UInt16>) {
    self.slots = slots
    self.slotCount = slotCount
    self.slotOfFact = slotOfFact
  }

  /// The matchers on the fact of `entry`; nil where there are none.
  @inline(__always)
  func slot(of entry: FactEntry) -> UnsafePointer<FactIndex.Slot>? {
    var number = slotOfFact[Int(entry.fact)]
    if number == FactIndex.none || entry.isInline { return nil }
    while slots[Int(number)].key != entry.key {
      number += 1
      guard Int(number) < slotCount, slots[Int(number)].fact == entry.fact else { return nil }
    }
    return slots + Int(number)
  }

  /// Finds the matchers that `entry` matches and `admitted` does not rule out: their ordinals less the slot's first
  /// replace what `hits` held. Returns the first ordinal, or nil if no matcher is on that fact.
  @inline(__always)
  func scan(
    _ entry: FactEntry, in facts: borrowing FactBuffer, admitted: UInt64 = .max, hits: inout RawBuffer<UInt32>,
    scratch: inout PatternScratch
  ) -> Int? {
    guard let slot = slot(of: entry) else { return nil }
    hits.removeAll()
    // No index holds a PCRE pattern, and only those can be undecided.
    _ = slot.pointee.index.scan(
      facts.bytes(entry), hash: entry.hash, admitted: admitted, scratch: &scratch, hits: &hits)
    return Int(slot.pointee.firstOrdinal)
  }

  /// The same with what short values hit kept in `cache`, where nothing is ruled out and there is more to look for than few
  /// literals.
  @inline(__always)
  func scan(
    _ entry: FactEntry, in facts: borrowing FactBuffer, admitted: UInt64, hits: inout RawBuffer<UInt32>,
    cache: borrowing ScanCache, scratch: inout PatternScratch
  ) -> Int? {
    guard let slot = slot(of: entry) else { return nil }
    hits.removeAll()
    let text = facts.bytes(entry)
    if entry.length > ScanCache.longestText || admitted != .max || slot.pointee.few != nil {
      _ = slot.pointee.index.scan(text, hash: entry.hash, admitted: admitted, scratch: &scratch, hits: &hits)
      return Int(slot.pointee.firstOrdinal)
    }
    let key = ScanCache.Key(text, slot.pointee.number)
    if !cache.find(key, entry.hash, &hits) {
      _ = slot.pointee.index.scan(text, hash: entry.hash, scratch: &scratch, hits: &hits)
      cache.store(key, entry.hash, hits)
    }
    return Int(slot.pointee.firstOrdinal)
  }
}
