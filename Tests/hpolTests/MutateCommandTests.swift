import Foundation
import JSONText
import PolicyTestBench
import Testing

private let policy = """
  hpol 1
  default allow
  default record commands

  list oncall = ["dba-oncall", "sre-oncall"]

  rule no-drop "Nothing is dropped in production" {
    when target like "prod-*" and sql.verb in [drop, truncate]
    unless group in oncall
    block "Ask."
  }

  rule narrow {
    when target like "prod-*" and sql.verb is drop and actor is agent
    unless group in oncall
    block
  }

  test sql {
    as user "eve" group "contractors" on postgres "prod-orders"
    "DROP TABLE x" => block by no-drop, record commands
    "SELECT 1" => allow
    as user "dan" group "dba-oncall" on postgres "prod-orders"
    "DROP TABLE x" => allow
  }

  """

@Test func mutantsAreReported() throws {
  try withFolder(["p.hpol": policy]) { (folder: String) throws in
    let run = try hpol(["mutate", "\(folder)/p.hpol", "--show", "equivalent"])
    #expect(run.code == 0)
    try expectGolden("mutate.txt", run.output.replacingOccurrences(of: folder + "/", with: ""))
    #expect(try hpol(["mutate", "\(folder)/p.hpol", "--show", "equivalent"]).output == run.output)
  }
}

@Test func mutantsInJSONConformToTheirSchema() throws {
  let document = try projectJSON("grammar/mutate.schema.json")
  let schema = JSONSchema(document)
  try withFolder(["p.hpol": policy]) { (folder: String) throws in
    let shown = ["--show", "killed", "--show", "equivalent", "--show", "refused"]
    let run = try hpol(["mutate", "\(folder)/p.hpol", "--json"] + shown)
    let report = try JSONValue(parsing: run.output)
    #expect(schema.violation(report) == nil)
    let results = report["results"]?.array ?? []
    #expect(report["mutants"] == .number("\(results.count)"))
    for fate in ["killed", "survived", "equivalent"] {
      #expect(report[fate] == .number("\(results.count { $0["fate"] == .string(fate) })"))
    }
  }
  let operators = document["$defs"]?["result"]?["properties"]?["operator"]?["enum"]
  #expect(operators == .array(MutationOperator.allCases.map { .string($0.rawValue) }))
}

@Test func mutateSaysWhatIsWrong() throws {
  try withFolder(["p.hpol": policy, "bad.hpol": policy.replacingOccurrences(of: "=> allow", with: "=> block")]) {
    (folder: String) throws in
    let score = try hpol(["mutate", "\(folder)/p.hpol", "--fail-under", "100"])
    #expect(score.code == 1)
    #expect(try hpol(["mutate", "\(folder)/p.hpol", "--fail-under", "1"]).code == 0)
    let failing = try hpol(["mutate", "\(folder)/bad.hpol"])
    #expect(failing.code == 1 && failing.error.contains("2 expectations of the policy as it is do not hold"))
    let unknown = try hpol(["mutate", "\(folder)/p.hpol", "--rule", "no-drp"])
    #expect(unknown.code == 2 && unknown.error.contains("did you mean `no-drop`?"))
    let one = try hpol(["mutate", "\(folder)/p.hpol", "--rule", "no-drop", "--limit", "3"])
    #expect(one.code == 0 && one.output.contains("3 of ") && !one.output.contains("rule narrow"))
    for limit in ["0", "x", "1000001"] {
      #expect(try hpol(["mutate", "\(folder)/p.hpol", "--limit", limit]).code == 2)
    }
  }
}

@Test func thePageNamesEveryOperator() throws {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  let page = try String(contentsOf: root.appendingPathComponent("grammar/mutation.md"), encoding: .utf8)
  for operation in MutationOperator.allCases {
    #expect(page.contains("| `\(operation.rawValue)` | \(operation.summary) |"), "\(operation.rawValue)")
  }
}
