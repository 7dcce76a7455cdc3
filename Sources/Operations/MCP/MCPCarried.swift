import JSONText
import PolicyBytecode

/// What the arguments of a tool call hold, where a policy's `decode` declarations say so.
extension MCPDecoder {
  /// Decodes what declarations find in `arguments`, an object, and in the other way to read it.
  func carried(
    by tool: [UInt8], _ arguments: UnsafeBufferPointer<UInt8>, _ other: MCPArguments.Other,
    _ context: inout DecodeContext
  ) throws(JSONError) {
    let declared = declarations(of: tool, &context)
    guard !declared.paths.isEmpty else { return }
    if let names = declared.names, try !hasMember(arguments, among: names) { return }
    var search = MCPArgumentSearch(declared.matcher)
    var scanner = JSONScanner(arguments)
    search.walk(try JSONValue(&scanner), in: nil)
    if case .known(let text) = other { search.walk(try JSONValue(parsing: text), in: nil) }
    // Whether the server takes `{"Query":…}` for `{"query":…}` is not known.
    for path in search.folded.sorted() {
      guard !context.isFull else { return }
      context.unparsed(declared.inners[path], in: .mcp, .unsupported, tool: tool)
    }
    var done: [(inner: OperationProtocol, payload: [UInt8])] = []
    for found in search.found {
      guard !context.isFull else { return }
      let inner = declared.inners[found.path]
      guard let payloads = MCPArgumentText.payloads(of: found, as: inner) else {
        context.unparsed(inner, in: .mcp, .unsupported, tool: tool)
        continue
      }
      for payload in payloads {
        if case .known = other {
          // Most of it is the same either way.
          if done.contains(where: { $0.inner == inner && $0.payload == payload }) { continue }
          done.append((inner, payload))
        }
        context.nested(inner, in: .mcp, payload, tool: tool)
      }
    }
  }

  /// The declarations that speak of a tool of the connection's server.
  private func declarations(of tool: [UInt8], _ context: inout DecodeContext) -> MCPDeclarations.Found {
    let target = context.target
    if let known = context.mcpDeclarations.known(tool, of: target) { return known }
    var found = MCPDeclarations.Found()
    let entries = context.decodes.matching(.mcp, scratch: &context.patternScratch) {
      $0 == "server" ? target : tool
    }
    for entry in entries {
      let path = JSONPath(key: entry.place.value)
      // Several globs may speak of one call.
      if zip(found.paths, found.inners).contains(where: { $0 == path && $1 == entry.inner }) { continue }
      found.paths.append(path)
      found.inners.append(entry.inner)
    }
    found.matcher = FoldedPaths(found.paths)
    context.mcpDeclarations.remember(found, tool)
    return found
  }

  /// Whether an object has a member of one of these names, in upper or lower case: most calls have none, and need no tree.
  private func hasMember(
    _ object: UnsafeBufferPointer<UInt8>, among names: [[UInt8]]
  ) throws(JSONError) -> Bool {
    var scanner = JSONScanner(object)
    try scanner.beginObject()
    while let key = try scanner.nextKey() {
      let name = FoldedPaths.folded(Array(scanner.utf8(key)))
      if names.contains(name) { return true }
      try scanner.skip()
    }
    return false
  }
}

/// The declarations that speak of each tool, as far as they were asked for: a connection calls few tools, and often.
struct MCPDeclarations {
  struct Found {
    var paths: [JSONPath] = []
    var inners: [OperationProtocol] = []
    var matcher = FoldedPaths([])

    /// The members of the arguments that the paths start at, in lower case; nil if one may start anywhere.
    var names: [[UInt8]]? {
      var names: [[UInt8]] = []
      for path in paths {
        guard let step = path.steps.first, !step.isDescendant, case .member(let name) = step.selector else {
          return nil
        }
        names.append(FoldedPaths.folded(name))
      }
      return names
    }
  }

  private var target: [UInt8] = []
  private var byTool: [[UInt8]: Found] = [:]

  mutating func known(_ tool: [UInt8], of target: [UInt8]) -> Found? {
    if self.target != target {
      byTool.removeAll(keepingCapacity: true)
      self.target = target
    }
    return byTool[tool]
  }

