import PolicyBytecode

/// `wget` on a shell line: a request for each URL (wget(1)). What it fetches besides, following links, is not known.
extension ShellDecoder {
  mutating func wget(_ call: ShellCall, _ context: inout DecodeContext) {
    emit(call, &context)
    guard !isDone(context) else { return }
    var request = HTTPClientRequest()
    var isUnknown = hasTrailing
    for option in call.arguments.options {
      guard isKnown(option, of: call.program) else { return unread(.unsupported, call, &context) }
      if option.letter == UInt8(ascii: "h") || option.letter == UInt8(ascii: "V") { return }
      if !read(option, &request) { isUnknown = true }
    }
    if request.method.isEmpty { request.method = Array("GET".utf8) }
    if request.body != nil || request.unknown.body, !request.has("content-type") {
      request.add("Content-Type", "application/x-www-form-urlencoded".utf8)
    }
    if isUnknown { unread(.unknownCode, call, &context) }
    for operand in call.arguments.operands {
      guard !isDone(context) else { return }
      guard let url = knownURL(fields[operand]) else {
        unread(.unknownCode, call, &context)
        continue
      }
      var request = request
      for byte in url.text {
        if byte == Ascii.space { request.url += Array("%20".utf8) } else { request.url.append(byte) }
      }
      if url.hasUnknownQuery { request.unknown.query = true }
      send(request, call, &context)
    }
  }

  /// Takes one option into account; false if what is sent may then be anything.
  private mutating func read(_ option: ShellArguments.Option, _ request: inout HTTPClientRequest) -> Bool {
    let field = option.value ?? ShellField()
    let value = Array(bytes(field.value))
    switch option.letter {
    case UInt8(ascii: "U"):
      add("User-Agent", field, value, &request)
      return true
    // URLs from a file.
    case UInt8(ascii: "i"): return false
    case UInt8(ascii: "e"): return !field.isUnknown && Self.isHarmless(value)
    default: break
    }
    switch String(decoding: name(of: option), as: UTF8.self) {
    case "--method":
      request.method = value
      request.unknown.request = field.isUnknown
    case "--spider": if request.method.isEmpty { request.method = Array("HEAD".utf8) }
    case "--post-data", "--body-data", "--post-file", "--body-file":
      if name(of: option).starts(with: "--post".utf8) { request.method = Array("POST".utf8) }
      request.body = value
      if field.isUnknown || name(of: option).suffix(4).elementsEqual("file".utf8) { request.unknown.body = true }
    case "--referer": add("Referer", field, value, &request)
    case "--header":
      guard let colon = value.firstIndex(of: Ascii.colon), colon < unknownStart(field) ?? .max else {
        request.unknown.anyHeader = true
        return true
      }
      guard !field.isUnknown else {
        request.unknown.headers.append(value[..<colon].map(HTTPBytes.lower))
        return true
      }
      request.headers.append((Array(value[..<colon]), Array(HTTPBytes.trimmed(value[(colon + 1)...]))))
    case "--config": return false
    default: break
    }
    return true
  }

  private mutating func add(
    _ name: StaticString, _ field: ShellField, _ value: [UInt8], _ request: inout HTTPClientRequest
  ) {
    if field.isUnknown {
      request.unknown.headers.append(name.description.utf8.map(HTTPBytes.lower))
    } else {
      request.add(name, value)
    }
  }

  /// `-e COMMAND`: a line of wgetrc that does not change what is sent.
  private static func isHarmless(_ command: [UInt8]) -> Bool {
    let name = command.prefix { $0 != Ascii.equals && $0 != Ascii.space }
    let harmless = [
      "robots", "use_proxy", "http_proxy", "https_proxy", "check_certificate", "background", "tries", "timeout", "wait",
    ]
    return harmless.contains { name.map(HTTPBytes.lower).elementsEqual($0.utf8) }
  }
}
