import CTextScan
import Glibc
import PolicyBytecode

/// A pattern that waits for a literal of which a search in values tells where it stands: what is left to ask there.
///
/// Sessions of which few rules speak are of this kind, so the way from the literal to an answer is as short as can be: what it
/// needs of the table is at hand. Valid as long as the index.
public struct LiteralPattern: BitwiseCopyable {
  /// Its position in the index's selection; nil where the literal is for the index to follow.
  public let position: Int?
  /// Bytes of the literal before those that are sought.
  private let windowAt: Int
  private let minimumLength: Int
  private let rest: Rest

  private enum Rest: BitwiseCopyable {
    /// The literal is all of it.
    case nothing
    case pieces(KnownPiece)
    case automaton(UnsafePointer<text_scan_automaton>)

    init?(_ number: UInt32, _ record: PatternTableView.Record, _ literal: FewLiterals.Known, _ view: PatternTableView) {
      if record.form == CompiledPattern.Form.pieces.rawValue {
        guard let piece = KnownPiece(view.text(record), holding: literal.text) else { return nil }
        self = .pieces(piece)
      } else if record.form == CompiledPattern.Form.automaton.rawValue {
        guard let automaton = view.walks[Int(number)].shuffled else { return nil }
        self = .automaton(automaton)
      } else {
        return nil
      }
    }
  }

  init(_ literal: FewLiterals.Known, _ selection: UnsafeMutableBufferPointer<UInt32>, _ view: PatternTableView) {
    windowAt = literal.windowAt
    if let candidate = literal.candidate {
      let position = Int(candidate & ~PatternScratch.matched)
      let record = view.record(selection[position])
      minimumLength = record.minimumLength
      if candidate & PatternScratch.matched != 0 {
        (self.position, rest) = (position, .nothing)
        return
      }
      if let rest = Rest(selection[position], record, literal, view) {
        (self.position, self.rest) = (position, rest)
        return
      }
    } else {
      minimumLength = 0
    }
    (position, rest) = (nil, .nothing)
  }

  /// Whether it matches a text in which its literal stands at one place, which a search in values has found. It must have a
  /// ``position``.
  @inline(__always)
  public func matches(_ text: UnsafeBufferPointer<UInt8>, at place: Int) -> Bool {
    let start = place &- windowAt
    switch rest {
    case .nothing: return true
    case .pieces(let piece): return piece.matches(text, literalAt: start)
    case .automaton(let automaton):
      // Nowhere else stands what a match holds, so none ends before, and none begins behind.
      return text.count >= minimumLength && text_scan_walk(automaton, text.baseAddress, text.count, start, start) != 0
    }
  }
}

/// A glob of several pieces with anything around and between them, of which one holds a literal that stands once in a text: so
/// there is one place where that piece may stand.
struct KnownPiece: BitwiseCopyable {
  /// See ``PiecesLayout``.
  private let layout: UnsafePointer<UInt8>
  private let count: Int
  private let index: Int
  /// Where the pieces' bytes begin in `layout`, and those of the known one.
  private let firstAt: Int
  private let knownAt: Int
  private let knownLength: Int
  /// Where the literal begins in it.
  private let literalAt: Int

  /// Nil where an end is anchored, and where no piece holds the literal, whose bytes have case folded.
  init?(_ bytes: UnsafeBufferPointer<UInt8>, holding literal: UnsafeBufferPointer<UInt8>) {
    guard let layout = bytes.baseAddress, bytes[0] == 0, let first = literal.baseAddress else { return nil }
    count = Int(layout[1])
    firstAt = 2 + count * 2
    var piece = layout + firstAt
    for index in 0..<count {
      let length = PiecesLayout.length(index, layout)
      let starts = 0..<max(length - literal.count + 1, 0)
      if let start = starts.first(where: { FoldedText.isEqual(piece + $0, first, literal.count) }) {
        (self.layout, self.index, knownAt, knownLength, literalAt) = (layout, index, piece - layout, length, start)
        return
      }
      piece += length
    }
    return nil
  }

  /// Whether it matches a text in which the literal stands at one place.
  @inline(never)
  func matches(_ text: UnsafeBufferPointer<UInt8>, literalAt place: Int) -> Bool {
    let start = place &- literalAt
    let end = start &+ knownLength
    guard let base = text.baseAddress, start >= 0, end <= text.count else { return false }
    let known = layout + knownAt
    let first = layout + firstAt
    // Pieces mostly stand near by.
    if index != 1 || text_scan_stand_near(base, start, known, knownLength, first, knownAt &- firstAt) == 0 {
      guard memcmp(base + start, known, knownLength) == 0,
        PiecesLayout.stand(0..<index, of: layout, from: first, in: base, start)
      else {
        return false
      }
    }
    return PiecesLayout.stand(
      index &+ 1..<count, of: layout, from: known + knownLength, in: base + end, text.count &- end)
  }
}
