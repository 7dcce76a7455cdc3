import PolicyBytecode

/// Reads the statements that applications send most (SELECT, INSERT, UPDATE and DELETE without subqueries, transactions)
/// without libpg_query, which takes ten times as long: its tokens, a descent over a part of PostgreSQL's grammar
/// (src/backend/parser/gram.y, version 15), and the facts that it was certain of.
///
/// It accepts nothing that PostgreSQL's parser refuses, and says of it what ``PostgresDecoder`` would say from the tree;
/// where it is not certain of both, it says nothing and the parser is asked. Tests and the fuzzer hold the two against
/// each other.
struct QuickSQLReader: ~Copyable {
  /// Calls and brackets nested deeper are left to the parser.
  static let depth = 24
  /// So are more names in one payload.
  static let mostNames = 96

  /// A name that a statement uses.
  struct Name: BitwiseCopyable {
    /// In ``text``.
    var start: UInt32
    var end: UInt32
    var isFunction = false
    var isRead = false
    var isWritten = false
  }

  /// A statement that was read.
  struct Statement: BitwiseCopyable {
    var verb: QuickSQLKind
    var firstToken: Int32
    var endToken: Int32
    var firstName: Int32
    var endName: Int32
    var joins: Int32 = 0
    var hasWhere = false
    /// Negative if there is none.
    var limit: Int64 = -1
  }

  /// What is known of an expression.
  enum Value {
    /// A column; its name is the token at the place.
    case column(Int)
    /// A condition of which it is certain that it is no constant, and not true of all rows.
    case restricting
    /// NULL, a literal, a call, arithmetic: anything that is no column and no condition.
    case other
    /// A condition that may let all rows through.
    case condition
  }

  var scanner = QuickSQLTokens()
  var names = RawBuffer<Name>(capacity: 32)
  var statements = RawBuffer<Statement>(capacity: 8)
  /// The bytes of names, and canonical text.
  var text = RawBuffer<UInt8>(capacity: 512)
  private var bytes = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  private var at = 0
  private var nesting = 0
  /// Columns seen so far that are no other table's.
  private var columns = 0
  private var asksConstant = false
  /// The token that columns of what UPDATE or DELETE writes are qualified with; none in other statements.
  private var target: Int?
  /// The statement at hand.
  private var current = Statement(verb: .end, firstToken: 0, endToken: 0, firstName: 0, endName: 0)

  /// Adds the operations of `payload` to `context`; false, and nothing is added, where it is not certain of them.
  mutating func decode(_ payload: UnsafeBufferPointer<UInt8>, _ context: inout DecodeContext) -> Bool {
    asksConstant = context.demand.contains(.sqlWhereConstant)
    guard read(payload) else { return false }
    for index in 0..<statements.count where !context.isFull { emit(statements[index], payload, &context) }
    return true
  }

  private mutating func read(_ payload: UnsafeBufferPointer<UInt8>) -> Bool {
    guard scanner.read(payload) else { return false }
    bytes = payload
    names.removeAll()
    statements.removeAll()
    text.removeAll()
    (at, nesting) = (0, 0)
    while true {
      while take(.semicolon) {}
      if kind == .end { break }
      let first = Int32(at)
      target = nil
      current = Statement(
        verb: kind, firstToken: first, endToken: first, firstName: Int32(names.count), endName: 0)
      guard statement() else { return false }
      current.endToken = Int32(at)
      current.endName = Int32(names.count)
      statements.append(current)
      guard kind == .end || kind == .semicolon else { return false }
    }
    return statements.count > 0
  }

  // MARK: - Tokens

  private var kind: QuickSQLKind { scanner.tokens.base[at].kind }
  private var next: QuickSQLKind { kind == .end ? .end : scanner.tokens.base[at + 1].kind }

  private mutating func take(_ wanted: QuickSQLKind) -> Bool {
    guard kind == wanted else { return false }
    at += 1
    return true
  }

  private static func isName(_ kind: QuickSQLKind) -> Bool {
    kind == .name || kind == .quotedName || kind == .softName
  }

  private mutating func takeName() -> Bool {
    guard Self.isName(kind) else { return false }
    at += 1
    return true
  }

