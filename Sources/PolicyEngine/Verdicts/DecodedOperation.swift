import JSONText
import Operations
import PolicyBytecode

/// One operation with its facts, as it is shown: taken out of the batch it was decoded into.
public struct DecodedOperation: Sendable {
  public enum Value: Hashable, Sendable {
    case text(String)
    case list([String])
    case boolean(Bool)
    case integer(Int64)
  }

  public var `protocol`: OperationProtocol
  /// The canonical text, or nil where it has none.
  public var command: String?
  public var unparsed: UnparsedReason
  /// The protocols that carried it, outermost first.
  public var via: [String]
  /// In the order of the schema. Lists and booleans that its protocol has are there even if empty or false; other
  /// facts it lacks are left out.
  public var facts: [(fact: Fact, value: Value)]

  /// The operations of a batch, in order.
  public static func all(in batch: borrowing OperationBatch) -> [DecodedOperation] {
    (0..<batch.count).map { DecodedOperation(batch, $0) }
  }

  /// The operation number `index` of a batch.
  public init(_ batch: borrowing OperationBatch, _ index: Int) {
    let operation = batch.operations[index]
    var entries: [[FactEntry]] = .init(repeating: [], count: Fact.allCases.count)
    for position in 0..<batch.commonEnd {
      let entry = batch.facts.entries[position]
      entries[Int(entry.fact)].append(entry)
    }
    for position in Int(operation.firstEntry)..<Int(operation.endEntry) {
      let entry = batch.facts.entries[position]
      entries[Int(entry.fact)].append(entry)
    }
    `protocol` = operation.protocol
    unparsed = operation.unparsed
    command = entries[Int(Fact.command.rawValue)].first.map { batch.facts.text($0) }
    via = entries[Int(Fact.via.rawValue)].map { batch.facts.text($0) }
    facts = []
    for schema in FactSchema.table where schema.isShown(for: operation) {
      let values = entries[Int(schema.fact.rawValue)]
      if schema.fact == .protocol {
        facts.append((schema.fact, .text(operation.protocol.name)))
      } else if schema.isList {
        facts.append((schema.fact, .list(values.map { batch.facts.text($0) })))
      } else if schema.type == .boolean {
        facts.append((schema.fact, .boolean(values.first.map { $0.integer != 0 } ?? false)))
      } else if let entry = values.first {
        facts.append((schema.fact, entry.isInline ? .integer(entry.integer) : .text(batch.facts.text(entry))))
      }
    }
  }
}

extension FactSchema {
  /// Whether the fact is a property of what such an operation does. One that was not read has only what all
  /// protocols have; facts with keys are not shown, since nobody asks for a key.
  fileprivate func isShown(for operation: Operation) -> Bool {
    guard fact == .protocol || phase == .operation, !isHidden, !isKeyed, protocols.contains(.init(operation.protocol))
    else { return false }
    return operation.unparsed == .none || protocols == .all
  }
}

/// The operations of one payload.
public struct DecodedRequest: Sendable {
  public var id: JSONValue?
  public var operations: [DecodedOperation]

  /// Decodes a payload for all facts.
  public init(
    _ context: inout DecodeContext, id: JSONValue? = nil, _ protocol: OperationProtocol, _ payload: [UInt8]
  ) {
    context.decode(`protocol`, payload)
    self.init(id: id, DecodedOperation.all(in: context.batch))
  }

  public init(id: JSONValue? = nil, _ operations: [DecodedOperation]) {
    self.id = id
    self.operations = operations
  }

  /// The distinct words for what could not be read, in the order in which they are met.
  public var reasons: [String] {
    var reasons: [String] = []
    for operation in operations where operation.unparsed != .none && !reasons.contains(operation.unparsed.word) {
      reasons.append(operation.unparsed.word)
    }
    return reasons
  }
}
