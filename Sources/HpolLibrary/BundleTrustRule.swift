import PolicyBytecode
import PolicyRuntime

/// Which bundles are opened.
struct BundleTrustRule: Sendable {
  /// Any.
  init() {}

  /// Only those that one of these keys signed.
  init(trusting keys: [UInt8]) throws(CallError) { throw .trust("signed bundles are not supported yet") }

  /// The policy of a bundle.
  func open(_ bundle: [UInt8]) throws(CallError) -> LoadedPolicy {
    do throws(BundleError) {
      return try LoadedPolicy(Bundle(bundle))
    } catch {
      throw .bundle("cannot use the bundle: \(error.message)")
    }
  }
}
