import PolicyBytecode

/// Rewrites that let something else run a command or a whole line: other programs, another shell, an interpreter.
enum ShellWrapRewrites {
  static var all: [Rewrite] { prefixes + carriers + compounds + shells + interpreters }

  // MARK: - Programs that run a command

  private static func prefix(_ prefix: String, when condition: String = "the program is installed") -> Rewrite {
    ShellRewrites.ofCommands("run by `\(prefix)`", when: condition) { line, command in
      // Behind a pipe `time` is no word of the shell.
      guard !command.isFed || prefix.prefix(5) != "time" && prefix.prefix(5) != "time " else { return [] }
      guard !command.isCarried, !command.hasAssignments, command.program.isPlain,
        ShellPrograms.isExternal(command.program.text)
      else { return [] }
      return [line.replacing(command.start..<command.start, with: prefix + " ")]
    }
  }

  private static let root = "the account may use it, and as root the command does at least the same"

  private static let prefixes: [Rewrite] = [
    prefix("command"), prefix("command --"), prefix("env"), prefix("env -i PATH=\"$PATH\" HOME=\"$HOME\""),
    prefix("env -u B A=1"),
    prefix("nice"), prefix("nice -n 5"), prefix("nice -5"), prefix("nohup"), prefix("time"), prefix("time -p"),
    prefix("timeout 60"),
    prefix("timeout -s KILL 60s"), prefix("setsid"), prefix("setsid -w"), prefix("stdbuf -o0"), prefix("ionice -c 3"),
    prefix("sudo", when: root),
    prefix("sudo -n -u root", when: root), prefix("sudo --user=root --", when: root),
    prefix("sudo -E env A=1", when: root),
    prefix("doas", when: root), prefix("flock /tmp/_l"), prefix("unshare", when: root), prefix("taskset 1"),
    prefix("chrt -b 0"),
    prefix("strace -f -o /dev/null"), prefix("env nice nohup timeout 60"), prefix("setarch -R"),
    prefix("prlimit --core=0"),
    ShellRewrites.ofCommands("run by `exec`", when: "nothing comes after it in the shell") { line, command in
      guard line.only != nil, !command.isCarried, !command.hasAssignments,
        ShellPrograms.isExternal(command.program.text)
      else { return [] }
      return ["exec ", "exec -a x ", "builtin exec "].map { line.replacing(command.start..<command.start, with: $0) }
    },
    ShellRewrites.ofCommands("an applet of `busybox`", when: "it is installed and its applet takes these flags") {
      line, command in
      guard !command.isCarried, !command.hasAssignments, applets.contains(command.program.text),
        !command.arguments.contains(where: { $0.text.hasPrefix("--") })
      else { return [] }
      return ["busybox ", "/bin/busybox "].map { line.replacing(command.start..<command.start, with: $0) }
    },
  ]

  private static let applets: Set<String> = [
    "rm", "cat", "chmod", "chown", "mv", "cp", "dd", "ln", "rmdir", "unlink", "head", "tail", "tee", "touch",
  ]

  /// Programs that may read their standard input, which these rewrites take from them.
  private static func readsInput(_ line: ShellLine) -> Bool {
    line.commands.contains { command in
      readers.contains(command.program.text) || command.arguments.contains { $0.text == "-" || $0.text == "/dev/stdin" }
    }
  }

  private static let readers: Set<String> = [
    "tee", "crontab", "xargs", "sh", "bash", "dash", "zsh", "psql", "mysql", "mariadb", "redis-cli", "cat", "python3",
    "python",
    "perl", "ruby", "node", "dd", "at", "batch", "ssh", "passwd", "chpasswd", "su", "sudo", "nc", "socat", "wc", "sort",
    "kubectl", "docker", "cpio", "gpg", "read", "parallel", "sqlplus", "base64", "tar", "tr", "cut", "head", "tail",
    "exec",
  ]

