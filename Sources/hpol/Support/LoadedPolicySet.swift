import BundleTrust
import Glibc
import PolicyBytecode
import PolicyCompiler
import PolicyRuntime
import PolicySyntax
import PolicyTestBench

/// What the `POLICY…` arguments of a command came to: a bundle, and where it was built here, its sources.
struct LoadedPolicySet {
  let bundle: [UInt8]
  /// Nil where a bundle was given.
  let build: PolicyBuild?
  /// The file that the bundle stands in; nil where it was built here.
  var path: String?

  /// Reads a bundle, or checks and compiles sources. Nil: the policy has errors, which were printed.
  ///
  /// Where keys are trusted, it has to be a bundle that a gateway with these keys would put in force. `noting` is told each file
  /// before it is read.
  static func load(
    _ paths: [String], _ console: Console, trusting keys: TrustedKeys? = nil,
    adjust: (inout CheckedPolicy) -> Void = { _ in }, noting: @escaping (String) -> Void = { _ in }
  ) throws(CommandError) -> LoadedPolicySet? {
    switch try PolicyArguments(paths) {
    case .bundle(let path):
      noting(path)
      let bytes = try readFile(path, limit: BundleFormat.maxBytes)
      if let keys {
        do throws(TrustError) {
          _ = try SignedBundle.open(bytes, trusting: keys, now: now())
        } catch {
          throw .failure("\(path): \(error.message)")
        }
      }
      return LoadedPolicySet(bundle: bytes, build: nil, path: path)
    case .sources(let files):
      guard keys == nil else { throw .usage("`--trust` goes with a bundle; `.hpol` files have no signature") }
      let reader = fileReader(files)
      var noted = reader
      noted.read = { path throws(SourceReadError) in
        noting(path)
        return try reader.read(path)
      }
      let build = build(files, noted, adjust: adjust)
      guard let bundle = build.bundle else {
        print(build, console)
        return nil
      }
      return LoadedPolicySet(bundle: bundle, build: build)
    }
  }

  /// Checks and compiles sources, read by `reader` or as they stand.
  static func build(
    _ files: [String], _ reader: SourceReader? = nil, release: Release = Release(),
    adjust: (inout CheckedPolicy) -> Void = { _ in }, bundlePaths: ([String]) -> [String] = { $0 }
  ) -> PolicyBuild {
    PolicyBuild(
      roots: files, reader: reader ?? fileReader(files), now: now(), toolVersion: CommandLineTool.version,
      release: release, adjust: adjust, bundlePaths: bundlePaths)
  }

  /// The engine that runs the policy.
  func engine() throws(CommandError) -> Engine { Engine(try loadedPolicy(), clock: now()) }

  /// The policy, for engines on several threads.
  func loadedPolicy() throws(CommandError) -> LoadedPolicy {
    do throws(TrustError) {
      return try SignedBundle.policy(SignedBundle.openUntrusted(bundle))
    } catch {
      throw .failure((path.map { "\($0): " } ?? "") + error.message)
    }
  }

  /// Prints the errors of `build`.
  static func print(_ build: PolicyBuild, _ console: Console) {
    console.error(build.diagnostics.filter { $0.severity == .error }, in: build.sources)
  }
}

/// Seconds since 1970, UTC.
func now() -> Int64 { Int64(time(nil)) }
