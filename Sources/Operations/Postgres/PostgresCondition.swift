/// What an expression is worth without looking at a row.
enum ConstantValue: Equatable {
  /// Not an expression: a name, a kind.
  case none
  /// It depends on the row, or changes from row to row.
  case perRow
  /// The same for all rows, but not known from the text: a parameter, a function of constants.
  case fixed
  case null
  case boolean(Bool)
  case integer(Int64)
  case real(Double)
  case text([UInt8])

  /// Its truth as a condition, nil where it is NULL or not known. A literal in quotes takes the type it is used as.
  var truth: Bool? {
    switch self {
    case .boolean(let value): value
    case .integer(let value): value != 0
    case .text(let bytes): Self.truths[String(decoding: bytes, as: UTF8.self).lowercased()]
    case .none, .perRow, .fixed, .null, .real: nil
    }
  }

  /// Its text, where it is known.
  var bytes: [UInt8]? {
    switch self {
    case .text(let bytes): bytes
    case .integer(let value): Array(String(value).utf8)
    case .none, .perRow, .fixed, .null, .boolean, .real: nil
    }
  }

  fileprivate var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .real(let value): value
    case .text(let bytes): Double(String(decoding: bytes, as: UTF8.self))
    case .none, .perRow, .fixed, .null, .boolean: nil
    }
  }

  fileprivate var isNumber: Bool {
    switch self {
    case .integer, .real: true
    default: false
    }
  }

  /// The spellings that PostgreSQL reads as booleans.
  private static let truths: [String: Bool] = [
    "t": true, "tr": true, "tru": true, "true": true, "y": true, "ye": true, "yes": true, "on": true, "1": true,
    "f": false, "fa": false, "fal": false, "fals": false, "false": false, "n": false, "no": false, "of": false,
    "off": false, "0": false,
  ]
}

/// Folds an expression of a parse tree to what it is worth for every row: from the last node to the first, so that a
/// node's parts are known before it, and nothing recurses.
///
/// A comparison of an expression with itself counts as true, though it is NULL where the expression is.
struct ConditionFolder {
  private let tree: ParseTree
  private let root: Int
  private var values: [ConstantValue]

  /// What the expression at `node` is worth.
  static func fold(_ tree: ParseTree, _ node: Int) -> ConstantValue {
    var folder = ConditionFolder(tree: tree, root: node)
    for position in stride(from: tree.end(node) - 1, through: node, by: -1) {
      let value = folder.value(position)
      folder.values[position - node] = value
      if case .text = value, tree[position].field == .operatorExpr { folder.forgetParts(position) }
    }
    return folder.values[0]
  }

  /// Whether the condition at `node` restricts no rows: it is true, or the same for all rows and not known to be false.
  static func isUnrestricting(_ tree: ParseTree, _ node: Int) -> Bool {
    let value = fold(tree, node)
    return value == .fixed || value.truth == true
  }

  private init(tree: ParseTree, root: Int) {
    self.tree = tree
    self.root = root
    values = Array(repeating: .none, count: tree.end(root) - root)
  }

  /// Lets go of the texts that a concatenation was made of, which a long chain of them would keep in their square.
  private mutating func forgetParts(_ node: Int) {
    for part in [ParseField.left, .right].compactMap({ tree.child(node, $0) }) {
      values[part - root] = .fixed
      values[tree.unwrapped(part) - root] = .fixed
    }
  }

  private func known(_ node: Int?) -> ConstantValue { node.map { values[$0 - root] } ?? .none }

  private func member(_ node: Int, _ field: ParseField) -> ConstantValue { known(tree.child(node, field)) }

