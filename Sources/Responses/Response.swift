import JSONText

/// What a target answered.
public enum Response: Hashable, Sendable {
  /// The bytes as they are: a program's output, an HTTP body. What they hold (JSON, YAML, a table, lines) is found out.
  case text([UInt8])
  /// Rows by column.
  case table(columns: [String], rows: [[JSONValue]])
  /// An HTTP response.
  case http(status: Int?, headers: [[String]], body: [UInt8])
  /// JSON of any shape: an MCP result, a Kubernetes object.
  case json(JSONValue)
}
