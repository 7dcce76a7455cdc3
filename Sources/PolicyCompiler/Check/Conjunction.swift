import PatternMatching
import PolicyBytecode
import PolicySyntax

/// Tests that are to hold together, and why they cannot if they cannot.
///
/// It never calls possible tests impossible; what it does not see through counts as possible.
struct Conjunction {
  /// Tests of which not all can hold, the one seen last at the end.
  struct Conflict {
    enum Cause {
      /// The facts belong to different protocols.
      case protocols
      /// No value passes all the tests on one fact.
      case values
      /// The fact is one of what was decoded, and nothing was.
      case unparsed
      /// The condition is `false` as it stands, since a list is empty.
      case constant
    }
    var cause: Cause
    var literals: [Literal]
  }

  private let relations: PatternRelations
  private var protocols = ProtocolSet.all
  private var literals: [Literal] = []
  private var byFact: [FactKey: [Literal]] = [:]

  init(relations: PatternRelations) { self.relations = relations }

  /// The tests, in the order in which they were added.
  var tests: [Literal] { literals }

  /// The number of tests.
  var count: Int { literals.count }

  /// Adds a test; answers the conflict with those added before, if there is one.
  mutating func add(_ literal: Literal) -> Conflict? {
    let remaining = protocols.intersection(literal.protocols)
    if remaining.isEmpty {
      let other = literals.first { $0.protocols.isDisjoint(with: literal.protocols) } ?? literals.last
      return Conflict(cause: .protocols, literals: [other, literal].compactMap { $0 })
    }
    protocols = remaining
    if let other = literals.first(where: { $0.excludesDecoded(literal) || literal.excludesDecoded($0) }) {
      return Conflict(cause: .unparsed, literals: [other, literal])
    }
    literals.append(literal)
    byFact[literal.factKey, default: []].append(literal)
    guard let group = byFact[literal.factKey],
      let conflict = ValueConflicts(relations: relations).find(group, newest: literal)
    else {
      return nil
    }
    return Conflict(cause: .values, literals: conflict)
  }
}

extension Literal {
  /// Whether its values are few enough to be looked into.
  fileprivate var isSmall: Bool {
    switch predicate.test {
    case .matches(let patterns): patterns.count <= CheckLimits.comparedValues
    case .isOneOf(let values): values.count <= CheckLimits.comparedValues
    case .withinNetworks(let networks): networks.count <= CheckLimits.comparedValues
    case .isTrue, .isPresent, .compare, .withinTimes: true
    }
  }

  /// Whether this says that nothing was decoded and the other is true only of something decoded.
  fileprivate func excludesDecoded(_ other: Literal) -> Bool {
    guard predicate.fact == .unparsed, !isNegated, !other.isNegated else { return false }
    switch other.predicate.fact {
    case .protocol, .via, .viaTool, .viaProgram, .text, .textDetector, .unparsed: return false
    default: return other.schema.phase == .operation
    }
  }
}

/// Finds tests on one fact that no value, or no list of values, can pass.
private struct ValueConflicts {
  let relations: PatternRelations

  /// The tests in conflict, or nil.
  func find(_ group: [Literal], newest: Literal) -> [Literal]? {
    if let opposite = group.first(where: { isOpposite($0, newest) }) { return [opposite, newest] }
    let present = group.filter { !$0.isNegated }
    if let absence = group.first(where: { $0.isNegated && $0.predicate.test == .isPresent }), let value = present.first
    {
      return [absence, value]
    }
    guard newest.isSmall else { return nil }
    let group = group.filter(\.isSmall)
    return newest.schema.isList
      ? findInList(group, newest) : findInScalar(group, present.filter(\.isSmall), newest)
  }

  /// Whether one is the negation of the other as it is written.
  private func isOpposite(_ a: Literal, _ b: Literal) -> Bool {
    a.isNegated != b.isNegated && a.predicate.isAll == b.predicate.isAll && a.predicate.test == b.predicate.test
  }

  // MARK: - Lists

  private func findInList(_ group: [Literal], _ newest: Literal) -> [Literal]? {
    if let other = group.dropLast().first(where: { listsConflict($0, newest) || listsConflict(newest, $0) }) {
      return [other, newest]
    }
    return findAmongBounds(group, newest)
  }

  /// Tests that exclude elements, and one that asks for an element of which each of them leaves some, but not the same.
  private func findAmongBounds(_ group: [Literal], _ newest: Literal) -> [Literal]? {
    let bounds = group.filter { !$0.predicate.isAll && $0.isNegated }
    guard bounds.count > 1 else { return nil }
    let wanted = newest.isNegated ? group.filter { !$0.isNegated } : [newest]
    for literal in wanted {
      guard case .matches(let patterns) = literal.predicate.test else { continue }
      let isExcluded = patterns.allSatisfy { one in
        bounds.contains { bound in
          guard case .matches(let excluded) = bound.predicate.test else { return false }
          return relations.isSubset([one], of: excluded)
        }
      }
      if isExcluded { return newest.isNegated ? [literal] + bounds : bounds + [literal] }
    }
    return nil
  }

