import PatternMatching
import PolicyBytecode
import PolicySyntax

/// What the lowering needs from outside: it touches neither files nor the clock.
public struct CompileEnvironment {
  /// The paths of the set's files, by ``SourceSpan/file``.
  public var sourcePaths: [String]
  /// Line and column, from 1, of the start of a span.
  public var position: (SourceSpan) -> (line: UInt32, column: UInt32)
  /// The TZif file of an IANA zone.
  public var zone: (String) -> [UInt8]?
  /// The version of the tool, kept in the bundle.
  public var toolVersion: String
  /// The SHA-256 of the files in `sourcePaths`, or nothing; kept in the bundle.
  public var sourceDigests: [[UInt8]] = []
  /// What else the bundle says of itself.
  public var release = Release()
  /// Where patterns are kept, for whoever compiles variants of one policy.
  public var patterns: CompiledPatterns?

  public init(
    sourcePaths: [String], toolVersion: String, position: @escaping (SourceSpan) -> (line: UInt32, column: UInt32),
    zone: @escaping (String) -> [UInt8]?
  ) {
    self.sourcePaths = sourcePaths
    self.toolVersion = toolVersion
    self.position = position
    self.zone = zone
  }
}

/// Patterns that were compiled, to be used again.
public final class CompiledPatterns {
  fileprivate var known: [Pattern: CompiledPattern] = [:]

  public init() {}
}

/// A checked policy as the bytes of a bundle, or why it has none: limits that only compiling can find.
///
/// Equal policies and environments give equal bytes.
public func compilePolicy(
  _ policy: CheckedPolicy, _ environment: CompileEnvironment
) -> Result<CompiledPolicy, CompileFailure> {
  var lowering = PolicyLowering(policy, environment)
  lowering.run()
  if !lowering.diagnostics.isEmpty { return .failure(CompileFailure(diagnostics: lowering.diagnostics)) }
  return .success(CompiledPolicy(bundle: lowering.writer.encode(), layout: lowering.layout))
}

/// The bytes alone of ``compilePolicy(_:_:)``.
public func compileBundle(
  _ policy: CheckedPolicy, _ environment: CompileEnvironment
) -> Result<[UInt8], CompileFailure> {
  compilePolicy(policy, environment).map(\.bundle)
}

/// The diagnostics that kept a policy from becoming a bundle. Never empty.
public struct CompileFailure: Error, Sendable {
  public var diagnostics: [Diagnostic]
}

/// One run of the lowering: atoms first, then the rules that are made of them.
private struct PolicyLowering {
  let policy: CheckedPolicy
  let environment: CompileEnvironment
  var writer = BundleWriter()
  var diagnostics: [Diagnostic] = []

  private var atoms = AtomTable()
  /// From an atom's number in ``AtomTable`` to that in the bundle: bind atoms first.
  private var finalNumbers: [Int] = []
  private var patternBuilder = PatternTableBuilder()
  private var patternNumbers: [Pattern: UInt32] = [:]
  private var keyNumbers: [FactKey: UInt16] = [:]
  private var zoneRanges: [String: RecordRange] = [:]

  init(_ policy: CheckedPolicy, _ environment: CompileEnvironment) {
    self.policy = policy
    self.environment = environment
  }

  mutating func run() {
    writer.sources = environment.sourcePaths.map { SourceRecord(path: writer.intern($0)) }
    if writer.sources.isEmpty { writer.sources = [SourceRecord(path: writer.intern("policy"))] }
    let formulas = policy.rules.map { formula(of: $0) }
    lowerAtoms()
    lowerRules(formulas)
    lowerDeclarations()
    writer.patterns = patternBuilder.encode()
  }

  var layout: BundleLayout {
    BundleLayout(
      rules: policy.rules, atoms: atoms.numbers.mapValues { finalNumbers[$0] }, patterns: patternNumbers)
  }

  // MARK: Atoms

  /// A rule's condition; an `allow` that ends also tests that it has not ended.
  private mutating func formula(of rule: CheckedRule) -> AtomFormula {
    var parts = [atoms.formula(rule.condition)]
    if let limit = rule.timeLimit { parts.append(.literal(atom: atoms.number(limit), isPositive: true)) }
    return .conjunction(parts)
  }

