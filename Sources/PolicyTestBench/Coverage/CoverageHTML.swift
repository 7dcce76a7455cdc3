import JSONText
import PolicyEngine
import PolicySyntax

extension CoverageReport {
  /// The report as one page that needs nothing else: the sums, the rules, and the source with what is missing.
  public func html() -> String {
    let subtitle = unreachable == 0 ? "" : "\(counted(unreachable, "outcome")) out of reach are not counted"
    var page = HTMLPage(title: "Coverage", subtitle: subtitle)
    page.add(HTMLFragment(html: Self.style))
    page.add(
      .tiles([
        ("\(decimalText(total.percent, digits: 1)) %", "covered", total.isComplete ? .good : .warning),
        tile(ruleTally, "rules"), tile(conditionTally, "outcomes of conditions"),
        tile(alternativeTally, "alternatives"),
      ]))
    page.add(.split([(total.covered, "covered", .good), (total.total - total.covered, "missing", .bad)]))
    page.add(.section("Rules", ruleTable))
    for file in files { page.add(source(file)) }
    return page.html
  }

  private func tile(_ tally: Tally, _ label: String) -> (number: String, label: String, role: TextStyle.Role?) {
    ("\(tally.covered) / \(tally.total)", label, tally.isComplete ? .good : tally.covered == 0 ? .bad : .warning)
  }

  private var ruleTable: HTMLFragment {
    let columns: [HTMLFragment.Column] = [
      .init("rule"), .init("where"), .init("applied", isNumber: true), .init("covered", isNumber: true),
      .init("of", isNumber: true), .init("%", isNumber: true), .init(""),
    ]
    let rows = rules.compactMap { rule -> [HTMLFragment.Cell]? in
      var tally = tally(of: rule.conditions, \.decided) + alternativeTally(of: rule)
      if rule.isCounted { tally.add(rule.applied > 0) }
      if tally.total == 0 { return nil }
      let role: TextStyle.Role = tally.isComplete ? .good : tally.covered == 0 ? .bad : .warning
      return [
        .code(rule.name), .text("\(sources.path(rule.place.file)):\(rule.place.line)", .faint),
        .number(rule.applied), .number(tally.covered), .number(tally.total), .number(Int(tally.percent)),
        .bar(tally.covered, of: tally.total, role),
      ]
    }
    return .table(columns, rows, isSearchable: true)
  }

  private func source(_ file: FileCoverage) -> HTMLFragment {
    let marked = Dictionary(file.lines.map { ($0.line, $0) }) { first, _ in first }
    let last = file.file.position(of: UInt32(clamping: file.file.bytes.count)).line
    var html = "<table class=\"source\">\n"
    for number in 1...max(last, 1) {
      let bytes = file.file.bytes[file.file.lineRange(number)]
      if number == last, bytes.isEmpty { break }
      let text = htmlEscaped(String(decoding: bytes, as: UTF8.self))
      let coverage = marked[number]
      let mark = coverage.map { "<td class=\"\($0.state.role.htmlClass)\">\($0.state.mark)</td>" } ?? "<td></td>"
      html += "<tr\(coverage.map { " class=\"\($0.state.role.htmlClass)\"" } ?? "")>"
      html += "<td class=\"number\">\(number)</td>\(mark)<td><code>\(text)</code>"
      for gap in coverage?.gaps ?? [] {
        html += "<p class=\"gap\">\(htmlEscaped(gap.isInDefine ? gap.text : gap.message))</p>"
      }
      html += "</td></tr>\n"
    }
    let share = "\(decimalText(file.tally.percent, digits: 1)) % (\(file.tally.covered) of \(file.tally.total))"
    return .section(file.file.path, .paragraph(share), HTMLFragment(html: html + "</table>\n"))
  }

  /// What listings need besides the page's own style.
  private static let style = """
    <style>
    .source { font-size: .86rem; } .source td { border: 0; padding: 0 .6rem; } .source code { white-space: pre-wrap; }
    .source td.number { color: var(--faint); width: 1%; user-select: none; } .source td:nth-child(2) { width: 1%; }
    .source tr.warning, .source tr.bad { background: var(--well); color: inherit; }
    .source tr.bad td:first-child { box-shadow: inset 3px 0 var(--bad); }
    .source tr.warning td:first-child { box-shadow: inset 3px 0 var(--warning); }
    .source .gap { margin: 0 0 .2rem 1.5rem; color: var(--bad); font-size: .85rem; }
    </style>

    """
}
