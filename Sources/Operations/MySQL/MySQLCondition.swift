/// What conditions are worth: constants folded, what compares with itself, alternatives that cover everything.
///
/// A comparison of an expression with itself counts as true, though it is NULL where the expression is.
extension MySQLReader {
  /// The worth of something made of `parts` whose own worth is not computed.
  func combined(_ parts: [MySQLConstant]) -> MySQLConstant { parts.contains(.perRow) ? .perRow : .fixed }

  func combined(_ left: MySQLValue, _ right: MySQLValue) -> MySQLConstant {
    left.constant == .perRow || right.constant == .perRow ? .perRow : .fixed
  }

  // MARK: - Logic

  func negation(_ value: MySQLValue, _ tokens: Range<Int>) -> MySQLValue {
    var result = MySQLValue(value.constant.truth.map { .boolean(!$0) } ?? value.constant, tokens)
    if case .binary = value.constant { result.constant = .fixed }
    result.isVolatile = value.isVolatile
    guard isFolding else { return result }
    result.alternatives = parts(value).map(\.negated)
    result.parts = alternatives(value).map(\.negated)
    return result
  }

  func disjunction(_ a: MySQLValue, _ b: MySQLValue, _ tokens: Range<Int>, isPipes: Bool) -> MySQLValue {
    var result = MySQLValue(.perRow, tokens)
    guard isFolding else { return result }
    result.isVolatile = a.isVolatile || b.isVolatile
    result.alternatives = Array((alternatives(a) + alternatives(b)).prefix(MySQLLimits.alternatives))
    result.parts = [MySQLTest(word: .isTrue, left: tokens)]
    let (x, y) = (a.constant, b.constant)
    if x.truth == true || y.truth == true || coversAll(a, b) {
      // With PIPES_AS_CONCAT, `'a' || '1'` is a text that is no true number.
      result.constant = isPipes && (isText(x) || isText(y)) ? .fixed : .boolean(true)
    } else if x == .fixed || y == .fixed || isBinary(x) || isBinary(y) {
      result.constant = .fixed
    } else if x == .perRow || y == .perRow {
      result.constant = .perRow
    } else {
      // With PIPES_AS_CONCAT, `||` joins texts.
      result.constant = isPipes ? .fixed : x == .null || y == .null ? .null : .boolean(false)
    }
    return result
  }

  func conjunction(_ a: MySQLValue, _ b: MySQLValue, _ tokens: Range<Int>) -> MySQLValue {
    var result = MySQLValue(.perRow, tokens)
    guard isFolding else { return result }
    result.isVolatile = a.isVolatile || b.isVolatile
    result.parts = Array((parts(a) + parts(b)).prefix(MySQLLimits.alternatives))
    result.alternatives = [MySQLTest(word: .isTrue, left: tokens)]
    let (x, y) = (a.constant, b.constant)
    if x.truth == false || y.truth == false || isContradiction(a, b) {
      result.constant = .boolean(false)
    } else if x == .perRow || y == .perRow {
      result.constant = .perRow
    } else if x == .null || y == .null {
      result.constant = .null
    } else {
      result.constant = x.truth == true && y.truth == true ? .boolean(true) : .fixed
    }
    return result
  }

  func exclusion(_ a: MySQLValue, _ b: MySQLValue, _ tokens: Range<Int>) -> MySQLValue {
    guard isFolding else { return MySQLValue(.perRow, tokens) }
    guard let x = a.constant.truth, let y = b.constant.truth else { return MySQLValue(combined(a, b), tokens) }
    return MySQLValue(.boolean(x != y), tokens)
  }

  private func isText(_ constant: MySQLConstant) -> Bool {
    if case .text = constant { true } else { false }
  }

  private func isBinary(_ constant: MySQLConstant) -> Bool {
    if case .binary = constant { true } else { false }
  }

  private func alternatives(_ value: MySQLValue) -> [MySQLTest] {
    value.alternatives.isEmpty ? [MySQLTest(word: .isTrue, left: value.tokens)] : value.alternatives
  }

  private func parts(_ value: MySQLValue) -> [MySQLTest] {
    value.parts.isEmpty ? [MySQLTest(word: .isTrue, left: value.tokens)] : value.parts
  }

  /// Whether alternatives of two conditions between them let every row through: `a IS NULL OR a IS NOT NULL`, `a < 1 OR
  /// a > 0`. What they do with NULL is left out.
  private func coversAll(_ a: MySQLValue, _ b: MySQLValue) -> Bool {
    guard !a.isVolatile, !b.isVolatile else { return false }
    let others = alternatives(b).prefix(8)
    return alternatives(a).contains { first in others.contains { covers(first, $0) || covers(first, flipped($0)) } }
  }

