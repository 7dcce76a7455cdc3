import JSONText
import PolicyBytecode
import PolicyEngine

/// A replay's report with the policy's names in it, for people and for machines.
public struct ReplaySummary: Sendable {
  let report: ReplayReport
  let paths: [String]
  /// The policy's rules: those that decided most first, then those that applied most.
  let rules: [Rule]

  struct Rule: Sendable {
    var name: String
    /// `file:line`.
    var place: String
    var effects: String
    var isObserved: Bool
    var counts: ReplayReport.RuleCounts

    /// The colour of what it does.
    var role: TextStyle.Role? {
      effects.hasPrefix("block")
        ? .bad : effects.hasPrefix("approve") ? .warning : effects.hasPrefix("allow") ? .good : nil
    }

    /// What it does, in a few words.
    var shownEffects: String {
      if isObserved { return "observed" }
      return effects.count <= 40 ? effects : effects.prefix(39) + "…"
    }
  }

  public init(_ report: ReplayReport, _ bundle: Bundle, _ paths: [String]) {
    self.report = report
    self.paths = paths.map { $0 == "-" ? "<stdin>" : $0 }
    let rules = bundle.rules.indices.map { number in
      let rule = bundle.rules[number]
      return Rule(
        name: bundle.text(rule.displayName),
        place: "\(bundle.text(bundle.sources[Int(rule.place.file)].path)):\(rule.place.line)",
        effects: bundle.effects(rule), isObserved: rule.isObserved, counts: report.rules[number])
    }
    self.rules = rules.sorted {
      ($1.counts.decided, $1.counts.applied, $0.name) < ($0.counts.decided, $0.counts.applied, $1.name)
    }
  }

  var busy: [Rule] { rules.filter { $0.counts.applied > 0 } }
  var neverApplied: [Rule] { rules.filter { $0.counts.applied == 0 } }

  func describe(_ place: LinePlace) -> String { "\(paths[place.file]):\(place.line)" }

  /// Names with their counts, the largest first.
  func sorted<Name: Comparable>(_ counts: [Name: VerdictCounts]) -> [(name: Name, counts: VerdictCounts)] {
    counts.map { ($0.key, $0.value) }.sorted { ($1.counts.total, $0.name) < ($0.counts.total, $1.name) }
  }

  var sortedProtocols: [(name: String, counts: VerdictCounts)] {
    sorted(Dictionary(uniqueKeysWithValues: report.protocols.map { ($0.key.name, $0.value) }))
  }

  /// The verdicts that reports have a column for.
  var shownVerdicts: [VerdictCounts.Verdict] {
    VerdictCounts.Verdict.allCases.filter { $0 != .notEvaluable || report.verdicts[$0] > 0 }
  }

  /// The tests that could not be evaluated, with the requests whose verdict hangs on them, the most first.
  var sortedOpenTests: [(name: String, count: Int)] {
    report.openTests.map { ($0.key, $0.value) }.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
  }

  var sortedRows: [(row: ReplayReport.Row, count: Int, example: RequestExample)] {
    report.rows.map { ($0.key, $0.value.count, $0.value.example) }.sorted { a, b in
      if a.count != b.count { return a.count > b.count }
      return a.example.place < b.example.place
    }
  }

  var sortedDifferences: [(difference: ReplayReport.RecordedDifference, count: Int, example: RequestExample)] {
    report.differing.map { ($0.key, $0.value.count, $0.value.example) }.sorted { a, b in
      if a.count != b.count { return a.count > b.count }
      return a.example.place < b.example.place
    }
  }
}

/// A share in percent, with one decimal: `12.5 %`.
func share(_ count: Int, of total: Int) -> String {
  guard total > 0 else { return "0 %" }
  let tenths = (count * 1000 + total / 2) / total
  return "\(tenths / 10).\(tenths % 10) %"
}

/// The text, or its start and an ellipsis.
func cut(_ text: String, to columns: Int) -> String {
  text.count <= columns ? text : text.prefix(columns - 1) + "…"
}

/// Nanoseconds in the unit that fits.
func durationText(nanoseconds: Int) -> String {
  switch nanoseconds {
  case ..<10_000: "\(nanoseconds) ns"
  case ..<10_000_000: "\(nanoseconds / 1000) µs"
  default: "\(nanoseconds / 1_000_000) ms"
  }
}

extension ReplaySummary {
  /// Rows of each table that are shown; `--json` and `--html` have more.
  private static let shown = 12
  private static let shownNames = 8

  /// The report for people.
  public func text(_ style: TextStyle) -> String {
    let wires = sortedProtocols.map { "\(grouped($0.counts.total)) \($0.name)" }
    var text = style(.strong, counted(report.fixtures, "request"))
    if !wires.isEmpty { text += " (\(wires.joined(separator: ", ")))" }
    text += ", \(counted(report.operations, "operation"))\n\n"
    text += verdictTable(style)
    text += "\n  \(grouped(report.recordedInFull)) recorded in full, \(grouped(report.masked)) with masks\n"
    if report.lackResponse > 0 {
      text += "  \(grouped(report.lackResponse)) whose response is missing or redacted: masking is not evaluable\n"
    }
    text += ruleTable(style)
    text += countTable("by protocol", sortedProtocols, style) + countTable("by group", sorted(report.groups), style)
    text += countTable(
      "by target", sorted(report.targets).map { ($0.name.isEmpty ? "(none)" : $0.name, $0.counts) }, style)
    text += recordedTable(style) + slowestTable(style) + openTestTable(style)
    if report.notReplayable > 0 { text += "\n" + style(.bad, "\(grouped(report.notReplayable)) not replayable") + "\n" }
    return text
  }

