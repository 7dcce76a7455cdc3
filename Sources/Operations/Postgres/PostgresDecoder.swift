import PolicyBytecode

/// Decodes a PostgreSQL simple-query payload into operations: one per statement, then one for each statement that it
/// carries (data-modifying common table expressions, what EXPLAIN ANALYZE, COPY, PREPARE, DECLARE and CREATE RULE hold),
/// then those of code it holds as text (DO blocks, bodies of functions in SQL and PL/pgSQL, EXECUTE of a literal).
///
/// - A statement's facts leave out what its data-modifying common table expressions and other carried statements do,
///   but `sql.table` names their tables too, and COPY of a query reads what the query reads.
/// - PostgreSQL parses the whole payload before it runs any of it, so one error anywhere is one unparsed operation.
/// - A payload with no statement is one operation with an empty `command`.
func decodePostgres(_ payload: [UInt8], _ context: inout DecodeContext) {
  if !context.isThorough {
    var reader = context.quickSQL.take() ?? QuickSQLReader()
    let isRead = payload.withUnsafeBufferPointer { reader.decode($0, &context) }
    context.quickSQL = consume reader
    if isRead { return }
  }
  let decoder = PostgresDecoder()
  if !decoder.decode(payload, &context) {
    context.operation(.postgres) { facts, demand in
      if demand.contains(.command) { facts.add(.command, "") }
    }
  }
}

/// Decodes PostgreSQL text, and the code that it holds as text, down to a limit.
struct PostgresDecoder {
  /// How a piece of text came to be run.
  enum Origin {
    /// As statements.
    case statements
    /// As an expression that PL/pgSQL wraps in a SELECT: an operation only where it touches a table or a function.
    case expression
  }

  /// Emits the operations of `bytes`; false if there is none.
  func decode(
    _ bytes: [UInt8], as origin: Origin = .statements, _ context: inout DecodeContext
  ) -> Bool {
    guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else {
      return fail(.encoding, &context)
    }
    let text = PostgresText(bytes)
    guard !text.isCostly else { return fail(.count, &context) }
    guard !text.isTruncated else { return fail(.truncated, &context) }
    guard let depth = text.depthBound(), depth <= DecodeLimits.postgresTreeDepth else {
      return fail(.depth, &context)
    }
    do throws(ParseTree.Failure) {
      return emit(try ParseTree(bytes), text, origin, &context)
    } catch {
      if let newer = PostgresNewerSyntax(text), let tree = try? ParseTree(newer.bytes) {
        return emit(tree, text, origin, &context, at: newer.original)
      }
      return fail(text.reason(error), &context)
    }
  }

  /// Emits what the static code of a PL/pgSQL body runs.
  func decodeProcedure(_ body: [UInt8], _ context: inout DecodeContext) {
    var reader = PLpgSQLReader(body)
    reader.read()
    for item in reader.items where !context.isFull {
      switch item {
      case .statement(let sql): _ = decode(sql, &context)
      case .expression(let sql): _ = decode(sql, as: .expression, &context)
      case .dynamic(let sql): decodeDynamic(sql, &context)
      }
    }
    if let failure = reader.failure { _ = fail(failure, &context) }
  }

  private func fail(_ reason: UnparsedReason, _ context: inout DecodeContext) -> Bool {
    context.unparsed(.postgres, reason)
    return true
  }

  /// Emits what EXECUTE runs: `sql` is `select EXPRESSION`, and its value is known if it is constant.
  private func decodeDynamic(_ sql: [UInt8], _ context: inout DecodeContext) {
    _ = decode(sql, as: .expression, &context)
    var code = PostgresEmbedded.unknown
    let text = PostgresText(sql)
    if !text.isCostly, let depth = text.depthBound(), depth <= DecodeLimits.postgresTreeDepth,
      let tree = try? ParseTree(sql), let value = tree.onlyResult, let bytes = ConditionFolder.fold(tree, value).bytes
    {
      code = .sql(bytes)
    }
    decodeEmbedded(code, &context)
  }

  private func decodeEmbedded(_ code: PostgresEmbedded, _ context: inout DecodeContext) {
    guard context.sqlNesting < DecodeLimits.nesting else { return context.unparsed(.postgres, .depth) }
    context.sqlNesting += 1
    defer { context.sqlNesting -= 1 }
    switch code {
    case .sql(let bytes): _ = decode(bytes, &context)
    case .plpgsql(let bytes): decodeProcedure(bytes, &context)
    case .shell(let bytes): context.nested(.shell, in: .postgres, bytes)
    case .unknown: context.unparsed(.postgres, .unknownCode)
    case .misread: context.unparsed(.postgres, .unsupported)
    }
  }

  // MARK: - Operations

