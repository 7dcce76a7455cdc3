import PolicyBytecode
import PolicyRuntime

/// A policy that is or was in force at a ``DecisionPoint``.
public final class PolicyGeneration: Sendable {
  public let policy: LoadedPolicy
  /// Counts the policies of one decision point, from 1.
  public let number: UInt64
  /// The names of its rules, as verdicts call them, by their numbers in the bundle.
  public let ruleNames: TextBlock
  private let ruleNumbers: [String: Int]

  init(_ policy: LoadedPolicy, number: UInt64) {
    self.policy = policy
    self.number = number
    let bundle = policy.bundle
    let names = bundle.rules.map { bundle.text($0.displayName) }
    ruleNames = TextBlock(names.map { Array($0.utf8) })
    ruleNumbers = Dictionary(zip(names, names.indices)) { first, _ in first }
  }

  func number(ofRule name: String) -> Int? { ruleNumbers[name] }
}
