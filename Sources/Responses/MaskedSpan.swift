import PolicyRuntime

/// A stretch of a text that masks cover: overlapping hits, merged.
struct MaskedSpan {
  /// Half-open range of byte offsets.
  var start: Int
  var end: Int
  /// Each mask that covers some of it, and the longest stretch of its own.
  var members: [Member]
  /// How the text around wants what is written in its place.
  var form = CellForm.plain

  struct Member {
    var rule: Int
    var length: Int
  }

  init(start: Int, end: Int, rule: Int) {
    self.start = start
    self.end = end
    members = [Member(rule: rule, length: end - start)]
  }

  /// The masks of a value as a whole.
  init(start: Int, end: Int, rules: [Int]) {
    self.start = start
    self.end = end
    members = rules.map { Member(rule: $0, length: end - start) }
  }

  mutating func add(_ other: Member) {
    if let known = members.firstIndex(where: { $0.rule == other.rule }) {
      members[known].length = max(members[known].length, other.length)
    } else {
      members.append(other)
    }
  }

  mutating func merge(_ other: MaskedSpan) {
    start = min(start, other.start)
    end = max(end, other.end)
    for member in other.members { add(member) }
    if case .plain = form { form = other.form }
  }

  /// What to do, and the mask that gives it its name: the one with the longest hit of those that decide.
  func resolved(_ plan: MaskPlan) -> (treatment: MaskObligation.Treatment, rule: Int) {
    let treatment = MaskObligation.Treatment.combined(members.map { plan.rules[$0.rule].treatment })
    let deciding = members.filter { plan.rules[$0.rule].treatment == treatment }
    let candidates = deciding.isEmpty ? members : deciding
    let best = candidates.max { a, b in
      let (left, right) = (plan.rules[a.rule], plan.rules[b.rule])
      // Of equal hits a detector's name says more than none, and the first by the alphabet is as good as another.
      let leftRank = left.kind == .detector ? 1 : 0
      let rightRank = right.kind == .detector ? 1 : 0
      if a.length != b.length { return a.length < b.length }
      if leftRank != rightRank { return leftRank < rightRank }
      return left.label > right.label
    }
    return (treatment, best?.rule ?? 0)
  }
}

/// How a cell of a table is written.
enum CellForm {
  /// As it is.
  case plain
  /// A whole field of separated values, which is put in quotes where it needs them.
  case field(separator: UInt8)
  /// Part of a field; what stands in quotes has its quotes doubled.
  case partOfField(separator: UInt8, quoted: Bool)
  /// A cell with spaces behind it, some of which may go.
  case padded(Int)
}

/// Spans in order of their start, none touching another's bytes.
struct SpanList {
  private(set) var spans: [MaskedSpan] = []

  var isEmpty: Bool { spans.isEmpty }

  /// Adds a span, merging it with those that it overlaps. Cheap if spans come nearly in order.
  mutating func add(_ span: MaskedSpan) {
    guard span.start < span.end else { return }
    var span = span
    var index = spans.count
    while index > 0, spans[index - 1].start >= span.end { index -= 1 }
    var first = index
    while first > 0, spans[first - 1].end > span.start {
      first -= 1
      span.merge(spans[first])
    }
    spans.replaceSubrange(first..<index, with: CollectionOfOne(span))
  }

  mutating func removeFirst(_ count: Int) { spans.removeFirst(count) }

  mutating func removeAll() { spans.removeAll(keepingCapacity: true) }
}
