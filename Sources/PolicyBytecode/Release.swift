/// What a bundle says of itself beside its rules: its place among the bundles of its policy, and how it was made.
public struct Release: Hashable, Sendable {
  /// Grows from one bundle of a policy to the next; 0 where none was given.
  public var revision: UInt64 = 0
  /// Seconds since 1970, UTC, from when on it is not to be loaded.
  public var expires: Int64?
  /// The sources' commit; empty where none was given.
  public var commit = ""
  public var tests: Tests?

  /// What came of the tests beside the rules, all of which held.
  public struct Tests: Hashable, Sendable {
    /// `test` blocks, and the requests in them.
    public var tests: UInt32 = 0
    public var requests: UInt32 = 0
    /// Fixtures that pin something.
    public var fixtures: UInt32 = 0
    public var invariants: UInt32 = 0
    /// Rules, outcomes of conditions and alternatives that the tests exercise, of those that they could.
    public var covered: UInt32 = 0
    public var coverable: UInt32 = 0

    public init() {}
  }

  public init() {}
}

extension Bundle {
  /// What the bundle says of itself; of version 1 nothing is known.
  public var release: Release {
    guard let record = releases.first else { return Release() }
    var release = Release()
    release.revision = record.revision
    release.expires = record.expires == 0 ? nil : record.expires
    release.commit = text(record.commit)
    if record.isTested == 1 {
      var tests = Release.Tests()
      (tests.tests, tests.requests, tests.fixtures) = (record.tests, record.requests, record.fixtures)
      (tests.invariants, tests.covered, tests.coverable) = (record.invariants, record.covered, record.coverable)
      release.tests = tests
    }
    return release
  }
}

extension BundleWriter {
  /// Makes `release` part of the bundle.
  public mutating func set(_ release: Release) {
    var record = ReleaseRecord()
    record.revision = release.revision
    record.expires = release.expires ?? 0
    record.commit = intern(release.commit)
    if let tests = release.tests {
      record.isTested = 1
      (record.tests, record.requests, record.fixtures) = (tests.tests, tests.requests, tests.fixtures)
      (record.invariants, record.covered, record.coverable) = (tests.invariants, tests.covered, tests.coverable)
    }
    self.release = record
  }
}
