import PolicyBytecode
import PolicySyntax

/// Turns `test` blocks into requests with their principals.
///
/// Each `as` replaces the one before, inside a `session` too. A request outside `session { … }` is a session of its own.
struct TestChecker {
  let names: NameTable
  let actions: ActionChecker
  let bag: DiagnosticBag

  private struct Identity {
    var principal: Principal
    var `protocol`: OperationProtocol
  }

  func check(_ test: TestDeclaration, in file: UInt32, name: String) -> CheckedTest {
    var identity: Identity?
    var isUnreadable = false
    var sessions: [CheckedTest.Session] = []
    func take(_ step: TestStep) -> CheckedTest.Request? {
      switch step {
      case .identity(let stated):
        identity = self.identity(stated, file)
        isUnreadable = identity == nil
        return nil
      case .request(let stated):
        guard let identity else {
          if !isUnreadable, test.isWhole {
            bag.report(
              .badTest, "nobody sends this request; put a line `as user \"…\" on PROTOCOL \"…\"` before it",
              at: SourceSpan(file: file, stated.range))
          }
          _ = stated.expectations.map { expectation($0, file) }
          return nil
        }
        return request(stated, identity, file)
      case .session(let steps, let range):
        let requests = steps.compactMap { inner -> CheckedTest.Request? in
          if case .session(_, let range) = inner {
            bag.report(.badTest, "sessions do not stand in one another", at: SourceSpan(file: file, range))
            return nil
          }
          return take(inner)
        }
        if requests.isEmpty, !steps.contains(where: \.isRequest) {
          bag.report(.badTest, "this session sends no request", at: SourceSpan(file: file, range))
        }
        if !requests.isEmpty { sessions.append(.init(requests: requests)) }
        return nil
      }
    }
    for next in test.steps {
      if let request = take(next) { sessions.append(.init(requests: [request])) }
    }
    return CheckedTest(name: name, span: SourceSpan(file: file, test.range), sessions: sessions)
  }

  private func identity(_ stated: TestIdentity, _ file: UInt32) -> Identity? {
    var principal = Principal()
    var isSound = true
    func fail(_ code: DiagnosticCode, _ message: String, _ range: SourceRange) {
      bag.report(code, message, at: SourceSpan(file: file, range))
      isSound = false
    }
    principal.user = stated.user?.value
    principal.groups = stated.groups.map(\.value)
    if let actor = stated.actor {
      if case .enumeration(let words) = Fact.actor.schema.type, !words.contains(actor.text) {
        fail(.unknownValue, "`\(actor.text)` is no actor; write \(quotedList(words, joiner: "or"))", actor.range)
      }
      principal.actor = actor.text
    }
    principal.client = stated.client?.value
    principal.claims = stated.claims.map { [$0.key.value, $0.value.value] }
    principal.target = stated.target?.value
    principal.labels = stated.labels.map { [$0.key.value, $0.value.value] }
    if let source = stated.source {
      if AddressParser.address(source.value) == nil {
        fail(.badAddress, "`\(source.value)` is no IP address", source.range)
      }
      principal.source = source.value
    }
    if let time = stated.time {
      principal.time = CalendarTime.seconds(time.value)
      if principal.time == nil {
        fail(.badTest, "`\(time.value)` is no moment; write it like `2026-11-20T10:00:00Z`", time.range)
      }
    }
    guard let found = protocolNamed(stated.protocol, file, bag), isSound else { return nil }
    return Identity(principal: principal, protocol: found)
  }

  private func request(_ stated: TestRequest, _ identity: Identity, _ file: UInt32) -> CheckedTest.Request? {
    let expectations = stated.expectations.map { expectation($0, file) }
    guard let payload = payload(stated, identity.protocol, file), !expectations.contains(where: { $0 == nil }) else {
      return nil
    }
    return CheckedTest.Request(
      principal: identity.principal, protocol: identity.protocol, payload: payload, response: stated.response?.value,
      expectations: joined(expectations.compactMap { $0 }), span: SourceSpan(file: file, stated.range))
  }

  /// The expectations, with all requirements of approval as one: together they are exactly those that are to be met.
  private func joined(_ expectations: [CheckedTest.Expectation]) -> [CheckedTest.Expectation] {
    var all: [Approval] = []
    var joined: [CheckedTest.Expectation] = []
    for expectation in expectations {
      if case .approve(let requirements?) = expectation { all += requirements } else { joined.append(expectation) }
    }
    return (all.isEmpty ? [] : [.approve(all)]) + joined
  }

  private func payload(
    _ stated: TestRequest, _ protocolOfRequest: OperationProtocol, _ file: UInt32
  ) -> CheckedTest.Payload? {
    let isHTTP = protocolOfRequest == .http || protocolOfRequest == .k8s
    if !isHTTP, let range = stated.headers.first?.name.range ?? stated.body?.range {
      bag.report(
        .badTest, "only `http` and `k8s` requests have headers and a body", at: SourceSpan(file: file, range))
      return nil
    }
    switch stated.payload {
    case .tool(let tool, let arguments):
      guard protocolOfRequest == .mcp else {
        bag.report(
          .badTest, "`tool` is a request on `mcp`, not on `\(protocolOfRequest.name)`",
          at: SourceSpan(file: file, tool.range))
        return nil
      }
      return .tool(tool.value, arguments: arguments?.json ?? "{}")
    case .text(let text):
      guard isHTTP else { return .text(text.value) }
      let words = text.value.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      if protocolOfRequest == .k8s, let program = words.first?.split(separator: "/").last,
        ["kubectl", "oc", "k"].contains(program), stated.headers.isEmpty, stated.body == nil
      {
        return .text(text.value)
      }
      guard words.count == 2, !words[0].isEmpty, words[0] == words[0].uppercased(), words[1].hasPrefix("/") else {
        bag.report(
          .badTest, "a request on `\(protocolOfRequest.name)` is written `METHOD /path`, as in `GET /customers/7`",
          at: SourceSpan(file: file, text.range))
        return nil
      }
      return .http(
        method: words[0], path: words[1], headers: stated.headers.map { [$0.name.value, $0.value.value] },
        body: stated.body?.value)
    }
  }

  private func expectation(_ stated: Expectation, _ file: UInt32) -> CheckedTest.Expectation? {
    switch stated {
    case .allow: return .allow
    case .block(let rules, _):
      let found = rules.map {
        names.resolve($0, in: .rule, from: file, orElse: .unknownRuleInTest, bag: bag).map {
          names.entries[$0].fullName
        }
      }
      return found.contains { $0 == nil } ? nil : .block(by: found.compactMap { $0 })
    case .approve(nil, _): return .approve(nil)
    case .approve(let requirement?, _):
      return actions.approval(requirement, in: file, isExpected: true).map { .approve([$0]) }
    case .masked(let text): return .masked(text.value)
    case .record(let level):
      if let found = RecordLevel(word: level.text) { return .record(found) }
      bag.report(
        .unknownValue,
        "`\(level.text)` is no level of recording; write \(quotedList(RecordLevel.allCases.map(\.word), joiner: "or"))",
        at: SourceSpan(file: file, level.range))
      return nil
    case .tag(let tag): return .tag(tag.value)
    }
  }
}

extension TestStep {
  fileprivate var isRequest: Bool {
    if case .request = self { return true }
    return false
  }
}
