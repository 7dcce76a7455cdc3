// The names are those of hpol.h.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import HpolHeader
import JSONText
import PolicyBytecode
import PolicyEngine

@c @implementation
public func hpol_judge_arrow(
  _ policy: OpaquePointer?, _ sessions: UnsafePointer<OpaquePointer?>?, _ sessionCount: Int,
  _ protocol: hpol_protocol, _ schema: UnsafePointer<ArrowSchema>?, _ rows: UnsafePointer<ArrowArray>?,
  _ resultSchema: UnsafeMutablePointer<ArrowSchema>?, _ result: UnsafeMutablePointer<ArrowArray>?,
  _ error: UnsafeMutablePointer<hpol_error>?
) -> hpol_status {
  attempt(error) { () throws(CallError) in
    let policy = try object(policy, "policy", as: PolicyHandle.self)
    guard let resultSchema else { throw .null("result_schema") }
    guard let result else { throw .null("result") }
    let batch = try ArrowBatch(schema, rows)
    guard sessionCount >= 0, sessionCount <= ArrowBatch.rowLimit else {
      throw .argument("`session_count` is out of range")
    }
    var handles: [SessionHandle] = []
    for index in 0..<sessionCount {
      let handle = try object(sessions?[index], "sessions[…]", as: SessionHandle.self)
      guard handle.policy === policy else { throw .argument("a session is of another policy") }
      handles.append(handle)
    }
    let requests = try ArrowRequests(batch, handles.map(\.session), `protocol`)
    let verdicts = try policy.point.withEngine { (engine) throws(CallError) in
      try requests.judge(by: engine, at: policy.point)
    }
    result.initialize(to: verdicts.array(rules: policy.arrowNames.names(of: verdicts.generation)))
    resultSchema.initialize(to: ArrowVerdicts.schema)
  }
}

/// The requests that the rows of a batch are.
private struct ArrowRequests {
  let count: Int
  let commands: ArrowBatch.Texts
  /// Of the values of `protocolColumn`, or one for all rows.
  let protocols: [OperationProtocol]
  let protocolColumn: ArrowBatch.Texts?
  let principals: ArrowBatch.Texts?
  let sessions: [BoundSession]
  let sessionColumn: [Int32]?
  let times: [Int64]?

  init(_ batch: ArrowBatch, _ sessions: [BoundSession], _ fallback: hpol_protocol) throws(CallError) {
    count = batch.count
    guard let commands = try batch.texts("command") else { throw .column("there is no column `command`") }
    self.commands = commands
    protocolColumn = try batch.texts("protocol")
    if let column = protocolColumn {
      var known: [OperationProtocol] = []
      for number in 0..<column.valueCount { known.append(try Self.wire(named: column.value(number))) }
      protocols = known
    } else {
      protocols = [try protocolNumbered(fallback)]
    }
    principals = try batch.texts("principal")
    sessionColumn = try batch.indices("session", below: sessions.count)
    guard principals == nil || sessionColumn == nil else {
      throw .column("`principal` and `session` exclude each other")
    }
    guard principals != nil || !sessions.isEmpty || count == 0 else {
      throw .column("there is neither a column `principal` nor a session")
    }
    self.sessions = sessions
    times = try batch.seconds("time")
  }

  private static func wire(named name: UnsafeBufferPointer<UInt8>) throws(CallError) -> OperationProtocol {
    for wire in OperationProtocol.allCases {
      let word = wire.word
      if word.utf8CodeUnitCount == name.count, (0..<name.count).allSatisfy({ word.utf8Start[$0] == name[$0] }) {
        return wire
      }
    }
    throw .column("`\(String(decoding: name, as: UTF8.self))` is no protocol")
  }

  func judge(by engine: RememberingEngine, at point: DecisionPoint) throws(CallError) -> ArrowVerdicts {
    // Whatever is wrong is found before a verdict sets tags.
    let bound = try bindPrincipals(engine, point)
    let verdicts = ArrowVerdicts(count: count, generation: engine.generation)
    let now = moment(0)
    for row in 0..<count {
      let session: BoundSession
      if let principals {
        session = bound[principals.number(row)]
      } else {
        session = sessions[sessionColumn.map { Int($0[row]) } ?? 0]
      }
      let verdict = engine.judge(
        protocolColumn.map { protocols[$0.number(row)] } ?? protocols[0], commands.value(commands.number(row)),
        in: session, at: times?[row] ?? now)
      let brief = engine.brief(verdict)
      verdicts.set(row, brief)
      if brief.setsTags, principals == nil { session.add(engine.verdicts[verdict].outcome.tags) }
    }
    return verdicts
  }

  /// The sessions of the values of `principal`.
  private func bindPrincipals(
    _ engine: RememberingEngine, _ point: DecisionPoint
  ) throws(CallError) -> [BoundSession] {
    guard let principals else { return [] }
    var bound: [BoundSession] = []
    bound.reserveCapacity(principals.valueCount)
    for number in 0..<principals.valueCount {
      do throws(JSONError) {
        bound.append(try engine.session(of: principals.value(number)) { point.bind($0) })
      } catch {
        throw .json("principal \(number)", error)
      }
    }
    return bound
  }
}

/// The columns `decision` and `rule` of a result.
private final class ArrowVerdicts {
  let generation: PolicyGeneration
  private let count: Int
  private let decisionMemory: ArrowMemory
  private let ruleMemory: ArrowMemory
  private let validityMemory: ArrowMemory
  private let decisions: UnsafeMutablePointer<Int8>
  private let rules: UnsafeMutablePointer<Int32>
  private let validity: UnsafeMutablePointer<UInt8>
  private var nulls = 0

  init(count: Int, generation: PolicyGeneration) {
    self.count = count
    self.generation = generation
    decisionMemory = ArrowMemory(byteCount: count)
    ruleMemory = ArrowMemory(byteCount: count * MemoryLayout<Int32>.size)
    validityMemory = ArrowMemory(byteCount: (count + 7) / 8)
    decisions = decisionMemory.start.assumingMemoryBound(to: Int8.self)
    rules = ruleMemory.start.assumingMemoryBound(to: Int32.self)
    validity = validityMemory.start.assumingMemoryBound(to: UInt8.self)
    validity.update(repeating: 0, count: (count + 7) / 8)
  }

  @inline(__always)
  func set(_ row: Int, _ verdict: VerdictBrief) {
    decisions[row] = Int8(bitPattern: verdict.decision.rawValue)
    rules[row] = max(verdict.rule, 0)
    if verdict.rule < 0 { nulls += 1 } else { validity[row >> 3] |= 1 << UInt8(row & 7) }
  }

  func array(rules names: ArrowTexts) -> ArrowArray {
    arrowArray(
      count: count, buffers: [nil],
      children: [
        arrowArray(count: count, buffers: [nil, decisionMemory], dictionary: decisionNames.array),
        arrowArray(count: count, nulls: nulls, buffers: [validityMemory, ruleMemory], dictionary: names.array),
      ])
  }

  static var schema: ArrowSchema {
    arrowSchema(
      "+s",
      children: [
        arrowSchema("c", name: "decision", dictionary: arrowSchema("u")),
        arrowSchema("i", name: "rule", isNullable: true, dictionary: arrowSchema("u")),
      ])
  }
}
