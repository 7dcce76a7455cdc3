import PolicyBytecode

/// Reads expressions, by precedence.
extension QuickSQLReader {
  /// What the expression is, or nil where it is not certain that it is one.
  mutating func expression() -> Value? {
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
  mutating func column() -> Value? {
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

  func isEquals(_ index: Int) -> Bool {
    let token = scanner.tokens[index]
    return token.end - token.start == 1 && bytes[Int(token.start)] == UInt8(ascii: "=")
  }

  func integer(_ index: Int) -> Int64? {
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
}
