/// What operators make of what their operands are worth.
extension ConditionFolder {
  func operatorName(_ node: Int) -> String {
    let name = tree.child(node, .name).map { tree.strings($0).last ?? [] } ?? []
    return String(decoding: name, as: UTF8.self)
  }

  func operation(_ node: Int) -> ConstantValue {
    let left = tree.child(node, .left)
    let right = tree.child(node, .right)
    let name = operatorName(node)
    guard let right else { return member(node, .left) == .perRow ? .perRow : .fixed }
    guard let left else { return negated(name, known(right)) }
    switch tree.child(node, .kind).map({ String(decoding: tree.text($0), as: UTF8.self) }) ?? "" {
    case "AEXPR_OP": return binary(name, left, right)
    case "AEXPR_DISTINCT": return distinct(left, right, whenSame: false)
    case "AEXPR_NOT_DISTINCT": return distinct(left, right, whenSame: true)
    case "AEXPR_LIKE", "AEXPR_ILIKE", "AEXPR_SIMILAR": return pattern(name, left, right)
    case "AEXPR_IN", "AEXPR_OP_ANY": return membership(name, left, right)
    case "AEXPR_OP_ALL": return comparisonWithAll(name, left, right)
    case "AEXPR_BETWEEN": return between(left, right)
    case "AEXPR_NOT_BETWEEN": return opposite(between(left, right))
    case "AEXPR_BETWEEN_SYM": return betweenEither(left, right)
    case "AEXPR_NOT_BETWEEN_SYM": return opposite(betweenEither(left, right))
    default: return combined([known(left), known(right)]) == .perRow ? .perRow : .fixed
    }
  }

  private func negated(_ name: String, _ value: ConstantValue) -> ConstantValue {
    switch (name, value) {
    case ("-", .integer(let number)) where number != .min: .integer(-number)
    case ("-", .real(let number)): .real(-number)
    case ("+", _): value
    case (_, .perRow), (_, .null): value
    default: .fixed
    }
  }

  /// Operators that are true, or false, of any value and itself.
  private static let reflexive: [String: Bool] = [
    "=": true, ">=": true, "<=": true, "~~": true, "~~*": true, "<>": false, ">": false, "<": false, "@>": true,
    "<@": true,
  ]

  private func binary(_ name: String, _ left: Int, _ right: Int) -> ConstantValue {
    if let truth = Self.reflexive[name], areSame(left, right) { return .boolean(truth) }
    let (a, b) = (known(left), known(right))
    if name.hasPrefix("~") || name.hasPrefix("!~") {
      let matched = pattern(name, left, right)
      if matched != .fixed { return matched }
    }
    if a == .null || b == .null { return .null }
    if name == "-", areSame(left, right) { return .integer(0) }
    if name == "*", a == .integer(0) || b == .integer(0) { return .integer(0) }
    if a == .perRow || b == .perRow { return .perRow }
    if let order = compared(a, b), let truth = Self.holds(name, order) { return .boolean(truth) }
    return arithmetic(name, a, b)
  }

  /// Whether two expressions are the same for every row: alike, or one column with and without the name of the
  /// only table there is.
  func areSame(_ left: Int, _ right: Int) -> Bool {
    let (a, b) = (core(left), core(right))
    if tree[a].field == .columnRef, tree[b].field == .columnRef, let x = tree.child(a, .fields),
      let y = tree.child(b, .fields)
    {
      let (first, second) = (tree.strings(x), tree.strings(y))
      guard first.last == second.last else { return false }
      guard first.count != second.count else { return first == second }
      let (short, long) = first.count < second.count ? (first, second) : (second, first)
      if short.count > 1 { return short.dropLast().last == long.dropLast().last }
      return long.dropLast().last == table?.qualifier && !isInSubquery[left - root]
    }
    return known(a) == .perRow && tree.areEqual(a, b) && !isVolatile(a)
  }

  private func isVolatile(_ node: Int) -> Bool {
    (node..<tree.end(node)).contains {
      tree[$0].field == .functionCall
        && tree.child($0, .functionName).map { tree.strings($0).last ?? [] }.map {
          Self.volatile.contains(String(decoding: $0, as: UTF8.self))
        } == true
    }
  }

  enum Order { case less, same, greater, different }

  /// How two known values compare, where that is certain. The order of texts is not: it is the collation's.
  func compared(_ a: ConstantValue, _ b: ConstantValue) -> Order? {
    switch (a, b) {
    case (.integer(let x), .integer(let y)): return x < y ? .less : x == y ? .same : .greater
    case (.text(let x), .text(let y)): return x == y ? .same : .different
    case (.boolean, _), (_, .boolean):
      guard let x = a.truth, let y = b.truth else { return nil }
      return x == y ? .same : y ? .less : .greater
    default:
      // Numbers of PostgreSQL are exact; here they are rounded, which keeps an order but may make equal.
      guard let x = a.number, let y = b.number, x != y, !x.isNaN, !y.isNaN else { return nil }
      return x < y ? .less : .greater
    }
  }

  static func holds(_ name: String, _ order: Order) -> Bool? {
    switch (name, order) {
    case ("=", _): order == .same
    case ("<>", _): order != .same
    case (_, .different): nil
    case ("<", _): order == .less
    case (">", _): order == .greater
    case ("<=", _): order != .greater
    case (">=", _): order != .less
    default: nil
    }
  }

  /// The longest text that concatenation is folded to.
  static let longestText = 1 << 16

