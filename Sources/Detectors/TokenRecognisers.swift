import Glibc

/// Tokens that their issuers mark, JSON Web Tokens and blocks of private keys.
extension DetectorScanner {
  /// A token of `shape` that begins at `start`.
  mutating func recogniseToken(_ shape: TokenShape, _ start: Int) {
    let prefix = shape.prefix.utf8
    var offset = start
    for byte in prefix {
      guard at(offset) == byte else { return }
      offset += 1
    }
    guard beginsWord(start) || shape.prefix.hasPrefix("hooks.") || shape.prefix.hasPrefix("atlasv1") else { return }
    let body = offset
    var lastSet = ByteClass.alphanumeric
    for (index, element) in shape.elements.enumerated() {
      switch element {
      case .literal(let text):
        for byte in text {
          guard at(offset) == byte else { return }
          offset += 1
        }
      case .run(let set, let least, let most, let escapes):
        let runStart = offset
        let next = index + 1 < shape.elements.count ? shape.elements[index + 1] : nil
        guard let end = runEnd(offset, set, escapes ? 0 : least, most, before: next) else { return }
        offset = end
        while escapes, at(offset) == UInt8(ascii: "%"), isIn(offset + 1, .hex), isIn(offset + 2, .hex),
          offset - runStart < most
        {
          offset = run(offset + 3, set, limit: most)
        }
        guard offset - runStart >= least else { return }
        lastSet = set
      }
    }
    // It goes on: no token of this shape.
    if isIn(offset, lastSet) || isIn(offset, .word) { return }
    if !shape.takesPlaceholders {
      guard !isMasked(body, offset) else { return }
      if shape.kind == .secret, offset - body >= 16, !looksRandom(body, offset, least: 2.6) { return }
    } else if !isMixed(start, offset) {
      return
    }
    emit(shape.kind, start, offset)
  }

  /// The end of a run, which leaves what follows it to the literal `next` where its own bytes spell that too.
  private mutating func runEnd(
    _ start: Int, _ set: ByteClass, _ least: Int, _ most: Int, before next: TokenShape.Element?
  ) -> Int? {
    let end = run(start, set, limit: most)
    guard end - start >= least else { return nil }
    guard case .literal(let text) = next, isIn(end, set) || text.allSatisfy({ classes[Int($0)] & set.rawValue != 0 })
    else { return end }
    for place in start + least...end {
      var index = 0
      while index < text.count, at(place + index) == text[index] { index += 1 }
      if index == text.count { return place }
    }
    return end
  }

  /// RFC 7519: three parts, the first two JSON objects; the third may be empty.
  mutating func recogniseJWT(_ start: Int) {
    guard beginsWord(start), at(start) == UInt8(ascii: "e"), at(start + 1) == UInt8(ascii: "y"),
      at(start + 2) == UInt8(ascii: "J")
    else { return }
    let headerEnd = run(start, .base64URL, limit: DetectorLimits.matchBytes)
    guard headerEnd - start >= 8, at(headerEnd) == UInt8(ascii: "."), holdsObject(start, headerEnd) else { return }
    let payload = headerEnd + 1
    let payloadEnd = run(payload, .base64URL, limit: DetectorLimits.matchBytes)
    // A payload longer than can be waited for is taken for one.
    if payloadEnd - payload == DetectorLimits.matchBytes { return emitOpen(.jwt, start, payloadEnd) }
    guard at(payloadEnd) == UInt8(ascii: ".") else { return }
    // The payload of an encrypted token, RFC 7516, is no JSON; it has five parts.
    let end = run(payloadEnd + 1, .base64URL, limit: DetectorLimits.matchBytes)
    if end - payloadEnd - 1 == DetectorLimits.matchBytes { return emitOpen(.jwt, start, end) }
    if at(end) == UInt8(ascii: "."), isIn(end + 1, .base64URL) {
      var last = end
      for _ in 0..<2 where at(last) == UInt8(ascii: ".") {
        last = run(last + 1, .base64URL, limit: DetectorLimits.matchBytes)
      }
      return emitOpen(.jwt, start, last)
    }
    guard holdsObject(payload, payloadEnd) else { return }
    emit(.jwt, start, end)
  }

  /// Whether base64url decodes to text in braces.
  private mutating func holdsObject(_ start: Int, _ end: Int) -> Bool {
    guard (end - start) % 4 != 1 else { return false }
    var bits: UInt32 = 0
    var count = 0
    var first: UInt8?
    var last: UInt8 = 0
    for offset in start..<end {
      let byte = at(offset)
      let value: UInt8
      switch byte {
      case 0x41...0x5A: value = byte - 0x41
      case 0x61...0x7A: value = byte - 0x61 + 26
      case 0x30...0x39: value = byte - 0x30 + 52
      case UInt8(ascii: "-"): value = 62
      default: value = 63
      }
      bits = bits << 6 | UInt32(value)
      count += 6
      guard count >= 8 else { continue }
      count -= 8
      let decoded = UInt8(truncatingIfNeeded: bits >> UInt32(count))
      // JSON has no bare control characters but white space.
      if decoded < 0x20, decoded != 0x0A, decoded != 0x0D, decoded != 0x09 { return false }
      if first == nil { first = decoded }
      if decoded > 0x20 { last = decoded }
    }
    return first == UInt8(ascii: "{") && last == UInt8(ascii: "}")
  }

