import CTextScan
import PolicyBytecode

/// A selection of a table's patterns, ready to be sought in texts all at once.
///
/// What each pattern's filter asks for is packed into small tables: hashes of whole texts, first and last bytes, grams of
/// literals. One pass over a text finds the few patterns that may match; these are confirmed by their exact matchers,
/// each at most once a text. Building packs; it compiles nothing. An index may be shared between threads, each with a
/// ``PatternScratch`` of its own.
///
/// Unchecked: nothing is written after `init`. Invariant: `parts` points to parts that live as long as the index; they are
/// used where they stand, for to copy them costs as much as to search a command.
public struct PatternIndex: ~Copyable, @unchecked Sendable {
  private struct Parts: ~Copyable {
    let view: PatternTableView
    let selection: UnsafeMutableBufferPointer<SelectedPattern>
    /// By position; nil: none is ever ruled out.
    let gates: UnsafeMutablePointer<UInt64>?
    /// Literals of four bytes and more, where they are few.
    let few: FewLiterals
    /// Where they are many, of five bytes and more.
    let long: LandmarkTable
    let stampCount: Int
    // What goes on from ``PatternIndex/few`` is above, in as few lines of the cache as can be.
    /// Positions of patterns without a filter.
    let unfiltered: UnsafeMutableBufferPointer<UInt32>
    let equal: EqualsTable
    /// By the hash of the text with case folded; names also from after each of their dots.
    let equalFolded: EqualsTable
    let hasNames: Bool
    let prefixes: AnchorTable
    let suffixes: AnchorTable
    /// Where they are many, of four bytes; always: of two and three, and one.
    let short: GramTable
    let pairs: GramTable
    let bytes: GramTable
    /// Whether there is more to look for than ``few``.
    let hasMore: Bool

    /// That at a position of the selection, which there must be.
    @inline(__always)
    borrowing func pattern(_ position: UInt32) -> UnsafePointer<SelectedPattern> {
      UnsafePointer(selection.baseAddress.unsafelyUnwrapped + Int(position))
    }
  }

  private let table: PatternTable
  private let memory: TableMemory
  private let parts: UnsafeMutablePointer<Parts>

  /// The number of patterns selected.
  public let count: Int

  /// What must stand in a text for a pattern to match it, where all patterns hold a literal of ``FewLiterals`` or of a
  /// ``LandmarkTable``: a look with ``text_scan_find_few`` finds none in most texts, and
  /// ``scan(_:found:admitted:scratch:hits:)`` goes on where it finds one.
  public let few: UnsafePointer<text_scan_few>?
  /// Bytes of the longest text that ``few`` is sought in at once.
  public static let longestGlance = Int(text_scan_longest_value)

