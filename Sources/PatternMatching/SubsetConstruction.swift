import PolicyBytecode

/// Makes an automaton deterministic by the subset construction, assertions included.
///
/// A state is a set of NFA states of which the assertions that look at the next byte stay unresolved until that byte, or
/// the text's end, is known; where there are some, the state also knows what kind of byte came before.
///
/// Sets lie one behind the other in raw memory; of the classes of bytes on which a state leads to the same set, which are most, the
/// first finds it.
struct SubsetConstruction: ~Copyable {
  /// A state: which NFA states it is, a sorted range of ``members``.
  private struct StateSet: BitwiseCopyable {
    var start: Int32
    var end: Int32
    var hash: UInt32
    var before: TextNeighbour
    /// There are assertions among them.
    var isPending: Bool

    var range: Range<Int> { Int(start)..<Int(end) }
  }

  /// An NFA state that reads.
  private struct Reader: BitwiseCopyable {
    var low: UInt8
    var high: UInt8
    var next: Int32
  }

  /// Where the state at hand leads on a byte: from these NFA states, a range of ``targets``, to the state of this number.
  private struct Way: BitwiseCopyable {
    var start: Int32
    var end: Int32
    var hash: UInt32
    var before: TextNeighbour
    var number: UInt32
  }

  /// What one automaton may cost.
  private struct Limits {
    var states = PatternLimits.dfaStates
    var steps = PatternLimits.dfaSteps
    /// Numbers in its table.
    var cells = Int.max
  }

  private let limits: Limits
  private let nfaStart: Int32
  private var nfa: RawBuffer<NFA.State>
  /// First byte of each class; classes are intervals.
  private var classStarts: [UInt8] = []
  private var classOf = [UInt8](repeating: 0, count: 256)
  private var hasWordAssertions = false

  private var sets = RawBuffer<StateSet>()
  private var members = RawBuffer<Int32>(capacity: 1024)
  /// Numbers of states and one more, found by their hash; a power of two, at least half of them 0.
  private var slots = [UInt32](repeating: 0, count: 256)
  private var transitions = RawBuffer<UInt32>(capacity: 1024)
  /// Of each state a bit for each ``TextNeighbour`` before which it accepts.
  private var acceptance: [UInt8] = []
  private var steps = 0

  /// Of each NFA state the closure that came to it last.
  private var marks: RawBuffer<UInt32>
  private var generation: UInt32 = 0
  private var stack = RawBuffer<Int32>()
  // Of the state at hand.
  private var readers = RawBuffer<Reader>()
  private var targets = RawBuffer<Int32>()
  private var ways = RawBuffer<Way>()

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
    self.limits = limits
    nfaStart = nfa.start
    self.nfa = RawBuffer(capacity: nfa.states.count)
    marks = RawBuffer(capacity: nfa.states.count)
    var isBoundary = [Bool](repeating: false, count: 257)
    isBoundary[0] = true
    for state in nfa.states {
      self.nfa.append(state)
      marks.append(0)
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
    for byte in UInt8.min...UInt8.max {
      if isBoundary[Int(byte)] { classStarts.append(byte) }
      classOf[Int(byte)] = UInt8(classStarts.count - 1)
    }
  }

  private mutating func build() throws(PatternError) -> DFA {
    let start = try start(after: .edge)
    try expandAll()
    return Minimizer.minimize(
      transitions: Array(transitions.elements), classCount: classStarts.count,
      accepting: acceptance.map { $0 & 1 << TextNeighbour.edge.rawValue != 0 }, start: start, classOf: classOf)
  }

  private mutating func buildSearch() throws(PatternError) -> SearchAutomaton {
    var starts: [UInt32] = []
    for before in [TextNeighbour.edge, .word, .other, .continuation] { starts.append(try start(after: before)) }
    try expandAll()
    let hasWordAssertions = hasWordAssertions
    return SearchAutomaton(
      classOf: classOf, neighbours: classStarts.map { hasWordAssertions ? TextNeighbour($0) : .other },
      transitions: Array(transitions.elements), acceptance: acceptance, starts: starts,
      isDead: sets.elements.map(\.range.isEmpty))
  }

  private mutating func start(after before: TextNeighbour) throws(PatternError) -> UInt32 {
    stack.append(nfaStart)
    return try number(close(before: before, next: nil), before: before)
  }

  private mutating func expandAll() throws(PatternError) {
    var index = 0
    while index < sets.count {
      try expand(index)
      index += 1
    }
  }

  /// Computes the transitions and the acceptance of a state.
  private mutating func expand(_ index: Int) throws(PatternError) {
    readers.removeAll()
    targets.removeAll()
    ways.removeAll()
    // What reads a byte, by the kind of the byte.
    var read = InlineArray<4, Range<Int>>(repeating: 0..<0)
    if sets[index].isPending {
      for next in [TextNeighbour.edge, .word, .other, .continuation] {
        let start = members.count
        stack.append(contentsOf: members.elements[sets[index].range])
        _ = close(before: sets[index].before, next: next)
        read[Int(next.rawValue)] = addReaders(start..<members.count, acceptingFor: 1 << next.rawValue, index)
        members.truncate(to: start)
      }
    } else {
      read = InlineArray(repeating: addReaders(sets[index].range, acceptingFor: 0xF, index))
    }
    for symbol in 0..<classStarts.count {
      let byte = classStarts[symbol]
      let neighbour = hasWordAssertions ? TextNeighbour(byte) : .other
      let own = read[Int(neighbour.rawValue)]
      let first = targets.count
      var hash: UInt32 = 0
      for position in own {
        let reader = readers[position]
        guard reader.low <= byte, byte <= reader.high else { continue }
        targets.append(reader.next)
        hash = (hash ^ UInt32(bitPattern: reader.next)) &* 0x9E37_79B1
      }
      steps += own.count + targets.count - first
      transitions[index * classStarts.count + symbol] = try target(from: first, hash, before: neighbour)
    }
    if steps > limits.steps { throw tooLarge() }
  }

