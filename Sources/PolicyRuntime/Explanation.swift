import PolicyBytecode

/// Why an operation got its verdict: how each rule fared on it.
public struct Explanation: Sendable {
  public enum Outcome: Sendable { case applied, nearMiss }

  /// A test on the path through a rule's graph.
  public struct Step: Sendable, Hashable {
    public enum Source: Sendable {
      /// The values that are there were asked.
      case asked
      /// It was recorded before the values were replaced.
      case recalled
      /// Nobody recorded it; it may have passed or not.
      case unknown
    }

    /// As an author would write it; with `not` where the rule asks that it does not hold.
    public var text: String
    /// Whether it came out as the rule asks.
    public var passes: Bool
    /// How its outcome is known.
    public var source = Source.asked
    /// What the fact was; none: it is absent.
    public var values: [String]
    /// What the test is of.
    public var fact: Fact?
    /// Where in the values the test's patterns match.
    public var matches: [Match]
    public var file: String
    public var line: Int
    public var column: Int
  }

  /// A part of a value that made a pattern match.
  public struct Match: Sendable, Hashable {
    /// The position among the values.
    public var value: Int
    /// UTF-8 offsets.
    public var range: Range<Int>
  }

  /// A thing that a rule does.
  public struct Action: Sendable, Hashable {
    public enum Kind: Sendable, Hashable { case decision(Decision), record, tag, mask }

    public var kind: Kind
    /// In a few words: `mask email`.
    public var text: String
  }

  public struct Rule: Sendable {
    public var name: String
    public var title: String
    public var effects: String
    /// What `effects` says, one by one.
    public var actions: [Action]
    public var outcome: Outcome
    public var isObserved: Bool
    public var file: String
    public var line: Int
    /// The tests that were decided on the way, in the order of the graph; for a near miss the last one is what failed.
    public var path: [Step]
  }

  /// The rules that applied, then those that lacked the least.
  public var rules: [Rule]
}

extension Interpreter {
  /// Near misses that are kept.
  private static let nearMissLimit = 3

  /// Explains the operation that was judged last, in that phase. The rules of these names are kept however much they
  /// lacked.
  public mutating func explain(
    _ number: Int, of batch: borrowing OperationBatch, in session: Session,
    recalling recalled: RecalledTruth = RecalledTruth(), keeping names: Set<String> = [], _ phase: RulePhase = .request
  ) -> Explanation {
    let bundle = policy.bundle
    let operation = batch.operations[number]
    let bits = session.outcomes(operation.protocol)
    let mask = UInt32(ProtocolSet(operation.protocol).rawValue)
    var applied: [Explanation.Rule] = []
    var missed: [(failures: Int, rule: Explanation.Rule)] = []
    var kept: [Explanation.Rule] = []
    for index in bundle.rules.indices {
      let rule = bundle.rules[index]
      guard rule.isOnResponse == (phase == .response), rule.protocols & mask != 0 else { continue }
      var path: [Explanation.Step] = []
      var failures = 0
      var applies = true
      for graph in [rule.bindGraph, rule.judgeGraph] where graph.count > 0 {
        let end = trace(graph, bits, recalled, number, batch, session, &path, &failures)
        applies = applies && end
      }
      let entry = Explanation.Rule(
        name: bundle.text(rule.displayName), title: bundle.text(rule.title), effects: bundle.effects(rule),
        actions: rule.actions.indices.compactMap { bundle.explained(bundle.actions[$0]) },
        outcome: applies ? .applied : .nearMiss, isObserved: rule.isObserved,
        file: bundle.text(bundle.sources[Int(rule.place.file)].path), line: Int(rule.place.line), path: path)
      if applies {
        applied.append(entry)
      } else if failures == 1,
        path.contains(where: { $0.source == .unknown || $0.passes && !$0.text.hasPrefix("not ") })
      {
        // A rule of which only exclusions held is near to nothing.
        missed.append((path.count { !$0.passes }, entry))
      } else if names.contains(entry.name) {
        kept.append(entry)
      }
    }
    // The nearest first: those that failed the fewest tests on the way, and of these what passed the most.
    missed.sort { ($0.failures, $1.rule.path.count) < ($1.failures, $0.rule.path.count) }
    let nearest = missed.prefix(Self.nearMissLimit).map(\.rule)
    kept += missed.dropFirst(Self.nearMissLimit).map(\.rule).filter { names.contains($0.name) }
    return Explanation(rules: applied + nearest + kept)
  }

