import PolicyBytecode

/// A selection of a table's patterns, ready to be sought in texts all at once.
public struct PatternIndex: ~Copyable {
  private let table: PatternTable
  private let selection: [UInt32]

  /// Selects patterns by their indices in the table, each below its count; one may come several times.
  public init(_ table: PatternTable, selecting selection: [UInt32]) {
    self.table = table
    self.selection = selection
  }

  /// Appends to `hits` the position in the selection of every pattern that matches `text`, each once, in no order.
  /// `hash` is ``factHash(_:_:)`` of the text, where the caller has it.
  ///
  /// False: at least one pattern could not be decided (``MatchResult/undecided``), and is not among the hits.
  public borrowing func scan(
    _ text: UnsafeBufferPointer<UInt8>, hash: UInt32? = nil, scratch: inout PatternScratch,
    hits: inout RawBuffer<UInt32>
  ) -> Bool {
    var isDecided = true
    for position in selection.indices {
      switch table.matches(selection[position], text, scratch: &scratch) {
      case .matched: hits.append(UInt32(position))
      case .notMatched: break
      case .undecided: isDecided = false
      }
    }
    return isDecided
  }
}
