import JSONText
import PolicyCompiler
import PolicySyntax
import PolicyTestBench

let evadeCommand = Command(
  name: "evade",
  summary: "find spellings of a command that get past a rule",
  synopsis: "POLICY… [--fixtures FILE.jsonl] [--rule NAME] [--json]",
  description: """
    Takes commands that rules block or have approved, from the `test` blocks and the fixtures, or written for a rule's
    conditions where these have none, and spells them in other ways that do the same: quoting, flags, wrappers, other
    shells, comments, dynamic SQL, encodings, look-alike letters, other roads. grammar/evasion.md lists them all.
    Reports each spelling that the policy lets pass, with the facts that hold for both. The search is the same each
    time. The form of --json is grammar/evade.schema.json.
    """,
  options: [
    FixtureArguments.option,
    Option(name: "rule", letter: "r", value: "NAME", isRepeatable: true, help: "only this rule; may be repeated"),
    Option(name: "limit", letter: "n", value: "N", help: "spellings a rule (default 600)"),
    Option(name: "depth", value: "N", help: "rewrites one after the other, at most (default 3)"),
    Option(name: "seed", value: "N", help: "another choice of compositions (default 1)"),
    Option(name: "verbose", letter: "v", help: "all rules and all evasions; spellings that only another rule stops"),
    Command.json,
  ],
  examples: [
    ("hpol evade policies", "does any rule miss a spelling of what it stops?"),
    ("hpol evade policies --fixtures fixtures --rule no-rm --limit 5000", "try harder with one rule and real commands"),
  ],
  run: { (arguments, console) throws(CommandError) in
    guard case .sources = try PolicyArguments(arguments.positionals) else {
      throw .usage("rules and tests stand in `.hpol` files; `\(arguments.positionals[0])` is a bundle")
    }
    try arguments.allowOnlyOne(of: ["json", "verbose"])
    let settings = try settings(arguments)
    let fixtures = try FixtureArguments(arguments)
    guard let loaded = try LoadedPolicySet.load(arguments.positionals, console), let build = loaded.build,
      let policy = build.policy
    else { return .doesNotHold }
    let sources = build.sources
    let run = EvasionRun(
      policy: policy, engine: try loaded.engine(), factory: EngineFactory(sources: sources, clock: now()),
      settings: settings, locate: { sources.describe($0) })
    let chosen = try chosenRules(arguments.all("rule"), run.rules)
    for test in policy.tests { run.add(test) }
    var unreadable = 0
    var sessions = SessionTags()
    try fixtures.forEach(console) { fixture, _ in
      _ = sessions.judge(fixture) { request, tags in run.take(request, tags) }
    } unreadable: { failure in
      unreadable += 1
      console.error(failure)
    }
    var report = EvasionReport(settings: settings)
    for (number, rule) in chosen.enumerated() {
      if console.errorIsTerminal {
        console.note("\rtrying \(number + 1) of \(chosen.count): \(rule.displayName)\u{1B}[K")
      }
      report.rules.append(run.run(rule))
    }
    if console.errorIsTerminal { console.note("\r\u{1B}[K") }
    if arguments.has("json") {
      var writer = JSONWriter()
      report.write(to: &writer)
      console.write(&writer)
    } else {
      console.write(report.text(console.style, isFull: arguments.has("verbose")))
    }
    if unreadable > 0 { console.error("\(counted(unreadable, "line")) could not be replayed") }
    return report.holds && unreadable == 0 ? .holds : .doesNotHold
  })

private func settings(_ arguments: Arguments) throws(CommandError) -> EvasionSettings {
  var settings = EvasionSettings()
  settings.spellings = try number("limit", arguments, in: 1...EvasionLimits.spellings) ?? settings.spellings
  settings.depth = try number("depth", arguments, in: 1...EvasionLimits.depth) ?? settings.depth
  settings.seed = UInt64(try number("seed", arguments, in: 0...Int.max) ?? Int(settings.seed))
  return settings
}

private func number(_ name: String, _ arguments: Arguments, in range: ClosedRange<Int>) throws(CommandError) -> Int? {
  guard let text = arguments.value(name) else { return nil }
  guard let number = Int(text), range.contains(number) else {
    throw .usage("`--\(name)` is a number from \(range.lowerBound) to \(range.upperBound), not `\(text)`")
  }
  return number
}

/// The rules of these names; all if there are none.
private func chosenRules(_ names: [String], _ rules: [CheckedRule]) throws(CommandError) -> [CheckedRule] {
  guard !names.isEmpty else { return rules }
  for name in names where !rules.contains(where: { $0.displayName == name || $0.fullName == name }) {
    let hint = nearest(name, in: rules.map(\.displayName)).map { "; did you mean `\($0)`?" } ?? ""
    throw .failure("no rule that blocks or asks for approval is called `\(name)`\(hint)")
  }
  return rules.filter { names.contains($0.displayName) || names.contains($0.fullName) }
}
