/// A pattern as an author wrote it: how it is to be read, and its text.
public struct Pattern: Hashable, Sendable {
  public enum Kind: UInt8, Sendable {
    /// The value is the text.
    case equals
    case prefix, suffix, contains
    /// Anchored; `*` any run of characters, `?` one code point, `[a-z]` a class, `\` escapes.
    case glob
    /// Like ``glob``, but `*` stops at `/` and `**` does not.
    case pathGlob
    /// Unanchored, regular: no back-references, no look-around.
    case regex
    /// Whatever PCRE2 takes, under a match limit.
    case pcre
  }

  public var kind: Kind
  public var source: String
  /// Folds ASCII case.
  public var ignoringCase: Bool
  /// The values are names of SQL tables: `s.t` also matches an unqualified `t`, and `t` also `t` in any schema.
  public var isQualifiedName: Bool

  public init(_ kind: Kind, _ source: String, ignoringCase: Bool = false, isQualifiedName: Bool = false) {
    self.kind = kind
    self.source = source
    self.ignoringCase = ignoringCase
    self.isQualifiedName = isQualifiedName
  }

  /// Values are matched byte for byte, so patterns are equal only if their bytes are; `String` would equate canonically
  /// equivalent spellings.
  public static func == (a: Pattern, b: Pattern) -> Bool {
    a.kind == b.kind && a.ignoringCase == b.ignoringCase && a.isQualifiedName == b.isQualifiedName
      && a.source.utf8.elementsEqual(b.source.utf8)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
    hasher.combine(ignoringCase)
    for byte in source.utf8 { hasher.combine(byte) }
  }
}

/// Why a pattern cannot be used, and where in its source.
public struct PatternError: Error, Hashable, Sendable {
  /// Lower case, no full stop.
  public var message: String
  /// Half-open range of UTF-8 offsets in ``Pattern/source``.
  public var start: Int
  public var end: Int
  /// What to write instead, if that is known.
  public var hint: String?

  public init(_ message: String, _ start: Int, _ end: Int, hint: String? = nil) {
    self.message = message
    self.start = start
    self.end = end
    self.hint = hint
  }
}
