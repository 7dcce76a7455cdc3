/// Why JSON text, or a value in it, cannot be used, and where.
public struct JSONError: Error, Hashable, Sendable {
  /// Lower case, no full stop.
  public var message: String
  /// Offset of the byte at fault from the start of the text.
  public var offset: Int

  public init(_ message: String, at offset: Int) {
    self.message = message
    self.offset = offset
  }
}

/// The limits of reading JSON.
public enum JSONLimits {
  /// Arrays and objects inside each other.
  public static let depth = 128
}
