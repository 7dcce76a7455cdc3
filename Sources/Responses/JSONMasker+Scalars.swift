/// Strings, numbers and words of JSON.
extension JSONMasker {
  /// Ends a string value whose closing quote stands at `offset`.
  mutating func endString(hasEscapes: Bool, at offset: Int) {
    let raw = token
    let isUnnamed = raw.withUnsafeBufferPointer { mayBeNamed($0) }
    if isCovering {
      addToCovered(rules)
      if plan.hasDetectors {
        let content = hasEscapes ? raw.withUnsafeBufferPointer { JSONStrings.unescaped($0) } : raw
        content.withUnsafeBufferPointer { noteSibling($0, at: offset) }
        cover(content, named: name)
        if isUnnamed { addUnnamed(raw, content, at: offset) }
      }
      emit(UInt8(ascii: "\""))
      emit(raw)
      emit(UInt8(ascii: "\""))
      endValue()
      return
    }
    let content = hasEscapes ? raw.withUnsafeBufferPointer { JSONStrings.unescaped($0) } : raw
    content.withUnsafeBufferPointer { noteSibling($0, at: offset) }
    output.append(UInt8(ascii: "\""))
    if isUnnamed {
      addUnnamed(raw, content, at: offset)
      output.append(contentsOf: raw)
    } else {
      output.append(contentsOf: written(raw, content, named: name, rules: rules))
    }
    output.append(UInt8(ascii: "\""))
    endValue()
  }

  /// Lets what a value holds have its say on how all around it is masked.
  mutating func cover(_ content: [UInt8], named name: [UInt8]) {
    let spans = content.withUnsafeBufferPointer { values.spans($0, named: name, rules: []) }
    for span in spans { span.forEachMember { covered?.span.add(.init(rule: $0.rule, length: 1)) } }
  }

  /// What is written for a string, which is spelled `raw`.
  mutating func written(_ raw: [UInt8], _ content: [UInt8], named name: [UInt8], rules: [Int]) -> [UInt8] {
    if rules.isEmpty, let document = maskedDocument(raw, content, named: name) { return document }
    return maskedString(raw, content, named: name, rules: rules) ?? raw
  }

  /// A string that holds a document, masked as one; nil if it is to be masked as a plain string.
  private mutating func maskedDocument(_ raw: [UInt8], _ content: [UInt8], named name: [UInt8]) -> [UInt8]? {
    guard let masked = values.maskedDocument(content, named: name, depth: documentDepth) else { return nil }
    guard masked != content else { return raw }
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
    return raw.withUnsafeBufferPointer { JSONStrings.splice($0, [(first..<content.count - same, middle)]) }
  }

  private func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
  private func isContinuation(_ text: [UInt8], _ index: Int) -> Bool {
    index < text.count && isContinuation(text[index])
  }

  /// The inside of a string masked, or nil if nothing in it is.
  mutating func maskedString(_ raw: [UInt8], _ content: [UInt8], named name: [UInt8], rules: [Int]) -> [UInt8]? {
    guard plan.hasDetectors || !rules.isEmpty else { return nil }
    let replacements = content.withUnsafeBufferPointer { content in
      values.replacements(content, values.spans(content, named: name, rules: rules))
    }
    guard !replacements.isEmpty else { return nil }
    return raw.withUnsafeBufferPointer { JSONStrings.splice($0, replacements) }
  }

  /// Ends a number, `true`, `false` or `null`; fails if it is none.
  mutating func endBare() {
    guard token.withUnsafeBufferPointer({ isScalar($0) }) else {
      status = .failed
      return
    }
    let content = token
    token.removeAll(keepingCapacity: true)
    if isCovering {
      addToCovered(rules)
      if plan.hasDetectors { cover(content, named: name) }
      emit(content)
    } else if content.first != UInt8(ascii: "n"),
      let text = maskedString(content, content, named: name, rules: rules)
    {
      // A `null` is nobody's; readers expect it. A masked number is a string.
      output.append(UInt8(ascii: "\""))
      output.append(contentsOf: text)
      output.append(UInt8(ascii: "\""))
    } else {
      output.append(contentsOf: content)
    }
    endValue()
  }

  /// Whether a bare word is a number, `true`, `false`, `null`, or one of the words that some writers use for what JSON
  /// cannot say.
  func isScalar(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    switch text.first {
    case UInt8(ascii: "t"): isWord(text, "true")
    case UInt8(ascii: "f"): isWord(text, "false")
    case UInt8(ascii: "n"): isWord(text, "null")
    case UInt8(ascii: "N"): isWord(text, "NaN")
    case UInt8(ascii: "I"): isWord(text, "Infinity")
    case UInt8(ascii: "-") where text.count > 1 && text[1] == UInt8(ascii: "I"): isWord(text, "-Infinity")
    default: isNumber(text)
    }
  }

  private func isWord(_ text: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
    text.elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
  }

  private func isNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var index = 0
    func digits() -> Bool {
      let start = index
      while index < text.count, text[index] &- 0x30 < 10 { index += 1 }
      return index > start
    }
    func take(_ one: UInt8, or other: UInt8) -> Bool {
      guard index < text.count, text[index] == one || text[index] == other else { return false }
      index += 1
      return true
    }
    _ = take(UInt8(ascii: "-"), or: UInt8(ascii: "-"))
    let first = index
    guard digits(), text[first] != UInt8(ascii: "0") || index == first + 1 else { return false }
    if take(UInt8(ascii: "."), or: UInt8(ascii: ".")), !digits() { return false }
    if take(UInt8(ascii: "e"), or: UInt8(ascii: "E")) {
      _ = take(UInt8(ascii: "+"), or: UInt8(ascii: "-"))
      if !digits() { return false }
    }
    return index == text.count
  }
}
