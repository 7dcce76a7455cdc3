import PolicyBytecode

/// What was made of patterns so far in this process. A policy's patterns are checked, compared with each other and
/// compiled, each time from the same automaton, and under `--watch` all that again with each file that is saved.
final class PatternMemo<Made: Sendable>: Sendable {
  /// How large what is kept may be; past that all is forgotten.
  private let limit: Int
  private let size: @Sendable (Made) -> Int

  private struct Contents: Sendable {
    var made: [Pattern: Made] = [:]
    var size = 0
  }

  private let contents = Guarded(Contents())

  init(limit: Int, size: @escaping @Sendable (Made) -> Int) {
    self.limit = limit
    self.size = size
  }

  /// What is known of a pattern, else what `make` makes of it.
  func of(_ pattern: Pattern, _ make: () throws(PatternError) -> Made) throws(PatternError) -> Made {
    if let known = contents.withLock({ $0.made[pattern] }) { return known }
    let made = try make()
    let size = size(made)
    contents.withLock { contents in
      if contents.size + size > limit { contents = Contents() }
      if contents.made.updateValue(made, forKey: pattern) == nil { contents.size += size }
    }
    return made
  }
}

/// Automata, of which the transitions are kept, four bytes each.
let automata = PatternMemo<DFA>(limit: 1 << 24) { $0.transitions.count }

/// Compiled patterns, by the words of their tables and what goes with each.
let compiledPatterns = PatternMemo<CompiledPattern>(limit: 1 << 24) { $0.automaton.count + 64 }
