/// Alternatives that together let every row through, though none of them does alone: `a OR NOT a`, `a IS NULL OR a IS
/// NOT NULL`, `a < 1 OR a > 0`, `a <> 1 OR a <> 2`. What they do with NULL is left out.
extension ConditionFolder {
  /// One alternative, its negations resolved.
  private struct Test {
    /// What is said of `left` and `right`: a kind of expression and its operator.
    var word: String
    var left: Int
    var right: Int?
  }

  /// The most alternatives that are compared with each other.
  static let mostAlternatives = 48

  /// Whether alternatives of the AND or OR at `node`, negated if so asked, cover all rows.
  func coversAll(_ node: Int, negated: Bool) -> Bool {
    var tests: [Test] = []
    var pending = [(node, negated)]
    while let (next, isNegated) = pending.popLast(), tests.count < Self.mostAlternatives {
      let inner = tree.unwrapped(next)
      guard tree[inner].field == .boolExpr, let args = tree.child(inner, .args) else {
        if let test = test(inner, isNegated) { tests.append(test) }
        continue
      }
      if tree.has(inner, .booleanOperator, "NOT_EXPR") {
        pending.append((args + 1, !isNegated))
      } else {
        // `NOT (a AND b)` is `NOT a OR NOT b`; what is no alternative may still be the opposite of one.
        if inner != tree.unwrapped(node) { tests.append(Test(word: isNegated ? "IS_NOT" : "IS", left: inner)) }
        guard tree.has(inner, .booleanOperator, "OR_EXPR") != isNegated else { continue }
        for operand in tree.children(args).prefix(Self.mostAlternatives) { pending.append((operand, isNegated)) }
      }
    }
    return tests.indices.contains { index in
      tests[..<index].contains { covers($0, tests[index]) || covers($0, flipped(tests[index])) }
    }
  }

  private func test(_ node: Int, _ isNegated: Bool) -> Test? {
    func word(_ field: ParseField) -> String {
      tree.child(node, field).map { String(decoding: tree.text($0), as: UTF8.self) } ?? ""
    }
    let arg = tree.child(node, .arg)
    var test: Test
    switch tree[node].field {
    case .nullTest: test = Test(word: word(.nullTestType), left: arg ?? node)
    case .booleanTest: test = Test(word: word(.booleanTestType), left: arg ?? node)
    case .operatorExpr:
      guard let left = tree.child(node, .left), let right = tree.child(node, .right) else { fallthrough }
      let kind = "\(word(.kind)) \(operatorName(node))"
      test = Test(word: Self.likeEquality[kind] ?? kind, left: left, right: right)
      if known(left) != .perRow, known(right) == .perRow { test = flipped(test) }
    default: test = Test(word: "IS", left: node)
    }
    guard isNegated else { return test }
    guard let opposite = Self.opposites[test.word] else { return Test(word: "IS_NOT", left: node) }
    test.word = opposite
    return test
  }

  /// The same with its sides exchanged, where there is a word for it.
  private func flipped(_ test: Test) -> Test {
    guard let right = test.right, let word = Self.flips[test.word] else { return test }
    return Test(word: word, left: right, right: test.left)
  }

  private func covers(_ a: Test, _ b: Test) -> Bool {
    guard (a.right == nil) == (b.right == nil) else { return false }
    if Self.opposites[a.word] == b.word, tree.areEqual(a.left, b.left),
      a.right.map({ right in b.right.map { tree.areEqual(right, $0) } ?? false }) ?? true
    {
      return true
    }
    guard let right = a.right, let otherRight = b.right, let name = Self.comparison(a.word),
      let otherName = Self.comparison(b.word), let order = compared(known(right), known(otherRight)),
      tree.areEqual(a.left, b.left)
    else { return false }
    if name == "<>" { return Self.holds(otherName, order) == true }
    if otherName == "<>" { return Self.flips[b.word] != nil && Self.holds(Self.turned(name), order) == true }
    switch (name.first, otherName.first) {
    case ("<", ">"): return order == .greater || order == .same && name.count + otherName.count > 2
    case (">", "<"): return order == .less || order == .same && name.count + otherName.count > 2
    default: return false
    }
  }

  private static func comparison(_ word: String) -> String? {
    flips[word] == nil ? nil : String(word.dropFirst("AEXPR_OP ".count))
  }

  private static func turned(_ name: String) -> String {
    flips["AEXPR_OP \(name)"].flatMap(comparison) ?? name
  }

  private static let likeEquality = ["AEXPR_DISTINCT =": "AEXPR_OP <>", "AEXPR_NOT_DISTINCT =": "AEXPR_OP ="]

  private static let flips = [
    "AEXPR_OP =": "AEXPR_OP =", "AEXPR_OP <>": "AEXPR_OP <>", "AEXPR_OP <": "AEXPR_OP >", "AEXPR_OP >": "AEXPR_OP <",
    "AEXPR_OP <=": "AEXPR_OP >=", "AEXPR_OP >=": "AEXPR_OP <=",
  ]

  private static let opposites: [String: String] = {
    let pairs = [
      ("IS", "IS_NOT"), ("IS_NULL", "IS_NOT_NULL"), ("IS_TRUE", "IS_NOT_TRUE"), ("IS_FALSE", "IS_NOT_FALSE"),
      ("IS_UNKNOWN", "IS_NOT_UNKNOWN"), ("AEXPR_OP =", "AEXPR_OP <>"), ("AEXPR_OP <", "AEXPR_OP >="),
      ("AEXPR_OP >", "AEXPR_OP <="), ("AEXPR_OP ~", "AEXPR_OP !~"), ("AEXPR_OP ~*", "AEXPR_OP !~*"),
      ("AEXPR_LIKE ~~", "AEXPR_LIKE !~~"), ("AEXPR_ILIKE ~~*", "AEXPR_ILIKE !~~*"), ("AEXPR_IN =", "AEXPR_IN <>"),
      ("AEXPR_SIMILAR ~", "AEXPR_SIMILAR !~"),
      ("AEXPR_BETWEEN BETWEEN", "AEXPR_NOT_BETWEEN NOT BETWEEN"),
      ("AEXPR_BETWEEN_SYM BETWEEN SYMMETRIC", "AEXPR_NOT_BETWEEN_SYM NOT BETWEEN SYMMETRIC"),
    ]
    return Dictionary(uniqueKeysWithValues: pairs + pairs.map { ($1, $0) })
  }()
}
