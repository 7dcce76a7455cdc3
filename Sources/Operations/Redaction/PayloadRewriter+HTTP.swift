import JSONText
import PolicyBytecode

/// HTTP requests: the method, the path but for what names a thing, the names of parameters and headers are structure.
extension PayloadRewriter {
  /// Headers whose values say how a message is to be read, or what is done.
  private static let keptHeaders: Set<String> = [
    "host", "content-type", "content-encoding", "transfer-encoding", "accept", "accept-encoding", "accept-language",
    "connection", "upgrade", "expect", "te", "cache-control", "user-agent", "date", "x-http-method",
    "x-http-method-override", "x-method-override", "impersonate-user", "impersonate-group", "server", "vary", "allow",
  ]
  /// Members of Kubernetes objects that say what kind of thing it is and how it is called.
  static let kubernetesKeys: Set<String> = [
    "apiVersion", "kind", "name", "namespace", "op", "path", "apiGroup",
  ]
  /// Parameters of the Kubernetes API that say what is done.
  private static let kubernetesParameters: Set<String> = [
    "watch", "container", "stdin", "stdout", "stderr", "tty", "follow", "limit", "dryRun", "propagationPolicy",
    "gracePeriodSeconds", "fieldManager", "force", "ports", "timeoutSeconds", "pretty", "previous", "tailLines",
  ]

  /// The path of a request with its query, as sent.
  public mutating func requestTarget(_ path: String, _ protocol: OperationProtocol) -> String {
    let bytes = Array(path.utf8)
    guard `protocol` == .k8s else {
      if let scheme = path.utf8.firstIndex(of: Ascii.colon), path.utf8[scheme...].starts(with: "://".utf8) {
        return String(decoding: piece(bytes), as: UTF8.self)
      }
      return String(decoding: target(bytes), as: UTF8.self)
    }
    // Paths of the API name resources, which are structure.
    guard let question = bytes.firstIndex(of: Ascii.question) else { return path }
    let parameters = pieces(Array(bytes[(question + 1)...]), separators: "&") { $0.kubernetesParameter($1) }
    return String(decoding: bytes[...question] + parameters, as: UTF8.self)
  }

  private mutating func kubernetesParameter(_ pair: [UInt8]) -> [UInt8] {
    guard let equals = pair.firstIndex(of: Ascii.equals) else { return pair }
    let name = String(decoding: pair[..<equals], as: UTF8.self)
    if Self.kubernetesParameters.contains(name) { return pair }
    guard name == "command" else { return query(pair) }
    // A word of what `exec` runs.
    let value = Array(pair[(equals + 1)...])
    return pair[...equals] + percentEncoded(word(percentDecoded(value)), like: value)
  }

  /// Names and values of headers.
  public mutating func headers(_ headers: [[String]]) -> [[String]] {
    var rewritten: [[String]] = []
    for header in headers {
      guard header.count == 2 else { continue }
      rewritten.append([header[0], self.header(header[0].lowercased(), header[1])])
    }
    return rewritten
  }

  private mutating func header(_ name: String, _ value: String) -> String {
    if Self.keptHeaders.contains(name) || name == "content-length" { return value }
    let bytes = Array(value.utf8)
    let rewritten: [UInt8]
    switch name {
    case "cookie", "set-cookie":
      rewritten = pieces(bytes, separators: ";") { rewriter, pair in
        guard let equals = pair.firstIndex(of: Ascii.equals) else { return pair }
        return pair[...equals] + rewriter.token(Array(pair[(equals + 1)...]))
      }
    case "authorization", "proxy-authorization":
      guard let space = bytes.firstIndex(of: Ascii.space) else { fallthrough }
      rewritten = bytes[...space] + token(Array(bytes[(space + 1)...]))
    default: rewritten = self.value(bytes)
    }
    return String(decoding: rewritten, as: UTF8.self)
  }

  /// A body as its type has it.
  public mutating func body(_ body: String, headers: [[String]], _ protocol: OperationProtocol) -> String {
    let bytes = Array(body.utf8)
    if bytes.isEmpty { return body }
    let type = headers.first { $0.first?.lowercased() == "content-type" }?.last?.lowercased() ?? ""
    if type.hasPrefix("application/x-www-form-urlencoded") { return String(decoding: query(bytes), as: UTF8.self) }
    let keys = `protocol` == .k8s ? Self.kubernetesKeys : []
    return String(decoding: document(bytes, keeping: keys), as: UTF8.self)
  }

  /// A request as bytes, its head in lines.
  mutating func http(_ payload: [UInt8]) -> [UInt8]? {
    var lines: [[UInt8]] = []
    var at = 0
    while let end = payload[at...].firstIndex(of: Ascii.newline) {
      let line = Array(payload[at..<end])
      at = end + 1
      if line.isEmpty || line == [0x0D] { break }
      lines.append(line.last == 0x0D ? Array(line.dropLast()) : line)
    }
    if lines.isEmpty { (lines, at) = ([payload], payload.count) }
    let isBare = at == payload.count && !payload.contains(Ascii.newline)
    let first = lines[0].split(separator: Ascii.space, omittingEmptySubsequences: false).map(Array.init)
    guard (2...3).contains(first.count) else { return nil }
    let path = requestTarget(String(decoding: first[1], as: UTF8.self), .http)
    let start = [first[0], Array(path.utf8)] + first.dropFirst(2)
    if isBare { return Array(start.joined(separator: [Ascii.space])) }
    var headers: [[String]] = []
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: Ascii.colon) else { return nil }
      let value = line[(colon + 1)...].drop(while: Ascii.isBlank)
      headers.append([String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self)])
    }
    let body = Array(self.body(String(decoding: payload[at...], as: UTF8.self), headers: headers, .http).utf8)
    var result = Array(start.joined(separator: [Ascii.space])) + [0x0D, Ascii.newline]
    for header in measured(self.headers(headers), body.count) {
      result += Array("\(header[0]): \(header[1])\r\n".utf8)
    }
    return result + [0x0D, Ascii.newline] + body
  }

  /// Headers that state the length of a body, made to state `count`.
  public func measured(_ headers: [[String]], _ count: Int) -> [[String]] {
    headers.map { $0[0].lowercased() == "content-length" ? [$0[0], String(count)] : $0 }
  }

  /// The command of an `exec` request, or a request as JSON text.
  mutating func ssh(_ payload: [UInt8]) -> [UInt8]? {
    guard payload.first == Ascii.openBrace, case .object(let members) = try? JSONValue(parsing: payload) else {
      return shell(payload)
    }
    var rewritten: [JSONValue.Member] = []
    for member in members {
      var value = member.value
      if let text = value.string.map({ Array($0.utf8) }), !["channel", "operation", "name"].contains(member.key) {
        let isCode = ["command", "input"].contains(member.key)
        guard let replaced = isCode ? shell(text) : piece(text) else { return nil }
        value = .string(String(decoding: replaced, as: UTF8.self))
      } else if case .array(let elements) = value {
        value = .array(
          elements.map { .string(String(decoding: piece(Array(($0.string ?? $0.text).utf8)), as: UTF8.self)) })
      }
      rewritten.append(.init(member.key, value))
    }
    return Array(JSONValue.object(rewritten).text.utf8)
  }
}
