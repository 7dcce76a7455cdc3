/// Makes an automaton deterministic by the subset construction, assertions included.
///
/// A state is a set of NFA states of which the assertions that look at the next byte stay unresolved until that byte, or
/// the text's end, is known; where there are some, the state also knows what kind of byte came before.
struct SubsetConstruction {
  private struct Key: Hashable {
    var states: [Int32]
    var before: TextNeighbour
  }

  /// What one automaton may cost.
  private struct Limits {
    var states = PatternLimits.dfaStates
    var steps = PatternLimits.dfaSteps
    /// Numbers in its table.
    var cells = Int.max
  }

  private let nfa: NFA
  private let limits: Limits
  /// First byte of each class; classes are intervals.
  private var classStarts: [Int] = []
  private var classOf = [UInt8](repeating: 0, count: 256)
  private var hasWordAssertions = false

  private var numbers: [Key: UInt32] = [:]
  private var keys: [Key] = []
  private var transitions: [UInt32] = []
  /// Of each state a bit for each ``TextNeighbour`` before which it accepts.
  private var acceptance: [UInt8] = []
  private var steps = 0

  private var marks: [UInt32]
  private var generation: UInt32 = 0
  private var stack: [Int32] = []

  /// The minimal DFA of `nfa`. Throws past ``PatternLimits/dfaStates``.
  static func run(_ nfa: NFA) throws(PatternError) -> DFA {
    var construction = SubsetConstruction(nfa, Limits())
    return try construction.build()
  }

  /// The automaton that finds where matches of `nfa` end which begin at a given place of a text. Nil past a limit, among
  /// those ``PatternLimits/searchStates``.
  static func search(_ nfa: NFA) -> SearchAutomaton? {
    let limits = Limits(
      states: PatternLimits.searchStates, steps: PatternLimits.searchSteps, cells: PatternLimits.searchCells)
    var construction = SubsetConstruction(nfa, limits)
    return try? construction.buildSearch()
  }

  private init(_ nfa: NFA, _ limits: Limits) {
    self.nfa = nfa
    self.limits = limits
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
    let start = try start(after: .edge)
    try expandAll()
    return Minimizer.minimize(
      transitions: transitions, classCount: classStarts.count,
      accepting: acceptance.map { $0 & bit(.edge) != 0 }, start: start, classOf: classOf)
  }

  private mutating func buildSearch() throws(PatternError) -> SearchAutomaton {
    var starts: [UInt32] = []
    for before in [TextNeighbour.edge, .word, .other, .continuation] { starts.append(try start(after: before)) }
    try expandAll()
    return SearchAutomaton(
      classOf: classOf, neighbours: classStarts.map { neighbour(UInt8($0)) }, transitions: transitions,
      acceptance: acceptance, starts: starts, isDead: { keys[$0].states.isEmpty })
  }

  private mutating func start(after before: TextNeighbour) throws(PatternError) -> UInt32 {
    try number(closure([nfa.start], before: before, next: nil), before: before)
  }

  private mutating func expandAll() throws(PatternError) {
    var index = 0
    while index < keys.count {
      try expand(index)
      index += 1
    }
  }

  private func bit(_ neighbour: TextNeighbour) -> UInt8 { 1 << neighbour.rawValue }

  /// Computes the transitions and the acceptance of a state.
  private mutating func expand(_ index: Int) throws(PatternError) {
    let key = keys[index]
    let before = key.before
    let isPending = key.states.contains { nfa.states[Int($0)].kind == .assertion }
    func resolved(_ next: TextNeighbour) -> [Int32] {
      isPending ? closure(key.states, before: before, next: next) : key.states
    }
    func accepts(_ states: [Int32]) -> Bool { states.contains { nfa.states[Int($0)].kind == .match } }
    let sets: [[Int32]] =
      isPending && hasWordAssertions
      ? [[], resolved(.word), resolved(.other), resolved(.continuation)]
      : [resolved(.other)]
    if accepts(resolved(.edge)) { acceptance[index] |= bit(.edge) }
    for neighbour in [TextNeighbour.word, .other, .continuation]
    where accepts(sets.count > 1 ? sets[Int(neighbour.rawValue)] : sets[0]) {
      acceptance[index] |= bit(neighbour)
    }
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
    if steps > limits.steps { throw tooLarge() }
  }

  private func tooLarge() -> PatternError {
    PatternError(
      "the pattern is too large: more than \(PatternLimits.dfaStates) states when made deterministic", 0, 0,
      hint: "use smaller repeat counts, or `matches pcre /…/`")
  }

  private func neighbour(_ byte: UInt8) -> TextNeighbour { hasWordAssertions ? TextNeighbour(byte) : .other }

  /// The number of a set of states, given out in order of discovery.
  private mutating func number(_ states: [Int32], before: TextNeighbour) throws(PatternError) -> UInt32 {
    let isPending = states.contains { nfa.states[Int($0)].kind == .assertion }
    let context = isPending ? (before == .continuation ? .other : before) : .other
    let key = Key(states: states, before: context)
    if let known = numbers[key] { return known }
    guard keys.count < limits.states, transitions.count < limits.cells else { throw tooLarge() }
    let number = UInt32(keys.count)
    numbers[key] = number
    keys.append(key)
    acceptance.append(0)
    transitions.append(contentsOf: repeatElement(0, count: classStarts.count))
    return number
  }

  /// All states reachable without reading, sorted, splits left out. An assertion that needs the next byte is kept while
  /// that is unknown (`next` nil), followed if it holds, and dropped if it does not.
  private mutating func closure(_ states: [Int32], before: TextNeighbour, next: TextNeighbour?) -> [Int32] {
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
  private func holds(_ assertion: PatternAssertion?, before: TextNeighbour, next: TextNeighbour?) -> Bool? {
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
