import Detectors
import JSONText
import Operations
import PolicyBytecode
import PolicyRuntime
import Responses

/// The engine behind every verb of the bench and every gateway: a loaded bundle, a decoder that computes just the facts
/// it asks for, and an interpreter. One for each thread.
///
/// One thread uses it and nothing that it calls comes back to it, so what changes with each request is not checked for
/// exclusive access while running: the checks took a tenth of a replay.
public final class Engine {
  public let policy: LoadedPolicy
  @exclusivity(unchecked) package var context: DecodeContext
  @exclusivity(unchecked) package var interpreter: Interpreter
  @exclusivity(unchecked) private var sessions: [Principal: Session] = [:]
  /// What `@until` is compared with where a request has no time of its own: seconds since 1970, UTC.
  package let clock: Int64
  let hasResponseRules: Bool
  /// Those that rules on the response ask for.
  let responseDetectors: DetectorSet
  var plans: [[MaskObligation]: MaskPlan] = [:]
  /// The verdicts of rules on the response to the request judged last.
  @exclusivity(unchecked) package var responseVerdicts: [OperationVerdict] = []
  /// What MCP servers have said of their tools; engines of several threads may share it.
  let tools: ToolMemory
  /// The key of `with hash`.
  let maskKey: MaskKey
  /// Is shown each operation that is judged, if there is one.
  @exclusivity(unchecked) public var observer: (any OperationObserver)?
  /// The policy's tests by their names in redacted fixtures.
  private(set) lazy var testNames = TestNames(policy)

  /// Sessions that are kept bound.
  public static let sessionLimit = 1024

  /// Verifies and loads the bytes of a bundle.
  public convenience init(_ bundle: [UInt8], clock: Int64) throws(BundleError) {
    self.init(try LoadedPolicy(Bundle(bundle)), clock: clock)
  }

  /// An engine for a thread of its own: a policy is loaded once for all of them. Where it stands for another policy, of
  /// which it holds a part, requests are decoded as for that one's demand: what is asked for decides what is looked into.
  public init(
    _ policy: LoadedPolicy, clock: Int64, tools: ToolMemory = ToolMemory(), maskKey: MaskKey = .bench,
    decodingFor demand: FactDemand? = nil
  ) {
    self.policy = policy
    self.tools = tools
    self.maskKey = maskKey
    context = DecodeContext(demand: demand.map(policy.demand.joined) ?? policy.demand)
    interpreter = Interpreter(policy)
    hasResponseRules = policy.hasResponseRules
    responseDetectors = DetectorSet(policy.demand.contains(.responseDetector) ? policy.demand.detectors : [])
    self.clock = clock
  }

  /// Forgets what MCP servers have said of their tools: what follows is another recording.
  public func forgetTools() { tools.removeAll() }

  /// Judges a request of a session that has `tags`.
  public func judge(_ request: JudgedRequest, _ tags: [String]) -> Outcome {
    var verdicts: [OperationVerdict] = []
    return judge(request, tags, &verdicts)
  }

  /// Judges a request; `verdicts` are those of its operations.
  package func judge(
    _ request: JudgedRequest, _ tags: [String], _ verdicts: inout [OperationVerdict]
  ) -> Outcome {
    if request.isRecalled { return judgeRecalling(request, tags, &verdicts) }
    return judge(request, in: session(of: request.principal, tags), &verdicts)
  }

  /// Judges a request of a session that is bound already, with the tags it has.
  func judge(
    _ request: JudgedRequest, in session: Session, _ verdicts: inout [OperationVerdict]
  ) -> Outcome {
    prepare(&context, for: request)
    context.decode(request.protocol, request.payload.bytes)
    interpreter.begin(session, at: Moment(time: request.principal.time, clock: clock))
    verdicts.removeAll(keepingCapacity: true)
    responseVerdicts.removeAll(keepingCapacity: true)
    for number in 0..<context.batch.count { verdicts.append(judge(number, in: session)) }
    guard let answer = request.response, !verdicts.contains(where: { $0.decision == .block }) else {
      var outcome = Outcome(interpreter.combine(verdicts))
      outcome.lacksResponse = lacksResponse(request, outcome, in: session)
      return outcome
    }
    return judgeAnswer(answer, to: request, in: session, &verdicts)
  }

  /// Why each operation of the request judged last could not be read.
  package var unparsedReasons: [UnparsedReason] { context.batch.operations.elements.map(\.unparsed) }

  /// The verdicts of a request's operations alone, where nothing has to be recalled: of a request that has no response and
  /// is whole.
  package func operationVerdicts(of request: JudgedRequest, _ tags: [String]) -> [OperationVerdict] {
    let session = session(of: request.principal, tags)
    prepare(&context, for: request)
    context.decode(request.protocol, request.payload.bytes)
    interpreter.begin(session, at: Moment(time: request.principal.time, clock: clock))
    responseVerdicts.removeAll(keepingCapacity: true)
    return (0..<context.batch.count).map { judge($0, in: session) }
  }

