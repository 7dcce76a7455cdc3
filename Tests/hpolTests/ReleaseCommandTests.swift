import Foundation
import JSONText
import Testing

/// Keys, signing, verifying, and what a bundle says of its making, from the command line.
@Suite struct ReleaseCommandTests {
  private static let policy = """
    hpol 1
    default allow
    rule no-drop {
      when sql.verb is drop
      block "no"
    }
    test no-drop {
      as user "eve" on postgres "db"
      "DROP TABLE t" => block by no-drop
      "SELECT 1" => allow
    }
    invariant never-dropped {
      never allow when sql.verb is drop
    }

    """
  private static let fixtures = """
    {"protocol":"postgres","request":"DROP TABLE t","expect":{"decision":"block"}}
    {"protocol":"postgres","request":"SELECT 2"}

    """

  private func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

  @Test func aReleaseFromKeyToVerification() throws {
    try withFolder(["a.hpol": Self.policy, "f.jsonl": Self.fixtures]) { (folder: String) throws in
      let (bundle, key) = ("\(folder)/a.hpolb", "\(folder)/release")
      let made = try hpol(["keygen", key])
      #expect(made.code == 0 && made.output.hasPrefix("\(key).key, \(key).pub: the key "), "\(made)")
      let attributes = try FileManager.default.attributesOfItem(atPath: key + ".key")
      #expect(attributes[.posixPermissions] as? Int == 0o600)
      let again = try hpol(["keygen", key])
      #expect(again.code == 2 && again.error.contains("file exists"))
      #expect(try hpol(["keygen", "\(folder)/other"]).code == 0)

      let build = [
        "build", "\(folder)/a.hpol", "-o", bundle, "--require-tests", "--fixtures", "\(folder)/f.jsonl", "--revision",
        "7",
        "--sign", key + ".key", "--expires", "2099-01-31", "--commit", "c0ffee",
      ]
      let built = try hpol(build)
      #expect(built.code == 0 && built.output.contains("signed with the key "), "\(built)")
      let first = try bytes(bundle)
      #expect(try hpol(build).code == 0 && bytes(bundle) == first)

      let shown = try JSONValue(parsing: hpol(["inspect", bundle, "--json"]).output)
      let release = shown["release"]
      #expect(shown["format"] == .number("2"))
      #expect(release?["revision"] == .number("7") && release?["commit"] == .string("c0ffee"))
      #expect(release?["expires"] == .string("2099-01-31T00:00:00Z"))
      let id = try #require(release?["key"]?.string)
      #expect(made.output.hasSuffix("the key \(id)\n") && built.output.hasSuffix("the key \(id)\n"))
      let counts = [
        "tests": "1", "requests": "2", "fixtures": "1", "invariants": "1", "covered": "3", "coverable": "3",
      ]
      for (name, count) in counts { #expect(release?["tests"]?[name] == .number(count), "\(name)") }
      let source = shown["sources"]?.array?.first
      #expect(source?["path"] == .string("a.hpol") && source?["sha256"]?.string?.utf8.count == 64)
      let text = try hpol(["inspect", bundle]).output
      for part in [
        "the key \(id)", "2099-01-31T00:00:00Z", "c0ffee", "1 test with 2 requests", "100.0 %: 3 of 3", "sha256 ",
      ] {
        #expect(text.contains(part), "\(part): \(text)")
      }

      let good = try hpol(["verify", bundle, "--trust", key + ".pub", "--in-force", "7"])
      #expect(
        good.code == 0 && good.output.contains("revision 7, signed with the key \(id), expires at 2099"), "\(good)")
      let refusals: [([String], String)] = [
        (["--trust", "\(folder)/other.pub"], "the key \(id), which is not trusted"),
        (["--trust", key + ".pub", "--in-force", "8"], "revision 7 is older than 8"),
        (["--trust", key + ".pub", "--at", "2099-01-31"], "expired at 2099-01-31T00:00:00Z"),
      ]
      for (options, part) in refusals {
        let run = try hpol(["verify", bundle] + options)
        #expect(run.code == 1 && run.error.contains(part), "\(part): \(run)")
      }
      #expect(
        try hpol(["verify", bundle, "--trust", "\(folder)/other.pub", "--trust", key + ".pub"]).code == 0)
    }
  }

  @Test func aChangedByteIsRefusedByEveryCommand() throws {
    try withFolder(["a.hpol": Self.policy, "f.jsonl": Self.fixtures]) { (folder: String) throws in
      let (bundle, key) = ("\(folder)/a.hpolb", "\(folder)/release")
      #expect(try hpol(["keygen", key]).code == 0)
      #expect(try hpol(["build", "\(folder)/a.hpol", "-o", bundle]).code == 0)
      let run = { (arguments: [String]) in try hpol([arguments[0], bundle] + arguments.dropFirst()) }
      // Unsigned bundles are for development; who trusts keys refuses them.
      #expect(try run(["eval", "-f", "\(folder)/f.jsonl"]).code == 0)
      for command in [
        ["verify"], ["eval", "-f", "\(folder)/f.jsonl"], ["replay", "-f", "\(folder)/f.jsonl"], ["inspect"],
      ] {
        let refused = try run(command + ["--trust", key + ".pub"])
        #expect(refused.code != 0 && refused.error.contains("is not signed; sign it with `hpol sign"), "\(refused)")
      }
      // A key may come by a pipe.
      let pem = try String(contentsOfFile: key + ".key", encoding: .utf8)
      #expect(try hpol(["sign", bundle, "--key", "-", "--output", "\(folder)/piped.hpolb"], input: pem).code == 0)
      #expect(try hpol(["verify", "\(folder)/piped.hpolb", "--trust", key + ".pub"]).code == 0)
      let signed = try run(["sign", "--key", key + ".key"])
      #expect(signed.code == 0, "\(signed)")
      #expect(try run(["eval", "-f", "\(folder)/f.jsonl", "--trust", key + ".pub"]).code == 0)

      var changed = try bytes(bundle)
      changed[changed.count / 2] ^= 4
      try Data(changed).write(to: URL(fileURLWithPath: bundle))
      for command in [["eval", "-f", "\(folder)/f.jsonl"], ["replay", "-f", "\(folder)/f.jsonl"], ["inspect"]] {
        let refused = try run(command)
        #expect(refused.code == 2 && refused.error.contains("was changed after it was signed"), "\(refused)")
      }
    }
  }

  @Test func whatTestsRefuteIsNotBuilt() throws {
    let refuted = Self.policy.replacingOccurrences(of: #""SELECT 1" => allow"#, with: #""SELECT 1" => block"#)
    let violated = Self.policy.replacingOccurrences(
      of: "never allow when sql.verb is drop", with: "never allow when sql.verb is select")
    let untested = Self.policy.components(separatedBy: "test no-drop")[0]
    let files = [
      "refuted.hpol": refuted, "violated.hpol": violated, "untested.hpol": untested, "good.hpol": Self.policy,
    ]
    let pinned = Self.fixtures.replacingOccurrences(of: "\"block\"", with: "\"allow\"")
    try withFolder(files.merging(["f.jsonl": pinned]) { $1 }) { (folder: String) throws in
      let cases: [([String], String)] = [
        (["refuted.hpol"], "expected block"), (["violated.hpol"], "HP0208"), (["untested.hpol"], "there are no tests"),
        (["good.hpol", "--fixtures", "\(folder)/f.jsonl"], "expected allow"),
      ]
      for (arguments, part) in cases {
        let output = "\(folder)/x.hpolb"
        let run = try hpol(
          ["build", "\(folder)/\(arguments[0])", "-o", output, "--require-tests"] + arguments.dropFirst())
        #expect(run.code == 1 && run.error.contains(part) && run.error.contains("not built"), "\(run)")
        #expect(!FileManager.default.fileExists(atPath: output))
      }
      #expect(try hpol(["build", "\(folder)/good.hpol", "-o", "\(folder)/y.hpolb", "--require-tests"]).code == 0)
    }
  }

  @Test func whatCannotBeMeantIsAUsageError() throws {
    try withFolder(["a.hpol": Self.policy]) { (folder: String) throws in
      let build = ["build", "\(folder)/a.hpol", "-o", "\(folder)/a.hpolb"]
      let cases: [([String], String)] = [
        (build + ["--sign", "k"], "needs a number that grows"),
        (build + ["--revision", "0"], "whole number from 1"), (build + ["--revision", "+1"], "whole number from 1"),
        (build + ["--revision", "18446744073709551616"], "whole number from 1"),
        (build + ["--expires", "soon"], "takes a date"), (build + ["--expires", "1970-01-01"], "takes a date"),
        (build + ["--commit", ""], "1 to 128 bytes"),
        (build + ["--commit", String(repeating: "a", count: 129)], "1 to 128 bytes"),
        (build + ["--fixtures", "f"], "goes with `--require-tests`"),
        (build + ["--sign", "\(folder)/a.hpol", "--revision", "1"], "expected a private key"),
        (["sign", "\(folder)/a.hpol"], "expected `--key"), (["keygen"], "expected one NAME"),
        (["verify", "\(folder)/a.hpol"], "expected `--trust"),
        (["eval", "\(folder)/a.hpol", "-f", "-", "--trust", "\(folder)/a.hpol"], "expected public keys"),
      ]
      for (arguments, part) in cases {
        let run = try hpol(arguments)
        #expect(run.code == 2 && run.error.contains(part), "\(arguments): \(run)")
      }
      let largest = ["--revision", "18446744073709551615", "--commit", String(repeating: "a", count: 128)]
      #expect(try hpol(build + largest).code == 0)
    }
  }

  /// The format is open: OpenSSL's own program verifies a signature, and its keys are taken.
  @Test func opensslVerifiesWhatIsSigned() throws {
    try withFolder(["a.hpol": Self.policy]) { (folder: String) throws in
      func shell(_ script: String) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-euc", "cd '\(folder)'; \(script)"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
      }
      #expect(
        try shell("openssl genpkey -algorithm ed25519 -out k.pem; openssl pkey -in k.pem -pubout -out k.pub") == 0)
      #expect(
        try hpol([
          "build", "\(folder)/a.hpol", "-o", "\(folder)/a.hpolb", "--revision", "1", "--sign", "\(folder)/k.pem",
        ])
        .code == 0)
      #expect(try hpol(["verify", "\(folder)/a.hpolb", "--trust", "\(folder)/k.pub"]).code == 0)
      let verify = """
        body=$(($(stat -c %s a.hpolb) - 104))
        tail -c 64 a.hpolb > signature
        { printf HPOLSIGN; head -c $body a.hpolb | openssl dgst -sha256 -binary; } > text
        openssl pkeyutl -verify -pubin -inkey k.pub -rawin -in text -sigfile signature
        """
      #expect(try shell(verify) == 0)
      #expect(try shell("printf x | dd of=a.hpolb bs=1 seek=500 conv=notrunc; \(verify)") != 0)
      // Keys that lie encrypted are decrypted outside.
      #expect(try shell("openssl pkey -in k.pem -aes256 -passout pass:x -out e.pem") == 0)
      let encrypted = try hpol(["sign", "\(folder)/a.hpolb", "--key", "\(folder)/e.pem"])
      #expect(encrypted.code == 2 && encrypted.error.contains("is encrypted"), "\(encrypted)")
      #expect(try shell("openssl ecparam -name prime256v1 -genkey -noout -out p.pem") == 0)
      let foreign = try hpol(["sign", "\(folder)/a.hpolb", "--key", "\(folder)/p.pem"])
      #expect(foreign.code == 2 && foreign.error.contains("not of Ed25519"), "\(foreign)")
    }
  }
}
