import PolicySyntax

/// Where the passes put what they find.
final class DiagnosticBag {
  private(set) var diagnostics: [Diagnostic] = []

  func report(
    _ code: DiagnosticCode, _ message: String, at span: SourceSpan, notes: [Diagnostic.Note] = [],
    fix: Diagnostic.Fix? = nil
  ) {
    if code.severity == .error { errorCount += 1 }
    diagnostics.append(Diagnostic(code, message, at: span, notes: notes, fix: fix))
  }

  /// The number of errors so far, to tell whether a pass found any.
  private(set) var errorCount = 0

  func add(_ found: [Diagnostic]) { diagnostics += found }

  /// Whether a name was not found, so that what was meant may seem unused.
  var hasUnknownNames: Bool {
    diagnostics.contains {
      [.unknownName, .unknownFact, .wrongValueType, .unknownValue, .unknownDetector, .badApproval].contains($0.code)
    }
  }

  /// Without the findings on a word's form where another error says what the word should be, and without those on what
  /// is left of text that is no token at all.
  var distinctDiagnostics: [Diagnostic] {
    let explained = Set(diagnostics.filter { $0.severity == .error && $0.code != .badName }.map(\.span))
    let strange = diagnostics.filter { $0.code == .unexpectedCharacter }.map(\.span)
    return diagnostics.filter { diagnostic in
      if diagnostic.code == .badName, explained.contains(diagnostic.span) { return false }
      guard !diagnostic.code.isSyntax else { return true }
      return !strange.contains { span in
        span.file == diagnostic.span.file && span.range.start <= diagnostic.span.range.start
          && diagnostic.span.range.end <= span.range.end
      }
    }
  }
}

extension Diagnostic.Fix {
  /// A fix that replaces one span.
  init(_ title: String, _ span: SourceSpan, _ replacement: String) {
    self.init(title, [Diagnostic.Edit(span, replacement)])
  }
}

/// `a`, `b` and `c`, each in backticks.
func quotedList(_ words: [String], joiner: String = "and") -> String {
  let quoted = words.map { "`\($0)`" }
  guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
  return quoted.dropLast().joined(separator: ", ") + " \(joiner) " + last
}
