import Glibc
import PolicyBytecode

/// A selection of patterns, as the tables that find their literals know it.
struct LiteralUsers {
  let view: PatternTableView
  /// By position.
  let selection: UnsafeMutableBufferPointer<UInt32>
  /// By position; nil: none is ever ruled out.
  let gates: UnsafeMutablePointer<UInt64>?

  func gate(_ position: UInt32) -> UInt64 { gates?[Int(position)] ?? .max }

  /// The text of a pattern that matches wherever it stands, if that has `length` bytes; nil if there is more to it.
  func wholeText(_ position: UInt32, _ length: Int) -> UnsafePointer<UInt8>? {
    let record = view.record(selection[Int(position)])
    guard record.form == CompiledPattern.Form.contains.rawValue, !record.foldsCase, record.dataCount == length else {
      return nil
    }
    return view.text(record).baseAddress
  }
}

/// A literal and the positions that have it in their filter. Small, for it stands where it is compared.
struct LiteralNode: BitwiseCopyable {
  /// A position that has a literal, by its number.
  typealias Member = (literal: UInt32, position: UInt32)

  /// The literal with case folded; as it is where it ``isWhole``.
  private var bytes: UnsafePointer<UInt8>
  /// Those of the positions together.
  let gate: UInt64
  /// The one position, or where they start in the table's list.
  private let first: UInt32
  /// How many they are, at least one, and ``whole``.
  private let countAndWhole: UInt32

  /// The literal is all of the one pattern, see ``LiteralUsers/wholeText(_:_:)``.
  private static let whole: UInt32 = 1 << 31

  @inline(__always)
  private var isWhole: Bool { countAndWhole & Self.whole != 0 }

  /// The nodes of `members`, sorted by literal and position, each with its literal; the list of positions is that of `members`.
  static func nodes(of members: [Member], _ users: LiteralUsers) -> [(node: LiteralNode, literal: PatternTableView.Literal)] {
    var nodes: [(node: LiteralNode, literal: PatternTableView.Literal)] = []
    var start = 0
    while start < members.count {
      var end = start + 1
      while end < members.count, members[end].literal == members[start].literal { end += 1 }
      let literal = users.view.literal(members[start].literal)
      if let bytes = literal.bytes.baseAddress {
        nodes.append((LiteralNode(bytes, literal.bytes.count, members, start..<end, users), literal))
      }
      start = end
    }
    return nodes
  }

  private init(
    _ bytes: UnsafePointer<UInt8>, _ length: Int, _ members: [Member], _ range: Range<Int>, _ users: LiteralUsers
  ) {
    let wholeText = range.count == 1 ? users.wholeText(members[range.lowerBound].position, length) : nil
    self.bytes = wholeText ?? bytes
    gate = members[range].reduce(0) { $0 | users.gate($1.position) }
    first = range.count == 1 ? members[range.lowerBound].position : UInt32(range.lowerBound)
    countAndWhole = UInt32(range.count) | (wholeText == nil ? 0 : Self.whole)
  }

  /// Takes the bytes that it compares, `length` of them, to `place`; gives where they end.
  mutating func move(to place: UnsafeMutablePointer<UInt8>, _ length: Int) -> UnsafeMutablePointer<UInt8> {
    place.initialize(from: bytes, count: length)
    bytes = UnsafePointer(place)
    return place + length
  }

  /// Whether the literal, of `length` bytes, stands at `place`: with case folded, or as it is where it is the whole pattern.
  @inline(__always)
  func stands(at place: UnsafePointer<UInt8>, _ length: Int) -> Bool {
    isWhole ? memcmp(place, bytes, length) == 0 : FoldedText.isEqual(place, bytes, length)
  }

  /// Appends the positions of the literal, which stands in the text.
  @inline(__always)
  func append(of positions: UnsafePointer<UInt32>, to candidates: inout RawBuffer<UInt32>) {
    if isWhole { return candidates.append(first | PatternScratch.matched) }
    if countAndWhole == 1 { return candidates.append(first) }
    for index in Int(first)..<Int(first + countAndWhole) { candidates.append(positions[index]) }
  }
}
