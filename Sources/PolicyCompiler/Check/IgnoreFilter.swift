import PolicySyntax

/// Takes out what `# hpol:ignore` comments silence, reports those that silence nothing, and puts the rest in order.
struct IgnoreFilter {
  /// By file.
  let ignores: [[IgnoreComment]]

  func apply(to diagnostics: [Diagnostic]) -> [Diagnostic] {
    var isUsed = ignores.map { [Bool](repeating: false, count: $0.count) }
    var remaining = diagnostics.filter { diagnostic in
      let file = Int(diagnostic.span.file)
      guard diagnostic.severity != .error, file < ignores.count else { return true }
      let start = diagnostic.span.range.start
      let found = ignores[file].indices.filter { index in
        let ignore = ignores[file][index]
        return ignore.code == diagnostic.code && ignore.covers.start <= start && start <= ignore.covers.end
      }
      for index in found { isUsed[file][index] = true }
      return found.isEmpty
    }
    for (file, comments) in ignores.enumerated() {
      for (comment, isUsed) in zip(comments, isUsed[file]) where !isUsed {
        let span = SourceSpan(file: UInt32(file), comment.range)
        remaining.append(
          Diagnostic(
            .unusedIgnore, "nothing here is reported as `\(comment.code.text)`; remove this comment", at: span,
            fix: .init("remove the comment", span, "")))
      }
    }
    return remaining.enumerated().sorted { a, b in
      let (first, second) = (a.element.span, b.element.span)
      return (first.file, first.range.start, first.range.end, a.element.code.rawValue, a.offset)
        < (second.file, second.range.start, second.range.end, b.element.code.rawValue, b.offset)
    }.map(\.element)
  }
}
