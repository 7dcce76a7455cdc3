import PolicyBytecode
import PolicyEngine
import PolicySyntax
import PolicyTestBench

/// The program: finds the command, hands it its arguments, and says what went wrong.
enum CommandLineTool {
  /// Of the tool, the policy language and the bundle format, as in CHANGELOG.md.
  static let version = toolVersion.description
  static let languageVersion = 1
  static let bundleVersion = BundleFormat.version

  static let commands: [Command] = [
    // What an author does all day, then what shows why, then what ships.
    checkCommand,
    formatCommand,
    testCommand,
    coverageCommand,
    mutateCommand,
    evadeCommand,
    importCommand,
    evalCommand,
    replayCommand,
    diffCommand,
    explainCommand,
    decodeCommand,
    detectCommand,
    redactCommand,
    buildCommand,
    keygenCommand,
    signCommand,
    verifyCommand,
    inspectCommand,
    serveCommand,
    benchCommand,
  ]

  /// Runs `hpol` with the words after its name; gives the exit code.
  static func run(_ words: [String]) -> Int32 {
    let console = Console()
    let code: ExitCode
    do throws(CommandError) {
      code = try dispatch(words, console)
    } catch {
      switch error {
      case .usage(let usage):
        let command = words.first.flatMap { name in commands.first { $0.name == name } }
        let page = command.map { "hpol \($0.name) --help" } ?? "hpol help"
        console.error(usage.message, hint: "see `\(page)`")
      case .failure(let message): console.error(message)
      }
      code = .failed
    }
    console.flush()
    return code.rawValue
  }

  private static func dispatch(_ words: [String], _ console: Console) throws(CommandError) -> ExitCode {
    guard let name = words.first else {
      console.write(overview(console.style))
      return .holds
    }
    switch name {
    case "--version", "-V":
      console.write("hpol \(version) (language \(languageVersion), bundle format \(bundleVersion))\n")
      return .holds
    case "help", "--help", "-h":
      guard words.count > 1 else {
        console.write(overview(console.style))
        return .holds
      }
      console.write(try command(named: words[1]).help(console.style))
      return .holds
    default: return try run(try command(named: name), Array(words.dropFirst()), console)
    }
  }

  private static func run(
    _ command: Command, _ words: [String], _ console: Console
  ) throws(CommandError) -> ExitCode {
    // What comes before the arguments are known to be right is said so, too.
    console.writesErrorsAsJSON = words.contains("--json") && command.options.contains { $0.name == "json" }
    let arguments: Arguments
    do throws(UsageError) {
      arguments = try Arguments(words, options: command.options + Command.common)
    } catch {
      throw .usage(error)
    }
    if arguments.value("format") == "json" { console.writesErrorsAsJSON = true }
    if let choice = arguments.value("color").flatMap(Console.ColourChoice.init(rawValue:)) { console.choose(choice) }
    if arguments.has("help") {
      console.write(command.help(console.style))
      return .holds
    }
    return try command.run(arguments, console)
  }

  private static func command(named name: String) throws(CommandError) -> Command {
    if let command = commands.first(where: { $0.name == name }) { return command }
    if name.hasPrefix("-") { throw .usage("unknown option `\(name)`") }
    let hint = nearest(name, in: commands.map(\.name)).map { "; did you mean `\($0)`?" } ?? ""
    throw .usage("unknown command `\(name)`\(hint)")
  }

  /// What `hpol` alone prints.
  private static func overview(_ style: TextStyle) -> String {
    var table = TextTable([.left, .left], indent: 2)
    for command in commands { table.add([command.name, command.summary]) }
    return """
      \(style(.strong, "hpol")) — policies for what people, services and agents do to databases, clusters, machines and APIs

      usage: hpol COMMAND [OPTION…] …

      \(style(.strong, "commands"))
      \(table.text { _, column, cell in column == 0 ? style(.name, cell) : cell })
      \(style(.faint, "hpol COMMAND --help prints a command's options and an example; hpol --version the versions."))
      \(style(.faint, "exit codes: 0 all holds; 1 the policy, a test or an input does not; 2 it could not be carried out."))

      """
  }
}
