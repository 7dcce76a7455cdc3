import Glibc
import Operations
import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime

/// Judges the requests of a recording under one policy, one thread's share of them.
///
/// It is the engine of every other verb; what it adds is memory. A payload that comes again is decoded once, a payload
/// of an identity that comes again is judged once where nothing else decides, and the verdict of operations is made
/// words once for all requests on which the same rules applied in the same way.
///
/// One thread uses it and nothing that it calls comes back to it, so what changes with each request is not checked for
/// exclusive access while running: the checks took a tenth of a replay.
final class PolicyJudge {
  /// Bytes of decoded payloads that are kept.
  static let decodedBytes = 24 << 20
  /// Distinct verdicts that are kept.
  static let outcomeLimit = 1 << 14

  let engine: Engine
  /// Distinct verdicts so far; a request is judged to be one of them.
  @exclusivity(unchecked) private(set) var outcomes: [Outcome] = []
  /// Called before the numbers of ``outcomes`` lose their meaning.
  var willForget: () -> Void = {}
  /// The nanoseconds that the last request took to decode and judge; nil if it was not judged anew.
  @exclusivity(unchecked) private(set) var nanoseconds: Int?

  @exclusivity(unchecked) private var tags = SessionTags()
  @exclusivity(unchecked) private var sessions: [Session?] = []
  @exclusivity(unchecked) private var decoded: [DecodedPayload?] = []
  @exclusivity(unchecked) private var decodedSize = 0
  @exclusivity(unchecked) private var known = NumberTable(capacity: 1 << 19)
  @exclusivity(unchecked) private var signatures = ByteKeyTable(
    entryLimit: outcomeLimit, byteLimit: RecordedTraffic.keyBytes)
  @exclusivity(unchecked) private var outcomeOfSignature: [Int] = []
  @exclusivity(unchecked) private var signature = VerdictSignature()
  @exclusivity(unchecked) private var verdicts: [OperationVerdict] = []
  private let asksTime: Bool
  private let asksTags: Bool

  init(_ engine: Engine) {
    self.engine = engine
    let demand = engine.policy.demand
    asksTime = demand.contains(.time)
    asksTags = demand.contains(.session)
  }

  /// What verdicts of the policy depend on besides the payload, the identity and the time.
  static func needs(_ policy: LoadedPolicy) -> TrafficNeeds {
    let demand = policy.demand
    return TrafficNeeds(
      tags: demand.contains(.session), tools: demand.contains(.mcpDestructive) || demand.contains(.mcpChanged),
      responses: policy.hasResponseRules)
  }

  /// Forgets all that was numbered by the traffic.
  func forgetTraffic() {
    sessions.removeAll()
    decoded.removeAll()
    decodedSize = 0
    known.removeAll()
  }

  /// The number in ``outcomes`` of what becomes of a request, read last from `traffic`. Of a request that names its
  /// session the tags are kept for the next.
  func judge(_ request: RecordedRequest, of traffic: RecordedTraffic) -> Int {
    let number = judge(
      request, of: traffic, tags.tags(of: request.session), possible: tags.possibleTags(of: request.session))
    if let session = request.session { tags.add(outcomes[number], to: session) }
    return number
  }

  private func judge(
    _ request: RecordedRequest, of traffic: RecordedTraffic, _ tags: [String], possible: [String]
  ) -> Int {
    nanoseconds = nil
    let isRemembered =
      request.statement >= 0 && request.fixture == nil && !asksTime && tags.isEmpty && possible.isEmpty
    if isRemembered {
      let number = known.find(request.identity, request.statement)
      if number >= 0 { return number }
    }
    if outcomes.count >= Self.outcomeLimit { forgetOutcomes() }
    let start = Self.now()
    let number: Int
    if var whole = request.fixture.map(JudgedRequest.init) ?? (possible.isEmpty ? nil : whole(request, of: traffic)) {
      whole.possibleTags = possible
      number = judgeWhole(whole, tags)
    } else {
      number = judgePayload(request, of: traffic, tags)
    }
    nanoseconds = Self.now() - start
    if isRemembered { known.insert(request.identity, request.statement, number) }
    return number
  }

