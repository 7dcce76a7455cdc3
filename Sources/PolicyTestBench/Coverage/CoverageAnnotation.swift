import JSONText
import PolicyEngine
import PolicySyntax

extension CoverageReport {
  /// Lines without marks that are shown between marked ones; of more only the first and last.
  private static let shownGap = 3

  /// The source as its author reads it, for a terminal: a mark beside each line that counts, `✓` covered, `◐` in part,
  /// `✗` not at all, and below what is missing.
  public func annotatedSource(_ style: TextStyle) -> String {
    files.map { annotated($0, style) }.joined(separator: "\n") + (files.isEmpty ? "" : "\n") + summary(style)
  }

  private func annotated(_ file: FileCoverage, _ style: TextStyle) -> String {
    let tally = file.tally
    var text = style(.strong, printable(file.file.path))
    text += "  \(decimalText(tally.percent, digits: 1)) % (\(tally.covered) of \(tally.total))\n"
    let marked = Dictionary(file.lines.map { ($0.line, $0) }) { first, _ in first }
    let width = String(file.lines.last?.line ?? 0).count
    var shown = 0
    for line in visibleLines(file) {
      if line > shown + 1, shown > 0 { text += style(.faint, String(repeating: " ", count: width) + " ⋮") + "\n" }
      shown = line
      let number = String(line)
      let coverage = marked[line]
      let gutter = style(.faint, String(repeating: " ", count: width - number.count) + number)
      let source = printableLine(file.file.bytes[file.file.lineRange(line)])
      let role: TextStyle.Role? = coverage.map(\.state.role)
      text += "\(gutter) \(coverage.map { style($0.state.role, $0.state.mark) } ?? " ")"
      text += source.isEmpty ? "\n" : " \(role.map { $0 == .good ? source : style($0, source) } ?? source)\n"
      for gap in coverage?.gaps ?? [] {
        text += String(repeating: " ", count: width + 3 + source.prefix { $0 == " " }.count)
        text += style(.faint, "↳ ") + gap.message + (gap.isInDefine ? gap.ruleText : "") + "\n"
      }
    }
    return text
  }

  /// The lines that count, and short runs of others between them.
  private func visibleLines(_ file: FileCoverage) -> [Int] {
    var visible: [Int] = []
    for line in file.lines.map(\.line) {
      if let last = visible.last, line - last <= Self.shownGap + 1 {
        visible += last + 1..<line
      }
      visible.append(line)
    }
    return visible
  }

  private func printableLine(_ bytes: ArraySlice<UInt8>) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    return printable(text.split(separator: "\t", omittingEmptySubsequences: false).joined(separator: "  "))
  }
}

extension CoverageGap {
  /// The message, with the rule where it does not name it.
  var text: String { rule.map { message.hasPrefix("`\($0)`") } == true ? message : message + ruleText }

  /// The rule, to stand after the message.
  var ruleText: String { rule.map { "  (\($0))" } ?? "" }
}

extension LineCoverage.State {
  var mark: String {
    switch self {
    case .covered: "✓"
    case .partial: "◐"
    case .missed: "✗"
    }
  }

  var role: TextStyle.Role {
    switch self {
    case .covered: .good
    case .partial: .warning
    case .missed: .bad
    }
  }
}
