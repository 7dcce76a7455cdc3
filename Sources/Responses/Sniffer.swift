/// Finds out what a text holds from how it begins. An answer about a beginning holds for every longer one.
enum Sniffer {
  enum Answer { case yes, no, unknown }

  /// Whether the response is YAML; unknown: more of it is needed. JSON is found within text, line by line.
  static func isYAML(_ text: [UInt8], isComplete: Bool) -> Answer {
    let head = text.prefix(MaskLimits.headBytes)
    let isWhole = isComplete && text.count <= MaskLimits.headBytes
    var first: ArraySlice<UInt8>?
    var rest = head
    while !rest.isEmpty {
      let line: ArraySlice<UInt8>
      if let end = rest.firstIndex(of: 0x0A) {
        line = trimmed(rest[..<end])
        rest = rest[(end + 1)...]
      } else {
        if let known = rest.first(where: { $0 != 0x20 }), first == nil {
          if known == UInt8(ascii: "{") || known == UInt8(ascii: "[") {
            return flow(rest, isWhole || text.count >= MaskLimits.headBytes)
          }
          if cannotBegin(known) { return .no }
        }
        guard isWhole else { break }
        line = trimmed(rest)
        rest = []
      }
      let words = line.drop { $0 == 0x20 }
      if words.isEmpty || words.first == UInt8(ascii: "#") { continue }
      guard let first else {
        if line.elementsEqual("---".utf8) || line.starts(with: "%YAML ".utf8) || line.starts(with: "--- #".utf8) {
          return .yes
        }
        if words.first == UInt8(ascii: "{") || words.first == UInt8(ascii: "[") {
          return flow(head[line.startIndex...], isWhole || text.count >= MaskLimits.headBytes)
        }
        guard beginsNode(line), !isEventData(line) else { return .no }
        first = line
        continue
      }
      if isEvent(first), isEvent(line) { return .no }
      if first.starts(with: "Name:  ".utf8), isDescription(line) { return .no }
      let goesOn = line.first == 0x20 || line.elementsEqual("---".utf8) || line.elementsEqual("...".utf8)
      return goesOn || line.starts(with: ": ".utf8) || beginsNode(line) ? .yes : .no
    }
    if isWhole { return first == nil ? .no : .yes }
    return text.count >= MaskLimits.headBytes ? .no : .unknown
  }

