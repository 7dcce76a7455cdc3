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

  init(_ tally: MaskTally, _ plan: MaskPlan) {
    for (rule, count) in tally.counts.enumerated() where count > 0 {
      counts[plan.rules[rule].name, default: 0] += count
    }
    for (rule, isHit) in tally.isHit.enumerated() where isHit { hits.insert(plan.rules[rule].label) }
    isWithheld = tally.isWithheld
  }

  /// All of it.
  public var total: Int { counts.values.reduce(0, +) }

  mutating func add(_ other: MaskReport) {
    hits.formUnion(other.hits)
    counts.merge(other.counts, uniquingKeysWith: +)
    isWithheld = isWithheld || other.isWithheld
  }
}

/// The same by the numbers of the masks, while masking goes on.
struct MaskTally {
  private(set) var counts: [Int] = []
  /// Detectors that found something.
  private(set) var isHit: [Bool] = []
  var isWithheld = false

  private mutating func makeRoom(_ plan: MaskPlan) {
    guard counts.isEmpty else { return }
    counts = Array(repeating: 0, count: plan.rules.count)
    isHit = Array(repeating: false, count: plan.rules.count)
  }

  mutating func count(_ rule: Int, _ plan: MaskPlan) {
    makeRoom(plan)
    counts[rule] += 1
  }

  mutating func hit(_ span: MaskedSpan, _ plan: MaskPlan) {
    makeRoom(plan)
    // Detectors and regexes come first among the rules.
    span.forEachMember { if plan.isDetector[$0.rule] { isHit[$0.rule] = true } }
  }

  mutating func add(_ other: MaskTally) {
    isWithheld = isWithheld || other.isWithheld
    guard !other.counts.isEmpty else { return }
    guard !counts.isEmpty else {
      (counts, isHit) = (other.counts, other.isHit)
      return
    }
    for rule in counts.indices {
      counts[rule] += other.counts[rule]
      isHit[rule] = isHit[rule] || other.isHit[rule]
    }
  }
}
