import PatternMatching
import PolicyBytecode
import PolicyCompiler
import TestSupport
import Testing

@testable import PolicyRuntime

/// Policies of which a prefilter tells that no rule speaks of an operation: what is judged with it is what the reference
/// evaluator says.
@Suite struct PrefilterTests {
  private static let words = ["drop", "table", "orders", "Users", "purge", "select", "ledger", "e-mail"]

  /// A pattern in which some literal of four bytes is sure to stand, and a text that it matches.
  private func pattern(_ random: inout SplitMix64) -> (pattern: Pattern, example: String) {
    let (word, other) = (random.pick(Self.words), random.pick(Self.words))
    let number = 1000 + random.below(40)
    switch random.below(5) {
    case 0: return (Pattern(.contains, "\(word)_\(number)"), "\(word)_\(number)")
    case 3:
      return (Pattern(.glob, "*\(word) /*-\(number)*\(random.pick(["", "-f*"]))"), "\(word) /\(other)-\(number) -f")
    case 1: return (Pattern(.glob, "*\(word) /*\(other)*"), "\(word) /x/\(other)")
    case 2: return (Pattern(.contains, "\(word) \(other)", ignoringCase: true), "\(word.uppercased()) \(other)")
    default: return (Pattern(.regex, "\(word)\\s+-[fr]{1,2} \(number)"), "\(word)  -rf \(number)")
    }
  }

  private func condition(_ random: inout SplitMix64, _ patterns: [Pattern]) -> Condition {
    func test() -> Condition {
      .test(
        CheckedPredicate(fact: .command, test: .matches(random.some(patterns, 1, 2)), span: nowhere))
    }
    let group = Condition.test(
      CheckedPredicate(
        fact: .group, test: .matches(random.some(PolicyGenerator.groups, 1, 2).map { Pattern(.equals, $0) }),
        span: nowhere))
    switch random.below(8) {
    case 0...3: return test()
    case 4: return .and([group, test()])
    case 5: return .or([test(), test()])
    case 6: return .and([test(), test()])
    default: return .and([test(), .not(test())])
    }
  }

  private func policy(_ random: inout SplitMix64, _ patterns: [Pattern], ruleCount: Int) -> CheckedPolicy {
    var policy = CheckedPolicy()
    policy.defaults.decision = random.pick([.allow, .block])
    policy.defaults.unparsed = random.pick([.allow, .block])
    policy.defaults.record = random.pick(RecordLevel.allCases)
    policy.rules = (0..<ruleCount).map { number in
      var actions: [CheckedAction] = [random.pick([.block(message: nil), .allow, .record(.full), .record(.commands)])]
      if random.chance(20) { actions.append(.tag("seen")) }
      var rule = CheckedRule(
        fullName: "p/r\(1000 + number)", displayName: "r\(1000 + number)", span: nowhere,
        condition: condition(&random, patterns), actions: actions)
      rule.isObserved = random.chance(10)
      return rule
    }
    return policy
  }

  private func command(_ random: inout SplitMix64, _ examples: [String]) -> String {
    var parts: [String] = []
    let length = random.below(50)
    while parts.reduce(0, { $0 + $1.utf8.count + 1 }) < length {
      parts.append("\(random.pick(Self.words + ["é", "日本"]))\(random.pick([" ", "_", " /"]))\(1000 + random.below(60))")
    }
    if random.chance(40) { parts.insert(random.pick(examples), at: random.below(parts.count + 1)) }
    return parts.joined(separator: " ")
  }

  @Test(arguments: [1, 3, 4, 9, 40, 70]) func agreesWithTheReference(patternCount: Int) throws {
    var random = SplitMix64(seed: UInt64(patternCount))
    var filtered = 0
    for _ in 0..<6 {
      let drawn = (0..<patternCount).map { _ in pattern(&random) }
      let policy = policy(&random, drawn.map(\.pattern), ruleCount: patternCount)
      let (reference, subject) = (try ReferenceEvaluator(policy), try Subject(policy))
      for _ in 0..<8 {
        var principal = Principal()
        principal.groups = random.some(PolicyGenerator.groups, 0, 3)
        let tags: Set<String> = random.chance(30) ? ["seen"] : []
        let session = subject.session(principal, tags: tags)
        // Where no rule is live there is nothing to look for.
        if !session.hasLiveRules(.shell, .request) || session.residual(.shell, .request).pointee.hasPrefilter {
          filtered += 1
        }
        for _ in 0..<8 {
          let operations = (0..<1 + random.below(2)).map { _ in
            let values = random.chance(80) ? 1 : random.below(4)
            return ReferenceOperation(
              .shell, unparsed: random.chance(8),
              (0..<values).map { _ in ReferenceFact(.command, command(&random, drawn.map(\.example))) })
          }
          let request = ReferenceRequest(operations)
          let expected = reference.judge(request, by: principal, tags: tags, time: nil, clock: 0)
          let found = subject.judge(request, in: session)
          let unbound = subject.judge(request, by: principal, tags: tags)
          guard ReferenceVerdict(found) == expected, unbound == found else {
            Issue.record("\(request) of \(principal.groups) with \(tags): \(found), without a session \(unbound)")
            return
          }
        }
      }
    }
    #expect(filtered == 48, "where prefilters are in use: \(filtered)")
  }

