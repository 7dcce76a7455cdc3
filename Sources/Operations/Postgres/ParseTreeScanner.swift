/// A strict JSON reader that hands out one event at a time, for text made by a program: linear, no recursion, no copies.
///
/// Strings are handed out as they stand between their quotes, escapes and all; `unescaped(_:)` resolves them.
struct ParseTreeScanner {
  enum Event {
    case beginObject, endObject, beginArray, endArray
    /// A member's key; its value follows.
    case key(Range<Int>)
    case string(Range<Int>)
    case number(Range<Int>)
    case boolean(Bool)
    case null
    /// The document is complete.
    case end
    /// It is not JSON. Nothing follows.
    case malformed
  }

  private enum Expectation { case value, firstValueOrEnd, firstKeyOrEnd, key, commaOrEnd, end }

  private let bytes: UnsafeBufferPointer<UInt8>
  private var at = 0
  /// The open containers, outermost first: whether each is an object.
  private var containers: [Bool] = []
  private var expectation = Expectation.value

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func next() -> Event {
    skipSpace()
    guard at < bytes.count else { return expectation == .end ? .end : .malformed }
    let byte = bytes[at]
    switch expectation {
    case .end: return .malformed
    case .commaOrEnd:
      if byte == UInt8(ascii: ",") {
        at += 1
        expectation = containers[containers.count - 1] ? .key : .value
        return next()
      }
      return closeContainer(byte)
    case .firstKeyOrEnd, .key:
      if byte == UInt8(ascii: "\""), let key = scanString() { return keyed(key) }
      return expectation == .key ? .malformed : closeContainer(byte)
    case .firstValueOrEnd:
      if byte == UInt8(ascii: "]") { return closeContainer(byte) }
      return scanValue(byte)
    case .value: return scanValue(byte)
    }
  }

  private mutating func keyed(_ key: Range<Int>) -> Event {
    skipSpace()
    guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else { return .malformed }
    at += 1
    expectation = .value
    return .key(key)
  }

  private mutating func closeContainer(_ byte: UInt8) -> Event {
    guard let isObject = containers.last, byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
      return .malformed
    }
    at += 1
    containers.removeLast()
    valueEnded()
    return isObject ? .endObject : .endArray
  }

  private mutating func valueEnded() { expectation = containers.isEmpty ? .end : .commaOrEnd }

  private mutating func scanValue(_ byte: UInt8) -> Event {
    switch byte {
    case UInt8(ascii: "{"):
      at += 1
      containers.append(true)
      expectation = .firstKeyOrEnd
      return .beginObject
    case UInt8(ascii: "["):
      at += 1
      containers.append(false)
      expectation = .firstValueOrEnd
      return .beginArray
    case UInt8(ascii: "\""):
      guard let string = scanString() else { return .malformed }
      valueEnded()
      return .string(string)
    case UInt8(ascii: "t"): return scanWord("true", .boolean(true))
    case UInt8(ascii: "f"): return scanWord("false", .boolean(false))
    case UInt8(ascii: "n"): return scanWord("null", .null)
    default: return scanNumber()
    }
  }

  private mutating func scanWord(_ word: StaticString, _ event: Event) -> Event {
    let count = word.utf8CodeUnitCount
    guard at + count <= bytes.count, (0..<count).allSatisfy({ bytes[at + $0] == word.utf8Start[$0] }) else {
      return .malformed
    }
    at += count
    valueEnded()
    return event
  }

  /// An integer, the only number that parse trees hold.
  private mutating func scanNumber() -> Event {
    let start = at
    if bytes[at] == UInt8(ascii: "-") { at += 1 }
    let digits = at
    while at < bytes.count, bytes[at] >= UInt8(ascii: "0"), bytes[at] <= UInt8(ascii: "9") { at += 1 }
    guard at > digits else { return .malformed }
    valueEnded()
    return .number(start..<at)
  }

  /// From the opening quote past the closing one; the range between them.
  private mutating func scanString() -> Range<Int>? {
    let start = at + 1
    at = start
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\""):
        at += 1
        return start..<(at - 1)
      case UInt8(ascii: "\\"): at += 2
      case 0..<0x20: return nil
      default: at += 1
      }
    }
    return nil
  }

  private mutating func skipSpace() {
    while at < bytes.count, bytes[at] <= 0x20 {
      guard bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09 else { return }
      at += 1
    }
  }

  /// The bytes that a string of this document means.
  static func unescaped(_ raw: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    guard raw.contains(UInt8(ascii: "\\")) else { return Array(raw) }
    var result: [UInt8] = []
    result.reserveCapacity(raw.count)
    var at = 0
    while at < raw.count {
      guard raw[at] == UInt8(ascii: "\\"), at + 1 < raw.count else {
        result.append(raw[at])
        at += 1
        continue
      }
      at += 2
      switch raw[at - 1] {
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0C)
      case UInt8(ascii: "u"):
        let digits = raw[at..<min(at + 4, raw.count)]
        at += digits.count
        let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0xFFFD
        result.append(contentsOf: String(Character(Unicode.Scalar(value) ?? "\u{FFFD}")).utf8)
      case let byte: result.append(byte)
      }
    }
    return result
  }
}
