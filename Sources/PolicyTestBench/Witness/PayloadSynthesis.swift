import JSONText
import PolicyBytecode
import PolicyEngine

/// Writes payloads whose operations have the facts that a goal asks for, as a person would write them. What the decoder
/// makes of them is for the engine to say.
struct PayloadSynthesis {
  let goal: RequestGoal

  /// Payloads of a protocol, the likeliest first.
  func payloads(_ protocol: OperationProtocol) -> [RequestPayload] {
    // A pattern may spell only the beginning.
    let spelled = distinct([Fact.command, .text].compactMap { goal.value($0) }.flatMap { [$0, $0 + " x"] })
    let written: [RequestPayload] =
      switch `protocol` {
      case .postgres, .mysql: SQLSynthesis(goal: goal).statements.map(RequestPayload.init(text:))
      case .shell: (goal.viaPrograms.flatMap(lines(of:)) + shellLines).map(RequestPayload.init(text:))
      case .ssh: sshRequests.map(RequestPayload.init(text:))
      case .k8s: kubernetesRequests
      case .http: httpRequests
      case .redis: redisCommands.map(RequestPayload.init(text:))
      case .mcp: mcpMessages
      }
    let isText = `protocol` != .http && `protocol` != .mcp
    let unparsed: [RequestPayload] = goal.flag(.unparsed) == true ? [RequestPayload(text: "\"unterminated 'x")] : []
    // Where only the text is asked for, it is the command.
    let texts = goal.asksForMoreThanText ? [Fact.text, .command].compactMap { goal.value($0) } : []
    let carried = texts.flatMap { text in
      written.compactMap { carrying(text, $0, `protocol`) }
    }
    return unparsed + (isText ? spelled.map(RequestPayload.init(text:)) : []) + carried + written
  }

  /// The payload with a text somewhere in it that does not change what it does.
  private func carrying(_ text: String, _ payload: RequestPayload, _ protocol: OperationProtocol) -> RequestPayload? {
    switch payload {
    case .text(let bytes):
      let line = String(decoding: bytes, as: UTF8.self)
      switch `protocol` {
      case .postgres, .mysql:
        guard !text.contains("'"), !text.contains("\\") else { return nil }
        let start = line.hasPrefix("SELECT 1") ? "SELECT 1" : line.hasPrefix("SELECT *") ? "SELECT *" : nil
        return RequestPayload(
          text: start.map { "SELECT '\(text)'" + line.dropFirst($0.count) } ?? "\(line) /* \(text) */")
      case .shell, .ssh, .redis: return RequestPayload(text: line + " " + Self.shellWord(text))
      case .k8s, .http, .mcp: return nil
      }
    case .http(let method, let path, let headers, let body):
      if body == nil { return .http(method: method, path: path, headers: headers, body: text) }
      guard !text.contains(where: { " &#".contains($0) }) else { return nil }
      let query = (path.contains("?") ? "&x=" : "?x=") + text
      return .http(method: method, path: path + query, headers: headers, body: body)
    case .message: return nil
    }
  }

  // MARK: Shell

  private var shellLines: [String] {
    let program = goal.value(.shellProgram) ?? (goal.asks(for: .shellFlag) ? "app" : "cat")
    let flags = goal.values(.shellFlag)
    let words = goal.values(.shellArgument).filter { !flags.contains($0) }
    let paths = goal.values(.shellPath)
    let writes = goal.values(.shellWrites)
    var base = (goal.flag(.shellPrivileged) == true ? "sudo " : "") + program
    let feeding = goal.values(.shellInputFrom).map { $0 + " x | " }.joined()
    base = feeding + base
    func line(_ parts: [[String]]) -> String { ([base] + parts.joined().map(Self.shellWord)).joined(separator: " ") }
    let redirections = writes.map { " > " + Self.shellWord($0) }.joined()
    let unknown = goal.flag(.shellUnknown) == true ? " \"$X\"" : ""
    var lines = [line([flags, words, paths]), line([words, flags, paths]), line([words, paths, flags])]
    // What some programs are told before their files is none: `chmod 755 x`.
    if !paths.isEmpty, words.isEmpty { lines.append(line([flags, ["755"], paths])) }
    if paths.isEmpty, redirections.isEmpty { lines.append(line([flags, words, ["x"]])) }
    // Flags of one letter may stand in one word.
    let letters = flags.filter { $0.utf8.count == 2 && !$0.hasPrefix("--") }
    if !letters.isEmpty {
      let others = flags.filter { !letters.contains($0) }
      lines.append(line([others, ["-" + letters.map { $0.dropFirst() }.joined()], words, paths]))
      lines.append(line([others, words, paths, letters.map { $0 + "f" }]))
    }
    // What is done, to what kind of thing.
    if words.count > 1 { lines.append(line([flags, [words[0], "x"], Array(words.dropFirst()), paths])) }
    // What a program is told to read is a path of it.
    if let path = paths.first {
      lines.append(line([flags, words, Array(paths.dropFirst())]) + " < " + Self.shellWord(path))
    }
    // A pattern on the whole command may only spell a part of it.
    let spelled = goal.value(.command).map { text in
      [base + " " + text, base + " x " + text, line([words, flags, paths]) + " " + text]
    }
    return distinct((spelled ?? []) + lines.map { $0 + unknown + redirections })
  }

