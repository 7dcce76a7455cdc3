import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime

/// Judges recordings under two policies, and compares.
public struct PolicyDiff {
  /// - Parameters:
  ///   - clock: what `@until` is compared with where a request has no time, in seconds since 1970, UTC.
  ///   - progress: is told the bytes read so far, as they are on disk.
  public static func run(
    _ old: LoadedPolicy, _ new: LoadedPolicy, on paths: [String], clock: Int64, threads: Int = availableCores(),
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws(FileError) -> DiffReport {
    let needs = PolicyJudge.needs(old).union(PolicyJudge.needs(new))
    let run = LineRun(paths, needs: needs, threads: threads, progress: progress) {
      DiffVisitor(Engine(old, clock: clock), Engine(new, clock: clock))
    }
    try run.run()
    var report = DiffReport()
    for visitor in run.visitors { report.add(visitor.report) }
    report.notReplayable = run.failureCount
    report.failures = run.failures
    return report
  }
}

extension TrafficNeeds {
  func union(_ other: TrafficNeeds) -> TrafficNeeds {
    TrafficNeeds(tags: tags || other.tags, tools: tools || other.tools, responses: responses || other.responses)
  }
}

/// One thread's part of a comparison. One thread at a time touches it.
final class DiffVisitor: TrafficVisitor, @unchecked Sendable {
  private(set) var report = DiffReport()
  private let old: PolicyJudge
  private let new: PolicyJudge

  /// Requests that had one outcome under either policy, so far.
  private struct Entry {
    var old: Int
    var new: Int
    var cluster: DiffReport.Cluster
  }

  private var entries: [Entry] = []
  private var entryNumbers = NumberTable(capacity: 1 << 14)
  private static let entryLimit = 1 << 13

  init(_ old: Engine, _ new: Engine) {
    self.old = PolicyJudge(old)
    self.new = PolicyJudge(new)
    self.old.willForget = { [unowned self] in addUp() }
    self.new.willForget = { [unowned self] in addUp() }
  }

  func visit(_ request: RecordedRequest, of traffic: RecordedTraffic, at place: LinePlace) {
    let before = old.judge(request, of: traffic)
    let after = new.judge(request, of: traffic)
    var number = entryNumbers.find(before, after)
    if number < 0 {
      if entries.count >= Self.entryLimit { addUp() }
      number = entries.count
      entries.append(
        Entry(
          old: before, new: after,
          cluster: DiffReport.Cluster(
            count: 0, example: RequestExample(traffic.payloadBytes(), at: place), exampleLength: traffic.payloadLength))
      )
      entryNumbers.insert(before, after, number)
    }
    entries[number].cluster.count += 1
    if traffic.payloadLength < entries[number].cluster.exampleLength {
      entries[number].cluster.example = RequestExample(traffic.payloadBytes(), at: place)
      entries[number].cluster.exampleLength = traffic.payloadLength
    }
  }

  func forgetTraffic(of traffic: RecordedTraffic) {
    addUp()
    old.forgetTraffic()
    new.forgetTraffic()
  }

  private func addUp() {
    for entry in entries {
      report.add(DiffReport.ClusterKey(old.outcomes[entry.old], new.outcomes[entry.new]), entry.cluster)
    }
    entries.removeAll(keepingCapacity: true)
    entryNumbers.removeAll()
  }
}
