import JSONText
import PolicyCompiler
import PolicySyntax
import PolicyTestBench

let mutateCommand = Command(
  name: "mutate",
  summary: "which changes to the policy would no test notice?",
  synopsis: "POLICY… [--fixtures FILE.jsonl] [--rule NAME] [--limit N] [--fail-under PERCENT] [--json]",
  description: """
    Changes the policy the ways authors err, one edit at a time, and runs the tests, the pinned fixtures and the
    invariants. A mutant that nothing notices survives; it is shown with its line and with the test that would kill it,
    ready to be put into a `test` block. Mutants that no request can tell from the original are not counted as survivors.
    The ways, a mutant each, are

    \(operators)

    The score is the share of the mutants that are killed among those that are killed or survive.
    The form of --json is grammar/mutate.schema.json.
    """,
  options: [
    FixtureArguments.option,
    Option(name: "rule", letter: "r", value: "NAME", isRepeatable: true, help: "only this rule, list or define"),
    Option(name: "changed-since", value: "REV", help: "only lines changed since a git revision"),
    Option(name: "limit", letter: "n", value: "N", help: "at most N mutants, at even distances (default all)"),
    Option(
      name: "show", value: "WHAT", choices: MutationReport.Extra.allCases.map(\.rawValue), isRepeatable: true,
      help: "also those that are killed, equivalent, or refused by the checker"),
    Option(name: "fail-under", value: "PERCENT", help: "exit code 1 if the score is lower"),
    Command.json,
  ],
  examples: [
    ("hpol mutate policies", "what could be wrong with my rules without a test that says so?"),
    ("hpol mutate policies --rule no-drop --fixtures fixtures", "of one rule, recordings counted as tests"),
    ("hpol mutate policies --changed-since origin/main --fail-under 90", "is what I changed tested? for a pipeline"),
  ],
  run: { (arguments, console) throws(CommandError) in
    guard case .sources(let files) = try PolicyArguments(arguments.positionals) else {
      throw .usage("expected `.hpol` files or a folder; `\(arguments.positionals[0])` is a bundle")
    }
    let limit = try number("limit", arguments, 1...1_000_000)
    let demanded = try number("fail-under", arguments, 0...100)
    let extras = Set(arguments.all("show").compactMap(MutationReport.Extra.init(rawValue:)))
    guard let set = editableSet(files, console) else { return .doesNotHold }
    var fixtures: [Fixture] = []
    var unreadable = 0
    try FixtureArguments(arguments).forEach(console) { fixture, _ in
      fixtures.append(fixture)
    } unreadable: { failure in
      unreadable += 1
      console.error(failure)
    }
    let names = arguments.all("rule")
    try checkNames(names, set)
    var changed: ChangedLines?
    if let revision = arguments.value("changed-since") { changed = try ChangedLines(since: revision, in: set.sources) }
    let run: MutationRun
    do throws(MutationRun.Problem) {
      var shown = ""
      run = try MutationRun(
        set, fixtures: fixtures, clock: now(), limit: limit ?? .max, changed: changed,
        where: { names.isEmpty || names.contains($0.name) },
        progress: { stage, done, count in
          guard console.errorIsTerminal, count > 0 else { return }
          let isDone = stage == .judging && done == count
          let text = "\(stage == .checking ? "checking" : "judging") mutants: \(done * 100 / count) % of \(count)"
          guard isDone || text != shown else { return }
          shown = text
          console.note(isDone ? "\r\u{1B}[K" : "\r\(text)\u{1B}[K")
        })
    } catch {
      switch error {
      case .testsDoNotHold(let count):
        console.error(
          "\(counted(count, "expectation")) of the policy as it is \(count == 1 ? "does" : "do") not hold; see `hpol test`"
        )
        return .doesNotHold
      case .notCompiled: throw .failure("the policy cannot be compiled; see `hpol check`")
      }
    }
    let report = MutationReport(run, set.sources)
    if arguments.has("json") {
      var writer = JSONWriter()
      report.write(to: &writer, showing: extras)
      console.write(&writer)
    } else {
      console.write(report.text(console.style, showing: extras))
    }
    guard unreadable == 0 else { return .doesNotHold }
    if let demanded, let score = report.total.score, score < Double(demanded) { return .doesNotHold }
    return .holds
  })

/// The operators and what they do, as lines of the help.
private var operators: String {
  var table = TextTable([.left, .left], indent: 2)
  for operation in MutationOperator.allCases { table.add([operation.rawValue, operation.summary]) }
  var text = table.text()
  text.removeLast()
  return text
}

private func number(
  _ name: String, _ arguments: Arguments, _ range: ClosedRange<Int>
) throws(CommandError) -> Int? {
  guard let text = arguments.value(name) else { return nil }
  guard let number = Int(text), range.contains(number) else {
    throw .usage("`--\(name)` is a number from \(range.lowerBound) to \(range.upperBound), not `\(text)`")
  }
  return number
}

/// The policy set, open to edits; nil if it has errors, which are printed.
private func editableSet(_ files: [String], _ console: Console) -> EditablePolicySet? {
  if let set = EditablePolicySet.open(files, fileReader(files), now: now()) { return set }
  LoadedPolicySet.print(LoadedPolicySet.build(files), console)
  return nil
}

private func checkNames(_ names: [String], _ set: EditablePolicySet) throws(CommandError) {
  let known = MutantGenerator.declarations(of: set.files).map(\.name)
  for name in names where !known.contains(name) {
    let hint = nearest(name, in: known).map { "; did you mean `\($0)`?" } ?? ""
    throw .failure("there is no rule, list or define `\(name)`\(hint)")
  }
}
