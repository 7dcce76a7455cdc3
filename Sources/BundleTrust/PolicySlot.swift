import PolicyBytecode
import PolicyRuntime
import Synchronization

/// The policy in force, which can be replaced between two decisions.
///
/// A new bundle is verified and loaded before the slot is touched; the swap itself is one pointer under a lock. A thread
/// that judges keeps a ``PolicyReader``, which looks at one word a decision (about a nanosecond) and takes the lock only
/// after a swap; ``current`` takes it each time. Sessions and interpreters hold on to the policy that they were made for, so decisions in flight end under
/// the policy that they began with, and the old one goes when the last of them lets go of it.
public final class PolicySlot: Sendable {
  private let policy: Guarded<LoadedPolicy>
  private let swaps = Atomic<UInt64>(0)

  public init(_ policy: LoadedPolicy) { self.policy = Guarded(policy) }

  /// The policy in force.
  public var current: LoadedPolicy { policy.withLock { $0 } }

  /// How often the policy was replaced.
  public var generation: UInt64 { swaps.load(ordering: .acquiring) }

  /// The revision in force.
  public var revision: UInt64 { current.bundle.release.revision }

  /// Puts a bundle in force that is signed with one of `keys`, not expired, and not older than the one in force unless
  /// that is allowed. Otherwise all stays as it is.
  public func replace(
    with bytes: [UInt8], trusting keys: TrustedKeys, now: Int64, allowingOlder: Bool = false
  ) throws(TrustError) {
    let bundle = try SignedBundle.open(bytes, trusting: keys, now: now, inForce: allowingOlder ? nil : revision)
    try replace(with: SignedBundle.policy(bundle), allowingOlder: allowingOlder)
  }

  /// Puts a policy in force that the caller vouches for.
  public func replace(with policy: LoadedPolicy, allowingOlder: Bool = false) throws(TrustError) {
    let revision = policy.bundle.release.revision
    // Compared under the lock once more, for another thread may have been faster. The old policy is let go of outside.
    let result = self.policy.withLock { current -> Result<LoadedPolicy, TrustError> in
      let inForce = current.bundle.release.revision
      if revision < inForce, !allowingOlder { return .failure(.older(revision: revision, inForce: inForce)) }
      let old = current
      current = policy
      swaps.add(1, ordering: .releasing)
      return .success(old)
    }
    _ = try result.get()
  }

  /// The policy in force and the generation that it came with.
  fileprivate var snapshot: (LoadedPolicy, UInt64) {
    policy.withLock { ($0, swaps.load(ordering: .relaxed)) }
  }
}

/// One thread's view of a ``PolicySlot``.
public struct PolicyReader: ~Copyable {
  private let slot: PolicySlot
  private var generation: UInt64
  public private(set) var policy: LoadedPolicy

  public init(_ slot: PolicySlot) {
    self.slot = slot
    (policy, generation) = slot.snapshot
  }

  /// Takes up the policy in force. True if it is another than before: sessions and interpreters are to be made anew.
  @inline(__always)
  public mutating func refresh() -> Bool {
    if slot.generation == generation { return false }
    (policy, generation) = slot.snapshot
    return true
  }
}
