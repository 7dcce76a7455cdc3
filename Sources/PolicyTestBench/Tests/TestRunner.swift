import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicyRuntime
import PolicySyntax

/// Runs the `test` blocks of a policy set and pinned fixtures against an engine, and collects what does not hold.
public struct TestRunner {
  public private(set) var report = TestReport()
  private let judge: Judge
  private let displayNames: [String: String]
  private let locate: (SourceSpan) -> String
  private let reasons: VerdictReasons?
  private var sessions = SessionTags()

  private let clock = ContinuousClock()

  /// `locate` prints where a span stands, as `file:line`; `keepsLog` asks for ``TestReport/log``. With `reasons`
  /// failures of `test` blocks say why.
  public init(
    policy: CheckedPolicy, keepsLog: Bool = false, reasons: VerdictReasons? = nil,
    locate: @escaping (SourceSpan) -> String, judge: @escaping Judge
  ) {
    self.reasons = reasons
    self.judge = judge
    self.locate = locate
    if keepsLog { report.log = TestLog() }
    displayNames = Dictionary(policy.rules.map { ($0.fullName, $0.displayName) }) { first, _ in first }
  }

  /// Why nothing can be masked.
  private static let lackOfResponse = "; there is no response to mask: say what comes back with `returns \"…\"`"

  /// Runs one `test` block.
  public mutating func run(_ test: CheckedTest) {
    report.tests += 1
    for session in test.sessions {
      var tags: [String] = []
      for request in session.requests {
        report.testRequests += 1
        let start = clock.now
        let outcome = judge(JudgedRequest(request), tags)
        let seconds = (clock.now - start) / .seconds(1)
        let failed = request.expectations.filter { !holds($0, outcome) }
        var failure: TestReport.Failure?
        if !failed.isEmpty {
          report.failedRequests += 1
          let reason = reasons?.reason(JudgedRequest(request), tags, failed.map(wish))
          failure = TestReport.Failure(
            name: test.name, location: locate(request.span), request: request.payload.line,
            expected: failed.map(phrase).joined(separator: ", "),
            actual: outcome.phrase(reason?.decision, tellsRecord: failed.contains(where: \.isOfRecord))
              + (failed.contains(where: \.isMasked) && request.response == nil ? Self.lackOfResponse : ""),
            because: reason?.because ?? [])
        }
        if let failure { report.add(failure) }
        if report.log != nil {
          let (file, line) = fileAndLine(locate(request.span))
          report.log?.add(
            TestLog.Case(
              name: test.name, line: line, span: request.span, request: request.payload.line, seconds: seconds,
              failure: failure), to: file, isFixtures: false)
        }
        for tag in outcome.tags where !tags.contains(tag) { tags.append(tag) }
      }
    }
  }

  /// Judges a fixture and holds it against what it pins. `location` is its `file:line`.
  @discardableResult
  public mutating func run(_ fixture: Fixture, location: String) -> Outcome {
    let start = clock.now
    var judged: (request: JudgedRequest, tags: [String])?
    let outcome = sessions.judge(fixture) { [judge] in
      judged = ($0, $1)
      return judge($0, $1)
    }
    let seconds = (clock.now - start) / .seconds(1)
    let (file, line) = fileAndLine(location)
    let reason = judged.flatMap { reasons?.reason(fixture, outcome, $0.request, $0.tags) }
    report.add(fixture, outcome, reason, seconds: seconds, file: file, line: line)
    return outcome
  }

  private func holds(_ expectation: CheckedTest.Expectation, _ outcome: Outcome) -> Bool {
    switch expectation {
    case .allow: outcome.decision == .allow
    case .block(let rules):
      outcome.decision == .block && rules.allSatisfy { outcome.rules.contains(displayNames[$0] ?? $0) }
    case .approve(nil): outcome.decision == .approve
    case .approve(let requirements?):
      outcome.decision == .approve && requirements.count == outcome.approvals.count
        && requirements.allSatisfy { stated in outcome.approvals.contains { ApprovalRequirement(stated).isMet(by: $0) }
        }
        && outcome.approvals.allSatisfy { asked in requirements.contains { ApprovalRequirement($0).isMet(by: asked) } }
    case .masked(let text): outcome.responseText?.contains(text) == true
    case .record(let level): outcome.record == level
    case .tag(let name): outcome.tags.contains(name)
    }
  }