  /// What may stand after a dot, and as an alias of what is selected: a name or any key word.
  private mutating func takeLabel() -> Bool {
    // PostgreSQL's scanner takes `NOT BETWEEN` and the like together.
    guard kind != .not || ![.in, .like, .between].contains(next),
      kind == .quotedName || kind != .end && isNameStart(bytes[Int(scanner.tokens.base[at].start)])
    else {
      return false
    }
    at += 1
    return true
  }

  /// An alias, with or without AS, or none; false where it is not certain.
  private mutating func alias(isLabel: Bool = false) -> Bool {
    if take(.as) { return isLabel ? takeLabel() : takeName() }
    if kind == .name || kind == .quotedName { at += 1 }
    return true
  }

  // MARK: - Statements

  private mutating func statement() -> Bool {
    switch kind {
    case .select: select()
    case .insert: insert()
    case .update: update()
    case .delete: delete()
    case .begin: take(.begin)
    default: false
    }
  }

  private mutating func select() -> Bool {
    at += 1
    _ = take(.distinct)
    guard targets() else { return false }
    var items = 0
    if take(.from) {
      guard fromList(&items) else { return false }
      current.joins += Int32(items - 1)
    }
    guard condition() else { return false }
    if take(.group) { guard take(.by), list() else { return false } }
    if take(.having) { guard expression() != nil else { return false } }
    if take(.order) {
      guard take(.by) else { return false }
      repeat {
        guard expression() != nil else { return false }
        if !take(.asc) { _ = take(.desc) }
      } while take(.comma)
    }
    return bounds()
  }

  /// LIMIT and OFFSET in either order, each once, of a number or parameter.
  private mutating func bounds() -> Bool {
    var hasOffset = false
    var hasLimit = false
    while true {
      if !hasLimit, take(.limit) {
        hasLimit = true
        if kind == .number {
          guard let limit = integer(at) else { return false }
          current.limit = limit
        } else if kind != .parameter {
          return false
        }
      } else if !hasOffset, take(.offset) {
        hasOffset = true
        guard kind == .number || kind == .parameter else { return false }
      } else {
        return true
      }
      at += 1
      // What goes on is an expression.
      guard kind == .end || kind == .semicolon || kind == .limit || kind == .offset else { return false }
    }
  }

  private mutating func insert() -> Bool {
    at += 1
    guard take(.into), relation(isWritten: true) else { return false }
    if take(.open) {
      repeat { guard takeName() else { return false } } while take(.comma)
      guard take(.close) else { return false }
    }
    guard take(.values) else { return false }
    repeat {
      guard take(.open) else { return false }
      repeat { guard take(.default) || expression() != nil else { return false } } while take(.comma)
      guard take(.close) else { return false }
    } while take(.comma)
    return returning()
  }

  private mutating func update() -> Bool {
    at += 1
    // Of `pg_settings`, what is written is set.
    guard relation(isWritten: true), !spells(at - 1, "pg_settings"), alias() else { return false }
    target = at - 1
    guard take(.set) else { return false }
    repeat {
      guard takeName(), kind == .comparison, isEquals(at) else { return false }
      at += 1
      guard take(.default) || expression() != nil else { return false }
    } while take(.comma)
    if take(.from) {
      var items = 0
      guard fromList(&items) else { return false }
      // It is joined with the target.
      current.joins += Int32(items)
    }
    return condition() && returning()
  }

  private mutating func delete() -> Bool {
    at += 1
    guard take(.from), relation(isWritten: true), alias() else { return false }
    target = at - 1
    if take(.using) {
      var items = 0
      guard fromList(&items) else { return false }
      current.joins += Int32(items)
    }
    return condition() && returning()
  }

  private mutating func returning() -> Bool { take(.returning) ? targets() : true }

  private mutating func targets() -> Bool {
    repeat {
      if take(.star) { continue }
      if Self.isName(kind), next == .dot, scanner.tokens.base[at + 2].kind == .star {
        at += 3
        continue
      }
      guard expression() != nil, alias(isLabel: true) else { return false }
    } while take(.comma)
    return true
  }

  private mutating func list() -> Bool {
    repeat { guard expression() != nil else { return false } } while take(.comma)
    return true
  }

