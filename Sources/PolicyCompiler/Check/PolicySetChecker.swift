import PatternMatching
import PolicyBytecode
import PolicySyntax

/// What checking a policy set gives.
public struct CheckResult: Sendable {
  /// nil if a diagnostic is an error.
  public var policy: CheckedPolicy?
  /// By file and position.
  public var diagnostics: [Diagnostic]
  public var sources: SourceSet
}

/// Loads the given files and all they use, checks them, and reports everything that is wrong or doubtful.
///
/// - Parameters:
///   - roots: paths for the reader; files given twice count once.
///   - now: seconds since 1970, UTC, to tell which exceptions have ended.
///   - zoneExists: whether the time zone database has a zone of that name.
///   - flags: how `shell.flag` has a word of a program's line; nil: not known.
public func checkPolicySet(
  roots: [String], reader: SourceReader, now: Int64, zoneExists: @escaping (String) -> Bool,
  flags: @escaping (_ program: String, _ word: String) -> [String]? = { _, _ in nil }
) -> CheckResult {
  let bag = DiagnosticBag()
  var loader = PolicySetLoader(reader: reader, bag: bag)
  loader.load(roots: roots)
  let files = loader.files.map(\.ast)
  let names = NameTable(files: files, bag: bag)
  let lists = ListExpander(names: names, bag: bag) { loader.listValues($0, from: $1) }
  let conditions = ConditionChecker(names: names, lists: lists, bag: bag, zoneExists: zoneExists)
  var checker = PolicySetChecker(
    names: names, conditions: conditions, actions: ActionChecker(conditions: conditions, bag: bag), bag: bag, now: now)
  checker.check(files)
  Linter(names: names, bag: bag, sources: loader.sources, rootCount: loader.rootCount, flags: flags)
    .lint(checker.parts, checker.policy)
  let diagnostics = IgnoreFilter(ignores: loader.files.map(\.ignores)).apply(to: bag.distinctDiagnostics)
  let isValid = !diagnostics.contains { $0.severity == .error }
  return CheckResult(policy: isValid ? checker.policy : nil, diagnostics: diagnostics, sources: loader.sources)
}

/// Takes every declaration of a policy set to its checker.
struct PolicySetChecker {
  let names: NameTable
  let conditions: ConditionChecker
  let actions: ActionChecker
  let bag: DiagnosticBag
  let now: Int64
  private(set) var policy = CheckedPolicy()
  /// The rules, in the order of ``CheckedPolicy/rules``.
  private(set) var parts: [RuleParts] = []

  init(names: NameTable, conditions: ConditionChecker, actions: ActionChecker, bag: DiagnosticBag, now: Int64) {
    self.names = names
    self.conditions = conditions
    self.actions = actions
    self.bag = bag
    self.now = now
  }

  /// Checks all declarations, or of those with a name only those that `isWanted` picks.
  mutating func check(_ files: [PolicyFile], only isWanted: (NameTable.Entry) -> Bool = { _ in true }) {
    var defaults = DefaultsChecker(bag: bag)
    var decodes: [(DecodeDeclaration, UInt32)] = []
    for (index, file) in files.enumerated() {
      for declaration in file.declarations {
        switch declaration {
        case .setting(let setting): defaults.add(setting, in: UInt32(index))
        case .decode(let decode): decodes.append((decode, UInt32(index)))
        default: break
        }
      }
    }
    policy.defaults = defaults.defaults
    policy.decodes = DecodeChecker(bag: bag).check(decodes)
    var rules: [(rule: CheckedRule, parts: RuleParts)] = []
    for (index, entry) in names.entries.enumerated() where isWanted(entry) {
      switch entry.content {
      case .list: _ = conditions.lists.values(of: index)
      case .define: conditions.checkDefine(index)
      case .detector(let detector): check(detector, entry)
      case .rule(let rule): rules.append(check(rule, entry))
      case .test(let test):
        let checker = TestChecker(names: names, actions: actions, bag: bag)
        policy.tests.append(checker.check(test, in: entry.file, name: names.displayName(entry)))
      case .invariant(let invariant): check(invariant, entry)
      }
    }
    rules.sort { $0.rule.fullName < $1.rule.fullName }
    policy.rules = rules.map(\.rule)
    parts = rules.map(\.parts)
  }

