import CPgQuery

/// The keys of libpg_query's JSON that decoding asks for: node types and their fields, spelled as there. Other keys are
/// `other`.
enum ParseField: String, CaseIterable, BitwiseCopyable {
  case other = ""
  // The document.
  case stmts, stmt, location
  case statementLocation = "stmt_location"
  case statementLength = "stmt_len"
  // Queries and what they are made of.
  case SelectStmt, InsertStmt, UpdateStmt, DeleteStmt, MergeStmt, ReturnStmt
  case larg, rarg, fromClause, usingClause, whereClause, joinCondition, withClause, selectStmt, intoClause, limitCount
  case op, ctes, recursive, CommonTableExpr, ctename, ctequery, lockedRels, targetList, sourceRelation
  case RangeVar, schemaname, relname, relation, rel, JoinExpr
  // Expressions.
  case A_Expr, BoolExpr, boolop, A_Const, ColumnRef, ParamRef, FuncCall, funccall, funcname, args, SQLValueFunction
  case TypeCast, typeName, names, NullTest, nulltesttype, BooleanTest, booltesttype, SubLink, subLinkType, subselect
  case CaseExpr, CaseWhen, result, defresult, CoalesceExpr, A_ArrayExpr, elements, CurrentOfExpr, MinMaxExpr
  case kind, name, lexpr, rexpr, arg, testexpr, operName, fields
  case ival, fval, sval, bsval, boolval, isnull, String, Integer, Boolean, Float, List, items, A_Star
  // Statements that carry others, and their fields.
  case ExplainStmt, CopyStmt, PrepareStmt, DeclareCursorStmt, RuleStmt, CreateFunctionStmt, DoStmt, CreateSchemaStmt
  case CreateTableAsStmt, ViewStmt, query, options, actions, schemaElts, DefElem, defname, filename
  case sqlBody = "sql_body"
  case isFrom = "is_from"
  case isProgram = "is_program"
  case isProcedure = "is_procedure"
  // Definitions.
  case objtype, objectType, removeType, renameType, objects, object, typevar, sequence
  case TruncateStmt, DropStmt, CommentStmt, SecLabelStmt, RenameStmt, AlterTableStmt, AlterObjectSchemaStmt
  case AlterOwnerStmt, AlterObjectDependsStmt, GrantStmt, GrantRoleStmt, AlterDefaultPrivilegesStmt, DefineStmt
  case IndexStmt, CreateStmt, CreateForeignTableStmt, CreateSeqStmt, AlterSeqStmt, CreateTrigStmt, ReindexStmt
  case CreateRoleStmt, AlterRoleStmt, AlterRoleSetStmt, DropRoleStmt, CreatedbStmt, AlterDatabaseStmt
  case AlterDatabaseSetStmt, AlterDatabaseRefreshCollStmt, DropdbStmt, CreateTableSpaceStmt, DropTableSpaceStmt
  case AlterTableSpaceOptionsStmt, AlterTableMoveAllStmt, CreateExtensionStmt, AlterExtensionStmt
  case AlterExtensionContentsStmt, CreateFdwStmt, AlterFdwStmt, CreateForeignServerStmt, AlterForeignServerStmt
  case CreateUserMappingStmt, AlterUserMappingStmt, DropUserMappingStmt, ImportForeignSchemaStmt, CreatePolicyStmt
  case AlterPolicyStmt, CreateAmStmt, CreateEventTrigStmt, AlterEventTrigStmt, CreatePLangStmt, CreateDomainStmt
  case AlterDomainStmt, CreateOpClassStmt, CreateOpFamilyStmt, AlterOpFamilyStmt, AlterOperatorStmt, AlterTypeStmt
  case CreateCastStmt, CreateTransformStmt, CreateConversionStmt, CreateEnumStmt, AlterEnumStmt, CreateRangeStmt
  case CompositeTypeStmt, CreateStatsStmt, AlterStatsStmt, CreatePublicationStmt, AlterPublicationStmt
  case CreateSubscriptionStmt, AlterSubscriptionStmt, DropSubscriptionStmt, AlterFunctionStmt, AlterCollationStmt
  case AlterTSDictionaryStmt, AlterTSConfigurationStmt, AlterSystemStmt, RefreshMatViewStmt, DropOwnedStmt
  case ReassignOwnedStmt, LoadStmt, ClosePortalStmt, FetchStmt, ClusterStmt, VacuumStmt, LockStmt, CallStmt
}

