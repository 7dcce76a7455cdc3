import PatternMatching
import PolicyBytecode
import PolicyCompiler
import PolicySyntax
import TestSupport
import Testing

@testable import PolicyRuntime

/// What tests of the interpreter are done with: a policy compiled and loaded as a program would.
final class Subject {
  let bundle: [UInt8]
  let loaded: LoadedPolicy
  var interpreter: Interpreter
  /// Knows every other group by its number.
  let whole: WholePolicy
  private var batch = OperationBatch()

  init(_ policy: CheckedPolicy) throws {
    bundle = try compileBundle(policy, .tests).get()
    loaded = try LoadedPolicy(Bundle(bundle))
    interpreter = Interpreter(loaded)
    whole = WholePolicy(
      loaded, groups: PolicyGenerator.groups.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element))
  }

  /// A session of `principal` that has `tags`.
  func session(_ principal: Principal, tags: Set<String> = []) -> Session {
    let session = Session(loaded, SessionFacts(principal))
    session.tags = tags.sorted()
    return session
  }

  func judge(
    _ request: ReferenceRequest, in session: Session, time: Int64? = nil, clock: Int64 = 0
  ) -> RequestVerdict {
    request.write(to: &batch, keys: loaded.keys)
    interpreter.begin(session, at: Moment(time: time, clock: clock))
    let verdicts = (0..<batch.count).map { interpreter.judge($0, of: batch, in: session) }
    guard request.response != nil else {
      let combined = interpreter.combine(verdicts)
      if verdicts.count == 1 { expectSameAlone(verdicts[0], in: session, Moment(time: time, clock: clock)) }
      return combined
    }
    interpreter.beginResponse { request.writeResponse(to: &$0) }
    return interpreter.combine(
      verdicts, response: (0..<batch.count).map { interpreter.judge($0, of: batch, in: session, .response) })
  }

  /// Judges the one operation of the batch in one call, which must say the same.
  private func expectSameAlone(_ verdict: OperationVerdict, in session: Session, _ moment: Moment) {
    let expected = told(verdict)
    let found = told(interpreter.judgeAlone(0, of: batch, in: session, at: moment))
    #expect(found == expected)
  }

  /// All that a verdict says, and the rules that apply.
  private func told(_ verdict: OperationVerdict) -> [Int] {
    let flags = [verdict.isByRule, verdict.limitReached, verdict.needsUnparsedTest].map { $0 ? 1 : 0 }
    let rules = (Int(verdict.firstFired)..<Int(verdict.endFired)).map { Int(interpreter.fired[$0]) }
    return [Int(verdict.decision.rawValue), Int(verdict.record.rawValue)] + flags + rules
  }

  /// The same without a session.
  func judge(
    _ request: ReferenceRequest, by principal: Principal, tags: Set<String>, time: Int64? = nil, clock: Int64 = 0
  ) -> RequestVerdict {
    request.write(to: &batch, keys: loaded.keys)
    interpreter.begin(whole, at: Moment(time: time, clock: clock), tags: tags.sorted())
    tellWhoAsks(principal)
    let verdicts = (0..<batch.count).map { interpreter.judge($0, of: batch, in: whole) }
    guard request.response != nil else { return interpreter.combine(verdicts) }
    interpreter.beginResponse { request.writeResponse(to: &$0) }
    return interpreter.combine(
      verdicts, response: (0..<batch.count).map { interpreter.judge($0, of: batch, in: whole, .response) })
  }

  private func tellWhoAsks(_ principal: Principal) {
    for group in principal.groups {
      if let number = whole.number(ofGroup: group) {
        interpreter.asker.add(group: number)
      } else {
        interpreter.asker.add(.group, group)
      }
    }
    let facts = SessionFacts(principal)
    for (fact, value) in [
      (Fact.user, facts.user), (.actor, facts.actor), (.client, facts.client), (.target, facts.target),
    ] {
      if let value { interpreter.asker.add(fact, value) }
    }
    if let source = facts.source { source.withUnsafeBufferPointer { interpreter.asker.add(.source, $0) } }
    for (number, key) in loaded.keys.enumerated() {
      let pairs = key.fact == .claim ? facts.claims : key.fact == .label ? facts.labels : []
      for pair in pairs where pair.key == key.key {
        interpreter.asker.add(key.fact, key: UInt16(number + 1), pair.value)
      }
    }
  }
}

extension SessionFacts {
  init(_ principal: Principal) {
    self.init()
    user = principal.user
    groups = principal.groups
    actor = principal.actor
    client = principal.client
    claims = principal.claims.map { Pair($0[0], $0[1]) }
    target = principal.target
    labels = principal.labels.map { Pair($0[0], $0[1]) }
    source = principal.source.flatMap(addressBytes)
  }
}

extension ReferenceVerdict {
  /// The interpreter's verdict in the reference's terms.
  init(_ verdict: RequestVerdict) {
    self.init()
    decision = verdict.decision
    rules = verdict.rules
    message = verdict.message
    approvals = verdict.approvals.map {
      Approval(
        groups: $0.groups, count: UInt32($0.count), within: $0.within.map(UInt32.init), question: $0.question)
    }
    for mask in verdict.masks { masks[MaskSubject(mask.subject)] = MaskHow(mask.treatment) }
    record = verdict.record
    tags = Set(verdict.tags)
    observed = verdict.observed
    isWithheld = verdict.isWithheld
  }
}

extension MaskSubject {
  fileprivate init(_ subject: MaskObligation.Subject) {
    self =
      switch subject {
      case .detector(let name): .detector(name)
      case .column(let globs): .column(globs)
      case .json(let path): .json(path)
      case .header(let globs): .header(globs)
      case .regex(let source): .regex(source)
      }
  }
}

extension MaskHow {
  fileprivate init(_ treatment: MaskObligation.Treatment) {
    self =
      switch treatment {
      case .redact: .redact
      case .hash: .hash
      case .with(let text): .with(text)
      case .keepFirst(let count): .keepFirst(UInt32(count))
      case .keepLast(let count): .keepLast(UInt32(count))
      }
  }
}
