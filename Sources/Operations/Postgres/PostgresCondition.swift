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
    case .text(let bytes): Self.truths[Self.trimmed(bytes).lowercased()]
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

  /// Its number, where it is known.
  var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .real(let value): value
    case .text(let bytes): Double(String(decoding: bytes, as: UTF8.self))
    case .none, .perRow, .fixed, .null, .boolean: nil
    }
  }

  private static func trimmed(_ bytes: [UInt8]) -> String {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 >= 0x09 && $0 <= 0x0D }
    let rest = bytes.drop(while: isSpace)
    let end = rest.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? rest.startIndex
    return String(decoding: rest[..<end], as: UTF8.self)
  }

  /// The spellings that PostgreSQL reads as booleans.
  private static let truths: [String: Bool] = [
    "t": true, "tr": true, "tru": true, "true": true, "y": true, "ye": true, "yes": true, "on": true, "1": true,
    "f": false, "fa": false, "fal": false, "fals": false, "false": false, "n": false, "no": false, "of": false,
    "off": false, "0": false,
  ]
}

/// The table whose rows a condition looks at.
struct PostgresTarget {
  /// What its columns may be qualified with: its alias, or else its name.
  var qualifier: [UInt8]
  var name: [UInt8]
  var schema: [UInt8]?

  /// Whether a table so named may be this one; the search path is not known.
  func mayBe(_ name: [UInt8]?, schema: [UInt8]?) -> Bool {
    name == self.name && (schema == nil || self.schema == nil || schema == self.schema)
  }
}

/// Folds an expression of a parse tree to what it is worth for every row: from the last node to the first, so that a
/// node's parts are known before it, and nothing recurses.
///
/// A comparison of an expression with itself counts as true, though it is NULL where the expression is.
struct ConditionFolder {
  let tree: ParseTree
  let root: Int
  private var values: [ConstantValue]
  /// The only table whose rows are looked at, if that is known.
  let table: PostgresTarget?
  /// What columns that are the same for all rows looked at are qualified with: tables joined with those.
  private let others: Set<[UInt8]>
  /// Whether each node is in a subquery, where a name may mean another table's column.
  var isInSubquery: [Bool]

  /// What the expression at `node` is worth, where rows come from `table` alone, or joined with `others`.
  static func fold(
    _ tree: ParseTree, _ node: Int, table: PostgresTarget? = nil, others: Set<[UInt8]> = []
  ) -> ConstantValue {
    var folder = ConditionFolder(tree: tree, root: node, table: table, others: others)
    for position in stride(from: tree.end(node) - 1, through: node, by: -1) {
      let value = folder.value(position)
      folder.values[position - node] = value
      if case .text = value, tree[position].field == .operatorExpr { folder.forgetParts(position) }
    }
    return folder.values[0]
  }

  /// Whether the condition at `node` restricts no rows: it is true, or the same for all rows and not known to be false.
  static func isUnrestricting(
    _ tree: ParseTree, _ node: Int, table: PostgresTarget? = nil, others: Set<[UInt8]> = []
  ) -> Bool {
    let value = fold(tree, node, table: table, others: others)
    return value == .fixed || value.truth == true
  }

  private init(tree: ParseTree, root: Int, table: PostgresTarget?, others: Set<[UInt8]>) {
    self.tree = tree
    self.root = root
    self.table = table
    self.others = others
    values = Array(repeating: .none, count: tree.end(root) - root)
    var subqueryEnd = root
    isInSubquery = (root..<tree.end(root)).map { node in
      if tree[node].field == .subLink { subqueryEnd = max(subqueryEnd, tree.end(node)) }
      return node < subqueryEnd
    }
  }

  /// Lets go of the texts that a concatenation was made of, which a long chain of them would keep in their square.
  private mutating func forgetParts(_ node: Int) {
    for part in [ParseField.left, .right].compactMap({ tree.child(node, $0) }) {
      values[part - root] = .fixed
      values[tree.unwrapped(part) - root] = .fixed
    }
  }