/// One value of a ``ParseTree``; its members or elements follow it directly, each with all of its own.
struct ParseNode: BitwiseCopyable {
  enum Kind: UInt8 { case object, array, string, number, boolean }

  /// Its key in the object around it; `other` for an element.
  var field: ParseField
  var kind: Kind
  /// Whether it is a `RangeVar`, the name of a relation, under whatever key.
  var isRelation: Bool
  /// Where a string or number stands in the JSON, without quotes; the value of a boolean is `start`.
  var start: UInt32
  var end: UInt32
  /// The position past its last descendant.
  var next: UInt32
}

/// What PostgreSQL's own parser makes of a text, flat and in document order, so that to look for something anywhere
/// below a node is to go over a range; nothing here recurses.
///
/// Most positions in the text (`location`) are left out: trees of equal expressions compare equal.
struct ParseTree {
  enum Failure: Error {
    /// PostgreSQL's syntax error, and whether it stands at the end of the text.
    case syntax(atEnd: Bool)
    /// The parser's answer is not as documented.
    case unreadable
  }

  private let json: [UInt8]
  private(set) var nodes: [ParseNode] = []
  /// From the position of a query to that of its WITH clause.
  private(set) var withClauses: [Int: Int] = [:]

  /// Parses `text`, which must hold no NUL. Its depth must be bounded: see `PostgresText.depthBound()`.
  init(_ text: [UInt8]) throws(Failure) {
    let result = (text + [0]).withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { pg_query_parse($0.baseAddress) }
    }
    defer { pg_query_free_parse_result(result) }
    if let error = result.error { throw .syntax(atEnd: Int(error.pointee.cursorpos) > text.count) }
    guard let start = result.parse_tree else { throw .unreadable }
    let bytes = UnsafeRawBufferPointer(start: start, count: strlen(start))
    guard bytes.count <= Int(UInt32.max) else { throw .unreadable }
    json = Array(bytes)
    nodes.reserveCapacity(json.count / 16)
    guard read() else { throw .unreadable }
  }

  private mutating func read() -> Bool {
    var nodes = nodes
    var withClauses: [Int: Int] = [:]
    let isRead = json.withUnsafeBufferPointer { json in
      var scanner = JSONScanner(json)
      var open: [Int] = []
      var field = ParseField.other
      while true {
        let event = scanner.next()
        var node = ParseNode(
          field: field, kind: .object, isRelation: false, start: 0, end: 0, next: UInt32(nodes.count + 1))
        field = .other
        switch event {
        case .key(let key):
          field = ParseField.named(UnsafeBufferPointer(rebasing: json[key]))
          guard let parent = open.last else { return false }
          if field == .withClause { withClauses[parent] = nodes.count }
          if field == .relname { nodes[parent].isRelation = true }
          continue
        case .beginObject: open.append(nodes.count)
        case .beginArray:
          open.append(nodes.count)
          node.kind = .array
        case .endObject, .endArray:
          nodes[open.removeLast()].next = UInt32(nodes.count)
          continue
        case .string(let range):
          node.kind = .string
          node.start = UInt32(range.lowerBound)
          node.end = UInt32(range.upperBound)
        case .number(let range):
          if node.field == .location, nodes[open[open.count - 1]].field != .CommonTableExpr { continue }
          node.kind = .number
          node.start = UInt32(range.lowerBound)
          node.end = UInt32(range.upperBound)
        case .boolean(let value):
          node.kind = .boolean
          node.start = value ? 1 : 0
        case .null: continue
        case .end: return true
        case .malformed: return false
        }
        nodes.append(node)
      }
    }
    self.nodes = nodes
    self.withClauses = withClauses
    return isRead
  }

  // MARK: - Looking around

  subscript(node: Int) -> ParseNode { nodes[node] }

  /// The position past the last descendant of `node`.
  func end(_ node: Int) -> Int { Int(nodes[node].next) }

  /// The member `field` of an object.
  func child(_ node: Int, _ field: ParseField) -> Int? {
    var at = node + 1
    let end = end(node)
    while at < end {
      if nodes[at].field == field { return at }
      at = Int(nodes[at].next)
    }
    return nil
  }

  /// The members or elements of `node`.
  func children(_ node: Int) -> [Int] {
    var result: [Int] = []
    var at = node + 1
    let end = end(node)
    while at < end {
      result.append(at)
      at = Int(nodes[at].next)
    }
    return result
  }

  /// The node that an object of the form `{"Type": {…}}` wraps; `node` itself for others.
  func unwrapped(_ node: Int) -> Int {
    nodes[node].kind == .object && node + 1 < end(node) && end(node + 1) == end(node)
      && nodes[node + 1].kind == .object ? node + 1 : node
  }

  /// The elements of the list `field` of `node`, unwrapped.
  func list(_ node: Int, _ field: ParseField) -> [Int] {
    child(node, field).map { children($0).map(unwrapped) } ?? []
  }

  /// The text of a string or number.
  func text(_ node: Int) -> [UInt8] {
    guard nodes[node].kind == .string || nodes[node].kind == .number else { return [] }
    return json.withUnsafeBufferPointer {
      JSONScanner.unescaped(UnsafeBufferPointer(rebasing: $0[Int(nodes[node].start)..<Int(nodes[node].end)]))
    }
  }

  /// Whether the text of a string is `text`, which needs no escapes.
  func isText(_ node: Int?, _ text: StaticString) -> Bool {
    guard let node, nodes[node].kind == .string else { return false }
    let start = Int(nodes[node].start)
    guard Int(nodes[node].end) - start == text.utf8CodeUnitCount else { return false }
    return (0..<text.utf8CodeUnitCount).allSatisfy { json[start + $0] == text.utf8Start[$0] }
  }

  /// Whether the member `field` of `node` is the string `text`.
  func has(_ node: Int, _ field: ParseField, _ text: StaticString) -> Bool { isText(child(node, field), text) }

  /// Whether the member `field` of `node` is true.
  func isTrue(_ node: Int, _ field: ParseField) -> Bool {
    child(node, field).map { nodes[$0].kind == .boolean && nodes[$0].start == 1 } ?? false
  }

  func integer(_ node: Int) -> Int64? {
    nodes[node].kind == .number ? Int64(String(decoding: text(node), as: UTF8.self)) : nil
  }

  /// The string that a wrapped or plain `String` holds.
  func string(_ node: Int) -> [UInt8]? {
    if nodes[node].kind == .string { return text(node) }
    let value = unwrapped(node)
    guard nodes[value].field == .String || nodes[node].field == .String else { return nil }
    return child(value, .sval).map(text) ?? []
  }

  /// The strings among the elements of the list at `node`, which may itself be wrapped in a `List`.
  func strings(_ node: Int) -> [[UInt8]] {
    let list = unwrapped(node)
    let elements = nodes[list].kind == .array ? list : child(list, .items)
    return elements.map { children($0).compactMap(string) } ?? string(node).map { [$0] } ?? []
  }

  /// Whether two nodes are written the same, but for positions, quoting and case.
  func areEqual(_ a: Int, _ b: Int) -> Bool {
    let count = end(a) - a
    guard count == end(b) - b else { return false }
    return (0..<count).allSatisfy { offset in
      let x = nodes[a + offset]
      let y = nodes[b + offset]
      return (offset == 0 || x.field == y.field) && x.kind == y.kind && Int(x.next) - a == Int(y.next) - b
        && (x.kind == .boolean
          ? x.start == y.start
          : json[Int(x.start)..<Int(x.end)] == json[Int(y.start)..<Int(y.end)])
    }
  }
}

extension ParseField {
  /// The case that `key` spells, or `other`.
  static func named(_ key: UnsafeBufferPointer<UInt8>) -> ParseField {
    var slot = hash(key) & mask
    while let entry = slots[slot] {
      if entry.name.elementsEqual(key) { return entry.field }
      slot = (slot + 1) & mask
    }
    return .other
  }

  private static let mask = 1023

  private static func hash(_ key: some Sequence<UInt8>) -> Int {
    Int(truncatingIfNeeded: key.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } >> 20)
  }

  /// An open-addressed table, a quarter full.
  private static let slots: [(name: [UInt8], field: ParseField)?] = {
    var slots = [(name: [UInt8], field: ParseField)?](repeating: nil, count: mask + 1)
    for field in allCases where field != .other {
      let name = Array(field.rawValue.utf8)
      var slot = hash(name) & mask
      while slots[slot] != nil { slot = (slot + 1) & mask }
      slots[slot] = (name, field)
    }
    return slots
  }()
}
