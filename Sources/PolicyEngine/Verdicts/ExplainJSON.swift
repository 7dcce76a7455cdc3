import JSONText
import PolicyBytecode
import PolicyRuntime

extension ExplainedRequest {
  /// Writes the line of `hpol explain --json`, whose schema is `grammar/explain.schema.json`.
  public func write(to writer: inout JSONWriter) {
    writer.object {
      $0.member("decision", outcome.isEvaluable ? outcome.decision.word : nil)
      if !outcome.isEvaluable {
        $0.key("notEvaluable")
        $0.strings(outcome.notEvaluable)
      }
      $0.key("rules")
      $0.strings(outcome.rules)
      $0.member("message", outcome.message)
      $0.key("approve")
      $0.array { for approval in outcome.approvals { approval.write(to: &$0) } }
      $0.key("masks")
      $0.array { for mask in outcome.masks { mask.write(to: &$0) } }
      $0.member("record", outcome.record.word)
      $0.key("tags")
      $0.strings(outcome.tags)
      $0.key("hints")
      $0.strings(hints)
      $0.key("operations")
      $0.array {
        for explained in strictestFirst {
          $0.object {
            $0.member("protocol", explained.operation.protocol.name)
            $0.member("command", explained.operation.command)
            $0.member("unparsed", explained.operation.unparsed == .none ? nil : explained.operation.unparsed.word)
            $0.member("decision", explained.isEvaluable ? explained.decision.word : nil)
            $0.member("byDefault", !explained.isByRule)
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
      $0.member("name", rule.name)
      $0.member("applies", rule.outcome == .applied)
      $0.member("observed", rule.isObserved)
      $0.member("effects", rule.effects)
      $0.member("file", rule.file)
      $0.member("line", rule.line)
      $0.key("tests")
      $0.array {
        for step in rule.path {
          $0.object {
            $0.member("test", step.text)
            $0.key("passes")
            if step.source == .unknown { $0.null() } else { $0.boolean(step.passes) }
            if step.source == .recalled {
              $0.member("recorded", true)
            }
            $0.key("values")
            $0.strings(step.values)
            $0.member("fact", step.fact?.schema.name)
            $0.key("matches")
            $0.array { for match in step.matches { write(match, to: &$0) } }
            $0.member("file", step.file)
            $0.member("line", step.line)
            $0.member("column", step.column)
          }
        }
      }
    }
  }

  private func write(_ match: Explanation.Match, to writer: inout JSONWriter) {
    writer.object {
      for (key, value) in [
        ("value", match.value), ("start", match.range.lowerBound), ("end", match.range.upperBound),
      ] {
        $0.key(key)
        $0.integer(value)
      }
    }
  }
}
