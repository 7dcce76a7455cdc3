import PolicyBytecode
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

  /// The engine that runs `policy`; nil where it is past a limit that only compiling finds. It decodes as for `demand`
  /// where the policy is a part of the one that has it.
  public func engine(_ policy: CheckedPolicy, decodingFor demand: FactDemand? = nil) -> Engine? {
    guard case .success(let bytes) = compileBundle(policy, environment), let bundle = try? Bundle(bytes),
      let loaded = try? LoadedPolicy(bundle)
    else { return nil }
    return Engine(loaded, clock: clock, decodingFor: demand)
  }
}

extension EditablePolicySet {
  /// The set of `roots`, with the time zones of this machine; nil if it has errors.
  public static func open(_ roots: [String], _ reader: SourceReader, now: Int64) -> EditablePolicySet? {
    let zones = ZoneFiles()
    return EditablePolicySet(roots: roots, reader: reader, now: now) { zones.read($0) != nil }
  }
}
