/// A kubectl line of plain words. What its flags take is written down from `kubectl VERB --help`, so that the decoder's own
/// table is held against another.
struct KubectlCall {
  let words: [String]
  /// Where the verb stands.
  let verb: Int
  /// Where the words of a command in a container start; flags after it are not kubectl's.
  let end: Int
  /// What stands before `end` besides the verb, in order; nil where a flag is not known: then nothing is moved.
  let parts: [Part]?

  enum Part: Hashable {
    case flag(Flag)
    case operand(String)

    var words: [String] {
      switch self {
      case .flag(let flag): flag.words
      case .operand(let word): [word]
      }
    }
  }

  struct Flag: Hashable {
    var name: String
    /// As written.
    var words: [String]
    /// Nil for one that is only named: it stands for `true`, or for what it is by default.
    var value: String?
    var isBoolean = false
  }

  init?(_ text: String) {
    let line = ShellLine(text)
    guard let command = line.only, command.words.allSatisfy(\.isPlain), command.program.text == "kubectl" else {
      return nil
    }
    words = command.words.map(\.text)
    end = words.firstIndex(of: "--") ?? words.count
    // Before the verb a flag takes the next word unless it has its value in its own.
    var index = 1
    while index < end, words[index].hasPrefix("-") {
      let word = words[index]
      let isAlone = !word.contains("=") && (word.hasPrefix("--") || word.count == 2)
      let name =
        word.hasPrefix("--") ? String(word.dropFirst(2)) : word.dropFirst().first.flatMap(Self.globalLetter) ?? ""
      guard !isAlone || Self.globals.contains(name) && Self.values.contains(name) else { return nil }
      index += isAlone ? 2 : 1
    }
    guard index < end else { return nil }
    verb = index
    parts = Self.read(words, verb: verb, end: end)
  }

  var name: String { words[verb] }

  /// The verb, with the word that says which one of it: `rollout restart`.
  var verbWords: ArraySlice<String> { words[verb..<min(end, verb + (Self.families.contains(name) ? 2 : 1))] }

  var flags: [Flag] { (parts ?? []).compactMap { if case .flag(let flag) = $0 { flag } else { nil } } }

  var operands: [String] { (parts ?? []).compactMap { if case .operand(let word) = $0 { word } else { nil } } }

  func replacing(_ index: Int, with text: [String]) -> String {
    (words[..<index] + text + words[(index + 1)...]).joined(separator: " ")
  }

  /// Where the words of a flag stand.
  func place(of flag: Flag) -> Range<Int>? {
    (1..<end).first { words[$0...].starts(with: flag.words) }.map { $0..<($0 + flag.words.count) }
  }

  /// The call with these words before the verb and behind it.
  func text(before: [String], after: [String]) -> String {
    (["kubectl"] + before + verbWords + after + words[end...]).joined(separator: " ")
  }

  private static func read(_ words: [String], verb: Int, end: Int) -> [Part]? {
    let name = words[verb]
    let last = verb + (families.contains(name) ? 2 : 1)
    guard last <= end, words[verb..<last].allSatisfy({ !$0.hasPrefix("-") }),
      !["apply", "cluster-info"].contains(name)
        || !words[last..<end].contains(where: {
          ["view-last-applied", "edit-last-applied", "set-last-applied", "dump"].contains($0)
        })
    else { return nil }
    var rest = (words[1..<verb] + words[last..<end])[...]
    var parts: [Part] = []
    while let word = rest.popFirst() {
      guard word.hasPrefix("-"), word != "-" else {
        parts.append(.operand(word))
        continue
      }
      let isLong = word.hasPrefix("--")
      let inside = word.dropFirst(isLong ? 2 : 1)
      let key = String(isLong ? inside.prefix { $0 != "=" } : inside.prefix(1))
      guard let long = isLong ? key : Self.long(key, behind: name) else { return nil }
      let attached = inside.dropFirst(key.count)
      var flag = Flag(name: long, words: [word], isBoolean: booleans.contains(long))
      if attached.hasPrefix("=") {
        flag.value = String(attached.dropFirst())
      } else if flag.isBoolean || optional.contains(long) {
        // `-it` is two flags.
        guard attached.isEmpty else { return nil }
      } else if values.contains(long) {
        if attached.isEmpty {
          guard let value = rest.popFirst() else { return nil }
          flag.words.append(value)
          flag.value = value
        } else {
          flag.value = String(attached)
        }
      } else {
        return nil
      }
      // Of one that is given twice the last counts.
      guard !parts.contains(where: { if case .flag(let other) = $0 { other.name == long } else { false } }) else {
        return nil
      }
      parts.append(.flag(flag))
    }
    return parts
  }

