import Foundation
import PolicyBytecode
import Testing

@testable import PolicyTestBench

/// Shell rewrites mean the same to a real shell: bash runs each spelling with harmless stand-ins for `rm` and others that
/// note their working directory and their arguments, and all must note the same.
@Suite struct EvasionShellTests {
  /// What a program reads of its arguments.
  private struct Reading {
    var valued: Set<Character> = []
    /// Long names, of which beginnings are taken, too.
    var long: [(name: String, letter: Character)] = []
    var permutes = true
    /// Whether operands are paths.
    var takesPaths = false
  }

  private static let readings: [String: Reading] = [
    "rm": Reading(long: [("recursive", "r"), ("force", "f"), ("verbose", "v"), ("dir", "d")], takesPaths: true),
    "scp": Reading(valued: ["P", "i"], permutes: false),
    "grep": Reading(
      valued: ["e", "A", "B", "C", "m", "f"],
      long: [("ignore-case", "i"), ("line-number", "n"), ("invert-match", "v"), ("quiet", "q"), ("regexp", "e")]),
    "psql": Reading(
      valued: ["c", "h", "U", "d", "f", "p"],
      long: [("command", "c"), ("host", "h"), ("username", "U"), ("dbname", "d"), ("file", "f"), ("port", "p")]),
  ]

