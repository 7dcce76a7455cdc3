/// The automaton of a pattern on names of SQL tables.
///
/// With L the pattern's language and a schema any `([^.]+\.)+`, a name V matches when
/// - V is in L, or schema·W is V and W in L: `customers` means the table in any schema; or
/// - V has no `.`, and schema·V is in L, the schema's dots being read where the pattern *writes* dots: `public.customers`
///   also means an unqualified use, since the search path is unknown. A dot that only a wildcard could read does
///   not count, or `cust*` would match every unqualified name.
enum QualifiedName {
  static func automaton(_ node: PatternNode) throws(PatternError) -> DFA {
    let marked = try SubsetConstruction.run(try NFA(node, marksDots: true))
    return try SubsetConstruction.run(try nfa(from: marked))
  }

  private static func nfa(from dfa: DFA) throws(PatternError) -> NFA {
    var nfa = NFA()
    let match = try nfa.add(NFA.State(kind: .match))
    // A split for each state first, so that transitions have somewhere to go.
    var whole: [Int32] = []
    var dotless: [Int32] = []
    for _ in 0..<dfa.stateCount {
      whole.append(try nfa.addSplit(match, match))
      dotless.append(try nfa.addSplit(match, match))
    }
    let nothing = try nfa.addBytes(1, 0, next: match)
    for state in 0..<dfa.stateCount {
      var (wholeStart, dotlessStart) = dfa.accepts(UInt32(state)) ? (match, match) : (nothing, nothing)
      for (low, high, target) in intervals(of: UInt32(state), dfa) {
        wholeStart = try nfa.addSplit(try nfa.addBytes(low, high, next: whole[target]), wholeStart)
        for part in [(low, min(high, 0x2D)), (max(low, 0x2F), high)] where part.0 <= part.1 {
          dotlessStart = try nfa.addSplit(try nfa.addBytes(part.0, part.1, next: dotless[target]), dotlessStart)
        }
      }
      nfa.redirect(split: whole[state], to: wholeStart, wholeStart)
      nfa.redirect(split: dotless[state], to: dotlessStart, dotlessStart)
    }

    // `([^.]+\.)*` before the whole language.
    let prefix = try nfa.addSplit(match, match)
    let inPart = try nfa.addSplit(match, match)
    let dot = try nfa.addBytes(0x2E, 0x2E, next: prefix)
    let below = try nfa.addBytes(0x00, 0x2D, next: inPart)
    let above = try nfa.addBytes(0x2F, 0xFF, next: inPart)
    let partByte = try nfa.addSplit(below, above)
    nfa.redirect(split: inPart, to: partByte, dot)
    nfa.redirect(split: prefix, to: whole[Int(dfa.start)], partByte)

    nfa.start = prefix
    for state in statesAfterSchema(dfa) { nfa.start = try nfa.addSplit(dotless[state], nfa.start) }
    return nfa
  }

  /// The ways on from a state, as ranges of bytes without the marker.
  private static func intervals(of state: UInt32, _ dfa: DFA) -> [(low: UInt8, high: UInt8, target: Int)] {
    var result: [(low: UInt8, high: UInt8, target: Int)] = []
    for byte in 0..<NFA.dotMarker {
      let target = Int(dfa.next(state, byte))
      if target == Int(DFA.dead) { continue }
      if let last = result.last, last.target == target, last.high + 1 == byte {
        result[result.count - 1].high = byte
      } else {
        result.append((byte, byte, target))
      }
    }
    return result
  }

  /// The states reached by a schema whose dots are written ones, ascending.
  private static func statesAfterSchema(_ dfa: DFA) -> [Int] {
    // Two copies of the automaton: at the beginning of a part, and within one.
    var isSeen = [Bool](repeating: false, count: dfa.stateCount * 2)
    var after: Set<Int> = []
    var pending = [Int(dfa.start) * 2]
    isSeen[pending[0]] = true
    while let node = pending.popLast() {
      func visit(_ next: Int) {
        if next / 2 != Int(DFA.dead), !isSeen[next] {
          isSeen[next] = true
          pending.append(next)
        }
      }
      let state = UInt32(node / 2)
      for byte in 0..<NFA.dotMarker where byte != 0x2E { visit(Int(dfa.next(state, byte)) * 2 + 1) }
      if node % 2 == 1 {
        let next = Int(dfa.next(state, NFA.dotMarker))
        if next != Int(DFA.dead) { after.insert(next) }
        visit(next * 2)
      }
    }
    return after.sorted()
  }
}
