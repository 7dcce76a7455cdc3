import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime
import PolicySyntax

/// Tells for which operations of a request conditions hold: the engine says so, with a rule a condition that only
/// observes.
struct ConditionProbes {
  private let engine: Engine
  /// From the number of a rule in the bundle to that of its condition.
  private let numbers: [Int: Int]
  private let count: Int

  /// Nil where the conditions are past a limit of bundles. Conditions on responses hold of the response.
  init?(_ conditions: [Condition], _ factory: EngineFactory) {
    var policy = CheckedPolicy()
    policy.defaults.decision = .allow
    policy.defaults.unparsed = .allow
    policy.rules = conditions.enumerated().map { number, condition in
      let name = "\u{7F}probe \(number)"
      var rule = CheckedRule(
        fullName: name, displayName: name, span: SourceSpan(file: 0, SourceRange(0, 0)), condition: condition,
        actions: [])
      rule.isObserved = true
      rule.onResponse = condition.speaksOfResponse
      return rule
    }
    policy.rules.sort { $0.fullName < $1.fullName }
    guard let engine = factory.engine(policy) else { return nil }
    self.engine = engine
    count = conditions.count
    let bundle = engine.policy.bundle
    numbers = Dictionary(
      bundle.rules.indices.compactMap { index in
        Int(bundle.text(bundle.rules[index].fullName).dropFirst(7)).map { (index, $0) }
      }
    ) { first, _ in first }
  }

  /// For each operation which of the conditions hold, after what the session has seen.
  func holding(_ request: JudgedRequest, after prelude: SessionPrelude = SessionPrelude()) -> [[Bool]] {
    var verdicts: [OperationVerdict] = []
    let tags = prelude.tags
    engine.forgetTools()
    for before in prelude.requests(request) { _ = engine.judge(before, []) }
    if request.response == nil, !request.isRecalled {
      // What becomes of the request is not asked.
      verdicts = engine.operationVerdicts(of: request, tags)
    } else {
      _ = engine.judge(request, tags, &verdicts)
    }
    return verdicts.indices.map { index in
      var holds = [Bool](repeating: false, count: count)
      // The response is judged for each operation of the request, in their order.
      var fired = engine.fired(verdicts[index])
      if index < engine.responseVerdicts.count { fired += engine.fired(engine.responseVerdicts[index]) }
      for rule in fired { if let number = numbers[rule] { holds[number] = true } }
      return holds
    }
  }
}

extension Condition {
  /// Whether a test in it is on the response.
  var speaksOfResponse: Bool { facts.contains { $0.schema.phase == .response } }

  /// The facts that its tests are on.
  var facts: [Fact] {
    switch self {
    case .constant: []
    case .test(let predicate): [predicate.fact]
    case .not(let inner): inner.facts
    case .and(let parts), .or(let parts): parts.flatMap(\.facts)
    }
  }
}
