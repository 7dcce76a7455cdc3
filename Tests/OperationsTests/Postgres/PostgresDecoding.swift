import PolicyBytecode

@testable import Operations

/// What the tests look at of one decoded operation: its facts as text, lists joined by spaces.
struct DecodedOperation: Equatable {
  var `protocol`: OperationProtocol
  var unparsed: UnparsedReason
  var facts: [Fact: [String]] = [:]

  subscript(fact: Fact) -> String { facts[fact, default: []].joined(separator: " ") }
}

/// Decodes `payload` as PostgreSQL with every fact asked for.
func decodedPostgres(_ payload: [UInt8], _ demand: FactDemand = .everything) -> [DecodedOperation] {
  var context = DecodeContext(demand: demand)
  context.decode(.postgres, payload)
  return (0..<context.batch.count).map { index in
    let operation = context.batch.operations[index]
    var decoded = DecodedOperation(protocol: operation.protocol, unparsed: operation.unparsed)
    for position in Int(operation.firstEntry)..<Int(operation.endEntry) {
      let entry = context.batch.facts.entries[position]
      let value = entry.isInline ? String(entry.integer) : context.batch.facts.text(entry)
      if let fact = Fact(rawValue: entry.fact) { decoded.facts[fact, default: []].append(value) }
    }
    return decoded
  }
}

func decodedPostgres(_ payload: String) -> [DecodedOperation] { decodedPostgres(Array(payload.utf8)) }

extension Array where Element == DecodedOperation {
  /// One word an operation: its verb, its protocol where that is another, or why it is unparsed.
  var outline: String {
    map { operation in
      if operation.unparsed != .none { return "!" + operation.unparsed.word }
      return operation.protocol == .postgres ? operation[.sqlVerb] : operation.protocol.name
    }
    .joined(separator: " ")
  }
}
