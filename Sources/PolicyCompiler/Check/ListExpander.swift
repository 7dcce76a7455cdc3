import PolicySyntax

/// An element of an operand after lists are expanded, and where it stands.
struct ListValue {
  enum Content {
    case word(String)
    case string(String)
    case integer(Int64)
    case regex(RegexLiteral)
  }
  var content: Content
  /// In the list that holds it; for a file of values the declaration's.
  var span: SourceSpan
  /// Whether it stands in the test itself, not in a named list.
  var isInline: Bool

  /// The text in messages.
  var text: String {
    switch content {
    case .word(let text), .string(let text): text
    case .integer(let value): String(value)
    case .regex(let regex): "/\(regex.source)/"
    }
  }
}

/// Expands lists that name lists. Each declared list is expanded, and its faults reported, once.
final class ListExpander {
  private enum State {
    case expanding
    /// The values, and how many lists stand in one another, this one included.
    case done([ListValue]?, depth: Int)
  }

  private let names: NameTable
  private let bag: DiagnosticBag
  /// The values of a list's file, or nil if it could not be read.
  private let fileValues: (StringLiteral, UInt32) -> [String]?
  private var states: [Int: State] = [:]
  private var depth = 0
  /// The depth of the deepest list named by the one that is being expanded.
  private var deepestUse = 0

  init(names: NameTable, bag: DiagnosticBag, fileValues: @escaping (StringLiteral, UInt32) -> [String]?) {
    self.names = names
    self.bag = bag
    self.fileValues = fileValues
  }

  /// The values of a declared list, words that name lists expanded; nil if something is wrong with it.
  func values(of entry: Int) -> [ListValue]? {
    switch states[entry] {
    case .done(let values, let depth):
      deepestUse = max(deepestUse, depth)
      return values
    case .expanding:
      let declared = names.entries[entry]
      bag.report(.recursiveList, "the list `\(declared.fullName)` holds itself", at: declared.nameSpan)
      return nil
    case nil: break
    }
    let declared = names.entries[entry]
    guard case .list(let list) = declared.content else { return nil }
    // Checked before going deeper to bound the recursion, and after, since what was expanded before is not entered again.
    guard depth < CheckLimits.listDepth else { return tooDeep(declared) }
    depth += 1
    defer { depth -= 1 }
    let outerDepth = deepestUse
    deepestUse = 0
    states[entry] = .expanding
    var values: [ListValue]?
    switch list.source {
    case .items(let items):
      // A word that names no list stays a word: what it means is decided where the list is used.
      values = expand(items, in: declared.file, isInline: false, valueWords: [])
    case .file(let path):
      let span = SourceSpan(file: declared.file, path.range)
      values = fileValues(path, declared.file)?.map { ListValue(content: .string($0), span: span, isInline: false) }
    }
    if let count = values?.count, count > CheckLimits.listValues {
      bag.report(
        .limitExceeded,
        "the list `\(declared.fullName)` has \(count) values; at most \(CheckLimits.listValues) are allowed",
        at: declared.nameSpan)
      values = nil
    }
    let ownDepth = deepestUse + 1
    if ownDepth > CheckLimits.listDepth { values = tooDeep(declared) }
    deepestUse = max(outerDepth, ownDepth)
    states[entry] = .done(values, depth: ownDepth)
    return values
  }

  private func tooDeep(_ list: NameTable.Entry) -> [ListValue]? {
    bag.report(.limitExceeded, "lists stand in one another more than \(CheckLimits.listDepth) deep", at: list.nameSpan)
    return nil
  }

  /// The elements of a bracketed list; a word among `valueWords` is a value even if a list has its name.
  func expand(_ items: [ListItem], in file: UInt32, isInline: Bool, valueWords: Set<String>) -> [ListValue]? {
    var values: [ListValue] = []
    var isSound = true
    for item in items {
      let span = SourceSpan(file: file, item.range)
      switch item {
      case .word(let name):
        guard !valueWords.contains(name.text) else {
          values.append(ListValue(content: .word(name.text), span: span, isInline: isInline))
          continue
        }
        switch list(name.text, from: file) {
        case .found(let entry):
          if let inner = self.values(of: entry) {
            values += inner
          } else {
            isSound = false
          }
        case .ambiguous(let candidates):
          names.reportAmbiguous(name.text, candidates, at: span, bag)
          isSound = false
        case .unknown: values.append(ListValue(content: .word(name.text), span: span, isInline: isInline))
        }
      case .string(let literal):
        values.append(ListValue(content: .string(literal.value), span: span, isInline: isInline))
      case .integer(let value, _): values.append(ListValue(content: .integer(value), span: span, isInline: isInline))
      case .regex(let regex): values.append(ListValue(content: .regex(regex), span: span, isInline: isInline))
      }
      guard values.count <= CheckLimits.listValues else {
        bag.report(.limitExceeded, "a list has at most \(CheckLimits.listValues) values", at: span)
        return nil
      }
    }
    return isSound ? values : nil
  }

  /// The list of that name; a define or a detector is none.
  func list(_ name: String, from file: UInt32) -> NameTable.Lookup {
    let lookup = names.look(name, in: .value, from: file)
    if case .found(let entry) = lookup {
      guard case .list = names.entries[entry].content else { return .unknown }
    }
    return lookup
  }
}
