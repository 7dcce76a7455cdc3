import JSONText
import PolicyEngine
import PolicySyntax

/// How the tests of a policy set and its pinned fixtures went.
public struct TestReport: Sendable {
  /// One expectation, or the whole of a fixture, that does not hold.
  public struct Failure: Sendable {
    /// The test's name, or the fixture's id.
    public var name: String
    /// `file:line`.
    public var location: String
    /// The request in one line.
    public var request: String
    /// What was stated, and what happened instead; lower case, no full stop.
    public var expected: String
    public var actual: String
    /// What kept from it the rules that were to make it so: a few sentences, lower case, no full stop.
    public var because: [String]
    /// Whether it is known not to hold, rather than that this cannot be known.
    public var isEvaluable: Bool

    public init(
      name: String, location: String, request: String, expected: String, actual: String, because: [String] = [],
      isEvaluable: Bool = true
    ) {
      self.name = name
      self.location = location
      self.request = request
      self.expected = expected
      self.actual = actual
      self.because = because
      self.isEvaluable = isEvaluable
    }

    /// All of it but where it stands, in one line.
    var sentence: String {
      "expected \(expected); actual \(actual)" + because.map { "; \($0)" }.joined()
    }
  }

  /// `test` blocks that were run, and requests in them.
  public var tests = 0
  public var testRequests = 0
  /// Fixtures that were judged, and those of them that pin something.
  public var fixtures = 0
  public var pinnedFixtures = 0
  public var failures: [Failure] = []
  /// Failures in `test` blocks and in fixtures, counted even where ``failures`` has no more room.
  public var failedRequests = 0
  public var failedFixtures = 0
  /// Pinned fixtures of which the recording lacks what would tell whether they hold; each is in ``failures``.
  public var notEvaluableFixtures = 0
  /// Lines of fixture files that hold none; the first of them in ``unreadable``.
  public var notReplayable = 0
  public var unreadable: [LineFailure] = []
  /// Every request, where reports that list them are wanted.
  public var log: TestLog?

  /// How many failures, and how many unreadable lines, are kept with their details.
  public static let detailLimit = 1000

  public init() {}

  public var holds: Bool {
    failedRequests == 0 && failedFixtures == 0 && notEvaluableFixtures == 0 && notReplayable == 0
  }

  /// Only what it says of lines that hold no fixture.
  public var ofUnreadableLines: TestReport {
    var report = TestReport()
    report.log = TestLog()
    for line in unreadable { report.add(line) }
    report.notReplayable = notReplayable
    return report
  }

  /// Adds what another run found.
  public mutating func add(_ other: TestReport) {
    tests += other.tests
    testRequests += other.testRequests
    fixtures += other.fixtures
    pinnedFixtures += other.pinnedFixtures
    failures += other.failures.prefix(Self.detailLimit - failures.count)
    failedRequests += other.failedRequests
    failedFixtures += other.failedFixtures
    notEvaluableFixtures += other.notEvaluableFixtures
    notReplayable += other.notReplayable
    unreadable += other.unreadable.prefix(Self.detailLimit - unreadable.count)
    if let log = other.log { self.log?.add(log) }
  }

  mutating func add(_ failure: Failure) { if failures.count < Self.detailLimit { failures.append(failure) } }

  /// Counts a line that holds no fixture.
  public mutating func add(_ failure: LineFailure) {
    notReplayable += 1
    if unreadable.count < Self.detailLimit { unreadable.append(failure) }
    log?.add(failure)
  }
}

extension TestReport {
  /// The report of `hpol test` for people.
  public func text(_ style: TextStyle) -> String {
    var text = ""
    for failure in failures {
      text += failure.isEvaluable ? style(.bad, "fails") : style(.warning, "unknown")
      text += "  \(style(.name, failure.name))  \(style(.faint, failure.location))\n"
      text += "       \(failure.request)\n"
      text += "       expected \(failure.expected)\n"
      text += "       actual   \(failure.actual)\n"
      for reason in failure.because { text += "       because  \(reason)\n" }
    }
    let hidden = failedRequests + failedFixtures + notEvaluableFixtures - failures.count
    if hidden > 0 { text += style(.faint, "       … and \(grouped(hidden)) more\n") }
    for line in unreadable { text += style(.bad, "not replayable") + "  \(line.message)\n" }
    return text + summaries(style)
  }

  /// The counts, a line each kind of test.
  func summaries(_ style: TextStyle) -> String {
    var text = ""
    if tests > 0 || fixtures == 0 {
      text += summary("tests", "\(grouped(tests)) with \(counted(testRequests, "request"))", failedRequests, style)
    }
    if fixtures > 0 || notReplayable > 0 {
      text += summary(
        "fixtures", "\(grouped(fixtures)), \(grouped(pinnedFixtures)) of them pinned", failedFixtures, style)
    }
    if notEvaluableFixtures > 0 { text += style(.warning, "\(grouped(notEvaluableFixtures)) not evaluable") + "\n" }
    if notReplayable > 0 { text += style(.bad, "\(grouped(notReplayable)) not replayable") + "\n" }
    return text
  }

  private func summary(_ what: String, _ count: String, _ failed: Int, _ style: TextStyle) -> String {
    let isUnknown = failed == 0 && what == "fixtures" && notEvaluableFixtures > 0
    let result =
      failed > 0
      ? style(.bad, "\(grouped(failed)) \(failed == 1 ? "does" : "do") not hold")
      : isUnknown ? style(.warning, "none fails") : style(.good, "all hold")
    return "\(what): \(count): \(result)\n"
  }

  /// The report of `hpol test --json`: one object, whose schema is `grammar/test.schema.json`. `diagnostics` are errors,
  /// which kept tests from running, and refuted invariants.
  public func write(to writer: inout JSONWriter, diagnostics: [Diagnostic] = [], of sources: SourceSet = SourceSet()) {
    writer.object {
      $0.member("holds", holds && !diagnostics.contains { $0.severity == .error })
      for (key, value) in [
        ("tests", tests), ("requests", testRequests), ("fixtures", fixtures), ("pinned", pinnedFixtures),
        ("failed", failedRequests + failedFixtures), ("notEvaluable", notEvaluableFixtures),
        ("notReplayable", notReplayable),
      ] {
        $0.key(key)
        $0.integer(value)
      }
      $0.key("failures")
      $0.array {
        for failure in failures {
          $0.object {
            for (key, value) in [
              ("name", failure.name), ("location", failure.location), ("request", failure.request),
              ("expected", failure.expected), ("actual", failure.actual),
            ] {
              $0.key(key)
              $0.string(value)
            }
            $0.key("because")
            $0.array { for reason in failure.because { $0.string(reason) } }
            $0.member("evaluable", failure.isEvaluable)
          }
        }
      }
      $0.key("unreadable")
      $0.array {
        for line in unreadable { line.write(to: &$0) }
      }
      $0.key("diagnostics")
      $0.array { for diagnostic in diagnostics { DiagnosticJSON(sources).write(diagnostic, &$0) } }
    }
    writer.newline()
  }
}
