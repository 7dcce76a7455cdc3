import PatternMatching
import PolicyBytecode
import PolicySyntax

/// Turns the conditions of an author into ``Condition``: defines expanded, facts and operators checked by type.
///
/// Every function reports what is wrong and answers nil for it; all parts are looked at all the same.
final class ConditionChecker {
  private struct Expansion {
    var condition: Condition
    var testCount: Int
    /// How many defines stand in one another, this one included.
    var depth: Int
  }

  private enum DefineState {
    case expanding
    case done(Expansion?)
  }

  let names: NameTable
  let lists: ListExpander
  let bag: DiagnosticBag
  private let operands: OperandReader
  private var defines: [Int: DefineState] = [:]
  /// The defines that are being expanded, outermost first.
  private var expanding: [Int] = []
  /// The tests of the condition that is being read, defines expanded.
  private var testCount = 0
  /// The depth of the deepest define used by the one that is being expanded.
  private var deepestUse = 0

  init(
    names: NameTable, lists: ListExpander, bag: DiagnosticBag, zoneExists: @escaping (String) -> Bool,
    checkedPatterns: CheckedPatterns = CheckedPatterns()
  ) {
    self.names = names
    self.lists = lists
    self.bag = bag
    operands = OperandReader(
      names: names, lists: lists, bag: bag, zoneExists: zoneExists, checkedPatterns: checkedPatterns)
  }

  /// The condition that `expression` of a file means.
  func check(_ expression: Expression, in file: UInt32) -> Condition? {
    let outer = testCount
    testCount = 0
    defer { testCount = outer }
    let condition = convert(expression, file)
    guard testCount <= CheckLimits.conditionTests else {
      bag.report(
        .limitExceeded, "with its defines expanded this has more than \(CheckLimits.conditionTests) tests",
        at: SourceSpan(file: file, expression.range))
      return nil
    }
    return condition
  }

  /// Checks a define that may be used nowhere.
  func checkDefine(_ entry: Int) { _ = expansion(of: entry) }

  private func convert(_ expression: Expression, _ file: UInt32) -> Condition? {
    switch expression {
    case .and(let parts, _): all(parts, file).map(Condition.and)
    case .or(let parts, _): all(parts, file).map(Condition.or)
    case .not(let inner, _): convert(inner, file).map(Condition.not)
    case .test(let test): convert(test, file)
    case .missing: nil
    }
  }

  private func all(_ parts: [Expression], _ file: UInt32) -> [Condition]? {
    let converted = parts.map { convert($0, file) }
    return converted.contains { $0 == nil } ? nil : converted.compactMap { $0 }
  }

  private func convert(_ test: TestExpression, _ file: UInt32) -> Condition? {
    let subject = test.subject.name.text
    guard !subject.isEmpty, countTests(1) else { return nil }
    if subject == "response" || subject == "text" && test.op == .contains { return detection(test, file) }
    guard let schema = FactSchema.named(subject) else { return named(test, file) }
    return comparison(FactTest(schema: schema, test: test, file: file))
  }

  /// Adds to the tests of the condition at hand; false once there are too many.
  private func countTests(_ count: Int) -> Bool {
    testCount += count
    return testCount <= CheckLimits.conditionTests
  }

  /// A test of a fact with a value.
  private func comparison(_ test: FactTest) -> Condition? {
    let op = test.test.op
    guard let key = key(of: test), let reading = reading(of: test) else { return nil }
    let isNegated = op == .isNot || op == .notIn
    let condition: Condition
    switch reading {
    case .never:
      condition = .constant(false)
      if case .list(let items, _) = test.test.operand, items.isEmpty {
        bag.report(.constantTest, "this list is empty, so nothing is in it", at: test.operandSpan)
      }
    case .test(let meaning, let places):
      var predicate = CheckedPredicate(
        fact: test.schema.fact, key: key.text, isAll: test.test.isAll, test: meaning, span: test.span)
      predicate.places = places
      predicate.isWrittenNegated = isNegated
      condition = .test(predicate)
    }
    return isNegated ? .not(condition) : condition
  }

  // MARK: - Detectors

