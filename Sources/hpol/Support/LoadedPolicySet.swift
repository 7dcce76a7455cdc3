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

  /// Reads a bundle, or checks and compiles sources. Nil: the policy has errors, which were printed.
  static func load(
    _ paths: [String], _ console: Console, adjust: (inout CheckedPolicy) -> Void = { _ in },
    bundlePaths: ([String]) -> [String] = { $0 }
  ) throws(CommandError) -> LoadedPolicySet? {
    switch try PolicyArguments(paths) {
    case .bundle(let path): return LoadedPolicySet(bundle: try readFile(path, limit: BundleFormat.maxBytes), build: nil)
    case .sources(let files):
      let build = build(files, adjust: adjust, bundlePaths: bundlePaths)
      guard let bundle = build.bundle else {
        print(build, console)
        return nil
      }
      return LoadedPolicySet(bundle: bundle, build: build)
    }
  }

  /// Checks and compiles sources.
  static func build(
    _ files: [String], adjust: (inout CheckedPolicy) -> Void = { _ in }, bundlePaths: ([String]) -> [String] = { $0 }
  ) -> PolicyBuild {
    PolicyBuild(
      roots: files, reader: fileReader(files), now: now(), toolVersion: CommandLineTool.version, adjust: adjust,
      bundlePaths: bundlePaths)
  }

  /// The engine that runs the policy.
  func engine() throws(CommandError) -> Engine { Engine(try loadedPolicy(), clock: now()) }

  /// The policy, for engines on several threads.
  func loadedPolicy() throws(CommandError) -> LoadedPolicy {
    let opened: Bundle
    do throws(TrustError) {
      opened = try SignedBundle.openUntrusted(bundle)
    } catch {
      throw .failure(error.message)
    }
    do throws(BundleError) {
      return try LoadedPolicy(opened)
    } catch {
      throw .failure("the bundle cannot be used: \(error.message)")
    }
  }

  private static func print(_ build: PolicyBuild, _ console: Console) {
    let renderer = DiagnosticRenderer(sources: build.sources, isColored: console.errorStyle.usesColour)
    for diagnostic in build.diagnostics where diagnostic.severity == .error {
      console.note(renderer.render(diagnostic))
    }
  }
}

/// Seconds since 1970, UTC.
func now() -> Int64 { Int64(time(nil)) }
