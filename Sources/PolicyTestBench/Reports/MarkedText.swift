import PolicyEngine

/// A text in one line with some of it marked, cut to a number of columns around the first mark.
struct MarkedText {
  private var cells: [(text: String, isMarked: Bool)] = []

  /// `marks` are UTF-8 offsets.
  init(_ text: String, _ marks: [Range<Int>], columns: Int) {
    var offset = 0
    for scalar in text.unicodeScalars {
      let isMarked = marks.contains { $0.contains(offset) }
      // What `printable` escapes takes more than one column.
      for character in printable(String(scalar)) { cells.append((String(character), isMarked)) }
      offset += UTF8.width(scalar)
    }
    guard cells.count > columns else { return }
    let first = cells.firstIndex { $0.isMarked } ?? 0
    let start = min(max(0, first - columns / 4), cells.count - columns)
    let isCutAfter = start + columns < cells.count
    cells = Array(cells[start..<(start + columns)])
    if start > 0 { cells.insert(("…", false), at: 0) }
    if isCutAfter { cells.append(("…", false)) }
  }

  /// With the marks underlined, where colour is used.
  func text(_ style: TextStyle) -> String {
    var text = ""
    var rest = cells[...]
    while let first = rest.first {
      let run = rest.prefix { $0.isMarked == first.isMarked }
      text += style(first.isMarked ? .marked : .strong, run.map(\.text).joined())
      rest = rest.dropFirst(run.count)
    }
    return text
  }

  /// A line that marks them below the text, or nil where nothing is marked.
  var carets: String? {
    guard let last = cells.lastIndex(where: { $0.isMarked }) else { return nil }
    return cells[...last].map { $0.isMarked ? "^" : " " }.joined()
  }
}
