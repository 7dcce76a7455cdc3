import Operations
import PolicyBytecode
import PolicyEngine
import PolicyRuntime

extension Engine {
  /// Measures decoding and judging of each request, the best of `rounds`.
  public func measure(_ requests: [JudgedRequest], rounds: Int) -> CostReport {
    let clock = ContinuousClock()
    var entries = requests.map {
      CostReport.Entry(request: $0.summary, decodeNanoseconds: .infinity, judgeNanoseconds: .infinity)
    }
    let payloads = requests.map(\.payload.bytes)
    for _ in 0..<rounds {
      for (index, request) in requests.enumerated() {
        let session = session(of: request.principal, [])
        prepare(&context, for: request)
        let start = clock.now
        context.decode(request.protocol, payloads[index])
        let decoded = clock.now
        interpreter.begin(session, at: Moment(time: request.principal.time, clock: self.clock))
        for number in 0..<context.batch.count { _ = interpreter.judge(number, of: context.batch, in: session) }
        let judged = clock.now
        entries[index].decodeNanoseconds = min(entries[index].decodeNanoseconds, (decoded - start) / .nanoseconds(1))
        entries[index].judgeNanoseconds = min(entries[index].judgeNanoseconds, (judged - decoded) / .nanoseconds(1))
      }
    }
    return CostReport(entries: entries.sorted { $0.total > $1.total })
  }
}
