import PolicyCompiler
import PolicyEngine
import PolicySyntax

/// What tests and recordings exercise of a policy set, place by place. What it means is `grammar/coverage.md`.
public struct CoverageReport: Sendable {
  /// Where something stands, lines and columns from 1.
  public struct Place: Sendable, Hashable {
    public var file: UInt32
    public var line: Int
    public var column: Int
  }

  public struct Rule: Sendable {
    public var name: String
    public var place: Place
    /// Operations that it applied to, of those that it could have applied to by their protocol.
    public var applied: Int
    public var asked: Int
    /// In ``CoverageReport/conditions`` and ``CoverageReport/alternatives``.
    public var conditions: [Int]
    public var alternatives: [Int]
    /// False where only the lines of a change count, and the rule is not one of them.
    public var isCounted: Bool
  }

  public struct Condition: Sendable {
    /// As written, in one line.
    public var text: String
    public var place: Place
    /// In ``CoverageReport/rules``.
    public var rule: Int
    /// It stands in a define that the rule uses.
    public var isInDefine: Bool
    /// Where the rule names that define, or the condition itself stands.
    public var site: Place
    /// In ``CoverageReport/alternatives``.
    public var alternatives: [Int]
    /// Written `is not` or `not in`: false where one of its values matches.
    public var isNegated: Bool
    public var outcomes: CoverageCounts.Outcomes
    /// Whether it can decide as true, and as false: what no operation can show is not counted.
    public var canDecideTrue = true
    public var canDecideFalse = true
    public var isCounted: Bool

    /// Of each outcome with which it can decide, whether it has.
    var decided: [Bool] {
      (canDecideTrue ? [outcomes.decidesTrue > 0] : []) + (canDecideFalse ? [outcomes.decidesFalse > 0] : [])
    }

    /// It has decided by one of its values.
    var decidesByMatch: Bool { (isNegated ? outcomes.decidesFalse : outcomes.decidesTrue) > 0 }
  }

  public struct Alternative: Sendable {
    public var text: String
    public var place: Place
    public var matched: Int
    public var isCounted: Bool
  }

  /// How much of something is covered.
  public struct Tally: Sendable, Hashable {
    public var covered: Int
    public var total: Int

    public init(covered: Int = 0, total: Int = 0) {
      self.covered = covered
      self.total = total
    }

    mutating func add(_ isCovered: Bool) {
      total += 1
      if isCovered { covered += 1 }
    }

    static func + (a: Tally, b: Tally) -> Tally { Tally(covered: a.covered + b.covered, total: a.total + b.total) }

    public var isComplete: Bool { covered == total }

    /// Of nothing, all is covered. Rounded down to a tenth, so that only what is complete is called 100.
    public var percent: Double {
      total == 0 ? 100 : Double(covered * 1000 / total) / 10
    }

    public func isBelow(_ percent: Double) -> Bool { Double(covered) * 100 < percent * Double(total) }
  }

  public let sources: SourceSet
  /// By full name.
  public let rules: [Rule]
  public let conditions: [Condition]
  /// In the order of file and place.
  public let alternatives: [Alternative]

  /// Only what stands on `changed` lines counts, if they are given; a rule does if any of its lines is changed.
  public init(_ map: CoverageMap, _ counts: CoverageCounts, _ sources: SourceSet, changed: ChangedLines? = nil) {
    self.sources = sources
    func place(_ span: SourceSpan) -> Place {
      let position = sources.position(span.range.start, in: span.file)
      return Place(file: span.file, line: position.line, column: position.column)
    }
    func isCounted(_ span: SourceSpan, isWhole: Bool = false) -> Bool {
      guard let changed else { return true }
      let last = sources.position(span.range.end, in: span.file).line
      return changed.touches(span.file, place(span).line...last, seams: isWhole)
    }
    let order = map.alternatives.indices.sorted {
      let (a, b) = (map.alternatives[$0], map.alternatives[$1])
      return (a.file, a.range.start) < (b.file, b.range.start)
    }
    alternatives = order.map { index in
      let span = map.alternatives[index]
      return Alternative(
        text: inOneLine(sources.text(span)), place: place(span), matched: counts.alternatives[index],
        isCounted: isCounted(span))
    }
    var ranks = Array(repeating: 0, count: order.count)
    for (rank, index) in order.enumerated() { ranks[index] = rank }
    let reach = Self.reach(map, counts)
    conditions = map.conditions.enumerated().map { index, condition in
      Condition(
        text: inOneLine(sources.text(condition.span)), place: place(condition.span), rule: condition.rule,
        isInDefine: condition.isInDefine, site: place(condition.site),
        alternatives: condition.alternatives.map { ranks[$0] }, isNegated: condition.isNegated,
        outcomes: counts.conditions[index], canDecideTrue: reach[index].isTrue, canDecideFalse: reach[index].isFalse,
        isCounted: isCounted(condition.span))
    }
    let byRule = Dictionary(grouping: map.conditions.indices) { map.conditions[$0].rule }
    let conditions = conditions
    rules = map.rules.enumerated().map { index, rule in
      let own = byRule[index] ?? []
      return Rule(
        name: rule.checked.displayName, place: place(rule.checked.nameSpan), applied: counts.fired[index],
        asked: counts.asked[index], conditions: own,
        alternatives: Set(own.flatMap { conditions[$0].alternatives }).sorted(),
        isCounted: isCounted(rule.checked.span, isWhole: true))
    }
  }

