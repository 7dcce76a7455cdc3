import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime
import PolicySyntax

/// How hard to try.
public struct EvasionSettings: Sendable {
  /// Spellings a rule.
  public var spellings = 600
  /// Rewrites one after the other, at most.
  public var depth = 3
  /// The seed of the choices among compositions.
  public var seed: UInt64 = 1

  public init() {}
}

/// Spells commands that rules stop in other ways, and finds the spellings that get past.
///
/// Feed it the policy's tests and fixtures, then ``run(_:)`` each of its ``rules``.
public final class EvasionRun {
  /// A request that a rule stops.
  struct Seed {
    var request: JudgedRequest
    var tags: [String]
    var outcome: Outcome
    var spelling: Spelling { Spelling(request.protocol, request.payload) }
  }

  /// The rules that block or ask for approval by what a request does, in the order of their names.
  public let rules: [CheckedRule]
  private let engine: Engine
  private let settings: EvasionSettings
  private let table: [Rewrite]
  private var seeds: [String: [Seed]] = [:]
  private var innocents: InnocentFacts
  /// Requests that were taken, for what is derived from the rules themselves.
  private var known: [JudgedRequest] = []
  private lazy var finder = WitnessFinder(known, factory)
  private let factory: EngineFactory
  private let locate: (SourceSpan) -> String

  /// `factory` makes the engines that confirm a command derived from a rule; `locate` prints where a span stands, as
  /// `file:line`.
  public init(
    policy: CheckedPolicy, engine: Engine, factory: EngineFactory, settings: EvasionSettings,
    locate: @escaping (SourceSpan) -> String
  ) {
    self.factory = factory
    rules = policy.rules.filter { !$0.onResponse && $0.actions.contains(where: \.stops) }
    self.engine = engine
    self.settings = settings
    self.locate = locate
    table = RewriteTable(decodes: engine.policy.demand.decodes).rewrites
    innocents = InnocentFacts(engine)
  }

  // MARK: - Seeds

  /// Takes the requests of a `test` block.
  public func add(_ test: CheckedTest) {
    for session in test.sessions {
      var tags: [String] = []
      for request in session.requests {
        let outcome = take(JudgedRequest(request), tags)
        for tag in outcome.tags where !tags.contains(tag) { tags.append(tag) }
      }
    }
  }

  /// Judges a request and keeps it for the rules that stop it.
  @discardableResult
  public func take(_ request: JudgedRequest, _ tags: [String]) -> Outcome {
    var asked = request
    // What comes back is no matter of spelling.
    asked.response = nil
    if known.count < WitnessFinder.knownLimit { known.append(asked) }
    let outcome = engine.judge(asked, tags)
    if outcome.decision == .allow, outcome.observed.isEmpty { innocents.add(asked) }
    let stopping = (outcome.decision == .allow ? [] : outcome.rules) + outcome.observed
    for name in stopping where seeds[name, default: []].count < EvasionLimits.candidates {
      seeds[name, default: []].append(Seed(request: asked, tags: tags, outcome: outcome))
    }
    return outcome
  }

  /// The commands to try a rule with: such as it alone stops, on all roads, the shortest first.
  private func chosenSeeds(_ rule: CheckedRule) -> [Seed] {
    let known = seeds[rule.displayName] ?? []
    let sorted = known.enumerated().sorted { a, b in
      let (left, right) = (a.element, b.element)
      return (left.outcome.rules.count, left.request.payload.bytes.count, a.offset)
        < (right.outcome.rules.count, right.request.payload.bytes.count, b.offset)
    }.map(\.element)
    var chosen: [Seed] = []
    // One a protocol, then others that are spelled otherwise.
    for isFirst in [true, false] {
      for seed in sorted where chosen.count < EvasionLimits.seeds {
        let isNew = !chosen.contains { $0.spelling == seed.spelling }
        let isNewRoad = !chosen.contains { $0.request.protocol == seed.request.protocol }
        if isNew, isNewRoad || !isFirst { chosen.append(seed) }
      }
    }
    return chosen
  }

  /// A command written for the conditions of a rule that no known one meets; nil if none is found that it stops. One that
  /// can be read, if there is any: what cannot may be stopped for that alone, however it is spelled.
  private func derivedSeed(_ rule: CheckedRule) -> Seed? {
    var unread: Seed?
    var seed: Seed?
    _ = finder.request(meeting: [rule.condition]) { request in
      let outcome = engine.judge(request, [])
      let stopping = rule.isObserved ? outcome.observed : outcome.decision == .allow ? [] : outcome.rules
      guard stopping.contains(rule.displayName) else { return false }
      let isRead = engine.unparsedReasons.allSatisfy { $0 == .none }
      let found = Seed(request: request, tags: [], outcome: outcome)
      if isRead { seed = found } else if unread == nil { unread = found }
      return isRead
    }
    return seed ?? unread
  }

