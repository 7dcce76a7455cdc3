import PolicyCompiler
import PolicyRuntime
import PolicySyntax

/// Makes engines of checked policies that stand in no file as they are: variants of one policy set, or single rules.
public struct EngineFactory {
  private let environment: CompileEnvironment
  private let clock: Int64

  /// `clock` is what `@until` is compared with where a request has no time of its own.
  public init(sources: SourceSet, clock: Int64, toolVersion: String = "") {
    environment = CompileEnvironment(sources, toolVersion: toolVersion)
    self.clock = clock
  }

  /// The engine that runs `policy`; nil where it is past a limit that only compiling finds.
  public func engine(_ policy: CheckedPolicy) -> Engine? {
    guard case .success(let bundle) = compileBundle(policy, environment) else { return nil }
    return try? Engine(bundle, clock: clock)
  }
}