  /// Selects patterns by their indices in the table, each below its count; one may come several times. With `gates`, one
  /// for each, a scan passes over the patterns whose gate has no bit of what it admits. The tables stand in `memory`.
  public init(
    _ table: PatternTable, selecting indices: [UInt32], gates gateList: [UInt64]? = nil,
    in memory: TableMemory = TableMemory()
  ) {
    precondition(indices.count < PatternScratch.matched, "too many patterns")
    precondition(indices.allSatisfy { $0 < table.count }, "no such pattern")
    precondition(gateList.map { $0.count == indices.count } ?? true, "a gate for each pattern")
    self.table = table
    self.memory = memory
    parts = memory.allocate(Parts.self, 1, alignment: TableMemory.lineSize)
    count = indices.count
    let view = table.view
    let gates = gateList.map { memory.copy($0) }

    typealias Members = [LiteralNode.Member]
    var selected: [SelectedPattern] = []
    selected.reserveCapacity(indices.count)
    var always: [UInt32] = []
    var equals: [EqualsTable.Entry] = []
    var folded: [EqualsTable.Entry] = []
    var hasNames = false
    var first: Members = []
    var last: Members = []
    var within: (long: Members, short: Members, pairs: Members, bytes: Members) = ([], [], [], [])
    for (position, index) in indices.enumerated() {
      let record = view.record(index)
      selected.append(SelectedPattern(index, record, of: view))
      let position = UInt32(position)
      let literals = (record.firstReference..<record.firstReference + record.referenceCount).lazy
        .map { view.literal(of: $0) }
      switch record.filterKind {
      case PatternFilter.Kind.equals.rawValue where !record.foldsCase && !record.isQualifiedName:
        equals.append(EqualsTable.Entry(hash: hash(of: view.text(record)), position: position))
      case PatternFilter.Kind.equals.rawValue:
        for literal in literals {
          folded.append(EqualsTable.Entry(hash: view.literal(literal).hash, position: position))
        }
        if record.isQualifiedName { hasNames = true }
      case PatternFilter.Kind.prefix.rawValue: first += literals.map { ($0, position) }
      case PatternFilter.Kind.suffix.rawValue: last += literals.map { ($0, position) }
      case PatternFilter.Kind.contains.rawValue
      where literals.allSatisfy({ (1...GramEntries.longest).contains(view.literal($0).bytes.count) }):
        for literal in literals {
          switch view.literal(literal).bytes.count {
          case LandmarkTable.shortest...: within.long.append((literal, position))
          case FewLiterals.shortest: within.short.append((literal, position))
          case 2...3: within.pairs.append((literal, position))
          default: within.bytes.append((literal, position))
          }
        }
      default: always.append(position)
      }
    }
    let selection = UnsafeMutableBufferPointer(start: memory.copy(selected), count: selected.count)
    let users = LiteralUsers(view: view, selection: selection, gates: gates)
    // Few literals are sought together; of many at least those that are too short for a landmark, if these are few.
    let shortCount = Set(within.short.map(\.literal)).count
    let isFew = shortCount + Set(within.long.map(\.literal)).count <= FewLiterals.most
    let few = FewLiterals(
      isFew ? within.long + within.short : shortCount <= FewLiterals.most ? within.short : [], users, in: memory)
    if shortCount <= FewLiterals.most { within.short = [] }
    if isFew { within.long = [] }
    let long = LandmarkTable(
      within.long, users, beside: few.nodeCount > 0 ? UnsafePointer(few.sought) : nil, in: memory)
    let short = GramTable(within.short, users, width: 3, step: 2, in: memory)
    let pairs = GramTable(within.pairs, users, width: 2, step: 1, in: memory)
    let bytes = GramTable(within.bytes, users, width: 1, step: 1, in: memory)
    let gramStamps = long.stampCount + short.stampCount + pairs.stampCount + bytes.stampCount
    let stampCount = indices.count + few.nodeCount + gramStamps
    let hasOthers =
      !(equals.isEmpty && folded.isEmpty && first.isEmpty && last.isEmpty)
      || short.stampCount + pairs.stampCount + bytes.stampCount > 0
    if hasOthers || !always.isEmpty || few.nodeCount + long.stampCount == 0 {
      self.few = nil
    } else {
      self.few = long.stampCount > 0 ? long.search : UnsafePointer(few.sought)
    }
    let hasMore = hasOthers || long.stampCount > 0
    parts.initialize(
      to: Parts(
        view: view, selection: selection, gates: gates, few: few, long: long, stampCount: stampCount,
        unfiltered: UnsafeMutableBufferPointer(start: memory.copy(always), count: always.count),
        equal: EqualsTable(equals, in: memory), equalFolded: EqualsTable(folded, in: memory), hasNames: hasNames,
        prefixes: AnchorTable(first, view, atEnd: false, in: memory),
        suffixes: AnchorTable(last, view, atEnd: true, in: memory), short: short,
        pairs: pairs, bytes: bytes, hasMore: hasMore))
  }

