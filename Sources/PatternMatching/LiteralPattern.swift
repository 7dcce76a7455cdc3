import CTextScan
import Glibc
import PolicyBytecode

/// A pattern that waits for one of few literals, of which a search in values tells where it stands: what is left to ask there.
///
/// Sessions of which few rules speak are of this kind, so the way from the literal to an answer is as short as can be: what it
/// needs of the table is at hand, in the line of the cache in which a rule stands. Valid as long as the index.
public struct LiteralPattern: BitwiseCopyable {
  private enum Rest: BitwiseCopyable {
    /// The literal is all of it.
    case nothing
    case pieces
    case automaton
    /// The index knows.
    case unknown
  }

  private var automaton: UnsafePointer<text_scan_automaton>?
  private var piece = KnownPiece()
  private var rest = Rest.unknown
  /// Bytes of the literal before those that are sought.
  private let windowAt: UInt8
  private var ordinal: UInt32 = 0
  private var minimumLength: UInt32 = 0

  init(_ literal: FewLiterals.Known, _ selection: UnsafeMutableBufferPointer<SelectedPattern>, _ view: PatternTableView)
  {
    windowAt = literal.windowAt
    guard let candidate = literal.candidate else { return }
    ordinal = candidate & ~PatternScratch.matched
    if candidate & PatternScratch.matched != 0 {
      rest = .nothing
      return
    }
    let number = selection[Int(ordinal)].number
    let record = view.record(number)
    minimumLength = UInt32(clamping: record.minimumLength)
    if record.form == CompiledPattern.Form.pieces.rawValue {
      guard let piece = KnownPiece(view.text(record), holding: literal.text) else { return }
      (self.piece, rest) = (piece, .pieces)
    } else if record.form == CompiledPattern.Form.automaton.rawValue, let automaton = view.walks[Int(number)].shuffled {
      (self.automaton, rest) = (automaton, .automaton)
    }
  }

  /// Which of an index's ``PatternIndex/literalPatterns`` waits for the one literal that stands at a place of a text where a search
  /// for ``PatternIndex/few`` found one; -1: none, nil: there are several. Where the search knows the literals, the bits that it finds
  /// are these numbers.
  @inline(__always)
  public static func number(
    at found: UInt64, in text: UnsafeBufferPointer<UInt8>, of sought: UnsafePointer<text_scan_few>
  ) -> Int? {
    FewLiterals.number(at: found, in: text, of: sought)
  }

  /// Its position in the index's selection; nil where the literal is for the index to follow.
  public var position: Int? { rest == .unknown ? nil : Int(ordinal) }

  /// Whether it matches a text in which its literal stands at one place, which a search in values has found; behind the text as
  /// much may be read as there. It must have a ``position``. Static: `self` would be copied to the stack.
  @inline(__always)
  public static func matches(
    _ pattern: UnsafePointer<LiteralPattern>, _ text: UnsafeBufferPointer<UInt8>, at place: Int
  ) -> Bool {
    if pattern.pointee.rest == .nothing { return true }
    return matchesMore(pattern, text, place &- Int(pattern.pointee.windowAt))
  }

  /// Asks for what matching reads, where it may be in no cache.
  @inline(__always)
  public static func ask(for pattern: UnsafePointer<LiteralPattern>) {
    if let automaton = pattern.pointee.automaton { text_scan_ask_for(automaton) }
  }

  /// Beside the literal, which begins at `start`.
  @inline(never)
  private static func matchesMore(
    _ pattern: UnsafePointer<LiteralPattern>, _ text: UnsafeBufferPointer<UInt8>, _ start: Int
  ) -> Bool {
    guard let automaton = pattern.pointee.automaton else {
      return pattern.pointee.piece.matches(text, literalAt: start)
    }
    // Nowhere else stands what a match holds, so none ends before, and none begins behind.
    return text.count >= Int(pattern.pointee.minimumLength)
      && text_scan_walk(automaton, text.baseAddress, text.count, start, start) != 0
  }
}

/// A glob of several pieces with anything around and between them, of which one holds a literal that stands once in a text: so
/// there is one place where that piece may stand.
struct KnownPiece: BitwiseCopyable {
  /// See ``PiecesLayout``.
  private var layout: UnsafePointer<UInt8>?
  /// Where the bytes of the known one begin in `layout`.
  private var knownAt: UInt32 = 0
  private var knownLength: UInt32 = 0
  /// Where the literal begins in it.
  private var literalAt: UInt32 = 0
  private(set) var index: UInt8 = 0
  /// Whether the literal is the piece, but for case.
  private(set) var isAllLiteral = false

  /// None.
  init() {}

  /// Nil where an end is anchored, and where no piece holds the literal, whose bytes have case folded.
  init?(_ bytes: UnsafeBufferPointer<UInt8>, holding literal: UnsafeBufferPointer<UInt8>) {
    guard let layout = bytes.baseAddress, bytes[0] == 0, let first = literal.baseAddress else { return nil }
    self.layout = layout
    knownAt = 2 + UInt32(layout[1]) * 2
    for index in 0..<layout[1] {
      let piece = layout + Int(knownAt)
      let length = PiecesLayout.length(Int(index), layout)
      let starts = 0..<max(length - literal.count + 1, 0)
      if let start = starts.first(where: { FoldedText.isEqual(piece + $0, first, literal.count) }) {
        (self.index, knownLength, literalAt) = (index, UInt32(length), UInt32(start))
        isAllLiteral = length == literal.count
        return
      }
      knownAt += UInt32(length)
    }
    return nil
  }

  /// Whether it matches a text in which the literal stands at one place.
  @inline(__always)
  func matches(_ text: UnsafeBufferPointer<UInt8>, literalAt place: Int) -> Bool {
    guard let layout else { return false }
    return PiecesLayout.stand(
      around: Int(index), at: layout + Int(knownAt), Int(knownLength), of: layout, in: text, place &- Int(literalAt))
  }
}

extension PiecesLayout {
  /// Whether all pieces of a layout of which no end is anchored stand in a text one behind the other, where piece `index`, of
  /// `length` bytes from `known` on, can stand at `start` alone. Behind the text as much may be read as by a search in values.
  @inline(__always)
  static func stand(
    around index: Int, at known: UnsafePointer<UInt8>, _ length: Int, of layout: UnsafePointer<UInt8>,
    in text: UnsafeBufferPointer<UInt8>, _ start: Int
  ) -> Bool {
    let count = Int(layout[1])
    let end = start &+ length
    guard let base = text.baseAddress, start >= 0, end <= text.count else { return false }
    let first = layout + (2 + count * 2)
    // Pieces mostly stand near by.
    if index != 1 || text_scan_stand_near(base, start, known, length, first, known - first) == 0 {
      guard memcmp(base + start, known, length) == 0, stand(0..<index, of: layout, from: first, in: base, start) else {
        return false
      }
    }
    if index &+ 1 == count { return true }
    return stand(index &+ 1..<count, of: layout, from: known + length, in: base + end, text.count &- end)
  }
}
