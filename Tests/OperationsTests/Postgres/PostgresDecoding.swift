import PolicyBytecode

@testable import Operations

/// Decodes `payload` as PostgreSQL with every fact asked for.
func decodedPostgres(_ payload: [UInt8], _ demand: FactDemand = .everything) -> [Decoded] {
  decodeOperations(.postgres, payload, demand)
}

func decodedPostgres(_ payload: String) -> [Decoded] { decodedPostgres(Array(payload.utf8)) }

extension Array where Element == Decoded {
  /// One word an operation: its verb, its protocol where that is another, or why it is unparsed.
  var outline: String {
    map { operation in
      if operation.reason != .none { return "!" + operation.reason.word }
      return operation.protocol == .postgres ? operation[.sqlVerb] : operation.protocol.name
    }
    .joined(separator: " ")
  }
}
