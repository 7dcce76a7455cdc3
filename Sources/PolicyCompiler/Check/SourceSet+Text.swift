import PolicySyntax

extension SourceSet {
  /// The path of a file, empty if there is none of that index.
  func path(_ file: UInt32) -> String { self.file(file)?.path ?? "" }

  /// The text of a span, as far as the file reaches.
  func text(_ span: SourceSpan) -> String {
    guard let bytes = file(span.file)?.bytes else { return "" }
    let end = min(Int(span.range.end), bytes.count)
    return String(decoding: bytes[min(Int(span.range.start), end)..<end], as: UTF8.self)
  }
}
