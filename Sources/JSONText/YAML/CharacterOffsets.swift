/// Turns positions counted in characters of a UTF-8 text into byte offsets.
struct CharacterOffsets {
  private let bytes: ArraySlice<UInt8>
  /// The byte offset of every `stride`th character; empty if the text is ASCII, where both counts are the same.
  private var marks: [Int] = []
  private static let stride = 64

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    guard bytes.contains(where: { $0 >= 0x80 }) else { return }
    var count = 0
    for offset in bytes.indices where bytes[offset] & 0xC0 != 0x80 {
      if count % Self.stride == 0 { marks.append(offset) }
      count += 1
    }
  }

  /// The index in the slice of the `count`th character, or its end.
  func offset(ofCharacter count: Int) -> Int {
    guard !marks.isEmpty else { return min(bytes.startIndex + count, bytes.endIndex) }
    guard count / Self.stride < marks.count else { return bytes.endIndex }
    var offset = marks[count / Self.stride]
    var left = count % Self.stride
    while left > 0, offset < bytes.endIndex {
      offset += 1
      while offset < bytes.endIndex, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
      left -= 1
    }
    return offset
  }
}
