import PolicyBytecode

/// A regular expression of the policy language, ready to be sought in streams.
public struct PatternProgram: Sendable {
  let nfa: NFA
  /// Which bytes a match can begin with.
  let canBegin: [Bool]
  /// Finds where a match from a given place ends; nil: it would be too large.
  let automaton: SearchAutomaton?
  /// Where to look for matches; nil: they may be anywhere.
  let probe: PatternProbe?

  /// Compiles `source`. Throws on a syntax error, on what is not regular, and past a limit of ``PatternLimits``.
  public init(_ source: String, foldsCase: Bool) throws(PatternError) {
    try self.init(source, foldsCase: foldsCase, mostChance: PatternProbe.mostChance)
  }

  /// `mostChance` says how common what a probe looks for may be.
  init(_ source: String, foldsCase: Bool, mostChance: Double) throws(PatternError) {
    let node = try RegexParser.parse(source, foldsCase: foldsCase)
    nfa = try NFA(node)
    canBegin = PatternProgram.firstBytes(nfa)
    probe = PatternProbe(node, mostChance: mostChance)
    automaton = probe == nil ? nil : SubsetConstruction.search(nfa)
  }

  /// What can be read from the start, every assertion taken to hold.
  private static func firstBytes(_ nfa: NFA) -> [Bool] {
    var result = [Bool](repeating: false, count: 256)
    var isSeen = [Bool](repeating: false, count: nfa.states.count)
    var stack = [nfa.start]
    while let index = stack.popLast() {
      if isSeen[Int(index)] { continue }
      isSeen[Int(index)] = true
      let state = nfa.states[Int(index)]
      switch state.kind {
      case .bytes where state.low <= state.high: for byte in state.low...state.high { result[Int(byte)] = true }
      case .split: stack += [state.next, state.other]
      case .assertion: stack.append(state.next)
      case .bytes, .match: break
      }
    }
    return result
  }
}
