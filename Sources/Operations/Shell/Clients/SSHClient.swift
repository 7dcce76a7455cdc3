import JSONText
import PolicyBytecode

/// `ssh` on a shell line, beside the command that it runs: what it forwards.
extension ShellDecoder {
  mutating func forwardings(_ call: ShellCall, _ behind: [ShellArguments.Option], _ context: inout DecodeContext) {
    let host = call.arguments.operands.first.map { Array(bytes(fields[$0].value)) } ?? []
    var port = Array("22".utf8)
    var jumps: [[UInt8]] = []
    for option in call.arguments.options + behind {
      let value = option.value.map { Array(bytes($0.value)) } ?? []
      switch option.letter {
      case UInt8(ascii: "L"): forward(SSHForwarding.local(value), call, &context)
      case UInt8(ascii: "R"): forward(SSHForwarding.remote(value), call, &context)
      case UInt8(ascii: "D"), UInt8(ascii: "w"): forward([SSHForwarding.to(SSHForwarding.anywhere)], call, &context)
      case UInt8(ascii: "W"): forward([SSHForwarding.to(value)], call, &context)
      case UInt8(ascii: "J"): jumps.append(value)
      case UInt8(ascii: "p"): port = value
      case UInt8(ascii: "A"): forward([SSHForwarding.of("agent")], call, &context)
      case UInt8(ascii: "X"), UInt8(ascii: "Y"): forward([SSHForwarding.of("x11")], call, &context)
      case UInt8(ascii: "o"):
        let setting = SSHForwarding.Setting(value)
        if setting.isNamed("proxyjump") { jumps.append(setting.value) }
        if setting.isNamed("port") { port = setting.value }
        forward(SSHForwarding.requests(of: setting), call, &context)
      case UInt8(ascii: "s"):
        let words = call.arguments.operands.dropFirst().map { String(decoding: bytes(fields[$0].value), as: UTF8.self) }
        guard let name = words.last else { continue }
        forward([SSHForwarding.of("subsystem", ["name": name])], call, &context)
      default: break
      }
    }
    for jump in jumps where !jump.elementsEqual("none".utf8) {
      forward(SSHForwarding.jumps(jump, to: SSHForwarding.endpoint(host, port: port)), call, &context)
    }
  }

  /// Hands requests to the decoder of SSH, in the text form of recordings.
  mutating func forward(_ requests: [JSONValue], _ call: ShellCall, _ context: inout DecodeContext) {
    for request in requests where !isDone(context) {
      let payload = Array(request.text.utf8)
      spend(payload.count, &context)
      guard !isExhausted else { return }
      context.nested(.ssh, in: .shell, payload, program: Array(bytes(call.name)))
    }
  }

  /// Stands for requests that cannot be known from the line.
  mutating func unknownRequests(
    _ call: ShellCall, _ reason: UnparsedReason, _ context: inout DecodeContext
  ) {
    context.enter(program: Array(bytes(call.name)))
    context.unparsed(.ssh, in: .shell, reason)
    context.leaveProgram()
  }
}

/// Addresses of forwardings as `ssh` spells them (OpenBSD manual, ssh(1) and ssh_config(5)).
enum SSHForwarding {
  /// A proxy's destination: whatever its user asks for.
  static let anywhere = Array("*:*".utf8)

  static func of(_ channel: String, _ members: KeyValuePairs<String, String> = [:]) -> JSONValue {
    .object([.init("channel", .string(channel))] + members.map { .init($0.key, .string($0.value)) })
  }

  static func to(_ address: [UInt8]) -> JSONValue {
    of("forward", ["to": String(decoding: address, as: UTF8.self)])
  }

  /// `-L [BIND:]PORT:HOST:PORT`, `-L [BIND:]PORT:SOCKET`, `-L SOCKET:…`
  static func local(_ text: [UInt8]) -> [JSONValue] {
    let parts = parts(text)
    return [to(destination(parts) ?? anywhere)]
  }

  /// `-R [BIND:]PORT:HOST:PORT`; without a host a proxy.
  static func remote(_ text: [UInt8]) -> [JSONValue] {
    let parts = parts(text)
    let target = destination(parts)
    var listen: [UInt8]
    let count = target == nil ? parts.count : parts.count - (parts.last?.first == Ascii.slash ? 1 : 2)
    let bind = parts.prefix(max(count, 0))
    if bind.first?.first == Ascii.slash {
      listen = bind[0]
    } else {
      let host = bind.count > 1 ? bind[0] : Array("localhost".utf8)
      listen = host.isEmpty ? [Ascii.star] : host
      listen += [Ascii.colon] + (bind.last ?? [Ascii.star])
    }
    return [
      of(
        "forward",
        ["listen": String(decoding: listen, as: UTF8.self), "to": String(decoding: target ?? anywhere, as: UTF8.self)])
    ]
  }

