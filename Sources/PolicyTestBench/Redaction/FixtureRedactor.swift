import JSONText
import Operations
import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime
import Responses

/// Replaces the values of fixtures by keyed tokens, and records how the tests of policies on them came out, so that what
/// is left replays to the same verdicts.
///
/// Structure stays: programs, flags, statements, names of tables, paths but for what names a thing in them. What a
/// payload became is decoded and compared with what it was; where it is something else it is withheld as a whole.
public final class FixtureRedactor {
  public private(set) var report = RedactionReport()
  private let recorders: [TruthRecorder]
  private let tokens: ValueTokens
  private let redactsPrincipals: Bool
  /// Decodes for all facts, and keeps the payloads that others carry.
  private var context: DecodeContext

  /// Redacts under `policies`, of which the first says what payloads hold. Principals are their users' names, claims
  /// and addresses, and the names of sessions and fixtures.
  public init(_ policies: [LoadedPolicy], key: [UInt8], principals: Bool = false, clock: Int64) {
    precondition(!policies.isEmpty, "a redaction records the truth of some policy's tests")
    recorders = policies.map { TruthRecorder($0, clock: clock) }
    tokens = ValueTokens(key: key)
    redactsPrincipals = principals
    var demand = policies[0].demand
    demand.facts = .all
    context = DecodeContext(demand: demand)
  }

  /// The fixture without its values. One that is redacted stays as it is: what it recalls cannot be asked again.
  public func redact(_ fixture: Fixture) -> Fixture {
    report.fixtures += 1
    guard fixture.redacted == nil else {
      report.unchanged += 1
      return fixture
    }
    var result = fixture
    var recorded = RecordedTests(facts: FactSet())
    redactPayload(of: &result, &recorded)
    redactResponse(of: &result, &recorded)
    if redactsPrincipals { redactPrincipal(of: &result, &recorded) }
    guard !recorded.facts.isEmpty else { return fixture }
    report.redacted += 1
    if recorded.isWithheld { report.withheld += 1 }
    record(JudgedRequest(fixture), &recorded)
    result.redacted = recorded
    return result
  }

  // MARK: - Payloads

  private func decode(_ protocol: OperationProtocol, _ payload: RequestPayload) -> OperationShape {
    context.carriedPayloads = []
    context.decode(`protocol`, payload.bytes)
    return OperationShape(context.batch)
  }

  private func redactPayload(of fixture: inout Fixture, _ recorded: inout RecordedTests) {
    context.target = [UInt8]((fixture.principal.target ?? "").utf8)
    let shape = decode(fixture.protocol, fixture.payload)
    let carried = context.carriedPayloads ?? []
    let original = fixture.payload.bytes
    if shape.isReadable {
      var rewriter = PayloadRewriter(tokens)
      rewriter.kept = shape.words
      rewriter.flags = shape.flags
      for (inner, payload) in carried { rewriter.carried[payload] = inner }
      var languages: [OperationProtocol] = []
      for language in carried.map(\.protocol) + shape.operations.map(\.protocol) + [.shell]
      where !languages.contains(language) { languages.append(language) }
      for innerLanguages in [[], languages] {
        rewriter.innerLanguages = innerLanguages
        guard let payload = rewriter.rewrite(fixture.protocol, fixture.payload) else { continue }
        if payload.bytes == original { return }
        guard let changed = shape.valueFacts(changedIn: decode(fixture.protocol, payload)) else { continue }
        fixture.payload = payload
        recorded.facts = changed.union(shape.keyedFacts).union(FactSet([.text, .textDetector]))
        return
      }
    }
    fixture.payload = .text(tokens.word(original))
    recorded.facts = Engine.decodedFacts
    recorded.isWithheld = true
  }

  // MARK: - Responses

