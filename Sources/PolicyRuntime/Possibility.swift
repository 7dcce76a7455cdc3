import PolicyBytecode

extension Interpreter {
  /// Whether an operation of which only the facts in `known` are as in `batch` could ever be passed on, approved or
  /// not: what else is asked about it may be either way. False is certain; true may err where tests contradict each
  /// other. After ``begin(_:at:)``.
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
    var isLifted = bundle.meta.decision(operation.protocol) != Decision.block.rawValue
    for rule in bundle.rules where rule.protocols & mask != 0 && !rule.isOnResponse && !rule.isObserved {
      guard rule.decision != 0 else { continue }
      let bind = outcomes(rule.bindGraph, bits, known, number, batch)
      let judged = outcomes(rule.judgeGraph, bits, known, number, batch)
      let canApply = bind.canHold && judged.canHold
      let mustApply = !bind.canFail && !judged.canFail
      if rule.decision == 1 + Decision.block.rawValue {
        if mustApply { return false }
      } else if canApply {
        isLifted = true
      }
    }
    return isLifted
  }

  private func isKnown(_ atom: Int, _ known: FactSet) -> Bool {
    let fact = policy.bundle.atoms[atom].fact
    return known.contains(rawValue: fact) || Self.momentFactSet.contains(rawValue: fact) || fact == Fact.time.rawValue
  }

  /// The ends that a walk through a graph can come to, trying both ways of a test on what is not known. A node is
  /// visited once: steps go forward, so one pass in their order finds all that can be reached.
  private mutating func outcomes(
    _ graph: RecordRange, _ bits: [UInt64], _ known: FactSet, _ number: Int, _ batch: borrowing OperationBatch
  ) -> (canHold: Bool, canFail: Bool) {
    if graph.count == 0 { return (true, false) }
    var isReached = [Bool](repeating: false, count: Int(graph.count))
    isReached[0] = true
    var canHold = false
    var canFail = false
    for offset in 0..<Int(graph.count) where isReached[offset] {
      let word = policy.bundle.code[Int(graph.start) + offset]
      var steps = [word.whenTrue, word.whenFalse]
      if word.operation == GraphWord.Operation.bound.rawValue {
        steps = [bits[word.atom >> 6] >> UInt64(word.atom & 63) & 1 != 0 ? word.whenTrue : word.whenFalse]
      } else if isKnown(word.atom, known) {
        steps = [test(word.atom, number, batch) ? word.whenTrue : word.whenFalse]
      }
      for step in steps {
        switch step {
        case GraphWord.no: canFail = true
        case GraphWord.yes: canHold = true
        default: isReached[offset + Int(step)] = true
        }
      }
    }
    return (canHold, canFail)
  }
}
