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

  /// Equal only if all bytes are, as rules see them; `String` would equate canonically equivalent spellings, and give one
  /// person's session to another.
  public static func == (a: Principal, b: Principal) -> Bool {
    isSame(a.user, b.user) && isSame(a.target, b.target) && isSame(a.client, b.client) && isSame(a.actor, b.actor)
      && isSame(a.source, b.source) && a.time == b.time && a.groups.elementsEqual(b.groups, by: isSame)
      && a.claims.elementsEqual(b.claims) { $0.elementsEqual($1, by: isSame) }
      && a.labels.elementsEqual(b.labels) { $0.elementsEqual($1, by: isSame) }
  }

  private static func isSame(_ a: String?, _ b: String?) -> Bool {
    guard let a, let b else { return a == nil && b == nil }
    return isSame(a, b)
  }

  private static func isSame(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }
}