  func known(_ node: Int?) -> ConstantValue { node.map { values[$0 - root] } ?? .none }

  func member(_ node: Int, _ field: ParseField) -> ConstantValue { known(tree.child(node, field)) }

  private func value(_ node: Int) -> ConstantValue {
    guard tree[node].kind == .object || tree[node].kind == .array else { return .none }
    switch tree[node].field {
    case .columnRef: return isOfOthers(node) ? .fixed : .perRow
    case .currentOfExpr: return .perRow
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

  private func isOfOthers(_ column: Int) -> Bool {
    guard !others.isEmpty, let fields = tree.child(column, .fields) else { return false }
    let parts = tree.strings(fields)
    return parts.count > 1 && parts.count == tree.children(fields).count && others.contains(parts[parts.count - 2])
  }

  /// The worth of something made of `parts` whose own worth is not computed.
  func combined(_ parts: [ConstantValue]) -> ConstantValue {
    if parts.contains(.perRow) { return .perRow }
    return parts.allSatisfy { $0 == .none } ? .none : .fixed
  }

  private func constant(_ node: Int) -> ConstantValue {
    if tree.isTrue(node, .isNull) { return .null }
    if let value = tree.child(node, .integerValue) {
      if let negative = tree.negatives[node] { return negative.map { .integer($0) } ?? .fixed }
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
    guard value != .perRow, value != .null else { return value }
    // `varchar(1)` and its kin change the value.
    let hasModifier = tree.child(node, .typeName).flatMap { tree.child($0, .typeModifiers) } != nil
    switch (String(decoding: type ?? [], as: UTF8.self), value) {
    case ("bool", _): return value.truth.map { .boolean($0) } ?? .fixed
    case ("int2", .integer), ("int4", .integer), ("int8", .integer): return value
    case ("int2", .boolean(let truth)), ("int4", .boolean(let truth)), ("int8", .boolean(let truth)):
      return .integer(truth ? 1 : 0)
    case ("int2", .text(let bytes)), ("int4", .text(let bytes)), ("int8", .text(let bytes)):
      return Int64(String(decoding: bytes, as: UTF8.self)).map { .integer($0) } ?? .fixed
    case ("text", .text), ("varchar", .text): return hasModifier ? .fixed : value
    case ("text", .integer(let number)), ("varchar", .integer(let number)):
      return hasModifier ? .fixed : .text(Array(String(number).utf8))
    default: return .fixed
    }
  }

  // MARK: - Logic

  func boolean(_ node: Int) -> ConstantValue {
    let operands = tree.child(node, .args).map { tree.children($0) } ?? []
    let parts = operands.map { known($0) }
    if tree.has(node, .booleanOperator, "NOT_EXPR") {
      return parts.first.map { part in part.truth.map { .boolean(!$0) } ?? part } ?? .fixed
    }
    let isOr = tree.has(node, .booleanOperator, "OR_EXPR")
    if parts.contains(where: { $0.truth == isOr }) { return .boolean(isOr) }
    if coversAll(node, negated: !isOr) { return .boolean(isOr) }
    let open = parts.filter { $0.truth == nil && $0 != .null }
    if isOr { return open.contains(.fixed) ? .fixed : open.isEmpty ? falseOrNull(parts) : .perRow }
    if open.contains(.perRow) { return .perRow }
    return parts.contains(.null) ? .null : open.isEmpty ? .boolean(true) : .fixed
  }

  private func falseOrNull(_ parts: [ConstantValue]) -> ConstantValue {
    parts.contains(.null) ? .null : .boolean(false)
  }

  private func nullTest(_ node: Int) -> ConstantValue {
    let isNull = tree.has(node, .nullTestType, "IS_NULL")
    if let arg = tree.child(node, .arg), isNeverNull(arg) { return .boolean(!isNull) }
    switch member(node, .arg) {
    case .null: return .boolean(isNull)
    case .perRow: return .perRow
    case .fixed, .none: return .fixed
    default: return .boolean(!isNull)
    }
  }

  /// Columns of the system, which every row has.
  static let systemColumns = ["ctid", "tableoid", "xmin", "xmax", "cmin", "cmax"]

  /// Whether the expression at `node`, though its value may change from row to row, is never NULL.
  private func isNeverNull(_ node: Int) -> Bool {
    let inner = tree.unwrapped(node)
    switch tree[inner].field {
    case .nullTest, .booleanTest: return true
    case .columnRef:
      let name = tree.child(inner, .fields).map { tree.strings($0).last ?? [] } ?? []
      return Self.systemColumns.contains { name.elementsEqual($0.utf8) }
    case .subLink: return tree.has(inner, .subLinkType, "EXISTS_SUBLINK")
    case .operatorExpr:
      return tree.has(inner, .kind, "AEXPR_DISTINCT") || tree.has(inner, .kind, "AEXPR_NOT_DISTINCT")
    case .coalesceExpr:
      return (tree.child(inner, .args).map { tree.children($0) } ?? []).contains { argument in
        switch known(argument) {
        case .boolean, .integer, .real, .text: true
        default: tree[tree.unwrapped(argument)].field == .columnRef && isNeverNull(argument)
        }
      }
    default: return false
    }
  }

  private func booleanTest(_ node: Int) -> ConstantValue {
    let value = member(node, .arg)
    let test = tree.child(node, .booleanTestType).map { String(decoding: tree.text($0), as: UTF8.self) } ?? ""
    guard value.truth != nil || value == .null else {
      guard let arg = tree.child(node, .arg), isNeverNull(arg), test.hasSuffix("UNKNOWN") else { return value }
      return .boolean(test == "IS_NOT_UNKNOWN")
    }
    let truth: [String: Bool] = [
      "IS_TRUE": value.truth == true, "IS_NOT_TRUE": value.truth != true, "IS_FALSE": value.truth == false,
      "IS_NOT_FALSE": value.truth != false, "IS_UNKNOWN": value == .null, "IS_NOT_UNKNOWN": value != .null,
    ]
    return truth[test].map { .boolean($0) } ?? .fixed
  }

  /// What the branches that can be reached agree on.
  private func caseExpression(_ node: Int) -> ConstantValue {
    let subject = tree.child(node, .arg).map { known($0) }
    var results: [ConstantValue] = []
    var isDecided = false
    for branch in tree.list(node, .args) where !isDecided {
      let condition = member(branch, .expression)
      let truth = subject.map { $0 == .null ? false : compared($0, condition).map { $0 == .same } } ?? condition.truth
      if truth == false || condition == .null { continue }
      results.append(member(branch, .result))
      isDecided = truth == true
    }
    if !isDecided { results.append(tree.child(node, .defaultResult).map { known($0) } ?? .null) }
    if let first = results.first, first != .none, results.allSatisfy({ $0 == first }) { return first }
    if results.contains(.boolean(true)), results.allSatisfy({ $0.truth == true }) { return .boolean(true) }
    if isDecided, results.count == 1 { return results[0] }
    return combined(tree.children(node).map { known($0) }) == .perRow ? .perRow : .fixed
  }

  private func coalesce(_ node: Int) -> ConstantValue {
    let parts = (tree.child(node, .args).map { tree.children($0) } ?? []).map { known($0) }
    return parts.first { $0 != .null } ?? .null
  }

  /// The clauses without which a query has a row for each row of its FROM, or one row if it has none.
  private static let selective: [ParseField] = [
    .whereClause, .havingClause, .limitCount, .limitOffset, .leftArgument, .groupClause,
  ]

  private func subLink(_ node: Int) -> ConstantValue {
    let all = combined(tree.children(node).map { known($0) }) == .perRow ? ConstantValue.perRow : .fixed
    guard let query = tree.child(node, .subselect).map(tree.unwrapped), tree[query].field == .selectStatement else {
      return all
    }
    let isPlain = !Self.selective.contains { tree.child(query, $0) != nil }
    let type = tree.child(node, .subLinkType).map { String(decoding: tree.text($0), as: UTF8.self) } ?? ""
    if isEmpty(query) {
      switch type {
      case "EXISTS_SUBLINK", "ANY_SUBLINK": return .boolean(false)
      case "ALL_SUBLINK": return .boolean(true)
      default: return .null
      }
    }
    switch type {
    case "EXISTS_SUBLINK":
      if isPlain { return tree.child(query, .fromClause) == nil ? .boolean(true) : .fixed }
      // What it selects does not matter.
      let clauses = tree.children(query).filter { tree[$0].field != .targetList }
      return combined(clauses.map { known($0) }) == .perRow ? .perRow : .fixed
    case "ANY_SUBLINK": return isPlain && selectsItself(node, query) ? .boolean(true) : all
    default: return all
    }
  }

  /// Whether the query gives no row: its condition is false. Without GROUP BY, aggregates would give one.
  private func isEmpty(_ query: Int) -> Bool {
    guard tree.child(query, .leftArgument) == nil, let condition = tree.child(query, .whereClause),
      known(condition).truth == false || known(condition) == .null, let targets = tree.child(query, .targetList)
    else { return false }
    return !(targets..<tree.end(targets)).contains { tree[$0].field == .functionCall }
  }

  /// Whether it is `x IN (SELECT x FROM t)`, `t` being the table whose rows are looked at, or `x IN (SELECT x)`.
  private func selectsItself(_ node: Int, _ query: Int) -> Bool {
    let tables = tree.list(query, .fromClause)
    if tables.isEmpty, tree.list(query, .targetList).count == 1, tree.child(node, .operatorName) == nil,
      let tested = tree.child(node, .testExpression),
      let value = tree.child(tree.list(query, .targetList)[0], .val)
    {
      return areSame(tested, value)
    }
    let targets = tree.list(query, .targetList)
    let comparison = tree.child(node, .operatorName).map { tree.strings($0).last ?? [] }
    guard let table, tables.count == 1, tree[tables[0]].isRelation, targets.count == 1,
      comparison.map({ $0.elementsEqual("=".utf8) }) ?? true,
      table.mayBe(
        tree.child(tables[0], .relationName).map(tree.text), schema: tree.child(tables[0], .schemaName).map(tree.text)),
      let tested = tree.child(node, .testExpression).map(tree.unwrapped), tree[tested].field == .columnRef,
      let value = tree.child(targets[0], .val).map(tree.unwrapped), tree[value].field == .columnRef,
      let first = tree.child(tested, .fields), let second = tree.child(value, .fields)
    else { return false }
    return tree.strings(first).last == tree.strings(second).last && tree.strings(first).last != nil
  }

  /// Functions whose value changes from one row to the next.
  static let volatile: Set<String> = [
    "random", "clock_timestamp", "nextval", "gen_random_uuid", "uuid_generate_v1", "uuid_generate_v4", "setseed",
  ]

  private func call(_ node: Int) -> ConstantValue {
    let name = tree.child(node, .functionName).map { tree.strings($0).last ?? [] } ?? []
    let arguments = tree.child(node, .args).map { known($0) } ?? .none
    if arguments == .perRow || Self.volatile.contains(String(decoding: name, as: UTF8.self)) { return .perRow }
    // `SIMILAR TO` and `LIKE … ESCAPE` hand their patterns through these functions.
    if name.elementsEqual("similar_to_escape".utf8) || name.elementsEqual("like_escape".utf8),
      let args = tree.child(node, .args)
    {
      return known(args + 1)
    }
    return .fixed
  }
}
