import PolicyBytecode

/// Rewrites of shell lines and of commands that SSH executes: words, and what stands between them.
enum ShellRewrites {
  static var all: [Rewrite] {
    words + arguments + blanks + ShellFlagRewrites.all + ShellPathRewrites.all + ShellWrapRewrites.all
  }

  /// A rewrite of each simple command of a line, one at a time.
  static func ofCommands(
    _ name: String, when condition: String,
    _ apply: @escaping @Sendable (ShellLine, ShellLine.Command) -> [String]
  ) -> Rewrite {
    Rewrite(name, of: .shell, when: condition) { text in
      guard !text.hasPrefix("{\"") else { return [] }
      let line = ShellLine(text)
      return line.commands.flatMap { apply(line, $0) }
    }
  }

  /// A rewrite of the word that names the program.
  private static func ofProgram(
    _ name: String, when condition: String = Rewrite.always, _ apply: @escaping @Sendable (String) -> [String]
  ) -> Rewrite {
    ofCommands(name, when: condition) { line, command in
      guard command.program.isPlain, !ShellPrograms.isReserved(command.program.text) else { return [] }
      return apply(command.program.text).map { line.replacing(command.program.range, with: $0) }
    }
  }

  /// A rewrite of plain arguments: of each alone, and of all of them.
  private static func ofArguments(
    _ name: String, when condition: String = Rewrite.always, _ apply: @escaping @Sendable (String) -> String
  ) -> Rewrite {
    ofCommands(name, when: condition) { line, command in
      // Declarations read `name=value` words before they are expanded.
      guard !ShellPrograms.changesShell(command.program.text) else { return [] }
      let plain = command.arguments.filter(\.isPlain)
      var results = plain.prefix(4).map { line.replacing($0.range, with: apply($0.text)) }
      if plain.count > 1 { results.append(line.replacing(plain.map { ($0.range, apply($0.text)) })) }
      return results
    }
  }

  // MARK: - The program's word

  private static let words: [Rewrite] = [
    ofProgram("quotes inside the program's name") { [split($0, "''"), split($0, "\"\"")] },
    ofProgram("the program in quotes") { ["'\($0)'", "\"\($0)\""] },
    ofProgram("a backslash before the program") {
      [escapable($0) ? "\\" + $0 : "", eachEscaped($0)].filter { !$0.isEmpty }
    },
    ofProgram("the program in $'…' escapes", when: "the shell is bash, zsh or ksh") { [hex($0), octal($0)] },
    ofCommands(
      "the program behind an empty variable", when: "`_none` is not set and there are no positional parameters"
    ) { line, command in
      guard command.program.isPlain, !ShellPrograms.isReserved(command.program.text) else { return [] }
      let marks = ["${_none}"] + (line.namesPositionalParameters ? [] : ["$@"])
      return marks.map { line.replacing(command.program.range, with: split(command.program.text, $0)) }
    },
    ofProgram("the program as a default value", when: "`_none` is not set") { ["${_none:-\($0)}", "${_none-\($0)}"] },
    ofProgram("the program from a substitution") { ["$(echo \($0))", "`echo \($0)`", "$(printf %s \($0))"] },
    ofProgram("a line continuation inside the program's name") { [split($0, "\\\n")] },
    ofCommands("the program by its path", when: "it is installed in `/bin` or `/usr/bin`, which are one") {
      line, command in
      guard ShellPrograms.isInBin(command.program.text) else { return [] }
      let name = command.program.text
      return [
        "/bin/", "/usr/bin/", "/usr/bin/./", "//bin//", "/usr/lib/../bin/", "/bin/../bin/",
      ].map { line.replacing(command.program.range, with: $0 + name) }
    },
    ofCommands("the program by a glob that only it matches", when: "it is installed in `/bin`; no other name matches") {
      line, command in
      guard ShellPrograms.isInBin(command.program.text), let last = command.program.text.last, last.isLetter else {
        return []
      }
      return [line.replacing(command.program.range, with: "/bin/\(command.program.text.dropLast())[\(last)]")]
    },
    ofCommands("the program in a variable", when: Rewrite.always) { line, command in
      guard command.isTopLevel, !command.isCarried, command.program.isPlain, escapable(command.program.text),
        !ShellPrograms.isReserved(command.program.text), !line.sets("_p")
      else { return [] }
      let name = command.program.text
      let half = name.count > 1 ? name.index(after: name.startIndex) : name.endIndex
      return [
        "_p=\(name); " + line.replacing(command.program.range, with: "$_p"),
        "_p=\(name); " + line.replacing(command.program.range, with: "\"${_p}\""),
        "_p=\(name[..<half]) _q=\(name[half...]); " + line.replacing(command.program.range, with: "$_p$_q"),
      ]
    },
    ofCommands("the command in a variable", when: "`IFS` has its default") { line, command in
      guard command.isTopLevel, !command.isCarried, !command.hasAssignments, command.words.allSatisfy(\.isPlain),
        !ShellPrograms.changesShell(command.program.text), !ShellPrograms.isReserved(command.program.text),
        let last = command.words.last, !line.sets("_c")
      else { return [] }
      let range = command.start..<last.range.upperBound
      let words = command.words.map(\.text)
      guard line.text(range) == words.joined(separator: " ") else { return [] }
      return [
        "_c='\(words.joined(separator: " "))'; " + line.replacing(range, with: "$_c"),
        "_c=(\(words.joined(separator: " "))); " + line.replacing(range, with: "\"${_c[@]}\""),
      ]
        + (line.namesPositionalParameters
          ? [] : ["set -- \(words.joined(separator: " ")); " + line.replacing(range, with: "\"$@\"")])
    },
    ofCommands("the command in braces that expand", when: "the shell is bash, zsh or ksh") { line, command in
      guard command.words.count > 1, command.words.allSatisfy({ $0.isPlain && !$0.text.contains(",") }),
        let last = command.words.last, !ShellPrograms.changesShell(command.program.text), !command.hasAssignments,
        line.text(command.start..<last.range.upperBound) == command.words.map(\.text).joined(separator: " ")
      else { return [] }
      let list = command.words.map(\.text).joined(separator: ",")
      return [line.replacing(command.start..<last.range.upperBound, with: "{\(list)}")]
    },
  ]