  /// `a` bounds every element: it is an `all`, or a negated `any`; or asks for an exception to `b`.
  private func listsConflict(_ a: Literal, _ b: Literal) -> Bool {
    guard case .matches(let bound) = a.predicate.test, case .matches(let other) = b.predicate.test else { return false }
    switch (a.predicate.isAll, a.isNegated, b.isNegated) {
    // Every element is in `bound`, and there is one; some element, or every one, is in `other`.
    case (true, false, false): return !relations.intersect(bound, other)
    // No element is in `bound`, yet some element, or every one, is in `other`, all of which is in `bound`.
    case (false, true, false): return relations.isSubset(other, of: bound)
    // Not every element is in `bound`, though all are in `other` (an empty list fails that).
    case (true, true, false): return b.predicate.isAll && relations.isSubset(other, of: bound)
    default: return false
    }
  }

  // MARK: - One value

  private func findInScalar(_ group: [Literal], _ present: [Literal], _ newest: Literal) -> [Literal]? {
    switch newest.schema.type {
    case .boolean: return nil  // opposites are found already
    case .enumeration(let words):
      // Facts of the session are always there; others may be missing, and then pass what is negated.
      let isThere = !present.isEmpty || newest.schema.phase == .bind && !newest.schema.mayBeMissing
      return isThere && !words.contains { word in group.allSatisfy { passes(word, $0) } } ? group : nil
    case .integer: return present.isEmpty || hasInteger(group) ? nil : group
    case .address: return findInAddresses(present, newest)
    case .time: return nil
    case .string, .qualifiedName, .path: return findInText(group, present, newest)
    }
  }

  /// Whether a value passes a test; true where that is not known.
  private func passes(_ text: String, _ literal: Literal) -> Bool {
    guard case .matches(let patterns) = literal.predicate.test else { return true }
    let answers = patterns.map { relations.matches($0, text) }
    if answers.contains(true) { return !literal.isNegated }
    return answers.contains(nil) || literal.isNegated
  }

  private func findInText(_ group: [Literal], _ present: [Literal], _ newest: Literal) -> [Literal]? {
    if !newest.isNegated, case .matches(let patterns) = newest.predicate.test,
      patterns.allSatisfy(relations.isEmpty)
    {
      return [newest]
    }
    for literal in present {
      guard case .matches(let patterns) = literal.predicate.test,
        patterns.allSatisfy({ $0.kind == .equals && !$0.ignoringCase && !$0.isQualifiedName })
      else { continue }
      if patterns.contains(where: { value in group.allSatisfy { passes(value.source, $0) } }) { return nil }
      let culprit = group.first { other in !patterns.contains { passes($0.source, other) } }
      return culprit.map { [literal, $0] } ?? group
    }
    return group.dropLast().first { textsConflict($0, newest) }.map { [$0, newest] }
  }

  private func textsConflict(_ a: Literal, _ b: Literal) -> Bool {
    guard case .matches(let first) = a.predicate.test, case .matches(let second) = b.predicate.test else {
      return false
    }
    switch (a.isNegated, b.isNegated) {
    case (false, false): return !relations.intersect(first, second)
    case (false, true): return relations.isSubset(first, of: second)
    case (true, false): return relations.isSubset(second, of: first)
    case (true, true): return false
    }
  }

  /// Whether there is an integer that passes every test: one of the bounds or listed values, or a neighbour of one.
  private func hasInteger(_ group: [Literal]) -> Bool {
    var candidates: Set<Int64> = [0]
    for literal in group {
      switch literal.predicate.test {
      case .compare(_, let bound): candidates.formUnion([bound, bound &- 1, bound &+ 1])
      case .isOneOf(let values): for value in values { candidates.formUnion([value, value &- 1, value &+ 1]) }
      default: break
      }
    }
    return candidates.contains { value in
      group.allSatisfy { literal in
        let passes =
          switch literal.predicate.test {
          case .compare(.less, let bound): value < bound
          case .compare(.lessOrEqual, let bound): value <= bound
          case .compare(.greater, let bound): value > bound
          case .compare(.greaterOrEqual, let bound): value >= bound
          case .isOneOf(let values): values.contains(value)
          default: true
          }
        return passes != literal.isNegated
      }
    }
  }

  private func findInAddresses(_ present: [Literal], _ newest: Literal) -> [Literal]? {
    guard !newest.isNegated, case .withinNetworks(let blocks) = newest.predicate.test else { return nil }
    for other in present {
      guard case .withinNetworks(let others) = other.predicate.test else { continue }
      if !blocks.contains(where: { block in others.contains { block.overlaps($0) } }) { return [other, newest] }
    }
    return nil
  }
}

extension Network {
  /// Whether an address is in both.
  func overlaps(_ other: Network) -> Bool {
    let length = Int(min(prefixLength, other.prefixLength))
    let whole = length / 8
    guard address.prefix(whole) == other.address.prefix(whole) else { return false }
    let rest = length % 8
    return rest == 0 || (address[whole] ^ other.address[whole]) >> UInt8(8 - rest) == 0
  }
}
