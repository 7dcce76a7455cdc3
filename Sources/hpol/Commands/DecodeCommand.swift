import Glibc
import JSONText
import Operations
import PolicyBytecode
import PolicyTestBench

let decodeCommand = Command(
  name: "decode",
  summary: "show the operations and facts that hpol sees in a command",
  synopsis: "--protocol NAME [COMMAND] | [FILE.jsonl…]",
  description: """
    With --protocol: decodes COMMAND, or standard input as one payload.
    Without: decodes each line {"id", "protocol", "command"} of the files, or of standard input.
    The form of --json is grammar/decode.schema.json.
    """,
  options: [
    Option(
      name: "protocol", letter: "p", value: "NAME", choices: OperationProtocol.allCases.map(\.name),
      help: "the protocol of the command: \(OperationProtocol.allCases.map(\.name).joined(separator: ", "))"),
    Command.json,
  ],
  examples: [
    ("hpol decode --protocol shell 'sudo rm -rf /'", "which facts could a rule about this line test?"),
    ("hpol decode --json < commands.jsonl", "the same for many commands, a line of JSON each"),
  ],
  run: { (arguments, console) throws(CommandError) in
    if let name = arguments.value("protocol"), let spoken = OperationProtocol(name: name) {
      return try decodeOne(spoken, arguments, console)
    }
    if arguments.positionals.isEmpty, isatty(0) == 1 { throw .usage("expected `--protocol NAME` and a command") }
    return try decodeLines(arguments.positionals.isEmpty ? ["-"] : arguments.positionals, arguments, console)
  })

/// Decodes the command on the command line, or all of standard input.
private func decodeOne(
  _ spoken: OperationProtocol, _ arguments: Arguments, _ console: Console
) throws(CommandError) -> ExitCode {
  guard arguments.positionals.count <= 1 else {
    throw .usage("expected one command; put it in quotes: \(arguments.positionals.joined(separator: " "))")
  }
  let payload: [UInt8]
  if let command = arguments.positionals.first {
    payload = [UInt8](command.utf8)
  } else {
    // One byte more than a payload may have is enough to know that it is too large.
    payload = try readFile("-", limit: DecodeLimits.payloadBytes + 1, cuts: true)
  }
  var context = DecodeContext(demand: .everything)
  print(DecodedRequest(&context, spoken, payload), arguments, console)
  return .holds
}

/// Decodes each line of the files. A line that holds no command is reported, and the run then does not hold.
private func decodeLines(
  _ paths: [String], _ arguments: Arguments, _ console: Console
) throws(CommandError) -> ExitCode {
  var context = DecodeContext(demand: .everything)
  var unusable = 0
  for path in paths {
    if let objection = StrangeFile.objection(to: path, as: .commands) { throw .failure("`\(path)` \(objection)") }
    do throws(FileError) {
      var reader = try FixtureReader(path: path)
      while let line = try reader.nextDecodeInput() {
        switch line {
        case .failure(let failure):
          unusable += 1
          console.error(failure)
        case .value(let input, _):
          let request = DecodedRequest(&context, id: input.id, input.protocol, input.command)
          if !arguments.has("json"), let id = input.id {
            console.write(console.style(.faint, "# " + printable(id.string ?? id.text)) + "\n")
          }
          print(request, arguments, console)
        }
      }
    } catch {
      throw CommandError(error)
    }
  }
  guard unusable > 0 else { return .holds }
  console.error("\(counted(unusable, "line")) could not be used")
  return .doesNotHold
}

private func print(_ request: DecodedRequest, _ arguments: Arguments, _ console: Console) {
  guard arguments.has("json") else { return console.write(request.text(console.style) + "\n") }
  var writer = JSONWriter()
  request.write(to: &writer)
  console.write(&writer)
}
