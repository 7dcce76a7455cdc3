/// One operation found in a parse tree: where it stands, and the names it uses.
struct PostgresStatement {
  /// The node of the statement, and the position past it.
  let node: Int
  let end: Int
  /// Its tokens.
  let tokens: Range<Int>
  /// The statement that carries it, by its position among those of the tree. What it names, that one names as well.
  let carrier: Int?
  /// Whether the carrier reads what this one reads: COPY of a query.
  var lendsReads = false
  /// Whether it is only planned: it names tables, and neither reads nor writes them.
  var isPlanned = false

  var tables = NameList()
  var reads = NameList()
  var writes = NameList()
  var functions = NameList()
  var programs = NameList()
  var files = NameList()
  var joins = 0

  init(node: Int, end: Int, tokens: Range<Int>, carrier: Int?) {
    self.node = node
    self.end = end
    self.tokens = tokens
    self.carrier = carrier
  }
}

/// Text that the server runs because a statement holds it.
enum PostgresEmbedded {
  case sql([UInt8])
  case plpgsql([UInt8])
  case shell([UInt8])
  /// Code that cannot be known from the payload.
  case unknown
  /// Whatever comes later, which reads in another way.
  case misread
}

/// Goes over one top-level statement of a parse tree, once and in document order, and finds its operations: itself, and
/// the statements it carries.
struct PostgresStatementReader {
  let tree: ParseTree
  let text: PostgresText
  private(set) var statements: [PostgresStatement] = []
  private(set) var embedded: [PostgresEmbedded] = []
  /// The statements that the position at hand is in, outermost first.
  private var open: [Int] = []
  private var scopes = PostgresScopes()
  /// Where carried statements begin, and their tokens.
  private var carried: [Int: Range<Int>] = [:]
  /// The position past the outermost query that the position at hand is in: relations in it are read.
  private var queryEnd = 0
  /// The relations that INSERT, UPDATE, DELETE and MERGE write to.
  private var targets: Set<Int> = []

  /// The position in the text of one in the text that was parsed.
  private let original: (Int) -> Int

  /// Reads the statement whose node is `root`.
  init(
    tree: ParseTree, text: PostgresText, root: Int, tokens: Range<Int>, original: @escaping (Int) -> Int = { $0 }
  ) {
    self.original = original
    self.tree = tree
    self.text = text
    begin(root, tokens)
    var position = root
    while position < tree.end(root) {
      close(at: position)
      position = visit(position)
    }
  }

  private var current: Int { open[open.count - 1] }

  private mutating func close(at position: Int) {
    scopes.close(at: position)
    while open.count > 1, statements[current].end <= position { open.removeLast() }
  }

  // MARK: - Statements

  private mutating func begin(_ node: Int, _ tokens: Range<Int>) {
    var statement = PostgresStatement(node: node, end: tree.end(node), tokens: tokens, carrier: open.last)
    if let carrier = open.last {
      statement.lendsReads = tree[statements[carrier].node].field == .copyStatement
    }
    statements.append(statement)
    open.append(statements.count - 1)
    prepare(node, tokens)
  }

  /// Notes what the statement at `node` carries and names outside of its relations.
  private mutating func prepare(_ node: Int, _ tokens: Range<Int>) {
    switch tree[node].field {
    case .explainStatement:
      if isAnalyzed(node) { carry(node, .query, tokens) } else { statements[current].isPlanned = true }
    case .copyStatement:
      carry(node, .query, tokens)
      readCopy(node)
    case .prepareStatement, .declareCursorStatement: carry(node, .query, tokens)
    case .ruleStatement: carry(tree.list(node, .actions), node, tokens)
    case .createSchemaStatement: carry(tree.list(node, .schemaElements), node, tokens)
    case .createFunctionStatement:
      carry(bodyStatements(node), node, tokens)
      readFunctionBody(node)
    case .doStatement: readBlock(node)
    case .dropStatement, .commentStatement, .secLabelStatement: readObjectNames(node)
    case .loadStatement: if let file = tree.child(node, .filename) { addFile(tree.text(file)) }
    case .createTableSpaceStatement: if let folder = tree.child(node, .location) { addFile(tree.text(folder)) }
    case .alterSystemStatement: readSystemSetting(node)
    default: break
    }
  }

