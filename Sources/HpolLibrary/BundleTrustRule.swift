import BundleTrust
import PolicyBytecode
import PolicyEngine
import PolicyRuntime

/// Which bundles are opened.
struct BundleTrustRule: Sendable {
  /// Nil: any that was not changed after it was signed.
  private let keys: TrustedKeys?

  init() { keys = nil }

  /// Only those that one of these keys signed, that have not expired, and that are not older than the one in force.
  init(trusting pem: [UInt8]) throws(CallError) {
    do throws(KeyError) {
      keys = try TrustedKeys(pem: pem)
    } catch {
      throw .trust("`trusted_keys`: \(error.message)")
    }
  }

  /// The policy of a bundle.
  func open(_ bundle: [UInt8], inForce: UInt64? = nil) throws(CallError) -> LoadedPolicy {
    do throws(TrustError) {
      guard let keys else { return try SignedBundle.policy(SignedBundle.openUntrusted(bundle)) }
      return try SignedBundle.policy(
        SignedBundle.open(bundle, trusting: keys, now: moment(0), inForce: inForce))
    } catch {
      if case .unusable = error { throw .bundle(error.message) }
      throw .trust(error.message)
    }
  }

  /// Puts a bundle into force.
  func replace(policyOf point: DecisionPoint, by bundle: [UInt8]) throws(CallError) {
    let policy = try open(bundle, inForce: point.generation.policy.bundle.release.revision)
    // Asked once more, for another thread may have been faster.
    let isInForce = point.replace(by: policy) { old in
      keys == nil || policy.bundle.release.revision >= old.bundle.release.revision
    }
    guard isInForce else { throw .trust("a newer bundle was put into force meanwhile") }
  }
}
