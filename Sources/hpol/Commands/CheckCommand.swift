import PolicyCompiler
import PolicySyntax
import PolicyTestBench

let checkCommand = Command(
  name: "check",
  summary: "is it right? errors, doubts and invariants",
  synopsis: "POLICY… [--fixtures FILE.jsonl] [--format FORMAT] [--report FORMAT=FILE] [--deny-warnings] [--watch]",
  description: """
    Reports every error and doubt in the policy set in one go, each with a code whose page is in grammar/diagnostics/.
    The invariants of a policy without errors are held against every request of its `test` blocks and of the fixtures.
    That is a test of an invariant, not a proof. Whether the tests themselves hold is for `hpol test` to say.
    The form of json is grammar/check.schema.json; sarif is 2.1.0, tap version 13.
    """,
  options: [
    FixtureArguments.option, ThreadOption.option, Watch.option,
    Option(name: "deny-warnings", letter: "W", help: "a warning is not right either: exit code 1"),
    Option(name: "fix", help: "apply the fixes that are offered, then check again"),
  ] + ReportOptions.all,
  examples: [
    ("hpol check policies", "what is wrong here?"),
    ("hpol check --deny-warnings --report sarif=hpol.sarif policies", "the same for a pipeline, and for code scanning"),
  ],
  run: { (arguments, console) throws(CommandError) in
    let options = try ReportOptions(arguments)
    let denied: Severity = arguments.has("deny-warnings") ? .warning : .error
    let cache = RunCache()
    try arguments.allowOnlyOne(of: ["fix", "watch"])
    return try Watch.run(arguments, options, console) { () throws(CommandError) in
      guard case .sources(let files) = try PolicyArguments(arguments.positionals) else {
        throw .usage("expected `.hpol` files or a folder; `\(arguments.positionals[0])` is a bundle")
      }
      if arguments.has("fix") { try applyFixes(files, console) }
      let report = try checkReport(files, try FixtureArguments(arguments), denied, console, cache)
      try options.write(report, console)
      return (report.holds ? .holds : .doesNotHold, cache.paths)
    }
  })

/// Checks a policy set, its invariants included.
private func checkReport(
  _ files: [String], _ fixtures: FixtureArguments, _ denied: Severity, _ console: Console, _ cache: RunCache
) throws(CommandError) -> RunReport {
  let start = ContinuousClock.now
  let (build, run) = try PolicyTestRun.building(files, fixtures, console, cache: cache)
  var diagnostics = build.diagnostics
  if let run {
    diagnostics += run.invariantDiagnostics
    let scope = "held against \(counted(run.requests, "request")) of tests and fixtures"
    for index in diagnostics.indices where diagnostics[index].code == .invariantsOnlyTested {
      diagnostics[index].notes.append(Diagnostic.Note(scope))
    }
    diagnostics.sort { ($0.span.file, $0.span.range.start) < ($1.span.file, $1.span.range.start) }
  }
  return RunReport(
    .check, build.sources, diagnostics, run?.report.ofUnreadableLines ?? TestReport(), denied: denied, since: start)
}

/// Writes the fixes of a policy set's findings into its files.
private func applyFixes(_ files: [String], _ console: Console) throws(CommandError) {
  let build = LoadedPolicySet.build(files)
  for (index, bytes) in PolicySyntax.applyFixes(build.diagnostics, to: build.sources).sorted(by: { $0.key < $1.key }) {
    guard let file = build.sources.file(index) else { continue }
    try writeFile(file.path, bytes)
    console.note("fixed \(file.path)\n")
  }
}
