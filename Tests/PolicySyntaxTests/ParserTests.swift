import PolicySyntax
import Testing

/// Parses text and gives `code: message @"text it points at"` for each diagnostic.
func findings(_ source: String) -> [String] {
  parsePolicy(Array(source.utf8), file: 0).diagnostics.map { "\($0.code.text) \($0.message)" }
}

@Test func samplesOfTheLanguageParse() throws {
  for (name, source) in try goldens() {
    let parsed = parsePolicy(source, file: 0)
    #expect(parsed.diagnostics.map { "\(name): \($0.message) at \($0.span.range)" } == [])
    #expect(parsed.tree.bytes == source)
  }
}
