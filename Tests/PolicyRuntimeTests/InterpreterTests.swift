import PatternMatching
import PolicyBytecode
import PolicyCompiler
import TestSupport
import Testing

@testable import PolicyRuntime

/// What the fuzz test cannot see: caches, the wrap of the epoch, match limits, tags over several requests.
@Suite struct InterpreterTests {
  private func test(_ fact: Fact, _ values: String..., kind: Pattern.Kind = .equals) -> Condition {
    .test(CheckedPredicate(fact: fact, test: .matches(values.map { Pattern(kind, $0) }), span: nowhere))
  }

  private func rule(_ name: String, _ condition: Condition, _ actions: CheckedAction...) -> CheckedRule {
    CheckedRule(fullName: "p/" + name, displayName: name, span: nowhere, condition: condition, actions: actions)
  }

  private func policy(_ decision: Decision = .allow, _ rules: [CheckedRule]) -> CheckedPolicy {
    var policy = CheckedPolicy()
    policy.defaults.decision = decision
    policy.rules = rules.sorted { $0.fullName < $1.fullName }
    return policy
  }

  private func request(_ command: String, _ wire: OperationProtocol = .shell) -> ReferenceRequest {
    ReferenceRequest([ReferenceOperation(wire, [ReferenceFact(.command, command)])])
  }

  private func user(_ name: String) -> Principal {
    var principal = Principal()
    principal.user = name
    return principal
  }

  // MARK: Residuals

  @Test func sessionsOfEqualOutcomesShareAResidual() throws {
    let subject = try Subject(
      policy(.allow, [rule("a", .and([test(.user, "ann"), test(.command, "ls")]), .block(message: nil))]))
    let loaded = subject.loaded
    #expect(loaded.residual([0], .shell, .request) === loaded.residual([0], .shell, .request))
    #expect(loaded.residual([0], .shell, .request) !== loaded.residual([1], .shell, .request))
    #expect(loaded.residual([0], .shell, .request) !== loaded.residual([0], .postgres, .request))
    // Bob and Carol differ in nothing that a rule asks for.
    #expect(subject.session(user("ann")).outcomes(.shell) != subject.session(user("bob")).outcomes(.shell))
    #expect(subject.session(user("bob")).outcomes(.shell) == subject.session(user("carol")).outcomes(.shell))
    #expect(subject.session(user("ann")).liveRules(.shell) == [0])
    #expect(subject.session(user("bob")).liveRules(.shell) == [])
  }

