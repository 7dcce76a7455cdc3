import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine

/// Kubernetes audit logs (`audit.k8s.io/v1`): an event a line, one for each stage of a request; also lists of events.
///
/// The stages of one `auditID` are one request. The last one has the answer; a request whose last stage never comes
/// goes out without it.
struct KubernetesAudit: LogImporter {
  /// Requests of which only first stages were seen, and the number of their events.
  private var open = BoundedTable<(fixture: Fixture, events: Int)>(limit: .max)

  mutating func take(_ record: LogRecord, _ output: inout ImportOutput) {
    output.attempt(record) { output throws(ImportError) in
      let event = try record.object()
      guard let verb = event["verb"]?.word, let path = event["requestURI"]?.word else {
        throw ImportError("it has no `verb` or no `requestURI`")
      }
      let stage = event["stage"]?.string ?? "ResponseComplete"
      guard let id = event["auditID"]?.word else { throw ImportError("it has no `auditID`") }
      guard stage == "ResponseComplete" || stage == "Panic" else {
        return wait(id, try Self.fixture(event, verb, path), record.bytes.count, &output)
      }
      var fixture = try Self.fixture(event, verb, path)
      if let (first, events) = open.remove(id) {
        // A policy may log the body with one stage only.
        if case .http(let method, let path, let headers, nil) = fixture.payload,
          case .http(_, _, let firstHeaders, let body?) = first.payload
        {
          fixture.payload = .http(
            method: method, path: path, headers: headers.isEmpty ? firstHeaders : headers, body: body)
          fixture.missing.remove(.body)
        }
        output.join(events)
      }
      output.make(fixture)
    }
  }

  mutating func finish(_ output: inout ImportOutput) {
    while let (fixture, events) = open.removeOldest() { Self.giveUp(fixture, events, &output) }
  }

  private mutating func wait(_ id: String, _ fixture: Fixture, _ size: Int, _ output: inout ImportOutput) {
    let known = open[id]
    open.set((known?.fixture ?? fixture, (known?.events ?? 0) + 1), for: id, weight: size)
    while open.count > ImportLimits.openRequests || open.weight > ImportLimits.openBytes {
      guard let (oldest, events) = open.removeOldest() else { return }
      Self.giveUp(oldest, events, &output)
    }
  }

  private static func giveUp(_ fixture: Fixture, _ events: Int, _ output: inout ImportOutput) {
    var fixture = fixture
    fixture.response = nil
    fixture.missing.insert(.response)
    output.make(fixture)
    output.join(events - 1)
  }

  private static func fixture(_ event: JSONValue, _ verb: String, _ path: String) throws(ImportError) -> Fixture {
    let method = methods[verb] ?? verb.uppercased()
    let agent = event["userAgent"]?.word
    var headers: [[String]] = []
    if let agent { headers.append(["User-Agent", agent]) }
    headers += impersonation(event["impersonatedUser"])
    let sent = event["requestObject"].flatMap { $0 == .null ? nil : $0 }
    if sent != nil { headers.append(["Content-Type", contentType(verb, sent)]) }
    var fixture = Fixture(
      protocol: .k8s, payload: .http(method: method, path: path, headers: headers, body: sent?.text))
    fixture.id = event["auditID"].flatMap { $0.string.map { .string($0) } }
    fixture.principal.time = event["requestReceivedTimestamp"]?.string.flatMap { LogTime.seconds($0, utcOffset: 0) }
    fixture.principal.user = event.at("user", "username")?.word
    fixture.principal.groups = event.at("user", "groups")?.array?.compactMap(\.string) ?? []
    fixture.principal.client = agent
    fixture.principal.source = event["sourceIPs"]?.array?.first?.string.flatMap { LogAddress.address($0) }
    if let user = fixture.principal.user, user.hasPrefix("system:"), user != "system:anonymous" {
      fixture.principal.actor = "service"
    }
    if let object = event["responseObject"], object != .null {
      fixture.response = answer(event, object)
    } else {
      fixture.missing.insert(.response)
    }
    if sent == nil, ["create", "update", "patch"].contains(verb), !isStream(path) { fixture.missing.insert(.body) }
    return fixture
  }

  private static let methods = [
    "get": "GET", "list": "GET", "watch": "GET", "create": "POST", "update": "PUT", "patch": "PATCH",
    "delete": "DELETE", "deletecollection": "DELETE",
  ]

  private static func answer(_ event: JSONValue, _ object: JSONValue) -> JSONValue {
    var members: [JSONValue.Member] = []
    if case .number(let code)? = event.at("responseStatus", "code"), Int(code) != nil {
      members.append(.init("status", .number(code)))
    }
    members.append(.init("headers", .array([.array([.string("Content-Type"), .string("application/json")])])))
    members.append(.init("body", object))
    return .object(members)
  }

  /// What the client asked to be taken for, as it asked for it.
  private static func impersonation(_ user: JSONValue?) -> [[String]] {
    guard let user, let name = user["username"]?.word else { return [] }
    var headers = [["Impersonate-User", name]]
    for group in user["groups"]?.array ?? [] {
      // The server adds this one by itself.
      if let group = group.word, group != "system:authenticated" { headers.append(["Impersonate-Group", group]) }
    }
    if let uid = user["uid"]?.word { headers.append(["Impersonate-Uid", uid]) }
    return headers
  }

  /// A patch is logged without the type it was sent as: a list of operations is a JSON patch, what else a merge.
  private static func contentType(_ verb: String, _ body: JSONValue?) -> String {
    guard verb == "patch" else { return "application/json" }
    return body?.array != nil ? "application/json-patch+json" : "application/merge-patch+json"
  }

  /// Whether a path is of a request that opens a stream, and so has no body.
  private static func isStream(_ path: String) -> Bool {
    let end = path.prefix { $0 != "?" }.split(separator: "/").last ?? ""
    return ["exec", "attach", "portforward", "proxy"].contains(end)
  }
}
