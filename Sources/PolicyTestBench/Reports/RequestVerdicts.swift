import JSONText
import PolicyEngine

/// Judges fixtures for one thread, and makes of their verdicts what `hpol eval` prints.
///
/// Invariant of the unchecked conformance: one thread at a time touches it, as ``FixtureRun`` has it.
public final class RequestVerdicts: FixtureVisitor, @unchecked Sendable {
  /// How verdicts are printed.
  public enum Form: Sendable {
    /// A line for each, whose schema is `grammar/eval.schema.json`.
    case json
    /// Two or three lines for each, for people.
    case text(TextStyle)
    /// Only the summary.
    case none
  }

  /// What a stretch of lines comes to.
  public struct Part: Sendable {
    public enum Piece: Sendable {
      case text([UInt8])
      case unreadable(LineFailure)
    }

    /// What is printed, in order.
    public var pieces: [Piece] = []
    public var summary = EvalSummary()
  }

  private let engine: Engine
  private let form: Form
  private var fixtures = FixtureJudge()
  private var writer = JSONWriter()

  /// `engine` is this visitor's own.
  public init(_ engine: Engine, _ form: Form) {
    self.engine = engine
    self.form = form
  }

  public func judge(_ fixture: Fixture, isStateful: Bool) -> Outcome {
    fixtures.judge(fixture, isStateful: isStateful, by: engine.judge)
  }

  public func part(_ lines: [FixtureLine<Outcome>]) -> Part {
    var part = Part()
    var text: [UInt8] = []
    func cut() {
      if !text.isEmpty { part.pieces.append(.text(text)) }
      text.removeAll()
    }
    for line in lines {
      switch line {
      case .unreadable(let failure):
        cut()
        part.pieces.append(.unreadable(failure))
      case .fixture(let fixture, let outcome, let file, let line):
        part.summary.add(JudgedRequest(fixture), outcome)
        append(fixture, outcome, "\(file):\(line)", to: &text)
      }
    }
    cut()
    return part
  }

  private func append(_ fixture: Fixture, _ outcome: Outcome, _ location: String, to text: inout [UInt8]) {
    switch form {
    case .none: return
    case .json:
      outcome.write(id: fixture.id, isAnswered: fixture.response != nil, to: &writer)
      text += writer.bytes
      writer.removeAll()
    case .text(let style):
      let id = fixture.id.map { $0.string ?? $0.text } ?? location
      let request = printable(String(decoding: fixture.payload.bytes.prefix(400), as: UTF8.self)).prefix(100)
      text += "\(style(.faint, printable(id)))  \(request)\n  \(outcome.text(style))".utf8
      // What comes back is shown where it is not what the target said.
      guard let response = outcome.responseText, outcome.response != fixture.response else { return }
      text += "  \(style(.faint, "→")) \(printable(response).prefix(200))\n".utf8
    }
  }
}
