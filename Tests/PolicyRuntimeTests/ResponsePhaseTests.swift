import PatternMatching
import PolicyBytecode
import PolicyCompiler
import TestSupport
import Testing

@testable import PolicyRuntime

/// Rules on the response, and what can be said of an operation before its arguments are known.
@Suite struct ResponsePhaseTests {
  private func test(_ fact: Fact, _ values: String..., kind: Pattern.Kind = .equals) -> Condition {
    .test(CheckedPredicate(fact: fact, test: .matches(values.map { Pattern(kind, $0) }), span: nowhere))
  }

  private func rule(
    _ name: String, onResponse: Bool = false, _ condition: Condition, _ actions: CheckedAction...
  ) -> CheckedRule {
    var rule = CheckedRule(
      fullName: "p/" + name, displayName: name, span: nowhere, condition: condition, actions: actions)
    rule.onResponse = onResponse
    return rule
  }

  private func subject(_ decision: Decision = .allow, _ rules: CheckedRule...) throws -> Subject {
    var policy = CheckedPolicy()
    policy.defaults.decision = decision
    policy.rules = rules.sorted { $0.fullName < $1.fullName }
    return try Subject(policy)
  }

  private func call(_ tool: String, _ command: String = "", found detectors: [String]? = nil) -> ReferenceRequest {
    var request = ReferenceRequest([
      ReferenceOperation(
        .mcp, [ReferenceFact(.mcpMethod, "tools/call"), .init(.mcpTool, tool), .init(.command, command)])
    ])
    request.response = detectors.map { $0.map { ReferenceFact(.responseDetector, $0) } }
    return request
  }

  @Test func aRuleOnTheResponseWithholdsIt() throws {
    let subject = try subject(
      .allow,
      rule("keys", onResponse: true, test(.responseDetector, "private_key"), .block(message: "no keys"), .tag("leak")),
      rule("mail", onResponse: true, test(.mcpTool, "mail"), .mask(.detector("email"), .redact), .record(.full)),
      rule("seen", test(.mcpTool, "mail"), .tag("seen")), rule("never", test(.mcpTool, "no"), .block(message: "no")))
    let session = subject.session(Principal())
    let withheld = subject.judge(call("mail", found: ["private_key"]), in: session)
    #expect(withheld.decision == .block && withheld.isWithheld && withheld.rules == ["keys"])
    #expect(withheld.message == "no keys" && withheld.tags == ["leak", "seen"] && withheld.masks.isEmpty)
    let passed = subject.judge(call("mail", found: ["email"]), in: session)
    #expect(passed.decision == .allow && !passed.isWithheld && passed.rules.isEmpty && passed.record == .full)
    #expect(passed.masks == [MaskObligation(.detector("email"), .redact)])
    // What is blocked before it is asked has no response that a rule could speak of.
    let blocked = subject.judge(call("no", found: ["private_key"]), in: session)
    #expect(blocked.decision == .block && !blocked.isWithheld && blocked.rules == ["never"] && blocked.tags.isEmpty)
    // Without a response no rule on it applies.
    #expect(subject.judge(call("mail"), in: session).masks.isEmpty)
  }

  @Test func whatCanNeverPassIsKnownBeforeTheArgumentsAre() throws {
    let drop = test(.mcpTool, "drop")
    let cases: [(subject: Subject, tools: [(String, Bool)])] = [
      (try subject(.allow, rule("a", drop, .block(message: nil))), [("drop", false), ("read", true)]),
      // The command decides.
      (
        try subject(.allow, rule("a", .and([drop, test(.command, "x")]), .block(message: nil))),
        [("drop", true), ("read", true)]
      ),
      // Whatever the command is.
      (
        try subject(
          .allow, rule("a", .and([drop, .or([test(.command, "x"), .not(test(.command, "x"))])]), .block(message: nil))),
        [("drop", false)]
      ),
      (
        try subject(.block, rule("a", drop, .approve(Approval(groups: ["dba"], count: 1)))),
        [("drop", true), ("read", false)]
      ),
      (
        try subject(.block, rule("a", .and([drop, test(.command, "x")]), .allow)), [("drop", true), ("read", false)]
      ),
      (
        try subject(.allow, rule("a", .and([drop, test(.group, "dba")]), .block(message: nil))), [("drop", true)]
      ),
      (try subject(.allow, rule("a", .and([drop, test(.session, "bad")]), .block(message: nil))), [("drop", true)]),
    ]
    for (number, (subject, tools)) in cases.enumerated() {
      for (tool, passes) in tools {
        var batch = OperationBatch()
        call(tool).write(to: &batch, keys: subject.loaded.keys)
        let session = subject.session(Principal())
        subject.interpreter.begin(session, at: Moment())
        let known = FactSet([.mcpMethod, .mcpTool])
        let found = subject.interpreter.canPass(0, of: batch, knowing: known, in: session)
        #expect(found == passes, "\(number) \(tool)")
      }
    }
  }
}
