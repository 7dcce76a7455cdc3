/// Who asks, through which connection: what a test states and a fixture records.
public struct Principal: Sendable, Hashable {
  public var user: String?
  public var groups: [String] = []
  /// `human`, `service` or `agent`.
  public var actor = "human"
  public var client: String?
  /// Name and value, in the order given; a name may come again.
  public var claims: [[String]] = []
  public var target: String?
  public var labels: [[String]] = []
  /// An address as text.
  public var source: String?
  /// Seconds since 1970, UTC.
  public var time: Int64?

  public init() {}
}
