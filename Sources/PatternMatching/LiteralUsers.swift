import CTextScan
import Glibc
import PolicyBytecode

/// A selection of patterns, as the tables that find their literals know it.
struct LiteralUsers {
  let view: PatternTableView
  /// By position.
  let selection: UnsafeMutableBufferPointer<SelectedPattern>
  /// By position; nil: none is ever ruled out.
  let gates: UnsafeMutablePointer<UInt64>?

  func gate(_ position: UInt32) -> UInt64 { gates?[Int(position)] ?? .max }

  /// The text of a pattern that matches wherever it stands, if that has `length` bytes; nil if there is more to it.
  func wholeText(_ position: UInt32, _ length: Int) -> UnsafePointer<UInt8>? {
    let record = view.record(selection[Int(position)].number)
    guard record.form == CompiledPattern.Form.contains.rawValue, !record.foldsCase, record.dataCount == length else {
      return nil
    }
    return view.text(record).baseAddress
  }
}

/// A literal and the positions that have it in their filter: in as few bytes as can be, for what was not in use for a while is
/// not in the cache.
struct LiteralNode: BitwiseCopyable {
  /// A position that has a literal, by its number.
  typealias Member = (literal: UInt32, position: UInt32)

  /// The literal with case folded; as it is where it is ``Use/whole``.
  private var bytes: UnsafePointer<UInt8>
  /// Those of the positions together.
  let gate: UInt64
  /// The one position; where there are several, where their number stands in the table's list, and they behind it.
  private let first: UInt32
  /// Of the literal, at least one.
  let length: UInt8
  private let use: Use

  private enum Use: UInt8, BitwiseCopyable {
    /// There is one position that has it, or several.
    case one, several
    /// There is one, the pattern of which is this literal and no more: ``LiteralUsers/wholeText(_:_:)``.
    case whole
  }

  /// The nodes of `members`, each with its literal, in the order of these; `list` gets the positions of those that are shared.
  /// Those with `shortest` bytes in common are one where that is as good, see ``merge(_:_:)``.
  static func nodes(
    of members: [Member], _ users: LiteralUsers, _ list: inout [UInt32], mergingDownTo shortest: Int? = nil
  ) -> [(node: LiteralNode, literal: PatternTableView.Literal)] {
    let sorted = members.sorted { ($0.literal, $0.position) < ($1.literal, $1.position) }
    var shares: [Share] = []
    var start = 0
    while start < sorted.count {
      var end = start + 1
      while end < sorted.count, sorted[end].literal == sorted[start].literal { end += 1 }
      shares.append(
        Share(literal: users.view.literal(sorted[start].literal), positions: sorted[start..<end].map(\.position)))
      start = end
    }
    if let shortest { merge(&shares, shortest) }
    return shares.compactMap { share in
      guard let bytes = share.literal.bytes.baseAddress,
        let node = LiteralNode(bytes, share.literal.bytes.count, share.positions, users, &list)
      else { return nil }
      return (node, share.literal)
    }
  }

  private struct Share {
    var literal: PatternTableView.Literal
    let positions: [UInt32]
  }

  /// Literals of the same positions that differ in their first byte alone, or in their last one, become one without it, if that has
  /// `shortest` bytes: what is sought of ` 4711` behind any of six kinds of space is `4711`.
  private static func merge(_ shares: inout [Share], _ shortest: Int) {
    for start in [1, 0] {
      var merged: [Share] = []
      while var share = shares.popLast() {
        let count = share.literal.bytes.count
        if count > shortest {
          let common = UnsafeBufferPointer(rebasing: share.literal.bytes[start..<start + count - 1])
          let before = shares.count
          shares.removeAll { other in
            other.literal.bytes.count == count && other.positions == share.positions
              && other.literal.bytes[start..<start + count - 1].elementsEqual(common)
          }
          if shares.count < before {
            share.literal.bytes = common
            share.literal.window = max(share.literal.window - start, 0)
          }
        }
        merged.append(share)
      }
      shares = merged
    }
  }

  /// Nil for a literal of no bytes or more than fit, which no table is given.
  private init?(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, _ positions: [UInt32], _ users: LiteralUsers, _ list: inout [UInt32]
  ) {
    guard let length = UInt8(exactly: count), length > 0 else { return nil }
    self.length = length
    gate = positions.reduce(0) { $0 | users.gate($1) }
    let wholeText = positions.count > 1 ? nil : users.wholeText(positions[0], count)
    self.bytes = wholeText ?? bytes
    use = wholeText != nil ? .whole : positions.count > 1 ? .several : .one
    first = use == .several ? UInt32(list.count) : positions[0]
    if use == .several { list += [UInt32(positions.count)] + positions }
  }

  /// Takes the bytes that it compares to `place`; gives where they end.
  mutating func move(to place: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    place.initialize(from: bytes, count: Int(length))
    bytes = UnsafePointer(place)
    return place + Int(length)
  }

  /// With case folded; as it is where it is the whole pattern.
  var text: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: bytes, count: Int(length)) }

  /// Tells a search of which it is literal `number` what it is.
  func tell(
    _ few: UnsafeMutablePointer<text_scan_few>, _ tables: UnsafeMutablePointer<text_scan_tables>, _ number: Int,
    windowAt: UInt8
  ) {
    text_scan_add_literal(few, tables, Int32(number), bytes, length, windowAt, use == .whole ? 0 : 0x20)
  }

  /// Whether the literal stands at `place`: with case folded, or as it is where it is the whole pattern.
  @inline(__always)
  func stands(at place: UnsafePointer<UInt8>) -> Bool {
    use == .whole ? memcmp(place, bytes, Int(length)) == 0 : FoldedText.isEqual(place, bytes, Int(length))
  }

  /// The one position that has it, with ``PatternScratch/matched`` where the literal is the pattern; nil if there are several.
  @inline(__always)
  var candidate: UInt32? {
    switch use {
    case .whole: first | PatternScratch.matched
    case .one: first
    case .several: nil
    }
  }

  /// Appends the positions of the literal, which stands in the text.
  @inline(__always)
  func append(of list: UnsafePointer<UInt32>, to candidates: inout RawBuffer<UInt32>) {
    if let candidate { return candidates.append(candidate) }
    for index in 1...Int(list[Int(first)]) { candidates.append(list[Int(first) + index]) }
  }
}