  private func arithmetic(_ name: String, _ a: ConstantValue, _ b: ConstantValue) -> ConstantValue {
    if name == "||", let x = a.bytes, let y = b.bytes, x.count + y.count <= Self.longestText {
      return .text(x + y)
    }
    if case .integer(let x) = a, case .integer(let y) = b {
      let (result, overflow): (Int64, Bool) =
        switch name {
        case "+": x.addingReportingOverflow(y)
        case "-": x.subtractingReportingOverflow(y)
        case "*": x.multipliedReportingOverflow(by: y)
        case "/": x.dividedReportingOverflow(by: y)
        case "%": x.remainderReportingOverflow(dividingBy: y)
        default: (0, true)
        }
      return overflow ? .fixed : .integer(result)
    }
    return .fixed
  }

  private func distinct(_ left: Int, _ right: Int, whenSame: Bool) -> ConstantValue {
    if areSame(left, right) { return .boolean(whenSame) }
    let (a, b) = (known(left), known(right))
    if a == .perRow || b == .perRow { return .perRow }
    if a == .null, b == .null { return .boolean(whenSame) }
    if let order = compared(a, b) { return .boolean((order == .same) == whenSame) }
    return (a == .null) != (b == .null) && a != .fixed && b != .fixed ? .boolean(!whenSame) : .fixed
  }

  /// A match with a pattern: one that all texts match does not restrict.
  private func pattern(_ name: String, _ left: Int, _ right: Int) -> ConstantValue {
    guard case .text(let bytes) = known(right) else {
      return areSame(left, right) ? .boolean(!name.hasPrefix("!")) : combined([known(left), known(right)])
    }
    let isLike = name.hasPrefix("~~") || name.hasPrefix("!~~")
    let isSimilar = !isLike && tree[tree.unwrapped(right)].field == .functionCall
    let matchesAll =
      isLike || isSimilar
      ? !bytes.isEmpty && bytes.allSatisfy { $0 == UInt8(ascii: "%") }
      : Self.unrestrictingRegexes.contains(String(decoding: bytes, as: UTF8.self))
    if matchesAll { return .boolean(!name.hasPrefix("!")) }
    return known(left) == .perRow ? .perRow : .fixed
  }

  private static let unrestrictingRegexes: Set<String> = [
    "", "^", "$", ".*", "^.*", ".*$", "^.*$", "(.*)", "^(.*)$", "()", ".*?", "^.*?$", "\\A", "\\Z",
  ]

  /// `x IN (…)`, `x NOT IN (…)`, `x = ANY (ARRAY […])`.
  private func membership(_ name: String, _ left: Int, _ right: Int) -> ConstantValue {
    if isEmptyArray(right) { return .boolean(false) }
    let list = tree.unwrapped(right)
    guard let items = tree.child(list, .items) ?? tree.child(list, .elements) else {
      return combined([known(left), known(right)]) == .perRow ? .perRow : .fixed
    }
    let isNegated = name == "<>" && tree[list].field == .listNode
    guard name == "=" || isNegated else { return combined([known(left), known(right)]) }
    let value = known(left)
    var isOpen = false
    for item in tree.children(items) {
      if areSame(left, item) { return .boolean(!isNegated) }
      guard let order = compared(value, known(item)) else {
        isOpen = true
        continue
      }
      if order == .same { return .boolean(!isNegated) }
    }
    if isOpen { return combined([value, known(right)]) == .perRow ? .perRow : .fixed }
    return value == .perRow ? .perRow : .boolean(isNegated)
  }

  private func between(_ left: Int, _ right: Int) -> ConstantValue {
    let list = tree.unwrapped(right)
    let bounds = tree.child(list, .items).map { tree.children($0) } ?? []
    return bounds.count == 2 ? between(left, bounds[0], bounds[1]) : .perRow
  }

  private func between(_ left: Int, _ low: Int, _ high: Int) -> ConstantValue {
    if compared(known(low), known(high)) == .greater { return .boolean(false) }
    let isLow = binary(">=", left, low)
    let isHigh = binary("<=", left, high)
    if isLow.truth == false || isHigh.truth == false { return .boolean(false) }
    if isLow.truth == true, isHigh.truth == true { return .boolean(true) }
    return combined([known(left), known(low), known(high)]) == .perRow ? .perRow : .fixed
  }

  private func betweenEither(_ left: Int, _ right: Int) -> ConstantValue {
    let list = tree.unwrapped(right)
    let bounds = tree.child(list, .items).map { tree.children($0) } ?? []
    guard bounds.count == 2, compared(known(bounds[0]), known(bounds[1])) == .greater else {
      return between(left, right)
    }
    return between(left, bounds[1], bounds[0])
  }

  private func opposite(_ value: ConstantValue) -> ConstantValue { value.truth.map { .boolean(!$0) } ?? value }

  /// `x >= ALL (ARRAY [x, …])`.
  private func comparisonWithAll(_ name: String, _ left: Int, _ right: Int) -> ConstantValue {
    if isEmptyArray(right) { return .boolean(true) }
    let items = tree.child(tree.unwrapped(right), .elements).map { tree.children($0) } ?? []
    let values = items.map { binary(name, left, $0) }
    if !values.isEmpty, values.allSatisfy({ $0.truth == true }) { return .boolean(true) }
    if values.contains(where: { $0.truth == false }) { return .boolean(false) }
    return combined([known(left), known(right)]) == .perRow ? .perRow : .fixed
  }
}
