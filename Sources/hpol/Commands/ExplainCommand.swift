import JSONText
import PolicyBytecode
import PolicyTestBench

let explainCommand = Command(
  name: "explain",
  summary: "say why a request gets its verdict",
  synopsis: "POLICY… --protocol NAME [--user NAME …] --command TEXT | POLICY… --fixtures FILE --id ID",
  description: """
    Judges one request, stated by options or found by its id in fixtures, and prints the operations that decided it with
    the rules that made the decision, every test and the fact's value; then what else applied and what nearly did. What
    takes more than a screen is shortened: masks and records to the names of their rules.
    """,
  options: RequestOptions.all + [
    Option(name: "command", letter: "c", value: "TEXT", help: "the payload; without it standard input"),
    Option(name: "returns", letter: "r", value: "TEXT", help: "what the target answers, to see what is passed on"),
    FixtureArguments.option,
    Option(name: "id", value: "ID", help: "the fixture to explain"),
    Option(name: "verbose", letter: "v", help: "all operations, and all rules with their tests"),
    Command.json,
  ],
  examples: [
    (
      "hpol explain policies -p postgres -g contractors -t prod-orders -c 'DROP TABLE orders'",
      "why is this blocked, and by what?"
    ),
    (
      "hpol explain policies -p postgres -c 'SELECT * FROM users' -r 'ana@example.com'",
      "what of the answer is passed on?"
    ),
    ("hpol explain policies --fixtures fixtures --id s-17/4", "why did this recorded request get its verdict?"),
  ],
  run: { (arguments, console) throws(CommandError) in
    let fixtures = try FixtureArguments(arguments)
    guard fixtures.paths.isEmpty == !arguments.has("id") else { throw .usage("`--fixtures` and `--id` go together") }
    if arguments.has("id") {
      let stated = RequestOptions.all.map(\.name) + ["command", "returns"]
      if let name = stated.first(where: arguments.has) {
        throw .usage("`--\(name)` does not go with `--id`: the fixture says all of its request")
      }
    }
    guard let policy = try LoadedPolicySet.load(arguments.positionals, console) else { return .doesNotHold }
    let engine = try policy.engine()
    let explained: ExplainedRequest
    if let id = arguments.value("id") {
      explained = try explain(id, fixtures, engine, console)
    } else {
      guard let wire = arguments.value("protocol").flatMap(OperationProtocol.init(name:)) else {
        throw .usage("expected `--protocol NAME`")
      }
      let text: [UInt8]
      if let command = arguments.value("command") {
        text = Array(command.utf8)
      } else {
        text = try readFile("-", limit: 1 << 21)
      }
      explained = engine.explain(
        JudgedRequest(
          principal: try RequestOptions.principal(arguments), protocol: wire, payload: .text(text),
          response: arguments.value("returns").map { .string($0) }))
    }
    if arguments.has("json") {
      var writer = JSONWriter()
      explained.write(to: &writer)
      console.write(&writer)
    } else {
      console.write(
        explained.text(
          console.style, isFull: arguments.has("verbose"), onScreen: console.outputIsTerminal, rows: console.rows))
    }
    return .holds
  })

/// Explains the fixture with an id, its session's earlier requests judged before it for their tags.
private func explain(
  _ id: String, _ fixtures: FixtureArguments, _ engine: Engine, _ console: Console
) throws(CommandError) -> ExplainedRequest {
  var sessions = SessionTags()
  var found: ExplainedRequest?
  try fixtures.forEach(console) { fixture, _ in
    guard found == nil else { return }
    if fixture.id.map({ $0.string ?? $0.text }) == id {
      found = engine.explain(JudgedRequest(fixture), sessions.tags(of: fixture))
    } else {
      _ = sessions.judge(fixture, by: engine.judge)
    }
  } unreadable: { _ in
  }
  guard let found else { throw .failure("no fixture has the id `\(id)`") }
  return found
}
