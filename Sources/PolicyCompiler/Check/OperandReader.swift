import PatternMatching
import PolicyBytecode
import PolicySyntax

/// A test of a known fact, as written.
struct FactTest {
  var schema: FactSchema
  var test: TestExpression
  var file: UInt32

  var span: SourceSpan { SourceSpan(file: file, test.range) }
  var operandSpan: SourceSpan { SourceSpan(file: file, test.operand?.range ?? test.range) }

  /// The words that are values of the fact, whatever lists there are.
  var words: Set<String> {
    if case .enumeration(let words) = schema.type { return Set(words) }
    return []
  }
}

/// Values of an operand, each once, and where each stands first.
struct PlacedValues<Value: Hashable> {
  private(set) var values: [Value] = []
  private(set) var places: [SourceSpan] = []

  /// `found` in `order`, or as it stands.
  init(_ found: [(value: Value, place: SourceSpan)], sortedBy order: ((Value, Value) -> Bool)? = nil) {
    var seen: Set<Value> = []
    var distinct = found.filter { seen.insert($0.value).inserted }
    if let order { distinct.sort { order($0.value, $1.value) } }
    values = distinct.map(\.value)
    places = distinct.map(\.place)
  }
}

/// Patterns that were found to be right, so that they are compiled once however often a set is checked.
final class CheckedPatterns {
  private var known: Set<Pattern> = []

  func contains(_ pattern: Pattern) -> Bool { known.contains(pattern) }
  func insert(_ pattern: Pattern) { known.insert(pattern) }
}

/// Reads the operand of a test as values of the fact's type.
///
/// Every function reports what is wrong and answers nil for it.
final class OperandReader {
  private struct CacheKey: Hashable {
    var list: Int
    var fact: Fact
    var kind: Pattern.Kind
    var ignoringCase: Bool
  }

  private let names: NameTable
  private let lists: ListExpander
  private let bag: DiagnosticBag
  private let timeWindows: TimeWindowParser
  /// The patterns of named lists, which many rules share.
  private var cache: [CacheKey: PlacedValues<Pattern>?] = [:]
  private let checkedPatterns: CheckedPatterns

  init(
    names: NameTable, lists: ListExpander, bag: DiagnosticBag, zoneExists: @escaping (String) -> Bool,
    checkedPatterns: CheckedPatterns
  ) {
    self.names = names
    self.lists = lists
    self.bag = bag
    self.checkedPatterns = checkedPatterns
    timeWindows = TimeWindowParser(zoneExists: zoneExists)
  }

  /// The patterns of a test on a text fact; empty if the operand is an empty list.
  func patterns(_ use: FactTest, kind: Pattern.Kind) -> PlacedValues<Pattern>? {
    let wantsList = use.test.op == .in || use.test.op == .notIn
    guard case .item(.word(let name)) = use.test.operand, wantsList || !use.words.contains(name.text),
      case .found(let list) = lists.list(name.text, from: use.file)
    else { return values(use).flatMap { patterns($0, use, kind) } }
    let key = CacheKey(list: list, fact: use.schema.fact, kind: kind, ignoringCase: use.test.ignoringCase)
    if let known = cache[key] { return known }
    let found = lists.values(of: list).flatMap { patterns($0, use, kind) }
    cache[key] = found
    return found
  }

  func integers(_ use: FactTest) -> PlacedValues<Int64>? {
    read(use) { value in
      if case .integer(let number) = value.content { return number }
      return nil
    } expected: {
      "a whole number"
    }.map { PlacedValues($0, sortedBy: <) }
  }

  func networks(_ use: FactTest) -> PlacedValues<Network>? {
    guard let values = values(use) else { return nil }
    var networks: [(value: Network, place: SourceSpan)] = []
    var isSound = true
    for value in values {
      guard case .string(let text) = value.content else {
        reportType(value, use, expected: "an address in quotes")
        isSound = false
        continue
      }
      do throws(AddressParser.Problem) {
        networks.append((try AddressParser.network(text), value.span))
      } catch {
        let fix =
          value.isInline ? error.replacement.map { Diagnostic.Fix("write `\($0)`", value.span, literalText($0)) } : nil
        report(.badAddress, error.message, value, use, fix: fix)
        isSound = false
      }
    }
    return isSound ? PlacedValues(networks) : nil
  }

