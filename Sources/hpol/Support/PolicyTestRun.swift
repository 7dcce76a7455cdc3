import PolicyCompiler
import PolicySyntax
import PolicyTestBench

/// The tests, the invariants and the pinned fixtures of a policy set, run.
struct PolicyTestRun {
  let sources: SourceSet
  let report: TestReport
  /// The invariants that were refuted.
  let invariantDiagnostics: [Diagnostic]
  /// Requests that the invariants were held against.
  let requests: Int
  /// What the tests and fixtures exercise, if that was asked for.
  let coverage: CoverageReport?

  /// Nil: the policy has errors, which were printed.
  init?(
    _ paths: [String], _ fixtures: FixtureArguments, _ console: Console, coverage: CoverageOptions? = nil
  ) throws(CommandError) {
    var probes: InvariantProbes?
    let loaded = try LoadedPolicySet.load(paths, console) { probes = InvariantProbes(addingTo: &$0) }
    guard let loaded, let build = loaded.build, let policy = build.policy, let probes else { return nil }
    try self.init(policy, build, try loaded.engine(), probes, fixtures, console, coverage: coverage)
  }

  /// Runs what `build` holds, whose engine judges the policy with `probes` added.
  init(
    _ policy: CheckedPolicy, _ build: PolicyBuild, _ engine: Engine, _ probes: InvariantProbes,
    _ fixtures: FixtureArguments, _ console: Console, coverage: CoverageOptions? = nil
  ) throws(CommandError) {
    let recorder = try coverage?.map(build, engine.policy).map(CoverageRecorder.init)
    engine.coverage = recorder
    let invariants = InvariantRun(engine, probes)
    let sources = build.sources
    var runner = TestRunner(
      policy: policy, locate: { sources.describe($0) }, judge: invariants.judge)
    for test in policy.tests { runner.run(test) }
    try fixtures.forEach(console) { fixture, location in
      runner.run(fixture, location: location)
    } unreadable: { failure in
      runner.add(failure)
    }
    self.sources = sources
    report = runner.report
    invariantDiagnostics = invariants.diagnostics
    requests = invariants.requests
    if let recorder {
      self.coverage = try coverage?.report(recorder.map, recorder.counts, sources)
    } else {
      self.coverage = nil
    }
  }
}

extension SourceSet {
  /// `file:line`.
  func describe(_ span: SourceSpan) -> String {
    "\(path(span.file)):\(position(span.range.start, in: span.file).line)"
  }
}
