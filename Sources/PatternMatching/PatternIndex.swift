import PolicyBytecode

/// A selection of a table's patterns, ready to be sought in texts all at once.
///
/// What each pattern's filter asks for is packed into small tables: hashes of whole texts, first and last bytes, grams of
/// literals. One pass over a text finds the few patterns that may match; these are confirmed by their exact matchers,
/// each at most once a text. Building packs; it compiles nothing. An index may be shared between threads, each with a
/// ``PatternScratch`` of its own.
///
/// Unchecked: nothing is written after `init`.
public struct PatternIndex: ~Copyable, @unchecked Sendable {
  private let table: PatternTable
  private let selection: UnsafeMutableBufferPointer<UInt32>
  /// Positions of patterns without a filter.
  private let unfiltered: UnsafeMutableBufferPointer<UInt32>
  private let equal: EqualsTable
  /// By the hash of the text with case folded; names also from after each of their dots.
  private let equalFolded: EqualsTable
  private let hasNames: Bool
  private let prefixes: AnchorTable
  private let suffixes: AnchorTable
  /// Literals of seven bytes and more, of four to six, two and three, and one.
  private let long: GramTable
  private let short: GramTable
  private let pairs: GramTable
  private let bytes: GramTable

  /// The number of patterns selected.
  public var count: Int { selection.count }

  /// Selects patterns by their indices in the table, each below its count; one may come several times.
  public init(_ table: PatternTable, selecting indices: [UInt32]) {
    precondition(indices.allSatisfy { $0 < table.count }, "no such pattern")
    self.table = table
    selection = .allocate(capacity: indices.count)
    _ = selection.initialize(from: indices)
    let view = table.view

    typealias Members = [(literal: UInt32, position: UInt32)]
    var always: [UInt32] = []
    var equals: [EqualsTable.Entry] = []
    var folded: [EqualsTable.Entry] = []
    var hasNames = false
    var first: Members = []
    var last: Members = []
    var within: (long: Members, short: Members, pairs: Members, bytes: Members) = ([], [], [], [])
    for (position, index) in indices.enumerated() {
      let record = view.record(index)
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
      where literals.allSatisfy({ (1...GramTable.longest).contains(view.literal($0).bytes.count) }):
        for literal in literals {
          switch view.literal(literal).bytes.count {
          case 7...: within.long.append((literal, position))
          case 4...6: within.short.append((literal, position))
          case 2...3: within.pairs.append((literal, position))
          default: within.bytes.append((literal, position))
          }
        }
      default: always.append(position)
      }
    }
    unfiltered = .allocate(capacity: always.count)
    _ = unfiltered.initialize(from: always)
    equal = EqualsTable(equals)
    equalFolded = EqualsTable(folded)
    self.hasNames = hasNames
    prefixes = AnchorTable(first, view, atEnd: false)
    suffixes = AnchorTable(last, view, atEnd: true)
    long = GramTable(within.long, view, width: 4, step: 4)
    short = GramTable(within.short, view, width: 3, step: 2)
    pairs = GramTable(within.pairs, view, width: 2, step: 1)
    bytes = GramTable(within.bytes, view, width: 1, step: 1)
  }

  deinit {
    selection.deallocate()
    unfiltered.deallocate()
  }

  /// Appends to `hits` the position in the selection of every pattern that matches `text`, each once, in no order.
  /// `hash` is ``factHash(_:_:)`` of the text, where the caller has it. Allocates nothing once `scratch` and `hits` have
  /// grown to their size.
  ///
  /// False: at least one pattern could not be decided (``MatchResult/undecided``), and is not among the hits.
  public borrowing func scan(
    _ text: UnsafeBufferPointer<UInt8>, hash textHash: UInt32? = nil, scratch: inout PatternScratch,
    hits: inout RawBuffer<UInt32>
  ) -> Bool {
    let view = table.view
    let longNodes = selection.count
    let shortNodes = longNodes + long.nodeCount
    let pairNodes = shortNodes + short.nodeCount
    let byteNodes = pairNodes + pairs.nodeCount
    scratch.begin(stampCount: byteNodes + bytes.nodeCount)
    // Candidates are collected first and confirmed after: a closure here would cost an allocation a text.
    scratch.candidates.removeAll()
    if !equal.isEmpty { equal.probe(textHash ?? hash(of: text), into: &scratch.candidates) }
    if !equalFolded.isEmpty { probeFolded(text, &scratch) }
    if let base = text.baseAddress {
      let count = text.count
      prefixes.scan(base, count, view, into: &scratch.candidates)
      suffixes.scan(base, count, view, into: &scratch.candidates)
      long.scan(base, count, scratch.stamps(from: longNodes), into: &scratch.candidates)
      short.scan(base, count, scratch.stamps(from: shortNodes), into: &scratch.candidates)
      pairs.scan(base, count, scratch.stamps(from: pairNodes), into: &scratch.candidates)
      bytes.scan(base, count, scratch.stamps(from: byteNodes), into: &scratch.candidates)
    }

    var isDecided = true
    let candidateCount = scratch.candidates.count
    for index in 0..<unfiltered.count + candidateCount {
      let position = index < candidateCount ? scratch.candidates[index] : unfiltered[index - candidateCount]
      if scratch.stamps(from: 0).isNew(Int(position)) {
        switch view.matches(selection[Int(position)], text, &scratch) {
        case .matched: hits.append(position)
        case .notMatched: break
        case .undecided: isDecided = false
        }
      }
    }
    return isDecided
  }

  /// Looks up a text with its case folded; where names are sought, also what follows each of its dots.
  @inline(__always)
  private borrowing func probeFolded(_ text: UnsafeBufferPointer<UInt8>, _ scratch: inout PatternScratch) {
    scratch.reserveFolded(text.count)
    let folded = scratch.folded
    for index in text.indices { folded[index] = asciiLowercased(text[index]) }
    equalFolded.probe(factHash(folded, text.count), into: &scratch.candidates)
    if !hasNames { return }
    for index in text.indices where folded[index] == UInt8(ascii: ".") {
      equalFolded.probe(factHash(folded + index + 1, text.count - index - 1), into: &scratch.candidates)
    }
  }
}
