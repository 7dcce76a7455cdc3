/// URIs of resources as policies see them, so that one resource has one spelling: RFC 3986, section 6.2.2 (case of scheme
/// and host, escapes of characters that need none, dot segments). Of a `file` URI also what a file system does: any
/// escape is decoded, `file:/x` and `file://localhost/x` are `file:///x`, doubled slashes are one. Of an HTTP URI the host is that
/// of requests.
enum ResourceURI {
  /// `isAmbiguous`: servers do not agree on what it names. With blanks around it and control characters in it, which some leave
  /// out; with a `?` or `#` in the path of a file, where it may end or not; with a backslash, another number of slashes than two
  /// before the host, or what is no host there.
  static func normalised(_ uri: [UInt8], _ isAmbiguous: inout Bool) -> [UInt8] {
    if uri.first == Ascii.space || uri.last == Ascii.space || uri.contains(where: { $0 < Ascii.space || $0 == 0x7F }) {
      isAmbiguous = true
    }
    guard let colon = uri.firstIndex(of: Ascii.colon), colon > 0, Ascii.isNameStart(uri[0]),
      uri[..<colon].allSatisfy({ Ascii.isName($0) || $0 == Ascii.plus || $0 == Ascii.dash || $0 == Ascii.dot })
    else { return uri }
    let scheme = uri[..<colon].map(lower)
    let isFile = scheme.elementsEqual("file".utf8)
    let isHTTP = scheme.elementsEqual("http".utf8) || scheme.elementsEqual("https".utf8)
    var rest = uri[(colon + 1)...]
    if isFile ? rest.contains(Ascii.question) || rest.contains(Ascii.hash) : rest.contains(Ascii.backslash) {
      isAmbiguous = true
    }
    var result = scheme + [Ascii.colon]
    let hasAuthority = rest.starts(with: [Ascii.slash, Ascii.slash])
    if isHTTP, !hasAuthority { isAmbiguous = true }
    if hasAuthority {
      rest = rest.dropFirst(2)
      let end = rest.firstIndex { $0 == Ascii.slash || $0 == Ascii.question || $0 == Ascii.hash } ?? rest.endIndex
      var authority = rest[..<end].map(lower)
      if isHTTP {
        let host = (try? HTTPHost.canonical(rest[..<end])) ?? nil
        if host == nil { isAmbiguous = true }
        authority = host ?? authority
      }
      rest = rest[end...]
      if isFile, authority.elementsEqual("localhost".utf8) { authority = [] }
      result += [Ascii.slash, Ascii.slash] + authority
    } else if isFile {
      result += [Ascii.slash, Ascii.slash]
    } else if rest.first != Ascii.slash {
      // No hierarchy: `urn:…`, `mailto:…`.
      return result + decoded(rest, all: false)
    }
    if isFile {
      var path = decoded(rest, all: true)
      for index in path.indices where path[index] == Ascii.backslash { path[index] = Ascii.slash }
      if String(validating: path, as: UTF8.self) == nil { path = Array(String(decoding: path, as: UTF8.self).utf8) }
      return result + withoutDots(path[...], merging: true)
    }
    let end = rest.firstIndex { $0 == Ascii.question || $0 == Ascii.hash } ?? rest.endIndex
    return result + withoutDots(decoded(rest[..<end], all: false)[...], merging: false)
      + decoded(rest[end...], all: false)
  }

  private static func lower(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

  /// Decodes `%xx`: all, or those of characters that are never delimiters; the others get upper-case digits.
  private static func decoded(_ text: ArraySlice<UInt8>, all: Bool) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var index = text.startIndex
    while index < text.endIndex {
      if text[index] == Ascii.percent, index + 2 < text.endIndex, let high = digit(text[index + 1]),
        let low = digit(text[index + 2])
      {
        let byte = high << 4 | low
        let isUnreserved = Ascii.isName(byte) || byte == Ascii.dash || byte == Ascii.dot || byte == Ascii.tilde
        if all && byte != 0 || isUnreserved {
          result.append(byte)
        } else {
          result += [Ascii.percent, upperDigit(high), upperDigit(low)]
        }
        index += 3
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }

  private static func upperDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x37 + value }

  /// Resolves `.` and `..` in a path that starts with a slash or is empty.
  static func withoutDots(_ path: ArraySlice<UInt8>, merging: Bool) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(path.count + 1)
    // Where the segments kept so far start, at their slash.
    var starts: [Int] = []
    var index = path.startIndex
    if path.first == Ascii.slash { index += 1 } else if path.isEmpty { return merging ? [Ascii.slash] : [] }
    while true {
      var end = index
      while end < path.endIndex, path[end] != Ascii.slash { end += 1 }
      let segment = path[index..<end]
      let isLast = end >= path.endIndex
      let isDot = segment.elementsEqual([Ascii.dot])
      let isUp = segment.elementsEqual([Ascii.dot, Ascii.dot])
      if isUp, let last = starts.popLast() { result.removeSubrange(last...) }
      if isDot || isUp || merging && segment.isEmpty && !isLast {
        if isLast { result.append(Ascii.slash) }
      } else {
        starts.append(result.count)
        result.append(Ascii.slash)
        result += segment
      }
      if isLast { return result }
      index = end + 1
    }
  }
}
