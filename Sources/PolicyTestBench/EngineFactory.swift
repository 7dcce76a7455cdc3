import PolicyCompiler
import PolicyEngine
import PolicyRuntime
import PolicySyntax

/// Makes engines of checked policies that stand in no file as they are: variants of one policy set, or single rules.
public struct EngineFactory {
  private let environment: CompileEnvironment
  private let clock: Int64

  /// `clock` is what `@until` is compared with where a request has no time of its own.
  public init(sources: SourceSet, clock: Int64, toolVersion: String = "") {
    var environment = CompileEnvironment(sources, toolVersion: toolVersion)
    environment.patterns = CompiledPatterns()
    self.environment = environment
    self.clock = clock
  }

  /// The engine that runs `policy`; nil where it is past a limit that only compiling finds.
  public func engine(_ policy: CheckedPolicy) -> Engine? {
    guard case .success(let bundle) = compileBundle(policy, environment) else { return nil }
    return try? Engine(bundle, clock: clock)
  }
}

extension EditablePolicySet {
  /// The set of `roots`, with the time zones of this machine; nil if it has errors.
  public static func open(_ roots: [String], _ reader: SourceReader, now: Int64) -> EditablePolicySet? {
    let zones = ZoneFiles()
    return EditablePolicySet(roots: roots, reader: reader, now: now) { zones.read($0) != nil }
  }
}
