import PolicyBytecode

/// `curl` on a shell line: a request for each URL (curl(1)).
extension ShellDecoder {
  mutating func curl(_ call: ShellCall, _ context: inout DecodeContext) {
    emit(call, &context)
    guard !isDone(context) else { return }
    // Each `--next` begins anew.
    var start = call.argv.lowerBound
    for index in call.argv.dropFirst() {
      let word = bytes(fields[index].value)
      guard word.elementsEqual("--next".utf8) || word.elementsEqual("-:".utf8) else { continue }
      curl(call, arguments(start..<index, call.program), &context)
      start = index
    }
    let last = start == call.argv.lowerBound ? call.arguments : arguments(start..<call.argv.upperBound, call.program)
    curl(call, last, &context)
  }

  private mutating func curl(_ call: ShellCall, _ arguments: ShellArguments, _ context: inout DecodeContext) {
    var reader = CurlOptions()
    for option in arguments.options {
      guard isKnown(option, of: call.program) else {
        // A word that is no option of ours may take the next one as its value.
        return unread(.unsupported, call, &context)
      }
      if reader.asksForHelp(option) { return }
      read(option, &reader)
    }
    guard !reader.isMethodUnknown else { return unread(.unknownCode, call, &context) }
    reader.finish()
    // What a configuration file or xargs adds may be anything.
    if reader.isUnknown || hasTrailing { unread(.unknownCode, call, &context) }
    for field in reader.urls + arguments.operands.map({ fields[$0] }) {
      guard !isDone(context) else { return }
      guard let url = knownURL(field) else {
        unread(.unknownCode, call, &context)
        continue
      }
      do throws(HTTPError) {
        for text in reader.isGlobbing ? try CurlGlob.urls(url.text) : [url.text] {
          guard !isDone(context) else { return }
          send(reader.request(to: text, hasUnknownQuery: url.hasUnknownQuery), call, &context)
        }
      } catch {
        unread(error.reason, call, &context)
      }
    }
  }

  private mutating func read(_ option: ShellArguments.Option, _ curl: inout CurlOptions) {
    let field = option.value ?? ShellField()
    let value = Array(bytes(field.value))
    let unknownAt = unknownStart(field)
    switch option.letter {
    case UInt8(ascii: "X"):
      curl.method = value
      curl.isMethodUnknown = field.isUnknown
    case UInt8(ascii: "I"): curl.isHead = true
    case UInt8(ascii: "G"): curl.putsDataInQuery = true
    case UInt8(ascii: "g"): curl.isGlobbing = false
    case UInt8(ascii: "K"): curl.isUnknown = true
    case UInt8(ascii: "H"): curl.header(value, unknownAt)
    case UInt8(ascii: "A"): curl.set("User-Agent", value, isUnknown: field.isUnknown)
    case UInt8(ascii: "e"): curl.set("Referer", value, isUnknown: field.isUnknown)
    case UInt8(ascii: "r"): curl.set("Range", Array("bytes=".utf8) + value, isUnknown: field.isUnknown)
    case UInt8(ascii: "b"): curl.set("Cookie", value, isUnknown: field.isUnknown || !value.contains(Ascii.equals))
    case UInt8(ascii: "u"):
      let credentials = Array("Basic ".utf8) + HTTPClientRequest.base64(value)
      curl.set("Authorization", credentials, isUnknown: field.isUnknown || !value.contains(Ascii.colon))
    case UInt8(ascii: "d"): data(field, value, .stripped, &curl)
    case UInt8(ascii: "F"): curl.form(value, isUnknown: field.isUnknown, isLiteral: false)
    case UInt8(ascii: "T"): curl.upload(value, isUnknown: field.isUnknown)
    default:
      switch String(decoding: name(of: option), as: UTF8.self) {
      case "--url": curl.urls.append(field)
      case "--data-ascii": data(field, value, .stripped, &curl)
      case "--data-binary": data(field, value, .asIs, &curl)
      case "--json":
        curl.isJSON = true
        data(field, value, .asIs, &curl)
      case "--data-raw": curl.add(field.isUnknown ? nil : value)
      case "--data-urlencode": curl.add(field.isUnknown ? nil : CurlOptions.encoded(value))
      case "--url-query": curl.query.append(field.isUnknown ? nil : CurlOptions.encodedQuery(value))
      case "--form-string": curl.form(value, isUnknown: field.isUnknown, isLiteral: true)
      case "--oauth2-bearer": curl.set("Authorization", Array("Bearer ".utf8) + value, isUnknown: field.isUnknown)
      case "--request-target": curl.isUnknown = true
      case "--path-as-is": curl.keepDots()
      default: break
      }
    }
  }

