/// The limits of decoding. Past one, what is left is `unparsed`.
public enum DecodeLimits {
  /// Bytes of one payload, nested ones included.
  public static let payloadBytes = 1 << 20
  /// Operations of one request. One with as many or more has an `unparsed` one as its last, which stands for the rest.
  public static let operations = 4096
  /// Layers of payloads inside payloads: `sh -c` in `sudo` in an MCP argument.
  public static let nesting = 16
  /// Depth of syntax inside one payload: parentheses, blocks, substitutions.
  public static let syntaxDepth = 128
  /// Depth of the tree that PostgreSQL's parser makes of one payload, as `PostgresText.depthBound()` bounds it. A level
  /// takes at most 0.5 KiB of the calling thread's stack, of which 512 KiB are assumed.
  static let postgresTreeDepth = 640
}
