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
    /// nil: the fact itself.
    var value: String?
  }

  /// What is asked of a candidate often, computed once.
  private struct Summary {
    var formula: Formula
    var negation: Formula
    /// The facts of any test.
    var facts: FactSet
    /// The facts of the tests that must hold.
    var requiredFacts: FactSet
    /// The tests that must hold and are on plain values.
    var requiredTests: [ValueTest] = []
    /// Of one of those, the one that fewest rules share.
    var selectiveValues: [Int] = []
    /// The values of all tests on plain values.
    var values: [Int] = []

    /// Whether all, or all but a part of one test's values, that this condition requires lies in what the other requires.
    func relation(to other: Summary) -> ValueRelation {
      guard other.requiredFacts.isSubset(of: facts) else { return .apart }
      var isPartial = false
      for test in other.requiredTests {
        let own = requiredTests.filter { $0.fact == test.fact }
        if own.contains(where: { $0.values.allSatisfy(test.values.contains) }) { continue }
        guard !isPartial, own.contains(where: { $0.values.contains(where: test.values.contains) }) else {
          return .apart
        }
        isPartial = true
      }
      return isPartial ? .overlapping : .within
    }
  }

  /// A test of a fact for values, all by number.
  private struct ValueTest {
    var fact: Int
    var values: [Int]
  }

  private enum ValueRelation { case apart, overlapping, within }

  /// Rules that together cover another; more are not tried.
  private static let unionSize = 8
  /// Rules found by one value past which another value has to find them.
  private static let commonValue = 256

  let satisfiability: Satisfiability
  let bag: DiagnosticBag

  func check(_ candidates: [Candidate]) {
    var numbers: [IndexKey: Int] = [:]
    var summaries = candidates.map { summary($0, &numbers) }
    var frequency = [Int](repeating: 0, count: numbers.count)
    for value in summaries.flatMap(\.values) { frequency[value] += 1 }
    var byValue = [[Int]](repeating: [], count: numbers.count)
    var general: [Int] = []
    for index in summaries.indices {
      func shared(_ test: ValueTest) -> Int { test.values.reduce(0) { $0 + frequency[$1] } }
      let selective = summaries[index].requiredTests.min { shared($0) < shared($1) }?.values ?? []
      summaries[index].selectiveValues = selective
      if selective.isEmpty { general.append(index) }
      for value in selective { byValue[value].append(index) }
    }
    var search = Search(candidates: candidates, summaries: summaries)
    var lastSeenBy = [Int](repeating: -1, count: candidates.count)
    for index in candidates.indices {
      lastSeenBy[index] = index
      var others: [Int] = []
      // What covers a rule has all the values of one of its tests, so a value that few share finds it.
      let lists = summaries[index].values.map { byValue[$0] }.sorted { $0.count < $1.count }
      let near = lists.enumerated().filter { $0.offset == 0 || $0.element.count <= Self.commonValue }.map(\.element)
      for other in (near + [general]).joined() where lastSeenBy[other] != index {
        lastSeenBy[other] = index
        search.pairsLeft -= 1
        if summaries[index].relation(to: summaries[other]) != .apart { others.append(other) }
      }
      guard search.pairsLeft > 0 else { break }
      compare(index, with: others.sorted(), &search)
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
    /// For a rule that no other covers, those that may cover a part of it.
    var unions: [(Int, [Int])] = []
    var pairsLeft = CheckLimits.rulePairs
    var questionsLeft = CheckLimits.ruleQuestions
  }

  /// Reports the rule if one of the others covers or defeats it.
  private func compare(_ index: Int, with others: [Int], _ search: inout Search) {
    let candidate = search.candidates[index]
    let summary = search.summaries[index]
    var union: [Int] = []
    for other in others {
      let relation = relation(candidate.rule, search.candidates[other].rule)
      // Of two rules that cover each other one is reported.
      guard relation != .none, relation != .covers || !search.covered.contains(other) else { continue }
      let isPartial = summary.relation(to: search.summaries[other]) == .overlapping
      if !isPartial { search.questionsLeft -= 1 }
      guard search.questionsLeft > 0 else { return }
      if isPartial || satisfiability.canHold([summary.formula, search.summaries[other].negation]) {
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

  private func summary(_ candidate: Candidate, _ numbers: inout [IndexKey: Int]) -> Summary {
    let formula = Formula(candidate.rule.condition)
    let required = formula.requiredLiterals
    var summary = Summary(
      formula: formula, negation: Formula(candidate.rule.condition, isNegated: true),
      facts: FactSet(formula.literals.map(\.predicate.fact)), requiredFacts: FactSet(required.map(\.predicate.fact)))
    func number(_ key: IndexKey) -> Int {
      if let known = numbers[key] { return known }
      numbers[key] = numbers.count
      return numbers.count - 1
    }
    summary.values = formula.literals.flatMap(Self.keys).map(number)
    for keys in required.map(Self.keys) {
      guard let first = keys.first else { continue }
      let fact = number(IndexKey(fact: first.fact, key: first.key, value: nil))
      summary.requiredTests.append(ValueTest(fact: fact, values: keys.map(number)))
    }
    return summary
  }

  /// The values that a positive test compares with, if they are plain.
  private static func keys(_ literal: Literal) -> [IndexKey] {
    guard !literal.isNegated, case .matches(let patterns) = literal.predicate.test,
      patterns.count <= CheckLimits.comparedValues,
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
