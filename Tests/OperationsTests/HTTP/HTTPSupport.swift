import PolicyBytecode

@testable import Operations

/// The operations of a payload.
func decodeOperations(
  _ protocol: OperationProtocol, _ payload: [UInt8], _ demand: FactDemand = .everything
) -> [Decoded] {
  var context = DecodeContext(demand: demand)
  context.decode(`protocol`, payload)
  var result: [Decoded] = []
  for index in 0..<context.batch.count {
    let operation = context.batch.operations[index]
    var facts: [Fact: [String]] = [:]
    for at in Int(operation.firstEntry)..<Int(operation.endEntry) {
      let entry = context.batch.facts.entries[at]
      guard let fact = Fact(rawValue: entry.fact) else { continue }
      facts[fact, default: []].append(entry.isInline ? String(entry.integer) : context.batch.facts.text(entry))
    }
    result.append(Decoded(protocol: operation.protocol, reason: operation.unparsed, facts: facts))
  }
  return result
}

/// The summaries of the operations of an HTTP request, `http: ` left out.
func http(_ text: String, _ demand: FactDemand = .everything) -> [String] {
  decodeOperations(.http, Array(text.utf8), demand).map {
    $0.protocol == .http ? String($0.summary.dropFirst(6)) : $0.summary
  }
}

/// A demand for keyed facts.
func asking(_ keys: (Fact, String)..., decodes: [DecodeDefinition] = []) -> FactDemand {
  FactDemand(facts: .all, keys: keys.map { FactKey(fact: $0.0, key: $0.1) }, decodes: decodes)
}

/// The values of one keyed fact, or `?REASON`.
func values(_ fact: Fact, _ key: String, _ text: String) -> [String] {
  let found = decodeOperations(.http, Array(text.utf8), asking((fact, key)))
  return found.flatMap { $0.reason == .none ? $0.texts(fact) : ["?" + $0.reason.word] }
}
