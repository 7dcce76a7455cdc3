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

  /// Answers that a request is tried with.
  private static let answersTried = 6
  /// Tests that are named where no request is found.
  private static let describedTests = 5

  /// What would notice the mutant; where no request is found, what one would have to be like. The known requests of these
  /// numbers are looked at first.
  func survival(_ change: PolicyChange, rules limit: Int, preferring known: [Int]) -> MutationRun.Survival {
    var weak: MutationRun.Survival?
    var needs: String?
    let answers = answers(for: change)
    for region in regions(of: change).prefix(2 * limit) {
      var found: MutationRun.Survival?
      _ = finder.request(meeting: region, preferring: known) { request in
        let asked = [request] + (request.response == nil ? request.answered(by: answers) : [])
        guard let survival = asked.lazy.compactMap({ survival(of: $0, change) }).first else { return false }
        if survival.isOfRulesOnly {
          if weak == nil { weak = survival }
          return false
        }
        found = survival
        return true
      }
      if let found { return found }
      if needs == nil { needs = description(of: region) }
    }
    return weak ?? MutationRun.Survival(needs: needs)
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

  /// The test that a request makes, if the mutant judges it differently.
  private func survival(of request: JudgedRequest, _ change: PolicyChange) -> MutationRun.Survival? {
    base.forgetTools()
    var verdicts: [OperationVerdict] = []
    let original = base.judge(request, [], &verdicts)
    let bundle = base.policy.bundle
    let fired = (verdicts + base.responseVerdicts).flatMap(base.fired)
    let names = Set(fired.map { bundle.text(bundle.rules[$0].fullName) })
    let applying = policy.rules.indices.filter { names.contains(policy.rules[$0].fullName) }
    guard let engine = judge.engine(change, applying: applying),
      let difference = OutcomeDifference(of: original, from: engine.judge(request, [])),
      let test = TestLine(request, expecting: difference.expectations)
    else { return nil }
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
