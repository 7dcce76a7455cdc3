import Foundation
import TestSupport
import Testing

@Suite struct ServeCommandTests {
  private static func policy(_ message: String) -> String {
    """
    hpol 1

    default allow

    rule no-drop {
      when  sql.verb is drop
      block "\(message)"
    }

    """
  }

  private func build(_ folder: String, _ message: String, _ options: [String]) throws {
    try Self.policy(message).write(toFile: folder + "/p.hpol", atomically: true, encoding: .utf8)
    let run = try hpol(["build", "p.hpol", "-o", "p.hpolb"] + options, folder: folder)
    #expect(run.code == 0, "\(run.error)")
  }

  private func ask(_ url: String) throws -> String {
    let body = #"{"protocol":"postgres","request":"DROP TABLE t"}"#
    return try ShellRun(
      "curl -sS -m 20 -H 'Content-Type: application/json' --data-binary \"$body\" \(url)/v1/decide", ["body": body]
    ).output
  }

  /// With trusted keys nothing comes into force that they did not sign, and no older revision; what is in force stays.
  @Test func onlyWhatIsTrustedComesIntoForce() throws {
    try withFolder(["p.hpol": Self.policy("none")]) { (folder: String) throws in
      #expect(try hpol(["keygen", "a"], folder: folder).code == 0)
      #expect(try hpol(["keygen", "b"], folder: folder).code == 0)
      let arguments = ["serve", "p.hpolb", "--listen", "127.0.0.1:0", "--trust", "a.pub"]
      try build(folder, "none", [])
      let refused = try hpol(arguments, folder: folder)
      #expect(refused.code == 2 && refused.error.contains("not signed"), "\(refused.error)")

      try build(folder, "two", ["--revision", "2", "--sign", "a.key"])
      let program = try RunningProgram(arguments, folder: folder)
      let start = try program.wait { $0.contains("listening on ") && $0.hasSuffix("\n") }
      let url = String(start.split(separator: "\n")[0].dropFirst("listening on ".count))
      #expect(try ask(url).contains("\"two\""))
      for (message, options) in [
        ("unsigned", []), ("of another", ["--revision", "9", "--sign", "b.key"]),
        ("older", ["--revision", "1", "--sign", "a.key"]),
      ] {
        let before = program.printed.count
        try build(folder, message, options)
        _ = try program.wait { $0.dropFirst(before).contains("the old policy stays in force: ") }
        #expect(try ask(url).contains("\"two\""), "\(message)")
      }
      try build(folder, "three", ["--revision", "3", "--sign", "a.key"])
      _ = try program.wait { $0.contains("generation 2 is in force") }
      #expect(try ask(url).contains("\"three\""))
      #expect(program.end() == 0)
    }
  }
  /// Lists and what is used are watched, too, what has errors is said to leave the old one, and who reads no longer ends nothing.
  @Test func everyFileOfAPolicyIsWatched() throws {
    let files = [
      "p.hpol": "hpol 1\n\nuse \"r.hpol\"\n\ndefault allow\n",
      "r.hpol": "hpol 1\n\nlist gone from \"l.txt\"\n\nrule no {\n  when sql.table in gone\n  block \"listed\"\n}\n",
      "l.txt": "x\n",
    ]
    try withFolder(files) { (folder: String) throws in
      let program = try RunningProgram(["serve", "p.hpol", "--listen", "127.0.0.1:0"], folder: folder)
      let start = try program.wait { $0.contains("listening on ") && $0.hasSuffix("\n") }
      let url = String(start.split(separator: "\n")[0].dropFirst("listening on ".count))
      #expect(!(try ask(url).contains("listed")))
      try "t\n".write(toFile: folder + "/l.txt", atomically: true, encoding: .utf8)
      _ = try program.wait { $0.contains("generation 2 is in force") }
      #expect(try ask(url).contains("listed"))
      try "hpol 1\n\nrule".write(toFile: folder + "/r.hpol", atomically: true, encoding: .utf8)
      _ = try program.wait { $0.contains("the old policy stays in force: the new one has errors") }
      #expect(try ask(url).contains("listed"))
      #expect(program.end() == 0)
    }
  }
}
