import JSONText
import PolicyBytecode

/// Decodes a payload of the protocol `mcp`: a JSON-RPC message or a batch of them, as JSON text.
func decodeMCP(_ payload: [UInt8], _ context: inout DecodeContext) {
  payload.withUnsafeBufferPointer { bytes in
    MCPDecoder(bytes: bytes).decode(isFromServer: context.isFromServer, isAnswer: false, &context)
  }
}

extension DecodeContext {
  /// Decodes what a target answered, replacing what the batch held: an answer may itself ask for something.
  ///
  /// An MCP server's result with `inputRequests` (revision 2026-07-28) asks the client for a completion, for its roots or
  /// for input of its user: an operation each, from the server. So is a request or a notification of the server. An
  /// answer that asks for nothing, and one of another protocol, leave the batch empty.
  public mutating func decodeAnswer(_ protocol: OperationProtocol, _ payload: [UInt8]) {
    begin(payload)
    guard `protocol` == .mcp else { return }
    guard payload.count <= DecodeLimits.payloadBytes else { return unparsed(.mcp, .oversized) }
    payload.withUnsafeBufferPointer { bytes in
      MCPDecoder(bytes: bytes).decode(isFromServer: true, isAnswer: true, &self)
    }
  }
}

/// Reads the messages of one payload.
///
/// Invariant: `bytes` outlives the decoder, which never leaves the function that made it.
struct MCPDecoder {
  let bytes: UnsafeBufferPointer<UInt8>

  /// Decodes the payload. Of an answer only what it asks for is emitted.
  func decode(isFromServer: Bool?, isAnswer: Bool, _ context: inout DecodeContext) {
    do throws(JSONError) {
      var scanner = JSONScanner(bytes)
      switch try scanner.kind() {
      case .object:
        let message = try MCPMessage(&scanner, from: 0)
        try scanner.finish()
        try emit(message, isFromServer, isAnswer: isAnswer, &context)
      case .array: try batch(&scanner, isFromServer, isAnswer: isAnswer, &context)
      case .string, .number, .boolean, .null:
        try scanner.skip()
        try scanner.finish()
        context.unparsed(.mcp, .syntax)
      }
    } catch {
      context.unparsed(.mcp, reason(error))
    }
  }

  /// A JSON-RPC batch (MCP had them in revision 2025-03-26): read whole before anything is emitted.
  private func batch(
    _ scanner: inout JSONScanner, _ isFromServer: Bool?, isAnswer: Bool, _ context: inout DecodeContext
  ) throws(JSONError) {
    var messages: [MCPMessage] = []
    var isTooLong = false
    try scanner.beginArray()
    while try scanner.nextElement() {
      isTooLong = isTooLong || messages.count == MCPLimits.batch
      if isTooLong {
        try scanner.skip()
      } else if case .object = try scanner.kind() {
        messages.append(try MCPMessage(&scanner, from: 0))
      } else {
        try scanner.skip()
        var message = MCPMessage()
        message.kind = .malformed
        messages.append(message)
      }
    }
    try scanner.finish()
    if messages.isEmpty { context.unparsed(.mcp, .syntax) }
    for message in messages { try emit(message, isFromServer, isAnswer: isAnswer, &context) }
    if isTooLong { context.unparsed(.mcp, .count) }
  }

  // MARK: - Operations

  private func emit(
    _ message: MCPMessage, _ isFromServer: Bool?, isAnswer: Bool, _ context: inout DecodeContext
  ) throws(JSONError) {
    switch message.kind {
    case .malformed: context.unparsed(.mcp, .syntax)
    case .call: try call(message, isFromServer, &context)
    case .answer:
      if !isAnswer {
        // Only servers ask for input in an answer.
        let isServers = isFromServer ?? (message.inputRequests != nil)
        context.operation(.mcp) { facts, demand in
          if demand.contains(.command) { facts.add(.command, []) }
          if demand.contains(.mcpMethod) { facts.add(.mcpMethod, []) }
          if demand.contains(.mcpFrom) { facts.add(.mcpFrom, isServers ? "server" : "client") }
          if demand.contains(.mcpDestructive) { facts.add(.mcpDestructive, false) }
          if demand.contains(.mcpChanged) { facts.add(.mcpChanged, false) }
        }
      }
      if let range = message.inputRequests { try inputRequests(range, &context) }
    }
  }

