import PolicyBytecode

@testable import Operations

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