  /// Appends to `hits` the position in the selection of every pattern that matches `text`, each once, in no order.
  /// `hash` is ``factHash(_:_:)`` of the text, where the caller has it. Allocates nothing once `scratch` and `hits` have
  /// grown to their size. Patterns that `admitted` rules out are not sought, see ``init(_:selecting:gates:)``.
  ///
  /// False: at least one pattern could not be decided (``MatchResult/undecided``), and is not among the hits.
  public borrowing func scan(
    _ text: UnsafeBufferPointer<UInt8>, hash textHash: UInt32? = nil, admitted: UInt64 = .max,
    scratch: inout PatternScratch, hits: inout RawBuffer<UInt32>
  ) -> Bool {
    let parts = UnsafePointer(self.parts)
    scratch.begin(stampCount: parts.pointee.stampCount)
    // Candidates are collected first and confirmed after: a closure here would cost an allocation a text.
    scratch.candidates.removeAll()
    if parts.pointee.few.nodeCount > 0, let base = text.baseAddress {
      parts.pointee.few.scan(
        base, text.count, admitted, scratch.stamps(from: parts.pointee.selection.count), scratch.places,
        into: &scratch.candidates)
    }
    if parts.pointee.hasMore { Self.scanForMore(parts, text, textHash, admitted, &scratch) }
    if scratch.candidates.count + parts.pointee.unfiltered.count == 0 { return true }
    return Self.confirm(parts, text, admitted, &scratch, &hits)
  }

  /// The same where ``few`` was sought in the text, which has at most ``longestGlance`` bytes: `found` places of
  /// ``PatternScratch/places`` say where it may stand.
  public borrowing func scan(
    _ text: UnsafeBufferPointer<UInt8>, found: Int, admitted: UInt64, scratch: inout PatternScratch,
    hits: inout RawBuffer<UInt32>
  ) {
    let parts = UnsafePointer(self.parts)
    guard let base = text.baseAddress else { return }
    scratch.begin(stampCount: parts.pointee.stampCount)
    scratch.candidates.removeAll()
    let fewNodes = parts.pointee.selection.count
    let longStamps = fewNodes + parts.pointee.few.nodeCount
    for index in 0..<found {
      let place = scratch.places[index]
      if place & 0xFF != 0 {
        parts.pointee.few.visit(
          place, base, text.count, admitted, scratch.stamps(from: fewNodes), &scratch.candidates)
      } else {
        parts.pointee.long.visit(
          Int(place >> 8), base, text.count, admitted, scratch.stamps(from: longStamps), &scratch.candidates)
      }
    }
    for index in 0..<scratch.candidates.count {
      _ = Self.confirm(scratch.candidates[index], parts, text, admitted, &scratch, &hits)
    }
  }

  /// The position of the one pattern that matches a text in which ``few`` was found at one place, `found`; -1 if there is none.
  /// Nil where more than one may match, which ``scan(_:found:admitted:scratch:hits:)`` tells. `asking`, eight bytes for each
  /// position, is what is read next where there is one; behind the text as much may be read as by a search in values.
  @inline(__always)
  public borrowing func match(
    _ text: UnsafeBufferPointer<UInt8>, at found: UInt64, admitted: UInt64, asking: UnsafeRawPointer,
    scratch: inout PatternScratch
  ) -> Int? {
    let parts = UnsafePointer(self.parts)
    guard let base = text.baseAddress else { return nil }
    var isSole = true
    let sole =
      found & 0xFF != 0
      ? parts.pointee.few.sole(found, base, text.count, admitted, &isSole)
      : parts.pointee.long.sole(Int(found >> 8), base, text.count, admitted, &isSole)
    guard let (node, start) = sole else { return isSole ? -1 : nil }
    guard let candidate = node.candidate else { return nil }
    let position = candidate & ~PatternScratch.matched
    text_scan_ask(asking + Int(position) * 8)
    if candidate != position { return Int(position) }
    switch SelectedPattern.matches(
      parts.pointee.pattern(position), text, sole: start, of: parts.pointee.view, &scratch)
    {
    case .matched: return Int(position)
    case .notMatched: return -1
    case .undecided: return nil
    }
  }

  /// The patterns that wait for the literals of ``few``, by ``LiteralPattern/number(at:in:of:)``; empty where it seeks landmarks.
  public var literalPatterns: [LiteralPattern] {
    guard few == UnsafePointer(parts.pointee.few.sought) else { return [] }
    return parts.pointee.few.known.map { LiteralPattern($0, parts.pointee.selection, parts.pointee.view) }
  }