  /// Whether a collection in brackets begins a text: `{key: value`, perhaps over lines, or `[{key: value`. With a quote or
  /// another bracket after the first it is JSON, or text.
  private static func flow(_ text: ArraySlice<UInt8>, _ isWhole: Bool) -> Answer {
    let unknown: Answer = isWhole ? .no : .unknown
    func blank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
    var rest = text.drop(while: blank)
    if rest.first == UInt8(ascii: "[") {
      rest = rest.dropFirst().drop(while: blank)
      guard let next = rest.first else { return unknown }
      guard next == UInt8(ascii: "{") else { return .no }
    }
    rest = rest.dropFirst().drop(while: blank)
    guard let next = rest.first else { return unknown }
    guard isKeyByte(next) || next == UInt8(ascii: "'") else { return .no }
    let line = rest.prefix { $0 != 0x0A && $0 != 0x0D && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "}") }
    if let colon = keyEnd(line), colon + 1 < line.endIndex || line.endIndex < text.endIndex || isWhole { return .yes }
    return line.endIndex < text.endIndex ? .no : unknown
  }

  /// Whether a text begins with a collection in brackets: it may be YAML, but then it need not be.
  static func isFlow(_ text: [UInt8]) -> Bool {
    let first = text.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
  }

  /// Whether YAML begins within a text, with a line that was not its first: a line `---`, or a key, and what goes on with
  /// it in the line below. Two lines `key: value` may be text: their keys differ and are not written as titles are.
  static func startsYAML(_ text: [UInt8], isComplete: Bool) -> Answer {
    guard let end = text.firstIndex(of: 0x0A) else {
      return isComplete || text.count >= MaskLimits.headBytes || !mayBecomeKey(text[...]) ? .no : .unknown
    }
    let first = trimmed(text[..<end])
    let isMarker = first.elementsEqual("---".utf8)
    guard isMarker || mayBecomeKey(first), let colon = isMarker ? end : keyEnd(first) else { return .no }
    let rest = text[(end + 1)...]
    guard isComplete || rest.contains(0x0A) || text.count >= MaskLimits.headBytes else { return .unknown }
    let second = trimmed(rest.prefix { $0 != 0x0A })
    let words = second.drop { $0 == 0x20 }
    let isIndented = words.startIndex > second.startIndex
    if isMarker { return isItem(second) || !isIndented && keyEnd(second) != nil ? .yes : .no }
    if isEvent(first), isEvent(second) { return .no }
    if colon + 1 == first.endIndex { return isItem(words) || isIndented && keyEnd(words) != nil ? .yes : .no }
    guard !isIndented, let other = keyEnd(second), mayBecomeKey(second) else { return .no }
    return first[..<colon].elementsEqual(second[..<other]) ? .no : .yes
  }

  /// Whether a line, or its beginning, may be `---` or a key that is no title: its first letter is none in capitals.
  private static func mayBecomeKey(_ line: ArraySlice<UInt8>) -> Bool {
    guard let first = line.first else { return true }
    if first == UInt8(ascii: "-") { return "---".utf8.starts(with: line) || line.elementsEqual("---\r".utf8) }
    guard first == UInt8(ascii: "_") || first &- 0x61 < 26 else { return false }
    let rest = line.drop { isKeyByte($0) }.drop { $0 == 0x20 }
    guard let colon = rest.first else { return true }
    guard colon == UInt8(ascii: ":") else { return colon == 0x0D && rest.count == 1 }
    return rest.count == 1 || rest.dropFirst().first == 0x20 || rest.dropFirst().first == 0x0D
  }

  private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    line.last == 0x0D ? line.dropLast() : line
  }

  private static func cannotBegin(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "%"),
      UInt8(ascii: "#"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "?"), UInt8(ascii: "!"),
      UInt8(ascii: "&"), 0x0D, 0xEF:
      false
    default: !isKeyByte(byte)
    }
  }

  /// Whether a line begins like a collection in lines: an element, a key, `? ` before a key; a tag or an anchor may stand
  /// before it, after `--- ` or on a line of its own.
  private static func beginsNode(_ line: ArraySlice<UInt8>) -> Bool {
    if isItem(line) || keyEnd(line) != nil || line.starts(with: "? ".utf8) { return true }
    var rest = line
    var hasProperty = false
    let isMarked = line.starts(with: "--- ".utf8)
    if isMarked { rest = rest.dropFirst(4).drop { $0 == 0x20 } }
    while let sign = rest.first, sign == UInt8(ascii: "!") || sign == UInt8(ascii: "&") {
      let word = rest.prefix { $0 != 0x20 }
      guard word.count > 1, word.dropFirst().allSatisfy({ isKeyByte($0) || [0x21, 0x3A, 0x2C].contains($0) }) else {
        return false
      }
      hasProperty = true
      rest = rest[word.endIndex...].drop { $0 == 0x20 }
    }
    guard hasProperty || isMarked else { return false }
    if rest.first == UInt8(ascii: "{") || rest.first == UInt8(ascii: "[") { return flow(rest, true) == .yes }
    return rest.isEmpty && hasProperty || isItem(rest) || keyEnd(rest) != nil
  }

  private static func isItem(_ line: ArraySlice<UInt8>) -> Bool {
    line.first == UInt8(ascii: "-") && (line.count == 1 || line.dropFirst().first == 0x20)
  }

  /// Where the colon of `key:` or `key: value` stands.
  private static func keyEnd(_ line: ArraySlice<UInt8>) -> Int? {
    var index = line.startIndex
    if let quote = line.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      guard let end = line.dropFirst().firstIndex(of: quote) else { return nil }
      index = end + 1
    } else {
      while index < line.endIndex, isKeyByte(line[index]) { index += 1 }
    }
    guard index > line.startIndex else { return nil }
    while index < line.endIndex, line[index] == 0x20 { index += 1 }
    guard index < line.endIndex, line[index] == UInt8(ascii: ":") else { return nil }
    return index + 1 == line.endIndex || line[index + 1] == 0x20 ? index : nil
  }

  private static func isKeyByte(_ byte: UInt8) -> Bool {
    isBareByte(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "@")
  }

  /// A line of what `kubectl describe` prints, which begins with `Name:` and is no YAML: a title and, in a column, what it
  /// is.
  private static func isDescription(_ line: ArraySlice<UInt8>) -> Bool {
    let rest = line.drop { ($0 | 0x20) &- 0x61 < 26 || $0 == 0x20 }
    guard let first = line.first, first &- 0x41 < 26 else { return false }
    return rest.starts(with: ":  ".utf8)
  }

  /// A line of server-sent events that may hold JSON.
  private static func isEventData(_ line: ArraySlice<UInt8>) -> Bool {
    line.starts(with: "data:".utf8) && jsonStart(Array(line.prefix(MaskLimits.leadBytes))).answer != .no
  }

  private static func isEvent(_ line: ArraySlice<UInt8>) -> Bool {
    ["data:", "event:", "id:", "retry:"].contains { line.starts(with: $0.utf8) }
  }

  /// What a line begins with, JSON or not. White space and `data:` of server-sent events may stand before it; `offset` is
  /// where the JSON begins.
  static func jsonStart(_ lead: [UInt8]) -> (answer: Answer, offset: Int) {
    var index = lead.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    if index == 0, !lead.isEmpty, lead[0] == 0xEF, lead.count < 3 { return (.unknown, 0) }
    let isLong = lead.count >= MaskLimits.leadBytes
    func skipBlanks() { while index < lead.count, lead[index] == 0x20 || lead[index] == 0x09 { index += 1 } }
    skipBlanks()
    if index < lead.count, lead[index] == UInt8(ascii: "d") {
      let word = Array("data:".utf8)
      let present = lead[index...].prefix(word.count)
      guard word.starts(with: present) else { return (.no, 0) }
      guard present.count == word.count else { return (.unknown, 0) }
      index += word.count
      skipBlanks()
    }
    guard index < lead.count else { return (isLong ? .no : .unknown, 0) }
    let start = index
    let bracket = lead[index]
    guard bracket == UInt8(ascii: "{") || bracket == UInt8(ascii: "[") else { return (.no, 0) }
    index += 1
    while index < lead.count, [0x20, 0x09, 0x0A, 0x0D].contains(lead[index]) { index += 1 }
    guard index < lead.count else { return (isLong ? .yes : .unknown, start) }
    let isStart =
      switch lead[index] {
      case UInt8(ascii: "\""): true
      case UInt8(ascii: "}"): bracket == UInt8(ascii: "{")
      case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "-"), UInt8(ascii: "t"),
        UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        bracket == UInt8(ascii: "[")
      default: false
      }
    return (isStart ? .yes : .no, start)
  }

  /// Whether a string is worth a look for documents in it: it has lines, or begins like JSON.
  static func mayHoldDocument(_ text: [UInt8]) -> Bool {
    let first = text.first { $0 != 0x20 && $0 != 0x09 }
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[") || text.contains(0x0A)
  }

  /// Whether a text begins like a document.
  static func isDocument(_ text: [UInt8]) -> Bool {
    jsonStart(Array(text.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }.prefix(MaskLimits.leadBytes))).answer == .yes
      || isYAML(text, isComplete: true) == .yes
  }
}
