import PatternMatching

/// Finds texts that patterns match, and keeps the languages it has built.
final class PatternSampler {
  private var languages: [Pattern: PatternLanguage?] = [:]
  /// What was asked before, and the answers.
  private var known: [Question: String?] = [:]

  private struct Question: Hashable {
    var wanted: [Pattern]
    var avoided: [Pattern]
  }

  /// Answers that are kept.
  private static let knownLimit = 10_000

  /// Patterns of one list that are tried.
  private static let patternsTried = 6
  /// Patterns that a text was found to match against wish, and is looked for again.
  private static let corrections = 8

  /// Texts that match a pattern of each list in `wanted` and none in `avoided`, those that read well first; without
  /// lists, any text. None where no such text is found.
  func texts(
    _ wanted: [[Pattern]], avoiding avoided: [Pattern], usual: [String] = [], limit: Int = 3
  ) -> [String] {
    let forbidden = Set(avoided)
    var found: [String] = []
    func add(_ text: String?) {
      if let text, !found.contains(text) { found.append(text) }
    }
    guard let first = wanted.first else {
      for text in usual + ["other", "x"] where !avoided.contains(where: { matches($0, text) }) { add(text) }
      if found.isEmpty { add(shortest([Pattern(.glob, "?*")], avoided)) }
      return Array(found.prefix(limit))
    }
    let rest = Array(wanted.dropFirst())
    // What matches much is best shown by something usual.
    for text in usual
    where wanted.allSatisfy({ list in list.contains { $0.isWide && matches($0, text) } })
      && !avoided.contains(where: { matches($0, text) })
    { add(text) }
    // A pattern that is avoided as it stands need not be tried.
    let tried = first.filter { !forbidden.contains($0) }.prefix(Self.patternsTried)
    var spare: [String] = []
    for pattern in tried where found.count < limit {
      let fits = { (text: String) in
        self.matches(pattern, text) && rest.allSatisfy { list in list.contains { self.matches($0, text) } }
          && !avoided.contains { self.matches($0, text) }
      }
      let plain = Self.readable(pattern).filter(fits)
      if let first = plain.first {
        add(first)
        spare += plain.dropFirst()
        continue
      }
      var chosen: [Pattern] = [pattern]
      for list in rest {
        if let choice = list.first(where: { !forbidden.contains($0) && meet(chosen, $0) }) { chosen.append(choice) }
      }
      guard chosen.count == wanted.count, let text = shortest(chosen, avoided) else { continue }
      add(text)
      // One that begins otherwise, as the second of `(of=)?/dev/sda`.
      if limit > 1, let start = text.first, let other = shortest(chosen, avoided + [Pattern(.prefix, String(start))]) {
        spare.append(other)
      }
    }
    for text in spare where found.count < limit { add(text) }
    return found
  }

  /// Whether a pattern matches a text; a PCRE one is not known to.
  func matches(_ pattern: Pattern, _ text: String) -> Bool {
    if pattern.kind == .equals, !pattern.ignoringCase, !pattern.isQualifiedName {
      return pattern.source.utf8.elementsEqual(text.utf8)
    }
    return language(pattern)?.contains(text) ?? false
  }

  private func meet(_ chosen: [Pattern], _ other: Pattern) -> Bool {
    let all = (chosen + [other]).compactMap(language)
    guard all.count == chosen.count + 1, case .text = PatternLanguage.witness(in: all, notIn: []) else { return false }
    return true
  }

  /// A shortest text in all of `wanted` and in none of `avoided`, which are only looked at where they get in the way:
  /// the product of hundreds of automata is not built.
  private func shortest(_ wanted: [Pattern], _ avoided: [Pattern]) -> String? {
    let question = Question(wanted: wanted, avoided: avoided)
    if let answer = known[question] { return answer }
    if known.count >= Self.knownLimit { known.removeAll() }
    let answer = search(wanted, avoided)
    known[question] = .some(answer)
    return answer
  }

  private func search(_ wanted: [Pattern], _ avoided: [Pattern]) -> String? {
    let included = wanted.compactMap(language)
    guard included.count == wanted.count else { return nil }
    var excluded: [PatternLanguage] = []
    for _ in 0...Self.corrections {
      guard case .text(let text) = PatternLanguage.witness(in: included, notIn: excluded) else { return nil }
      guard let culprit = avoided.first(where: { matches($0, text) }) else { return text }
      guard let language = language(culprit) else { return nil }
      excluded.append(language)
    }
    return nil
  }

  private func language(_ pattern: Pattern) -> PatternLanguage? {
    if let known = languages[pattern] { return known }
    let language = (try? PatternLanguage(pattern)) ?? nil
    languages[pattern] = .some(language)
    return language
  }

  /// Texts that the pattern matches and a person would write: wildcards become words, `**` several folders, too. None
  /// where there is more to it.
  private static func readable(_ pattern: Pattern) -> [String] {
    let texts: [String] =
      switch pattern.kind {
      case .equals: [pattern.source]
      case .prefix: [pattern.source + "x", pattern.source]
      case .suffix: ["x" + pattern.source, pattern.source]
      case .contains: [pattern.source, "x" + pattern.source + "x"]
      case .glob, .pathGlob:
        [("x", "x"), ("a/b", "x"), ("a/b/c", "x"), ("a.b", "xy"), ("", "")].compactMap {
          filled(pattern.source, $0, $1)
        }
      case .regex, .pcre: []
      }
    // What counts as the same in another case is only told from what does not by one.
    return pattern.ignoringCase ? texts + texts.map { $0.lowercased() } + texts.map { $0.uppercased() } : texts
  }

  /// The glob with `folders` for each `**` and `word` for each `*`.
  private static func filled(_ glob: String, _ folders: String, _ word: String) -> String? {
    var text = ""
    var rest = glob[...]
    if rest.hasPrefix("**/") {
      text = "/home/ana"
      rest = rest.dropFirst(2)
    }
    while let character = rest.popFirst() {
      switch character {
      case "[": return nil
      case "?": text += "x"
      case "*":
        // A port, or a number behind a name.
        text += rest.first == "*" ? folders : text.last == ":" ? "7" : word
        while rest.first == "*" { rest.removeFirst() }
      case "\\":
        guard let next = rest.popFirst() else { return nil }
        text.append(next)
      default: text.append(character)
      }
    }
    return text
  }
}

extension Pattern {
  /// Whether it spells little of what it matches.
  fileprivate var isWide: Bool { (kind == .glob || kind == .pathGlob) && source.allSatisfy { "*?".contains($0) } }
}
