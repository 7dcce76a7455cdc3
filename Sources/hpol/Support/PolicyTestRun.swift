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

  /// Checks and compiles `.hpol` files; where they have no errors, runs them.
  static func building(
    _ files: [String], _ fixtures: FixtureArguments, _ console: Console, keepsLog: Bool = false,
    coverage: CoverageOptions? = nil, cache: RunCache = RunCache()
  ) throws(CommandError) -> (build: PolicyBuild, run: PolicyTestRun?) {
    let (build, probes) = cache.build(files) { reader in
      var probes: InvariantProbes?
      let build = LoadedPolicySet.build(files, reader) { probes = InvariantProbes(addingTo: &$0) }
      return (build, probes)
    }
    guard let policy = build.policy, let bundle = build.bundle, let probes else { return (build, nil) }
    let engine = try LoadedPolicySet(bundle: bundle, build: build).engine()
    return (
      build,
      try PolicyTestRun(
        policy, build, engine, probes, fixtures, console, keepsLog: keepsLog, coverage: coverage,
        cache: cache)
    )
  }

  /// Runs what `build` holds, whose engine judges the policy with `probes` added.
  init(
    _ policy: CheckedPolicy, _ build: PolicyBuild, _ engine: Engine, _ probes: InvariantProbes,
    _ fixtures: FixtureArguments, _ console: Console, keepsLog: Bool = false, coverage: CoverageOptions? = nil,
    cache: RunCache? = nil
  ) throws(CommandError) {
    let recorder = try coverage?.map(build, engine.policy).map(CoverageRecorder.init)
    engine.observer = recorder
    var recorders: [CoverageRecorder] = []
    let invariants = InvariantRun(engine, probes)
    let sources = build.sources
    var runner = TestRunner(
      policy: policy, keepsLog: keepsLog, reasons: VerdictReasons(engine.policy, clock: engine.clock),
      locate: { sources.describe($0) }, judge: invariants.judge)
    for test in policy.tests { runner.run(test) }
    func judgeFixtures() throws(CommandError) -> FixtureResults {
      var results = FixtureResults()
      if keepsLog { results.report.log = TestLog() }
      try fixtures.run(console, under: engine.policy) {
        let engine = Engine(engine.policy, clock: engine.clock)
        let recorder = recorder.map { CoverageRecorder($0.map) }
        engine.observer = recorder
        if let recorder { recorders.append(recorder) }
        return PinnedFixtures(engine, probes, keepsLog: keepsLog)
      } deliver: { part in
        results.add(part)
      }
      return results
    }
    let recorded: FixtureResults
    if let cache, recorder == nil {
      recorded = try cache.results(build.bundle ?? [], fixtures, judgeFixtures)
    } else {
      recorded = try judgeFixtures()
    }
    var report = runner.report
    report.add(recorded.report)
    self.sources = sources
    self.report = report
    invariantDiagnostics = InvariantRun.diagnostics(invariants.violations + recorded.violations)
    requests = invariants.requests + recorded.requests
    if let recorder {
      var counts = recorder.counts
      for other in recorders { counts.merge(other.counts) }
      self.coverage = try coverage?.report(recorder.map, counts, sources)
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
