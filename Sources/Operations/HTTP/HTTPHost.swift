import PolicyBytecode

/// Hosts as policies see them: lower case, without a default port and without the dot at the end; an IPv4 address in
/// the four numbers of its usual form, however it is spelled (`0xA9FEA9FE`, `2852039166`, `[::ffff:a9fe:a9fe]`); other
/// IPv6 addresses as RFC 5952 writes them, in brackets.
enum HTTPHost {
  /// The host of `HOST[:PORT]`, nil if there is none. What is no host, and user information, is an error.
  static func canonical(_ authority: ArraySlice<UInt8>) throws(HTTPError) -> [UInt8]? {
    guard !authority.isEmpty else { return nil }
    var name = authority
    var port: ArraySlice<UInt8>?
    if authority.first == Ascii.openBracket {
      guard let close = authority.firstIndex(of: Ascii.closeBracket) else { throw HTTPError(.syntax) }
      name = authority[...close]
      let rest = authority[(close + 1)...]
      guard rest.isEmpty || rest.first == Ascii.colon else { throw HTTPError(.syntax) }
      if !rest.isEmpty { port = rest.dropFirst() }
    } else if let colon = authority.firstIndex(of: Ascii.colon) {
      name = authority[..<colon]
      port = authority[(colon + 1)...]
    }
    var host = name.first == Ascii.openBracket ? try bracketed(name.dropFirst().dropLast()) : try named(name)
    if let port, let number = try number(ofPort: port), number != 80, number != 443 {
      host.append(Ascii.colon)
      host += Array(String(number).utf8)
    }
    return host
  }

  /// Nil for an empty port, which is the default one.
  private static func number(ofPort port: ArraySlice<UInt8>) throws(HTTPError) -> Int? {
    var number = 0
    for byte in port {
      guard Ascii.isDigit(byte) else { throw HTTPError(.syntax) }
      number = number * 10 + Int(byte - Ascii.zero)
      guard number <= 65_535 else { throw HTTPError(.syntax) }
    }
    return port.isEmpty ? nil : number
  }

  private static func named(_ name: ArraySlice<UInt8>) throws(HTTPError) -> [UInt8] {
    var host: [UInt8] = []
    host.reserveCapacity(name.count + 6)
    for byte in name {
      guard HTTPBytes.isLetter(byte) || Ascii.isDigit(byte) || byte == Ascii.dot || byte == Ascii.dash
        || byte == Ascii.underscore || byte == Ascii.tilde
      else { throw HTTPError(.syntax) }
      host.append(HTTPBytes.lower(byte))
    }
    if host.last == Ascii.dot { host.removeLast() }
    guard !host.isEmpty else { throw HTTPError(.syntax) }
    return address(host) ?? host
  }

  // MARK: - Addresses

  /// What `inet_aton` makes of a name: one to four numbers, decimal, octal or hexadecimal, the last of which fills what
  /// is left.
  private static func address(_ name: [UInt8]) -> [UInt8]? {
    guard let first = name.first, Ascii.isDigit(first) else { return nil }
    let parts = name.split(separator: Ascii.dot, maxSplits: 4, omittingEmptySubsequences: false)
    guard parts.count <= 4 else { return nil }
    var value: UInt64 = 0
    for (position, part) in parts.enumerated() {
      guard let number = number(part) else { return nil }
      let isLast = position == parts.count - 1
      guard number < (isLast ? 1 << (8 * UInt64(5 - parts.count)) : 256) else { return nil }
      value = isLast ? value << (8 * UInt64(5 - parts.count)) | number : value << 8 | number
    }
    return dotted(UInt32(truncatingIfNeeded: value))
  }

  private static func number(_ text: ArraySlice<UInt8>) -> UInt64? {
    var digits = text
    var radix: UInt64 = 10
    if digits.starts(with: "0x".utf8) {
      (digits, radix) = (digits.dropFirst(2), 16)
    } else if digits.count > 1, digits.first == Ascii.zero {
      (digits, radix) = (digits.dropFirst(), 8)
    }
    guard !text.isEmpty else { return nil }
    var value: UInt64 = 0
    for byte in digits {
      guard let digit = Ascii.hex(byte), digit < radix else { return nil }
      value = value * radix + UInt64(digit)
      guard value <= 0xFFFF_FFFF else { return nil }
    }
    return value
  }

  private static func dotted(_ value: UInt32) -> [UInt8] {
    let parts = [value >> 24, value >> 16 & 0xFF, value >> 8 & 0xFF, value & 0xFF]
    return Array(parts.map(String.init).joined(separator: ".").utf8)
  }

  private static func bracketed(_ text: ArraySlice<UInt8>) throws(HTTPError) -> [UInt8] {
    guard let groups = groups(text) else { throw HTTPError(.syntax) }
    if groups[..<5].allSatisfy({ $0 == 0 }), groups[5] == 0xFFFF {
      return dotted(UInt32(groups[6]) << 16 | UInt32(groups[7]))
    }
    // The longest run of zeros, two at least, is `::`.
    var run = 0..<0
    var start = 0
    for index in 0...8 where index == 8 || groups[index] != 0 {
      if index - start > max(run.count, 1) { run = start..<index }
      start = index + 1
    }
    var result: [UInt8] = [Ascii.openBracket]
    for (index, group) in groups.enumerated() {
      if run.contains(index) {
        if index == run.lowerBound { result += [Ascii.colon, Ascii.colon] }
        continue
      }
      if index > 0, index != run.upperBound || run.isEmpty { result.append(Ascii.colon) }
      result += Array(String(group, radix: 16).utf8)
    }
    return result + [Ascii.closeBracket]
  }

  /// The eight groups of an IPv6 address (RFC 4291, 2.2), or nil. A zone is no part of a URL's host that others see.
  private static func groups(_ text: ArraySlice<UInt8>) -> [UInt16]? {
    guard text.count <= 45 else { return nil }
    let source = String(decoding: text, as: UTF8.self)
    var halves: [[UInt16]] = []
    let pieces = source.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
    guard (1...2).contains(pieces.count) else { return nil }
    for (position, piece) in pieces.enumerated() {
      guard let half = half(piece, endsAddress: position == pieces.count - 1) else { return nil }
      halves.append(half)
    }
    guard halves.count == 2 else { return halves[0].count == 8 ? halves[0] : nil }
    let missing = 8 - halves[0].count - halves[1].count
    guard missing >= 1 else { return nil }
    return halves[0] + [UInt16](repeating: 0, count: missing) + halves[1]
  }

  private static func half(_ text: Substring, endsAddress: Bool) -> [UInt16]? {
    guard !text.isEmpty else { return [] }
    var groups: [UInt16] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (position, part) in parts.enumerated() {
      if part.contains(".") {
        guard endsAddress, position == parts.count - 1 else { return nil }
        let numbers = part.split(separator: ".", omittingEmptySubsequences: false)
        let bytes = numbers.compactMap { $0.count <= 3 && $0.utf8.allSatisfy(Ascii.isDigit) ? UInt8($0) : nil }
        guard numbers.count == 4, bytes.count == 4 else { return nil }
        groups.append(UInt16(bytes[0]) << 8 | UInt16(bytes[1]))
        groups.append(UInt16(bytes[2]) << 8 | UInt16(bytes[3]))
        continue
      }
      guard (1...4).contains(part.count), part.utf8.allSatisfy({ Ascii.hex($0) != nil }),
        let group = UInt16(part, radix: 16)
      else { return nil }
      groups.append(group)
    }
    return groups.count <= 8 ? groups : nil
  }
}
