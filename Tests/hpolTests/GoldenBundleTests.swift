import Foundation
import JSONText
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
  for version in ["v1", "v2"] {
    let bundle = root.appendingPathComponent("fixtures/bundles/\(version).hpolb").path
    let run = try hpol(["eval", bundle, "--fixtures", "-", "--json"], input: requests.joined(separator: "\n") + "\n")
    let lines = run.output.split(separator: "\n")
    #expect(run.code == 0 && lines.count == expected.count, "\(version): \(run)")
    for (line, part) in zip(lines, expected) { #expect(line.contains(part), "\(version): \(line)") }
  }
}

/// What a bundle of version 2 says of itself is read, and its signature verified, as when it was written.
@Test func aReleaseOfVersion2StillVerifies() throws {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("fixtures/bundles").path
  let run = try hpol(["verify", "\(folder)/v2.hpolb", "--trust", "\(folder)/v2.pub", "--at", "2026-12-01"])
  #expect(run.code == 0 && run.output.contains("revision 7, signed with the key f562f3ab3831370c"), "\(run)")
  #expect(run.output.contains("expires at 2126-01-31T00:00:00Z"))
  let release = try JSONValue(parsing: hpol(["inspect", "\(folder)/v2.hpolb", "--json"]).output)["release"]
  #expect(release?["commit"] == .string("0123456789abcdef0123456789abcdef01234567"))
  #expect(release?["tests"]?["requests"] == .number("3") && release?["tests"]?["invariants"] == .number("1"))
  // A bundle of version 1 has no release to speak of.
  let old = try hpol(["verify", "\(folder)/v1.hpolb", "--trust", "\(folder)/v2.pub"])
  #expect(old.code == 1 && old.error.contains("is not signed"))
  #expect(try hpol(["sign", "\(folder)/v1.hpolb", "--key", "\(folder)/v2.pub"]).code == 2)
}
