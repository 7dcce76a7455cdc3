/// What a node of the tree stands for; the names are those of the rules in `grammar/policy.ebnf`.
public enum SyntaxKind: UInt8, Sendable {
  case file, version, header, use, setting, list, define, detector, decode, annotation
  case rule, clause, action, test, identity, request, session, invariant, claim
  case disjunction, conjunction, negation, group, comparison, items
  /// Text passed over after an error.
  case skipped
}

/// The lossless tree of one file: all of its text is in its tokens, its structure in nodes over them.
///
/// Nodes lie in one array in pre-order; a node's children are found by stepping over subtrees. Every token, white space
/// and comments too, belongs to the innermost node whose token range holds it. The texts of `tokens`, joined, are
/// `source`, byte for byte.
public struct SyntaxTree: Sendable {
  public struct Node: Sendable {
    public var kind: SyntaxKind
    /// Half-open range of indices into ``SyntaxTree/tokens``, from the first to the last token the parser used.
    public var firstToken: UInt32
    public var endToken: UInt32
    /// Index one past the node's last descendant.
    public var subtreeEnd: UInt32
  }

  public let source: [UInt8]
  public let tokens: [Token]
  /// Never empty; the first is the `file`.
  public let nodes: [Node]

  /// The text of a token.
  public func text(_ token: Token) -> String {
    String(decoding: source[Int(token.range.start)..<Int(token.range.end)], as: UTF8.self)
  }

  /// The bytes of all tokens in order: the source again.
  public var bytes: [UInt8] {
    tokens.flatMap { source[Int($0.range.start)..<Int($0.range.end)] }
  }

  /// Indices of a node's children, in order.
  public func children(of node: Int) -> [Int] {
    var children: [Int] = []
    var child = node + 1
    while child < Int(nodes[node].subtreeEnd) {
      children.append(child)
      child = Int(nodes[child].subtreeEnd)
    }
    return children
  }
}
