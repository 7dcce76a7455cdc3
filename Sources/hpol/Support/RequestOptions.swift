import PolicyBytecode
import PolicyCompiler
import PolicyTestBench

/// The options that state a request on the command line: who asks, through which connection.
enum RequestOptions {
  static let all: [Option] = [
    Option(
      name: "protocol", letter: "p", value: "NAME", choices: OperationProtocol.allCases.map(\.name),
      help: "the protocol: \(OperationProtocol.allCases.map(\.name).joined(separator: ", "))"),
    Option(name: "user", value: "NAME", help: "who asks"),
    Option(name: "group", letter: "g", value: "NAME", isRepeatable: true, help: "a group of theirs; may be repeated"),
    Option(name: "actor", value: "KIND", choices: ["human", "service", "agent"], help: "human, service or agent"),
    Option(name: "client", value: "NAME", help: "the client program"),
    Option(name: "target", letter: "t", value: "NAME", help: "the connection's target"),
    Option(name: "label", value: "KEY=VALUE", isRepeatable: true, help: "a label of the target; may be repeated"),
    Option(name: "claim", value: "KEY=VALUE", isRepeatable: true, help: "a claim of the token; may be repeated"),
    Option(name: "source", value: "ADDRESS", help: "the client's IP address"),
    Option(name: "time", value: "TIME", help: "the moment, as in 2026-11-20T10:04:05Z"),
  ]

  static func principal(_ arguments: Arguments) throws(CommandError) -> Principal {
    var principal = Principal()
    principal.user = arguments.value("user")
    principal.groups = arguments.all("group")
    principal.actor = arguments.value("actor") ?? "human"
    principal.client = arguments.value("client")
    principal.target = arguments.value("target")
    principal.labels = try pairs("label", arguments)
    principal.claims = try pairs("claim", arguments)
    if let source = arguments.value("source") {
      guard AddressParser.address(source) != nil else { throw .usage("`\(source)` is no IP address") }
      principal.source = source
    }
    if let time = arguments.value("time") {
      guard let seconds = Timestamp.seconds(time) else {
        throw .usage("`\(time)` is no time; write it as 2026-11-20T10:04:05Z")
      }
      principal.time = seconds
    }
    return principal
  }

  private static func pairs(_ name: String, _ arguments: Arguments) throws(CommandError) -> [[String]] {
    var pairs: [[String]] = []
    for text in arguments.all(name) {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2 else { throw .usage("`--\(name)` takes KEY=VALUE, not `\(text)`") }
      pairs.append(parts)
    }
    return pairs
  }
}
