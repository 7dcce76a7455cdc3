import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime

/// A request and what becomes of it, in the syntax of a `test` block.
public struct TestLine: Sendable, Hashable {
  /// `as user "ana" group "developers" on postgres "prod-orders"`.
  public let identity: String
  /// `"DROP TABLE orders" => block by no-drop`.
  public let request: String
  /// The lines before it in its session.
  public let before: [TestLine]

  /// As they stand in a `test` block, without an indent.
  public var lines: [String] {
    if before.isEmpty { return [identity, request] }
    var lines: [String] = []
    var identity: String?
    for line in before + [TestLine(identity: self.identity, request: request)] {
      if line.identity != identity { lines.append("  " + line.identity) }
      identity = line.identity
      lines.append("  " + line.request)
    }
    return ["session {"] + lines + ["}"]
  }

  /// Nil where a test cannot state it: what is no UTF-8, or a response that is no text.
  public init?(_ request: JudgedRequest, expecting expectations: [String], after before: [TestLine] = []) {
    guard let payload = Self.payload(request) else { return nil }
    var line = payload
    if let response = request.response {
      guard let text = response.string else { return nil }
      line += " returns " + Self.quoted(text)
    }
    self.init(
      identity: Self.identity(request), request: line + " => " + expectations.joined(separator: ", "), before: before)
  }

  private init(identity: String, request: String, before: [TestLine] = []) {
    self.identity = identity
    self.request = request
    self.before = before
  }

  private static func identity(_ request: JudgedRequest) -> String {
    let principal = request.principal
    var text = "as"
    if let user = principal.user { text += " user \(quoted(user))" }
    if !principal.groups.isEmpty { text += " group " + principal.groups.map(quoted).joined(separator: ", ") }
    if principal.actor != "human" { text += " actor \(principal.actor)" }
    if let client = principal.client { text += " client \(quoted(client))" }
    for claim in principal.claims where claim.count == 2 { text += " claim \(quoted(claim[0])) \(quoted(claim[1]))" }
    text += " on \(request.protocol.name)"
    if let target = principal.target { text += " \(quoted(target))" }
    for label in principal.labels where label.count == 2 { text += " label \(quoted(label[0])) \(quoted(label[1]))" }
    if let source = principal.source { text += " from \(quoted(source))" }
    if let time = principal.time { text += " at \(quoted(Timestamp.text(time)))" }
    return text
  }

  private static func payload(_ request: JudgedRequest) -> String? {
    switch request.payload {
    case .text(let bytes):
      guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
      if request.protocol == .http { return nil }
      if request.protocol == .k8s, !["kubectl ", "oc ", "k "].contains(where: text.hasPrefix) { return nil }
      return quoted(text)
    case .http(let method, let path, let headers, let body):
      guard method == method.uppercased(), !method.isEmpty, path.hasPrefix("/"), !path.contains(" ") else { return nil }
      var text = quoted("\(method) \(path)")
      for header in headers where header.count == 2 { text += " header \(quoted(header[0])) \(quoted(header[1]))" }
      if let body { text += " body " + quoted(body) }
      return text
    case .message(let message):
      guard message["method"]?.string == "tools/call", let name = message["params"]?["name"]?.string,
        let arguments = message["params"]?["arguments"]
      else { return quoted(message.text) }
      return "tool \(quoted(name)) \(arguments.text)"
    }
  }

  /// A string literal: raw where that reads better.
  private static func quoted(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    let needsEscapes = text.contains("\"") || text.contains("\\")
    return needsEscapes && isPlain && !text.contains("'") ? "'\(text)'" : literalText(text)
  }
}
