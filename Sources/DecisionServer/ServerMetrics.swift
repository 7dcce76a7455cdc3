import PolicyBytecode
import Synchronization

/// What a server counts, and how it tells it: the text format of Prometheus, version 0.0.4.
final class ServerMetrics: Sendable {
  /// Seconds up to which decisions are counted together.
  static let buckets = [0.000_01, 0.000_025, 0.000_1, 0.000_25, 0.001, 0.002_5, 0.01, 0.1, 1]

  /// Why a request got no verdict. The words are labels.
  enum Failure: String, CaseIterable {
    case request, tooLarge = "too_large", notEvaluable = "not_evaluable", sessions, refused

    /// The code in the answer.
    var code: String { rawValue.replacing("_", with: "-") }
  }

  private struct Counts {
    var decisions = [Int](repeating: 0, count: Decision.allCases.count)
    var failures = [Int](repeating: 0, count: Failure.allCases.count)
    var buckets = [Int](repeating: 0, count: ServerMetrics.buckets.count + 1)
    var seconds = 0.0
    var reloads = (ok: 0, failed: 0)
  }

  /// What is read where it stands.
  struct Gauges {
    var generation: UInt64
    var rules: Int
    var sessionsWithTags: Int
  }

  private let counts = Mutex(Counts())

  func note(_ decision: Decision, seconds: Double) {
    let bucket = Self.buckets.firstIndex { seconds <= $0 } ?? Self.buckets.count
    counts.withLock {
      $0.decisions[Int(decision.rawValue)] += 1
      $0.buckets[bucket] += 1
      $0.seconds += seconds
    }
  }

  func note(_ failure: Failure) {
    let index = Failure.allCases.firstIndex(of: failure) ?? 0
    counts.withLock { $0.failures[index] += 1 }
  }

  func noteReload(isOK: Bool) {
    counts.withLock { if isOK { $0.reloads.ok += 1 } else { $0.reloads.failed += 1 } }
  }

  func text(_ gauges: Gauges) -> String {
    let counts = counts.withLock { $0 }
    var text = ""
    func metric(_ name: String, _ type: String, _ help: String, _ samples: [(String, String)]) {
      text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
      for (suffix, value) in samples { text += name + suffix + " " + value + "\n" }
    }
    metric(
      "hpol_decisions_total", "counter", "Verdicts given.",
      Decision.allCases.map { ("{decision=\"\($0.word)\"}", "\(counts.decisions[Int($0.rawValue)])") })
    metric(
      "hpol_request_failures_total", "counter", "Requests that got no verdict.",
      Failure.allCases.enumerated().map { ("{reason=\"\($1.rawValue)\"}", "\(counts.failures[$0])") })
    var total = 0
    var samples: [(String, String)] = []
    for (bucket, count) in zip(Self.buckets.map { "\($0)" } + ["+Inf"], counts.buckets) {
      total += count
      samples.append(("_bucket{le=\"\(bucket)\"}", "\(total)"))
    }
    samples += [("_sum", "\(counts.seconds)"), ("_count", "\(total)")]
    metric("hpol_decision_seconds", "histogram", "Time from a request's last byte to its verdict.", samples)
    metric(
      "hpol_policy_reloads_total", "counter", "Policies that were to be put into force.",
      [("{result=\"ok\"}", "\(counts.reloads.ok)"), ("{result=\"failed\"}", "\(counts.reloads.failed)")])
    metric("hpol_policy_generation", "gauge", "Counts the policies put into force.", [("", "\(gauges.generation)")])
    metric("hpol_policy_rules", "gauge", "Rules of the policy in force.", [("", "\(gauges.rules)")])
    metric("hpol_sessions_with_tags", "gauge", "Sessions that have tags.", [("", "\(gauges.sessionsWithTags)")])
    return text
  }
}
