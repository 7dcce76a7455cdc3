import PolicyTestBench

/// How a command ends.
enum ExitCode: Int32 {
  /// All holds.
  case holds = 0
  /// The policy, a test or an input does not hold.
  case doesNotHold = 1
  /// The command could not be carried out.
  case failed = 2
}

/// Why a command could not be carried out: exit code 2.
enum CommandError: Error {
  case usage(UsageError)
  /// Lower case, no full stop.
  case failure(String)

  init(_ error: FileError) { self = .failure(error.message) }

  static func usage(_ message: String) -> CommandError { .usage(UsageError(message)) }
}

/// One verb of `hpol`.
struct Command: Sendable {
  let name: String
  /// In the overview: one line.
  let summary: String
  /// What may follow the name.
  let synopsis: String
  /// What it does, in a few lines.
  let description: String
  var options: [Option] = []
  /// A command line, and what it answers.
  let examples: [(line: String, meaning: String)]
  let run: @Sendable (Arguments, Console) throws(CommandError) -> ExitCode

  static let common: [Option] = [
    Option(
      name: "color", value: "WHEN", choices: Console.ColourChoice.allCases.map(\.rawValue),
      help: "colour: auto (terminals), always, never"),
    Option(name: "help", letter: "h", help: "print this help"),
  ]

  static let json = Option(name: "json", help: "print JSON, for machines; errors as lines of it, on standard error")

  /// The page that `--help` prints.
  func help(_ style: TextStyle) -> String {
    var text = "\(style(.strong, "hpol \(name)")) — \(summary)\n\n"
    text += "usage: hpol \(name) \(synopsis)\n\n\(description)\n\n\(style(.strong, "options"))\n"
    var table = TextTable([.left, .left], indent: 2)
    for option in options + Self.common { table.add([option.heading, option.help]) }
    text += table.text { _, column, cell in column == 0 ? style(.name, cell) : cell }
    text += "\n\(style(.strong, examples.count == 1 ? "example" : "examples"))\n"
    for example in examples { text += "  \(style(.faint, "# " + example.meaning))\n  \(example.line)\n" }
    return text
  }
}
