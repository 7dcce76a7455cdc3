/// What the methods of MCP have in their parameters, and who sends them (revisions 2025-11-25 and 2026-07-28, and what
/// older ones had).
enum MCPMethods {
  /// What stands in `params`.
  enum Shape {
    /// `name`, `arguments` of a tool.
    case tool
    /// `name`, `arguments` of a prompt.
    case prompt
    /// `uri`.
    case resource
    /// `ref` with a prompt's `name` or a resource's `uri`.
    case reference
    case other
  }

  static func shape(_ method: [UInt8]) -> Shape { shapes.value(method[...]) ?? .other }

  /// Whether only servers send it.
  static func isServers(_ method: [UInt8]) -> Bool { servers.value(method[...]) != nil }

  private static let shapes = ShellNames<Shape>([
    (Array("tools/call".utf8), .tool), (Array("prompts/get".utf8), .prompt),
    (Array("resources/read".utf8), .resource), (Array("resources/subscribe".utf8), .resource),
    (Array("resources/unsubscribe".utf8), .resource), (Array("notifications/resources/updated".utf8), .resource),
    (Array("completion/complete".utf8), .reference),
  ])

  private static let servers = ShellNames<Bool>(
    [
      "sampling/createMessage", "roots/list", "elicitation/create", "notifications/message",
      "notifications/tools/list_changed", "notifications/prompts/list_changed", "notifications/resources/list_changed",
      "notifications/resources/updated", "notifications/elicitation/complete",
      "notifications/subscriptions/acknowledged",
    ].map { (Array($0.utf8), true) })

  /// Whether a member's name is one of a message but for the case of its letters. Some peers read it as that member,
  /// others pass it over.
  static func resemblesMember(_ name: [UInt8]) -> Bool { resembles(name, members) }

  /// The same for the members of `params`.
  static func resemblesParameter(_ name: [UInt8]) -> Bool { resembles(name, parameters) }

  private static let members = ["jsonrpc", "method", "params", "result", "error"].map { Array($0.utf8) }
  private static let parameters = ["name", "arguments", "uri", "ref"].map { Array($0.utf8) }

  /// Whether `name` is one of `known` in other letters: ASCII case, and the long s (U+017F), which folds to `s`.
  private static func resembles(_ name: [UInt8], _ known: [[UInt8]]) -> Bool {
    guard name.count <= 16 else { return false }
    var folded: [UInt8] = []
    var index = 0
    while index < name.count {
      if name[index] == 0xC5, index + 1 < name.count, name[index + 1] == 0xBF {
        folded.append(UInt8(ascii: "s"))
        index += 2
        continue
      }
      let byte = name[index]
      folded.append(byte &- 0x41 < 26 ? byte | 0x20 : byte)
      index += 1
    }
    return folded != name && known.contains(folded)
  }
}
