import Foundation
import PolicyTestBench
import Testing

/// Every version of the bundle format keeps a bundle that must still load and judge as it did.
@Test func bundlesOfEveryVersionStillJudge() throws {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  let night = #""time":"2026-11-19T22:00:00Z","source":"10.1.2.3","principal":{"actor":"agent"}"#
  let requests = [
    #"{"protocol":"postgres","target":"prod-a","request":"DROP TABLE x"}"#,
    #"{"protocol":"postgres","target":"prod-a","principal":{"groups":["dba-oncall"]},"request":"DROP TABLE x"}"#,
    #"{"protocol":"postgres","request":"DELETE FROM x"}"#,
    #"{"protocol":"shell","request":"sudo rm -fr //"}"#,
    "{" + night + #","protocol":"postgres","request":"SELECT Email FROM public.customers"}"#,
    #"{"protocol":"shell","request":"rm '"}"#,
  ]
  let expected = [
    #""decision":"block","rules":["no-drop"],"message":"Not in production.""#,
    #""decision":"allow","rules":[]"#,
    #""approve":[{"groups":["dba-oncall"],"count":2,"within":900,"question":"Every row?"}]"#,
    #""decision":"block","rules":["no-root-removal"]"#,
    #""masks":[{"detector":"email","how":"hash"}],"record":"full","tags":["personal"]"#,
    #""decision":"block","rules":[]"#,
  ]
  let bundle = root.appendingPathComponent("fixtures/bundles/v1.hpolb").path
  let run = try hpol(["eval", bundle, "--fixtures", "-", "--json"], input: requests.joined(separator: "\n") + "\n")
  let lines = run.output.split(separator: "\n")
  #expect(run.code == 0 && lines.count == expected.count, "\(run)")
  for (line, part) in zip(lines, expected) { #expect(line.contains(part), "\(line)") }
}
