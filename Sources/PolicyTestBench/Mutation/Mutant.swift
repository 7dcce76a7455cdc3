import PolicySyntax

/// A policy set with one edit.
public struct Mutant: Sendable {
  public let operation: MutationOperator
  public let edit: Diagnostic.Edit
  /// What the edit changes: `rule no-drop`, `list destructive`, `define protected`, `default allow`.
  public let declaration: Declaration

  /// A declaration that mutants are made of.
  public struct Declaration: Hashable, Sendable {
    public enum Kind: String, Sendable { case rule, list, define, setting = "default" }
    public let kind: Kind
    public let name: String
    public let span: SourceSpan

    /// `rule no-drop`
    public var title: String { "\(kind.rawValue) \(name)" }
  }

  /// The lines that the edit changes, before and after, several in one; and the number of the first.
  public func change(in sources: SourceSet) -> (line: Int, before: String, after: String) {
    guard let file = sources.file(edit.span.file) else { return (1, "", "") }
    let line = file.position(of: edit.span.range.start).line
    let end = file.position(of: edit.span.range.end).line
    let whole = file.lineRange(line).lowerBound..<file.lineRange(end).upperBound
    let range = Int(edit.span.range.start)..<Int(edit.span.range.end)
    let old = file.bytes[whole]
    let new =
      file.bytes[whole.lowerBound..<range.lowerBound] + edit.replacement.utf8
      + file.bytes[range.upperBound..<max(whole.upperBound, range.upperBound)]
    func lines(_ bytes: ArraySlice<UInt8>) -> [String] {
      bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
        String(decoding: $0, as: UTF8.self)
      }
    }
    let (before, after) = (lines(old), lines(new))
    let first = zip(before, after).prefix { $0 == $1 }.count
    let last = zip(before[first...].reversed(), after[first...].reversed()).prefix { $0 == $1 }.count
    let changed = (before[first..<before.count - last], after[first..<after.count - last])
    return (line + first, joined(changed.0), joined(changed.1))
  }

  /// Whether its edit stands on lines that were changed.
  func stands(on lines: ChangedLines, _ sources: SourceSet) -> Bool {
    let span = edit.span
    let first = sources.position(span.range.start, in: span.file).line
    // An edit that takes whole lines ends where the next begins.
    let last = sources.position(max(span.range.start, span.range.end > 0 ? span.range.end - 1 : 0), in: span.file).line
    return lines.touches(span.file, first...max(first, last), seams: false)
  }

  /// The bytes of its file with the edit.
  public func text(in sources: SourceSet) -> [UInt8] {
    sources.file(edit.span.file).map { apply([edit], to: $0.bytes) } ?? []
  }
}

/// The lines in one, without the white space at their ends.
private func joined(_ lines: ArraySlice<String>) -> String {
  lines.map { line in
    var text = line[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }.filter { !$0.isEmpty }.joined(separator: " ")
}