  private mutating func lowerAtoms() {
    let predicates = atoms.predicates
    let isBound = { (index: Int) in predicates[index].fact.schema.phase == .bind }
    let order = predicates.indices.filter(isBound) + predicates.indices.filter { !isBound($0) }
    finalNumbers = Array(repeating: 0, count: predicates.count)
    for (number, index) in order.enumerated() { finalNumbers[index] = number }
    writer.meta.bindAtoms = UInt32(predicates.indices.count(where: isBound))

    var matchers: [MatcherKey: [UInt32]] = [:]
    for (number, index) in order.enumerated() {
      let predicate = predicates[index]
      let key = keyNumber(predicate)
      var record = AtomRecord(kind: .matched, fact: predicate.fact, key: key, place: place(predicate.span))
      record.text = writer.intern(predicate.description)
      lower(predicate, into: &record) { pattern in
        matchers[MatcherKey(fact: predicate.fact.rawValue, key: key, pattern: pattern), default: []].append(
          UInt32(number))
      }
      writer.atoms.append(record)
    }
    for matcher in matchers.keys.sorted() {
      let linked = matchers[matcher] ?? []
      let range = RecordRange(start: UInt32(writer.links.count), count: UInt32(linked.count))
      writer.links += linked
      writer.matchers.append(
        MatcherRecord(
          fact: Fact.allCases[Int(matcher.fact)], key: matcher.key, pattern: matcher.pattern, atoms: range))
    }
  }

  private struct MatcherKey: Hashable, Comparable {
    let fact: UInt8
    let key: UInt16
    let pattern: UInt32

    static func < (a: Self, b: Self) -> Bool { (a.fact, a.key, a.pattern) < (b.fact, b.key, b.pattern) }
  }

  private mutating func lower(
    _ predicate: CheckedPredicate, into record: inout AtomRecord, link: (UInt32) -> Void
  ) {
    switch predicate.test {
    case .isTrue: record.kind = AtomKind.isTrue.rawValue
    case .isPresent: record.kind = AtomKind.isPresent.rawValue
    case .compare(let comparison, let value):
      // Only the limit of `@until` compares the moment.
      record.kind = (predicate.fact == .time ? AtomKind.notAfter : AtomKind.compare).rawValue
      record.comparison = UInt32(comparison.rawValue)
      record.value = value
    case .isOneOf(let values):
      record.kind = AtomKind.isOneOf.rawValue
      record.operands = RecordRange(start: UInt32(writer.integers.count), count: UInt32(values.count))
      writer.integers += values
    case .withinNetworks(let networks):
      record.kind = AtomKind.inNetworks.rawValue
      record.operands = RecordRange(start: UInt32(writer.networks.count), count: UInt32(networks.count))
      writer.networks += networks.map(networkRecord)
    case .withinTimes(let windows):
      record.kind = AtomKind.inWindows.rawValue
      let records = windows.map { windowRecord($0, predicate.span) }
      record.operands = RecordRange(start: UInt32(writer.windows.count), count: UInt32(records.count))
      writer.windows += records
    case .matches(let patterns):
      let numbers = patterns.map { patternNumber($0, predicate.span) }
      let hasPCRE = patterns.contains { $0.kind == .pcre }
      guard predicate.isAll || hasPCRE else {
        for number in numbers { link(number) }
        return
      }
      record.kind = (predicate.isAll ? AtomKind.allMatch : AtomKind.matchesLazily).rawValue
      record.operands = RecordRange(start: UInt32(writer.patternLists.count), count: UInt32(numbers.count))
      writer.patternLists += numbers
    }
  }

  private mutating func patternNumber(_ pattern: Pattern, _ span: SourceSpan) -> UInt32 {
    if let known = patternNumbers[pattern] { return known }
    var number: UInt32 = 0
    do throws(PatternError) {
      number = patternBuilder.add(try compiled(pattern))
    } catch {
      let notes = error.hint.map { [Diagnostic.Note($0)] } ?? []
      diagnostics.append(
        Diagnostic(.limitExceeded, "the pattern `\(pattern.source)`: \(error.message)", at: span, notes: notes))
    }
    patternNumbers[pattern] = number
    return number
  }

  private func compiled(_ pattern: Pattern) throws(PatternError) -> CompiledPattern {
    if let known = environment.patterns?.known[pattern] { return known }
    let compiled = try PatternCompiler().compile(pattern)
    environment.patterns?.known[pattern] = compiled
    return compiled
  }

