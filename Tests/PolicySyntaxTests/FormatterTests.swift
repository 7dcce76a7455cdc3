import Foundation
import PolicySyntax
import Testing

/// What an AST says, without where: every value but the ranges.
private func meaning(_ value: Any) -> String {
  if value is SourceRange { return "" }
  let mirror = Mirror(reflecting: value)
  if mirror.children.isEmpty { return "\(value)" }
  return "(" + mirror.children.map { "\($0.label ?? "")=\(meaning($0.value))" }.joined(separator: " ") + ")"
}

private func comments(_ parsed: ParsedFile) -> [String] {
  parsed.tree.tokens.filter { $0.kind == .comment || $0.kind == .docComment }
    .map { parsed.tree.text($0).trimmingCharacters(in: .whitespaces) }
}

/// Formats, and requires what formatting must keep; gives the result.
private func checkedFormat(_ source: [UInt8], _ name: String) throws -> [UInt8] {
  let formatted = try formatPolicy(source)
  let (before, after) = (parsePolicy(source, file: 0), parsePolicy(formatted, file: 0))
  let input = String(decoding: source, as: UTF8.self)
  let output = String(decoding: formatted, as: UTF8.self)
  #expect(after.diagnostics.map(\.message) == before.diagnostics.map(\.message), "\(name):\n\(input)\n---\n\(output)")
  #expect(meaning(before.ast) == meaning(after.ast), "\(name): changed\n\(input)\n---\n\(output)")
  #expect(comments(before) == comments(after), "\(name):\n\(input)\n---\n\(output)")
  let again = String(decoding: try formatPolicy(formatted), as: UTF8.self)
  #expect(again == output, "\(name): not idempotent, from\n\(input)")
  return formatted
}

@Test func goldenFilesAreFormatted() throws {
  for (name, source) in try goldens() {
    let formatted = try checkedFormat(source, name)
    let expectedFile = testFolder.appendingPathComponent("Golden/\(name).formatted")
    if rewritesGoldens { try Data(formatted).write(to: expectedFile) }
    let expected = try String(contentsOf: expectedFile, encoding: .utf8)
    #expect(String(decoding: formatted, as: UTF8.self) == expected, "\(name)")
  }
}

@Test func formattingIsIndependentOfSpacing() throws {
  var random = RandomSource(state: 3)
  for (name, source) in try goldens() {
    for _ in 0..<15 {
      let parsed = parsePolicy(source, file: 0)
      var text = ""
      for token in parsed.tree.tokens where token.kind != .endOfFile {
        guard token.kind == .whitespace else {
          text += parsed.tree.text(token)
          continue
        }
        // A comment ends only with its line.
        let isAfterComment = text.split(separator: "\n", omittingEmptySubsequences: false).last?.contains("#") ?? false
        let spaces = ["\n", " \n\t", "\n\n\n", "\r\n", "\n  # inserted: é\n", "\n\n # two\n # lines\n\n"]
        text +=
          random.below(8) == 0 || isAfterComment
          ? spaces[random.below(spaces.count)]
          : random.below(6) == 0 ? " # trailing \n" : String(repeating: " ", count: 1 + random.below(3))
      }
      _ = try checkedFormat(Array(text.utf8), name)
    }
  }
}

@Test func derivedSentencesAreFormatted() throws {
  let grammar = Grammar(
    try String(contentsOf: rootFolder.appendingPathComponent("grammar/policy.ebnf"), encoding: .utf8))
  var random = RandomSource(state: 4)
  for round in 0..<3_000 {
    let tokens = grammar.sentence(depth: 4 + round % 16, &random)
    let text = spaced(tokens, &random)
    guard parsePolicy(Array(text.utf8), file: 0).isValid else { continue }
    _ = try checkedFormat(Array(text.utf8), "round \(round)")
  }
}

@Test func filesWithErrorsAreNotFormatted() {
  #expect(throws: FormatError.self) { try formatPolicy(Array("list x = [".utf8)) }
}
