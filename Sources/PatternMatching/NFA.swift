/// A nondeterministic automaton over bytes, after Thompson. It accepts whole texts: what is unanchored has its loops
/// written into the pattern.
struct NFA {
  struct State {
    enum Kind: UInt8 { case bytes, split, assertion, match }
    var kind: Kind
    /// Of `bytes`: the inclusive range that is read. Of `assertion`: `low` is its raw value.
    var low: UInt8 = 0
    var high: UInt8 = 0
    var next: Int32 = 0
    /// Of `split`: the other way on.
    var other: Int32 = 0
  }

  private(set) var states: [State] = []
  var start: Int32 = 0

  /// Stands for a `.` that the pattern writes, beside the `.` itself, while the automaton of a qualified name is built;
  /// never a byte of UTF-8.
  static let dotMarker: UInt8 = 0xFF

  private var marksDots = false

  init() {}

  /// The automaton of `node`. With `marksDots` each written `.` may also be read as ``dotMarker``.
  init(_ node: PatternNode, marksDots: Bool = false) throws(PatternError) {
    self.marksDots = marksDots
    let match = try add(State(kind: .match))
    start = try compile(node, next: match)
  }

  mutating func add(_ state: State) throws(PatternError) -> Int32 {
    guard states.count < PatternLimits.nfaStates else {
      throw PatternError(
        "the pattern is too large: more than \(PatternLimits.nfaStates) states", 0, 0,
        hint: "use smaller repeat counts, or `matches pcre /…/`")
    }
    states.append(state)
    return Int32(states.count - 1)
  }

  mutating func addSplit(_ next: Int32, _ other: Int32) throws(PatternError) -> Int32 {
    try add(State(kind: .split, next: next, other: other))
  }

  mutating func addBytes(_ low: UInt8, _ high: UInt8, next: Int32) throws(PatternError) -> Int32 {
    try add(State(kind: .bytes, low: low, high: high, next: next))
  }

  mutating func redirect(split: Int32, to next: Int32, _ other: Int32) {
    states[Int(split)].next = next
    states[Int(split)].other = other
  }

  /// Adds `node`, followed by `next`; its first state.
  private mutating func compile(_ node: PatternNode, next: Int32) throws(PatternError) -> Int32 {
    switch node {
    case .empty: return next
    case .set(let set): return try compile(set, next: next)
    case .assertion(let assertion): return try add(State(kind: .assertion, low: assertion.rawValue, next: next))
    case .sequence(let parts):
      var start = next
      for part in parts.reversed() { start = try compile(part, next: start) }
      return start
    case .alternation(let branches):
      var start: Int32?
      for branch in branches.reversed() {
        let branchStart = try compile(branch, next: next)
        start = if let other = start { try addSplit(branchStart, other) } else { branchStart }
      }
      return start ?? next
    case .repeated(let inner, let minimum, let maximum):
      var start = next
      if let maximum {
        for _ in minimum..<max(minimum, maximum) { start = try addSplit(try compile(inner, next: start), next) }
      } else {
        let loop = try addSplit(next, next)
        redirect(split: loop, to: try compileLooped(inner, next: loop), next)
        start = loop
      }
      for _ in 0..<minimum {
        let before = start
        start = try compile(inner, next: start)
        if start == before { break }
      }
      return start
    }
  }

  /// A run of a set with all non-ASCII code points in it reads byte by byte: on valid UTF-8 that comes to the same, and
  /// takes far fewer states.
  private mutating func compileLooped(_ inner: PatternNode, next: Int32) throws(PatternError) -> Int32 {
    guard case .set(let set) = inner, set.holdsAllNonASCII else { return try compile(inner, next: next) }
    let highest = marksDots ? NFA.dotMarker - 1 : 0xFF
    var start = try addBytes(0x80, highest, next: next)
    for range in set.ranges where range.lowerBound < 0x80 {
      let bytes = try addBytes(UInt8(range.lowerBound), UInt8(min(range.upperBound, 0x7F)), next: next)
      start = try addSplit(bytes, start)
    }
    return start
  }

  /// Adds the UTF-8 of a set of code points.
  private mutating func compile(_ set: CodePointSet, next: Int32) throws(PatternError) -> Int32 {
    var encoder = UTF8RangeEncoder(next: next)
    var start: Int32?
    for range in set.ranges {
      for sequence in utf8Sequences(range) {
        let first = try encoder.add(sequence, to: &self)
        start = if let other = start { try addSplit(first, other) } else { first }
      }
    }
    if marksDots, set == .dot, let dot = start {
      return try addSplit(dot, try addBytes(NFA.dotMarker, NFA.dotMarker, next: next))
    }
    // The empty set matches nothing: a range that no byte is in.
    return if let start { start } else { try addBytes(1, 0, next: next) }
  }
}

/// Adds byte ranges back to front, sharing equal tails.
private struct UTF8RangeEncoder {
  struct Tail: Hashable {
    var low: UInt8
    var high: UInt8
    var next: Int32
  }
  let next: Int32
  var tails: [Tail: Int32] = [:]

  mutating func add(_ sequence: [ClosedRange<UInt8>], to nfa: inout NFA) throws(PatternError) -> Int32 {
    var state = next
    for bytes in sequence.reversed() {
      let tail = Tail(low: bytes.lowerBound, high: bytes.upperBound, next: state)
      if let known = tails[tail] {
        state = known
      } else {
        state = try nfa.addBytes(tail.low, tail.high, next: state)
        tails[tail] = state
      }
    }
    return state
  }
}

/// The UTF-8 of a range of scalar values as sequences of byte ranges (after Russ Cox, "Regular Expression Matching in
/// the Wild"): split where the length changes, then until all bytes but the first differing one run from 80 to BF.
func utf8Sequences(_ range: ClosedRange<UInt32>) -> [[ClosedRange<UInt8>]] {
  var result: [[ClosedRange<UInt8>]] = []
  var pending = [range]
  while let range = pending.popLast() {
    let (low, high) = (range.lowerBound, range.upperBound)
    if let edge = [UInt32(0x7F), 0x7FF, 0xFFFF].first(where: { low <= $0 && $0 < high }) {
      pending.append((edge + 1)...high)
      pending.append(low...edge)
      continue
    }
    var isSplit = false
    for bits in [UInt32(6), 12, 18] where high > 0x7F {
      let mask = UInt32(1) << bits - 1
      guard low & ~mask != high & ~mask else { continue }
      if low & mask != 0 {
        pending.append((low | mask) + 1...high)
        pending.append(low...(low | mask))
        isSplit = true
        break
      }
      if high & mask != mask {
        pending.append((high & ~mask)...high)
        pending.append(low...((high & ~mask) - 1))
        isSplit = true
        break
      }
    }
    if isSplit { continue }
    result.append(zip(utf8(low), utf8(high)).map { $0...$1 })
  }
  return result
}
