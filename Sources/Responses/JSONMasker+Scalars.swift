/// Strings, numbers and words of JSON.
extension JSONMasker {
  /// Ends a string value.
  func endString(hasEscapes: Bool) {
    let raw = token
    if isCovering {
      addToCovered(rules)
      if plan.hasDetectors {
        let content = hasEscapes ? raw.withUnsafeBufferPointer { JSONStrings.unescaped($0) } : raw
        let spans = content.withUnsafeBufferPointer { values.spans($0, named: name, rules: []) }
        for span in spans { addToCovered(span.members.map(\.rule)) }
      }
      emit(UInt8(ascii: "\""))
      emit(raw)
      emit(UInt8(ascii: "\""))
      endValue()
      return
    }
    let content = hasEscapes ? raw.withUnsafeBufferPointer { JSONStrings.unescaped($0) } : raw
    output.append(UInt8(ascii: "\""))
    output.append(contentsOf: maskedDocument(content) ?? maskedString(raw, content, named: name, rules: rules) ?? raw)
    output.append(UInt8(ascii: "\""))
    endValue()
  }

  /// A string that holds a document, masked as one; nil if it is to be masked as a plain string.
  private func maskedDocument(_ content: [UInt8]) -> [UInt8]? {
    guard rules.isEmpty, let masked = values.maskedDocument(content, named: name, depth: documentDepth) else {
      return nil
    }
    guard masked != content else { return token }
    // What is the same at both ends keeps its spelling.
    var first = 0
    while first < min(content.count, masked.count), content[first] == masked[first] { first += 1 }
    while first > 0, first < content.count && isContinuation(content[first]) || isContinuation(masked, first) {
      first -= 1
    }
    var same = 0
    while same < min(content.count, masked.count) - first,
      content[content.count - same - 1] == masked[masked.count - same - 1]
    { same += 1 }
    while same > 0, isContinuation(content[content.count - same]) { same -= 1 }
    let middle = Array(masked[first..<masked.count - same])
    return token.withUnsafeBufferPointer { JSONStrings.splice($0, [(first..<content.count - same, middle)]) }
  }

  private func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
  private func isContinuation(_ text: [UInt8], _ index: Int) -> Bool {
    index < text.count && isContinuation(text[index])
  }

  /// The inside of a string masked, or nil if nothing in it is.
  func maskedString(_ raw: [UInt8], _ content: [UInt8], named name: [UInt8], rules: [Int]) -> [UInt8]? {
    guard plan.hasDetectors || !rules.isEmpty else { return nil }
    let replacements = content.withUnsafeBufferPointer { content in
      values.replacements(content, values.spans(content, named: name, rules: rules))
    }
    guard !replacements.isEmpty else { return nil }
    return raw.withUnsafeBufferPointer { JSONStrings.splice($0, replacements) }
  }

  /// Ends a number, `true`, `false` or `null`; fails if it is none.
  func endBare() {
    guard isNumber(token) || Self.words.contains(token) else {
      status = .failed
      return
    }
    let content = token
    token.removeAll(keepingCapacity: true)
    if isCovering {
      addToCovered(rules)
      if plan.hasDetectors {
        let spans = content.withUnsafeBufferPointer { values.spans($0, named: name, rules: []) }
        for span in spans { addToCovered(span.members.map(\.rule)) }
      }
      emit(content)
    } else if let text = maskedString(content, content, named: name, rules: rules) {
      // A masked number is a string.
      output.append(UInt8(ascii: "\""))
      output.append(contentsOf: text)
      output.append(UInt8(ascii: "\""))
    } else {
      output.append(contentsOf: content)
    }
    endValue()
  }

  /// With the words that some writers use for what JSON cannot say.
  private static let words: Set<[UInt8]> = Set(
    ["true", "false", "null", "NaN", "Infinity", "-Infinity"].map { Array($0.utf8) })

  private func isNumber(_ text: [UInt8]) -> Bool {
    var index = 0
    func digits() -> Bool {
      let start = index
      while index < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index]) { index += 1 }
      return index > start
    }
    func take(_ letters: String) -> Bool {
      guard index < text.count, letters.utf8.contains(text[index]) else { return false }
      index += 1
      return true
    }
    _ = take("-")
    let first = index
    guard digits(), text[first] != UInt8(ascii: "0") || index == first + 1 else { return false }
    if take("."), !digits() { return false }
    if take("eE") {
      _ = take("+-")
      if !digits() { return false }
    }
    return index == text.count
  }
}
