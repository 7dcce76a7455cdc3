/// What detectors may cost, in bytes.
public enum DetectorLimits {
  /// The longest match of a declared pattern: a longer one is cut into spans of this length that cover it.
  public static let matchBytes = 4096
  /// The longest block of a private key that is one span.
  public static let privateKeyBytes = 32 * 1024
  /// How far before the place where a detector begins to look it may look back.
  public static let lookBehind = 256
}