  private mutating func carry(_ node: Int, _ field: ParseField, _ tokens: Range<Int>) {
    if let inner = tree.child(node, field) { carry([tree.unwrapped(inner)], node, tokens) }
  }

  private mutating func carry(_ nodes: [Int], _ carrier: Int, _ tokens: Range<Int>) {
    guard !nodes.isEmpty else { return }
    let parts = text.parts(of: tree[carrier].field, in: tokens)
    for (index, node) in nodes.enumerated() {
      carried[node] = parts.count == nodes.count ? parts[index] : tokens
    }
  }

  /// Whether EXPLAIN runs its statement: the last ANALYZE option says so.
  private func isAnalyzed(_ node: Int) -> Bool {
    let option = tree.list(node, .options).last { tree.has($0, .definitionName, "analyze") }
    guard let option else { return false }
    guard let argument = tree.child(option, .arg).map(tree.unwrapped) else { return true }
    switch tree[argument].field {
    case .integerNode: return tree.child(argument, .integerValue) != nil
    case .booleanNode: return tree.isTrue(argument, .booleanValue)
    default:
      let word = tree.string(argument).map { String(decoding: $0, as: UTF8.self).lowercased() } ?? ""
      return !["false", "off"].contains(word)
    }
  }

  /// The statements of a function's body in SQL's own form.
  private func bodyStatements(_ node: Int) -> [Int] {
    guard let body = tree.child(node, .sqlBody) else { return [] }
    var pending = [tree.unwrapped(body)]
    var result: [Int] = []
    while let next = pending.popLast() {
      guard tree[next].field == .listNode else {
        result.append(next)
        continue
      }
      pending.append(contentsOf: tree.list(next, .items).reversed())
    }
    return result
  }

  // MARK: - Going over the tree

  /// Handles the node at `position`; the position to go on from.
  private mutating func visit(_ position: Int) -> Int {
    if let tokens = carried.removeValue(forKey: position) { begin(position, tokens) }
    if let clause = tree.withClauses[position] { scopes.open(tree, clause: clause, end: tree.end(position)) }
    let node = tree[position]
    if node.isRelation {
      addRelation(position)
      return tree.end(position)
    }
    switch node.field {
    case .selectStatement: queryEnd = max(queryEnd, tree.end(position))
    case .insertStatement, .updateStatement, .deleteStatement, .mergeStatement: visitWrite(position)
    case .fromClause: statements[current].joins += max(tree.children(position).count - 1, 0)
    case .joinExpr: statements[current].joins += 1
    case .lockedRels: return tree.end(position)  // aliases
    case .commonTableExpr: visitCommonTableExpression(position)
    case .functionCall, .procedureCall: visitCall(position)
    case .indirectionExpr: visitIndirection(position)
    case .columnRef: visitColumn(position)
    case .valueFunction: addValueFunction(position)
    case .definition: visitOption(position)
    case .variableSetStatement, .setstmt: visitSetting(position)
    default: break
    }
    return position + 1
  }

  private mutating func visitWrite(_ position: Int) {
    queryEnd = max(queryEnd, tree.end(position))
    if let target = tree.child(position, .relation) {
      targets.insert(target)
      // A rule of the view makes a setting of each row.
      if tree.has(target, .relationName, "pg_settings") { noteSetting(nil, .fixed) }
    }
    // What they take rows from is joined with the target.
    switch tree[position].field {
    case .updateStatement where tree.child(position, .fromClause) != nil, .mergeStatement:
      statements[current].joins += 1
    case .deleteStatement:
      statements[current].joins += tree.child(position, .usingClause).map { tree.children($0).count } ?? 0
    default: break
    }
  }

