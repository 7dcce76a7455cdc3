import JSONText
import Operations
import PolicyBytecode
import PolicyRuntime

/// The least that is to be known of a verdict.
public struct VerdictBrief: BitwiseCopyable, Sendable {
  public var decision: Decision
  /// It sets tags on the session.
  public var setsTags: Bool
  /// The number of the first rule by name that decided, or -1.
  public var rule: Int32
}

/// An engine with memory, one thread's at a time: a payload that comes again is decoded once, and judged once for a
/// session where nothing else decides; a verdict is made words once for all requests that get it.
///
/// All that it remembers is bounded. ``DecisionPoint`` hands it out to one thread and takes it back, which makes it safe to
/// pass between threads. Nothing that it calls comes back to it, so what changes with each request is not checked for
/// exclusive access while running.
public final class RememberingEngine: @unchecked Sendable {
  /// Distinct verdicts that are kept.
  static let verdictLimit = 1 << 12
  /// Bytes of the verdicts' signatures.
  static let signatureBytes = 1 << 20
  /// Places for what is known of a session's payload.
  static let knownPlaces = 1 << 17
  /// Identities that are kept bound, and the bytes of their texts.
  static let identityLimit = 1 << 12
  static let identityBytes = 1 << 20
  /// A buffer that grew past it is not kept.
  static let bufferBytes = 1 << 20

  public let generation: PolicyGeneration
  let engine: Engine
  /// Distinct verdicts so far; a payload is judged to be one of them.
  @exclusivity(unchecked) public private(set) var verdicts: [KnownVerdict] = []
  @exclusivity(unchecked) private var briefs = RawBuffer<VerdictBrief>()

  @exclusivity(unchecked) private var statements = StatementMemory()
  @exclusivity(unchecked) private var known = NumberTable(capacity: knownPlaces)
  @exclusivity(unchecked) private var signature = VerdictSignature()
  @exclusivity(unchecked) private var signatures = ByteKeyTable(entryLimit: verdictLimit, byteLimit: signatureBytes)
  @exclusivity(unchecked) private var verdictOfSignature: [Int] = []
  @exclusivity(unchecked) private var identities = ByteKeyTable(entryLimit: identityLimit, byteLimit: identityBytes)
  @exclusivity(unchecked) private var boundIdentities: [BoundSession] = []
  private var principals: [Principal: BoundSession] = [:]
  @exclusivity(unchecked) private var operations: [OperationVerdict] = []
  @exclusivity(unchecked) private var buffer: [UInt8] = []
  private let asksTags: Bool
  /// Only an MCP payload may hold MCP, whose facts depend on the target and on what it said of its tools.
  private let remembers: Bool

  init(_ generation: PolicyGeneration, _ engine: Engine) {
    self.generation = generation
    self.engine = engine
    let demand = engine.policy.demand
    asksTags = demand.contains(.session)
    remembers = !demand.decodes.contains { $0.inner == .mcp }
  }

  /// The least that is to be known of a verdict, for who asks about very many.
  @inline(__always)
  public func brief(_ verdict: Int) -> VerdictBrief { briefs[verdict] }

  /// The session of a principal, for requests that bring their tags with them.
  func session(of principal: Principal, bind: (Principal) -> BoundSession) -> BoundSession {
    if let known = principals[principal] { return known }
    if principals.count >= Self.identityLimit { principals.removeAll(keepingCapacity: true) }
    let session = bind(principal)
    principals[principal] = session
    return session
  }

  /// The session of an identity that is given as text, for requests each judged for itself: it is never given tags.
  /// `bind` is asked for one that was not seen before.
  public func session(
    of identity: UnsafeBufferPointer<UInt8>, bind: (Principal) -> BoundSession
  ) throws(JSONError) -> BoundSession {
    let hash = KeyHash.of(identity)
    let found = identities.find(identity, hash)
    if found >= 0 { return boundIdentities[found] }
    var parser = FixtureParser()
    let session = bind(try parser.identity(identity))
    if identities.isFull(adding: identity.count) {
      identities.removeAll()
      boundIdentities.removeAll(keepingCapacity: true)
    }
    if !identities.isFull(adding: identity.count), identities.insert(identity, hash) >= 0 {
      boundIdentities.append(session)
    }
    return session
  }

