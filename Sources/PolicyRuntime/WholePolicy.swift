import PatternMatching
import PolicyBytecode

/// A policy ready to judge requests that come one by one, each from someone else: nothing is bound.
///
/// For each protocol there is one index of the patterns of all rules. Groups have numbers, and every rule a *gate*: the bits
/// of ``Asker/groups`` without one of which its bind graph cannot hold. The search passes over what no
/// rule that is open to the asker asks for; of the rules it wakes, the bind graphs are walked.
///
/// Immutable after `init`; shared between threads. Invariant: `gates` has a word a rule; `sets` has ``wordCount`` words for
/// each atom of the bind phase, the groups that make it true.
public final class WholePolicy: @unchecked Sendable {
  public let policy: LoadedPolicy
  private let numbers: [String: Int]
  /// Words of a set of groups.
  @usableFromInline let wordCount: Int
  /// A PCRE pattern could not be decided on these groups: nothing of theirs may pass.
  let undecided: [UInt64]
  /// Atoms of the bind phase that PCRE decides. They are tried before all else, as binding does: one that cannot be
  /// decided blocks.
  let lazyAtoms: [UInt32]
  /// Whether there are any of these.
  let canBeUndecided: Bool
  let sets: UnsafePointer<UInt64>
  private let gates: UnsafePointer<UInt64>
  /// Two a protocol, see ``RulePhase``.
  private let residuals: [Residual]
  private let slots: UnsafeMutablePointer<ResidualSlot>

  /// Prepares `policy` for askers of these groups: all that a directory knows, or all that the policy is to see. A group
  /// that is not among them is to be added by its name.
  public init(_ policy: LoadedPolicy, groups names: [String]) {
    self.policy = policy
    let bundle = policy.bundle
    let bindAtoms = Int(bundle.meta.bindAtoms)
    var numbers: [String: Int] = [:]
    for name in names where numbers[name] == nil { numbers[name] = numbers.count }
    self.numbers = numbers
    wordCount = max((numbers.count + 63) / 64, 1)
    var undecided = [UInt64](repeating: 0, count: wordCount)

    // A group's atoms are found as binding does.
    let sets = UnsafeMutablePointer<UInt64>.allocate(capacity: max(bindAtoms * wordCount, 1))
    sets.initialize(repeating: 0, count: bindAtoms * wordCount)
    var facts = SessionFacts()
    for (name, number) in numbers {
      facts.groups = [name]
      let outcomes = BindOutcomes(policy, facts)
      let bit: UInt64 = 1 << UInt64(number & 63)
      if outcomes.isUndecided { undecided[number >> 6] |= bit }
      for atom in 0..<bindAtoms
      where bundle.atoms[atom].fact == Fact.group.rawValue && outcomes.bits[atom >> 6] >> UInt64(atom & 63) & 1 != 0 {
        sets[atom * wordCount + number >> 6] |= bit
      }
    }
    self.sets = UnsafePointer(sets)
    self.undecided = undecided
    lazyAtoms = policy.lazyBindAtoms.filter { atom in
      let kind = bundle.atoms[Int(atom)].kind
      return kind == AtomKind.matchesLazily.rawValue || kind == AtomKind.allMatch.rawValue
    }
    canBeUndecided = !lazyAtoms.isEmpty || undecided.contains { $0 != 0 }

    let gates = UnsafeMutablePointer<UInt64>.allocate(capacity: max(bundle.rules.count, 1))
    for (number, rule) in bundle.rules.enumerated() {
      (gates + number).initialize(to: Self.gate(of: rule.bindGraph, bundle, sets, wordCount))
    }
    self.gates = UnsafePointer(gates)
    var residuals: [Residual] = []
    for wire in OperationProtocol.allCases {
      let bits = BindOutcomes(policy, SessionFacts()).adding(wire, policy).bits
      for phase in [RulePhase.request, .response] {
        residuals.append(Residual(policy, bits: bits, protocol: wire, phase: phase, gates: self.gates))
      }
    }
    self.residuals = residuals
    slots = ResidualSlot.allocate(residuals.count)
    slots.update(from: residuals.map(\.slot), count: residuals.count)
  }

  deinit {
    slots.deallocate()
    sets.deallocate()
    gates.deallocate()
  }

  /// The number of a group; nil if it is not among those given.
  public func number(ofGroup name: String) -> Int? { numbers[name] }

  @inline(__always)
  func residual(_ protocol: OperationProtocol, _ phase: RulePhase) -> UnsafePointer<ResidualSlot> {
    UnsafePointer(slots + (Int(`protocol`.rawValue) << 1 | Int(phase.rawValue)))
  }

  /// The groups without one of which a bind graph cannot hold: where every way to `yes` passes a true test on groups,
  /// those that make one of the tests true that come first.
  private static func gate(
    of graph: RecordRange, _ bundle: Bundle, _ sets: UnsafePointer<UInt64>, _ wordCount: Int
  ) -> UInt64 {
    if graph.count == 0 { return .max }
    var gate = Asker.unnumbered
    var isReached = [Bool](repeating: false, count: Int(graph.count))
    isReached[0] = true
    // Edges go forward only, so that one pass sees each node after all that lead to it.
    for node in 0..<Int(graph.count) where isReached[node] {
      let word = bundle.code[Int(graph.start) + node]
      var steps = [word.whenTrue, word.whenFalse]
      if bundle.atoms[word.atom].fact == Fact.group.rawValue {
        for index in 0..<wordCount {
          var set = sets[word.atom * wordCount + index]
          while set != 0 {
            gate |= Asker.bit(of: index << 6 | set.trailingZeroBitCount)
            set &= set &- 1
          }
        }
        steps = [word.whenFalse]
      }
      for step in steps where step != GraphWord.no {
        if step == GraphWord.yes { return .max }
        isReached[node + Int(step)] = true
      }
    }
    return gate
  }
}