  /// `original` gives the position in `text` of one in the text that was parsed.
  private func emit(
    _ tree: ParseTree, _ text: PostgresText, _ origin: Origin, _ context: inout DecodeContext,
    at original: @escaping (Int) -> Int = { $0 }
  ) -> Bool {
    let roots = tree.child(0, .statements).map { tree.children($0) } ?? []
    for root in roots {
      guard let statement = tree.child(root, .statement) else { continue }
      let start = tree.child(root, .statementLocation).flatMap(tree.integer) ?? 0
      let length = tree.child(root, .statementLength).flatMap(tree.integer)
      let first = text.firstToken(from: original(Int(start)))
      let last = length.map { text.firstToken(from: original(Int(start + $0))) } ?? text.tokens.count
      let reader = PostgresStatementReader(
        tree: tree, text: text, root: tree.unwrapped(statement), tokens: text.trimmed(first..<max(first, last)),
        original: original)
      if origin == .expression, reader.touchesNothing { continue }
      if context.isFull { break }
      for statement in reader.statements { emit(statement, tree, text, &context) }
      for code in reader.embedded { decodeEmbedded(code, &context) }
    }
    return !roots.isEmpty
  }

  private func emit(
    _ statement: PostgresStatement, _ tree: ParseTree, _ text: PostgresText, _ context: inout DecodeContext
  ) {
    context.operation(.postgres) { facts, demand in
      if demand.contains(.command) { facts.add(.command, text.canonical(statement: statement, tree)) }
      if demand.contains(.sqlVerb) { facts.add(.sqlVerb, text.verb(statement, tree)) }
      if demand.contains(.sqlObject), let object = tree.object(ofStatement: statement.node) {
        facts.add(.sqlObject, object)
      }
      for (fact, list) in [
        (Fact.sqlTable, statement.tables), (.sqlReads, statement.reads), (.sqlWrites, statement.writes),
        (.sqlFunction, statement.functions), (.sqlProgram, statement.programs), (.sqlFile, statement.files),
      ] where demand.contains(fact) {
        for name in list.names { facts.add(fact, name) }
      }
      if demand.contains(.sqlWhere) || demand.contains(.sqlWhereConstant) {
        let conditions = tree.conditions(ofStatement: statement.node)
        let hasWhere = !conditions.isEmpty && conditions.allSatisfy { $0 != nil }
        if demand.contains(.sqlWhere) { facts.add(.sqlWhere, hasWhere) }
        if demand.contains(.sqlWhereConstant) {
          let table = tree.onlyTable(ofStatement: statement.node)
          let others = tree.otherSources(ofStatement: statement.node)
          let isConstant = conditions.contains { condition in
            condition.map { ConditionFolder.isUnrestricting(tree, $0, table: table, others: others) } ?? false
          }
          facts.add(.sqlWhereConstant, isConstant || text.writesUnmatched(statement, tree))
        }
      }
      if demand.contains(.sqlJoins) { facts.add(.sqlJoins, integer: Int64(statement.joins)) }
      if demand.contains(.sqlLimit), let limit = tree.limit(ofStatement: statement.node) {
        facts.add(.sqlLimit, integer: limit)
      }
    }
  }
}

extension PostgresStatementReader {
  /// Whether nothing but constants and variables is used.
  fileprivate var touchesNothing: Bool {
    statements.count == 1 && embedded.isEmpty && statements[0].tables.names.isEmpty
      && statements[0].functions.names.isEmpty
  }
}

extension PostgresText {
  /// Why the text could not be parsed.
  fileprivate func reason(_ failure: ParseTree.Failure) -> UnparsedReason {
    switch failure {
    case .syntax(let atEnd): atEnd && hasOpenBracket ? .truncated : .syntax
    case .unreadable: .unsupported
    }
  }

  /// Whether a bracket is open at the end.
  private var hasOpenBracket: Bool {
    tokens.indices.reduce(0) { depth, index in
      isSymbol(index, "(") ? depth + 1 : isSymbol(index, ")") ? depth - 1 : depth
    } > 0
  }

  /// The canonical text of a statement; of `RETURN` in a function's body, that of the query it is.
  fileprivate func canonical(statement: PostgresStatement, _ tree: ParseTree) -> [UInt8] {
    guard tree[statement.node].field == .returnStatement, let first = statement.tokens.first,
      isWord(first, "return")
    else { return canonical(statement.tokens) }
    return Array("select ".utf8) + canonical(statement.tokens.dropFirst())
  }

  /// Whether it is a MERGE with `WHEN NOT MATCHED BY SOURCE`: it writes rows that its condition does not hold for.
  fileprivate func writesUnmatched(_ statement: PostgresStatement, _ tree: ParseTree) -> Bool {
    tree[statement.node].field == .mergeStatement
      && statement.tokens.contains { isWord($0, "matched") && isWord($0 + 1, "by") && isWord($0 + 2, "source") }
  }