  /// Judges one operation of the batch at hand.
  package func judge(_ number: Int, in session: Session, _ phase: RulePhase = .request) -> OperationVerdict {
    judge(number, of: context.batch, in: session, phase)
  }

  /// Judges one operation of a batch.
  package func judge(
    _ number: Int, of batch: borrowing OperationBatch, in session: Session, _ phase: RulePhase = .request
  ) -> OperationVerdict {
    let verdict = interpreter.judge(number, of: batch, in: session, phase)
    observer?.record(verdict, number, of: batch, in: session, phase, &interpreter)
    return verdict
  }

  /// Tells a decoder what is known of the connection.
  package func prepare(_ context: inout DecodeContext, for request: JudgedRequest) {
    prepare(&context, target: request.principal.target ?? "")
  }

  /// Tells a decoder which target the connection leads to, and what is known of its tools.
  func prepare(_ context: inout DecodeContext, target: String) {
    context.target = [UInt8](target.utf8)
    context.tools = tools[target]
  }

  /// The numbers of the rules that applied to an operation judged last.
  package func fired(_ verdict: OperationVerdict) -> [Int] {
    (verdict.firstFired..<verdict.endFired).map {
      Int(interpreter.fired[Int($0)] & ~Interpreter.limitMark)
    }
  }

  /// Judges a request and says why: for each operation what it is, its verdict, and how the rules fared; those of these
  /// names however far they were from applying.
  public func explain(
    _ request: JudgedRequest, _ tags: [String] = [], keeping names: Set<String> = []
  ) -> ExplainedRequest {
    let session = session(of: request.principal, tags)
    // A person wants to see every fact, not only those that some rule asks for.
    var demand = policy.demand
    demand.facts = .all
    var full = DecodeContext(demand: demand)
    prepare(&full, for: request)
    Self.decode(request, &full)
    let recalled = recalling(request, in: session)
    interpreter.begin(session, at: Moment(time: request.principal.time, clock: clock))
    var verdicts: [OperationVerdict] = []
    var operations: [ExplainedOperation] = []
    for number in 0..<full.batch.count {
      let range =
        request.isRecalled
        ? interpreter.judge(number, of: full.batch, in: session, recalling: recalled(number)) : nil
      let verdict = range?.certain ?? interpreter.judge(number, of: full.batch, in: session)
      verdicts.append(verdict)
      operations.append(
        ExplainedOperation(
          operation: DecodedOperation(full.batch, number), decision: verdict.decision, isByRule: verdict.isByRule,
          limitReached: verdict.limitReached,
          isEvaluable: range?.hasOneDecision ?? true,
          rules: interpreter.explain(
            number, of: full.batch, in: session, recalling: recalled(number), keeping: names
          ).rules))
    }
    guard let answer = request.response else {
      if request.isRecalled { return ExplainedRequest(outcome: judge(request, tags), operations: operations) }
      return ExplainedRequest(outcome: Outcome(interpreter.combine(verdicts)), operations: operations)
    }
    if hasResponseRules {
      let facts = responseFacts(Response(answer), detectors: responseDetectors)
      interpreter.beginResponse { facts.write(to: &$0) }
      for number in 0..<full.batch.count {
        _ = interpreter.judge(number, of: full.batch, in: session, .response)
        operations[number].rules +=
          interpreter.explain(
            number, of: full.batch, in: session, recalling: recalled(number), keeping: names, .response
          ).rules
      }
    }
    return ExplainedRequest(outcome: judge(request, tags), operations: operations)
  }

  package func session(of principal: Principal, _ tags: [String]) -> Session {
    var identity = principal
    identity.time = nil
    let session: Session
    if let known = sessions[identity] {
      session = known
    } else {
      if sessions.count >= Self.sessionLimit { sessions.removeAll(keepingCapacity: true) }
      session = Session(policy, SessionFacts(identity))
      sessions[identity] = session
    }
    session.tags = tags
    return session
  }
}

extension SessionFacts {
  /// The facts of a principal that a test or a fixture states. A source that is no address is none.
  public init(_ principal: Principal) {
    self.init()
    user = principal.user
    groups = principal.groups
    actor = principal.actor
    client = principal.client
    claims = principal.claims.compactMap { $0.count == 2 ? Pair($0[0], $0[1]) : nil }
    target = principal.target
    labels = principal.labels.compactMap { $0.count == 2 ? Pair($0[0], $0[1]) : nil }
    source = principal.source.flatMap(AddressParser.address)
  }
}

extension Outcome {
  package init(_ verdict: RequestVerdict) {
    self.init(
      verdict.decision, rules: verdict.rules, message: verdict.message, approvals: verdict.approvals,
      masks: verdict.masks, record: verdict.record, tags: verdict.tags, operations: verdict.operations)
    observed = verdict.observed
    applied = verdict.applied
  }
}
