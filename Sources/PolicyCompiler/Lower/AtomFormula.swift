import PolicyBytecode

/// A condition in negation normal form over numbered atoms: negations stand only at the leaves.
indirect enum AtomFormula: Hashable {
  case constant(Bool)
  case literal(atom: Int, isPositive: Bool)
  case and([AtomFormula])
  case or([AtomFormula])

  /// The conjunction of `parts`: flat, without duplicates and constants.
  static func conjunction(_ parts: [AtomFormula]) -> AtomFormula {
    combined(parts, neutral: true, nested: { if case .and(let inner) = $0 { inner } else { nil } }, AtomFormula.and)
  }

  /// The disjunction of `parts`: flat, without duplicates and constants.
  static func disjunction(_ parts: [AtomFormula]) -> AtomFormula {
    combined(parts, neutral: false, nested: { if case .or(let inner) = $0 { inner } else { nil } }, AtomFormula.or)
  }

  private static func combined(
    _ parts: [AtomFormula], neutral: Bool, nested: (AtomFormula) -> [AtomFormula]?,
    _ make: ([AtomFormula]) -> AtomFormula
  ) -> AtomFormula {
    var flat: [AtomFormula] = []
    var seen: Set<AtomFormula> = []
    for part in parts {
      if case .constant(let value) = part {
        if value == neutral { continue }
        return .constant(!neutral)
      }
      for element in nested(part) ?? [part] where seen.insert(element).inserted { flat.append(element) }
    }
    for case .literal(let atom, let isPositive) in flat
    where seen.contains(.literal(atom: atom, isPositive: !isPositive)) {
      return .constant(!neutral)
    }
    switch flat.count {
    case 0: return .constant(neutral)
    case 1: return flat[0]
    default: return make(flat)
    }
  }

  /// Every atom, as often as it occurs.
  func forEachAtom(_ body: (Int) -> Void) {
    switch self {
    case .constant: break
    case .literal(let atom, _): body(atom)
    case .and(let parts), .or(let parts): for part in parts { part.forEachAtom(body) }
    }
  }

  /// The formula with its atoms renumbered.
  func mapped(_ numbers: [Int]) -> AtomFormula {
    switch self {
    case .constant: self
    case .literal(let atom, let isPositive): .literal(atom: numbers[atom], isPositive: isPositive)
    case .and(let parts): .and(parts.map { $0.mapped(numbers) })
    case .or(let parts): .or(parts.map { $0.mapped(numbers) })
    }
  }
}

/// What makes two tests the same; where they stand does not.
struct AtomIdentity: Hashable, Sendable {
  private let key: FactKey
  private let isAll: Bool
  private let test: CheckedPredicate.Test

  init(_ predicate: CheckedPredicate) {
    key = FactKey(fact: predicate.fact, key: predicate.key ?? "")
    isAll = predicate.isAll
    test = predicate.test
  }
}

/// The distinct tests of a policy set, numbered in order of first use.
struct AtomTable {
  private(set) var predicates: [CheckedPredicate] = []
  private(set) var numbers: [AtomIdentity: Int] = [:]

  /// The number of `predicate`, given on its first use.
  mutating func number(_ predicate: CheckedPredicate) -> Int {
    let identity = AtomIdentity(predicate)
    if let known = numbers[identity] { return known }
    numbers[identity] = predicates.count
    predicates.append(predicate)
    return predicates.count - 1
  }

  /// `condition`, or its negation, in negation normal form.
  mutating func formula(_ condition: Condition, isPositive: Bool = true) -> AtomFormula {
    switch condition {
    case .constant(let value): return .constant(value == isPositive)
    case .test(let predicate): return .literal(atom: number(predicate), isPositive: isPositive)
    case .not(let inner): return formula(inner, isPositive: !isPositive)
    case .and(let parts), .or(let parts):
      var converted: [AtomFormula] = []
      converted.reserveCapacity(parts.count)
      for part in parts { converted.append(formula(part, isPositive: isPositive)) }
      if case .and = condition { return isPositive ? .conjunction(converted) : .disjunction(converted) }
      return isPositive ? .disjunction(converted) : .conjunction(converted)
    }
  }
}