  private mutating func keyNumber(_ predicate: CheckedPredicate) -> UInt16 {
    guard let key = predicate.key else { return 0 }
    let identity = FactKey(fact: predicate.fact, key: key)
    if let known = keyNumbers[identity] { return known }
    guard writer.keys.count < BundleFormat.maxKeys else {
      diagnostics.append(
        Diagnostic(
          .limitExceeded, "the policy set asks for more than \(BundleFormat.maxKeys) different keys", at: predicate.span
        ))
      return 1
    }
    writer.keys.append(KeyRecord(fact: predicate.fact, key: writer.intern(key)))
    keyNumbers[identity] = UInt16(writer.keys.count)
    return UInt16(writer.keys.count)
  }

  private func networkRecord(_ network: Network) -> NetworkRecord {
    var halves: [UInt64] = [0, 0]
    for (index, byte) in network.address.enumerated() { halves[index / 8] = halves[index / 8] << 8 | UInt64(byte) }
    let prefix = UInt64(network.prefixLength)
    let high = prefix >= 64 ? halves[0] : halves[0] & ~(UInt64.max >> prefix)
    let low = prefix >= 128 ? halves[1] : prefix <= 64 ? 0 : halves[1] & ~(UInt64.max >> (prefix - 64))
    return NetworkRecord(high: high, low: low, prefixLength: prefix)
  }

  private mutating func windowRecord(_ window: TimeWindow, _ span: SourceSpan) -> WindowRecord {
    WindowRecord(
      start: window.start, end: window.end, days: UInt32(window.days), zone: zoneRange(window.zone, span))
  }

  private mutating func zoneRange(_ zone: String, _ span: SourceSpan) -> RecordRange {
    if zone == "UTC" { return RecordRange() }
    if let known = zoneRanges[zone] { return known }
    guard let file = environment.zone(zone), let transitions = zoneTransitions(file) else {
      diagnostics.append(Diagnostic(.badTimeWindow, "no data for the time zone `\(zone)` on this machine", at: span))
      return RecordRange()
    }
    let range = RecordRange(start: UInt32(writer.transitions.count), count: UInt32(transitions.count))
    writer.transitions += transitions
    zoneRanges[zone] = range
    return range
  }

  private func place(_ span: SourceSpan) -> PlaceRecord {
    let position = environment.position(span)
    return PlaceRecord(
      file: min(span.file, UInt32(writer.sources.count - 1)), line: position.line, column: position.column)
  }

  // MARK: Rules

  private mutating func lowerRules(_ formulas: [AtomFormula]) {
    guard policy.rules.count <= BundleFormat.maxRules else {
      diagnostics.append(
        Diagnostic(
          .limitExceeded, "a policy set has at most \(BundleFormat.maxRules) rules, this one has \(policy.rules.count)",
          at: policy.rules[BundleFormat.maxRules].span))
      return
    }
    let records = writer.atoms
    let bindAtoms = Int(writer.meta.bindAtoms)
    let costs = records.indices.map { testCost(records[$0], isBound: $0 < bindAtoms) }
    var graph = DecisionGraph(
      cost: { costs[$0] },
      operation: { $0 < bindAtoms ? .bound : records[$0].kind == AtomKind.matched.rawValue ? .scanned : .lazy })
    for (rule, formula) in zip(policy.rules, formulas) {
      let formula = formula.mapped(finalNumbers)
      // An annotation may stand above its name.
      var record = RuleRecord(place: place(rule.nameSpan))
      record.fullName = writer.intern(rule.fullName)
      record.displayName = writer.intern(rule.displayName)
      record.title = writer.intern(rule.title ?? "")
      record.protocols = UInt32(formula == .constant(false) ? 0 : protocols(formula).rawValue)
      lowerActions(rule, &record)
      let testsUnparsed = record.decision == 1 + Decision.allow.rawValue && impliesUnparsed(formula)
      record.flags = (rule.isObserved ? 1 : 0) | (rule.onResponse ? 2 : 0) | (testsUnparsed ? 4 : 0)

      let (bind, judge) = split(formula, bindAtoms)
      guard let bindGraph = graph.lower(bind), let judgeGraph = graph.lower(judge) else {
        diagnostics.append(
          Diagnostic(
            .limitExceeded,
            "the condition of `\(rule.displayName)` has more than \(BundleFormat.maxGraphWords) tests", at: rule.span))
        continue
      }
      record.bindGraph = append(bindGraph)
      record.judgeGraph = append(judgeGraph)
      // A graph without words is always true; one that is never true takes the rule out.
      if bindGraph == .never || judgeGraph == .never { record.protocols = 0 }
      if let triggers = triggers(judge) {
        record.triggers = RecordRange(start: UInt32(writer.triggers.count), count: UInt32(triggers.atoms.count))
        writer.triggers += triggers.atoms.sorted().map(UInt32.init)
      }
      writer.rules.append(record)
    }
  }

