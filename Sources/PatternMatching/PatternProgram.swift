import PolicyBytecode

/// A regular expression of the policy language, ready to be sought in streams.
public struct PatternProgram: Sendable {
  let nfa: NFA
  /// Which bytes a match can begin with.
  let canBegin: [Bool]

  /// Compiles `source`. Throws on a syntax error, on what is not regular, and past a limit of ``PatternLimits``.
  public init(_ source: String, foldsCase: Bool) throws(PatternError) {
    nfa = try NFA(try RegexParser.parse(source, foldsCase: foldsCase))
    canBegin = PatternProgram.firstBytes(nfa)
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
