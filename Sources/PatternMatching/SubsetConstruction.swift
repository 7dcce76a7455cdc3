/// Makes an automaton deterministic by the subset construction, assertions included.
///
/// A state is a set of NFA states of which the assertions that look at the next byte stay unresolved until that byte, or
/// the text's end, is known; where there are some, the state also knows what kind of byte came before.
struct SubsetConstruction {
  /// What stands beside a place in the text, as far as assertions can tell.
  private enum Neighbour: UInt32 {
    case edge, word, other
    /// A byte within a code point: no place for `\B` before it.
    case continuation
  }

  private struct Key: Hashable {
    var states: [Int32]
    var before: UInt32
  }

  private let nfa: NFA
  /// First byte of each class; classes are intervals.
  private var classStarts: [Int] = []
  private var classOf = [UInt8](repeating: 0, count: 256)
  private var hasWordAssertions = false

  private var numbers: [Key: UInt32] = [:]
  private var keys: [Key] = []
  private var transitions: [UInt32] = []
  private var accepting: [Bool] = []
  private var steps = 0

  private var marks: [UInt32]
  private var generation: UInt32 = 0
  private var stack: [Int32] = []

  /// The minimal DFA of `nfa`. Throws past ``PatternLimits/dfaStates``.
  static func run(_ nfa: NFA) throws(PatternError) -> DFA {
    var construction = SubsetConstruction(nfa)
    return try construction.build()
  }

  private init(_ nfa: NFA) {
    self.nfa = nfa
    marks = [UInt32](repeating: 0, count: nfa.states.count)
    var isBoundary = [Bool](repeating: false, count: 257)
    isBoundary[0] = true
    for state in nfa.states {
      switch state.kind {
      case .bytes where state.low <= state.high:
        isBoundary[Int(state.low)] = true
        isBoundary[Int(state.high) + 1] = true
      case .assertion where state.low >= PatternAssertion.wordBoundary.rawValue: hasWordAssertions = true
      default: break
      }
    }
    if hasWordAssertions {
      for edge in [0x30, 0x3A, 0x41, 0x5B, 0x5F, 0x60, 0x61, 0x7B, 0x80, 0xC0] { isBoundary[edge] = true }
    }
    for byte in 0..<256 {
      if isBoundary[byte] { classStarts.append(byte) }
      classOf[byte] = UInt8(classStarts.count - 1)
    }
  }

  private mutating func build() throws(PatternError) -> DFA {
    let first = closure([nfa.start], before: .edge, next: nil)
    let start = try number(first, before: .edge)
    var index = 0
    while index < keys.count {
      try expand(index)
      index += 1
    }
    return Minimizer.minimize(
      transitions: transitions, classCount: classStarts.count, accepting: accepting, start: start, classOf: classOf)
  }

  /// Computes the transitions and the acceptance of a state.
  private mutating func expand(_ index: Int) throws(PatternError) {
    let key = keys[index]
    let before = Neighbour(rawValue: key.before) ?? .other
    let isPending = key.states.contains { nfa.states[Int($0)].kind == .assertion }
    func resolved(_ next: Neighbour) -> [Int32] {
      isPending ? closure(key.states, before: before, next: next) : key.states
    }
    accepting[index] = resolved(.edge).contains { nfa.states[Int($0)].kind == .match }
    let sets: [[Int32]] =
      isPending && hasWordAssertions
      ? [[], resolved(.word), resolved(.other), resolved(.continuation)]
      : [resolved(.other)]
    var targets: [Int32] = []
    for symbol in classStarts.indices {
      let byte = UInt8(classStarts[symbol])
      let neighbour = neighbour(byte)
      let set = sets.count > 1 ? sets[Int(neighbour.rawValue)] : sets[0]
      targets.removeAll(keepingCapacity: true)
      for state in set {
        let state = nfa.states[Int(state)]
        if state.kind == .bytes, state.low <= byte, byte <= state.high { targets.append(state.next) }
      }
      steps += set.count + targets.count
      let next = closure(targets, before: neighbour, next: nil)
      transitions[index * classStarts.count + symbol] = try number(next, before: neighbour)
    }
    if steps > PatternLimits.dfaSteps { throw tooLarge() }
  }

  private func tooLarge() -> PatternError {
    PatternError(
      "the pattern is too large: more than \(PatternLimits.dfaStates) states when made deterministic", 0, 0,
      hint: "use smaller repeat counts, or `matches pcre /…/`")
  }

  private func neighbour(_ byte: UInt8) -> Neighbour {
    guard hasWordAssertions else { return .other }
    if byte >= 0x80 { return byte < 0xC0 ? .continuation : .other }
    let isWord = CodePointSet.word.ranges.contains { $0.contains(UInt32(byte)) }
    return isWord ? .word : .other
  }

  /// The number of a set of states, given out in order of discovery.
  private mutating func number(_ states: [Int32], before: Neighbour) throws(PatternError) -> UInt32 {
    let isPending = states.contains { nfa.states[Int($0)].kind == .assertion }
    let context = isPending ? (before == .continuation ? .other : before) : .other
    let key = Key(states: states, before: context.rawValue)
    if let known = numbers[key] { return known }
    guard keys.count < PatternLimits.dfaStates else { throw tooLarge() }
    let number = UInt32(keys.count)
    numbers[key] = number
    keys.append(key)
    accepting.append(false)
    transitions.append(contentsOf: repeatElement(0, count: classStarts.count))
    return number
  }

  /// All states reachable without reading, sorted, splits left out. An assertion that needs the next byte is kept while
  /// that is unknown (`next` nil), followed if it holds, and dropped if it does not.
  private mutating func closure(_ states: [Int32], before: Neighbour, next: Neighbour?) -> [Int32] {
    generation += 1
    var result: [Int32] = []
    stack.removeAll(keepingCapacity: true)
    stack.append(contentsOf: states)
    while let index = stack.popLast() {
      if marks[Int(index)] == generation { continue }
      marks[Int(index)] = generation
      steps += 1
      let state = nfa.states[Int(index)]
      switch state.kind {
      case .bytes, .match: result.append(index)
      case .split:
        stack.append(state.next)
        stack.append(state.other)
      case .assertion:
        guard let holds = holds(PatternAssertion(rawValue: state.low), before: before, next: next) else {
          result.append(index)
          continue
        }
        if holds { stack.append(state.next) }
      }
    }
    result.sort()
    return result
  }

  /// Whether an assertion holds between two neighbours; nil where the next one decides and is unknown.
  private func holds(_ assertion: PatternAssertion?, before: Neighbour, next: Neighbour?) -> Bool? {
    if assertion == .textStart { return before == .edge }
    guard let next else { return nil }
    let isBoundary = (before == .word) != (next == .word)
    switch assertion {
    case .textEnd: return next == .edge
    case .wordBoundary: return isBoundary
    case .notWordBoundary: return !isBoundary && next != .continuation
    case .textStart, nil: return false
    }
  }
}
