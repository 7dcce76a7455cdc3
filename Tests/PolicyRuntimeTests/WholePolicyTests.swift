import PatternMatching
import PolicyBytecode
import PolicyCompiler
import TestSupport
import Testing

@testable import PolicyRuntime

/// Requests without a session: more groups than a word has bits. ``FuzzTests`` compares policies of all kinds.
@Suite struct WholePolicyTests {
  private static let groupCount = 130

  private func test(_ fact: Fact, _ value: String, kind: Pattern.Kind = .equals) -> Condition {
    .test(CheckedPredicate(fact: fact, test: .matches([Pattern(kind, value)]), span: nowhere))
  }

  private func rule(_ name: String, _ condition: Condition) -> CheckedRule {
    CheckedRule(
      fullName: "p/" + name, displayName: name, span: nowhere, condition: condition, actions: [.block(message: nil)])
  }

  /// A rule for each group, one for everyone and one for who is in no group but these.
  private func loaded() throws -> LoadedPolicy {
    var policy = CheckedPolicy()
    policy.defaults.decision = .allow
    policy.rules = (0..<Self.groupCount).map { number in
      rule(
        "r\(1000 + number)", .and([test(.group, "g\(number)"), test(.command, "drop-\(number % 7)", kind: .contains)]))
    }
    policy.rules.append(rule("s", test(.command, "shutdown")))
    return try Subject(policy).loaded
  }

  /// The rules that apply to a command of someone in `groups`, with and without a session.
  private func judge(_ command: String, _ groups: [String], _ whole: WholePolicy) -> (bound: [Int], unbound: [Int]) {
    var interpreter = Interpreter(whole.policy)
    var batch = OperationBatch()
    batch.endCommon()
    batch.begin(.shell)
    batch.facts.add(.command, command)
    batch.end()
    var facts = SessionFacts()
    facts.groups = groups
    let session = Session(whole.policy, facts)
    let bound = interpreter.judge(batch, in: session, at: Moment())
    // In one call it is the same.
    func applied(_ verdict: OperationVerdict) -> [Int] {
      (verdict.firstFired..<verdict.endFired).map { Int(interpreter.fired[Int($0)]) }
    }
    var alone = interpreter.judgeAlone(0, of: batch, in: session, at: Moment())
    #expect(alone.decision == bound.decision && applied(alone) == bound.applied)

    interpreter.begin(whole, at: Moment())
    tell(&interpreter, groups, whole)
    let unbound = interpreter.judge(batch, in: whole)
    interpreter.asker.begin(whole)
    tell(&interpreter, groups, whole)
    alone = interpreter.judgeAlone(0, of: batch, in: whole, at: Moment())
    #expect(alone.decision == unbound.decision && applied(alone) == unbound.applied)
    return (bound.applied, unbound.applied)
  }

  private func tell(_ interpreter: inout Interpreter, _ groups: [String], _ whole: WholePolicy) {
    for group in groups {
      if let number = whole.number(ofGroup: group) {
        interpreter.asker.add(group: number)
      } else {
        interpreter.asker.add(.group, group)
      }
    }
  }

  @Test(arguments: [0, 1, 62, 63, 64, groupCount]) func groupsByNumberAndByName(numbered: Int) throws {
    let whole = WholePolicy(try loaded(), groups: (0..<numbered).map { "g\($0)" })
    #expect(whole.number(ofGroup: "g\(numbered)") == nil)
    for number in 0..<Self.groupCount {
      let found = judge("drop-\(number % 7) now", ["g\(number)"], whole)
      #expect(found.bound == [number] && found.unbound == [number])
    }
    for groups in [[], ["g0", "g62", "g7", "g124"], ["strangers"], ["g129", "g0"]] {
      for command in ["drop-0", "drop-5", "shutdown", "ls"] {
        let found = judge(command, groups, whole)
        #expect(found.bound == found.unbound, "\(groups) \(command)")
      }
    }
  }

  @Test func groupsByWordsAndALentTarget() throws {
    var policy = CheckedPolicy()
    policy.rules = (0..<Self.groupCount).map { number in
      rule("r\(1000 + number)", .and([test(.group, "g\(number)"), test(.target, "prod-", kind: .prefix)]))
    }
    let whole = WholePolicy(try Subject(policy).loaded, groups: (0..<Self.groupCount).map { "g\($0)" })
    var interpreter = Interpreter(whole.policy)
    var batch = OperationBatch()
    batch.endCommon()
    batch.begin(.shell)
    batch.facts.add(.command, "ls")
    batch.end()
    for target in ["prod-orders", "staging-orders"] {
      for numbers in [[0], [61], [62], [63], [64], [63, 64, 127], [128], [129], [1, 62, 124], []] {
        let text = Array(target.utf8)
        text.withUnsafeBufferPointer { bytes in
          interpreter.begin(whole, at: Moment())
          var words = [UInt64](repeating: 0, count: 3)
          for number in numbers { words[number >> 6] |= 1 << UInt64(number & 63) }
          for (index, word) in words.enumerated() { interpreter.asker.add(groups: word, at: index) }
          var bits = Asker.anyone
          for number in numbers { bits |= Asker.bit(of: number) }
          #expect(interpreter.asker.groups == bits)
          interpreter.asker.add(.target, lending: bytes)
          #expect(interpreter.judge(batch, in: whole).applied == (target == "prod-orders" ? numbers : []))
        }
      }
    }
  }
}
