import PolicySyntax
import Testing

private func rendered(_ source: String, isColored: Bool = false) -> String {
  let bytes = Array(source.utf8)
  var sources = SourceSet()
  let file = sources.add(path: "lists/sql.hpol", bytes: bytes)
  return DiagnosticRenderer(sources: sources, isColored: isColored).render(parsePolicy(bytes, file: file).diagnostics)
}

@Test func diagnosticsAreRenderedWithExcerptAndFix() {
  #expect(
    rendered("hpol 1\n\n\tlist é = [\"日本\" b] # x") == """
      lists/sql.hpol:3:7: error[HP0001]: unexpected `é`
        |
      3 |     list é = ["日本" b] # x
        |          ^

      lists/sql.hpol:3:9: error[HP0005]: expected the name of the list, found `=`
        |
      3 |     list é = ["日本" b] # x
        |            ^

      """)
  #expect(
    rendered("list e =\t[\"日本\" bad]") == """
      lists/sql.hpol:1:16: error[HP0005]: expected `,` before `bad`
        |
      1 | list e =    ["日本" bad]
        |                     ^^^
        = fix: insert `,`
      1 | list e =    ["日本", bad]

      """)
  // A note has a place of its own; what spans lines is marked to the end of its first.
  #expect(
    rendered("rule r {\n  when (a\n  and (b c)\n  block }") == """
      lists/sql.hpol:3:10: error[HP0005]: expected `)`, found `c`
        |
      3 |   and (b c)
        |          ^
        = note: opened here: lists/sql.hpol:3:7
        |
      3 |   and (b c)
        |       ^

      """)
  #expect(rendered("use \"\"\"a\nb").contains("1 | use \"\"\"a\n  |     ^^^^…\n"))
}

@Test func renderingCannotBeAbused() {
  let text = rendered("list x = [a \u{1B}[31m\u{202E}evil]")
  #expect(!text.unicodeScalars.contains("\u{1B}") && !text.unicodeScalars.contains("\u{202E}"))
  let long = rendered("list l = [" + String(repeating: "abcdefg, ", count: 1_000) + "a b]")
  #expect(long.split(separator: "\n").allSatisfy { $0.count < DiagnosticRenderer.excerptWidth + 20 })
  #expect(rendered("list x = [a b]", isColored: true).contains("\u{1B}[1;31merror[HP0005]\u{1B}[0m"))
}

@Test func positionsCountScalarsFromOne() {
  let file = SourceFile(path: "x", bytes: Array("aé\r\n日b\n".utf8))
  let cases: [(UInt32, Int, Int)] = [
    (0, 1, 1), (1, 1, 2), (3, 1, 3), (5, 2, 1), (8, 2, 2), (9, 2, 3), (10, 3, 1), (99, 3, 1),
  ]
  for (offset, line, column) in cases {
    let position = file.position(of: offset)
    #expect(position == SourcePosition(line: line, column: column), "\(offset)")
    if offset <= 10 { #expect(file.offset(of: position) == offset) }
  }
  #expect(file.offset(of: SourcePosition(line: 1, column: 99)) == 3)
  #expect(file.offset(of: SourcePosition(line: 9, column: 1)) == 10)
  #expect(file.lineRange(1) == 0..<3)
}

@Test func fixesThatOverlapAreAppliedOneAtATime() {
  var sources = SourceSet()
  let file = sources.add(path: "x", bytes: Array("abcdef".utf8))
  func finding(_ start: UInt32, _ end: UInt32, _ text: String) -> Diagnostic {
    let span = SourceSpan(file: file, SourceRange(start, end))
    return Diagnostic(.expectedToken, "", at: span, fix: Diagnostic.Fix("", [Diagnostic.Edit(span, text)]))
  }
  let fixed = applyFixes([finding(4, 5, "E"), finding(1, 3, "X"), finding(2, 4, "Y"), finding(9, 9, "z")], to: sources)
  #expect(fixed == [file: Array("aXdEf".utf8)])
}
