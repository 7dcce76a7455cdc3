import PatternMatching

/// What is known of the languages of two patterns. Where nothing is, the answers are those that raise no finding.
final class PatternRelations {
  private struct Pair: Hashable {
    var first: Pattern
    var second: Pattern
  }

  private var subsets: [Pair: Bool] = [:]
  private var intersections: [Pair: Bool] = [:]
  private var languages: [Pattern: PatternLanguage?] = [:]
  /// Questions that may still be asked; each may build automata.
  private var questionsLeft = CheckLimits.patternQuestions

  /// Whether every text that `first` matches is matched by `second`; false where that is not known.
  func isSubset(_ first: Pattern, of second: Pattern) -> Bool {
    if first == second { return true }
    // Two exact texts are decided without an automaton, unless they are names that schemas qualify.
    if let decided = compareExact(first, second) { return decided }
    let pair = Pair(first: first, second: second)
    if let known = subsets[pair] { return known }
    let answer = ask(first, second) { $0.isSubset(of: $1) } ?? false
    subsets[pair] = answer
    return answer
  }

  /// Whether there is a text that both match; true where that is not known.
  func intersect(_ first: Pattern, _ second: Pattern) -> Bool {
    if first == second { return true }
    if let decided = compareExact(first, second) { return decided }
    let pair = inOrder(first, second) ? Pair(first: first, second: second) : Pair(first: second, second: first)
    if let known = intersections[pair] { return known }
    let answer = ask(first, second) { $0.intersects($1) } ?? true
    intersections[pair] = answer
    return answer
  }

  /// Whether `pattern` matches exactly this text; nil where that is not known.
  func matches(_ pattern: Pattern, _ text: String) -> Bool? {
    let exact = Pattern(.equals, text)
    if let decided = compareExact(exact, pattern) { return decided }
    return ask(exact, pattern) { $0.isSubset(of: $1) }
  }

  private func compareExact(_ first: Pattern, _ second: Pattern) -> Bool? {
    guard first.kind == .equals, second.kind == .equals, !first.isQualifiedName, !second.isQualifiedName,
      !first.ignoringCase, !second.ignoringCase
    else { return nil }
    return first.source == second.source
  }

  private func ask(
    _ first: Pattern, _ second: Pattern, _ question: (PatternLanguage, PatternLanguage) -> Bool?
  ) -> Bool? {
    guard questionsLeft > 0, let one = language(first), let other = language(second) else { return nil }
    questionsLeft -= 1
    return question(one, other)
  }

  private func language(_ pattern: Pattern) -> PatternLanguage? {
    if let known = languages[pattern] { return known }
    let language = try? PatternLanguage(pattern)
    languages[pattern] = .some(language)
    return language
  }
}
