import PolicyEngine
import PolicyTestBench

let evalCommand = Command(
  name: "eval",
  summary: "judge recorded requests",
  synopsis: "POLICY… --fixtures FILE.jsonl [--json | --summary]",
  description: """
    Judges each request under the policy (.hpol files, a folder, or a bundle), on all cores, and prints its verdict, in
    the order of the files.
    The form of fixtures is fixtures/README.md; that of --json, a line each, grammar/eval.schema.json.
    A line that holds no fixture is reported, and the run then does not hold.
    """,
  options: [
    FixtureArguments.option,
    TrustOptions.trust,
    ThreadOption.option,
    Command.json,
    Option(name: "summary", letter: "s", help: "only the counts at the end"),
  ],
  examples: [
    ("hpol eval policies --fixtures fixtures --summary", "what does this policy say to that traffic?"),
    ("hpol eval production.hpol --fixtures - --json < requests.jsonl", "a verdict for each line"),
  ],
  run: { (arguments, console) throws(CommandError) in
    let fixtures = try FixtureArguments(arguments)
    guard !fixtures.paths.isEmpty else { throw .usage("expected `--fixtures FILE.jsonl`") }
    try arguments.allowOnlyOne(of: ["json", "summary"])
    guard
      let policy = try LoadedPolicySet.load(
        arguments.positionals, console, trusting: TrustOptions.keys(arguments))
    else { return .doesNotHold }
    let loaded = try policy.loadedPolicy()
    let isJSON = arguments.has("json")
    let form: RequestVerdicts.Form = isJSON ? .json : arguments.has("summary") ? .none : .text(console.style)
    var summary = EvalSummary()
    var unreadable = 0
    let clock = now()
    try fixtures.run(console, under: loaded) {
      RequestVerdicts(Engine(loaded, clock: clock), form)
    } deliver: { part in
      summary.add(part.summary)
      for piece in part.pieces {
        switch piece {
        case .text(let bytes): console.write(bytes)
        case .unreadable(let failure):
          unreadable += 1
          console.error(failure)
        }
      }
    }
    if !isJSON { console.write((arguments.has("summary") ? "" : "\n") + summary.text(console.style)) }
    guard unreadable > 0 else { return .holds }
    console.error("\(counted(unreadable, "line")) could not be replayed")
    return .doesNotHold
  })
