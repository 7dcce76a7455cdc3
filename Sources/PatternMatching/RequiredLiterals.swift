/// Finds literals of which every match of a pattern has at least one.
///
/// After Russ Cox, "Regular Expression Matching with a Trigram Index" (2012): for each part of the pattern, the finite
/// set of its texts if it has one, else sets that its texts begin and end with, and the best set that they contain.
/// ASCII case is folded throughout.
struct RequiredLiterals {
  /// All texts, if they are few.
  private var exact: Set<[UInt8]>?
  /// Texts begin, end with one of these; an empty literal says nothing.
  private var prefix: Set<[UInt8]> = [[]]
  private var suffix: Set<[UInt8]> = [[]]
  /// Texts contain one of these; nil: nothing is known.
  private var inner: Set<[UInt8]>?

  private static let mostLiterals = 32
  static let longestLiteral = 64

  /// The filter of a whole pattern.
  static func filter(of node: PatternNode, isQualifiedName: Bool) -> PatternFilter {
    var node = node
    if isQualifiedName {
      guard let tail = tail(of: node) else { return PatternFilter(.none) }
      node = tail
    }
    let literals = RequiredLiterals(node)
    var candidates: [(PatternFilter.Kind, Set<[UInt8]>)] = []
    if let exact = literals.exact {
      candidates.append((isQualifiedName ? .suffix : .prefix, exact))
    } else {
      // Before a name a schema may stand.
      if !isQualifiedName { candidates.append((.prefix, literals.prefix)) }
      candidates.append((.suffix, literals.suffix))
      if let inner = literals.inner { candidates.append((.contains, inner)) }
      if isQualifiedName { candidates.append((.contains, literals.prefix)) }
    }
    let usable = candidates.filter { !$0.1.isEmpty && !$0.1.contains([]) }
    let best = usable.max { CommandText.rarity(of: $0.1, $0.0) < CommandText.rarity(of: $1.1, $1.0) }
    guard let best else { return PatternFilter(.none) }
    return PatternFilter(best.0, best.1.sorted { $0.lexicographicallyPrecedes($1) })
  }

  /// What is left of a pattern on names without the schema it writes: all of it where it writes none; nil where
  /// that cannot be told.
  private static func tail(of node: PatternNode) -> PatternNode? {
    if node.writtenDots == 0 { return node }
    var parts = [node]
    while parts.count == 1, case .sequence(let inner) = parts[0] { parts = inner }
    parts = parts.flatMap { part in
      if case .sequence(let inner) = part { inner } else { [part] }
    }
    guard let dot = parts.lastIndex(of: .set(.dot)) else { return nil }
    let rest = PatternNode.sequence(Array(parts[(dot + 1)...]))
    return rest.writtenDots == 0 ? rest : nil
  }

  private init(exact: Set<[UInt8]>) { self.exact = exact }

  private init(_ node: PatternNode) {
    switch node {
    case .empty, .assertion: exact = [[]]
    case .set(let set): exact = RequiredLiterals.texts(of: set)
    case .sequence(let parts): self = RequiredLiterals.sequence(parts.map { RequiredLiterals($0) })
    case .alternation(let branches): self = RequiredLiterals.alternation(branches.map { RequiredLiterals($0) })
    case .repeated(let inner, let minimum, let maximum):
      let once = RequiredLiterals(inner)
      if minimum == 0 {
        guard maximum == 1, let texts = once.exact else { return }
        exact = texts.union([[]])
      } else {
        let copies = min(minimum, RequiredLiterals.longestLiteral)
        let isCounted = maximum == minimum && copies == minimum
        let rest = isCounted ? [] : [RequiredLiterals.anything]
        self = RequiredLiterals.sequence([RequiredLiterals](repeating: once, count: copies) + rest)
        // What follows the last copy is a copy again.
        if !isCounted { suffix = once.exact ?? once.suffix }
      }
    }
  }

  private static let anything: RequiredLiterals = {
    var nothingKnown = RequiredLiterals(exact: [])
    nothingKnown.exact = nil
    return nothingKnown
  }()

  private static func texts(of set: CodePointSet) -> Set<[UInt8]>? {
    guard set.count <= 16 else { return nil }
    return Set(set.ranges.flatMap { $0.map { utf8($0).map(asciiLowercased) } })
  }

  private static func sequence(_ parts: [RequiredLiterals]) -> RequiredLiterals {
    var result = RequiredLiterals(exact: [[]])
    /// The texts of the parts since the last one that is not finite, which may also have given them beginnings.
    var run: Set<[UInt8]> = [[]]
    for part in parts {
      if let texts = part.exact, let longer = product(run, texts) {
        run = longer
        continue
      }
      let beginnings = part.exact ?? part.prefix
      let ended = product(run, beginnings) ?? run
      if result.exact != nil { result.prefix = ended }
      result.exact = nil
      result.offer(ended)
      if let inner = part.inner { result.offer(inner) }
      run = part.exact ?? part.suffix
    }
    if result.exact != nil {
      result.exact = run
    } else {
      result.suffix = run
      result.offer(run)
    }
    return result
  }

  private static func alternation(_ branches: [RequiredLiterals]) -> RequiredLiterals {
    func union(_ sets: [Set<[UInt8]>]) -> Set<[UInt8]>? {
      let all = sets.reduce(into: Set<[UInt8]>()) { $0.formUnion($1) }
      return all.count <= mostLiterals ? all : nil
    }
    let finite = branches.compactMap(\.exact)
    if finite.count == branches.count, let all = union(finite) { return RequiredLiterals(exact: all) }
    var result = anything
    result.prefix = union(branches.map { $0.exact ?? $0.prefix }) ?? [[]]
    result.suffix = union(branches.map { $0.exact ?? $0.suffix }) ?? [[]]
    let inner = branches.compactMap { $0.exact ?? $0.inner }
    if inner.count == branches.count, let all = union(inner) { result.offer(all) }
    return result
  }

  /// Takes `literals` as what texts contain if they are rarer than what is known.
  private mutating func offer(_ literals: Set<[UInt8]>) {
    guard !literals.isEmpty, !literals.contains([]) else { return }
    if let inner, CommandText.rarity(of: inner, .contains) >= CommandText.rarity(of: literals, .contains) { return }
    inner = literals
  }

  /// Each text of `first` before each of `second`; nil where these are too many or too long.
  private static func product(_ first: Set<[UInt8]>, _ second: Set<[UInt8]>) -> Set<[UInt8]>? {
    guard first.count * second.count <= mostLiterals else { return nil }
    var result: Set<[UInt8]> = []
    for head in first {
      for tail in second {
        if head.count + tail.count > longestLiteral { return nil }
        result.insert(head + tail)
      }
    }
    return result
  }
}
