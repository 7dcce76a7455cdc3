import PolicyBytecode

/// Why a request, or a part of it that a policy asks for, cannot be read.
struct HTTPError: Error, Equatable {
  var reason: UnparsedReason

  init(_ reason: UnparsedReason) { self.reason = reason }
}

/// ASCII characters and classes of HTTP's grammar (RFC 9110, 5.6), beside those of ``Ascii``.
enum HTTPBytes {
  static let carriageReturn: UInt8 = 0x0D
  static let delete: UInt8 = 0x7F

  /// Whether a byte may stand in a method or in the name of a header (`tchar`).
  @inline(__always)
  static func isToken(_ byte: UInt8) -> Bool {
    guard byte < 0x80 else { return false }
    let bit: UInt64 = 1 << UInt64(byte & 63)
    return (byte < 64 ? lowToken : highToken) & bit != 0
  }

  // ! # $ % & ' * + - . and digits; letters, ^ _ ` | ~.
  private static let lowToken: UInt64 = 0x03FF_6CFA_0000_0000
  private static let highToken: UInt64 = 0x57FF_FFFF_C7FF_FFFE

  @inline(__always)
  static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

  @inline(__always)
  static func lower(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

  @inline(__always)
  static func upper(_ byte: UInt8) -> UInt8 { byte &- 0x61 < 26 ? byte & 0xDF : byte }

  /// Whether bytes are `word`, which is ASCII in lower case, but for the case of letters.
  @inline(__always)
  static func equal(_ bytes: [UInt8], _ range: ByteRange, _ word: StaticString) -> Bool {
    guard range.count == word.utf8CodeUnitCount else { return false }
    let start = Int(range.start)
    for index in 0..<word.utf8CodeUnitCount where lower(bytes[start + index]) != word.utf8Start[index] { return false }
    return true
  }

  /// The same of a slice.
  static func equal(_ bytes: ArraySlice<UInt8>, _ word: StaticString) -> Bool {
    guard bytes.count == word.utf8CodeUnitCount else { return false }
    for (index, byte) in bytes.enumerated() where lower(byte) != word.utf8Start[index] { return false }
    return true
  }

  /// A range without the blanks at its ends.
  static func trimmed(_ bytes: [UInt8], _ range: ByteRange) -> ByteRange {
    var (start, end) = (Int(range.start), Int(range.end))
    while start < end, Ascii.isBlank(bytes[start]) { start += 1 }
    while end > start, Ascii.isBlank(bytes[end - 1]) { end -= 1 }
    return ByteRange(start, end)
  }

  static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes
    while let first = bytes.first, Ascii.isBlank(first) { bytes = bytes.dropFirst() }
    while let last = bytes.last, Ascii.isBlank(last) { bytes = bytes.dropLast() }
    return bytes
  }

  /// Whether bytes are UTF-8 without NUL, as values of facts must be.
  static func isText(_ bytes: ArraySlice<UInt8>) -> Bool {
    var high: UInt8 = 0
    for byte in bytes {
      if byte == 0 { return false }
      high |= byte
    }
    return high < 0x80 || String(validating: bytes, as: UTF8.self) != nil
  }

  /// The first `byte` of a range, or nil.
  @inline(__always)
  static func first(_ byte: UInt8, in bytes: [UInt8], _ range: Range<Int>) -> Int? {
    var index = range.lowerBound
    while index < range.upperBound {
      if bytes[index] == byte { return index }
      index += 1
    }
    return nil
  }
}
