import PatternMatching
import PolicyBytecode
import PolicySyntax

/// A test or its negation.
struct Literal {
  var predicate: CheckedPredicate
  var isNegated: Bool

  var schema: FactSchema { predicate.fact.schema }

  /// The fact with its key.
  var factKey: FactKey { FactKey(fact: predicate.fact, key: predicate.key ?? "") }

  /// The protocols whose operations can pass it.
  var protocols: ProtocolSet {
    guard predicate.fact == .protocol, case .matches(let patterns) = predicate.test else {
      return isNegated ? .all : schema.protocols
    }
    // What a glob or a regex matches is not looked into: it rules nothing out.
    guard patterns.allSatisfy({ $0.kind == .equals }) else { return .all }
    let named = patterns.compactMap { OperationProtocol(name: $0.ignoringCase ? $0.source.lowercased() : $0.source) }
    let set = ProtocolSet(named.map { ProtocolSet($0) })
    return isNegated ? ProtocolSet.all.subtracting(set) : set
  }
}

/// A condition in negation normal form: negations stand at the tests only.
indirect enum Formula {
  case constant(Bool)
  case literal(Literal)
  case and([Formula])
  case or([Formula])

  init(_ condition: Condition, isNegated: Bool = false) {
    switch condition {
    case .constant(let value): self = .constant(value != isNegated)
    case .test(let predicate): self = .literal(Literal(predicate: predicate, isNegated: isNegated))
    case .not(let inner): self.init(inner, isNegated: !isNegated)
    case .and(let parts):
      let formulas = parts.map { Formula($0, isNegated: isNegated) }
      self = isNegated ? .or(formulas) : .and(formulas)
    case .or(let parts):
      let formulas = parts.map { Formula($0, isNegated: isNegated) }
      self = isNegated ? .and(formulas) : .or(formulas)
    }
  }

  /// The protocols whose operations can make it true, as far as single tests say.
  var protocols: ProtocolSet {
    switch self {
    case .constant(let value): value ? .all : []
    case .literal(let literal): literal.protocols
    case .and(let parts): parts.reduce(.all) { $0.intersection($1.protocols) }
    case .or(let parts): parts.reduce([]) { $0.union($1.protocols) }
    }
  }

  /// The tests that must hold for it to hold: those that stand in no alternative.
  var requiredLiterals: [Literal] {
    switch self {
    case .constant: []
    case .literal(let literal): [literal]
    case .and(let parts): parts.flatMap(\.requiredLiterals)
    case .or(let parts): parts.count == 1 ? parts[0].requiredLiterals : []
    }
  }

  /// Every test in it.
  var literals: [Literal] {
    switch self {
    case .constant: []
    case .literal(let literal): [literal]
    case .and(let parts), .or(let parts): parts.flatMap(\.literals)
    }
  }
}
