/// A part of a page. What is made of text of others is escaped here, in one place.
public struct HTMLFragment: Sendable {
  public var html: String

  /// Takes text that is HTML already.
  public init(html: String) { self.html = html }

  /// A heading and what stands below it.
  public static func section(_ title: String, _ parts: HTMLFragment...) -> HTMLFragment {
    HTMLFragment(html: "<section>\n<h2>\(htmlEscaped(title))</h2>\n\(parts.map(\.html).joined())</section>\n")
  }

  /// A heading that shows what stands below it once it is clicked.
  public static func folded(_ title: String, _ parts: HTMLFragment...) -> HTMLFragment {
    HTMLFragment(
      html: "<details>\n<summary><h2>\(htmlEscaped(title))</h2></summary>\n\(parts.map(\.html).joined())</details>\n")
  }

  public static func paragraph(_ text: String) -> HTMLFragment {
    HTMLFragment(html: "<p>\(htmlEscaped(text))</p>\n")
  }

  /// Numbers to see first.
  public static func tiles(_ tiles: [(number: String, label: String, role: TextStyle.Role?)]) -> HTMLFragment {
    let inner = tiles.map { tile in
      "<div class=\"tile\"><b\(attribute(tile.role))>\(htmlEscaped(tile.number))</b><span>\(htmlEscaped(tile.label))</span></div>\n"
    }
    return HTMLFragment(html: "<div class=\"tiles\">\n\(inner.joined())</div>\n")
  }

  /// One bar that is parted as the counts are.
  public static func split(_ parts: [(count: Int, label: String, role: TextStyle.Role)]) -> HTMLFragment {
    let total = max(parts.reduce(0) { $0 + $1.count }, 1)
    let inner = parts.filter { $0.count > 0 }.map { part in
      "<i class=\"\(part.role.htmlClass)\" style=\"width:\(percent(part.count, of: total))%\" title=\"\(htmlEscaped(part.label)): \(part.count)\"></i>"
    }
    return HTMLFragment(html: "<div class=\"split\">\(inner.joined())</div>\n")
  }

  /// A cell of a table.
  public enum Cell: Sendable {
    case text(String, TextStyle.Role? = nil)
    case code(String)
    /// `file:line`, which is not broken.
    case place(String)
    case lines([String], TextStyle.Role? = nil)
    case number(Int)
    /// A bar for a share of the whole.
    case bar(Int, of: Int, TextStyle.Role? = nil)

    fileprivate var html: String {
      switch self {
      case .text(let text, let role): "<td\(attribute(role))>\(htmlEscaped(text))</td>"
      case .code(let text): "<td><code>\(htmlEscaped(text))</code></td>"
      case .place(let text): "<td class=\"place\"><code>\(htmlEscaped(text))</code></td>"
      case .lines(let lines, let role): "<td\(attribute(role))>\(lines.map(htmlEscaped).joined(separator: "<br>"))</td>"
      case .number(let number): "<td class=\"number\" data-value=\"\(number)\">\(grouped(number))</td>"
      case .bar(let count, let total, let role):
        "<td class=\"bar\" data-value=\"\(count)\"><i\(attribute(role)) style=\"width:\(percent(count, of: max(total, 1)))%\"></i></td>"
      }
    }
  }

  /// A column's heading; numbers sort downwards first.
  public struct Column: Sendable {
    public var title: String
    public var isNumber: Bool

    public init(_ title: String, isNumber: Bool = false) {
      self.title = title
      self.isNumber = isNumber
    }

    /// Of bars, which stand beside their numbers.
    public static let bars = Column("")
  }

  /// A table that is sorted by a click on a heading; with `isSearchable` a field above it picks rows by words.
  public static func table(_ columns: [Column], _ rows: [[Cell]], isSearchable: Bool = false) -> HTMLFragment {
    var html = "<div class=\"wide\"><table>\n<thead><tr>"
    for column in columns {
      html +=
        column.title.isEmpty
        ? "<th>" : column.isNumber ? "<th class=\"number\" data-sort=\"number\">" : "<th data-sort=\"text\">"
      html += htmlEscaped(column.title) + "</th>"
    }
    html += "</tr></thead>\n<tbody>\n"
    for row in rows { html += "<tr>" + row.map(\.html).joined() + "</tr>\n" }
    html += "</tbody>\n</table></div>\n"
    guard isSearchable else { return HTMLFragment(html: html) }
    return HTMLFragment(
      html: "<section class=\"searchable\">\n<input type=\"search\" placeholder=\"search\" aria-label=\"search\">\n"
        + "<p class=\"count\"></p>\n\(html)</section>\n")
  }
}

private func attribute(_ role: TextStyle.Role?) -> String { role.map { " class=\"\($0.htmlClass)\"" } ?? "" }

/// With one decimal, as CSS takes it.
private func percent(_ count: Int, of total: Int) -> String {
  let tenths = (count * 1000 + total / 2) / total
  return "\(tenths / 10).\(tenths % 10)"
}
