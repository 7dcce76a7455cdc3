import PolicyBytecode

/// What is left open in a word of a command line.
extension ShellDecoder {
  /// Where the part of a field that is not known begins, at the latest; nil if all is known.
  mutating func unknownStart(_ field: ShellField) -> Int? {
    guard field.isUnknown else { return nil }
    let text = bytes(field.value)
    return text.firstIndex { $0 == Ascii.dollar || $0 == Ascii.backquote }.map { $0 - text.startIndex } ?? 0
  }

  /// The text of a URL as far as the path goes, and whether its query is not known; nil if more than that is not.
  mutating func knownURL(_ field: ShellField) -> (text: [UInt8], hasUnknownQuery: Bool)? {
    let text = bytes(field.value)
    guard let start = unknownStart(field) else { return (Array(text), false) }
    let known = text.prefix(start)
    guard let question = known.firstIndex(of: Ascii.question) else { return nil }
    return (Array(known[..<question]), true)
  }

  /// Decodes a request that `call` sends; where a header names another host than the URL, the one to that host as well:
  /// either may be whom it reaches.
  mutating func send(_ request: HTTPClientRequest, _ call: ShellCall, _ context: inout DecodeContext) {
    sendOne(request, call, &context)
    for header in request.headers where HTTPBytes.equal(header.name[...], "host") {
      guard !isDone(context) else { return }
      var other = request
      other.host = header.value
      if !other.isHostOfURL { sendOne(other, call, &context) }
    }
    if request.unknown.headers.contains(where: { HTTPBytes.equal($0[...], "host") }), !isDone(context) {
      unread(.unknownCode, call, &context)
    }
  }

  private mutating func sendOne(_ request: HTTPClientRequest, _ call: ShellCall, _ context: inout DecodeContext) {
    guard !isDone(context) else { return }
    do throws(HTTPError) {
      guard let payload = try request.payload() else { return }
      spend(payload.count, &context)
      guard !isDone(context) else { return }
      guard payload.count <= DecodeLimits.payloadBytes else { throw HTTPError(.oversized) }
      context.nested(.http, in: .shell, program: Array(bytes(call.name))) {
        decodeHTTP(payload, unknown: request.unknown, &$0)
      }
    } catch {
      unread(error.reason, call, &context)
    }
  }

  /// Emits what stands for a request of `call` that cannot be known or read.
  mutating func unread(_ reason: UnparsedReason, _ call: ShellCall, _ context: inout DecodeContext) {
    context.enter(program: Array(bytes(call.name)))
    context.unparsed(.http, in: .shell, reason)
    context.leaveProgram()
  }

  /// Whether the program knows an option that has no letter; one that takes the `no-` in front is known as well.
  mutating func isKnown(_ option: ShellArguments.Option, of program: ShellProgram) -> Bool {
    guard option.letter == 0 else { return true }
    let spelling = name(of: option)
    guard spelling.starts(with: "--".utf8) else { return false }
    let name = spelling.dropFirst(2)
    let bare = name.starts(with: "no-".utf8) ? name.dropFirst(3) : name
    let list = ShellProgramList.all
    for known in list.names[program.names.range] {
      let knownName = list.text[known.name.range]
      if knownName.elementsEqual(name) { return true }
      // What is switched off must not be what makes another request of it.
      if bare.count < name.count, knownName.elementsEqual(bare), !known.option.takesValue {
        return known.option.letter != 0x47 && known.option.letter != 0x49
      }
    }
    return false
  }
}

