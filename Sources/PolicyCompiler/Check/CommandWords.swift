import PatternMatching
import PolicyBytecode

/// Reads the words that a pattern spells out, and what programs and SQL statements they name.
struct CommandWords {
  /// What a pattern is about, the facts that say it, and which of them is the main one.
  enum Subject {
    case program(hint: String, fact: Fact)
    case statement(hint: String)
  }

  private static let programs: Set<String> = [
    "base64", "bash", "cat", "chgrp", "chmod", "chown", "cp", "crontab", "curl", "dd", "docker", "eval", "find", "git",
    "halt", "helm", "history", "iptables", "kill", "killall", "kubectl", "ln", "mkfs", "mount", "mv", "mysql", "nc",
    "ncat",
    "netcat", "node", "npm", "openssl", "passwd", "perl", "pip", "pkill", "psql", "python", "python3", "reboot", "rm",
    "ruby", "scp", "sh", "shred", "shutdown", "ssh", "su", "sudo", "systemctl", "tar", "tee", "terraform", "umount",
    "useradd", "userdel", "usermod", "visudo", "wget", "xargs", "yum", "zsh",
  ]
  private static let shells: Set<String> = ["bash", "dash", "ksh", "python", "python3", "perl", "ruby", "sh", "zsh"]
  /// Programs whose short flags may stand in one word.
  private static let bundlers: Set<String> = [
    "chgrp", "chmod", "chown", "cp", "curl", "ln", "mv", "rm", "tar", "tee", "umount",
  ]
  /// Verbs that begin nothing but SQL.
  private static let statementVerbs: Set<String> = [
    "alter", "delete", "drop", "grant", "insert", "merge", "revoke", "select", "truncate", "update",
  ]
  /// Verbs that need a noun to be SQL's.
  private static let commonVerbs: Set<String> = ["copy", "create", "replace"]
  private static let nouns: Set<String> = [
    "all", "database", "extension", "from", "function", "index", "into", "procedure", "role", "schema", "select", "set",
    "table", "trigger", "user", "view",
  ]

  let words: [String]
  /// Whether the first word can only stand at the beginning of the text or of a word.
  let isAnchored: Bool
  /// Whether the pattern spells a pipe.
  let hasPipe: Bool
  /// Whether the words are alternatives, so that they do not all stand in a match.
  private let hasAlternatives: Bool

  init(_ pattern: Pattern) {
    let isRegex = pattern.kind == .regex || pattern.kind == .pcre
    let spelled = isRegex ? Self.spelledByRegex(pattern.source) : Self.spelledByGlob(pattern.source, pattern.kind)
    words = spelled.split(separator: " ").map(String.init)
    hasPipe = words.contains("|")
    hasAlternatives = isRegex && pattern.source.contains { "(|?".contains($0) }
    switch pattern.kind {
    case .equals, .prefix: isAnchored = true
    case .glob, .pathGlob: isAnchored = !pattern.source.hasPrefix("*")
    case .regex, .pcre: isAnchored = pattern.source.hasPrefix("^") || pattern.source.hasPrefix("\\b")
    case .suffix, .contains: isAnchored = false
    }
  }

  /// What the words name, if they do so clearly. `allowsSQL` and `allowsShell` say which protocols are possible.
  func subject(allowsSQL: Bool, allowsShell: Bool) -> Subject? {
    guard let first = words.first?.lowercased() else { return nil }
    let next = words.dropFirst().first?.lowercased()
    if allowsSQL, next.map(Self.nouns.contains) == true || isAnchored,
      Self.statementVerbs.contains(first) || Self.commonVerbs.contains(first) && next.map(Self.nouns.contains) == true
    {
      return .statement(hint: statementHint(first, next))
    }
    guard allowsShell, Self.programs.contains(first), words.count > 1 || isAnchored else { return nil }
    return programSubject(first)
  }

  private func statementHint(_ verb: String, _ noun: String?) -> String {
    let objects = [
      "database", "extension", "function", "index", "procedure", "role", "schema", "table", "trigger", "user", "view",
    ]
    guard ["alter", "create", "drop"].contains(verb), let noun, objects.contains(noun) else {
      return "sql.verb is \(verb)"
    }
    return "sql.verb is \(verb) and sql.object is \(noun)"
  }

  private func programSubject(_ program: String) -> Subject {
    if hasPipe, let target = words.drop(while: { $0 != "|" }).first(where: Self.shells.contains) {
      return .program(
        hint: "shell.program is \"\(target)\" and shell.input-from contains \"\(program)\"", fact: .shellInputFrom)
    }
    switch program {
    case "sudo", "su": return .program(hint: "shell.privileged", fact: .shellPrivileged)
    case "kubectl":
      let verb = words.dropFirst().first { !$0.hasPrefix("-") && $0 != "|" }
      return .program(hint: "k8s.verb is \(hasAlternatives ? "…" : verb ?? "…")", fact: .k8sVerb)
    default: break
    }
    var tests = ["shell.program is \"\(program)\""]
    for flag in hasAlternatives ? [] : words where flag.hasPrefix("-") && flag.utf8.count > 1 {
      let letters = flag.dropFirst()
      if Self.bundlers.contains(program), !flag.hasPrefix("--"), letters.allSatisfy(\.isLetter) {
        tests += letters.map { "shell.flag contains \"-\($0)\"" }
      } else {
        tests.append("shell.flag contains \(literalText(flag))")
      }
    }
    return .program(hint: tests.joined(separator: " and "), fact: .shellProgram)
  }

  private static func spelledByGlob(_ source: String, _ kind: Pattern.Kind) -> String {
    guard kind == .glob || kind == .pathGlob else { return source }
    return String(source.map { "*?[]\\".contains($0) ? " " : $0 })
  }

  /// The text of a regex with everything that is not plain characters as a space; a class of white space is one too.
  private static func spelledByRegex(_ source: String) -> String {
    var text = ""
    var characters = source[...]
    while let character = characters.popFirst() {
      switch character {
      case "\\":
        guard let escaped = characters.popFirst() else { break }
        if escaped == "|" {
          text += " | "
        } else {
          text.append(escaped.isLetter || escaped.isNumber ? " " : escaped)
        }
      case "[":
        // What a class spells is not one word; `[|]` is how some write a pipe.
        let inner = characters.prefix { $0 != "]" }
        characters = characters.dropFirst(inner.count + 1)
        text += inner == "|" ? " | " : " "
      case "{":
        characters = characters.drop { $0 != "}" }.dropFirst()
      case "(":
        if characters.hasPrefix("?") { characters = characters.drop { !":>)=!".contains($0) }.dropFirst() }
        text += " "
      case "^", "$", ")", "|", ".", "*", "+", "?": text += " "
      default: text.append(character)
      }
    }
    return text
  }
}
