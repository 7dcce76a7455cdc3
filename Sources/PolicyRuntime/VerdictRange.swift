import PolicyBytecode

/// The verdicts that an operation can have where some tests may come out either way.
public struct VerdictRange: Sendable {
  /// By the rules that apply whichever way those tests come out.
  public var certain: OperationVerdict
  /// By these, and by the rules that may apply besides.
  public var possible: OperationVerdict
  public var leastDecision: Decision
  public var greatestDecision: Decision
  /// The rules that may apply or not.
  public var open: [OpenRule]

  /// Whether the decision is the same whichever way unknown tests come out.
  public var hasOneDecision: Bool { leastDecision == greatestDecision }

  /// A rule that applies or not as some unknown tests have it.
  public struct OpenRule: Sendable {
    public var rule: Int
    /// The tests, as numbers of the bundle's atoms.
    public var tests: Set<Int>
  }
}

/// What the policy says of a request of which some tests are unknown.
public struct RecalledVerdict: Sendable {
  /// What is certain.
  public var verdict: RequestVerdict
  /// Rules that may have decided besides, to no other effect.
  public var possibleRules: [String]
  /// The tests on which the verdict hangs, as numbers of the bundle's atoms, sorted; empty: it is certain.
  public var openTests: [Int]
  /// Tags that the session may have besides.
  public var possibleTags: [String]
}

extension Interpreter {
  /// Judges one operation of `batch`, of which some tests are to be recalled rather than asked. No rule waits to be
  /// woken: the value that would wake it may be gone. After ``begin(_:at:)`` of its request.
  public mutating func judge(
    _ number: Int, of batch: borrowing OperationBatch, in session: Session, recalling recalled: RecalledTruth,
    _ phase: RulePhase = .request
  ) -> VerdictRange {
    let bundle = policy.bundle
    let operation = batch.operations[number]
    // It begins the operation: tests that are asked are evaluated once.
    _ = judge(number, of: batch, in: session, phase)
    let bits = session.outcomes(operation.protocol)
    let mask = UInt32(ProtocolSet(operation.protocol).rawValue)
    var certain: [UInt32] = []
    var possible: [UInt32] = []
    var open: [VerdictRange.OpenRule] = []
    for (index, rule) in bundle.rules.enumerated()
    where rule.protocols & mask != 0 && rule.isOnResponse == (phase == .response) {
      var unknown: Set<Int> = []
      var applies = ends(rule.bindGraph, bits, recalling: recalled, number, of: batch, unknown: &unknown)
      // Where binding leaves a rule out, nothing else is asked.
      if applies.canHold || applies.canBeUndecided {
        applies = applies.both(
          ends(rule.judgeGraph, bits, recalling: recalled, number, of: batch, unknown: &unknown))
      }
      guard applies.canHold || applies.canBeUndecided else { continue }
      let entry = UInt32(index) | (applies.canBeUndecided && !rule.isObserved ? Self.limitMark : 0)
      possible.append(entry)
      if applies.isCertain {
        certain.append(entry)
      } else {
        open.append(VerdictRange.OpenRule(rule: index, tests: unknown))
      }
    }
    let least = settle(certain, operation, phase, session)
    let greatest = settle(possible, operation, phase, session)
    let fallback = Self.fallback(operation, phase, bundle.meta)
    var decisions = [least.decision]
    for rule in open {
      if let decision = decision(of: rule, possible, needsUnparsedTest: least.needsUnparsedTest) {
        decisions.append(decision)
      }
    }
    return VerdictRange(
      certain: least, possible: greatest,
      // A rule that decides may lift the default.
      leastDecision: least.isByRule ? least.decision : decisions.min() ?? least.decision,
      greatestDecision: max(greatest.decision, least.isByRule ? least.decision : fallback), open: open)
  }

  /// What an open rule decides where it applies, if anything.
  private func decision(
    of open: VerdictRange.OpenRule, _ possible: [UInt32], needsUnparsedTest: Bool
  ) -> Decision? {
    let rule = policy.bundle.rules[open.rule]
    if possible.contains(UInt32(open.rule) | Self.limitMark) { return .block }
    guard !rule.isObserved, rule.decision != 0 else { return nil }
    if needsUnparsedTest, rule.decision == 1 + Decision.allow.rawValue, !rule.testsUnparsed { return nil }
    return Decision.allCases.first { $0.rawValue == rule.decision - 1 }
  }

  /// The verdict of an operation to which the rules `applied` apply, as ``judge(_:of:in:_:)`` comes to it.
  private mutating func settle(
    _ applied: [UInt32], _ operation: Operation, _ phase: RulePhase, _ session: Session
  ) -> OperationVerdict {
    let bundle = policy.bundle
    let fallback = Self.fallback(operation, phase, bundle.meta)
    let needsUnparsedTest =
      operation.unparsed != .none && phase == .request && fallback != .allow
    let firstFired = UInt32(fired.count)
    var limitReached = session.isUndecided
    var decision: UInt8 = 0
    var record = phase == .request ? bundle.meta.record(operation.protocol) : RecordLevel.none.rawValue
    for entry in applied {
      let rule = bundle.rules[Int(entry & ~Self.limitMark)]
      fired.append(entry)
      if entry & Self.limitMark != 0 {
        limitReached = true
        continue
      }
      if rule.isObserved { continue }
      if rule.record > record + 1 { record = rule.record - 1 }
      if needsUnparsedTest, rule.decision == 1 + Decision.allow.rawValue, !rule.testsUnparsed { continue }
      decision = max(decision, rule.decision)
    }
    if limitReached { decision = 1 + Decision.block.rawValue }
    return OperationVerdict(
      decision: decision == 0 ? fallback.rawValue : decision - 1, record: record, isByRule: decision != 0,
      limitReached: limitReached, needsUnparsedTest: needsUnparsedTest, firstFired: firstFired,
      endFired: UInt32(fired.count))
  }