  /// The word of `FactSchema.sqlVerbs`: the leading key word, or the kind of query where that is none.
  fileprivate func verb(_ statement: PostgresStatement, _ tree: ParseTree) -> [UInt8] {
    switch tree[statement.node].field {
    case .selectStatement, .returnStatement: return Array("select".utf8)
    case .insertStatement: return Array("insert".utf8)
    case .updateStatement: return Array("update".utf8)
    case .deleteStatement: return Array("delete".utf8)
    case .mergeStatement: return Array("merge".utf8)
    default:
      guard let first = statement.tokens.first else { return [] }
      return isWord(first, "analyse") ? Array("analyze".utf8) : name(first)
    }
  }
}

extension ParseTree {
  /// The conditions that restrict the rows of the statement at `node`, nil for one that is missing: of UPDATE and DELETE,
  /// of MERGE (ON), and of each SELECT that makes up a query (without FROM, only if it has one).
  fileprivate func conditions(ofStatement node: Int) -> [Int?] {
    switch self[node].field {
    case .updateStatement, .deleteStatement: return [child(node, .whereClause)]
    case .mergeStatement: return [child(node, .joinCondition)]
    default: break
    }
    var result: [Int?] = []
    var pending = query(ofStatement: node).map { [$0] } ?? []
    while let next = pending.popLast() {
      if let left = child(next, .leftArgument), let right = child(next, .rightArgument) {
        pending.append(contentsOf: [right, left])
      } else {
        let condition = child(next, .whereClause)
        if condition != nil || child(next, .fromClause) != nil { result.append(condition) }
      }
    }
    return result
  }

  /// The only table of the UPDATE, DELETE or SELECT at `node`, as its condition knows it.
  fileprivate func onlyTable(ofStatement node: Int) -> PostgresTarget? {
    let relation: Int?
    switch self[node].field {
    case .updateStatement, .deleteStatement:
      let isAlone = child(node, .fromClause) == nil && child(node, .usingClause) == nil
      relation = isAlone ? child(node, .relation) : nil
    case .selectStatement:
      let items = list(node, .fromClause)
      relation = items.count == 1 ? items[0] : nil
    default: relation = nil
    }
    guard let relation, self[relation].isRelation, let name = child(relation, .relationName).map(text) else {
      return nil
    }
    return PostgresTarget(
      qualifier: qualifier(relation) ?? name, name: name, schema: child(relation, .schemaName).map(text))
  }

  /// What the columns of the item of FROM at `node` may be qualified with.
  private func qualifier(_ node: Int) -> [UInt8]? {
    (child(node, .alias).flatMap { child($0, .aliasName) } ?? child(node, .relationName)).map(text)
  }

  /// What the columns of the tables are qualified with that UPDATE, DELETE or MERGE joins with its target: they say
  /// nothing of its rows.
  fileprivate func otherSources(ofStatement node: Int) -> Set<[UInt8]> {
    let clause: ParseField
    switch self[node].field {
    case .updateStatement: clause = .fromClause
    case .deleteStatement: clause = .usingClause
    case .mergeStatement: clause = .sourceRelation
    default: return []
    }
    guard let sources = child(node, clause), let target = child(node, .relation) else { return [] }
    var names = Set((sources..<end(sources)).compactMap { qualifier($0) })
    if let target = qualifier(target) { names.remove(target) }
    return names
  }

  /// The literal LIMIT of the query that the statement at `node` is or holds; WITH TIES, more rows may come.
  fileprivate func limit(ofStatement node: Int) -> Int64? {
    guard let query = query(ofStatement: node), let count = child(query, .limitCount),
      !has(query, .limitOption, "LIMIT_OPTION_WITH_TIES"),
      case .integer(let limit) = ConditionFolder.fold(self, count)
    else { return nil }
    return limit
  }

  /// The SELECT that the statement at `node` is, or takes its rows from.
  private func query(ofStatement node: Int) -> Int? {
    let query: Int? =
      switch self[node].field {
      case .selectStatement: node
      case .insertStatement: child(node, .source).map(unwrapped)
      case .createTableAsStatement, .viewStatement: child(node, .query).map(unwrapped)
      default: nil
      }
    return query.flatMap { self[$0].field == .selectStatement ? $0 : nil }
  }

  /// The expression of a tree that is one SELECT of one expression.
  fileprivate var onlyResult: Int? {
    guard let statements = child(0, .statements), children(statements).count == 1,
      let query = child(statements + 1, .statement).map(unwrapped), self[query].field == .selectStatement
    else { return nil }
    let targets = list(query, .targetList)
    return targets.count == 1 ? child(targets[0], .val) : nil
  }
}
