/// The limits of decoding MySQL. Past one, the whole payload is `unparsed`.
enum MySQLLimits {
  /// Depth of brackets, subqueries and blocks. A level takes at most 8 KiB of the calling thread's stack, of which 512
  /// KiB are assumed (without optimisation, eight times as much).
  static let depth = 40
  /// Calls of each other that reading an expression takes, operators that bind more tightly within others: with `depth`
  /// it bounds the stack.
  static let expressionDepth = 80
  /// Different versions that `/*!…*/` comments of one payload ask for and that a server may or may not have.
  static let gates = 6
  /// Alternatives of a condition that are compared with each other.
  static let alternatives = 48
  /// Bytes of a text that constants are put together to.
  static let foldedText = 1 << 16
  /// Values of user variables that are kept while a payload is read.
  static let variables = 256
  /// Bytes of the client's delimiter.
  static let delimiter = 15
}