  /// What a program was told, spelled in one way: its flags as a set, its operands in order.
  private static func canonical(_ call: String) -> String {
    var parts = call.split(separator: "\u{1}", omittingEmptySubsequences: false).map(String.init)
    let (folder, program) = (parts.removeFirst(), parts.removeFirst())
    let reading = readings[program] ?? Reading()
    var flags: Set<String> = []
    var operands: [String] = []
    var isOver = false
    while !parts.isEmpty {
      let part = parts.removeFirst()
      if !isOver, part == "--" {
        isOver = true
      } else if !isOver, part.hasPrefix("--") {
        let name = part.dropFirst(2).prefix { $0 != "=" }
        guard let letter = reading.long.first(where: { $0.name.hasPrefix(name) })?.letter else { return "?" + part }
        if !reading.valued.contains(letter) {
          flags.insert(String(letter))
        } else if part.contains("=") {
          flags.insert("\(letter)=\(part.dropFirst(name.count + 3))")
        } else {
          flags.insert("\(letter)=\(parts.isEmpty ? "?" : parts.removeFirst())")
        }
      } else if !isOver, part.hasPrefix("-"), part.count > 1 {
        var letters = part.dropFirst()
        while let letter = letters.popFirst() {
          guard reading.valued.contains(letter) else {
            flags.insert(letter == "R" && program == "rm" ? "r" : String(letter))
            continue
          }
          let value = !letters.isEmpty ? String(letters) : parts.isEmpty ? "?" : parts.removeFirst()
          flags.insert("\(letter)=\(value)")
          letters = ""
        }
      } else {
        isOver = isOver || !reading.permutes
        let path = (part.hasPrefix("/") ? part : folder + "/" + part).split(separator: "/").joined(separator: "/")
        operands.append(reading.takesPaths ? URL(fileURLWithPath: "/" + path).standardized.path : part)
      }
    }
    // It may be asked to say more.
    flags.remove("v")
    return "\(program) -\(flags.sorted()) \(operands)"
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

  /// A folder with the stand-ins and with links to the programs that rewrites name: whatever goes wrong finds no other.
  private final class Yard {
    let folder: URL
    /// Where operands are.
    let data: String
    /// Programs that are not on this machine.
    private(set) var missing: Set<String> = []

    private static let real = [
      "bash", "sh", "dash", "env", "nice", "nohup", "timeout", "setsid", "stdbuf", "ionice", "flock", "taskset",
      "prlimit", "true", "echo", "xargs", "find", "base64", "rev", "cat", "script", "python3", "perl", "awk", "git",
    ]

    init() throws {
      folder = FileManager.default.temporaryDirectory.appendingPathComponent("hpol-\(UUID().uuidString)")
        .resolvingSymlinksInPath()
      data = folder.appendingPathComponent("data").path
      for name in ["bin", "data"] {
        try FileManager.default.createDirectory(
          at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
      }
      for name in EvasionShellTests.readings.keys {
        try program(name, "#!/bin/bash\nprintf -v line '\\x01%s' \"${0##*/}\" \"$@\"\necho \"$PWD$line\" >&7\n")
      }
      for name in ["sudo", "doas", "unshare", "strace"] { try program(name, EvasionShellTests.prefixes) }
      try program("chrt", "#!/bin/bash\nshift 2\nexec \"$@\"\n")
      try program("setarch", "#!/bin/bash\nshift\nexec \"$@\"\n")
      try program("su", EvasionShellTests.su)
      for name in Self.real {
        guard let path = ["/usr/bin/", "/bin/"].map({ $0 + name }).first(where: FileManager.default.fileExists) else {
          missing.insert(name)
          continue
        }
        try FileManager.default.createSymbolicLink(
          atPath: folder.appendingPathComponent("bin/" + name).path, withDestinationPath: path)
      }
      if !missing.isEmpty { print("skipped: spellings with \(missing.sorted()), which are not here") }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func program(_ name: String, _ text: String) throws {
      let file = folder.appendingPathComponent("bin/" + name)
      try Data(text.utf8).write(to: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }

    /// Whether a line can be run here.
    func takes(_ line: String) -> Bool {
      !missing.contains { line.contains($0 + " ") }
        && !line.contains("/bin/")
        // A login shell sets another PATH.
        && !line.contains("bash -lc")
        // It closes the descriptor that the stand-ins write to.
        && !line.contains("import subprocess")
    }

    /// What the stand-ins were told by each of the lines.
    func calls(_ lines: [String]) throws -> [[String]] {
      for (number, line) in lines.enumerated() {
        try Data(line.utf8).write(to: folder.appendingPathComponent("\(number).sh"))
      }
      let driver = Process()
      driver.executableURL = URL(fileURLWithPath: "/bin/bash")
      driver.currentDirectoryURL = folder
      driver.arguments = [
        "-c",
        """
        for ((i = 0; i < \(lines.count); i++)); do
          timeout 20 bash -c "$(<$i.sh)" < /dev/null > /dev/null 2>&1 7> $i.log
        done
        """,
      ]
      driver.environment = ["PATH": folder.path + "/bin", "HOME": data, "LC_ALL": "C.UTF-8"]
      try driver.run()
      driver.waitUntilExit()
      return lines.indices.map { number in
        let text = (try? String(contentsOf: folder.appendingPathComponent("\(number).log"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map { EvasionShellTests.canonical(String($0)) }
      }
    }
  }

  /// Those that name a program of the machine by its path would run it.
  private static let excluded: Set<String> = [
    "the program by its path", "the program by a glob that only it matches", "an applet of `busybox`",
    "a glob that only the path matches",
  ]

  private static let rewrites = ShellRewrites.all.filter { !excluded.contains($0.name) }

  private struct Case {
    var rewrites: [String]
    var seed: Int
    var line: String
  }

  /// Runs the seeds and the cases.
  private func expectSame(_ yard: Yard, _ seeds: [String], _ cases: [Case]) throws {
    let calls = try yard.calls(seeds + cases.map(\.line))
    for number in seeds.indices { #expect(calls[number].count == 1, "\(seeds[number])") }
    // A loop over several operands runs the program for each.
    for (each, found) in zip(cases, calls.dropFirst(seeds.count)) {
      #expect(found == calls[each.seed], "\(each.rewrites) of \(seeds[each.seed]): \(each.line)")
    }
  }

  @Test func bashDoesTheSame() throws {
    let yard = try Yard()
    let at = yard.data
    let seeds = [
      "rm -rf \(at)/victim", "rm -r -f \(at)/a \(at)/b", "true && rm -Rf \(at)/victim", "sudo rm -rf \(at)/victim",
      "if true; then rm -fr \(at)/victim; fi", "rm --recursive --force '\(at)/a b'; echo done", "(rm -f \(at)/victim)",
      "echo x | rm -fv \(at)/victim", "x=victim; rm -rf \(at)/$x", "rm -r \(at)/victim > /dev/null 2>&1",
    ]
    var cases: [Case] = []
    for (number, seed) in seeds.enumerated() {
      for rewrite in Self.rewrites {
        for line in rewrite.apply(Spelling(.shell, seed)).compactMap(\.text) where yard.takes(line) {
          cases.append(Case(rewrites: [rewrite.name], seed: number, line: line))
        }
      }
    }
    let names = Set(cases.flatMap(\.rewrites))
    #expect(names.count > 60 && cases.count > 1000, "\(names.count) rewrites, \(cases.count) spellings")
    try expectSame(yard, seeds, cases)
  }

  /// What a rewrite makes is a line like any other to the next: a word that one has hidden is no operand to another, and
  /// what one has set is not there for another to set.
  @Test func severalRewritesDoTheSame() throws {
    let yard = try Yard()
    let at = yard.data
    let seeds = [
      "rm -rf \(at)/victim", "rm -r \(at)/a \(at)/b", "scp dump.sql ana@10.0.0.9:/tmp/", "grep DB_ \(at)/.env",
      "psql -h db -c 'DROP TABLE orders'", "scp -r -P 22 dump ana@10.0.0.9:/tmp/", "grep -n -i DB_ \(at)/.env",
      "echo x | rm -rf \(at)/victim",
    ]
    // Words and flags are where rewrites meet; a line that a whole shell is given is a word to them.
    let inner = Self.rewrites.filter { rewrite in !ShellWrapRewrites.all.contains { $0.name == rewrite.name } }
    var generator = SeededGenerator(seed: 1, name: "composed")
    var cases: [Case] = []
    var seen: Set<String> = []
    for round in 0..<6000 where cases.count < 1200 {
      let number = round % seeds.count
      var spelling = Spelling(.shell, seeds[number])
      var names: [String] = []
      for _ in 0..<12 where names.count < 2 + round % 3 {
        let table = generator.next() % 4 == 0 ? Self.rewrites : inner
        let rewrite = table[Int(generator.next(upperBound: UInt64(table.count)))]
        // One that is not taken is not seen any more behind another.
        let choices = rewrite.apply(spelling).filter { $0.text.map(yard.takes) ?? false }
        guard !choices.isEmpty else { continue }
        spelling = choices[Int(generator.next(upperBound: UInt64(choices.count)))]
        names.append(rewrite.name)
      }
      guard let line = spelling.text, seen.insert(line).inserted else { continue }
      cases.append(Case(rewrites: names, seed: number, line: line))
    }
    #expect(cases.count == 1200)
    try expectSame(yard, seeds, cases)
  }

  /// Where it is not certain what a word is, words stay in their places; and positional parameters have one use.
  @Test func flagsStayWhereTheyAre() {
    func spellings(_ name: String, _ line: String) -> [String] {
      ShellRewrites.all.filter { $0.name == name }.flatMap { $0.apply(Spelling(.shell, line)) }.compactMap(\.text)
    }
    for line in [
      "scp ${_none}dump.sql ana@10.0.0.9:/tmp/", "rm ${_none:--rf} /", "_a='-rf'; rm $_a /", "rm $(printf %s '-rf') /",
      "psql -h db ${_none:--c} 'DROP TABLE orders'", "rm {-rf,/}", "psql -h $X -c 'DROP TABLE orders'",
    ] {
      for name in ["flags after operands", "`--` before operands"] { #expect(spellings(name, line) == [], "\(line)") }
    }
    #expect(spellings("flags after operands", "grep /srv/app/.env D''B_") == [])
    #expect(spellings("flags after operands", "scp -r a b:") == [])
    #expect(
      spellings("flags after operands", #"rm '-r'f "/a b" /*"#) == [#"rm "/a b" /* -r -f"#, #"rm "/a b" -r -f /*"#])
    #expect(spellings("`--` before operands", "rm -rf ~/x") == ["rm -r -f -- ~/x"])
    #expect(spellings("flags in another order", "rm -fi x") == [])
    #expect(spellings("flags in another order", "rm -r $x -f") == [])
    for line in ["set -- true; psql", "set -- echo; \"$@\" | (rm x)", "rm ${1}", "rm x; shift"] {
      for name in ["the program behind an empty variable", "the command in a variable"] {
        #expect(
          !spellings(name, line).contains { $0.contains("set -- rm") || $0.contains("$@sql") || $0.contains("r$@m") })
      }
    }
    #expect(spellings("the command in a variable", "rm x").contains("set -- rm x; \"$@\""))
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