  func times(_ use: FactTest) -> PlacedValues<TimeWindow>? {
    guard let values = values(use) else { return nil }
    var windows: [(value: TimeWindow, place: SourceSpan)] = []
    var isSound = true
    for value in values {
      guard case .string(let text) = value.content else {
        reportType(value, use, expected: "a time window in quotes, such as `\"mon-fri 09:00-17:00 Europe/Berlin\"`")
        isSound = false
        continue
      }
      do throws(TimeWindowParser.Problem) {
        windows.append((try timeWindows.parse(text), value.span))
      } catch {
        let fix = value.isInline ? error.replacement.map { ("write `\($0)`", literalText($0)) } : nil
        report(.badTimeWindow, error.message, value, use, fix: fix.map { .init($0.0, value.span, $0.1) })
        isSound = false
      }
    }
    return isSound ? PlacedValues(windows) : nil
  }

  /// The elements of the operand, lists expanded.
  func values(_ use: FactTest) -> [ListValue]? {
    switch use.test.operand {
    case .item(let item): lists.expand([item], in: use.file, isInline: true, valueWords: use.words)
    case .list(let items, _): lists.expand(items, in: use.file, isInline: true, valueWords: use.words)
    case nil: nil
    }
  }

  private func read<Value>(
    _ use: FactTest, _ convert: (ListValue) -> Value?, expected: () -> String
  ) -> [(value: Value, place: SourceSpan)]? {
    guard let values = values(use) else { return nil }
    var result: [(value: Value, place: SourceSpan)] = []
    for value in values {
      if let converted = convert(value) {
        result.append((converted, value.span))
      } else {
        reportType(value, use, expected: expected())
      }
    }
    return result.count == values.count ? result : nil
  }

  private func patterns(
    _ values: [ListValue], _ use: FactTest, _ kind: Pattern.Kind
  ) -> PlacedValues<Pattern>? {
    var found: [(value: Pattern, place: SourceSpan)] = []
    var isSound = true
    for value in values {
      if let pattern = pattern(value, use, kind) {
        found.append((pattern, value.span))
      } else {
        isSound = false
      }
    }
    return isSound ? PlacedValues(found, sortedBy: inOrder) : nil
  }

  private func pattern(_ value: ListValue, _ use: FactTest, _ kind: Pattern.Kind) -> Pattern? {
    var kind = kind
    let text: String
    switch value.content {
    case .regex(let regex):
      guard kind == .regex else {
        report(
          .wrongValueType,
          "`\(use.test.op.rawValue)` takes a string, `/\(regex.source)/` is a regular expression; write `matches`",
          value, use)
        return nil
      }
      kind = regex.isPCRE ? .pcre : .regex
      text = regex.source
    case .integer(let number):
      let fix = value.isInline ? Diagnostic.Fix("quote it", value.span, "\"\(number)\"") : nil
      report(.wrongValueType, "`\(use.schema.name)` is text; write `\"\(number)\"`", value, use, fix: fix)
      return nil
    case .string(let string):
      guard kind != .regex else {
        report(
          .wrongValueType,
          "`matches` takes a regular expression between slashes, like `/\(string)/`; for a glob write `like`", value,
          use,
          fix: value.isInline && !string.contains(where: { "/\n".contains($0) })
            ? .init("write `/\(string)/`", value.span, "/\(string)/") : nil)
        return nil
      }
      text = string
    case .word(let word):
      guard case .enumeration = use.schema.type else {
        reportBareWord(word, value, use)
        return nil
      }
      text = word
    }
    if case .enumeration(let words) = use.schema.type, kind == .equals {
      let folded = use.test.ignoringCase ? text.lowercased() : text
      guard words.contains(folded) else {
        reportUnknown(text, words, value, use)
        return nil
      }
    }
    let pattern = Pattern(
      kind, text, ignoringCase: use.test.ignoringCase, isQualifiedName: use.schema.type == .qualifiedName)
    return check(pattern, value, use) ? pattern : nil
  }

