/// A half-open range of UTF-8 offsets in one source file. Lines and columns are computed when printing.
public struct SourceRange: Hashable, Sendable {
  public var start: UInt32
  public var end: UInt32

  public init(_ start: UInt32, _ end: UInt32) {
    self.start = start
    self.end = end
  }

  /// The smallest range that covers both.
  public func joined(_ other: SourceRange) -> SourceRange {
    SourceRange(min(start, other.start), max(end, other.end))
  }
}

/// A range in a file of a policy set.
public struct SourceSpan: Hashable, Sendable {
  /// Index of the file in the ``SourceSet``.
  public var file: UInt32
  public var range: SourceRange

  public init(file: UInt32, _ range: SourceRange) {
    self.file = file
    self.range = range
  }
}

/// How bad a finding is. Errors make a policy set unusable.
public enum Severity: String, Sendable, Comparable {
  case note, warning, error

  private var rank: Int {
    switch self {
    case .note: 0
    case .warning: 1
    case .error: 2
    }
  }
  public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }
}

/// A finding about a policy: a value that passes collect and renderers print.
///
/// Wording: lower case, no full stop, the author's own text in backticks.
public struct Diagnostic: Sendable {
  public struct Note: Sendable {
    public var message: String
    public var span: SourceSpan?

    public init(_ message: String, at span: SourceSpan? = nil) {
      self.message = message
      self.span = span
    }
  }

  /// A replacement of text that mends the finding without changing anything else.
  public struct Fix: Sendable {
    public var title: String
    public var edits: [Edit]

    public init(_ title: String, _ edits: [Edit]) {
      self.title = title
      self.edits = edits
    }
  }

  public struct Edit: Sendable {
    public var span: SourceSpan
    public var replacement: String

    public init(_ span: SourceSpan, _ replacement: String) {
      self.span = span
      self.replacement = replacement
    }
  }

  public var code: DiagnosticCode
  public var severity: Severity
  public var message: String
  public var span: SourceSpan
  public var notes: [Note]
  public var fix: Fix?

  public init(
    _ code: DiagnosticCode, _ message: String, at span: SourceSpan, notes: [Note] = [], fix: Fix? = nil
  ) {
    self.code = code
    self.severity = code.severity
    self.message = message
    self.span = span
    self.notes = notes
    self.fix = fix
  }
}