  private func verdictTable(_ style: TextStyle) -> String {
    var table = TextTable([.left, .right, .right], indent: 2)
    let verdicts = shownVerdicts
    for verdict in verdicts {
      let count = report.verdicts[verdict]
      table.add([verdict.word, grouped(count), share(count, of: report.fixtures)])
    }
    return table.text { row, column, cell in column == 0 ? style(verdicts[row].role, cell) : cell }
  }

  /// The tests on which verdicts hang that cannot be told from the recording.
  private func openTestTable(_ style: TextStyle) -> String {
    let tests = sortedOpenTests
    guard !tests.isEmpty else { return "" }
    var text = "\n" + style(.strong, "tests that could not be evaluated")
    text += style(.faint, ", with the requests whose verdict hangs on them") + "\n"
    var table = TextTable([.right, .left], indent: 2)
    for test in tests.prefix(Self.shownNames) { table.add([grouped(test.count), cut(printable(test.name), to: 88)]) }
    text += table.text { _, column, cell in column == 1 ? style(.faint, cell) : cell }
    if tests.count > Self.shownNames { text += style(.faint, "  and \(grouped(tests.count - Self.shownNames)) more\n") }
    return text
  }

  private func ruleTable(_ style: TextStyle) -> String {
    var text = ""
    if !busy.isEmpty || report.byDefault.total > 0 {
      text += "\n" + style(.strong, "rules that applied") + "\n"
      var table = TextTable([.right, .right, .left, .left], indent: 2)
      table.add(["applied", "decided", "rule", "effect"])
      for rule in busy.prefix(Self.shown) {
        table.add([
          grouped(rule.counts.applied), grouped(rule.counts.decided), rule.name, rule.shownEffects,
        ])
      }
      for verdict in VerdictCounts.Verdict.allCases where report.byDefault[verdict] > 0 {
        table.add(["", grouped(report.byDefault[verdict]), "(default)", verdict.word])
      }
      text += table.text { row, column, cell in
        row == 0 || column == 3 ? style(.faint, cell) : column == 2 ? style(.name, cell) : cell
      }
      if busy.count > Self.shown { text += style(.faint, "  and \(grouped(busy.count - Self.shown)) more\n") }
    }
    if !neverApplied.isEmpty {
      text +=
        "\n" + style(.strong, "never applied")
        + style(.faint, " (\(grouped(neverApplied.count)) of \(counted(rules.count, "rule")))")
        + "\n"
      var table = TextTable([.left, .left], indent: 2)
      for rule in neverApplied.prefix(Self.shown) { table.add([rule.name, rule.place]) }
      text += table.text { _, column, cell in style(column == 0 ? .warning : .faint, cell) }
      if neverApplied.count > Self.shown {
        text += style(.faint, "  and \(grouped(neverApplied.count - Self.shown)) more\n")
      }
    }
    return text
  }

  private func countTable(
    _ title: String, _ entries: [(name: String, counts: VerdictCounts)], _ style: TextStyle
  ) -> String {
    guard entries.contains(where: { $0.name != "(none)" }) else { return "" }
    let verdicts = shownVerdicts
    var table = TextTable([.left, .right] + verdicts.map { _ in .right }, indent: 2)
    table.add([title, "requests"] + verdicts.map(\.word))
    for entry in entries.prefix(Self.shownNames) {
      table.add(
        [printable(entry.name), grouped(entry.counts.total)] + verdicts.map { grouped(entry.counts[$0]) })
    }
    var text = "\n" + table.text { row, column, cell in row == 0 ? style(column == 0 ? .strong : .faint, cell) : cell }
    if entries.count > Self.shownNames {
      text += style(.faint, "  and \(grouped(entries.count - Self.shownNames)) more\n")
    }
    return text
  }

  private func recordedTable(_ style: TextStyle) -> String {
    guard report.withRecorded > 0 else { return "" }
    let differing = sortedDifferences.reduce(0) { $0 + $1.count }
    var text = "\n" + style(.strong, "against what was recorded")
    text += ": \(grouped(report.withRecorded - differing)) the same, \(grouped(differing)) different\n"
    var table = TextTable([.right, .left, .left], indent: 2)
    for entry in sortedDifferences {
      table.add([
        grouped(entry.count), "\(entry.difference.recorded.word) → \(entry.difference.verdict.word)",
        "\(describe(entry.example.place))  \(entry.example.text)",
      ])
    }
    return text + table.text { _, column, cell in column == 2 ? style(.faint, cell) : cell }
  }

  private func slowestTable(_ style: TextStyle) -> String {
    guard !report.slowest.isEmpty else { return "" }
    var table = TextTable([.right, .left, .left], indent: 2)
    for slow in report.slowest {
      table.add([
        durationText(nanoseconds: slow.nanoseconds), describe(slow.example.place), String(slow.example.text.prefix(90)),
      ])
    }
    return "\n" + style(.strong, "slowest") + "\n"
      + table.text { _, column, cell in column == 1 ? style(.faint, cell) : cell }
  }
}
