/// What was masked in a response.
public struct MaskReport: Hashable, Sendable {
  /// How often, by the name of a detector, or `column`, `json`, `header`, `regex`.
  public private(set) var counts: [String: Int] = [:]
  /// Names of the detectors that found something, in hits that others overlap too, or that were masked before.
  private(set) var hits: Set<String> = []
  /// Whether more than hits were taken away, for they could not be looked into: what is too long, too deep, compressed
  /// or broken.
  public internal(set) var isWithheld = false

  public init() {}

  /// All of it.
  public var total: Int { counts.values.reduce(0, +) }

  mutating func count(_ rule: Int, _ plan: MaskPlan) { counts[plan.rules[rule].name, default: 0] += 1 }

  mutating func hit(_ members: [MaskedSpan.Member], _ plan: MaskPlan) {
    for member in members where plan.rules[member.rule].kind == .detector {
      hits.insert(plan.rules[member.rule].label)
    }
  }

  mutating func add(_ other: MaskReport) {
    hits.formUnion(other.hits)
    counts.merge(other.counts, uniquingKeysWith: +)
    isWithheld = isWithheld || other.isWithheld
  }
}
