import PolicyBytecode
import PolicyRuntime

/// The names by which the tests of a policy stand in redacted fixtures: each as an author would write it, and where a
/// name in it is the policy's own, what that means, so that equal names are equal tests in every policy.
package struct TestNames {
  /// By the numbers of the bundle's atoms.
  package let names: [TestName]
  private let numbers: [TestName: [Int]]

  package init(_ policy: LoadedPolicy) {
    let bundle = policy.bundle
    names = bundle.atoms.map { atom in
      let text = bundle.text(atom.text)
      guard let fact = Fact(rawValue: atom.fact), fact.schema.isHidden else { return TestName(text) }
      let list = text.drop { $0 != " " }.dropFirst("contains ".count + 1)
      let detectors = list.split { "[], ".contains($0) }.map { policy.detector(String($0)) }
      return TestName(text + detectors.compactMap(Self.meaning).joined())
    }
    numbers = Dictionary(grouping: names.indices) { [names] in names[$0] }
  }

  /// What a detector that the policy declares finds.
  private static func meaning(_ detector: DetectorDefinition) -> String? {
    guard let regex = detector.regex else { return nil }
    let fold = detector.ignoringCase ? " ignoring case" : ""
    let check = detector.check.map { " check \($0)" } ?? ""
    return ", \(detector.name) being /\(regex)/\(fold)\(check)"
  }

  /// What is recorded, by the numbers of this policy's atoms; what it does not ask is left out.
  package func outcomes(_ recorded: [TestName: TestOutcome]) -> [Int: TestOutcome] {
    var outcomes: [Int: TestOutcome] = [:]
    for (name, outcome) in recorded {
      for number in numbers[name] ?? [] { outcomes[number] = outcome }
    }
    return outcomes
  }

  /// The names of tests, sorted, each once.
  package func texts(_ atoms: [Int]) -> [String] { Set(atoms.map { names[$0] }).sorted().map(\.text) }
}
