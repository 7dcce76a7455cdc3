import PolicySyntax

/// An option of a command.
struct Option: Sendable {
  /// Without its dashes.
  let name: String
  /// What it was called before, which is still taken.
  var formerName: String?
  var letter: Character?
  /// What stands for its value in the help, or nil if it takes none.
  var value: String?
  /// The values it may have; empty: any.
  var choices: [String] = []
  var isRepeatable = false
  let help: String

  /// Whether a word of a command line, its dashes included, means this option.
  func isCalled(_ word: String) -> Bool {
    word == "--\(name)" || letter.map { "-\($0)" } == word || formerName.map { "--\($0)" } == word
  }

  /// `-o, --output FILE`
  var heading: String {
    let start = letter.map { "-\($0), " } ?? "    "
    return start + "--\(name)" + (value.map { " \($0)" } ?? "")
  }
}

/// What is wrong with how a command was called: exit code 2.
struct UsageError: Error, Equatable {
  /// Lower case, no full stop.
  var message: String
  init(_ message: String) { self.message = message }
}

/// The words after a command's name, sorted out.
struct Arguments: Equatable {
  private(set) var positionals: [String] = []
  private var values: [String: [String]] = [:]

  /// `--name value`, `--name=value`, `-n value`; after `--` every word is positional; `-` always is.
  init(_ words: [String], options: [Option]) throws(UsageError) {
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        positionals += rest
        return
      }
      guard word.hasPrefix("-"), word != "-" else {
        positionals.append(word)
        continue
      }
      try take(word, &rest, options)
    }
  }

  func has(_ name: String) -> Bool { values[name] != nil }

  func value(_ name: String) -> String? { values[name]?.last }

  /// All values of an option that may be repeated.
  func all(_ name: String) -> [String] { values[name] ?? [] }

  /// Refuses more than one of these options.
  func allowOnlyOne(of names: [String]) throws(CommandError) {
    let given = names.filter(has).map { "`--\($0)`" }
    if given.count > 1 { throw .usage("\(given[0]) and \(given[1]) exclude each other") }
  }

  private mutating func take(
    _ word: String, _ rest: inout ArraySlice<String>, _ options: [Option]
  ) throws(UsageError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let option = options.first(where: { $0.isCalled(parts[0]) })
    else {
      let known = options.map { "--\($0.name)" }
      let hint = nearest(parts[0], in: known).map { "; did you mean `\($0)`?" } ?? ""
      throw UsageError("unknown option `\(parts[0])`\(hint)")
    }
    guard option.isRepeatable || !has(option.name) else { throw UsageError("`--\(option.name)` is given twice") }
    guard let placeholder = option.value else {
      guard parts.count == 1 else { throw UsageError("`--\(option.name)` takes no value") }
      values[option.name] = [""]
      return
    }
    guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else {
      throw UsageError("`--\(option.name)` needs a value: \(placeholder)")
    }
    guard option.choices.isEmpty || option.choices.contains(value) else {
      throw UsageError("`--\(option.name)` is one of \(option.choices.joined(separator: ", ")), not `\(value)`")
    }
    values[option.name, default: []].append(value)
  }
}
