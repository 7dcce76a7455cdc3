import PolicySyntax

/// What a policy set declares, by name.
///
/// Lists, defines and detectors share one name space, since a condition tells them apart by name only; rules, tests and
/// invariants have one each. A name is reached by its full form (`production/oncall`) everywhere, and by its short form
/// from its own policy, and from elsewhere where that is unique.
final class NameTable {
  enum Space: Int, CaseIterable {
    case value, rule, test, invariant

    var noun: String {
      switch self {
      case .value: "list, define or detector"
      case .rule: "rule"
      case .test: "test"
      case .invariant: "invariant"
      }
    }
  }

  enum Content {
    case list(ListDeclaration)
    case define(DefineDeclaration)
    case detector(DetectorDeclaration)
    case rule(RuleDeclaration)
    case test(TestDeclaration)
    case invariant(InvariantDeclaration)

    var noun: String {
      switch self {
      case .list: "list"
      case .define: "define"
      case .detector: "detector"
      case .rule: "rule"
      case .test: "test"
      case .invariant: "invariant"
      }
    }

    var space: Space {
      switch self {
      case .list, .define, .detector: .value
      case .rule: .rule
      case .test: .test
      case .invariant: .invariant
      }
    }
  }

  struct Entry {
    var content: Content
    var shortName: String
    var fullName: String
    var file: UInt32
    var nameRange: SourceRange
    var range: SourceRange

    var nameSpan: SourceSpan { SourceSpan(file: file, nameRange) }
    var span: SourceSpan { SourceSpan(file: file, range) }
  }

  enum Lookup {
    case found(Int)
    case unknown
    case ambiguous([Int])
  }

  /// In the order of files and lines.
  private(set) var entries: [Entry] = []
  private(set) var used: Set<Int> = []
  private var byFullName: [[String: Int]] = Array(repeating: [:], count: Space.allCases.count)
  private var byShortName: [[String: [Int]]] = Array(repeating: [:], count: Space.allCases.count)
  private var qualifiers: [String?] = []

  init(files: [PolicyFile], bag: DiagnosticBag) {
    for (index, file) in files.enumerated() {
      qualifiers.append(file.header?.name.text)
      for declaration in file.declarations { declare(declaration, UInt32(index), bag) }
    }
  }

  private func declare(_ declaration: Declaration, _ file: UInt32, _ bag: DiagnosticBag) {
    switch declaration {
    case .list(let list): add(.list(list), list.name, list.range, file, bag)
    case .define(let define): add(.define(define), define.name, define.range, file, bag)
    case .detector(let detector): add(.detector(detector), detector.name, detector.range, file, bag)
    case .rule(let rule): add(.rule(rule), rule.name, rule.range, file, bag)
    case .test(let test): add(.test(test), test.name, test.range, file, bag)
    case .invariant(let invariant): add(.invariant(invariant), invariant.name, invariant.range, file, bag)
    case .use, .setting, .decode: break
    }
  }

  private func add(_ content: Content, _ name: Name, _ range: SourceRange, _ file: UInt32, _ bag: DiagnosticBag) {
    // A declaration without a name was reported by the parser.
    guard !name.text.isEmpty else { return }
    let space = content.space.rawValue
    let entry = Entry(
      content: content, shortName: name.text, fullName: qualified(name.text, file), file: file, nameRange: name.range,
      range: range)
    if space == Space.value.rawValue, let meaning = BuiltinNames.meaning(of: name.text) {
      bag.report(
        .reservedName, "`\(name.text)` is \(meaning) already; give the \(content.noun) another name",
        at: entry.nameSpan)
      return
    }
    if let first = byFullName[space][entry.fullName] {
      let other = entries[first]
      bag.report(
        .duplicateName, "there are two declarations of `\(entry.fullName)`; rename one of them", at: entry.nameSpan,
        notes: [.init("the \(other.content.noun) `\(other.fullName)` is here", at: other.nameSpan)])
      return
    }
    entries.append(entry)
    byFullName[space][entry.fullName] = entries.count - 1
    byShortName[space][name.text, default: []].append(entries.count - 1)
  }

  private func qualified(_ name: String, _ file: UInt32) -> String {
    qualifiers[Int(file)].map { "\($0)/\(name)" } ?? name
  }

  /// What `name` stands for in `file`. A find counts as a use.
  func look(_ name: String, in space: Space, from file: UInt32) -> Lookup {
    if let own = byFullName[space.rawValue][qualified(name, file)] { return use(own) }
    if let full = byFullName[space.rawValue][name] { return use(full) }
    let candidates = byShortName[space.rawValue][name] ?? []
    guard let only = candidates.first else { return .unknown }
    return candidates.count == 1 ? use(only) : .ambiguous(candidates)
  }

  private func use(_ index: Int) -> Lookup {
    used.insert(index)
    return .found(index)
  }

  /// Like ``look(_:in:from:)``, with what is wrong reported: `code` where there is no such name.
  func resolve(
    _ name: Name, in space: Space, from file: UInt32, orElse code: DiagnosticCode, bag: DiagnosticBag
  ) -> Int? {
    let span = SourceSpan(file: file, name.range)
    switch look(name.text, in: space, from: file) {
    case .found(let index): return index
    case .ambiguous(let candidates):
      reportAmbiguous(name.text, candidates, at: span, bag)
    case .unknown:
      let near = nearest(name.text, in: names(in: space).sorted())
      bag.report(
        code, "there is no \(space.noun) `\(name.text)`" + (near.map { "; did you mean `\($0)`?" } ?? ""), at: span,
        fix: near.map { .init("write `\($0)`", span, $0) })
    }
    return nil
  }

  func reportAmbiguous(_ name: String, _ candidates: [Int], at span: SourceSpan, _ bag: DiagnosticBag) {
    let found = candidates.map { entries[$0] }
    bag.report(
      .ambiguousName, "`\(name)` is ambiguous: it may be \(quotedList(found.map(\.fullName), joiner: "or"))", at: span,
      notes: found.map { .init("the \($0.content.noun) `\($0.fullName)` is here", at: $0.nameSpan) })
  }

  /// The names that can be written in a space.
  func names(in space: Space) -> [String] { Array(byShortName[space.rawValue].keys) }

  /// The name by which reports call an entry: short where that is unique in the set.
  func displayName(_ entry: Entry) -> String {
    byShortName[entry.content.space.rawValue][entry.shortName]?.count == 1 ? entry.shortName : entry.fullName
  }
}
