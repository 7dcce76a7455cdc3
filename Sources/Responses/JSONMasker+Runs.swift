import Detectors
import JSONText

/// The quick way over what is there as a whole and stays as it is: most of a document.
extension JSONMasker {
  /// Reads tokens that are there as a whole, as long as nothing in them is masked: what stays is written in one piece.
  /// Else the token at hand is left to ``read(_:)``.
  mutating func readRun(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
    var index = start
    // What is before this is written.
    var written = start
    var isWhole = true
    while isWhole, index < bytes.count, status == .open {
      let byte = bytes[index]
      switch byte {
      case 0x20, 0x0A, 0x0D, 0x09:
        if byte == 0x0A { hasLines = true }
        index += 1
      case UInt8(ascii: "\"") where state == .value || state == .valueOrEnd || state == .key || state == .keyOrEnd:
        guard let end = plainStringEnd(bytes, index + 1) else {
          isWhole = false
          continue
        }
        let content = UnsafeBufferPointer(rebasing: bytes[index + 1..<end])
        if state == .key || state == .keyOrEnd {
          isWhole = takeKnownKey(content)
        } else if mayHoldDocument(content) || mayBeNamed(content) {
          isWhole = false
        } else {
          beginValue()
          noteSibling(content, at: offset(end))
          if let text = maskedScalar(content) {
            output.append(contentsOf: bytes[written...index])
            output.append(contentsOf: text)
            written = end
          }
          endValue()
        }
        if isWhole { index = end + 1 }
      case UInt8(ascii: "}") where state == .keyOrEnd || state == .commaOrEnd && levels[levels.count - 1].isObject,
        UInt8(ascii: "]") where state == .valueOrEnd || state == .commaOrEnd && !levels[levels.count - 1].isObject:
        removeLevel()
        endValue()
        index += 1
      case UInt8(ascii: ":") where state == .colon:
        state = .value
        index += 1
      case UInt8(ascii: ",") where state == .commaOrEnd:
        levels[levels.count - 1].index += 1
        state = levels[levels.count - 1].isObject ? .key : .value
        index += 1
      default:
        guard state == .value || state == .valueOrEnd, isBareByte(byte), let end = bareEnd(bytes, index) else {
          isWhole = false
          continue
        }
        let content = UnsafeBufferPointer(rebasing: bytes[index..<end])
        guard isScalar(content) else {
          isWhole = false
          continue
        }
        beginValue()
        if byte != UInt8(ascii: "n"), let text = maskedScalar(content) {
          output.append(contentsOf: bytes[written..<index])
          output.append(UInt8(ascii: "\""))
          output.append(contentsOf: text)
          output.append(UInt8(ascii: "\""))
          written = end
        }
        endValue()
        index = end
      }
    }
    output.append(contentsOf: bytes[written..<index])
    guard !isWhole else { return index }
    return read(bytes[index]) ? index + 1 : index
  }

  /// The closing quote of a string without escapes; nil: it has some, or its end is not there.
  private func plainStringEnd(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
    var index = start
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") { return index - start <= MaskLimits.heldBytes ? index : nil }
      if byte == UInt8(ascii: "\\") || byte == 0x0A { return nil }
      index += 1
    }
    return nil
  }

  private func bareEnd(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
    var index = start
    while index < bytes.count, isBareByte(bytes[index]) { index += 1 }
    return index < bytes.count && index - start <= MaskLimits.headBytes ? index : nil
  }

  private func mayHoldDocument(_ content: UnsafeBufferPointer<UInt8>) -> Bool {
    for byte in content where byte != 0x20 && byte != 0x09 {
      return byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
    }
    return false
  }

  /// What is written for a scalar without escapes; nil: it stays.
  private mutating func maskedScalar(_ content: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    var range = 0..<0
    var isQuiet = true
    if !levels.isEmpty {
      range = levels[levels.count - 1].name
      isQuiet = range.isEmpty || levels[levels.count - 1].isQuiet
    }
    if rules.isEmpty {
      guard plan.hasDetectors, !content.isEmpty else { return nil }
      let before = range.isEmpty ? nil : names[range.upperBound - 1]
      guard !isQuiet || plan.detectors.wakes(content, after: before) else { return nil }
    }
    let spans = names.withUnsafeBufferPointer { names in
      let name = UnsafeBufferPointer(rebasing: names[range])
      return values.spans(content, named: name, isQuiet: isQuiet, rules: rules)
    }
    guard !spans.isEmpty else { return nil }
    let replacements = values.replacements(content, spans)
    return replacements.isEmpty ? nil : JSONStrings.splice(content, replacements)
  }

  /// Takes a key that was seen before, and in which nothing is masked; false: it is none such.
  private mutating func takeKnownKey(_ key: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let number = knownNames.find(key) else { return false }
    hasSeenKey = true
    if plan.hasStructure {
      if !keyRules.isEmpty { keyRules.removeAll(keepingCapacity: true) }
      if !knownNames[number].rules.isEmpty { keyRules.append(contentsOf: knownNames[number].rules) }
      if usesPaths { matcher.enter(member: key) }
    }
    let top = levels.count - 1
    let lower = levels[top].name.lowerBound
    names.removeLast(names.count - lower)
    names.append(contentsOf: key)
    levels[top].name = lower..<names.count
    levels[top].isQuiet = knownNames[number].isQuiet
    if !siblings.isEmpty { takeSibling(key) }
    state = .colon
    return true
  }
}
