import PolicyBytecode
import PolicyEngine
import PolicyRuntime

extension ExplainedRequest {
  /// Rules that apply and are shown with their tests, and such near misses beside them, or alone.
  private static let shownRules = (applied: 4, missedBesides: 1, missed: 3)
  /// The commands that stand for operations to which no rule applies.
  private static let shownCommands = 4
  /// The columns of a command; a longer one is shown around what matched.
  private static let commandColumns = 100

  /// The report of `hpol explain` for people, in about a screen: the verdict, then the operations that decided it or to
  /// which rules apply, the strictest first, with every test and the fact's value; the others by their commands.
  public func text(_ style: TextStyle) -> String {
    var text = outcome.text(style)
    let ordered = strictestFirst
    let shown = ordered.enumerated().filter { $0.offset == 0 || $0.element.isShown }.map(\.element)
    var explainedRules: [String: [Explanation.Step]] = [:]
    for explained in shown { text += operationText(explained, style, &explainedRules) }
    text += othersText(ordered.dropFirst().filter { !$0.isShown }, style)
    for hint in hints { text += "\n" + style(.faint, "→") + " \(hint)\n" }
    if let response = outcome.responseText { text += "\n" + style(.faint, "passed on") + "\n" + response + "\n" }
    return text
  }

  /// `known` are the rules whose tests stand above, by their names.
  private func operationText(
    _ explained: ExplainedOperation, _ style: TextStyle, _ known: inout [String: [Explanation.Step]]
  ) -> String {
    let operation = explained.operation
    let carried = operation.via.isEmpty ? "" : " in " + operation.via.joined(separator: " in ")
    let margin = operation.protocol.name.count + carried.count + 2
    var text = "\n" + style(.name, operation.protocol.name) + style(.faint, carried) + "  "
    var carets = ""
    switch operation.command {
    case nil: text += style(.strong, "unparsed")
    case ""?: text += style(.faint, "nothing to run")
    case let command?:
      let marked = MarkedText(command, explained.commandMatches, columns: Self.commandColumns)
      text += marked.text(style)
      if !style.usesColour, let line = marked.carets { carets = String(repeating: " ", count: margin) + line + "\n" }
    }
    text += (operation.unparsed == .none ? "" : " (\(operation.unparsed.word))") + "\n" + carets
    text +=
      "  "
      + (explained.isEvaluable
        ? style(explained.decision.role, explained.decision.word) : style(.warning, "not evaluable"))
    text +=
      !explained.isEvaluable
      ? "\n"
      : explained.limitReached
        ? " because a PCRE pattern reached its match limit\n" : explained.isByRule ? "\n" : " by default\n"
    let applied = explained.applied
    for rule in applied.prefix(Self.shownRules.applied) {
      text += known[rule.name] == rule.path ? headText(rule, style, note: "as above") : ruleText(rule, style)
      known[rule.name] = rule.path
    }
    let others = applied.dropFirst(Self.shownRules.applied)
    if !others.isEmpty {
      text += "  \(style(.good, "applies"))  "
      text += others.map { style(.name, $0.name) + ": \($0.effects)" }.joined(separator: "; ") + "\n"
    }
    let room = applied.isEmpty ? Self.shownRules.missed : Self.shownRules.missedBesides
    for rule in explained.missed.prefix(room) { text += ruleText(rule, style) }
    return text
  }

  /// A line for the operations that are not shown, for each verdict they have.
  private func othersText(_ others: [ExplainedOperation], _ style: TextStyle) -> String {
    var text = ""
    for decision in [Decision.block, .approve, .allow] {
      let alike = others.filter { $0.decision == decision }
      if alike.isEmpty { continue }
      var commands = alike.prefix(Self.shownCommands).map { explained in
        explained.operation.command.map { $0.isEmpty ? "nothing to run" : String(printable($0).prefix(40)) }
          ?? "unparsed"
      }
      if alike.count > commands.count { commands.append("…") }
      text += "\n" + style(decision.role, decision.word) + " by default: "
      text += "\(counted(alike.count, "operation")) to which no rule applies: "
      text += style(.faint, commands.joined(separator: " · ")) + "\n"
    }
    return text
  }

  /// The line of a rule, with its place or another note at the end.
  private func headText(_ rule: Explanation.Rule, _ style: TextStyle, note: String) -> String {
    let head = rule.outcome == .applied ? style(.good, "applies") : style(.warning, "nearly ")
    let observed = rule.isObserved ? ", only observed" : ""
    return "  \(head)  \(style(.name, rule.name)): \(rule.effects)\(observed)  \(style(.faint, note))\n"
  }

  private func ruleText(_ rule: Explanation.Rule, _ style: TextStyle) -> String {
    var text = headText(rule, style, note: "\(rule.file):\(rule.line)")
    var table = TextTable([.left, .left, .left], indent: 11)
    let steps = rule.shownSteps
    for step in steps {
      table.add([step.mark, step.shownText, step.valueText])
    }
    text += table.text { row, column, cell in
      switch column {
      case 0: style(steps[row].source == .unknown ? .warning : steps[row].passes ? .good : .bad, cell)
      case 2: style(.faint, cell)
      default: cell
      }
    }
    let others = rule.path.count - steps.count
    if others > 0 { text += "           " + style(.faint, "✗  and \(counted(others, "alternative"))") + "\n" }
    return text
  }
}

extension ExplainedOperation {
  /// Whether it is shown with its rules: some apply, or may.
  fileprivate var isShown: Bool { !applied.isEmpty || !isEvaluable }

  /// What of the command made rules apply; where none does, what made them nearly.
  fileprivate var commandMatches: [Range<Int>] {
    func matches(_ rules: [Explanation.Rule]) -> [Range<Int>] {
      rules.flatMap(\.path).filter { $0.fact == .command }.flatMap(\.matches).map(\.range)
    }
    let found = matches(applied)
    return found.isEmpty ? matches(missed) : found
  }
}

extension Explanation.Rule {
  /// The failed tests of one rule that are shown; the others are counted.
  private static let shownFailures = 3

  /// The tests that held, and of the others the last ones: the rule lacked the very last, or what stands for it.
  fileprivate var shownSteps: [Explanation.Step] {
    let failures = path.indices.filter { !path[$0].passes }
    let hidden = Set(failures.dropLast(Self.shownFailures))
    return path.indices.filter { !hidden.contains($0) }.map { path[$0] }
  }
}

extension Explanation.Step {
  fileprivate var mark: String { source == .unknown ? "?" : passes ? "✓" : "✗" }
}
