import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine

/// Access logs in JSON, an object a line, as nginx, Envoy and their kin write them. The names of members are the site's
/// own: the usual ones are known, others are mapped.
struct AccessLog: LogImporter {
  private let mapping: [String: String]

  init(_ mapping: [String: String]) { self.mapping = mapping }

  /// The fields that can be mapped, and the names that are tried without.
  static let fields: [(name: String, usual: [String])] = [
    ("method", ["method", "request_method", "http_method", "verb", ":method"]),
    ("path", ["path", "request_uri", "uri", "url", "request_path", ":path", "http_path"]),
    ("query", ["query", "query_string", "args"]),
    ("request", ["request", "request_line"]),
    ("host", ["host", "http_host", "authority", ":authority", "server_name"]),
    ("status", ["status", "response_code", "status_code"]),
    ("user", ["remote_user", "user", "username"]),
    ("source", ["remote_addr", "client_ip", "remote_ip", "downstream_remote_address", "source", "client"]),
    ("time", ["time_iso8601", "timestamp", "start_time", "@timestamp", "time", "time_local", "msec", "ts"]),
    ("client", ["http_user_agent", "user_agent", "userAgent"]),
    ("body", ["request_body"]),
    ("response", ["response_body", "resp_body"]),
    ("session", ["session"]),
    ("id", ["request_id", "x_request_id", "id"]),
  ]

  static func isField(_ name: String) -> Bool { name.hasPrefix("header.") || fields.contains { $0.name == name } }

  /// Whether a record has a method and a path under usual names.
  static func recognises(_ value: JSONValue) -> Bool {
    let log = AccessLog([:])
    return log.field("request", value).flatMap(requestLine) != nil
      || log.field("method", value) != nil && log.field("path", value) != nil && log.field("status", value) != nil
  }

  mutating func take(_ record: LogRecord, _ output: inout ImportOutput) {
    output.attempt(record) { output throws(ImportError) in
      let value = try record.object()
      let line = field("request", value).flatMap(Self.requestLine)
      guard let method = field("method", value) ?? line?.method else { throw Self.unmapped("method", value) }
      guard var path = field("path", value) ?? line?.path else { throw Self.unmapped("path", value) }
      var host = field("host", value)
      if let parts = HTTPRecord.parts(path) { (host, path) = (host ?? parts.host, parts.path) }
      if !path.contains("?"), let query = field("query", value) { path += (query.hasPrefix("?") ? "" : "?") + query }
      let client = field("client", value)
      var headers: [[String]] = []
      if let client { headers.append(["User-Agent", client]) }
      for (name, member) in mapping.sorted(by: { $0.key < $1.key }) where name.hasPrefix("header.") {
        if let text = Self.member(member, value) { headers.append([String(name.dropFirst("header.".count)), text]) }
      }
      let body = field("body", value)
      var fixture = Fixture(
        protocol: output.options.protocol ?? .http,
        payload: .http(method: method, path: path, headers: HTTPRecord.headers(headers, host: host), body: body))
      fixture.id = field("id", value).map { .string($0) } ?? output.id(record.line)
      fixture.session = field("session", value)
      fixture.principal.user = field("user", value)
      fixture.principal.source = field("source", value).flatMap { LogAddress.address($0) }
      fixture.principal.time = field("time", value).flatMap {
        LogTime.epoch($0) ?? LogTime.seconds($0, utcOffset: output.options.utcOffset)
      }
      fixture.principal.client = client
      fixture.principal.target = host
      fixture.missing = [.headers]
      if body == nil, ["POST", "PUT", "PATCH"].contains(method.uppercased()) { fixture.missing.insert(.body) }
      if let text = field("response", value) {
        fixture.response = HTTPRecord.answer(
          status: field("status", value).flatMap { Int($0) }, headers: [], body: text)
      } else {
        fixture.missing.insert(.response)
      }
      output.make(fixture)
    }
  }

  private func field(_ name: String, _ value: JSONValue) -> String? {
    if let mapped = mapping[name] { return Self.member(mapped, value) }
    guard let usual = Self.fields.first(where: { $0.name == name })?.usual else { return nil }
    for name in usual {
      if let text = Self.member(name, value) { return text }
    }
    return nil
  }

  /// The member of that name, or else what the path of names, parted by dots, leads to. `-` stands for nothing.
  private static func member(_ name: String, _ value: JSONValue) -> String? {
    let found = value[name] ?? name.split(separator: ".").reduce(value as JSONValue?) { $0?[String($1)] }
    guard let word = found?.word, word != "-" else { return nil }
    return word
  }

  /// Method and target of `GET /x HTTP/1.1`.
  private static func requestLine(_ text: String) -> (method: String, path: String)? {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, words[2].hasPrefix("HTTP/") else { return nil }
    return (String(words[0]), String(words[1]))
  }

  private static func unmapped(_ field: String, _ value: JSONValue) -> ImportError {
    guard case .object(let members) = value else { return ImportError("expected an object") }
    let names = members.prefix(8).map { "`\($0.key)`" }.joined(separator: ", ")
    return ImportError(
      "no member is known for the \(field); say which it is with `--map \(field)=NAME` (it has \(names))")
  }
}
