import PolicyBytecode

/// The value of a Content-Type or a Content-Disposition: a word and its parameters (RFC 9110, 8.3.1; RFC 7578, 4.2).
struct HTTPMediaType {
  /// In lower case.
  private(set) var name: [UInt8] = []
  private(set) var parameters: [(name: [UInt8], value: [UInt8])] = []

  init(_ text: ArraySlice<UInt8>) throws(HTTPError) {
    var index = text.firstIndex(of: Ascii.semicolon) ?? text.endIndex
    name = HTTPBytes.trimmed(text[..<index]).map(HTTPBytes.lower)
    while index < text.endIndex {
      index += 1
      while index < text.endIndex, Ascii.isBlank(text[index]) { index += 1 }
      let start = index
      while index < text.endIndex, HTTPBytes.isToken(text[index]) { index += 1 }
      let name = text[start..<index].map(HTTPBytes.lower)
      guard index < text.endIndex, text[index] == Ascii.equals else {
        // Nothing at all between two `;` means nothing.
        let rest = text[index...].drop(while: Ascii.isBlank)
        guard name.isEmpty, rest.isEmpty || rest.first == Ascii.semicolon else { throw HTTPError(.syntax) }
        index = rest.startIndex
        continue
      }
      guard !name.isEmpty, !parameters.contains(where: { $0.name == name }) else { throw HTTPError(.syntax) }
      // RFC 2231's pieces and encodings of a parameter, which some put together and others pass over.
      guard !name.contains(Ascii.star) else { throw HTTPError(.unsupported) }
      index += 1
      parameters.append((name, try Self.value(text, &index)))
      guard parameters.count <= 16 else { throw HTTPError(.count) }
    }
  }

  /// A token, or a text in quotes; a backslash in the latter is read differently by everyone.
  private static func value(_ text: ArraySlice<UInt8>, _ index: inout Int) throws(HTTPError) -> [UInt8] {
    let start = index
    guard index < text.endIndex, text[index] == Ascii.doubleQuote else {
      while index < text.endIndex, text[index] != Ascii.semicolon { index += 1 }
      let value = HTTPBytes.trimmed(text[start..<index])
      if value.contains(where: { $0 == Ascii.doubleQuote || $0 == Ascii.backslash }) { throw HTTPError(.syntax) }
      return Array(value)
    }
    guard let close = text[(start + 1)...].firstIndex(of: Ascii.doubleQuote) else { throw HTTPError(.syntax) }
    let value = text[(start + 1)..<close]
    if value.contains(Ascii.backslash) { throw HTTPError(.syntax) }
    index = close + 1
    while index < text.endIndex, Ascii.isBlank(text[index]) { index += 1 }
    guard index == text.endIndex || text[index] == Ascii.semicolon else { throw HTTPError(.syntax) }
    return Array(value)
  }

  func parameter(_ name: StaticString) -> [UInt8]? {
    parameters.first { HTTPBytes.equal($0.name[...], name) }?.value
  }

  func isNamed(_ name: StaticString) -> Bool { HTTPBytes.equal(self.name[...], name) }

  var isJSON: Bool { isNamed("application/json") || isNamed("text/json") || name.suffix(5).elementsEqual("+json".utf8) }

  /// Whether the text is in UTF-8 or in what shares its ASCII; bytes beyond are checked where they are looked at.
  var isReadable: Bool {
    guard let charset = parameter("charset") else { return true }
    let known = ["utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252"] as [StaticString]
    return known.contains { HTTPBytes.equal(charset[...], $0) }
  }
}
