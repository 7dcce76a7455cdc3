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
  /// The piece that is the pattern's literal; beyond all pieces where there is none.
  private var piece = UInt8.max

  init(_ number: UInt32, _ record: PatternTableView.Record, of view: PatternTableView) {
    self.number = number
    minimumLength = UInt16(clamping: record.minimumLength)
    if record.form == CompiledPattern.Form.automaton.rawValue {
      if let automaton = view.walks[Int(number)].shuffled { (memory, form) = (UnsafeRawPointer(automaton), .shuffled) }
    } else if record.form == CompiledPattern.Form.pieces.rawValue, let layout = view.text(record).baseAddress,
      layout[0] == 0
    {
      (memory, form) = (UnsafeRawPointer(layout), .pieces)
      guard record.referenceCount == 1 else { return }
      let literal = view.literal(view.literal(of: record.firstReference)).bytes
      if let known = KnownPiece(view.text(record), holding: literal), known.isAllLiteral { piece = known.index }
    }
  }

  /// Whether it matches a text, ``PatternTableView/matches(_:_:refused:_:)``. `sole`: the one place at which a literal begins that it
  /// requires; behind the text as much may be read as by a search in values. Static: `self` would be copied to the stack.
  @inline(__always)
  static func matches(
    _ pattern: UnsafePointer<SelectedPattern>, _ text: UnsafeBufferPointer<UInt8>, sole: Int? = nil,
    of view: PatternTableView, _ scratch: inout PatternScratch
  ) -> MatchResult {
    guard let memory = pattern.pointee.memory else {
      return view.matches(pattern.pointee.number, text, refused: sole ?? 0, &scratch)
    }
    return matches(pattern, memory, text, sole) ? .matched : .notMatched
  }

  // Not inlined: the loops that find candidates need the registers.
  @inline(never)
  private static func matches(
    _ pattern: UnsafePointer<SelectedPattern>, _ memory: UnsafeRawPointer, _ text: UnsafeBufferPointer<UInt8>,
    _ sole: Int?
  ) -> Bool {
    guard let base = text.baseAddress, text.count >= Int(pattern.pointee.minimumLength) else { return false }
    if pattern.pointee.form == .shuffled {
      let automaton = memory.assumingMemoryBound(to: text_scan_automaton.self)
      text_scan_ask_for(automaton)
      // Nowhere else stands what a match holds, so none ends before, and none begins behind.
      return text_scan_walk(automaton, base, text.count, sole ?? 0, sole ?? text.count) != 0
    }
    let layout = memory.assumingMemoryBound(to: UInt8.self)
    let count = Int(layout[1])
    let first = layout + (2 + count * 2)
    let piece = Int(pattern.pointee.piece)
    guard let sole, piece < count else {
      return PiecesLayout.stand(0..<count, of: layout, from: first, in: base, text.count)
    }
    let known = first + (0..<piece).reduce(0) { $0 + PiecesLayout.length($1, layout) }
    return PiecesLayout.stand(
      around: piece, at: known, PiecesLayout.length(piece, layout), of: layout, in: text, sole)
  }
}
