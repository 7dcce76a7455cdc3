import Foundation
import JSONText
import PolicyTestBench
import Testing

/// Rules that look at how a command is spelled.
private let weak = """
  hpol 1

  default allow
  default unparsed block

  rule no-rm { when text matches /rm -rf/ block }
  rule no-drop { when text matches /drop table/ ignoring case block }
  rule no-ns { when text like "kubectl delete ns *" block }
  rule no-flush { when text matches /^FLUSHALL/ approve by "dba" }
  rule no-admin { when text contains "/admin" block }
  rule no-keys { when text contains private_key block }
  rule no-seed { when mcp.changed block }
  rule no-shred { when shell.program is "shred" block }

  test seeds {
    as user "eve" on shell "prod"
    "rm -rf /srv/app" => block by no-rm
    "rm -r /srv/app"  => allow
    as user "eve" on postgres "prod"
    "DROP TABLE orders" => block by no-drop
    as user "eve" on k8s "prod"
    "kubectl delete ns shop" => block by no-ns
    as user "eve" on redis "prod"
    "FLUSHALL" => approve
    as user "eve" on http "prod"
    "GET /admin" => block by no-admin
  }

  """

/// Rules that look at what a command does.
private let strong = """
  hpol 1

  default allow
  default unparsed block

  rule no-rm { when shell.program is "rm" and shell.flag contains "-r" and shell.flag contains "-f" block }
  rule no-drop { when sql.verb is drop and sql.object is table block }
  rule no-delete { when sql.verb is delete approve by "dba" }
  rule no-ns { when k8s.verb is delete and k8s.resource is "namespaces" block }
  rule no-flush { when redis.command is "FLUSHALL" approve by "dba" }
  rule no-admin { when http.path is "/admin" block }
  rule no-seed { when mcp.changed block }
  rule no-shred { when shell.program is "shred" block }

  decode mcp tool "run" argument "command" as shell
  decode mcp tool "query" argument "sql" as postgres

  test seeds {
    as user "eve" on shell "prod"
    "rm -rf /srv/app"             => block by no-rm
    "psql -c 'DROP TABLE orders'" => block by no-drop
    as user "eve" on postgres "prod"
    "DROP TABLE orders"  => block by no-drop
    "DELETE FROM orders" => approve
    as user "eve" on mysql "prod"
    "DELETE FROM orders WHERE id = 'a'" => approve
    as user "eve" on k8s "prod"
    "kubectl delete ns shop"          => block by no-ns
    "DELETE /api/v1/namespaces/shop"  => block by no-ns
    as user "eve" on redis "prod"
    "FLUSHALL" => approve
    as user "eve" on http "prod"
    "GET /admin" header "Host" "shop.example.com" => block by no-admin
    as user "eve" actor agent on mcp "prod"
    tool "run" {"command": "rm -rf /srv/app"} => block by no-rm
    tool "query" {"sql": "DROP TABLE orders"} => block by no-drop
  }

  """

@Suite struct EvadeCommandTests {
  @Test func rulesOfTextVisiblyDoNotSurvive() throws {
    try withFolder(["weak.hpol": weak]) { (folder: String) throws in
      let run = try hpol(["evade", "\(folder)/weak.hpol", "--limit", "300"])
      #expect(run.code == 1 && run.error.isEmpty, "\(run.error)")
      try expectGolden("evade.txt", run.output.replacingOccurrences(of: folder + "/", with: ""))
      // The search is the same each time.
      #expect(try hpol(["evade", "\(folder)/weak.hpol", "--limit", "300"]).output == run.output)
    }
  }

  /// A pattern is enough to write a command, one that the target of some protocol can read.
  @Test func patternsGiveCommandsWithoutTests() throws {
    for (condition, command) in [
      ("text matches /rm -rf/", "rm -rf"), ("command like \"rm -rf *\"", "rm -rf x"),
      ("command matches /^kubectl delete ns/", "kubectl delete ns"), ("text contains \"FLUSHALL\"", "FLUSHALL"),
    ] {
      try withFolder(["p.hpol": "hpol 1\ndefault allow\nrule no { when \(condition) block }\n"]) {
        (folder: String) throws in
        let run = try hpol(["evade", "\(folder)/p.hpol", "--limit", "200"])
        #expect(run.code == 1 && run.output.contains("of 1 command derived from its conditions"), "\(run.output)")
        #expect(run.output.contains("for    \(command)  which is blocked"), "\(run.output)")
      }
    }
  }

