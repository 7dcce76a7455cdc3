import PolicyBytecode
import PolicyCompiler
import PolicySyntax
import Testing

@testable import PolicyTestBench

private func build(_ text: String) throws -> (CheckedPolicy, EngineFactory) {
  let build = PolicyBuild(
    roots: ["p.hpol"], reader: .inMemory(["p.hpol": [UInt8](text.utf8)]), now: 0, toolVersion: "")
  let errors = build.diagnostics.filter { $0.severity == .error }.map(\.message)
  #expect(errors.isEmpty)
  return (try #require(build.policy), EngineFactory(sources: build.sources, clock: 0))
}

/// A rule for every kind of fact that requests are written for.
private let everyProtocol = """
  hpol 1
  default allow
  list oncall = ["dba-oncall", "sre-oncall"]
  rule drop { when target like "prod-*" and sql.verb in [drop, truncate] unless group in oncall block }
  rule unbounded { when sql.verb is delete and not sql.where block }
  rule constant { when sql.verb is update and sql.where-constant and sql.writes is "orders" block }
  rule joins { when sql.joins > 2 and protocol is mysql block }
  rule limit { when sql.verb is select and sql.limit >= 1000 block }
  rule function { when sql.function is "pg_sleep" block }
  rule program { when has sql.program block }
  rule rm { when shell.program is "rm" and shell.flag contains "-r" and shell.path like ["/etc/**", "/"] block }
  rule pipe { when shell.program in ["sh", "bash"] and shell.input-from in ["curl", "wget"] block }
  rule write { when shell.writes like "/etc/*.conf" and shell.privileged block }
  rule pods { when k8s.verb is delete and k8s.resource is "pods" and k8s.namespace like "prod-*" block }
  rule binding { when k8s.verb is create and k8s.resource is "clusterrolebindings" and k8s.body["roleRef.name"] is "admin" block }
  rule admin { when http.path like "/admin/**" and http.method is "DELETE" and http.header["x-env"] is "prod" block }
  rule body { when http.body["user.role"] is "root" block }
  rule flush { when redis.command in ["FLUSHALL", "FLUSHDB"] block }
  rule key { when redis.command is "DEL" and redis.key like "session:*" block }
  rule tool { when mcp.tool like "run_*" and mcp.argument["path"] starts with "/etc/" and actor is agent block }
  rule regex { when shell.program matches /^(nc|ncat)$/ and command matches /-e +\\/bin\\/(ba)?sh/ block }
  rule office { when time within "mon-fri 09:00-17:00 Europe/Berlin" and source within "10.0.0.0/8" and claim["team"] is "x" block }
  rule strange { when unparsed block }
  """

@Test func writesARequestForEachRule() throws {
  let (policy, factory) = try build(everyProtocol)
  let engine = try #require(factory.engine(policy))
  let finder = WitnessFinder([], factory)
  for rule in policy.rules {
    let request = finder.request(matching: rule)
    #expect(request != nil, "\(rule.fullName)")
    guard let request else { continue }
    #expect(engine.judge(request, []).rules.contains(rule.displayName), "\(rule.fullName): \(request.summary)")
  }
}

@Test func changesAFactOfAKnownRequestFirst() throws {
  let (policy, factory) = try build(everyProtocol)
  var principal = Principal()
  principal.user = "ana"
  principal.groups = ["dba-oncall"]
  principal.target = "prod-orders"
  let known = JudgedRequest(
    principal: principal, protocol: .postgres, payload: .text([UInt8]("DROP TABLE invoices".utf8)))
  let rule = try #require(policy.rules.first { $0.fullName == "drop" })
  let request = try #require(WitnessFinder([known], factory).request(matching: rule))
  #expect(request.payload == known.payload)
  #expect(request.principal.user == "ana")
  #expect(request.principal.groups == [])
}

/// Requests that a program on a shell line makes are written as such lines.
@Test(arguments: [
  (#"via is shell and http.path like "/admin/**""#, "curl http://shop.test/admin"),
  (#"protocol is http and unparsed and via.program is "wget""#, #"wget "$URL""#),
  (#"via is shell and k8s.resource is "secrets" and k8s.verb is delete"#, "kubectl delete secrets"),
]) func writesLinesThatMakeRequests(_ condition: String, _ start: String) throws {
  let (policy, factory) = try build("hpol 1\ndefault allow\nrule r { when \(condition) block }")
  let request = try #require(WitnessFinder([], factory).request(matching: policy.rules[0]))
  #expect(request.protocol == .shell)
  #expect(String(decoding: request.payload.bytes, as: UTF8.self).hasPrefix(start))
}

@Test func findsNothingWhereNothingCanBe() throws {
  let (policy, factory) = try build(
    "hpol 1\ndefault allow\nrule a { when shell.program is \"rm\" block }\nrule b { when sql.verb is drop block }")
  let both = policy.rules.map(\.condition)
  #expect(WitnessFinder([], factory).request(meeting: both) { _ in true } == nil)
  #expect(!ConditionReasoning().canHold(both))
}

@Test func writesRequestsAsTestLines() throws {
  var principal = Principal()
  principal.user = "ana"
  principal.groups = ["a", "b"]
  principal.actor = "agent"
  principal.target = "prod"
  principal.labels = [["env", "prod"]]
  principal.source = "10.0.0.7"
  principal.time = 1_795_255_445
  let line = try #require(
    TestLine(
      JudgedRequest(principal: principal, protocol: .shell, payload: .text([UInt8](#"echo "a\b""#.utf8))),
      expecting: ["block by x", "record full"]))
  #expect(
    line.identity
      == #"as user "ana" group "a", "b" actor agent on shell "prod" label "env" "prod" from "10.0.0.7" at "2026-11-21T10:04:05Z""#
  )
  #expect(line.request == #"'echo "a\b"' => block by x, record full"#)
  let raw = JudgedRequest(principal: principal, protocol: .shell, payload: .text([0xFF]))
  #expect(TestLine(raw, expecting: ["allow"]) == nil)
}