  private static func fallback(_ operation: Operation, _ phase: RulePhase, _ meta: MetaRecord) -> Decision {
    if phase == .response { return .allow }
    let raw =
      operation.unparsed == .none ? meta.decision(operation.protocol) : meta.unparsedDecision(operation.protocol)
    return Decision.allCases.first { $0.rawValue == raw } ?? .block
  }

  /// The verdict of a request from the ranges of its operations, and from those of rules on the response.
  public func combine(_ ranges: [VerdictRange], response: [VerdictRange] = []) -> RecalledVerdict {
    let certain = combine(ranges.map(\.certain), response: response.map(\.certain))
    let possible = combine(ranges.map(\.possible), response: response.map(\.possible))
    func isCertain(_ ranges: [VerdictRange]) -> Bool {
      ranges.map(\.leastDecision).max() == ranges.map(\.greatestDecision).max()
    }
    var result = RecalledVerdict(
      verdict: certain, possibleRules: [], openTests: [],
      possibleTags: possible.tags.filter { !certain.tags.contains($0) })
    let decides = isCertain(ranges) && isCertain(response)
    let isSame =
      decides && certain.approvals == possible.approvals && certain.masks == possible.masks
      && certain.record == possible.record && certain.tags == possible.tags
    if isSame {
      result.possibleRules = possible.rules.filter { !certain.rules.contains($0) }
      return result
    }
    if !decides {
      // Rules that block hide what others would tag, until they do not.
      result.possibleTags = tags(of: ranges + response).filter { !certain.tags.contains($0) }
    }
    let bundle = policy.bundle
    let open = (ranges + response).flatMap(\.open).filter {
      !bundle.rules[$0.rule].isObserved && bundle.rules[$0.rule].actions.count > 0
    }
    result.openTests = Set(open.flatMap(\.tests)).sorted()
    return result
  }

  /// The tags of all rules that may apply.
  private func tags(of ranges: [VerdictRange]) -> [String] {
    var tags: [String] = []
    for range in ranges {
      for position in range.possible.firstFired..<range.possible.endFired {
        let rule = policy.bundle.rules[Int(fired[Int(position)] & ~Self.limitMark)]
        for action in rule.actions.indices where policy.bundle.actions[action].kind == ActionKind.tag.rawValue {
          if !rule.isObserved { tags.append(policy.bundle.text(policy.bundle.actions[action].text)) }
        }
      }
    }
    return tags.distinct
  }

  /// How all tests on a fact come out for an operation. After ``begin(_:at:)`` of its request.
  public mutating func outcomes(
    of fact: Fact, _ number: Int, of batch: borrowing OperationBatch, in session: Session
  ) -> [Int: TestOutcome] {
    _ = judge(number, of: batch, in: session)
    var outcomes: [Int: TestOutcome] = [:]
    for atom in policy.bundle.atoms.indices where policy.bundle.atoms[atom].fact == fact.rawValue {
      outcomes[atom] = outcome(atom, number, of: batch)
    }
    return outcomes
  }

  /// The tests on `facts` that can decide whether a rule applies to an operation: what is to be recorded of it before
  /// the values of these facts are gone. Tests on the facts in `open` may be either way. After ``begin(_:at:)`` of its
  /// request.
  public mutating func decidingTests(
    _ number: Int, of batch: borrowing OperationBatch, in session: Session, on facts: FactSet, whichever open: FactSet,
    _ phase: RulePhase = .request
  ) -> [Int: TestOutcome] {
    let bundle = policy.bundle
    let operation = batch.operations[number]
    _ = judge(number, of: batch, in: session, phase)
    let bits = session.outcomes(operation.protocol)
    let mask = UInt32(ProtocolSet(operation.protocol).rawValue)
    let unknown = RecalledTruth(facts: facts.union(open))
    var tests: Set<Int> = []
    for rule in bundle.rules where rule.protocols & mask != 0 && rule.isOnResponse == (phase == .response) {
      _ = ends(rule.bindGraph, bits, recalling: unknown, number, of: batch, unknown: &tests)
      _ = ends(rule.judgeGraph, bits, recalling: unknown, number, of: batch, unknown: &tests)
    }
    var outcomes: [Int: TestOutcome] = [:]
    for atom in tests where facts.contains(rawValue: bundle.atoms[atom].fact) {
      guard Fact(rawValue: bundle.atoms[atom].fact)?.schema.phase == .bind else {
        outcomes[atom] = outcome(atom, number, of: batch)
        continue
      }
      let isLazy = bundle.atoms[atom].kind == AtomKind.matchesLazily.rawValue
      let holds = bits[atom >> 6] >> UInt64(atom & 63) & 1 != 0
      outcomes[atom] = session.isUndecided && isLazy ? .undecided : holds ? .holds : .fails
    }
    return outcomes
  }
}