  private func value(_ node: Int) -> ConstantValue {
    guard tree[node].kind == .object || tree[node].kind == .array else { return .none }
    switch tree[node].field {
    case .columnRef, .currentOfExpr: return .perRow
    case .paramRef, .valueFunction: return .fixed
    case .constant: return constant(node)
    case .typeCast: return cast(node)
    case .boolExpr: return boolean(node)
    case .operatorExpr: return operation(node)
    case .nullTest: return nullTest(node)
    case .booleanTest: return booleanTest(node)
    case .subLink: return subLink(node)
    case .caseExpr: return caseExpression(node)
    case .coalesceExpr: return coalesce(node)
    case .functionCall: return call(node)
    default:
      let inner = tree.unwrapped(node)
      return inner != node ? known(inner) : combined(tree.children(node).map { known($0) })
    }
  }

  /// The worth of something made of `parts` whose own worth is not computed.
  private func combined(_ parts: [ConstantValue]) -> ConstantValue {
    if parts.contains(.perRow) { return .perRow }
    return parts.allSatisfy { $0 == .none } ? .none : .fixed
  }

  private func constant(_ node: Int) -> ConstantValue {
    if tree.isTrue(node, .isNull) { return .null }
    if let value = tree.child(node, .integerValue) {
      return .integer(tree.child(value, .integerValue).flatMap(tree.integer) ?? 0)
    }
    if let value = tree.child(node, .booleanValue) { return .boolean(tree.isTrue(value, .booleanValue)) }
    if let value = tree.child(node, .stringValue) {
      return .text(tree.child(value, .stringValue).map(tree.text) ?? [])
    }
    if let value = tree.child(node, .floatValue), let text = tree.child(value, .floatValue).map(tree.text) {
      let digits = String(decoding: text, as: UTF8.self)
      return Int64(digits).map { .integer($0) } ?? Double(digits).map { .real($0) } ?? .fixed
    }
    return .fixed
  }

  private func cast(_ node: Int) -> ConstantValue {
    let value = member(node, .arg)
    let type = tree.child(node, .typeName).flatMap { tree.child($0, .names) }.map { tree.strings($0).last ?? [] }
    switch String(decoding: type ?? [], as: UTF8.self) {
    case "bool": return value.truth.map { .boolean($0) } ?? value
    case "int2", "int4", "int8":
      guard case .text(let bytes) = value else { return value }
      return Int64(String(decoding: bytes, as: UTF8.self)).map { .integer($0) } ?? .fixed
    case "text", "varchar":
      guard case .integer(let number) = value else { return value }
      return .text(Array(String(number).utf8))
    default: return value
    }
  }

  // MARK: - Logic

  private func boolean(_ node: Int) -> ConstantValue {
    let operands = tree.child(node, .args).map { tree.children($0) } ?? []
    let parts = operands.map { known($0) }
    if tree.has(node, .booleanOperator, "NOT_EXPR") {
      return parts.first.map { part in part.truth.map { .boolean(!$0) } ?? part } ?? .fixed
    }
    let isOr = tree.has(node, .booleanOperator, "OR_EXPR")
    if parts.contains(where: { $0.truth == isOr }) { return .boolean(isOr) }
    if isOr, hasComplements(operands) { return .boolean(true) }
    let open = parts.filter { $0.truth == nil && $0 != .null }
    if isOr { return open.contains(.fixed) ? .fixed : open.isEmpty ? falseOrNull(parts) : .perRow }
    if open.contains(.perRow) { return .perRow }
    return parts.contains(.null) ? .null : open.isEmpty ? .boolean(true) : .fixed
  }

  private func falseOrNull(_ parts: [ConstantValue]) -> ConstantValue {
    parts.contains(.null) ? .null : .boolean(false)
  }

  /// The most operands of an OR that are compared with each other.
  private static let mostComplements = 16

  /// Whether one of `operands` is the opposite of another: `a IS NULL` of `a IS NOT NULL`, `a > 1` of `a <= 1`, `NOT a`
  /// of `a`.
  private func hasComplements(_ operands: [Int]) -> Bool {
    guard operands.count <= Self.mostComplements else { return false }
    return operands.contains { a in operands.contains { b in a != b && areComplements(a, b) } }
  }