  @Test func residualsPastTheLimitGoByLastUse() throws {
    let subject = try Subject(policy(.allow, [rule("a", test(.command, "ls"), .block(message: nil))]))
    let limit = 3
    var cache = ResidualCache(limit: limit)
    let keys = (0...limit).map { ResidualCache.Key(bits: [UInt64($0)], protocol: 0, phase: .request) }
    let residuals = keys.map { Residual(subject.loaded, bits: $0.bits, protocol: .postgres, phase: .request) }
    for index in 0..<limit { _ = cache.insert(residuals[index], for: keys[index]) }
    // At the limit all are there; the first is used again, so the second goes.
    for index in 0..<limit { #expect(cache.find(keys[index]) === residuals[index]) }
    #expect(cache.find(keys[0]) === residuals[0])
    _ = cache.insert(residuals[limit], for: keys[limit])
    #expect(cache.find(keys[1]) == nil)
    for index in [0, 2, 3] { #expect(cache.find(keys[index]) === residuals[index]) }
    // Whoever was faster stays.
    #expect(cache.insert(residuals[1], for: keys[0]) === residuals[0])
  }

  // MARK: Requests

  /// What all operations share is looked into once a request and protocol, and forgotten with the request.
  @Test func sharedFactsHoldForEveryOperationOfTheirRequestOnly() throws {
    let subject = try Subject(
      policy(
        .allow,
        [
          rule("scanned", test(.text, "secret", kind: .contains), .block(message: nil)),
          rule("lazy", test(.text, "^(a|b)+$", kind: .pcre), .block(message: nil)),
          rule("undecided", .and([test(.user, "ann"), test(.text, "^(a+)+$", kind: .pcre)]), .tag("x")),
        ]))
    let costly = String(repeating: "a", count: 60) + "!"
    let cases: [(user: String, text: String, rules: [String])] = [
      ("bob", "a secret", ["scanned"]), ("bob", "plain", []), ("bob", "abba", ["lazy"]),
      ("bob", "a secret", ["scanned"]),
      ("bob", costly, []), ("ann", costly, ["undecided"]), ("ann", "plain", []),
    ]
    let wires: [OperationProtocol] = [.shell, .postgres, .shell, .postgres]
    var batch = OperationBatch()
    for (user, text, rules) in cases {
      let session = subject.session(self.user(user))
      batch.removeAll()
      batch.facts.add(.text, text)
      batch.endCommon()
      for wire in wires {
        batch.begin(wire)
        batch.facts.add(.command, "ls")
        batch.end()
      }
      subject.interpreter.begin(session, at: Moment())
      for number in wires.indices {
        let verdict = subject.interpreter.judge(number, of: batch, in: session)
        let combined = subject.interpreter.combine([verdict])
        #expect(combined.rules == rules, "\(text), operation \(number)")
        #expect(combined.decision == (rules.isEmpty ? .allow : .block), "\(text), operation \(number)")
      }
    }
  }

  @Test func tagsTakeEffectFromTheNextRequest() throws {
    let subject = try Subject(
      policy(
        .allow,
        [
          rule("marks", test(.command, "mark"), .tag("seen")),
          rule("stops", test(.session, "seen"), .block(message: nil)),
          rule("blocked", .and([test(.command, "bad")]), .tag("other"), .block(message: nil)),
        ]))
    let session = subject.session(Principal())
    // Both operations of the request that sets the tag are judged without it.
    var both = request("mark")
    both.operations += request("ls").operations
    let first = subject.judge(both, in: session)
    #expect(first.decision == .allow && first.tags == ["seen"])
    #expect(subject.judge(request("ls"), in: session).decision == .allow)
    session.tags = first.tags
    #expect(subject.judge(request("ls"), in: session).rules == ["stops"])
    // What is blocked sets none.
    #expect(subject.judge(request("bad"), in: subject.session(Principal())).tags == [])
  }

  /// Texts around the longest of which hits are kept, each judged twice, in sessions of different residuals.
  @Test func keptHitsAreThoseOfTheTextAndTheResidual() throws {
    let glob = test(.command, "*x*", kind: .glob)
    let subject = try Subject(
      policy(
        .allow,
        [
          rule("a", .and([glob, test(.user, "ana")]), .block(message: nil)),
          rule("b", .and([test(.command, "*y*", kind: .glob), test(.user, "ben")]), .block(message: nil)),
        ]))
    let ana = subject.session(user("ana"))
    let ben = subject.session(user("ben"))
    for _ in 0..<2 {
      for length in ScanCache.longestText - 2...ScanCache.longestText + 2 {
        for place in 0..<length {
          for letter in ["x", "y", "z"] {
            let text =
              String(repeating: "-", count: place) + letter + String(repeating: "-", count: length - place - 1)
            #expect(subject.judge(request(text), in: ana).rules == (letter == "x" ? ["a"] : []))
            #expect(subject.judge(request(text), in: ben).rules == (letter == "y" ? ["b"] : []))
          }
        }
      }
    }
  }

  @Test func verdictsDoNotChangeWhereTheEpochWraps() throws {
    let subject = try Subject(
      policy(
        .allow,
        [
          rule("a", test(.command, "rm", kind: .prefix), .block(message: nil)),
          rule("b", .not(test(.command, "r.", "x", kind: .pcre)), .tag("t")),
        ]))
    let session = subject.session(Principal())
    let commands = ["rm x", "ls", "rm y", "xx", "ls"]
    let expected = commands.map { subject.judge(request($0), in: session) }
    subject.interpreter.epoch = 1 << 31 - 3
    #expect(commands.map { subject.judge(request($0), in: session) } == expected)
    #expect(subject.interpreter.epoch < 10)
  }

  @Test func masksOfOneSubjectMergeInAnyOrder() throws {
    let email = MaskSubject.detector("email")
    let cases: [([MaskHow], MaskObligation.Treatment)] = [
      ([.keepLast(4), .keepLast(4)], .keepLast(4)), ([.keepLast(4), .keepFirst(4)], .redact),
      ([.hash, .with("x")], .hash), ([.with("x"), .with("y")], .redact), ([.redact, .hash], .redact),
      // Two that differ are no weaker for a third beside them.
      ([.keepFirst(1), .keepFirst(2), .hash], .redact), ([.hash, .keepFirst(1), .keepFirst(2)], .redact),
      ([.keepFirst(1), .hash, .keepFirst(2)], .redact),
    ]
    for (number, (hows, expected)) in cases.enumerated() {
      let rules = hows.enumerated().map { rule("r\($0)", .constant(true), .mask(email, $1)) }
      let subject = try Subject(policy(.allow, rules))
      let masks = subject.judge(request("ls"), in: subject.session(Principal())).masks
      #expect(masks == [MaskObligation(.detector("email"), expected)], "case \(number)")
    }
  }

  // MARK: Match limits

  @Test func reachingTheMatchLimitBlocksWhateverTheAction() throws {
    let slow = test(.command, "^(a+)+$", kind: .pcre)
    let evil = String(repeating: "a", count: 40) + "b"
    let actions: [CheckedAction] = [
      .allow, .block(message: nil), .approve(Approval(groups: ["dba"])), .tag("t"), .record(.full),
      .mask(.detector("email"), .redact),
    ]
    for action in actions {
      for condition in [slow, .not(slow)] {
        let subject = try Subject(policy(.allow, [rule("slow", condition, action)]))
        let session = subject.session(Principal())
        let verdict = subject.judge(request(evil), in: session)
        #expect(verdict.decision == .block && verdict.rules == ["slow"], "\(action)")
        #expect(verdict.tags == [] && verdict.masks == [] && verdict.approvals == [], "\(action)")
      }
    }
  }

  /// An observed rule blocks nothing, nor does it hide the limit from the rule after it.
  @Test func observedRulesAndTheMatchLimit() throws {
    let slow = test(.command, "^(a+)+$", kind: .pcre)
    let evil = request(String(repeating: "a", count: 40) + "b")
    var observed = rule("a", slow, .block(message: nil))
    observed.isObserved = true
    let alone = try Subject(policy(.allow, [observed]))
    #expect(alone.judge(evil, in: alone.session(Principal())).decision == .allow)
    let both = try Subject(policy(.allow, [observed, rule("b", slow, .allow)]))
    #expect(both.judge(evil, in: both.session(Principal())).decision == .block)
  }

  // MARK: Damage

  /// A bundle with flipped bits, or cut short, is refused or judges; it never crashes.
  @Test func damagedBundlesAreRefusedOrJudge() throws {
    var generator = PolicyGenerator(seed: 42)
    var policy = generator.policy()
    while policy.rules.count < 6 { policy = generator.policy() }
    let good = try compileBundle(policy, .tests).get()
    let principal = generator.principal()
    let requests = (0..<3).map { _ in generator.request() }
    var random = SplitMix64(seed: 1)
    var accepted = 0
    let mutations = 3000
    for number in 0..<mutations {
      var bytes = good
      for _ in 0..<1 + random.below(3) {
        let place = random.chance(30) ? random.below(min(2048, bytes.count)) : random.below(bytes.count)
        bytes[place] = random.chance(50) ? bytes[place] ^ 1 << UInt8(random.below(8)) : UInt8(random.below(256))
      }
      if number % 50 == 0 { bytes.removeLast(1 + random.below(bytes.count)) }
      guard let bundle = try? Bundle(bytes), let loaded = try? LoadedPolicy(bundle) else { continue }
      accepted += 1
      var interpreter = Interpreter(loaded)
      let session = Session(loaded, SessionFacts(principal))
      var batch = OperationBatch()
      for request in requests {
        request.write(to: &batch, keys: loaded.keys)
        _ = interpreter.judge(batch, in: session, at: Moment(time: 1_800_000_000))
      }
    }
    #expect(accepted > 0 && accepted < mutations, "\(accepted)")
  }

  /// Moments at the ends of the number line are judged like others.
  @Test func extremeMoments() throws {
    let window = TimeWindow(days: 127, start: 0, end: 86_400, zone: "Europe/Berlin")
    let utc = TimeWindow(days: 127, start: 0, end: 86_400, zone: "UTC")
    for zone in [window, utc] {
      let condition = Condition.test(CheckedPredicate(fact: .time, test: .withinTimes([zone]), span: nowhere))
      let subject = try Subject(policy(.allow, [rule("a", condition, .block(message: nil))]))
      let session = subject.session(Principal())
      for time in [0, -1, 1 << 40, -(1 << 40)] as [Int64] {
        #expect(subject.judge(request("ls"), in: session, time: time).decision == .block)
      }
      for time in [.min, .max, .min + 1, .max - 1] as [Int64] {
        _ = subject.judge(request("ls"), in: session, time: time)
      }
    }
  }
}
