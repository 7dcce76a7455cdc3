import PatternMatching

/// What is known of the languages of two patterns. Where nothing is, the answers are those that raise no finding.
final class PatternRelations {
  private struct Pair: Hashable {
    var first: Pattern
    var second: Pattern
  }

  private struct ListPair: Hashable {
    var first: [Pattern]
    var second: [Pattern]
  }

  private var subsets: [Pair: Bool] = [:]
  private var intersections: [Pair: Bool] = [:]
  /// Of whole lists: a search through alternatives compares the same ones again and again.
  private var listSubsets: [ListPair: Bool] = [:]
  private var listIntersections: [ListPair: Bool] = [:]
  private var wordsOf: [Pattern: [[UInt8]]] = [:]
  private var languages: [Pattern: PatternLanguage?] = [:]
  /// Questions that may still be asked; each may build automata.
  private var questionsLeft: Int
  private let questions: Int

  init(questions: Int = CheckLimits.patternQuestions) {
    self.questions = questions
    questionsLeft = questions
  }

  /// Answers of whole lists that are kept.
  private static let listLimit = 20_000
  /// Patterns that may cover one together.
  private static let coversTried = 4

  /// Makes all questions be left again.
  func renew() {
    questionsLeft = questions
    if listSubsets.count + listIntersections.count > Self.listLimit {
      listSubsets.removeAll(keepingCapacity: true)
      listIntersections.removeAll(keepingCapacity: true)
    }
  }

  /// Whether every text that a pattern of `first` matches is matched by one of `second`; false where that is not known.
  func isSubset(_ first: [Pattern], of second: [Pattern]) -> Bool {
    if first.count == 1, second.count == 1 { return isSubset(first[0], of: second[0]) }
    let pair = ListPair(first: first, second: second)
    if let known = listSubsets[pair] { return known }
    let answer = first.allSatisfy { one in second.contains { isSubset(one, of: $0) } || isCovered(one, by: second) }
    // What is not known for want of questions may be another time.
    if questionsLeft > 0 { listSubsets[pair] = answer }
    return answer
  }

  /// Whether several patterns together match all that one does: of those that match what the others leave, one more is
  /// looked at until nothing is left.
  private func isCovered(_ one: Pattern, by others: [Pattern]) -> Bool {
    guard one.kind != .equals, let wanted = language(one) else { return false }
    var excluded: [PatternLanguage] = []
    while questionsLeft > 0, excluded.count < Self.coversTried {
      questionsLeft -= 1
      switch PatternLanguage.witness(in: [wanted], notIn: excluded) {
      case .none: return true
      case .undecided: return false
      case .text(let text):
        let next = others.lazy.filter { self.sharesWords(one, $0) || $0.kind == .equals }
          .compactMap { self.language($0) }.first { $0.contains(text) }
        guard let next else { return false }
        excluded.append(next)
      }
    }
    return false
  }

  /// Whether there is a text that a pattern of each list matches; true where that is not known.
  func intersect(_ first: [Pattern], _ second: [Pattern]) -> Bool {
    if first.count == 1, second.count == 1 { return intersect(first[0], second[0]) }
    let pair = ListPair(first: first, second: second)
    if let known = listIntersections[pair] { return known }
    let answer = first.contains { one in second.contains { intersect(one, $0) } }
    if questionsLeft > 0 { listIntersections[pair] = answer }
    return answer
  }

  /// Whether every text that `first` matches is matched by `second`; false where that is not known.
  func isSubset(_ first: Pattern, of second: Pattern) -> Bool {
    if first == second { return true }
    if let decided = compareExact(first, second) { return decided }
    if startApart(first, second) || !sharesWords(first, second) { return false }
    let pair = Pair(first: first, second: second)
    if let known = subsets[pair] { return known }
    let answer = ask(first, second) { $0.isSubset(of: $1) } == .yes
    if questionsLeft > 0 { subsets[pair] = answer }
    return answer
  }

  /// Whether there is a text that both match; true where that is not known.
  func intersect(_ first: Pattern, _ second: Pattern) -> Bool {
    if first == second { return true }
    if let decided = compareExact(first, second) { return decided }
    if startApart(first, second) { return false }
    let pair = inOrder(first, second) ? Pair(first: first, second: second) : Pair(first: second, second: first)
    if let known = intersections[pair] { return known }
    let answer = ask(first, second) { $0.intersects($1) } != .no
    if questionsLeft > 0 { intersections[pair] = answer }
    return answer
  }

