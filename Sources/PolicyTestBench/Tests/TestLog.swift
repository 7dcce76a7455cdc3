import PolicyEngine
import PolicySyntax

/// What was tested, request by request, in the order of the run: what reports for CI list, and others only count.
public struct TestLog: Sendable {
  /// One request of a `test` block, or one pinned fixture.
  public struct Case: Sendable {
    /// The test's name, or the fixture's id.
    public var name: String
    public var line: Int
    /// Where it stands in the policy set, if it does.
    public var span: SourceSpan?
    /// The request in one line.
    public var request: String
    public var seconds: Double
    /// Nil: it holds.
    public var failure: TestReport.Failure?
  }

  /// The requests of one file.
  public struct Suite: Sendable {
    public var file: String
    public var isFixtures: Bool
    public var cases: [Case] = []
    /// Cases that hold, or fail, and for which there was no room among ``cases``.
    public var unlisted = 0
    public var unlistedFailures = 0
    /// Fixtures that pin nothing: judged, and counted here only.
    public var unpinned = 0
    /// Lines that hold no fixture.
    public var unreadable: [LineFailure] = []
    public var unlistedUnreadable = 0
    public var seconds = 0.0
  }

  /// How many cases that hold are kept; of others as many as ``TestReport/detailLimit``.
  public static let passedLimit = 20_000

  public private(set) var suites: [Suite] = []
  private var numbers: [String: Int] = [:]
  private var passed = 0
  private var failed = 0
  private var unreadable = 0

  public init() {}

  mutating func add(_ entry: Case, to file: String, isFixtures: Bool) {
    let number = suite(file, isFixtures: isFixtures)
    suites[number].seconds += entry.seconds
    let hasFailed = entry.failure != nil
    let hasRoom = hasFailed ? failed < TestReport.detailLimit : passed < Self.passedLimit
    if hasFailed { failed += 1 } else { passed += 1 }
    if hasRoom {
      suites[number].cases.append(entry)
    } else {
      suites[number].unlisted += 1
      if hasFailed { suites[number].unlistedFailures += 1 }
    }
  }

  /// Counts a fixture that pins nothing.
  mutating func addUnpinned(to file: String, seconds: Double) {
    let number = suite(file, isFixtures: true)
    suites[number].unpinned += 1
    suites[number].seconds += seconds
  }

  mutating func add(_ failure: LineFailure) {
    let number = suite(failure.file, isFixtures: true)
    unreadable += 1
    if unreadable <= TestReport.detailLimit {
      suites[number].unreadable.append(failure)
    } else {
      suites[number].unlistedUnreadable += 1
    }
  }

  /// Adds what was tested besides, in other files or behind what was tested in these.
  mutating func add(_ other: TestLog) {
    for suite in other.suites {
      let number = self.suite(suite.file, isFixtures: suite.isFixtures)
      let seconds = suites[number].seconds + suite.seconds
      for entry in suite.cases { add(entry, to: suite.file, isFixtures: suite.isFixtures) }
      for failure in suite.unreadable { add(failure) }
      passed += suite.unlisted - suite.unlistedFailures
      failed += suite.unlistedFailures
      unreadable += suite.unlistedUnreadable
      suites[number].unlisted += suite.unlisted
      suites[number].unlistedFailures += suite.unlistedFailures
      suites[number].unpinned += suite.unpinned
      suites[number].unlistedUnreadable += suite.unlistedUnreadable
      suites[number].seconds = seconds
    }
  }

  /// The number of a file's suite, which is there from now on.
  private mutating func suite(_ file: String, isFixtures: Bool) -> Int {
    if let number = numbers[file] { return number }
    suites.append(Suite(file: file, isFixtures: isFixtures))
    numbers[file] = suites.count - 1
    return suites.count - 1
  }
}

/// The parts of a place written `file:line`.
func fileAndLine(_ location: String) -> (file: String, line: Int) {
  guard let colon = location.lastIndex(of: ":"), let line = Int(location[location.index(after: colon)...]) else {
    return (location, 1)
  }
  return (String(location[..<colon]), line)
}