  // MARK: - Search

  /// A way from a seed to a spelling: rewrites by their place in the table, each with its choice.
  private typealias Path = [(rewrite: Int, choice: Int)]

  /// Tries a rule.
  public func run(_ rule: CheckedRule) -> RuleEvasion {
    var result = RuleEvasion(rule, location: locate(rule.span))
    result.looksForData = rule.condition.names(EvasionRun.data)
    var chosen = result.looksForData ? [] : chosenSeeds(rule)
    if !result.looksForData, chosen.isEmpty, let seed = derivedSeed(rule) {
      chosen = [seed]
      result.isDerived = true
    }
    result.seeds = chosen.count
    guard !chosen.isEmpty else { return result }
    let allowed = table.indices.filter { !rule.condition.names(Self.roads) || !table[$0].changesRoad }
    var search = Search(rule: rule, seeds: chosen, settings: settings, run: self, allowed: allowed)
    search.tryAll()
    result.tried = search.tried
    result.heldByRule = search.heldByRule
    result.heldByOthers = search.heldByOthers
    result.holders = search.holders.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    result.past = search.past
    result.evasions = search.evasions.values.sorted { a, b in
      (a.spelling.payload.bytes.count, a.rewrites.joined()) < (b.spelling.payload.bytes.count, b.rewrites.joined())
    }
    result.hidden = search.hidden
    return result
  }

  /// The search for spellings that get past one rule.
  private struct Search {
    let rule: CheckedRule
    let seeds: [Seed]
    let settings: EvasionSettings
    let run: EvasionRun
    let allowed: [Int]
    var tried = 0
    var heldByRule = 0
    var heldByOthers = 0
    var holders: [String: Int] = [:]
    var past = 0
    var hidden = 0
    var evasions: [[String]: Evasion] = [:]
    private var seen: [Set<Spelling>]
    private var generator: SeededGenerator

    init(rule: CheckedRule, seeds: [Seed], settings: EvasionSettings, run: EvasionRun, allowed: [Int]) {
      self.rule = rule
      self.seeds = seeds
      self.settings = settings
      self.run = run
      self.allowed = allowed
      seen = seeds.map { [$0.spelling] }
      generator = SeededGenerator(seed: settings.seed, name: rule.fullName)
    }

    mutating func tryAll() {
      for number in seeds.indices {
        for rewrite in allowed {
          for (choice, spelling) in run.table[rewrite].apply(seeds[number].spelling).enumerated() {
            guard tried < settings.spellings else { return }
            hold(spelling, [(rewrite, choice)], number)
          }
        }
      }
      guard settings.depth > 1 else { return }
      // A seed whose rewrites are used up gives nothing new: then the search ends.
      var failures = 0
      while tried < settings.spellings, failures < settings.spellings * 4 {
        let number = Int(generator.next(upperBound: UInt64(seeds.count)))
        let length = 2 + Int(generator.next(upperBound: UInt64(settings.depth - 1)))
        let before = tried
        compose(number, length)
        if tried == before { failures += 1 }
      }
    }

    private mutating func compose(_ number: Int, _ length: Int) {
      var spelling = seeds[number].spelling
      var path: Path = []
      // Not every rewrite fits what is there: some more are drawn.
      for _ in 0..<(length * 6) where path.count < length {
        let rewrite = allowed[Int(generator.next(upperBound: UInt64(allowed.count)))]
        let choices = run.table[rewrite].apply(spelling)
        guard !choices.isEmpty else { continue }
        let choice = Int(generator.next(upperBound: UInt64(choices.count)))
        spelling = choices[choice]
        path.append((rewrite, choice))
      }
      if path.count > 1 { hold(spelling, path, number) }
    }

    /// Judges a spelling and counts how it fares.
    private mutating func hold(_ spelling: Spelling, _ path: Path, _ number: Int) {
      guard spelling.payload.bytes.count <= EvasionLimits.spellingBytes, seen[number].insert(spelling).inserted else {
        return
      }
      tried += 1
      switch run.fate(of: spelling, seeds[number], rule) {
      case .heldByRule: heldByRule += 1
      case .heldByOthers(let names):
        heldByOthers += 1
        for name in names { holders[name, default: 0] += 1 }
      case .past:
        past += 1
        keep(minimised(path, number), number)
      }
    }

