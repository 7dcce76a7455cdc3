import Foundation
import PolicyBytecode
import Testing

@testable import PolicyTestBench

/// Shell rewrites mean the same to a real shell: bash runs each spelling with a harmless stand-in for `rm` that notes
/// its working directory and its arguments, and all must note the same.
@Suite struct EvasionShellTests {
  /// What `rm` was told, spelled in one way: its flags as a set, its operands as paths.
  private static func canonical(_ call: String) -> String {
    var parts = call.split(separator: "\u{1}", omittingEmptySubsequences: false).map(String.init)
    let folder = parts.removeFirst()
    var flags: Set<Character> = []
    var operands: [String] = []
    var isOver = false
    for part in parts {
      if !isOver, part == "--" {
        isOver = true
      } else if !isOver, part.hasPrefix("--") {
        // The stand-in takes the long names that the table has, and their beginnings.
        let names: [(String, Character)] = [("--recursive", "r"), ("--force", "f"), ("--verbose", "v"), ("--dir", "d")]
        flags.insert(names.first { $0.0.hasPrefix(part) }?.1 ?? "?")
      } else if !isOver, part.hasPrefix("-"), part.count > 1 {
        flags.formUnion(part.dropFirst().map { $0 == "R" ? "r" : $0 })
      } else {
        let path = part.hasPrefix("/") ? part : folder + "/" + part
        operands.append(URL(fileURLWithPath: "/" + path.drop { $0 == "/" }).standardized.path)
      }
    }
    flags.remove("v")
    return "-" + String(flags.sorted()) + " " + operands.joined(separator: " ")
  }

  /// Programs that only root may run, or that machines may lack, as stand-ins that run what they are given.
  private static let prefixes = """
    #!/bin/bash
    while [[ $1 == -* || $1 == *=* && $0 != */env ]]; do
      case $1 in
        --) shift; break;;
        -u|-o|-b) shift 2;;
        *) shift;;
      esac
    done
    exec "$@"
    """

  private static let su = """
    #!/bin/bash
    while [[ $1 != -c ]]; do shift; done
    exec bash -c "$2"
    """

