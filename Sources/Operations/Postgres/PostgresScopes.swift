/// The names of common table expressions that are in scope while a tree is gone over in document order.
///
/// A name of a WITH clause hides tables in the query that the clause belongs to. Inside the clause, it is seen by the
/// queries after its own; after WITH RECURSIVE, by all of them.
struct PostgresScopes {
  private struct Entry {
    /// The WITH clause.
    var clause: Range<Int>
    var isRecursive: Bool
    /// The position past the query that the name stands for.
    var queryEnd: Int
  }

  private var entries: [[UInt8]: [Entry]] = [:]
  private var open: [(end: Int, names: [[UInt8]])] = []

  /// Brings the names of the WITH clause at `clause` into scope up to `end`, where its query ends.
  mutating func open(_ tree: ParseTree, clause: Int, end: Int) {
    let isRecursive = tree.isTrue(clause, .recursive)
    var names: [[UInt8]] = []
    for expression in tree.list(clause, .ctes) {
      guard let name = tree.child(expression, .cteName).map({ tree.text($0) }) else { continue }
      let query = tree.child(expression, .cteQuery) ?? expression
      entries[name, default: []].append(
        Entry(clause: clause..<tree.end(clause), isRecursive: isRecursive, queryEnd: tree.end(query)))
      names.append(name)
    }
    open.append((end, names))
  }

  /// Takes out of scope what ends at `position`.
  mutating func close(at position: Int) {
    while let last = open.last, last.end <= position {
      for name in last.names { entries[name]?.removeLast() }
      open.removeLast()
    }
  }

  /// Whether `name`, used without a schema at `position`, is a common table expression.
  func isExpression(_ name: [UInt8], at position: Int) -> Bool {
    entries[name]?.contains {
      $0.isRecursive || !$0.clause.contains(position) || $0.queryEnd <= position
    } ?? false
  }
}