  // MARK: - Arguments

  private static let arguments: [Rewrite] = [
    ofArguments("arguments in quotes") { "'\($0)'" },
    ofArguments("arguments in double quotes") { "\"\($0)\"" },
    ofArguments("quotes inside arguments") { split($0, "''") },
    ofArguments("backslashes in arguments") { eachEscaped($0) },
    ofArguments("arguments in $'…' escapes", when: "the shell is bash, zsh or ksh") { hex($0) },
    ofArguments("arguments behind an empty variable", when: "`_none` is not set") { split($0, "${_none}") },
    ofArguments("arguments as default values", when: "`_none` is not set") { "${_none:-\($0)}" },
    ofArguments("arguments from substitutions") { "$(printf %s '\($0)')" },
    ofCommands("arguments in variables", when: Rewrite.always) { line, command in
      guard command.isTopLevel, !ShellPrograms.changesShell(command.program.text), !line.sets("_a") else { return [] }
      return command.arguments.filter(\.isPlain).prefix(4).map {
        "_a='\($0.text)'; " + line.replacing($0.range, with: "$_a")
      }
    },
  ]

  // MARK: - Between words

  private static func between(_ name: String, when condition: String = Rewrite.always, _ blank: String) -> Rewrite {
    ofCommands(name, when: condition) { line, command in
      let gaps = zip(command.words, command.words.dropFirst()).map { $0.range.upperBound..<$1.range.lowerBound }
      guard !gaps.isEmpty, gaps.allSatisfy({ line.text($0).utf8.allSatisfy { $0 == 0x20 } }) else { return [] }
      return [line.replacing(gaps.map { ($0, blank) })]
    }
  }

  private static let blanks: [Rewrite] = [
    between("more blanks", "  "), between("tabs", "\t"), between("line continuations", " \\\n "),
    ofCommands("`$IFS` between words", when: "`IFS` has its default") { line, command in
      guard !ShellPrograms.changesShell(command.program.text), !ShellPrograms.isReserved(command.program.text) else {
        return []
      }
      let gaps = zip(command.words, command.words.dropFirst()).filter { $0.isPlain && $1.isPlain }
        .map { $0.range.upperBound..<$1.range.lowerBound }
      guard !gaps.isEmpty, gaps.count == command.words.count - 1 else { return [] }
      return [line.replacing(gaps.map { ($0, "${IFS}") })]
    },
    Rewrite("blanks around the line", of: .shell, when: Rewrite.always) { text in
      text.hasPrefix("{\"") ? [] : [" \t" + text, text + "  "]
    },
    Rewrite("a comment after the line", of: .shell, when: "the shell runs it as a script, as `sh -c` does") { text in
      let line = ShellLine(text)
      return line.isFollowed && !line.hasHereDocument && !text.hasPrefix("{\"")
        ? [text + " # x", "# x\n" + text, text + "\n"] : []
    },
    ofCommands("an assignment before the program", when: "the variable is nothing to it") { line, command in
      guard !command.isCarried, !ShellPrograms.isReserved(command.program.text) else { return [] }
      return [
        line.replacing(command.start..<command.start, with: "_x=1 "),
        line.replacing(command.start..<command.start, with: "_x='a b' _y=$PWD "),
      ]
    },
    ofCommands("a redirection before the program", when: "the descriptor is not used") { line, command in
      guard !command.isCarried, !ShellPrograms.isReserved(command.program.text), command.program.text != "exec" else {
        return []
      }
      return [
        line.replacing(command.start..<command.start, with: "9>&1 "),
        line.replacing(command.start..<command.start, with: "8</dev/null "),
      ]
    },
  ]