  /// RFC 7468, and OpenPGP's armour: from `-----BEGIN … PRIVATE KEY-----` to the end of the block.
  mutating func recognisePrivateKey(_ dashes: Int) {
    // The gram is the last two hyphens and `BE`.
    let word = dashes + 2
    guard matchesExactly(word, "BEGIN "), at(dashes) == UInt8(ascii: "-") else { return }
    let start = runBack(word, .hyphen, limit: 5)
    guard word - start >= 4 else { return }
    let titleEnd = run(word + 6, [.upper, .digit, .space], limit: 48)
    guard titleEnd - word >= 17, at(titleEnd) == UInt8(ascii: "-"),
      matchesExactly(titleEnd - 11, "PRIVATE KEY") || matchesExactly(titleEnd - 17, "PRIVATE KEY BLOCK")
    else { return }
    let headerEnd = run(titleEnd, .hyphen, limit: 5)
    guard headerEnd - titleEnd >= 4 else { return }
    let limit = start + DetectorLimits.privateKeyBytes
    var offset = headerEnd
    while offset < limit {
      let byte = at(offset)
      if byte == 0 { break }
      if byte == UInt8(ascii: "-"), at(offset + 1) == byte {
        if matchesExactly(offset, "-----END ") {
          let title = run(offset + 9, [.upper, .digit, .space], limit: 48)
          return emit(.privateKey, start, run(title, .hyphen, limit: 5))
        }
        if matchesExactly(offset, "-----BEGIN") { break }
      }
      offset += 1
    }
    if offset == limit { return emitOpen(.privateKey, start, limit) }
    emit(.privateKey, start, keyTextEnd(headerEnd, limit: offset))
  }

  /// A key as PuTTY keeps it: headers, the public key, `Private-Lines:` and so many lines (PuTTY user manual, appendix C).
  mutating func recognisePuTTYKey(_ start: Int) {
    guard matchesExactly(start, "PuTTY-User-Key-File-") else { return }
    let limit = start + DetectorLimits.privateKeyBytes
    var offset = start + 20
    while offset < limit, at(offset) != 0 {
      if at(offset) == UInt8(ascii: "P"), matchesExactly(offset, "Private-Lines: ") {
        return emit(.privateKey, start, keyTextEnd(run(offset + 15, .digit, limit: 6), limit: limit))
      }
      offset += 1
    }
  }

  /// The end of what looks like lines of base64 from `start` on; for a block without its end.
  private mutating func keyTextEnd(_ start: Int, limit: Int) -> Int {
    var end = start
    var offset = start
    while offset < limit {
      // Between lines: white space, or `\n` in a string.
      while offset < limit {
        if isIn(offset, .space) || at(offset) == UInt8(ascii: "\"") || at(offset) == UInt8(ascii: "'") {
          offset += 1
        } else if at(offset) == UInt8(ascii: "\\"), isIn(offset + 1, .letter) {
          offset += 2
        } else {
          break
        }
      }
      let lineEnd = run(offset, [.base64, .equals], limit: limit - offset)
      // The last line may be short; a word of prose ends it.
      guard lineEnd - offset >= 4 else { break }
      let isShort = lineEnd - offset < 24
      end = lineEnd
      offset = lineEnd
      if isShort { break }
    }
    return end
  }

  mutating func matchesExactly(_ offset: Int, _ text: StaticString) -> Bool {
    for index in 0..<text.utf8CodeUnitCount where at(offset + index) != text.utf8Start[index] { return false }
    return true
  }

  // MARK: Tokens told by their middle or end

  /// Discord's bot tokens: the user's number in base64, `.`, six, `.`, 27 or more.
  mutating func recogniseDiscord(_ dot: Int) {
    guard at(dot + 7) == UInt8(ascii: ".") else { return }
    let start = runBack(dot, .base64URL, limit: 29)
    guard (23...28).contains(dot - start), isIn(start, .alphanumeric), !isIn(start - 1, .word) else { return }
    guard [UInt8(ascii: "M"), UInt8(ascii: "N"), UInt8(ascii: "O")].contains(at(start)) else { return }
    guard run(dot + 1, .base64URL, limit: 7) == dot + 7 else { return }
    let end = run(dot + 8, .base64URL, limit: 41)
    guard (27...40).contains(end - dot - 8), holdsDigits(start, dot) else { return }
    emit(.secret, start, end)
  }

  /// Whether base64 decodes to digits: a Discord token begins with its user's number.
  private mutating func holdsDigits(_ start: Int, _ end: Int) -> Bool {
    // Of three bytes 0x3X the first and third base64 letters are fixed to a few.
    for offset in stride(from: start, to: end, by: 4) {
      guard [UInt8(ascii: "M"), UInt8(ascii: "N"), UInt8(ascii: "O")].contains(at(offset)) else { return false }
    }
    return true
  }