  /// The requests that a server's answer carries: an object whose members are requests.
  private func inputRequests(_ range: Range<Int>, _ context: inout DecodeContext) throws(JSONError) {
    var scanner = JSONScanner(UnsafeBufferPointer(rebasing: bytes[range]))
    guard case .object = try scanner.kind() else {
      // Absent in all but name.
      if case .null = try scanner.kind() { return }
      return context.unparsed(.mcp, .syntax)
    }
    try scanner.beginObject()
    while try scanner.nextKey() != nil {
      guard case .object = try scanner.kind() else {
        try scanner.skip()
        context.unparsed(.mcp, .syntax)
        continue
      }
      let message = try MCPMessage(&scanner, from: range.lowerBound)
      if message.kind == .call {
        try call(message, true, &context)
      } else {
        context.unparsed(.mcp, .syntax)
      }
    }
  }

  private func call(
    _ message: MCPMessage, _ isFromServer: Bool?, _ context: inout DecodeContext
  ) throws(JSONError) {
    let method = message.method
    let shape = MCPMethods.shape(method)
    var parameters: MCPParameters?
    if let range = message.params { parameters = try MCPParameters(bytes, range, of: shape) }
    let isIncomplete =
      switch shape {
      case .tool, .prompt: parameters?.name == nil
      case .resource: parameters?.resource == nil
      case .reference, .other: false
      }
    if isIncomplete || parameters?.isMalformed == true { return context.unparsed(.mcp, .syntax) }

    // What a rule may ask for by path: the arguments of a tool or a prompt, of other methods what they have.
    let hasArguments = shape == .tool || shape == .prompt
    let tool = shape == .tool ? parameters?.name : nil
    var isAmbiguous = false
    let resource = parameters?.resource.map { ResourceURI.normalised($0, &isAmbiguous) }
    let range = hasArguments ? parameters?.arguments : message.params
    let command =
      context.demand.contains(.command)
      ? try command(method, tool ?? parameters?.name ?? resource, range, isWhole: hasArguments) : []
    var other = MCPArguments.Other.none
    let hasDeclarations = tool != nil && context.decodes.has(.mcp)
    let arguments = range.map { UnsafeBufferPointer(rebasing: bytes[$0]) }
    if tool != nil, !context.mcpArguments.isEmpty || hasDeclarations, let arguments {
      other = try MCPArguments.other(arguments)
    }
    if case .unknown = other { return context.unparsed(.mcp, .unsupported) }
    var values: [KeyedPaths.Value] = []
    var hasTwins = false
    if !context.mcpArguments.isEmpty, let arguments {
      values = try context.mcpArguments.values(of: arguments)
      hasTwins = context.mcpArguments.hasOtherCase && FoldedPaths.hasTwins(in: arguments)
      if case .known(let text) = other {
        let others = context.mcpArguments.values(in: try JSONValue(parsing: text))
        values += others.filter { value in
          !values.contains { $0.key == value.key && $0.bytes == value.bytes && $0.isFolded == value.isFolded }
        }
        hasTwins =
          hasTwins
          || context.mcpArguments.hasOtherCase && text.withUnsafeBufferPointer { FoldedPaths.hasTwins(in: $0) }
      }
    }
    let isServers = isFromServer == true || MCPMethods.isServers(method)
    let isDestructive = tool.map { context.tools.isDestructive($0) } ?? false
    let isChanged = tool.map { context.tools.isChanged($0) } ?? false
    // Whether the server takes `{"Path":…}` for `{"path":…}` is not known: the call is judged either way.
    let readings = values.contains { $0.isFolded } ? 2 : 1
    for reading in 1...readings {
      context.operation(.mcp) { facts, demand in
        if demand.contains(.command) { facts.add(.command, command) }
        if demand.contains(.mcpMethod) { facts.add(.mcpMethod, method) }
        if demand.contains(.mcpFrom) { facts.add(.mcpFrom, isServers ? "server" : "client") }
        if let tool, demand.contains(.mcpTool) { facts.add(.mcpTool, tool) }
        for value in values where reading == 2 || !value.isFolded {
          facts.add(.mcpArgument, key: value.key, value.bytes)
        }
        if let resource, demand.contains(.mcpResource) { facts.add(.mcpResource, resource) }
        if tool == nil, let prompt = parameters?.name, demand.contains(.mcpPrompt) { facts.add(.mcpPrompt, prompt) }
        if demand.contains(.mcpDestructive) { facts.add(.mcpDestructive, isDestructive) }
        if demand.contains(.mcpChanged) { facts.add(.mcpChanged, isChanged) }
      }
    }
    if hasTwins { context.unparsed(.mcp, .unsupported) }
    if isAmbiguous { context.unparsed(.mcp, .unsupported) }
    guard let tool, let arguments, hasDeclarations else { return }
    try carried(by: tool, arguments, other, &context)
  }

