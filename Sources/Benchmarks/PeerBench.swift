import CAllocationCounter
import JSONText
import PolicyBytecode
import PolicyRuntime

#if HPOL_PEERS
  import CPeers

  /// The engine beside what others would build in its place from a matching library, on one workload, in one run: what a
  /// decision costs at the least, in the median round and at the 99th percentile of requests, and whether all agree.
  ///
  /// The contenders take turns, so that a noisy minute is everyone's. In each turn a contender passes over all requests first
  /// *cold*, with the others' tables in the caches, then *warm*, with its own.
  enum PeerBench {
    /// Turns of every contender; a slow one has fewer.
    private static let rounds = 15
    private static let warmPasses = 2
    private static let timedRounds = 15
    private static let secondsEach = 3.0

    /// One that judges all requests of a traffic.
    private struct Contender {
      let name: String
      let isPeer: Bool
      /// Writes an answer a request: the sum of `peer_mark` of the rules that apply.
      let judge: (UnsafeMutablePointer<UInt64>) -> Void
      /// Lowers the nanoseconds of each request to what it takes.
      let time: (UnsafeMutablePointer<Double>) -> Void
    }

    /// What was measured of a contender, in nanoseconds a decision; warm unless it says otherwise.
    struct Result {
      let name: String
      let isPeer: Bool
      let least: Double
      let median: Double
      let p99: Double
      let leastCold: Double
      /// Answers that are not those of the first peer.
      let disagreements: Int
      let allocations: Double
    }

    /// The contenders on one traffic.
    struct Race {
      let ruleCount: Int
      let isWide: Bool
      /// Sessions of a hundred requests; otherwise every request comes from someone else.
      let hasSessions: Bool
      let results: [Result]

      /// What a contender takes as a share of what the best peer does.
      func ratio(_ result: Result, _ time: KeyPath<Result, Double>) -> Double {
        result[keyPath: time] / (results.filter(\.isPeer).map { $0[keyPath: time] }.min() ?? .infinity)
      }
    }

    static func run(sizes: [Int]) {
      let sizes = sizes.isEmpty ? [10, 100, 1_000, 10_000] : sizes
      var races: [Race] = []
      for isWide in [false, true] {
        for size in sizes { races += measure(size, isWide: isWide) }
      }
      let report = PeerReport(races: races, versions: String(cString: peer_versions()))
      if sizes.count == 4 { report.write() }
    }

    /// What a decision takes without a session, the engine alone: nanoseconds, the least of `rounds`.
    static func oneShotAlone(_ ruleCount: Int, rounds: Int) -> Double {
      let workload = Workload(ruleCount: ruleCount, sessionCount: 20_000, requestsPerSession: 1)
      guard let bundle = try? Bundle(buildInMemory(workload.source)), let policy = try? LoadedPolicy(bundle) else {
        fatalError("the bundle was refused")
      }
      let requests = PeerRequests(workload)
      let engine = EngineUnderTest(policy, workload, requests)
      let answers = UnsafeMutablePointer<UInt64>.allocate(capacity: requests.count)
      defer { answers.deallocate() }
      return best(of: rounds) { engine.judgeOneShot(answers) } * 1e9 / Double(requests.count)
    }

    private static func measure(_ ruleCount: Int, isWide: Bool) -> [Race] {
      let rules = Workload(ruleCount: ruleCount, isWide: isWide, sessionCount: 0)
      let peers = Peers(rules.rules)
      guard let bundle = try? Bundle(buildInMemory(rules.source)), let policy = try? LoadedPolicy(bundle) else {
        fatalError("the bundle was refused")
      }
      return [false, true].map { hasSessions in
        let workload = Workload(
          ruleCount: ruleCount, isWide: isWide, sessionCount: hasSessions ? 200 : 20_000,
          requestsPerSession: hasSessions ? 100 : 1)
        let requests = PeerRequests(workload)
        let engine = EngineUnderTest(policy, workload, requests)
        var contenders = peers.all.map { peer in
          Contender(
            name: peer.name, isPeer: true,
            judge: { peer_judge(peer.pointer, requests.base, requests.count, $0) },
            time: { peer_time(peer.pointer, requests.base, requests.count, $0) })
        }
        contenders.append(
          hasSessions
            ? Contender(name: "hpol, bound", isPeer: false, judge: engine.judgeBound, time: engine.timeBound)
            : Contender(name: "hpol, one-shot", isPeer: false, judge: engine.judgeOneShot, time: engine.timeOneShot))
        let race = Race(
          ruleCount: ruleCount, isWide: isWide, hasSessions: hasSessions,
          results: compare(contenders, requestCount: requests.count))
        PeerReport.print(race)
        return race
      }
    }

    private static func compare(_ contenders: [Contender], requestCount: Int) -> [Result] {
      let answers = contenders.map { _ in UnsafeMutablePointer<UInt64>.allocate(capacity: requestCount) }
      let nanoseconds = contenders.map { _ in
        let times = UnsafeMutablePointer<Double>.allocate(capacity: requestCount)
        times.initialize(repeating: .infinity, count: requestCount)
        return times
      }
      defer {
        answers.forEach { $0.deallocate() }
        nanoseconds.forEach { $0.deallocate() }
      }
      var times = contenders.map { _ in [Double]() }
      var cold = contenders.map { _ in Double.infinity }
      var allocations = contenders.map { _ in UInt64.max }
      for _ in 0..<rounds {
        for (number, contender) in contenders.enumerated() {
          if times[number].count >= 3, times[number].reduce(0, +) > secondsEach { continue }
          for pass in 0...warmPasses {
            let before = allocation_count()
            let mark = seconds()
            contender.judge(answers[number])
            let time = seconds() - mark
            allocations[number] = min(allocations[number], allocation_count() - before)
            if pass == 0 { cold[number] = min(cold[number], time) } else { times[number].append(time) }
          }
        }
      }
      // Each request's least of so many passes: what it takes, without what else the machine did in one of them.
      for round in 0..<timedRounds {
        for (number, contender) in contenders.enumerated() where round == 0 || times[number][0] < 0.5 {
          contender.judge(answers[number])
          contender.time(nanoseconds[number])
        }
      }
      // What two looks at the clock take is no part of a decision.
      var clock = Double.infinity
      for _ in 0..<1000 {
        let mark = peer_clock()
        clock = min(clock, Double(peer_clock() - mark))
      }
      return contenders.indices.map { number in
        let sorted = times[number].sorted()
        let single = UnsafeBufferPointer(start: nanoseconds[number], count: requestCount).sorted()
        let scale = 1e9 / Double(requestCount)
        return Result(
          name: contenders[number].name, isPeer: contenders[number].isPeer, least: sorted[0] * scale,
          median: sorted[sorted.count / 2] * scale, p99: max(single[requestCount * 99 / 100] - clock, 0),
          leastCold: cold[number] * scale,
          disagreements: (0..<requestCount).count { answers[number][$0] != answers[0][$0] },
          allocations: Double(allocations[number]) / Double(requestCount))
      }
    }
  }

  /// The peers, compiled.
  private final class Peers {
    let all: [(name: String, pointer: OpaquePointer)]

    init(_ rules: [Workload.Rule]) {
      var texts: [UnsafeMutablePointer<CChar>] = []
      func copy(_ text: String) -> UnsafePointer<CChar> {
        let bytes = UnsafeMutablePointer<CChar>.allocate(capacity: text.utf8.count + 1)
        for (index, byte) in text.utf8.enumerated() { bytes[index] = CChar(bitPattern: byte) }
        bytes[text.utf8.count] = 0
        texts.append(bytes)
        return UnsafePointer(bytes)
      }
      let records = rules.map { rule in
        peer_rule(
          groups: rule.groups, target_prefix: rule.targetPrefix.map(copy), regex: copy(rule.regex),
          literal: copy(rule.literal), protocol: UInt8(rule.protocol), ignores_case: rule.ignoresCase ? 1 : 0)
      }
      all = (0..<peer_count.rawValue).map { number in
        let kind = peer_kind(number)
        guard let pointer = peer_create(kind, records, records.count) else { fatalError("a peer refused the rules") }
        return (String(cString: peer_name(kind)), pointer)
      }
      texts.forEach { $0.deallocate() }
    }

    deinit { for peer in all { peer_destroy(peer.pointer) } }
  }

  /// The requests as the peers are given them.
  private final class PeerRequests {
    let base: UnsafeMutablePointer<peer_request>
    let count: Int
    private let bytes: UnsafeMutablePointer<UInt8>

    init(_ workload: Workload) {
      count = workload.requests.count
      base = .allocate(capacity: count)
      let targets = workload.requests.map { Array(workload.sessions[$0.session].target.utf8) }
      let texts = Array(targets.joined()) + Array(workload.requests.map(\.command).joined())
      bytes = .allocate(capacity: texts.count)
      bytes.initialize(from: texts, count: texts.count)
      var target = bytes
      var command = bytes + targets.reduce(0) { $0 + $1.count }
      for (number, request) in workload.requests.enumerated() {
        let session = workload.sessions[request.session]
        (base + number).initialize(
          to: peer_request(
            groups: session.groups, target: target, command: command, target_length: UInt32(targets[number].count),
            command_length: UInt32(request.command.count), protocol: UInt8(session.protocol)))
        target += targets[number].count
        command += request.command.count
      }
    }

    deinit {
      base.deallocate()
      bytes.deallocate()
    }
  }

  /// The engine with a traffic in its memory.
  private final class EngineUnderTest {
    private let whole: WholePolicy
    private let sessions: [Session]
    /// Of each session.
    private let requestCounts: [Int]
    private let requests: PeerRequests
    private let batch: OperationBatch
    /// Behind a pointer: the variable properties of a class are checked for exclusive access at every use.
    private let interpreter: UnsafeMutablePointer<Interpreter>

    init(_ policy: LoadedPolicy, _ workload: Workload, _ requests: PeerRequests) {
      whole = WholePolicy(policy, groups: Workload.names(1 << UInt64(Workload.groupCount) - 1))
      self.requests = requests
      interpreter = .allocate(capacity: 1)
      interpreter.initialize(to: Interpreter(policy))
      sessions = workload.sessions.map { Session(policy, facts(of: $0)) }
      var counts = [Int](repeating: 0, count: workload.sessions.count)
      for request in workload.requests { counts[request.session] += 1 }
      requestCounts = counts
      var batch = OperationBatch()
      batch.endCommon()
      for request in workload.requests {
        batch.begin(wire(workload.sessions[request.session]))
        batch.facts.add(.command, request.command)
        batch.facts.add(.unparsed, false)
        batch.end()
      }
      self.batch = batch
    }

    deinit {
      interpreter.deinitialize(count: 1)
      interpreter.deallocate()
    }

    @inline(__always)
    private func answerBound(_ number: Int, _ session: Session) -> UInt64 {
      marks(interpreter.pointee.judgeAlone(number, of: batch, in: session, at: Moment()))
    }

    @inline(__always)
    private func answerOneShot(_ number: Int) -> UInt64 {
      let request = requests.base[number]
      interpreter.pointee.asker.begin(whole)
      interpreter.pointee.asker.add(groups: request.groups, at: 0)
      interpreter.pointee.asker.add(
        .target, lending: UnsafeBufferPointer(start: request.target, count: Int(request.target_length)))
      return marks(interpreter.pointee.judgeAlone(number, of: batch, in: whole, at: Moment()))
    }

    @inline(__always)
    private func marks(_ verdict: OperationVerdict) -> UInt64 {
      verdict.firstFired == verdict.endFired ? 0 : marksOfFired(verdict)
    }

    /// Out of line: the loop is one of vectors, whose constants would be fetched for requests of no rule, too.
    @inline(never)
    private func marksOfFired(_ verdict: OperationVerdict) -> UInt64 {
      var sum: UInt64 = 0
      for index in verdict.firstFired..<verdict.endFired {
        sum &+= peer_mark(UInt64(interpreter.pointee.fired[Int(index)]))
      }
      return sum
    }

    func judgeBound(_ answers: UnsafeMutablePointer<UInt64>) {
      forEachSession { session, numbers in
        for number in numbers { answers[number] = answerBound(number, session) }
      }
    }

    func judgeOneShot(_ answers: UnsafeMutablePointer<UInt64>) {
      for number in 0..<requests.count { answers[number] = answerOneShot(number) }
    }

    /// Each session is at hand while its requests, which follow one another, are judged.
    @inline(__always)
    private func forEachSession(_ body: (Session, Range<Int>) -> Void) {
      var start = 0
      for (session, count) in zip(sessions, requestCounts) {
        body(session, start..<start + count)
        start += count
      }
    }

    func timeBound(_ nanoseconds: UnsafeMutablePointer<Double>) {
      forEachSession { session, numbers in time(numbers, nanoseconds) { answerBound($0, session) } }
    }

    func timeOneShot(_ nanoseconds: UnsafeMutablePointer<Double>) {
      time(0..<requests.count, nanoseconds, answerOneShot)
    }

    @inline(__always)
    private func time(
      _ numbers: Range<Int>, _ nanoseconds: UnsafeMutablePointer<Double>, _ answer: (Int) -> UInt64
    ) {
      var kept: UInt64 = 0
      for number in numbers {
        let before = peer_clock()
        kept &+= answer(number)
        nanoseconds[number] = min(nanoseconds[number], Double(peer_clock() - before))
      }
      precondition(kept != 1)
    }
  }
#else
  /// Without the peers there is nothing to compare with.
  enum PeerBench {
    static func oneShotAlone(_ ruleCount: Int, rounds: Int) -> Double { .nan }

    static func run(sizes: [Int]) { print("\nbeside other libraries: built by `make bench`, which installs them") }
  }
#endif
