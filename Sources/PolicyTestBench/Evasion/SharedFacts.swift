import Operations
import PolicyBytecode
import PolicyEngine
import PolicyRuntime

/// The facts that a command and another spelling of it have in common: what a rule should test.
struct SharedFacts {
  /// A test that holds for both, as a policy writes it.
  struct Test: Hashable {
    let fact: Fact
    let value: DecodedOperation.Value

    var text: String {
      let name = fact.schema.name
      switch value {
      case .boolean(let flag): return flag ? name : "not \(name)"
      case .integer(let number): return "\(name) is \(number)"
      case .text(let text): return "\(name) is \(quoted(text))"
      case .list(let values): return values.map { "\(name) contains \(quoted($0))" }.joined(separator: " and ")
      }
    }

    private func quoted(_ text: String) -> String {
      DecodedOperation.Value.text(text).policyText(isWord: fact.schema.isWord)
    }

    func holds(for operation: DecodedOperation) -> Bool {
      guard let found = operation.facts.first(where: { $0.fact == fact })?.value else { return false }
      if case .list(let wanted) = value, case .list(let values) = found { return wanted.allSatisfy(values.contains) }
      return found == value
    }
  }

  /// Nil: the spelling was not read.
  private let tests: [Test]?
  private let spoken: OperationProtocol?

  /// The facts in the order in which a rule would name them: what runs, how, on what.
  private static let order: [Fact] = [
    .shellProgram, .shellFlag, .shellPath, .shellInputFrom, .shellWrites, .shellPrivileged, .shellArgument, .sqlVerb,
    .sqlObject, .sqlWrites,
    .sqlTable, .sqlFunction, .sqlProgram, .sqlFile, .sqlWhere, .sqlWhereConstant, .k8sVerb, .k8sResource,
    .k8sSubresource, .k8sNamespace,
    .k8sName, .httpMethod, .httpPath, .httpHost, .redisCommand, .redisFlag, .redisKey, .mcpMethod, .mcpTool,
    .mcpResource, .mcpPrompt,
    .sshChannel, .sshFileOperation, .sshPath, .sshForwardTo,
  ]

  /// Compares the operation on which `rule` applied with the operation of the spelling that is most like it.
  init(_ seed: ExplainedRequest, _ spelled: ExplainedRequest, rule: String) {
    let stopped = seed.operations.first { operation in
      operation.rules.contains { $0.name == rule && $0.outcome == .applied }
    }
    guard let stopped, stopped.operation.unparsed == .none else {
      tests = nil
      spoken = nil
      return
    }
    spoken = stopped.operation.protocol
    let candidates = spelled.operations.map { Self.tests(stopped.operation, $0.operation) }
    let best = candidates.max { $0.map(\.weight).reduce(0, +) < $1.map(\.weight).reduce(0, +) } ?? []
    let isRead = !spelled.operations.allSatisfy { $0.operation.unparsed != .none }
    tests = isRead ? best : nil
  }

  private static func tests(_ a: DecodedOperation, _ b: DecodedOperation) -> [Test] {
    order.compactMap { fact -> Test? in
      guard let left = a.facts.first(where: { $0.fact == fact })?.value,
        let right = b.facts.first(where: { $0.fact == fact })?.value
      else { return nil }
      if case .list(let first) = left, case .list(let second) = right {
        let common = first.filter(second.contains).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        return common.isEmpty ? nil : Test(fact: fact, value: .list(Array(common.prefix(4))))
      }
      // That something is not so tells little.
      if left == .boolean(false), fact != .sqlWhere { return nil }
      return left == right ? Test(fact: fact, value: left) : nil
    }
  }

  /// The shortest conjunction, in that order, that no innocent request meets; or why there is none.
  func advice(_ innocents: InnocentFacts) -> EvasionAdvice {
    guard let tests else { return .unreadable }
    guard let first = tests.first, let spoken else { return .nothingShared }
    var chosen = [first]
    // A command of Redis says what it does; a program or a verb says it with what it is done to.
    let enough = first.fact == .redisCommand ? 1 : 2
    for test in tests.dropFirst() {
      let isMet = innocents.meet(chosen, spoken)
      if chosen.count >= enough, !isMet { break }
      // Where nothing else tells, arguments do.
      if [.shellArgument, .redisFlag].contains(test.fact), !isMet { continue }
      chosen.append(test)
    }
    return .write(chosen.map(\.text).joined(separator: " and "))
  }
}

extension SharedFacts.Test {
  /// How much it says that two operations have it in common.
  fileprivate var weight: Int {
    switch fact {
    case .shellProgram, .sqlVerb, .k8sVerb, .httpPath, .redisCommand, .mcpTool: 10
    default: 1
    }
  }
}

/// What would have stopped a spelling.
public enum EvasionAdvice: Hashable, Sendable {
  /// Tests that hold for the command and for the spelling.
  case write(String)
  /// The spelling cannot be read, and the policy lets that pass.
  case unreadable
  /// The decoder sees something else in it.
  case nothingShared
}

/// What requests that nothing stops do, to tell facts that would stop them, too.
struct InnocentFacts {
  private let demand: FactDemand
  private var pending: [JudgedRequest] = []
  private let cache = Cache()

  private final class Cache {
    var operations: [OperationProtocol: [DecodedOperation]] = [:]
    var isFilled = false
  }

  init(_ engine: Engine) {
    var demand = engine.policy.demand
    demand.facts = .all
    self.demand = demand
  }

  mutating func add(_ request: JudgedRequest) {
    if pending.count < EvasionLimits.innocents { pending.append(request) }
  }

  /// Whether an operation of these meets all tests.
  func meet(_ tests: [SharedFacts.Test], _ spoken: OperationProtocol) -> Bool {
    if !cache.isFilled {
      var context = DecodeContext(demand: demand)
      for request in pending {
        context.decode(request.protocol, request.payload.bytes)
        for operation in DecodedOperation.all(in: context.batch) {
          cache.operations[operation.protocol, default: []].append(operation)
        }
      }
      cache.isFilled = true
    }
    return cache.operations[spoken]?.contains { operation in tests.allSatisfy { $0.holds(for: operation) } } ?? false
  }
}