  /// The number in ``verdicts`` of what becomes of a payload. The session's tags stay as they are.
  public func judge(
    _ wire: OperationProtocol, _ payload: UnsafeBufferPointer<UInt8>, in session: BoundSession, at time: Int64
  ) -> Int {
    if statements.isFull {
      statements.removeAll()
      known.removeAll()
    }
    let statement = remembers && wire != .mcp ? statements.number(of: payload, wire) : StatementMemory.none
    if statement >= 0, !asksTags || session.tags.isEmpty, let number = session.number {
      let verdict = known.find(number, statement)
      if verdict >= 0 { return verdict }
      let judged = judge(wire, payload, statement, in: session, at: time)
      if !engine.interpreter.hasAskedTime { known.insert(number, statement, judged) }
      return judged
    }
    return judge(wire, payload, statement, in: session, at: time)
  }

  private func judge(
    _ wire: OperationProtocol, _ payload: UnsafeBufferPointer<UInt8>, _ statement: Int, in bound: BoundSession,
    at time: Int64
  ) -> Int {
    if verdicts.count >= Self.verdictLimit { forgetVerdicts() }
    let session = bound.session(under: generation)
    operations.removeAll(keepingCapacity: true)
    engine.interpreter.begin(session, at: Moment(time: time, clock: time))
    var asksResponse = wire == .mcp
    if let facts = statements.facts(of: statement) {
      judge(facts.batch, in: session, &asksResponse)
    } else {
      decode(wire, payload, bound.principal)
      statements.keep(engine.context.batch, of: statement)
      judge(engine.context.batch, in: session, &asksResponse)
    }
    signature.write(operations, fired: engine.interpreter.fired, asksResponse: asksResponse)
    return number {
      KnownVerdict(
        $0, by: generation.policy, asksResponse: asksResponse, rule: $0.rules.first.flatMap(generation.number))
    }
  }

  private func judge(_ batch: borrowing OperationBatch, in session: Session, _ asksResponse: inout Bool) {
    for number in 0..<batch.count {
      operations.append(engine.judge(number, of: batch, in: session))
      if engine.hasResponseRules, !asksResponse {
        asksResponse = session.hasLiveRules(batch.operations[number].protocol, .response)
      }
    }
  }

  private func decode(_ wire: OperationProtocol, _ payload: UnsafeBufferPointer<UInt8>, _ principal: Principal) {
    if wire == .mcp || !remembers { engine.prepare(&engine.context, target: principal.target ?? "") }
    // What is too large is told from its first bytes.
    buffer.append(
      contentsOf: UnsafeBufferPointer(rebasing: payload.prefix(DecodeLimits.payloadBytes + 1)))
    engine.context.decode(wire, buffer)
    buffer.removeAll(keepingCapacity: buffer.count <= Self.bufferBytes)
  }

  /// The number of the verdict whose signature is at hand.
  private func number(_ make: (Outcome) -> KnownVerdict) -> Int {
    let hash = KeyHash.of(signature.bytes)
    let found = signatures.find(signature.bytes, hash)
    if found >= 0 { return verdictOfSignature[found] }
    let verdict = make(Outcome(engine.interpreter.combine(operations)))
    verdicts.append(verdict)
    briefs.append(
      VerdictBrief(
        decision: verdict.outcome.decision, setsTags: !verdict.outcome.tags.isEmpty,
        rule: verdict.rule.map(Int32.init) ?? -1))
    if !signatures.isFull(adding: signature.bytes.count), signatures.insert(signature.bytes, hash) >= 0 {
      verdictOfSignature.append(verdicts.count - 1)
    }
    return verdicts.count - 1
  }

  private func forgetVerdicts() {
    verdicts.removeAll(keepingCapacity: true)
    briefs.removeAll()
    signatures.removeAll()
    verdictOfSignature.removeAll(keepingCapacity: true)
    known.removeAll()
  }
}
