import JSONText
import PolicyBytecode

/// Words of shell lines, and what is made like them: paths, addresses, pairs.
extension PayloadRewriter {
  /// A word as the program sees it. A flag keeps its name.
  mutating func word(_ word: [UInt8]) -> [UInt8] {
    if word.isEmpty || kept.contains(word) { return word }
    if let code = code(word) { return code }
    if word.first == Ascii.dash { return flag(word) }
    if word.first == Ascii.openBrace || word.first == Ascii.openBracket, let value = try? JSONValue(parsing: word) {
      return Array(json(value, keeping: Self.kubernetesKeys).text.utf8)
    }
    if word.contains(where: Ascii.isSpace) { return lines(word) }
    return piece(word)
  }

  /// Text of several words: one value. The line ends around it stay, since a here-document must end where it does.
  private mutating func lines(_ text: [UInt8]) -> [UInt8] {
    let start = text.prefix { Ascii.isSpace($0) }
    let end = text.count == start.count ? [] : text.reversed().prefix { Ascii.isSpace($0) }.reversed()
    let value = Array(text.dropFirst(start.count).dropLast(end.count))
    return start + token(value) + end
  }

  private mutating func flag(_ word: [UInt8]) -> [UInt8] {
    if ShellVocabulary.words.contains(word) { return word }
    if word.starts(with: "--".utf8) {
      guard let equals = word.firstIndex(of: Ascii.equals) else {
        return word.allSatisfy { Ascii.isName($0) || $0 == Ascii.dash || $0 == Ascii.dot } ? word : piece(word)
      }
      return word[...equals] + self.word(Array(word[(equals + 1)...]))
    }
    let letters = word.dropFirst()
    if letters.count <= 2 || letters.allSatisfy({ flags.contains($0) || $0 == Ascii.dash }) { return word }
    if letters.allSatisfy({ Ascii.isDigit($0) }) { return word.count <= 4 ? word : [Ascii.dash] + number(letters) }
    // `-uroot`, `-p8080:80`, `-o=x`.
    return word.prefix(2) + piece(Array(word.dropFirst(2)))
  }

  /// A piece of a word without spaces.
  mutating func piece(_ text: [UInt8]) -> [UInt8] {
    if isStructure(text) { return text }
    if text.count <= 3, text.allSatisfy(Ascii.isDigit) { return text }
    if let scheme = firstRange(of: "://", in: text) { return url(text, scheme: scheme) }
    if let equals = text.firstIndex(of: Ascii.equals), equals > 0,
      text[..<equals].allSatisfy({ Ascii.isName($0) || $0 == Ascii.dash || $0 == Ascii.dot })
    {
      return text[...equals] + word(Array(text[(equals + 1)...]))
    }
    if text.contains(where: { $0 == Ascii.colon || $0 == Ascii.comma || $0 == Ascii.equals }) {
      return pieces(text, separators: ":,=") { $0.piece($1) }
    }
    if text.contains(Ascii.slash) { return pieces(text, separators: "/") { $0.pathPart($1) } }
    return pathPart(text)
  }

  /// The texts between separators, each rewritten; the separators stay.
  mutating func pieces(
    _ text: [UInt8], separators: StaticString, _ rewrite: (inout Self, [UInt8]) -> [UInt8]
  ) -> [UInt8] {
    var result: [UInt8] = []
    var part: [UInt8] = []
    for byte in text {
      guard separators.withUTF8Buffer({ $0.contains(byte) }) else {
        part.append(byte)
        continue
      }
      result += rewrite(&self, part) + [byte]
      part = []
    }
    return result + rewrite(&self, part)
  }

  private func isStructure(_ text: [UInt8]) -> Bool {
    kept.contains(text) || ShellVocabulary.words.contains(text) || ShellVocabulary.pathParts.contains(text)
      || !text.contains { Ascii.isName($0) && $0 != Ascii.underscore || $0 >= 0x80 }
  }

