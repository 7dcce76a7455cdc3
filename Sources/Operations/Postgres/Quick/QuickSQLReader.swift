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
  var bytes = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  var at = 0
  var nesting = 0
  /// Columns seen so far that are no other table's.
  var columns = 0
  private var asksConstant = false
  /// The token that columns of what UPDATE or DELETE writes are qualified with; none in other statements.
  var target: Int?
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

  var kind: QuickSQLKind { scanner.tokens.base[at].kind }
  var next: QuickSQLKind { kind == .end ? .end : scanner.tokens.base[at + 1].kind }

  mutating func take(_ wanted: QuickSQLKind) -> Bool {
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
  mutating func takeLabel() -> Bool {
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

  mutating func list() -> Bool {
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

  // MARK: - Names

  /// Notes the name in the tokens from `first` to `end`; false where it says more than a name.
  mutating func note(_ first: Int, _ end: Int, isFunction: Bool, isWritten: Bool = false) -> Bool {
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

  mutating func mayBeCalled(_ index: Int) -> Bool {
    let start = text.count
    spell(index)
    defer { text.truncate(to: start) }
    return PostgresFunctions.mayBeCalled(UnsafeBufferPointer(rebasing: text.elements[start...]))
  }

  mutating func areSameName(_ a: Int, _ b: Int) -> Bool {
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
