import JSONText
import PolicyBytecode
import PolicyRuntime
import PolicyTestBench

let diffCommand = Command(
  name: "diff",
  summary: "what does a change of policy do to recorded traffic?",
  synopsis: "OLD NEW --fixtures FILE.jsonl [--format NAME | --html FILE] [--fail-on KIND,…]",
  description: """
    Judges recordings under both policies (each a .hpol file, a folder or a bundle) and groups the requests whose verdict
    differs: weakened, tightened, changed (masks, recording, who approves, tags). Requests that fared alike, by the same
    rules, are one kind, with their number, the shortest of them, and the lines of both policies that decided.
    --fail-on makes kinds of change a failure: weakened, tightened, changed, not-evaluable.
    The form of --format json is grammar/diff.schema.json.
    """,
  options: [
    FixtureArguments.option(formerly: "on"),
    Option(
      name: "format", value: "NAME", choices: DiffFormat.allCases.map(\.rawValue),
      help: "text, json, markdown (a comment on a pull request)"),
    Option(name: "output", letter: "o", value: "FILE", help: "write the report there instead of standard output"),
    Option(name: "html", value: "FILE", help: "write the report as one web page"),
    Option(name: "fail-on", value: "KINDS", help: "exit code 1 if there are any of these changes"),
    ThreadOption.option,
    Command.json,
  ],
  examples: [
    ("hpol diff main.hpolb policies --fixtures yesterday.jsonl.zst", "what would my change have done yesterday?"),
    (
      "hpol diff main.hpolb policies --fixtures recordings --format markdown --fail-on weakened",
      "as a comment on a pull request, and as its check"
    ),
  ],
  run: { (arguments, console) throws(CommandError) in
    guard arguments.positionals.count == 2 else {
      throw .usage("expected two policies, the old and the new; got \(arguments.positionals.count)")
    }
    let fixtures = try FixtureArguments(arguments)
    guard !fixtures.paths.isEmpty else { throw .usage("expected `--fixtures FILE.jsonl`, the traffic to compare on") }
    try arguments.allowOnlyOne(of: ["json", "format"])
    let failing = try changes(arguments.value("fail-on"))
    let (oldPath, newPath) = (arguments.positionals[0], arguments.positionals[1])
    guard let old = try LoadedPolicySet.load([oldPath], console), let new = try LoadedPolicySet.load([newPath], console)
    else { return .doesNotHold }
    let (oldPolicy, newPolicy) = (try old.loadedPolicy(), try new.loadedPolicy())
    let bar = ProgressBar("comparing", fixtures.paths, console)
    let report: DiffReport
    do throws(FileError) {
      report = try PolicyDiff.run(
        oldPolicy, newPolicy, on: fixtures.paths, clock: now(), threads: fixtures.threads, progress: { bar.show($0) })
    } catch {
      bar.finish()
      throw CommandError(error)
    }
    bar.finish()
    for failure in report.failures { console.error(failure) }
    let summary = DiffSummary(
      report, old: .init(name: oldPath, bundle: oldPolicy.bundle, build: old.build),
      new: .init(name: newPath, bundle: newPolicy.bundle, build: new.build), fixtures.paths)
    if let path = arguments.value("html") {
      try writeFile(path, DiffFormat.html.bytes(summary, .plain))
      console.note("wrote \(path)\n")
    }
    let format = arguments.has("json") ? .json : arguments.value("format").flatMap(DiffFormat.init) ?? .text
    let bytes = format.bytes(summary, arguments.has("output") ? .plain : console.style)
    if let path = arguments.value("output") {
      try writeFile(path, bytes)
      console.note("wrote \(path)\n")
    } else {
      console.write(bytes)
    }
    if report.notReplayable > 0 { console.error("\(counted(report.notReplayable, "line")) could not be replayed") }
    return summary.holds(failingOn: failing) ? .holds : .doesNotHold
  })

/// The forms of the report.
private enum DiffFormat: String, CaseIterable {
  case text, json, markdown
  /// As it was asked for before `--html` was.
  case html

  func bytes(_ summary: DiffSummary, _ style: TextStyle) -> [UInt8] {
    switch self {
    case .text: return Array(summary.text(style).utf8)
    case .html: return Array(summary.html.utf8)
    case .markdown: return Array(summary.markdown.utf8)
    case .json:
      var writer = JSONWriter()
      summary.write(to: &writer)
      return writer.bytes
    }
  }
}

/// The changes that `--fail-on` names.
private func changes(_ list: String?) throws(CommandError) -> Set<DiffReport.Change> {
  var changes: Set<DiffReport.Change> = []
  for word in list?.split(separator: ",").map(String.init) ?? [] {
    let word = String(word.drop { $0 == " " })
    guard let change = DiffReport.Change(rawValue: word), change != .unchanged else {
      throw .usage("`--fail-on` takes weakened, tightened, changed, not-evaluable, not `\(word)`")
    }
    changes.insert(change)
  }
  return changes
}
