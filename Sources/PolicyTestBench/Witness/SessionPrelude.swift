import JSONText
import PolicyBytecode
import PolicyEngine

/// What a session has seen before a request: requests that mark it with tags, or that list the tools of an MCP server.
struct SessionPrelude {
  /// The tags that the session has then.
  var tags: [String] = []
  /// The requests before one, in their order.
  var requests: (JudgedRequest) -> [JudgedRequest] = { _ in [] }

  /// A request that marks the session, asked by whoever asks the next.
  static func marking(_ tag: String, by request: JudgedRequest) -> Self {
    Self(
      tags: [tag],
      requests: { next in
        var request = request
        if request.protocol == next.protocol { request.principal = next.principal }
        return [request]
      })
  }

  /// Lists of tools in which the one that is called next may destroy, may not, or is another than it was.
  static var listings: [Self] {
    [[("does", true)], [("does", false)], [("does", true), ("does something else", true)]].map { tools in
      Self(requests: { next in tools.compactMap { listing(of: next, $0.0, destroys: $0.1) } })
    }
  }

  private static func listing(of request: JudgedRequest, _ description: String, destroys: Bool) -> JudgedRequest? {
    guard case .message(let call) = request.payload, let tool = call["params"]?["name"] else { return nil }
    let entry = JSONValue.object([
      .init("name", tool), .init("description", .string(description)),
      .init("annotations", .object([.init("destructiveHint", .boolean(destroys))])),
    ])
    let message = JSONValue.object([
      .init("jsonrpc", .string("2.0")), .init("id", .number("1")), .init("method", .string("tools/list")),
    ])
    return JudgedRequest(
      principal: request.principal, protocol: .mcp, payload: .message(message),
      response: .string(JSONValue.object([.init("tools", .array([entry]))]).text))
  }
}