  /// WHERE and its condition, or nothing.
  private mutating func condition() -> Bool {
    guard take(.where) else { return true }
    current.hasWhere = true
    switch expression() {
    case .restricting, .column: return true
    case .other, .condition: return !asksConstant
    case nil: return false
    }
  }

  // MARK: - Relations

  private mutating func fromList(_ items: inout Int) -> Bool {
    repeat {
      items += 1
      guard relation(isWritten: false), alias() else { return false }
      while let isCross = join() {
        current.joins += 1
        guard relation(isWritten: false), alias() else { return false }
        if isCross { continue }
        if take(.using) {
          guard take(.open) else { return false }
          repeat { guard takeName() else { return false } } while take(.comma)
          // An alias of what is joined.
          guard take(.close), kind != .as else { return false }
        } else {
          guard take(.on), expression() != nil else { return false }
        }
      }
    } while take(.comma)
    return true
  }

  /// The words of a join, and whether it has no condition; nil if there is none.
  private mutating func join() -> Bool? {
    switch kind {
    case .join:
      at += 1
      return false
    case .inner, .cross:
      guard next == .join else { return nil }
      let isCross = kind == .cross
      at += 2
      return isCross
    case .left, .right, .full:
      let words = next == .outer ? 2 : 1
      guard scanner.tokens.base[at + words].kind == .join else { return nil }
      at += words + 1
      return false
    default: return nil
    }
  }

  private mutating func relation(isWritten: Bool) -> Bool {
    let first = at
    guard takeName() else { return false }
    if take(.dot) { guard takeLabel() else { return false } }
    // A database's name, a function.
    guard kind != .dot, kind != .open || current.verb == .insert else { return false }
    return note(first, at, isFunction: false, isWritten: isWritten)
  }

  // MARK: - Expressions, by precedence

  /// What the expression is, or nil where it is not certain that it is one.
  private mutating func expression() -> Value? {
    guard nesting < Self.depth else { return nil }
    nesting += 1
    defer { nesting -= 1 }
    guard var value = conjunction() else { return nil }
    while take(.or) {
      guard conjunction() != nil else { return nil }
      // Alternatives may together let all rows through.
      value = .condition
    }
    return value
  }

  private mutating func conjunction() -> Value? {
    guard var value = negation() else { return nil }
    while take(.and) {
      guard let other = negation() else { return nil }
      value = restricts(value) || restricts(other) ? .restricting : .condition
    }
    return value
  }

  private func restricts(_ value: Value) -> Bool {
    switch value {
    case .restricting, .column: true
    case .other, .condition: false
    }
  }

  private mutating func negation() -> Value? {
    var isNegated = false
    while take(.not) { isNegated = true }
    guard let value = test() else { return nil }
    guard isNegated else { return value }
    if case .column = value { return .restricting }
    return .condition
  }

  /// `… IS [NOT] NULL`.
  private mutating func test() -> Value? {
    guard let value = comparison() else { return nil }
    guard take(.is) else { return value }
    _ = take(.not)
    guard take(.null), kind != .is else { return nil }
    guard case .column(let name) = value, !isSystemColumn(name) else { return .condition }
    return .restricting
  }

  private mutating func comparison() -> Value? {
    let before = columns
    guard let left = predicate() else { return nil }
    guard take(.comparison) else { return left }
    let middle = columns
    guard let right = predicate(), kind != .comparison else { return nil }
    switch (left, right) {
    case (.column(let a), .column(let b)): return haveOtherNames(a, b) ? .restricting : .condition
    // What holds a column may be the column: `+a`.
    case (.column, .other): return columns == middle ? .restricting : .condition
    case (.other, .column): return middle == before ? .restricting : .condition
    default: return .condition
    }
  }

