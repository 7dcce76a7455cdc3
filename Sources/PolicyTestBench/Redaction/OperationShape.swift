import Operations
import PolicyBytecode

/// What a payload decodes to, taken out of its batch, so that what it became can be compared with it.
struct OperationShape: Sendable {
  struct Value: Hashable, Sendable {
    var fact: UInt8
    var key: UInt16
    var integer: Int64?
    var bytes: [UInt8]
  }

  struct Operation: Sendable {
    var `protocol`: OperationProtocol
    var unparsed: UnparsedReason
    var values: [Value]
  }

  private(set) var operations: [Operation] = []
  private var shared: [Value] = []

  init(_ batch: borrowing OperationBatch) {
    shared = Self.values(batch, 0..<batch.commonEnd)
    for index in 0..<batch.count {
      let operation = batch.operations[index]
      operations.append(
        Operation(
          protocol: operation.protocol, unparsed: operation.unparsed,
          values: Self.values(batch, Int(operation.firstEntry)..<Int(operation.endEntry))))
    }
  }

  private static func values(_ batch: borrowing OperationBatch, _ range: Range<Int>) -> [Value] {
    range.map { position in
      let entry = batch.facts.entries[position]
      return entry.isInline
        ? Value(fact: entry.fact, key: entry.key, integer: entry.integer, bytes: [])
        : Value(fact: entry.fact, key: entry.key, bytes: Array(batch.facts.bytes(entry)))
    }
  }

  /// The facts in which `other` differs; nil where it differs in more than in values.
  func valueFacts(changedIn other: OperationShape) -> FactSet? {
    guard operations.count == other.operations.count else { return nil }
    var changed = FactSet()
    for (before, after) in zip(operations, other.operations) {
      guard before.protocol == after.protocol, before.unparsed == after.unparsed else { return nil }
      for fact in Self.facts(in: before.values + after.values)
      where before.values.filter({ $0.fact == fact.rawValue }) != after.values.filter({ $0.fact == fact.rawValue }) {
        guard Self.facts.contains(fact) else { return nil }
        changed.insert(fact)
      }
    }
    return changed
  }

  private static func facts(in values: [Value]) -> Set<Fact> { Set(values.compactMap { Fact(rawValue: $0.fact) }) }

  /// The facts that hold values rather than structure: only they may change.
  private static let facts: Set<Fact> = [
    .command, .text, .textDetector, .sqlLimit, .sqlWhereConstant, .sqlProgram, .sqlFile, .shellFlag, .shellArgument,
    .shellPath, .shellWrites, .sshPath, .sshForwardTo, .k8sName, .k8sBody, .httpHost, .httpPath, .httpQuery,
    .httpHeader, .httpBody, .redisKey, .mcpArgument, .mcpResource,
  ]

  /// Facts of keys that nobody has asked for, and so are not among the values: a payload that was changed may have them
  /// changed.
  var keyedFacts: FactSet {
    let protocols = ProtocolSet(operations.map { ProtocolSet($0.protocol) })
    return FactSet(
      Fact.allCases.filter { fact in
        fact.schema.isKeyed && fact.schema.phase == .operation
          && !fact.schema.protocols.isDisjoint(with: protocols)
      })
  }

  /// Words that name what is done: of a shell line they stay.
  var words: Set<[UInt8]> {
    let named: Set<Fact> = [
      .shellProgram, .viaProgram, .viaTool, .shellInputFrom, .k8sVerb, .k8sResource, .k8sSubresource, .k8sNamespace,
      .k8sName, .httpHost, .httpMethod, .redisCommand,
    ]
    let found = operations.flatMap(\.values).filter { Fact(rawValue: $0.fact).map(named.contains) == true }
    let words = found.flatMap { value in
      [value.bytes] + value.bytes.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ":") }.map(Array.init)
    }
    // Redis has its commands in upper case, whatever was typed.
    return Set(words + words.map { $0.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 } })
  }

  /// The letters of its flags.
  var flags: Set<UInt8> {
    let flags = operations.flatMap(\.values).filter { $0.fact == Fact.shellFlag.rawValue && $0.bytes.count == 2 }
    return Set(flags.map { $0.bytes[1] })
  }

  /// Whether the payload was read to its end, so that it can be taken apart.
  var isReadable: Bool {
    operations.allSatisfy { operation in
      switch operation.unparsed {
      case .none, .unknownProgram, .unknownCode: true
      case .unsupported: !ProtocolSet.sql.contains(.init(operation.protocol))
      case .syntax, .truncated, .oversized, .encoding, .depth, .count: false
      }
    }
  }
}
