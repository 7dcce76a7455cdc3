import PolicyBytecode

extension Interpreter {
  /// Whether an operation of which only the facts in `known` are as in `batch` could ever be passed on, approved or
  /// not: what else is asked about it may be either way. False is certain; true may err where tests contradict each
  /// other. After ``begin(_:at:)`` or ``beginBatch()``.
  ///
  /// It is how a tool that its caller may never use is told from one that depends on the arguments.
  public mutating func canPass(
    _ number: Int, of batch: borrowing OperationBatch, knowing known: FactSet, in session: Session
  ) -> Bool {
    let bundle = policy.bundle
    let operation = batch.operations[number]
    _ = judge(number, of: batch, in: session)
    let bits = session.outcomes(operation.protocol)
    let mask = UInt32(ProtocolSet(operation.protocol).rawValue)
    let either = RecalledTruth(facts: FactSet(Self.operationFacts.filter { !known.contains($0) }))
    var unknown: Set<Int> = []
    var isLifted = bundle.meta.decision(operation.protocol) != Decision.block.rawValue
    for rule in bundle.rules where rule.protocols & mask != 0 && !rule.isOnResponse && !rule.isObserved {
      guard rule.decision != 0 else { continue }
      let bind = ends(rule.bindGraph, bits, recalling: either, number, of: batch, unknown: &unknown)
      let judged = ends(rule.judgeGraph, bits, recalling: either, number, of: batch, unknown: &unknown)
      let applies = bind.both(judged)
      if rule.decision == 1 + Decision.block.rawValue {
        if !applies.canFail { return false }
      } else if applies.canHold {
        isLifted = true
      }
    }
    return isLifted
  }

  private static let operationFacts = Fact.allCases.filter { $0.schema.phase == .operation }
}
