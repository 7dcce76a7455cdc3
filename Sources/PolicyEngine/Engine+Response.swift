import Detectors
import JSONText
import Operations
import PolicyBytecode
import PolicyRuntime
import Responses

extension Engine {
  /// Mask plans that are kept.
  static let planLimit = 256

  /// What is known of a tool before its arguments are.
  private static let factsOfTools = FactSet([
    .mcpMethod, .mcpFrom, .mcpTool, .mcpDestructive, .mcpChanged, .unparsed, .via, .viaTool, .viaProgram,
  ])

  /// The outcome of a request that was answered, `verdicts` being those of its operations, which the batch at hand
  /// still holds: what rules on the response say, what the answer itself asks of the client, and what is passed on.
  func judgeAnswer(
    _ answer: JSONValue, to request: JudgedRequest, in session: Session, _ verdicts: inout [OperationVerdict]
  ) -> Outcome {
    let response = Response(answer)
    if hasResponseRules {
      let facts = responseFacts(response, detectors: responseDetectors)
      interpreter.beginResponse { facts.write(to: &$0) }
      for number in 0..<context.batch.count { responseVerdicts.append(judge(number, in: session, .response)) }
    }
    if request.protocol == .mcp {
      let messages = AnsweredMessages.all(in: answer)
      context.decodeAnswer(.mcp, [UInt8](messages.text.utf8))
      interpreter.beginBatch()
      for number in 0..<context.batch.count { verdicts.append(judge(number, in: session)) }
      // Only the answer to a listing teaches about tools: any other could say what it likes.
      if request.listsTools {
        context.tools = tools.learn(MCPToolListing(messages), of: request.principal.target ?? "")
      }
    }
    let verdict = interpreter.combine(verdicts, response: responseVerdicts)
    var outcome = Outcome(verdict)
    if verdict.decision != .block { outcome.response = passedOn(answer, to: request, in: session, verdict.masks) }
    return outcome
  }

  /// What is passed on of an answer that is not withheld.
  func passedOn(
    _ answer: JSONValue, to request: JudgedRequest, in session: Session, _ masks: [MaskObligation]
  ) -> JSONValue {
    var passed = Response(answer)
    if request.listsTools { passed = Response(hidingTools(in: answer, session)) }
    if !masks.isEmpty { passed = masked(passed, by: plan(masks)).response }
    return passed.value(like: answer)
  }

  /// A listing of tools without those that its reader may never call.
  private func hidingTools(in answer: JSONValue, _ session: Session) -> JSONValue {
    var hidden: Set<String> = []
    for name in toolNames(inListing: AnsweredMessages.all(in: answer)) {
      let call = JSONValue.object([
        .init("jsonrpc", .string("2.0")), .init("id", .number("0")), .init("method", .string("tools/call")),
        .init("params", .object([.init("name", .string(name)), .init("arguments", .object([]))])),
      ])
      context.decode(.mcp, [UInt8](call.text.utf8))
      // What has fired for the request is kept: its verdicts name rules by their places there.
      interpreter.beginBatch()
      if context.batch.count > 0,
        !interpreter.canPass(0, of: context.batch, knowing: Self.factsOfTools, in: session)
      {
        hidden.insert(name)
      }
    }
    guard !hidden.isEmpty else { return answer }
    return AnsweredMessages.rewriting(answer) { message in
      Operations.hidingTools({ hidden.contains($0) }, in: message)
    }
  }

  /// Whether a request was answered with something that the recording lacks and that the policy speaks of: masks of
  /// its verdict, or rules on the response to any of its operations.
  func lacksResponse(_ request: JudgedRequest, _ outcome: Outcome, in session: Session) -> Bool {
    guard request.missing.contains(.response), request.response == nil, outcome.decision != .block else { return false }
    guard outcome.masks.isEmpty else { return true }
    return hasResponseRules
      && (0..<context.batch.count).contains {
        session.hasLiveRules(context.batch.operations[$0].protocol, .response)
      }
  }

  func plan(_ masks: [MaskObligation]) -> MaskPlan {
    if let known = plans[masks] { return known }
    if plans.count >= Self.planLimit { plans.removeAll(keepingCapacity: true) }
    let plan = MaskPlan(masks, detectors: policy.detector, key: maskKey)
    plans[masks] = plan
    return plan
  }
}

extension JudgedRequest {
  /// Whether it asks an MCP server for its tools.
  package var listsTools: Bool {
    guard `protocol` == .mcp else { return false }
    switch payload {
    case .message(let message): return message["method"]?.string == "tools/list"
    case .text(let bytes): return (try? JSONValue(parsing: bytes))?["method"]?.string == "tools/list"
    case .http(_, _, _, let body):
      return body.flatMap { try? JSONValue(parsing: Array($0.utf8)) }?["method"]?.string == "tools/list"
    }
  }
}
