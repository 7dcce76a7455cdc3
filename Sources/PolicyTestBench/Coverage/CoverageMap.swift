import PatternMatching
import PolicyBytecode
import PolicyCompiler
import PolicyRuntime
import PolicySyntax

/// What there is to cover in a policy set, and where it stands in its bundle. Shared by the recorders of all threads.
///
/// - A *rule* is covered once it has applied to an operation.
/// - A *condition* is a test in a rule's `when` and `unless` lines, those of the defines it uses included; one that a
///   rule reaches by several ways counts once for the rule.
/// - An *alternative* is an element of a list, named or in the test itself, at the place where it is written. A list
///   of one in the test itself is the test; the values of a list's file are one alternative. The branches of a regular
///   expression's alternations are alternatives in its place.
public final class CoverageMap: Sendable {
  struct Rule: Sendable {
    var checked: CheckedRule
    /// In the bundle.
    var number: Int
    var protocols: ProtocolSet
    var tree: DecisionTree
    /// What the tree numbers.
    var tests: [Test]
  }

  /// A test of a rule's tree.
  struct Test: Sendable {
    var atom: Int
    /// It is written `is not` or `not in`: as written it is true where the atom does not hold.
    var isNegated: Bool
    /// In ``CoverageMap/conditions``; nil for the end of an exception, which stands in no condition.
    var condition: Int?
    var alternatives: [(number: Int, value: AlternativeValue)]
  }

  enum AlternativeValue: Sendable {
    case value(TestValue)
    /// A pattern that is not in the bundle.
    case branch(Pattern)
  }

  struct ConditionPlace: Sendable {
    /// In ``CoverageMap/rules``.
    var rule: Int
    var span: SourceSpan
    var isInDefine: Bool
    /// In the rule.
    var site: SourceSpan
    var isNegated: Bool
    /// In ``CoverageMap/alternatives``.
    var alternatives: [Int] = []
  }

  let rules: [Rule]
  let conditions: [ConditionPlace]
  let alternatives: [SourceSpan]
  /// Of the bundle.
  let atomCount: Int
  let ruleCount: Int

  /// `policy` is what its authors wrote, `layout` that of the bundle it was compiled into, other rules perhaps with it.
  public init(_ policy: CheckedPolicy, _ layout: BundleLayout, of bundle: Bundle) {
    var builder = Builder(layout: layout)
    rules = policy.rules.compactMap { builder.rule($0, bundle) }
    conditions = builder.conditions
    alternatives = builder.alternatives
    atomCount = bundle.atoms.count
    ruleCount = bundle.rules.count
  }

  private struct Builder {
    let layout: BundleLayout
    var conditions: [ConditionPlace] = []
    var alternatives: [SourceSpan] = []
    private var alternativeNumbers: [SourceSpan: Int] = [:]
    private var ruleCount = 0

    init(layout: BundleLayout) { self.layout = layout }

    mutating func rule(_ checked: CheckedRule, _ bundle: Bundle) -> Rule? {
      guard let number = layout.rule(checked.fullName) else { return nil }
      var tests: [Test] = []
      var known: [SourceSpan: Int] = [:]
      let limit = checked.timeLimit
      let condition = limit.map { .and([checked.condition, .test($0)]) } ?? checked.condition
      let tree = DecisionTree(condition) { predicate in
        var test = Test(
          atom: layout.atom(of: predicate) ?? 0, isNegated: predicate.isWrittenNegated, alternatives: [])
        // Only the end of an exception compares the moment, and no condition can.
        if limit == nil || predicate.test != limit?.test || predicate.fact != .time {
          test.alternatives = values(of: predicate)
          test.condition = self.condition(predicate, test, &known)
        }
        tests.append(test)
        return tests.count - 1
      }
      ruleCount += 1
      return Rule(
        checked: checked, number: number,
        protocols: ProtocolSet(rawValue: UInt8(truncatingIfNeeded: bundle.rules[number].protocols)), tree: tree,
        tests: tests)
    }

    private mutating func condition(
      _ predicate: CheckedPredicate, _ test: Test, _ known: inout [SourceSpan: Int]
    ) -> Int {
      if let number = known[predicate.span] { return number }
      var place = ConditionPlace(
        rule: ruleCount, span: predicate.span, isInDefine: predicate.use != nil, site: predicate.site,
        isNegated: predicate.isWrittenNegated)
      for alternative in test.alternatives where !place.alternatives.contains(alternative.number) {
        place.alternatives.append(alternative.number)
      }
      conditions.append(place)
      known[predicate.span] = conditions.count - 1
      return conditions.count - 1
    }

    /// The alternatives of a test, numbered by the places where they are written.
    private mutating func values(of predicate: CheckedPredicate) -> [(number: Int, value: AlternativeValue)] {
      let isOneInPlace = predicate.places.count == 1 && predicate.span.contains(predicate.places[0])
      var found: [(number: Int, value: AlternativeValue)] = []
      for (index, place) in predicate.places.enumerated() {
        var value = TestValue.operand(index)
        if case .matches(let patterns) = predicate.test {
          value = .pattern(layout.pattern(patterns[index]) ?? 0)
          let branches = branches(patterns[index], at: place)
          if !branches.isEmpty {
            found += branches.map { (number(of: $0.span), .branch($0.pattern)) }
            continue
          }
        }
        if !isOneInPlace { found.append((number(of: place), .value(value))) }
      }
      return found
    }

    /// The branches of a pattern that is written at a place as it is, between two slashes.
    private func branches(_ pattern: Pattern, at place: SourceSpan) -> [(span: SourceSpan, pattern: Pattern)] {
      guard Int(place.range.end - place.range.start) == pattern.source.utf8.count + 2 else { return [] }
      return pattern.branches.map { branch in
        var span = place
        span.range.start = place.range.start + 1 + UInt32(branch.range.lowerBound)
        span.range.end = place.range.start + 1 + UInt32(branch.range.upperBound)
        return (span, branch.pattern)
      }
    }

    private mutating func number(of place: SourceSpan) -> Int {
      if let known = alternativeNumbers[place] { return known }
      alternatives.append(place)
      alternativeNumbers[place] = alternatives.count - 1
      return alternatives.count - 1
    }
  }
}

extension SourceSpan {
  fileprivate func contains(_ other: SourceSpan) -> Bool {
    file == other.file && range.start <= other.range.start && other.range.end <= range.end
  }
}