extension Interpreter {
  /// Begins a request that comes without a session, and forgets who asked last: ``asker`` is to be told who asks before
  /// the request's operations are judged. `tags` are those of the session that it belongs to, if there is one somewhere.
  public mutating func begin(_ whole: WholePolicy, at moment: Moment, tags: [String] = []) {
    begin(at: moment)
    if !tags.isEmpty { addTags(tags) }
    asker.begin(whole)
  }

  /// Judges a request that is one operation of `batch` for ``asker``, after ``Asker/begin(_:)`` with the same policy:
  /// ``begin(_:at:tags:)`` and ``judge(_:of:in:_:)`` in one call.
  public mutating func judgeAlone(
    _ number: Int, of batch: borrowing OperationBatch, in whole: WholePolicy, at moment: Moment
  ) -> OperationVerdict {
    begin(at: moment)
    return judge(number, quickly: batch, whole, .request)
  }

  /// Judges one operation of `batch` for ``asker``. After ``begin(_:at:)`` of its request with the same policy.
  public mutating func judge(
    _ number: Int, of batch: borrowing OperationBatch, in whole: WholePolicy, _ phase: RulePhase = .request
  ) -> OperationVerdict {
    judge(number, quickly: batch, whole, phase)
  }

  @inline(__always)
  private mutating func judge(
    _ number: Int, quickly batch: borrowing OperationBatch, _ whole: WholePolicy, _ phase: RulePhase
  ) -> OperationVerdict {
    sets = whole.sets
    let residual = whole.residual(batch.operations[number].protocol, phase)
    let isUndecided = isUndecided(whole)
    if !isUndecided,
      let verdict = judgeQuickly(number, batch, residual, isBound: false, admitted: asker.groups)
    {
      return verdict
    }
    return judge(
      number, of: batch, residual, phase, admitted: asker.groups, isUndecided: isUndecided)
  }

  /// Judges every operation of `batch` for ``asker`` and combines the verdicts.
  public mutating func judge(_ batch: borrowing OperationBatch, in whole: WholePolicy) -> RequestVerdict {
    var verdicts: [OperationVerdict] = []
    verdicts.reserveCapacity(batch.count)
    for number in 0..<batch.count { verdicts.append(judge(number, of: batch, in: whole)) }
    return combine(verdicts)
  }

  /// Whether something of ``asker`` could not be decided that binding would have to, so that nothing of theirs may pass.
  @inline(__always)
  private mutating func isUndecided(_ whole: WholePolicy) -> Bool {
    whole.canBeUndecided && findsUndecided(whole)
  }

  @inline(never)
  private mutating func findsUndecided(_ whole: WholePolicy) -> Bool {
    for index in 0..<asker.members.count where asker.members[index] & whole.undecided[index] != 0 { return true }
    asker.takeLent()
    for atom in whole.lazyAtoms where atoms[Int(atom)].fact != Fact.protocol.rawValue {
      _ = evaluator.holds(
        atoms[Int(atom)], asker.facts, shared: 0..<0, own: 0..<asker.facts.entries.count, scratch: &scratch)
    }
    defer { evaluator.isUndecided = false }
    return evaluator.isUndecided
  }

  /// The truth of an atom of the bind phase for ``asker``, of which nothing is bound.
  @inline(never)
  mutating func holds(_ atom: Int, _ view: UnsafePointer<ResidualView>) -> Bool {
    let record = atoms[atom]
    if record.fact == Fact.protocol.rawValue {
      return view.pointee.bindBits[atom >> 6] >> UInt64(atom & 63) & 1 != 0
    }
    asker.takeLent()
    let needsAll = record.kind == AtomKind.allMatch.rawValue
    var hasNumbers = false
    if record.fact == Fact.group.rawValue, let sets {
      let count = asker.members.count
      for index in 0..<count where asker.members[index] != 0 {
        hasNumbers = true
        let inSet = asker.members[index] & sets[atom * count + index]
        if needsAll ? inSet != asker.members[index] : inSet != 0 { return !needsAll }
      }
      if !asker.facts.entries.elements.contains(where: { $0.fact == record.fact }) { return needsAll && hasNumbers }
    }
    if record.kind == AtomKind.matched.rawValue { return isMatched(atom, record) }
    let all = 0..<asker.facts.entries.count
    let wasUndecided = evaluator.isUndecided
    defer { evaluator.isUndecided = wasUndecided }
    return evaluator.holds(record, asker.facts, shared: 0..<0, own: all, scratch: &scratch)
  }

  /// Whether a value of the asker's matches one of the patterns that make `atom` true.
  private mutating func isMatched(_ atom: Int, _ record: AtomRecord) -> Bool {
    for position in 0..<asker.facts.entries.count {
      let entry = asker.facts.entries[position]
      guard entry.fact == record.fact, entry.key == record.key, !entry.isInline else { continue }
      for index in Int(policy.matcherStarts[atom])..<Int(policy.matcherStarts[atom + 1]) {
        let pattern = policy.bundle.matchers[Int(policy.matcherNumbers[index])].pattern
        if policy.table.matches(pattern, asker.facts.bytes(entry), scratch: &scratch) == .matched { return true }
      }
    }
    return false
  }
}
