import JSONText
import PolicySyntax

extension CoverageReport {
  /// Writes the report of `hpol coverage --json`, whose schema is `grammar/coverage.schema.json`.
  public func write(to writer: inout JSONWriter) {
    writer.object {
      for (key, tally) in [
        ("total", total), ("rules", ruleTally), ("outcomes", conditionTally), ("alternatives", alternativeTally),
      ] {
        $0.key(key)
        $0.object {
          $0.member("covered", tally.covered)
          $0.member("total", tally.total)
          $0.key("percent")
          $0.decimal(tally.percent, digits: 1)
        }
      }
      $0.key("byRule")
      $0.array { for rule in rules { write(rule, &$0) } }
      $0.key("byAlternative")
      $0.array {
        for alternative in alternatives where alternative.isCounted {
          $0.object {
            $0.member("text", alternative.text)
            write(alternative.place, &$0)
            $0.member("matched", alternative.matched)
          }
        }
      }
    }
    writer.newline()
  }

  /// A rule of which nothing counts is left out.
  private func write(_ rule: Rule, _ writer: inout JSONWriter) {
    let conditions = rule.conditions.map { self.conditions[$0] }.filter(\.isCounted)
    guard rule.isCounted || !conditions.isEmpty else { return }
    writer.object {
      $0.member("name", rule.name)
      write(rule.place, &$0)
      $0.member("counted", rule.isCounted)
      $0.member("asked", rule.asked)
      $0.member("applied", rule.applied)
      $0.key("conditions")
      $0.array { for condition in conditions { write(condition, &$0) } }
    }
  }

  private func write(_ condition: Condition, _ writer: inout JSONWriter) {
    writer.object {
      $0.member("text", condition.text)
      write(condition.place, &$0)
      for (key, count) in [
        ("true", condition.outcomes.isTrue), ("false", condition.outcomes.isFalse),
        ("decidesTrue", condition.outcomes.decidesTrue), ("decidesFalse", condition.outcomes.decidesFalse),
      ] {
        $0.key(key)
        $0.integer(count)
      }
      for (key, flag) in [
        ("canDecideTrue", condition.canDecideTrue), ("canDecideFalse", condition.canDecideFalse),
      ] {
        $0.key(key)
        $0.boolean(flag)
      }
    }
  }

  /// The members `file`, `line` and `column`.
  private func write(_ place: Place, _ writer: inout JSONWriter) {
    writer.member("file", sources.path(place.file))
    writer.member("line", place.line)
    writer.member("column", place.column)
  }
}