  /// Walks a graph and notes each test. Where a test ends the walk with no, the walk goes on as if it had held, so
  /// that `failures` counts what was missing; the result is that of the real walk.
  private mutating func trace(
    _ graph: RecordRange, _ bits: [UInt64], _ recalled: RecalledTruth, _ number: Int,
    _ batch: borrowing OperationBatch, _ session: Session, _ path: inout [Explanation.Step], _ failures: inout Int
  ) -> Bool {
    let bundle = policy.bundle
    var position = Int(graph.start)
    var holds = true
    while true {
      let word = bundle.code[position]
      let atom = bundle.atoms[word.atom]
      let isRecalled = recalled.facts.contains(rawValue: atom.fact)
      // What would have decided the rule had it been false, as `a` of `unless a and b`, is wanted to be so.
      let isWanted = word.whenTrue != GraphWord.no && word.whenFalse != GraphWord.yes
      let isTrue =
        isRecalled
        ? recalled.outcomes[word.atom].map { $0 == .holds } ?? !isWanted
        : word.operation == GraphWord.Operation.bound.rawValue
          ? bits[word.atom >> 6] >> UInt64(word.atom & 63) & 1 != 0 : test(word.atom, number, batch)
      let values = isRecalled ? [] : values(atom, number, batch, session)
      path.append(
        Explanation.Step(
          text: (isWanted ? "" : "not ") + bundle.text(atom.text), passes: isTrue == isWanted,
          source: !isRecalled ? .asked : recalled.outcomes[word.atom] == nil ? .unknown : .recalled, values: values,
          fact: Fact(rawValue: atom.fact), matches: isTrue && !isRecalled ? matches(of: word.atom, in: values) : [],
          file: bundle.text(bundle.sources[Int(atom.place.file)].path), line: Int(atom.place.line),
          column: Int(atom.place.column)))
      var step = isTrue ? word.whenTrue : word.whenFalse
      if step == GraphWord.no {
        holds = false
        failures += 1
        step = isTrue ? word.whenFalse : word.whenTrue
      }
      if step == GraphWord.no || step == GraphWord.yes { return holds }
      position += Int(step)
    }
  }

  /// Where the patterns of an atom match in the values of its fact: of each value the first that does.
  private mutating func matches(of atom: Int, in values: [String]) -> [Explanation.Match] {
    let record = policy.bundle.atoms[atom]
    let patterns: [UInt32]
    switch AtomKind(rawValue: record.kind) {
    case .matched:
      patterns = (Int(policy.matcherStarts[atom])..<Int(policy.matcherStarts[atom + 1])).map {
        policy.bundle.matchers[Int(policy.matcherNumbers[$0])].pattern
      }
    case .matchesLazily, .allMatch: patterns = record.operands.indices.map { policy.bundle.patternLists[$0] }
    default: return []
    }
    return values.indices.compactMap { number -> Explanation.Match? in
      for pattern in patterns {
        if let range = span(of: pattern, in: values[number]) { return Explanation.Match(value: number, range: range) }
      }
      return nil
    }
  }

  /// The values of the fact that an atom tests, as text.
  private func values(
    _ atom: AtomRecord, _ number: Int, _ batch: borrowing OperationBatch, _ session: Session
  ) -> [String] {
    guard let fact = Fact(rawValue: atom.fact) else { return [] }
    if fact.schema.phase == .bind || fact == .session {
      return session.values(of: fact, key: atom.key, operation: batch.operations[number].protocol)
    }
    var found: [String] = []
    if fact.schema.phase == .response {
      for entry in momentFacts.entries.elements where entry.fact == atom.fact {
        found.append(factText(entry, fact, momentFacts))
      }
      return found
    }
    let operation = batch.operations[number]
    for range in [0..<batch.commonEnd, Int(operation.firstEntry)..<Int(operation.endEntry)] {
      for position in range {
        let entry = batch.facts.entries[position]
        guard entry.fact == atom.fact, entry.key == atom.key else { continue }
        found.append(factText(entry, fact, batch.facts))
      }
    }
    return found
  }
}

extension Bundle {
  fileprivate func explained(_ action: ActionRecord) -> Explanation.Action? {
    let kind: Explanation.Action.Kind
    switch ActionKind(rawValue: action.kind) {
    case .block: kind = .decision(.block)
    case .approve: kind = .decision(.approve)
    case .allow: kind = .decision(.allow)
    case .record: kind = .record
    case .tag: kind = .tag
    case .maskDetector, .maskColumn, .maskJSON, .maskHeader, .maskRegex: kind = .mask
    case nil: return nil
    }
    return Explanation.Action(kind: kind, text: effect(action))
  }
}

/// A fact's value as a person would write it.
private func factText(_ entry: FactEntry, _ fact: Fact, _ facts: borrowing FactBuffer) -> String {
  guard entry.isInline else { return facts.text(entry) }
  return fact.schema.type == .boolean ? (entry.integer != 0 ? "true" : "false") : String(entry.integer)
}
