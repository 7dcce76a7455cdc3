import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime
import PolicySyntax

/// Looks for the test that would notice a mutant: a request that the original and the mutant judge differently.
struct KillingTestSearch {
  let policy: CheckedPolicy
  let base: Engine
  let judge: MutantJudge
  let finder: WitnessFinder
  let reasoning: ConditionReasoning
  let edit: Diagnostic.Edit

  /// Ways in which a region can be reached that are tried where the first few lead nowhere.
  private static let manyWays = 60
  /// Answers that a request is tried with.
  private static let answersTried = 6
  /// Tests that are named where no request is found.
  private static let describedTests = 5

  /// What would notice the mutant; where no request is found, what one would have to be like. The known requests of these
  /// numbers are looked at first.
  func survival(_ change: PolicyChange, rules limit: Int, preferring known: [Int]) -> MutationRun.Survival {
    var weak: MutationRun.Survival?
    let answers = answers(for: change)
    let regions = Array(regions(of: change).prefix(2 * limit))
    let followers = followers(of: change)
    var covering: Set<String> = []
    /// Looks in a region; what is found there if more than the names of rules differ.
    func search(_ region: [Condition], _ ways: Int, _ prelude: SessionPrelude) -> MutationRun.Survival? {
      var found: MutationRun.Survival?
      _ = finder.request(meeting: region, preferring: known, ways: ways, after: prelude) { request in
        let asked = [request] + (request.response == nil ? request.answered(by: answers) : [])
        let alone = asked.firstResult { survival(of: $0, change, after: prelude, &covering) }
        // A tag is only missed, or in the way, where a later request is judged by it.
        func followed() -> MutationRun.Survival? {
          followers.firstResult { tag, next in
            survival(of: next, change, after: .marking(tag, by: request), &covering)
          }
        }
        guard let survival = alone ?? followed() else { return false }
        if survival.isOfRulesOnly {
          if weak == nil { weak = survival }
          return false
        }
        found = survival
        return true
      }
      return found
    }
    for region in regions {
      if let found = search(region, WitnessFinder.alternatives, SessionPrelude()) { return found }
    }
    // Where other rules do what the mutant does not: a request that they do not speak of.
    let silent = policy.rules.filter { covering.contains($0.displayName) }.map { rule in
      Condition.not((change.rules.first { $0.fullName == rule.fullName } ?? rule).condition)
    }
    if !silent.isEmpty {
      for region in regions {
        if let found = search(region + silent, WitnessFinder.alternatives, SessionPrelude()) { return found }
      }
    }
    // What takes long is only done where the first few ways lead nowhere.
    for region in regions {
      for prelude in [SessionPrelude()] + preludes(region) {
        if let found = search(region, Self.manyWays, prelude) { return found }
      }
    }
    return weak ?? MutationRun.Survival(needs: regions.firstResult(description))
  }

  /// For each tag that a changed rule gives, a request that is judged by it.
  private func followers(of change: PolicyChange) -> [(tag: String, next: JudgedRequest)] {
    let tags = change.rules.flatMap(\.actions).compactMap { if case .tag(let tag) = $0 { tag } else { nil } }
    return distinct(tags).compactMap { tag in
      let asking = policy.rules.filter { $0.condition.facts.contains(.session) }
      let next = asking.firstResult { rule in
        finder.request(meeting: [rule.condition], after: SessionPrelude(tags: [tag])) { request in
          base.judge(request, [tag]).decision != base.judge(request, []).decision
        }
      }
      return next.map { (tag, $0) }
    }
  }

  /// What a session may have seen for a region that asks for its tags, or for what is known of tools.
  private func preludes(_ region: [Condition]) -> [SessionPrelude] {
    let facts = Set(region.flatMap(\.facts))
    let listings = facts.isDisjoint(with: [.mcpDestructive, .mcpChanged]) ? [] : SessionPrelude.listings
    guard facts.contains(.session) else { return listings }
    let sampler = PatternSampler()
    let tags = reasoning.alternatives(region, limit: WitnessFinder.alternatives)
      .flatMap { RequestGoal($0, sampler).values(.session) }
    return listings
      + distinct(tags).compactMap { tag in
        let marking = policy.rules.filter { $0.actions.contains(.tag(tag)) }.firstResult { rule in
          finder.request(meeting: [rule.condition]) { request in
            base.forgetTools()
            return base.judge(request, []).tags.contains(tag)
          }
        }
        return marking.map { .marking(tag, by: $0) }
      }
  }

