/// Reads IP addresses: IPv4 in dotted decimal, IPv6 as RFC 4291 section 2.2 has it.
public enum AddressParser {
  /// The 16 bytes of an address, IPv4 mapped into IPv6; nil if the text is none.
  public static func address(_ text: String) -> [UInt8]? {
    if let four = version4(text[...]) { return mappedPrefix + four }
    return version6(text)
  }

  private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

  private static func version4(_ text: Substring) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      guard let value = decimal(part, atMost: 255) else { return nil }
      bytes.append(UInt8(value))
    }
    return bytes
  }

  /// A number without sign or leading zero.
  package static func decimal(_ text: Substring, atMost limit: Int) -> Int? {
    guard (1...3).contains(text.utf8.count), text == "0" || text.first != "0",
      text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let value = Int(text),
      value <= limit
    else { return nil }
    return value
  }

  private static func version6(_ text: String) -> [UInt8]? {
    guard text.contains(":"), text.utf8.count <= 45 else { return nil }
    if let gap = firstDoubleColon(text) {
      let before = text[..<gap]
      let after = text[text.index(gap, offsetBy: 2)...]
      guard let head = before.isEmpty ? [] : groups(before, mayEndInVersion4: false),
        let tail = after.isEmpty ? [] : groups(after, mayEndInVersion4: true), head.count + tail.count <= 14
      else { return nil }
      return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }
    guard let bytes = groups(text[...], mayEndInVersion4: true), bytes.count == 16 else { return nil }
    return bytes
  }

  private static func firstDoubleColon(_ text: String) -> String.Index? {
    var previous: String.Index?
    for index in text.indices {
      if text[index] == ":", let before = previous, text[before] == ":" { return before }
      previous = index
    }
    return nil
  }

  private static func groups(_ text: Substring, mayEndInVersion4: Bool) -> [UInt8]? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    var bytes: [UInt8] = []
    for (index, part) in parts.enumerated() {
      if mayEndInVersion4, index == parts.count - 1, part.contains(".") {
        guard let four = version4(part) else { return nil }
        bytes += four
      } else {
        guard (1...4).contains(part.utf8.count), !part.hasPrefix("+"), !part.hasPrefix("-"),
          let value = UInt16(part, radix: 16)
        else { return nil }
        bytes += [UInt8(value >> 8), UInt8(value & 0xFF)]
      }
    }
    return bytes
  }
}