  /// `text contains`, whose words are detectors and whose strings are substrings, and `response contains`.
  private func detection(_ test: TestExpression, _ file: UInt32) -> Condition? {
    let fact: Fact = test.subject.name.text == "response" ? .responseDetector : .textDetector
    let span = SourceSpan(file: file, test.range)
    guard test.op == .contains, test.subject.key == nil, !test.isAll, !(fact == .responseDetector && test.ignoringCase)
    else {
      bag.report(
        .wrongOperator, "`\(test.subject.name.text)` is asked only `\(test.subject.name.text) contains DETECTOR`",
        at: span)
      return nil
    }
    let items: [ListItem]
    switch test.operand {
    case .item(let item): items = [item]
    case .list(let list, _): items = list
    case nil: return nil
    }
    var detectors: [(value: Pattern, place: SourceSpan)] = []
    var others: [ListItem] = []
    var isSound = true
    for item in items {
      if case .word(let name) = item, lists.list(name.text, from: file).isUnknown {
        if let detector = detector(name, file) {
          detectors.append((Pattern(.equals, detector), SourceSpan(file: file, name.range)))
        } else {
          isSound = false
        }
      } else if fact == .textDetector {
        others.append(item)
      } else {
        isSound = false
        bag.report(
          .wrongValueType, "`response contains` takes the names of detectors", at: SourceSpan(file: file, item.range))
      }
    }
    var parts: [Condition] = []
    if !detectors.isEmpty {
      let named = PlacedValues(detectors, sortedBy: inOrder)
      var predicate = CheckedPredicate(fact: fact, test: .matches(named.values), span: span)
      predicate.places = named.places
      parts.append(.test(predicate))
    }
    if !others.isEmpty || items.isEmpty {
      var rest = test
      rest.operand = .list(others, test.operand?.range ?? test.range)
      guard let found = comparison(FactTest(schema: Fact.text.schema, test: rest, file: file)) else { return nil }
      parts.append(found)
    }
    guard isSound, let first = parts.first else { return nil }
    return parts.count == 1 ? first : .or(parts)
  }

  /// The name by which reports and masks call a detector, or nil if there is none of that name, which is reported.
  func detector(_ name: Name, _ file: UInt32) -> String? {
    if BuiltinNames.detectors.contains(name.text) { return name.text }
    let span = SourceSpan(file: file, name.range)
    switch names.look(name.text, in: .value, from: file) {
    case .found(let entry):
      if case .detector = names.entries[entry].content { return names.displayName(names.entries[entry]) }
      bag.report(.unknownDetector, "`\(name.text)` is a \(names.entries[entry].content.noun), not a detector", at: span)
    case .ambiguous(let candidates): names.reportAmbiguous(name.text, candidates, at: span, bag)
    case .unknown:
      let known = (BuiltinNames.detectors + names.names(in: .value)).sorted()
      // `ssn` is a part of one name, `token` of several.
      let parts = known.filter { $0.split(separator: "_").contains(Substring(name.text)) }
      let near = nearest(name.text, in: known).map { [$0] } ?? parts
      bag.report(
        .unknownDetector,
        "there is no detector `\(name.text)`"
          + (near.isEmpty ? "" : "; did you mean \(quotedList(near, joiner: "or"))?"),
        at: span, fix: near.count == 1 ? .init("write `\(near[0])`", span, near[0]) : nil)
    }
    return nil
  }

  // MARK: - Names

  /// A bare name that is no fact: a define.
  private func named(_ test: TestExpression, _ file: UInt32) -> Condition? {
    let name = test.subject.name
    let span = SourceSpan(file: file, name.range)
    switch names.look(name.text, in: .value, from: file) {
    case .ambiguous(let candidates): names.reportAmbiguous(name.text, candidates, at: span, bag)
    case .unknown:
      let what = test.op == .bare ? "fact or define" : "fact"
      let near = FactSuggestions(name.text, among: test.op == .bare ? names.names(in: .value) : [])
      let only = near.names.count == 1 ? near.names[0] : nil
      bag.report(
        .unknownFact, "there is no \(what) `\(name.text)`" + near.hint, at: span,
        fix: only.map { .init("write `\($0)`", span, $0) })
    case .found(let entry):
      let declared = names.entries[entry]
      guard case .define = declared.content else {
        let hint: String
        if case .list = declared.content {
          hint = "a list; write `FACT in \(name.text)`"
        } else {
          hint = "a detector; write `text contains \(name.text)` or `response contains \(name.text)`"
        }
        bag.report(
          .unknownFact, "`\(name.text)` is no fact but \(hint)", at: span,
          notes: [.init("it is declared here", at: declared.nameSpan)])
        return nil
      }
      guard test.op == .bare, test.subject.key == nil, !test.isAll else {
        bag.report(
          .wrongOperator, "`\(name.text)` is a define: it stands alone, like a boolean fact",
          at: SourceSpan(file: file, test.range))
        return nil
      }
      guard let expanded = expansion(of: entry, at: span), countTests(expanded.testCount - 1) else { return nil }
      deepestUse = max(deepestUse, expanded.depth)
      return expanded.condition.used(at: span)
    }
    return nil
  }

