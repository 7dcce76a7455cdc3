import JSONText

/// The spelling of JSON strings (RFC 8259, section 7), read leniently: an escape that is none stands for itself, a
/// surrogate without its pair for U+FFFD.
enum JSONStrings {
  /// A character's spelling: how many bytes it takes, and the bytes that it means.
  struct Unit {
    var length: Int
    var value: UInt32
    /// Whether `value` is a code point that an escape names, else a byte.
    var isCodePoint: Bool
  }

  /// The unit at `index`; nil: what follows decides, and has not come yet.
  @inline(__always)
  static func unit(_ raw: UnsafeBufferPointer<UInt8>, _ index: Int, isFinal: Bool) -> Unit? {
    let byte = raw[index]
    guard byte == UInt8(ascii: "\\") else { return Unit(length: 1, value: UInt32(byte), isCodePoint: false) }
    return escape(raw, index, isFinal: isFinal)
  }

  private static func escape(_ raw: UnsafeBufferPointer<UInt8>, _ index: Int, isFinal: Bool) -> Unit? {
    guard index + 1 < raw.count else {
      return isFinal ? Unit(length: 1, value: 0x5C, isCodePoint: false) : nil
    }
    let letter = raw[index + 1]
    let value: UInt32
    switch letter {
    case UInt8(ascii: "b"): value = 0x08
    case UInt8(ascii: "f"): value = 0x0C
    case UInt8(ascii: "n"): value = 0x0A
    case UInt8(ascii: "r"): value = 0x0D
    case UInt8(ascii: "t"): value = 0x09
    case UInt8(ascii: "\""), UInt8(ascii: "/"), UInt8(ascii: "\\"): value = UInt32(letter)
    case UInt8(ascii: "u"):
      if index + 6 > raw.count, !isFinal { return nil }
      guard let code = hexadecimal(raw, index + 2) else { return Unit(length: 1, value: 0x5C, isCodePoint: false) }
      guard code & 0xF800 == 0xD800 else { return Unit(length: 6, value: code, isCodePoint: true) }
      let lone = Unit(length: 6, value: 0xFFFD, isCodePoint: true)
      guard code < 0xDC00 else { return lone }
      if index + 12 > raw.count, !isFinal { return nil }
      guard index + 12 <= raw.count, raw[index + 6] == UInt8(ascii: "\\"), raw[index + 7] == UInt8(ascii: "u"),
        let low = hexadecimal(raw, index + 8), low & 0xFC00 == 0xDC00
      else { return lone }
      return Unit(length: 12, value: 0x10000 + (code & 0x3FF) << 10 + (low & 0x3FF), isCodePoint: true)
    default: return Unit(length: 1, value: 0x5C, isCodePoint: false)
    }
    return Unit(length: 2, value: value, isCodePoint: true)
  }

  private static func hexadecimal(_ raw: UnsafeBufferPointer<UInt8>, _ index: Int) -> UInt32? {
    guard index + 4 <= raw.count else { return nil }
    var value: UInt32 = 0
    for byte in raw[index..<index + 4] {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  /// Appends what `unit` means to `content`; gives how many bytes that is.
  @inline(__always)
  private static func append(_ unit: Unit, to content: inout [UInt8]) {
    if !unit.isCodePoint || unit.value < 0x80 {
      content.append(UInt8(truncatingIfNeeded: unit.value))
    } else if let scalar = Unicode.Scalar(unit.value) {
      content.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
  }

  private static func contentLength(_ unit: Unit) -> Int {
    guard unit.isCodePoint else { return 1 }
    return unit.value < 0x80 ? 1 : unit.value < 0x800 ? 2 : unit.value < 0x10000 ? 3 : 4
  }

  /// The value of a string's `raw` text between its quotes. Gives how much of `raw` was read: all of it if `isFinal`.
  static func unescape(_ raw: UnsafeBufferPointer<UInt8>, isFinal: Bool, into content: inout [UInt8]) -> Int {
    var index = 0
    while index < raw.count {
      guard let unit = unit(raw, index, isFinal: isFinal) else { return index }
      append(unit, to: &content)
      index += unit.length
    }
    return index
  }

  static func unescaped(_ raw: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var content: [UInt8] = []
    content.reserveCapacity(raw.count)
    _ = unescape(raw, isFinal: true, into: &content)
    return content
  }

  /// Text as the inside of a string.
  static func escaped(_ text: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(text.count)
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
      case 0x0A: out += Array("\\n".utf8)
      case 0x0D: out += Array("\\r".utf8)
      case 0x09: out += Array("\\t".utf8)
      case 0..<0x20:
        out += Array("\\u00".utf8)
        out.append(byte < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
        out.append(Array("0123456789abcdef".utf8)[Int(byte & 0xF)])
      default: out.append(byte)
      }
    }
    return out
  }

  /// Puts replacements into `raw`, the spelling of a content, which else stays as it is. Ranges are the content's.
  static func splice(_ raw: UnsafeBufferPointer<UInt8>, _ replacements: [(range: Range<Int>, text: [UInt8])]) -> [UInt8]
  {
    var out: [UInt8] = []
    out.reserveCapacity(raw.count)
    var index = 0
    var offset = 0
    var next = 0
    while index < raw.count {
      guard let unit = unit(raw, index, isFinal: true) else { break }
      if next < replacements.count, offset >= replacements[next].range.lowerBound {
        out += escaped(replacements[next].text)
        let end = replacements[next].range.upperBound
        next += 1
        while offset < end, index < raw.count {
          guard let masked = Self.unit(raw, index, isFinal: true) else { break }
          index += masked.length
          offset += contentLength(masked)
        }
        continue
      }
      out.append(contentsOf: raw[index..<index + unit.length])
      index += unit.length
      offset += contentLength(unit)
    }
    for replacement in replacements[next...] { out += escaped(replacement.text) }
    return out
  }
}
