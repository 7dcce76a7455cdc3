import Glibc
import PolicyCompiler
import PolicyTestBench

/// What a run under `--watch` keeps for the next: the policy set while its files hold the same bytes, and what fixtures
/// gave while neither the bundle nor one of their files changes.
final class RunCache {
  private var built: (files: [String], build: PolicyBuild, probes: InvariantProbes)?
  /// The bytes of the files that the build asked for, those that lists are read from included; nil: it is not there.
  private var read: [String: [UInt8]?] = [:]
  private var key: (bundle: [UInt8], files: [FileState])?
  private var results: FixtureResults?

  /// The files that the last build asked for.
  var paths: [String] { read.keys.sorted() }

  /// What was kept of the set of `files`, or what `make` gives with a reader.
  func build(
    _ files: [String], _ make: (SourceReader) -> (PolicyBuild, InvariantProbes?)
  ) -> (build: PolicyBuild, probes: InvariantProbes?) {
    let reader = fileReader(files)
    if let built, built.files == files, read.allSatisfy({ (try? reader.read($0.key)) == $0.value }) {
      return (built.build, built.probes)
    }
    read.removeAll()
    var recording = reader
    recording.read = { [unowned self] path throws(SourceReadError) in
      read[path] = .some(nil)
      let bytes = try reader.read(path)
      read[path] = bytes
      return bytes
    }
    let (build, probes) = make(recording)
    built = probes.map { (files, build, $0) }
    return (build, probes)
  }

  /// What was kept, or what `judge` gives.
  func results(
    _ bundle: [UInt8], _ fixtures: FixtureArguments, _ judge: () throws(CommandError) -> FixtureResults
  ) throws(CommandError) -> FixtureResults {
    let files = fixtures.paths.compactMap(FileState.init)
    if let results, let key, key.files == files, key.bundle == bundle { return results }
    let found = try judge()
    key = (bundle, files)
    results = found
    return found
  }
}