  /// Adds those of a range of ``members`` that read; notes that the state accepts before these neighbours if one of them matches.
  private mutating func addReaders(_ range: Range<Int>, acceptingFor neighbours: UInt8, _ index: Int) -> Range<Int> {
    let first = readers.count
    for position in range {
      let state = nfa[Int(members[position])]
      switch state.kind {
      case .bytes: readers.append(Reader(low: state.low, high: state.high, next: state.next))
      case .match: acceptance[index] |= neighbours
      case .split, .assertion: break
      }
    }
    return first..<readers.count
  }

  /// The number of the state that is all NFA states reachable from the ``targets`` from `first` on; those are forgotten if another
  /// class leads there, too.
  private mutating func target(from first: Int, _ hash: UInt32, before: TextNeighbour) throws(PatternError) -> UInt32 {
    let count = targets.count - first
    var position = ways.count
    while position > 0 {
      position -= 1
      let way = ways[position]
      guard way.hash == hash, way.before == before, Int(way.end - way.start) == count else { continue }
      guard (0..<count).allSatisfy({ targets[first + $0] == targets[Int(way.start) + $0] }) else { continue }
      targets.truncate(to: first)
      return way.number
    }
    stack.append(contentsOf: targets.elements[first...])
    let number = try number(close(before: before, next: nil), before: before)
    ways.append(
      Way(start: Int32(first), end: Int32(targets.count), hash: hash, before: before, number: number))
    return number
  }

  private func tooLarge() -> PatternError {
    PatternError(
      "the pattern is too large: more than \(PatternLimits.dfaStates) states when made deterministic", 0, 0,
      hint: "use smaller repeat counts, or `matches pcre /…/`")
  }

  /// The number of a set of states, those behind all others in ``members``; given out in order of discovery.
  private mutating func number(_ set: (start: Int, isPending: Bool), before: TextNeighbour) throws(PatternError)
    -> UInt32
  {
    let (start, isPending) = set
    let context = isPending ? (before == .continuation ? .other : before) : .other
    var hash = UInt32(context.rawValue)
    for position in start..<members.count { hash = (hash ^ UInt32(bitPattern: members[position])) &* 0x9E37_79B1 }
    hash ^= hash >> 15
    var slot = Int(hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let number = slots[slot] - 1
      if isEqual(sets[Int(number)], start, hash, context) {
        members.truncate(to: start)
        return number
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    guard sets.count < limits.states, transitions.count < limits.cells else { throw tooLarge() }
    sets.append(
      StateSet(
        start: Int32(start), end: Int32(members.count), hash: hash, before: context, isPending: isPending))
    slots[slot] = UInt32(sets.count)
    if 2 * sets.count > slots.count { growSlots() }
    acceptance.append(0)
    for _ in classStarts { transitions.append(0) }
    return UInt32(sets.count - 1)
  }

  private func isEqual(_ set: StateSet, _ start: Int, _ hash: UInt32, _ before: TextNeighbour) -> Bool {
    guard set.hash == hash, set.before == before, set.range.count == members.count - start else { return false }
    return set.range.allSatisfy { members[$0] == members[start + $0 - Int(set.start)] }
  }

  private mutating func growSlots() {
    slots = [UInt32](repeating: 0, count: 2 * slots.count)
    for number in 0..<sets.count {
      var slot = Int(sets[number].hash) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(number + 1)
    }
  }

  /// Appends to ``members`` all states reachable without reading from those of the stack, sorted, splits left out; says where they
  /// start, and whether there are assertions among them. An assertion that needs the next byte is kept while that is unknown (`next`
  /// nil), followed if it holds, and dropped if it does not.
  private mutating func close(before: TextNeighbour, next: TextNeighbour?) -> (start: Int, isPending: Bool) {
    generation += 1
    let start = members.count
    var isPending = false
    while stack.count > 0 {
      let index = stack[stack.count - 1]
      stack.truncate(to: stack.count - 1)
      if marks[Int(index)] == generation { continue }
      marks[Int(index)] = generation
      steps += 1
      let state = nfa[Int(index)]
      switch state.kind {
      case .bytes, .match: members.append(index)
      case .split:
        stack.append(state.next)
        stack.append(state.other)
      case .assertion:
        if let holds = holds(PatternAssertion(rawValue: state.low), before: before, next: next) {
          if holds { stack.append(state.next) }
        } else {
          members.append(index)
          isPending = true
        }
      }
    }
    var found = UnsafeMutableBufferPointer(start: members.base + start, count: members.count - start)
    found.sort()
    return (start, isPending)
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