  /// A data-modifying common table expression is an operation of its own.
  private mutating func visitCommonTableExpression(_ position: Int) {
    guard let query = tree.child(position, .cteQuery).map(tree.unwrapped), !statements[current].isPlanned,
      [.insertStatement, .updateStatement, .deleteStatement, .mergeStatement].contains(tree[query].field)
    else { return }
    let outer = statements[current].tokens
    let name = tree.child(position, .location).flatMap(tree.integer).flatMap { text.token(at: original(Int($0))) }
    carried[query] = name.flatMap { text.commonTableExpression(named: $0, in: outer) } ?? outer
  }

  // MARK: - Relations

  private mutating func addRelation(_ position: Int) {
    let name = tree.relationName(position)
    let node = tree[position]
    if targets.remove(position) != nil { return add(table: name, to: \.writes) }
    if position < queryEnd, node.field != .intoRelation {
      let isQualified = tree.child(position, .schemaName) != nil
      if !isQualified,
        scopes.isExpression(tree.child(position, .relationName).map { tree.text($0) } ?? [], at: position)
      {
        return
      }
      return add(table: name, to: \.reads)
    }
    let statement = statements[current].node
    switch tree[statement].field {
    case .truncateStatement: add(table: name, to: \.writes)
    case .copyStatement: add(table: name, to: tree.isTrue(statement, .isFrom) ? \.writes : \.reads)
    default: if isTable(position, of: statement) { add(table: name, to: nil) }
    }
  }

  /// Whether the relation at `position`, outside of queries, is a table or like one: not the index, sequence or type that
  /// the statement is about. ALTER INDEX … RENAME takes a table as well, and ALTER TYPE … RENAME ATTRIBUTE its type.
  private func isTable(_ position: Int, of statement: Int) -> Bool {
    guard let object = tree.object(ofStatement: statement), ["index", "sequence", "type"].contains(object) else {
      return true
    }
    return tree[statement].field == .indexStatement
      || tree[statement].field == .renameStatement && object != "sequence"
  }

  private mutating func add(table name: [UInt8], to list: WritableKeyPath<PostgresStatement, NameList>?) {
    var index: Int? = current
    var lends = true
    let isPlanned = statements[current].isPlanned
    while let at = index {
      statements[at].tables.insert(name)
      if let list, lends, !isPlanned { statements[at][keyPath: list].insert(name) }
      lends = lends && statements[at].lendsReads && list == \.reads
      index = statements[at].carrier
    }
  }

  /// The names in DROP, COMMENT and SECURITY LABEL, which are lists of strings.
  private mutating func readObjectNames(_ node: Int) {
    let object = tree.object(ofStatement: node) ?? ""
    let isTable = ["table", "view", "materialized-view", "foreign-table"].contains(object)
    let isOnTable = ["column", "trigger", "rule", "policy", "constraint"].contains(object)
    guard isTable || isOnTable else { return }
    let names =
      tree.child(node, .objects).map { tree.children($0) } ?? tree.child(node, .object).map { [$0] } ?? []
    for name in names {
      let parts = tree.strings(name)
      let table = isOnTable ? parts.dropLast() : parts[...]
      if !table.isEmpty { add(table: ParseTree.qualified(table), to: nil) }
    }
  }

  // MARK: - Functions

  private mutating func visitCall(_ position: Int) {
    guard let parts = tree.child(position, .functionName).map({ tree.strings($0) }) else { return }
    addCall(parts, tree.child(position, .args).map { tree.children($0) } ?? [])
  }

  /// `(x).f` is `f(x)` where x has no field of that name.
  private mutating func visitIndirection(_ position: Int) {
    var argument = tree.child(position, .arg)
    for element in tree.child(position, .indirection).map({ tree.children($0) }) ?? [] {
      if let name = tree.string(element) { addCall([name], [argument]) }
      argument = nil
    }
  }