  /// Verbs with a word behind them that says which one it is.
  private static let families: Set<String> = [
    "rollout", "set", "create", "config", "auth", "top", "certificate", "alpha",
  ]

  // MARK: - Flags

  private static func globalLetter(_ letter: Character) -> String? {
    ["n": "namespace", "s": "server", "v": "v"][letter]
  }

  private static func long(_ letter: String, behind verb: String) -> String? {
    switch (letter, verb) {
    case ("n", _): "namespace"
    case ("s", _): "server"
    case ("v", _): "v"
    case ("f", "logs"): "follow"
    case ("f", _): "filename"
    case ("l", "run"), ("l", "expose"): nil
    case ("l", _): "selector"
    case ("o", _): "output"
    case ("k", _): "kustomize"
    case ("A", _): "all-namespaces"
    case ("R", _): "recursive"
    case ("L", "get"): "label-columns"
    case ("w", "get"): "watch"
    case ("p", "patch"): "patch"
    case ("p", "logs"): "previous"
    default: nil
    }
  }

  /// Flags of every verb.
  private static let globals: Set<String> = [
    "namespace", "context", "cluster", "user", "kubeconfig", "server", "as", "as-group", "as-uid", "token",
    "request-timeout", "v", "cache-dir", "certificate-authority", "client-certificate", "client-key",
    "tls-server-name", "insecure-skip-tls-verify", "disable-compression", "match-server-version", "warnings-as-errors",
  ]

  /// Flags with a value in their own word or in the next.
  private static let values: Set<String> = [
    "namespace", "context", "cluster", "user", "kubeconfig", "server", "as", "as-group", "as-uid", "token",
    "request-timeout", "v", "cache-dir", "certificate-authority", "client-certificate", "client-key",
    "tls-server-name",
    "filename", "selector", "output", "kustomize", "label-columns", "patch", "patch-file", "type", "field-selector",
    "grace-period", "timeout", "replicas", "current-replicas", "resource-version", "chunk-size", "sort-by", "template",
    "field-manager", "subresource", "pod-selector", "since", "since-time", "tail", "to-revision", "revision", "raw",
  ]

  private static let booleans: Set<String> = [
    "insecure-skip-tls-verify", "disable-compression", "match-server-version", "warnings-as-errors",
    "all", "all-namespaces", "force", "now", "ignore-not-found", "recursive", "wait", "watch", "watch-only", "follow",
    "previous", "no-headers", "show-labels", "show-kind", "overwrite", "list", "local", "prune", "server-side",
    "force-conflicts", "delete-emptydir-data", "disable-eviction", "ignore-daemonsets", "all-containers", "timestamps",
  ]

  /// Flags with a value in their own word, or without one.
  private static let optional: Set<String> = ["dry-run", "cascade", "validate"]
}

extension KubectlCall.Flag {
  /// As it may stand before the verb, where one that is only named would take the verb for its value.
  var beforeVerb: [String]? {
    if value != nil { return words }
    return isBoolean ? ["--\(name)=true"] : nil
  }

  /// The flag in its other forms.
  var otherForms: [[String]] {
    guard let value else { return isBoolean ? [["--\(name)"], ["--\(name)=true"]] : [] }
    if isBoolean { return value == "true" ? [["--\(name)"], ["--\(name)=true"], ["--\(name)=1"]] : [] }
    let isOne = words.count == 1 && ["dry-run", "cascade", "validate"].contains(name)
    return (isOne || value.isEmpty ? [] : [["--\(name)", value]]) + [["--\(name)=\(value)"]]
  }
}