  /// Appends what the other tables find.
  @inline(never)
  private static func scanForMore(
    _ parts: UnsafePointer<Parts>, _ text: UnsafeBufferPointer<UInt8>, _ textHash: UInt32?, _ admitted: UInt64,
    _ scratch: inout PatternScratch
  ) {
    if !parts.pointee.equal.isEmpty {
      parts.pointee.equal.probe(textHash ?? hash(of: text), into: &scratch.candidates)
    }
    if !parts.pointee.equalFolded.isEmpty { probeFolded(parts, text, &scratch) }
    guard let base = text.baseAddress else { return }
    let view = parts.pointee.view
    let count = text.count
    let longStamps = parts.pointee.selection.count + parts.pointee.few.nodeCount
    let shortStamps = longStamps + parts.pointee.long.stampCount
    let pairStamps = shortStamps + parts.pointee.short.stampCount
    let byteStamps = pairStamps + parts.pointee.pairs.stampCount
    parts.pointee.prefixes.scan(base, count, view, into: &scratch.candidates)
    parts.pointee.suffixes.scan(base, count, view, into: &scratch.candidates)
    if parts.pointee.long.stampCount > 0 {
      parts.pointee.long.scan(
        base, count, admitted, scratch.stamps(from: longStamps), scratch.landmarks, into: &scratch.candidates)
    }
    if parts.pointee.short.stampCount > 0 {
      parts.pointee.short.scan(base, count, admitted, scratch.stamps(from: shortStamps), into: &scratch.candidates)
    }
    if parts.pointee.pairs.stampCount > 0 {
      parts.pointee.pairs.scan(base, count, admitted, scratch.stamps(from: pairStamps), into: &scratch.candidates)
    }
    if parts.pointee.bytes.stampCount > 0 {
      parts.pointee.bytes.scan(base, count, admitted, scratch.stamps(from: byteStamps), into: &scratch.candidates)
    }
  }

  /// Tries each candidate once, and what has no filter.
  @inline(never)
  private static func confirm(
    _ parts: UnsafePointer<Parts>, _ text: UnsafeBufferPointer<UInt8>, _ admitted: UInt64,
    _ scratch: inout PatternScratch, _ hits: inout RawBuffer<UInt32>
  ) -> Bool {
    let unfiltered = parts.pointee.unfiltered
    var isDecided = true
    for index in 0..<scratch.candidates.count {
      if !confirm(scratch.candidates[index], parts, text, admitted, &scratch, &hits) { isDecided = false }
    }
    for position in unfiltered where !confirm(position, parts, text, admitted, &scratch, &hits) { isDecided = false }
    return isDecided
  }

  /// Tries a candidate, unless it was tried before; false: it could not be decided.
  @inline(__always)
  private static func confirm(
    _ candidate: UInt32, _ parts: UnsafePointer<Parts>, _ text: UnsafeBufferPointer<UInt8>, _ admitted: UInt64,
    _ scratch: inout PatternScratch, _ hits: inout RawBuffer<UInt32>
  ) -> Bool {
    let position = candidate & ~PatternScratch.matched
    if let gates = parts.pointee.gates, gates[Int(position)] & admitted == 0 { return true }
    guard scratch.stamps(from: 0).isNew(Int(position)) else { return true }
    if candidate != position {
      hits.append(position)
      return true
    }
    let result = SelectedPattern.matches(parts.pointee.pattern(position), text, of: parts.pointee.view, &scratch)
    if result == .matched { hits.append(position) }
    return result != .undecided
  }

  /// Looks up a text with its case folded; where names are sought, also what follows each of its dots.
  @inline(__always)
  private static func probeFolded(
    _ parts: UnsafePointer<Parts>, _ text: UnsafeBufferPointer<UInt8>, _ scratch: inout PatternScratch
  ) {
    scratch.reserveFolded(text.count)
    let folded = scratch.folded
    for index in text.indices { folded[index] = asciiLowercased(text[index]) }
    parts.pointee.equalFolded.probe(factHash(folded, text.count), into: &scratch.candidates)
    if !parts.pointee.hasNames { return }
    for index in text.indices where folded[index] == UInt8(ascii: ".") {
      parts.pointee.equalFolded.probe(factHash(folded + index + 1, text.count - index - 1), into: &scratch.candidates)
    }
  }
}
