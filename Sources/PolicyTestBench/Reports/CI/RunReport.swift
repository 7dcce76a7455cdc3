import JSONText
import PolicyEngine
import PolicySyntax

/// What a run of `hpol check` or `hpol test` came to: what every form of report is made from.
public struct RunReport: Sendable {
  public enum Verb: String, Sendable { case check, test }

  public var verb: Verb
  public var sources: SourceSet
  /// Findings about the policy. Of a test these are errors, which keep it from running, and refuted invariants.
  public var diagnostics: [Diagnostic]
  /// Of a check: what was read of fixtures.
  public var tests: TestReport
  /// The least severe finding that does not hold.
  public var denied: Severity
  /// How long the run took.
  public var seconds: Double
  public var toolVersion: String
  /// The folder that relative paths start from.
  public var folder: String

  public init(
    _ verb: Verb, sources: SourceSet, diagnostics: [Diagnostic], tests: TestReport = TestReport(),
    denied: Severity = .error, seconds: Double, toolVersion: String, folder: String
  ) {
    self.verb = verb
    self.sources = sources
    self.diagnostics = diagnostics
    self.tests = tests
    self.denied = denied
    self.seconds = seconds
    self.toolVersion = toolVersion
    self.folder = folder
  }

  public var holds: Bool { tests.holds && !diagnostics.contains { $0.severity >= denied } }

  /// For people: findings with the lines they are about, how tests went, and the counts.
  public func text(_ style: TextStyle) -> String {
    let renderer = DiagnosticRenderer(sources: sources, isColored: style.usesColour)
    var text = diagnostics.map { renderer.render($0) + "\n" }.joined()
    if verb == .check {
      for line in tests.unreadable { text += style(.bad, "not replayable") + "  \(printable(line.message))\n" }
    }
    return verb == .test && ranTests ? text + tests.text(style) : text + counts(style)
  }

  /// The lines at the end.
  func counts(_ style: TextStyle) -> String {
    verb == .test && ranTests ? tests.summaries(style) : summary(style) + "\n"
  }

  /// Whether no error kept the tests from running.
  private var ranTests: Bool { !diagnostics.contains { $0.severity == .error && $0.code != .invariantFails } }

  /// `2 files: no errors`.
  private func summary(_ style: TextStyle) -> String {
    let errors = diagnostics.count { $0.severity == .error }
    let warnings = diagnostics.count { $0.severity == .warning }
    let unreadable = tests.notReplayable
    var parts: [String] = []
    if errors > 0 { parts.append(style(.bad, counted(errors, "error"))) }
    if warnings > 0 { parts.append(style(.warning, counted(warnings, "warning"))) }
    if unreadable > 0 { parts.append(style(.bad, "\(grouped(unreadable)) not replayable")) }
    if parts.isEmpty { parts = [style(.good, "no errors")] }
    return "\(counted(sources.files.count, "file")): " + parts.joined(separator: ", ")
  }

  func json() -> [UInt8] {
    var writer = JSONWriter()
    switch verb {
    case .check: DiagnosticJSON(sources).write(diagnostics, to: &writer)
    case .test: tests.write(to: &writer, diagnostics: diagnostics, of: sources)
    }
    return writer.bytes
  }
}
