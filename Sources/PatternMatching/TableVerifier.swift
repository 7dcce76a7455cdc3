/// Proves once that matching with a table can never leave it, so that matching need not check.
///
/// The table may come from anyone: each word is checked against what ``TableLayout`` and ``AutomatonLayout`` allow before
/// it is used as a place or a count. What is not about memory (a filter that misses matches) is the writer's affair.
enum TableVerifier {
  /// The words of the table, once they are proved.
  @discardableResult
  static func verify(_ bytes: UnsafeRawBufferPointer) throws(PatternTableError) -> UnsafePointer<UInt32> {
    guard let base = bytes.baseAddress, bytes.count >= TableLayout.headerWords * 4 else {
      throw PatternTableError("the pattern table is cut short")
    }
    guard UInt(bitPattern: base) % 4 == 0 else {
      throw PatternTableError("the pattern table is not aligned to 4 bytes")
    }
    let words = UnsafeBufferPointer(start: base.assumingMemoryBound(to: UInt32.self), count: bytes.count / 4)
    guard words[0] == TableLayout.magic else { throw PatternTableError("this is no pattern table") }
    guard Int(words[1]) == words.count, bytes.count % 4 == 0, let start = words.baseAddress else {
      throw PatternTableError("the pattern table is cut short")
    }
    let patternCount = Int(words[2])
    let literalCount = Int(words[4])
    let referenceCount = Int(words[6])
    let referencesAt = Int(words[7])
    guard Int(words[3]) == TableLayout.headerWords,
      fits(Int(words[3]), patternCount * TableLayout.recordWords, words),
      fits(Int(words[5]), literalCount * TableLayout.literalWords, words), fits(referencesAt, referenceCount, words)
    else { throw PatternTableError("the pattern table's parts do not fit into it") }

    // Patterns share neither data nor references, so that proving and packing take time in proportion to the table.
    var (dataCount, ownReferences) = (0, 0)
    for index in 0..<patternCount {
      try verifyRecord(index, words)
      dataCount += dataWords(index, words)
      ownReferences += Int(words[TableLayout.headerWords + index * TableLayout.recordWords + 5])
      guard dataCount <= words.count, ownReferences <= referenceCount else {
        throw PatternTableError("patterns share what they own")
      }
    }
    for index in 0..<literalCount {
      let at = Int(words[5]) + index * TableLayout.literalWords
      let count = Int(words[at + 1])
      guard fits(Int(words[at]), (count + 3) / 4, words), Int(words[at + 2]) < max(count, 1) else {
        throw PatternTableError("literal \(index) does not fit into the pattern table")
      }
    }
    for index in 0..<referenceCount where Int(words[referencesAt + index]) >= literalCount {
      throw PatternTableError("reference \(index) names no literal")
    }
    return start
  }

  /// The words of a record's data.
  private static func dataWords(_ index: Int, _ words: UnsafeBufferPointer<UInt32>) -> Int {
    let at = TableLayout.headerWords + index * TableLayout.recordWords
    let count = Int(words[at + 2])
    return words[at] & 0xFF == CompiledPattern.Form.automaton.rawValue ? count : (count + 3) / 4
  }

  private static func fits(_ at: Int, _ count: Int, _ words: UnsafeBufferPointer<UInt32>) -> Bool {
    at <= words.count && count <= words.count - at
  }

  private static func verifyRecord(
    _ index: Int, _ words: UnsafeBufferPointer<UInt32>
  ) throws(PatternTableError) {
    let at = TableLayout.headerWords + index * TableLayout.recordWords
    guard let form = CompiledPattern.Form(rawValue: words[at] & 0xFF),
      let filter = PatternFilter.Kind(rawValue: words[at] >> 16),
      words[at] & 0xFF00 & ~(TableLayout.foldsCase | TableLayout.isQualifiedName) == 0
    else { throw PatternTableError("pattern \(index) is of an unknown form") }
    let dataAt = Int(words[at + 1])
    let dataCount = Int(words[at + 2])
    guard fits(dataAt, dataWords(index, words), words),
      Int(words[at + 4]) + Int(words[at + 5]) <= Int(words[6]), filter == .none || words[at + 5] > 0
    else { throw PatternTableError("pattern \(index) does not fit into the pattern table") }
    if form == .pieces {
      let bytes = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: words[dataAt..<dataAt + (dataCount + 3) / 4]))
      guard PiecesLayout.isSound(bytes[..<dataCount]) else {
        throw PatternTableError("the pieces of pattern \(index) do not add up")
      }
    }
    if form == .automaton {
      try verifyAutomaton(index, UnsafeBufferPointer(rebasing: words[dataAt..<dataAt + dataCount]))
    }
  }

  private static func verifyAutomaton(
    _ index: Int, _ words: UnsafeBufferPointer<UInt32>
  ) throws(PatternTableError) {
    guard words.count > AutomatonLayout.cells else { throw PatternTableError("automaton \(index) is cut short") }
    let stateCount = Int(words[AutomatonLayout.stateCount])
    let classCount = Int(words[AutomatonLayout.classCount])
    let isWide = words[AutomatonLayout.isWide] == 1
    guard (1...256).contains(classCount), (2...PatternLimits.dfaStates + 2).contains(stateCount),
      isWide == AutomatonLayout.isWide(stateCount: stateCount, classCount: classCount),
      words[AutomatonLayout.isWide] <= 1,
      words.count == AutomatonLayout.cells + (isWide ? stateCount * classCount : (stateCount * classCount + 1) / 2)
    else { throw PatternTableError("automaton \(index) has a wrong size") }
    let end = UInt32(stateCount * classCount)
    let rows = Multiples(of: UInt32(classCount))
    @inline(__always) func isRow(_ offset: UInt32) -> Bool { offset < end && rows.contains(offset) }
    guard isRow(words[AutomatonLayout.start]) else { throw PatternTableError("automaton \(index) starts nowhere") }
    let classes = UnsafeRawBufferPointer(
      UnsafeBufferPointer(rebasing: words[AutomatonLayout.classes..<AutomatonLayout.cells]))
    guard classes.allSatisfy({ Int($0) < classCount }) else {
      throw PatternTableError("automaton \(index) has a byte of no class")
    }
    let cells = UnsafeBufferPointer(rebasing: words[AutomatonLayout.cells...])
    let areRows =
      isWide ? cells.allSatisfy(isRow) : cells.allSatisfy { isRow($0 & 0xFFFF) && isRow($0 >> 16) }
    guard areRows else { throw PatternTableError("automaton \(index) leads nowhere") }
  }
}

/// The multiples of a number that is not 0, told by a product instead of a division: Lemire, Kaser, Kurz, Faster Remainder by
/// Direct Computation, 2019.
struct Multiples {
  private let inverse: UInt64

  init(of number: UInt32) { inverse = UInt64.max / UInt64(number) &+ 1 }

  @inline(__always)
  func contains(_ value: UInt32) -> Bool { UInt64(value) &* inverse <= inverse &- 1 }
}
