import JSONText
import PolicyBytecode
import PolicySyntax
import PolicyTestBench

let importCommand = Command(
  name: "import",
  summary: "turn logs into fixtures",
  synopsis: "FORMAT FILE… [--identities FILE] [--output FILE]",
  description: """
    Makes a fixture of each request that a log records, in the order of the log, and writes them to standard output.
    What became of the records is printed at the end: each is part of a fixture, or counted with the reason why not;
    those that cannot be read are reported, and the run then does not hold. What a log cannot give is marked in the
    fixture (`missing`). FILE is `-` for standard input; compressed files (.gz, .zst) are read as they are.
    fixtures/IMPORT.md says what each format gives. FORMAT is one of:

    \(formatTable)
    """,
  options: [
    Option(
      name: "identities", letter: "i", value: "FILE", help: "what is known of users: groups, actor, client, claims"),
    Option(
      name: "output", letter: "o", value: "FILE", help: "write the fixtures to a .jsonl file (.gz, .zst: compressed)"),
    Option(name: "target", letter: "t", value: "NAME", help: "the name of what the requests were sent to"),
    Option(name: "user", value: "NAME", help: "who asked, where the log does not say"),
    Option(
      name: "protocol", letter: "p", value: "NAME", choices: OperationProtocol.allCases.map(\.name),
      help: "the protocol, where the log does not say: \(protocolFormats)"),
    Option(
      name: "utc-offset", value: "OFFSET",
      help: "of times that name no zone, such as +01:00; without it they are missing"
    ),
    Option(
      name: "map", value: "FIELD=NAME", isRepeatable: true,
      help: "access-log: the member that holds a field; may be repeated"),
    Option(
      name: "redact", value: "POLICY", isRepeatable: true,
      help: "replace values by tokens, and record how the tests of this policy came out; may be repeated"),
    Redaction.keyOption,
    Redaction.principalsOption,
    Option(name: "json", help: "print the counts at the end as JSON"),
  ],
  examples: [
    ("hpol import postgres-json server.json -t prod-orders > day.jsonl", "what was sent to this server?"),
    (
      "hpol import postgres-json server.json --redact policies --key-file team.key -o shared.jsonl.zst",
      "the same without its secrets, to be replayed under these policies"
    ),
    ("hpol import auto audit.log.gz -i people.json -o day.jsonl.zst", "find out the format; add groups; compress"),
  ],
  run: { (arguments, console) throws(CommandError) in
    guard let name = arguments.positionals.first else {
      throw .usage("expected a format; there are \(ImportFormat.allCases.map(\.name).joined(separator: ", "))")
    }
    let paths = Array(arguments.positionals.dropFirst())
    guard !paths.isEmpty else { throw .usage("expected a file to import, or `-` for standard input") }
    let format = try importFormat(name, paths)
    let options = try importOptions(arguments, format)
    var redactor: FixtureRedactor?
    if arguments.has("redact") {
      guard let make = try Redaction.redactors(arguments.all("redact").map { [$0] }, arguments, console) else {
        return .doesNotHold
      }
      redactor = make()
    } else if arguments.has("key-file") || arguments.has("principals") {
      throw .usage("`--key-file` and `--principals` go with `--redact POLICY`")
    }
    return try ImportRun(console, arguments, LogImport(format, options), redactor).run(paths)
  })

private var formatTable: String {
  var table = TextTable([.left, .left], indent: 2)
  for format in ImportFormat.allCases { table.add([format.name, format.summary]) }
  table.add(["auto", "find out by the first records of the file"])
  return String(table.text().dropLast())
}

private var protocolFormats: String {
  ImportFormat.allCases.filter { !$0.protocols.isEmpty }.map(\.name).joined(separator: ", ")
}

