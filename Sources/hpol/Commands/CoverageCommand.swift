import JSONText
import PolicyTestBench

let coverageCommand = Command(
  name: "coverage",
  summary: "what of the rules do the tests and fixtures exercise?",
  synopsis: "POLICY… [--fixtures FILE.jsonl] [--json | --annotate] [--lcov FILE] [--fail-under PERCENT]",
  description: """
    Runs the `test` blocks of the policy set and the fixtures, and reports rules that never apply, tests in their
    conditions that never decide as true or as false (MC/DC), and alternatives of lists that never match.
    What each of these means is grammar/coverage.md; the form of --json is grammar/coverage.schema.json.
    """,
  options: [
    FixtureArguments.option,
    ThreadOption.option,
    Command.json,
    Option(name: "annotate", letter: "a", help: "print the source, marked line by line"),
  ] + CoverageOptions.files() + CoverageOptions.bounds,
  examples: [
    ("hpol coverage policies --fixtures fixtures", "which rule or condition has no test?"),
    ("hpol coverage policies --changed-since origin/main --fail-under 100", "is what I changed tested?"),
  ],
  run: { (arguments, console) throws(CommandError) in
    guard case .sources = try PolicyArguments(arguments.positionals) else {
      throw .usage("coverage is of `.hpol` files; `\(arguments.positionals[0])` is a bundle")
    }
    try arguments.allowOnlyOne(of: ["json", "annotate"])
    let fixtures = try FixtureArguments(arguments)
    let options = try CoverageOptions(arguments, isAsked: true)
    guard let run = try PolicyTestRun(arguments.positionals, fixtures, console, coverage: options),
      let report = run.coverage
    else { return .doesNotHold }
    if arguments.has("json") {
      var writer = JSONWriter()
      report.write(to: &writer)
      console.write(&writer)
    } else if arguments.has("annotate") {
      console.write(report.annotatedSource(console.style))
    } else {
      console.write(report.text(console.style))
    }
    try options.writeFiles(report)
    for line in run.report.unreadable { console.error(line) }
    let failed = run.report.failedRequests + run.report.failedFixtures
    if failed > 0 {
      console.error(
        "\(counted(failed, "request")) of tests and fixtures \(failed == 1 ? "does" : "do") not hold; see `hpol test`")
    }
    return options.holds(report, console) && run.report.holds ? .holds : .doesNotHold
  })
