import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine

extension Fixture {
  /// Writes the fixture as a line of JSON, which ``FixtureParser`` reads as what it was. Text must be UTF-8.
  public func write(to writer: inout JSONWriter) {
    writer.object { writer in
      if let id {
        writer.key("id")
        writer.value(id)
      }
      if let time = principal.time { writer.member("time", Timestamp.text(time)) }
      writePrincipal(to: &writer)
      writer.member("protocol", `protocol`.name)
      if let target = principal.target { writer.member("target", target) }
      writer.pairs("labels", principal.labels)
      if let source = principal.source { writer.member("source", source) }
      if let session { writer.member("session", session) }
      writer.key("request")
      payload.write(to: &writer)
      if let response {
        writer.key("response")
        writer.value(response)
      }
      writeExpectation(to: &writer)
      if !missing.isEmpty {
        writer.key("missing")
        writer.strings(MissingPart.allCases.filter(missing.contains).map(\.rawValue))
      }
      if let redacted {
        writer.key("redacted")
        redacted.write(to: &writer)
      }
      if let recorded {
        writer.key("recorded")
        writer.object { writer in
          if let decision = recorded.decision { writer.member("decision", decision.word) }
          if let policy = recorded.policy { writer.member("policy", policy) }
        }
      }
    }
    writer.newline()
  }

  private func writePrincipal(to writer: inout JSONWriter) {
    let principal = principal
    let isSaid =
      principal.user != nil || !principal.groups.isEmpty || principal.actor != "human" || principal.client != nil
      || !principal.claims.isEmpty
    guard isSaid else { return }
    writer.key("principal")
    writer.object { writer in
      if let user = principal.user { writer.member("user", user) }
      if !principal.groups.isEmpty {
        writer.key("groups")
        writer.strings(principal.groups)
      }
      if principal.actor != "human" { writer.member("actor", principal.actor) }
      if let client = principal.client { writer.member("client", client) }
      writer.pairs("claims", principal.claims)
    }
  }

  private func writeExpectation(to writer: inout JSONWriter) {
    guard let expect else { return }
    writer.key("expect")
    writer.object { writer in
      if let decision = expect.decision { writer.member("decision", decision.word) }
      if let rules = expect.rules {
        writer.key("rules")
        writer.strings(rules)
      }
      if let masked = expect.masked {
        writer.key("masked")
        writer.strings(masked)
      }
      if let record = expect.record { writer.member("record", record.word) }
    }
  }
}

extension RequestPayload {
  fileprivate func write(to writer: inout JSONWriter) {
    switch self {
    case .text(let bytes): writer.string(String(decoding: bytes, as: UTF8.self))
    case .message(let value): writer.value(value)
    case .http(let method, let path, let headers, let body):
      writer.object { writer in
        writer.member("method", method)
        writer.member("path", path)
        if !headers.isEmpty {
          writer.key("headers")
          writer.array { writer in for header in headers { writer.strings(header) } }
        }
        if let body { writer.member("body", body) }
      }
    }
  }
}

extension JSONWriter {
  /// Names and values as an object; a name that comes several times has an array.
  fileprivate mutating func pairs(_ name: String, _ pairs: [[String]]) {
    guard !pairs.isEmpty else { return }
    var names: [String] = []
    var values: [String: [String]] = [:]
    for pair in pairs where pair.count == 2 {
      if values[pair[0]] == nil { names.append(pair[0]) }
      values[pair[0], default: []].append(pair[1])
    }
    key(name)
    object { writer in
      for name in names {
        let all = values[name] ?? []
        writer.key(name)
        if all.count == 1 { writer.string(all[0]) } else { writer.strings(all) }
      }
    }
  }
}
