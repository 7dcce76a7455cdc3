import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine

/// Teleport's audit events, an object a line: statements, requests to Kubernetes and to applications, commands, files.
struct TeleportEvents: LogImporter {
  mutating func take(_ record: LogRecord, _ output: inout ImportOutput) {
    output.attempt(record) { output throws(ImportError) in
      let event = try record.object()
      guard let name = event["event"]?.word else { throw ImportError("it has no `event`") }
      guard var fixture = try Self.fixture(name, event, &output) else { return }
      fixture.id = event["uid"]?.word.map { .string($0) } ?? output.id(record.line)
      fixture.session = event["sid"]?.word
      fixture.principal.time = event["time"]?.string.flatMap { LogTime.seconds($0, utcOffset: 0) }
      fixture.principal.user = event["user"]?.word
      fixture.principal.source = event["addr.remote"]?.string.flatMap { LogAddress.address($0) }
      if event["user_kind"]?.word == "2" || event["bot_name"]?.word != nil { fixture.principal.actor = "service" }
      for role in event["user_roles"]?.array ?? [] {
        if let role = role.word { fixture.principal.claims.append(["roles", role]) }
      }
      for name in ["login", "db_user"] {
        if let login = event[name]?.word { fixture.principal.claims.append([name, login]) }
      }
      output.make(fixture)
    }
  }

  /// The request of an event; nil if it was skipped.
  private static func fixture(
    _ name: String, _ event: JSONValue, _ output: inout ImportOutput
  ) throws(ImportError) -> Fixture? {
    switch name {
    case "db.session.query", "db.session.postgres.statements.execute.batch": return try statement(event, &output)
    case "db.session.postgres.statements.parse", "db.session.postgres.statements.bind",
      "db.session.mysql.statements.prepare":
      output.skip(.prepared)
    case "db.session.postgres.statements.execute", "db.session.mysql.statements.execute",
      "db.session.mysql.statements.bulk_execute":
      output.skip(.text)
    case "kube.request": return try http(.k8s, event, path: event["request_path"]?.word, target: "kubernetes_cluster")
    case "app.session.request":
      let query = event["raw_query"]?.word.map { "?" + $0 } ?? ""
      return try http(.http, event, path: event["path"]?.word.map { $0 + query }, target: "app_name")
    case "exec": return try command(event)
    case "session.command": return try program(event)
    case "sftp": return file(event, &output)
    case "mcp.session.request", "mcp.session.notification":
      guard let message = event["message"], message["method"] != nil else {
        throw ImportError("it has no `message` with a `method`")
      }
      var fixture = Fixture(protocol: .mcp, payload: .message(message))
      fixture.principal.target = event["app_name"]?.word
      if message["id"] != nil { fixture.missing = [.response] }
      return fixture
    default:
      let isConnection = name.hasSuffix(".start") || name.hasSuffix(".end") || name.hasPrefix("user.login")
      output.skip(isConnection ? .connection : .event)
    }
    return nil
  }

  private static func statement(_ event: JSONValue, _ output: inout ImportOutput) throws(ImportError) -> Fixture? {
    guard let query = event["db_query"]?.string else { throw ImportError("it has no `db_query`") }
    let spoken: OperationProtocol
    switch event["db_protocol"]?.string ?? "" {
    case "postgres", "cockroachdb", "redshift": spoken = .postgres
    case "mysql": spoken = .mysql
    case "redis": spoken = .redis
    default:
      output.skip(.dialect)
      return nil
    }
    var fixture = Fixture(protocol: spoken, payload: .text(Array(query.utf8)))
    fixture.principal.target = event["db_service"]?.word
    if let database = event["db_name"]?.word { fixture.principal.labels = [["database", database]] }
    fixture.missing = event["db_query_parameters"]?.array?.isEmpty == false ? [.response, .literals] : [.response]
    return fixture
  }

