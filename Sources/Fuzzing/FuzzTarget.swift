import Glibc
import PolicyBytecode
import Synchronization

/// One piece of the program that is given arbitrary bytes.
///
/// It checks what must hold whatever the bytes are, and stops the process where it does not, which libFuzzer takes for a
/// crash and keeps the input of.
public protocol FuzzTarget: AnyObject {
  func check(_ input: [UInt8])
}

/// The targets by name, in the order in which they are run.
public enum FuzzTargets {
  public static let names =
    OperationProtocol.allCases.map(\.name) + [
      "policy", "bundle", "trust", "fixture", "json", "yaml", "detectors", "mask", "import",
    ]

  public static func named(_ name: String) -> (any FuzzTarget)? {
    if let known = OperationProtocol(name: name) { return DecoderFuzzing(known) }
    switch name {
    case "policy": return PolicyFuzzing()
    case "bundle": return BundleFuzzing()
    case "trust": return TrustFuzzing()
    case "fixture": return FixtureFuzzing()
    case "json": return JSONFuzzing()
    case "yaml": return YAMLFuzzing()
    case "detectors": return DetectorFuzzing()
    case "mask": return MaskFuzzing()
    case "import": return ImportFuzzing()
    default: return nil
    }
  }
}

extension FuzzTargets {
  private static let input = Mutex("")

  /// Says which input is checked from here on, for the report should it break a promise.
  public static func beginInput(_ name: String) { input.withLock { $0 = name } }

  fileprivate static var inputName: String { input.withLock { $0.isEmpty ? "" : " (\($0))" } }
}

/// Writes a line to standard error.
public func complain(_ text: String) {
  let line = Array((text + "\n").utf8)
  _ = write(STDERR_FILENO, line, line.count)
}

/// Stops the process, for the input at hand breaks a promise.
func fail(_ promise: String) -> Never {
  complain("\nbroken promise: \(promise)\(FuzzTargets.inputName)")
  abort()
}

/// Stops the process unless `condition` holds.
@inline(__always)
func require(_ condition: Bool, _ promise: @autoclosure () -> String) {
  if !condition { fail(promise()) }
}
