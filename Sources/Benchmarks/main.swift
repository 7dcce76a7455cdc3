import CAllocationCounter
import Glibc
import Operations
import PolicyBytecode
import PolicyCompiler
import PolicyRuntime
import PolicySyntax
import PolicyTestBench

// `make bench`: what a decision costs at four sizes of policy, on one seeded workload.

/// Seconds since some fixed moment.
func seconds() -> Double {
  let now = ContinuousClock.now - start
  return Double(now.components.seconds) + Double(now.components.attoseconds) * 1e-18
}
let start = ContinuousClock.now

struct Measurement {
  var buildSeconds = 0.0
  var bundleBytes = 0
  var loadMilliseconds = 0.0
  /// Binding a session to outcomes that are new, and to known ones.
  var newBindMicroseconds = 0.0
  var knownBindMicroseconds = 0.0
  /// Sessions one after the other, the mean and the 99th percentile of single decisions.
  var judgeNanoseconds = 0.0
  var p99Nanoseconds = 0.0
  /// Every request of another session than the one before.
  var interleavedNanoseconds = 0.0
  var allocations = 0.0
  var blocked = 0
}

func wire(_ session: Workload.Session) -> OperationProtocol {
  OperationProtocol(name: Workload.protocols[session.protocol]) ?? .http
}

func facts(of session: Workload.Session) -> SessionFacts {
  var facts = SessionFacts()
  facts.user = "bench"
  facts.groups = Workload.names(session.groups)
  facts.target = session.target
  return facts
}

/// Seconds that the processor has spent on this process.
func processSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Runs `body` `rounds` times; the shortest time in seconds of `clock`.
func best(of rounds: Int, _ clock: () -> Double = seconds, _ body: () -> Void) -> Double {
  var best = Double.infinity
  for _ in 0..<rounds {
    let mark = clock()
    body()
    best = min(best, clock() - mark)
  }
  return best
}

/// Compiles a policy of one file.
func buildInMemory(_ source: String) -> [UInt8] {
  let build = PolicyBuild(
    roots: ["bench.hpol"], reader: .inMemory(["bench.hpol": Array(source.utf8)]), now: 0, toolVersion: "bench")
  guard let bundle = build.bundle else {
    fatalError(build.diagnostics.map { "\($0.code.text) \($0.message)" }.joined(separator: "\n"))
  }
  return bundle
}

/// Measures a policy of `ruleCount` rules.
func measure(ruleCount: Int, rounds: Int = 25) -> Measurement {
  var result = Measurement()
  let workload = Workload(ruleCount: ruleCount)
  let source = workload.source
  var bytes: [UInt8] = []
  result.buildSeconds = best(of: 1) { bytes = buildInMemory(source) }
  result.bundleBytes = bytes.count

  var loaded: LoadedPolicy?
  result.loadMilliseconds = 1e3 * best(of: 5) { loaded = try? LoadedPolicy(Bundle(bytes)) }
  guard let policy = loaded else { fatalError("the bundle was refused") }

  let protocols = workload.sessions.map(wire)
  let sessionFacts = workload.sessions.map(facts)
  let bind = { for (facts, wire) in zip(sessionFacts, protocols) { _ = Session(policy, facts).liveRules(wire) } }
  result.newBindMicroseconds = 1e6 * best(of: 1) { bind() } / Double(sessionFacts.count)
  result.knownBindMicroseconds = 1e6 * best(of: 5) { bind() } / Double(sessionFacts.count)

  let sessions = sessionFacts.map { Session(policy, $0) }
  var batch = OperationBatch()
  batch.endCommon()
  for request in workload.requests {
    batch.begin(protocols[request.session])
    batch.facts.add(.command, request.command)
    batch.facts.add(.unparsed, false)
    batch.end()
  }
  var interpreter = Interpreter(policy)
  let requests = workload.requests
  let perSession = requests.count / sessions.count
  let judgeAll = { (order: [Int]) in
    var blocked = 0
    for number in order {
      let session = sessions[requests[number].session]
      interpreter.begin(session, at: Moment())
      if interpreter.judge(number, of: batch, in: session).decision == .block { blocked += 1 }
    }
    result.blocked = blocked
  }
  let inOrder = Array(requests.indices)
  let interleaved = inOrder.map { ($0 % sessions.count) * perSession + $0 / sessions.count }
  result.judgeNanoseconds = 1e9 * best(of: rounds) { judgeAll(inOrder) } / Double(requests.count)
  let before = allocation_count()
  judgeAll(inOrder)
  result.allocations = Double(allocation_count() - before) / Double(requests.count)
  result.interleavedNanoseconds = 1e9 * best(of: rounds) { judgeAll(interleaved) } / Double(requests.count)

  var times = [Double](repeating: .infinity, count: requests.count)
  for _ in 0..<5 {
    for number in inOrder {
      let session = sessions[requests[number].session]
      let mark = seconds()
      interpreter.begin(session, at: Moment())
      _ = interpreter.judge(number, of: batch, in: session)
      times[number] = min(times[number], (seconds() - mark) * 1e9)
    }
  }
  times.sort()
  result.p99Nanoseconds = times[times.count * 99 / 100]
  return result
}

