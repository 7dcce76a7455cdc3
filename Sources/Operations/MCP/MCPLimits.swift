/// The limits of the MCP decoder, beside those of all decoders and of JSON.
public enum MCPLimits {
  /// Messages of one JSON-RPC batch.
  public static let batch = 256
  /// Tools that a ``MCPToolCatalog`` keeps. Of others nothing is known, so that they count as changed.
  public static let tools = 4096
  /// Bytes of the name of a tool that is kept.
  public static let toolName = 1024
  /// Tools whose `decode` declarations are kept at hand.
  static let knownTools = 256
  /// Words of an argument that holds a program and its arguments.
  public static let words = 4096
}
