import PolicySyntax

/// Checks the annotations of a rule and puts them into the checked rule.
struct AnnotationChecker {
  static let names = ["severity", "owner", "reference", "id", "mode", "until"]
  static let severities = ["low", "medium", "high", "critical"]

  let bag: DiagnosticBag
  /// Seconds since 1970, UTC: exceptions that end before are reported.
  let now: Int64

  func apply(_ annotations: [Annotation], of declaration: RuleDeclaration, to rule: inout CheckedRule) {
    var seen: [String: SourceSpan] = [:]
    for annotation in annotations {
      let name = annotation.name.text
      let span = SourceSpan(file: rule.span.file, annotation.range)
      if name != "reference", let first = seen[name] {
        bag.report(
          .badAnnotation, "`@\(name)` stands twice", at: span, notes: [.init("the other is here", at: first)])
        continue
      }
      seen[name] = span
      switch name {
      case "severity": rule.severity = word(annotation, of: Self.severities, at: span)
      case "owner": rule.owner = string(annotation, at: span)
      case "reference": if let reference = string(annotation, at: span) { rule.references.append(reference) }
      case "id": rule.id = string(annotation, at: span)
      case "mode": rule.isObserved = word(annotation, of: ["observe"], at: span) != nil
      case "until": until(annotation, declaration, &rule, at: span)
      default:
        let near = nearest(name, in: Self.names)
        let place = SourceSpan(file: span.file, annotation.name.range)
        bag.report(
          .unknownAnnotation,
          "there is no annotation `@\(name)`"
            + (near.map { "; did you mean `@\($0)`?" } ?? "; there are \(quotedList(Self.names.map { "@" + $0 }))"),
          at: place)
      }
    }
  }

  private func string(_ annotation: Annotation, at span: SourceSpan) -> String? {
    if case .string(let literal) = annotation.argument, !literal.value.isEmpty { return literal.value }
    let name = annotation.name.text
    bag.report(.badAnnotation, "`@\(name)` takes a string, as in `@\(name)(\"…\")`", at: span)
    return nil
  }

  private func word(_ annotation: Annotation, of words: [String], at span: SourceSpan) -> String? {
    if case .word(let word) = annotation.argument, words.contains(word.text) { return word.text }
    let name = annotation.name.text
    bag.report(
      .badAnnotation, "`@\(name)` takes \(quotedList(words, joiner: "or")), as in `@\(name)(\(words[0]))`", at: span)
    return nil
  }

  private func until(
    _ annotation: Annotation, _ declaration: RuleDeclaration, _ rule: inout CheckedRule, at span: SourceSpan
  ) {
    guard case .date(let date) = annotation.argument else {
      bag.report(.badAnnotation, "`@until` takes a date, as in `@until(2027-03-31)`", at: span)
      return
    }
    // The parser has said of any other that the calendar has no such day.
    guard let days = CalendarTime.days(date.text) else { return }
    let end = (days + 1) * CalendarTime.secondsPerDay - 1
    rule.until = end
    guard end < now else { return }
    let consequence = rule.actions.contains(.allow) ? "and no longer allows" : "and still applies"
    bag.report(
      .exceptionExpired,
      "the rule `\(declaration.name.text)` ended on \(date.text) \(consequence); remove it or set a new date", at: span)
  }
}
