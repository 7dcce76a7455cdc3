import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime
import PolicySyntax

/// Makes the mutants of a policy set and finds out which of them its tests, pinned fixtures and invariants notice.
public struct MutationRun {
  /// What became of a mutant.
  public enum Fate: Sendable {
    /// A test or a pinned fixture does not hold, or an invariant is refuted.
    case killed
    case survived(Survival)
    /// No request can tell it from the original, for this reason.
    case equivalent(String)
    /// The checker would not let it through.
    case refused
  }

  /// Why nothing noticed a mutant, and what would.
  public struct Survival: Sendable {
    /// The test that would: it holds of the original and not of the mutant, as the engine confirms.
    public var test: TestLine?
    /// The test is a fixture that pins nothing.
    public var isOfFixture = false
    /// Only the rules that a verdict names differ.
    public var isOfRulesOnly = false
    /// Where no test was found: what a request would have to be like.
    public var needs: String?
  }

  public struct Result: Sendable {
    public let mutant: Mutant
    public let fate: Fate
  }

  /// Why a run cannot begin.
  public enum Problem: Error, Equatable {
    /// The tests do not hold of the policy as it is: so many requests, and refuted claims.
    case testsDoNotHold(Int)
    /// The policy cannot be compiled.
    case notCompiled
  }

  public private(set) var results: [Result] = []
  /// Mutants that there are; ``results`` has those that were chosen.
  public let available: Int

  /// What a run is at.
  public enum Stage: Sendable {
    /// Checking what each mutant changes.
    case checking
    /// Finding out what becomes of each.
    case judging
  }

  /// Runs the mutants of the declarations that `isWanted` picks, and of lines that were `changed` where that is given; of
  /// them `limit` at even distances. `progress` is told how many of how many are done.
  public init(
    _ set: EditablePolicySet, fixtures: [Fixture], clock: Int64, limit: Int = .max, changed: ChangedLines? = nil,
    threads: Int = availableCores(), where isWanted: (Mutant.Declaration) -> Bool = { _ in true },
    progress: (Stage, Int, Int) -> Void = { _, _, _ in }
  ) throws(Problem) {
    let all = MutantGenerator.mutants(of: set.files, set.sources, where: isWanted)
      .filter { mutant in changed.map { mutant.stands(on: $0, set.sources) } ?? true }
    available = all.count
    let count = min(limit, all.count)
    let mutants = (0..<count).map { all[$0 * all.count / count] }
    let bench = MutationBench(set, fixtures, clock: clock)
    guard let fates = MutantFates(bench) else { throw .notCompiled }
    let failures = fates.failures
    guard failures == 0 else { throw .testsDoNotHold(failures) }
    let changes = SharedWork<EditablePolicySet, PolicyChange?>.run(
      count, threads: threads, makeWorker: { EditablePolicySet(copying: set) },
      work: { set, number in set.change(by: mutants[number].edit) }, progress: { progress(.checking, $0, count) })
    // What the checker refuses has no change.
    guard let changes, let sieve = MutationSieve(bench, changes) else { throw .notCompiled }
    let found = SharedWork<MutantFates, Fate>.run(
      count, threads: threads, own: fates, makeWorker: { MutantFates(bench) },
      work: { fates, number in
        changes[number].map { fates.fate(mutants[number], $0, sieve.touched[number], sieve) } ?? .refused
      }, progress: { progress(.judging, $0, count) })
    guard let found else { throw .notCompiled }
    results = zip(mutants, found).map(Result.init)
  }
}
