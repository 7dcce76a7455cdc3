/// Spellings of the paths among a command's arguments.
enum ShellPathRewrites {
  static let all: [Rewrite] = [
    ofPaths("a doubled slash in a path") { path in
      ["/" + path, path.hasSuffix("/") ? path + "/" : nil].compactMap { $0 }
    },
    ofPaths("`/./` in a path") { ["/." + $0] },
    ofPaths("`..` in a path", when: "`/tmp` and `/usr` are directories and no links") {
      ["/tmp/.." + $0, "/usr/../usr/.." + $0]
    },
    ofPaths("a glob that only the path matches", when: "the file exists and no other name matches") { path in
      guard let last = path.last, last.isASCII, last.isLetter || last.isNumber else { return [] }
      return ["\(path.dropLast())[\(last)]"]
    },
    ofPaths("a directory's path ends in a slash", when: "it is a directory") { path in
      directories.contains(path) ? [path + "/", path + "/."] : []
    },
    ShellRewrites.ofCommands("`cd` before a relative path", when: "the directory exists and may be entered") {
      line, command in
      guard command.isTopLevel, !command.isFed, !command.hasRedirections,
        line.commands.filter({ !$0.isCarried }).count == 1,
        takesPaths(command)
      else { return [] }
      return paths(of: command).compactMap { word in
        let parts = word.text.split(separator: "/")
        guard command.arguments.filter({ $0.text.contains("/") }).count == 1, let last = parts.last,
          !word.text.hasSuffix("/"), !last.hasPrefix("."), !last.hasPrefix("-"), !command.program.text.contains("/")
        else { return nil }
        let folder = "/" + parts.dropLast().joined(separator: "/")
        return "cd \(folder) && " + line.replacing(word.range, with: "./\(last)")
      }
    },
    ShellRewrites.ofCommands("the home directory by its variable", when: "`HOME` is the user's home directory") {
      line, command in
      command.arguments.filter { $0.text == "~" || $0.text.hasPrefix("~/") }.flatMap { word in
        ["$HOME", "${HOME}", "\"$HOME\"", "\"${HOME:-/root}\""].map {
          line.replacing(word.range, with: $0 + word.text.dropFirst())
        }
      }
    },
  ]

  private static func ofPaths(
    _ name: String, when condition: String = Rewrite.always, _ apply: @escaping @Sendable (String) -> [String]
  ) -> Rewrite {
    ShellRewrites.ofCommands(name, when: condition) { line, command in
      guard takesPaths(command) else { return [] }
      return paths(of: command).prefix(3).flatMap { word in
        apply(word.text).map { line.replacing(word.range, with: $0) }
      }
    }
  }

  /// Programs whose operands that begin with a slash are paths and nothing else.
  private static func takesPaths(_ command: ShellLine.Command) -> Bool {
    readers.contains(command.program.text.split(separator: "/").last.map(String.init) ?? "")
  }

  private static let readers: Set<String> = [
    "rm", "cat", "cp", "mv", "ln", "chmod", "chown", "chgrp", "ls", "rmdir", "touch", "tee", "shred", "truncate",
    "head",
    "tail", "less", "more", "tac", "nl", "strings", "base64", "xxd", "od", "sort", "wc", "stat", "unlink", "install",
    "cmp", "diff", "md5sum", "sha256sum", "gzip", "bash", "sh", "source", ".",
  ]

  private static func paths(of command: ShellLine.Command) -> [ShellLine.Word] {
    command.arguments.filter { $0.isPlain && $0.text.hasPrefix("/") && !$0.text.contains("=") }
  }

  private static let directories: Set<String> = [
    "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/opt", "/root", "/sbin", "/srv", "/usr", "/var", "/var/lib",
    "/usr/bin",
    "/usr/lib", "/var/log", "/usr/local",
  ]
}
