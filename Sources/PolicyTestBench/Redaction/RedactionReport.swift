import JSONText
import PolicyEngine

/// What became of the fixtures that were redacted, counted.
public struct RedactionReport: Sendable {
  public var fixtures = 0
  /// Fixtures of which something was replaced.
  public var redacted = 0
  /// Those of them of whose payload nothing is left: it could not be taken apart without becoming something else.
  public var withheld = 0
  /// Those that were redacted before, and stay as they are.
  public var unchanged = 0
  /// Texts that fixtures pinned in masked responses, and that are gone with these.
  public var droppedMasked = 0
  /// Fixtures that one of several policies decodes to other operations: the truth of its tests is not recorded.
  public var otherOperations = 0

  public init() {}

  /// Adds what became of others.
  public mutating func add(_ other: RedactionReport) {
    fixtures += other.fixtures
    redacted += other.redacted
    withheld += other.withheld
    unchanged += other.unchanged
    droppedMasked += other.droppedMasked
    otherOperations += other.otherOperations
  }

  /// One line for people.
  public func text(_ style: TextStyle) -> String {
    var parts = [counted(fixtures, "fixture"), "\(grouped(redacted)) redacted"]
    if withheld > 0 { parts.append(style(.warning, "\(grouped(withheld)) withheld as a whole")) }
    if unchanged > 0 { parts.append(style(.warning, "\(grouped(unchanged)) redacted before and left alone")) }
    if droppedMasked > 0 { parts.append("\(counted(droppedMasked, "pinned masked text")) dropped") }
    if otherOperations > 0 {
      parts.append(style(.warning, "\(grouped(otherOperations)) that policies decode differently"))
    }
    return parts.joined(separator: ", ") + "\n"
  }
}
