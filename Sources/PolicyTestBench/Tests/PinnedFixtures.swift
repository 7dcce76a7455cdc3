import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime
import PolicySyntax

/// How fixtures fared against what they pin, and against the invariants.
public struct FixtureResults: Sendable {
  public var report = TestReport()
  /// What was refuted, each claim with the first request that does.
  public var violations: [InvariantRun.Refutation] = []
  /// Requests that the invariants were held against.
  public var requests = 0

  public init() {}
}

/// Judges fixtures for one thread and holds them against what they pin, and against the invariants.
///
/// Invariant of the unchecked conformance: one thread at a time touches it, as ``FixtureRun`` has it.
public final class PinnedFixtures: FixtureVisitor, @unchecked Sendable {
  private let engine: Engine
  private let claims: InvariantProbes.Claims
  private let keepsLog: Bool
  private var fixtures = FixtureJudge()
  private var verdicts: [OperationVerdict] = []
  private let clock = ContinuousClock()
  private let reasons: VerdictReasons
  /// Failures that are still told the reasons of: a report has no room for more.
  private var reasonsLeft = TestReport.detailLimit

  /// `engine` runs the policy to which `probes` were added, and is this visitor's own; `keepsLog` asks for
  /// ``TestReport/log``.
  public init(_ engine: Engine, _ probes: InvariantProbes, keepsLog: Bool) {
    self.engine = engine
    claims = probes.claims(in: engine.policy.bundle)
    self.keepsLog = keepsLog
    reasons = VerdictReasons(engine.policy, clock: engine.clock)
  }

  public struct Finding {
    var outcome: Outcome
    var violations: [InvariantProbes.Violation]
    var seconds: Double
    var reason: VerdictReasons.Reason?
  }

  public func judge(_ fixture: Fixture, isStateful: Bool) -> Finding {
    let start = clock.now
    var judged: (request: JudgedRequest, tags: [String])?
    let outcome = fixtures.judge(fixture, isStateful: isStateful) {
      judged = ($0, $1)
      return engine.judge($0, $1, &verdicts)
    }
    let seconds = (clock.now - start) / .seconds(1)
    var finding = Finding(outcome: outcome, violations: claims.violations(verdicts, by: engine), seconds: seconds)
    if let judged, reasonsLeft > 0 {
      finding.reason = reasons.reason(fixture, outcome, judged.request, judged.tags)
      if finding.reason != nil { reasonsLeft -= 1 }
    }
    return finding
  }

  public func part(_ lines: [FixtureLine<Finding>]) -> FixtureResults {
    var results = FixtureResults()
    if keepsLog { results.report.log = TestLog() }
    var refuted: Set<SourceSpan> = []
    for line in lines {
      switch line {
      case .unreadable(let failure): results.report.add(failure)
      case .fixture(let fixture, let finding, let file, let line):
        results.requests += 1
        results.report.add(
          fixture, finding.outcome, finding.reason, seconds: finding.seconds, file: file, line: line)
        for violation in finding.violations where refuted.insert(violation.span).inserted {
          results.violations.append((violation, JudgedRequest(fixture).summary))
        }
      }
    }
    return results
  }
}

extension FixtureResults {
  /// Adds what came of the lines behind.
  public mutating func add(_ other: FixtureResults) {
    report.add(other.report)
    requests += other.requests
    let known = Set(violations.map(\.violation.span))
    violations += other.violations.filter { !known.contains($0.violation.span) }
  }
}

extension TestReport {
  /// Counts a fixture that stands at `line` of `file`, and holds what became of it, for that reason, against what it
  /// pins.
  mutating func add(
    _ fixture: Fixture, _ outcome: Outcome, _ reason: VerdictReasons.Reason? = nil, seconds: Double, file: String,
    line: Int
  ) {
    fixtures += 1
    guard let expect = fixture.expect else {
      log?.addUnpinned(to: file, seconds: seconds)
      return
    }
    pinnedFixtures += 1
    let failed = expect.failures(outcome)
    var failure: Failure?
    if let first = failed.first {
      let isUnknown = failed.allSatisfy { !$0.isKnown }
      if isUnknown { notEvaluableFixtures += 1 } else { failedFixtures += 1 }
      failure = Failure(
        name: fixture.displayName, location: "\(file):\(line)", request: fixture.displayRequest,
        expected: failed.filter { $0.isKnown == !isUnknown }.map(\.phrase).joined(separator: ", "),
        actual: isUnknown
          ? outcome.unknownPhrase(first)
          : outcome.phrase(
            outcome.isEvaluable ? reason?.decision : nil,
            tellsRecord: failed.contains { $0.wish == .action(.record) }),
        because: reason?.because ?? [], isEvaluable: !isUnknown)
    }
    if let failure { add(failure) }
    log?.add(
      TestLog.Case(
        name: fixture.displayName, line: line, request: fixture.displayRequest, seconds: seconds, failure: failure),
      to: file, isFixtures: true)
  }
}

extension Fixture {
  /// Its id, as reports call it.
  fileprivate var displayName: String { id.map { $0.string ?? $0.text } ?? "fixture" }

  /// The request in one line.
  fileprivate var displayRequest: String { printable(String(decoding: payload.bytes.prefix(200), as: UTF8.self)) }
}

extension Fixture.Expectation {
  /// Something that is pinned and does not hold, or of which that cannot be known.
  struct Failure: Sendable, Equatable {
    /// As an expectation states it.
    var phrase: String
    var wish: VerdictReasons.Wish
    /// Whether it is known not to hold.
    var isKnown = true
    var isOfResponse = false
  }

  /// What of it does not hold, or may not.
  func failures(_ outcome: Outcome) -> [Failure] {
    var failures: [Failure] = []
    let missing = (rules ?? []).filter { !outcome.rules.contains($0) }
    let isPinned = decision != nil || rules != nil
    let isDifferent = decision.map { $0 != outcome.decision } == true || !missing.isEmpty
    if outcome.isEvaluable ? isDifferent : isPinned {
      let by = missing.isEmpty ? "" : " by " + missing.joined(separator: ", ")
      let isKnown =
        outcome.isEvaluable
        && (decision.map { $0 != outcome.decision } == true || !missing.allSatisfy(outcome.possibleRules.contains))
      let wanted = decision ?? outcome.decision
      failures.append(Failure(phrase: wanted.word + by, wish: .decision(wanted, by: missing), isKnown: isKnown))
    }
    let knowsResponse = outcome.isEvaluable && !outcome.lacksResponse
    for text in masked ?? [] where outcome.responseText?.contains(text) != true || !knowsResponse {
      failures.append(
        Failure(
          phrase: "masked \"\(printable(text))\"", wish: .action(.mask), isKnown: knowsResponse,
          isOfResponse: outcome.lacksResponse))
    }
    if let record, outcome.isEvaluable ? record != outcome.record : true {
      failures.append(
        Failure(phrase: "record \(record.word)", wish: .action(.record), isKnown: outcome.isEvaluable))
    }
    return failures
  }
}

extension Outcome {
  /// Why what is pinned cannot be known to hold.
  fileprivate func unknownPhrase(_ failure: Fixture.Expectation.Failure) -> String {
    if failure.isOfResponse { return "not evaluable: the recording lacks the response" }
    if isEvaluable { return "not evaluable: it may be by " + possibleRules.joined(separator: ", ") + " as well" }
    return "not evaluable: " + notEvaluable.map(printable).joined(separator: ", ")
  }
}