  /// Hops of `-J [USER@]HOST[:PORT],…`: each connects to the next.
  static func jumps(_ text: [UInt8], to last: [UInt8]) -> [JSONValue] {
    var hops = text.split(separator: Ascii.comma).map { endpoint(Array($0), port: Array("22".utf8)) }
    hops.append(last)
    return hops.dropFirst().map(to)
  }

  /// `HOST:PORT` of `[USER@]HOST[:PORT]` or `ssh://[USER@]HOST[:PORT]`.
  static func endpoint(_ text: [UInt8], port: [UInt8]) -> [UInt8] {
    var host = text[...]
    let isAddress = host.starts(with: "ssh://".utf8)
    if isAddress { host = host.dropFirst(6) }
    if let at = host.lastIndex(of: Ascii.at) { host = host[(at + 1)...] }
    if isAddress, let slash = host.firstIndex(of: Ascii.slash) { host = host[..<slash] }
    let hasPort = host.last != Ascii.closeBracket && host.contains(Ascii.colon)
    if hasPort, host.first != Ascii.openBracket, host.count(where: { $0 == Ascii.colon }) > 1 {
      // An IPv6 address without brackets has no port behind it.
      return [Ascii.openBracket] + host + [Ascii.closeBracket, Ascii.colon] + port
    }
    return Array(host) + (hasPort ? [] : [Ascii.colon] + port)
  }

  /// Where a forwarding leads: the last two parts, or the path of a socket; nil if it says nothing.
  private static func destination(_ parts: [[UInt8]]) -> [UInt8]? {
    guard let last = parts.last, parts.count > 1 else { return nil }
    if last.first == Ascii.slash { return last }
    guard parts.count > 2 else { return nil }
    return parts[parts.count - 2] + [Ascii.colon] + last
  }

  /// Parts between colons, or between blanks in a setting; those of an address in brackets are none.
  private static func parts(_ text: [UInt8]) -> [[UInt8]] {
    var parts: [[UInt8]] = [[]]
    var isBracketed = false
    for byte in text {
      if byte == Ascii.openBracket { isBracketed = true }
      if byte == Ascii.closeBracket { isBracketed = false }
      if byte == Ascii.colon || Ascii.isBlank(byte), !isBracketed {
        parts.append([])
      } else {
        parts[parts.count - 1].append(byte)
      }
    }
    return parts
  }

  /// `-o NAME=VALUE` or `-o 'NAME VALUE'`.
  struct Setting {
    /// In lower case.
    var name: [UInt8]
    var value: [UInt8]

    init(_ text: [UInt8]) {
      let text = text.drop(while: Ascii.isBlank)
      let end = text.firstIndex { $0 == Ascii.equals || Ascii.isBlank($0) } ?? text.endIndex
      name = text[..<end].map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
      value = Array(text[end...].drop { $0 == Ascii.equals || Ascii.isBlank($0) })
    }

    func isNamed(_ word: String) -> Bool { name.elementsEqual(word.utf8) }

    var isOff: Bool { value.elementsEqual("no".utf8) || value.elementsEqual("false".utf8) || value.isEmpty }
  }

  static func requests(of setting: Setting) -> [JSONValue] {
    switch String(decoding: setting.name, as: UTF8.self) {
    case "localforward": return local(setting.value)
    case "remoteforward": return remote(setting.value)
    case "dynamicforward": return [to(anywhere)]
    case "tunnel": return setting.isOff ? [] : [to(anywhere)]
    case "forwardagent": return setting.isOff ? [] : [of("agent")]
    case "forwardx11": return setting.isOff ? [] : [of("x11")]
    case "setenv":
      let end = setting.value.firstIndex(of: Ascii.equals) ?? setting.value.endIndex
      return [
        of(
          "env",
          [
            "name": String(decoding: setting.value[..<end], as: UTF8.self),
            "value": String(decoding: setting.value[end...].dropFirst(), as: UTF8.self),
          ])
      ]
    default: return []
    }
  }
}