  private func expansion(of entry: Int, at use: SourceSpan? = nil) -> Expansion? {
    let declared = names.entries[entry]
    guard case .define(let define) = declared.content else { return nil }
    switch defines[entry] {
    case .done(let expansion): return expansion
    case .expanding:
      let ring = expanding.drop { $0 != entry }.map { names.entries[$0] }
      let path = ring.map(\.shortName) + [declared.shortName]
      bag.report(
        .recursiveDefine, "the define `\(declared.shortName)` uses itself: \(path.joined(separator: " → "))",
        at: use ?? declared.nameSpan, notes: ring.map { .init("`\($0.shortName)` is here", at: $0.nameSpan) })
      return nil
    case nil: break
    }
    // Checked before going deeper to bound the recursion, and after, since what was expanded before is not entered again.
    guard expanding.count < CheckLimits.defineDepth else { return tooDeep(declared) }
    defines[entry] = .expanding
    expanding.append(entry)
    let outerDepth = deepestUse
    deepestUse = 0
    let condition = check(define.body, in: declared.file)
    let depth = deepestUse + 1
    deepestUse = outerDepth
    expanding.removeLast()
    var expansion = condition.map { Expansion(condition: $0, testCount: $0.testCount, depth: depth) }
    if depth > CheckLimits.defineDepth { expansion = tooDeep(declared) }
    defines[entry] = .done(expansion)
    return expansion
  }

  private func tooDeep(_ define: NameTable.Entry) -> Expansion? {
    bag.report(
      .limitExceeded, "defines use one another more than \(CheckLimits.defineDepth) deep", at: define.nameSpan)
    return nil
  }

  /// The key of a fact, `text` nil where it takes none; nil if that is wrong.
  private func key(of test: FactTest) -> (text: String?, Void)? {
    let schema = test.schema
    let subject = test.test.subject
    let span = SourceSpan(file: test.file, subject.range)
    switch (schema.isKeyed, subject.key) {
    case (false, nil): return (nil, ())
    case (true, .some(let key)):
      // Header names do not distinguish case, so a key is one whatever its spelling.
      return (schema.fact == .httpHeader ? key.value.lowercased() : key.value, ())
    case (true, nil):
      bag.report(.missingKey, "`\(schema.name)` needs a key, like `\(schema.name)[\"team\"]`", at: span)
    case (false, .some):
      bag.report(
        .unexpectedKey, "`\(schema.name)` takes no key", at: span, fix: .init("remove the key", span, schema.name))
    }
    return nil
  }

  // MARK: - Operators

  private enum Reading {
    /// No value can pass, since the operand is an empty list.
    case never
    case test(CheckedPredicate.Test, places: [SourceSpan] = [])

    /// A test of the values of an operand; of none it never holds.
    init<Value>(_ operand: PlacedValues<Value>, _ test: ([Value]) -> CheckedPredicate.Test) {
      self = operand.values.isEmpty ? .never : .test(test(operand.values), places: operand.places)
    }
  }

  private func reading(of test: FactTest) -> Reading? {
    guard OperatorRules(lists: lists, bag: bag).check(test) else { return nil }
    switch (test.test.op, test.schema.type) {
    case (.bare, _): return .test(.isTrue)
    case (.has, _) where test.test.operand == nil: return .test(.isPresent)
    case (.less, _), (.lessOrEqual, _), (.greater, _), (.greaterOrEqual, _):
      guard let comparison = Comparison(test.test.op), let value = operands.integers(test)?.values.first else {
        return nil
      }
      return .test(.compare(comparison, value))
    case (_, .time): return operands.times(test).map { Reading($0) { .withinTimes($0) } }
    case (_, .address): return operands.networks(test).map { Reading($0) { .withinNetworks($0) } }
    case (_, .integer): return operands.integers(test).map { Reading($0) { .isOneOf($0) } }
    default:
      let kind = Pattern.Kind(of: test.test.op, on: test.schema)
      return operands.patterns(test, kind: kind).map { Reading($0) { .matches($0) } }
    }
  }
}

extension Pattern.Kind {
  /// How the operand of a text operator is read.
  fileprivate init(of op: TestOperator, on schema: FactSchema) {
    switch op {
    case .like: self = schema.type == .path ? .pathGlob : .glob
    case .matches: self = .regex
    case .startsWith: self = .prefix
    case .endsWith: self = .suffix
    case .contains where !schema.isList: self = .contains
    default: self = .equals
    }
  }
}

extension Comparison {
  fileprivate init?(_ op: TestOperator) {
    switch op {
    case .less: self = .less
    case .lessOrEqual: self = .lessOrEqual
    case .greater: self = .greater
    case .greaterOrEqual: self = .greaterOrEqual
    default: return nil
    }
  }
}

extension Condition {
  /// The number of tests in it.
  var testCount: Int {
    switch self {
    case .constant: 0
    case .test: 1
    case .not(let inner): inner.testCount
    case .and(let parts), .or(let parts): parts.reduce(0) { $0 + $1.testCount }
    }
  }

  /// The same, as what a define used at `span` brings in.
  fileprivate func used(at span: SourceSpan) -> Condition {
    switch self {
    case .constant: return self
    case .test(var predicate):
      predicate.use = span
      return .test(predicate)
    case .not(let inner): return .not(inner.used(at: span))
    case .and(let parts): return .and(parts.map { $0.used(at: span) })
    case .or(let parts): return .or(parts.map { $0.used(at: span) })
    }
  }
}
