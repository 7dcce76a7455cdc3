import PolicyBytecode

/// A fact of an operation and one of its values.
public struct ReferenceFact: Hashable, Sendable {
  public enum Value: Hashable, Sendable {
    case text(String)
    case integer(Int64)
    case boolean(Bool)
    /// 16 bytes.
    case address([UInt8])
  }
  public var fact: Fact
  public var key: String?
  public var value: Value

  public init(_ fact: Fact, key: String? = nil, _ value: Value) {
    self.fact = fact
    self.key = key
    self.value = value
  }

  public init(_ fact: Fact, key: String? = nil, _ text: String) {
    self.init(fact, key: key, .text(text))
  }
}

/// An operation as plain values.
public struct ReferenceOperation: Hashable, Sendable {
  public var `protocol`: OperationProtocol
  public var unparsed: Bool
  public var facts: [ReferenceFact]

  public init(_ protocol: OperationProtocol, unparsed: Bool = false, _ facts: [ReferenceFact] = []) {
    self.protocol = `protocol`
    self.unparsed = unparsed
    self.facts = facts
  }
}

/// The operations of a request, and the facts that all of them have.
public struct ReferenceRequest: Hashable, Sendable {
  public var common: [ReferenceFact]
  public var operations: [ReferenceOperation]
  /// What is known of the response; nil: there is none.
  public var response: [ReferenceFact]?

  public init(common: [ReferenceFact] = [], _ operations: [ReferenceOperation]) {
    self.common = common
    self.operations = operations
  }

  /// What a batch holds. `keys` are those that its decoder was asked for.
  public init(_ batch: borrowing OperationBatch, keys: [FactKey]) {
    common = (0..<batch.commonEnd).compactMap { Self.fact($0, of: batch, keys) }
    operations = []
    for number in 0..<batch.count {
      let operation = batch.operations[number]
      let entries = Int(operation.firstEntry)..<Int(operation.endEntry)
      operations.append(
        ReferenceOperation(
          operation.protocol, unparsed: operation.unparsed != .none,
          entries.compactMap { Self.fact($0, of: batch, keys) }))
    }
  }

  /// Writes the request as a decoder would: facts of keys that nobody asks for are left out.
  public func write(to batch: inout OperationBatch, keys: [FactKey]) {
    batch.removeAll()
    for fact in common { Self.add(fact, to: &batch.facts, keys) }
    batch.endCommon()
    for operation in operations {
      batch.begin(operation.protocol)
      batch.facts.add(.unparsed, operation.unparsed)
      for fact in operation.facts { Self.add(fact, to: &batch.facts, keys) }
      batch.end(unparsed: operation.unparsed ? .syntax : .none)
    }
  }

  /// Writes what is known of the response.
  public func writeResponse(to facts: inout FactBuffer) {
    for fact in response ?? [] { Self.add(fact, to: &facts, []) }
  }

  private static func fact(_ index: Int, of batch: borrowing OperationBatch, _ keys: [FactKey]) -> ReferenceFact? {
    let entry = batch.facts.entries[index]
    guard let fact = Fact(rawValue: entry.fact), fact != .unparsed else { return nil }
    let key = entry.key == 0 ? nil : keys[Int(entry.key) - 1].key
    if !entry.isInline { return ReferenceFact(fact, key: key, batch.facts.text(entry)) }
    return ReferenceFact(
      fact, key: key, fact.schema.type == .boolean ? .boolean(entry.integer != 0) : .integer(entry.integer))
  }

  private static func add(_ fact: ReferenceFact, to facts: inout FactBuffer, _ keys: [FactKey]) {
    var number: UInt16 = 0
    if let key = fact.key {
      guard let index = keys.firstIndex(where: { $0.fact == fact.fact && $0.key.utf8.elementsEqual(key.utf8) }) else {
        return
      }
      number = UInt16(index + 1)
    }
    switch fact.value {
    case .text(let text): facts.add(fact.fact, key: number, text)
    case .integer(let value): facts.add(fact.fact, key: number, integer: value)
    case .boolean(let value): facts.add(fact.fact, value)
    case .address(let bytes): facts.add(fact.fact, key: number, bytes)
    }
  }
}
