import CAllocationCounter
import Operations
import PolicyBytecode
import PolicyCompiler
import PolicyRuntime
import PolicyTestBench

// `make bench`: what a decision costs at four sizes of policy, on one seeded workload.

/// Seconds since some fixed moment.
func seconds() -> Double {
  let now = ContinuousClock.now - start
  return Double(now.components.seconds) + Double(now.components.attoseconds) * 1e-18
}
let start = ContinuousClock.now

struct Measurement {
  var rules = 0
  var buildSeconds = 0.0
  var bundleBytes = 0
  var loadMilliseconds = 0.0
  var coldBindMicroseconds = 0.0
  var warmBindMicroseconds = 0.0
  var judgeNanoseconds = 0.0
  var worstNanoseconds = 0.0
  var allocations = 0.0
  var blocked = 0
}

func facts(of request: Workload.Request) -> SessionFacts {
  var facts = SessionFacts()
  facts.user = "bench"
  facts.groups = ["g\(request.group)"]
  facts.target = request.target
  return facts
}

/// Measures a policy of `ruleCount` rules; the best of `rounds` rounds over the requests.
func measure(ruleCount: Int, rounds: Int = 7) -> Measurement {
  var result = Measurement(rules: ruleCount)
  let workload = Workload(ruleCount: ruleCount)
  var mark = seconds()
  let bytes = buildInMemory(workload.source)
  result.buildSeconds = seconds() - mark
  result.bundleBytes = bytes.count

  mark = seconds()
  guard let bundle = try? Bundle(bytes), let policy = try? LoadedPolicy(bundle) else { fatalError("bundle refused") }
  result.loadMilliseconds = (seconds() - mark) * 1e3

  // One session a request, bound beforehand, as a gateway has it.
  mark = seconds()
  let sessions = workload.requests.map { Session(policy, facts(of: $0)) }
  let protocols = workload.requests.map { OperationProtocol(name: $0.protocol) ?? .http }
  for (session, wire) in zip(sessions, protocols) { _ = session.liveRules(wire) }
  result.coldBindMicroseconds = (seconds() - mark) / Double(sessions.count) * 1e6
  mark = seconds()
  for (request, wire) in zip(workload.requests, protocols) { _ = Session(policy, facts(of: request)).liveRules(wire) }
  result.warmBindMicroseconds = (seconds() - mark) / Double(sessions.count) * 1e6

  var batch = OperationBatch()
  batch.endCommon()
  for (request, wire) in zip(workload.requests, protocols) {
    batch.begin(wire)
    batch.facts.add(.command, request.command)
    batch.facts.add(.unparsed, false)
    batch.end()
  }
  var interpreter = Interpreter(policy)
  var times = [Double](repeating: .infinity, count: sessions.count)
  var best = Double.infinity
  for round in 0..<rounds {
    let allocationsBefore = allocation_count()
    var blocked = 0
    let roundMark = seconds()
    for number in sessions.indices {
      interpreter.begin(sessions[number], at: Moment())
      if interpreter.judge(number, of: batch, in: sessions[number]).decision == .block { blocked += 1 }
    }
    best = min(best, (seconds() - roundMark) / Double(sessions.count) * 1e9)
    result.blocked = blocked
    if round == rounds - 1 {
      result.allocations = Double(allocation_count() - allocationsBefore) / Double(sessions.count)
    }
  }
  for _ in 0..<3 {
    for number in sessions.indices {
      let mark = seconds()
      interpreter.begin(sessions[number], at: Moment())
      _ = interpreter.judge(number, of: batch, in: sessions[number])
      times[number] = min(times[number], (seconds() - mark) * 1e9)
    }
  }
  times.sort()
  result.judgeNanoseconds = best
  result.worstNanoseconds = times[times.count * 99 / 100]
  return result
}

/// Decodes and judges statements of one protocol under a policy, in nanoseconds a request and an input byte.
func measureDecoding(_ wire: OperationProtocol, _ commands: [String], _ policy: LoadedPolicy) -> (Double, Double) {
  var session = SessionFacts()
  session.groups = ["developers"]
  session.target = "prod-orders"
  let bound = Session(policy, session)
  let payloads = commands.map { Array($0.utf8) }
  var context = DecodeContext(demand: policy.demand)
  var interpreter = Interpreter(policy)
  var best = Double.infinity
  for _ in 0..<200 {
    let mark = seconds()
    for payload in payloads {
      context.decode(wire, payload)
      interpreter.begin(bound, at: Moment())
      for number in 0..<context.batch.count { _ = interpreter.judge(number, of: context.batch, in: bound) }
    }
    best = min(best, seconds() - mark)
  }
  let bytes = payloads.reduce(0) { $0 + $1.count }
  return (best / Double(payloads.count) * 1e9, best / Double(bytes) * 1e9)
}

func column(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
func fixed(_ value: Double, _ digits: Int) -> String {
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let rounded = Int((value * scale).rounded())
  if digits == 0 { return String(rounded) }
  let fraction = String(rounded % Int(scale))
  return "\(rounded / Int(scale))." + String(repeating: "0", count: digits - fraction.count) + fraction
}

let headers = [
  "rules", "build s", "bundle KiB", "load ms", "bind new us", "bind known us", "judge ns", "p99 ns", "allocations",
  "blocked",
]
print(headers.map { column($0, 14) }.joined())
for ruleCount in [10, 100, 1_000, 10_000] {
  let result = measure(ruleCount: ruleCount)
  let cells = [
    String(result.rules), fixed(result.buildSeconds, 2), fixed(Double(result.bundleBytes) / 1024, 0),
    fixed(result.loadMilliseconds, 2), fixed(result.coldBindMicroseconds, 1), fixed(result.warmBindMicroseconds, 1),
    fixed(result.judgeNanoseconds, 0), fixed(result.worstNanoseconds, 0), fixed(result.allocations, 3),
    String(result.blocked),
  ]
  print(cells.map { column($0, 14) }.joined())
}

let guardrails = buildInMemory(DecodingWorkload.policy)
guard let bundle = try? Bundle(guardrails), let policy = try? LoadedPolicy(bundle) else { fatalError("bundle refused") }
print("\n" + ["decode + judge", "ns a request", "ns a byte"].map { column($0, 16) }.joined())
for (wire, commands) in [
  (OperationProtocol.shell, DecodingWorkload.shell), (.postgres, DecodingWorkload.postgres),
] {
  let (perRequest, perByte) = measureDecoding(wire, commands, policy)
  print([wire.name, fixed(perRequest, 0), fixed(perByte, 1)].map { column($0, 16) }.joined())
}