  private mutating func append(_ graph: LoweredGraph) -> RecordRange {
    guard case .tests(let words) = graph else { return RecordRange() }
    let range = RecordRange(start: UInt32(writer.code.count), count: UInt32(words.count))
    writer.code += words
    return range
  }

  /// How dear a test is, for the order of a graph's nodes.
  private func testCost(_ atom: AtomRecord, isBound: Bool) -> Int {
    if isBound { return 0 }
    return switch AtomKind(rawValue: atom.kind) {
    case .matched: 1
    case .isTrue, .isPresent, .compare, .isOneOf, .notAfter, nil: 2
    case .inNetworks, .inWindows: 3
    case .allMatch: 4
    case .matchesLazily: 5
    }
  }

  /// What binding can decide, and what is left: the conjuncts of either kind.
  private func split(_ formula: AtomFormula, _ bindAtoms: Int) -> (bind: AtomFormula, judge: AtomFormula) {
    let conjuncts: [AtomFormula] = if case .and(let parts) = formula { parts } else { [formula] }
    var bind: [AtomFormula] = []
    var judge: [AtomFormula] = []
    for conjunct in conjuncts {
      var isBound = true
      conjunct.forEachAtom { if $0 >= bindAtoms { isBound = false } }
      if isBound { bind.append(conjunct) } else { judge.append(conjunct) }
    }
    return (.conjunction(bind), .conjunction(judge))
  }

  /// The protocols of operations for which a formula can be true.
  private func protocols(_ formula: AtomFormula) -> ProtocolSet {
    switch formula {
    case .constant(let value): return value ? .all : []
    case .literal(let atom, let isPositive):
      guard isPositive, let fact = Fact(rawValue: writer.atoms[atom].fact) else { return .all }
      return fact.schema.protocols
    case .and(let parts): return parts.reduce(.all) { $0.intersection(protocols($1)) }
    case .or(let parts): return parts.reduce([]) { $0.union(protocols($1)) }
    }
  }

  /// Whether a formula can be true only for an operation that could not be read.
  private func impliesUnparsed(_ formula: AtomFormula) -> Bool {
    switch formula {
    case .constant: false
    case .literal(let atom, let isPositive): isPositive && writer.atoms[atom].fact == Fact.unparsed.rawValue
    case .and(let parts): parts.contains(where: impliesUnparsed)
    case .or(let parts): parts.allSatisfy(impliesUnparsed)
    }
  }

  /// Atoms found by the scan of which one must hold for the formula to be true, the set least likely to be met; nil if
  /// there is no such set.
  private func triggers(_ formula: AtomFormula) -> (cost: Int, atoms: Set<Int>)? {
    switch formula {
    case .constant: return nil
    case .literal(let atom, let isPositive):
      let record = writer.atoms[atom]
      guard isPositive, atom >= Int(writer.meta.bindAtoms), record.kind == AtomKind.matched.rawValue,
        let fact = Fact(rawValue: record.fact)
      else { return nil }
      if case .enumeration = fact.schema.type { return (8, [atom]) }
      return (1, [atom])
    case .and(let parts):
      return parts.compactMap(triggers).min { ($0.cost, $0.atoms.count) < ($1.cost, $1.atoms.count) }
    case .or(let parts):
      var union: (cost: Int, atoms: Set<Int>) = (0, [])
      for part in parts {
        guard let set = triggers(part) else { return nil }
        union.cost += set.cost
        union.atoms.formUnion(set.atoms)
      }
      return union
    }
  }

  // MARK: Actions and declarations

