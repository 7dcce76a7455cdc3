import PolicyBytecode

@testable import Operations

/// One decoded operation, for tests to look at: its facts as text.
struct Decoded: Equatable {
  var `protocol`: OperationProtocol
  var reason: UnparsedReason
  var facts: [Fact: [String]] = [:]

  func texts(_ fact: Fact) -> [String] { facts[fact] ?? [] }
  func isTrue(_ fact: Fact) -> Bool { facts[fact] == ["1"] }

  /// The values of a fact, joined by spaces.
  subscript(fact: Fact) -> String { texts(fact).joined(separator: " ") }
}

/// The operations of a payload.
func decodeOperations(
  _ protocol: OperationProtocol, _ payload: [UInt8], _ demand: FactDemand = .everything
) -> [Decoded] {
  var context = DecodeContext(demand: demand)
  context.decode(`protocol`, payload)
  return decodedOperations(context)
}

/// The operations that a context decoded last.
func decodedOperations(_ context: borrowing DecodeContext) -> [Decoded] {
  (0..<context.batch.count).map { index in
    let operation = context.batch.operations[index]
    var decoded = Decoded(protocol: operation.protocol, reason: operation.unparsed)
    for position in Int(operation.firstEntry)..<Int(operation.endEntry) {
      let entry = context.batch.facts.entries[position]
      guard let fact = Fact(rawValue: entry.fact) else { continue }
      decoded.facts[fact, default: []].append(entry.isInline ? String(entry.integer) : context.batch.facts.text(entry))
    }
    return decoded
  }
}
