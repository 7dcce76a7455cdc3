import Detectors
import JSONText
import Operations
import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime
import Responses

/// Asks a policy the tests on the facts of a request that are about to be replaced.
final class TruthRecorder {
  private let policy: LoadedPolicy
  private var context: DecodeContext
  private var interpreter: Interpreter
  private let names: TestNames
  private let detectors: DetectorSet
  private let clock: Int64

  init(_ policy: LoadedPolicy, clock: Int64) {
    self.policy = policy
    self.clock = clock
    context = DecodeContext(demand: policy.demand)
    interpreter = Interpreter(policy)
    names = TestNames(policy)
    detectors = DetectorSet(policy.demand.contains(.responseDetector) ? policy.demand.detectors : [])
  }

  /// Facts that may be others when a fixture is replayed: who asks through which connection, the session's tags, the
  /// moment, and what an MCP server has said of its tools. What is recorded does not hang on them.
  private static let changingFacts = FactSet(
    Fact.allCases.filter { $0.schema.phase == .bind || $0.schema.phase == .moment } + [.mcpDestructive, .mcpChanged])

  /// What the policy decodes a request and its answer to, and how the tests on `facts` come out, an element for each
  /// operation.
  func record(_ request: JudgedRequest, on facts: FactSet) -> [RecordedTests.Operation] {
    context.target = [UInt8]((request.principal.target ?? "").utf8)
    context.decode(request.protocol, request.payload.bytes)
    let session = Session(policy, SessionFacts(request.principal))
    interpreter.begin(session, at: Moment(time: request.principal.time, clock: clock))
    var operations = operations()
    ask(&operations, from: 0, in: session, facts, .request)
    guard let answer = request.response else { return operations }
    if policy.hasResponseRules {
      let found = responseFacts(Response(answer), detectors: detectors)
      interpreter.beginResponse { found.write(to: &$0) }
      ask(&operations, from: 0, in: session, facts, .response)
    }
    if request.protocol == .mcp {
      let first = operations.count
      context.decodeAnswer(.mcp, [UInt8](answer.text.utf8))
      interpreter.beginBatch()
      operations += self.operations()
      ask(&operations, from: first, in: session, facts, .request)
    }
    return operations
  }

  private func operations() -> [RecordedTests.Operation] {
    (0..<context.batch.count).map {
      let operation = context.batch.operations[$0]
      return RecordedTests.Operation(operation.protocol, unparsed: operation.unparsed)
    }
  }

  /// Adds the outcomes for the operations of the batch at hand, the first of which is at `first`.
  private func ask(
    _ operations: inout [RecordedTests.Operation], from first: Int, in session: Session, _ facts: FactSet,
    _ phase: RulePhase
  ) {
    for number in 0..<context.batch.count {
      let outcomes = interpreter.decidingTests(
        number, of: context.batch, in: session, on: facts, whichever: Self.changingFacts, phase)
      for (atom, outcome) in outcomes { operations[first + number].tests[names.names[atom]] = outcome }
    }
  }

  /// The names of tests on facts that all operations of a request share.
  private(set) lazy var sharedTests: Set<TestName> = {
    let shared = policy.bundle.atoms.indices.filter { atom in
      guard let fact = Fact(rawValue: policy.bundle.atoms[atom].fact) else { return false }
      return fact == .text || fact == .textDetector || fact.schema.phase != .operation
    }
    return Set(shared.map { names.names[$0] })
  }()
}