  /// Keeps what was found for a tool of the target last asked for.
  mutating func remember(_ found: Found, _ tool: [UInt8]) {
    guard tool.count <= MCPLimits.toolName else { return }
    if byTool.count >= MCPLimits.knownTools { byTool.removeAll(keepingCapacity: true) }
    byTool[tool] = found
  }
}

/// Finds the values that paths lead to, with the object in which each is a member.
struct MCPArgumentSearch {
  struct Found {
    /// Which of the paths leads to it.
    var path: Int
    var value: JSONValue
    var siblings: JSONValue?
  }

  private(set) var found: [Found] = []
  /// The paths that lead to a value only where the case of letters does not matter.
  private(set) var folded: Set<Int> = []
  private var matcher: FoldedPaths

  init(_ matcher: FoldedPaths) { self.matcher = matcher }

  mutating func walk(_ value: JSONValue, in parent: JSONValue?) {
    guard matcher.isLive else { return }
    matcher.forEachMatch { path, isFolded in
      if isFolded {
        folded.insert(path)
      } else {
        found.append(Found(path: path, value: value, siblings: parent))
      }
    }
    switch value {
    case .object(let members):
      for member in members {
        var name = member.key
        name.withUTF8 { matcher.enter(member: $0) }
        walk(member.value, in: value)
        matcher.leave()
      }
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        matcher.enter(index: index)
        walk(element, in: nil)
        matcher.leave()
      }
    case .string, .number, .boolean, .null: break
    }
  }
}

/// Payloads of a protocol from the values of arguments.
enum MCPArgumentText {
  /// The payloads that a value holds; none of null, nil if it is no text of that protocol.
  static func payloads(of found: MCPArgumentSearch.Found, as inner: OperationProtocol) -> [[UInt8]]? {
    switch found.value {
    case .null: return []
    case .string(let text): return string(Array(text.utf8), found.siblings, as: inner)
    case .array(let elements): return array(elements, as: inner)
    case .object:
      // What `fetch` takes: `{"url":"…","method":"…"}`.
      guard inner == .http, let url = found.value["url"]?.string else { return nil }
      return http(Array(url.utf8), found.value).map { [$0] }
    case .boolean, .number: return nil
    }
  }

  private static func string(
    _ text: [UInt8], _ siblings: JSONValue?, as inner: OperationProtocol
  ) -> [[UInt8]]? {
    switch inner {
    case .shell, .ssh, .redis:
      // `{"command":"git","args":["push"]}`
      let isShell = inner != .redis
      var line = text
      for name in ["args", "argv", "arguments"] {
        switch siblings?[name] {
        case .array(let elements):
          guard let words = words(elements) else { return nil }
          // Words complete one command, not a series of them.
          guard isShell || words.isEmpty || isOneLine(text) else { return nil }
          for word in words { line += [Ascii.space] + (isShell ? quoted(word) : redisQuoted(word)) }
        case .string(let rest):
          guard isShell || isOneLine(text) else { return nil }
          line += [Ascii.space] + Array(rest.utf8)
        case .null, nil: break
        default: return nil
        }
      }
      return [line]
    case .http: return http(text, siblings).map { [$0] }
    default: return [text]
    }
  }

  /// An array is one program with its arguments to a shell and one command to Redis, else a text each. Where the first
  /// word of a shell's array has blanks in it, it is a line, and so are the others.
  private static func array(_ elements: [JSONValue], as inner: OperationProtocol) -> [[UInt8]]? {
    guard let words = words(elements) else { return nil }
    guard let first = words.first else { return [] }
    switch inner {
    case .shell, .ssh:
      if first.contains(where: Ascii.isSpace) { return words }
      return [Array(words.map { quoted($0) }.joined(separator: [Ascii.space]))]
    case .redis:
      // RESP: an array of bulk strings.
      var command = Array("*\(words.count)\r\n".utf8)
      for word in words { command += Array("$\(word.count)\r\n".utf8) + word + [0x0D, 0x0A] }
      return [command]
    case .http:
      var payloads: [[UInt8]] = []
      for word in words {
        guard let payload = http(word, nil) else { return nil }
        payloads.append(payload)
      }
      return payloads
    default: return words
    }
  }