  /// Whether `pattern` matches exactly this text; nil where that is not known.
  func matches(_ pattern: Pattern, _ text: String) -> Bool? {
    let exact = Pattern(.equals, text)
    if let decided = compareExact(exact, pattern) { return decided }
    if startApart(exact, pattern) { return false }
    switch ask(exact, pattern, { $0.isSubset(of: $1) }) {
    case .yes: return true
    case .no: return false
    case .undecided: return nil
    }
  }

  /// Whether no text matches; false where that is not known.
  func isEmpty(_ pattern: Pattern) -> Bool {
    guard pattern.kind == .regex, questionsLeft > 0 else { return false }
    questionsLeft -= 1
    return language(pattern)?.isEmpty == .yes
  }

  /// Two exact texts are compared without automata, unless they are names that schemas qualify.
  private func compareExact(_ first: Pattern, _ second: Pattern) -> Bool? {
    guard first.kind == .equals, second.kind == .equals, !first.isQualifiedName, !second.isQualifiedName,
      !first.ignoringCase, !second.ignoringCase
    else { return nil }
    return first.source == second.source
  }

  /// Whether the texts of the two begin differently: by far the commonest reason to have none in common.
  private func startApart(_ first: Pattern, _ second: Pattern) -> Bool {
    guard let one = plainStart(first), let other = plainStart(second) else { return false }
    return zip(one, other).contains { $0 != $1 }
  }

  /// Whether the first spells a word of the second: where it spells none it is hardly a special case of it, and automata
  /// need not be asked. A second pattern without words may match anything.
  private func sharesWords(_ first: Pattern, _ second: Pattern) -> Bool {
    let own = words(first)
    let others = words(second)
    return others.isEmpty || others.contains { word in own.contains { Self.holds($0, word) } }
  }

  private static func holds(_ text: [UInt8], _ word: [UInt8]) -> Bool {
    guard text.count >= word.count else { return false }
    return (0...text.count - word.count).contains { text[$0] == word[0] && text[$0...].starts(with: word) }
  }

  /// Runs of letters and digits, in lower case; of a regex without the letters of escapes.
  private func words(_ pattern: Pattern) -> [[UInt8]] {
    if let known = wordsOf[pattern] { return known }
    var isEscaped = false
    let isRegex = pattern.kind == .regex || pattern.kind == .pcre
    let plain = pattern.source.lowercased().map { character -> Character in
      defer { isEscaped = isRegex && character == "\\" && !isEscaped }
      return !isEscaped && (character.isLetter || character.isNumber) ? character : " "
    }
    let words = String(plain).split(separator: " ").map { Array($0.utf8) }
    wordsOf[pattern] = words
    return words
  }

  /// The bytes that every matching text begins with, as far as the pattern spells them.
  private func plainStart(_ pattern: Pattern) -> Substring.UTF8View? {
    guard !pattern.isQualifiedName, !pattern.ignoringCase else { return nil }
    switch pattern.kind {
    case .equals, .prefix: return pattern.source[...].utf8
    case .glob, .pathGlob: return pattern.source.utf8.prefix { !Self.isWildcard($0) }
    case .suffix, .contains, .regex, .pcre: return nil
    }
  }

  /// Whether a byte of a glob does not stand for itself.
  private static func isWildcard(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "\\"): true
    default: false
    }
  }

  private func ask(
    _ first: Pattern, _ second: Pattern, _ question: (PatternLanguage, PatternLanguage) -> PatternLanguage.Answer
  ) -> PatternLanguage.Answer {
    guard questionsLeft > 0, let one = language(first), let other = language(second) else { return .undecided }
    questionsLeft -= 1
    return question(one, other)
  }

  private func language(_ pattern: Pattern) -> PatternLanguage? {
    if let known = languages[pattern] { return known }
    // A pattern that cannot be read is reported where it stands.
    let language = (try? PatternLanguage(pattern)) ?? nil
    languages[pattern] = .some(language)
    return language
  }
}