  /// The outcomes with which each condition can decide. Of a rule that was never asked, and of what has decided, nothing
  /// is worked out.
  private static func reach(_ map: CoverageMap, _ counts: CoverageCounts) -> [DecisionReach.Outcomes] {
    let solver = DecisionReach()
    var reach = Array(repeating: DecisionReach.Outcomes.all, count: map.conditions.count)
    let byRule = Dictionary(grouping: map.conditions.indices) { map.conditions[$0].rule }
    for (rule, own) in byRule where counts.asked[rule] > 0 {
      var shown: [SourceSpan: DecisionReach.Outcomes] = [:]
      for index in own {
        let outcomes = counts.conditions[index]
        shown[map.conditions[index].span] = DecisionReach.Outcomes(
          isTrue: outcomes.decidesTrue > 0, isFalse: outcomes.decidesFalse > 0)
      }
      let found = solver.outcomes(map.rules[rule].checked.condition, shown: shown)
      for index in own { reach[index] = found[map.conditions[index].span] ?? .all }
    }
    return reach
  }

  public var ruleTally: Tally {
    rules.reduce(into: Tally()) { if $1.isCounted { $0.add($1.applied > 0) } }
  }

  /// Two a condition: it decides as true, and as false; one that no operation can show is left out.
  public var conditionTally: Tally { tally(of: conditions.indices, \.decided) }

  /// Outcomes that count for nothing, since no operation can show them.
  public var unreachable: Int {
    conditions.reduce(0) { $1.isCounted ? $0 + 2 - $1.decided.count : $0 }
  }

  public var alternativeTally: Tally {
    alternatives.reduce(into: Tally()) { if $1.isCounted { $0.add($1.matched > 0) } }
  }

  /// Rules, outcomes of conditions, and alternatives, each with the same weight.
  public var total: Tally { ruleTally + conditionTally + alternativeTally }

  /// Counts over conditions what `part` tells of each.
  func tally(of indices: some Sequence<Int>, _ part: (Condition) -> [Bool]) -> Tally {
    indices.reduce(into: Tally()) { tally, index in
      guard conditions[index].isCounted else { return }
      for isCovered in part(conditions[index]) { tally.add(isCovered) }
    }
  }

  func alternativeTally(of rule: Rule) -> Tally {
    rule.alternatives.reduce(into: Tally()) {
      if alternatives[$1].isCounted { $0.add(alternatives[$1].matched > 0) }
    }
  }
}

/// What is missing, at the place where it stands.
public struct CoverageGap: Sendable {
  public var place: CoverageReport.Place
  /// In whose condition it is missing; nil for an alternative.
  public var rule: String?
  /// What is missing stands outside of the rule.
  public var isInDefine = false
  /// A word of the author, and what did not happen with it; lower case, no full stop.
  public var message: String
}

extension CoverageReport {
  /// What is missing, in the order of file and place. Of a rule that no operation could have met, only that.
  public var gaps: [CoverageGap] {
    var gaps: [CoverageGap] = []
    for rule in rules where rule.isCounted && rule.applied == 0 {
      gaps.append(CoverageGap(place: rule.place, rule: rule.name, message: message(rule)))
    }
    for condition in conditions where condition.isCounted && rules[condition.rule].asked > 0 {
      guard let lack = condition.lack else { continue }
      gaps.append(
        CoverageGap(
          place: condition.place, rule: rules[condition.rule].name, isInDefine: condition.isInDefine,
          message: "`\(condition.text)` \(lack)"))
    }
    // Where no test of an alternative decides by a match, that is what is missing, if it counts.
    var decided: Set<Int> = []
    var reported: Set<Int> = []
    for condition in conditions {
      if condition.decidesByMatch {
        decided.formUnion(condition.alternatives)
      } else if condition.isCounted {
        reported.formUnion(condition.alternatives)
      }
    }
    for (index, alternative) in alternatives.enumerated()
    where alternative.isCounted && alternative.matched == 0 && (decided.contains(index) || !reported.contains(index)) {
      gaps.append(CoverageGap(place: alternative.place, message: "`\(alternative.text)` never matches"))
    }
    return gaps.sorted {
      ($0.place.file, $0.place.line, $0.place.column) < ($1.place.file, $1.place.line, $1.place.column)
    }
  }

  private func message(_ rule: Rule) -> String {
    guard rule.asked == 0 else { return "`\(rule.name)` never applies" }
    let count = rule.conditions.count
    let conditions = count == 0 ? "" : ", and \(counted(count, "condition")) with it"
    return "`\(rule.name)` is never asked: no operation of its protocols\(conditions)"
  }
}

extension CoverageReport.Condition {
  /// What did not happen, for a sentence that begins with the test; nil if nothing lacks.
  fileprivate var lack: String? {
    func lack(_ word: String, seen: Int, decides: Int, isPossible: Bool) -> String? {
      if decides > 0 || !isPossible { return nil }
      return seen == 0 ? "is never \(word)" : "is \(word) (\(seen)×), but never decides so"
    }
    let lacks = [
      lack("true", seen: outcomes.isTrue, decides: outcomes.decidesTrue, isPossible: canDecideTrue),
      lack("false", seen: outcomes.isFalse, decides: outcomes.decidesFalse, isPossible: canDecideFalse),
    ].compactMap { $0 }
    return lacks.isEmpty ? nil : lacks.joined(separator: "; ")
  }
}

/// Bytes of an author's text shown in a report.
private let shownText = 80

/// An author's text in one line, its white space single, a long one cut.
private func inOneLine(_ text: String) -> String {
  let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  return printable(words.count > shownText ? words.prefix(shownText - 1) + "…" : words)
}
