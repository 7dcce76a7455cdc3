import PolicyEngine
import PolicySyntax

extension MutationReport {
  /// The report of `hpol mutate` for people: the survivors with the tests that would kill them, then the counts.
  public func text(_ style: TextStyle, showing extras: Set<Extra> = []) -> String {
    var text = ""
    for (declaration, _) in declarations {
      let results = shown(declaration, extras)
      guard !results.isEmpty else { continue }
      let place = "\(sources.path(declaration.span.file)):\(line(declaration.span))"
      text += "\(style(.strong, declaration.title))  \(style(.faint, place))\n"
      for result in results { text += entry(result, style) }
      text += "\n"
    }
    return text + table(style) + summary(style)
  }

  private func line(_ span: SourceSpan) -> Int { sources.position(span.range.start, in: span.file).line }

  /// One mutant: its line before and after, and what would notice it.
  private func entry(_ result: MutationRun.Result, _ style: TextStyle) -> String {
    let change = result.mutant.change(in: sources)
    let margin = String(repeating: " ", count: max(0, 5 - String(change.line).count))
    var text = "\(margin)\(style(.faint, String(change.line)))  \(style(.name, result.mutant.operation.rawValue))"
    switch result.fate {
    case .killed: text += "  " + style(.good, "killed")
    case .survived(let survival) where survival.isOfRulesOnly:
      text += "  " + style(.faint, "only the rules that are named differ")
    case .survived: break
    case .equivalent(let reason): text += "  " + style(.faint, "equivalent: " + reason)
    case .refused: text += "  " + style(.faint, "refused by the checker")
    }
    text += "\n"
    if !change.before.isEmpty { text += "       \(style(.bad, "- " + short(change.before)))\n" }
    if !change.after.isEmpty { text += "       \(style(.good, "+ " + short(change.after)))\n" }
    guard case .survived(let survival) = result.fate else { return text }
    if let test = survival.test {
      let lead = survival.isOfFixture ? "pin this fixture" : "a test that kills it"
      let lines = test.lines.map { printable($0) }
      text += "       \(style(.faint, lead + ":")) \(lines[0])\n"
      for line in lines.dropFirst() { text += "         \(line)\n" }
    } else {
      text += "       \(style(.faint, "no such test was found; it needs a request with")) "
      text += (survival.needs.map { printable($0) } ?? "another outcome") + "\n"
    }
    return text
  }

  private func short(_ line: String) -> String { printable(line.count > 150 ? line.prefix(148) + "…" : line) }

  /// The declarations of which mutants survived.
  private func table(_ style: TextStyle) -> String {
    let rows = declarations.filter { $0.counts.survived > 0 }
    guard !rows.isEmpty else { return "" }
    var table = TextTable([.left, .right, .right, .right, .right, .right])
    table.add(["", "mutants", "killed", "survived", "equivalent", "score"])
    func add(_ title: String, _ counts: Counts) {
      let numbers = [counts.mutants, counts.killed, counts.survived, counts.equivalent].map(grouped)
      table.add([title] + numbers + [counts.score.map(percent) ?? ""])
    }
    for (declaration, counts) in rows { add(declaration.title, counts) }
    add("all", total)
    return table.text { row, column, cell in
      if row == 0 { return style(.faint, cell) }
      return column == 0 ? style(row == rows.count + 1 ? .strong : .name, cell) : cell
    } + "\n"
  }

  private func summary(_ style: TextStyle) -> String {
    var parts = [
      style(.good, "\(grouped(total.killed)) killed"),
      style(total.survived == 0 ? .good : .bad, "\(grouped(total.survived)) survived"),
    ]
    if total.equivalent > 0 { parts.append("\(grouped(total.equivalent)) equivalent") }
    if total.refused > 0 { parts.append("\(grouped(total.refused)) refused by the checker") }
    let score = total.score.map { "; score \(percent($0))" } ?? ""
    let tried =
      results.count < available
      ? "\(grouped(results.count)) of \(counted(available, "mutant")): " : counted(results.count, "mutant") + ": "
    return tried + parts.joined(separator: ", ") + score + "\n"
  }
}
