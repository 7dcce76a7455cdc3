import HpolHeader
import JSONText
import PolicyBytecode
import PolicyEngine
import PolicyRuntime
import Responses

/// Behind `hpol_policy`.
final class PolicyHandle: Sendable {
  let point: DecisionPoint
  let trust: BundleTrustRule
  /// The file that was opened, for reloading.
  let path: String?
  let arrowNames = RuleNameCache()

  init(_ policy: LoadedPolicy, _ options: OpenOptions, path: String?) {
    point = DecisionPoint(policy, maskKey: options.maskKey)
    trust = options.trust
    self.path = path
  }
}

/// Behind `hpol_session`. One thread at a time uses it.
final class SessionHandle {
  let policy: PolicyHandle
  let session: BoundSession
  /// What was lent last.
  var verdict: KnownVerdict?
  var text: TextBlock?

  init(_ policy: PolicyHandle, _ principal: Principal) {
    self.policy = policy
    session = policy.point.bind(principal)
  }

  /// Lends a verdict until the next call.
  @inline(__always)
  func lend(_ verdict: KnownVerdict) -> OpaquePointer {
    self.verdict = verdict
    return OpaquePointer(Unmanaged.passUnretained(verdict).toOpaque())
  }
}

/// Behind `hpol_mask`. One thread at a time uses it.
final class MaskHandle {
  /// Nil where nothing is masked.
  private var masker: ResponseMasker?
  private(set) var isFinished = false
  private var masked: [UInt8] = []
  /// What was lent last.
  private var lent = RawBuffer<UInt8>()

  init(_ plan: MaskPlan?, _ format: ResponseFormat) { masker = plan.map { ResponseMasker($0, format: format) } }

  func write(_ chunk: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    guard masker != nil else { return lend(chunk) }
    masked.removeAll(keepingCapacity: true)
    masker?.write(chunk, into: &masked)
    return masked.withUnsafeBufferPointer { lend($0) }
  }

  func finish() -> UnsafeBufferPointer<UInt8> {
    isFinished = true
    masked.removeAll(keepingCapacity: true)
    masker?.finish(into: &masked)
    return masked.withUnsafeBufferPointer { lend($0) }
  }

  private func lend(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    lent.removeAll()
    lent.append(contentsOf: bytes)
    return lent.elements
  }
}

/// A pointer for C that keeps `object` until ``free(_:as:)``.
func handle(_ object: AnyObject) -> OpaquePointer { OpaquePointer(Unmanaged.passRetained(object).toOpaque()) }

/// The object behind a handle.
@inline(__always)
func object<Object: AnyObject>(
  _ handle: OpaquePointer?, _ name: StaticString, as: Object.Type
) throws(CallError) -> Object {
  guard let handle else { throw .null(name.description) }
  return Unmanaged<Object>.fromOpaque(UnsafeRawPointer(handle)).takeUnretainedValue()
}

/// Lets go of the object behind a handle.
func free<Object: AnyObject>(_ handle: OpaquePointer?, as: Object.Type) {
  if let handle { Unmanaged<Object>.fromOpaque(UnsafeRawPointer(handle)).release() }
}

/// `length` bytes from an address, which may be NULL if there are none.
@inline(__always)
func bytes(
  _ start: UnsafeRawPointer?, _ length: Int, _ name: StaticString
) throws(CallError) -> UnsafeBufferPointer<UInt8> {
  guard length >= 0 else { throw .argument("the length of `\(name)` is out of range") }
  guard let start else {
    guard length == 0 else { throw .null(name.description) }
    return UnsafeBufferPointer(start: nil, count: 0)
  }
  return UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: length)
}

/// The bytes of a JSON text.
func json(
  _ start: UnsafeRawPointer?, _ length: Int, _ name: StaticString
) throws(CallError) -> UnsafeBufferPointer<UInt8> {
  let text = try bytes(start, length, name)
  let limit = Int(HPOL_JSON_BYTES)
  guard length <= limit else { throw .limit("`\(name)` has \(length) bytes; at most \(limit) are read") }
  return text
}
