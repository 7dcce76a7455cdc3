import PolicyBytecode

/// A request that a client sends for a command line, of which parts may not be known.
struct HTTPClientRequest {
  var method: [UInt8] = []
  /// With or without a scheme.
  var url: [UInt8] = []
  var headers: [(name: [UInt8], value: [UInt8])] = []
  var body: [UInt8]?
  var unknown = HTTPUnknownParts()
  /// The host that stands for that of the URL.
  var host: [UInt8]?
  /// Whether `..` is sent as it stands, which clients resolve.
  var keepsDots = false

  func has(_ name: StaticString) -> Bool {
    headers.contains { HTTPBytes.equal($0.name[...], name) }
      || unknown.headers.contains { HTTPBytes.equal($0[...], name) }
  }

  mutating func add(_ name: StaticString, _ value: some Sequence<UInt8>) {
    headers.append((Array(name.description.utf8), Array(value)))
  }

  /// The request in absolute form; nil if the URL's scheme moves files. Of another protocol's, in which what the URL
  /// holds may be sent as it is, an error.
  ///
  /// Where a part would end before it ends (a line end in a header, a blank in a method), what would come out is not
  /// the request that is meant: an error.
  func payload() throws(HTTPError) -> [UInt8]? {
    guard !method.isEmpty, method.allSatisfy(HTTPBytes.isToken) else { throw HTTPError(.syntax) }
    guard let url = try absolute() else { return nil }
    var text = method
    text.append(Ascii.space)
    text += url
    text += Array(" HTTP/1.1\r\n".utf8)
    var measures = body != nil && !unknown.body
    for header in headers {
      guard !header.name.isEmpty, header.name.allSatisfy(HTTPBytes.isToken),
        !header.value.contains(where: { $0 == 0 || $0 == Ascii.newline || $0 == HTTPBytes.carriageReturn })
      else { throw HTTPError(.syntax) }
      // A header that names another host is a request of its own, see ``host``.
      if host == nil, HTTPBytes.equal(header.name[...], "host") { continue }
      if HTTPBytes.equal(header.name[...], "content-length") {
        if unknown.body { continue }
        measures = false
      }
      // Clients make the chunks themselves.
      if HTTPBytes.equal(header.name[...], "transfer-encoding"), HTTPBytes.equal(header.value[...], "chunked") {
        continue
      }
      text += header.name
      text += [Ascii.colon, Ascii.space]
      text += header.value
      text += [HTTPBytes.carriageReturn, Ascii.newline]
    }
    if measures, let body { text += Array("Content-Length: \(body.count)\r\n".utf8) }
    text += [HTTPBytes.carriageReturn, Ascii.newline]
    if let body, !unknown.body { text += body }
    return text
  }

  /// The URL with a scheme, without user information and fragment.
  private func absolute() throws(HTTPError) -> [UInt8]? {
    for byte in url where byte <= Ascii.space || byte == HTTPBytes.delete { throw HTTPError(.syntax) }
    var rest = url[...]
    var scheme: ArraySlice<UInt8> = Array("http".utf8)[...]
    let word = rest.prefix {
      HTTPBytes.isLetter($0) || Ascii.isDigit($0) || $0 == Ascii.plus || $0 == Ascii.dash || $0 == Ascii.dot
    }
    let after = rest[word.endIndex...]
    let isHTTP = HTTPBytes.equal(word, "http") || HTTPBytes.equal(word, "https")
    if after.starts(with: "://".utf8) || isHTTP && after.starts(with: ":/".utf8) {
      guard isHTTP || HTTPBytes.equal(word, "ws") || HTTPBytes.equal(word, "wss") else {
        if Self.movesFiles(word) { return nil }
        throw HTTPError(.unsupported)
      }
      scheme = word
      rest = after.dropFirst()
      // curl takes one to three slashes for two.
      let slashes = rest.prefix { $0 == Ascii.slash }
      guard slashes.count <= 3 else { throw HTTPError(.syntax) }
      rest = rest[slashes.endIndex...]
    } else if Self.isOther(word) {
      if HTTPBytes.equal(word.prefix { $0 != Ascii.dot }, "ftp") { return nil }
      throw HTTPError(.unsupported)
    }
    rest = rest.prefix { $0 != Ascii.hash }
    let authority = rest.prefix { $0 != Ascii.slash && $0 != Ascii.question && $0 != Ascii.backslash }
    if let at = authority.lastIndex(of: Ascii.at) {
      guard authority.firstIndex(of: Ascii.at) == at else { throw HTTPError(.syntax) }
      rest = rest[(at + 1)...]
    }
    if let host {
      let isHost = !host.contains { $0 <= Ascii.space || "/?#@\\".utf8.contains($0) }
      guard isHost else { throw HTTPError(.syntax) }
      rest = (host + rest.drop { $0 != Ascii.slash && $0 != Ascii.question && $0 != Ascii.backslash })[...]
    }
    return scheme + Array("://".utf8) + withoutDots(try Self.resolved(rest))
  }

  /// An authority and what follows it, of which the client resolves the path (RFC 3986, 5.2.4).
  private func withoutDots(_ rest: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard !keepsDots, let path = rest.firstIndex(of: Ascii.slash) else { return rest }
    let end = rest.firstIndex(of: Ascii.question) ?? rest.endIndex
    guard path < end, rest[path..<end].contains(Ascii.dot) else { return rest }
    return rest[..<path] + ResourceURI.withoutDots(rest[path..<end], merging: false) + rest[end...]
  }

  /// An authority and what follows it, with the name of the host as the client resolves it.
  private static func resolved(_ rest: ArraySlice<UInt8>) throws(HTTPError) -> ArraySlice<UInt8> {
    let name = rest.prefix {
      $0 != Ascii.slash && $0 != Ascii.question && $0 != Ascii.backslash && $0 != Ascii.colon
    }
    guard name.contains(where: { $0 >= 0x80 }) else { return rest }
    guard let ascii = InternationalHost.ascii(name) else { throw HTTPError(.syntax) }
    return ascii + rest[name.endIndex...]
  }

  private static func movesFiles(_ scheme: ArraySlice<UInt8>) -> Bool {
    let schemes = ["ftp", "ftps", "sftp", "scp", "file"] as [StaticString]
    return schemes.contains { HTTPBytes.equal(scheme, $0) }
  }

  /// Whether ``host`` is, letter by letter, what the URL has.
  var isHostOfURL: Bool {
    var plain = self
    plain.host = nil
    guard let own = try? plain.absolute() else { return true }
    return (try? absolute())?.map(HTTPBytes.lower) == own.map(HTTPBytes.lower)
  }

  /// Hosts whose first label makes curl speak another protocol.
  private static func isOther(_ word: ArraySlice<UInt8>) -> Bool {
    let label = word.prefix { $0 != Ascii.dot }
    guard label.count < word.count else { return false }
    let names = ["ftp", "dict", "ldap", "imap", "smtp", "pop3"] as [StaticString]
    return names.contains { HTTPBytes.equal(label, $0) }
  }

  /// RFC 4648, 4.
  static func base64(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var result: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits: UInt32 = 0
      for offset in 0..<3 { bits = bits << 8 | (offset < group.count ? UInt32(group[start + offset]) : 0) }
      for offset in 0..<4 {
        result.append(offset <= group.count ? digits[Int(bits >> (18 - 6 * UInt32(offset)) & 63)] : Ascii.equals)
      }
    }
    return result
  }
}