  /// Answers in which masks find something that the original has and the mutant has not, or the other way round: all
  /// masks of a rule that applies to other requests.
  private func answers(for change: PolicyChange) -> [String] {
    let synthesis = ResponseSynthesis(sampler: PatternSampler(), detectors: policy.detectors)
    let subjects = change.rules.flatMap { changed -> [MaskSubject] in
      guard let original = policy.rules.first(where: { $0.fullName == changed.fullName }) else { return [] }
      let (before, after) = (original.actions, changed.actions)
      let isOfActions = before != after
      let masks =
        isOfActions ? before.filter { !after.contains($0) } + after.filter { !before.contains($0) } : before
      return masks.compactMap { if case .mask(let subject, _) = $0 { subject } else { nil } }
    }
    return Array(distinct(subjects).flatMap(synthesis.texts(showing:)).prefix(Self.answersTried))
  }

  /// Where the mutant does other than the original: the conditions under which a changed rule applies and its original
  /// does not, or the other way round.
  private func regions(of change: PolicyChange) -> [[Condition]] {
    if change.defaults != policy.defaults {
      let isOfUnparsed =
        change.defaults.unparsed != policy.defaults.unparsed
        || change.defaults.unparsedByProtocol != policy.defaults.unparsedByProtocol
      let nowhere = SourceSpan(file: 0, SourceRange(0, 0))
      let unparsed = Condition.test(CheckedPredicate(fact: .unparsed, test: .isTrue, span: nowhere))
      return [[isOfUnparsed ? unparsed : .not(unparsed)]]
    }
    return change.rules.flatMap { changed -> [[Condition]] in
      guard let original = policy.rules.first(where: { $0.fullName == changed.fullName }) else { return [] }
      if reasoning.haveSameGraph(original.condition, changed.condition) {
        return changed.hasEffect(of: original) ? [] : [[original.condition]]
      }
      return [
        reasoning.difference(original.condition, without: changed.condition),
        reasoning.difference(changed.condition, without: original.condition),
      ].filter(reasoning.canHold)
    }
  }

  /// The test that a request makes after others, if the mutant judges it differently; else the rules by which the mutant
  /// does what the original does are `covering`.
  private func survival(
    of request: JudgedRequest, _ change: PolicyChange, after prelude: SessionPrelude, _ covering: inout Set<String>
  ) -> MutationRun.Survival? {
    let session = prelude.requests(request) + [request]
    var verdicts: [OperationVerdict] = []
    var names: Set<String> = []
    let bundle = base.policy.bundle
    base.forgetTools()
    let originals = session.outcomes { request, tags in
      let outcome = base.judge(request, tags, &verdicts)
      let fired = (verdicts + base.responseVerdicts).flatMap(base.fired)
      names.formUnion(fired.map { bundle.text(bundle.rules[$0].fullName) })
      return outcome
    }
    let applying = policy.rules.indices.filter { names.contains(policy.rules[$0].fullName) }
    guard let engine = judge.engine(change, applying: applying) else { return nil }
    let others = session.outcomes(engine.judge)
    let (original, other) = (originals[session.count - 1], others[session.count - 1])
    guard let difference = OutcomeDifference(of: original, from: other),
      let test = session.testLine(originals, expecting: difference.expectations)
    else {
      covering.formUnion(other.rules)
      return nil
    }
    return MutationRun.Survival(test: test, isOfRulesOnly: difference.isOfRulesOnly)
  }

  /// The tests that a request would have to pass, in the first way in which it can: those that the edit is about first.
  private func description(of region: [Condition]) -> String? {
    guard let first = reasoning.alternatives(region, limit: 1).first, !first.isEmpty else { return nil }
    func isEdited(_ test: SignedTest) -> Bool {
      let (own, edited) = (test.predicate.span, edit.span)
      return own.file == edited.file && own.range.start <= edited.range.end && edited.range.start <= own.range.end
    }
    let ordered = first.filter(isEdited) + first.filter { !isEdited($0) }
    let tests = ordered.prefix(Self.describedTests).map { test in
      let text = (test.isNegated ? "not " : "") + test.predicate.description
      return text.count > 90 ? text.prefix(88) + "…" : text
    }
    return tests.joined(separator: ", ") + (ordered.count > tests.count ? ", …" : "")
  }
}
