import Detectors
import PolicyRuntime

/// What is written in the place of a masked span.
struct Replacement {
  var text: [UInt8]
  /// The mask it counts for.
  var rule: Int

  /// Nil: the span stands in what an earlier mask wrote, and is left alone. `window` is the text around; `isCut` says
  /// that not all of the text before or after is in it.
  init?(
    of span: MaskedSpan, at range: Range<Int>, in window: UnsafeBufferPointer<UInt8>, _ plan: MaskPlan,
    _ hasher: MaskHasher
  ) {
    let (treatment, rule) = span.resolved(plan)
    self.rule = rule
    if isMarker(range, in: window, plan.markers) { return nil }
    switch treatment {
    case .redact: text = plan.rules[rule].redacted
    case .hash: text = hasher.token(for: UnsafeBufferPointer(rebasing: window[range]))
    case .with:
      text = plan.rules[rule].replacement
      if text.count <= MaskLimits.replacementBytes, isInside(text, range, window) { return nil }
    case .keepFirst(let count): text = kept(window[range], first: count, last: 0)
    case .keepLast(let count): text = kept(window[range], first: 0, last: count)
    }
    if text.elementsEqual(window[range]) { return nil }
  }
}

/// Whether a range stands in a word in brackets that a mask writes: `[email]`, `[redacted]`, `[hash:1a2b3c4d5e6f]`.
private func isMarker(
  _ range: Range<Int>, in window: UnsafeBufferPointer<UInt8>, _ markers: Set<[UInt8]>
) -> Bool {
  var start = range.lowerBound
  var end = range.upperBound
  if window[start] == UInt8(ascii: "[") {
    start += 1
  } else {
    let least = max(0, start - MaskLimits.markerBytes)
    while start > least, isWordByte(window[start - 1]) { start -= 1 }
    guard start > 0, window[start - 1] == UInt8(ascii: "[") else { return false }
  }
  if end > start, window[end - 1] == UInt8(ascii: "]") {
    end -= 1
  } else {
    let most = min(window.count, end + MaskLimits.markerBytes)
    while end < most, isWordByte(window[end]) { end += 1 }
    guard end < window.count, window[end] == UInt8(ascii: "]") else { return false }
  }
  guard start < end, end - start <= 2 * MaskLimits.markerBytes else { return false }
  let word = Array(window[start..<end])
  if word.starts(with: Array("hash:".utf8)) {
    let digits = word.dropFirst(5)
    return digits.count == 2 * MaskKey.printedBytes
      && digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
  return markers.contains(word)
}

private func isWordByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
    UInt8(ascii: "-"), UInt8(ascii: ":"):
    true
  default: false
  }
}

/// Whether `range` lies in an occurrence of `text`.
private func isInside(_ text: [UInt8], _ range: Range<Int>, _ window: UnsafeBufferPointer<UInt8>) -> Bool {
  guard text.count >= range.count, !text.isEmpty else { return false }
  let first = max(0, range.upperBound - text.count)
  let last = min(range.lowerBound, window.count - text.count)
  guard first <= last else { return false }
  return (first...last).contains { start in window[start..<start + text.count].elementsEqual(text) }
}

/// All but some characters at one end become `*`. Spaces and hyphens, which only group, stay and do not count. A value
/// with no more characters than are to be kept is masked whole.
private func kept(_ value: Slice<UnsafeBufferPointer<UInt8>>, first: Int, last: Int) -> [UInt8] {
  var count = 0
  for index in value.indices where countsAsCharacter(value, index) { count += 1 }
  let isWhole = count <= first + last
  var text: [UInt8] = []
  text.reserveCapacity(value.count)
  var position = 0
  var keepsThis = false
  for index in value.indices {
    let byte = value[index]
    if byte & 0xC0 == 0x80, !text.isEmpty {
      // The rest of a character goes with its first byte.
      if keepsThis { text.append(byte) }
      continue
    }
    if !isWhole, !countsAsCharacter(value, index) {
      text.append(byte)
      keepsThis = true
      continue
    }
    keepsThis = !isWhole && (position < first || position >= count - last)
    text.append(keepsThis ? byte : UInt8(ascii: "*"))
    position += 1
  }
  return text
}

private func countsAsCharacter(_ value: Slice<UnsafeBufferPointer<UInt8>>, _ index: Int) -> Bool {
  let byte = value[index]
  if byte < 0x80 { return byte != UInt8(ascii: " ") && byte != UInt8(ascii: "-") }
  guard byte >= 0xC0 else { return false }
  func at(_ index: Int) -> UInt8 { index < value.endIndex ? value[index] : 0 }
  return WideSeparator.meaning(byte, at(index + 1), at(index + 2)).width == 0
}

extension CellForm {
  /// `text` so that it may stand in such a place.
  func fit(_ text: [UInt8]) -> [UInt8] {
    switch self {
    case .plain: return text
    case .padded: return plainField(text, UInt8(ascii: "|"))
    case .field(let separator):
      // Values that are separated by anything but commas and semicolons are not put in quotes by those who write them.
      guard separator == UInt8(ascii: ",") || separator == UInt8(ascii: ";") else { return plainField(text, separator) }
      guard text.contains(where: { needsQuotes($0, separator) }) else { return text }
      return [UInt8(ascii: "\"")] + doubled(text) + [UInt8(ascii: "\"")]
    case .partOfField(let separator, let quoted):
      return quoted ? doubled(text) : plainField(text, separator)
    }
  }

  private func plainField(_ text: [UInt8], _ separator: UInt8) -> [UInt8] {
    text.map { needsQuotes($0, separator) ? 0x20 : $0 }
  }

  private func needsQuotes(_ byte: UInt8, _ separator: UInt8) -> Bool {
    byte == separator || byte == UInt8(ascii: "\"") || byte == 0x0A || byte == 0x0D
  }

  private func doubled(_ text: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    for byte in text {
      if byte == UInt8(ascii: "\"") { out.append(byte) }
      out.append(byte)
    }
    return out
  }
}
