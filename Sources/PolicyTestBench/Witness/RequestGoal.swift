import PatternMatching
import PolicyBytecode
import PolicyCompiler

/// What a request must be like for tests to hold of one of its operations: the tests, and values that pass them.
struct RequestGoal {
  let tests: [SignedTest]
  private let sampler: PatternSampler
  /// Which of several values that would do is taken.
  private let variant: Int

  init(_ tests: [SignedTest], _ sampler: PatternSampler, variant: Int = 0) {
    self.tests = tests
    self.sampler = sampler
    self.variant = variant
  }

  /// The protocols whose operations can pass the tests.
  var protocols: [OperationProtocol] {
    let set = tests.filter { !$0.isNegated }.reduce(ProtocolSet.all) {
      $0.intersection($1.predicate.fact.schema.protocols)
    }
    let named = values(.protocol)
    let unwanted = avoided(.protocol, nil).map(\.source)
    let fitting = OperationProtocol.allCases.filter { candidate in
      set.contains(.init(candidate)) && (named.isEmpty || named.contains(candidate.name))
        && !unwanted.contains(candidate.name)
    }
    // A command is shown as one of a shell where it may be: these read shell lines too.
    let others: [OperationProtocol] = isSpelled ? [.k8s, .ssh] : [.ssh]
    return fitting.filter { !others.contains($0) } + fitting.filter { others.contains($0) }
  }

  /// Programs that may have to make the request, where it is to come from a shell line; none where it need not.
  var viaPrograms: [String] {
    guard asks(for: .viaProgram) || values(.via).contains(OperationProtocol.shell.name) else { return [] }
    let programs = values(.viaProgram)
    return programs.isEmpty ? protocols.contains(.k8s) ? ["kubectl"] : ["curl"] : programs
  }

  /// Whether a test asks how the command, or all of the request, is spelled.
  var isSpelled: Bool { asks(for: .command) || asks(for: .text) }

  /// Whether a test asks what the request does, besides how it is spelled.
  var asksForMoreThanText: Bool {
    tests.contains { test in
      let fact = test.predicate.fact
      return !test.isNegated && fact.schema.phase == .operation && ![.text, .command, .protocol].contains(fact)
    }
  }

  /// Whether a test asks for a value of the fact.
  func asks(for fact: Fact) -> Bool { tests.contains { $0.predicate.fact == fact && !$0.isNegated } }

  /// The keys under which values are asked for.
  func keys(of fact: Fact) -> [String] {
    var keys: [String] = []
    for test in tests where test.predicate.fact == fact && !test.isNegated {
      if let key = test.predicate.key, !keys.contains(key) { keys.append(key) }
    }
    return keys
  }

  /// Values that the fact is to have: of a list one for each test, else one that passes all.
  func values(_ fact: Fact, key: String? = nil) -> [String] {
    let wanted = tests.filter { $0.predicate.fact == fact && $0.predicate.key == key && !$0.isNegated }
    let lists = wanted.compactMap { test -> [Pattern]? in
      if case .matches(let patterns) = test.predicate.test { return patterns }
      return nil
    }
    let avoided = avoided(fact, key)
    // Where not all are to be such, one is another.
    let outsiders = tests.filter {
      $0.predicate.fact == fact && $0.predicate.key == key && $0.isNegated && $0.predicate.isAll && fact.schema.isList
    }.compactMap(outsider)
    if lists.isEmpty {
      let isPresent = wanted.contains { $0.predicate.test == .isPresent }
      return outsiders.isEmpty && isPresent ? Array(sampler.texts([], avoiding: avoided).prefix(1)) : outsiders
    }
    let isEveryElement = wanted.contains(where: \.predicate.isAll)
    let groups = fact.schema.isList && !isEveryElement ? lists.map { [$0] } : [lists]
    var values: [String] = []
    for group in groups {
      let texts = sampler.texts(group, avoiding: avoided, usual: fact.usualValues, limit: variant + 1)
      guard let text = texts.last, !values.contains(text) else { continue }
      values.append(text)
    }
    return distinct(values + outsiders)
  }

  func value(_ fact: Fact, key: String? = nil) -> String? { values(fact, key: key).first }

