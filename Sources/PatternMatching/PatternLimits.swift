/// What one pattern may cost. Past a limit a pattern is an error that says so; none is ever cut short.
public enum PatternLimits {
  /// UTF-8 bytes of a pattern's source.
  public static let sourceLength = 4096
  /// The largest count in `{m,n}`.
  public static let repeatCount = 1000
  /// Groups within groups.
  public static let nesting = 100
  /// States of the nondeterministic automaton, over bytes.
  public static let nfaStates = 30_000
  /// States of the deterministic automaton, before it is minimised.
  public static let dfaStates = 5000
  /// Steps of the subset construction: bounds the time to compile, about 1 ns each.
  public static let dfaSteps = 100_000_000
  /// States, numbers in the table and steps of the construction of an automaton that seeks a pattern in streams. A larger
  /// one is not made: all ways to match are then followed at once, which is slower.
  public static let searchStates = 2000
  static let searchCells = 1 << 17
  static let searchSteps = 4_000_000
  /// Branches of a pattern's alternations that are told apart, where coverage asks for them.
  public static let branches = 128
  /// Backtracking steps that PCRE2 may take on one text.
  public static let pcreMatchLimit: UInt32 = 100_000
  /// Combinations of states that a question about languages may visit.
  public static let productStates = 20_000
}
