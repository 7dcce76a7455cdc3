import JSONText
import PolicyBytecode

/// An HTTP request in parts, whichever way it was recorded.
struct HTTPSpelling {
  var `protocol`: OperationProtocol
  var method: String
  /// The path and the query, as sent.
  var target: String
  var headers: [[String]]
  var body: String?

  init?(_ spelling: Spelling) {
    `protocol` = spelling.protocol
    switch spelling.payload {
    case .http(let method, let path, let headers, let body):
      self.method = method
      target = path
      self.headers = headers
      self.body = body
    case .text:
      guard let text = spelling.text else { return nil }
      var lines = text.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
      let first = lines.removeFirst().split(separator: " ").map(String.init)
      // `GET /x` alone is a request, too; bodies of raw requests are left to the form with parts.
      guard first.count == 2 && lines.isEmpty || first.count == 3 && first[2].hasPrefix("HTTP/1."),
        first[1].hasPrefix("/"), !text.contains("\n\n")
      else { return nil }
      method = first[0]
      target = first[1]
      headers = []
      while let line = lines.first, !line.isEmpty {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        headers.append([String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " })])
        lines.removeFirst()
      }
      let rest = lines.dropFirst().joined(separator: "\r\n")
      if !rest.isEmpty {
        guard !headers.contains(where: { $0[0].lowercased() == "transfer-encoding" }) else { return nil }
        headers.removeAll { $0[0].lowercased() == "content-length" }
        body = rest
      }
    case .message: return nil
    }
    guard target.hasPrefix("/"), !method.isEmpty, method.allSatisfy({ $0.isASCII && $0.isUppercase }) else {
      return nil
    }
  }

  var path: String { String(target.prefix { $0 != "?" }) }
  var query: String? { target.firstIndex(of: "?").map { String(target[target.index(after: $0)...]) } }

  var spelling: Spelling { Spelling(`protocol`, .http(method: method, path: target, headers: headers, body: body)) }

  func with(target: String) -> HTTPSpelling? {
    guard target != self.target else { return nil }
    var copy = self
    copy.target = target
    return copy
  }
}

/// Rewrites of HTTP requests.
enum HTTPRewrites {
  private static func of(
    _ name: String, when condition: String = Rewrite.always,
    _ apply: @escaping @Sendable (HTTPSpelling) -> [HTTPSpelling]
  ) -> Rewrite {
    Rewrite(name, when: condition) { spelling in
      guard spelling.protocol == .http, let request = HTTPSpelling(spelling) else { return [] }
      return apply(request).map(\.spelling)
    }
  }

  private static func ofPaths(_ name: String, when condition: String, _ apply: @escaping @Sendable (String) -> [String])
    -> Rewrite
  {
    of(name, when: condition) { request in
      apply(request.path).compactMap { request.with(target: $0 + (request.query.map { "?" + $0 } ?? "")) }
    }
  }

  private static let normalising = "the server normalises paths, as nginx does"

  static let all: [Rewrite] = [
    ofPaths("percent-encoded letters of the path", when: Rewrite.always, encodedLetters),
    ofPaths("doubled slashes", when: normalising) {
      [$0.replacingSlash(at: 0, with: "//"), $0.replacingSlash(at: 1, with: "//"), "///" + $0.dropFirst()].compactMap {
        $0
      }
    },
    ofPaths("`/./` in the path", when: normalising) {
      [$0.replacingSlash(at: 0, with: "/./"), $0.replacingSlash(at: 1, with: "/./")].compactMap { $0 }
    },
    ofPaths("`..` in the path", when: normalising) {
      [
        $0.replacingSlash(at: 0, with: "/x/../"), $0.replacingSlash(at: 1, with: "/x/../"),
        $0.replacingSlash(at: 0, with: "/x/%2e%2e/"), $0.replacingSlash(at: 0, with: "/x/y/.././../"),
      ].compactMap { $0 }
    },
    ofPaths("parameters of path segments", when: "the server drops them, as servlet containers do") { path in
      path.hasSuffix("/")
        ? [] : [path + ";x=1", path + ";", path.replacingSlash(at: 1, with: ";v=1/")].compactMap { $0 }
    },
    of("a query that nothing reads", when: "the server leaves parameters it does not know alone") { request in
      [request.with(target: request.target + (request.query == nil ? "?_x=1" : "&_x=1"))].compactMap { $0 }
        + (request.query == nil ? [request.with(target: request.target + "?")].compactMap { $0 } : [])
    },
    of("parameters in another order") { request in
      guard let query = request.query, case let parts = query.split(separator: "&"), parts.count > 1,
        Set(parts.map { $0.prefix { $0 != "=" } }).count == parts.count
      else { return [] }
      return [request.with(target: request.path + "?" + parts.reversed().joined(separator: "&"))].compactMap { $0 }
    },
    of("percent-encoded letters of the query") { request in
      guard let query = request.query, !query.contains("%") else { return [] }
      let encoded = query.map { $0.isASCII && $0.isLetter ? percent($0) : String($0) }.joined()
      return [request.with(target: request.path + "?" + encoded)].compactMap { $0 }
    },
    of("names of headers in another case") { request in
      guard !request.headers.isEmpty else { return [] }
      return [{ (name: String) in name.uppercased() }, { $0.lowercased() }].map { change in
        var copy = request
        copy.headers = request.headers.map { [change($0[0])] + $0.dropFirst() }
        return copy
      }.filter { $0.headers != request.headers }
    },
    of("blanks around values of headers") { request in
      guard !request.headers.isEmpty else { return [] }
      var copy = request
      copy.headers = request.headers.map { [$0[0], "  \($0[1])  "] }
      return [copy]
    },
    of("the host in another form", when: "the port is the default one") { request in
      guard let index = request.headers.firstIndex(where: { $0[0].lowercased() == "host" }) else { return [] }
      let host = request.headers[index][1]
      return ([host.uppercased()] + (host.contains(":") ? [] : [host + ":443", host + ":80"])).filter { $0 != host }.map
      {
        var copy = request
        copy.headers[index][1] = $0
        return copy
      }
    },
    of("the target in absolute form") { request in
      guard let host = request.headers.first(where: { $0[0].lowercased() == "host" })?[1] else { return [] }
      return ["http://\(host)\(request.target)", "HTTP://\(host.uppercased())\(request.target)"].compactMap {
        request.with(target: $0)
      }
    },
    of("the JSON body laid out otherwise") { request in
      guard let body = request.body, let value = try? JSONValue(parsing: body), isJSON(request) else { return [] }
      return JSONRewrites.texts(value).filter { $0 != body }.map {
        var copy = request
        copy.body = $0
        return copy
      }
    },
  ]

  private static func isJSON(_ request: HTTPSpelling) -> Bool {
    request.headers.contains { $0[0].lowercased() == "content-type" && $0[1].lowercased().contains("json") }
  }

  private static func percent(_ character: Character, isUpper: Bool = true) -> String {
    let hex = String(character.asciiValue ?? 0, radix: 16)
    return "%" + (isUpper ? hex.uppercased() : hex)
  }

  /// The path with letters, which need it nowhere, percent-encoded: the last one, each, and a dot or dash.
  static func encodedLetters(_ path: String) -> [String] {
    guard !path.contains("%"), let last = path.lastIndex(where: { $0.isASCII && $0.isLetter }) else { return [] }
    var results = [path[..<last] + percent(path[last]) + path[path.index(after: last)...]].map { String($0) }
    results.append(path.map { $0.isASCII && $0.isLetter ? percent($0) : String($0) }.joined())
    results.append(path.map { "k-o._~j".contains($0) ? percent($0, isUpper: false) : String($0) }.joined())
    return results.filter { $0 != path }
  }
}

extension String {
  /// The path with its slash number `place` written otherwise; nil if there is none.
  fileprivate func replacingSlash(at place: Int, with text: String) -> String? {
    let slashes = indices.filter { self[$0] == "/" }
    guard place < slashes.count else { return nil }
    return self[..<slashes[place]] + text + self[index(after: slashes[place])...]
  }
}

/// JSON texts of one value.
enum JSONRewrites {
  static func texts(_ value: JSONValue) -> [String] {
    [
      reversed(value).text, spaced(value), escaped(value, keys: false), escaped(value, keys: true),
      " \n" + value.text + "\r\n",
    ]
  }

  private static func reversed(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let members): .object(members.reversed().map { .init($0.key, reversed($0.value)) })
    case .array(let elements): .array(elements.map(reversed))
    default: value
    }
  }

  private static func spaced(_ value: JSONValue) -> String {
    switch value {
    case .object(let members):
      "{ " + members.map { JSONValue.string($0.key).text + " :\n\t" + spaced($0.value) }.joined(separator: " , ") + " }"
    case .array(let elements): "[ " + elements.map(spaced).joined(separator: " , ") + " ]"
    default: value.text
    }
  }

  private static func escaped(_ value: JSONValue, keys: Bool) -> String {
    switch value {
    case .object(let members):
      "{"
        + members.map { (keys ? escaped($0.key) : JSONValue.string($0.key).text) + ":" + escaped($0.value, keys: keys) }
        .joined(separator: ",") + "}"
    case .array(let elements): "[" + elements.map { escaped($0, keys: keys) }.joined(separator: ",") + "]"
    case .string(let text): escaped(text)
    default: value.text
    }
  }

  private static func escaped(_ text: String) -> String {
    "\""
      + text.utf16.map { unit in
        let hex = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      }.joined() + "\""
  }
}
