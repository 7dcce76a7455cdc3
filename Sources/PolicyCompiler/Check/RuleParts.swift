import PolicyBytecode
import PolicySyntax

/// A rule while it is checked: its conditions clause by clause, which some findings need apart.
struct RuleParts {
  struct Clause {
    var isUnless: Bool
    var condition: Condition
    var span: SourceSpan
  }

  var declaration: RuleDeclaration
  var file: UInt32
  /// The clauses that could be read.
  var clauses: [Clause]
  var actions: [CheckedAction]
  /// Whether every part of the rule could be read.
  var isSound: Bool

  var nameSpan: SourceSpan { SourceSpan(file: file, declaration.name.range) }
  var allows: Bool { actions.contains(.allow) }

  /// All `when` lines and none of the `unless` lines.
  var condition: Condition {
    let parts = clauses.map { $0.isUnless ? Condition.not($0.condition) : $0.condition }
    switch parts.count {
    case 0: return .constant(true)
    case 1: return parts[0]
    default: return .and(parts)
    }
  }
}
