import CPgQuery

/// The keys of libpg_query's JSON that decoding asks for: node types and their fields, spelled as there. Other keys are
/// `other`.
enum ParseField: String, CaseIterable, BitwiseCopyable {
  case other = ""
  // The document.
  case statements = "stmts", statement = "stmt", location, statementLocation = "stmt_location"
  case statementLength = "stmt_len"
  // Queries and what they are made of.
  case selectStatement = "SelectStmt", insertStatement = "InsertStmt", updateStatement = "UpdateStmt"
  case deleteStatement = "DeleteStmt", mergeStatement = "MergeStmt", returnStatement = "ReturnStmt"
  case leftArgument = "larg", rightArgument = "rarg", fromClause, usingClause, whereClause, joinCondition, withClause
  case source = "selectStmt", intoClause, limitCount, limitOffset, havingClause, op, ctes, recursive
  case commonTableExpr = "CommonTableExpr", cteName = "ctename", cteQuery = "ctequery", lockedRels, targetList
  case schemaName = "schemaname", relationName = "relname", relation, sourceRelation, limitOption, intoRelation = "rel",
    joinExpr = "JoinExpr"
  // Expressions.
  case operatorExpr = "A_Expr", boolExpr = "BoolExpr", booleanOperator = "boolop", constant = "A_Const"
  case columnRef = "ColumnRef", paramRef = "ParamRef", functionCall = "FuncCall", procedureCall = "funccall"
  case functionName = "funcname", args, valueFunction = "SQLValueFunction", typeCast = "TypeCast", typeName, names
  case nullTest = "NullTest", nullTestType = "nulltesttype", booleanTest = "BooleanTest"
  case booleanTestType = "booltesttype", subLink = "SubLink", subLinkType, subselect, caseExpr = "CaseExpr", result
  case defaultResult = "defresult", coalesceExpr = "CoalesceExpr", elements, currentOfExpr = "CurrentOfExpr", kind
  case name, left = "lexpr", right = "rexpr", arg, fields, integerValue = "ival", floatValue = "fval"
  case stringValue = "sval", booleanValue = "boolval", isNull = "isnull", stringNode = "String"
  case indirectionExpr = "A_Indirection", indirection, namedArgument = "NamedArgExpr", arrayExpr = "A_ArrayExpr"
  case expression = "expr", testExpression = "testexpr", operatorName = "operName", groupClause
  case typeModifiers = "typmods"
  case integerNode = "Integer", booleanNode = "Boolean", listNode = "List", items
  // Statements that carry others, and their fields.
  case explainStatement = "ExplainStmt", copyStatement = "CopyStmt", prepareStatement = "PrepareStmt"
  case declareCursorStatement = "DeclareCursorStmt", ruleStatement = "RuleStmt"
  case createFunctionStatement = "CreateFunctionStmt", doStatement = "DoStmt"
  case createSchemaStatement = "CreateSchemaStmt", createTableAsStatement = "CreateTableAsStmt"
  case viewStatement = "ViewStmt", query, options, actions, schemaElements = "schemaElts", definition = "DefElem"
  case definitionName = "defname", filename, sqlBody = "sql_body", isFrom = "is_from", isProgram = "is_program"
  case isProcedure = "is_procedure"
  // Definitions.
  case objtype, objectType, removeType, renameType, objects, object, relationType, alias, aliasName = "aliasname",
    setstmt, val
  case truncateStatement = "TruncateStmt", dropStatement = "DropStmt", commentStatement = "CommentStmt"
  case secLabelStatement = "SecLabelStmt", renameStatement = "RenameStmt", alterTableStatement = "AlterTableStmt"
  case alterObjectSchemaStatement = "AlterObjectSchemaStmt", alterOwnerStatement = "AlterOwnerStmt"
  case alterObjectDependsStatement = "AlterObjectDependsStmt", grantStatement = "GrantStmt"
  case grantRoleStatement = "GrantRoleStmt", alterDefaultPrivilegesStatement = "AlterDefaultPrivilegesStmt"
  case defineStatement = "DefineStmt", indexStatement = "IndexStmt", createStatement = "CreateStmt"
  case createForeignTableStatement = "CreateForeignTableStmt", createSequenceStatement = "CreateSeqStmt"
  case alterSequenceStatement = "AlterSeqStmt", createTriggerStatement = "CreateTrigStmt"
  case reindexStatement = "ReindexStmt", createRoleStatement = "CreateRoleStmt", alterRoleStatement = "AlterRoleStmt"
  case alterRoleSetStatement = "AlterRoleSetStmt", dropRoleStatement = "DropRoleStmt"
  case createDatabaseStatement = "CreatedbStmt", alterDatabaseStatement = "AlterDatabaseStmt"
  case alterDatabaseSetStatement = "AlterDatabaseSetStmt"
  case alterDatabaseRefreshCollStatement = "AlterDatabaseRefreshCollStmt", dropDatabaseStatement = "DropdbStmt"
  case createTableSpaceStatement = "CreateTableSpaceStmt", dropTableSpaceStatement = "DropTableSpaceStmt"
  case alterTableSpaceOptionsStatement = "AlterTableSpaceOptionsStmt"
  case alterTableMoveAllStatement = "AlterTableMoveAllStmt", createExtensionStatement = "CreateExtensionStmt"
  case alterExtensionStatement = "AlterExtensionStmt", alterExtensionContentsStatement = "AlterExtensionContentsStmt"
  case createFdwStatement = "CreateFdwStmt", alterFdwStatement = "AlterFdwStmt"
  case createForeignServerStatement = "CreateForeignServerStmt"
  case alterForeignServerStatement = "AlterForeignServerStmt", createUserMappingStatement = "CreateUserMappingStmt"
  case alterUserMappingStatement = "AlterUserMappingStmt", dropUserMappingStatement = "DropUserMappingStmt"
  case importForeignSchemaStatement = "ImportForeignSchemaStmt", createPolicyStatement = "CreatePolicyStmt"
  case alterPolicyStatement = "AlterPolicyStmt", createAmStatement = "CreateAmStmt"
  case createEventTrigStatement = "CreateEventTrigStmt", alterEventTrigStatement = "AlterEventTrigStmt"
  case createPLangStatement = "CreatePLangStmt", createDomainStatement = "CreateDomainStmt"
  case alterDomainStatement = "AlterDomainStmt", createOpClassStatement = "CreateOpClassStmt"
  case createOpFamilyStatement = "CreateOpFamilyStmt", alterOpFamilyStatement = "AlterOpFamilyStmt"
  case alterOperatorStatement = "AlterOperatorStmt", alterTypeStatement = "AlterTypeStmt"
  case createCastStatement = "CreateCastStmt", createTransformStatement = "CreateTransformStmt"
  case createConversionStatement = "CreateConversionStmt", createEnumStatement = "CreateEnumStmt"
  case alterEnumStatement = "AlterEnumStmt", createRangeStatement = "CreateRangeStmt"
  case compositeTypeStatement = "CompositeTypeStmt", createStatsStatement = "CreateStatsStmt"
  case alterStatsStatement = "AlterStatsStmt", createPublicationStatement = "CreatePublicationStmt"
  case alterPublicationStatement = "AlterPublicationStmt", createSubscriptionStatement = "CreateSubscriptionStmt"
  case alterSubscriptionStatement = "AlterSubscriptionStmt", dropSubscriptionStatement = "DropSubscriptionStmt"
  case alterFunctionStatement = "AlterFunctionStmt", alterCollationStatement = "AlterCollationStmt"
  case alterTSDictionaryStatement = "AlterTSDictionaryStmt"
  case alterTSConfigurationStatement = "AlterTSConfigurationStmt", alterSystemStatement = "AlterSystemStmt"
  case refreshMatViewStatement = "RefreshMatViewStmt", dropOwnedStatement = "DropOwnedStmt"
  case reassignOwnedStatement = "ReassignOwnedStmt", loadStatement = "LoadStmt"
  case variableSetStatement = "VariableSetStmt", closePortalStatement = "ClosePortalStmt", fetchStatement = "FetchStmt",
    lockStatement = "LockStmt"
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
  /// The values of negative integers by their constants' positions, nil where the sign stands apart from the digits:
  /// libpg_query writes them as it writes 0, without a value.
  private(set) var negatives: [Int: Int64?] = [:]

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
    guard read(text) else { throw .unreadable }
  }

  private mutating func read(_ text: [UInt8]) -> Bool {
    var nodes = nodes
    var withClauses: [Int: Int] = [:]
    var negatives: [Int: Int64?] = [:]
    let isRead = json.withUnsafeBufferPointer { json in
      var scanner = ParseTreeScanner(json)
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
          if field == .relationName { nodes[parent].isRelation = true }
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
          if node.field == .location, let parent = open.last {
            if nodes[parent].field == .constant, let value = Self.negative(json[range], in: text) {
              negatives[parent] = value
            }
            if nodes[parent].field != .commonTableExpr { continue }
          }
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
    self.negatives = negatives
    return isRead
  }

  /// The negative integer at `location` of `text`; nil if there is no sign, and nil inside if no digit follows it.
  private static func negative(_ location: Slice<UnsafeBufferPointer<UInt8>>, in text: [UInt8]) -> Int64?? {
    guard let start = Int(String(decoding: location, as: UTF8.self)), text.indices.contains(start),
      text[start] == UInt8(ascii: "-")
    else { return nil }
    let digits = text[(start + 1)...].prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    return .some(Int64(String(decoding: digits, as: UTF8.self)).map { -$0 })
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
      ParseTreeScanner.unescaped(UnsafeBufferPointer(rebasing: $0[Int(nodes[node].start)..<Int(nodes[node].end)]))
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
    guard nodes[value].field == .stringNode || nodes[node].field == .stringNode else { return nil }
    return child(value, .stringValue).map(text) ?? []
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
        && (x.field != .constant || negatives[a + offset] == negatives[b + offset])
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