  /// Each rule's literal is in another value of the operation, or behind one that only looks like it; some rules wait for more.
  @Test(arguments: [1, 2, 3, 4, 60], [false, true]) func severalValues(ruleCount: Int, oneWaitsForMore: Bool) throws {
    var policy = CheckedPolicy()
    policy.defaults.record = .commands
    func test(_ fact: Fact, _ patterns: [Pattern]) -> Condition {
      .test(CheckedPredicate(fact: fact, test: .matches(patterns), span: nowhere))
    }
    policy.rules = (0..<ruleCount).map { number in
      let own = test(.command, [Pattern(.glob, "*drop /*word-\(100 + number)*")])
      let waits = oneWaitsForMore && number == 0
      return CheckedRule(
        fullName: "p/r\(100 + number)", displayName: "r\(100 + number)", span: nowhere,
        condition: waits ? .and([own, .not(test(.command, [Pattern(.contains, "never-\(number)")]))]) : own,
        actions: number % 2 == 0 ? [.block(message: nil)] : [.allow, .record(.full)])
    }
    let (reference, subject) = (try ReferenceEvaluator(policy), try Subject(policy))
    let session = subject.session(Principal())
    // Few literals are answered where they stand; a rule that waits for more has one more.
    let literalCount = ruleCount + (oneWaitsForMore ? 1 : 0)
    #expect((session.residual(.shell, .request).pointee.literals != nil) == (literalCount <= 48))
    let tooLong = String(repeating: "w", count: PatternIndex.longestGlance)
    for (first, second) in [(0, 1), (1, 0), (0, 0), (1, 1), (2, 0)] {
      for padding in [0, 1, 70, 200] {
        let around = String(repeating: "w", count: padding)
        for others in [
          [], ["word-10"], ["drop word-100"], ["-word-101 /drop"], ["never-0"], [tooLong + "drop /word-101"],
        ] {
          let hits = ["drop /\(around)word-\(100 + first)", "\(around)drop / word-\(100 + second)"]
          // Such as are looked at first, or last, or alone.
          for values in [others + hits, hits + others, [hits[0]] + others + [hits[1]], others, [hits[0]]] {
            let operation = ReferenceOperation(.shell, values.map { ReferenceFact(.command, $0) })
            let request = ReferenceRequest([operation])
            let found = subject.judge(request, in: session)
            #expect(
              ReferenceVerdict(found) == reference.judge(request, by: Principal(), tags: [], time: nil, clock: 0),
              "\(values.map { $0.prefix(30) })")
            #expect(subject.judge(request, by: Principal(), tags: []) == found)
          }
        }
      }
    }
  }

  /// Before and behind what is looked at at once.
  @Test(arguments: [-4, -1, 0, 1, 400]) func longTexts(more: Int) throws {
    var random = SplitMix64(seed: 7)
    var policy = CheckedPolicy()
    policy.rules = (0..<60).map { number in
      let test = CheckedPredicate(
        fact: .command, test: .matches([Pattern(.contains, "word-\(100 + number)")]), span: nowhere)
      return CheckedRule(
        fullName: "p/r\(100 + number)", displayName: "r\(100 + number)", span: nowhere, condition: .test(test),
        actions: [.block(message: nil)])
    }
    for ruleCount in [1, 3, 20, 60] {
      var some = policy
      some.rules = Array(policy.rules.prefix(ruleCount))
      let subject = try Subject(some)
      let length = PatternIndex.longestGlance + more
      for place in [0, 1, 500, length - 8] {
        let number = random.below(ruleCount)
        var text = [UInt8](repeating: UInt8(ascii: "w"), count: length)
        text.replaceSubrange(place..<place + 8, with: Array("word-\(100 + number)".utf8))
        let request = ReferenceRequest([
          ReferenceOperation(.shell, [ReferenceFact(.command, String(decoding: text, as: UTF8.self))])
        ])
        let found = subject.judge(request, in: subject.session(Principal()))
        #expect(found.applied == [number] && subject.judge(request, by: Principal(), tags: []) == found)
      }
    }
  }
}