  /// A request of which the payload alone was looked at, with all it holds.
  private func whole(_ request: RecordedRequest, of traffic: RecordedTraffic) -> JudgedRequest {
    var principal = traffic.identities[request.identity]
    principal.time = request.time
    return JudgedRequest(
      principal: principal, protocol: request.protocol, payload: .text(traffic.payloadBytes()))
  }

  private func forgetOutcomes() {
    willForget()
    outcomes.removeAll()
    signatures.removeAll()
    outcomeOfSignature.removeAll()
    known.removeAll()
  }

  private static func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  /// What the engine says of a request with all it holds.
  private func judgeWhole(_ request: JudgedRequest, _ tags: [String]) -> Int {
    var outcome = engine.judge(request, tags)
    outcome.response = nil
    signature.write(outcome.signatureTexts)
    return number { outcome }
  }

  private func judgePayload(_ request: RecordedRequest, of traffic: RecordedTraffic, _ tags: [String]) -> Int {
    let session = session(request.identity, of: traffic)
    if asksTags { session.tags = tags }
    engine.interpreter.begin(session, at: Moment(time: request.time, clock: engine.clock))
    verdicts.removeAll(keepingCapacity: true)
    if let payload = decodedPayload(request, of: traffic) {
      for number in 0..<payload.batch.count {
        verdicts.append(engine.judge(number, of: payload.batch, in: session))
      }
    } else {
      for number in 0..<engine.context.batch.count { verdicts.append(engine.judge(number, in: session)) }
    }
    signature.write(verdicts, fired: engine.interpreter.fired)
    return number { Outcome(engine.interpreter.combine(verdicts)) }
  }

  /// The facts of a payload that comes again; nil: they stand in the engine's batch.
  private func decodedPayload(_ request: RecordedRequest, of traffic: RecordedTraffic) -> DecodedPayload? {
    let statement = request.statement
    if statement >= 0, statement < decoded.count, let known = decoded[statement] { return known }
    engine.context.decode(request.protocol, traffic.payloadBytes())
    let size = engine.context.batch.byteCount
    guard statement >= 0, decodedSize + size <= Self.decodedBytes else { return nil }
    while decoded.count <= statement { decoded.append(nil) }
    let payload = DecodedPayload(engine.context.batch)
    decoded[statement] = payload
    decodedSize += size
    return payload
  }

  private func session(_ identity: Int, of traffic: RecordedTraffic) -> Session {
    if identity < sessions.count, let session = sessions[identity] { return session }
    while sessions.count <= identity { sessions.append(nil) }
    let session = Session(engine.policy, SessionFacts(traffic.identities[identity]))
    sessions[identity] = session
    return session
  }

  /// The number of the outcome whose signature is at hand.
  private func number(_ make: () -> Outcome) -> Int {
    let hash = KeyHash.of(signature.bytes)
    let known = signatures.find(signature.bytes, hash)
    if known >= 0 { return outcomeOfSignature[known] }
    outcomes.append(make())
    if !signatures.isFull(adding: signature.bytes.count), signatures.insert(signature.bytes, hash) >= 0 {
      outcomeOfSignature.append(outcomes.count - 1)
    }
    return outcomes.count - 1
  }
}

extension Outcome {
  /// Texts of which two outcomes have the same only if they are the same but for their responses.
  fileprivate var signatureTexts: [String] {
    var texts = [decision.word, record.word, message ?? "", String(operations), String(lacksResponse)]
    for list in [
      rules, tags, observed, notEvaluable, approvals.map(\.policyText), masks.map { "\($0)" }, applied.map(String.init),
      possibleRules, possibleTags,
    ] {
      texts.append(String(list.count))
      texts += list
    }
    return texts
  }
}
