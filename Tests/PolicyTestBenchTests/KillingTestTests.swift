import PolicyBytecode
import PolicyCompiler
import PolicySyntax
import PolicyTestBench
import Testing

private func open(_ text: String) throws -> EditablePolicySet {
  let reader = SourceReader.inMemory(["p.hpol": [UInt8](text.utf8)])
  return try #require(EditablePolicySet.open(["p.hpol"], reader, now: 0))
}

/// How many expectations do not hold; nil where the policy has errors.
private func failures(_ text: [UInt8]) throws -> Int? {
  let build = PolicyBuild(roots: ["p.hpol"], reader: .inMemory(["p.hpol": text]), now: 0, toolVersion: "")
  guard let policy = build.policy, let bundle = build.bundle else { return nil }
  var runner = TestRunner(policy: policy, locate: { _ in "" }, judge: try Engine(bundle, clock: 0).judge)
  for test in policy.tests { runner.run(test) }
  return runner.report.failedRequests
}

/// The text with the line of a test put into a block of its own.
private func text(_ bytes: [UInt8], with test: TestLine) -> [UInt8] {
  bytes + ("\ntest added {\n" + test.lines.joined(separator: "\n") + "\n}\n").utf8
}

/// Expects that every survivor comes with a test, which holds of the policy and fails of the mutant; the tests.
@discardableResult
private func expectTests(_ policy: String, atLeast: Int) throws -> [String] {
  let set = try open(policy)
  let run = try MutationRun(set, fixtures: [], clock: 0)
  var missing: [String] = []
  var found: [String] = []
  for result in run.results {
    guard case .survived(let survival) = result.fate else { continue }
    let change = result.mutant.change(in: set.sources)
    guard let test = survival.test else {
      missing.append("\(result.mutant.operation.rawValue): \(change.before) -> \(change.after)")
      continue
    }
    found.append(test.request)
    #expect(try failures(text([UInt8](policy.utf8), with: test)) == 0, "\(change): \(test)")
    #expect(try (failures(text(result.mutant.text(in: set.sources), with: test)) ?? 0) > 0, "\(change): \(test)")
  }
  #expect(missing == [], "\(missing.joined(separator: "\n"))")
  #expect(found.count >= atLeast)
  return found
}

/// What one line kills is found: values of lists and globs at both sides of an edit, one more element, numbers beside a
/// bound, a text inside a statement.
@Test func simpleSurvivorsGetATest() throws {
  let rules = """
    hpol 1
    default allow
    list ops = ["ana", "bob"]
    rule bounded {
      when   sql.verb in [update, delete] and target like ["prod-*", "stage-*"]
      unless user in ops
      unless source within ["10.0.0.0/8", "192.168.0.0/16"] and actor in [human, service]
      block
    }
    rule rm {
      when shell.path like ["/srv/**", "/var/*"] and shell.program is "rm" and shell.flag in ["-r", "-f"]
      block
    }
    rule all-paths { when all shell.path like "/srv/**" and shell.program is "chmod" block }
    rule admin { when http.path like "/admin/**" and http.method is not "GET" block }
    rule no-drop { when sql.verb in [drop, truncate] unless all sql.table like "tmp_*" block }
    rule named { when text contains "Secret" ignoring case and sql.joins > 1 block }
    rule few { when sql.limit >= 100 and sql.verb is select and user starts with "svc" ignoring case block }

    """
  try expectTests(rules, atLeast: 60)
}

