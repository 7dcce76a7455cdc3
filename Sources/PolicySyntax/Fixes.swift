/// Applies the fixes of diagnostics to their files. A fix is applied whole or not at all: one that touches text which an
/// earlier fix changes is left out, and may be offered again when the result is checked.
///
/// - Returns: the new bytes of each file that changed, by its index.
public func applyFixes(_ diagnostics: [Diagnostic], to sources: SourceSet) -> [UInt32: [UInt8]] {
  var accepted: [UInt32: [Diagnostic.Edit]] = [:]
  for fix in diagnostics.compactMap(\.fix) {
    let isFree = fix.edits.allSatisfy { edit in
      let range = edit.span.range
      guard let file = sources.file(edit.span.file), range.start <= range.end, range.end <= file.bytes.count else {
        return false
      }
      return accepted[edit.span.file, default: []].allSatisfy { other in
        range.end < other.span.range.start || other.span.range.end < range.start
      }
    }
    guard isFree else { continue }
    for edit in fix.edits { accepted[edit.span.file, default: []].append(edit) }
  }
  return accepted.reduce(into: [:]) { result, entry in
    if let file = sources.file(entry.key) { result[entry.key] = apply(entry.value, to: file.bytes) }
  }
}

/// Applies edits that do not overlap; of two at one place, the first given comes first.
public func apply(_ edits: [Diagnostic.Edit], to bytes: [UInt8]) -> [UInt8] {
  var result: [UInt8] = []
  var position = 0
  let ordered = edits.enumerated().sorted {
    ($0.element.span.range.start, $0.offset) < ($1.element.span.range.start, $1.offset)
  }
  for (_, edit) in ordered where Int(edit.span.range.start) >= position {
    result += bytes[position..<Int(edit.span.range.start)]
    result += edit.replacement.utf8
    position = Int(edit.span.range.end)
  }
  return result + bytes[position...]
}
