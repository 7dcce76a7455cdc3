/// What detectors may cost, in bytes.
public enum DetectorLimits {
  /// The longest match of a declared pattern, and the longest token. A longer one is not passed over: spans of this length
  /// cover it.
  public static let matchBytes = 4096
  /// The longest block of a private key that is one span; what follows it and looks like more of it is covered too.
  public static let privateKeyBytes = 32 * 1024
  /// How far before the place where a detector is woken it may look.
  public static let lookBehind = 256
  /// How far before the place where a detector is woken a span of its may begin.
  public static let spanLookBehind = 88
  /// The most bytes that ``DetectorStream`` keeps.
  public static let heldBytes = privateKeyBytes + 2 * matchBytes

  /// The longest value of an assignment that is looked through; what goes on after it is covered too.
  static let valueBytes = 2048
  /// The longest name before `=` or `:` that is looked at.
  static let nameBytes = 64
  /// The longest local part of an address, RFC 5321 section 4.5.3.1.1.
  static let localPartBytes = 64
  /// The longest domain, RFC 1035 section 2.3.4.
  static let domainBytes = 255
  /// The longest group of digits, separators included, that may be one number.
  static let numberBytes = 48
  /// How far after the place where a detector is woken a glance may go that tells whether it need look closer.
  static let glanceBytes = 64
  /// How near a word must be to speak of a number.
  static let contextBytes = 40
}
