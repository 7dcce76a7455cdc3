import PatternMatching
import PolicyBytecode
import PolicySyntax

/// Rules that others make superfluous (HP0302) or ineffective (HP0303).
///
/// A rule is covered where no operation can meet its conditions and not another's. Pairs worth asking about are found by
/// the values that rules test for equality, so that thousands of rules stay affordable.
struct CoverageLint {
  struct Candidate {
    var rule: CheckedRule
    var nameSpan: SourceSpan
  }

  private struct IndexKey: Hashable {
    var fact: Fact
    var key: String?
    var value: String
  }

  /// What is asked of a candidate often, computed once.
  private struct Summary {
    var formula: Formula
    var negation: Formula
    /// The facts of any test.
    var facts: FactSet
    /// The facts of the tests that must hold.
    var requiredFacts: FactSet
    /// The values of each test that must hold and is on plain values.
    var requiredKeys: [[IndexKey]]
    /// Of those, the test's that fewest rules share.
    var selectiveKeys: [IndexKey] = []
    /// The values of all tests on plain values.
    var keys: [IndexKey]

    mutating func chooseKeys(_ frequency: [IndexKey: Int]) {
      func shared(_ keys: [IndexKey]) -> Int { keys.reduce(0) { $0 + (frequency[$1] ?? 0) } }
      selectiveKeys = requiredKeys.min { shared($0) < shared($1) } ?? []
    }
  }

  /// Rules that together cover another; more are not tried.
  private static let unionSize = 8

  let satisfiability: Satisfiability
  let bag: DiagnosticBag

  func check(_ candidates: [Candidate]) {
    var summaries = candidates.map(summary)
    let frequency = summaries.reduce(into: [IndexKey: Int]()) { counts, summary in
      for key in summary.keys { counts[key, default: 0] += 1 }
    }
    for index in summaries.indices { summaries[index].chooseKeys(frequency) }
    var byKey: [IndexKey: [Int]] = [:]
    var general: [Int] = []
    for (index, summary) in summaries.enumerated() {
      if summary.selectiveKeys.isEmpty { general.append(index) }
      for key in summary.selectiveKeys { byKey[key, default: []].append(index) }
    }
    var search = Search(candidates: candidates, summaries: summaries)
    for index in candidates.indices {
      var near = Set(summaries[index].keys.flatMap { byKey[$0] ?? [] })
      near.formUnion(general)
      near.remove(index)
      compare(index, with: near.sorted(), &search)
    }
    for (index, others) in search.unions where (2...Self.unionSize).contains(others.count) {
      // What a rule covers cannot help to cover that rule: one of the two has to stay.
      let union = others.filter { !search.covered.contains($0) }
      guard union.count > 1, covers(union, index, summaries) else { continue }
      let needed = union.filter { one in !covers(union.filter { $0 != one }, index, summaries) }
      report(candidates[index], by: (needed.isEmpty ? union : needed).map { candidates[$0] }, .covers)
      search.covered.insert(index)
    }
  }

  private struct Search {
    let candidates: [Candidate]
    let summaries: [Summary]
    /// Rules reported as covered.
    var covered: Set<Int> = []
    /// For a rule that no other covers, those that cover a part of it.
    var unions: [(Int, [Int])] = []
    var pairsLeft = CheckLimits.rulePairs
  }

  /// Reports the rule if one of the others covers or defeats it.
  private func compare(_ index: Int, with others: [Int], _ search: inout Search) {
    let candidate = search.candidates[index]
    var union: [Int] = []
    for other in others {
      let relation = relation(candidate.rule, search.candidates[other].rule)
      // Of two rules that cover each other one is reported.
      guard relation != .none, relation != .covers || !search.covered.contains(other),
        search.summaries[other].requiredFacts.isSubset(of: search.summaries[index].facts)
      else { continue }
      search.pairsLeft -= 1
      guard search.pairsLeft > 0 else { return }
      if satisfiability.canHold([search.summaries[index].formula, search.summaries[other].negation]) {
        if relation == .covers { union.append(other) }
        continue
      }
      report(candidate, by: [search.candidates[other]], relation)
      if relation == .covers { search.covered.insert(index) }
      return
    }
    if union.count > 1 { search.unions.append((index, union)) }
  }

