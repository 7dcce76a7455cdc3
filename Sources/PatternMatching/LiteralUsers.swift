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

/// A literal and the stretch of a table's positions that have it in their filter.
struct LiteralNode: BitwiseCopyable {
  var bytes: UnsafePointer<UInt8>
  /// What ``LiteralUsers/wholeText(_:_:)`` says of the one position there is.
  var wholeText: UnsafePointer<UInt8>?
  var firstPosition: UInt32
  var positionCount: UInt32
  /// Those of the positions together.
  var gate: UInt64

  init(_ bytes: UnsafePointer<UInt8>, _ length: Int, at index: Int, _ position: UInt32, _ users: LiteralUsers) {
    self.bytes = bytes
    wholeText = users.wholeText(position, length)
    firstPosition = UInt32(index)
    positionCount = 1
    gate = users.gate(position)
  }

  mutating func add(_ position: UInt32, _ users: LiteralUsers) {
    wholeText = nil
    positionCount += 1
    gate |= users.gate(position)
  }

  /// Takes the bytes that it compares, `length` of them, to `place`; gives where they end.
  mutating func move(to place: UnsafeMutablePointer<UInt8>, _ length: Int) -> UnsafeMutablePointer<UInt8> {
    place.initialize(from: wholeText ?? bytes, count: length)
    if wholeText == nil { bytes = UnsafePointer(place) } else { wholeText = UnsafePointer(place) }
    return place + length
  }

  /// Whether the literal, of `length` bytes, stands at `place`: with case folded, or as it is where it is the whole pattern.
  @inline(__always)
  func stands(at place: UnsafePointer<UInt8>, _ length: Int) -> Bool {
    guard let wholeText else { return FoldedText.isEqual(place, bytes, length) }
    return memcmp(place, wholeText, length) == 0
  }

  /// Appends the positions of the literal, which stands in the text.
  @inline(__always)
  func append(of positions: UnsafePointer<UInt32>, to candidates: inout RawBuffer<UInt32>) {
    if wholeText != nil {
      candidates.append(positions[Int(firstPosition)] | PatternScratch.matched)
      return
    }
    for index in Int(firstPosition)..<Int(firstPosition + positionCount) { candidates.append(positions[index]) }
  }
}