  /// So is `t.f`: of a function in FROM, `t` is its value.
  private mutating func visitColumn(_ position: Int) {
    guard let parts = tree.child(position, .fields).map({ tree.strings($0) }), parts.count > 1, let last = parts.last,
      last.withUnsafeBufferPointer({ PostgresFunctions.mayBeCalled($0) })
    else { return }
    addCall([last], [nil])
  }

  /// Notes the call of a function with arguments, nil for one that is not known.
  private mutating func addCall(_ parts: [[UInt8]], _ arguments: [Int?]) {
    guard let last = parts.last else { return }
    let name = Array(wholeCharacters(last))
    statements[current].functions.insert(name)
    let qualified = ParseTree.qualified(parts)
    guard let role = PostgresFunctions.role(qualified) ?? PostgresFunctions.role(name) else { return }
    let named = arguments.compactMap { $0.map(tree.unwrapped) }.filter { tree[$0].field == .namedArgument }
    // Those with names come last.
    let values = arguments.dropLast(named.count).prefix(8).map { $0.map { ConditionFolder.fold(tree, $0) } ?? .fixed }
    switch role {
    case .files(let positions):
      let files = positions.filter { $0 < values.count }.map { values[$0] } + named.map { value(ofNamed: $0) }
      for file in files.compactMap(\.bytes) { addFile(file) }
    case .table(let position):
      let table = named.first { tree.has($0, .name, "tbl") }.flatMap { tree.child($0, .arg) }
      if let argument = table ?? (position < values.count ? arguments[position] : nil),
        let name = literalTable(argument)
      {
        addLiteralTable(name)
      }
    case .setting:
      // A client's parameter comes with a statement that stands alone.
      let isParameter = arguments.first.map { $0.map { tree[tree.unwrapped($0)].field == .paramRef } ?? false } ?? false
      if !isParameter { noteSetting(values.first?.bytes, values.count > 1 ? values[1] : .fixed) }
    case .code(let find):
      guard !statements[current].isPlanned else { return }
      let code = named.filter { tree.has($0, .name, "command") || tree.has($0, .name, "query") }
      for text in code { embedded.append(value(ofNamed: text).bytes.map { .sql($0) } ?? .unknown) }
      for position in code.isEmpty ? find(values) : [] {
        embedded.append(position < values.count ? values[position].bytes.map { .sql($0) } ?? .unknown : .unknown)
      }
    }
  }

  private func value(ofNamed argument: Int) -> ConstantValue {
    tree.child(argument, .arg).map { ConditionFolder.fold(tree, $0) } ?? .fixed
  }

  /// The literal at `node` that names a table, often cast to `regclass`.
  private func literalTable(_ node: Int) -> [UInt8]? {
    let cast = tree.unwrapped(node)
    let type = tree.child(cast, .typeName).flatMap { tree.child($0, .names) }.map { tree.strings($0).last ?? [] } ?? []
    let isName = tree[cast].field == .typeCast && type.elementsEqual("regclass".utf8)
    return ConditionFolder.fold(tree, isName ? tree.child(cast, .arg) ?? node : node).bytes
  }

  /// A table named by a literal, as in `table_to_xml('s.t', …)`.
  private mutating func addLiteralTable(_ literal: [UInt8]) {
    let name = PostgresText(literal)
    let parts = name.tokens.indices.filter { !name.isSymbol($0, ".") }.map { Array(clipped(name.name($0))) }
    add(table: ParseTree.qualified(parts), to: \.reads)
  }

  /// `SVFOP_CURRENT_TIMESTAMP_N` is `current_timestamp`.
  private mutating func addValueFunction(_ position: Int) {
    guard let name = tree.child(position, .op).map({ tree.text($0) }) else { return }
    let word = name.dropFirst("SVFOP_".utf8.count).map(lowered)
    statements[current].functions.insert(word.suffix(2).elementsEqual("_n".utf8) ? word.dropLast(2) : word)
  }

