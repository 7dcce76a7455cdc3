import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime
import PolicySyntax

/// Invariants as rules that only observe, so that the engine itself says for which operations their conditions hold.
///
/// A claim of an invariant becomes one rule; after an operation is judged, each such rule that applies is held against
/// the operation's verdict.
public struct InvariantProbes: Sendable {
  /// What a claim demands of a verdict, by the full name of its rule.
  private var claims: [String: (invariant: CheckedInvariant, claim: CheckedInvariant.Claim)] = [:]
  /// A name that no rule can have.
  private static let prefix = "\u{7F}invariant "

  /// A request whose verdict refutes an invariant.
  public struct Violation: Sendable, Hashable {
    public var invariant: String
    public var span: SourceSpan
    /// What became of the operation, and what was claimed.
    public var message: String
  }

  /// No claims.
  public init() {}

  /// Adds the rules to `policy`, in its order by name.
  public init(addingTo policy: inout CheckedPolicy) {
    for invariant in policy.invariants {
      for (number, claim) in invariant.claims.enumerated() { claims[Self.name(invariant, number)] = (invariant, claim) }
    }
    policy.rules += rules(of: policy.invariants)
    policy.rules.sort { $0.fullName < $1.fullName }
  }

  /// The rules of invariants: one a claim.
  func rules(of invariants: [CheckedInvariant]) -> [CheckedRule] {
    invariants.flatMap { invariant in
      invariant.claims.enumerated().map { number, claim in
        let name = Self.name(invariant, number)
        var rule = CheckedRule(
          fullName: name, displayName: name, span: claim.span, condition: claim.condition, actions: [])
        rule.isObserved = true
        return rule
      }
    }
  }

  private static func name(_ invariant: CheckedInvariant, _ number: Int) -> String {
    prefix + "\(invariant.name) \(number)"
  }

  public var isEmpty: Bool { claims.isEmpty }

  /// The claims by the numbers that their rules have in a bundle.
  func claims(in bundle: Bundle) -> Claims { Claims(self.claims, bundle) }

  /// The claims of a policy set as its bundle numbers their rules: asked of every operation.
  struct Claims {
    private let bundle: Bundle
    /// By the number of the rule.
    private let claims: [(invariant: CheckedInvariant, claim: CheckedInvariant.Claim)?]
    private let isEmpty: Bool

    fileprivate init(
      _ claims: [String: (invariant: CheckedInvariant, claim: CheckedInvariant.Claim)], _ bundle: Bundle
    ) {
      self.bundle = bundle
      self.claims = bundle.rules.indices.map { claims[bundle.text(bundle.rules[$0].fullName)] }
      isEmpty = claims.isEmpty
    }

    /// The claims that the verdicts of a request's operations refute, which `engine` has judged last.
    func violations(_ verdicts: [OperationVerdict], by engine: Engine) -> [Violation] {
      if isEmpty { return [] }
      var violations: [Violation] = []
      for verdict in verdicts { addViolations(verdict, fired: engine.fired(verdict), to: &violations) }
      return violations
    }

    private func addViolations(_ verdict: OperationVerdict, fired: [Int], to violations: inout [Violation]) {
      for number in fired {
        guard let (invariant, claim) = claims[number], meets(claim, verdict, fired) != claim.isAlways else { continue }
        let demand = (claim.isAlways ? "always " : "never ") + claim.outcome.phrase
        violations.append(
          Violation(
            invariant: invariant.name, span: claim.span,
            message: "`\(demand)` does not hold: the verdict is \(verdict.decision.word), record \(verdict.record.word)"
          ))
      }
    }

    /// Whether a verdict is what the claim speaks of. `always record commands` is also met by a fuller recording.
    private func meets(_ claim: CheckedInvariant.Claim, _ verdict: OperationVerdict, _ fired: [Int]) -> Bool {
      switch claim.outcome {
      case .decision(let decision): verdict.decision == decision
      case .record(let level): claim.isAlways ? verdict.record >= level : verdict.record == level
      case .mask(let detector): fired.contains { masks(detector, $0) }
      }
    }

    private func masks(_ detector: String, _ rule: Int) -> Bool {
      guard !bundle.rules[rule].isObserved else { return false }
      return bundle.rules[rule].actions.indices.contains {
        bundle.actions[$0].kind == ActionKind.maskDetector.rawValue && bundle.text(bundle.actions[$0].text) == detector
      }
    }
  }
}

extension CheckedInvariant.Outcome {
  fileprivate var phrase: String {
    switch self {
    case .decision(let decision): decision.word
    case .record(let level): "record \(level.word)"
    case .mask(let detector): "mask \(detector)"
    }
  }
}
