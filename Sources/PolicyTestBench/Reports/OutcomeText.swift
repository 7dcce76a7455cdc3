import PolicyBytecode
import PolicyEngine

extension Outcome {
  /// One line for people: the decision, what decided, and what is asked for besides.
  public func text(_ style: TextStyle) -> String {
    guard isEvaluable else { return notEvaluableText(style) }
    var parts = [style(decision.role, decision.word)]
    if !rules.isEmpty { parts.append("by " + rules.map { style(.name, $0) }.joined(separator: ", ")) }
    if !possibleRules.isEmpty { parts.append("perhaps by " + possibleRules.joined(separator: ", ")) }
    if !approvals.isEmpty { parts.append("approve " + approvals.map(\.policyText).joined(separator: " and ")) }
    if !masks.isEmpty { parts.append(counted(masks.count, "mask")) }
    if lacksResponse { parts.append(style(.warning, "response not evaluable")) }
    if record != .none { parts.append("record \(record.word)") }
    if !tags.isEmpty { parts.append("tag " + tags.map { "\"\(printable($0))\"" }.joined(separator: ", ")) }
    if !observed.isEmpty { parts.append("observed " + observed.joined(separator: ", ")) }
    if operations != 1 { parts.append(counted(operations, "operation")) }
    var line = parts.joined(separator: style(.faint, " · "))
    // The messages of several rules stand below each other.
    for message in message?.split(separator: "\n") ?? [] { line += "\n  " + style(.faint, printable(String(message))) }
    return line + "\n"
  }

  /// The words for a verdict that cannot be known, and below them the tests that it hangs on.
  private func notEvaluableText(_ style: TextStyle) -> String {
    var text = style(.warning, "not evaluable") + "\n"
    for reason in notEvaluable { text += "  " + style(.faint, printable(reason)) + "\n" }
    return text
  }
}

extension Decision {
  /// How reports colour it.
  public var role: TextStyle.Role {
    switch self {
    case .allow: .good
    case .approve: .warning
    case .block: .bad
    }
  }
}
