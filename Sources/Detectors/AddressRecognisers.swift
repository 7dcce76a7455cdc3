/// Addresses of people and machines, and credentials in URLs: what is told by a sign in its middle.
extension DetectorScanner {
  /// RFC 5321, unquoted: what is around the `@` at `sign`.
  mutating func recogniseEmail(_ sign: Int) {
    var start = runBack(sign, .local, limit: DetectorLimits.localPartBytes)
    if at(start - 1) == UInt8(ascii: "+"), start > sign - DetectorLimits.localPartBytes {
      // `+` tags: `a+b@x.org`.
      start = runBack(sign, [.local, .plus], limit: DetectorLimits.localPartBytes)
    }
    // Signs that more likely stand around an address than in it; half a character of UTF-8.
    while start < sign, !isIn(start, [.word, .nonASCII]) || at(start) & 0xC0 == 0x80 { start += 1 }
    guard start < sign, isIn(sign - 1, [.word, .nonASCII, .hyphen]) else { return }
    guard isIn(sign + 1, [.alphanumeric, .nonASCII]), !isInURL(start) else { return }
    let limit = run(sign + 1, [.alphanumeric, .hyphen, .dot, .nonASCII], limit: DetectorLimits.domainBytes)
    // The longest run of labels that ends in a top-level domain.
    var end = limit
    while end > sign + 1 {
      while end > sign + 1, !isIn(end - 1, [.alphanumeric, .nonASCII]) { end -= 1 }
      let label = runBack(end, [.alphanumeric, .hyphen, .nonASCII], limit: DetectorLimits.domainBytes)
      guard label > sign + 1, at(label - 1) == UInt8(ascii: ".") else { return }
      if isTopLevel(label, end), isIn(label - 2, [.alphanumeric, .nonASCII]) {
        // `icon@2x.png` is a file.
        let isScale = label == sign + 4 && isDigit(sign + 1) && at(sign + 2) == UInt8(ascii: "x")
        // `git@github.com:org/repo.git` is where a repository is.
        let isRepository =
          sign - start == 3 && matches(start, "git")
          && (at(end) == UInt8(ascii: ":") || at(end) == UInt8(ascii: "/")) && isIn(end + 1, [.word, .plusSlash])
        if !isScale, !isRepository { emit(.email, start, end) }
        return
      }
      end = label - 1
    }
  }

  /// Whether `//name:` stands before: what is before the sign is the password of a URL.
  private mutating func isInURL(_ start: Int) -> Bool {
    guard at(start - 1) == UInt8(ascii: ":") else { return false }
    let name = runBack(start - 1, [.local, .plus], limit: DetectorLimits.localPartBytes)
    return at(name - 1) == UInt8(ascii: "/") && at(name - 2) == UInt8(ascii: "/")
  }

  private mutating func isTopLevel(_ start: Int, _ end: Int) -> Bool {
    if matches(start, "xn--") { return end - start > 4 }
    guard (2...24).contains(end - start) else { return false }
    for offset in start..<end where !isIn(offset, [.letter, .nonASCII]) { return false }
    return true
  }

  /// A colon: of an IPv6 or a MAC address, or of `://`.
  mutating func recogniseColon(_ colon: Int) {
    let next = at(colon + 1)
    if next == UInt8(ascii: "/") {
      if asks(.password), at(colon + 2) == next { recogniseURLPassword(colon) }
      return
    }
    guard next == UInt8(ascii: ":") || isIn(colon + 1, .hex), at(colon - 1) != UInt8(ascii: ":") else { return }
    let start = runBack(colon, .hex, limit: 5)
    guard colon - start < 5, !isIn(start - 1, .word), at(start - 1) != UInt8(ascii: ":") else { return }
    if asks(.macAddress), colon - start == 2 { recogniseMAC(colon) }
    if asks(.ipAddress) { recogniseIPv6(start) }
  }

