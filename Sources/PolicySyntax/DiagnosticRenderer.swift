/// Prints diagnostics for people: place, severity, code, message, the line with carets, notes, and the line as the fix
/// would have it.
///
/// ```text
/// lists/sql.hpol:3:20: error[HP0005]: expected `,` before `truncate`
///   |
/// 3 | list verbs = [drop truncate]
///   |                    ^^^^^^^^
///   = fix: insert `,`
/// 3 | list verbs = [drop, truncate]
/// ```
public struct DiagnosticRenderer: Sendable {
  public var sources: SourceSet
  /// Whether to colour with ANSI escapes.
  public var isColored: Bool
  /// Columns of source shown of a longer line, around what is pointed at.
  public static let excerptWidth = 160
  private static let tab = "    "

  public init(sources: SourceSet, isColored: Bool = false) {
    self.sources = sources
    self.isColored = isColored
  }

  /// The text of one diagnostic, each line ended by a line feed.
  public func render(_ diagnostic: Diagnostic) -> String {
    let color = diagnostic.severity == .error ? Style.error : diagnostic.severity == .warning ? .warning : .note
    let head = styled("\(diagnostic.severity.rawValue)[\(diagnostic.code.text)]", color)
    var text = "\(place(diagnostic.span)): \(head): \(styled(printable(diagnostic.message), .bold))\n"
    let margin = margin(of: diagnostic)
    text += excerpt(diagnostic.span, margin: margin, caretStyle: color)
    for note in diagnostic.notes {
      let label = styled("note", .note)
      guard let span = note.span else {
        text += "\(margin) = \(label): \(printable(note.message))\n"
        continue
      }
      text += "\(margin) = \(label): \(printable(note.message)): \(place(span))\n"
      text += excerpt(span, margin: margin, caretStyle: .note)
    }
    if let fix = diagnostic.fix {
      text += "\(margin) = \(styled("fix", .fix)): \(printable(fix.title))\n"
      text += fixedLine(fix, margin: margin)
    }
    return text
  }

  /// All of them in order, with an empty line between.
  public func render(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.map { render($0) }.joined(separator: "\n")
  }

  private func place(_ span: SourceSpan) -> String {
    guard let file = sources.file(span.file) else { return "?" }
    let position = file.position(of: span.range.start)
    return "\(printable(file.path)):\(position.line):\(position.column)"
  }

  /// White space as wide as the largest line number shown.
  private func margin(of diagnostic: Diagnostic) -> String {
    let spans = [diagnostic.span] + diagnostic.notes.compactMap(\.span)
    let widths = spans.map { span in
      sources.file(span.file).map { String($0.position(of: span.range.start).line).count } ?? 1
    }
    return String(repeating: " ", count: widths.max() ?? 1)
  }

  /// The line a span begins on, and carets under it.
  private func excerpt(_ span: SourceSpan, margin: String, caretStyle: Style) -> String {
    guard let file = sources.file(span.file), !file.bytes.isEmpty else { return "" }
    let number = file.position(of: span.range.start).line
    let line = file.lineRange(number)
    let start = min(max(Int(span.range.start), line.lowerBound), line.upperBound)
    let end = min(max(Int(span.range.end), start), line.upperBound)
    let goesOn = span.range.end > line.upperBound + 1

    // Of a long line only so many bytes are looked at, enough for the columns shown in any script.
    let reach = 4 * Self.excerptWidth
    let before = cells(file.bytes[line.lowerBound..<start].suffix(reach))
    let marked = cells(file.bytes[start..<end].prefix(reach))
    let after = cells(file.bytes[end..<line.upperBound].prefix(reach))
    // A long line is shown from a little before the marked text.
    let isLong = line.count > reach || width(before) + width(marked) + width(after) > Self.excerptWidth
    let shownBefore = isLong ? suffix(before, Self.excerptWidth / 4) : before
    let isCutBefore = shownBefore.count < before.count
    let shownMarked = isLong ? prefix(marked, Self.excerptWidth / 2) : marked
    let shownAfter = isLong ? prefix(after, Self.excerptWidth / 4) : after
    let lead = isCutBefore ? "…" : ""
    let isCutAfter = shownMarked.count < marked.count || shownAfter.count < after.count
    let shown = lead + (shownBefore + shownMarked + shownAfter).map(\.text).joined() + (isCutAfter ? "…" : "")
    let padding = String(repeating: " ", count: lead.count + width(shownBefore))
    let carets = String(repeating: "^", count: max(1, width(shownMarked))) + (goesOn ? "…" : "")

    let bar = styled("|", .frame)
    return "\(margin) \(bar)\n"
      + "\(numbered(number, margin)) \(bar) \(trimmedEnd(shown))\n"
      + "\(margin) \(bar) \(padding)\(styled(carets, caretStyle))\n"
  }