/// The format by its name; `auto` looks at the first file, and refuses where it cannot tell.
private func importFormat(_ name: String, _ paths: [String]) throws(CommandError) -> ImportFormat {
  if let format = ImportFormat(rawValue: name) { return format }
  let names = ImportFormat.allCases.map(\.name)
  guard name == "auto" else {
    let hint = nearest(name, in: names + ["auto"]).map { "; did you mean `\($0)`?" } ?? ""
    throw .usage("unknown format `\(name)`\(hint)")
  }
  guard paths[0] != "-" else { throw .usage("`auto` cannot look ahead in standard input; name the format") }
  let found: [ImportFormat]
  do throws(FileError) {
    found = try ImportFormat.detect(paths[0])
  } catch {
    throw CommandError(error)
  }
  guard found.count <= 1 else {
    throw .failure("`\(paths[0])` may be \(found.map(\.name).joined(separator: " or ")); name the format")
  }
  guard let format = found.first else { throw .failure("cannot tell the format of `\(paths[0])`; name it") }
  return format
}

private func importOptions(_ arguments: Arguments, _ format: ImportFormat) throws(CommandError) -> ImportOptions {
  var options = ImportOptions()
  options.target = arguments.value("target")
  options.user = arguments.value("user")
  if let name = arguments.value("protocol"), let spoken = OperationProtocol(name: name) {
    guard format.protocols.contains(spoken) else {
      let choices = format.protocols.map(\.name).joined(separator: ", ")
      throw .usage(
        choices.isEmpty
          ? "`--protocol` does not go with `\(format.name)`, which says it"
          : "`--protocol` of `\(format.name)` is one of \(choices)")
    }
    options.protocol = spoken
  }
  if let text = arguments.value("utc-offset") {
    guard let offset = ImportOptions.utcOffset(text) else {
      throw .usage("`\(text)` is no offset; write it as +01:00")
    }
    options.utcOffset = offset
  }
  for text in arguments.all("map") {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { throw .usage("`--map` takes FIELD=NAME, not `\(text)`") }
    guard format.takesMapping else { throw .usage("`--map` goes with `access-log`") }
    do throws(MappingError) {
      try options.map(parts[0], to: parts[1])
    } catch {
      throw .usage(error.message)
    }
  }
  if let path = arguments.value("identities") {
    let bytes = try readFile(path, limit: ImportLimits.identityBytes)
    do throws(IdentityError) {
      options.identities = try IdentityTable(bytes, path: path)
    } catch {
      throw .failure(error.message)
    }
  }
  return options
}

/// An import under way: where fixtures go, and what is said at the end.
private struct ImportRun {
  private let console: Console
  private let isJSON: Bool
  private let outputPath: String?
  private let redactor: FixtureRedactor?
  private var logs: LogImport

  init(_ console: Console, _ arguments: Arguments, _ logs: LogImport, _ redactor: FixtureRedactor?) {
    self.redactor = redactor
    self.console = console
    isJSON = arguments.has("json")
    outputPath = arguments.value("output")
    self.logs = logs
  }

  consuming func run(_ paths: [String]) throws(CommandError) -> ExitCode {
    var progress = Progress("importing", console)
    do throws(FileError) {
      let sink = try outputPath.map { (path) throws(FileError) in try ByteSink(path: path) }
      var writer = JSONWriter()
      for path in paths {
        try logs.read(path) { (item) throws(FileError) in
          switch item {
          case .failure(let failure): console.error(failure)
          case .fixture(let fixture):
            (redactor?.redact(fixture) ?? fixture).write(to: &writer)
            if let sink { try sink.write(writer.bytes) } else { console.write(writer.bytes) }
            writer.removeAll()
            progress.advance()
          }
        }
      }
      try sink?.finish()
    } catch {
      throw CommandError(error)
    }
    progress.finish()
    if let redactor { console.note(redactor.report.text(console.errorStyle)) }
    let report = ImportReport(format: logs.format, counts: logs.counts)
    if isJSON {
      var writer = JSONWriter()
      report.write(to: &writer)
      console.note(String(decoding: writer.bytes, as: UTF8.self))
    } else {
      console.note(report.text(console.errorStyle))
    }
    return logs.counts.unreadable == 0 ? .holds : .doesNotHold
  }
}
