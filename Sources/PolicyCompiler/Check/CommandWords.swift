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
  /// Programs whose first word says what they do.
  private static let commanders: Set<String> = [
    "docker", "git", "helm", "npm", "openssl", "pip", "systemctl", "terraform", "yum",
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
  /// The words at the beginning that stand in every match.
  private let certain: [String]
  /// Whether more letters may follow the last of them.
  private let lastIsOpen: Bool

  init(_ pattern: Pattern) {
    let isRegex = pattern.kind == .regex || pattern.kind == .pcre
    let spelled = isRegex ? Self.spelledByRegex(pattern.source) : Self.spelledByGlob(pattern.source, pattern.kind)
    words = spelled.split(separator: " ").map(String.init)
    hasPipe = words.contains("|")
    let start = isRegex ? Self.certainStart(ofRegex: pattern.source) : Self.certainStart(ofGlob: pattern)
    let text = isRegex ? Self.spelledByRegex(String(start.text)) : String(start.text)
    certain = text.split(separator: " ").prefix { $0 != "|" }.map(String.init)
    lastIsOpen = start.isCut && !text.hasSuffix(" ")
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
    guard certain.first?.lowercased() == verb else { return "sql.verb in […]" }
    guard ["alter", "create", "drop"].contains(verb), let noun, objects.contains(noun),
      certain.dropFirst().first?.lowercased() == noun
    else { return "sql.verb is \(verb)" }
    return "sql.verb is \(verb) and sql.object is \(noun)"
  }

  private func programSubject(_ program: String) -> Subject {
    let isCertain = certain.first?.lowercased() == program
    if hasPipe, words.drop(while: { $0 != "|" }).contains(where: Self.shells.contains) {
      let source = isCertain ? "contains \"\(program)\"" : "in […]"
      return .program(hint: "shell.input-from \(source)", fact: .shellInputFrom)
    }
    switch program {
    case "sudo", "su": return .program(hint: "shell.privileged", fact: .shellPrivileged)
    case "kubectl":
      let verb = isCertain ? certain.dropFirst().first { FactSchema.k8sVerbs.contains($0) } : nil
      return .program(hint: "k8s.verb is \(verb ?? "…")", fact: .k8sVerb)
    default: break
    }
    guard isCertain else { return .program(hint: "shell.program in […]", fact: .shellProgram) }
    var tests = ["shell.program is \"\(program)\""]
    for (index, word) in certain.enumerated().dropFirst() {
      let isOpen = lastIsOpen && index == certain.count - 1
      tests += self.tests(of: word, of: program, isOpen: isOpen, isSubcommand: index == 1)
    }
    return .program(hint: tests.joined(separator: " and "), fact: .shellProgram)
  }

  /// What says that the word is among the program's, in the form in which facts have it.
  private func tests(of word: String, of program: String, isOpen: Bool, isSubcommand: Bool) -> [String] {
    let letters = word.dropFirst()
    guard word.hasPrefix("-") else {
      guard isSubcommand, Self.commanders.contains(program), word.first?.isLetter == true else { return [] }
      return ["shell.argument \(isOpen ? "starts with" : "contains") \(literalText(word))"]
    }
    // The long form of a flag may have a short one, which the fact has instead; only the decoder knows.
    guard !isOpen, !letters.isEmpty, letters.allSatisfy(\.isLetter) else { return [] }
    guard Self.bundlers.contains(program) else { return ["shell.flag contains \"\(word)\""] }
    return letters.map { "shell.flag contains \"-\($0)\"" }
  }

  private static func spelledByGlob(_ source: String, _ kind: Pattern.Kind) -> String {
    guard kind == .glob || kind == .pathGlob else { return source }
    return String(source.map { "*?[]\\".contains($0) ? " " : $0 })
  }

  /// A pattern's beginning up to what is no plain text, and whether that cuts a word.
  private static func certainStart(ofGlob pattern: Pattern) -> (text: Substring, isCut: Bool) {
    guard pattern.kind == .glob || pattern.kind == .pathGlob else { return (pattern.source[...], false) }
    let start = pattern.source.drop { $0 == "*" }
    let text = start.prefix { !"*?[\\".contains($0) }
    return (text, text.endIndex < start.endIndex)
  }

  /// The same of a regex, whose alternatives at the top leave nothing certain.
  private static func certainStart(ofRegex source: String) -> (text: Substring, isCut: Bool) {
    var depth = 0
    var end: String.Index?
    var previous = source.startIndex
    var index = source.startIndex
    while index < source.endIndex {
      let begin = index
      switch source[index] {
      case "\\": _ = source.formIndex(&index, offsetBy: 1, limitedBy: source.index(before: source.endIndex))
      case "|" where depth == 0: return ("", true)
      case "(":
        depth += 1
        end = end ?? begin
      case ")": depth -= 1
      case "[", ".": end = end ?? begin
      // What may be repeated not even once is not certain.
      case "?", "*", "{": end = end ?? previous
      default: break
      }
      previous = begin
      source.formIndex(after: &index)
    }
    return (source[..<(end ?? source.endIndex)], end != nil)
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
