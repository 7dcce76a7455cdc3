import JSONText
import PatternMatching
import PolicyBytecode

/// Rewrites of MCP messages.
enum MCPRewrites {
  /// The message of a spelling, as it is or as text.
  static func message(_ spelling: Spelling) -> JSONValue? {
    guard spelling.protocol == .mcp else { return nil }
    switch spelling.payload {
    case .message(let value): return value
    case .text(let bytes): return try? JSONValue(parsing: bytes)
    case .http: return nil
    }
  }

  private static func of(
    _ name: String, when condition: String = Rewrite.always, _ apply: @escaping @Sendable (JSONValue) -> [Spelling]
  ) -> Rewrite {
    Rewrite(name, when: condition) { spelling in message(spelling).map(apply) ?? [] }
  }

  static let all: [Rewrite] = [
    of("the message laid out otherwise") { JSONRewrites.texts($0).map { Spelling(.mcp, $0) } },
    of("another id") { message in
      guard message["id"] != nil else { return [] }
      return [JSONValue.string("a"), .number("99"), .number("-1")].map { id in
        Spelling(.mcp, .message(message.setting("id", id)))
      }
    },
    of("members that nothing reads") { message in
      guard let parameters = message["params"], case .object(let members) = parameters, parameters["_meta"] == nil
      else { return [] }
      let meta = JSONValue.object([.init("progressToken", .number("1"))])
      return [Spelling(.mcp, .message(message.setting("params", .object([.init("_meta", meta)] + members))))]
    },
  ]

  /// Rewrites the text in an argument that a declaration says is of another protocol, with the rewrites of that.
  static func carried(_ decodes: [DecodeDefinition], _ rewrites: [Rewrite]) -> [Rewrite] {
    let declarations = ToolDeclarations(decodes)
    return rewrites.map { rewrite in
      Rewrite(rewrite.name, when: rewrite.condition) { spelling in
        guard let message = message(spelling), message["method"]?.string == "tools/call",
          let parameters = message["params"],
          let tool = parameters["name"]?.string, let arguments = parameters["arguments"],
          case .object(let members) = arguments
        else { return [] }
        return members.flatMap { member -> [Spelling] in
          // An `args` beside it would be words of the same line.
          guard let text = member.value.string, arguments["args"] == nil,
            let inner = declarations.inner(tool, member.key)
          else { return [] }
          return rewrite.apply(Spelling(inner, text)).compactMap { other in
            guard other.protocol == inner, let changed = other.text else { return nil }
            return Spelling(
              .mcp,
              .message(
                message.setting(
                  "params", parameters.setting("arguments", arguments.setting(member.key, .string(changed))))))
          }
        }
      }
    }
  }
}

extension JSONValue {
  /// The object with a member set.
  func setting(_ key: String, _ value: JSONValue) -> JSONValue {
    guard case .object(var members) = self else { return self }
    if let index = members.firstIndex(where: { $0.key == key }) {
      members[index].value = value
    } else {
      members.append(.init(key, value))
    }
    return .object(members)
  }
}

/// What a policy declares of arguments by their plain names.
final class ToolDeclarations: Sendable {
  private let declarations: [(argument: String, inner: OperationProtocol, tool: PatternList?)]
  /// For each protocol a tool and an argument that carry it.
  let examples: [(tool: String, argument: String, inner: OperationProtocol)]

  init(_ decodes: [DecodeDefinition]) {
    var declarations: [(argument: String, inner: OperationProtocol, tool: PatternList?)] = []
    var examples: [(tool: String, argument: String, inner: OperationProtocol)] = []
    for decode in decodes where decode.carrier == .mcp && !decode.selectors.contains(where: { $0.word == "server" }) {
      guard let argument = decode.selectors.first(where: { $0.word == "argument" })?.value, !argument.hasPrefix("$"),
        !argument.contains(".")
      else { continue }
      let glob = decode.selectors.first { $0.word == "tool" }?.value
      let pattern = glob.flatMap { try? PatternList([Pattern(.glob, $0, ignoringCase: true)]) }
      guard (glob == nil) == (pattern == nil) else { continue }
      declarations.append((argument, decode.inner, pattern))
      let name = glob ?? "x"
      guard !examples.contains(where: { $0.inner == decode.inner }), !name.contains(where: { "?[\\".contains($0) })
      else { continue }
      examples.append((name.filter { $0 != "*" }.isEmpty ? "x" : name.filter { $0 != "*" }, argument, decode.inner))
    }
    self.declarations = declarations
    self.examples = examples
  }

  /// What the argument of a tool holds; nil if that is not declared, or twice in different ways.
  func inner(_ tool: String, _ argument: String) -> OperationProtocol? {
    var scratch = PatternScratch()
    var found: OperationProtocol?
    for declaration in declarations where declaration.argument == argument {
      let matches = Array(tool.utf8).withUnsafeBufferPointer {
        declaration.tool?.matches(0, $0, scratch: &scratch) ?? true
      }
      guard matches else { continue }
      if let found, found != declaration.inner { return nil }
      found = declaration.inner
    }
    return found
  }
}
