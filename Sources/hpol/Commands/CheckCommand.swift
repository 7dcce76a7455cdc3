import JSONText
import PolicyCompiler
import PolicySyntax
import PolicyTestBench

let checkCommand = Command(
  name: "check",
  summary: "is it right? errors, doubts and invariants",
  synopsis: "POLICY… [--fixtures FILE.jsonl] [--json] [--deny-warnings]",
  description: """
    Reports every error and doubt in the policy set in one go, each with a code whose page is in grammar/diagnostics/.
    The invariants of a policy without errors are held against every request of its `test` blocks and of the fixtures.
    That is a test of an invariant, not a proof. Whether the tests themselves hold is for `hpol test` to say.
    The form of --json is grammar/check.schema.json.
    """,
  options: [
    FixtureArguments.option,
    Option(name: "deny-warnings", letter: "W", help: "a warning is not right either: exit code 1"),
    Option(name: "fix", help: "apply the fixes that are offered, then check again"),
    Command.json,
  ],
  examples: [
    ("hpol check policies", "what is wrong here?"),
    ("hpol check --json --deny-warnings policies", "the same for a pipeline"),
  ],
  run: { (arguments, console) throws(CommandError) in
    guard case .sources(let files) = try PolicyArguments(arguments.positionals) else {
      throw .usage("expected `.hpol` files or a folder; `\(arguments.positionals[0])` is a bundle")
    }
    if arguments.has("fix") { try applyFixes(files, console) }
    let findings = try CheckRun(files, try FixtureArguments(arguments), console)
    if arguments.has("json") {
      var writer = JSONWriter()
      DiagnosticJSON(findings.sources).write(findings.diagnostics, to: &writer)
      console.write(&writer)
    } else {
      console.write(findings.text(console.style))
    }
    let denied: Severity = arguments.has("deny-warnings") ? .warning : .error
    let isRight = findings.unreadable == 0 && !findings.diagnostics.contains { $0.severity >= denied }
    return isRight ? .holds : .doesNotHold
  })

/// What checking a policy set found, its invariants included.
private struct CheckRun {
  var sources: SourceSet
  var diagnostics: [Diagnostic]
  /// Lines of the fixtures that hold none.
  var unreadable = 0

  init(_ files: [String], _ fixtures: FixtureArguments, _ console: Console) throws(CommandError) {
    var probes: InvariantProbes?
    let build = LoadedPolicySet.build(files) { probes = InvariantProbes(addingTo: &$0) }
    sources = build.sources
    diagnostics = build.diagnostics
    guard let policy = build.policy, let bundle = build.bundle, let probes else { return }
    let engine = try LoadedPolicySet(bundle: bundle, build: build).engine()
    let run = try PolicyTestRun(policy, build, engine, probes, fixtures, console)
    diagnostics += run.invariantDiagnostics
    unreadable = run.report.notReplayable
    for line in run.report.unreadable { console.error(line.message) }
    let scope = "held against \(counted(run.requests, "request")) of tests and fixtures"
    for index in diagnostics.indices where diagnostics[index].code == .invariantsOnlyTested {
      diagnostics[index].notes.append(Diagnostic.Note(scope))
    }
    diagnostics.sort { ($0.span.file, $0.span.range.start) < ($1.span.file, $1.span.range.start) }
  }

  func text(_ style: TextStyle) -> String {
    let renderer = DiagnosticRenderer(sources: sources, isColored: style.usesColour)
    var text = diagnostics.map { renderer.render($0) + "\n" }.joined()
    let errors = diagnostics.count { $0.severity == .error }
    let warnings = diagnostics.count { $0.severity == .warning }
    let verdict =
      switch (errors, warnings) {
      case (0, 0): style(.good, "no errors")
      case (0, _): style(.warning, counted(warnings, "warning"))
      case (_, 0): style(.bad, counted(errors, "error"))
      default: style(.bad, counted(errors, "error")) + ", " + style(.warning, counted(warnings, "warning"))
      }
    text += "\(counted(sources.files.count, "file")): \(verdict)\n"
    return text
  }
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