  /// `METHOD NAME ARGUMENTS`; what is absent or empty is left out. The arguments of a method without any are its
  /// parameters, without `_meta` and what stands for the name.
  private func command(
    _ method: [UInt8], _ name: [UInt8]?, _ arguments: Range<Int>?, isWhole: Bool
  ) throws(JSONError) -> [UInt8] {
    var command = Self.word(method)
    if let name {
      command.append(Ascii.space)
      command += Self.word(name)
    }
    guard let arguments else { return command }
    var writer = CanonicalJSON()
    var scanner = JSONScanner(UnsafeBufferPointer(rebasing: bytes[arguments]))
    try writer.object(&scanner) { member in
      if isWhole || member == Self.meta { return isWhole }
      return name == nil || member != Self.uri && member != Self.ref
    }
    guard writer.bytes.count > 2 else { return command }
    command.reserveCapacity(command.count + 1 + writer.bytes.count)
    command.append(Ascii.space)
    command += writer.bytes
    return command
  }

  private static let meta = Array("_meta".utf8)
  private static let uri = Array("uri".utf8)
  private static let ref = Array("ref".utf8)

  /// A name as it is if it is one word, else as a JSON string, so that no name looks like arguments.
  private static func word(_ name: [UInt8]) -> [UInt8] {
    guard name.isEmpty || name.contains(where: { $0 <= Ascii.space || $0 == Ascii.doubleQuote }) else { return name }
    var writer = CanonicalJSON()
    writer.string(name)
    return writer.bytes
  }

  // MARK: - Errors

  private func reason(_ error: JSONError) -> UnparsedReason {
    guard error.offset < bytes.count else { return .truncated }
    if String(validating: bytes, as: UTF8.self) == nil { return .encoding }
    let byte = bytes[error.offset]
    guard byte == Ascii.openBrace || byte == Ascii.openBracket else {
      // An unterminated string is reported where it starts.
      return byte == Ascii.doubleQuote && isOpen(error.offset) ? .truncated : .syntax
    }
    return nesting(before: error.offset) >= JSONLimits.depth ? .depth : .syntax
  }

  /// Whether the string that starts at `start` has no end.
  private func isOpen(_ start: Int) -> Bool {
    var index = start + 1
    while index < bytes.count {
      if bytes[index] == Ascii.doubleQuote { return false }
      index += bytes[index] == Ascii.backslash ? 2 : 1
    }
    return true
  }

  /// How many brackets are open before `end`, where well-formed JSON ends.
  private func nesting(before end: Int) -> Int {
    var depth = 0
    var isString = false
    var index = 0
    while index < end {
      switch bytes[index] {
      case Ascii.doubleQuote: isString.toggle()
      case Ascii.backslash where isString: index += 1
      case Ascii.openBrace where !isString, Ascii.openBracket where !isString: depth += 1
      case Ascii.closeBrace where !isString, Ascii.closeBracket where !isString: depth -= 1
      default: break
      }
      index += 1
    }
    return depth
  }
}
