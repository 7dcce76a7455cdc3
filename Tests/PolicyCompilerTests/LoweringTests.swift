import PatternMatching
import PolicyBytecode
import PolicySyntax
import TestSupport
import Testing

import struct Foundation.Date
import struct Foundation.TimeZone

@testable import PolicyCompiler

/// From checked policies to graphs, triggers and zones.
@Suite struct LoweringTests {
  private func literal(_ atom: Int, _ isPositive: Bool = true) -> AtomFormula {
    .literal(atom: atom, isPositive: isPositive)
  }

  private func test(_ fact: Fact, _ values: String..., kind: Pattern.Kind = .equals) -> Condition {
    .test(CheckedPredicate(fact: fact, test: .matches(values.map { Pattern(kind, $0) }), span: nowhere))
  }

  private func policy(_ conditions: [Condition], _ action: CheckedAction = .block(message: nil)) -> CheckedPolicy {
    var policy = CheckedPolicy()
    policy.rules = conditions.enumerated().map { number, condition in
      CheckedRule(
        fullName: "p/r\(number)", displayName: "r\(number)", span: nowhere, condition: condition, actions: [action])
    }
    return policy
  }

  private func bundle(_ conditions: Condition..., action: CheckedAction = .block(message: nil)) throws -> Bundle {
    try Bundle(compileBundle(policy(conditions, action), .tests).get())
  }

  // MARK: Formulas and graphs

