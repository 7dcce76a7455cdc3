import PolicyBytecode

/// Expressions, by precedence (MySQL Reference Manual, "Operator Precedence").
extension MySQLReader {
  private enum Level {
    static let or = 2
    static let xor = 3
    static let and = 4
    static let not = 5
    static let comparison = 7
    static let bits = 8
    static let bitAnd = 9
    static let shift = 10
    static let sum = 11
    static let product = 12
    static let power = 13
    static let sign = 14
    static let collate = 15
  }

  /// Reads an expression whose operators bind at least as tightly as `minimum`.
  @discardableResult
  mutating func expression(_ minimum: Int = 0) throws(MySQLFailure) -> MySQLValue {
    expressionDepth += 1
    if expressionDepth > MySQLLimits.expressionDepth { throw MySQLFailure(reason: .depth) }
    var left = try prefix(minimum)
    while let level = operatorLevel(), level >= minimum { left = try binary(left, level) }
    expressionDepth -= 1
    return left
  }

  /// An expression where what it is worth is not asked for.
  mutating func plainExpression() throws(MySQLFailure) {
    let outer = isFolding
    isFolding = false
    try expression()
    isFolding = outer
  }

  mutating func plainExpressions() throws(MySQLFailure) {
    repeat { try plainExpression() } while take(.comma)
  }

  /// An expression whose worth is asked for whatever the policy speaks of: code, files.
  mutating func foldedExpression() throws(MySQLFailure) -> MySQLValue {
    let outer = isFolding
    isFolding = true
    let value = try expression()
    isFolding = outer
    return value
  }

  /// How tightly the operator at this position binds; nil if there is none.
  private func operatorLevel() -> Int? {
    switch token().kind {
    case .mark:
      switch token().mark {
      case .pipes: return Level.or
      case .ampersands: return Level.and
      case .equal, .nullSafeEqual, .less, .lessEqual, .greater, .greaterEqual, .notEqual: return Level.comparison
      case .pipe: return Level.bits
      case .ampersand: return Level.bitAnd
      case .shiftLeft, .shiftRight: return Level.shift
      case .plus, .minus: return Level.sum
      case .star, .slash, .percent: return Level.product
      case .caret: return Level.power
      default: return nil
      }
    case .word:
      switch token().word {
      case .or: return Level.or
      case .xor: return Level.xor
      case .and: return Level.and
      case .is, .in, .like, .regexp, .rlike, .between: return Level.comparison
      case .not:
        return at(oneOf: [.in, .like, .regexp, .rlike, .between], 1) ? Level.comparison : nil
      case .sounds: return at(.like, 1) ? Level.comparison : nil
      case .member: return at(.of, 1) || at(.open, 1) ? Level.comparison : nil
      case .div, .mod: return Level.product
      case .collate: return Level.collate
      default: return nil
      }
    default: return nil
    }
  }

  private mutating func prefix(_ minimum: Int) throws(MySQLFailure) -> MySQLValue {
    let start = position
    switch token().mark {
    case .plus, .minus, .tilde:
      let mark = token().mark
      advance()
      let operand = try expression(Level.sign)
      return isFolding ? sign(mark, operand, start) : MySQLValue(.perRow, start..<position)
    case .bang:
      advance()
      let operand = try expression(Level.sign)
      return negation(operand, start..<position)
    default: break
    }
    switch token().word {
    case .not where minimum <= Level.not:
      advance()
      let operand = try expression(Level.not)
      return negation(operand, start..<position)
    case .binary:
      advance()
      var operand = try expression(Level.sign)
      operand.tokens = start..<position
      return operand
    default: return try primary()
    }
  }

  private mutating func binary(_ left: MySQLValue, _ level: Int) throws(MySQLFailure) -> MySQLValue {
    let (mark, word) = (token().mark, token().word)
    let start = left.tokens.lowerBound
    advance()
    switch level {
    case Level.or:
      let right = try expression(level + 1)
      return disjunction(left, right, start..<position, isPipes: mark == .pipes)
    case Level.xor:
      let right = try expression(level + 1)
      return exclusion(left, right, start..<position)
    case Level.and:
      let right = try expression(level + 1)
      return conjunction(left, right, start..<position)
    case Level.comparison: return try comparison(left, mark, word)
    case Level.collate:
      if isAtString { _ = try string() } else if !take(.binary) { _ = try name() }
      var value = left
      value.tokens = start..<position
      return value
    default:
      let right = try expression(level + 1)
      return arithmetic(mark, word, left, right)
    }
  }

  private static let comparisons: [MySQLMark: MySQLTest.Word] = [
    .equal: .equal, .nullSafeEqual: .equal, .less: .less, .lessEqual: .lessEqual, .greater: .greater,
    .greaterEqual: .greaterEqual, .notEqual: .notEqual,
  ]

  /// What follows a comparing operator, which has been read.
  private mutating func comparison(
    _ left: MySQLValue, _ mark: MySQLMark, _ word: MySQLWord
  ) throws(MySQLFailure) -> MySQLValue {
    if let comparison = Self.comparisons[mark] {
      if at(oneOf: [.all, .any, .some]), at(.open, 1) {
        let isAll = at(.all)
        advance()
        let query = try subquery()
        return quantified(left, comparison, isAll, query)
      }
      let right = try expression(Level.bits)
      return self.comparison(comparison, left, right, isNullSafe: mark == .nullSafeEqual)
    }
    switch word {
    case .is: return try isTest(left)
    case .sounds:
      try expect(.like)
      let right = try expression(Level.bits)
      return comparison(.equal, left, right)
    case .member:
      _ = take(.of)
      try expect(.open)
      let right = try bracketed()
      return MySQLValue(combined(left, right), left.tokens.lowerBound..<position)
    case .not:
      let operation = token().word
      advance()
      return try predicate(left, operation, isNegated: true)
    default: return try predicate(left, word, isNegated: false)
    }
  }

