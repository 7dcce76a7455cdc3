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
}