  private enum Data { case stripped, asIs }

  /// `-d TEXT`, `-d @FILE`, `-d @-`.
  private mutating func data(_ field: ShellField, _ value: [UInt8], _ kind: Data, _ curl: inout CurlOptions) {
    guard value.first == Ascii.at else { return curl.add(field.isUnknown ? nil : value) }
    guard value.elementsEqual([Ascii.at, Ascii.dash]), input.kind == .literal else { return curl.add(nil) }
    let text = bytes(input.text)
    curl.add(
      kind == .asIs ? Array(text) : text.filter { $0 != Ascii.newline && $0 != HTTPBytes.carriageReturn && $0 != 0 })
  }
}

/// What the options of a command line say of the requests that curl sends.
private struct CurlOptions {
  var method: [UInt8]?
  var isMethodUnknown = false
  var isHead = false
  var putsDataInQuery = false
  var isGlobbing = true
  var isJSON = false
  var urls: [ShellField] = []
  /// Pieces of the query; nil for one that is not known.
  var query: [[UInt8]?] = []
  /// What is sent may be another request altogether.
  var isUnknown = false
  private var data: [[UInt8]?] = []
  private var parts: [UInt8] = []
  private var isForm = false
  private var file: [UInt8]?
  private var isFileUnknown = false
  private var request = HTTPClientRequest()
  /// Headers that curl is told not to send.
  private var removed: [[UInt8]] = []

  private static let boundary = Array("------------------------hpol-form-boundary".utf8)

  func asksForHelp(_ option: ShellArguments.Option) -> Bool {
    option.letter == UInt8(ascii: "h") || option.letter == UInt8(ascii: "V") || option.letter == UInt8(ascii: "M")
  }

  mutating func add(_ piece: [UInt8]?) { data.append(piece) }

  mutating func keepDots() { request.keepsDots = true }

  mutating func set(_ name: StaticString, _ value: [UInt8], isUnknown: Bool) {
    guard !isUnknown else {
      request.unknown.headers.append(name.description.utf8.map(HTTPBytes.lower))
      return
    }
    request.add(name, value)
  }

  /// `-H 'NAME: VALUE'`, `-H NAME:` to leave it out, `-H 'NAME;'` for an empty value.
  mutating func header(_ text: [UInt8], _ unknownAt: Int?) {
    guard let end = text.firstIndex(where: { $0 == Ascii.colon || $0 == Ascii.semicolon }), text.first != Ascii.at,
      end < unknownAt ?? .max
    else {
      // `-H @FILE`, `-H "$NAME"`; a word without a colon is not sent.
      if text.first == Ascii.at || unknownAt != nil { request.unknown.anyHeader = true }
      return
    }
    let name = Array(text[..<end])
    let value = HTTPBytes.trimmed(text[(end + 1)...])
    if unknownAt != nil {
      request.unknown.headers.append(name.map(HTTPBytes.lower))
    } else if value.isEmpty, text[end] == Ascii.colon {
      removed.append(name.map(HTTPBytes.lower))
    } else {
      request.headers.append((name, Array(value)))
    }
  }

