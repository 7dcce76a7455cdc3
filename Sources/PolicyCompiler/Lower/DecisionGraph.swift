import PolicyBytecode

/// What became of a formula.
enum LoweredGraph: Equatable {
  case always, never
  /// The first word is where the walk begins.
  case tests([GraphWord])
}

/// Lowers the formula of one rule to a decision graph: a DAG of tests with the terminals yes and no.
///
/// The graph is an ordered, reduced binary decision diagram (Bryant 1986): tests come in the order of their cost, then
/// of their atoms; no path asks a test twice, equal nodes are one, and a test that makes no difference is gone. Where a
/// formula's diagram would be larger than ``diagramNodes``, its short-circuit graph is taken instead, which has a node a
/// literal. Either way every edge goes forward.
struct DecisionGraph {
  /// Nodes that the making of a diagram may take.
  static let diagramNodes = 4096

  private struct Node: Hashable {
    let atom: Int
    let whenTrue: Int
    let whenFalse: Int
  }
  /// References to nodes; others are `firstNode` and more.
  private static let no = 0
  private static let yes = 1
  private static let firstNode = 2

  private struct Conjunction: Hashable {
    let left: Int
    let right: Int
  }

  private var nodes: [Node] = []
  private var known: [Node: Int] = [:]
  private var conjunctions: [Conjunction: Int] = [:]
  private var complements: [Int: Int] = [:]
  private let cost: (Int) -> Int
  private let operation: (Int) -> GraphWord.Operation

  /// `cost` orders the tests of an atom; `operation` says how it is tested.
  init(cost: @escaping (Int) -> Int, operation: @escaping (Int) -> GraphWord.Operation) {
    self.cost = cost
    self.operation = operation
  }

  /// The graph of `formula`; nil if it is past ``BundleFormat/maxGraphWords``.
  mutating func lower(_ formula: AtomFormula) -> LoweredGraph? {
    reset()
    var root = diagram(formula)
    if root == nil {
      reset()
      root = shortCircuit(formula, Self.yes, Self.no)
    }
    guard let root, root >= Self.firstNode else { return root == Self.yes ? .always : .never }
    return words(from: root).map { .tests($0) }
  }

  private mutating func reset() {
    nodes.removeAll(keepingCapacity: true)
    known.removeAll(keepingCapacity: true)
    conjunctions.removeAll(keepingCapacity: true)
    complements.removeAll(keepingCapacity: true)
  }

  private mutating func node(_ atom: Int, _ whenTrue: Int, _ whenFalse: Int) -> Int {
    if whenTrue == whenFalse { return whenTrue }
    let node = Node(atom: atom, whenTrue: whenTrue, whenFalse: whenFalse)
    if let shared = known[node] { return shared }
    nodes.append(node)
    known[node] = nodes.count - 1 + Self.firstNode
    return nodes.count - 1 + Self.firstNode
  }

  private func rank(_ atom: Int) -> (Int, Int) { (cost(atom), atom) }

  // MARK: Ordered, reduced

  /// The diagram of a formula, or nil past the limit.
  private mutating func diagram(_ formula: AtomFormula) -> Int? {
    switch formula {
    case .constant(let value): return value ? Self.yes : Self.no
    case .literal(let atom, let isPositive):
      return node(atom, isPositive ? Self.yes : Self.no, isPositive ? Self.no : Self.yes)
    case .and(let parts), .or(let parts):
      // An `or` is the complement of the conjunction of complements.
      var isOr = false
      if case .or = formula { isOr = true }
      var result = Self.yes
      // From the last test to the first, so that each step adds on top of what is there.
      for part in ordered(parts).reversed() {
        guard var next = diagram(part) else { return nil }
        if isOr { next = complement(next) }
        guard let joined = conjunction(next, result) else { return nil }
        result = joined
      }
      return isOr ? complement(result) : result
    }
  }

  private mutating func complement(_ reference: Int) -> Int {
    if reference < Self.firstNode { return reference == Self.yes ? Self.no : Self.yes }
    if let done = complements[reference] { return done }
    let inner = nodes[reference - Self.firstNode]
    let result = node(inner.atom, complement(inner.whenTrue), complement(inner.whenFalse))
    complements[reference] = result
    return result
  }

  private mutating func conjunction(_ left: Int, _ right: Int) -> Int? {
    if left == Self.no || right == Self.no { return Self.no }
    if left == Self.yes || left == right { return right }
    if right == Self.yes { return left }
    let key = Conjunction(left: min(left, right), right: max(left, right))
    if let done = conjunctions[key] { return done }
    guard nodes.count < Self.diagramNodes else { return nil }
    let (a, b) = (nodes[left - Self.firstNode], nodes[right - Self.firstNode])
    let isFirst = rank(a.atom) <= rank(b.atom)
    let isSecond = rank(b.atom) <= rank(a.atom)
    guard
      let whenTrue = conjunction(isFirst ? a.whenTrue : left, isSecond ? b.whenTrue : right),
      let whenFalse = conjunction(isFirst ? a.whenFalse : left, isSecond ? b.whenFalse : right)
    else { return nil }
    let result = node(isFirst ? a.atom : b.atom, whenTrue, whenFalse)
    conjunctions[key] = result
    return result
  }

  // MARK: Short circuit

  /// Lowers a formula against its two continuations.
  private mutating func shortCircuit(_ formula: AtomFormula, _ yes: Int, _ no: Int) -> Int {
    switch formula {
    case .constant(let value): return value ? yes : no
    case .literal(let atom, let isPositive): return node(atom, isPositive ? yes : no, isPositive ? no : yes)
    case .and(let parts):
      var target = yes
      for part in ordered(parts).reversed() { target = shortCircuit(part, target, no) }
      return target
    case .or(let parts):
      var target = no
      for part in ordered(parts).reversed() { target = shortCircuit(part, yes, target) }
      return target
    }
  }

  private func ordered(_ parts: [AtomFormula]) -> [AtomFormula] {
    parts.map { (weight($0), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
  }

  /// The dearest test of a formula, then its least atom.
  private func weight(_ formula: AtomFormula) -> (Int, Int) {
    var worst = 0
    var least = Int.max
    formula.forEachAtom { atom in
      worst = max(worst, cost(atom))
      least = min(least, atom)
    }
    return (worst, least)
  }

  // MARK: Layout

  /// The nodes reached from `root`, laid out so that each comes before those it leads to. A node is made after those,
  /// so descending references are such an order.
  private func words(from root: Int) -> [GraphWord]? {
    var reached: Set<Int> = [root]
    var pending = [root]
    while let reference = pending.popLast() {
      let node = nodes[reference - Self.firstNode]
      for next in [node.whenTrue, node.whenFalse] where next >= Self.firstNode && reached.insert(next).inserted {
        pending.append(next)
      }
    }
    guard reached.count <= BundleFormat.maxGraphWords else { return nil }
    let order = reached.sorted(by: >)
    var places: [Int: Int] = [:]
    for (place, reference) in order.enumerated() { places[reference] = place }
    return order.enumerated().map { place, reference in
      let step = { (target: Int) -> UInt16 in
        if target < Self.firstNode { return target == Self.yes ? GraphWord.yes : GraphWord.no }
        return UInt16((places[target] ?? place) - place)
      }
      let node = nodes[reference - Self.firstNode]
      return GraphWord(
        operation(node.atom), atom: UInt32(node.atom), whenTrue: step(node.whenTrue), whenFalse: step(node.whenFalse))
    }
  }
}
