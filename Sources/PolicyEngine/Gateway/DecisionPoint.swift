import JSONText
import Operations
import PolicyBytecode
import PolicyRuntime
import Responses
import Synchronization

/// What a gateway asks: the policy in force, and engines that judge under it, one for each thread that asks at a time.
///
/// Any number of threads may use it. A policy is replaced between two requests; open sessions see it at their next.
public final class DecisionPoint: Sendable {
  /// Engines that are kept while nobody uses them.
  static let idleLimit = 64

  private struct State {
    var generation: PolicyGeneration
    var idle: [RememberingEngine] = []
    var nextSession: UInt32? = 0
  }

  /// The tags of sessions that requests name.
  public let sessions: SessionTable
  private let tools = ToolMemory()
  private let maskKey: MaskKey
  private let state: Mutex<State>

  /// - Parameter maskKey: the key of `with hash`.
  public init(_ policy: LoadedPolicy, maskKey: MaskKey = .bench, sessions: SessionTable = SessionTable()) {
    self.maskKey = maskKey
    self.sessions = sessions
    state = Mutex(State(generation: PolicyGeneration(policy, number: 1)))
  }

  /// The policy in force.
  public var generation: PolicyGeneration { state.withLock { $0.generation } }

  /// Puts another policy into force; where `isAllowedAfter` is asked, only if it says yes to the one in force.
  @discardableResult
  public func replace(
    by policy: LoadedPolicy, isAllowedAfter: (LoadedPolicy) -> Bool = { _ in true }
  ) -> Bool {
    state.withLock {
      guard isAllowedAfter($0.generation.policy) else { return false }
      $0.generation = PolicyGeneration(policy, number: $0.generation.number + 1)
      $0.idle.removeAll()
      return true
    }
  }

  /// A session of `principal`.
  public func bind(_ principal: Principal) -> BoundSession {
    let number = state.withLock { state in
      defer { state.nextSession = state.nextSession.flatMap { $0 == .max ? nil : $0 + 1 } }
      return state.nextSession
    }
    return BoundSession(principal, number: number.map(Int.init))
  }

  /// Lends an engine for the policy in force.
  public func withEngine<Value, Failure>(
    _ body: (RememberingEngine) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let engine = take()
    defer { give(engine) }
    return try body(engine)
  }

  private func take() -> RememberingEngine {
    let (idle, generation) = state.withLock { ($0.idle.popLast(), $0.generation) }
    return idle
      ?? RememberingEngine(
        generation, Engine(generation.policy, clock: 0, tools: tools, maskKey: maskKey))
  }

  private func give(_ engine: RememberingEngine) {
    state.withLock {
      if $0.generation === engine.generation, $0.idle.count < Self.idleLimit { $0.idle.append(engine) }
    }
  }

  /// Judges a payload as a decoder takes it, at a moment in seconds since 1970. The session gets the tags that the verdict
  /// sets.
  public func judge(
    _ wire: OperationProtocol, _ payload: UnsafeBufferPointer<UInt8>, in session: BoundSession, at time: Int64
  ) -> KnownVerdict {
    let engine = take()
    let number = engine.judge(wire, payload, in: session, at: time)
    let verdict = engine.verdicts[number]
    give(engine)
    session.add(verdict.outcome.tags)
    return verdict
  }

  /// Judges a payload with what the target answered, which is masked or withheld. The session gets the tags that the
  /// verdict sets.
  public func judge(
    _ wire: OperationProtocol, _ payload: [UInt8], answeredBy response: JSONValue, in session: BoundSession,
    at time: Int64
  ) -> KnownVerdict {
    let request = request(wire, payload, response, in: session, at: time)
    let verdict = withEngine { engine in
      let outcome = engine.engine.judge(request, session.tags)
      return KnownVerdict(
        outcome, by: engine.generation.policy, asksResponse: false, isAnswered: true,
        rule: outcome.rules.first.flatMap(engine.generation.number))
    }
    session.add(verdict.outcome.tags)
    return verdict
  }

  /// Says why a payload gets its verdict. The session stays as it is.
  public func explain(
    _ wire: OperationProtocol, _ payload: [UInt8], in session: BoundSession, at time: Int64
  ) -> ExplainedRequest {
    let request = request(wire, payload, nil, in: session, at: time)
    return withEngine { $0.engine.explain(request, session.tags) }
  }

  private func request(
    _ wire: OperationProtocol, _ payload: [UInt8], _ response: JSONValue?, in session: BoundSession, at time: Int64
  ) -> JudgedRequest {
    var principal = session.principal
    principal.time = time
    return JudgedRequest(principal: principal, protocol: wire, payload: .text(payload), response: response)
  }