  /// Microsoft Entra client secrets: three characters, a digit, `Q~`, 31 to 34.
  mutating func recogniseAzureSecret(_ tilde: Int) {
    guard at(tilde - 1) == UInt8(ascii: "Q"), isDigit(tilde - 2) else { return }
    let set: ByteClass = [.base64URL, .dot, .tilde]
    let start = tilde - 5
    for offset in start..<tilde - 2 where !isIn(offset, set) { return }
    guard !isIn(start - 1, set) || at(start - 1) == UInt8(ascii: ".") else { return }
    let end = run(tilde + 1, set, limit: 36)
    guard (31...35).contains(end - tilde - 1) else { return }
    emit(.azureKey, start, end)
  }

  /// The signature of a shared access URL of Azure: base64 of 32 bytes, percent-encoded or not.
  mutating func recogniseAzureSignature(_ word: Int) {
    guard [UInt8(ascii: "?"), UInt8(ascii: "&"), UInt8(ascii: ";")].contains(at(word - 1)) else { return }
    let start = word + 4
    let end = run(start, [.base64, .equals, .quotePercent], limit: 80)
    guard (43...70).contains(end - start), looksRandom(start, end, least: 3.3) else { return }
    emit(.azureKey, start, end)
  }

  /// Keys of Azure that carry a mark of their kind: base64 of a fixed length with the mark at a fixed place (Microsoft,
  /// "Security Utilities", identifiable keys). The gram is the mark.
  mutating func recogniseMarkedAzureKey(_ mark: Int) {
    for (text, before, count) in DetectorScanner.azureMarks where matchesExactly(mark, text) {
      let start = mark - before
      let end = start + count
      let textEnd = run(start, [.base64, .base64URL], limit: count + 1)
      guard !isIn(start - 1, [.base64, .base64URL]), textEnd <= end, end - textEnd <= 2,
        run(textEnd, .equals, limit: 3) == end, !isIn(end, [.word, .plusSlash])
      else { continue }
      return emit(.azureKey, start, end)
    }
  }

  /// The mark, how many bytes stand before it, and how many the key has.
  static let azureMarks: [(mark: StaticString, before: Int, count: Int)] = [
    ("+ASt", 76, 88), ("+ABa", 76, 88), ("+AMC", 76, 88), ("ACDb", 76, 88), ("APIM", 76, 88),
    ("+ASb", 33, 44), ("+AEh", 33, 44), ("+ARm", 33, 44), ("AIoT", 33, 44), ("AzCa", 33, 44),
    ("AzSe", 42, 52), ("+ACR", 42, 52), ("AzFu", 44, 56), ("JQQJ", 52, 84), ("AZDO", 76, 84),
  ]

  /// Mailchimp: 32 hexadecimal digits and the data centre.
  mutating func recogniseMailchimp(_ hyphen: Int) {
    let start = runBack(hyphen, [.digit, .lowerHex], limit: 33)
    guard hyphen - start == 32, beginsWord(start) else { return }
    let end = run(hyphen + 3, .digit, limit: 3)
    guard end - hyphen <= 5, !isIn(end, .word) else { return }
    emit(.secret, start, end)
  }

  // MARK: What values look like

  /// Shannon entropy of at least `least` bits a character: more than English prose or a placeholder has.
  mutating func looksRandom(_ start: Int, _ end: Int, least: Double) -> Bool {
    entropy(start, end) >= least
  }

  mutating func entropy(_ start: Int, _ end: Int) -> Double {
    var counts = InlineArray<128, UInt16>(repeating: 0)
    for offset in start..<end { counts[Int(at(offset) & 0x7F)] += 1 }
    let total = Double(end - start)
    var sum = 0.0
    for index in counts.indices where counts[index] > 0 {
      let share = Double(counts[index]) / total
      sum -= share * log2(share)
    }
    return sum
  }

  /// Letters of both cases, or letters and digits.
  private mutating func isMixed(_ start: Int, _ end: Int) -> Bool {
    var hasLower = false
    var hasDigit = false
    for offset in start..<end {
      hasLower = hasLower || isIn(offset, .lower)
      hasDigit = hasDigit || isDigit(offset)
    }
    return hasLower || hasDigit
  }

  /// Masked already: eight times the same `x`, `X`, `*` or `.`, or nothing else than such.
  mutating func isMasked(_ start: Int, _ end: Int) -> Bool {
    if end > start, find(.mask, start, end) == end { return false }
    var run = 0
    var others = 0
    for offset in start..<end {
      let byte = folded(offset)
      if byte == UInt8(ascii: "x") || byte == UInt8(ascii: "*") || byte == UInt8(ascii: ".") || byte >= 0x80 {
        run += 1
        if run == 8, byte < 0x80 { return true }
      } else {
        run = 0
        others += 1
      }
    }
    return others == 0
  }
}
