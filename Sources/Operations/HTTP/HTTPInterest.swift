import PolicyBytecode

/// What a policy asks about requests beyond their first line: the keys of facts, and the places of `decode`
/// declarations. Made once for a context.
struct HTTPInterest {
  struct Name {
    var bytes: [UInt8]
    /// What its values are numbered by: see ``HTTPInterest/facts``.
    var number: UInt16
  }

  /// A value found in a request.
  struct Value {
    var fact: Fact
    var number: UInt16
    var bytes: [UInt8]
    /// It is there only for servers that ignore the case of members.
    var isFolded = false
  }

  /// Numbers up to this one are keys of facts; those above are places of declarations.
  let facts: UInt16
  /// Numbers up to this one are in use.
  let places: UInt16
  /// In lower case.
  let headers: [Name]
  let parameters: [Name]
  /// Whether a fact, not only a declaration, asks for a parameter.
  let asksForParameters: Bool
  var body: KeyedPaths
  /// Whether a fact asks for the body.
  let asksForBody: Bool
  private let keys: [FactKey]

  init(_ demand: FactDemand, _ decodes: DecodeTable) {
    let asked = demand.keys
    var keys = asked
    for entry in decodes.entries where entry.carrier == .http {
      keys.append(FactKey(fact: Self.fact(entry.place), key: entry.place.value))
    }
    var headers: [Name] = []
    var parameters: [Name] = []
    for (index, key) in keys.enumerated() {
      let number = UInt16(truncatingIfNeeded: index + 1)
      if key.fact == .httpHeader { headers.append(Name(bytes: key.key.utf8.map(HTTPBytes.lower), number: number)) }
      if key.fact == .httpQuery { parameters.append(Name(bytes: Array(key.key.utf8), number: number)) }
    }
    self.headers = headers
    self.parameters = parameters
    self.keys = keys
    facts = UInt16(truncatingIfNeeded: asked.count)
    places = UInt16(truncatingIfNeeded: keys.count)
    asksForParameters = asked.contains { $0.fact == .httpQuery }
    asksForBody = asked.contains { $0.fact == .httpBody }
    body = KeyedPaths(.httpBody, of: FactDemand(facts: demand.facts, keys: keys))
  }

  private static func fact(_ place: DecodeDefinition.Selector) -> Fact {
    switch place.word {
    case "query": .httpQuery
    case "header": .httpHeader
    default: .httpBody
    }
  }

  /// The number of the place that a declaration names.
  func number(_ entry: DecodeTable.Entry) -> UInt16 {
    let key = FactKey(fact: Self.fact(entry.place), key: entry.place.value)
    let index = keys[Int(facts)...].firstIndex(of: key) ?? keys.count
    return UInt16(truncatingIfNeeded: index + 1)
  }
}
