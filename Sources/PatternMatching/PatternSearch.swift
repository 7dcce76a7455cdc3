/// A match found in a stream: a half-open range of byte offsets.
public struct PatternMatch: BitwiseCopyable, Hashable, Sendable {
  public var start: Int
  public var end: Int
  /// It is a piece of a match longer than the limit, or of what may have become one.
  public var isCut: Bool

  public init(start: Int, end: Int, isCut: Bool) {
    self.start = start
    self.end = end
    self.isCut = isCut
  }
}

/// Seeks the matches of one pattern in a stream, in time linear in its length.
///
/// The matches are the leftmost ones, of those the longest, and do not overlap; empty ones are passed over. All ways to
/// match are followed at once, a byte at a time (after Thompson), each with the offset where it began; of two that are in
/// the same state the later is dropped, for what it finds the earlier finds too, and more. Nothing is ever looked at again,
/// so the matches depend on the bytes alone and not on how they were cut into writes.
///
/// A way that goes on past the limit is not waited for: what it has passed over is given out as a piece, and so on with
/// every further stretch of that length while it goes on. So what is held back is bounded, and of a match that is longer
/// than the limit no byte is missed.
public struct PatternSearch: ~Copyable {
  private struct Way {
    var state: Int32
    var start: Int
  }

  private let program: PatternProgram
  private let matchLimit: Int
  /// The offset of the next byte.
  private(set) var offset = 0
  private var before = TextNeighbour.edge
  /// In order of start; states that what comes before the next byte leads to.
  private var ways: [Way] = []
  private var nextWays: [Way] = []
  /// Matches that an earlier or longer one may still replace, in order, apart from one another.
  private var candidates: [(start: Int, end: Int)] = []
  /// What is below has been given out, if it belongs to a match.
  private var covered = 0
  /// The number of the step in which a state was last reached.
  private var marks: [Int]
  private var steps = 0
  private var stack: [Int32] = []

  public init(_ program: PatternProgram, matchLimit: Int) {
    self.program = program
    self.matchLimit = matchLimit
    marks = [Int](repeating: -1, count: program.nfa.states.count)
  }

  /// The offset below which no further match will begin.
  public var settled: Int {
    let first = min(ways.first?.start ?? offset, candidates.first?.start ?? offset)
    return max(first, min(covered, offset))
  }

  /// Takes the next bytes; appends the matches that are certain, in order.
  public mutating func write(_ bytes: UnsafeBufferPointer<UInt8>, _ matches: inout [PatternMatch]) {
    for byte in bytes { take(byte, &matches) }
  }

  /// Takes bytes until nothing is under way that may become a match, at least one of those that there are.
  mutating func writeUntilIdle(_ bytes: UnsafeBufferPointer<UInt8>, _ matches: inout [PatternMatch]) {
    for byte in bytes {
      take(byte, &matches)
      if isIdle { return }
    }
  }

  /// Whether nothing is under way that may become a match.
  var isIdle: Bool { ways.isEmpty && candidates.isEmpty }

  /// Forgets what was under way, and goes on at another place of the stream, with `before` beside it.
  mutating func restart(at offset: Int, after before: TextNeighbour) {
    self.offset = offset
    self.before = before
    covered = offset
    ways.removeAll(keepingCapacity: true)
    candidates.removeAll(keepingCapacity: true)
  }

  private mutating func take(_ byte: UInt8, _ matches: inout [PatternMatch]) {
    if ways.isEmpty && !program.canBegin[Int(byte)] {
      flushCandidates(&matches)
    } else {
      step(byte, &matches)
    }
    before = TextNeighbour(byte)
    offset += 1
  }

  /// Takes the end of the stream; appends the matches that are left.
  public mutating func finish(_ matches: inout [PatternMatch]) {
    ways.append(Way(state: program.nfa.start, start: offset))
    close(next: .edge, byte: nil)
    ways.removeAll()
    flushCandidates(&matches)
  }

  private mutating func step(_ byte: UInt8, _ matches: inout [PatternMatch]) {
    ways.append(Way(state: program.nfa.start, start: offset))
    nextWays.removeAll(keepingCapacity: true)
    close(next: TextNeighbour(byte), byte: byte)
    swap(&ways, &nextWays)
    if let oldest = ways.first?.start, offset + 1 - max(oldest, covered) >= matchLimit {
      // Candidates before the oldest way are final; later ones are within what is covered now.
      flush(upTo: oldest, &matches)
      give(oldest, offset + 1, isCut: true, &matches)
    }
    if !candidates.isEmpty { flushCandidates(&matches) }
  }

  /// Follows all ways to what can be read, noting matches that end here; then reads `byte`.
  private mutating func close(next: TextNeighbour, byte: UInt8?) {
    steps += 1
    for way in ways {
      if let last = candidates.last, last.start < way.start, way.start < last.end { continue }
      stack.append(way.state)
      while let index = stack.popLast() {
        if marks[Int(index)] == steps { continue }
        marks[Int(index)] = steps
        let state = program.nfa.states[Int(index)]
        switch state.kind {
        case .split:
          stack.append(state.other)
          stack.append(state.next)
        case .assertion: if holds(PatternAssertion(rawValue: state.low), next) { stack.append(state.next) }
        case .match: note(way.start)
        case .bytes:
          if let byte, state.low <= byte, byte <= state.high {
            nextWays.append(Way(state: state.next, start: way.start))
          }
        }
      }
    }
  }

  /// Notes that a match from `start` ends here. It takes the place of those that begin later, for it holds them.
  private mutating func note(_ start: Int) {
    guard start < offset else { return }
    while let last = candidates.last, last.start >= start { candidates.removeLast() }
    candidates.append((start, offset))
  }

  /// Gives out the candidates that no way that still goes on can replace.
  private mutating func flushCandidates(_ matches: inout [PatternMatch]) {
    if !candidates.isEmpty { flush(upTo: ways.first?.start ?? .max, &matches) }
  }

  private mutating func flush(upTo start: Int, _ matches: inout [PatternMatch]) {
    var count = 0
    while count < candidates.count, candidates[count].start < start {
      give(candidates[count].start, candidates[count].end, isCut: false, &matches)
      count += 1
    }
    candidates.removeFirst(count)
  }

  private mutating func give(_ start: Int, _ end: Int, isCut: Bool, _ matches: inout [PatternMatch]) {
    guard end > covered else { return }
    matches.append(PatternMatch(start: max(start, covered), end: end, isCut: isCut || start < covered))
    covered = end
  }

  private func holds(_ assertion: PatternAssertion?, _ next: TextNeighbour) -> Bool {
    let isBoundary = (before == .word) != (next == .word)
    switch assertion {
    case .textStart: return before == .edge
    case .textEnd: return next == .edge
    case .wordBoundary: return isBoundary
    case .notWordBoundary: return !isBoundary && next != .continuation
    case nil: return false
    }
  }
}
