import JSONText
import Operations
import PolicyBytecode
import PolicyRuntime
import Responses

extension Engine {
  /// Why no verdict is known of a redacted request that decodes to something else than it did.
  static let otherOperations = "the operations are not those that were recorded"

  /// Judges a request of which some facts are not what they were, or whose session may have tags that are not known:
  /// tests on these are recalled. What nobody recorded may be either way, and the verdict is known only if it is the
  /// same in all of them; `verdicts` are then what is certain of each operation, and else empty.
  func judgeRecalling(
    _ request: JudgedRequest, _ tags: [String], _ verdicts: inout [OperationVerdict]
  ) -> Outcome {
    verdicts.removeAll(keepingCapacity: true)
    // Those of an earlier request name rules by places that now hold others, or none.
    responseVerdicts.removeAll(keepingCapacity: true)
    let session = session(of: request.principal, tags)
    prepare(&context, for: request)
    Self.decode(request, &context)
    var operations = request.redacted?.operations[...]
    guard takesShape(&operations, whole: request.response == nil) else { return unknownOutcome() }
    let recalled = recalledTruths(of: request, in: session)
    interpreter.begin(session, at: Moment(time: request.principal.time, clock: clock))
    var ranges: [VerdictRange] = []
    for number in 0..<context.batch.count {
      ranges.append(interpreter.judge(number, of: context.batch, in: session, recalling: recalled(number)))
    }
    guard let answer = request.response, !ranges.contains(where: { $0.greatestDecision == .block }) else {
      var outcome = outcome(interpreter.combine(ranges), ranges, &verdicts)
      outcome.lacksResponse = outcome.isEvaluable && lacksResponse(request, outcome, in: session)
      return outcome
    }
    return judgeRecalledAnswer(answer, to: request, in: session, recalled, ranges, operations, &verdicts)
  }

  private func judgeRecalledAnswer(
    _ answer: JSONValue, to request: JudgedRequest, in session: Session, _ recalled: (Int) -> RecalledTruth,
    _ ranges: [VerdictRange], _ rest: ArraySlice<RecordedTests.Operation>?, _ verdicts: inout [OperationVerdict]
  ) -> Outcome {
    var (ranges, rest) = (ranges, rest)
    var onResponse: [VerdictRange] = []
    if hasResponseRules {
      let facts = responseFacts(Response(answer), detectors: responseDetectors)
      interpreter.beginResponse { facts.write(to: &$0) }
      for number in 0..<context.batch.count {
        onResponse.append(
          interpreter.judge(number, of: context.batch, in: session, recalling: recalled(number), .response))
      }
    }
    if request.protocol == .mcp {
      let first = context.batch.count
      let messages = AnsweredMessages.all(in: answer)
      context.decodeAnswer(.mcp, [UInt8](messages.text.utf8))
      guard takesShape(&rest, whole: true) else { return unknownOutcome() }
      interpreter.beginBatch()
      for number in 0..<context.batch.count {
        ranges.append(
          interpreter.judge(number, of: context.batch, in: session, recalling: recalled(first + number)))
      }
      if request.listsTools {
        context.tools = tools.learn(MCPToolListing(messages), of: request.principal.target ?? "")
      }
    } else if rest?.isEmpty == false {
      return unknownOutcome()
    }
    var outcome = outcome(interpreter.combine(ranges, response: onResponse), ranges + onResponse, &verdicts)
    guard outcome.isEvaluable, outcome.decision != .block else { return outcome }
    if !outcome.masks.isEmpty, request.redacted?.facts.contains(.responseDetector) == true {
      outcome.lacksResponse = true
    } else {
      outcome.response = passedOn(answer, to: request, in: session, outcome.masks)
    }
    return outcome
  }

  /// Decodes a payload; of one that is withheld, the operations stand in the fixture.
  static func decode(_ request: JudgedRequest, _ context: inout DecodeContext) {
    guard let recorded = request.redacted, recorded.isWithheld else {
      return context.decode(request.protocol, request.payload.bytes)
    }
    context.batch.removeAll()
    for operation in recorded.operations.prefix(DecodeLimits.operations) {
      context.batch.begin(operation.protocol)
      context.batch.facts.add(.unparsed, operation.unparsed != .none)
      context.batch.end(unparsed: operation.unparsed)
    }
  }

