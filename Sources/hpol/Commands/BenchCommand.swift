import JSONText
import PolicyBytecode
import PolicyTestBench

let benchCommand = Command(
  name: "bench",
  summary: "measure what decisions cost",
  synopsis: "POLICY… --fixtures FILE.jsonl [--json]",
  description: """
    Decodes and judges the fixtures again and again, and prints nanoseconds a request: decoding, judging, and the
    slowest requests. The best of several rounds counts.
    """,
  options: [
    FixtureArguments.option,
    Option(name: "rounds", value: "N", help: "rounds over the fixtures (default 20)"),
    Command.json,
  ],
  examples: [("hpol bench policies --fixtures fixtures", "what does this policy cost on that traffic?")],
  run: { (arguments, console) throws(CommandError) in
    let fixtures = try FixtureArguments(arguments)
    guard !fixtures.paths.isEmpty else { throw .usage("expected `--fixtures FILE.jsonl`") }
    guard let rounds = Int(arguments.value("rounds") ?? "20"), (1...100_000).contains(rounds) else {
      throw .usage("`--rounds` is a number from 1 to 100000")
    }
    guard let policy = try LoadedPolicySet.load(arguments.positionals, console) else { return .doesNotHold }
    let engine = try policy.engine()
    var requests: [JudgedRequest] = []
    var unreadable = 0
    try fixtures.forEach(console) { fixture, _ in
      requests.append(JudgedRequest(fixture))
    } unreadable: { failure in
      unreadable += 1
      console.error(failure)
    }
    guard !requests.isEmpty else { throw .failure("there are no fixtures to measure") }
    let report = engine.measure(requests, rounds: rounds)
    if arguments.has("json") {
      var writer = JSONWriter()
      report.write(to: &writer)
      console.write(&writer)
    } else {
      console.write(report.text(console.style))
    }
    return unreadable == 0 ? .holds : .doesNotHold
  })