  private func areComplements(_ first: Int, _ second: Int) -> Bool {
    let a = tree.unwrapped(first)
    let b = tree.unwrapped(second)
    if tree[a].field == .boolExpr, tree.has(a, .booleanOperator, "NOT_EXPR"), let args = tree.child(a, .args) {
      return tree.areEqual(args + 1, second)
    }
    guard tree[a].field == tree[b].field else { return false }
    if tree[a].field == .nullTest, let x = tree.child(a, .arg), let y = tree.child(b, .arg) {
      return tree.has(a, .nullTestType, "IS_NULL") && tree.has(b, .nullTestType, "IS_NOT_NULL")
        && tree.areEqual(x, y)
    }
    guard tree[a].field == .operatorExpr, let pair = Self.complements[operatorName(a)], pair == operatorName(b),
      let left = tree.child(a, .left), let right = tree.child(a, .right),
      let otherLeft = tree.child(b, .left), let otherRight = tree.child(b, .right)
    else { return false }
    return tree.areEqual(left, otherLeft) && tree.areEqual(right, otherRight)
  }

  private static let complements = [
    "=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">", "~~": "!~~", "!~~": "~~",
  ]

  private func nullTest(_ node: Int) -> ConstantValue {
    let isNull = tree.has(node, .nullTestType, "IS_NULL")
    switch member(node, .arg) {
    case .null: return .boolean(isNull)
    case .perRow: return .perRow
    case .fixed, .none: return .fixed
    default: return .boolean(!isNull)
    }
  }

  private func booleanTest(_ node: Int) -> ConstantValue {
    let value = member(node, .arg)
    guard value.truth != nil || value == .null else { return value }
    let test = tree.child(node, .booleanTestType).map { String(decoding: tree.text($0), as: UTF8.self) } ?? ""
    let truth: [String: Bool] = [
      "IS_TRUE": value.truth == true, "IS_NOT_TRUE": value.truth != true, "IS_FALSE": value.truth == false,
      "IS_NOT_FALSE": value.truth != false, "IS_UNKNOWN": value == .null, "IS_NOT_UNKNOWN": value != .null,
    ]
    return truth[test].map { .boolean($0) } ?? .fixed
  }

  private func caseExpression(_ node: Int) -> ConstantValue {
    let branches = tree.list(node, .args).map { member($0, .result) }
    let fallback = tree.child(node, .defaultResult).map { known($0) } ?? .null
    if branches.allSatisfy({ $0.truth == true }), fallback.truth == true { return .boolean(true) }
    return combined(tree.children(node).map { known($0) }) == .perRow ? .perRow : .fixed
  }

  private func coalesce(_ node: Int) -> ConstantValue {
    let parts = (tree.child(node, .args).map { tree.children($0) } ?? []).map { known($0) }
    return parts.first { $0 != .null } ?? .null
  }

  private func subLink(_ node: Int) -> ConstantValue {
    if tree.has(node, .subLinkType, "EXISTS_SUBLINK"), let query = tree.child(node, .subselect).map(tree.unwrapped),
      tree[query].field == .selectStatement,
      ![ParseField.fromClause, .whereClause, .havingClause, .limitCount, .limitOffset, .leftArgument].contains(
        where: { tree.child(query, $0) != nil })
    {
      return .boolean(true)
    }
    return combined(tree.children(node).map { known($0) }) == .perRow ? .perRow : .fixed
  }

  /// Functions whose value changes from one row to the next.
  private static let volatile: Set<String> = [
    "random", "clock_timestamp", "nextval", "gen_random_uuid", "uuid_generate_v1", "uuid_generate_v4", "setseed",
  ]

  private func call(_ node: Int) -> ConstantValue {
    let name = tree.child(node, .functionName).map { tree.strings($0).last ?? [] } ?? []
    let arguments = tree.child(node, .args).map { known($0) } ?? .none
    if arguments == .perRow || Self.volatile.contains(String(decoding: name, as: UTF8.self)) { return .perRow }
    // `SIMILAR TO` hands its pattern through this function.
    if name.elementsEqual("similar_to_escape".utf8), let args = tree.child(node, .args) { return known(args + 1) }
    return .fixed
  }

  // MARK: - Operators

