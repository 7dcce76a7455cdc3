import JSONText
import PolicyBytecode
import PolicyRuntime
import PolicyTestBench

let replayCommand = Command(
  name: "replay",
  summary: "what does a policy say to recorded traffic?",
  synopsis: "POLICY… --fixtures FILE.jsonl [--json | --html FILE]",
  description: """
    Judges recordings of any size, on all cores and in bounded memory, and counts: verdicts by rule, protocol, group and
    target, the rules that never applied, the busiest rules and the slowest requests. Every fixture gets the verdict that
    `hpol eval` gives it. Lines that hold no fixture are reported, and the run then does not hold.
    The form of --json is grammar/replay.schema.json.
    """,
  options: [
    FixtureArguments.option,
    TrustOptions.trust,
    Option(name: "html", value: "FILE", help: "write the report as one web page, with charts and a table to search"),
    ThreadOption.option,
    Command.json,
    CoverageOptions.coverage,
  ] + CoverageOptions.files(html: CoverageOptions.page) + CoverageOptions.bounds,
  examples: [
    ("hpol replay policies --fixtures yesterday.jsonl.zst", "what would these rules have done?"),
    ("hpol replay policies --fixtures recordings --html replay.html", "the same as a page to send around"),
  ],
  run: { (arguments, console) throws(CommandError) in
    let fixtures = try FixtureArguments(arguments)
    guard !fixtures.paths.isEmpty else { throw .usage("expected `--fixtures FILE.jsonl`") }
    guard
      let set = try LoadedPolicySet.load(
        arguments.positionals, console, trusting: TrustOptions.keys(arguments))
    else { return .doesNotHold }
    let policy = try set.loadedPolicy()
    let coverage = try CoverageOptions(arguments, page: CoverageOptions.page)
    let map = try coverage.map(set.build, policy)
    let bar = ProgressBar("replaying", fixtures.paths, console)
    let report: ReplayReport
    do throws(FileError) {
      report = try Replay.run(
        policy, on: fixtures.paths, clock: now(), threads: fixtures.threads, coverage: map, progress: { bar.show($0) })
    } catch {
      bar.finish()
      throw CommandError(error)
    }
    bar.finish()
    let summary = ReplaySummary(report, policy.bundle, fixtures.paths)
    for failure in report.failures { console.error(failure) }
    if let path = arguments.value("html") {
      try writeFile(path, Array(summary.html.utf8))
      console.note("wrote \(path)\n")
    }
    if arguments.has("json") {
      var writer = JSONWriter()
      summary.write(to: &writer)
      console.write(&writer)
    } else {
      console.write(summary.text(console.style))
    }
    let isCovered = try coverage.report(map, report.coverage, set.build, console, onError: arguments.has("json"))
    guard report.notReplayable > 0 else { return isCovered ? .holds : .doesNotHold }
    console.error("\(counted(report.notReplayable, "line")) could not be replayed")
    return .doesNotHold
  })