/// Decodes and judges statements of one protocol under a policy, in nanoseconds a request and an input byte.
/// Nanoseconds that a request, and a byte of it, takes to decode and judge; with all SQL parsed if so asked.
func measureDecoding(
  _ wire: OperationProtocol, _ commands: [String], _ policy: LoadedPolicy, isThorough: Bool = false
) -> (Double, Double) {
  var session = SessionFacts()
  session.groups = ["developers"]
  session.target = "prod-orders"
  let bound = Session(policy, session)
  let payloads = commands.map { Array($0.utf8) }
  var context = DecodeContext(demand: policy.demand)
  context.isThorough = isThorough
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

let guardrails = buildInMemory(DecodingWorkload.policy)
guard let bundle = try? Bundle(guardrails), let policy = try? LoadedPolicy(bundle) else { fatalError("bundle refused") }

// `hpol-bench detectors`, `hpol-bench replay`, `hpol-bench judge SIZE…` and `hpol-bench load` measure those alone, `hpol-bench decode FILE.jsonl…`
// recorded commands, `hpol-bench peers [SIZE…]` the engine beside matching libraries, `hpol-bench mask` its masks beside
// RE2, `hpol-bench SIZE` a policy of that size.
switch CommandLine.arguments.dropFirst().first {
case "decode":
  DecodingBench.run(Array(CommandLine.arguments.dropFirst(2)))
  exit(0)
case "detectors":
  DetectorBench.run(Array(CommandLine.arguments.dropFirst(2)))
  exit(0)
case "mask":
  MaskRace.run()
  exit(0)
case "peers":
  PeerBench.run(sizes: CommandLine.arguments.dropFirst(2).compactMap { Int($0) })
  exit(0)
case "replay":
  ReplayBench.run(policy, Array(CommandLine.arguments.dropFirst(2)))
  exit(0)
case "judge":
  // Long enough for a profile of decisions and nothing else.
  for size in CommandLine.arguments.dropFirst(2).compactMap({ Int($0) }) {
    let result = measure(ruleCount: size, rounds: 1500)
    let oneShot = PeerBench.oneShotAlone(size, rounds: 1500)
    print(
      "\(size) rules, ns a decision: bound \(fixed(result.judgeNanoseconds, 1)), "
        + "99 % within \(fixed(result.p99Nanoseconds, 0)); one-shot \(fixed(oneShot, 1))")
  }
  exit(0)
case "load":
  LoadBench.run([10, 100, 1_000, 10_000])
  exit(0)
default: break
}

let headers = [
  "rules", "build s", "bundle KiB", "load ms", "bind new us", "known us", "judge ns", "p99 ns", "interleaved",
  "allocations", "blocked",
]
print(headers.map { column($0, 12) }.joined())
/// `hpol-bench 10000` measures that size alone.
let given = CommandLine.arguments.dropFirst().compactMap { Int($0) }
for ruleCount in given.isEmpty ? [10, 100, 1_000, 10_000] : given {
  let result = measure(ruleCount: ruleCount)
  let cells = [
    String(ruleCount), fixed(result.buildSeconds, 2), fixed(Double(result.bundleBytes) / 1024, 0),
    fixed(result.loadMilliseconds, 2), fixed(result.newBindMicroseconds, 1), fixed(result.knownBindMicroseconds, 1),
    fixed(result.judgeNanoseconds, 0), fixed(result.p99Nanoseconds, 0), fixed(result.interleavedNanoseconds, 0),
    fixed(result.allocations, 3), String(result.blocked),
  ]
  print(cells.map { column($0, 12) }.joined())
}

print("\n" + ["decode + judge", "ns a request", "ns a byte"].map { column($0, 18) }.joined())
for (name, wire, commands, isThorough) in [
  ("shell", OperationProtocol.shell, DecodingWorkload.shell, false),
  ("postgres", .postgres, DecodingWorkload.postgres, false),
  ("- read quickly", .postgres, DecodingWorkload.simplePostgres, false),
  ("- the same, parsed", .postgres, DecodingWorkload.simplePostgres, true),
  ("mysql", .mysql, DecodingWorkload.mysql, false), ("http", .http, DecodingWorkload.http, false),
  ("redis", .redis, DecodingWorkload.redis, false), ("mcp", .mcp, DecodingWorkload.mcp, false),
  ("k8s", .k8s, DecodingWorkload.k8s, false),
] {
  let (perRequest, perByte) = measureDecoding(wire, commands, policy, isThorough: isThorough)
  print([name, fixed(perRequest, 0), fixed(perByte, 1)].map { column($0, 18) }.joined())
}

LoadBench.run(given.isEmpty ? [10, 1_000, 10_000] : given)
DetectorBench.run()
MaskBench.run()
ReplayBench.run(policy)
MutationBench.run()
MaskRace.run()
PeerBench.run(sizes: given)