    private mutating func keep(_ path: Path, _ number: Int) {
      guard let spelling = run.spelling(seeds[number].spelling, path) else { return }
      let names = path.map { run.table[$0.rewrite].name }
      if let known = evasions[names], known.spelling.payload.bytes.count <= spelling.payload.bytes.count { return }
      guard evasions.count < EvasionLimits.evasions || evasions[names] != nil else { return hidden += 1 }
      evasions[names] = run.evasion(spelling, path.map { run.table[$0.rewrite] }, seeds[number], rule)
    }

    /// The path without the rewrites that are not needed.
    private func minimised(_ path: Path, _ number: Int) -> Path {
      var path = path
      var index = 0
      while path.count > 1, index < path.count {
        var shorter = path
        shorter.remove(at: index)
        if let spelling = run.spelling(seeds[number].spelling, shorter),
          run.fate(of: spelling, seeds[number], rule) == .past
        {
          path = shorter
          index = 0
        } else {
          index += 1
        }
      }
      return path
    }
  }

  /// What a path makes of a spelling; nil if a rewrite does not fit any more.
  private func spelling(_ start: Spelling, _ path: Path) -> Spelling? {
    var spelling = start
    for step in path {
      let choices = table[step.rewrite].apply(spelling)
      guard !choices.isEmpty else { return nil }
      spelling = choices[step.choice % choices.count]
    }
    return spelling
  }

  private enum Fate: Equatable { case heldByRule, heldByOthers([String]), past }

  private func fate(of spelling: Spelling, _ seed: Seed, _ rule: CheckedRule) -> Fate {
    let outcome = engine.judge(seed.request.spelled(spelling), seed.tags)
    if rule.isObserved { return outcome.observed.contains(rule.displayName) ? .heldByRule : .past }
    guard outcome.decision >= seed.outcome.decision else { return .past }
    if outcome.rules.contains(rule.displayName) { return .heldByRule }
    // Another approval may be asked for instead, but not one less.
    if outcome.decision == .approve, !seed.outcome.approvals.allSatisfy(outcome.approvals.contains) { return .past }
    return .heldByOthers(outcome.rules.isEmpty ? ["default"] : outcome.rules)
  }

  private func evasion(_ spelling: Spelling, _ rewrites: [Rewrite], _ seed: Seed, _ rule: CheckedRule) -> Evasion {
    let spelled = seed.request.spelled(spelling)
    let outcome = engine.judge(spelled, seed.tags)
    let before = engine.explain(seed.request, seed.tags)
    let after = engine.explain(spelled, seed.tags)
    let shared = SharedFacts(before, after, rule: rule.displayName)
    var conditions: [String] = []
    for rewrite in rewrites where rewrite.condition != Rewrite.always && !conditions.contains(rewrite.condition) {
      conditions.append(rewrite.condition)
    }
    return Evasion(
      seed: seed.spelling, spelling: spelling, rewrites: rewrites.map(\.name), conditions: conditions,
      seedDecision: seed.outcome.decision, decision: outcome.decision, advice: shared.advice(innocents))
  }
}

extension JudgedRequest {
  /// The request, spelled otherwise.
  fileprivate func spelled(_ spelling: Spelling) -> JudgedRequest {
    JudgedRequest(principal: principal, protocol: spelling.protocol, payload: spelling.payload)
  }
}

extension CheckedAction {
  /// Whether it keeps a request from running at once.
  fileprivate var stops: Bool {
    switch self {
    case .block, .approve: true
    case .allow, .mask, .record, .tag: false
    }
  }
}

extension EvasionRun {
  /// Facts that say on which road a request comes.
  fileprivate static let roads = FactSet([.protocol, .via, .viaTool, .viaProgram] as [Fact])
  /// What is found by its looks (`text contains credit_card`) is data: encoded it is no other spelling of a command.
  fileprivate static let data = FactSet([.textDetector] as [Fact])
}

extension Condition {
  /// Whether it tests one of these facts.
  fileprivate func names(_ facts: FactSet) -> Bool {
    switch self {
    case .constant: false
    case .test(let predicate): facts.contains(predicate.fact)
    case .not(let inner): inner.names(facts)
    case .and(let parts), .or(let parts): parts.contains { $0.names(facts) }
    }
  }
}
