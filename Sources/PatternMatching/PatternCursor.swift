/// Reads a pattern's source code point by code point, and words errors about it.
struct PatternCursor {
  let source: [UInt8]
  var offset = 0

  init(_ source: String) { self.source = Array(source.utf8) }

  var isAtEnd: Bool { offset >= source.count }

  /// The byte at the offset, or nil at the end.
  var peek: UInt8? { offset < source.count ? source[offset] : nil }

  /// The byte `distance` after the offset, or nil past the end.
  func peek(_ distance: Int) -> UInt8? { offset + distance < source.count ? source[offset + distance] : nil }

  /// Passes over `text` if it comes next.
  mutating func take(_ text: StaticString) -> Bool {
    let bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    guard offset + bytes.count <= source.count, source[offset..<offset + bytes.count].elementsEqual(bytes) else {
      return false
    }
    offset += bytes.count
    return true
  }

  /// Reads the next code point; the source is a Swift string, hence valid UTF-8. Not to be called at the end.
  mutating func takeCodePoint() -> UInt32 {
    let first = source[offset]
    let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    var value = UInt32(first) & (length == 1 ? 0x7F : 0xFF >> UInt32(length + 1))
    for index in 1..<max(length, 1) { value = value << 6 | UInt32(source[offset + index]) & 0x3F }
    offset += length
    return value
  }

  /// The source between two offsets.
  func text(_ start: Int, _ end: Int) -> String { String(decoding: source[start..<end], as: UTF8.self) }

  /// An error from `start` up to the cursor, and over at least one byte where there is one.
  func error(_ message: String, from start: Int, hint: String? = nil) -> PatternError {
    PatternError(message, start, max(offset, min(start + 1, source.count)), hint: hint)
  }
}

/// The value of a hexadecimal digit, or nil.
func hexadecimal(_ byte: UInt8) -> UInt32? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) - 0x30
  case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte) - 0x57
  case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte) - 0x37
  default: nil
  }
}