  private mutating func lowerActions(_ rule: CheckedRule, _ record: inout RuleRecord) {
    let start = writer.actions.count
    for action in rule.actions {
      var entry: ActionRecord
      switch action {
      case .block(let message):
        entry = ActionRecord(kind: .block)
        setText(message, &entry)
        record.decision = max(record.decision, 1 + Decision.block.rawValue)
      case .allow:
        entry = ActionRecord(kind: .allow)
        record.decision = max(record.decision, 1 + Decision.allow.rawValue)
      case .approve(let approval):
        entry = ActionRecord(kind: .approve)
        setText(approval.question, &entry)
        entry.list = writer.internList(approval.groups)
        entry.count = approval.count
        entry.within = approval.within ?? 0
        record.decision = max(record.decision, 1 + Decision.approve.rawValue)
      case .record(let level):
        entry = ActionRecord(kind: .record)
        entry.count = UInt32(level.rawValue)
        record.record = max(record.record, 1 + level.rawValue)
      case .tag(let name):
        entry = ActionRecord(kind: .tag)
        setText(name, &entry)
        record.obligations |= 2
      case .mask(let subject, let how):
        entry = maskRecord(subject, how)
        record.obligations |= 1
      }
      writer.actions.append(entry)
    }
    record.actions = RecordRange(start: UInt32(start), count: UInt32(writer.actions.count - start))
  }

  private mutating func setText(_ text: String?, _ entry: inout ActionRecord) {
    guard let text else { return }
    entry.text = writer.intern(text)
    entry.hasText = 1
  }

  private mutating func maskRecord(_ subject: MaskSubject, _ how: MaskHow) -> ActionRecord {
    var entry: ActionRecord
    switch subject {
    case .detector(let name):
      entry = ActionRecord(kind: .maskDetector)
      setText(name, &entry)
    case .column(let globs):
      entry = ActionRecord(kind: .maskColumn)
      entry.list = writer.internList(globs)
    case .json(let path):
      entry = ActionRecord(kind: .maskJSON)
      setText(path, &entry)
    case .header(let globs):
      entry = ActionRecord(kind: .maskHeader)
      entry.list = writer.internList(globs)
    case .regex(let source):
      entry = ActionRecord(kind: .maskRegex)
      setText(source, &entry)
    }
    switch how {
    case .redact: entry.method = MaskMethod.redact.rawValue
    case .hash: entry.method = MaskMethod.hash.rawValue
    case .with(let text):
      entry.method = MaskMethod.with.rawValue
      entry.replacement = writer.intern(text)
    case .keepFirst(let count):
      entry.method = MaskMethod.keepFirst.rawValue
      entry.count = count
    case .keepLast(let count):
      entry.method = MaskMethod.keepLast.rawValue
      entry.count = count
    }
    return entry
  }

  private mutating func lowerDeclarations() {
    let defaults = policy.defaults
    for wire in OperationProtocol.allCases {
      let shift = 2 * UInt16(wire.rawValue)
      writer.meta.decisions |= UInt16((defaults.byProtocol[wire] ?? defaults.decision).rawValue) << shift
      writer.meta.unparsed |= UInt16((defaults.unparsedByProtocol[wire] ?? defaults.unparsed).rawValue) << shift
      writer.meta.records |= UInt16((defaults.recordByProtocol[wire] ?? defaults.record).rawValue) << shift
    }
    let asked = atoms.predicates.flatMap { predicate -> [String] in
      guard predicate.fact == .textDetector || predicate.fact == .responseDetector,
        case .matches(let patterns) = predicate.test
      else { return [] }
      return patterns.map(\.source)
    }
    writer.meta.textDetectors = writer.internList(Set(asked).sorted())
    writer.meta.toolVersion = writer.intern(environment.toolVersion)
    writer.digests = environment.sourceDigests.map(DigestRecord.init)
    writer.set(environment.release)
    writer.detectors = policy.detectors.map { detector in
      DetectorRecord(
        name: writer.intern(detector.name), regex: writer.intern(detector.pattern.source),
        check: writer.intern(detector.check ?? ""), ignoringCase: detector.pattern.ignoringCase)
    }
    writer.decodes = policy.decodes.map { decode in
      DecodeRecord(
        carrier: decode.carrier, inner: decode.inner,
        selectors: writer.internList(decode.selectors.flatMap { [$0.word, $0.value] }))
    }
  }
}
