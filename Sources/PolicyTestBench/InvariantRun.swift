import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime
import PolicySyntax

/// Holds the invariants of a policy set against requests, by the engine that judges them.
public final class InvariantRun {
  private let engine: Engine
  private let claims: InvariantProbes.Claims
  /// Requests that were judged.
  public private(set) var requests = 0
  /// What was refuted, each claim with the first request that does.
  public private(set) var violations: [Refutation] = []
  private var refuted: Set<SourceSpan> = []

  /// A claim, and a request that refutes it.
  public typealias Refutation = (violation: InvariantProbes.Violation, example: String)

  /// `engine` runs the policy to which `probes` were added.
  public init(_ engine: Engine, _ probes: InvariantProbes) {
    self.engine = engine
    claims = probes.claims(in: engine.policy.bundle)
  }

  /// Judges a request and notes the claims it refutes.
  public func judge(_ request: JudgedRequest, _ tags: [String]) -> Outcome {
    var verdicts: [OperationVerdict] = []
    let outcome = engine.judge(request, tags, &verdicts)
    requests += 1
    for violation in claims.violations(verdicts, by: engine) where refuted.insert(violation.span).inserted {
      violations.append((violation, request.summary))
    }
    return outcome
  }

  /// What was refuted, as findings about the policy; each claim once.
  public static func diagnostics(_ refutations: [Refutation]) -> [Diagnostic] {
    var seen: Set<SourceSpan> = []
    return refutations.filter { seen.insert($0.violation.span).inserted }.map { violation, example in
      Diagnostic(
        .invariantFails, "the invariant `\(violation.invariant)` is refuted: \(violation.message)", at: violation.span,
        notes: [Diagnostic.Note("by \(example)")])
    }
  }
}

extension JudgedRequest {
  /// The request and who sent it, in one line.
  public var summary: String {
    var who = principal.user.map { "`\($0)`" } ?? "somebody"
    if !principal.groups.isEmpty { who += " of " + principal.groups.joined(separator: ", ") }
    if principal.actor != "human" { who += " (\(principal.actor))" }
    let target = principal.target.map { " `\($0)`" } ?? ""
    let text = printable(String(decoding: payload.bytes.prefix(120), as: UTF8.self))
    return "`\(text)` from \(who) on \(`protocol`.name)\(target)"
  }
}