  private mutating func isTest(_ left: MySQLValue) throws(MySQLFailure) -> MySQLValue {
    let isNegated = take(.not)
    switch token().word {
    case .null:
      advance()
      return nullTest(left, isNegated: isNegated)
    case .true, .false:
      let wanted = at(.true)
      advance()
      return truthTest(left, wanted, isNegated: isNegated)
    case .unknown:
      advance()
      return truthTest(left, nil, isNegated: isNegated)
    default: throw failure
    }
  }

  private mutating func predicate(
    _ left: MySQLValue, _ word: MySQLWord, isNegated: Bool
  ) throws(MySQLFailure) -> MySQLValue {
    switch word {
    case .like:
      let right = try expression(Level.bits)
      if take(.escape) { try expression(Level.bits) }
      return matching(left, right, isLike: true, isNegated: isNegated)
    case .regexp, .rlike:
      let right = try expression(Level.bits)
      return matching(left, right, isLike: false, isNegated: isNegated)
    case .between:
      let low = try expression(Level.bits)
      try expect(.and)
      let high = try expression(Level.bits)
      return betweenness(left, low, high, isNegated: isNegated)
    default:
      guard at(.open) else { throw failure }
      if startsQuery(1) {
        let query = try subquery()
        return membership(left, query, isNegated: isNegated)
      }
      let start = position
      advance()
      try enter()
      var items: [MySQLValue] = []
      repeat {
        let item = try expression()
        if isFolding { items.append(item) }
      } while take(.comma)
      leave()
      try expect(.close)
      return membership(left, items, start..<position, isNegated: isNegated)
    }
  }

  /// An expression and its closing bracket; the opening one has been read.
  mutating func bracketed() throws(MySQLFailure) -> MySQLValue {
    try enter()
    let value = try expression()
    leave()
    try expect(.close)
    return value
  }

  // MARK: - Subqueries

  /// Whether a query starts at `ahead`, not in brackets.
  func startsQuery(_ ahead: Int = 0) -> Bool {
    switch token(ahead).word {
    case .select, .with: true
    case .table: at(.word, ahead + 1) || at(.quotedName, ahead + 1)
    case .values: at(.row, ahead + 1) || at(.open, ahead + 1)
    default: false
    }
  }

  /// Reads `(query)`, whose rows an expression looks at.
  mutating func subquery() throws(MySQLFailure) -> MySQLQuery {
    try expect(.open)
    try enter()
    let columnsBefore = columns
    let outer = (sources, isFolding, hasJoinCondition)
    sources = []
    var query = try queryExpression()
    (sources, isFolding, hasJoinCondition) = outer
    query.usesColumns = columns != columnsBefore
    leave()
    try expect(.close)
    return query
  }

  /// What EXISTS of `query` is worth; what it selects does not matter.
  func existence(_ query: MySQLQuery) -> MySQLConstant {
    if query.isEmpty { return .boolean(false) }
    if query.isPlain { return query.hasFrom ? .fixed : .boolean(true) }
    return query.usesColumnsPastTargets ? .perRow : .fixed
  }

  private func membership(_ left: MySQLValue, _ query: MySQLQuery, isNegated: Bool) -> MySQLValue {
    var value = MySQLValue(.perRow, left.tokens.lowerBound..<position)
    guard isFolding else { return value }
    if query.isEmpty {
      value.constant = .boolean(isNegated)
    } else if !isNegated, selectsItself(left, query) {
      value.constant = .boolean(true)
    } else {
      value.constant = left.constant == .perRow || query.usesColumns ? .perRow : .fixed
    }
    return value
  }

  /// Whether it is `x IN (SELECT x FROM t)`, `t` being the table whose rows are looked at.
  private func selectsItself(_ left: MySQLValue, _ query: MySQLQuery) -> Bool {
    guard query.isPlain, sources.count == 1, let table = query.onlyTable, let target = query.onlyTarget,
      table.split(separator: Ascii.dot).last == sources[0].table.split(separator: Ascii.dot).last,
      let last = left.tokens.last, let other = target.last
    else { return false }
    return isColumn(left.tokens) && isColumn(target) && text.name(last) == text.name(other)
  }

  private func isColumn(_ tokens: Range<Int>) -> Bool {
    tokens.count % 2 == 1
      && tokens.enumerated().allSatisfy { offset, index in
        let token = text.tokens[index]
        return offset % 2 == 1 ? token.mark == .dot : token.kind == .word || token.kind == .quotedName
      }
  }

  private func quantified(
    _ left: MySQLValue, _ word: MySQLTest.Word, _ isAll: Bool, _ query: MySQLQuery
  ) -> MySQLValue {
    var value = MySQLValue(.perRow, left.tokens.lowerBound..<position)
    guard isFolding else { return value }
    if query.isEmpty {
      value.constant = .boolean(isAll)
    } else if !isAll, word == .equal, selectsItself(left, query) {
      value.constant = .boolean(true)
    } else {
      value.constant = left.constant == .perRow || query.usesColumns ? .perRow : .fixed
    }
    return value
  }
}
