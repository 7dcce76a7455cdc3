import JSONText
import PolicyTestBench

let evalCommand = Command(
  name: "eval",
  summary: "judge recorded requests",
  synopsis: "POLICY… --fixtures FILE.jsonl [--json | --summary]",
  description: """
    Judges each request under the policy (.hpol files, a folder, or a bundle), in order, and prints its verdict.
    The form of fixtures is fixtures/README.md; that of --json, a line each, grammar/eval.schema.json.
    A line that holds no fixture is reported, and the run then does not hold.
    """,
  options: [
    FixtureArguments.option,
    TrustOptions.trust,
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
    let engine = try policy.engine()
    var sessions = SessionTags()
    var summary = EvalSummary()
    var writer = JSONWriter()
    var unreadable = 0
    let isJSON = arguments.has("json")
    let printsLines = !isJSON && !arguments.has("summary")
    try fixtures.forEach(console) { fixture, location in
      let outcome = sessions.judge(fixture, by: engine.judge)
      summary.add(JudgedRequest(fixture), outcome)
      if isJSON {
        outcome.write(id: fixture.id, isAnswered: fixture.response != nil, to: &writer)
        console.write(&writer)
      } else if printsLines {
        let id = fixture.id.map { $0.string ?? $0.text } ?? location
        let request = String(printable(String(decoding: fixture.payload.bytes.prefix(400), as: UTF8.self)).prefix(100))
        console.write("\(console.style(.faint, printable(id)))  \(request)\n  \(outcome.text(console.style))")
        // What comes back is shown where it is not what the target said.
        if let response = outcome.responseText, outcome.response != fixture.response {
          console.write("  \(console.style(.faint, "→")) \(printable(response).prefix(200))\n")
        }
      }
    } unreadable: { failure in
      unreadable += 1
      console.error(failure.message)
    }
    if !isJSON { console.write((printsLines ? "\n" : "") + summary.text(console.style)) }
    guard unreadable > 0 else { return .holds }
    console.error("\(counted(unreadable, "line")) could not be replayed")
    return .doesNotHold
  })
