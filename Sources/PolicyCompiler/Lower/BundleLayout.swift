import PatternMatching

/// Where the parts of a checked policy stand in the bundle made of it: what joins a report on the sources to what the
/// interpreter knows.
public struct BundleLayout: Sendable {
  private let rules: [String: Int]
  private let atoms: [AtomIdentity: Int]
  private let patterns: [Pattern: UInt32]

  init(rules: [CheckedRule], atoms: [AtomIdentity: Int], patterns: [Pattern: UInt32]) {
    self.rules = Dictionary(uniqueKeysWithValues: rules.enumerated().map { ($0.element.fullName, $0.offset) })
    self.atoms = atoms
    self.patterns = patterns
  }

  /// The number of a rule, by its full name.
  public func rule(_ fullName: String) -> Int? { rules[fullName] }

  /// The atom of a test; equal tests share one.
  public func atom(of test: CheckedPredicate) -> Int? { atoms[AtomIdentity(test)] }

  /// The number of a pattern that some test compares with.
  public func pattern(_ pattern: Pattern) -> Int? { patterns[pattern].map(Int.init) }
}

/// A checked policy compiled: the bytes of its bundle, and what stands where in them.
public struct CompiledPolicy: Sendable {
  public var bundle: [UInt8]
  public var layout: BundleLayout
}