  private func wish(_ expectation: CheckedTest.Expectation) -> VerdictReasons.Wish {
    switch expectation {
    case .allow: .decision(.allow, by: [])
    case .block(let rules): .decision(.block, by: rules.map { displayNames[$0] ?? $0 })
    case .approve: .decision(.approve, by: [])
    case .masked: .action(.mask)
    case .record: .action(.record)
    case .tag: .action(.tag)
    }
  }

  private func phrase(_ expectation: CheckedTest.Expectation) -> String {
    switch expectation {
    case .allow: "allow"
    case .block(let rules):
      rules.isEmpty ? "block" : "block by " + rules.map { displayNames[$0] ?? $0 }.joined(separator: ", ")
    case .approve(nil): "approve"
    case .approve(let requirements?):
      "approve " + requirements.map { ApprovalRequirement($0).policyText }.joined(separator: " and ")
    case .masked(let text): "masked \"\(printable(text))\""
    case .record(let level): "record \(level.word)"
    case .tag(let name): "tag \"\(printable(name))\""
    }
  }
}

extension Outcome {
  /// What happened, in the words of an expectation; the decision in those given.
  func phrase(_ stated: String?, tellsRecord: Bool) -> String {
    var text = stated ?? decision.word + (rules.isEmpty ? "" : " by " + rules.joined(separator: ", "))
    if decision == .approve { text += ": " + approvals.map(\.policyText).joined(separator: " and ") }
    if tellsRecord || record != .none { text += ", record \(record.word)" }
    if !tags.isEmpty { text += ", tag " + tags.map { "\"\(printable($0))\"" }.joined(separator: ", ") }
    if let response = responseText { text += ", response \"\(printable(String(response.prefix(200))))\"" }
    return text
  }
}

extension CheckedTest.Expectation {
  fileprivate var isMasked: Bool {
    if case .masked = self { return true }
    return false
  }

  fileprivate var isOfRecord: Bool {
    if case .record = self { return true }
    return false
  }
}

extension CheckedTest.Payload {
  /// In one line, as a test writes it.
  fileprivate var line: String {
    switch self {
    case .text(let text): "\"\(printable(text))\""
    case .tool(let name, let arguments): "tool \"\(printable(name))\" \(printable(arguments))"
    case .http(let method, let path, _, _): "\"\(printable(method + " " + path))\""
    }
  }
}

extension JudgedRequest {
  /// The request that a test states.
  init(_ request: CheckedTest.Request) {
    let payload: RequestPayload
    switch request.payload {
    case .text(let text): payload = .text([UInt8](text.utf8))
    case .http(let method, let path, let headers, let body):
      payload = .http(method: method, path: path, headers: headers, body: body)
    case .tool(let name, let arguments):
      // The checker has read the arguments as JSON; were they not, they would be judged as the text they are.
      let value = (try? JSONValue(parsing: arguments)) ?? .string(arguments)
      let call = JSONValue.object([.init("name", .string(name)), .init("arguments", value)])
      payload = .message(
        .object([
          .init("jsonrpc", .string("2.0")), .init("id", .number("1")), .init("method", .string("tools/call")),
          .init("params", call),
        ]))
    }
    self.init(
      principal: request.principal, protocol: request.protocol, payload: payload,
      response: request.response.map { .string($0) })
  }
}

extension ApprovalRequirement {
  /// The requirement that a test states.
  fileprivate init(_ stated: Approval) {
    self.init(
      groups: stated.groups, count: Int(stated.count), within: stated.within.map(Int.init), question: stated.question)
  }

  /// Whether this stated requirement is `actual`: the groups and the count, and the time where it is given.
  fileprivate func isMet(by actual: ApprovalRequirement) -> Bool {
    groups == actual.groups && count == actual.count && (within == nil || within == actual.within)
  }
}
