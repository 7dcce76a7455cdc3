/// What parsing one file gives: always a tree and an AST, complete as far as the text could be read.
public struct ParsedFile: Sendable {
  public var tree: SyntaxTree
  public var ast: PolicyFile
  /// In the order of the text.
  public var diagnostics: [Diagnostic]
  public var ignores: [IgnoreComment]

  /// Whether no diagnostic is an error.
  public var isValid: Bool { !diagnostics.contains { $0.severity == .error } }
}

/// `# hpol:ignore HP0301 kept for the migration`: silences one finding of the linter.
public struct IgnoreComment: Sendable {
  public var code: DiagnosticCode
  public var reason: String
  /// Where findings are silenced, by where their spans start: the line of a comment that ends a line, else the
  /// declaration under the comment, or in a declaration's body the line under it.
  public var covers: SourceRange
  /// The comment.
  public var range: SourceRange
}

/// Reads one file of a policy set. It takes any bytes, never fails, and reports every error it finds in one go.
///
/// - Parameter file: the index of the file in the ``SourceSet``, for the spans of diagnostics.
public func parsePolicy(_ source: [UInt8], file: UInt32) -> ParsedFile {
  if source.count > SyntaxLimits.fileSize {
    let limit = SyntaxLimits.fileSize >> 20
    return unreadable(
      source,
      Diagnostic(.fileTooLarge, "a file holds at most \(limit) MiB", at: SourceSpan(file: file, SourceRange(0, 0))))
  }
  if let offset = firstInvalidUTF8(source) {
    let range = SourceRange(UInt32(offset), UInt32(offset + 1))
    return unreadable(
      source, Diagnostic(.notUTF8, "the file is not UTF-8 here; save it as UTF-8", at: SourceSpan(file: file, range)))
  }
  var parser = Parser(source, file: file)
  let ast = parser.parseFile()
  let tree = SyntaxTree(source: source, tokens: parser.tokens, nodes: parser.nodes)
  let (ignores, problems) = collectIgnores(in: tree, file: file)
  let diagnostics = parser.diagnostics + problems
  let ordered = diagnostics.enumerated().sorted {
    ($0.element.span.range.start, $0.offset) < ($1.element.span.range.start, $1.offset)
  }
  return ParsedFile(tree: tree, ast: ast, diagnostics: ordered.map(\.element), ignores: ignores)
}

/// A file that cannot be cut into tokens: one token of unknown text.
private func unreadable(_ source: [UInt8], _ diagnostic: Diagnostic) -> ParsedFile {
  let token = Token(.unknown, SourceRange(0, UInt32(clamping: source.count)))
  let root = SyntaxTree.Node(kind: .file, firstToken: 0, endToken: 1, subtreeEnd: 1)
  return ParsedFile(
    tree: SyntaxTree(source: source, tokens: [token], nodes: [root]),
    ast: PolicyFile(languageVersion: nil, header: nil, declarations: []), diagnostics: [diagnostic], ignores: [])
}

/// Offset of the first byte that is not part of well-formed UTF-8 (Unicode, table 3-7).
func firstInvalidUTF8(_ bytes: [UInt8]) -> Int? {
  var index = 0
  while index < bytes.count {
    let first = bytes[index]
    guard first >= 0x80 else {
      index += 1
      continue
    }
    let (length, second): (Int, ClosedRange<UInt8>)
    switch first {
    case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
    default: return index
    }
    guard index + length <= bytes.count, second.contains(bytes[index + 1]),
      bytes[(index + 2)..<(index + length)].allSatisfy({ $0 & 0xC0 == 0x80 })
    else { return index }
    index += length
  }
  return nil
}
