import Synchronization

/// The automata made so far in this process. A policy's patterns are checked, compared with each other and compiled, each
/// time from the same automaton, and under `--watch` all that again with each file that is saved.
final class AutomatonMemo: Sendable {
  static let shared = AutomatonMemo()

  /// How many transitions, of four bytes, are kept; past that all are forgotten.
  static let transitionLimit = 1 << 24

  private struct Contents: Sendable {
    var automata: [Pattern: DFA] = [:]
    var transitions = 0
  }

  private let contents = Mutex(Contents())

  /// The automaton of a pattern, made by `make` if it is not known.
  func automaton(of pattern: Pattern, _ make: () throws(PatternError) -> DFA) throws(PatternError) -> DFA {
    if let known = contents.withLock({ $0.automata[pattern] }) { return known }
    let made = try make()
    contents.withLock { contents in
      if contents.transitions + made.transitions.count > Self.transitionLimit { contents = Contents() }
      if contents.automata.updateValue(made, forKey: pattern) == nil { contents.transitions += made.transitions.count }
    }
    return made
  }
}
