import PolicyBytecode
import PolicyCompiler
import PolicyRuntime
import PolicySyntax
import PolicyTestBench

/// What it costs to find out which changes to a policy no test would notice: 500 mutants over 1,000 pinned fixtures.
enum MutationBench {
  private static let ruleCount = 60
  private static let mutants = 500
  private static let fixtureCount = 1_000

  /// Rules on SQL and on shell lines, each for its own targets, tables and groups.
  private static var policy: String {
    var text = "hpol 1\ndefault allow\ndefault record commands\nlist oncall = [\"dba-oncall\", \"sre-oncall\"]\n"
    for number in 0..<ruleCount {
      let target = "target like \"prod-\(number % 8)-*\""
      text +=
        number.isMultiple(of: 2)
        ? """
        rule r\(number) {
          when \(target) and sql.verb in [drop, truncate, delete] and sql.table in ["orders\(number)", "users\(number)"]
          unless group in oncall
          block "No."
        }

        """
        : """
        rule r\(number) {
          when \(target) and shell.program in ["rm", "shred"] and shell.path like ["/srv/\(number)/**", "/etc/*"]
          unless group is "g\(number % 10)" and actor is human
          approve by "sre-oncall" within 15m
        }

        """
    }
    return text
  }

  private static func fixture(_ number: Int) -> Fixture {
    let rule = number % ruleCount
    let name = number % 3 == 0 ? "orders" : "users"
    var fixture =
      rule.isMultiple(of: 2)
      ? Fixture(
        protocol: .postgres,
        payload: .text([UInt8]((number % 5 == 0 ? "SELECT * FROM " : "DROP TABLE ").utf8) + "\(name)\(rule)".utf8))
      : Fixture(
        protocol: .shell, payload: .text([UInt8]("\(number % 4 == 0 ? "ls" : "rm") /srv/\(rule)/data\(number)".utf8)))
    fixture.principal.user = "u\(number % 50)"
    fixture.principal.groups = number % 7 == 0 ? ["dba-oncall"] : ["developers"]
    fixture.principal.target = (number % 6 == 0 ? "dev" : "prod") + "-\(rule % 8)-a"
    return fixture
  }

  static func run() {
    let reader = SourceReader.inMemory(["p.hpol": [UInt8](policy.utf8)])
    guard let set = EditablePolicySet.open(["p.hpol"], reader, now: 0),
      let engine = EngineFactory(sources: set.sources, clock: 0).engine(set.policy)
    else { fatalError("policy refused") }
    var fixtures = (0..<fixtureCount).map(fixture)
    for index in fixtures.indices {
      let outcome = engine.judge(JudgedRequest(fixtures[index]), [])
      fixtures[index].expect = .init(decision: outcome.decision, rules: outcome.rules)
    }
    print("\n" + ["mutants", "fixtures", "killed", "survived", "s"].map { column($0, 12) }.joined())
    let mark = seconds()
    guard let run = try? MutationRun(set, fixtures: fixtures, clock: 0, limit: mutants) else {
      fatalError("the fixtures do not hold")
    }
    let taken = seconds() - mark
    let total = MutationReport(run, set.sources).total
    let cells = [total.mutants, fixtureCount, total.killed, total.survived].map(String.init) + [fixed(taken, 2)]
    print(cells.map { column($0, 12) }.joined())
  }
}