  private static let carriers: [Rewrite] = [
    ShellRewrites.ofCommands("its last argument from `xargs`", when: Rewrite.always) { line, command in
      guard command.isTopLevel, !command.isFed, !command.isCarried, !command.hasAssignments, !command.hasRedirections,
        command.words.count > 1,
        let last = command.words.last, last.isPlain, !last.text.hasPrefix("-"),
        ShellPrograms.isExternal(command.program.text),
        command.words.allSatisfy({ $0.text != "--" }), !readsInput(line)
      else { return [] }
      let start = line.text(command.start..<last.range.lowerBound)
      let head = String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
      return [
        "echo \(last.text) | xargs \(head)", "xargs \(head) <<< \(last.text)",
        "printf '%s\\0' \(last.text) | xargs -0 \(head)",
        "echo \(last.text) | xargs -I{} \(head) {}", "echo \(last.text) | xargs -n1 env \(head)",
      ].map { line.replacing(command.start..<last.range.upperBound, with: $0) }
    },
    ShellRewrites.ofCommands("all arguments from `xargs`", when: Rewrite.always) { line, command in
      guard command.isTopLevel, !command.isFed, !command.isCarried, !command.hasAssignments, !command.hasRedirections,
        command.words.count > 1,
        let last = command.words.last, command.words.allSatisfy(\.isPlain),
        ShellPrograms.isExternal(command.program.text), !readsInput(line)
      else { return [] }
      let rest = command.arguments.map(\.text).joined(separator: " ")
      return ["xargs \(command.program.text) <<< '\(rest)'", "xargs <<< '\(command.program.text) \(rest)' env"].map {
        line.replacing(command.start..<last.range.upperBound, with: $0)
      }
    },
    ShellRewrites.ofCommands("run by `find -exec`", when: "`/` is a directory") { line, command in
      guard !command.isCarried, !command.hasAssignments, command.program.isPlain,
        ShellPrograms.isExternal(command.program.text),
        let last = command.words.last,
        !command.words.contains(where: {
          $0.text.contains("{}") || $0.text == "+" || $0.text.contains(where: \.isNewline)
        }),
        !line.text(command.start..<last.range.upperBound).contains("*"), !command.hasRedirections
      else { return [] }
      let text = line.text(command.start..<last.range.upperBound)
      return [
        line.replacing(command.start..<last.range.upperBound, with: "find / -maxdepth 0 -exec \(text) \\;"),
        line.replacing(command.start..<last.range.upperBound, with: "find / -prune -exec env \(text) ';'"),
      ]
    },
    ShellRewrites.ofCommands("words given to `sh -c '\"$@\"'`", when: Rewrite.always) { line, command in
      guard !command.isCarried, !command.hasAssignments, command.program.isPlain,
        ShellPrograms.isExternal(command.program.text)
      else { return [] }
      return ["sh -c '\"$@\"' _ ", "bash -c 'exec \"$0\" \"$@\"' "].map {
        line.replacing(command.start..<command.start, with: $0)
      }
    },
    ShellRewrites.ofCommands("split by `env -S`", when: "env is GNU's") { line, command in
      guard !command.isCarried, !command.hasAssignments, command.words.allSatisfy(\.isPlain),
        ShellPrograms.isExternal(command.program.text),
        let last = command.words.last
      else { return [] }
      let range = command.start..<last.range.upperBound
      return [line.replacing(range, with: "env -S '\(command.words.map(\.text).joined(separator: " "))'")]
    },
  ]

  // MARK: - The whole line

  /// A rewrite of a line as a whole, `fits` saying of which.
  private static func ofLine(
    _ name: String, when condition: String = Rewrite.always, inAnotherShell: Bool = false, takesInput: Bool = false,
    _ apply: @escaping @Sendable (String) -> [String]
  ) -> Rewrite {
    Rewrite(name, of: .shell, when: condition) { text in
      guard !text.hasPrefix("{\""), !text.isEmpty else { return [] }
      let line = ShellLine(text)
      guard line.isFollowed, !line.hasHereDocument, !line.hasComment, !text.hasSuffix("&"), !text.hasSuffix("\\") else {
        return []
      }
      if inAnotherShell {
        // An assignment or a definition is for the shell that is there.
        guard !line.commands.isEmpty, !line.commands.contains(where: { ShellPrograms.changesShell($0.program.text) }),
          line.commands.contains(where: { $0.range.lowerBound == 0 }) || !text.contains("=")
        else { return [] }
      }
      if takesInput, readsInput(line) || line.commands.isEmpty { return [] }
      return apply(text)
    }
  }

