import CTextScan

/// Recognises patterns that are literals with runs of anything between them: `drop`, `rm *`, `*drop*table*`.
struct LiteralShape {
  /// The text must begin with the first piece, stop with the last.
  var isAnchoredAtStart = true
  var isAnchoredAtEnd = true
  /// Not empty; pieces are not empty unless there is but one. With case folded, in lower case.
  var pieces: [[UInt8]] = [[]]

  /// The shape of a pattern; nil where there is more to it.
  init?(_ node: PatternNode, foldsCase: Bool) {
    var parts: [PatternNode] = []
    LiteralShape.flatten(node, into: &parts)
    // Past a wildcard, `^` still means the text's start: no literal shape.
    while parts.first == .anything || isAnchoredAtStart && parts.first == .assertion(.textStart) {
      if parts.removeFirst() == .anything { isAnchoredAtStart = false }
    }
    while parts.last == .anything || isAnchoredAtEnd && parts.last == .assertion(.textEnd) {
      if parts.removeLast() == .anything { isAnchoredAtEnd = false }
    }
    for (index, part) in parts.enumerated() {
      if part == .anything {
        if parts[index - 1] != .anything { pieces.append([]) }
      } else if case .set(let set) = part, let codePoint = LiteralShape.single(set, foldsCase: foldsCase) {
        pieces[pieces.count - 1] += utf8(codePoint)
      } else {
        return nil
      }
    }
  }

  private static func flatten(_ node: PatternNode, into parts: inout [PatternNode]) {
    switch node {
    case .empty: break
    case .sequence(let inner): for part in inner { flatten(part, into: &parts) }
    default: parts.append(node)
    }
  }

  /// The one code point of a set; with case folded, the lower case of its two.
  private static func single(_ set: CodePointSet, foldsCase: Bool) -> UInt32? {
    guard let low = set.ranges.first?.lowerBound else { return nil }
    if set.count == 1 {
      // An unfolded letter among folded text, as `(?-i)` may leave it, is no literal.
      return !foldsCase || CodePointSet(low).foldingCase == set ? low : nil
    }
    return foldsCase && CodePointSet(low).foldingCase == set ? low + 32 : nil
  }
}

/// The bytes of a pattern of several pieces: anchors, the number of pieces, their lengths (two bytes each, low one first), the
/// pieces.
enum PiecesLayout {
  static let anchoredAtStart: UInt8 = 1
  static let anchoredAtEnd: UInt8 = 2
  static let mostPieces = 255

  static func bytes(_ shape: LiteralShape) -> [UInt8] {
    let anchors =
      (shape.isAnchoredAtStart ? anchoredAtStart : 0) | (shape.isAnchoredAtEnd ? anchoredAtEnd : 0)
    let lengths = shape.pieces.flatMap {
      [UInt8(truncatingIfNeeded: $0.count), UInt8(truncatingIfNeeded: $0.count >> 8)]
    }
    return [anchors, UInt8(shape.pieces.count)] + lengths + shape.pieces.joined()
  }

  /// Of a piece.
  @inline(__always)
  static func length(_ index: Int, _ layout: UnsafePointer<UInt8>) -> Int {
    Int(layout[2 + index * 2]) | Int(layout[3 + index * 2]) << 8
  }

  /// Whether pieces of a layout, the bytes of which begin at `piece`, stand in a text one behind the other. Each is taken at its
  /// first place behind the one before; any other choice would leave less room for the rest.
  @inline(__always)
  static func stand(
    _ indices: Range<Int>, of layout: UnsafePointer<UInt8>, from piece: UnsafePointer<UInt8>,
    in text: UnsafePointer<UInt8>, _ count: Int
  ) -> Bool {
    var piece = piece
    var place = 0
    for index in indices {
      let length = length(index, layout)
      guard let found = text_scan_find_text(text + place, count - place, piece, length) else { return false }
      place = found - text + length
      piece += length
    }
    return true
  }

  /// Whether the lengths add up to what there is.
  static func isSound(_ bytes: some RandomAccessCollection<UInt8>) -> Bool {
    var iterator = bytes.makeIterator()
    guard let anchors = iterator.next(), anchors <= anchoredAtStart | anchoredAtEnd, let count = iterator.next() else {
      return false
    }
    guard count >= 2 else { return false }
    var sum = 2 + Int(count) * 2
    for _ in 0..<count {
      guard let low = iterator.next(), let high = iterator.next(), low | high != 0 else { return false }
      sum += Int(low) | Int(high) << 8
    }
    return sum == bytes.count
  }
}