  // MARK: - Spellings of a word

  /// `mark` between its first letter and the rest.
  static func split(_ word: String, _ mark: String) -> String {
    word.count > 1 ? "\(word.prefix(1))\(mark)\(word.dropFirst())" : word + mark
  }

  private static func escapable(_ word: String) -> Bool { word.first.map { $0.isLetter || $0 == "_" } ?? false }

  private static func eachEscaped(_ word: String) -> String { word.map { "\\\($0)" }.joined() }

  static func hex(_ word: String) -> String {
    "$'" + word.utf8.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "'"
  }

  private static func octal(_ word: String) -> String {
    "$'"
      + word.utf8.map { byte in
        let digits = String(byte, radix: 8)
        return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
      }.joined() + "'"
  }
}

/// What is known of programs by their names.
enum ShellPrograms {
  /// Words that a shell reads itself where a program is expected.
  static func isReserved(_ name: String) -> Bool { reserved.contains(name) }

  private static let reserved: Set<String> = [
    "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "in", "function",
    "select",
    "time", "coproc", "{", "}", "!", "[[", "]]", ":",
  ]

  /// Programs that change the shell itself, or read words of theirs in ways of their own: what they do is lost in another
  /// shell.
  static func changesShell(_ name: String) -> Bool { stateful.contains(name) || reserved.contains(name) && name != ":" }

  private static let stateful: Set<String> = [
    "cd", "pushd", "popd", "export", "readonly", "declare", "typeset", "local", "read", "mapfile", "readarray", "unset",
    "let", "alias", "unalias", "set", "shift", "jobs", "wait", "bg", "fg", "disown", "ulimit", "umask", "shopt", "bind",
    "hash", "exit", "return", "break", "continue", "history", "fc", "trap", "exec", "eval", ".", "source", "builtin",
    "enable", "getopts", "logout", "suspend", "complete", "compgen", "HISTFILE", "newgrp", "kill", "fdisk",
  ]

  /// Whether a program of its own does it, not the shell alone.
  static func isExternal(_ name: String) -> Bool {
    !changesShell(name) && !reserved.contains(name) && name != "type" && name != "help" && !name.isEmpty
      && name.utf8.allSatisfy {
        $0 >= 0x30 && $0 <= 0x39 || $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A || "_.+-/".utf8.contains($0)
      }
  }

  /// Whether it is a program that machines have in `/bin`.
  static func isInBin(_ name: String) -> Bool { standard.contains(name) }

  private static let standard: Set<String> = [
    "rm", "cat", "cp", "mv", "ln", "dd", "chmod", "chown", "chgrp", "ls", "mkdir", "rmdir", "touch", "tee", "shred",
    "truncate", "head", "tail", "less", "more", "grep", "sed", "awk", "find", "xargs", "tar", "gzip", "base64", "curl",
    "wget", "nc", "ncat", "socat", "ssh", "scp", "sftp", "rsync", "git", "docker", "kubectl", "helm", "aws", "gcloud",
    "az", "terraform", "psql", "mysql", "mariadb", "mysqldump", "pg_dump", "redis-cli", "crontab", "at", "systemctl",
    "bash", "sh", "python3", "perl", "ruby", "node", "sudo", "su", "passwd", "chattr", "gpg", "openssl", "strings",
    "xxd", "od", "sort", "cut", "tr", "uniq", "wc", "env", "printenv", "ps", "pkill", "killall", "nohup", "journalctl",
    "gdb", "strace", "tcpdump", "mkfifo", "install", "unlink", "cpio", "zip", "unzip", "diff", "stat", "gh", "glab",
  ]
}