  private static let compounds: [Rewrite] = [
    ofLine("after another command") {
      ["true; " + $0, "true && { \($0)\n}", "false || { \($0)\n}", "cd . ; " + $0, ":\n" + $0]
    },
    ofLine("before another command") {
      [$0 + "\ntrue", "{ \($0)\n} ; true", "{ \($0)\n} && echo ok", "{ \($0)\n} || true"]
    },
    ofLine("in the background") { ["{ \($0)\n} & wait"] },
    ofLine("in braces or parentheses", inAnotherShell: true) { ["( \($0)\n)", "{ \($0)\n}", "((1)); ( ( \($0)\n) )"] },
    ofLine("in a pipeline", inAnotherShell: true, takesInput: true) {
      ["true | { \($0)\n}", "{ \($0)\n} | cat", "echo | ( \($0)\n)"]
    },
    ofLine("in a branch or a loop") { line in
      [
        "if true; then \(line)\nfi", "if false; then :; else \(line)\nfi", "for _i in 1; do \(line)\ndone",
        "while :; do \(line)\nbreak; done", "until false; do \(line)\nbreak; done", "case x in *) \(line)\n;; esac",
        "! { \(line)\n}", "time { \(line)\n}",
      ]
    },
    ofLine("in a function") { line in
      ["_f() { \(line)\n}; _f", "function _f { \(line)\n}; _f", "_f() { \(line)\n}; _g() { _f; }; _g"]
    },
    ofLine("in a substitution", inAnotherShell: true) { line in
      [
        ": $(\(line)\n)", "echo \"$(\(line)\n)\"", "_o=$(\(line)\n)", "cat <(\(line)\n)", "[[ -n $(\(line)\n) ]]",
        ": ${_n:=$(\(line)\n)}",
      ]
    },
    ofLine("in a trap") { ["trap \($0.shellQuoted) EXIT"] },
  ]

  private static let shells: [Rewrite] = [
    ofLine("given to `eval`") { ["eval \($0.shellQuoted)", "builtin eval \($0.shellQuoted)"] },
    ofLine("given to a shell", inAnotherShell: true) { line in
      (needsBash(line)
        ? [] : ["sh -c \(line.shellQuoted)", "/bin/sh -ec \(line.shellQuoted)", "dash -c \(line.shellQuoted)"]) + [
          "bash -c \(line.shellQuoted)", "bash -lc \(line.shellQuoted)", "bash --norc -c \(line.shellQuoted)",
          "env bash -c \(line.shellQuoted)",
          "/bin/bash -o pipefail -c \(line.shellQuoted)", "sh -c \("bash -c \(line.shellQuoted)".shellQuoted)",
          "timeout 60 bash -c \(line.shellQuoted)",
        ]
    },
    ofLine("given to a shell of root", when: root, inAnotherShell: true) { line in
      [
        "sudo bash -c \(line.shellQuoted)", "su -c \(line.shellQuoted)", "su - root -c \(line.shellQuoted)",
        "sudo -i -- bash -c \(line.shellQuoted)",
      ]
    },
    ofLine("on a shell's input", inAnotherShell: true, takesInput: true) { line in
      [
        "bash <<< \(line.shellQuoted)", "bash <<'_E'\n\(line)\n_E\n", "echo \(line.shellQuoted) | bash",
        "printf '%s\\n' \(line.shellQuoted) | bash -s",
        "bash <(echo \(line.shellQuoted))", "cat <<'_E' | bash\n\(line)\n_E\n",
        "bash /dev/stdin <<< \(line.shellQuoted)",
      ].filter { !$0.contains("echo") || !line.contains("\\") && !line.hasPrefix("-") }
    },
    ofLine("on the input of `source`", takesInput: true) { line in
      ["source /dev/stdin <<< \(line.shellQuoted)", ". <(printf '%s\\n' \(line.shellQuoted))"]
    },
    ofLine("in base64", inAnotherShell: true, takesInput: true) { line in
      let code = base64(line)
      return [
        "echo \(code) | base64 -d | bash", "base64 -d <<< \(code) | bash", "bash -c \"$(echo \(code) | base64 -d)\"",
        "bash <(base64 -d <<< \(code))",
      ]
    },
    ofLine("in base64, for `eval`") { ["eval \"$(echo \(base64($0)) | base64 -d)\""] },
    ofLine("in `printf` escapes", inAnotherShell: true) { line in
      let codes = line.utf8.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      return ["bash -c \"$(printf '\(codes)')\"", "bash -c $'\(codes)'"]
    },
    ofLine("backwards, for `rev`", inAnotherShell: true) { line in
      line.contains(where: \.isNewline) || !line.utf8.allSatisfy { $0 < 0x80 }
        ? [] : ["bash -c \"$(rev <<< \(String(line.reversed()).shellQuoted))\""]
    },
  ]