  private static func http(
    _ spoken: OperationProtocol, _ event: JSONValue, path: String?, target: String
  ) throws(ImportError) -> Fixture {
    guard let method = (event["verb"] ?? event["method"])?.word, let path else {
      throw ImportError("it has no method or no path")
    }
    var fixture = Fixture(
      protocol: spoken, payload: .http(method: method.uppercased(), path: path, headers: [], body: nil))
    fixture.principal.target = event[target]?.word
    fixture.missing = [.response, .headers]
    if ["POST", "PUT", "PATCH"].contains(method.uppercased()) { fixture.missing.insert(.body) }
    if spoken == .k8s {
      for group in event["kubernetes_groups"]?.array ?? [] {
        if let group = group.word { fixture.principal.claims.append(["kubernetes_groups", group]) }
      }
    }
    return fixture
  }

  /// A command run over SSH, or in a container.
  private static func command(_ event: JSONValue) throws(ImportError) -> Fixture {
    guard let command = event["command"]?.string else { throw ImportError("it has no `command`") }
    var fixture: Fixture
    if event["kubernetes_cluster"]?.word != nil {
      guard let pod = event["kubernetes_pod_name"]?.word, let namespace = event["kubernetes_pod_namespace"]?.word else {
        throw ImportError("it does not name the pod")
      }
      // The words of the command are joined in the log; a shell would part them again.
      let query = "command=sh&command=-c&command=" + formEncoded(command)
      fixture = Fixture(
        protocol: .k8s,
        payload: .http(
          method: "POST", path: "/api/v1/namespaces/\(namespace)/pods/\(pod)/exec?\(query)", headers: [], body: nil))
      fixture.principal.target = event["kubernetes_cluster"]?.word
    } else {
      fixture = Fixture(protocol: .ssh, payload: .text(Array(command.utf8)))
      fixture.principal.target = (event["server_hostname"] ?? event["server_id"])?.word
    }
    fixture.missing = [.response]
    return fixture
  }

  /// A program that was started in a session, as enhanced recording sees it.
  private static func program(_ event: JSONValue) throws(ImportError) -> Fixture {
    guard let program = event["path"]?.word ?? event["program"]?.word else { throw ImportError("it has no `program`") }
    let words = [program] + (event["argv"]?.array ?? []).compactMap(\.string)
    var fixture = Fixture(protocol: .shell, payload: .text(Array(shellLine(words).utf8)))
    fixture.principal.target = (event["server_hostname"] ?? event["server_id"])?.word
    fixture.missing = [.response]
    return fixture
  }

  /// An operation on a file over SFTP.
  private static func file(_ event: JSONValue, _ output: inout ImportOutput) -> Fixture? {
    // Codes of the protobuf enumeration SFTPAction.
    let operations: [String: [String]] = [
      "1": ["open"], "2": ["close"], "3": ["read"], "4": ["write"], "8": ["list"], "9": ["list"], "10": ["remove"],
      "11": ["mkdir"], "12": ["rmdir"], "14": ["rename"], "16": ["symlink"],
    ]
    guard let path = event["path"]?.word, let action = event["action"]?.word,
      let operation = operations[action]?.first, operation != "open", operation != "close"
    else {
      output.skip(.event)
      return nil
    }
    var members: [JSONValue.Member] = [
      .init("channel", .string("sftp")), .init("operation", .string(operation)), .init("path", .string(path)),
    ]
    if let to = event["target_path"]?.word { members.append(.init("to", .string(to))) }
    var fixture = Fixture(protocol: .ssh, payload: .text(Array(JSONValue.object(members).text.utf8)))
    fixture.principal.target = (event["server_hostname"] ?? event["server_id"])?.word
    return fixture
  }
}

/// Words as a line of a shell that has just these.
func shellLine(_ words: [String]) -> String {
  let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,@%+".utf8)
  return words.map { word in
    if !word.isEmpty, word.utf8.allSatisfy(plain.contains) { return word }
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }.joined(separator: " ")
}
