import PolicyCompiler
import PolicySyntax
import PolicyTestBench

let testCommand = Command(
  name: "test",
  summary: "run test blocks, pinned fixtures and invariants",
  synopsis: "POLICY… [--fixtures FILE.jsonl] [--format FORMAT] [--report FORMAT=FILE] [--watch]",
  description: """
    Runs the `test` blocks of the policy set on the engine that a gateway runs, holds fixtures against what they pin,
    and holds the invariants against every request of both.
    The form of json is grammar/test.schema.json; sarif is 2.1.0, tap version 13, and github prints annotations.
    """,
  options: [FixtureArguments.option, ThreadOption.option] + ReportOptions.all
    + [Watch.option, CoverageOptions.coverage] + CoverageOptions.files(formerly: CoverageOptions.page)
    + CoverageOptions.bounds,
  examples: [
    ("hpol test policies", "do the tests beside the rules hold?"),
    ("hpol test policies --fixtures fixtures", "and what the recordings pin?"),
    ("hpol test policies --watch", "and do they still, with each file I save?"),
    ("hpol test policies --report junit=hpol.xml --report sarif=hpol.sarif", "the same, with files for a CI system"),
  ],
  run: { (arguments, console) throws(CommandError) in
    let options = try ReportOptions(arguments)
    let coverage = try CoverageOptions(arguments)
    let cache = RunCache()
    return try Watch.run(arguments, options, console) { () throws(CommandError) in
      guard case .sources(let files) = try PolicyArguments(arguments.positionals) else {
        throw .usage("tests stand in `.hpol` files; `\(arguments.positionals[0])` is a bundle")
      }
      let start = ContinuousClock.now
      let (build, run) = try PolicyTestRun.building(
        files, try FixtureArguments(arguments), console, keepsLog: options.needsLog, coverage: coverage, cache: cache)
      let errors = build.diagnostics.filter { $0.severity == .error }
      let report = RunReport(
        .test, build.sources, run?.invariantDiagnostics ?? errors, run?.report ?? TestReport(), since: start)
      try options.write(report, console)
      if let report = run?.coverage {
        // Beside a report for machines it is for people.
        if options.format == .text {
          console.write(report.summary(console.style))
        } else {
          console.note(report.summary(console.errorStyle))
        }
        try coverage.writeFiles(report)
      }
      let isCovered = run?.coverage.map { coverage.holds($0, console) } ?? true
      return (report.holds && isCovered ? .holds : .doesNotHold, cache.paths)
    }
  })
