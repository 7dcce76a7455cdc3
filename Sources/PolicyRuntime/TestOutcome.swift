import PatternMatching
import PolicyBytecode

/// One of the values that a test compares with.
public enum TestValue: Hashable, Sendable {
  /// The number of a pattern in the bundle.
  case pattern(Int)
  /// The position among the test's integers, networks or time windows.
  case operand(Int)
  /// A pattern by its place in a list, which is not in the bundle.
  case listed(PatternList, Int)

  /// Whether it is met by a value that `facts` has in two ranges of entries, as for ``AtomEvaluator``.
  func isMet(
    _ atom: AtomRecord, _ facts: borrowing FactBuffer, shared: Range<Int>, own: Range<Int>,
    evaluator: inout AtomEvaluator, table: PatternTable, scratch: inout PatternScratch
  ) -> Bool {
    switch self {
    case .operand(let index):
      var one = atom
      one.operands = RecordRange(start: atom.operands.start + UInt32(index), count: 1)
      return evaluator.holds(one, facts, shared: shared, own: own, scratch: &scratch)
    case .pattern, .listed:
      for position in 0..<own.upperBound where shared.contains(position) || position >= own.lowerBound {
        let entry = facts.entries[position]
        guard entry.fact == atom.fact, entry.key == atom.key, !entry.isInline else { continue }
        if isMet(by: facts.bytes(entry), table, &scratch) { return true }
      }
      return false
    }
  }

  private func isMet(
    by text: UnsafeBufferPointer<UInt8>, _ table: PatternTable, _ scratch: inout PatternScratch
  ) -> Bool {
    switch self {
    case .operand: false
    case .pattern(let number): table.matches(UInt32(number), text, scratch: &scratch) == .matched
    case .listed(let list, let index): list.matches(index, text, scratch: &scratch)
    }
  }
}

/// How the tests of a policy came out for the operation judged last: what coverage and records of tests are made of.
extension Interpreter {
  /// Whether an atom holds for the operation judged last, in that phase; nil if a PCRE pattern could not be decided.
  public mutating func outcome(
    of atom: Int, _ number: Int, of batch: borrowing OperationBatch, in session: Session, _ phase: RulePhase
  ) -> Bool? {
    if session.isUndecided { return nil }
    if atom < Int(policy.bundle.meta.bindAtoms) {
      let residual = session.residual(batch.operations[number].protocol, phase)
      return residual.pointee.view.map { $0.pointee.bindBits[atom >> 6] >> UInt64(atom & 63) & 1 != 0 }
    }
    let isTrue = test(atom, number, batch)
    return isUndecided(atom) ? nil : isTrue
  }

  /// Whether the operation judged last has, among the values of an atom's fact, one that `value` of its test speaks of.
  public mutating func meets(
    _ value: TestValue, of atom: Int, _ number: Int, of batch: borrowing OperationBatch, in session: Session
  ) -> Bool {
    guard atom < Int(policy.bundle.meta.bindAtoms) else { return meets(value, atom, number, batch) }
    return meets(value, atom, boundFacts: session.boundFacts(batch.operations[number].protocol))
  }

  /// The truth of an atom for the operation judged last, for explanations: binding may have left out the rule that
  /// asks for it, so each of its patterns is tried by itself.
  mutating func test(_ atom: Int, _ number: Int, _ batch: borrowing OperationBatch) -> Bool {
    if atoms[atom].kind == AtomKind.matched.rawValue {
      for index in Int(policy.matcherStarts[atom])..<Int(policy.matcherStarts[atom + 1]) {
        let pattern = policy.bundle.matchers[Int(policy.matcherNumbers[index])].pattern
        if meets(.pattern(Int(pattern)), atom, number, batch) { return true }
      }
      return false
    }
    let operation = batch.operations[number]
    let holds = evaluate(atom, batch, Int(operation.firstEntry)..<Int(operation.endEntry))
    evaluator.isUndecided = false
    return holds
  }

  /// Whether an atom could not be decided for the operation judged last.
  func isUndecided(_ atom: Int) -> Bool { undecided.elements.contains(UInt32(atom)) }

  /// Whether the operation judged last has a value of an atom's fact that is `value`. Not for facts of the bind phase.
  mutating func meets(
    _ value: TestValue, _ atom: Int, _ number: Int, _ batch: borrowing OperationBatch
  ) -> Bool {
    let operation = batch.operations[number]
    let own = Int(operation.firstEntry)..<Int(operation.endEntry)
    let (record, table) = (atoms[atom], policy.table)
    if Self.momentFactSet.contains(rawValue: record.fact) {
      let all = 0..<momentFacts.entries.count
      return value.isMet(
        record, momentFacts, shared: 0..<0, own: all, evaluator: &evaluator, table: table, scratch: &scratch)
    }
    return value.isMet(
      record, batch.facts, shared: 0..<batch.commonEnd, own: own, evaluator: &evaluator, table: table,
      scratch: &scratch)
  }

  /// Like ``meets(_:_:_:_:)`` for the facts that binding knows.
  mutating func meets(_ value: TestValue, _ atom: Int, boundFacts: borrowing FactBuffer) -> Bool {
    value.isMet(
      atoms[atom], boundFacts, shared: 0..<0, own: 0..<boundFacts.entries.count, evaluator: &evaluator,
      table: policy.table, scratch: &scratch)
  }

  /// Where a pattern matches a text.
  mutating func span(of pattern: UInt32, in text: String) -> Range<Int>? {
    policy.table.span(pattern, in: Array(text.utf8), scratch: &scratch)
  }
}
