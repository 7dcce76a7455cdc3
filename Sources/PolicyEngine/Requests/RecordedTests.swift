import JSONText
import PolicyBytecode
import PolicyRuntime

/// A test as an author would write it.
public typealias TestName = ExactText

/// What a redacted fixture remembers of the request it was: which facts are no longer what they were, and how the tests
/// on them came out. The member `redacted` of a fixture.
public struct RecordedTests: Hashable, Sendable {
  /// The facts whose values were replaced: what is asked of them is to be recalled.
  public var facts: FactSet
  /// By the test as an author would write it: those that came out alike for all operations.
  public var tests: [TestName: TestOutcome] = [:]
  /// One for each operation, first those of the request, then those that its answer asks for.
  public var operations: [Operation] = []
  /// Nothing of the payload is left: ``operations`` say what it held.
  public var isWithheld = false

  public struct Operation: Hashable, Sendable {
    public var `protocol`: OperationProtocol
    public var unparsed: UnparsedReason
    public var tests: [TestName: TestOutcome]

    public init(_ protocol: OperationProtocol, unparsed: UnparsedReason = .none, tests: [TestName: TestOutcome] = [:]) {
      self.protocol = `protocol`
      self.unparsed = unparsed
      self.tests = tests
    }
  }

  public init(facts: FactSet) { self.facts = facts }

  /// The names by which facts stand in a fixture: those of policies, and for the detectors the words before theirs.
  package static let names: [String: Fact] = .init(
    uniqueKeysWithValues: Fact.allCases.map { (name(of: $0), $0) })

  package static func name(of fact: Fact) -> String {
    switch fact {
    case .textDetector: "text contains"
    case .responseDetector: "response contains"
    default: fact.schema.name
    }
  }
}

extension RecordedTests {
  /// Writes the member's value. Equal values give equal bytes.
  public func write(to writer: inout JSONWriter) {
    writer.object {
      $0.key("facts")
      $0.strings(Fact.allCases.filter(facts.contains).map(Self.name))
      if isWithheld {
        $0.key("withheld")
        $0.boolean(true)
      }
      if !tests.isEmpty {
        $0.key("tests")
        write(tests, to: &$0)
      }
      $0.key("operations")
      $0.array {
        for operation in operations {
          $0.object {
            $0.key("protocol")
            $0.string(operation.protocol.name)
            if operation.unparsed != .none {
              $0.key("unparsed")
              $0.string(operation.unparsed.word)
            }
            if !operation.tests.isEmpty {
              $0.key("tests")
              write(operation.tests, to: &$0)
            }
          }
        }
      }
    }
  }

  private func write(_ tests: [TestName: TestOutcome], to writer: inout JSONWriter) {
    writer.object {
      for (test, outcome) in tests.sorted(by: { $0.key < $1.key }) {
        $0.key(test.text)
        switch outcome {
        case .holds: $0.boolean(true)
        case .fails: $0.boolean(false)
        case .undecided: $0.null()
        }
      }
    }
  }
}

extension JSONScanner {
  /// The member `redacted` of a fixture. All of it is known: a slip would change a verdict unseen.
  package mutating func recordedTests() throws(JSONError) -> RecordedTests {
    var result = RecordedTests(facts: FactSet())
    let known = ["facts", "withheld", "tests", "operations"]
    try members("redacted", known: known) { (scanner, name) throws(JSONError) in
      switch name {
      case "facts":
        try scanner.expect(.array, "facts")
        try scanner.beginArray()
        while try scanner.nextElement() {
          let start = scanner.position
          let name = try scanner.string("facts[]")
          guard let fact = RecordedTests.names[name] else {
            throw JSONError("`\(name)` is no fact", at: start)
          }
          result.facts.insert(fact)
        }
      case "withheld":
        try scanner.expect(.boolean, "withheld")
        result.isWithheld = try scanner.boolean()
      case "tests": result.tests = try scanner.testOutcomes()
      case "operations":
        try scanner.expect(.array, "operations")
        try scanner.beginArray()
        while try scanner.nextElement() { result.operations.append(try scanner.recordedOperation()) }
      default: return false
      }
      return true
    }
    return result
  }

  private mutating func recordedOperation() throws(JSONError) -> RecordedTests.Operation {
    let start = position
    var claimed: OperationProtocol?
    var operation = RecordedTests.Operation(.postgres)
    let reasons = UnparsedReason.allCases.map(\.word).filter { !$0.isEmpty }
    try members("operations[]", known: ["protocol", "unparsed", "tests"]) { (scanner, name) throws(JSONError) in
      switch name {
      case "protocol": claimed = try scanner.operationProtocol("protocol")
      case "unparsed":
        operation.unparsed = try scanner.word("unparsed", of: reasons) { word in
          UnparsedReason.allCases.first { $0 != .none && $0.word == word }
        }
      case "tests": operation.tests = try scanner.testOutcomes()
      default: return false
      }
      return true
    }
    guard let claimed else { throw JSONError("`protocol` is missing of an element of `operations`", at: start) }
    operation.protocol = claimed
    return operation
  }

  private mutating func testOutcomes() throws(JSONError) -> [TestName: TestOutcome] {
    try expect(.object, "tests")
    var tests: [TestName: TestOutcome] = [:]
    try beginObject()
    while let key = try nextKey() {
      let name = TestName(text(key))
      switch try kind() {
      case .boolean: tests[name] = try boolean() ? .holds : .fails
      case .null:
        try null()
        tests[name] = .undecided
      case let found:
        throw JSONError("a test must be true, false or null, not \(found.phrase)", at: position)
      }
    }
    return tests
  }
}
