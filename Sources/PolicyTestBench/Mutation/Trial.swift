import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicySyntax

/// Requests that are judged in order, the session's tags carrying over, and what is expected of them: a session of a
/// test, or the fixtures of a session.
struct Trial {
  enum Content {
    /// A test with this session only, and which of its sessions it is.
    case test(CheckedTest, session: Int)
    case fixtures([Fixture])
  }

  let content: Content
  let requests: [JudgedRequest]

  /// The sessions of the tests.
  static func trials(of tests: [CheckedTest]) -> [Trial] {
    tests.flatMap { test in
      test.sessions.enumerated().map { number, session in
        Trial(
          content: .test(CheckedTest(name: test.name, span: test.span, sessions: [session]), session: number),
          requests: session.requests.map(JudgedRequest.init))
      }
    }
  }

  /// The sessions of fixtures, in the order of their first lines.
  static func trials(of fixtures: [Fixture]) -> [Trial] {
    var order: [[Fixture]] = []
    var places: [String: Int] = [:]
    for fixture in fixtures {
      if let session = fixture.session, let place = places[session] {
        order[place].append(fixture)
      } else {
        if let session = fixture.session { places[session] = order.count }
        order.append([fixture])
      }
    }
    return order.map { Trial(content: .fixtures($0), requests: $0.map(JudgedRequest.init)) }
  }

  /// Whether anything is expected of it.
  var isPinned: Bool {
    switch content {
    case .test: true
    case .fixtures(let fixtures): fixtures.contains { $0.expect != nil }
    }
  }

  /// The trial as the changed policy states it: expectations may name lists.
  func restated(by tests: [CheckedTest]) -> Trial {
    guard case .test(let test, let number) = content, let other = tests.first(where: { $0.name == test.name }),
      number < other.sessions.count
    else { return self }
    var restated = other
    restated.sessions = [other.sessions[number]]
    return Trial(content: .test(restated, session: number), requests: requests)
  }

  /// Runs it; false at the first expectation that does not hold. What cannot be evaluated holds.
  func holds(_ runner: inout TestRunner) -> Bool {
    let before = runner.report.failedRequests + runner.report.failedFixtures
    switch content {
    case .test(let test, _): runner.run(test)
    case .fixtures(let fixtures): for fixture in fixtures { runner.run(fixture, location: "") }
    }
    return runner.report.failedRequests + runner.report.failedFixtures == before
  }
}

extension [JudgedRequest] {
  /// Judges the requests of a session in order, its tags carrying over.
  func outcomes(_ judge: Judge) -> [Outcome] {
    var tags: [String] = []
    return map { request in
      let outcome = judge(request, tags)
      for tag in outcome.tags where !tags.contains(tag) { tags.append(tag) }
      return outcome
    }
  }

  /// The test of the last request after the others, of which only what it depends on is stated; nil where a test cannot
  /// state one.
  func testLine(_ outcomes: [Outcome], expecting expectations: [String]) -> TestLine? {
    guard let last else { return nil }
    let before = zip(self, outcomes).dropLast().map { request, outcome in
      TestLine(request, expecting: [outcome.decision.word] + outcome.tags.map { "tag " + literalText($0) })
    }
    guard !before.contains(where: { $0 == nil }) else { return nil }
    return TestLine(last, expecting: expectations, after: before.compactMap { $0 })
  }
}
