import PatternMatching
import PolicyBytecode

/// Parts of a request that are not known though it is sent: a client on a command line reads them from a file or a
/// variable.
struct HTTPUnknownParts {
  var body = false
  var query = false
  /// The method or a part of the path, so that the request is not known at all.
  var request = false
  /// Values of these headers, their names in lower case.
  var headers: [[UInt8]] = []
  /// Headers whose names are not known either.
  var anyHeader = false
}

/// Decodes a payload of the protocol `http`: one request.
func decodeHTTP(_ payload: [UInt8], _ context: inout DecodeContext) {
  decodeHTTP(payload, unknown: HTTPUnknownParts(), &context)
}

/// Decodes a request of which parts are not known. Where a policy asks for one of these, the request stands as far as it
/// is known, and an `unparsed` operation for the rest.
func decodeHTTP(_ payload: [UInt8], unknown: HTTPUnknownParts, _ context: inout DecodeContext) {
  do throws(HTTPError) {
    guard !unknown.request else { throw HTTPError(.unknownCode) }
    let request = try HTTPRequest(payload)
    let entries = context.http.facts == context.http.places ? [] : request.declarations(&context)
    let found: HTTPRequest.Found
    do throws(HTTPError) {
      found = try request.values(&context.http, entries, unknown)
    } catch {
      if error.reason == .unknownCode { request.emit([], readsOtherCase: false, &context) }
      throw error
    }
    request.emit(found.values, readsOtherCase: false, &context)
    // Whether the server takes `{"Query":…}` for `{"query":…}` is not known: facts are judged either way.
    let facts = context.http.facts
    if found.values.contains(where: { $0.isFolded && $0.number <= facts }) {
      request.emit(found.values, readsOtherCase: true, &context)
    }
    if found.hasTwins, !context.isFull { context.unparsed(.http, .unsupported) }
    if request.target.isAmbiguous, !context.isFull { context.unparsed(.http, .syntax) }
    for entry in entries {
      let number = context.http.number(entry)
      var isFolded = false
      for value in found.values where value.number == number {
        if value.isFolded {
          isFolded = true
          continue
        }
        guard !context.isFull else { return }
        context.nested(entry.inner, in: .http, value.bytes)
      }
      if isFolded, !context.isFull { context.unparsed(entry.inner, in: .http, .unsupported) }
    }
  } catch {
    context.unparsed(.http, error.reason)
  }
}

/// A request that was read.
struct HTTPRequest {
  let bytes: [UInt8]
  let head: HTTPHead
  let body: HTTPBody
  /// In upper case.
  let method: [UInt8]
  let target: HTTPTarget
  let host: [UInt8]?

  init(_ bytes: [UInt8]) throws(HTTPError) {
    self.bytes = bytes
    head = try HTTPHead(bytes)
    var target = try HTTPTarget(bytes, head.target, method: head.method)
    var host: [UInt8]?
    if let field = try head.only("host", bytes) { host = try HTTPHost.canonical(bytes[field.value.range]) }
    // Which of two hosts is the one that counts is not the same for all servers.
    if let named = target.host, let host, named != host, !target.path.isEmpty { target.isAmbiguous = true }
    self.host = target.host ?? host
    self.target = target
    body = try head.body(bytes)
    method = bytes[head.method.range].map(HTTPBytes.upper)
  }

  /// The method and the path; of CONNECT the host.
  var command: [UInt8] {
    var command: [UInt8] = []
    command.reserveCapacity(method.count + 1 + target.path.count)
    command += method
    command.append(Ascii.space)
    command += target.path.isEmpty ? host ?? [] : target.path
    return command
  }

  /// Emits the request as servers read it that tell members apart by the case of their letters, or that do not.
  func emit(_ values: [HTTPInterest.Value], readsOtherCase: Bool, _ context: inout DecodeContext) {
    let known = context.http.facts
    context.operation(.http) { facts, demand in
      if demand.contains(.command) { facts.add(.command, command) }
      if demand.contains(.httpMethod) { facts.add(.httpMethod, method) }
      if demand.contains(.httpHost), let host { facts.add(.httpHost, host) }
      if demand.contains(.httpPath) { facts.add(.httpPath, target.path) }
      for value in values where value.number <= known && (readsOtherCase || !value.isFolded) {
        facts.add(value.fact, key: value.number, value.bytes)
      }
    }
  }

  /// The `decode` declarations that speak of the request.
  func declarations(_ context: inout DecodeContext) -> [DecodeTable.Entry] {
    context.decodes.matching(.http, scratch: &context.patternScratch) { word in
      switch word {
      case "host": host ?? []
      case "method": method
      default: target.path
      }
    }
  }

  struct Found {
    var values: [HTTPInterest.Value] = []
    /// Which members of a body a fact reads depends on the server: two have one name but for its case.
    var hasTwins = false
  }

  /// The values that facts and declarations ask for.
  func values(
    _ interest: inout HTTPInterest, _ entries: [DecodeTable.Entry], _ unknown: HTTPUnknownParts
  ) throws(HTTPError) -> Found {
    var all = Found()
    if !interest.headers.isEmpty { try addHeaders(interest.headers, unknown, &all.values) }
    if interest.asksForParameters || entries.contains(where: { $0.place.word == "query" }) {
      if unknown.query { throw HTTPError(.unknownCode) }
      if target.query.count > 0 { try addParameters(interest.parameters, &all.values) }
    }
    let isDeclared = entries.contains { $0.place.word == "body" }
    if interest.asksForBody || isDeclared {
      if unknown.body { throw HTTPError(.unknownCode) }
      let found = try HTTPBodyReader.values(body, head, bytes, &interest.body)
      // What a declaration says to be there is judged, or the request is not read.
      if isDeclared, !found.isKnown { throw HTTPError(.unsupported) }
      for value in found.values {
        all.values.append(
          .init(fact: .httpBody, number: value.key, bytes: value.bytes, isFolded: value.isFolded))
      }
      all.hasTwins = interest.asksForBody && found.hasTwins
    }
    return all
  }

  private func addHeaders(
    _ names: [HTTPInterest.Name], _ unknown: HTTPUnknownParts, _ values: inout [HTTPInterest.Value]
  ) throws(HTTPError) {
    if unknown.anyHeader { throw HTTPError(.unknownCode) }
    for name in names where unknown.headers.contains(name.bytes) { throw HTTPError(.unknownCode) }
    for field in head.fields {
      for name in names where matches(name.bytes, field.name) {
        let value = bytes[field.value.range]
        guard HTTPBytes.isText(value) else { throw HTTPError(.encoding) }
        values.append(.init(fact: .httpHeader, number: name.number, bytes: Array(value)))
      }
    }
  }

  private func matches(_ name: [UInt8], _ range: ByteRange) -> Bool {
    guard name.count == range.count else { return false }
    let start = Int(range.start)
    for index in name.indices where HTTPBytes.lower(bytes[start + index]) != name[index] { return false }
    return true
  }

  private func addParameters(
    _ names: [HTTPInterest.Name], _ values: inout [HTTPInterest.Value]
  ) throws(HTTPError) {
    try HTTPParameters.forEach(bytes[target.query.range]) { (parameter, value) throws(HTTPError) in
      for name in names where name.bytes == parameter {
        values.append(.init(fact: .httpQuery, number: name.number, bytes: try HTTPParameters.decoded(value)))
      }
    }
  }
}
