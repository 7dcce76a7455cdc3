import JSONText
import PolicyBytecode

/// JSON: scalars are values, keys are structure.
extension PayloadRewriter {
  /// A value with its strings and numbers replaced; members called one of `keys` keep what they say.
  public mutating func json(_ value: JSONValue, keeping keys: Set<String> = []) -> JSONValue {
    switch value {
    case .null, .boolean: return value
    case .number(let text): return .number(String(decoding: number(text.utf8), as: UTF8.self))
    case .string(let text): return .string(self.text(text))
    case .array(let elements):
      // The words of a command.
      let words = elements.compactMap { $0.string.map { Array($0.utf8) } }
      if words.count == elements.count, carried[shellLine(words)] == .shell {
        return .array(words.map { .string(String(decoding: word($0), as: UTF8.self)) })
      }
      var rewritten: [JSONValue] = []
      for element in elements { rewritten.append(json(element, keeping: keys)) }
      return .array(rewritten)
    case .object(let members):
      var rewritten: [JSONValue.Member] = []
      for member in members {
        let isKept = keys.contains(member.key) && member.value.string != nil
        rewritten.append(.init(member.key, isKept ? member.value : json(member.value, keeping: keys)))
      }
      return .object(rewritten)
    }
  }

  /// A text that may be any value.
  public mutating func text(_ text: String) -> String { String(decoding: value(Array(text.utf8)), as: UTF8.self) }

  /// A text that is JSON as JSON, any other as one value.
  public mutating func document(_ text: String) -> String {
    String(decoding: document(Array(text.utf8)), as: UTF8.self)
  }

  /// A text that is JSON as JSON, any other as one value.
  mutating func document(_ text: [UInt8], keeping keys: Set<String> = []) -> [UInt8] {
    if let code = carried[text] { return rewrite(code, text) ?? token(text) }
    let value = try? JSONValue(parsing: text)
    switch value {
    case .object, .array: return Array(value.map { json($0, keeping: keys).text }.map(\.utf8).map(Array.init) ?? [])
    default: return self.value(text)
    }
  }

  /// A JSON-RPC message of MCP: what is called is structure, what it is called with are values.
  public mutating func message(_ message: JSONValue) -> JSONValue {
    if case .array(let messages) = message {
      var rewritten: [JSONValue] = []
      for message in messages { rewritten.append(self.message(message)) }
      return .array(rewritten)
    }
    guard case .object(let members) = message else { return json(message) }
    // A handshake and a listing say what programs can do, and nothing of anybody's data.
    let isDescription = ["initialize", "tools/list", "ping"].contains(message["method"]?.string)
    var rewritten: [JSONValue.Member] = []
    for member in members {
      switch member.key {
      case "jsonrpc", "id", "method": rewritten.append(member)
      case "params": rewritten.append(.init(member.key, isDescription ? member.value : parameters(member.value)))
      default: rewritten.append(.init(member.key, answer(member.value)))
      }
    }
    return .object(rewritten)
  }

  private mutating func parameters(_ value: JSONValue) -> JSONValue {
    guard case .object(let members) = value else { return json(value) }
    var rewritten: [JSONValue.Member] = []
    for member in members {
      switch member.key {
      case "name", "level", "protocolVersion", "requestId", "progressToken", "mode", "ref": rewritten.append(member)
      case "argument": rewritten.append(.init(member.key, json(member.value, keeping: ["name"])))
      case "_meta": rewritten.append(.init(member.key, metadata(member.value)))
      case "uri": rewritten.append(.init(member.key, address(member.value)))
      default: rewritten.append(.init(member.key, json(member.value, keeping: ["type", "role", "mimeType", "method"])))
      }
    }
    return .object(rewritten)
  }

  /// What the protocol itself puts there stays.
  private mutating func metadata(_ value: JSONValue) -> JSONValue {
    guard case .object(let members) = value else { return json(value) }
    return .object(
      members.map { member in
        member.key.hasPrefix("io.modelcontextprotocol/") ? member : .init(member.key, json(member.value))
      })
  }

  private mutating func address(_ value: JSONValue) -> JSONValue {
    guard let text = value.string else { return json(value) }
    return .string(String(decoding: piece(Array(text.utf8)), as: UTF8.self))
  }

  /// What an MCP server answers; a message that it sends with its answer is one like the client's.
  public mutating func answer(_ value: JSONValue) -> JSONValue {
    if value["jsonrpc"] != nil, value["method"] != nil { return message(value) }
    return json(value, keeping: ["type", "role", "mimeType", "jsonrpc", "method"])
  }
}