  @Test func bashDoesTheSame() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hpol-\(UUID().uuidString)")
      .resolvingSymlinksInPath()
    defer { try? FileManager.default.removeItem(at: folder) }
    let bin = folder.appendingPathComponent("bin")
    let data = folder.appendingPathComponent("data")
    for each in [bin, data] { try FileManager.default.createDirectory(at: each, withIntermediateDirectories: true) }
    func program(_ name: String, _ text: String) throws {
      let file = bin.appendingPathComponent(name)
      try Data(text.utf8).write(to: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }
    try program("rm", "#!/bin/bash\nprintf -v line '\\x01%s' \"$@\"\necho \"$PWD$line\" >&7\n")
    for name in ["sudo", "doas", "unshare", "strace"] { try program(name, Self.prefixes) }
    try program("chrt", "#!/bin/bash\nshift 2\nexec \"$@\"\n")
    try program("setarch", "#!/bin/bash\nshift\nexec \"$@\"\n")
    try program("su", Self.su)
    // Nothing else is found but what the rewrites name: whatever goes wrong finds no program.
    let real = [
      "bash", "sh", "dash", "env", "nice", "nohup", "timeout", "setsid", "stdbuf", "ionice", "flock", "taskset",
      "prlimit", "true", "echo", "xargs", "find", "base64", "rev", "cat", "script", "python3", "perl", "awk", "git",
    ]
    var missing: Set<String> = []
    for name in real {
      guard let path = ["/usr/bin/", "/bin/"].map({ $0 + name }).first(where: FileManager.default.fileExists) else {
        missing.insert(name)
        continue
      }
      try FileManager.default.createSymbolicLink(
        atPath: bin.appendingPathComponent(name).path, withDestinationPath: path)
    }
    if !missing.isEmpty { print("skipped: spellings with \(missing.sorted()), which are not here") }

    let at = data.path
    let seeds = [
      "rm -rf \(at)/victim", "rm -r -f \(at)/a \(at)/b", "true && rm -Rf \(at)/victim", "sudo rm -rf \(at)/victim",
      "if true; then rm -fr \(at)/victim; fi", "rm --recursive --force '\(at)/a b'; echo done", "(rm -f \(at)/victim)",
      "echo x | rm -fv \(at)/victim", "x=victim; rm -rf \(at)/$x", "rm -r \(at)/victim > /dev/null 2>&1",
    ]
    // Those that name a program of the machine by its path would run it.
    let excluded: Set<String> = [
      "the program by its path", "the program by a glob that only it matches", "an applet of `busybox`",
      "a glob that only the path matches",
    ]
    var cases: [(name: String, seed: Int, line: String)] = []
    for (number, seed) in seeds.enumerated() {
      cases.append(("as it is", number, seed))
      for rewrite in ShellRewrites.all where !excluded.contains(rewrite.name) {
        for spelling in rewrite.apply(Spelling(.shell, seed)) {
          guard let line = spelling.text, !missing.contains(where: { line.contains($0 + " ") }),
            !line.contains("/bin/"),
            // A login shell sets another PATH.
            !line.contains("bash -lc"),
            // It closes the descriptor that the stand-in writes to.
            !line.contains("import subprocess")
          else { continue }
          cases.append((rewrite.name, number, line))
        }
      }
    }
    for (number, each) in cases.enumerated() {
      try Data(each.line.utf8).write(to: folder.appendingPathComponent("\(number).sh"))
    }
    let driver = Process()
    driver.executableURL = URL(fileURLWithPath: "/bin/bash")
    driver.currentDirectoryURL = folder
    driver.arguments = [
      "-c",
      """
      for ((i = 0; i < \(cases.count); i++)); do
        timeout 20 bash -c "$(<$i.sh)" < /dev/null > /dev/null 2>&1 7> $i.log
      done
      """,
    ]
    driver.environment = ["PATH": bin.path, "HOME": data.path, "LC_ALL": "C.UTF-8"]
    try driver.run()
    driver.waitUntilExit()

    func calls(_ number: Int) -> [String] {
      let text = (try? String(contentsOf: folder.appendingPathComponent("\(number).log"), encoding: .utf8)) ?? ""
      return text.split(separator: "\n").map { Self.canonical(String($0)) }
    }
    let expected = seeds.indices.map { seed in calls(cases.firstIndex { $0.seed == seed } ?? 0) }
    #expect(expected.allSatisfy { $0.count == 1 })
    // A loop over several operands runs the program for each.
    var names: Set<String> = []
    for (number, each) in cases.enumerated() {
      names.insert(each.name)
      #expect(calls(number) == expected[each.seed], "\(each.name): \(each.line)")
    }
    #expect(names.count > 60 && cases.count > 1000, "\(names.count) rewrites, \(cases.count) spellings")
  }

  @Test func whatIsNotFollowedIsLeftAlone() {
    for line in ["cat <<E\nx\nE\n", "case x in a) rm;; esac", "echo 'open", "x=$(", "[[ -f x ]]", "f() { rm x; }"] {
      #expect(ShellLine(line).commands.isEmpty, "\(line)")
    }
    #expect(ShellLine("a b; c | d && e").commands.map(\.program.text) == ["a", "c", "d", "e"])
    #expect(
      ShellLine("X=1 sudo rm -rf 'a b' >x").commands.map { $0.words.map(\.text) } == [
        ["sudo", "rm", "-rf", "'a b'"], ["rm", "-rf", "'a b'"],
      ])
    #expect(ShellRewrites.all.allSatisfy { $0.apply(Spelling(.postgres, "rm -rf x")).isEmpty })
  }

  /// Another shell would lose what these do.
  @Test func stateOfTheShellStaysInTheShell() {
    for line in ["unset HISTFILE", "history -c", "set +o history", "export A=1", "HISTFILE=/dev/null"] {
      for rewrite in ShellWrapRewrites.all {
        for spelling in rewrite.apply(Spelling(.shell, line)) {
          let text = spelling.text ?? ""
          // `eval` and `source` stay.
          guard !text.hasPrefix("eval "), !text.hasPrefix(". ") else { continue }
          #expect(!text.contains("bash") && !text.hasPrefix("( ") && !text.contains("$("), "\(rewrite.name): \(text)")
        }
      }
    }
  }
}
