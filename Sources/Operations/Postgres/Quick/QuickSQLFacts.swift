import PolicyBytecode

/// The facts of a statement that was read without a tree: those of ``PostgresDecoder``, in its order.
extension QuickSQLReader {
  mutating func emit(
    _ statement: Statement, _ bytes: UnsafeBufferPointer<UInt8>, _ context: inout DecodeContext
  ) {
    guard context.open(.postgres) else { return }
    let demand = context.demand
    if demand.contains(.command) {
      context.batch.facts.add(.command) { writeCanonical(statement, bytes, &$0) }
    }
    if demand.contains(.sqlVerb) {
      let token = scanner.tokens[Int(statement.firstToken)]
      context.batch.facts.add(.sqlVerb) {
        for offset in token.start..<token.end { $0.append(lowered(bytes[Int(offset)])) }
      }
    }
    if demand.contains(.sqlTable) { add(.sqlTable, statement, &context) { !$0.isFunction } }
    if demand.contains(.sqlReads) { add(.sqlReads, statement, &context) { $0.isRead } }
    if demand.contains(.sqlWrites) { add(.sqlWrites, statement, &context) { $0.isWritten } }
    if demand.contains(.sqlFunction) { add(.sqlFunction, statement, &context) { $0.isFunction } }
    if demand.contains(.sqlWhere) { context.batch.facts.add(.sqlWhere, statement.hasWhere) }
    if demand.contains(.sqlWhereConstant) { context.batch.facts.add(.sqlWhereConstant, false) }
    if demand.contains(.sqlJoins) { context.batch.facts.add(.sqlJoins, integer: Int64(statement.joins)) }
    if demand.contains(.sqlLimit), statement.limit >= 0 {
      context.batch.facts.add(.sqlLimit, integer: statement.limit)
    }
    context.end()
  }

  private func add(
    _ fact: Fact, _ statement: Statement, _ context: inout DecodeContext, where isMeant: (Name) -> Bool
  ) {
    for index in Int(statement.firstName)..<Int(statement.endName) where isMeant(names[index]) {
      let name = names[index]
      context.batch.facts.add(
        fact, UnsafeBufferPointer(start: text.base + Int(name.start), count: Int(name.end - name.start)))
    }
  }

  /// The canonical text of ``PostgresText/canonical(_:)``.
  private func writeCanonical(
    _ statement: Statement, _ bytes: UnsafeBufferPointer<UInt8>, _ text: inout RawBuffer<UInt8>
  ) {
    var before = QuickSQLKind.dot
    for index in Int(statement.firstToken)..<Int(statement.endToken) {
      let token = scanner.tokens[index]
      switch token.kind {
      case .comma, .close, .semicolon, .dot: break
      default: if before != .dot { text.append(UInt8(ascii: " ")) }
      }
      before = token.kind
      let (start, end) = (Int(token.start), Int(token.end))
      text.reserve(end - start + 2)
      switch token.kind {
      case .string:
        text.append(UInt8(ascii: "'"))
        text.append(UInt8(ascii: "?"))
        text.append(UInt8(ascii: "'"))
      case .quotedName:
        let isPlain = isPlainName(start + 1, end - 1, bytes)
        for offset in isPlain ? (start + 1)..<(end - 1) : start..<end { text.append(bytes[offset]) }
      case .parameter, .comparison: for offset in start..<end { text.append(bytes[offset]) }
      default: for offset in start..<end { text.append(lowered(bytes[offset])) }
      }
    }
  }

  /// Whether a name in quotes means the same without them, and spells no key word.
  private func isPlainName(_ start: Int, _ end: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard isNameStart(bytes[start]) else { return false }
    for offset in start..<end where !isNamePart(bytes[offset]) || lowered(bytes[offset]) != bytes[offset] {
      return false
    }
    return !PostgresKeywords.contains(bytes[start..<end].map { $0 }[...])
  }
}