  private func redactResponse(of fixture: inout Fixture, _ recorded: inout RecordedTests) {
    // What a server says of its tools is nobody's data, and tells what calls of them mean.
    guard let response = fixture.response, !JudgedRequest(fixture).listsTools else { return }
    var rewriter = PayloadRewriter(tokens)
    let redacted = rewriter.response(response, of: fixture.protocol)
    guard redacted != response else { return }
    fixture.response = redacted
    recorded.facts = recorded.facts.union(FactSet([.responseDetector, .responseBytes]))
    let before = responseFacts(Response(response), detectors: nil)
    let after = responseFacts(Response(redacted), detectors: nil)
    if before.rows != after.rows { recorded.facts.insert(.responseRows) }
    if before.status != after.status { recorded.facts.insert(.responseStatus) }
    report.droppedMasked += fixture.expect?.masked?.count ?? 0
    fixture.expect?.masked = nil
  }

  // MARK: - Principals

  private func redactPrincipal(of fixture: inout Fixture, _ recorded: inout RecordedTests) {
    if let user = fixture.principal.user {
      fixture.principal.user = word(user)
      recorded.facts.insert(.user)
    }
    if !fixture.principal.claims.isEmpty {
      fixture.principal.claims = fixture.principal.claims.map { [$0[0], word($0[1])] }
      recorded.facts.insert(.claim)
    }
    if fixture.principal.source != nil {
      fixture.principal.source = nil
      recorded.facts.insert(.source)
    }
    // They are made of names, as a rule.
    fixture.session = fixture.session.map(word)
    fixture.id = fixture.id.map { .string(word($0.string ?? $0.text)) }
  }

  private func word(_ value: String) -> String { String(decoding: tokens.word(value.utf8), as: UTF8.self) }

  // MARK: - Tests

  private func record(_ request: JudgedRequest, _ recorded: inout RecordedTests) {
    for (number, recorder) in recorders.enumerated() {
      let operations = recorder.record(request, on: recorded.facts)
      if number == 0 {
        recorded.operations = operations.map { RecordedTests.Operation($0.protocol, unparsed: $0.unparsed) }
      }
      let isSame =
        operations.count == recorded.operations.count
        && zip(operations, recorded.operations).allSatisfy { $0.protocol == $1.protocol && $0.unparsed == $1.unparsed }
      guard isSame else {
        report.otherOperations += 1
        continue
      }
      for (index, operation) in operations.enumerated() {
        for (test, outcome) in operation.tests {
          if recorder.sharedTests.contains(test) {
            recorded.tests[test] = outcome
          } else {
            recorded.operations[index].tests[test] = outcome
          }
        }
      }
    }
  }
}

extension PayloadRewriter {
  /// A payload in the form that it has; nil where it cannot be taken apart.
  fileprivate mutating func rewrite(_ protocol: OperationProtocol, _ payload: RequestPayload) -> RequestPayload? {
    switch payload {
    case .text(let bytes): return rewrite(`protocol`, bytes).map { .text($0) }
    case .message(let value): return .message(message(value))
    case .http(let method, let path, let headers, let body):
      let body = body.map { self.body($0, headers: headers, `protocol`) }
      let headers = measured(self.headers(headers), body?.utf8.count ?? 0)
      return .http(method: method, path: requestTarget(path, `protocol`), headers: headers, body: body)
    }
  }

  /// What a target answered, in the form that it has.
  fileprivate mutating func response(_ value: JSONValue, of protocol: OperationProtocol) -> JSONValue {
    switch Response(value) {
    case .table:
      guard case .object(let members) = value else { return json(value) }
      return .object(members.map { .init($0.key, $0.key == "rows" ? json($0.value) : $0.value) })
    case .http(_, let headers, _):
      guard case .object(let members) = value else { return json(value) }
      return .object(
        members.map { member in
          switch member.key {
          case "headers": .init(member.key, .array(self.headers(headers).map { .array($0.map { .string($0) }) }))
          case "body":
            .init(member.key, member.value.string.map { .string(document($0)) } ?? json(member.value))
          default: member
          }
        })
    case .text(let bytes): return .string(document(String(decoding: bytes, as: UTF8.self)))
    case .json: return `protocol` == .mcp ? answer(value) : json(value)
    }
  }
}
