import Glibc
import PolicyBytecode

/// One piece of the program that is given arbitrary bytes.
///
/// It checks what must hold whatever the bytes are, and stops the process where it does not, which libFuzzer takes for a
/// crash and keeps the input of.
protocol FuzzTarget: AnyObject {
  func check(_ input: [UInt8])
}

/// The targets by name, in the order in which they are run.
enum FuzzTargets {
  static let names =
    OperationProtocol.allCases.map(\.name) + [
      "policy", "bundle", "fixture", "json", "yaml", "detectors", "mask", "import",
    ]

  static func named(_ name: String) -> (any FuzzTarget)? {
    if let known = OperationProtocol(name: name) { return DecoderFuzzing(known) }
    switch name {
    case "policy": return PolicyFuzzing()
    case "bundle": return BundleFuzzing()
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

/// Writes a line to standard error.
func complain(_ text: String) {
  let line = Array((text + "\n").utf8)
  _ = write(STDERR_FILENO, line, line.count)
}

/// Stops the process, for the input at hand breaks a promise.
func fail(_ promise: String) -> Never {
  complain("\nbroken promise: \(promise)")
  abort()
}

/// Stops the process unless `condition` holds.
@inline(__always)
func require(_ condition: Bool, _ promise: @autoclosure () -> String) {
  if !condition { fail(promise()) }
}
