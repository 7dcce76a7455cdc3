import PolicyBytecode
import PolicyCompiler
import PolicyRuntime
import PolicySyntax
import PolicyTestBench

/// A policy that asks for facts of every protocol, by every operator, so that what is decoded is also judged.
private let fuzzPolicy = #"""
  hpol 1
  policy fuzz "Asks for everything"

  default allow
  default unparsed block
  default record commands

  decode mcp tool "*" argument "command" as shell
  decode mcp tool "*" argument "sql"     as postgres
  decode http path "/sql" body "$.query" as postgres

  define unbounded = sql.verb in [update, delete] and not sql.where

  rule sql-verbs { when sql.verb in [drop, truncate] or unbounded  block }
  rule sql-names { when sql.table like "cust*" or sql.reads is "orders" or sql.writes in ["a", "public.b"]  block }
  rule sql-parts { when sql.function is "pg_sleep" or has sql.program or has sql.file or sql.joins > 2  block }
  rule sql-shape { when sql.where-constant or sql.limit >= 100 or sql.object is table  approve by "dba" }
  rule shell-words { when shell.program is "rm" and shell.flag contains "-r" and shell.path in ["/", "/*"]  block }
  rule shell-more { when shell.argument matches /(s3|gs):\/\// or shell.writes like "/etc/**"  block }
  rule shell-from { when shell.input-from in ["curl", "wget"] or shell.privileged or shell.unknown  approve by "ops" }
  rule k8s-all { when k8s.verb is delete or k8s.resource is "secrets" or k8s.namespace like "kube-*"  block }
  rule k8s-more { when k8s.subresource is "exec" or k8s.name starts with "db" or k8s.group is "apps"  block }
  rule k8s-body { when k8s.body["spec.containers[*].securityContext.privileged"] is "true"  block }
  rule http-line { when http.method is "DELETE" or http.path like ["/admin", "/admin/**"]  block }
  rule http-more { when http.query["q"] matches /<script/ or http.header["x-a"] is "b" or http.host ends with ".test"  block }
  rule http-body { when http.body["$.user.name"] is "root" or http.body["a"] contains "b"  block }
  rule redis-all { when redis.command in ["FLUSHALL", "CONFIG SET"] or redis.key like "session:*"  block }
  rule mcp-all { when mcp.tool like "run_*" or mcp.method is "tools/call" or mcp.destructive or mcp.changed  block }
  rule mcp-more { when mcp.argument["path"] contains "etc" or mcp.resource like "file:///**" or mcp.prompt is "p"  block }
  rule mcp-side { when mcp.from is server  block }
  rule ssh-all { when ssh.channel is forward or ssh.file-operation is write or ssh.path like "/etc/**"  block }
  rule ssh-more { when ssh.forward-to ends with ":22"  block }
  rule roads { when via is shell or via.tool like "run*" or via.program is "psql"  record full }
  rule words { when command matches /\bsecret\b/ ignoring case or text contains private_key or text contains email  record full }
  rule evasion { when command matches pcre /(a+)+$/  tag "slow" }
  """#

/// What a decoder's operations are judged with.
public func fuzzBundle() -> [UInt8] {
  let reader = SourceReader.inMemory(["fuzz.hpol": Array(fuzzPolicy.utf8)])
  let build = PolicyBuild(roots: ["fuzz.hpol"], reader: reader, now: 0, toolVersion: "fuzz")
  guard let bundle = build.bundle else {
    fail(
      "the policy compiles: " + build.diagnostics.map { "\($0.message) at \($0.span.range)" }.joined(separator: "; "))
  }
  return bundle
}

/// The policy, loaded.
func loadedFuzzPolicy() -> LoadedPolicy {
  do throws(BundleError) {
    return try LoadedPolicy(Bundle(fuzzBundle()))
  } catch {
    fail("the bundle of a policy loads: \(error.message)")
  }
}