  /// Whether the batch at hand holds the operations that were recorded, which are then taken off; all that are left if
  /// `whole`.
  private func takesShape(_ operations: inout ArraySlice<RecordedTests.Operation>?, whole: Bool) -> Bool {
    guard let recorded = operations else { return true }
    guard whole ? recorded.count == context.batch.count : recorded.count >= context.batch.count else { return false }
    for (number, operation) in recorded.prefix(context.batch.count).enumerated() {
      let found = context.batch.operations[number]
      guard found.protocol == operation.protocol, found.unparsed == operation.unparsed else { return false }
    }
    operations = recorded.dropFirst(context.batch.count)
    return true
  }

  /// What is recalled of each operation of a request that is to be explained.
  func recalling(_ request: JudgedRequest, in session: Session) -> (Int) -> RecalledTruth {
    guard request.isRecalled else { return { _ in RecalledTruth() } }
    prepare(&context, for: request)
    Self.decode(request, &context)
    return recalledTruths(of: request, in: session)
  }

  /// What is recalled of each operation of the request at hand.
  func recalledTruths(of request: JudgedRequest, in session: Session) -> (Int) -> RecalledTruth {
    var shared = RecalledTruth()
    if let recorded = request.redacted {
      shared.facts = recorded.facts
      // Nothing that could be decoded is left.
      if recorded.isWithheld { shared.facts = shared.facts.union(Self.decodedFacts) }
      shared.outcomes = testNames.outcomes(recorded.tests)
    }
    if !request.possibleTags.isEmpty { addTagTests(of: request, in: session, to: &shared) }
    let own = request.redacted?.operations.map { testNames.outcomes($0.tests) } ?? []
    return { [shared] number in
      guard own.indices.contains(number) else { return shared }
      var truth = shared
      truth.outcomes.merge(own[number]) { _, own in own }
      return truth
    }
  }

  /// The facts that a decoder finds in a payload, but for those that a withheld payload's operations state.
  package static let decodedFacts = FactSet(Fact.allCases.filter { $0.schema.phase == .operation && $0 != .unparsed })

  /// Adds the tests on tags that come out the same whether the session has those that it may have or not.
  private func addTagTests(of request: JudgedRequest, in session: Session, to recalled: inout RecalledTruth) {
    recalled.facts.insert(.session)
    guard context.batch.count > 0 else { return }
    let moment = Moment(time: request.principal.time, clock: clock)
    let tags = session.tags
    session.tags = tags + request.possibleTags
    interpreter.begin(session, at: moment)
    let most = interpreter.outcomes(of: .session, 0, of: context.batch, in: session)
    session.tags = tags
    interpreter.begin(session, at: moment)
    let least = interpreter.outcomes(of: .session, 0, of: context.batch, in: session)
    recalled.outcomes.merge(least.filter { most[$0.key] == $0.value }) { _, new in new }
  }

  private func outcome(
    _ recalled: RecalledVerdict, _ ranges: [VerdictRange], _ verdicts: inout [OperationVerdict]
  ) -> Outcome {
    var outcome = Outcome(recalled.verdict)
    outcome.possibleRules = recalled.possibleRules
    outcome.possibleTags = recalled.possibleTags
    outcome.notEvaluable = testNames.texts(recalled.openTests)
    if outcome.isEvaluable {
      verdicts = ranges.map(\.certain)
    } else {
      outcome.decision = ranges.map(\.greatestDecision).max() ?? .block
    }
    return outcome
  }

  private func unknownOutcome() -> Outcome {
    var outcome = Outcome(.block, operations: context.batch.count)
    outcome.notEvaluable = [Self.otherOperations]
    outcome.possibleTags = policy.tags
    return outcome
  }
}

extension JudgedRequest {
  /// Whether it is judged by what is recalled of it as well as by what it holds.
  package var isRecalled: Bool { redacted != nil || !possibleTags.isEmpty }
}