  private func operatorName(_ node: Int) -> String {
    let name = tree.child(node, .name).map { tree.strings($0).last ?? [] } ?? []
    return String(decoding: name, as: UTF8.self)
  }

  private func operation(_ node: Int) -> ConstantValue {
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
    case "AEXPR_BETWEEN": return between(left, right)
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
    if a == .perRow || b == .perRow { return .perRow }
    if let order = compared(a, b), let truth = Self.holds(name, order) { return .boolean(truth) }
    return arithmetic(name, a, b)
  }

  /// Whether two expressions are the same for every row: alike, or one column with and without its table's name.
  private func areSame(_ left: Int, _ right: Int) -> Bool {
    let (a, b) = (tree.unwrapped(left), tree.unwrapped(right))
    if tree[a].field == .columnRef, tree[b].field == .columnRef, let x = tree.child(a, .fields),
      let y = tree.child(b, .fields)
    {
      let (first, second) = (tree.strings(x), tree.strings(y))
      return first.last == second.last && (first.count == 1 || second.count == 1 || first == second)
    }
    return known(left) == .perRow && tree.areEqual(left, right) && !isVolatile(left)
  }

  private func isVolatile(_ node: Int) -> Bool {
    (node..<tree.end(node)).contains {
      tree[$0].field == .functionCall
        && tree.child($0, .functionName).map { tree.strings($0).last ?? [] }.map {
          Self.volatile.contains(String(decoding: $0, as: UTF8.self))
        } == true
    }
  }

  /// -1, 0 or 1 for known values that can be compared.
  private func compared(_ a: ConstantValue, _ b: ConstantValue) -> Int? {
    switch (a, b) {
    case (.integer(let x), .integer(let y)): return x < y ? -1 : x == y ? 0 : 1
    case (.text(let x), .text(let y)): return x == y ? 0 : x.lexicographicallyPrecedes(y) ? -1 : 1
    case (.boolean, _), (_, .boolean):
      guard let x = a.truth, let y = b.truth else { return nil }
      return x == y ? 0 : y ? -1 : 1
    default:
      guard let x = a.number, let y = b.number else { return nil }
      return x < y ? -1 : x == y ? 0 : 1
    }
  }

  private static func holds(_ name: String, _ order: Int) -> Bool? {
    switch name {
    case "=": order == 0
    case "<>": order != 0
    case "<": order < 0
    case ">": order > 0
    case "<=": order <= 0
    case ">=": order >= 0
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
    guard a.isNumber || b.isNumber, let x = a.number, let y = b.number else { return .fixed }
    switch name {
    case "+": return .real(x + y)
    case "-": return .real(x - y)
    case "*": return .real(x * y)
    case "/" where y != 0: return .real(x / y)
    default: return .fixed
    }
  }

  private func distinct(_ left: Int, _ right: Int, whenSame: Bool) -> ConstantValue {
    if areSame(left, right) { return .boolean(whenSame) }
    let (a, b) = (known(left), known(right))
    if a == .perRow || b == .perRow { return .perRow }
    if a == .null, b == .null { return .boolean(whenSame) }
    if let order = compared(a, b) { return .boolean((order == 0) == whenSame) }
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
      if order == 0 { return .boolean(!isNegated) }
    }
    if isOpen { return combined([value, known(right)]) == .perRow ? .perRow : .fixed }
    return value == .perRow ? .perRow : .boolean(isNegated)
  }

  private func between(_ left: Int, _ right: Int) -> ConstantValue {
    let list = tree.unwrapped(right)
    let bounds = tree.child(list, .items).map { tree.children($0) } ?? []
    guard bounds.count == 2 else { return .perRow }
    let isLow = binary(">=", left, bounds[0])
    let isHigh = binary("<=", left, bounds[1])
    if isLow.truth == false || isHigh.truth == false { return .boolean(false) }
    if isLow.truth == true, isHigh.truth == true { return .boolean(true) }
    return combined([known(left), known(right)]) == .perRow ? .perRow : .fixed
  }
}
