/// How text for people is decorated: ANSI colours, or nothing.
public struct TextStyle: Sendable {
  public enum Role: Sendable { case strong, faint, good, warning, bad, name, marked }

  public var usesColour: Bool

  public init(usesColour: Bool) { self.usesColour = usesColour }

  public static let plain = TextStyle(usesColour: false)

  public func callAsFunction(_ role: Role, _ text: String) -> String {
    guard usesColour, !text.isEmpty else { return text }
    let code =
      switch role {
      case .strong: "1"
      case .faint: "2"
      case .good: "32"
      case .warning: "33"
      case .bad: "1;31"
      case .name: "36"
      case .marked: "1;4"
      }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }
}

/// `1 line`, `2 lines`.
public func counted(_ count: Int, _ noun: String) -> String { "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")" }

/// A number with its thousands apart.
public func grouped(_ number: Int) -> String {
  let digits = String(number.magnitude)
  var result = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { result += "," }
    result.append(digit)
  }
  return number < 0 ? "-" + result : result
}

/// Lays rows out in columns; numbers to the right. The last column is not padded.
public struct TextTable: Sendable {
  public enum Alignment: Sendable { case left, right }

  public var alignments: [Alignment]
  public var rows: [[String]] = []
  /// Spaces before each row.
  public var indent = 0

  public init(_ alignments: [Alignment], indent: Int = 0) {
    self.alignments = alignments
    self.indent = indent
  }

  public mutating func add(_ cells: [String]) { rows.append(cells) }

  /// The lines, each ended. `decorate` may colour a cell after its width is known.
  public func text(decorate: (_ row: Int, _ column: Int, _ cell: String) -> String = { _, _, cell in cell }) -> String {
    var widths = [Int](repeating: 0, count: alignments.count)
    for row in rows {
      for (column, cell) in row.enumerated() where column < widths.count {
        widths[column] = max(widths[column], cell.count)
      }
    }
    var result = ""
    for (index, row) in rows.enumerated() {
      var line = String(repeating: " ", count: indent)
      for (column, cell) in row.enumerated() where column < widths.count {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        let isLast = column == row.count - 1
        if column > 0 { line += "  " }
        let decorated = decorate(index, column, cell)
        line += alignments[column] == .right ? padding + decorated : decorated + (isLast ? "" : padding)
      }
      result += line + "\n"
    }
    return result
  }
}
