import JSONText
import PolicyEngine
import PolicySyntax

extension CoverageReport {
  /// The report for people: the rules of which something is missing, what that is and where, and the sums. Of a policy
  /// that is covered, the sums alone.
  public func text(_ style: TextStyle) -> String {
    let gaps = gaps
    if gaps.isEmpty { return summary(style) }
    var text = ruleTable(style)
    text += "\n" + style(.strong, "missing") + "\n"
    var table = TextTable([.left, .left], indent: 2)
    for gap in gaps {
      table.add(["\(sources.path(gap.place.file)):\(gap.place.line)", gap.text])
    }
    text += table.text { _, column, cell in column == 0 ? style(.faint, cell) : cell }
    return text + "\n" + summary(style)
  }

  /// The sums, in one line.
  public func summary(_ style: TextStyle) -> String {
    let percent = decimalText(total.percent, digits: 1) + " %"
    let role: TextStyle.Role = total.isComplete ? .good : total.isBelow(50) ? .bad : .warning
    func part(_ tally: Tally, _ noun: String) -> String { "\(grouped(tally.covered)) of \(counted(tally.total, noun))" }
    let parts = [
      part(ruleTally, "rule"), part(conditionTally, "outcome") + " of conditions",
      part(alternativeTally, "alternative"),
    ]
    let left = unreachable == 0 ? "" : style(.faint, "; \(counted(unreachable, "outcome")) out of reach")
    return "coverage: \(style(role, percent)): \(parts.joined(separator: ", "))\(left)\n"
  }

  private func ruleTable(_ style: TextStyle) -> String {
    var table = TextTable([.left, .right, .right, .right, .right, .right], indent: 2)
    table.add(["rule", "applied", "true", "false", "decide", "alternatives"])
    var tallies: [[Tally]] = [[]]
    for rule in rules {
      let isTrue = tally(of: rule.conditions) { [$0.outcomes.isTrue > 0] }
      let isFalse = tally(of: rule.conditions) { [$0.outcomes.isFalse > 0] }
      let decides = tally(of: rule.conditions, \.decided)
      let own = [isTrue, isFalse, decides, alternativeTally(of: rule)]
      let applied = Tally(covered: rule.isCounted && rule.applied == 0 ? 0 : 1, total: 1)
      guard !applied.isComplete || own.contains(where: { !$0.isComplete }) else { continue }
      table.add([rule.name, grouped(rule.applied)] + own.map { $0.total == 0 ? "–" : "\($0.covered)/\($0.total)" })
      tallies.append([applied, applied] + own)
    }
    return table.text { row, column, cell in
      if row == 0 { return style(.faint, cell) }
      if column == 0 { return style(.name, cell) }
      return tallies[row][column].isComplete ? cell : style(tallies[row][column].covered == 0 ? .bad : .warning, cell)
    }
  }
}
