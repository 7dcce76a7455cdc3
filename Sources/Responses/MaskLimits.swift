/// How much of a response is held back, and how deep it is looked into.
public enum MaskLimits {
  /// Bytes of one JSON string, of one record of a table, that are looked at as a whole. A longer string is masked in
  /// pieces; where its whole is to be masked or holds a document of its own, it is redacted, as is a longer record.
  public static let heldBytes = 1 << 20
  /// Bytes of a YAML response, which is held until its end. A longer one is withheld if columns or paths are masked,
  /// else masked as plain text.
  public static let yamlBytes = 4 << 20
  /// Bytes of the beginning from which the format is found out.
  public static let headBytes = 4096
  /// White space before the first token of a JSON document within a text.
  static let leadBytes = 256
  /// Arrays and objects inside each other; what lies deeper is redacted.
  public static let jsonDepth = 128
  /// Documents in strings of documents; what lies deeper is redacted where columns or paths are masked.
  public static let documentDepth = 4
  /// Bytes of the header of a table in text; what follows a longer one is withheld if columns are masked. Bytes of a
  /// column's name; one that is longer is masked by every mask of columns.
  public static let headerBytes = 1 << 16
  public static let columnNameBytes = 128
  /// Bytes that may stand between a value of JSON and the member that names it, while they are held.
  public static let siblingBytes = 1 << 16
  /// Bytes of a member's name that detectors see before its value.
  static let contextBytes = 256
  /// Bytes around a hit that are looked at to see whether it stands in what an earlier mask wrote. A longer replacement
  /// text is no longer recognised.
  static let markerBytes = 64
  static let replacementBytes = 1024
}
