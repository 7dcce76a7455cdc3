import PolicyBytecode
import PolicyRuntime

/// A request, its verdict, and why.
public struct ExplainedRequest: Sendable {
  public var outcome: Outcome
  public var operations: [ExplainedOperation]
}

/// One operation of an explained request.
public struct ExplainedOperation: Sendable {
  public var operation: DecodedOperation
  public var decision: Decision
  /// A rule decided; otherwise a default did.
  public var isByRule: Bool
  public var limitReached: Bool
  /// Whether the decision does not hang on tests that nobody recorded.
  public var isEvaluable = true
  public var rules: [Explanation.Rule]
}

extension ExplainedRequest {
  /// The operations, those first that the verdict rests on.
  package var strictestFirst: [ExplainedOperation] {
    operations.enumerated().sorted { a, b in
      let (first, second) = (a.element.strictness, b.element.strictness)
      return first == second ? a.offset < b.offset : first > second
    }.map(\.element)
  }

  /// What would have changed the verdict, in sentences.
  package var hints: [String] {
    guard let first = strictestFirst.first else { return [] }
    var hints: [String] = []
    if outcome.rules.count == 1, let rule = first.applied.first(where: { $0.name == outcome.rules[0] }),
      let exclusion = rule.path.last(where: { $0.passes && $0.text.hasPrefix("not ") })
    {
      hints.append("`\(rule.name)` would not apply if `\(exclusion.text.dropFirst(4))` held")
    }
    if let rule = first.missed.first, let missing = rule.path.last(where: { !$0.passes }) {
      let value = missing.values.isEmpty ? "" : ", but it is \(missing.valueText)"
      let isExclusion = missing.text.hasPrefix("not ")
      let test = isExclusion ? String(missing.shownText.dropFirst(4)) : missing.shownText
      let outcome = isExclusion ? "did not hold" : "held"
      hints.append("`\(rule.name)` would apply (\(rule.effects)) if `\(test)` \(outcome)\(value)")
    }
    return hints
  }
}

extension ExplainedOperation {
  /// The rules that made the decision.
  package var deciding: [Explanation.Rule] {
    isByRule && isEvaluable ? applied.filter { !$0.isObserved && $0.decision == decision } : []
  }
  package var applied: [Explanation.Rule] { rules.filter { $0.outcome == .applied } }
  package var missed: [Explanation.Rule] { rules.filter { $0.outcome == .nearMiss } }

  /// What a rule decided counts before what a default did.
  package var strictness: Int { Int(decision.rawValue) * 4 + (isByRule ? 2 : 0) + (applied.isEmpty ? 0 : 1) }
}

extension Explanation.Rule {
  /// The strictest decision that it makes; nil if it only masks, records or tags.
  package var decision: Decision? {
    actions.compactMap { if case .decision(let decision) = $0.kind { decision } else { nil } }.max()
  }
}

extension Explanation.Step {
  /// A test is cut here: the place of its rule stands above it, and `--json` has it whole.
  private static let shownTestCharacters = 72

  package var shownText: String { shownText(Self.shownTestCharacters) }

  /// The test, or if it is longer its first characters with three more at most.
  package func shownText(_ characters: Int) -> String {
    let limit = min(characters, Self.shownTestCharacters)
    guard text.count > limit else { return text }
    let start = text.prefix(limit)
    // A list is cut between its elements.
    guard text.hasSuffix("]"), let comma = start.lastIndex(of: ",") else { return start + "…" }
    return start[...comma] + " …]"
  }

  /// The values shown beside a test are cut here.
  private static let shownBytes = 80

  package var valueText: String {
    switch source {
    case .recalled: return "as recorded"
    case .unknown: return "not recorded"
    case .asked: break
    }
    guard !values.isEmpty else { return "absent" }
    // Of a long text only what matched is shown.
    if fact == .command || fact == .text, let match = matches.first {
      let part = Array(values[match.value].utf8)[match.range]
      return "`\(printable(String(decoding: part.prefix(Self.shownBytes), as: UTF8.self)))`"
    }
    let text = values.map(printable).joined(separator: ", ")
    return text.count <= Self.shownBytes ? text : String(text.prefix(Self.shownBytes)) + "…"
  }
}
