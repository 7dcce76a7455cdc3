import PolicyBytecode
import PolicyCompiler
import PolicyRuntime
import PolicySyntax
import TestSupport
import Testing

@testable import PolicyTestBench

/// Over random policies and requests, the outcome of a condition as coverage evaluates it is what the interpreter says:
/// the recorder asserts it of each rule, and here its counts are held against the interpreter's.
@Test(arguments: 0..<4) func coverageAgreesWithTheInterpreter(lane: Int) throws {
  var applied = 0
  var decided = 0
  for number in 0..<12 {
    var generator = PolicyGenerator(seed: UInt64(9000 + lane * 100 + number))
    let policy = placed(generator.policy())
    let compiled = try compilePolicy(policy, .tests).get()
    let loaded = try LoadedPolicy(Bundle(compiled.bundle))
    let map = CoverageMap(policy, compiled.layout, of: loaded.bundle)
    #expect(map.rules.count == policy.rules.count)
    let recorder = CoverageRecorder(map)
    var interpreter = Interpreter(loaded)
    var batch = OperationBatch()
    var fired = Array(repeating: 0, count: map.rules.count)
    for _ in 0..<40 {
      let session = Session(loaded, SessionFacts(generator.principal()))
      for _ in 0..<5 {
        let (time, clock) = generator.moment()
        let request = generator.request()
        request.write(to: &batch, keys: loaded.keys)
        interpreter.begin(session, at: Moment(time: time, clock: clock))
        var phases: [RulePhase] = [.request]
        if request.response != nil { phases.append(.response) }
        for phase in phases {
          if phase == .response { interpreter.beginResponse { request.writeResponse(to: &$0) } }
          for number in 0..<batch.count {
            let verdict = interpreter.judge(number, of: batch, in: session, phase)
            recorder.record(verdict, number, of: batch, in: session, phase, &interpreter)
            for index in verdict.firstFired..<verdict.endFired {
              let rule = interpreter.fired[Int(index)]
              if rule & Interpreter.limitMark == 0 { fired[Int(rule)] += 1 }
            }
          }
        }
      }
    }
    let counts = recorder.counts
    #expect(map.rules.indices.map { counts.fired[$0] } == map.rules.map { fired[$0.number] })
    for (index, condition) in counts.conditions.enumerated() {
      #expect(condition.decidesTrue <= condition.isTrue && condition.decidesFalse <= condition.isFalse)
      #expect(condition.isTrue + condition.isFalse <= counts.asked[map.conditions[index].rule])
      decided += condition.decidesTrue + condition.decidesFalse
    }
    applied += counts.fired.reduce(0, +)
    // Two halves add up to the whole.
    var twice = counts
    twice.merge(counts)
    #expect(twice.fired == counts.fired.map { 2 * $0 } && twice.alternatives == counts.alternatives.map { 2 * $0 })
    #expect(twice.conditions.map(\.decidesTrue) == counts.conditions.map { 2 * $0.decidesTrue })
  }
  #expect(applied > 1000 && decided > 1000, "\(applied) \(decided)")
}

/// The policy with each test at a place of its own, as in a file.
private func placed(_ policy: CheckedPolicy) -> CheckedPolicy {
  var next: UInt32 = 0
  func placed(_ condition: Condition) -> Condition {
    switch condition {
    case .constant: return condition
    case .test(var predicate):
      predicate.span = SourceSpan(file: 0, SourceRange(next, next + 1))
      next += 1
      return .test(predicate)
    case .not(let inner): return .not(placed(inner))
    case .and(let parts): return .and(parts.map(placed))
    case .or(let parts): return .or(parts.map(placed))
    }
  }
  var policy = policy
  for index in policy.rules.indices { policy.rules[index].condition = placed(policy.rules[index].condition) }
  return policy
}