  private func numbered(_ number: Int, _ margin: String) -> String {
    let digits = String(number)
    return styled(String(repeating: " ", count: max(0, margin.count - digits.count)) + digits, .frame)
  }

  /// The line after the fix, where the fix changes one line and leaves it one.
  private func fixedLine(_ fix: Diagnostic.Fix, margin: String) -> String {
    guard let first = fix.edits.first, let file = sources.file(first.span.file) else { return "" }
    let number = file.position(of: first.span.range.start).line
    let line = file.lineRange(number)
    guard line.count <= 4 * Self.excerptWidth else { return "" }
    let isOneLine = fix.edits.allSatisfy { edit in
      edit.span.file == first.span.file && Int(edit.span.range.start) >= line.lowerBound
        && Int(edit.span.range.end) <= line.upperBound && !edit.replacement.contains("\n")
    }
    guard isOneLine else { return "" }
    let offset = UInt32(line.lowerBound)
    let edits = fix.edits.map { edit in
      let range = SourceRange(edit.span.range.start - offset, edit.span.range.end - offset)
      return Diagnostic.Edit(SourceSpan(file: edit.span.file, range), edit.replacement)
    }
    let fixed = cells(apply(edits, to: Array(file.bytes[line]))[...])
    guard width(fixed) <= Self.excerptWidth else { return "" }
    let text = trimmedEnd(fixed.map(\.text).joined())
    return "\(numbered(number, margin)) \(styled("|", .frame)) \(styled(text, .fix))\n"
  }
}

// MARK: - Text in cells of a terminal

extension DiagnosticRenderer {
  /// A scalar as shown, and the columns it takes.
  private struct Cell {
    var text: String
    var width: Int
  }

  private func cells(_ bytes: ArraySlice<UInt8>) -> [Cell] {
    String(decoding: bytes, as: UTF8.self).unicodeScalars.map { scalar in
      if scalar == "\t" { return Cell(text: Self.tab, width: Self.tab.count) }
      return isHarmful(scalar)
        ? Cell(text: "\u{FFFD}", width: 1) : Cell(text: String(scalar), width: columns(of: scalar))
    }
  }

  private func width(_ cells: [Cell]) -> Int { cells.reduce(0) { $0 + $1.width } }

  private func prefix(_ cells: [Cell], _ limit: Int) -> [Cell] {
    var rest = limit
    return Array(
      cells.prefix {
        rest -= $0.width
        return rest >= 0
      })
  }

  private func suffix(_ cells: [Cell], _ limit: Int) -> [Cell] { prefix(cells.reversed(), limit).reversed() }

  private func trimmedEnd(_ text: String) -> String {
    String(text.reversed().drop(while: \.isWhitespace).reversed())
  }

  /// Text that cannot move the cursor or turn the line around.
  private func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { isHarmful($0) && $0 != "\n" ? "\u{FFFD}" : $0 }))
  }

  private func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// Columns of a terminal: none for what combines, two for the wide scripts and pictographs (after Unicode's
  /// East Asian Width, its blocks only).
  private func columns(of scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}

// MARK: - Colour

extension DiagnosticRenderer {
  private enum Style: String {
    case error = "1;31"
    case warning = "1;33"
    case note = "1;36"
    case fix = "32"
    case frame = "34"
    case bold = "1"
  }

  private func styled(_ text: String, _ style: Style) -> String {
    isColored ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }
}
