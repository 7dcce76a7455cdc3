import PolicyBytecode

/// Builds the decision graph of one rule: a DAG of tests with the terminals yes and no.
///
/// A formula is lowered against its two continuations, so a graph has at most one node a literal; equal nodes are
/// shared and a test whose outcomes agree is dropped. Operands are ordered by what a test costs, then by atom, so that
/// equal conditions give equal graphs. Nodes are made after those they lead to; laid out backwards, every edge goes
/// forward.
struct DecisionGraph {
  private enum Target: Hashable {
    case no, yes
    case node(Int)
  }
  private struct Node: Hashable {
    let atom: Int
    let whenTrue: Target
    let whenFalse: Target
  }

  private var nodes: [Node] = []
  private var known: [Node: Int] = [:]
  private let cost: (Int) -> Int
  private let operation: (Int) -> GraphWord.Operation

  /// `cost` orders the tests of an atom; `operation` says how it is tested.
  init(cost: @escaping (Int) -> Int, operation: @escaping (Int) -> GraphWord.Operation) {
    self.cost = cost
    self.operation = operation
  }

  /// The words of `formula`'s graph. Empty if it is true; nil if the graph is past ``BundleFormat/maxGraphWords``.
  mutating func lower(_ formula: AtomFormula) -> [GraphWord]? {
    nodes.removeAll(keepingCapacity: true)
    known.removeAll(keepingCapacity: true)
    let entry = build(formula, .yes, .no)
    guard nodes.count <= BundleFormat.maxGraphWords else { return nil }
    if entry == .yes { return [] }
    let count = nodes.count
    return nodes.indices.reversed().map { index in
      let step = { (target: Target) -> UInt16 in
        switch target {
        case .no: GraphWord.no
        case .yes: GraphWord.yes
        case .node(let other): UInt16((count - 1 - other) - (count - 1 - index))
        }
      }
      let node = nodes[index]
      return GraphWord(
        operation(node.atom), atom: UInt32(node.atom), whenTrue: step(node.whenTrue), whenFalse: step(node.whenFalse))
    }
  }

  private mutating func build(_ formula: AtomFormula, _ yes: Target, _ no: Target) -> Target {
    switch formula {
    case .constant(let value): return value ? yes : no
    case .literal(let atom, let isPositive): return node(atom, isPositive ? yes : no, isPositive ? no : yes)
    case .and(let parts):
      var target = yes
      for part in ordered(parts).reversed() { target = build(part, target, no) }
      return target
    case .or(let parts):
      var target = no
      for part in ordered(parts).reversed() { target = build(part, yes, target) }
      return target
    }
  }

  private mutating func node(_ atom: Int, _ whenTrue: Target, _ whenFalse: Target) -> Target {
    if whenTrue == whenFalse { return whenTrue }
    let node = Node(atom: atom, whenTrue: whenTrue, whenFalse: whenFalse)
    if let shared = known[node] { return .node(shared) }
    nodes.append(node)
    known[node] = nodes.count - 1
    return .node(nodes.count - 1)
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
}
