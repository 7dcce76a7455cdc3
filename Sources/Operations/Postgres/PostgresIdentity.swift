/// Expressions that are another one, or an empty array, by more words.
extension ConditionFolder {
  /// The expression whose value the one at `node` has: `+x`, `x + 0`, `0 + x`, `x * 1`, `x || ''`, `coalesce(x)` are `x`.
  func core(_ node: Int) -> Int {
    var node = tree.unwrapped(node)
    while let inner = inner(node) { node = tree.unwrapped(inner) }
    return node
  }

  private func inner(_ node: Int) -> Int? {
    switch tree[node].field {
    case .coalesceExpr:
      let arguments = tree.child(node, .args).map { tree.children($0) } ?? []
      return arguments.count == 1 ? arguments[0] : nil
    case .operatorExpr where tree.has(node, .kind, "AEXPR_OP"):
      guard let right = tree.child(node, .right) else { return nil }
      let name = operatorName(node)
      guard let left = tree.child(node, .left) else { return name == "+" ? right : nil }
      guard let neutral = Self.neutral[name] else { return nil }
      if known(right) == neutral { return left }
      return known(left) == neutral && name != "-" && name != "/" ? right : nil
    default: return nil
    }
  }

  private static let neutral: [String: ConstantValue] = [
    "+": .integer(0), "-": .integer(0), "*": .integer(1), "/": .integer(1), "||": .text([]),
  ]

  /// Whether it is `'{}'` or `ARRAY[]`, cast to some type.
  func isEmptyArray(_ node: Int) -> Bool {
    var node = tree.unwrapped(node)
    while tree[node].field == .typeCast, let arg = tree.child(node, .arg) { node = tree.unwrapped(arg) }
    if tree[node].field == .arrayExpr { return tree.child(node, .elements) == nil }
    return known(node).bytes?.filter { $0 != UInt8(ascii: " ") } == Array("{}".utf8)
  }
}