  @Test func formulasAreSimplified() {
    #expect(AtomFormula.conjunction([]) == .constant(true))
    #expect(AtomFormula.disjunction([]) == .constant(false))
    #expect(AtomFormula.conjunction([literal(1), .constant(true), literal(1)]) == literal(1))
    #expect(AtomFormula.conjunction([literal(1), .constant(false)]) == .constant(false))
    #expect(AtomFormula.disjunction([literal(1), .constant(true)]) == .constant(true))
    #expect(AtomFormula.conjunction([literal(1), literal(1, false)]) == .constant(false))
    #expect(AtomFormula.disjunction([literal(1), literal(1, false)]) == .constant(true))
    #expect(
      AtomFormula.conjunction([literal(1), .and([literal(2), literal(3)])])
        == .and([literal(1), literal(2), literal(3)]))
  }

  /// Every graph agrees with its formula for all outcomes, goes forward only and tests cheap atoms first.
  @Test func graphsMeanTheirFormulas() {
    let formulas: [AtomFormula] = [
      literal(0), literal(0, false), .and([literal(2), literal(0), literal(1, false)]),
      .or([literal(0), .and([literal(1), literal(2)]), literal(3, false)]),
      .and([.or([literal(0), literal(1)]), .or([literal(0, false), literal(2)]), literal(3)]),
      .or([
        .and([literal(0), .or([literal(1), literal(3)])]), .and([literal(2, false), .or([literal(1), literal(3)])]),
      ]),
    ]
    // Atom 3 is the dearest.
    var graph = DecisionGraph(cost: { $0 == 3 ? 9 : 1 }, operation: { _ in .lazy })
    for formula in formulas {
      guard case .tests(let words) = graph.lower(formula) else {
        Issue.record("\(formula) has no graph")
        continue
      }
      for outcomes in 0..<16 {
        let isTrue = { (atom: Int) in outcomes >> atom & 1 == 1 }
        var position = 0
        var tested: [Int] = []
        while true {
          let word = words[position]
          tested.append(word.atom)
          let step = isTrue(word.atom) ? word.whenTrue : word.whenFalse
          if step == GraphWord.yes || step == GraphWord.no {
            #expect((step == GraphWord.yes) == holds(formula, isTrue), "\(formula) \(outcomes)")
            break
          }
          position += Int(step)
        }
        #expect(tested.first != 3 || tested.count == 1)
        #expect(Set(tested).count == tested.count, "\(formula) asks a test twice")
      }
    }
  }

  private func holds(_ formula: AtomFormula, _ isTrue: (Int) -> Bool) -> Bool {
    switch formula {
    case .constant(let value): value
    case .literal(let atom, let isPositive): isTrue(atom) == isPositive
    case .and(let parts): parts.allSatisfy { holds($0, isTrue) }
    case .or(let parts): parts.contains { holds($0, isTrue) }
    }
  }

  @Test func constantGraphs() {
    var graph = DecisionGraph(cost: { _ in 0 }, operation: { _ in .lazy })
    #expect(graph.lower(.constant(true)) == .always)
    #expect(graph.lower(.constant(false)) == .never)
    // Constant, though no part of it is.
    let cases: [AtomFormula] = [
      .or([.and([literal(1), literal(2)]), literal(1, false), literal(2, false)]),
      .and([.or([literal(1), literal(2)]), literal(1, false), literal(2, false)]),
    ]
    #expect(cases.map { graph.lower($0) } == [.always, .never])
    guard case .tests(let single) = graph.lower(literal(7)) else {
      Issue.record("one literal is one test")
      return
    }
    #expect(single.count == 1)
  }

  @Test func graphSizeIsLimited() {
    var graph = DecisionGraph(cost: { _ in 0 }, operation: { _ in .lazy })
    let most = BundleFormat.maxGraphWords
    guard case .tests(let largest) = graph.lower(.or((0..<most).map { literal($0) })) else {
      Issue.record("a graph at the limit is made")
      return
    }
    #expect(largest.count == most)
    let tooLarge = graph.lower(.or((0...most).map { literal($0) }))
    #expect(tooLarge == nil)
  }

  @Test func aConditionPastTheLimitIsReported() {
    let tests = (0...BundleFormat.maxGraphWords).map { number in
      Condition.test(
        CheckedPredicate(fact: .sqlLimit, test: .compare(.less, Int64(number)), span: nowhere))
    }
    guard case .failure(let failure) = compileBundle(policy([.or(tests)]), .tests) else {
      Issue.record("the condition is too large")
      return
    }
    #expect(failure.diagnostics.map(\.code) == [.limitExceeded])
  }

  // MARK: Rules

  @Test func equalTestsAreOneAtom() throws {
    let bundle = try bundle(
      .and([test(.command, "ls"), test(.user, "ann")]), .or([test(.user, "ann"), test(.command, "ls")]))
    #expect(bundle.atoms.count == 2)
    #expect(bundle.meta.bindAtoms == 1)
    #expect(bundle.text(bundle.atoms[0].text) == "user is \"ann\"")
    // What binding decides is split off where it is a conjunct of its own.
    #expect(bundle.rules[0].bindGraph.count == 1 && bundle.rules[0].judgeGraph.count == 1)
    #expect(bundle.rules[1].bindGraph.count == 0 && bundle.rules[1].judgeGraph.count == 2)
  }

  @Test func triggersAreTheSetLeastLikelyMet() throws {
    let cases: [(Condition, [String])] = [
      (test(.command, "ls"), ["command is \"ls\""]),
      (.and([test(.sqlVerb, "drop"), test(.sqlTable, "users")]), ["sql.table is \"users\""]),
      (.and([.not(test(.command, "ls")), test(.sqlVerb, "drop")]), ["sql.verb is drop"]),
      (.or([test(.command, "ls"), test(.command, "rm")]), ["command is \"ls\"", "command is \"rm\""]),
      // No atom must hold: a negation, a test that is no pattern, or one decided by binding, may do alone.
      (.or([test(.command, "ls"), .not(test(.command, "rm"))]), []),
      (.test(CheckedPredicate(fact: .sqlWhere, test: .isTrue, span: nowhere)), []),
      (.or([test(.command, "ls"), test(.user, "ann")]), []),
    ]
    for (number, (condition, expected)) in cases.enumerated() {
      let bundle = try bundle(condition)
      let triggers = bundle.rules[0].triggers.indices.map { bundle.text(bundle.atoms[Int(bundle.triggers[$0])].text) }
      #expect(triggers.sorted() == expected, "case \(number)")
    }
  }

  @Test func protocolsFollowFromTheFacts() throws {
    let cases: [(Condition, ProtocolSet)] = [
      (.constant(true), .all), (.constant(false), []), (test(.user, "ann"), .all), (test(.sqlVerb, "drop"), .sql),
      (.not(test(.sqlVerb, "drop")), .all), (.and([test(.sqlVerb, "drop"), test(.shellProgram, "rm")]), []),
      (.or([test(.sqlVerb, "drop"), test(.shellProgram, "rm")]), ProtocolSet.sql.union(.shell)),
      (.and([test(.command, "x"), test(.httpPath, "/")]), .init(.http)),
    ]
    for (number, (condition, expected)) in cases.enumerated() {
      #expect(try bundle(condition).rules[0].protocols == UInt32(expected.rawValue), "case \(number)")
    }
  }

  /// Whether an `allow` can lift `default unparsed block`.
  @Test func allowsThatTestUnparsed() throws {
    let unparsed = Condition.test(CheckedPredicate(fact: .unparsed, test: .isTrue, span: nowhere))
    let user = test(.user, "ann")
    let cases: [(Condition, Bool)] = [
      (unparsed, true), (user, false), (.and([user, unparsed]), true), (.or([user, unparsed]), false),
      (.or([.and([user, unparsed]), unparsed]), true), (.not(unparsed), false), (.not(.not(unparsed)), true),
      (.not(.or([.not(unparsed), user])), true), (.constant(true), false),
    ]
    for (number, (condition, expected)) in cases.enumerated() {
      #expect(try bundle(condition, action: .allow).rules[0].testsUnparsed == expected, "case \(number)")
      #expect(try !bundle(condition).rules[0].testsUnparsed, "case \(number)")
    }
  }

  // MARK: Reproducibility

  @Test func equalPoliciesGiveEqualBytes() throws {
    for seed in 0..<10 as Range<UInt64> {
      var generator = PolicyGenerator(seed: 7_000 + seed)
      var policy = generator.policy()
      let bytes = try compileBundle(policy, .tests).get()
      #expect(try compileBundle(policy, .tests).get() == bytes)
      policy.rules = policy.rules.reversed().sorted { $0.fullName < $1.fullName }
      #expect(try compileBundle(policy, .tests).get() == bytes)
    }
  }

  /// Patterns that only `String` calls equal stay two.
  @Test func canonicallyEquivalentPatternsAreTwo() throws {
    let bundle = try bundle(test(.user, "\u{EB}"), test(.user, "e\u{308}"))
    #expect(bundle.atoms.count == 2 && bundle.matchers.count == 2)
  }

  // MARK: Zones

  @Test func zonesAgreeWithFoundation() throws {
    let start = Int64(0)
    let end = Int64(4_102_444_800)  // 2100-01-01
    for name in [
      "Europe/Berlin", "America/New_York", "Australia/Sydney", "America/Santiago", "Asia/Kolkata", "Europe/Dublin",
      "UTC",
    ] {
      let zone = try #require(TimeZone(identifier: name))
      let file = try #require(zoneFile(name))
      let transitions = try #require(zoneTransitions(file))
      #expect(zip(transitions, transitions.dropFirst()).allSatisfy { $0.from < $1.from })
      let offset = { (time: Int64) in transitions.last { $0.from <= time }?.offset }
      var random = SplitMix64(seed: 3)
      var times = (0..<300).map { _ in start + Int64(random.below(Int(end - start))) }
      // Both sides of changes of the clocks, of those read from the file and of those that its rule adds.
      for change in transitions.filter({ $0.from > start && $0.from < end }).enumerated() where change.offset % 9 == 0 {
        times += [change.element.from - 1, change.element.from]
      }
      for time in times {
        let expected = Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time))))
        #expect(offset(time) == expected, "\(name) at \(time)")
      }
    }
  }

  @Test func damagedZoneFiles() throws {
    let good = try #require(zoneFile("Europe/Berlin"))
    #expect(zoneTransitions([]) == nil)
    #expect(zoneTransitions(Array("TZif".utf8)) == nil)
    // Anything goes but a crash.
    for count in stride(from: 0, to: good.count, by: 13) { _ = zoneTransitions(Array(good[..<count])) }
    var random = SplitMix64(seed: 5)
    for _ in 0..<500 {
      var bytes = good
      bytes[random.below(bytes.count)] = UInt8(random.below(256))
      _ = zoneTransitions(bytes)
    }
  }

  @Test func anUnknownZoneIsReported() {
    let window = TimeWindow(days: 127, start: 0, end: 1, zone: "Mars/Base")
    let condition = Condition.test(CheckedPredicate(fact: .time, test: .withinTimes([window]), span: nowhere))
    guard case .failure(let failure) = compileBundle(policy([condition]), .tests) else {
      Issue.record("there is no such zone")
      return
    }
    #expect(failure.diagnostics.map(\.code) == [.badTimeWindow])
  }
}
