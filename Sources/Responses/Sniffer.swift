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
        if let known = rest.first(where: { $0 != 0x20 }), first == nil, cannotBegin(known) { return .no }
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
        guard isItem(line) || keyEnd(line) != nil, !isEventData(line) else { return .no }
        first = line
        continue
      }
      if isEvent(first), isEvent(line) { return .no }
      return line.first == 0x20 || isItem(line) || keyEnd(line) != nil || line.elementsEqual("---".utf8) ? .yes : .no
    }
    if isWhole { return first == nil ? .no : .yes }
    return text.count >= MaskLimits.headBytes ? .no : .unknown
  }

  private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    line.last == 0x0D ? line.dropLast() : line
  }

  private static func cannotBegin(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "%"),
      UInt8(ascii: "#"), UInt8(ascii: "\""), UInt8(ascii: "'"), 0x0D, 0xEF:
      false
    default: !isKeyByte(byte)
    }
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
