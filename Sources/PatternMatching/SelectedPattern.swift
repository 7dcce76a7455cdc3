import CTextScan
import PolicyBytecode

/// A pattern of an index's selection with what its matching begins with, which otherwise stands in three places of the table: where
/// rules are many none of these is in a cache. Valid as long as the table.
struct SelectedPattern: BitwiseCopyable {
  private enum Form: BitwiseCopyable {
    /// `memory` is a `text_scan_automaton`.
    case shuffled
    /// `memory` is a ``PiecesLayout`` of which no end is anchored.
    case pieces
    /// The table knows.
    case other
  }

  private var memory: UnsafeRawPointer?
  let number: UInt32
  private let minimumLength: UInt16
  private var form = Form.other

  init(_ number: UInt32, _ record: PatternTableView.Record, of view: PatternTableView) {
    self.number = number
    minimumLength = UInt16(clamping: record.minimumLength)
    if record.form == CompiledPattern.Form.automaton.rawValue {
      if let automaton = view.walks[Int(number)].shuffled { (memory, form) = (UnsafeRawPointer(automaton), .shuffled) }
    } else if record.form == CompiledPattern.Form.pieces.rawValue, let layout = view.text(record).baseAddress,
      layout[0] == 0
    {
      (memory, form) = (UnsafeRawPointer(layout), .pieces)
    }
  }

  /// ``PatternTableView/matches(_:_:refused:_:)``. Static: `self` would be copied to the stack.
  @inline(__always)
  static func matches(
    _ pattern: UnsafePointer<SelectedPattern>, _ text: UnsafeBufferPointer<UInt8>, refused: Int = 0,
    of view: PatternTableView, _ scratch: inout PatternScratch
  ) -> MatchResult {
    guard let memory = pattern.pointee.memory else {
      return view.matches(pattern.pointee.number, text, refused: refused, &scratch)
    }
    return matches(pattern, memory, text, refused) ? .matched : .notMatched
  }

  // Not inlined: the loops that find candidates need the registers.
  @inline(never)
  private static func matches(
    _ pattern: UnsafePointer<SelectedPattern>, _ memory: UnsafeRawPointer, _ text: UnsafeBufferPointer<UInt8>,
    _ refused: Int
  ) -> Bool {
    guard let base = text.baseAddress, text.count >= Int(pattern.pointee.minimumLength) else { return false }
    if pattern.pointee.form == .shuffled {
      let automaton = memory.assumingMemoryBound(to: text_scan_automaton.self)
      text_scan_ask_for(automaton)
      return text_scan_walk(automaton, base, text.count, refused, text.count) != 0
    }
    let layout = memory.assumingMemoryBound(to: UInt8.self)
    let count = Int(layout[1])
    return PiecesLayout.stand(0..<count, of: layout, from: layout + (2 + count * 2), in: base, text.count)
  }
}
