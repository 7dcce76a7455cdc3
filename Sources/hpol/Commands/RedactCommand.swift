import Glibc
import JSONText
import Operations
import PolicyRuntime
import PolicyTestBench

let redactCommand = Command(
  name: "redact",
  summary: "replace the values in fixtures by tokens, so that they can be shared and still replay",
  synopsis: "POLICY… --fixtures FILE.jsonl [--key-file FILE] [--output FILE]",
  description: """
    Replaces literals, arguments, keys, the values of headers and bodies, and what was answered, by tokens: equal values
    by equal ones under one key. Programs, flags, statements and the names of tables stay.
    How the tests of the policy came out on what is replaced is recorded in each fixture, so that it replays to the
    same verdict; under another policy a test that nobody recorded makes it not evaluable.
    Groups, targets, labels and times stay; users, claims and addresses go with --principals.
    """,
  options: [
    FixtureArguments.option,
    ThreadOption.option,
    Redaction.keyOption,
    Option(name: "output", letter: "o", value: "FILE", help: "where the fixtures go (.gz, .zst); else standard output"),
    Redaction.principalsOption,
    Option(
      name: "also", value: "POLICY", isRepeatable: true,
      help: "another policy whose tests are recorded; may be repeated"),
  ],
  examples: [
    (
      "hpol redact policies --fixtures day.jsonl.zst --key-file team.key --output shared.jsonl.zst",
      "a recording to share, without its secrets"
    ),
    ("hpol redact old.hpol --also new.hpol --fixtures day.jsonl > day.redacted.jsonl", "one that both policies replay"),
  ],
  run: { (arguments, console) throws(CommandError) in
    let fixtures = try FixtureArguments(arguments)
    guard !fixtures.paths.isEmpty else { throw .usage("expected `--fixtures FILE.jsonl`") }
    let policies = [arguments.positionals] + arguments.all("also").map { [$0] }
    guard let makeRedactor = try Redaction.redactors(policies, arguments, console) else { return .doesNotHold }
    var unreadable = 0
    var failure: FileError?
    let sink: ByteSink?
    do throws(FileError) {
      sink = try arguments.value("output").map { (path) throws(FileError) in try ByteSink(path: path) }
    } catch {
      throw CommandError(error)
    }
    let visitors = try fixtures.run(console, under: nil, label: "redacting") {
      RedactedLines(makeRedactor())
    } deliver: { part in
      unreadable += part.unreadable.count
      for line in part.unreadable { console.error(line) }
      guard let sink else { return console.write(part.lines) }
      do throws(FileError) {
        if failure == nil { try sink.write(part.lines) }
      } catch {
        failure = error
      }
    }
    do throws(FileError) {
      if let failure { throw failure }
      try sink?.finish()
    } catch {
      throw CommandError(error)
    }
    var report = RedactionReport()
    for visitor in visitors { report.add(visitor.report) }
    console.note(report.text(console.errorStyle))
    guard unreadable > 0 else { return .holds }
    console.error("\(counted(unreadable, "line")) could not be read and \(unreadable == 1 ? "is" : "are") left out")
    return .doesNotHold
  })
