import PolicyBytecode

/// Decodes a payload of the protocol `mysql` into operations: one a statement, then those that it carries: what EXPLAIN
/// ANALYZE runs, the statements of stored programs, the text that PREPARE and EXECUTE IMMEDIATE make a statement of.
///
/// - What cannot be followed anywhere makes the payload one unparsed operation.
/// - Where servers read an executed comment in different ways, the operations of each reading are emitted.
/// - A payload with no statement is one operation with an empty `command`.
func decodeMySQL(_ payload: [UInt8], _ context: inout DecodeContext) {
  let first = context.batch.count
  MySQLDecoder().decode(payload, &context)
  guard context.batch.count == first else { return }
  context.operation(.mysql) { facts, demand in
    if demand.contains(.command) { facts.add(.command, "") }
  }
}

/// Decodes MySQL text, and the code that it holds as text, down to a limit.
struct MySQLDecoder {
  func decode(_ bytes: [UInt8], _ context: inout DecodeContext) {
    guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else {
      return context.unparsed(.mysql, .encoding)
    }
    let text = MySQLText(bytes, server: nil)
    guard !text.gates.isEmpty else { return decode(text, &context) }
    guard text.gates.count <= MySQLLimits.gates else { return context.unparsed(.mysql, .count) }
    var seen = Set<[UInt64]>()
    var failures = Set<UnparsedReason>()
    for server in MySQLServer.readers(of: text.gates) {
      decode(MySQLText(bytes, server: server), &context, &seen, &failures)
    }
  }

  private func decode(_ text: MySQLText, _ context: inout DecodeContext) {
    var seen: Set<[UInt64]>? = nil
    var failures = Set<UnparsedReason>()
    emit(text, &context, &seen, &failures)
  }

  private func decode(
    _ text: MySQLText, _ context: inout DecodeContext, _ seen: inout Set<[UInt64]>,
    _ failures: inout Set<UnparsedReason>
  ) {
    var known: Set<[UInt64]>? = seen
    emit(text, &context, &known, &failures)
    seen = known ?? []
  }

  /// Emits the operations of one reading; those in `seen` only once, and each reason of failure once.
  private func emit(
    _ text: MySQLText, _ context: inout DecodeContext, _ seen: inout Set<[UInt64]>?,
    _ failures: inout Set<UnparsedReason>
  ) {
    func fail(_ reason: UnparsedReason) {
      if failures.insert(reason).inserted { context.unparsed(.mysql, reason) }
    }
    if let failure = text.failure { return fail(failure) }
    // With NO_BACKSLASH_ESCAPES, which statements of the text may turn on, literals end elsewhere.
    if text.hasEscapes, text.changesEscapes { return fail(.unsupported) }
    let asksForConditions = context.demand.contains(.sqlWhereConstant)
    var reader = MySQLReader(text, foldsConditions: asksForConditions)
    reader.isEmbedded = context.sqlNesting > 0
    do throws(MySQLFailure) {
      try reader.read()
    } catch {
      return fail(error.reason)
    }
    for statement in reader.statements where !statement.isHidden {
      if context.isFull { return }
      if statement.isExpression, statement.touchesNothing { continue }
      if seen != nil, !isNew(statement, text, &seen) { continue }
      emit(statement, text, &context)
      for code in statement.embedded { decodeEmbedded(code, &context) }
    }
  }

  /// Whether no reading had the same tokens as a statement, and said the same of it.
  private func isNew(_ statement: MySQLStatement, _ text: MySQLText, _ seen: inout Set<[UInt64]>?) -> Bool {
    // What a variable holds depends on the statements before.
    guard statement.embedded.isEmpty else { return true }
    let key = statement.tokens.map { UInt64(text.tokens[$0].start) << 32 | UInt64(text.tokens[$0].end) }
    return seen?.insert(key).inserted ?? true
  }

  private func decodeEmbedded(_ code: MySQLEmbedded, _ context: inout DecodeContext) {
    guard context.sqlNesting < DecodeLimits.nesting else { return context.unparsed(.mysql, .depth) }
    context.sqlNesting += 1
    defer { context.sqlNesting -= 1 }
    switch code {
    case .sql(let bytes): decode(bytes, &context)
    case .shell(let bytes): context.nested(.shell, in: .mysql, bytes)
    case .unknown: context.unparsed(.mysql, .unknownCode)
    }
  }

  private func emit(_ statement: MySQLStatement, _ text: MySQLText, _ context: inout DecodeContext) {
    context.operation(.mysql) { facts, demand in
      if demand.contains(.command) {
        let command = text.canonical(statement.tokens)
        facts.add(.command, statement.isExpression ? Array("select ".utf8) + command : command)
      }
      if demand.contains(.sqlVerb) { facts.add(.sqlVerb, statement.verb) }
      if demand.contains(.sqlObject), let object = statement.object { facts.add(.sqlObject, object) }
      for (fact, list) in [
        (Fact.sqlTable, statement.tables), (.sqlReads, statement.reads), (.sqlWrites, statement.writes),
        (.sqlFunction, statement.functions), (.sqlProgram, statement.programs), (.sqlFile, statement.files),
      ] where demand.contains(fact) {
        for name in list.names { facts.add(fact, name) }
      }
      if demand.contains(.sqlWhere) { facts.add(.sqlWhere, statement.hasWhere) }
      if demand.contains(.sqlWhereConstant) { facts.add(.sqlWhereConstant, statement.isConstant) }
      if demand.contains(.sqlJoins) { facts.add(.sqlJoins, integer: Int64(statement.joins)) }
      if demand.contains(.sqlLimit), let limit = statement.limit { facts.add(.sqlLimit, integer: limit) }
    }
  }
}

extension FactBuffer {
  fileprivate mutating func add(_ fact: Fact, _ word: StaticString) {
    add(fact, UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
  }
}
