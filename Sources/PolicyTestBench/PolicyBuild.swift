import BundleTrust
import Glibc
import PolicyBytecode
import PolicyCompiler
import PolicySyntax

/// A policy set from its sources to a bundle.
public struct PolicyBuild: Sendable {
  public var sources: SourceSet
  /// Everything found, in order of file and place.
  public var diagnostics: [Diagnostic]
  /// Nil where there are errors.
  public var policy: CheckedPolicy?
  public var bundle: [UInt8]?
  /// What stands where in the bundle.
  public var layout: BundleLayout?

  /// Checks and compiles. `now` (seconds since 1970, UTC) is only used to tell exceptions that have ended; it does not
  /// find its way into the bundle. `adjust` may change the checked policy before it is compiled; `bundlePaths` gives the
  /// names under which a bundle knows the files; `release` is what it says of itself.
  public init(
    roots: [String], reader: SourceReader, now: Int64, toolVersion: String, release: Release = Release(),
    adjust: (inout CheckedPolicy) -> Void = { _ in }, bundlePaths: ([String]) -> [String] = { $0 }
  ) {
    let zones = ZoneFiles()
    let checked = checkPolicySet(
      roots: roots, reader: reader, now: now, zoneExists: { zones.read($0) != nil }, flags: shellFlags)
    let sources = checked.sources
    self.sources = sources
    diagnostics = checked.diagnostics
    policy = checked.policy
    guard var policy = checked.policy else { return }
    adjust(&policy)
    var environment = CompileEnvironment(sources, toolVersion: toolVersion, bundlePaths: bundlePaths)
    environment.sourceDigests = sources.files.map { sha256($0.bytes) }
    environment.release = release
    switch compilePolicy(policy, environment) {
    case .success(let compiled):
      bundle = compiled.bundle
      layout = compiled.layout
    case .failure(let failure):
      diagnostics += failure.diagnostics
      self.policy = nil
    }
  }
}

extension CompileEnvironment {
  /// That of a set's files and the machine's zones.
  public init(_ sources: SourceSet, toolVersion: String, bundlePaths: ([String]) -> [String] = { $0 }) {
    self.init(
      sourcePaths: bundlePaths(sources.files.map(\.path)), toolVersion: toolVersion,
      position: { span in
        let position = sources.position(span.range.start, in: span.file)
        return (UInt32(position.line), UInt32(position.column))
      },
      zone: ZoneFiles().read)
  }
}

/// The zone files of the machine that compiles.
struct ZoneFiles {
  static let folder = "/usr/share/zoneinfo/"
  /// The bytes past which a file is no zone.
  static let maxBytes = 1 << 20

  /// The TZif file of a zone; nil if there is none. A name that would leave the folder is none.
  func read(_ zone: String) -> [UInt8]? {
    let isPlain = zone.utf8.allSatisfy { byte in
      byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || "+-_/".utf8.contains(byte)
    }
    guard isPlain, !zone.hasPrefix("/"), !zone.isEmpty, let file = fopen(Self.folder + zone, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: Self.maxBytes)
    let count = fread(&bytes, 1, bytes.count, file)
    bytes.removeLast(bytes.count - count)
    return bytes.starts(with: Array("TZif".utf8)) ? bytes : nil
  }
}