  /// A value of the fact that no test forbids, in the place of one that a test does.
  func substitute(_ fact: Fact, key: String? = nil) -> String? {
    if let value = value(fact, key: key) { return value }
    let avoided = avoided(fact, key)
    if case .enumeration(let words) = fact.schema.type {
      return words.first { word in !avoided.contains { sampler.matches($0, word) } }
    }
    return sampler.texts([], avoiding: avoided, usual: fact.usualValues, limit: 1).first
  }

  /// A value of a list that is not among those that not all of its values are to be among, but among those that all are.
  func outsider(_ test: SignedTest) -> String? {
    guard case .matches(let patterns) = test.predicate.test else { return nil }
    let fact = test.predicate.fact
    let all = patterns + avoided(fact, test.predicate.key)
    let wanted = tests.compactMap { other -> [Pattern]? in
      guard other.predicate.fact == fact, other.predicate.key == test.predicate.key, other.predicate.isAll,
        !other.isNegated, case .matches(let patterns) = other.predicate.test
      else { return nil }
      return patterns
    }
    return sampler.texts(wanted, avoiding: all, usual: fact.usualValues, limit: 1).first
  }

  /// What the tests say of a boolean fact.
  func flag(_ fact: Fact) -> Bool? {
    tests.first { $0.predicate.fact == fact && $0.predicate.test == .isTrue }.map { !$0.isNegated }
  }

  /// A number that passes the tests of an integer fact; nil where there are none, or no number does.
  func number(_ fact: Fact) -> Int64? {
    let own = tests.filter { $0.predicate.fact == fact }
    if own.isEmpty { return nil }
    var candidates: [Int64] = []
    for test in own {
      switch test.predicate.test {
      case .compare(_, let bound): candidates += [bound, bound &+ 1, bound &- 1]
      case .isOneOf(let values): candidates += values.flatMap { [$0, $0 &+ 1] }
      default: break
      }
    }
    return candidates.filter { $0 >= 0 }.first { value in own.allSatisfy { $0.admits(value) } }
  }

  /// Whether a value of the fact may not be this one.
  func forbids(_ value: String, of fact: Fact) -> Bool {
    avoided(fact, nil).contains { sampler.matches($0, value) }
  }

  /// What no value of the fact may match.
  func avoided(_ fact: Fact, _ key: String?) -> [Pattern] {
    // That not all values match forbids none of them.
    tests.filter { test in
      let predicate = test.predicate
      return predicate.fact == fact && predicate.key == key && test.isNegated
        && !(predicate.isAll && fact.schema.isList)
    }.flatMap { test -> [Pattern] in
      if case .matches(let patterns) = test.predicate.test { return patterns }
      return []
    }
  }
}

extension Fact {
  /// Values that a reader takes for the usual: those of a request that no rule should mind.
  fileprivate var usualValues: [String] {
    switch self {
    case .user: ["ana", "bo"]
    case .group: ["everyone"]
    case .target: ["staging-orders", "orders"]
    case .shellProgram: ["cp", "ls", "cat"]
    case .shellPath, .shellWrites, .sshPath: ["/tmp/x"]
    case .shellFlag: ["-v", "-f"]
    case .shellInputFrom: ["cat"]
    case .sqlTable, .sqlReads, .sqlWrites: ["notes", "t"]
    case .sqlFunction: ["now", "length"]
    case .k8sResource: ["configmaps", "pods"]
    case .k8sNamespace: ["default", "shop"]
    case .httpMethod: ["GET", "POST"]
    case .httpPath: ["/status"]
    case .redisCommand: ["GET", "SET"]
    case .redisKey: ["counter"]
    case .mcpTool: ["search"]
    case .mcpMethod: ["tools/call", "ping"]
    default: []
    }
  }
}

extension SignedTest {
  /// Whether a number passes; tests on other things are passed.
  fileprivate func admits(_ value: Int64) -> Bool {
    let passes: Bool
    switch predicate.test {
    case .compare(.less, let bound): passes = value < bound
    case .compare(.lessOrEqual, let bound): passes = value <= bound
    case .compare(.greater, let bound): passes = value > bound
    case .compare(.greaterOrEqual, let bound): passes = value >= bound
    case .isOneOf(let values): passes = values.contains(value)
    default: return true
    }
    return passes != isNegated
  }
}
