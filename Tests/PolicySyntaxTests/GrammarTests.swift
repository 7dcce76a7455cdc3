import Foundation
import PolicySyntax
import Testing

/// Constraints that `policy.ebnf` states in words, not in rules.
private let beyondGrammar: Set<DiagnosticCode> = [.badLanguageVersion, .duplicateHeader, .badDate, .repeatedPart]

private func syntaxErrors(_ text: String) -> [Diagnostic] {
  parsePolicy(Array(text.utf8), file: 0).diagnostics.filter { !beyondGrammar.contains($0.code) }
}

private func readGrammar() throws -> Grammar {
  Grammar(try String(contentsOf: rootFolder.appendingPathComponent("grammar/policy.ebnf"), encoding: .utf8))
}

/// Tokens joined by white space and comments of all kinds.
func spaced(_ tokens: [String], _ random: inout RandomSource) -> String {
  tokens.map { token in
    let spaces = [" ", " ", "  ", "\n", "\n\n", "\t", "\r\n", " # x y\n", "\n## doc é\n"]
    return token + spaces[random.below(spaces.count)]
  }.joined()
}

@Test func grammarIsSound() throws {
  #expect(try readGrammar().problems == [])
}

@Test func parserAcceptsWhatTheGrammarDerives() throws {
  let grammar = try readGrammar()
  var random = RandomSource(state: 1)
  for round in 0..<4_000 {
    let text = spaced(grammar.sentence(depth: 4 + round % 16, &random), &random)
    let found = syntaxErrors(text)
    guard found.isEmpty else {
      Issue.record("\(found[0].code.text) \(found[0].message) at \(found[0].span.range) in:\n\(text)")
      return
    }
  }
}

@Test func parserRejectsWhatTheGrammarDoesNotDerive() throws {
  let grammar = try readGrammar()
  var random = RandomSource(state: 2)
  let pool = [
    "rule", "when", "x", "sql.verb", "a/b", "\"s\"", "/r/", "7", "15m", "{", "}", "[", "]", "(", ")", ",", "@", "=",
    "=>", "is", "not", "in", "and", "or", "has", "all", "by", "as", "on", "block", "mask", "session", "test", "<",
    "with", "ignoring", "tool", "record", "full",
  ]
  var (accepted, rejected) = (0, 0)
  for round in 0..<6_000 {
    var tokens = grammar.sentence(depth: 5 + round % 12, &random)
    guard !tokens.isEmpty, tokens.count < 80 else { continue }
    for _ in 0...random.below(2) where !tokens.isEmpty {
      let place = random.below(tokens.count)
      switch random.below(4) {
      case 0: tokens.remove(at: place)
      case 1: tokens.insert(pool[random.below(pool.count)], at: place)
      case 2: tokens[place] = pool[random.below(pool.count)]
      default: tokens.swapAt(place, random.below(tokens.count))
      }
    }
    // A body in braces where the arguments of a tool stand is read as JSON.
    let isJSON = tokens.indices.dropFirst(2).contains { tokens[$0] == "{" && tokens[$0 - 2] == "tool" }
    if isJSON { continue }
    let text = spaced(tokens, &random)
    let found = syntaxErrors(text)
    let isDerived = grammar.accepts(tokens)
    if isDerived { accepted += 1 } else { rejected += 1 }
    guard found.isEmpty == isDerived else {
      let verdict = found.first.map { "\($0.code.text) \($0.message) at \($0.span.range)" } ?? "accepted"
      Issue.record("parser: \(verdict); grammar: \(isDerived ? "accepted" : "rejected")\n\(text)")
      return
    }
  }
  // Both happen often enough to mean something.
  #expect(accepted > 300 && rejected > 1_000, "\(accepted) accepted, \(rejected) rejected")
}