  /// `-F NAME=CONTENT`; what is read from a file is not known.
  mutating func form(_ text: [UInt8], isUnknown: Bool, isLiteral: Bool) {
    isForm = true
    guard let equals = text.firstIndex(of: Ascii.equals), !isUnknown else {
      request.unknown.body = true
      return
    }
    let name = text[..<equals]
    var content = text[(equals + 1)...]
    if !isLiteral {
      if content.first == Ascii.at || content.first == Ascii.less || content.first == Ascii.doubleQuote
        || content.first == Ascii.open
      {
        request.unknown.body = true
        return
      }
      // `;type=…` and its kin
      content = content.prefix { $0 != Ascii.semicolon }
    }
    let isPlain = !name.contains { $0 == Ascii.doubleQuote || $0 == Ascii.backslash || $0 < Ascii.space }
    guard isPlain, !content.contains(Ascii.newline) else {
      request.unknown.body = true
      return
    }
    parts += Array("--".utf8) + Self.boundary + Array("\r\nContent-Disposition: form-data; name=\"".utf8)
    parts += name
    parts += Array("\"\r\n\r\n".utf8)
    parts += content
    parts += Array("\r\n".utf8)
  }

  mutating func upload(_ name: [UInt8], isUnknown: Bool) {
    file = name
    isFileUnknown = isUnknown
    request.unknown.body = true
  }

  /// Puts method, headers and body together.
  mutating func finish() {
    request.method = method ?? (isHead ? "HEAD" : file != nil ? "PUT" : sendsBody ? "POST" : "GET").utf8.map { $0 }
    if putsDataInQuery {
      query += data
    } else if !data.isEmpty {
      if isJSON {
        if !isGiven("content-type") { request.add("Content-Type", "application/json".utf8) }
        if !isGiven("accept") { request.add("Accept", "application/json".utf8) }
      } else if !isGiven("content-type") {
        request.add("Content-Type", "application/x-www-form-urlencoded".utf8)
      }
      if data.contains(where: { $0 == nil }) { request.unknown.body = true }
      let separator = isJSON ? [] : [Ascii.ampersand]
      request.body = Array(data.map { $0 ?? [] }.joined(separator: separator))
    } else if isForm {
      request.add("Content-Type", Array("multipart/form-data; boundary=".utf8) + Self.boundary)
      request.body = parts + Array("--".utf8) + Self.boundary + Array("--\r\n".utf8)
    }
    if request.unknown.headers.contains(where: { HTTPBytes.equal($0[...], "content-type") }) {
      request.unknown.body = true
    }
  }

  private var sendsBody: Bool { !putsDataInQuery && !data.isEmpty || isForm }

  private func isGiven(_ name: StaticString) -> Bool {
    request.has(name) || removed.contains { HTTPBytes.equal($0[...], name) }
  }

  /// The request to one URL.
  func request(to url: [UInt8], hasUnknownQuery: Bool) -> HTTPClientRequest {
    var request = request
    request.url = url
    if hasUnknownQuery || query.contains(where: { $0 == nil }) { request.unknown.query = true }
    if let file, url.last == Ascii.slash {
      // The name of the file that is sent completes the URL.
      request.unknown.request = isFileUnknown
      request.url += ShellPaths.baseName(file[...])
    }
    for case let piece? in query {
      let path = request.url.prefix { $0 != Ascii.hash }
      request.url = path + [path.contains(Ascii.question) ? Ascii.ampersand : Ascii.question] + piece
    }
    return request
  }

  /// `--data-urlencode`: `CONTENT`, `=CONTENT`, `NAME=CONTENT`; nil for those that read a file.
  static func encoded(_ text: [UInt8]) -> [UInt8]? {
    guard let end = text.firstIndex(where: { $0 == Ascii.equals || $0 == Ascii.at }) else { return escaped(text[...]) }
    guard text[end] == Ascii.equals else { return nil }
    return (end > 0 ? Array(text[...end]) : []) + escaped(text[(end + 1)...])
  }

  /// `--url-query`: the same, and `+CONTENT` for what is encoded already.
  static func encodedQuery(_ text: [UInt8]) -> [UInt8]? {
    text.first == Ascii.plus ? Array(text.dropFirst()) : encoded(text)
  }

  private static func escaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    var result: [UInt8] = []
    for byte in text {
      if Ascii.isName(byte) || byte == Ascii.dash || byte == Ascii.dot || byte == Ascii.tilde {
        result.append(byte)
      } else {
        result += [Ascii.percent, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return result
  }
}