  private func check(_ pattern: Pattern, _ value: ListValue, _ use: FactTest) -> Bool {
    guard !checkedPatterns.contains(pattern) else { return true }
    do throws(PatternError) {
      try checkPattern(pattern)
      checkedPatterns.insert(pattern)
      return true
    } catch {
      reportPattern(error, value, use)
      return false
    }
  }

  // MARK: - What is wrong

  private func report(
    _ code: DiagnosticCode, _ message: String, _ value: ListValue, _ use: FactTest, fix: Diagnostic.Fix? = nil
  ) {
    // What stands in a shared list is right for one test and wrong for another: the finding is the test's.
    if value.isInline {
      bag.report(code, message, at: value.span, fix: fix)
    } else {
      bag.report(code, message, at: use.operandSpan, notes: [.init("`\(value.text)` stands here", at: value.span)])
    }
  }

  private func reportType(_ value: ListValue, _ use: FactTest, expected: String) {
    if case .word(let word) = value.content, names.look(word, in: .value, from: use.file).isUnknown {
      report(.unknownName, "there is no list `\(word)`; `\(use.schema.name)` is compared with \(expected)", value, use)
    } else {
      report(.wrongValueType, "`\(use.schema.name)` is compared with \(expected), not with `\(value.text)`", value, use)
    }
  }

  private func reportBareWord(_ word: String, _ value: ListValue, _ use: FactTest) {
    // A list's misspelt name put in quotes would be a test that never holds.
    let near = nearest(word, in: names.names(in: .value).sorted())
    var quoted = literalText(word)
    if case .item = use.test.operand, use.test.op == .in || use.test.op == .notIn { quoted = "[\(quoted)]" }
    let fix = near.map { ("write `\($0)`", $0) } ?? ("quote it", quoted)
    report(
      .wrongValueType,
      "`\(use.schema.name)` is text and there is no list `\(word)`; "
        + (near.map { "did you mean `\($0)`, or `\(quoted)`?" } ?? "write `\(quoted)`"), value, use,
      fix: value.isInline ? Diagnostic.Fix(fix.0, value.span, fix.1) : nil)
  }

  private func reportUnknown(_ text: String, _ words: [String], _ value: ListValue, _ use: FactTest) {
    let synonym = use.schema.fact == .protocol ? BuiltinNames.protocolSynonyms[text.lowercased()] : nil
    let near = synonym ?? nearest(text, in: words) ?? words.first { $0 == text.lowercased() }
    let fix = value.isInline ? near.map { Diagnostic.Fix("write `\($0)`", value.span, $0) } : nil
    let hint =
      near.map { "; did you mean `\($0)`?" }
      ?? (words.count <= 12 ? "; it is one of \(quotedList(words, joiner: "or"))" : "")
    report(.unknownValue, "`\(text)` is no value of `\(use.schema.name)`" + hint, value, use, fix: fix)
  }

  private func reportPattern(_ error: PatternError, _ value: ListValue, _ use: FactTest) {
    var span = value.span
    // Inside the delimiters the source is the pattern's own text unless it holds escapes.
    let length = Int(span.range.end) - Int(span.range.start) - 2
    if value.isInline, length == value.sourceLength, error.start >= 0, error.end <= length {
      let start = span.range.start + 1
      let end = max(error.end, error.start + 1)
      span.range = SourceRange(start + UInt32(error.start), start + UInt32(min(end, length + 1)))
    }
    var placed = value
    placed.span = span
    let hint = error.hint.map { "; \($0)" } ?? ""
    report(.badPattern, error.message + hint, placed, use)
  }
}

extension NameTable.Lookup {
  var isUnknown: Bool {
    if case .unknown = self { return true }
    return false
  }
}

extension ListValue {
  /// UTF-8 bytes of the value.
  fileprivate var sourceLength: Int {
    switch content {
    case .word(let text), .string(let text): text.utf8.count
    case .integer: 0
    case .regex(let regex): regex.source.utf8.count
    }
  }
}

/// An order of patterns, so that what is equal is written alike.
func inOrder(_ a: Pattern, _ b: Pattern) -> Bool {
  (a.kind.rawValue, a.source, a.ignoringCase ? 1 : 0) < (b.kind.rawValue, b.source, b.ignoringCase ? 1 : 0)
}