  private func isContradiction(_ a: MySQLValue, _ b: MySQLValue) -> Bool {
    guard !a.isVolatile, !b.isVolatile else { return false }
    let others = parts(b).prefix(8)
    return parts(a).contains { first in
      others.contains { covers(first.negated, $0.negated) || covers(first.negated, flipped($0.negated)) }
    }
  }

  private func flipped(_ test: MySQLTest) -> MySQLTest {
    guard let word = test.word.flipped, let right = test.right else { return test }
    return MySQLTest(word: word, left: right, right: test.left)
  }

  private func covers(_ a: MySQLTest, _ b: MySQLTest) -> Bool {
    guard (a.right == nil) == (b.right == nil), areEqual(a.left, b.left) else { return false }
    guard let right = a.right, let other = b.right else { return a.word.opposite == b.word }
    if a.word.opposite == b.word, areEqual(right, other) { return true }
    guard let order = compared(a.rightConstant, b.rightConstant) else { return false }
    switch (a.word, b.word) {
    case (.notEqual, .notEqual): return order != .same
    case (.notEqual, let word), (let word, .notEqual):
      return holds(word, a.word == .notEqual ? order : order.reversed) == true
    case (.less, .greater): return order == .greater
    case (.less, .greaterEqual), (.lessEqual, .greater), (.lessEqual, .greaterEqual): return order != .less
    case (.greater, .less): return order == .less
    case (.greater, .lessEqual), (.greaterEqual, .less), (.greaterEqual, .lessEqual): return order != .greater
    default: return false
    }
  }

  // MARK: - Comparisons