  private mutating func check(_ detector: DetectorDeclaration, _ entry: NameTable.Entry) {
    var isSound = true
    if let check = detector.check, !BuiltinNames.detectorChecks.contains(check.text) {
      let near = nearest(check.text, in: BuiltinNames.detectorChecks).map { "; did you mean `\($0)`?" }
      bag.report(
        .unknownName,
        "there is no check `\(check.text)`" + (near ?? "; there are \(quotedList(BuiltinNames.detectorChecks))"),
        at: SourceSpan(file: entry.file, check.range))
      isSound = false
    }
    let pattern = Pattern(
      detector.pattern.isPCRE ? .pcre : .regex, detector.pattern.source, ignoringCase: detector.ignoringCase)
    do throws(PatternError) {
      try checkPattern(pattern)
    } catch {
      bag.report(.badPattern, error.message, at: SourceSpan(file: entry.file, detector.pattern.range))
      isSound = false
    }
    guard isSound else { return }
    policy.detectors.append(
      CheckedDetector(
        name: names.displayName(entry), pattern: pattern, check: detector.check?.text, span: entry.span))
  }

  private func check(_ rule: RuleDeclaration, _ entry: NameTable.Entry) -> (CheckedRule, RuleParts) {
    let clauses = rule.clauses.map { clause in
      conditions.check(clause.condition, in: entry.file).map {
        RuleParts.Clause(
          isUnless: clause.isUnless, condition: $0, span: SourceSpan(file: entry.file, clause.range))
      }
    }
    let checked = actions.check(rule, in: entry.file)
    var parts = RuleParts(
      declaration: rule, file: entry.file, clauses: clauses.compactMap { $0 }, actions: checked.compactMap { $0 },
      isSound: !clauses.contains { $0 == nil } && !checked.contains { $0 == nil })
    var result = CheckedRule(
      fullName: entry.fullName, displayName: names.displayName(entry), span: entry.span, condition: parts.condition,
      actions: parts.actions)
    result.nameSpan = entry.nameSpan
    result.title = rule.title?.value
    result.onResponse = rule.onResponse
    AnnotationChecker(bag: bag, now: now).apply(rule.annotations, of: rule, to: &result)
    let errors = bag.errorCount
    TrapRules(bag: bag).check(parts)
    if bag.errorCount > errors { parts.isSound = false }
    return (result, parts)
  }

  private mutating func check(_ invariant: InvariantDeclaration, _ entry: NameTable.Entry) {
    let claims = invariant.claims.compactMap { claim -> CheckedInvariant.Claim? in
      var condition: Condition? = .constant(true)
      if let written = claim.condition { condition = conditions.check(written, in: entry.file) }
      guard let condition, let outcome = outcome(claim.outcome, entry.file) else { return nil }
      let checked = CheckedInvariant.Claim(
        isAlways: claim.quantifier == .always, outcome: outcome, condition: condition,
        span: SourceSpan(file: entry.file, claim.range))
      TrapRules(bag: bag).check(checked)
      return checked
    }
    policy.invariants.append(
      CheckedInvariant(name: names.displayName(entry), span: entry.span, claims: claims))
  }

  private func outcome(
    _ outcome: InvariantDeclaration.Outcome, _ file: UInt32
  ) -> CheckedInvariant.Outcome? {
    switch outcome {
    case .allow: return .decision(.allow)
    case .block: return .decision(.block)
    case .approve: return .decision(.approve)
    case .mask(let detector): return conditions.detector(detector, file).map(CheckedInvariant.Outcome.mask)
    case .record(let level):
      if let found = RecordLevel(word: level.text) { return .record(found) }
      bag.report(
        .unknownValue,
        "`\(level.text)` is no level of recording; write \(quotedList(RecordLevel.allCases.map(\.word), joiner: "or"))",
        at: SourceSpan(file: file, level.range))
      return nil
    }
  }
}
