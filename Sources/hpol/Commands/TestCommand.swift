import JSONText
import PolicyCompiler
import PolicySyntax
import PolicyTestBench

let testCommand = Command(
  name: "test",
  summary: "run test blocks, pinned fixtures and invariants",
  synopsis: "POLICY… [--fixtures FILE.jsonl] [--json]",
  description: """
    Runs the `test` blocks of the policy set on the engine that a gateway runs, holds fixtures against what they pin,
    and holds the invariants against every request of both.
    """,
  options: [FixtureArguments.option, Command.json, CoverageOptions.coverage] + CoverageOptions.bounds,
  examples: [
    ("hpol test policies", "do the tests beside the rules hold?"),
    ("hpol test policies --fixtures fixtures", "and what the recordings pin?"),
  ],
  run: { (arguments, console) throws(CommandError) in
    guard case .sources = try PolicyArguments(arguments.positionals) else {
      throw .usage("tests stand in `.hpol` files; `\(arguments.positionals[0])` is a bundle")
    }
    let fixtures = try FixtureArguments(arguments)
    let coverage = try CoverageOptions(arguments)
    guard let run = try PolicyTestRun(arguments.positionals, fixtures, console, coverage: coverage) else {
      return .doesNotHold
    }
    if arguments.has("json") {
      var writer = JSONWriter()
      run.report.write(to: &writer)
      console.write(&writer)
      if let report = run.coverage { console.note(report.summary(console.errorStyle)) }
    } else {
      console.write(run.report.text(console.style))
      if let report = run.coverage { console.write(report.summary(console.style)) }
    }
    let renderer = DiagnosticRenderer(sources: run.sources, isColored: console.errorStyle.usesColour)
    for diagnostic in run.invariantDiagnostics { console.note(renderer.render(diagnostic)) }
    let isCovered = run.coverage.map { coverage.holds($0, console) } ?? true
    return run.report.holds && run.invariantDiagnostics.isEmpty && isCovered ? .holds : .doesNotHold
  })
