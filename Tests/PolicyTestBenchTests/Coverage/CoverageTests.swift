import Testing

@testable import PolicyTestBench

/// Policies whose coverage is known by construction: the rules, the requests, and what is missing.
@Suite struct CoverageTests {
  @Test func aRuleIsCoveredOnceItApplies() throws {
    let rules = """
      rule a { when sql.verb is drop block }
      rule b { record full }
      """
    let none = try coverage(rules)
    #expect(
      none.messages == [
        "`a` is never asked: no operation of its protocols, and 1 condition with it",
        "`b` is never asked: no operation of its protocols",
      ])
    #expect(none.ruleTally == .init(covered: 0, total: 2) && none.total.percent == 0)

    let other = try coverage(rules, "  as user \"a\" on shell \"h\"\n  \"ls\" => allow")
    // Of SQL nothing was asked, and a rule without conditions always applies.
    #expect(other.messages == ["`a` is never asked: no operation of its protocols, and 1 condition with it"])

    let all = try coverage(
      rules, "  as user \"a\" on postgres \"d\"\n  \"SELECT 1\" => allow\n  \"DROP TABLE t\" => block")
    #expect(all.messages == [] && all.total == .init(covered: 4, total: 4) && all.total.percent == 100)
  }

  /// In `a and b`, either must be seen to make the outcome false alone.
  @Test func aTestMustDecideBothWays() throws {
    let rules = "rule r { when sql.verb is drop and target is \"prod\" block }"
    let drop = "`sql.verb is drop`"
    let target = "`target is \"prod\"`"
    let cases: [(String, [String])] = [
      (
        #"as user "a" on postgres "prod" "DROP TABLE t" => block"#,
        ["\(drop) is never false", "\(target) is never false"]
      ),
      (
        #"as user "a" on postgres "test" "SELECT 1" => allow"#,
        [
          "`r` never applies", "\(drop) is never true; is false (1×), but never decides so",
          "\(target) is never true; is false (1×), but never decides so",
        ]
      ),
      (
        #"as user "a" on postgres "prod" "DROP TABLE t" => block "SELECT 1" => allow"#,
        ["\(target) is never false"]
      ),
      (
        #"""
        as user "a" on postgres "prod" "DROP TABLE t" => block "SELECT 1" => allow
        as user "a" on postgres "test" "SELECT 1" => allow
        """#, ["\(target) is false (1×), but never decides so"]
      ),
      (
        #"""
        as user "a" on postgres "prod" "DROP TABLE t" => block "SELECT 1" => allow
        as user "a" on postgres "test" "DROP TABLE t" => allow
        """#, []
      ),
    ]
    for (requests, missing) in cases { #expect(try coverage(rules, requests).messages == missing, "\(requests)") }
  }

  /// In `a or b`, either must be seen to make the outcome true alone.
  @Test func alternativesOfOrMaskEachOther() throws {
    let rules = "rule r { when sql.verb is drop or target is \"prod\" block }"
    let both = #"as user "a" on postgres "prod" "DROP TABLE t" => block"#
    #expect(
      try coverage(rules, both).messages == [
        "`sql.verb is drop` is true (1×), but never decides so; is never false",
        "`target is \"prod\"` is true (1×), but never decides so; is never false",
      ])
    let apart = #"""
      as user "a" on postgres "prod" "SELECT 1" => block
      as user "a" on postgres "test" "DROP TABLE t" => block "SELECT 1" => allow
      """#
    #expect(try coverage(rules, apart).messages == [])
  }

  @Test func negationsTurnTheTestAndNotItsName() throws {
    let rules = """
      rule r { when sql.verb is drop unless group in ["dba", "sre"] unless not (actor is human) block }
      """
    let requests = #"""
      as user "a" on postgres "d" "DROP TABLE t" => block
      as user "a" group "dba" on postgres "d" "DROP TABLE t" => allow
      """#
    #expect(
      try coverage(rules, requests).messages == [
        "`sql.verb is drop` is never false", "`\"sre\"` never matches", "`actor is human` is never false",
      ])
    // As written: `is not` is true where the target is another.
    let absent = "rule r { when target is not \"prod\" and sql.verb not in [drop, truncate] and sql.joins > 1 block }"
    #expect(
      try coverage(absent, #"as user "a" on postgres "prod" "DROP TABLE t" => allow"#).messages == [
        "`r` never applies", "`target is not \"prod\"` is never true; is false (1×), but never decides so",
        "`sql.verb not in [drop, truncate]` is never true; is false (1×), but never decides so",
        "`sql.joins > 1` is never true; is false (1×), but never decides so",
      ])
    let listed = "rule r { when sql.verb not in [drop, truncate] and protocol is postgres block }"
    let report = try coverage(listed, #"as user "a" on postgres "d" "DROP TABLE t" => allow"#)
    #expect(
      report.messages == [
        "`r` never applies", "`sql.verb not in [drop, truncate]` is never true", "`truncate` never matches",
        "`protocol is postgres` is true (1×), but never decides so; is never false",
      ])
  }

  /// What no operation can show does not count.
  @Test func outcomesOutOfReachAreLeftOut() throws {
    let rules = """
      rule a { when sql.verb is drop and protocol in [postgres, mysql] block }
      rule b { when target is "prod-1" and target like "prod-*" and sql.where block }
      rule c { when sql.verb is drop and target is "x" or sql.verb is drop and target is not "x" block }
      """
    let report = try coverage(
      rules,
      #"""
      as user "a" on postgres "prod-1"
      "DROP TABLE t" => block
      "SELECT 1 FROM t WHERE a = 1" => block
      "SELECT 1" => allow
      """#)
    let lacks = report.conditions.filter { $0.decided.count < 2 }.map {
      "\($0.text) \($0.canDecideTrue) \($0.canDecideFalse)"
    }
    #expect(
      lacks == [
        "protocol in [postgres, mysql] true false", "target like \"prod-*\" true false", "target is \"x\" true false",
        "target is not \"x\" true false",
      ])
    #expect(report.unreachable == 4)
    #expect(!report.messages.contains { $0.contains("protocol") || $0.contains("like") })
  }

  /// Tests of a define count for each rule that uses it, elements of a list once for all.
  @Test func definesCountByRuleAndListsOnce() throws {
    let rules = """
      list people = ["dba", "sre"]
      list all-people = [people, "root"]
      define bulk = sql.verb in [update, delete] and not sql.where
      define bulk-by-others = bulk and group not in all-people
      rule a { when bulk-by-others block }
      rule b { when target is "prod" and bulk tag "bulk" }
      """
    let requests = #"""
      as user "a" on postgres "test" "DELETE FROM t" => block "DELETE FROM t WHERE a = 1" => allow "SELECT 1" => allow
      as user "a" group "dba" group "root" on postgres "test" "DELETE FROM t" => allow
      """#
    let report = try coverage(rules, requests)
    #expect(
      report.gaps.map { "\($0.place.line) \($0.rule ?? "-") \($0.message)" }
        == [
          "4 - `\"sre\"` never matches",
          "6 b `sql.verb in [update, delete]` is true (3×), but never decides so; is false (1×), but never decides so",
          "6 - `update` never matches",
          "6 b `sql.where` is true (1×), but never decides so; is false (3×), but never decides so",
          "9 b `b` never applies",
          "9 b `target is \"prod\"` is never true",
        ])
    #expect(report.alternativeTally == .init(covered: 3, total: 5))
  }

  @Test func everyKindOfValueIsAnAlternative() throws {
    let cases: [(String, String, [String])] = [
      (
        "when sql.limit in [1, 7]", #"as user "a" on postgres "h" "SELECT a FROM t LIMIT 7" => block"#,
        ["`1` never matches"]
      ),
      (
        "when command matches [/^ls/, /^cat /]", #"as user "a" on shell "h" "cat x" => block"#,
        ["`/^ls/` never matches"]
      ),
      (
        "when command matches [pcre /^(?=ls)/, pcre /^(?=cat )/]", #"as user "a" on shell "h" "cat x" => block"#,
        ["`pcre /^(?=ls)/` never matches"]
      ),
      (
        "when all sql.table in [\"a\", \"b\", \"c\"]", #"as user "a" on postgres "h" "SELECT 1 FROM a, b" => block"#,
        ["`\"c\"` never matches"]
      ),
      (
        #"when claim["team"] like ["core-*", "web-*"]"#,
        #"as user "a" claim "team" "web-1" on shell "h" "ls" => block"#,
        [#"`"core-*"` never matches"#]
      ),
      (
        "when text contains [email, \"secret\", us_ssn]", #"as user "a" on shell "h" "echo a@example.com" => block"#,
        ["`us_ssn` never matches"]
      ),
    ]
    for (clause, request, missing) in cases {
      let report = try coverage("rule r { \(clause) block }", request)
      #expect(report.messages.filter { $0.hasSuffix("never matches") } == missing, "\(clause) \(report.messages)")
    }
    let rules = """
      hpol 1
      default allow
      rule r {
        when source within ["10.0.0.0/8", "192.168.0.0/16"] and time within ["mon 09:00-17:00 UTC", "sun 09:00-17:00 UTC"]
        block
      }
      """
    // A Sunday.
    let fixture =
      #"{"protocol":"shell","request":"ls","time":"2026-11-29T10:00:00Z","source":"10.1.2.3"}"#
    let report = try coverage(of: ["p.hpol": rules], fixtures: [fixture])
    #expect(report.alternatives.map(\.matched) == [1, 0, 0, 1], "\(report.gaps)")
  }

  /// A list of one in the test itself is the test; named, it has a place of its own. A list's file is one alternative.
  @Test func whatIsAnAlternative() throws {
    let files = [
      "p.hpol": """
      hpol 1
      default allow
      list one = ["dba"]
      list many from "many.txt"
      rule a { when group in ["x"] block }
      rule b { when group in one block }
      rule c { when group in many block }
      test t { as user "a" group "g2" on shell "h" "ls" => block }
      """,
      "many.txt": "g1\ng2\ng3\n",
    ]
    let report = try coverage(of: files)
    #expect(report.alternatives.map(\.text) == ["\"dba\"", "\"many.txt\""])
    #expect(report.alternatives.map(\.matched) == [0, 1])
  }

  @Test func rulesOnResponsesAndTagsAreCovered() throws {
    let rules = """
      rule marks { when sql.table is "secrets" tag "seen" }
      rule after { when session has "seen" and sql.verb is delete block }
      rule withheld on response { when response contains email and response.rows > 1 block }
      """
    let requests = #"""
      session {
        as user "a" on postgres "d"
        "SELECT a FROM secrets" => allow
        "DELETE FROM t WHERE a = 1" => block
      }
      as user "a" on postgres "d"
      "DELETE FROM t WHERE a = 1" => allow
      "SELECT 1" returns "a@example.com" => allow
      """#
    let report = try coverage(rules, requests)
    #expect(
      report.messages == [
        "`sql.verb is delete` is never false".replacing("never false", with: "false (2×), but never decides so"),
        "`withheld` never applies",
        "`response contains email` is true (1×), but never decides so; is never false",
        "`response.rows > 1` is never true",
      ])
  }

  /// What an exception that has ended masks does not decide.
  @Test func theEndOfAnExceptionMasks() throws {
    let text = """
      hpol 1
      default block
      @until(2026-01-01)
      rule a { when user is "ana" allow }
      """
    func line(_ user: String, _ time: String) -> String {
      #"{"protocol":"shell","request":"ls","time":"\#(time)T00:00:00Z","principal":{"user":"\#(user)"}}"#
    }
    let late = try coverage(of: ["p.hpol": text], fixtures: [line("ana", "2026-03-01"), line("eve", "2026-03-01")])
    #expect(
      late.messages == [
        "`a` never applies",
        "`user is \"ana\"` is true (1×), but never decides so; is false (1×), but never decides so",
      ])
    let early = try coverage(of: ["p.hpol": text], fixtures: [line("ana", "2025-12-01"), line("eve", "2025-12-01")])
    #expect(early.messages == [] && early.conditions.count == 1)
  }

  @Test func operationsCarriedInAnswersAndToolsAreCounted() throws {
    let rules = """
      decode mcp tool "run" argument "command" as shell
      rule r { when shell.program is "rm" block }
      """
    let requests = #"""
      as user "a" on mcp "m"
      tool "run" {"command": "rm -rf /"} => block
      tool "run" {"command": "ls"} => allow
      """#
    #expect(try coverage(rules, requests).messages == [])
  }

  @Test func percentIsRoundedDownAndBoundsAreExact() {
    let tally = CoverageReport.Tally(covered: 1999, total: 2000)
    #expect(tally.percent == 99.9 && tally.isBelow(100) && !tally.isBelow(99.95) && tally.isBelow(99.951))
    #expect(CoverageReport.Tally().percent == 100 && !CoverageReport.Tally().isBelow(100))
  }
}
