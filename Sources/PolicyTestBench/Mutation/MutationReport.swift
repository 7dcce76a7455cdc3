import PolicySyntax

/// What a run of mutants came to, by declaration.
public struct MutationReport: Sendable {
  public struct Counts: Sendable, Hashable {
    public var killed = 0
    public var survived = 0
    public var equivalent = 0
    public var refused = 0

    public var mutants: Int { killed + survived + equivalent + refused }

    /// The share of the mutants that a test could notice and does, in percent; nil where there are none.
    public var score: Double? {
      killed + survived == 0 ? nil : 100 * Double(killed) / Double(killed + survived)
    }

    mutating func add(_ fate: MutationRun.Fate) {
      switch fate {
      case .killed: killed += 1
      case .survived: survived += 1
      case .equivalent: equivalent += 1
      case .refused: refused += 1
      }
    }
  }

  /// What is shown beside the counts and the survivors.
  public enum Extra: String, CaseIterable, Sendable { case killed, equivalent, refused }

  public let results: [MutationRun.Result]
  public let available: Int
  public let sources: SourceSet
  public private(set) var total = Counts()
  /// In the order of their places.
  public private(set) var declarations: [(declaration: Mutant.Declaration, counts: Counts)] = []

  public init(_ run: MutationRun, _ sources: SourceSet) {
    results = run.results
    available = run.available
    self.sources = sources
    for result in results {
      total.add(result.fate)
      if declarations.last?.declaration != result.mutant.declaration {
        declarations.append((result.mutant.declaration, Counts()))
      }
      declarations[declarations.count - 1].counts.add(result.fate)
    }
  }

  /// The results of a declaration that are shown.
  func shown(_ declaration: Mutant.Declaration, _ extras: Set<Extra>) -> [MutationRun.Result] {
    results.filter { $0.mutant.declaration == declaration && $0.fate.isShown(extras) }
  }
}

extension MutationRun.Fate {
  fileprivate func isShown(_ extras: Set<MutationReport.Extra>) -> Bool {
    switch self {
    case .survived: true
    case .killed: extras.contains(.killed)
    case .equivalent: extras.contains(.equivalent)
    case .refused: extras.contains(.refused)
    }
  }

  /// The word for it in reports.
  public var word: String {
    switch self {
    case .killed: "killed"
    case .survived: "survived"
    case .equivalent: "equivalent"
    case .refused: "refused"
    }
  }
}

/// A share in percent, cut to one digit: what is not whole is never called 100.
func percent(_ value: Double) -> String {
  let tenths = Int(value * 10)
  return "\(tenths / 10).\(tenths % 10) %"
}