  private static let interpreters: [Rewrite] = [
    ofLine("run by Python", when: "Python is installed", inAnotherShell: true) { line in
      guard !needsBash(line) else { return [] }
      let text = escaped(line)
      return [
        "python3 -c \("import os; os.system(\"\(text)\")".shellQuoted)",
        "python3 -c \("import subprocess as s\ns.run(\"\(text)\", shell=True)".shellQuoted)",
      ]
    },
    ofLine("run by Perl", when: "Perl is installed", inAnotherShell: true) { line in
      needsBash(line) || line.contains("$") || line.contains("@")
        ? [] : ["perl -e \("system(\"\(escaped(line))\")".shellQuoted)"]
    },
    ofLine("run by awk", when: "awk is installed", inAnotherShell: true) { line in
      needsBash(line) ? [] : ["awk \("BEGIN { system(\"\(escaped(line))\") }".shellQuoted)"]
    },
    ofLine("run by `find -exec sh`", inAnotherShell: true) { line in
      ["find / -maxdepth 0 -exec bash -c \(line.shellQuoted) \\;"].filter { !$0.contains("{}") }
    },
    ofLine(
      "run by an alias of git",
      when: "git is installed; not in a folder of a repository, whose root it would start from", inAnotherShell: true
    ) { line in
      needsBash(line) || line.contains(where: \.isNewline) ? [] : ["git -c \("alias.x=!\(line)".shellQuoted) x"]
    },
    ofLine("run by `script`", when: "the program is installed", inAnotherShell: true) {
      ["script -qc \("bash -c \($0.shellQuoted)".shellQuoted) /dev/null"]
    },
    ofLine("run by `xargs` of `sh -c`", inAnotherShell: true, takesInput: true) { line in
      line.contains(where: \.isNewline) ? [] : ["printf '%s\\0' \(line.shellQuoted) | xargs -0 bash -c"]
    },
  ]

  /// Whether the line has what dash does not read.
  private static func needsBash(_ line: String) -> Bool {
    ["<(", ">(", "[[", "$'", "=(", "<<<", "&>", "{", "|&", "[@]", "source "].contains(where: line.contains)
  }

  /// As the contents of a string in double quotes of Python, Perl and awk.
  private static func escaped(_ text: String) -> String {
    text.map { character in
      switch character {
      case "\\": "\\\\"
      case "\"": "\\\""
      case "\n": "\\n"
      default: String(character)
      }
    }.joined()
  }

  static func base64(_ text: String) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    let bytes = [UInt8](text.utf8)
    var result = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      var letters: [Character] = []
      for _ in 0..<4 {
        letters.append(alphabet[bits & 63])
        bits >>= 6
      }
      result += String(letters.reversed().prefix(group.count + 1)) + String(repeating: "=", count: 3 - group.count)
    }
    return result
  }
}
