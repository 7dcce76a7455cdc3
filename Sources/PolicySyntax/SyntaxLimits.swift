/// The named limits of one source file.
public enum SyntaxLimits {
  /// Bytes of a source file.
  public static let fileSize = 4 << 20
  /// Parentheses, `not`s and brackets of JSON standing in one another.
  public static let nesting = 64
  /// Errors reported of one file; the last of them says that no more are.
  public static let diagnostics = 1_000
}