  @Test func outputConformsToItsSchema() throws {
    let schema = JSONSchema(try projectJSON("grammar/evade.schema.json"))
    try withFolder(["weak.hpol": weak]) { (folder: String) throws in
      let run = try hpol(["evade", "\(folder)/weak.hpol", "--limit", "100", "--json"])
      let report = try JSONValue(parsing: run.output)
      #expect(schema.violation(report) == nil)
      let rules = report["rules"]?.array ?? []
      func rule(_ name: String) -> JSONValue? { rules.first { $0["name"] == .string(name) } }
      #expect(report["holds"] == .boolean(false) && rules.count == 8)
      #expect(rule("no-rm")?["past"] != .number("0") && rule("no-seed")?["commands"] == .number("0"))
      // No test has a command of it: one is derived.
      #expect(rule("no-shred")?["derived"] == .boolean(true) && rule("no-shred")?["past"] == .number("0"))
      #expect(rule("no-keys")?["looksForData"] == .boolean(true))
      for evasion in rule("no-rm")?["evasions"]?.array ?? [] { #expect(evasion["decision"] == .string("allow")) }
      #expect(
        rule("no-drop")?["evasions"]?.array?.first?["write"] == .string("sql.verb is drop and sql.object is table"))
    }
  }

  @Test func rulesOfFactsSurvive() throws {
    try withFolder(["strong.hpol": strong]) { (folder: String) throws in
      let run = try hpol(["evade", "\(folder)/strong.hpol", "--limit", "400", "--seed", "7"])
      #expect(run.code == 0, "\(run.output)")
      #expect(run.output.contains("none gets past") && run.output.contains("of 1 rule no matching command is known"))
      let all = try hpol(["evade", "\(folder)/strong.hpol", "--limit", "100", "--verbose"])
      #expect(all.output.contains("of 1 command derived from its conditions"), "\(all.output)")
      // Rules that stop a spelling instead are named.
      #expect(all.output.contains(" stopped by others alone (default "), "\(all.output)")
    }
  }

  @Test func optionsAreChecked() throws {
    try withFolder(["weak.hpol": weak]) { (folder: String) throws in
      let one = try hpol(["evade", "\(folder)/weak.hpol", "--rule", "no-admin", "--limit", "50"])
      #expect(one.code == 1 && one.output.contains("1 rule, ") && !one.output.contains("no-drop"), "\(one)")
      let typo = try hpol(["evade", "\(folder)/weak.hpol", "--rule", "no-adm"])
      #expect(typo.code == 2 && typo.error.contains("did you mean `no-admin`?"), "\(typo)")
      for (option, value) in [("limit", "0"), ("limit", "1000001"), ("depth", "7"), ("depth", "x"), ("seed", "-1")] {
        let run = try hpol(["evade", "\(folder)/weak.hpol", "--\(option)", value])
        #expect(run.code == 2 && run.error.contains("`--\(option)` is a number"), "\(run)")
      }
      let least = try hpol(["evade", "\(folder)/weak.hpol", "--limit", "1", "--depth", "6", "--rule", "no-rm"])
      #expect(least.output.contains("1 rule, 1 spelling: "), "\(least)")
      #expect(try hpol(["evade", "\(folder)/weak.hpol", "-f", "-"], input: "nonsense\n").error.contains("<stdin>:1:1"))
    }
  }

  /// Our own packs survive; `hpol evade policies --fixtures fixtures --limit 2000` looks harder.
  @Test func packsSurvive() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    let run = try hpol(["evade", "\(root)/policies", "--limit", "60"])
    #expect(run.code == 0 && run.output.contains("none gets past"), "\(run.output)")
  }
}