  private func covers(_ union: [Int], _ index: Int, _ summaries: [Summary]) -> Bool {
    !satisfiability.canHold([summaries[index].formula] + union.map { summaries[$0].negation })
  }

  private func summary(_ candidate: Candidate) -> Summary {
    let formula = Formula(candidate.rule.condition)
    let required = formula.requiredLiterals
    return Summary(
      formula: formula, negation: Formula(candidate.rule.condition, isNegated: true),
      facts: FactSet(formula.literals.map(\.predicate.fact)), requiredFacts: FactSet(required.map(\.predicate.fact)),
      requiredKeys: required.map(Self.keys).filter { !$0.isEmpty }, keys: formula.literals.flatMap(Self.keys))
  }

  /// The values that a positive test compares with, if they are plain.
  private static func keys(_ literal: Literal) -> [IndexKey] {
    guard !literal.isNegated, case .matches(let patterns) = literal.predicate.test,
      patterns.allSatisfy({ $0.kind == .equals && !$0.ignoringCase && !$0.isQualifiedName })
    else { return [] }
    return patterns.map { IndexKey(fact: literal.predicate.fact, key: literal.predicate.key, value: $0.source) }
  }

  // MARK: - Actions

  private enum Relation {
    case none
    /// The other does all that the rule does.
    case covers
    /// The other decides more strictly.
    case defeats
  }

  private func relation(_ rule: CheckedRule, _ other: CheckedRule) -> Relation {
    guard rule.onResponse == other.onResponse, !other.isObserved || rule.isObserved else { return .none }
    if let end = other.until {
      guard let own = rule.until, own <= end else { return .none }
    }
    if rule.actions.allSatisfy({ action in other.actions.contains { action.isCovered(by: $0) } }) { return .covers }
    guard !rule.isObserved, let own = rule.decision, let others = other.decision, own < others else { return .none }
    return .defeats
  }

  private func report(_ candidate: Candidate, by others: [Candidate], _ relation: Relation) {
    let name = candidate.rule.displayName
    let names = quotedList(others.map(\.rule.displayName))
    let notes = others.map { Diagnostic.Note("`\($0.rule.displayName)` is here", at: $0.nameSpan) }
    guard relation == .defeats, let own = candidate.rule.decision, let others = others.first?.rule.decision else {
      bag.report(
        .coveredRule,
        "the rule `\(name)` adds nothing: wherever it applies \(names) \(others.count == 1 ? "does" : "do") the same",
        at: candidate.nameSpan,
        notes: notes)
      return
    }
    bag.report(
      .contradictingRules,
      "the rule `\(name)` has no effect: wherever it would \(own.word), \(names) says `\(others.word)`, which wins",
      at: candidate.nameSpan, notes: notes)
  }
}

extension FactSet {
  fileprivate func isSubset(of other: FactSet) -> Bool { union(other) == other }
}

extension CheckedRule {
  /// What it decides, if it does.
  fileprivate var decision: Decision? {
    for action in actions {
      switch action {
      case .block: return .block
      case .allow: return .allow
      case .approve: return .approve
      case .mask, .record, .tag: break
      }
    }
    return nil
  }
}

extension CheckedAction {
  /// Whether the other action makes this one superfluous; messages aside.
  fileprivate func isCovered(by other: CheckedAction) -> Bool {
    switch (self, other) {
    case (.block, .block): return true
    case (.record(let own), .record(let others)): return own <= others
    case (.approve(var own), .approve(var others)):
      own.question = nil
      others.question = nil
      return own == others
    default: return self == other
    }
  }
}
