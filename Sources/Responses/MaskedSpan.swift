import PolicyRuntime

/// A stretch of a text that masks cover: overlapping hits, merged.
struct MaskedSpan {
  /// Half-open range of byte offsets.
  var start: Int
  var end: Int
  /// A mask that covers some of it, and the longest stretch of its own.
  private var first: Member
  /// The others; most spans have none.
  private var others: [Member] = []
  /// How the text around wants what is written in its place.
  var form = CellForm.plain

  struct Member {
    var rule: Int
    var length: Int
  }

  init(start: Int, end: Int, rule: Int) {
    self.start = start
    self.end = end
    first = Member(rule: rule, length: end - start)
  }

  /// The masks of a value as a whole, of which there is at least one.
  init(start: Int, end: Int, rules: [Int]) {
    self.init(start: start, end: end, rule: rules[0])
    for rule in rules.dropFirst() { others.append(Member(rule: rule, length: end - start)) }
  }

  /// The same over another stretch.
  func moved(_ start: Int, _ end: Int) -> MaskedSpan {
    var span = self
    (span.start, span.end) = (start, end)
    return span
  }

  func forEachMember(_ body: (Member) -> Void) {
    body(first)
    for member in others { body(member) }
  }

  mutating func add(_ other: Member) {
    if first.rule == other.rule {
      first.length = max(first.length, other.length)
    } else if let known = others.firstIndex(where: { $0.rule == other.rule }) {
      others[known].length = max(others[known].length, other.length)
    } else {
      others.append(other)
    }
  }

  mutating func merge(_ other: MaskedSpan) {
    start = min(start, other.start)
    end = max(end, other.end)
    other.forEachMember { add($0) }
    if case .plain = form { form = other.form }
  }

  /// What to do, and the mask that gives it its name: the one with the longest hit of those that decide.
  func resolved(_ plan: MaskPlan) -> (treatment: MaskObligation.Treatment, rule: Int) {
    guard !others.isEmpty else { return (plan.rules[first.rule].treatment, first.rule) }
    let members = [first] + others
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

  /// Adds spans that come in order of their start, and some of which may stand before those that are here.
  mutating func add(sorted others: [MaskedSpan]) {
    guard let first = others.first else { return }
    var kept = spans.count
    while kept > 0, spans[kept - 1].end > first.start { kept -= 1 }
    guard kept < spans.count else {
      for span in others { add(span) }
      return
    }
    let later = Array(spans[kept...])
    spans.removeSubrange(kept...)
    var next = 0
    for span in others {
      while next < later.count, later[next].start < span.start {
        add(later[next])
        next += 1
      }
      add(span)
    }
    for span in later[next...] { add(span) }
  }

  mutating func removeFirst(_ count: Int) { spans.removeFirst(count) }

  mutating func removeAll() { spans.removeAll(keepingCapacity: true) }
}