  /// `… [NOT] IN (…)`, `… [NOT] LIKE …`, `… [NOT] BETWEEN … AND …`.
  private mutating func predicate() -> Value? {
    guard let left = operation() else { return nil }
    let columnsBefore = columns
    let isNegated = kind == .not && [.in, .like, .between].contains(next)
    if isNegated { at += 1 }
    var value = Value.condition
    var isColumn = false
    if case .column = left { isColumn = true }
    switch kind {
    case .in:
      at += 1
      guard take(.open) else { return nil }
      var hasColumn = false
      repeat {
        guard let item = expression() else { return nil }
        if case .other = item { continue }
        hasColumn = true
      } while take(.comma)
      guard take(.close) else { return nil }
      if isColumn, !hasColumn, columns == columnsBefore { value = .restricting }
    case .like:
      at += 1
      let first = at
      guard operation() != nil else { return nil }
      if isColumn, at == first + 1, scanner.tokens[first].kind == .string, !matchesAll(first) { value = .restricting }
    case .between:
      at += 1
      guard let low = operation(), take(.and), let high = operation() else { return nil }
      // `NOT BETWEEN 5 AND 1` holds for all.
      let isOpen = isNegated || columns != columnsBefore
      if isColumn, !isOpen, case .other = low, case .other = high { value = .restricting }
    default: return left
    }
    return [.in, .like, .between, .not].contains(kind) ? nil : value
  }

  /// `||`, which binds less than `+`.
  private mutating func operation() -> Value? {
    guard var value = sum() else { return nil }
    while take(.concat) {
      guard sum() != nil else { return nil }
      value = .other
    }
    return value
  }

  private mutating func sum() -> Value? {
    guard var value = product() else { return nil }
    while take(.plus) || take(.minus) {
      guard product() != nil else { return nil }
      value = .other
    }
    return value
  }

  private mutating func product() -> Value? {
    guard var value = signed() else { return nil }
    while take(.star) || take(.slash) || take(.percent) {
      guard signed() != nil else { return nil }
      value = .other
    }
    return value
  }

  private mutating func signed() -> Value? {
    var isSigned = false
    while take(.minus) || take(.plus) { isSigned = true }
    guard let value = primary() else { return nil }
    // `- (a = 1)` is no condition that is looked into; nor is what was cast.
    guard take(.cast) else { return isSigned ? .other : value }
    repeat {
      guard [.name, .quotedName, .softName, .typeWord].contains(kind) else { return nil }
      at += 1
      // `numeric(10, 2)`, `int[]`, `a.b`.
      guard kind != .open, kind != .dot else { return nil }
    } while take(.cast)
    if case .column = value, !isSigned { return value }
    return .other
  }

  private mutating func primary() -> Value? {
    switch kind {
    case .number, .string, .parameter, .null, .true, .false:
      at += 1
      return .other
    case .valueFunction:
      // `current_timestamp(3)`.
      guard next != .open, note(at, at + 1, isFunction: true) else { return nil }
      at += 1
      return .other
    case .typeWord:
      guard next == .string else { return nil }
      at += 2
      return .other
    case .functionWord:
      at += 1
      guard take(.open), list(), take(.close) else { return nil }
      return .other
    case .open:
      at += 1
      guard let value = expression(), take(.close), kind != .dot else { return nil }
      return value
    case .name, .quotedName, .softName: return column()
    default: return nil
    }
  }

  /// A column, a call, or a literal with the name of its type before it.
  private mutating func column() -> Value? {
    let first = at
    at += 1
    if kind == .string {
      guard scanner.tokens[first].kind != .quotedName else { return nil }
      at += 1
      return .other
    }
    var dots = 0
    while kind == .dot {
      at += 1
      dots += 1
      guard dots < 3, takeLabel() else { return nil }
    }
    guard kind == .open else {
      if dots > 0, mayBeCalled(at - 1) { return nil }
      // Columns of other tables do not restrict the rows of the target.
      if dots > 0, let target, !areSameName(at - 3, target) { return .other }
      columns += 1
      return .column(at - 1)
    }
    guard dots < 2, note(first, at, isFunction: true) else { return nil }
    at += 1
    if take(.star) {
      guard take(.close) else { return nil }
    } else if !take(.close) {
      _ = take(.distinct)
      guard list(), take(.close) else { return nil }
    }
    // Subscripts and fields of what is called are not read; FILTER, OVER and WITHIN are key words.
    return kind == .dot ? nil : .other
  }

  // MARK: - What tokens say

  private func isEquals(_ index: Int) -> Bool {
    let token = scanner.tokens[index]
    return token.end - token.start == 1 && bytes[Int(token.start)] == UInt8(ascii: "=")
  }