/// The globs in URLs that curl expands: `{a,b}`, `[1-9]`, `[01-12:2]`, `[a-z]` (curl(1), "URL").
enum CurlGlob {
  /// All URLs that one stands for; an error if they are more than ``HTTPLimits/clientRequests``, or the glob is none.
  static func urls(_ text: [UInt8]) throws(HTTPError) -> [[UInt8]] {
    let limit = HTTPLimits.clientRequests
    var result: [[UInt8]] = [[]]
    var hasAddress = false
    var index = 0
    while index < text.count {
      let byte = text[index]
      var choices: [[UInt8]] = []
      if byte == Ascii.backslash, index + 1 < text.count, isSpecial(text[index + 1]) {
        choices = [[text[index + 1]]]
        index += 2
      } else if byte == Ascii.openBrace {
        guard let close = text[index...].firstIndex(of: Ascii.closeBrace) else { throw HTTPError(.syntax) }
        let inside = text[(index + 1)..<close]
        guard !inside.isEmpty, !inside.contains(Ascii.openBrace), !inside.contains(Ascii.openBracket) else {
          throw HTTPError(.syntax)
        }
        choices = inside.split(separator: Ascii.comma, omittingEmptySubsequences: false).map(Array.init)
        index = close + 1
      } else if byte == Ascii.openBracket, !isAddress(text, index) {
        guard let close = text[index...].firstIndex(of: Ascii.closeBracket) else { throw HTTPError(.syntax) }
        choices = try range(text[(index + 1)..<close], limit: limit)
        index = close + 1
      } else if byte == Ascii.closeBrace || byte == Ascii.closeBracket && !hasAddress {
        throw HTTPError(.syntax)
      } else {
        if byte == Ascii.openBracket { hasAddress = true }
        for position in result.indices { result[position].append(byte) }
        index += 1
        continue
      }
      guard result.count * choices.count <= limit else { throw HTTPError(.count) }
      result = result.flatMap { start in choices.map { start + $0 } }
      guard result.count * text.count <= DecodeLimits.payloadBytes else { throw HTTPError(.oversized) }
    }
    return result
  }

  private static func isSpecial(_ byte: UInt8) -> Bool {
    [Ascii.openBrace, Ascii.closeBrace, Ascii.openBracket, Ascii.closeBracket].contains(byte)
  }

  /// `[::1]` is an address.
  private static func isAddress(_ text: [UInt8], _ index: Int) -> Bool {
    let inside = text[(index + 1)...].prefix(48).prefix { $0 != Ascii.closeBracket }
    return inside.filter { $0 == Ascii.colon }.count >= 2
      && inside.allSatisfy { Ascii.hex($0) != nil || $0 == Ascii.colon || $0 == Ascii.dot || $0 == Ascii.percent }
  }

  private static func range(_ inside: ArraySlice<UInt8>, limit: Int) throws(HTTPError) -> [[UInt8]] {
    let parts = inside.split(separator: Ascii.colon, omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let dash = parts[0].firstIndex(of: Ascii.dash) else {
      throw HTTPError(.syntax)
    }
    let (low, high) = (parts[0][..<dash], parts[0][(dash + 1)...])
    let step = parts.count == 2 ? number(parts[1]) : 1
    guard let step, step > 0 else { throw HTTPError(.syntax) }
    if low.count == 1, high.count == 1, let first = low.first, let last = high.first, HTTPBytes.isLetter(first) {
      guard HTTPBytes.isLetter(last), first <= last else { throw HTTPError(.syntax) }
      return stride(from: Int(first), through: Int(last), by: step).map { [UInt8($0)] }
    }
    guard let first = number(low), let last = number(high), first <= last else { throw HTTPError(.syntax) }
    guard (last - first) / step < limit else { throw HTTPError(.count) }
    let width = low.count > 1 && low.first == Ascii.zero ? low.count : 0
    return stride(from: first, through: last, by: step).map { value in
      let digits = Array(String(value).utf8)
      return [UInt8](repeating: Ascii.zero, count: max(0, width - digits.count)) + digits
    }
  }

  private static func number(_ text: ArraySlice<UInt8>) -> Int? {
    guard (1...9).contains(text.count), text.allSatisfy(Ascii.isDigit) else { return nil }
    return text.reduce(0) { $0 * 10 + Int($1 - Ascii.zero) }
  }
}
