import JSONText
import PolicyBytecode
import PolicyRuntime

extension ExplainedRequest {
  /// The report of `hpol explain` for people: the verdict, then each operation with the rules that applied and those
  /// that nearly did, every test with its outcome and the fact's value.
  public func text(_ style: TextStyle) -> String {
    var text = outcome.text(style)
    for explained in operations {
      let operation = explained.operation
      let carried = operation.via.isEmpty ? "" : style(.faint, " in " + operation.via.joined(separator: " in "))
      let command = operation.command.map { $0.isEmpty ? "nothing to run" : printable($0) } ?? "unparsed"
      let reason = operation.unparsed == .none ? "" : " (\(operation.unparsed.word))"
      text += "\n" + style(.name, operation.protocol.name) + carried + "  " + style(.strong, command) + reason + "\n"
      text +=
        "  "
        + (explained.isEvaluable
          ? style(explained.decision.role, explained.decision.word) : style(.warning, "not evaluable"))
      text +=
        !explained.isEvaluable
        ? "\n"
        : explained.limitReached
          ? " because a PCRE pattern reached its match limit\n" : explained.isByRule ? "\n" : " by default\n"
      for rule in explained.rules { text += ruleText(rule, style) }
    }
    if let response = outcome.responseText { text += "\n" + style(.faint, "passed on") + "\n" + response + "\n" }
    return text
  }

  private func ruleText(_ rule: Explanation.Rule, _ style: TextStyle) -> String {
    let head = rule.outcome == .applied ? style(.good, "applies") : style(.warning, "nearly ")
    let observed = rule.isObserved ? ", only observed" : ""
    let place = style(.faint, "\(rule.file):\(rule.line)")
    var text = "  \(head)  \(style(.name, rule.name)): \(rule.effects)\(observed)  \(place)\n"
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

  /// Writes the line of `hpol explain --json`.
  public func write(to writer: inout JSONWriter) {
    writer.object {
      $0.key("decision")
      $0.string(outcome.isEvaluable ? outcome.decision.word : nil)
      if !outcome.isEvaluable {
        $0.key("notEvaluable")
        $0.strings(outcome.notEvaluable)
      }
      $0.key("rules")
      $0.strings(outcome.rules)
      $0.key("message")
      $0.string(outcome.message)
      $0.key("operations")
      $0.array {
        for explained in operations {
          $0.object {
            $0.key("protocol")
            $0.string(explained.operation.protocol.name)
            $0.key("command")
            $0.string(explained.operation.command)
            $0.key("unparsed")
            $0.string(explained.operation.unparsed == .none ? nil : explained.operation.unparsed.word)
            $0.key("decision")
            $0.string(explained.isEvaluable ? explained.decision.word : nil)
            $0.key("byDefault")
            $0.boolean(!explained.isByRule)
            $0.key("rules")
            $0.array { for rule in explained.rules { write(rule, to: &$0) } }
          }
        }
      }
    }
    writer.newline()
  }

  private func write(_ rule: Explanation.Rule, to writer: inout JSONWriter) {
    writer.object {
      $0.key("name")
      $0.string(rule.name)
      $0.key("applies")
      $0.boolean(rule.outcome == .applied)
      $0.key("observed")
      $0.boolean(rule.isObserved)
      $0.key("effects")
      $0.string(rule.effects)
      $0.key("file")
      $0.string(rule.file)
      $0.key("line")
      $0.integer(rule.line)
      $0.key("tests")
      $0.array {
        for step in rule.path {
          $0.object {
            $0.key("test")
            $0.string(step.text)
            $0.key("passes")
            if step.source == .unknown { $0.null() } else { $0.boolean(step.passes) }
            if step.source == .recalled {
              $0.key("recorded")
              $0.boolean(true)
            }
            $0.key("values")
            $0.strings(step.values)
            $0.key("file")
            $0.string(step.file)
            $0.key("line")
            $0.integer(step.line)
            $0.key("column")
            $0.integer(step.column)
          }
        }
      }
    }
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
  /// A test is cut here: the place of its rule stands above it, and `--json` has it whole.
  private static let shownTestCharacters = 72

  fileprivate var shownText: String {
    guard text.count > Self.shownTestCharacters else { return text }
    let start = text.prefix(Self.shownTestCharacters)
    // A list is cut between its elements.
    guard text.hasSuffix("]"), let comma = start.lastIndex(of: ",") else { return start + "…" }
    return start[...comma] + " …]"
  }

  /// The values shown beside a test are cut here.
  private static let shownBytes = 80

  fileprivate var mark: String { source == .unknown ? "?" : passes ? "✓" : "✗" }

  fileprivate var valueText: String {
    switch source {
    case .recalled: return "as recorded"
    case .unknown: return "not recorded"
    case .asked: break
    }
    guard !values.isEmpty else { return "absent" }
    let text = values.map(printable).joined(separator: ", ")
    return text.count <= Self.shownBytes ? text : String(text.prefix(Self.shownBytes)) + "…"
  }
}
