import Foundation
import JSONText
import PolicyTestBench
import Testing

private let monitor = """
  OK
  1795168805.5 [0 10.0.0.1:5] "flushall"
  1795168805.6 [0 lua] "del" "k"
  nonsense
  1795168806.5 [0 10.0.0.1:5] "AUTH" "(redacted)"

  """

@Test func importWritesFixturesAndSaysWhatBecameOfTheLog() throws {
  try withFolder(["monitor.log": monitor]) { (folder: String) throws in
    let path = folder + "/monitor.log"
    let run = try hpol(["import", "redis-monitor", path, "--target", "cache", "--user", "app"])
    #expect(run.code == 1)
    #expect(run.output.split(separator: "\n").count == 2)
    let error = run.error.split(separator: folder + "/").joined()
    try expectGolden("import-summary.txt", error)
    let json = try hpol(["import", "redis-monitor", "--json", "-"], input: monitor)
    let counts = try #require(json.error.split(separator: "\n").last)
    let schema = JSONSchema(try projectJSON("grammar/import.schema.json"))
    #expect(schema.violation(try JSONValue(parsing: String(counts))) == nil, "\(counts)")
  }
}

@Test func importedFixturesAreJudged() throws {
  let policy = """
    hpol 1

    default allow

    rule no-flush {
      when  redis.command is "FLUSHALL" and group is "apps"
      block
    }

    """
  let people = #"{"app": {"groups": ["apps"]}}"#
  try withFolder(["monitor.log": monitor, "guard.hpol": policy, "people.json": people]) { (folder: String) throws in
    for output in ["out.jsonl", "out.jsonl.gz", "out.jsonl.zst"] {
      let fixtures = folder + "/" + output
      let run = try hpol(
        ["import", "auto", folder + "/monitor.log", "--user", "app", "-i", folder + "/people.json", "-o", fixtures])
      #expect(run.code == 2 && run.error.contains("cannot tell the format"))
      let named = try hpol(
        [
          "import", "redis-monitor", folder + "/monitor.log", "--user", "app", "-i", folder + "/people.json", "-o",
          fixtures,
        ])
      #expect(named.code == 1 && named.output.isEmpty)
      let verdicts = try hpol(["eval", folder + "/guard.hpol", "--fixtures", fixtures, "--json"]).output
      let decisions = try verdicts.split(separator: "\n").map { try JSONValue(parsing: String($0))["decision"]?.string }
      #expect(decisions == ["block", "allow"])
    }
  }
}

@Test func importReportsHowItWasCalled() throws {
  let cases: [([String], String)] = [
    (["import", "redis-montor", "x"], "unknown format `redis-montor`; did you mean `redis-monitor`?"),
    (["import", "har"], "expected a file to import, or `-` for standard input"),
    (["import", "auto", "-"], "`auto` cannot look ahead in standard input; name the format"),
    (["import", "har", "x", "-p", "redis"], "`--protocol` of `har` is one of http, k8s"),
    (["import", "kubernetes", "x", "-p", "k8s"], "`--protocol` does not go with `kubernetes`, which says it"),
    (["import", "har", "x", "--map", "a=b"], "`--map` goes with `access-log`"),
    (["import", "access-log", "x", "--map", "a"], "`--map` takes FIELD=NAME, not `a`"),
    (["import", "mysql-general", "x", "--utc-offset", "1"], "`1` is no offset; write it as +01:00"),
  ]
  for (words, message) in cases {
    let run = try hpol(words)
    #expect(run.code == 2 && run.error == "hpol: error: \(message)\n  see `hpol import --help`\n", "\(words): \(run)")
  }
  let missing = try hpol(["import", "har", "/nonexistent"])
  #expect(missing.code == 2 && missing.error == "hpol: error: cannot read `/nonexistent`: no such file or directory\n")
}

/// The page of imports has a section for each format, and each option of identities is in the schema.
@Test func everyFormatIsDocumented() throws {
  let page = try projectText("fixtures/IMPORT.md")
  for format in ImportFormat.allCases { #expect(page.contains("\n## `\(format.name)`"), "\(format.name)") }
  for reason in SkipReason.allCases { #expect(page.contains("| `\(reason.rawValue)` |"), "\(reason.rawValue)") }
  let identities = try projectJSON("fixtures/import/identities.json")
  #expect(JSONSchema(try projectJSON("fixtures/identities.schema.json")).violation(identities) == nil)
}