  /// RFC 4291, section 2.2: eight groups, or fewer with one `::`; the last two may be written as IPv4.
  private mutating func recogniseIPv6(_ start: Int) {
    if at(start - 1) == UInt8(ascii: "."), isIn(start - 2, .alphanumeric) { return }
    var groups = 0
    var gap: Int?
    var digits = 0
    var offset = start
    if at(offset) == UInt8(ascii: ":") {
      guard at(offset + 1) == UInt8(ascii: ":") else { return }
      gap = 0
      offset += 2
    }
    var isLastIPv4 = false
    while groups < 8 {
      let end = run(offset, .hex, limit: 5)
      if end == offset { break }
      guard end - offset <= 4 else { return }
      if at(end) == UInt8(ascii: "."), isDigit(end + 1), let ipv4 = ipv4End(offset), !isDigit(ipv4) {
        groups += 2
        digits += 4
        offset = ipv4
        isLastIPv4 = true
        break
      }
      for place in offset..<end where isDigit(place) { digits += 1 }
      groups += 1
      offset = end
      guard at(offset) == UInt8(ascii: ":") else { break }
      if at(offset + 1) == UInt8(ascii: ":") {
        guard gap == nil else { return }
        gap = groups
        offset += 2
      } else {
        guard isIn(offset + 1, .hex) else { break }
        offset += 1
      }
    }
    guard gap != nil ? groups <= 7 && groups >= 1 : groups == 8 else { return }
    // `std::add` and the like have no digits.
    guard digits > 0 || groups >= 4 else { return }
    guard !isIn(offset, .word), at(offset) != UInt8(ascii: ":") || !isIn(offset + 1, [.word, .colon]) else { return }
    if !isLastIPv4, at(offset) == UInt8(ascii: "."), isIn(offset + 1, .alphanumeric) { return }
    if at(offset) == UInt8(ascii: "%") {
      let zone = run(offset + 1, [.word, .hyphen], limit: 16)
      if zone > offset + 1 { offset = zone }
    }
    emit(.ipAddress, start, prefixLengthEnd(offset, most: 128))
  }

  /// IEEE 802: six octets with colons or hyphens, the first of which is at `separator`.
  mutating func recogniseMAC(_ separator: Int) {
    let sign = at(separator)
    let start = separator - 2
    guard isIn(start, .hex), isIn(start + 1, .hex), !isIn(start - 1, [.word, .hyphen, .colon]) else { return }
    for index in 1..<6 {
      let group = start + 3 * index
      guard at(group - 1) == sign, isIn(group, .hex), isIn(group + 1, .hex) else { return }
    }
    let end = start + 17
    if isIn(end, .word) || (at(end) == sign && isIn(end + 1, .word)) { return }
    emit(.macAddress, start, end)
  }

  /// `scheme://name:password@host`: the password.
  private mutating func recogniseURLPassword(_ colon: Int) {
    guard isIn(colon - 1, .alphanumeric) else { return }
    func isStop(_ byte: UInt8) -> Bool {
      byte <= 0x20 || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "@") || byte == UInt8(ascii: "\"")
        || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">")
        || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") || byte == UInt8(ascii: "\\")
        || byte == UInt8(ascii: "`")
    }
    var offset = colon + 3
    let first = offset
    while offset - first < 128, !isStop(at(offset)), at(offset) != UInt8(ascii: ":") { offset += 1 }
    guard at(offset) == UInt8(ascii: ":") else { return }
    let start = offset + 1
    // `//host:1433;user=me@shop`, `//a:5432,b:5432`: a port, and what is set behind it.
    let port = run(start, .digit, limit: 6)
    if (1...5).contains(port - start), at(port) == UInt8(ascii: ";") || at(port) == UInt8(ascii: ",") { return }
    offset = start
    // A password that its author did not escape may hold any sign but `@` and white space, once a `@` follows.
    while offset - start < DetectorLimits.valueBytes, !isStop(at(offset)) { offset += 1 }
    guard at(offset) == UInt8(ascii: "@"), offset > start,
      isIn(offset + 1, [.alphanumeric, .nonASCII])
        || at(offset + 1) == UInt8(ascii: "[") || at(offset + 1) == UInt8(ascii: "$")
        || at(offset + 1) == UInt8(ascii: "{")
    else { return }
    // `@` in the password itself.
    var end = offset
    while offset - start < DetectorLimits.valueBytes, !isStop(at(offset)) || at(offset) == UInt8(ascii: "@") {
      if at(offset) == UInt8(ascii: "@") { end = offset }
      offset += 1
    }
    guard !isTemplate(start, end), !isMasked(start, end) else { return }
    emit(.password, start, end)
  }
}
