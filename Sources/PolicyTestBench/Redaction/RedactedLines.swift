import JSONText
import PolicyEngine

/// Redacts fixtures for one thread, and writes them as lines.
///
/// Invariant of the unchecked conformance: one thread at a time touches it, as ``FixtureRun`` has it.
public final class RedactedLines: FixtureVisitor, @unchecked Sendable {
  /// What a stretch of lines comes to.
  public struct Part: Sendable {
    public var lines: [UInt8] = []
    public var unreadable: [LineFailure] = []
  }

  private let redactor: FixtureRedactor
  private var writer = JSONWriter()

  /// `redactor` is this visitor's own.
  public init(_ redactor: FixtureRedactor) { self.redactor = redactor }

  /// What became of this thread's fixtures.
  public var report: RedactionReport { redactor.report }

  public func judge(_ fixture: Fixture, isStateful: Bool) -> Fixture { redactor.redact(fixture) }

  public func part(_ lines: [FixtureLine<Fixture>]) -> Part {
    var part = Part()
    for line in lines {
      switch line {
      case .unreadable(let failure): part.unreadable.append(failure)
      case .fixture(_, let redacted, _, _): redacted.write(to: &writer)
      }
    }
    part.lines = writer.bytes
    writer.removeAll()
    return part
  }
}