  // MARK: - Files, programs and code

  private mutating func addFile(_ file: [UInt8]) { statements[current].files.insert(file) }

  private mutating func addProgram(_ command: [UInt8]) {
    statements[current].programs.insert(command)
    embedded.append(.shell(command))
  }

  private mutating func readCopy(_ node: Int) {
    guard let name = tree.child(node, .filename).map({ tree.text($0) }) else { return }
    if tree.isTrue(node, .isProgram) { addProgram(name) } else { addFile(name) }
  }

  /// `OPTIONS (filename …, program …)` of a foreign table (file_fdw), which ALTER TABLE takes as well.
  private mutating func visitOption(_ position: Int) {
    let statement = statements[current].node
    guard tree[statement].field == .alterTableStatement || tree.object(ofStatement: statement) == "foreign-table",
      let value = tree.child(position, .arg).flatMap({ tree.string($0) })
    else { return }
    if tree.has(position, .definitionName, "filename") { addFile(value) }
    if tree.has(position, .definitionName, "program") { addProgram(value) }
  }

  /// The server's settings that hold a shell command.
  private static let programSettings: Set<String> = [
    "archive_command", "archive_cleanup_command", "restore_command", "recovery_end_command",
    "ssl_passphrase_command",
  ]

  private mutating func readSystemSetting(_ node: Int) {
    guard let setting = tree.child(node, .setstmt), let name = tree.child(setting, .name).map({ tree.text($0) }),
      Self.programSettings.contains(String(decoding: name.map(lowered), as: UTF8.self)),
      let value = tree.child(setting, .args).map({ ConditionFolder.fold(tree, $0 + 1) })?.bytes
    else { return }
    addProgram(value)
  }

  private mutating func visitSetting(_ position: Int) {
    guard tree.has(position, .kind, "VAR_SET_VALUE") else { return }
    let value = tree.child(position, .args).map { ConditionFolder.fold(tree, $0 + 1) } ?? .fixed
    noteSetting(tree.child(position, .name).map { tree.text($0) }, value)
  }

  /// Whether a backslash is a plain character of literals. Statements of the payload are read before one of them runs,
  /// but the code that they hold is not.
  private static let escapes = Array("standard_conforming_strings".utf8)

  private mutating func noteSetting(_ name: [UInt8]?, _ value: ConstantValue) {
    if name == nil || name.map({ $0.map(lowered) }) == Self.escapes, value.truth != true { embedded.append(.misread) }
  }

  private mutating func readFunctionBody(_ node: Int) {
    guard tree.child(node, .sqlBody) == nil else { return }
    let options = tree.list(node, .options)
    let body = option("as", options).map { tree.strings($0) } ?? []
    switch language(options) ?? "" {
    case "sql": embedded.append(.sql(body.first ?? []))
    case "plpgsql": embedded.append(.plpgsql(body.first ?? []))
    case "c": if let library = body.first { addFile(library) }
    case "internal": if let function = body.first { statements[current].functions.insert(function) }
    default: embedded.append(.unknown)
    }
  }

  private mutating func readBlock(_ node: Int) {
    let options = tree.list(node, .args)
    let body = option("as", options).flatMap { tree.string($0) } ?? []
    embedded.append((language(options) ?? "plpgsql") == "plpgsql" ? .plpgsql(body) : .unknown)
  }

  private func language(_ options: [Int]) -> String? {
    option("language", options).flatMap { tree.string($0) }.map { String(decoding: $0, as: UTF8.self).lowercased() }
  }

  private func option(_ name: StaticString, _ options: [Int]) -> Int? {
    options.last { tree.has($0, .definitionName, name) }.flatMap { tree.child($0, .arg) }
  }
}
