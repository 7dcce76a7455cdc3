import PolicyEngine

/// Where the members of a fixture stand on its line, quotes and brackets included.
///
/// Found by structure alone: brackets and quotes are matched, what stands between is not looked at. Whoever takes a
/// span for more than bytes has to know them already, or reads them with ``FixtureParser``.
struct FixtureSpans: BitwiseCopyable {
  /// A half-open range of offsets in the line; empty: the member is missing.
  struct Span: BitwiseCopyable {
    var start: Int32 = 0
    var end: Int32 = 0

    @inline(__always)
    var isEmpty: Bool { end == 0 }

    @inline(__always)
    func bytes(of line: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
      UnsafeBufferPointer(rebasing: line[Int(start)..<Int(end)])
    }
  }

  var id = Span()
  var time = Span()
  var principal = Span()
  var `protocol` = Span()
  var target = Span()
  var labels = Span()
  var source = Span()
  var session = Span()
  var request = Span()
  var response = Span()
  var recorded = Span()
  var missing = Span()
  var expect = Span()
}

/// Finds ``FixtureSpans`` in one pass, eight bytes at a time. Gives up on everything unusual, which is for
/// ``FixtureParser`` to read or to refuse.
///
/// Invariant of the unsafe code: `base` points to `end` bytes, and to ``LineBlock/padding`` more that may be loaded.
struct FixtureSpanScanner {
  private let base: UnsafePointer<UInt8>
  private let end: Int
  private var position = 0

  /// Nil: not a line whose members are simple.
  @inline(__always)
  static func scan(_ line: UnsafeBufferPointer<UInt8>) -> FixtureSpans? {
    guard let base = line.baseAddress, line.count < Int32.max else { return nil }
    var scanner = FixtureSpanScanner(base: base, end: line.count)
    return scanner.members()
  }

  private init(base: UnsafePointer<UInt8>, end: Int) {
    self.base = base
    self.end = end
  }

  private mutating func members() -> FixtureSpans? {
    var spans = FixtureSpans()
    var seen: UInt32 = 0
    skipBlanks()
    guard take(UInt8(ascii: "{")) else { return nil }
    while true {
      skipBlanks()
      guard take(UInt8(ascii: "\"")) else { return nil }
      let keyStart = position
      guard let isPlain = skipString(), isPlain else { return nil }
      let key = UnsafeBufferPointer(start: base + keyStart, count: position - 1 - keyStart)
      skipBlanks()
      guard take(UInt8(ascii: ":")) else { return nil }
      skipBlanks()
      let start = position
      guard position < end else { return nil }
      let first = base[position]
      var isPlainText = false
      switch first {
      case UInt8(ascii: "\""):
        position += 1
        guard let plain = skipString() else { return nil }
        isPlainText = plain
      case UInt8(ascii: "{"), UInt8(ascii: "["): guard skipContainer() else { return nil }
      case UInt8(ascii: "1")...UInt8(ascii: "9"):
        while position < end, base[position] &- 0x30 < 10 { position += 1 }
      default: return nil
      }
      let span = FixtureSpans.Span(start: Int32(start), end: Int32(position))
      let bit = member(key, span, first, isPlainText, &spans)
      guard bit != 0, seen & bit == 0 else { return nil }
      seen |= bit
      skipBlanks()
      if take(UInt8(ascii: ",")) { continue }
      guard take(UInt8(ascii: "}")) else { return nil }
      skipBlanks()
      return position == end ? spans : nil
    }
  }

  /// Notes a member; its bit, or 0 if it is not one of those that are simple.
  @inline(__always)
  private func member(
    _ key: UnsafeBufferPointer<UInt8>, _ span: FixtureSpans.Span, _ first: UInt8, _ isPlainText: Bool,
    _ spans: inout FixtureSpans
  ) -> UInt32 {
    let isText = first == UInt8(ascii: "\"")
    let isObject = first == UInt8(ascii: "{")
    switch key.count {
    case 2 where equals(key, "id") && (isPlainText || !isText && !isObject && first != UInt8(ascii: "[")):
      spans.id = span
      return 1
    case 4 where equals(key, "time") && isPlainText:
      spans.time = span
      return 2
    case 6 where equals(key, "target") && isText:
      spans.target = span
      return 4
    case 6 where equals(key, "expect") && isObject:
      spans.expect = span
      return 4096
    case 6 where equals(key, "labels") && isObject:
      spans.labels = span
      return 8
    case 6 where equals(key, "source") && isText:
      spans.source = span
      return 16
    case 7 where equals(key, "session") && isPlainText:
      spans.session = span
      return 32
    case 7 where equals(key, "request") && (isText || isObject):
      spans.request = span
      return 64
    case 7 where equals(key, "missing") && first == UInt8(ascii: "["):
      spans.missing = span
      return 2048
    case 8 where equals(key, "protocol") && isPlainText:
      spans.protocol = span
      return 128
    case 8 where equals(key, "response"):
      spans.response = span
      return 256
    case 8 where equals(key, "recorded") && isObject:
      spans.recorded = span
      return 512
    case 9 where equals(key, "principal") && isObject:
      spans.principal = span
      return 1024
    default: return 0
    }
  }

  @inline(__always)
  private func equals(_ key: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
    for index in 0..<word.utf8CodeUnitCount where key[index] != word.utf8Start[index] { return false }
    return true
  }

  @inline(__always)
  private mutating func skipBlanks() {
    while position < end, base[position] == 0x20 || base[position] == 0x09 || base[position] == 0x0D { position += 1 }
  }

  @inline(__always)
  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < end, base[position] == byte else { return false }
    position += 1
    return true
  }

  private static let ones: UInt64 = 0x0101_0101_0101_0101

  /// Steps behind the closing quote of a string; whether all in it is printable ASCII without escapes. Nil: it does not
  /// end.
  @inline(__always)
  private mutating func skipString() -> Bool? {
    var isPlain = true
    while position < end {
      let word = UInt64(littleEndian: UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self))
      // A byte's high bit is set where it is zero after the subtraction's borrow; the lowest such bit is exact.
      let quote = word ^ (Self.ones &* 0x22)
      let backslash = word ^ (Self.ones &* 0x5C)
      let ends =
        (((quote &- Self.ones) & ~quote) | ((backslash &- Self.ones) & ~backslash)) & (Self.ones &* 0x80)
      // A control character or one beyond ASCII; above the first end it does not count.
      let odd = (((word &- Self.ones &* 0x20) & ~word) | word) & (Self.ones &* 0x80)
      if ends == 0 {
        if odd != 0 { isPlain = false }
        position += 8
        continue
      }
      let offset = ends.trailingZeroBitCount >> 3
      if odd & ((1 << UInt64(offset * 8)) &- 1) != 0 { isPlain = false }
      position += offset
      guard position < end else { return nil }
      if base[position] == UInt8(ascii: "\"") {
        position += 1
        return isPlain
      }
      isPlain = false
      position += 2
    }
    return nil
  }

  /// Steps behind the closing bracket of an object or an array; false if it does not end.
  private mutating func skipContainer() -> Bool {
    var depth = 0
    while position < end {
      let byte = base[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""): guard skipString() != nil else { return false }
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return true }
      default: break
      }
    }
    return false
  }
}
