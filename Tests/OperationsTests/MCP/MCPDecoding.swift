import PolicyBytecode

@testable import Operations

/// Contexts whose batches tests look at in one line an operation.
extension DecodeContext {
  /// `PROTOCOL COMMAND`, or `PROTOCOL ?REASON`, with what carried it behind `<`.
  var outline: [String] {
    (0..<batch.count).map { index in
      let operation = batch.operations[index]
      var line = operation.protocol.name + " "
      line += operation.unparsed == .none ? text(.command, index) : "?" + operation.unparsed.word
      let carriers = text(.via, index)
      if !carriers.isEmpty { line += " < " + carriers }
      return line
    }
  }

  /// The values of a fact of one operation, joined by spaces.
  func text(_ fact: Fact, _ index: Int = 0) -> String {
    let operation = batch.operations[index]
    return (Int(operation.firstEntry)..<Int(operation.endEntry)).map { batch.facts.entries[$0] }
      .filter { $0.fact == fact.rawValue }
      .map { $0.isInline ? String($0.integer) : batch.facts.text($0) }
      .joined(separator: " ")
  }
}

/// The outline of a payload with every fact asked for.
func outline(
  _ protocol: OperationProtocol, _ payload: String, _ decodes: [DecodeDefinition] = [], target: String = ""
) -> [String] {
  var context = DecodeContext(demand: FactDemand(facts: .all, decodes: decodes))
  context.target = Array(target.utf8)
  context.decode(`protocol`, Array(payload.utf8))
  return context.outline
}

/// The outline of a call of a tool with these arguments.
func toolCall(
  _ name: String, _ arguments: String, _ decodes: [DecodeDefinition] = [], target: String = ""
) -> [String] {
  outline(
    .mcp, #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\#(name)","arguments":\#(arguments)}}"#,
    decodes, target: target)
}

/// `decode mcp … argument "PATH" as INNER`.
func declaration(
  _ path: String, as inner: OperationProtocol, server: String? = nil, tool: String? = nil
) -> DecodeDefinition {
  var selectors: [DecodeDefinition.Selector] = [.init("argument", path)]
  if let server { selectors.append(.init("server", server)) }
  if let tool { selectors.append(.init("tool", tool)) }
  return DecodeDefinition(carrier: .mcp, inner: inner, selectors: selectors)
}
