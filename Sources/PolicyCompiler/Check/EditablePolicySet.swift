import PolicyBytecode
import PolicySyntax

/// What an edit of the source changes of a checked policy set.
public struct PolicyChange: Sendable {
  /// Rules that mean something else, as they are then.
  public var rules: [CheckedRule]
  public var defaults: CheckedDefaults
  /// Tests and invariants that a changed name may have changed, as they are then.
  public var tests: [CheckedTest]
  public var invariants: [CheckedInvariant]

  /// The policy with the change.
  public func applied(to policy: CheckedPolicy) -> CheckedPolicy {
    var result = policy
    let changed = Dictionary(rules.map { ($0.fullName, $0) }) { first, _ in first }
    result.rules = policy.rules.map { changed[$0.fullName] ?? $0 }
    result.defaults = defaults
    result.tests = policy.tests.map { test in tests.first { $0.name == test.name } ?? test }
    result.invariants = policy.invariants.map { one in invariants.first { $0.name == one.name } ?? one }
    return result
  }
}

/// A checked policy set whose sources can be edited on trial: of an edited file only what the edit can have changed is
/// checked again.
public final class EditablePolicySet {
  public let policy: CheckedPolicy
  public let sources: SourceSet
  /// What was parsed of each file, by ``SourceSpan/file``.
  public let files: [PolicyFile]
  private var loader: PolicySetLoader
  private let now: Int64
  private let zoneExists: (String) -> Bool
  private let dependents: DependentNames
  private let checkedPatterns = CheckedPatterns()

  /// Loads and checks a set as ``checkPolicySet(roots:reader:now:zoneExists:flags:)`` does, without the linter; nil if it
  /// has errors.
  public init?(roots: [String], reader: SourceReader, now: Int64, zoneExists: @escaping (String) -> Bool) {
    let bag = DiagnosticBag()
    loader = PolicySetLoader(reader: reader, bag: bag)
    loader.load(roots: roots)
    files = loader.files.map(\.ast)
    sources = loader.sources
    self.now = now
    self.zoneExists = zoneExists
    var readLists = loader
    let names = NameTable(files: files, bag: bag)
    var checker = Self.checker(names, bag, now, zoneExists, checkedPatterns) { readLists.listValues($0, from: $1) }
    checker.check(files)
    guard bag.errorCount == 0, !bag.diagnostics.contains(where: { $0.severity == .error }) else { return nil }
    loader = readLists
    policy = checker.policy
    dependents = DependentNames(names, loader.files.map(\.tree))
  }

  /// A set of its own with the same content, for another thread.
  public init(copying other: EditablePolicySet) {
    policy = other.policy
    sources = other.sources
    files = other.files
    loader = other.loader
    now = other.now
    zoneExists = other.zoneExists
    dependents = other.dependents
  }

  private static func checker(
    _ names: NameTable, _ bag: DiagnosticBag, _ now: Int64, _ zoneExists: @escaping (String) -> Bool,
    _ checkedPatterns: CheckedPatterns, _ listValues: @escaping (StringLiteral, UInt32) -> [String]?
  ) -> PolicySetChecker {
    let lists = ListExpander(names: names, bag: bag, fileValues: listValues)
    let conditions = ConditionChecker(
      names: names, lists: lists, bag: bag, zoneExists: zoneExists, checkedPatterns: checkedPatterns)
    return PolicySetChecker(
      names: names, conditions: conditions, actions: ActionChecker(conditions: conditions, bag: bag), bag: bag, now: now
    )
  }

  /// What the edit changes; nil where the checker refuses the edited set. No rule, test or invariant may come, go or
  /// change its name by it, and no `decode` or detector may change.
  public func change(by edit: Diagnostic.Edit) -> PolicyChange? {
    let index = Int(edit.span.file)
    guard index < files.count, let source = sources.file(edit.span.file) else { return nil }
    let parsed = parsePolicy(apply([edit], to: source.bytes), file: edit.span.file)
    guard parsed.isValid else { return nil }
    var edited = files
    edited[index] = parsed.ast
    let bag = DiagnosticBag()
    let names = NameTable(files: edited, bag: bag)
    let affected = dependents.affected(by: edit.span)
    var checker = Self.checker(names, bag, now, zoneExists, checkedPatterns) { [unowned self] in
      loader.listValues($0, from: $1)
    }
    checker.check(edited) { affected.contains(DependentNames.Key($0)) }
    guard !bag.diagnostics.contains(where: { $0.severity == .error }) else { return nil }
    return PolicyChange(
      rules: checker.policy.rules, defaults: checker.policy.defaults, tests: checker.policy.tests,
      invariants: checker.policy.invariants)
  }
}

/// Which declarations name which, so that it is known what an edit can change.
private struct DependentNames {
  struct Key: Hashable {
    var space: Int
    var fullName: String

    init(_ entry: NameTable.Entry) {
      space = entry.content.space.rawValue
      fullName = entry.fullName
    }
  }

  private var spans: [(span: SourceSpan, entry: Int)] = []
  private var keys: [Key] = []
  /// From an entry to those that name it.
  private var dependents: [[Int]]

  /// Reads the words of each declaration: one that names a list, a define or a detector depends on it. A word that only
  /// looks like such a name costs a check more, no more.
  init(_ names: NameTable, _ trees: [SyntaxTree]) {
    keys = names.entries.map(Key.init)
    dependents = Array(repeating: [], count: names.entries.count)
    for (index, entry) in names.entries.enumerated() {
      spans.append((entry.span, index))
      let tree = trees[Int(entry.file)]
      var seen: Set<String> = []
      for token in tree.tokens(in: entry.range) where token.kind == .word {
        let word = tree.text(token)
        guard seen.insert(word).inserted else { continue }
        if case .found(let named) = names.look(word, in: .value, from: entry.file), named != index {
          dependents[named].append(index)
        }
      }
    }
  }

  /// The declaration around the edit and all that depend on it; none where it stands in no declaration with a name.
  func affected(by span: SourceSpan) -> Set<Key> {
    var found: Set<Int> = []
    var pending = spans.filter { own in
      own.span.file == span.file && own.span.range.start <= span.range.start && span.range.end <= own.span.range.end
    }.map(\.entry)
    while let next = pending.popLast() {
      if found.insert(next).inserted { pending += dependents[next] }
    }
    return Set(found.map { keys[$0] })
  }
}

extension SyntaxTree {
  /// The tokens that begin in a range.
  fileprivate func tokens(in range: SourceRange) -> ArraySlice<Token> {
    var (low, high) = (0, tokens.count)
    while low < high {
      let middle = (low + high) / 2
      if tokens[middle].range.start < range.start { low = middle + 1 } else { high = middle }
    }
    return tokens[low...].prefix { $0.range.start < range.end }
  }
}