  /// Lines in which a program makes the request that is asked for.
  private func lines(of program: String) -> [String] {
    let requests = kubectls.contains(program) ? kubernetesRequests : httpRequests
    let stated = requests.compactMap { request -> String? in
      switch request {
      case .text(let line): return String(decoding: line, as: UTF8.self)
      case .http(let method, let path, let headers, let body):
        let host = headers.first { $0.first == "Host" }?.last ?? "shop.test"
        let data = body.map { " -d " + Self.shellWord($0) } ?? ""
        return "\(program)\(method == "GET" ? "" : " -X " + method)\(data) " + Self.shellWord("http://" + host + path)
      case .message: return nil
      }
    }
    // An address that is not known is not read.
    return stated + (goal.flag(.unparsed) == true ? ["\(program) \"$URL\""] : [])
  }

  private let kubectls = ["kubectl", "oc"]

  /// A word of a shell line, quoted where it must be.
  static func shellWord(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.utf8.allSatisfy { byte in
        byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte >= 0x30 && byte <= 0x39 || "-_./:=,+@%~".utf8.contains(byte)
      }
    return isPlain
      ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  private var sshRequests: [String] {
    func object(_ members: [(String, String)]) -> String {
      JSONValue.object(members.map { .init($0.0, .string($0.1)) }).text
    }
    let path = goal.value(.sshPath) ?? "/srv/x"
    switch goal.value(.sshChannel) {
    case "shell": return [object([("channel", "shell")])]
    case "x11": return [object([("channel", "x11")])]
    case "agent": return [object([("channel", "agent")])]
    case "subsystem": return [object([("channel", "subsystem"), ("name", "x")])]
    case "scp": return ["scp -t " + path, "scp -f " + path]
    case "exec", nil: break
    default: return []
    }
    return goal.asks(for: .sshForwardTo) || goal.asks(for: .sshFileOperation) ? [] : shellLines
  }

  // MARK: Kubernetes and HTTP

  private var kubernetesRequests: [RequestPayload] {
    // Only what is written has a body.
    let isWritten = goal.asks(for: .k8sBody) && !goal.asks(for: .k8sVerb) && !goal.forbids("create", of: .k8sVerb)
    let verb = isWritten ? "create" : goal.substitute(.k8sVerb) ?? "get"
    let resource = goal.value(.k8sResource) ?? "pods"
    let namespace = goal.value(.k8sNamespace)
    let group = goal.value(.k8sGroup) ?? Self.groups[resource] ?? ""
    let subresource = goal.value(.k8sSubresource)
    let isNamed = !["list", "create", "deletecollection", "watch"].contains(verb) || subresource != nil
    var path = group.isEmpty ? "/api/v1" : "/apis/\(group)/v1"
    if let namespace { path += "/namespaces/" + namespace }
    path += "/" + resource
    if isNamed { path += "/" + (goal.value(.k8sName) ?? "x") }
    if let subresource { path += "/" + subresource }
    if verb == "watch" { path += "?watch=true" }
    let methods = [
      "get": "GET", "list": "GET", "watch": "GET", "create": "POST", "update": "PUT", "patch": "PATCH",
      "delete": "DELETE", "deletecollection": "DELETE", "connect": "POST", "proxy": "GET",
    ]
    let body = body(of: .k8sBody)
    var requests = [
      RequestPayload.http(
        method: methods[verb] ?? "POST", path: path,
        headers: body == nil ? [] : [["Content-Type", "application/json"]], body: body)
    ]
    if body == nil, subresource == nil, ["get", "list", "delete"].contains(verb) {
      let name = verb == "list" ? "" : " " + (goal.value(.k8sName) ?? "x")
      let place = namespace.map { " -n " + $0 } ?? ""
      requests.append(RequestPayload(text: "kubectl \(verb == "list" ? "get" : verb) \(resource)\(name)\(place)"))
    }
    return requests
  }

  private static let groups = [
    "deployments": "apps", "statefulsets": "apps", "daemonsets": "apps", "replicasets": "apps", "jobs": "batch",
    "cronjobs": "batch", "clusterroles": "rbac.authorization.k8s.io", "roles": "rbac.authorization.k8s.io",
    "clusterrolebindings": "rbac.authorization.k8s.io", "rolebindings": "rbac.authorization.k8s.io",
    "networkpolicies": "networking.k8s.io", "ingresses": "networking.k8s.io",
    "mutatingwebhookconfigurations": "admissionregistration.k8s.io",
    "validatingwebhookconfigurations": "admissionregistration.k8s.io",
    "customresourcedefinitions": "apiextensions.k8s.io", "storageclasses": "storage.k8s.io",
  ]

  private var httpRequests: [RequestPayload] {
    var path = goal.value(.httpPath) ?? "/x"
    if !path.hasPrefix("/") { path = "/" + path }
    let query = goal.keys(of: .httpQuery).flatMap { key in values(.httpQuery, key).map { key + "=" + $0 } }
    if !query.isEmpty { path += "?" + query.joined(separator: "&") }
    let body = body(of: .httpBody)
    var headers = goal.keys(of: .httpHeader).flatMap { key in values(.httpHeader, key).map { [key, $0] } }
    // An address in brackets of which only the beginning is asked for.
    if let host = goal.value(.httpHost) {
      headers.append(["Host", host.hasPrefix("[") && !host.contains("]") ? host + "::1]" : host])
    }
    if body != nil { headers.append(["Content-Type", "application/json"]) }
    let method = goal.substitute(.httpMethod) ?? "GET"
    return [.http(method: method == "other" ? "GET" : method, path: path, headers: headers, body: body)]
  }

  /// What is to stand under a key: several values where not all are to be alike.
  private func values(_ fact: Fact, _ key: String) -> [String] {
    let values = goal.values(fact, key: key)
    return values.isEmpty ? ["x"] : values
  }

  /// A JSON body with the values asked for under paths such as `spec.template.name`.
  private func body(of fact: Fact) -> String? {
    let keys = goal.keys(of: fact)
    return keys.isEmpty ? nil : tree(of: fact, keys).text
  }

  private func tree(of fact: Fact, _ keys: [String]) -> JSONValue {
    var tree = JSONValue.object([])
    for key in keys {
      var path = key.split { ".$".contains($0) }.map(String.init)
      let values = values(fact, key).map(JSONValue.string)
      // Somewhere below: several values are in several places.
      if key.hasPrefix("$.."), values.count > 1 { path.insert("items[*]", at: 0) }
      tree = Self.inserting(values, at: path[...], into: tree)
    }
    return tree
  }

  /// The document with values at a path; several are elements of the list that the path names, or that stands at its end.
  private static func inserting(
    _ values: [JSONValue], at path: ArraySlice<String>, into tree: JSONValue
  ) -> JSONValue {
    guard let step = path.first else { return values.count == 1 ? values[0] : .array(values) }
    let name = String(step.prefix { $0 != "[" })
    var members: [JSONValue.Member] = []
    if case .object(let known) = tree { members = known }
    let old = members.first { $0.key == name }?.value ?? .object([])
    members.removeAll { $0.key == name }
    let rest = path.dropFirst()
    let inner: JSONValue =
      step.contains("[")
      ? .array(values.map { inserting([$0], at: rest, into: .object([])) }) : inserting(values, at: rest, into: old)
    members.append(.init(name, inner))
    return .object(members)
  }

  // MARK: Redis and MCP

  private var redisCommands: [String] {
    let command = goal.value(.redisCommand) ?? "GET"
    let keys = goal.values(.redisKey)
    let words = ([command] + keys).joined(separator: " ")
    return distinct([words, words + " x", words + " x x"])
  }

  private var mcpMessages: [RequestPayload] {
    let method = goal.value(.mcpMethod) ?? (goal.asks(for: .mcpResource) ? "resources/read" : "tools/call")
    var parameters: [JSONValue.Member] = []
    if method == "tools/call" {
      let arguments = tree(of: .mcpArgument, goal.keys(of: .mcpArgument))
      parameters = [.init("name", .string(goal.value(.mcpTool) ?? "x")), .init("arguments", arguments)]
    } else if let resource = goal.value(.mcpResource) {
      parameters = [.init("uri", .string(resource))]
    } else if let prompt = goal.value(.mcpPrompt) {
      parameters = [.init("name", .string(prompt))]
    }
    return [
      .message(
        .object([
          .init("jsonrpc", .string("2.0")), .init("id", .number("1")), .init("method", .string(method)),
          .init("params", .object(parameters)),
        ]))
    ]
  }
}

extension RequestPayload {
  init(text: String) { self = .text([UInt8](text.utf8)) }
}

extension Sequence {
  /// What the first element for which there is something gives. `lazy.compactMap(_:).first` would ask that one twice.
  func firstResult<Result>(_ transform: (Element) -> Result?) -> Result? {
    for element in self {
      if let result = transform(element) { return result }
    }
    return nil
  }
}

/// The elements, each once.
func distinct<Element: Hashable>(_ elements: [Element]) -> [Element] {
  var seen: Set<Element> = []
  return elements.filter { seen.insert($0).inserted }
}