  /// Strings, and numbers and booleans as they are written; nil if there is anything else.
  private static func words(_ elements: [JSONValue]) -> [[UInt8]]? {
    guard elements.count <= MCPLimits.words else { return nil }
    var words: [[UInt8]] = []
    for element in elements {
      switch element {
      case .string(let text): words.append(Array(text.utf8))
      case .number, .boolean: words.append(Array(element.text.utf8))
      case .null, .array, .object: return nil
      }
    }
    return words
  }

  private static func isOneLine(_ text: [UInt8]) -> Bool {
    text.first != Ascii.star && !text.contains { $0 == Ascii.newline || $0 == 0x0D }
  }

  /// A word that Redis reads as it is in a command on a line.
  private static func redisQuoted(_ word: [UInt8]) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    var result = [Ascii.doubleQuote]
    for byte in word {
      if byte < Ascii.space || byte == 0x7F {
        result += [Ascii.backslash, UInt8(ascii: "x"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      } else {
        if byte == Ascii.doubleQuote || byte == Ascii.backslash { result.append(Ascii.backslash) }
        result.append(byte)
      }
    }
    return result + [Ascii.doubleQuote]
  }

  /// A word that a shell reads as it is.
  private static func quoted(_ word: [UInt8]) -> [UInt8] {
    let isPlain =
      !word.isEmpty
      && word.allSatisfy { byte in
        Ascii.isName(byte) || byte >= 0x80 || "-./:=,@%+".utf8.contains(byte)
      }
    if isPlain { return word }
    var result = [Ascii.quote]
    for byte in word {
      if byte == Ascii.quote { result += [Ascii.quote, Ascii.backslash, Ascii.quote] }
      result.append(byte)
    }
    return result + [Ascii.quote]
  }

  /// `METHOD URL`, with what stands beside the URL: the method, GET without one, `headers` and `body`. A request that is
  /// whole stays. Nil if that would be no request.
  private static func http(_ text: [UInt8], _ siblings: JSONValue?) -> [UInt8]? {
    let first = text.prefix { !Ascii.isSpace($0) }
    let isRequest = first.count < text.count && !first.isEmpty && first.allSatisfy { $0 &- 0x41 < 26 }
    if isRequest { return text }
    var method = Array("GET".utf8)
    switch siblings?["method"] {
    case .string(let word):
      method = word.utf8.map { $0 &- 0x61 < 26 ? $0 & 0xDF : $0 }
      guard !method.isEmpty, method.allSatisfy({ $0 &- 0x41 < 26 }) else { return nil }
    case .null, nil: break
    default: return nil
    }
    // Of `//host/path` the host is not that of a path.
    guard !text.contains(where: { $0 <= Ascii.space }), !text.starts(with: "//".utf8) else { return nil }
    var request = method + [Ascii.space] + text.prefix { $0 != Ascii.hash }
    guard let fields = fields(siblings), let body = body(siblings) else { return nil }
    guard !fields.isEmpty || !body.isEmpty else { return request }
    request += Array(" HTTP/1.1\r\n".utf8) + fields
    if !body.isEmpty { request += Array("Content-Length: \(body.count)\r\n".utf8) }
    return request + [0x0D, 0x0A] + body
  }

  /// The header of a request from the member `headers`; those that a client computes are left out. Nil if it is no object, or one
  /// has a line end in it.
  private static func fields(_ siblings: JSONValue?) -> [UInt8]? {
    let members: [JSONValue.Member]
    switch siblings?["headers"] {
    case .null, nil: return []
    case .object(let found): members = found
    default: return nil
    }
    var fields: [UInt8] = []
    for member in members {
      let text = Array("\(member.key): \(member.value.string ?? member.value.text)".utf8)
      guard !text.contains(where: { $0 < 0x20 && $0 != Ascii.tab }), !member.key.isEmpty else { return nil }
      let name = member.key.lowercased()
      if name != "content-length", name != "transfer-encoding" { fields += text + [0x0D, 0x0A] }
    }
    return fields
  }

  private static func body(_ siblings: JSONValue?) -> [UInt8]? {
    switch siblings?["body"] {
    case .null, nil: []
    case .string(let text): Array(text.utf8)
    case .object(let members): Array(JSONValue.object(members).text.utf8)
    case .array(let elements): Array(JSONValue.array(elements).text.utf8)
    case .boolean, .number: nil
    }
  }
}
