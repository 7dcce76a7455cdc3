import JSONText

/// What an MCP server said of its tools: the results of `tools/list`, put together over all their pages.
///
/// The definition that a tool is first seen with counts as approved. A later one that differs in any part (name, title,
/// description, schemas, annotations) makes the tool *changed* until ``approve(_:)`` or until the server takes the change
/// back: who let an agent use a tool read its first description. Two definitions of one name in a listing are a change,
/// too.
///
/// Annotations are what the server claims (`ToolAnnotations` of the specification): `readOnlyHint: true` or
/// `destructiveHint: false` mean that a tool does not destroy; without them it may.
public struct MCPToolCatalog: Sendable {
  private struct Tool: Sendable {
    var approved: SHA256.Digest
    var current: SHA256.Digest
    /// What the approved and the current definition claim.
    var wasDestructive: Bool
    var isDestructive: Bool
    /// One listing defines it in several ways.
    var isAmbiguous = false

    var isChanged: Bool { isAmbiguous || approved != current }
  }

  private var tools: [[UInt8]: Tool] = [:]
  /// There were more tools, or longer names, than the catalog keeps.
  public private(set) var isIncomplete = false

  /// - Parameter isIncomplete: of tools that are not known, some may have been seen.
  public init(isIncomplete: Bool = false) { self.isIncomplete = isIncomplete }

  /// How many tools it knows.
  public var count: Int { tools.count }

  /// Takes in a listing, of which at most `room` tools that are not known yet.
  public mutating func learn(_ listing: MCPToolListing, room: Int = MCPLimits.tools) {
    let limit = min(MCPLimits.tools, tools.count + room)
    var seen: Set<[UInt8]> = []
    for definition in listing.definitions {
      if var tool = tools[definition.name] {
        tool.isAmbiguous =
          !seen.insert(definition.name).inserted && (tool.isAmbiguous || definition.digest != tool.current)
        tool.isDestructive = definition.isDestructive || tool.isAmbiguous && tool.isDestructive
        tool.current = definition.digest
        tools[definition.name] = tool
      } else if tools.count < limit, definition.name.count <= MCPLimits.toolName {
        seen.insert(definition.name)
        tools[definition.name] = Tool(
          approved: definition.digest, current: definition.digest, wasDestructive: definition.isDestructive,
          isDestructive: definition.isDestructive)
      } else {
        isIncomplete = true
      }
    }
  }

  /// Accepts a tool's definition as it is now.
  public mutating func approve(_ name: String) {
    let name = Array(name.utf8)
    guard var tool = tools[name] else { return }
    tool.approved = tool.current
    tool.wasDestructive = tool.isDestructive
    tool.isAmbiguous = false
    tools[name] = tool
  }

  /// Whether a tool may destroy, as far as it says; true of one that was not seen. A milder claim counts once it is
  /// approved.
  public func isDestructive(_ name: [UInt8]) -> Bool {
    guard let tool = tools[name] else { return true }
    return tool.isDestructive || tool.isChanged && tool.wasDestructive
  }

  /// Whether a tool's definition is another than the approved one. False of a tool that was not seen, unless tools are
  /// missing from the catalog.
  public func isChanged(_ name: [UInt8]) -> Bool {
    guard let tool = tools[name] else { return isIncomplete }
    return tool.isChanged
  }
}

/// The definitions of tools in the result of `tools/list`: `{"tools":[…]}`, a JSON-RPC response that holds it, or a batch of
/// responses. What is none of these has none.
public struct MCPToolListing: Sendable {
  struct Definition: Sendable {
    var name: [UInt8]
    var digest: SHA256.Digest
    var isDestructive: Bool
  }

  private(set) var definitions: [Definition] = []

  public var isEmpty: Bool { definitions.isEmpty }

  public init(_ listing: JSONValue) { read(listing) }

  private mutating func read(_ listing: JSONValue) {
    if let messages = listing.array {
      for message in messages { read(message) }
      return
    }
    for definition in (listing["result"] ?? listing)["tools"]?.array ?? [] {
      guard let name = definition["name"]?.string.map({ Array($0.utf8) }) else { continue }
      definitions.append(
        Definition(
          name: name, digest: SHA256.digest(CanonicalJSON.text(definition)),
          isDestructive: Self.isDestructive(definition["annotations"])))
    }
  }

  private static func isDestructive(_ annotations: JSONValue?) -> Bool {
    if annotations?["readOnlyHint"] == .boolean(true) { return false }
    return annotations?["destructiveHint"] != .boolean(false)
  }
}

/// The names of the tools that a result of `tools/list`, or the JSON-RPC response that holds it, defines.
public func toolNames(inListing listing: JSONValue) -> [String] {
  if let messages = listing.array { return messages.flatMap { toolNames(inListing: $0) } }
  let result = listing["result"] ?? listing
  return result["tools"]?.array?.compactMap { $0["name"]?.string } ?? []
}

/// A result of `tools/list`, or the JSON-RPC response that holds it, without the tools that are hidden. A tool without a
/// name, which nobody could call or judge, is left out as well.
public func hidingTools(_ isHidden: (String) -> Bool, in listing: JSONValue) -> JSONValue {
  switch listing {
  case .array(let messages): return .array(messages.map { hidingTools(isHidden, in: $0) })
  case .object(let members):
    let hasResult = listing["result"] != nil
    return .object(
      members.map { member in
        if hasResult {
          return member.key == "result" ? .init("result", withoutTools(isHidden, member.value)) : member
        }
        return withoutTools(isHidden, member)
      })
  default: return listing
  }
}

private func withoutTools(_ isHidden: (String) -> Bool, _ result: JSONValue) -> JSONValue {
  guard case .object(let members) = result else { return result }
  return .object(members.map { withoutTools(isHidden, $0) })
}

private func withoutTools(_ isHidden: (String) -> Bool, _ member: JSONValue.Member) -> JSONValue.Member {
  guard member.key == "tools", case .array(let tools) = member.value else { return member }
  return .init("tools", .array(tools.filter { tool in tool["name"]?.string.map { !isHidden($0) } ?? false }))
}