  private func integer(_ index: Int) -> Int64? {
    let token = scanner.tokens[index]
    guard token.end - token.start <= 18 else { return nil }
    var value: Int64 = 0
    for offset in Int(token.start)..<Int(token.end) {
      guard bytes[offset] != UInt8(ascii: ".") else { return nil }
      value = value * 10 + Int64(bytes[offset] - UInt8(ascii: "0"))
    }
    return value
  }

  /// Whether a pattern may match all texts: it is empty or has nothing but `%`.
  private func matchesAll(_ index: Int) -> Bool {
    let token = scanner.tokens[index]
    for offset in (Int(token.start) + 1)..<(Int(token.end) - 1) where bytes[offset] != UInt8(ascii: "%") {
      return false
    }
    return true
  }

  /// Whether two columns surely have different names: neither is in quotes, and they read differently.
  private func haveOtherNames(_ a: Int, _ b: Int) -> Bool {
    let (first, second) = (scanner.tokens[a], scanner.tokens[b])
    guard first.kind != .quotedName, second.kind != .quotedName else { return false }
    guard first.end - first.start == second.end - second.start else { return true }
    for offset in 0..<Int(first.end - first.start)
    where lowered(bytes[Int(first.start) + offset]) != lowered(bytes[Int(second.start) + offset]) { return true }
    return false
  }

  /// Whether a column may be one that every row has.
  private func isSystemColumn(_ index: Int) -> Bool {
    let token = scanner.tokens[index]
    guard token.kind == .name else { return true }
    return [4, 8].contains(token.end - token.start)
      && ConditionFolder.systemColumns.contains { column in
        column.utf8.count == Int(token.end - token.start)
          && zip(column.utf8, bytes[Int(token.start)..<Int(token.end)]).allSatisfy { $0 == lowered($1) }
      }
  }

  // MARK: - Names

  /// Notes the name in the tokens from `first` to `end`; false where it says more than a name.
  private mutating func note(_ first: Int, _ end: Int, isFunction: Bool, isWritten: Bool = false) -> Bool {
    let start = text.count
    for index in (isFunction ? end - 1 : first)..<end { spell(index) }
    let name = Name(
      start: UInt32(start), end: UInt32(text.count), isFunction: isFunction, isRead: !isFunction && !isWritten,
      isWritten: isWritten)
    if isFunction, PostgresFunctions.mayDoMore(UnsafeBufferPointer(rebasing: text.elements[start...])) { return false }
    for index in Int(current.firstName)..<names.count
    where names[index].isFunction == isFunction && isSame(names[index], name) {
      text.truncate(to: start)
      // The lists of what is read and what is written are each in the order in which their names come.
      return names[index].isRead == name.isRead && names[index].isWritten == name.isWritten
    }
    guard names.count < Self.mostNames else { return false }
    names.append(name)
    return true
  }

  /// Adds to ``text`` what a token of a name stands for.
  private mutating func spell(_ index: Int) {
    let token = scanner.tokens[index]
    switch token.kind {
    case .dot: text.append(UInt8(ascii: "."))
    case .quotedName: for offset in (token.start + 1)..<(token.end - 1) { text.append(bytes[Int(offset)]) }
    default: for offset in token.start..<token.end { text.append(lowered(bytes[Int(offset)])) }
    }
  }

  private mutating func spells(_ index: Int, _ name: StaticString) -> Bool {
    let start = text.count
    spell(index)
    defer { text.truncate(to: start) }
    return text.elements[start...].elementsEqual(
      UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
  }

  private mutating func mayBeCalled(_ index: Int) -> Bool {
    let start = text.count
    spell(index)
    defer { text.truncate(to: start) }
    return PostgresFunctions.mayBeCalled(UnsafeBufferPointer(rebasing: text.elements[start...]))
  }

  private mutating func areSameName(_ a: Int, _ b: Int) -> Bool {
    let start = text.count
    spell(a)
    let middle = text.count
    spell(b)
    defer { text.truncate(to: start) }
    return text.elements[start..<middle].elementsEqual(text.elements[middle...])
  }

  private func isSame(_ a: Name, _ b: Name) -> Bool {
    guard a.end - a.start == b.end - b.start else { return false }
    for offset in 0..<Int(a.end - a.start) where text.base[Int(a.start) + offset] != text.base[Int(b.start) + offset] {
      return false
    }
    return true
  }
}
