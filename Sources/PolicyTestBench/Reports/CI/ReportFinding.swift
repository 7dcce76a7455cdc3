import PolicyEngine
import PolicySyntax

/// Something that is to be shown at a line of a file: a finding about the policy, a test that fails, a line that holds
/// no fixture. What SARIF and GitHub take.
struct ReportFinding {
  /// The code of a diagnostic, or of ``otherRules``.
  var rule: String
  var severity: Severity
  var message: String
  var file: String
  var region: Region
  var notes: [(message: String, file: String?, region: Region?)] = []
  var fix: Diagnostic.Fix?
  /// What of the file stands there, for a fingerprint that outlives its moving.
  var excerpt = ""

  /// From 1, columns in Unicode scalars; the end is the place behind. A whole line has no columns.
  struct Region {
    var startLine: Int
    var startColumn: Int?
    var endLine: Int
    var endColumn: Int?
  }

  /// What is reported besides diagnostics: its id, its title, and what it means.
  static let otherRules: [(id: String, title: String, explanation: String)] = [
    (
      "test-fails", "a test does not hold",
      "The verdict on a request of a `test` block is not what the test states. Either the policy or the test is wrong."
    ),
    (
      "fixture-fails", "a pinned fixture does not hold",
      "The verdict on a recorded request is not what the fixture pins in `expect`."
    ),
    (
      "not-evaluable", "a pinned fixture cannot be judged",
      "The recording lacks what would tell whether the fixture holds."
    ),
    (
      "not-replayable", "a line holds no fixture", "A line of a fixture file cannot be read, so nothing was judged."
    ),
  ]
}

extension RunReport {
  /// Everything that is to be shown at a line, in the order of the run.
  var findings: [ReportFinding] {
    var findings = diagnostics.map(finding)
    for suite in tests.log?.suites ?? [] {
      for failed in suite.cases {
        guard let failure = failed.failure else { continue }
        let region = failed.span.map(region) ?? ReportFinding.Region(startLine: failed.line, endLine: failed.line)
        findings.append(
          ReportFinding(
            rule: !failure.isEvaluable ? "not-evaluable" : suite.isFixtures ? "fixture-fails" : "test-fails",
            severity: .error,
            message: "\(failed.name): \(failure.sentence)\n\(failed.request)",
            file: suite.file, region: region, excerpt: failed.request))
      }
      for line in suite.unreadable {
        let region = ReportFinding.Region(startLine: line.line, startColumn: line.column, endLine: line.line)
        findings.append(
          ReportFinding(
            rule: "not-replayable", severity: .error, message: line.reason, file: line.file, region: region,
            excerpt: line.reason))
      }
    }
    return findings
  }

  private func finding(_ diagnostic: Diagnostic) -> ReportFinding {
    let file = sources.file(diagnostic.span.file)
    let line = file.map { $0.lineRange($0.position(of: diagnostic.span.range.start).line) }
    let excerpt = file.flatMap { file in line.map { String(decoding: file.bytes[$0], as: UTF8.self) } } ?? ""
    return ReportFinding(
      rule: diagnostic.code.text, severity: diagnostic.severity, message: diagnostic.message,
      file: sources.path(diagnostic.span.file), region: region(diagnostic.span),
      notes: diagnostic.notes.map { ($0.message, $0.span.map { sources.path($0.file) }, $0.span.map(region)) },
      fix: diagnostic.fix, excerpt: excerpt)
  }

  func region(_ span: SourceSpan) -> ReportFinding.Region {
    let start = sources.position(span.range.start, in: span.file)
    let end = sources.position(span.range.end, in: span.file)
    return .init(startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column)
  }
}