/// Several values under one key, where not all are alike; bodies, queries and headers; approvals that are one more; paths
/// that are only read; lines of curl and kubectl.
@Test func survivorsOfQuantifiersAndApprovalsGetATest() throws {
  let found = try expectTests(
    #"""
    hpol 1
    default allow
    rule query { when http.query["format"] in ["csv", "xlsx"] and http.method is "GET" block }
    rule header { when http.header["x-target"] matches /Delete[A-Z]/ block }
    rule body { when k8s.body["rules[*].verbs"] is "*" or k8s.body["$..hostPath.path"] like "/etc/*" block }
    rule one { when shell.program is "az" and shell.argument contains "delete" approve by "cloud" within 30m }
    rule two {
      when shell.program is "az" and shell.argument contains "policy" and shell.argument in ["delete", "create"]
      approve by "cloud" within 1h
    }
    rule files { when shell.path in ["/var/log/syslog", "/var/log/wtmp"] and shell.program is "wipe" block }
    rule host { when http.host like ["metadata:*", "\\[fe80:*"] block }
    rule devices { when shell.argument matches /^(of=)?\/dev\/sd[a-z]$/ and shell.program is "dd" block }
    """#, atLeast: 20)
  #expect(found.contains { $0.hasSuffix("=> approve by \"cloud\" within 30m, approve by \"cloud\" within 1h") })
}

/// What a session has seen before is part of the test: requests that mark it, and lists of tools.
@Test func survivorsOfSessionsGetASession() throws {
  let policy = """
    hpol 1
    default allow
    rule marks { when shell.program in ["curl", "wget"] tag "downloaded" }
    rule runs { when session has "downloaded" and shell.program in ["sh", "bash"] block }
    rule tools { when mcp.destructive and mcp.tool like ["run*", "exec*"] and actor is agent block }
    rule others { when mcp.changed block }
    """
  try expectTests(policy, atLeast: 8)
  let run = try MutationRun(try open(policy), fixtures: [], clock: 0)
  let tests = run.results.compactMap { result -> TestLine? in
    if case .survived(let survival) = result.fate { survival.test } else { nil }
  }
  let session = try #require(tests.first { $0.request.hasPrefix("\"sh") })
  #expect(session.lines.first == "session {" && session.lines.last == "}")
  #expect(session.before.map(\.request) == ["\"curl\" => allow, tag \"downloaded\""])
  #expect(tests.contains { $0.before.count == 2 && $0.before[0].request.contains("tools/list") })
}

/// Masks and rules on responses are told by what comes back.
@Test func survivorsOfResponsesGetATest() throws {
  let found = try expectTests(
    """
    hpol 1
    default allow
    detector badge = /B-[0-9]{6}/
    rule personal-data {
      mask email, us_ssn, badge
      mask credit_card keep last 4
      mask column ["*_token", "pin"] with hash
      mask json "$..secret"
      mask json "$.users[*].name"
      mask json "$..['kubectl.kubernetes.io/last-applied-configuration']"
      mask /[0-9]{3}-x/
    }
    rule of-users { when sql.table is "users" mask phone }
    rule keys-stay on response { when response contains private_key block }
    rule large on response { when response.rows > 3 and sql.verb is select record full }
    rule long on response { when response.bytes >= 50 and protocol is shell record full }
    """, atLeast: 20)
  #expect(found.contains { $0.contains("returns \"ana@example.com\" => allow, masked \"[email]\"") })
}

/// Every detector finds something in what is written for it: else its mask could be dropped unseen.
@Test(arguments: BuiltinNames.detectors) func detectorsFindTheirExamples(_ detector: String) throws {
  let found = try expectTests("hpol 1\ndefault allow\nrule r { mask \(detector) }", atLeast: 1)
  #expect(found.contains { $0.contains(" returns ") })
}

/// What is blocked leaves no tags: no request tells whether the rule has one.
@Test func tagsOfRulesThatBlockAreNotMissed() throws {
  func fates(_ actions: String) throws -> [String] {
    let set = try open("hpol 1\ndefault allow\nrule r { when sql.verb is drop \(actions) }")
    return try MutationRun(set, fixtures: [], clock: 0).results.filter { $0.mutant.operation == .dropAction }.map(
      \.fate.word)
  }
  #expect(try fates("block tag \"dropped\"") == ["equivalent"])
  #expect(try fates("record full tag \"dropped\"") == ["survived", "survived"])
  #expect(try fates("block record full") == ["survived"])
}
