import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime

/// Replays recordings under a policy, and counts what it says.
public struct Replay {
  /// - Parameters:
  ///   - clock: what `@until` is compared with where a request has no time, in seconds since 1970, UTC.
  ///   - coverage: what to count coverage of, if it is asked for. A request that comes again with the same verdict counts
  ///     once.
  ///   - progress: is told the bytes read so far, as they are on disk.
  public static func run(
    _ policy: LoadedPolicy, on paths: [String], clock: Int64, threads: Int = availableCores(),
    coverage: CoverageMap? = nil, progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws(FileError) -> ReplayReport {
    let run = LineRun(paths, needs: PolicyJudge.needs(policy), threads: threads, progress: progress) {
      let engine = Engine(policy, clock: clock)
      engine.observer = coverage.map(CoverageRecorder.init)
      return ReplayVisitor(engine)
    }
    try run.run()
    var report = ReplayReport(ruleCount: policy.bundle.rules.count)
    report.coverage = coverage.map(CoverageCounts.init)
    for visitor in run.visitors {
      report.add(visitor.report)
      if let counts = visitor.coverage { report.coverage?.merge(counts) }
    }
    report.notReplayable = run.failureCount
    report.failures = run.failures
    return report
  }
}

/// One thread's part of a replay.
final class ReplayVisitor: TrafficVisitor, @unchecked Sendable {
  private(set) var report: ReplayReport
  private let judge: PolicyJudge
  var coverage: CoverageCounts? { (judge.engine.observer as? CoverageRecorder)?.counts }
  private let ruleNumbers: [String: Int]

  /// Requests of one identity and protocol with one outcome, so far.
  private struct Entry {
    var identity: Int
    var `protocol`: OperationProtocol
    var outcome: Int
    var lacksResponse: Bool
    var count: Int
    var example: RequestExample
  }

  @exclusivity(unchecked) private var entries: [Entry] = []
  @exclusivity(unchecked) private var entryNumbers = NumberTable(capacity: 1 << 14)
  /// Whose numbers the entries at hand use.
  @exclusivity(unchecked) private var traffic: RecordedTraffic?
  /// Entries past which they are added up.
  private static let entryLimit = 1 << 13

  init(_ engine: Engine) {
    judge = PolicyJudge(engine)
    let bundle = engine.policy.bundle
    report = ReplayReport(ruleCount: bundle.rules.count)
    ruleNumbers = Dictionary(
      bundle.rules.indices.map { (bundle.text(bundle.rules[$0].displayName), $0) },
      uniquingKeysWith: { first, _ in first })
    judge.willForget = { [unowned self] in if let traffic { addUp(traffic) } }
  }

  func visit(_ request: RecordedRequest, of traffic: RecordedTraffic, at place: LinePlace) {
    if self.traffic !== traffic { self.traffic = traffic }
    let outcome = judge.judge(request, of: traffic)
    let kind = outcome << 4 | (request.lacksResponse ? 8 : 0) | Int(request.protocol.rawValue)
    var number = entryNumbers.find(request.identity, kind)
    if number < 0 {
      if entries.count >= Self.entryLimit { addUp(traffic) }
      number = entries.count
      entries.append(
        Entry(
          identity: request.identity, protocol: request.protocol, outcome: outcome,
          lacksResponse: request.lacksResponse, count: 0, example: RequestExample(traffic.payloadBytes(), at: place)))
      entryNumbers.insert(request.identity, kind, number)
    }
    entries[number].count += 1
    if let nanoseconds = judge.nanoseconds, report.isSlow(nanoseconds) {
      report.addSlow(
        ReplayReport.SlowRequest(
          nanoseconds: nanoseconds, example: RequestExample(traffic.payloadBytes(), at: place)))
    }
    if let recorded = request.recorded {
      report.withRecorded += 1
      let verdict = VerdictCounts.Verdict(judge.outcomes[outcome])
      if verdict.word != recorded.word {
        report.addRecorded(
          .init(recorded: recorded, verdict: verdict), 1, RequestExample(traffic.payloadBytes(), at: place))
      }
    }
  }

  func forgetTraffic(of traffic: RecordedTraffic) {
    addUp(traffic)
    judge.forgetTraffic()
  }

  private func addUp(_ traffic: RecordedTraffic) {
    for entry in entries {
      let outcome = judge.outcomes[entry.outcome]
      let principal = traffic.identities[entry.identity]
      report.add(
        outcome, lacksResponse: entry.lacksResponse, count: entry.count, protocol: entry.protocol,
        groups: principal.groups, target: principal.target,
        entry.example)
      for rule in outcome.rules { if let number = ruleNumbers[rule] { report.rules[number].decided += entry.count } }
    }
    entries.removeAll(keepingCapacity: true)
    entryNumbers.removeAll()
  }
}
