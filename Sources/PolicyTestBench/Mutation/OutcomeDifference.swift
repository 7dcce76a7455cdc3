import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime

/// What a test can state of an outcome so that it holds of it and not of another.
struct OutcomeDifference {
  /// In the syntax of a test: `block by no-drop`, `record full`.
  let expectations: [String]
  /// Only the rules that decide differ, not what becomes of the request.
  let isOfRulesOnly: Bool

  /// Responses longer than this are not quoted.
  private static let quotedResponse = 160

  /// Nil where no test can tell the outcomes apart.
  init?(of original: Outcome, from other: Outcome) {
    var stated: [String] = []
    if original.record != other.record { stated.append("record \(original.record.word)") }
    if let tag = original.tags.first(where: { !other.tags.contains($0) }) { stated.append("tag \(literalText(tag))") }
    if let response = original.responseText, let text = Self.part(of: response, not: other.responseText) {
      stated.append("masked \(literalText(text))")
    }
    let missing = original.rules.filter { !other.rules.contains($0) }
    // A test does not state what is asked of those who approve.
    let approvesDifferently =
      original.decision == .approve
      && Set(original.approvals.map(\.policyText)) != Set(other.approvals.map(\.policyText))
    let decidesDifferently = original.decision != other.decision || approvesDifferently
    isOfRulesOnly = stated.isEmpty && !decidesDifferently
    let namesMissing = original.decision == .block && other.decision == .block && !missing.isEmpty
    guard !isOfRulesOnly || namesMissing else { return nil }
    let decision: String
    switch original.decision {
    case .allow: decision = "allow"
    case .approve:
      let requirements = original.approvals.map { "approve " + $0.policyText }
      decision = requirements.isEmpty ? "approve" : requirements.joined(separator: ", ")
    case .block:
      let rules = namesMissing ? missing : original.rules
      decision = "block" + (rules.isEmpty ? "" : " by " + rules.joined(separator: ", "))
    }
    expectations = [decision] + stated
  }

  /// A part of a response that another does not hold; nil where there is none that a line can quote.
  private static func part(of response: String, not other: String?) -> String? {
    guard response != other else { return nil }
    let lines = response.split(separator: "\n").map(String.init)
    return lines.first { line in
      !line.isEmpty && line.utf8.count <= quotedResponse && other?.contains(line) != true
    }
  }
}