  /// Bytes of a payload that decoders read; of a longer one they tell no more than that it is.
  public static let payloadBytes = DecodeLimits.payloadBytes

  /// The line of `hpol eval --json` for a request that is given as a fixture, its line end included. Where that says that the
  /// decision cannot be known, there is an error instead: who looks for `block` only must not find a line without it.
  public func line(
    deciding request: UnsafeBufferPointer<UInt8>, now: Int64, _ noted: (Outcome) -> Void = { _ in }
  ) throws(DecisionError) -> [UInt8] {
    let fixture = try fixture(request)
    guard let outcome = decide(fixture, now: now) else { throw .tooManySessions }
    guard outcome.isEvaluable else { throw .notEvaluable(outcome.notEvaluable) }
    noted(outcome)
    var writer = JSONWriter()
    outcome.write(id: fixture.id, isAnswered: fixture.response != nil, to: &writer)
    return writer.bytes
  }

  /// The line of `hpol explain --json` for a request that is given as a fixture. Its session stays as it is.
  public func line(explaining request: UnsafeBufferPointer<UInt8>, now: Int64) throws(DecisionError) -> [UInt8] {
    let fixture = try fixture(request)
    var request = JudgedRequest(fixture)
    if request.principal.time == nil { request.principal.time = now }
    let tags = fixture.session.map { sessions.tags(of: $0, at: now) }
    request.possibleTags = tags?.possible ?? []
    var writer = JSONWriter()
    withEngine { $0.engine.explain(request, tags?.certain ?? []) }.write(to: &writer)
    return writer.bytes
  }

  private func fixture(_ text: UnsafeBufferPointer<UInt8>) throws(DecisionError) -> Fixture {
    var parser = FixtureParser()
    do throws(JSONError) {
      let fixture = try parser.fixture(text)
      // It is kept with the session's tags.
      if let name = fixture.session?.utf8, name.count > SessionTable.nameBytes {
        throw JSONError("`session` has \(name.count) bytes, of at most \(SessionTable.nameBytes); shorten it", at: 0)
      }
      return fixture
    } catch {
      throw .request(error)
    }
  }

  /// What `hpol eval` says of a fixture. One without a time is judged at `now`; the session that it names gets the tags
  /// that the outcome sets. Nil: there is no room for another session with tags, and nothing may pass.
  public func decide(_ fixture: Fixture, now: Int64) -> Outcome? {
    var request = JudgedRequest(fixture)
    if request.principal.time == nil { request.principal.time = now }
    guard let name = fixture.session else { return judge(request, []) }
    let tags = sessions.tags(of: name, at: now)
    request.possibleTags = tags.possible
    let outcome = judge(request, tags.certain)
    return sessions.add(outcome, to: name, at: now) ? outcome : nil
  }

  /// Judges a request, with memory where there is no more to it than a payload.
  private func judge(_ request: JudgedRequest, _ tags: [String]) -> Outcome {
    guard request.response == nil, request.missing.isEmpty, !request.isRecalled, request.protocol != .mcp,
      let time = request.principal.time
    else { return withEngine { $0.engine.judge(request, tags) } }
    var principal = request.principal
    principal.time = nil
    return withEngine { engine in
      let session = engine.session(of: principal, bind: bind)
      session.setTags(tags)
      let verdict = request.payload.bytes.withUnsafeBufferPointer {
        engine.judge(request.protocol, $0, in: session, at: time)
      }
      return engine.verdicts[verdict].outcome
    }
  }

  /// The plan of the masks that a verdict asks for.
  public func maskPlan(_ verdict: KnownVerdict) -> MaskPlan {
    withEngine { engine in
      engine.engine.policy === verdict.policy
        ? engine.engine.plan(verdict.outcome.masks)
        : MaskPlan(verdict.outcome.masks, detectors: verdict.policy.detector, key: maskKey)
    }
  }
}

/// Why there is no verdict; nothing may pass.
public enum DecisionError: Error, Sendable {
  /// The request is no fixture.
  case request(JSONError)
  /// There is no room for the tags of another session.
  case tooManySessions
  /// The request is redacted, or one of its session was, and nobody recorded how these tests came out.
  case notEvaluable([String])

  /// Lower case, no full stop.
  public var message: String {
    switch self {
    case .request(let error): "byte \(error.offset + 1): \(error.message)"
    case .tooManySessions: "\(SessionTable.sessionLimit) sessions have tags already; end those that are over"
    case .notEvaluable(let reasons):
      "the verdict cannot be known (\(reasons.joined(separator: "; "))); ask of the request itself, not of a redacted one"
    }
  }
}
