import PolicyBytecode
import PolicyCompiler

/// Policies and requests in words, for reports of what went wrong.
extension CheckedPolicy {
  public var listing: String {
    var lines = ["default \(defaults.decision.word)", "default unparsed \(defaults.unparsed.word)"]
    lines.append("default record \(defaults.record.word)")
    let byName = { (a: OperationProtocol, b: OperationProtocol) in a.rawValue < b.rawValue }
    for wire in defaults.byProtocol.keys.sorted(by: byName) {
      lines.append("default \(defaults.byProtocol[wire]?.word ?? "") for \(wire.name)")
    }
    for wire in defaults.unparsedByProtocol.keys.sorted(by: byName) {
      lines.append("default unparsed \(defaults.unparsedByProtocol[wire]?.word ?? "") for \(wire.name)")
    }
    for wire in defaults.recordByProtocol.keys.sorted(by: byName) {
      lines.append("default record \(defaults.recordByProtocol[wire]?.word ?? "") for \(wire.name)")
    }
    return (lines + rules.map(\.listing)).joined(separator: "\n")
  }
}

extension CheckedRule {
  fileprivate var listing: String {
    var heading = isObserved ? "@mode(observe) " : ""
    if let until { heading += "@until(\(until)) " }
    heading += "rule \(displayName)" + (onResponse ? " on response" : "")
    let actions = actions.map { "  \($0)" }.joined(separator: "\n")
    return "\(heading) {\n  when \(condition.listing)\n\(actions)\n}"
  }
}

extension Condition {
  fileprivate var listing: String {
    switch self {
    case .constant(let value): "\(value)"
    case .test(let predicate): predicate.description
    case .not(let inner): "not (\(inner.listing))"
    case .and(let parts): "(" + parts.map(\.listing).joined(separator: " and ") + ")"
    case .or(let parts): "(" + parts.map(\.listing).joined(separator: " or ") + ")"
    }
  }
}

extension ReferenceRequest {
  public var listing: String {
    let facts = { (facts: [ReferenceFact]) in
      facts.map { "  \($0.fact.schema.name)\($0.key.map { "[\($0)]" } ?? "") = \($0.value)" }
    }
    return
      (["request"] + facts(common)
      + operations.flatMap { ["operation \($0.protocol.name)\($0.unparsed ? " unparsed" : "")"] + facts($0.facts) })
      .joined(separator: "\n")
  }
}
