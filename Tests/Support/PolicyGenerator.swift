import PatternMatching
import PolicyBytecode
import PolicyCompiler
import PolicySyntax

/// Draws policies and requests that have a fair chance to meet; equal seeds give equal draws.
public struct PolicyGenerator {
  public var random: SplitMix64
  private var patterns: PatternGenerator
  /// The condition being drawn is that of an `on response` rule.
  private var testsResponse = false

  /// The groups that principals may be in.
  public static var groups: [String] { Vocabulary.texts(.group) }

  public init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    patterns = PatternGenerator()
  }

  private static let wires: [OperationProtocol] = [
    .postgres, .postgres, .postgres, .shell, .shell, .shell, .mysql, .ssh, .http, .mcp, .k8s, .redis,
  ]

  /// Facts that conditions may test at request time.
  private static let facts = Fact.allCases.filter { $0.schema.phase != .response }
  /// Those of `on response` rules.
  private static let responseFacts = Fact.allCases.filter { $0.schema.phase == .response }
  /// What a decoder of each protocol finds.
  private static let decoded: [[(Fact, FactSchema)]] = OperationProtocol.allCases.map { wire in
    facts.filter {
      $0.schema.phase == .operation && $0 != .unparsed && $0 != .text && $0.schema.protocols.contains(.init(wire))
    }.map { ($0, $0.schema) }
  }
  /// Those that are asked for most.
  private static let common: [Fact] = [
    .command, .command, .group, .user, .target, .sqlVerb, .sqlVerb, .sqlTable, .sqlTable, .shellProgram,
    .shellProgram, .shellFlag, .shellPath, .unparsed, .session, .actor, .sqlWhere, .text,
  ]

  // MARK: Policies

  /// A policy of 1 to 30 rules, mostly few, sorted by name.
  public mutating func policy() -> CheckedPolicy {
    var policy = CheckedPolicy()
    policy.defaults = defaults()
    let count = random.chance(85) ? 1 + random.below(8) : 9 + random.below(22)
    policy.rules = (0..<count).map { rule($0) }.sorted { $0.fullName < $1.fullName }
    return policy
  }

  private mutating func defaults() -> CheckedDefaults {
    var defaults = CheckedDefaults()
    let decisions: [Decision] = [.allow, .block]
    defaults.decision = random.pick(decisions)
    defaults.unparsed = random.pick(decisions)
    defaults.record = random.pick(RecordLevel.allCases)
    for wire in random.some(OperationProtocol.allCases, 0, 2) { defaults.byProtocol[wire] = random.pick(decisions) }
    for wire in random.some(OperationProtocol.allCases, 0, 2) {
      defaults.unparsedByProtocol[wire] = random.pick(decisions)
    }
    for wire in random.some(OperationProtocol.allCases, 0, 2) {
      defaults.recordByProtocol[wire] = random.pick(RecordLevel.allCases)
    }
    return defaults
  }

  private mutating func rule(_ number: Int) -> CheckedRule {
    let name = random.pick(["a", "m", "z"]) + "\(number)"
    let onResponse = random.chance(15)
    let actions = (0..<(random.chance(70) ? 1 : 1 + random.below(3))).map { _ in action(onResponse: onResponse) }
    testsResponse = onResponse
    var rule = CheckedRule(
      fullName: "p/" + name, displayName: name, span: nowhere, condition: condition(depth: 3), actions: actions)
    testsResponse = false
    rule.onResponse = onResponse
    rule.isObserved = random.chance(8)
    if random.chance(12) { rule.until = random.pick(Vocabulary.times) }
    return rule
  }

  private mutating func action(onResponse: Bool) -> CheckedAction {
    switch random.below(10) {
    case 0...2: return .block(message: random.pick([nil, "no", "ask #dba", "not here"]))
    case 3...4: return onResponse ? .block(message: nil) : .allow
    case 5:
      if onResponse { return .block(message: "withheld") }
      return .approve(
        Approval(
          groups: Array(Set(random.some(Vocabulary.texts(.group), 1, 2))).sorted(),
          count: UInt32(1 + random.below(2)), within: random.pick([nil, 900]), question: random.pick([nil, "sure?"])))
    case 6...7: return .mask(maskSubject(), maskHow())
    case 8: return .record(random.pick([.commands, .full]))
    default: return .tag(random.pick(Vocabulary.texts(.session)))
    }
  }

  private mutating func maskSubject() -> MaskSubject {
    random.pick([
      .detector("email"), .detector("email"), .column(["*_token", "password*"]), .column(["email"]), .json("$..secret"),
      .header(["x-*"]), .regex("\\d+"),
    ])
  }

  private mutating func maskHow() -> MaskHow {
    random.pick([.redact, .hash, .with("[x]"), .with("[y]"), .keepFirst(2), .keepLast(4), .keepLast(4)])
  }

  // MARK: Conditions

  private mutating func condition(depth: Int) -> Condition {
    let roll = depth == 0 ? 0 : random.below(100)
    switch roll {
    case 0..<42: return test()
    case 42..<44: return .constant(random.chance(70))
    case 44..<56: return .not(condition(depth: depth - 1))
    case 56..<78: return .and((0..<1 + random.below(3)).map { _ in condition(depth: depth - 1) })
    default: return .or((0..<1 + random.below(3)).map { _ in condition(depth: depth - 1) })
    }
  }

  private mutating func test() -> Condition {
    let fact =
      testsResponse && random.chance(50)
      ? random.pick(Self.responseFacts) : random.chance(70) ? random.pick(Self.common) : random.pick(Self.facts)
    let schema = fact.schema
    var predicate = CheckedPredicate(
      fact: fact, key: schema.isKeyed ? random.pick(Vocabulary.keys) : nil,
      isAll: schema.isList && schema.type.isText && fact != .session && random.chance(25), test: .isPresent,
      span: nowhere)
    if schema.mayBeMissing && fact != .time && random.chance(10) {
      predicate.isAll = false
      return .test(predicate)
    }
    switch schema.type {
    case .boolean: predicate.test = .isTrue
    case .integer:
      if random.chance(60) {
        let comparison: Comparison = random.pick([.less, .lessOrEqual, .greater, .greaterOrEqual])
        predicate.test = .compare(comparison, random.pick(Vocabulary.integers))
      } else {
        predicate.test = .isOneOf(Set(random.some(Vocabulary.integers, 1, 3)).sorted())
      }
    case .address:
      predicate.test = .withinNetworks((0..<1 + random.below(2)).map { _ in network() })
    case .time: predicate.test = .withinTimes((0..<1 + random.below(2)).map { _ in window() })
    case .enumeration, .string, .qualifiedName, .path:
      let count = random.chance(60) ? 1 : 1 + random.below(4)
      let drawn = (0..<count).map { _ in patterns.pattern(on: fact, &random) }
      predicate.test = .matches(
        Dictionary(drawn.map { (PatternKey($0), $0) }) { first, _ in first }.sorted { $0.key < $1.key }.map(\.value))
    }
    return .test(predicate)
  }

  private mutating func network() -> Network {
    let address = random.pick(Vocabulary.addresses)
    let isShort = !address.contains(":")
    let prefix = random.pick(isShort ? [0, 8, 9, 24, 31, 32] : [0, 1, 64, 65, 127, 128])
    return Network(address: addressBytes(address) ?? [], prefixLength: UInt8(prefix + (isShort ? 96 : 0)))
  }

  private mutating func window() -> TimeWindow {
    let start = UInt32(random.below(24) * 3600)
    let end = random.pick([start, start + 3600, 86_400, 0, 61_200])
    return TimeWindow(
      days: UInt8(random.pick([0x1F, 0x60, 0x7F, 1, 0x40])), start: start, end: end,
      zone: random.pick(Vocabulary.zones))
  }

  // MARK: Requests

  /// Someone, over some connection.
  public mutating func principal() -> Principal {
    var principal = Principal()
    if random.chance(85) { principal.user = value(.user) }
    principal.groups = random.some(Vocabulary.texts(.group), 0, 3)
    principal.actor = value(.actor)
    if random.chance(50) { principal.client = value(.client) }
    for _ in 0..<random.below(3) { principal.claims.append([random.pick(Vocabulary.keys), value(.claim)]) }
    if random.chance(85) { principal.target = value(.target) }
    for key in Vocabulary.keys where random.chance(30) { principal.labels.append([key, value(.label)]) }
    if random.chance(80) { principal.source = random.pick(Vocabulary.addresses) }
    return principal
  }

  /// The request's own time, perhaps none, and the clock's.
  public mutating func moment() -> (time: Int64?, clock: Int64) {
    let time = random.pick(Vocabulary.times) + Int64(random.below(200_000)) - 100_000
    let clock = random.pick(Vocabulary.times) + random.pick([-1, 0, 1])
    return (random.chance(75) ? time : nil, clock)
  }

  /// One to four operations, some of them unparsed.
  public mutating func request() -> ReferenceRequest {
    var request = ReferenceRequest([])
    if random.chance(80) { request.common.append(ReferenceFact(.text, value(.text))) }
    let count = random.chance(60) ? 1 : 2 + random.below(3)
    request.operations = (0..<count).map { _ in operation() }
    if random.chance(40) { request.response = response() }
    return request
  }

  private mutating func response() -> [ReferenceFact] {
    Self.responseFacts.flatMap { fact -> [ReferenceFact] in
      let count = fact.schema.isList ? random.below(3) : random.chance(70) ? 1 : 0
      return (0..<count).map { _ in drawn(fact, key: nil) }
    }
  }

  private mutating func operation() -> ReferenceOperation {
    var operation = ReferenceOperation(random.pick(Self.wires), unparsed: random.chance(12))
    for (fact, schema) in Self.decoded[Int(operation.protocol.rawValue)] {
      // What could not be read has only what carried it.
      if operation.unparsed, ![.via, .viaTool, .viaProgram, .textDetector].contains(fact) { continue }
      let isMissing = schema.mayBeMissing && fact != .command || schema.isList
      let count = isMissing && random.chance(60) ? 0 : schema.isList ? 1 + random.below(3) : 1
      for key in schema.isKeyed ? Vocabulary.keys : [""] where !schema.isKeyed || random.chance(40) {
        for _ in 0..<count { operation.facts.append(drawn(fact, key: schema.isKeyed ? key : nil)) }
      }
    }
    operation.facts.shuffle(using: &random)
    return operation
  }

  private mutating func drawn(_ fact: Fact, key: String?) -> ReferenceFact {
    switch fact.schema.type {
    case .boolean: ReferenceFact(fact, key: key, .boolean(random.chance(50)))
    case .integer: ReferenceFact(fact, key: key, .integer(random.pick(Vocabulary.integers)))
    case .enumeration, .string, .qualifiedName, .path, .address, .time: ReferenceFact(fact, key: key, value(fact))
    }
  }

  /// A word of the fact's vocabulary, or nearly.
  private mutating func value(_ fact: Fact) -> String {
    let word = random.pick(Vocabulary.texts(fact))
    if case .enumeration = fact.schema.type { return word }
    return random.chance(18) ? Vocabulary.nearMiss(word, &random) : word
  }
}

/// A pattern as bytes, to order patterns and tell them apart.
struct PatternKey: Hashable, Comparable {
  private let kind: UInt8
  private let source: [UInt8]
  private let ignoringCase: Bool

  init(_ pattern: Pattern) {
    kind = pattern.kind.rawValue
    source = Array(pattern.source.utf8)
    ignoringCase = pattern.ignoringCase
  }

  static func < (a: Self, b: Self) -> Bool {
    if a.kind != b.kind { return a.kind < b.kind }
    if a.source != b.source { return a.source.lexicographicallyPrecedes(b.source) }
    return !a.ignoringCase && b.ignoringCase
  }
}
