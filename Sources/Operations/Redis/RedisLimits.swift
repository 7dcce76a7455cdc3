/// The limits of decoding Redis payloads, beside ``DecodeLimits``. Past one, what is left is `unparsed`.
enum RedisLimits {
  /// Words of one command, its name included.
  static let words = 65_536
  /// Bytes of a command's name that the table is asked for; none that is known is longer.
  static let nameBytes = 64
  /// Bytes of one Lua script.
  static let scriptBytes = 262_144
  /// Levels of blocks, parentheses, calls and operators in a script. A level takes at most 2 KiB of the stack.
  static let scriptDepth = 64
  /// Bytes of a constant that a script concatenates; a longer one is not known.
  static let scriptConstantBytes = 1024
  /// Bytes of an expression that stand for its value in a command; a longer one is a `?`.
  static let spellingBytes = 128

  /// Bytes that the commands of all scripts of one payload may take: each may name all arguments of its script.
  static func expandedBytes(payload: Int) -> Int { 65_536 + 8 * payload }
}
