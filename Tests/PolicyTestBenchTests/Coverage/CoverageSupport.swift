import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyRuntime
import PolicySyntax
import Testing

@testable import PolicyTestBench

/// The coverage of a policy by its own `test` blocks, and by fixtures if there are some.
func coverage(
  of files: [String: String], roots: [String] = ["p.hpol"], fixtures: [String] = [], changed: ChangedLines? = nil
) throws -> CoverageReport {
  let reader = SourceReader.inMemory(files.mapValues { Array($0.utf8) })
  let build = PolicyBuild(roots: roots, reader: reader, now: 0, toolVersion: "test")
  let errors = build.diagnostics.filter { $0.severity == .error }
  let policy = try #require(build.policy, "\(errors.map(\.message))")
  let engine = try Engine(try #require(build.bundle), clock: 0)
  let map = CoverageMap(policy, try #require(build.layout), of: engine.policy.bundle)
  let recorder = CoverageRecorder(map)
  engine.observer = recorder
  var runner = TestRunner(policy: policy, locate: { _ in "" }, judge: engine.judge)
  for test in policy.tests { runner.run(test) }
  for line in fixtures {
    var parser = FixtureParser()
    let fixture = try Array(line.utf8).withUnsafeBufferPointer { bytes in try parser.fixture(bytes) }
    runner.run(fixture, location: "")
  }
  #expect(runner.report.holds, "\(runner.report.failures)")
  return CoverageReport(map, recorder.counts, build.sources, changed: changed)
}

/// The coverage of rules and a test with these requests.
func coverage(_ rules: String, _ requests: String = "", changed: ChangedLines? = nil) throws -> CoverageReport {
  let test = requests.isEmpty ? "" : "\ntest t {\n\(requests)\n}\n"
  return try coverage(
    of: ["p.hpol": "hpol 1\ndefault allow\ndefault unparsed allow\n" + rules + test], changed: changed)
}

extension CoverageReport {
  /// What is missing, without its place.
  var messages: [String] { gaps.map(\.message) }
}
