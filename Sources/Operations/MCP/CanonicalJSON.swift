import JSONText

/// Writes JSON in one spelling: no white space, members sorted by the bytes of their names, strings with the escapes
/// they need and no others. Numbers stay as they are written.
struct CanonicalJSON: ~Copyable {
  private(set) var bytes: [UInt8] = []
  /// Where in `bytes` a member stands, its name without quotes and the whole.
  private struct Member {
    var nameEnd: Int
    var start: Int
    var end: Int
  }
  private var members: [Member] = []

  /// Writes the value that the scanner stands before.
  mutating func write(_ scanner: inout JSONScanner) throws(JSONError) {
    switch try scanner.kind() {
    case .object: try object(&scanner) { _ in true }
    case .array:
      try scanner.beginArray()
      bytes.append(UInt8(ascii: "["))
      var isFirst = true
      while try scanner.nextElement() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        try write(&scanner)
      }
      bytes.append(UInt8(ascii: "]"))
    case .string: string(scanner.utf8(try scanner.string()))
    case .number: bytes += scanner.utf8(try scanner.number())
    case .boolean: bytes += (try scanner.boolean() ? "true" : "false").utf8
    case .null:
      try scanner.null()
      bytes += "null".utf8
    }
  }

  /// Writes an object with those of its members that `isWanted` names.
  mutating func object(
    _ scanner: inout JSONScanner, where isWanted: ([UInt8]) -> Bool
  ) throws(JSONError) {
    try scanner.beginObject()
    bytes.append(UInt8(ascii: "{"))
    let first = members.count
    let start = bytes.count
    var isSorted = true
    while let key = try scanner.nextKey() {
      let name = scanner.utf8(key)
      guard isWanted(name) else {
        try scanner.skip()
        continue
      }
      if bytes.count > start { bytes.append(UInt8(ascii: ",")) }
      let memberStart = bytes.count
      string(name)
      let nameEnd = bytes.count - 1
      bytes.append(UInt8(ascii: ":"))
      try write(&scanner)
      let member = Member(nameEnd: nameEnd, start: memberStart, end: bytes.count)
      if members.count > first, !precedes(members[members.count - 1], member) { isSorted = false }
      members.append(member)
    }
    if !isSorted {
      let sorted = members[first...].sorted { precedes($0, $1) }
      var text: [UInt8] = []
      text.reserveCapacity(bytes.count - start)
      for member in sorted {
        if !text.isEmpty { text.append(UInt8(ascii: ",")) }
        text += bytes[member.start..<member.end]
      }
      bytes.replaceSubrange(start..., with: text)
    }
    members.removeSubrange(first...)
    bytes.append(UInt8(ascii: "}"))
  }

  private func precedes(_ a: Member, _ b: Member) -> Bool {
    bytes[a.start + 1..<a.nameEnd].lexicographicallyPrecedes(bytes[b.start + 1..<b.nameEnd])
  }

  /// Writes a string.
  mutating func string(_ text: [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    bytes.reserveCapacity(bytes.count + text.count + 1)
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x0A: bytes += "\\n".utf8
      case 0x0D: bytes += "\\r".utf8
      case 0x09: bytes += "\\t".utf8
      case 0..<0x20:
        bytes += "\\u00".utf8
        for digit in [byte >> 4, byte & 0xF] { bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// The canonical text of a value.
  static func text(_ value: JSONValue) -> [UInt8] {
    let bytes = [UInt8](value.text.utf8)
    return bytes.withUnsafeBufferPointer { buffer in
      var scanner = JSONScanner(buffer)
      var writer = CanonicalJSON()
      // A tree with a member twice, or deeper than a text may be, is no JSON: its own text stands for it.
      do throws(JSONError) { try writer.write(&scanner) } catch { return bytes }
      return writer.bytes
    }
  }
}