  /// A folder or file of a path. Signs of a pattern stay, and the ending that says what kind of file it is.
  mutating func pathPart(_ part: [UInt8]) -> [UInt8] {
    if part.isEmpty || isStructure(part) { return part }
    if part.contains(where: { "*?[]{}".utf8.contains($0) }) {
      return pieces(part, separators: "*?[]{}") { $0.pathPart($1) }
    }
    if part.count <= 3, part.allSatisfy(Ascii.isDigit) { return part }
    if part.first == Ascii.plus { return [Ascii.plus] + pathPart(Array(part.dropFirst())) }
    if part.first == Ascii.tilde { return [Ascii.tilde] + pathPart(Array(part.dropFirst())) }
    if let dot = part.lastIndex(of: Ascii.dot), dot > 0, !part.contains(Ascii.at),
      ShellVocabulary.endings.contains(Array(part[(dot + 1)...]))
    {
      return pathPart(Array(part[..<dot])) + part[dot...]
    }
    if part.first == Ascii.dot { return [Ascii.dot] + token(Array(part.dropFirst())) }
    return token(part)
  }

  /// `SCHEME://USER@HOST/PATH?QUERY#PART`: scheme and host are structure.
  private mutating func url(_ text: [UInt8], scheme: Range<Int>) -> [UInt8] {
    let rest = text[scheme.upperBound...]
    let end = rest.firstIndex { "/?#".utf8.contains($0) } ?? rest.endIndex
    var result = Array(text[..<scheme.upperBound])
    if let at = rest[..<end].lastIndex(of: Ascii.at) {
      result += pieces(Array(rest[..<at]), separators: ":") { $0.token($1) } + [Ascii.at] + rest[(at + 1)..<end]
    } else {
      result += rest[..<end]
    }
    return result + target(Array(rest[end...]))
  }

  /// The path of an address and its query.
  mutating func target(_ target: [UInt8]) -> [UInt8] {
    let fragment = target.firstIndex(of: Ascii.hash) ?? target.endIndex
    let question = target[..<fragment].firstIndex(of: Ascii.question) ?? fragment
    var result = pieces(Array(target[..<question]), separators: "/") { $0.addressPart($1) }
    if question < fragment { result += [Ascii.question] + query(Array(target[(question + 1)..<fragment])) }
    if fragment < target.endIndex { result += [Ascii.hash] + token(Array(target[(fragment + 1)...])) }
    return result
  }

  /// A part of a path that names a thing rather than a kind of things: a number, an identifier, an address.
  private mutating func addressPart(_ part: [UInt8]) -> [UInt8] {
    if kept.contains(part) { return part }
    let digits = part.count(where: Ascii.isDigit)
    let isNumber = digits == part.count && digits > 1
    let isIdentifier = part.count >= 8 && digits * 4 >= part.count && !part.contains(Ascii.dot)
    let isAddress = part.contains(Ascii.at) || firstRange(of: "%40", in: part) != nil
    return isNumber || isIdentifier || isAddress ? token(part) : part
  }

  /// `NAME=VALUE&…`: names are structure.
  mutating func query(_ query: [UInt8]) -> [UInt8] {
    pieces(query, separators: "&;") { rewriter, pair in
      guard let equals = pair.firstIndex(of: Ascii.equals) else { return pair }
      let value = Array(pair[(equals + 1)...])
      return pair[...equals] + percentEncoded(rewriter.value(percentDecoded(value)), like: value)
    }
  }

  private func firstRange(of word: StaticString, in text: [UInt8]) -> Range<Int>? {
    let count = word.utf8CodeUnitCount
    guard text.count >= count else { return nil }
    return word.withUTF8Buffer { word in
      (0...text.count - count).first { text[$0..<$0 + count].elementsEqual(word) }.map { $0..<$0 + count }
    }
  }
}

/// The bytes of a query's value.
func percentDecoded(_ value: [UInt8]) -> [UInt8] {
  var result: [UInt8] = []
  var at = 0
  while at < value.count {
    if value[at] == Ascii.percent, at + 2 < value.count, let high = Ascii.hex(value[at + 1]),
      let low = Ascii.hex(value[at + 2])
    {
      result.append(UInt8(high << 4 | low))
      at += 3
    } else {
      result.append(value[at] == Ascii.plus ? Ascii.space : value[at])
      at += 1
    }
  }
  return result
}

/// The value of a query, as `original` was where it is the same, else with what could end it encoded.
func percentEncoded(_ value: [UInt8], like original: [UInt8]) -> [UInt8] {
  if value == percentDecoded(original) { return original }
  let digits = Array("0123456789ABCDEF".utf8)
  return value.flatMap { byte in
    Ascii.isName(byte) || "-.~/:,*'\"()".utf8.contains(byte)
      ? [byte] : [Ascii.percent, digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
  }
}