  /// Whether two runs of tokens are the same but for case.
  func areEqual(_ a: Range<Int>, _ b: Range<Int>) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { areEqual($0, $1) }
  }

  private func areEqual(_ a: Int, _ b: Int) -> Bool {
    let (x, y) = (text.tokens[a], text.tokens[b])
    guard x.mark == y.mark else { return false }
    if x.kind == .mark { return true }
    if x.kind == y.kind, x.end - x.start == y.end - y.start, text.slice(a).elementsEqual(text.slice(b)) { return true }
    let isName = (x.kind == .word || x.kind == .quotedName) && (y.kind == .word || y.kind == .quotedName)
    return isName && text.name(a) == text.name(b)
  }

  /// Whether two expressions are the same for every row: alike, one column with and without the name of the only table
  /// there is, or a column and its name in double quotes, which is the column itself with ANSI_QUOTES.
  func areSame(_ a: MySQLValue, _ b: MySQLValue) -> Bool {
    guard !a.isVolatile, !b.isVolatile else { return false }
    if a.constant == .perRow, areEqual(a.tokens, b.tokens) { return true }
    guard let first = column(a.tokens), let second = column(b.tokens), first.name == second.name else { return false }
    if first.isString, second.isString { return false }
    guard let x = first.table, let y = second.table else {
      guard let table = first.table ?? second.table else { return true }
      return sources.count == 1 && sources[0].alias == table
    }
    return x == y
  }

  private func column(_ tokens: Range<Int>) -> (name: [UInt8], table: [UInt8]?, isString: Bool)? {
    guard let last = tokens.last else { return nil }
    let isString = text.tokens[last].kind == .doubleString
    guard text.tokens[last].kind == .word || text.tokens[last].kind == .quotedName || isString else { return nil }
    switch tokens.count {
    case 1: return (text.name(last), nil, isString)
    case 3, 5:
      guard text.tokens[last - 1].mark == .dot else { return nil }
      return (text.name(last), text.name(last - 2), isString)
    default: return nil
    }
  }

  enum Order {
    case less, same, greater, different

    var reversed: Order {
      switch self {
      case .less: .greater
      case .greater: .less
      case .same, .different: self
      }
    }
  }

  /// How two known values compare, where that is certain. The order of texts is the collation's, and so is whether case
  /// and accents matter, and which characters count at all. Decimals of the server are exact; here they are rounded,
  /// which keeps an order but may make equal.
  func compared(_ a: MySQLConstant, _ b: MySQLConstant) -> Order? {
    switch (a, b) {
    case (.integer(let x), .integer(let y)): return x < y ? .less : x == y ? .same : .greater
    case (.text(let x), .text(let y)), (.binary(let x), .binary(let y)):
      if x == y { return .same }
      let arePrinting = (x + y).allSatisfy { $0 >= Ascii.space && $0 < 0x7F }
      return arePrinting && !folded(x).elementsEqual(folded(y)) ? .different : nil
    default:
      guard let x = a.number, let y = b.number, x != y, !x.isNaN, !y.isNaN else { return nil }
      return x < y ? .less : .greater
    }
  }

  private func folded(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    while bytes.last == Ascii.space { bytes.removeLast() }
    return bytes.map(lowered)
  }

  func holds(_ word: MySQLTest.Word, _ order: Order) -> Bool? {
    switch (word, order) {
    case (.equal, _): order == .same
    case (.notEqual, _): order != .same
    case (_, .different): nil
    case (.less, _): order == .less
    case (.greater, _): order == .greater
    case (.lessEqual, _): order != .greater
    case (.greaterEqual, _): order != .less
    default: nil
    }
  }

  func comparison(
    _ word: MySQLTest.Word, _ a: MySQLValue, _ b: MySQLValue, isNullSafe: Bool = false
  ) -> MySQLValue {
    let tokens = a.tokens.lowerBound..<position
    var result = MySQLValue(.perRow, tokens)
    guard isFolding else { return result }
    result.isVolatile = a.isVolatile || b.isVolatile
    result.alternatives = [MySQLTest(word: word, left: a.tokens, right: b.tokens, rightConstant: b.constant)]
    result.parts = result.alternatives
    if areSame(a, b) {
      result.constant = .boolean(word == .equal || word == .lessEqual || word == .greaterEqual)
    } else if a.constant == .null || b.constant == .null {
      result.constant = isNullSafe ? (a.constant == b.constant ? .boolean(true) : combined(a, b)) : .null
    } else if a.constant == .perRow || b.constant == .perRow {
      result.constant = .perRow
    } else if let order = compared(a.constant, b.constant), let truth = holds(word, order) {
      result.constant = .boolean(truth)
    } else {
      result.constant = .fixed
    }
    return result
  }

  /// `x LIKE '%'`: a pattern that every text matches does not restrict.
  func matching(_ a: MySQLValue, _ b: MySQLValue, isLike: Bool, isNegated: Bool) -> MySQLValue {
    var result = MySQLValue(.perRow, a.tokens.lowerBound..<position)
    guard isFolding else { return result }
    result.isVolatile = a.isVolatile || b.isVolatile
    result.alternatives = [
      MySQLTest(word: isNegated ? .matchesNot : .matches, left: a.tokens, right: b.tokens)
    ]
    result.parts = result.alternatives
    if case .text(let pattern) = b.constant {
      let matchesAll =
        isLike
        ? !pattern.isEmpty && pattern.allSatisfy { $0 == Ascii.percent }
        : Self.unrestrictingRegexes.contains(String(decoding: pattern, as: UTF8.self))
      result.constant = matchesAll ? .boolean(!isNegated) : a.constant == .perRow ? .perRow : .fixed
    } else {
      result.constant = areSame(a, b) ? .boolean(!isNegated) : combined(a, b)
    }
    return result
  }

  private static let unrestrictingRegexes: Set<String> = [
    "", "^", "$", ".*", "^.*", ".*$", "^.*$", "(.*)", "^(.*)$", "()", ".*?", "^.*?$", "|",
  ]

  func membership(_ a: MySQLValue, _ items: [MySQLValue], _ list: Range<Int>, isNegated: Bool) -> MySQLValue {
    var result = MySQLValue(.perRow, a.tokens.lowerBound..<position)
    guard isFolding else { return result }
    result.isVolatile = a.isVolatile
    result.alternatives = [MySQLTest(word: isNegated ? .notWithin : .within, left: a.tokens, right: list)]
    result.parts = result.alternatives
    var isOpen = false
    for item in items {
      if areSame(a, item) {
        result.constant = .boolean(!isNegated)
        return result
      }
      guard let order = compared(a.constant, item.constant) else {
        isOpen = true
        continue
      }
      if order == .same {
        result.constant = .boolean(!isNegated)
        return result
      }
    }
    let isPerRow = a.constant == .perRow || items.contains { $0.constant == .perRow }
    result.constant = isPerRow ? .perRow : isOpen ? .fixed : .boolean(isNegated)
    return result
  }

  func betweenness(_ a: MySQLValue, _ low: MySQLValue, _ high: MySQLValue, isNegated: Bool) -> MySQLValue {
    var result = MySQLValue(.perRow, a.tokens.lowerBound..<position)
    guard isFolding else { return result }
    let isLow = comparison(.greaterEqual, a, low).constant
    let isHigh = comparison(.lessEqual, a, high).constant
    let bounds = low.tokens.lowerBound..<high.tokens.upperBound
    result.isVolatile = a.isVolatile || low.isVolatile || high.isVolatile
    result.alternatives = [MySQLTest(word: isNegated ? .notWithin : .within, left: a.tokens, right: bounds)]
    result.parts = result.alternatives
    let isEmpty = compared(low.constant, high.constant) == .greater
    if isLow.truth == false || isHigh.truth == false || isEmpty {
      result.constant = .boolean(isNegated)
    } else if isLow.truth == true, isHigh.truth == true {
      result.constant = .boolean(!isNegated)
    } else {
      result.constant = combined([a.constant, low.constant, high.constant])
    }
    return result
  }

  func nullTest(_ a: MySQLValue, isNegated: Bool) -> MySQLValue {
    var result = MySQLValue(.perRow, a.tokens.lowerBound..<position)
    guard isFolding else { return result }
    result.alternatives = [MySQLTest(word: isNegated ? .isNotNull : .isNull, left: a.tokens)]
    result.parts = result.alternatives
    switch a.constant {
    case .perRow, .fixed: result.constant = a.constant
    case .null: result.constant = .boolean(!isNegated)
    default: result.constant = .boolean(isNegated)
    }
    return result
  }

  /// `x IS [NOT] TRUE`, FALSE, UNKNOWN.
  func truthTest(_ a: MySQLValue, _ wanted: Bool?, isNegated: Bool) -> MySQLValue {
    var result = MySQLValue(.perRow, a.tokens.lowerBound..<position)
    guard isFolding else { return result }
    if wanted == true {
      result.alternatives = [MySQLTest(word: isNegated ? .isNotTrue : .isTrue, left: a.tokens)]
      result.parts = result.alternatives
    }
    let isNull = a.constant == .null
    if isNull || a.constant.truth != nil {
      result.constant = .boolean((isNull ? wanted == nil : a.constant.truth == wanted) != isNegated)
    } else {
      result.constant = a.constant == .perRow ? .perRow : .fixed
    }
    return result
  }

  // MARK: - Arithmetic

  func arithmetic(_ mark: MySQLMark, _ word: MySQLWord, _ a: MySQLValue, _ b: MySQLValue) -> MySQLValue {
    var result = MySQLValue(.perRow, a.tokens.lowerBound..<position)
    guard isFolding else { return result }
    result.isVolatile = a.isVolatile || b.isVolatile
    result.constant = arithmeticConstant(mark, word, a, b)
    return result
  }

  private func arithmeticConstant(
    _ mark: MySQLMark, _ word: MySQLWord, _ a: MySQLValue, _ b: MySQLValue
  ) -> MySQLConstant {
    let (x, y) = (a.constant, b.constant)
    if x == .null || y == .null { return .null }
    if mark == .minus || mark == .caret, areSame(a, b) { return .integer(0) }
    if mark == .star, x == .integer(0) || y == .integer(0) { return .integer(0) }
    if x == .perRow || y == .perRow { return .perRow }
    if case .integer(let i) = x, case .integer(let j) = y {
      let folded: (Int64, overflow: Bool)? =
        switch (mark, word) {
        case (.plus, _): i.addingReportingOverflow(j)
        case (.minus, _): i.subtractingReportingOverflow(j)
        case (.star, _): i.multipliedReportingOverflow(by: j)
        case (_, .div): i.dividedReportingOverflow(by: j)
        case (.percent, _), (_, .mod): i.remainderReportingOverflow(dividingBy: j)
        case (.pipe, _): (i | j, i < 0 || j < 0)
        case (.ampersand, _): (i & j, i < 0 || j < 0)
        case (.caret, _): (i ^ j, i < 0 || j < 0)
        default: nil
        }
      if let folded { return folded.overflow ? .fixed : .integer(folded.0) }
    }
    return .fixed
  }

  func sign(_ mark: MySQLMark, _ a: MySQLValue, _ start: Int) -> MySQLValue {
    var result = MySQLValue(.perRow, start..<position)
    result.isVolatile = a.isVolatile
    switch (mark, a.constant) {
    case (.minus, .integer(let value)) where value != .min: result.constant = .integer(-value)
    case (.minus, .real(let value)): result.constant = .real(-value)
    case (.plus, _), (_, .perRow), (_, .null): result.constant = a.constant
    case (.minus, .text): result.constant = a.constant.number.map { .real(-$0) } ?? .fixed
    default: result.constant = .fixed
    }
    return result
  }
}
